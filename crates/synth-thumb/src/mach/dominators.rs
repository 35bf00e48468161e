//! Predecessors and dominators of a machine function's blocks
//! (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm").

use std::collections::BinaryHeap;

use super::{MFunction, graph};
use crate::lists::Lists;

/// What has not been reached.
const NONE: u32 = u32::MAX;

/// The graph of a function.
pub(crate) struct Graph {
    successors: Lists<u32>,
    predecessors: Vec<Vec<u32>>,
    /// The place of each block in a reverse postorder.
    place: Vec<u32>,
    dominators: Vec<u32>,
}

impl Graph {
    pub(crate) fn new(function: &MFunction) -> Graph {
        let count = function.blocks.len();
        let successors = graph::successors(function);
        let order = graph::reverse_postorder(&successors);
        let mut graph = Graph {
            successors,
            predecessors: vec![vec![]; count],
            place: vec![NONE; count],
            dominators: vec![NONE; count],
        };
        for (place, &block) in order.iter().enumerate() {
            graph.place[block as usize] = place as u32;
            for &target in graph.successors.of(block) {
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

    /// The nearest block that dominates all of these, which are reached.
    pub(crate) fn common_of(&self, blocks: impl Iterator<Item = u32>) -> Option<u32> {
        let mut seen = vec![false; self.len()];
        let mut left = BinaryHeap::new();
        let mut add = |left: &mut BinaryHeap<(u32, u32)>, block: u32| {
            if !std::mem::replace(&mut seen[block as usize], true) {
                left.push((self.place(block), block));
            }
        };
        blocks.for_each(|block| add(&mut left, block));
        // The last one dominates none of the others.
        while left.len() > 1
            && let Some((_, block)) = left.pop()
        {
            add(&mut left, self.dominator(block));
        }
        left.pop().map(|(_, block)| block)
    }

    /// The nearest block that dominates both.
    fn common(&self, mut a: u32, mut b: u32) -> u32 {
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
    pub(crate) fn dominator(&self, block: u32) -> u32 {
        self.dominators[block as usize]
    }

    /// Number of blocks.
    pub(crate) fn len(&self) -> usize {
        self.place.len()
    }

    /// The place of a block that is reached in an order in which its dominators stand
    /// before it.
    pub(crate) fn place(&self, block: u32) -> u32 {
        self.place[block as usize]
    }

    pub(crate) fn is_reached(&self, block: u32) -> bool {
        self.place[block as usize] != NONE
    }

    /// Blocks that are reached and go to a block.
    pub(crate) fn predecessors(&self, block: u32) -> &[u32] {
        &self.predecessors[block as usize]
    }

    pub(crate) fn successors(&self, block: u32) -> &[u32] {
        self.successors.of(block)
    }

    /// The blocks that are reached from one, itself included.
    pub(crate) fn reach(&self, from: u32) -> Vec<bool> {
        let mut reached = vec![false; self.successors.nodes()];
        let mut work = vec![from];
        while let Some(block) = work.pop() {
            if !std::mem::replace(&mut reached[block as usize], true) {
                work.extend(self.successors(block));
            }
        }
        reached
    }
}
