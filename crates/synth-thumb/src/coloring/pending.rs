//! The copies that simplification may still merge: which each node has, which are
//! to be tried and in what order, and which wait until the graph around them changes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::flow::MACHINE;
use super::graph::Copy;
use crate::rows;

/// The end of a list.
const NONE: u32 = u32::MAX;

/// Copies between variables.
pub(super) struct Pending<'a> {
    copies: &'a [Copy],
    live: Vec<bool>,
    /// By node, the number of its copies that live, and their cost.
    open: Vec<(u32, u64)>,
    /// By node, the first and the last link of the list of its copies. Each copy has
    /// two links, `2 * copy` and the one behind it, in the lists of its ends.
    lists: Vec<(u32, u32)>,
    next: Vec<u32>,
    /// Copies to try, by what merging saves, the first among equals first.
    queue: BinaryHeap<(u64, Reverse<u32>)>,
    /// What those save that were not safe to merge, until the graph around
    /// them changes; then they are tried `again`.
    waiting: Vec<Option<u64>>,
    /// Nodes that have such copies, and some that had.
    waiters: Vec<u64>,
    again: Vec<(u64, Reverse<u32>)>,
}

impl<'a> Pending<'a> {
    /// All copies that have no machine register.
    pub(super) fn new(copies: &'a [Copy], nodes: usize) -> Pending<'a> {
        let mut pending = Pending {
            copies,
            live: vec![false; copies.len()],
            open: vec![(0, 0); nodes],
            lists: vec![(NONE, NONE); nodes],
            next: vec![NONE; 2 * copies.len()],
            queue: BinaryHeap::new(),
            waiting: vec![None; copies.len()],
            waiters: vec![0; nodes.div_ceil(64)],
            again: vec![],
        };
        let mut queue = vec![];
        for (index, copy) in (0..).zip(copies).filter(|(_, copy)| copy.a.min(copy.b) >= MACHINE) {
            for (end, node) in (0..).zip([copy.a as usize, copy.b as usize]) {
                let open = &mut pending.open[node];
                *open = (open.0 + 1, open.1 + copy.cost);
                pending.append(node, (2 * index + end, 2 * index + end));
            }
            pending.live[index as usize] = true;
            queue.push((copy.cost, Reverse(index)));
        }
        pending.queue = queue.into();
        pending
    }

    fn append(&mut self, node: usize, list: (u32, u32)) {
        match &mut self.lists[node] {
            (first @ NONE, last) => (*first, *last) = list,
            (_, last) => self.next[std::mem::replace(last, list.1) as usize] = list.0,
        }
    }

    /// The number of a node's copies that live, and their cost.
    pub(super) fn open(&self, node: u32) -> (u32, u64) {
        self.open[node as usize]
    }

    /// Notes that a copy of these nodes is given up; false if it was before.
    pub(super) fn give_up(&mut self, index: u32, ends: [u32; 2]) -> bool {
        let was_live = std::mem::take(&mut self.live[index as usize]);
        if was_live {
            for node in ends {
                let (count, cost) = &mut self.open[node as usize];
                *count -= 1;
                *cost -= self.copies[index as usize].cost;
            }
        }
        was_live
    }

    /// The copies of a node, which it has no more.
    pub(super) fn take(&mut self, node: u32) -> Vec<u32> {
        let (mut link, _) = std::mem::replace(&mut self.lists[node as usize], (NONE, NONE));
        let mut copies = vec![];
        while link != NONE {
            copies.push(link / 2);
            link = self.next[link as usize];
        }
        copies
    }

    /// Gives the copies of `b` to `a`.
    pub(super) fn join(&mut self, a: u32, b: u32) {
        let (count, cost) = self.open[b as usize];
        let (all, sum) = self.open[a as usize];
        self.open[a as usize] = (all + count, sum + cost);
        if rows::contains(&self.waiters, b) {
            rows::insert(&mut self.waiters, a);
        }
        let list = std::mem::replace(&mut self.lists[b as usize], (NONE, NONE));
        if list.0 != NONE {
            self.append(a as usize, list);
        }
    }

    /// Copies that wait are to be tried again: those of all nodes that are in both
    /// sets.
    pub(super) fn wake_all(&mut self, a: &[u64], b: &[u64]) {
        for (index, (a, b)) in a.iter().zip(b).enumerate() {
            let nodes = a & b & self.waiters[index];
            for bit in rows::numbers(&[nodes]) {
                self.wake(64 * index as u32 + bit);
            }
        }
    }

    /// A node's copies that wait are to be tried again.
    pub(super) fn wake(&mut self, node: u32) {
        if !rows::contains(&self.waiters, node) {
            return;
        }
        rows::remove(&mut self.waiters, node);
        let (mut link, _) = std::mem::replace(&mut self.lists[node as usize], (NONE, NONE));
        while link != NONE {
            let (copy, next) = (link as usize / 2, self.next[link as usize]);
            // Those given up leave the list.
            if self.live[copy] {
                let waited = self.waiting[copy].take();
                self.again.extend(waited.map(|saved| (saved, Reverse(copy as u32))));
                self.next[link as usize] = NONE;
                self.append(node as usize, (link, link));
            }
            link = next;
        }
    }

    /// The copies that were woken are in the queue from now on.
    pub(super) fn try_woken(&mut self) {
        self.queue.extend(self.again.drain(..));
    }

    /// The copy to try next and what it was thought to save.
    pub(super) fn next(&mut self) -> Option<(u64, u32)> {
        while let Some((saved, Reverse(index))) = self.queue.pop() {
            if self.live[index as usize] {
                return Some((saved, index));
            }
        }
        None
    }

    /// A copy saves less than it was thought to.
    pub(super) fn retry(&mut self, saved: u64, index: u32) {
        self.queue.push((saved, Reverse(index)));
    }

    /// A copy of these nodes is not safe to merge yet.
    pub(super) fn wait(&mut self, saved: u64, index: u32, ends: [u32; 2]) {
        self.waiting[index as usize] = Some(saved);
        ends.into_iter().for_each(|node| rows::insert(&mut self.waiters, node));
    }
}
