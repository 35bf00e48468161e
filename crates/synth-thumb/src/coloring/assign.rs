//! Colours: the machine register of each variable.
//!
//! Nodes are coloured in the order that simplification found, each with the
//! register that costs least beside what is coloured already. Then single
//! nodes change to better colours while there are any, also by exchange with
//! their neighbours.

use super::cost::Scale;
use super::flow::{Flow, MACHINE};
use super::graph::{Copy, Graph};
use super::simplify::{Costs, Order};

/// Rounds of improvement.
const ROUNDS: usize = 3;
/// Neighbours that may make room for a node.
const MOST_MOVED: usize = 3;

/// What colours are chosen by.
pub(super) struct Assigner<'a> {
    pub graph: &'a Graph,
    pub order: &'a Order,
    pub costs: &'a Costs,
    pub copies: &'a [Copy],
    pub allowed: u16,
    /// Whether lr is saved in any case.
    pub calls: bool,
    pub scale: Scale,
    /// By node, its copies.
    by_node: Vec<Vec<u32>>,
    /// By node, the instructions that are short if all registers are low, with
    /// the cost if not.
    short: Vec<Vec<(u32, u64)>>,
    /// Representatives in each short instruction.
    operands: Vec<Vec<u32>>,
    pub colors: Vec<Option<u8>>,
    /// Number of nodes of each colour.
    counts: [u32; 16],
}

const HIGH: u16 = 0xff00;

