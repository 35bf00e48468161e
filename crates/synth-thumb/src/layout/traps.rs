//! Trap instructions near the branches to them: B T1 reaches 256 bytes (Armv7-M ARM
//! section A7.7.12), and a branch that does not reach is longer by what a trap takes.
//!
//! A copy stands where control does not pass, as far behind the first branch that
//! needs it as that reaches, and serves those on both sides of it. Offsets are
//! estimated, since forms are not chosen yet: where the estimate is wrong, a branch
//! is long, as it is without the copy.

use std::collections::{BTreeMap, VecDeque};

use synth_ir::{SourceLoc, TrapCode};

use super::forms;
use crate::emit::{Item, Items, Label};

/// Estimated bytes that a branch reaches: less than it does, for what turns out longer.
const REACH: u64 = 230;

/// A trap that several branches share.
struct Shared {
    code: TrapCode,
    /// How often a place in the source branches there.
    places: BTreeMap<SourceLoc, usize>,
    /// The branches that no copy serves so far: their items and offsets.
    waiting: VecDeque<(usize, u64)>,
    /// The last copy, by its number, and its offset.
    last: Option<(usize, u64)>,
}

/// A copy of a trap.
struct Copy {
    code: TrapCode,
    /// The item before which it stands.
    before: usize,
    /// The branches to it.
    branches: Vec<usize>,
}

/// Puts copies of traps near branches that otherwise would be long.
pub(super) fn place(items: Items) -> Items {
    let mut shared = shared(&items);
    if shared.is_empty() {
        return items;
    }
    let mut copies: Vec<Copy> = vec![];
    // Where control did not pass last: an item and its offset.
    let mut barrier: Option<(usize, u64)> = None;
    let mut passes = true;
    let mut at = 0;
    for (i, (item, loc)) in items.iter().enumerate() {
        let end = at + forms::size(item, 0, 2);
        for trap in shared.values_mut() {
            trap.settle(end, barrier, &mut copies);
        }
        let trap = target(item).and_then(|label| shared.get_mut(label));
        if let Some(trap) = trap.filter(|trap| trap.places.contains_key(loc)) {
            trap.add(i, at, &mut copies);
        }
        at = end;
        passes = forms::passes(item, passes);
        if !passes && !matches!(item, Item::Label(_) | Item::Align) {
            barrier = Some((i + 1, at));
        }
    }
    if copies.is_empty() { items } else { insert(items, &copies) }
}

/// The traps behind the code that several places share.
fn shared(items: &Items) -> BTreeMap<Label, Shared> {
    let traps = items.windows(2).filter_map(|pair| match pair {
        [(Item::Label(label), _), (Item::Trap { code, locs }, _)] if locs.len() > 1 => {
            let mut places = BTreeMap::new();
            locs.iter().for_each(|&loc| *places.entry(loc).or_default() += 1);
            let (waiting, last) = (VecDeque::new(), None);
            Some((*label, Shared { code: *code, places, waiting, last }))
        }
        _ => None,
    });
    traps.collect()
}

/// Where a conditional branch goes.
fn target(item: &Item) -> Option<&Label> {
    match item {
        Item::Branch { cond: Some(_), target } | Item::ZeroBranch { target, .. } => Some(target),
        _ => None,
    }
}

impl Shared {
    fn add(&mut self, branch: usize, at: u64, copies: &mut [Copy]) {
        match self.last {
            Some((copy, place)) if at - place <= REACH => copies[copy].branches.push(branch),
            _ => self.waiting.push_back((branch, at)),
        }
    }

    /// Makes a copy at the last place for it, if what follows ends out of reach of
    /// the first branch that waits.
    fn settle(&mut self, end: u64, barrier: Option<(usize, u64)>, copies: &mut Vec<Copy>) {
        while let Some(&(_, first)) = self.waiting.front()
            && end > first + REACH
        {
            let near = barrier.filter(|&(_, place)| place + REACH >= first);
            let reached = |place| self.waiting.iter().take_while(|w| w.1 <= place + REACH).count();
            let served = near.map_or(0, |(_, place)| reached(place));
            let Some((before, place)) = near.filter(|_| served > 1) else {
                self.waiting.pop_front();
                continue;
            };
            let branches = self.waiting.drain(..served).map(|(branch, _)| branch).collect();
            self.last = Some((copies.len(), place));
            copies.push(Copy { code: self.code, before, branches });
        }
    }
}

