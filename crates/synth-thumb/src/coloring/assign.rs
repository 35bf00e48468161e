//! Colours: the machine register of each variable.
//!
//! Nodes are coloured in the order that simplification found, each with the
//! register that costs least beside what is coloured already. Then single
//! nodes change to better colours while there are any, also by exchange with
//! their neighbours.

use smallvec::{SmallVec, smallvec};

use super::flow::{Class, MACHINE};
use super::groups::Groups;
use super::problem::Costs;
use super::simplify::Order;
use crate::mach::ONCE;
use crate::scale::Scale;

/// Rounds of improvement.
const ROUNDS: usize = 2;
/// Neighbours that may make room for a node.
const MOST_MOVED: usize = 3;

/// What colours are chosen by.
pub(super) struct Assigner<'a> {
    order: &'a Order,
    costs: &'a Costs,
    groups: &'a Groups,
    palette: Palette,
    scale: Scale,
    colors: Vec<Option<u8>>,
    /// By colour and node, how many of its neighbours have it.
    near: Vec<u16>,
    /// By node, the colours that any of its neighbours has.
    taken: Vec<u32>,
    /// By short instruction, how many of its registers are high.
    high: Vec<u32>,
    /// Number of nodes of each colour, and the colours that any has.
    counts: [u32; MACHINE as usize],
    used: u32,
    /// Nodes that the last improvement gave other colours.
    moved: Vec<u32>,
}

/// The registers that there are.
#[derive(Clone, Copy)]
pub(super) struct Palette {
    pub class: Class,
    /// Those that may be used.
    pub allowed: u32,
    /// Those that calls preserve: the first use of one costs.
    pub preserved: u32,
    /// Whether lr is saved in any case.
    pub calls: bool,
}

const HIGH: u32 = 0xff00;
/// Core registers that calls preserve, the low and the high ones.
const LOW_SAVED: u32 = 0x00f0;
const HIGH_SAVED: u32 = 0x0f00;

fn is_high(color: u8) -> bool {
    HIGH & 1 << color != 0
}

/// The colours of a set, in rising order.
fn each(mut colors: u32) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let color = (colors != 0).then(|| colors.trailing_zeros() as u8)?;
        colors &= colors - 1;
        Some(color)
    })
}

/// The colour of a set that costs least, the first of equal ones.
fn cheapest(colors: u32, cost: impl Fn(u8) -> u64) -> Option<(u64, u8)> {
    let mut best = None;
    for color in each(colors) {
        let cost = cost(color);
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, color));
            if cost == 0 {
                break;
            }
        }
    }
    best
}

/// What each colour costs a node, but for opening it.
struct Prices {
    /// Of all its copies.
    copies: u64,
    /// Of each of those whose other end has a colour.
    agreed: SmallVec<[(u8, u64); 4]>,
    /// Of a high register.
    high: u64,
}

impl Prices {
    fn of(&self, color: u8) -> u64 {
        let high = if is_high(color) { self.high } else { 0 };
        let agreed = self.agreed.iter().filter(|(with, _)| *with == color);
        self.copies - agreed.map(|(_, cost)| cost).sum::<u64>() + high
    }
}