impl<'a> Assigner<'a> {
    pub(super) fn new(
        graph: &'a Graph,
        order: &'a Order,
        costs: &'a Costs,
        copies: &'a [Copy],
        (allowed, calls, scale): (u16, bool, Scale),
    ) -> Assigner<'a> {
        let nodes = graph.adjacent.len();
        let mut by_node = vec![vec![]; nodes];
        for (index, copy) in copies.iter().enumerate() {
            let (a, b) = (order.representative(copy.a), order.representative(copy.b));
            if a != b {
                by_node[a as usize].push(index as u32);
                by_node[b as usize].push(index as u32);
            }
        }
        let mut colors = vec![None; nodes];
        for number in 0..MACHINE {
            colors[number as usize] = Some(number as u8);
        }
        let (short, operands) = (vec![vec![]; nodes], vec![]);
        let counts = [0; 16];
        Assigner {
            graph,
            order,
            costs,
            copies,
            allowed,
            calls,
            scale,
            by_node,
            short,
            operands,
            colors,
            counts,
        }
    }

    /// Notes the instructions that are short if all registers are low.
    pub(super) fn note_short(&mut self, flow: &Flow, narrow: &[Option<u64>]) {
        for (access, cost) in flow.accesses.iter().zip(narrow) {
            let Some(cost) = *cost else { continue };
            let mut nodes: Vec<u32> =
                flow.both(*access).iter().map(|&n| self.order.representative(n)).collect();
            nodes.sort_unstable();
            nodes.dedup();
            let index = self.operands.len() as u32;
            for &node in nodes.iter().filter(|&&node| node >= MACHINE) {
                self.short[node as usize].push((index, cost));
            }
            self.operands.push(nodes);
        }
    }

    /// Colours all nodes; those that get none.
    pub(super) fn run(&mut self) -> Vec<u32> {
        let mut spilled = vec![];
        for &node in &self.order.stack {
            let free = self.free(node);
            let high = self.costs.high[node as usize];
            let best = (0..16u8).filter(|c| free & 1 << c != 0).min_by_key(|&c| {
                let high = if HIGH & 1 << c != 0 { high } else { 0 };
                self.cost_of_copies(node, c) + high + self.cost_of_opening(c)
            });
            match best {
                Some(color) => self.set(node, color),
                None => spilled.push(node),
            }
        }
        if spilled.is_empty() {
            self.improve();
        }
        spilled
    }

    fn set(&mut self, node: u32, color: u8) {
        if let Some(old) = self.colors[node as usize].replace(color) {
            self.counts[usize::from(old)] -= 1;
        }
        self.counts[usize::from(color)] += 1;
    }

    /// Colours that no neighbour has.
    fn free(&self, node: u32) -> u16 {
        let mut free = self.allowed & !self.graph.forbidden[node as usize];
        for &other in &self.graph.adjacent[node as usize] {
            if let Some(color) = self.color(other) {
                free &= !(1 << color);
            }
        }
        free
    }

    pub(super) fn color(&self, node: u32) -> Option<u8> {
        self.colors[self.order.representative(node) as usize]
    }

    fn cost_of_copies(&self, node: u32, color: u8) -> u64 {
        let mut cost = 0;
        for &index in &self.by_node[node as usize] {
            let copy = &self.copies[index as usize];
            let a = self.order.representative(copy.a);
            let other = if a == node { self.order.representative(copy.b) } else { a };
            if self.colors[other as usize].is_none_or(|other| other != color) {
                cost += copy.cost;
            }
        }
        cost
    }

    /// The cost of the first use of a register.
    fn cost_of_opening(&self, color: u8) -> u64 {
        if self.counts[usize::from(color)] > 0 {
            return 0;
        }
        let any = |range: std::ops::Range<usize>| self.counts[range].iter().any(|&n| n > 0);
        let saved = self.calls || any(4..12) || self.counts[14] > 0;
        let first = if saved { 0 } else { 2 };
        match color {
            14 if self.calls => 0,
            4..8 | 14 => self.scale.cost(first, 2 + first, 1),
            8..12 => self.scale.cost(first + if any(8..12) { 0 } else { 4 }, 2 + first, 1),
            _ => 0,
        }
    }

    fn cost_of_high(&self, node: u32, color: u8) -> u64 {
        if HIGH & 1 << color == 0 {
            return 0;
        }
        let is_high = |n: u32| self.colors[n as usize].is_some_and(|c| HIGH & 1 << c != 0);
        let mut cost = 0;
        for &(index, bytes) in &self.short[node as usize] {
            let others = &self.operands[index as usize];
            if !others.iter().any(|&n| n != node && is_high(n)) {
                cost += bytes;
            }
        }
        cost
    }

    fn total(&self, node: u32, color: u8) -> u64 {
        self.cost_of_copies(node, color)
            + self.cost_of_high(node, color)
            + self.cost_of_opening(color)
    }

    fn improve(&mut self) {
        for _ in 0..ROUNDS {
            let mut changed = false;
            for index in 0..self.order.stack.len() {
                let node = self.order.stack[index];
                changed |= self.improve_alone(node) || self.improve_by_exchange(node);
            }
            if !changed {
                break;
            }
        }
    }

    fn unset(&mut self, node: u32) {
        if let Some(old) = self.colors[node as usize].take() {
            self.counts[usize::from(old)] -= 1;
        }
    }

    fn improve_alone(&mut self, node: u32) -> bool {
        let Some(old) = self.colors[node as usize] else { return false };
        self.unset(node);
        let free = self.free(node);
        let before = self.total(node, old);
        let best = (0..16u8)
            .filter(|c| free & 1 << c != 0)
            .map(|c| (self.total(node, c), c))
            .min()
            .filter(|&(cost, _)| cost < before);
        self.set(node, best.map_or(old, |(_, color)| color));
        best.is_some()
    }

    /// Gives a node a colour that neighbours have, which take others.
    fn improve_by_exchange(&mut self, node: u32) -> bool {
        let Some(old) = self.colors[node as usize] else { return false };
        if self.cost_of_high(node, old) + self.cost_of_copies(node, old) == 0 {
            return false;
        }
        let allowed = self.allowed & !self.graph.forbidden[node as usize] & !(1 << old);
        (0..16u8).filter(|c| allowed & 1 << c != 0).any(|color| self.exchange(node, old, color))
    }

    fn exchange(&mut self, node: u32, old: u8, color: u8) -> bool {
        let mut others: Vec<u32> = vec![];
        for &other in &self.graph.adjacent[node as usize] {
            let other = self.order.representative(other);
            if self.colors[other as usize] == Some(color) && !others.contains(&other) {
                if other < MACHINE {
                    return false;
                }
                others.push(other);
            }
        }
        if others.is_empty() || others.len() > MOST_MOVED {
            return false;
        }
        let all = |this: &Self| {
            let each = others.iter().chain([&node]);
            each.map(|&n| this.total(n, this.colors[n as usize].unwrap_or(0))).sum::<u64>()
        };
        let before = all(self);
        let opened = |this: &Self| this.opened();
        let before = before + opened(self);
        others.iter().for_each(|&n| self.unset(n));
        self.set(node, color);
        let mut possible = true;
        for &other in &others {
            let free = self.free(other);
            let best =
                (0..16u8).filter(|c| free & 1 << c != 0).min_by_key(|&c| self.total(other, c));
            match best {
                Some(color) => self.set(other, color),
                None => {
                    possible = false;
                    break;
                }
            }
        }
        if possible && all(self) + opened(self) < before {
            return true;
        }
        others.iter().for_each(|&n| self.unset(n));
        self.set(node, old);
        others.iter().for_each(|&n| self.set(n, color));
        false
    }

    /// The cost of the registers that are saved.
    fn opened(&self) -> u64 {
        let used = |n: &usize| self.counts[*n] > 0;
        let low = (4..8).filter(used).count() as u64;
        let high = (8..12).filter(used).count() as u64;
        let first = if low + high > 0 && !self.calls { 2 } else { 0 };
        self.scale.cost(first + if high > 0 { 4 } else { 0 }, 2 * (low + high) + first, 1)
    }
}
