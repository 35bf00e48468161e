//! Register allocation by graph colouring, for functions of moderate size
//! without floats: whole lives get one register, copies are merged, and a
//! value that gets none is made again where it is used or lives in the frame
//! (Chaitin 1982, Briggs 1994, George and Appel 1996).
//!
//! It needs more time than [`crate::regalloc`] for large functions and gives
//! smaller code for small ones: registers are chosen by what they cost, in
//! longer instructions and in pushes.

mod assign;
#[cfg(debug_assertions)]
mod check;
mod cost;
mod flow;
mod graph;
mod groups;
mod lower;
mod pending;
mod simplify;
mod spill;

use crate::compile::{CompileError, Prefer};
use crate::mach::{MFunction, MInst, Mode, OperandKind, Reg};
use crate::regalloc::{RegisterSet, Written};
use assign::Assigner;
use cost::Scale;
use flow::{Flow, MACHINE, node};
use graph::{Copy, Graph};
use groups::Groups;
use simplify::{Costs, Order};
use spill::{Remake, Variables};

/// Rounds of spilling before it gives up.
const ROUNDS: usize = 12;
/// Variables up to which a function is allocated this way.
const LARGEST: u32 = 3000;

/// An allocation of which the first round is done: what it will cost can be told
/// before the others are.
pub(crate) struct Attempt {
    function: MFunction,
    allowed: u16,
    ties: Vec<lower::Tie>,
    variables: Variables,
    scale: Scale,
    round: Round,
}

impl Attempt {
    /// Begins. None if the function is too large or has floats.
    pub(crate) fn new(function: &MFunction, set: RegisterSet, prefer: Prefer) -> Option<Attempt> {
        if function.virtuals > LARGEST || function.has_floats {
            return None;
        }
        let mut function = function.clone();
        let set = if function.has_frame_pointer() { set.without_frame_pointer() } else { set };
        // Copies stand in place of constraints.
        let ties = lower::run(&mut function);
        let mut variables = Variables { first: function.virtuals, ..Variables::default() };
        variables.resize(function.virtuals as usize);
        let (allowed, scale) = (set.bits(), Scale(prefer));
        let round = Round::new(&mut function, allowed, &variables, &ties, scale);
        Some(Attempt { function, allowed, ties, variables, scale, round })
    }

    /// What allocation would cost, to compare a function with itself: the first
    /// round, and what the function makes out of nothing.
    pub(crate) fn cost(&self) -> u64 {
        let mut cost = self.round.cost;
        let weights = cost::weights(&self.function);
        for (block, weight) in self.function.blocks.iter().zip(weights) {
            for located in &block.insts {
                if let Some((rd, remake)) = Remake::of(&located.inst, false)
                    && self.round.color(node(rd)).is_some()
                {
                    let (bytes, cycles) = remake.cost();
                    cost = cost.saturating_add(self.scale.cost(bytes, cycles, weight));
                }
            }
        }
        cost
    }

    /// The function with machine registers, and those that it writes.
    ///
    /// # Errors
    /// If the set is too small.
    pub(crate) fn finish(self) -> Result<(MFunction, Written), CompileError> {
        let Attempt { mut function, allowed, ties, mut variables, scale, mut round } = self;
        for _ in 0..ROUNDS {
            if round.spilled.is_empty() {
                let register = |reg: Reg| round.color(node(reg)).map_or(reg, Reg::machine);
                #[cfg(debug_assertions)]
                check::check(&function, register).map_err(CompileError::Encoding)?;
                let written = rewrite(&mut function, register);
                return Ok((function, written));
            }
            if round.spilled.iter().any(|&n| round.costs.spill[n as usize] == u64::MAX) {
                return Err(CompileError::Allocation("the set is too small".to_string()));
            }
            let remakes = remakes(&function, &round.flow, &round.order, &variables);
            let remake = |group: u32| remakes[group as usize].flatten();
            spill::run(&mut function, &round.order, &round.spilled, &mut variables, remake);
            variables.resize(function.virtuals as usize);
            round = Round::new(&mut function, allowed, &variables, &ties, scale);
        }
        Err(CompileError::Allocation("too many rounds".to_string()))
    }
}

/// One round of colouring a function.
struct Round {
    flow: Flow,
    costs: Costs,
    order: Order,
    /// By group.
    colors: Vec<Option<u8>>,
    /// Groups without a colour.
    spilled: Vec<u32>,
    /// What spilling, copies, long instructions and saved registers cost.
    cost: u64,
}

