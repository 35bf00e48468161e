//! Slots whose lifetimes don't meet share their place in the frame.
//!
//! A private slot lives from its first access to its last one, as far as
//! control may flow from one to the other; any other slot lives from where its
//! address is made to the end of the function. A slot whose address is
//! compared, or subtracted from another, keeps a place of its own.

use synth_ir::cfg::Cfg;
use synth_ir::entity::SecondaryMap;
use synth_ir::{BinaryOp, Block, Function, InstData, Slot, SlotData, Value};

use super::Uses;
use super::uses::Origin;
use crate::{Context, Pass};

/// The pass.
pub struct ShareSlots;

/// Slots up to which the work is worth it.
const LIMIT: usize = 64;

impl Pass for ShareSlots {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        if !(2..=LIMIT).contains(&func.slots.len()) {
            return false;
        }
        let cfg = Cfg::new(func);
        let uses = Uses::new(func);
        let lifetimes = Lifetimes::new(func, &cfg, &uses);
        // The largest first, so that smaller ones fit in.
        let mut order: Vec<Slot> = func.slots.keys().collect();
        order.sort_by_key(|&slot| std::cmp::Reverse(func.slots[slot].size));
        let mut groups: Vec<Vec<Slot>> = vec![];
        for slot in order {
            let free = |group: &&mut Vec<Slot>| group.iter().all(|&s| lifetimes.apart(s, slot));
            match groups.iter_mut().find(free) {
                Some(group) => group.push(slot),
                None => groups.push(vec![slot]),
            }
        }
        if groups.len() == func.slots.len() {
            return false;
        }
        join(func, &groups);
        true
    }
}

/// Gives the slots of each group one place.
fn join(func: &mut Function, groups: &[Vec<Slot>]) {
    let mut by: SecondaryMap<Slot, Option<Slot>> = SecondaryMap::new();
    for group in groups {
        let first = group[0];
        let align = group.iter().map(|&slot| func.slots[slot].align).max();
        func.slots[first] = SlotData { align: align.unwrap_or(1), ..func.slots[first] };
        group.iter().for_each(|&slot| by[slot] = Some(first));
    }
    for data in func.insts.values_mut() {
        if let InstData::SlotAddr { slot, .. } = data {
            *slot = by[*slot].unwrap_or(*slot);
        }
    }
}

/// First and last instruction of a lifetime in a block, by position.
type Span = Option<(usize, usize)>;

/// The lifetimes of all slots, by block in reverse postorder.
struct Lifetimes {
    spans: SecondaryMap<Slot, Vec<Span>>,
    /// Slots with a place of their own.
    fixed: SecondaryMap<Slot, bool>,
}

impl Lifetimes {
    fn new(func: &Function, cfg: &Cfg, uses: &Uses) -> Lifetimes {
        let blocks = cfg.reverse_postorder();
        let mut touched: SecondaryMap<Slot, Vec<Span>> = SecondaryMap::new();
        func.slots.keys().for_each(|slot| touched[slot] = vec![None; blocks.len()]);
        let mut fixed: SecondaryMap<Slot, bool> = SecondaryMap::new();
        let slot_of = |v: Value| match uses.origin[v] {
            Origin::Slot(slot) => Some(slot),
            _ => None,
        };
        for (b, &block) in blocks.iter().enumerate() {
            for (i, &inst) in func.blocks[block].insts.iter().enumerate() {
                let mut touch = |slot: Slot| {
                    let span = touched[slot][b].get_or_insert((i, i));
                    span.1 = i;
                };
                let mut fix = |both: [Value; 2]| {
                    both.into_iter().filter_map(slot_of).for_each(|slot| fixed[slot] = true);
                };
                match func.insts[inst] {
                    InstData::Load { addr, .. } => slot_of(addr).into_iter().for_each(touch),
                    InstData::Store { addr, value, .. } => {
                        slot_of(addr).into_iter().chain(slot_of(value)).for_each(touch);
                    }
                    InstData::SlotAddr { slot, .. } if uses.escapes[slot] => touch(slot),
                    InstData::Compare { args: [a, b], .. } => fix([a, b]),
                    InstData::Binary { op: BinaryOp::Sub, args: [a, b] }
                        if slot_of(b).is_some() =>
                    {
                        fix([a, b]);
                    }
                    _ => {}
                }
            }
        }
        let mut spans = SecondaryMap::new();
        for slot in func.slots.keys() {
            let flow = Flow { cfg, touched: &touched[slot] };
            spans[slot] = flow.spans(func, uses.escapes[slot]);
        }
        Lifetimes { spans, fixed }
    }

    /// Whether two slots never live at the same time.
    fn apart(&self, a: Slot, b: Slot) -> bool {
        let meet = |(a, b): (&Span, &Span)| match (a, b) {
            (Some((a1, a2)), Some((b1, b2))) => a1 <= b2 && b1 <= a2,
            _ => false,
        };
        let free = !self.fixed[a] && !self.fixed[b];
        free && !self.spans[a].iter().zip(&self.spans[b]).any(meet)
    }
}

/// Which blocks lie between those that touch one slot.
struct Flow<'a> {
    cfg: &'a Cfg,
    touched: &'a [Span],
}

impl Flow<'_> {
    fn spans(&self, func: &Function, escapes: bool) -> Vec<Span> {
        let blocks = self.cfg.reverse_postorder();
        let after = self.reach(|block| func.successors(block));
        let before = match escapes {
            true => vec![true; blocks.len()],
            false => self.reach(|block| self.cfg.predecessors(block).to_vec()),
        };
        let span = |b: usize| {
            let end = func.blocks[blocks[b]].insts.len();
            match (after[b], before[b], self.touched[b]) {
                (true, true, _) => Some((0, end)),
                (true, false, Some((_, last))) => Some((0, last)),
                (false, true, Some((first, _))) => Some((first, end)),
                (false, false, touched) => touched,
                _ => None,
            }
        };
        (0..blocks.len()).map(span).collect()
    }

    /// The blocks that can be reached from one that touches the slot.
    fn reach<L: IntoIterator<Item = Block>>(&self, next: impl Fn(Block) -> L) -> Vec<bool> {
        let blocks = self.cfg.reverse_postorder();
        let mut reached = vec![false; blocks.len()];
        let starts = blocks.iter().zip(self.touched).filter(|(_, touched)| touched.is_some());
        let mut work: Vec<Block> = starts.flat_map(|(&block, _)| next(block)).collect();
        while let Some(block) = work.pop() {
            let Some(position) = self.cfg.position(block) else { continue };
            if !std::mem::replace(&mut reached[position], true) {
                work.extend(next(block));
            }
        }
        reached
    }
}
