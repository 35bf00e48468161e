//! What allocation weighs, by variable: what it costs in memory, made again, or in a
//! register that short instructions can't name, and which copies would vanish.

use super::cost;
use super::flow::{Class, Flow, MACHINE, as_copy};
use super::graph::{Copy, Graph};
use super::lower;
use super::spill::Variables;
use crate::emit::flags;
use crate::mach::{MFunction, MInst, Mode, Reg};
use crate::remake::Remake;
use crate::scale::Scale;

/// Costs by node.
pub(super) struct Costs {
    /// Of a life without a register; `u64::MAX` if it must have one.
    pub spill: Vec<u64>,
    /// Of a life in memory.
    pub memory: Vec<u64>,
    /// How the value can be made again in place of a life in memory.
    pub remake: Vec<Option<Remake>>,
    /// Of a register that short instructions can't name.
    pub high: Vec<u64>,
    /// What each machine register saves in copies.
    pub wishes: Wishes,
}

/// What a node pays less in each machine register; few nodes wish for any.
pub(super) struct Wishes {
    /// By node, the number of its list.
    numbers: Vec<Option<u32>>,
    lists: Vec<[u64; MACHINE as usize]>,
}

impl Wishes {
    fn new(nodes: usize) -> Wishes {
        Wishes { numbers: vec![None; nodes], lists: vec![] }
    }

    /// A node pays so much less in a register.
    pub(super) fn add(&mut self, node: u32, register: u32, cost: u64) {
        let number = self.numbers[node as usize].get_or_insert_with(|| {
            self.lists.push([0; MACHINE as usize]);
            self.lists.len() as u32 - 1
        });
        self.lists[*number as usize][register as usize] += cost;
    }

    /// By register what a node pays less, if it wishes for any.
    pub(super) fn of(&self, node: usize) -> Option<&[u64; MACHINE as usize]> {
        self.numbers[node].map(|number| &self.lists[number as usize])
    }

    /// Gives node `a` the wishes of `b` too.
    fn merge(&mut self, a: usize, b: usize) {
        let Some(other) = self.numbers[b] else { return };
        let Some(own) = self.numbers[a] else {
            self.numbers[a] = self.numbers[b].take();
            return;
        };
        let others = self.lists[other as usize];
        let own = &mut self.lists[own as usize];
        own.iter_mut().zip(others).for_each(|(own, other)| *own += other);
    }
}

impl Costs {
    /// Gives node `a` the costs of `b` too.
    pub(super) fn merge(&mut self, a: usize, b: usize) {
        let fixed = self.spill[a] == u64::MAX || self.spill[b] == u64::MAX;
        self.wishes.merge(a, b);
        for list in [&mut self.spill, &mut self.memory, &mut self.high] {
            list[a] = list[a].saturating_add(list[b]);
        }
        if self.remake[a] != self.remake[b] {
            self.remake[a] = None;
        }
        if self.remake[a].is_none() && !fixed {
            self.spill[a] = self.memory[a];
        }
    }

    /// What merging two nodes loses of their wishes: both get one register.
    pub(super) fn discord(&self, a: usize, b: usize) -> u64 {
        let (Some(a), Some(b)) = (self.wishes.of(a), self.wishes.of(b)) else { return 0 };
        let best = |list: &[u64; MACHINE as usize]| list.iter().max().copied().unwrap_or(0);
        best(a) + best(b) - a.iter().zip(b).map(|(a, b)| a + b).max().unwrap_or(0)
    }
}

/// Costs and wishes.
pub(super) struct Problem {
    pub(super) costs: Costs,
    /// For each instruction that is short if all its registers are low the
    /// cost if not.
    pub(super) narrow: Vec<Option<u64>>,
    class: Class,
    weights: Vec<u64>,
    seen: Vec<bool>,
    scale: Scale,
}

impl Problem {
    pub(super) fn new(
        function: &MFunction,
        class: Class,
        flow: &Flow,
        variables: &Variables,
        scale: Scale,
    ) -> Problem {
        let nodes = flow.nodes;
        let costs = Costs {
            spill: vec![0; nodes],
            memory: vec![0; nodes],
            remake: vec![None; nodes],
            high: vec![0; nodes],
            wishes: Wishes::new(nodes),
        };
        let weights = cost::weights(function);
        let (narrow, seen) = (Vec::with_capacity(flow.accesses.len()), vec![false; nodes]);
        let mut problem = Problem { costs, narrow, class, weights, seen, scale };
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
            if let Some((rd, remake)) = Remake::of(&located.inst, incoming)
                && let Some(node) = self.class.node(rd)
            {
                self.costs.remake[node as usize] = Some(remake);
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
        let (mut index, mut dead) = (0, vec![]);
        for (number, block) in function.blocks.iter().enumerate() {
            let weight = self.weights[number];
            flags::dead_in(&block.insts, &mut dead);
            for (located, &dead) in block.insts.iter().zip(&dead) {
                let narrow = cost::is_narrow(&located.inst, dead);
                let access = flow.accesses[index];
                index += 1;
                let cost = self.scale.cost(2, 0, weight);
                self.narrow.push(narrow.then_some(cost));
                // A copy becomes the access itself.
                let accesses = if as_copy(&located.inst).is_some() { 1 } else { 2 };
                let bytes = accesses * if self.class == Class::Float { 2 } else { 1 };
                let memory = self.scale.cost(bytes, accesses, weight);
                for (list, is_use) in [(flow.uses(access), true), (flow.defs(access), false)] {
                    for &node in list {
                        let node = node as usize;
                        self.seen[node] = true;
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
    pub(super) fn present(&self) -> Vec<u32> {
        (MACHINE..self.seen.len() as u32).filter(|&n| self.seen[n as usize]).collect()
    }

    /// Copies and ties, each pair once.
    pub(super) fn copies(
        &self,
        function: &MFunction,
        graph: &Graph,
        ties: &[lower::Tie],
    ) -> Vec<Copy> {
        let mut copies = vec![];
        let mut add = |(a, b): (Reg, Reg), cost: u64| {
            let (Some(a), Some(b)) = (self.class.node(a), self.class.node(b)) else { return };
            if a != b && (a < MACHINE || b < MACHINE || !graph.are_connected(a, b)) {
                copies.push(Copy { a: a.min(b), b: a.max(b), cost });
            }
        };
        for (block, &weight) in function.blocks.iter().zip(&self.weights) {
            for located in &block.insts {
                if let Some(ends) = as_copy(&located.inst) {
                    add(
                        ends,
                        self.scale.cost(if self.class == Class::Float { 4 } else { 2 }, 1, weight),
                    );
                }
                if let Some(tie) = lower::second_tie(&located.inst) {
                    add(tie, self.scale.cost(1, 0, weight));
                }
            }
        }
        for tie in ties {
            let is_seen = |reg| {
                let node = self.class.node(reg).map(|node| node as usize);
                node.is_some_and(|node| self.seen.get(node) == Some(&true))
            };
            if is_seen(tie.pair.0) && is_seen(tie.pair.1) {
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
pub(super) fn incoming_is_constant(function: &MFunction) -> bool {
    let writes = |inst: &MInst| matches!(inst, MInst::Store { mode: Mode::Incoming(_), .. });
    let mut insts = function.blocks.iter().flat_map(|block| &block.insts);
    function.home.is_none() && !insts.any(|located| writes(&located.inst))
}