impl Round {
    fn new(
        function: &mut MFunction,
        allowed: u16,
        variables: &Variables,
        ties: &[lower::Tie],
        scale: Scale,
    ) -> Round {
        let flow = Flow::new(function);
        let mut graph = Graph::new(&flow);
        let problem = Problem::new(function, &flow, variables, scale);
        let copies = problem.copies(function, &flow, &graph, ties);
        let present = problem.present();
        let Problem { mut costs, narrow, .. } = problem;
        let order = simplify::run(&mut graph, &mut costs, &copies, allowed, present);
        let groups = Groups::new(&graph, &order, &copies, &flow, &narrow);
        let options = (allowed, function.calls, scale);
        let mut assigner = Assigner::new(&groups, &order, &costs, options);
        let spilled = assigner.run();
        let spills = spilled.iter().map(|&n| costs.spill[n as usize]);
        let cost = spills.fold(assigner.cost(), u64::saturating_add);
        let colors = assigner.into_colors();
        Round { flow, costs, order, colors, spilled, cost }
    }

    /// The colour of a node or of that which it was merged into.
    fn color(&self, node: u32) -> Option<u8> {
        self.colors[self.order.representative(node) as usize]
    }
}

/// Costs and wishes.
struct Problem {
    costs: Costs,
    /// For each instruction that is short if all its registers are low the
    /// cost if not.
    narrow: Vec<Option<u64>>,
    weights: Vec<u64>,
    seen: Vec<bool>,
    scale: Scale,
}

impl Problem {
    fn new(function: &MFunction, flow: &Flow, variables: &Variables, scale: Scale) -> Problem {
        let nodes = flow.nodes;
        let costs = Costs {
            spill: vec![0; nodes],
            memory: vec![0; nodes],
            remake: vec![None; nodes],
            high: vec![0; nodes],
            wishes: vec![[0; MACHINE as usize]; nodes],
        };
        let weights = cost::weights(function);
        let (narrow, seen) = (Vec::with_capacity(flow.accesses.len()), vec![false; nodes]);
        let mut problem = Problem { costs, narrow, weights, seen, scale };
        problem.note_remakes(function, flow, variables);
        problem.weigh(function, flow);
        for (number, &fixed) in variables.fixed.iter().enumerate() {
            let node = number + MACHINE as usize;
            problem.costs.spill[node] = match problem.costs.remake[node] {
                _ if fixed => u64::MAX,
                Some(_) => problem.costs.spill[node],
                None => problem.costs.memory[node],
            };
        }
        problem
    }

    /// Variables that can be made again.
    fn note_remakes(&mut self, function: &MFunction, flow: &Flow, variables: &Variables) {
        let incoming = incoming_is_constant(function);
        let mut definitions = vec![0u32; self.costs.remake.len()];
        for located in function.blocks.iter().flat_map(|block| &block.insts) {
            if let Some((rd, remake)) = Remake::of(&located.inst, incoming) {
                self.costs.remake[node(rd) as usize] = Some(remake);
            }
        }
        for &def in flow.accesses.iter().flat_map(|&access| flow.defs(access)) {
            definitions[def as usize] += 1;
        }
        for (node, count) in definitions.into_iter().enumerate() {
            if count > 1 {
                self.costs.remake[node] = None;
            }
        }
        for (number, remake) in variables.remakes.iter().enumerate() {
            if remake.is_some() {
                self.costs.remake[number + MACHINE as usize] = *remake;
            }
        }
    }

    fn weigh(&mut self, function: &MFunction, flow: &Flow) {
        let mut index = 0;
        for (number, block) in function.blocks.iter().enumerate() {
            let weight = self.weights[number];
            for (located, narrow) in block.insts.iter().zip(cost::narrow(&block.insts)) {
                let access = flow.accesses[index];
                index += 1;
                let cost = self.scale.cost(2, 0, weight);
                self.narrow.push(narrow.then_some(cost));
                // A copy becomes the access itself.
                let bytes = if matches!(located.inst, MInst::Mov { .. }) { 1 } else { 2 };
                for (list, is_use) in [(flow.uses(access), true), (flow.defs(access), false)] {
                    for &node in list {
                        let node = node as usize;
                        self.seen[node] = true;
                        let memory = self.scale.cost(bytes, bytes, weight);
                        self.costs.memory[node] += memory;
                        if let (Some(remake), true) = (self.costs.remake[node], is_use) {
                            let (bytes, cycles) = remake.cost();
                            self.costs.spill[node] += self.scale.cost(bytes, cycles, weight);
                        }
                        if narrow {
                            self.costs.high[node] += cost;
                        }
                    }
                }
            }
        }
    }

