//! Colours: the machine register of each variable.
//!
//! Nodes are coloured in the order that simplification found, each with the
//! register that costs least beside what is coloured already. Then single
//! nodes change to better colours while there are any, also by exchange with
//! their neighbours.

mod improve;

use smallvec::{SmallVec, smallvec};

use crate::coloring::flow::{Class, MACHINE};
use crate::coloring::groups::Groups;
use crate::coloring::problem::Costs;
use crate::coloring::simplify::Order;
use crate::mach::ONCE;
use crate::scale::Scale;

/// What colours are chosen by.
pub(super) struct Assigner<'a> {
    order: &'a Order,
    costs: &'a Costs,
    groups: &'a Groups,
    palette: Palette,
    scale: Scale,
    colors: Vec<Option<u8>>,
    /// By colour and node, how many of its neighbours have it, once all are coloured.
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
            near: vec![],
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
                Some((_, color)) => self.set_first(node, color),
                None => spilled.push(node),
            }
        }
        if spilled.is_empty() {
            self.improve();
        }
        spilled
    }

    /// Gives a node its first colour. How many neighbours have which is not needed
    /// until one changes.
    fn set_first(&mut self, node: u32, color: u8) {
        self.colors[node as usize] = Some(color);
        self.open(color);
        for &other in self.groups.neighbours(node) {
            self.taken[other as usize] |= 1 << color;
        }
        if is_high(color) {
            self.groups.short(node).iter().for_each(|&(index, _)| self.high[index as usize] += 1);
        }
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
