//! Iterated register coalescing (George and Appel, 1996): nodes that can be
//! coloured whatever their neighbours get leave the graph, copies are merged
//! where that keeps the graph colourable, and the order in which the nodes
//! left tells in which order to colour them.
//!
//! Among nodes that may leave, the one with the least to lose leaves first,
//! so that it chooses its register last.

mod merge;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::coloring::flow::MACHINE;
use crate::coloring::graph::{Copy, Graph};
use crate::coloring::pending::Pending;
use crate::coloring::problem::Costs;
use crate::rows;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Active,
    Removed,
    Merged(u32),
}

/// Which copies are merged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Merging {
    /// Those that leave the graph as colourable as it was by Briggs' test.
    Careful,
    /// Those too of which one end is live with nothing hard to colour that the other is
    /// not live with: George's test. The longer life may be spilled as a whole.
    Bold,
}

/// The graph after simplification.
pub(super) struct Order {
    /// Nodes in the order in which to colour them.
    pub stack: Vec<u32>,
    states: Vec<State>,
    /// Whether bold merging may give another one.
    pub refused: bool,
}

impl Order {
    /// The node that one was merged into, if it was there.
    pub(super) fn group(&self, node: u32) -> Option<u32> {
        ((node as usize) < self.states.len()).then(|| self.representative(node))
    }

    /// The node that one was merged into, or itself.
    pub(super) fn representative(&self, mut node: u32) -> u32 {
        while let State::Merged(into) = self.states[node as usize] {
            node = into;
        }
        node
    }
}

struct Simplifier<'a> {
    graph: &'a mut Graph,
    costs: &'a mut Costs,
    allowed: u32,
    merging: Merging,
    colors: usize,
    degree: Vec<usize>,
    states: Vec<State>,
    /// Nodes that are active.
    active: Vec<u64>,
    /// Those of them that have as many neighbours as there are colours, or more.
    significant: Vec<u64>,
    /// Those that have just as many.
    just: Vec<u64>,
    /// Nodes that are in use for a short while.
    scratch: Vec<u32>,
    copies: &'a [Copy],
    pending: Pending<'a>,
    stack: Vec<u32>,
    /// Whether a copy was given up that bold merging takes.
    refused: bool,
    /// Nodes that may have become easy to remove, some of them twice.
    maybe_easy: Vec<u32>,
    /// A list in place of that one while those are removed.
    found: Vec<u32>,
    /// Nodes of low degree by the cost of their copies when they were noted,
    /// the cheapest first.
    low: BinaryHeap<Reverse<(u64, u32)>>,
    /// Nodes that the function has.
    present: Vec<u32>,
    /// Active nodes by what losing them cost when they were noted, the cheapest first,
    /// once one is to be lost. It costs no less since.
    dear: Option<BinaryHeap<Reverse<(u64, u32)>>>,
}

/// Simplifies the graph for the allowed registers. `present` are the nodes that
/// the function has, in rising order; copies stand in the order in which equals
/// are merged.
pub(super) fn run(
    graph: &mut Graph,
    costs: &mut Costs,
    copies: &[Copy],
    (allowed, merging): (u32, Merging),
    present: Vec<u32>,
) -> Order {
    let nodes = graph.nodes();
    // A copy of a machine register is a wish.
    for copy in copies {
        let (node, machine) = match (copy.a < MACHINE, copy.b < MACHINE) {
            (true, _) => (copy.b, copy.a),
            (_, true) => (copy.a, copy.b),
            (false, false) => continue,
        };
        if copy.cost > 0 {
            costs.wishes.add(node, machine, copy.cost);
        }
    }
    let degree = (0..nodes)
        .map(|n| {
            (rows::count(graph.row(n as u32)) + (graph.forbidden[n] & allowed).count_ones())
                as usize
        })
        .collect();
    let mut simplifier = Simplifier {
        graph,
        costs,
        allowed,
        merging,
        colors: allowed.count_ones() as usize,
        degree,
        states: vec![State::Active; nodes],
        active: vec![0; nodes.div_ceil(64)],
        significant: vec![0; nodes.div_ceil(64)],
        just: vec![0; nodes.div_ceil(64)],
        scratch: vec![],
        copies,
        pending: Pending::new(copies, nodes),
        stack: vec![],
        refused: false,
        maybe_easy: present.clone(),
        found: vec![],
        low: BinaryHeap::new(),
        present,
        dear: None,
    };
    simplifier.run();
    let (states, refused) = (simplifier.states, simplifier.refused);
    Order { stack: simplifier.stack.into_iter().rev().collect(), states, refused }
}