    /// The variables that the function has.
    fn present(&self) -> Vec<u32> {
        (MACHINE..self.seen.len() as u32).filter(|&n| self.seen[n as usize]).collect()
    }

    /// Copies and ties, each pair once.
    fn copies(
        &self,
        function: &MFunction,
        flow: &Flow,
        graph: &Graph,
        ties: &[lower::Tie],
    ) -> Vec<Copy> {
        let mut copies = vec![];
        let mut add = |(a, b): (Reg, Reg), cost: u64| {
            let (a, b) = (node(a), node(b));
            if a != b && (a < MACHINE || b < MACHINE || !graph.are_connected(a, b)) {
                copies.push(Copy { a: a.min(b), b: a.max(b), cost });
            }
        };
        for (block, &weight) in function.blocks.iter().zip(&self.weights) {
            for located in &block.insts {
                if let MInst::Mov { rd, rm } = located.inst {
                    add((rd, rm), self.scale.cost(2, 1, weight));
                }
                if let Some(tie) = lower::second_tie(&located.inst) {
                    add(tie, self.scale.cost(1, 0, weight));
                }
            }
        }
        for tie in ties {
            let (a, b) = (node(tie.pair.0) as usize, node(tie.pair.1) as usize);
            if a.max(b) < flow.nodes && self.seen[a] && self.seen[b] {
                add(tie.pair, self.scale.cost(2, tie.cycles, self.weights[tie.block]));
            }
        }
        copies.sort_by_key(|copy| (copy.a, copy.b));
        copies.dedup_by(|again, first| {
            let same = (first.a, first.b) == (again.a, again.b);
            first.cost += if same { again.cost } else { 0 };
            same
        });
        copies
    }
}

/// Whether stack arguments stay as they arrive.
fn incoming_is_constant(function: &MFunction) -> bool {
    let writes = |inst: &MInst| matches!(inst, MInst::Store { mode: Mode::Incoming(_), .. });
    let mut insts = function.blocks.iter().flat_map(|block| &block.insts);
    function.home.is_none() && !insts.any(|located| writes(&located.inst))
}

/// How each group can be made again: all its definitions make the same.
fn remakes(
    function: &MFunction,
    flow: &Flow,
    order: &Order,
    variables: &Variables,
) -> Vec<Option<Option<Remake>>> {
    let mut remakes: Vec<Option<Option<Remake>>> = vec![None; function.virtuals as usize + 16];
    let incoming = incoming_is_constant(function);
    // A copy of a spilled value may be needed when its word has changed.
    let mut copied = vec![false; remakes.len()];
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    for (located, &access) in insts.zip(&flow.accesses) {
        let made = Remake::of(&located.inst, incoming).map(|(_, remake)| remake);
        for &def in flow.defs(access) {
            let group = order.representative(def);
            let known = def.checked_sub(MACHINE).and_then(|n| variables.remakes[n as usize]);
            let made = made.or(known);
            if let MInst::Mov { rm, .. } = located.inst
                && order.representative(node(rm)) == group
            {
                copied[group as usize] = true;
                continue;
            }
            let entry = &mut remakes[group as usize];
            *entry = match *entry {
                None => Some(made),
                Some(before) if before == made => Some(made),
                Some(_) => Some(None),
            };
        }
    }
    for (remake, _) in remakes.iter_mut().zip(copied).filter(|(_, copied)| *copied) {
        if matches!(remake, Some(Some(Remake::Spilled(_)))) {
            *remake = Some(None);
        }
    }
    remakes
}

/// Puts machine registers in place of variables.
fn rewrite(function: &mut MFunction, register: impl Fn(Reg) -> Reg) -> Written {
    let mut written = Written::default();
    for block in &mut function.blocks {
        for located in &mut block.insts {
            written.core |= located.inst.clobbers();
            located.inst.visit_operands(&mut |reg, kind, _| {
                *reg = register(*reg);
                if kind != OperandKind::Use {
                    written.add(*reg);
                }
            });
        }
        block.insts.retain(|l| !matches!(l.inst, MInst::Mov { rd, rm } if rd == rm));
    }
    written
}
