//! The control-flow graph of a machine function: predecessors and dominators
//! (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm").

use crate::mach::MFunction;

/// What has not been reached.
const NONE: u32 = u32::MAX;

/// The graph of a function.
pub(super) struct Graph {
    successors: Vec<Vec<u32>>,
    predecessors: Vec<Vec<u32>>,
    /// The place of each block in a reverse postorder.
    place: Vec<u32>,
    dominators: Vec<u32>,
}

impl Graph {
    pub(super) fn new(function: &MFunction) -> Graph {
        let count = function.blocks.len();
        let targets = |block: &crate::mach::MBlock| -> Vec<u32> {
            let targets = block.insts.last().map(|last| last.inst.targets());
            targets.unwrap_or_default().iter().map(|target| target.block).collect()
        };
        let successors: Vec<Vec<u32>> = function.blocks.iter().map(targets).collect();
        let order = reverse_postorder(&successors);
        let mut graph = Graph {
            successors,
            predecessors: vec![vec![]; count],
            place: vec![NONE; count],
            dominators: vec![NONE; count],
        };
        for (place, &block) in order.iter().enumerate() {
            graph.place[block as usize] = place as u32;
            for &target in &graph.successors[block as usize] {
                graph.predecessors[target as usize].push(block);
            }
        }
        graph.find_dominators(&order);
        graph
    }

    fn find_dominators(&mut self, order: &[u32]) {
        self.dominators[0] = 0;
        let mut changed = true;
        while changed {
            changed = false;
            for &block in &order[1..] {
                let known = |&&from: &&u32| self.dominators[from as usize] != NONE;
                let sources = self.predecessors[block as usize].iter().filter(known).copied();
                let Some(new) = sources.reduce(|a, b| self.common(a, b)) else { continue };
                changed |= self.dominators[block as usize] != new;
                self.dominators[block as usize] = new;
            }
        }
    }

    /// The nearest block that dominates both.
    pub(super) fn common(&self, mut a: u32, mut b: u32) -> u32 {
        while a != b {
            while self.place[a as usize] > self.place[b as usize] {
                a = self.dominators[a as usize];
            }
            while self.place[b as usize] > self.place[a as usize] {
                b = self.dominators[b as usize];
            }
        }
        a
    }

    /// The nearest block that dominates another, which is not the entry.
    pub(super) fn dominator(&self, block: u32) -> u32 {
        self.dominators[block as usize]
    }

    pub(super) fn is_reached(&self, block: u32) -> bool {
        self.place[block as usize] != NONE
    }

    /// Blocks that are reached and go to a block.
    pub(super) fn predecessors(&self, block: u32) -> &[u32] {
        &self.predecessors[block as usize]
    }

    pub(super) fn successors(&self, block: u32) -> &[u32] {
        &self.successors[block as usize]
    }

    /// The blocks that are reached from one, itself included.
    pub(super) fn reach(&self, from: u32) -> Vec<bool> {
        let mut reached = vec![false; self.successors.len()];
        let mut work = vec![from];
        while let Some(block) = work.pop() {
            if !std::mem::replace(&mut reached[block as usize], true) {
                work.extend(self.successors(block));
            }
        }
        reached
    }
}

fn reverse_postorder(successors: &[Vec<u32>]) -> Vec<u32> {
    let mut seen = vec![false; successors.len()];
    let mut order = vec![];
    // A block and how many of its successors have been visited.
    let mut path = vec![(0u32, 0usize)];
    seen[0] = true;
    while let Some((block, next)) = path.last_mut() {
        match successors[*block as usize].get(*next) {
            Some(&target) => {
                *next += 1;
                if !std::mem::replace(&mut seen[target as usize], true) {
                    path.push((target, 0));
                }
            }
            None => {
                order.push(*block);
                path.pop();
            }
        }
    }
    order.reverse();
    order
}
