//! Which copies are merged, and how.

use std::cmp::Reverse;

use super::{Merging, Simplifier, State};
use crate::coloring::graph::Copy;
use crate::rows;

impl Simplifier<'_> {
    /// Merges the ends of the copy that saves most where that is safe.
    pub(super) fn merge_one(&mut self) -> bool {
        while let Some((saved, index)) = self.pending.next() {
            let copy = self.copies[index as usize];
            let (a, b) = (self.representative(copy.a), self.representative(copy.b));
            let gone = |n: u32| self.states[n as usize] == State::Removed;
            let now = copy.cost.saturating_sub(self.costs.discord(a as usize, b as usize));
            if a == b || gone(a) || gone(b) || self.conflict(a, b) || now == 0 {
                self.drop_copy(index);
            } else if now < saved {
                self.pending.retry(now, index);
            } else if self.may_merge(a, b) {
                self.drop_copy(index);
                self.merge(a, b);
                return true;
            } else {
                self.pending.wait(now, index, [a, b]);
            }
        }
        false
    }

    fn conflict(&self, a: u32, b: u32) -> bool {
        let forbidden = self.graph.forbidden[a as usize] | self.graph.forbidden[b as usize];
        self.graph.are_connected(a, b) || self.allowed & !forbidden == 0
    }

    /// Whether merging leaves the graph as colourable as it is: Briggs' test.
    fn is_safe(&self, a: u32, b: u32) -> bool {
        let forbidden = self.graph.forbidden[a as usize] | self.graph.forbidden[b as usize];
        let mut significant = (forbidden & self.allowed).count_ones();
        let near = self.graph.row(a).iter().zip(self.graph.row(b));
        for ((a, b), (all, just)) in near.zip(self.significant.iter().zip(&self.just)) {
            // A neighbour of both has one less.
            let count = (a | b) & all & !(a & b & just);
            if count != 0 {
                significant += count.count_ones();
            }
        }
        (significant as usize) < self.colors
    }

    fn may_merge(&self, a: u32, b: u32) -> bool {
        let bold = self.merging == Merging::Bold;
        self.is_safe(a, b) || bold && (self.is_within(a, b) || self.is_within(b, a))
    }

    /// Whether bold merging would merge a copy that is given up.
    pub(super) fn is_refused(&self, copy: Copy) -> bool {
        let (a, b) = (self.representative(copy.a), self.representative(copy.b));
        let active = |node: u32| self.states[node as usize] == State::Active;
        a != b
            && active(a)
            && active(b)
            && !self.conflict(a, b)
            && (self.is_within(a, b) || self.is_within(b, a))
    }

    /// Whether merging adds nothing to `a` that makes it harder to colour: what is live
    /// with `b` is live with it too, or easy to remove. George's test.
    fn is_within(&self, a: u32, b: u32) -> bool {
        let (wide, narrow) = (self.graph.forbidden[a as usize], self.graph.forbidden[b as usize]);
        let rows = self.graph.row(a).iter().zip(self.graph.row(b)).zip(&self.significant);
        narrow & !wide & self.allowed == 0
            && rows.into_iter().all(|((a, b), all)| b & !a & all == 0)
    }

    /// Merges `b` into `a`.
    fn merge(&mut self, a: u32, b: u32) {
        self.leave(b, State::Merged(a));
        let mut near = std::mem::take(&mut self.scratch);
        near.clear();
        near.extend(rows::numbers(self.graph.row(b)));
        for &n in &near {
            let active = rows::contains(&self.active, n);
            if !self.graph.are_connected(n, a) {
                self.graph.connect(n, a);
                self.degree[a as usize] += usize::from(active);
            } else if active {
                self.lower_degree(n);
            }
        }
        self.scratch = near;
        let (old, new) = (self.graph.forbidden[a as usize], self.graph.forbidden[b as usize]);
        self.graph.forbidden[a as usize] |= new;
        self.degree[a as usize] += (new & !old & self.allowed).count_ones() as usize;
        self.note_degree(a);
        self.costs.merge(a as usize, b as usize);
        // It may cost less than it did, having more neighbours.
        let price = self.price_of_losing(a);
        self.dear.iter_mut().for_each(|dear| dear.push(Reverse((price, a))));
        self.pending.join(a, b);
        self.note_low(a);
        self.wake_around(b);
        self.pending.wake(a);
    }
}