impl Simplifier<'_> {
    fn run(&mut self) {
        for node in self.present.clone() {
            rows::insert(&mut self.active, node);
            self.note_degree(node);
            self.note_low(node);
        }
        while self.remove_easy() || self.merge_one() || self.freeze_one() || self.give_up_one() {}
    }

    /// Removes the node that costs least without a register, for the degree
    /// that it has.
    fn give_up_one(&mut self) -> bool {
        let mut dear = self.dear.take().unwrap_or_else(|| {
            let active = rows::numbers(&self.active);
            active.map(|node| Reverse((self.price_of_losing(node), node))).collect()
        });
        let mut cheapest = None;
        while let Some(Reverse((cost, node))) = dear.pop() {
            if self.states[node as usize] == State::Active {
                let now = self.price_of_losing(node);
                if now == cost {
                    cheapest = Some(node);
                    break;
                }
                dear.push(Reverse((now, node)));
            }
        }
        self.dear = Some(dear);
        let Some(node) = cheapest else { return false };
        self.drop_copies(node);
        self.remove(node);
        self.wake_around(node);
        true
    }

    /// What a node costs without a register, for its degree.
    fn price_of_losing(&self, node: u32) -> u64 {
        let cost = self.costs.spill[node as usize].min(u64::MAX >> 16) << 16;
        cost / (self.degree[node as usize].max(1) as u64)
    }

    /// Tries the copies of a node's neighbours again: it counts less in what
    /// is safe.
    fn wake_around(&mut self, node: u32) {
        self.pending.wake_all(self.graph.row(node), &self.active);
    }

    /// The node is not active any more.
    fn leave(&mut self, node: u32, state: State) {
        self.states[node as usize] = state;
        for set in [&mut self.active, &mut self.significant, &mut self.just] {
            rows::remove(set, node);
        }
    }

    /// Notes the degree of an active node.
    fn note_degree(&mut self, node: u32) {
        let degree = self.degree[node as usize];
        for (set, is_in) in [
            (&mut self.significant, degree >= self.colors),
            (&mut self.just, degree == self.colors),
        ] {
            if is_in {
                rows::insert(set, node);
            } else {
                rows::remove(set, node);
            }
        }
    }

    fn is_low(&self, node: u32) -> bool {
        self.states[node as usize] == State::Active && self.degree[node as usize] < self.colors
    }

    fn is_easy(&self, node: u32) -> bool {
        self.is_low(node) && self.pending.open(node).0 == 0
    }

    /// Notes a node of low degree whose copies or degree have changed.
    fn note_low(&mut self, node: u32) {
        if self.is_low(node) {
            match self.pending.open(node) {
                (0, _) => self.maybe_easy.push(node),
                (_, cost) => self.low.push(Reverse((cost, node))),
            }
        }
    }

    /// Gives up a copy.
    fn drop_copy(&mut self, index: u32) {
        let copy = self.copies[index as usize];
        let ends = [copy.a, copy.b].map(|end| self.representative(end));
        if self.pending.give_up(index, ends) {
            ends.into_iter().for_each(|node| self.note_low(node));
        }
    }

    fn drop_copies(&mut self, node: u32) {
        for index in self.pending.take(node) {
            self.refused = self.refused || self.is_refused(self.copies[index as usize]);
            self.drop_copy(index);
        }
    }

    /// Removes the nodes of low degree that no copy wants to merge.
    fn remove_easy(&mut self) -> bool {
        let mut found = std::mem::replace(&mut self.maybe_easy, std::mem::take(&mut self.found));
        found.retain(|&n| self.is_easy(n));
        found.sort_unstable_by_key(|&n| {
            (self.costs.high[n as usize], self.costs.spill[n as usize], n)
        });
        found.dedup();
        let any = !found.is_empty();
        if any {
            self.pending.try_woken();
        }
        for node in found.drain(..) {
            self.remove(node);
        }
        self.found = found;
        any
    }

    fn remove(&mut self, node: u32) {
        self.leave(node, State::Removed);
        self.stack.push(node);
        let mut near = std::mem::take(&mut self.scratch);
        near.clear();
        near.extend(rows::common(self.graph.row(node), &self.active));
        for &other in &near {
            self.lower_degree(other);
        }
        self.scratch = near;
    }

    /// An active node has a neighbour less.
    fn lower_degree(&mut self, node: u32) {
        let old = self.degree[node as usize];
        self.degree[node as usize] = old.saturating_sub(1);
        if old == self.colors || old == self.colors + 1 {
            self.note_degree(node);
            if old == self.colors {
                self.note_low(node);
            }
            self.wake_around(node);
        }
    }

    fn representative(&self, mut node: u32) -> u32 {
        while let State::Merged(into) = self.states[node as usize] {
            node = into;
        }
        node
    }

    /// Gives up the copies of a node of low degree: of the one with the
    /// cheapest.
    fn freeze_one(&mut self) -> bool {
        if self.maybe_easy.iter().any(|&n| self.is_easy(n)) {
            return true;
        }
        while let Some(Reverse((cost, node))) = self.low.pop() {
            let (count, now) = self.pending.open(node);
            if self.is_low(node) && count > 0 && now == cost {
                self.drop_copies(node);
                return true;
            }
        }
        false
    }
}
