//! Register allocation by graph colouring, for functions of moderate size:
//! whole lives get one register, copies are merged, and a value that gets none
//! is made again where it is used or lives in the frame (Chaitin 1982, Briggs
//! 1994, George and Appel 1996). Core and float registers are coloured one class
//! after the other.
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
mod problem;
mod simplify;
mod spill;

use crate::compile::{CompileError, Prefer};
use crate::mach::{MFunction, OperandKind, Reg};
use crate::regalloc::{RegisterSet, Written};
use crate::remake::Remake;
use crate::scale::Scale;
use assign::{Assigner, Palette};
use flow::{Class, Flow, MACHINE, as_copy};
use graph::Graph;
use groups::Groups;
use problem::{Costs, Problem};
use simplify::{Merging, Order};
use spill::Variables;

/// Rounds of spilling before it gives up.
const ROUNDS: usize = 12;
/// Variables up to which a function is allocated this way.
const LARGEST: u32 = 3000;

/// An allocation of which the first round is done: what it will cost can be told
/// before the others are.
pub(crate) struct Attempt {
    function: MFunction,
    allowed: RegisterSet,
    ties: Vec<lower::Tie>,
    scale: Scale,
    variables: Variables,
    merging: Merging,
    round: Round,
}

impl Attempt {
    /// Begins, merging copies carefully. None if the function is too large.
    pub(crate) fn new(function: &MFunction, set: RegisterSet, prefer: Prefer) -> Option<Attempt> {
        Attempt::begin(function, set, Scale(prefer), Merging::Careful)
    }

    /// Begins, merging more copies.
    pub(crate) fn bold(function: &MFunction, set: RegisterSet, prefer: Prefer) -> Option<Attempt> {
        Attempt::begin(function, set, Scale(prefer), Merging::Bold)
    }

    /// Whether bold merging may give another result.
    pub(crate) fn is_careful(&self) -> bool {
        self.merging == Merging::Careful && self.round.order.refused
    }

    fn begin(
        function: &MFunction,
        set: RegisterSet,
        scale: Scale,
        merging: Merging,
    ) -> Option<Attempt> {
        if function.virtuals > LARGEST {
            return None;
        }
        let mut function = function.clone();
        let allowed = if function.has_frame_pointer() { set.without_frame_pointer() } else { set };
        // Copies stand in place of constraints.
        let ties = lower::run(&mut function);
        let variables = Variables::of(&function);
        let palette = palette_of(Class::Core, &function, allowed);
        let round = Round::new(&mut function, palette, &variables, &ties, (scale, merging));
        Some(Attempt { function, allowed, ties, scale, variables, merging, round })
    }

    /// What allocation would cost, to compare a function with itself: the first
    /// round, and what the function makes out of nothing. (Floats cost the same in
    /// all its versions.)
    pub(crate) fn cost(&self) -> u64 {
        let mut cost = self.round.cost;
        let weights = cost::weights(&self.function);
        for (block, weight) in self.function.blocks.iter().zip(weights) {
            for located in &block.insts {
                if let Some((rd, remake)) = Remake::of(&located.inst, false)
                    && Class::Core.node(rd).is_some_and(|node| self.round.color(node).is_some())
                {
                    let (bytes, cycles) = remake.cost();
                    cost = cost.saturating_add(self.scale.cost(bytes, cycles, weight));
                }
            }
        }
        cost
    }

    /// The registers that it may use.
    pub(crate) fn registers(&self) -> RegisterSet {
        self.allowed
    }

    /// Whether every variable got a register in the first round.
    pub(crate) fn fits(&self) -> bool {
        self.round.spilled.is_empty()
    }

    /// The function with machine registers, and those that it writes.
    ///
    /// # Errors
    /// If the set is too small.
    pub(crate) fn finish(self) -> Result<(MFunction, Written), CompileError> {
        let Attempt { mut function, allowed, ties, scale, variables, merging, round } = self;
        let palette = palette_of(Class::Core, &function, allowed);
        let how = (scale, merging);
        color(&mut function, palette, &ties, how, variables, round)?;
        if function.has_floats {
            function.renumber();
            let variables = Variables::of(&function);
            let palette = palette_of(Class::Float, &function, allowed);
            let round = Round::new(&mut function, palette, &variables, &[], how);
            color(&mut function, palette, &[], how, variables, round)?;
        }
        let written = written(&mut function);
        Ok((function, written))
    }
}

