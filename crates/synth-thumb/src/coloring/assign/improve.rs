//! Better colours for nodes that have one: alone, or by exchange with their neighbours.

use smallvec::SmallVec;

use super::{Assigner, cheapest, each, is_high};

/// Rounds of improvement.
const ROUNDS: usize = 2;
/// Neighbours that may make room for a node.
const MOST_MOVED: usize = 3;

impl Assigner<'_> {
    /// Counts the neighbours of each colour.
    fn count_near(&mut self) {
        let nodes = self.colors.len();
        let colors = u32::BITS - self.palette.allowed.leading_zeros();
        self.near = vec![0; colors as usize * nodes];
        for &node in &self.order.stack {
            let Some(color) = self.colors[node as usize] else { continue };
            let near = &mut self.near[usize::from(color) * nodes..][..nodes];
            self.groups.neighbours(node).iter().for_each(|&other| near[other as usize] += 1);
        }
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

    /// Changes colours while that pays, once all nodes have one.
    pub(super) fn improve(&mut self) {
        self.count_near();
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
}