impl<'a> Assigner<'a> {
    pub(super) fn new(
        groups: &'a Groups,
        order: &'a Order,
        costs: &'a Costs,
        palette: Palette,
        scale: Scale,
    ) -> Assigner<'a> {
        let nodes = costs.spill.len();
        let mut colors = vec![None; nodes];
        for number in 0..MACHINE {
            colors[number as usize] = Some(number as u8);
        }
        let high = groups.fixed_high.clone();
        Assigner {
            order,
            costs,
            groups,
            palette,
            scale,
            colors,
            near: vec![0; (u32::BITS - palette.allowed.leading_zeros()) as usize * nodes],
            taken: vec![0; nodes],
            high,
            counts: [0; MACHINE as usize],
            used: 0,
            moved: vec![],
        }
    }

    /// Colours all nodes; those that get none.
    pub(super) fn run(&mut self) -> Vec<u32> {
        let mut spilled = vec![];
        for &node in &self.order.stack {
            // Which of the others will be high is not known yet.
            let prices = self.prices(node, self.costs.high[node as usize]);
            let best =
                cheapest(self.free(node), |color| prices.of(color) + self.cost_of_opening(color));
            match best {
                Some((_, color)) => self.set(node, Some(color)),
                None => spilled.push(node),
            }
        }
        if spilled.is_empty() {
            self.improve();
        }
        spilled
    }

    fn set(&mut self, node: u32, color: Option<u8>) {
        let old = std::mem::replace(&mut self.colors[node as usize], color);
        if old == color {
            return;
        }
        let (groups, nodes) = (self.groups, self.colors.len());
        if let Some(old) = old {
            self.close(old);
            let near = &mut self.near[usize::from(old) * nodes..][..nodes];
            for &other in groups.neighbours(node) {
                let count = &mut near[other as usize];
                *count -= 1;
                self.taken[other as usize] &= !(u32::from(*count == 0) << old);
            }
        }
        if let Some(color) = color {
            self.open(color);
            let near = &mut self.near[usize::from(color) * nodes..][..nodes];
            for &other in groups.neighbours(node) {
                near[other as usize] += 1;
                self.taken[other as usize] |= 1 << color;
            }
        }
        let (was, now) = (old.is_some_and(is_high), color.is_some_and(is_high));
        if was != now {
            for &(index, _) in self.groups.short(node) {
                let high = &mut self.high[index as usize];
                *high = if now { *high + 1 } else { *high - 1 };
            }
        }
    }

    /// How many neighbours have a colour.
    fn near(&self, node: u32, color: u8) -> u16 {
        self.near[usize::from(color) * self.colors.len() + node as usize]
    }

    /// Colours that no neighbour has.
    fn free(&self, node: u32) -> u32 {
        self.palette.allowed & !self.groups.forbidden(node) & !self.taken[node as usize]
    }

    /// A node more has a colour.
    fn open(&mut self, color: u8) {
        self.counts[usize::from(color)] += 1;
        self.used |= 1 << color;
    }

    /// A node less has a colour.
    fn close(&mut self, color: u8) {
        let count = &mut self.counts[usize::from(color)];
        *count -= 1;
        self.used &= !(u32::from(*count == 0) << color);
    }

    /// The colours by node.
    pub(super) fn into_colors(self) -> Vec<Option<u8>> {
        self.colors
    }

    /// What the colours cost.
    pub(super) fn cost(&self) -> u64 {
        let each = self.order.stack.iter().filter_map(|&node| {
            let color = self.colors[node as usize]?;
            let (apart, high) = self.price(node, color);
            // Each copy has two ends, but for those to machine registers.
            Some(apart / 2 + high)
        });
        each.sum::<u64>() + self.opened()
    }

    /// What one colour costs a node: its copies, and a high register.
    fn price(&self, node: u32, color: u8) -> (u64, u64) {
        let apart = |other: u32| self.colors[other as usize] != Some(color);
        let copies = self.groups.copies(node).iter();
        let copies = copies.map(|&(other, cost)| if apart(other) { cost } else { 0 }).sum();
        (copies, if is_high(color) { self.price_of_high(node) } else { 0 })
    }

    /// What a high register costs a node.
    fn price_of_high(&self, node: u32) -> u64 {
        let own = u32::from(self.colors[node as usize].is_some_and(is_high));
        let short = self.groups.short(node).iter();
        short.map(|&(index, cost)| if self.high[index as usize] == own { cost } else { 0 }).sum()
    }

    /// What each colour costs a node, and a high one besides.
    fn prices(&self, node: u32, high: u64) -> Prices {
        let mut prices = Prices { copies: 0, agreed: smallvec![], high };
        for &(other, cost) in self.groups.copies(node) {
            prices.copies += cost;
            prices.agreed.extend(self.colors[other as usize].map(|color| (color, cost)));
        }
        prices
    }

    /// The cost of the first use of a register.
    fn cost_of_opening(&self, color: u8) -> u64 {
        if (self.used | !self.palette.preserved) & 1 << color != 0 {
            return 0;
        }
        let any = |set: u32| self.used & set != 0;
        if self.palette.class == Class::Float {
            // VPUSH and VPOP.
            let first = !any(self.palette.preserved);
            return self.scale.cost(if first { 8 } else { 0 }, if first { 4 } else { 2 }, ONCE);
        }
        let saved = self.palette.calls || any(LOW_SAVED | HIGH_SAVED | 1 << 14);
        let first = if saved { 0 } else { 2 };
        match color {
            14 if self.palette.calls => 0,
            8..12 => self.scale.cost(first + if any(HIGH_SAVED) { 0 } else { 4 }, 2 + first, ONCE),
            _ => self.scale.cost(first, 2 + first, ONCE),
        }
    }

    fn improve(&mut self) {
        // Nodes around which something has changed since they were looked at.
        let mut changed = vec![true; self.colors.len()];
        for _ in 0..ROUNDS {
            let mut any = false;
            for &node in &self.order.stack {
                if !std::mem::take(&mut changed[node as usize]) {
                    continue;
                }
                self.moved.clear();
                if self.improve_alone(node) || self.improve_by_exchange(node) {
                    any = true;
                    for &node in &self.moved {
                        changed[node as usize] = true;
                        let near = self.groups.neighbours(node).iter();
                        let tied = self.groups.copies(node).iter().map(|(other, _)| other);
                        near.chain(tied).for_each(|&other| changed[other as usize] = true);
                    }
                }
            }
            if !any {
                break;
            }
        }
    }

    fn improve_alone(&mut self, node: u32) -> bool {
        let Some(old) = self.colors[node as usize] else { return false };
        // What opening costs is judged without the node.
        self.close(old);
        let (copies, high) = self.price(node, old);
        let now = copies + high + self.cost_of_opening(old);
        let best = if now == 0 { None } else { self.better(node, now) };
        self.open(old);
        if let Some(color) = best {
            self.set(node, Some(color));
            self.moved.push(node);
        }
        best.is_some()
    }

    /// A colour for which a node pays less.
    fn better(&self, node: u32, now: u64) -> Option<u8> {
        let prices = self.prices(node, self.price_of_high(node));
        let total = |color| prices.of(color) + self.cost_of_opening(color);
        let (cost, color) = cheapest(self.free(node), total)?;
        (cost < now).then_some(color)
    }

    /// Gives a node a colour that neighbours have, which take others.
    fn improve_by_exchange(&mut self, node: u32) -> bool {
        let Some(old) = self.colors[node as usize] else { return false };
        if self.price(node, old) == (0, 0) {
            return false;
        }
        let allowed = self.palette.allowed & !self.groups.forbidden(node) & !(1 << old);
        each(allowed).any(|color| self.exchange(node, old, color))
    }

    fn exchange(&mut self, node: u32, old: u8, color: u8) -> bool {
        let count = usize::from(self.near(node, color));
        if count == 0 || count > MOST_MOVED {
            return false;
        }
        let with_color = |&&other: &&u32| self.colors[other as usize] == Some(color);
        let others: SmallVec<[u32; MOST_MOVED]> =
            self.groups.neighbours(node).iter().filter(with_color).copied().collect();
        if !self.promises(node, &others, old, color) {
            return false;
        }
        let all = |this: &Self| {
            let total = |node: u32| {
                let color = this.colors[node as usize].unwrap_or(0);
                let (copies, high) = this.price(node, color);
                copies + high + this.cost_of_opening(color)
            };
            others.iter().chain([&node]).map(|&node| total(node)).sum::<u64>() + this.opened()
        };
        let before = all(self);
        others.iter().for_each(|&other| self.set(other, None));
        self.set(node, Some(color));
        let possible = others.iter().all(|&other| {
            let prices = self.prices(other, self.price_of_high(other));
            let total = |color| prices.of(color) + self.cost_of_opening(color);
            let best = cheapest(self.free(other), total);
            self.set(other, best.map(|(_, color)| color));
            best.is_some()
        });
        if possible && all(self) < before {
            self.moved.extend(others.iter().chain([&node]));
            return true;
        }
        others.iter().for_each(|&other| self.set(other, None));
        self.set(node, Some(old));
        others.iter().for_each(|&other| self.set(other, Some(color)));
        false
    }

    /// Whether an exchange may be worth its while: by what each of the nodes pays now
    /// and would pay if only it moved.
    fn promises(&self, node: u32, others: &[u32], old: u8, color: u8) -> bool {
        let price = |node: u32, color: u8| {
            let (copies, high) = self.price(node, color);
            copies + high
        };
        let mut before = price(node, old);
        let mut behind = price(node, color);
        for &other in others {
            let Some(least) = self.price_of_leaving(other, old) else { return false };
            before += price(other, color);
            behind += least;
        }
        behind < before || self.counts[usize::from(old)] == 1
    }

    /// What a node pays at least for another colour than its own, when one of its
    /// neighbours leaves the colour `old` and takes its own. None if there is no such
    /// colour.
    fn price_of_leaving(&self, node: u32, old: u8) -> Option<u64> {
        let own = self.colors[node as usize].map_or(0, |color| 1 << color);
        let last = u32::from(self.near(node, old) == 1) << old;
        let near = self.taken[node as usize] & !last;
        let allowed = self.palette.allowed & !self.groups.forbidden(node) & !own & !near;
        let prices = self.prices(node, self.price_of_high(node));
        cheapest(allowed, |color| prices.of(color)).map(|(cost, _)| cost)
    }

    /// The cost of the registers that are saved.
    fn opened(&self) -> u64 {
        let count = |set: u32| u64::from((self.used & set).count_ones());
        if self.palette.class == Class::Float {
            let count = count(self.palette.preserved);
            return self.scale.cost(if count > 0 { 8 } else { 0 }, 2 * count, ONCE);
        }
        let (low, high) = (count(LOW_SAVED), count(HIGH_SAVED));
        let first = if low + high > 0 && !self.palette.calls { 2 } else { 0 };
        self.scale.cost(first + if high > 0 { 4 } else { 0 }, 2 * (low + high) + first, ONCE)
    }
}