/// The items with the copies; a trap that no branch goes to any more is gone.
fn insert(mut items: Items, copies: &[Copy]) -> Items {
    let mut next_label = items.iter().filter_map(|(i, _)| forms::max_label(i)).max().unwrap_or(0);
    let mut placed: BTreeMap<usize, Items> = BTreeMap::new();
    let mut moved: BTreeMap<(Label, SourceLoc), usize> = BTreeMap::new();
    for copy in copies {
        next_label += 1;
        let locs: Vec<SourceLoc> = copy.branches.iter().map(|&branch| items[branch].1).collect();
        for &branch in &copy.branches {
            let loc = items[branch].1;
            if let Item::Branch { target, .. } | Item::ZeroBranch { target, .. } =
                &mut items[branch].0
            {
                *moved.entry((*target, loc)).or_default() += 1;
                *target = Label(next_label);
            }
        }
        let loc = locs.first().copied().unwrap_or_default();
        let trap = Item::Trap { code: copy.code, locs };
        let label = Item::Label(Label(next_label));
        placed.entry(copy.before).or_default().extend([(label, loc), (trap, loc)]);
    }
    let mut with = Items::with_capacity(items.len() + 2 * copies.len());
    for (i, (mut item, loc)) in items.into_iter().enumerate() {
        with.extend(placed.remove(&i).unwrap_or_default());
        if let (Item::Trap { locs, .. }, Some((Item::Label(label), _))) = (&mut item, with.last()) {
            let mut is_kept = |loc: &SourceLoc| match moved.get_mut(&(*label, *loc)) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    false
                }
                _ => true,
            };
            locs.retain(&mut is_kept);
            if locs.is_empty() {
                continue;
            }
        }
        with.push((item, loc));
    }
    with
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inst::{Cond, Inst};
    use crate::layout::layout;

    const TRAP: Label = Label(0);
    const REST: Label = Label(1);

    fn items(pieces: Vec<Item>) -> Items {
        (0..).zip(pieces).map(|(i, item)| (item, SourceLoc(i))).collect()
    }

    fn check() -> Item {
        Item::Branch { cond: Some(Cond::Hs), target: TRAP }
    }

    fn nops(count: usize) -> impl Iterator<Item = Item> {
        std::iter::repeat_n(Item::Inst(Inst::NopT1), count)
    }

    /// Two checks, a jump, and two more checks within reach of what stands behind
    /// it; the trap is far from all of them.
    fn function(checks_at_the_end: usize) -> Items {
        let mut pieces = vec![check(), check()];
        pieces.extend(nops(50));
        pieces.push(Item::Branch { cond: None, target: REST });
        pieces.push(Item::Label(REST));
        pieces.extend([check(), check()]);
        pieces.extend(nops(300));
        pieces.extend((0..checks_at_the_end).map(|_| check()));
        pieces.push(Item::Inst(Inst::BxT1 {
            rm: crate::inst::NotPc::new(crate::inst::Reg::LR).unwrap(),
        }));
        let mut items = items(pieces);
        let branches = |(item, loc): &(Item, SourceLoc)| target(item).map(|_| *loc);
        let locs: Vec<SourceLoc> = items.iter().filter_map(branches).collect();
        items.push((Item::Label(TRAP), SourceLoc(0)));
        items.push((Item::Trap { code: TrapCode::MemoryOutOfBounds, locs }, SourceLoc(0)));
        items
    }

    #[test]
    fn a_copy_serves_branches_on_both_sides_and_replaces_the_trap() {
        let code = layout(function(0), 0, |_| None).expect("short");
        // Four branches, 350 instructions, a jump, a return, one trap.
        assert_eq!(code.bytes.len(), 2 * (4 + 350 + 1 + 1 + 1));
        let behind_the_jump = 2 * (2 + 50 + 1);
        let sites: Vec<(u32, u32)> = code.traps.iter().map(|t| (t.offset, t.loc.0)).collect();
        assert_eq!(sites, [0, 1, 54, 55].map(|loc| (behind_the_jump, loc)));
    }

    #[test]
    fn branches_near_the_trap_keep_it() {
        let code = layout(function(1), 0, |_| None).expect("short");
        assert_eq!(code.bytes.len(), 2 * (5 + 350 + 1 + 1 + 2));
        let last = code.bytes.len() as u32 - 2;
        let at_the_end: Vec<u32> =
            code.traps.iter().filter(|t| t.offset == last).map(|t| t.loc.0).collect();
        assert_eq!(at_the_end, [356]);
    }

    #[test]
    fn a_single_branch_gets_no_copy() {
        let mut items = function(1);
        items.drain(..2);
        items.retain(|(item, loc)| target(item).is_none() || loc.0 != 55);
        let before = items.len();
        assert_eq!(place(items).len(), before);
    }
}