/// The registers of a class that a function may use.
fn palette_of(class: Class, function: &MFunction, set: RegisterSet) -> Palette {
    let (allowed, preserved) = match class {
        Class::Core => (u32::from(set.bits()), 0b0100_1111_1111_0000),
        Class::Float => {
            let all = u32::MAX >> (32 - function.float_unit.registers());
            (all, all & !function.float_unit.scratch())
        }
    };
    Palette { class, allowed, preserved, calls: function.calls }
}

/// Colours the variables of one class, in rounds of which the first is done, and
/// puts machine registers in their place.
fn color(
    function: &mut MFunction,
    palette: Palette,
    ties: &[lower::Tie],
    how: (Scale, Merging),
    mut variables: Variables,
    mut round: Round,
) -> Result<(), CompileError> {
    let class = palette.class;
    for _ in 0..ROUNDS {
        if round.spilled.is_empty() {
            let color = |reg: Reg| round.color(class.node(reg)?);
            let register = |reg: Reg| color(reg).map_or(reg, |color| class.register(color));
            #[cfg(debug_assertions)]
            check::check(function, register).map_err(CompileError::Encoding)?;
            rewrite(function, register);
            return Ok(());
        }
        if round.spilled.iter().any(|&n| round.costs.spill[n as usize] == u64::MAX) {
            return Err(CompileError::Allocation("the set is too small".to_string()));
        }
        let remakes = remakes(function, class, &round.flow, &round.order, &variables);
        let remake = |group: u32| remakes[group as usize].flatten();
        spill::run(function, class, &round.order, &round.spilled, &mut variables, remake);
        variables.resize(function.virtuals as usize);
        round = Round::new(function, palette, &variables, ties, how);
    }
    Err(CompileError::Allocation("too many rounds".to_string()))
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
        palette: Palette,
        variables: &Variables,
        ties: &[lower::Tie],
        (scale, merging): (Scale, Merging),
    ) -> Round {
        let flow = Flow::new(function, palette.class);
        let mut graph = Graph::new(&flow);
        let problem = Problem::new(function, palette.class, &flow, variables, scale);
        let copies = problem.copies(function, &graph, ties);
        let present = problem.present();
        let Problem { mut costs, narrow, .. } = problem;
        let order =
            simplify::run(&mut graph, &mut costs, &copies, (palette.allowed, merging), present);
        let groups = Groups::new(&graph, &order, &copies, &flow, &narrow);
        let mut assigner = Assigner::new(&groups, &order, &costs, palette, scale);
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

/// How each group can be made again: all its definitions make the same.
fn remakes(
    function: &MFunction,
    class: Class,
    flow: &Flow,
    order: &Order,
    variables: &Variables,
) -> Vec<Option<Option<Remake>>> {
    let mut remakes: Vec<Option<Option<Remake>>> = vec![None; flow.nodes];
    let incoming = problem::incoming_is_constant(function);
    // A copy of a spilled value may be needed when its word has changed.
    let mut copied = vec![false; remakes.len()];
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    for (located, &access) in insts.zip(&flow.accesses) {
        let made = Remake::of(&located.inst, incoming).map(|(_, remake)| remake);
        for &def in flow.defs(access) {
            let group = order.representative(def);
            let known = def.checked_sub(MACHINE).and_then(|n| variables.remakes[n as usize]);
            let made = made.or(known);
            if let Some((_, rm)) = as_copy(&located.inst)
                && class.node(rm).map(|node| order.representative(node)) == Some(group)
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
fn rewrite(function: &mut MFunction, register: impl Fn(Reg) -> Reg) {
    for block in &mut function.blocks {
        for located in &mut block.insts {
            located.inst.visit_operands(&mut |reg, _, _| *reg = register(*reg));
        }
        block.insts.retain(|l| as_copy(&l.inst).is_none_or(|(rd, rm)| rd != rm));
    }
}

/// The machine registers that a function writes.
fn written(function: &mut MFunction) -> Written {
    let mut written = Written::default();
    for located in function.blocks.iter_mut().flat_map(|block| &mut block.insts) {
        written.clobbered(&located.inst);
        located.inst.visit_operands(&mut |reg, kind, _| {
            if kind != OperandKind::Use {
                written.add(*reg);
            }
        });
    }
    written
}
