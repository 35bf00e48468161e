//! Words that allocation spilled to, after it: two that are copied to each other
//! become one where they are never needed together, so that the copy vanishes
//! (coalescing, as of registers: Chaitin 1982); and words whose values live at
//! different times share one place of the frame.
//!
//! Allocation spills one value after the other and gives each a word of its own; a
//! value that a loop or a branch carries on in memory then is loaded and stored
//! where it changes its name.

use std::collections::BTreeMap;

use crate::liveness::{Liveness, solve};
use crate::mach::{FInst, FrameSlot, MFunction, MInst, Mode, OperandKind, Reg, TailCallee, Width};
use crate::rows::{self, Rows};

/// Words of one function that are looked at: the time is their number's square.
const MOST: usize = 512;
/// Core registers.
const REGS: usize = 16;

/// A word of the frame.
type Place = (FrameSlot, i32);

/// The words that only loads and stores of their own name.
struct Words {
    numbers: BTreeMap<Place, u32>,
    places: Vec<Place>,
}

/// A word gets what another one holds.
struct Copy {
    block: usize,
    /// The store.
    at: usize,
    to: u32,
    from: u32,
}

/// Unites words that are copied; slots from `spilled` on belong to allocation.
pub(crate) fn unite(function: &mut MFunction, spilled: usize) {
    let words = Words::of(function, spilled);
    if words.places.len() > MOST {
        return;
    }
    let copies = words.copies(function);
    if copies.is_empty() {
        return;
    }
    let mut together = words.together(function, &copies);
    let mut union: Vec<u32> = (0..words.places.len() as u32).collect();
    let mut order: Vec<&Copy> = copies.iter().collect();
    order.sort_by_key(|copy| std::cmp::Reverse(function.blocks[copy.block].frequency));
    for copy in order {
        let (a, b) = (union[copy.to as usize], union[copy.from as usize]);
        if a != b && !together.contains(a as usize, b) {
            union.iter_mut().filter(|of| **of == b).for_each(|of| *of = a);
            merge(&mut together, a, b);
        }
    }
    for copy in copies.iter().rev() {
        if union[copy.to as usize] == union[copy.from as usize] {
            function.blocks[copy.block].insts.remove(copy.at);
        }
    }
    words.rename(function, |word| words.places[union[word as usize] as usize]);
    remove_loads(function, &words);
}

/// Gives words that are never needed together one slot; those of one slot with others
/// stay. Whether there were any.
pub(crate) fn share(function: &mut MFunction, spilled: usize) -> bool {
    let words = Words::of(function, spilled);
    if words.places.len() < 2 || words.places.len() > MOST {
        return false;
    }
    let is_word = |&(slot, _): &Place| function.slots[slot.0 as usize].0 == 4;
    let mut together = words.together(function, &[]);
    let mut homes: Vec<u32> = vec![];
    let mut home: Vec<u32> = (0..words.places.len() as u32).collect();
    for word in 0..words.places.len() as u32 {
        if !is_word(&words.places[word as usize]) {
            continue;
        }
        match homes.iter().find(|&&of| !together.contains(of as usize, word)) {
            Some(&of) => {
                home[word as usize] = of;
                merge(&mut together, of, word);
            }
            None => homes.push(word),
        }
    }
    words.rename(function, |word| words.places[home[word as usize] as usize]);
    homes.len() < words.places.len()
}

/// What one of them is needed with, both are.
fn merge(together: &mut Rows, to: u32, from: u32) {
    let others: Vec<u32> = rows::numbers(together.row(from as usize)).collect();
    for other in others {
        together.insert(to as usize, other);
        together.insert(other as usize, to);
    }
}

/// An access of a word of the frame.
fn access(inst: &MInst) -> Option<(Place, Reg, bool)> {
    match *inst {
        MInst::Load { width: Width::Word, rd, mode: Mode::Slot(slot, offset) } => {
            Some(((slot, offset), rd, false))
        }
        MInst::Store { width: Width::Word, rt, mode: Mode::Slot(slot, offset) } => {
            Some(((slot, offset), rt, true))
        }
        _ => None,
    }
}

/// A slot that is named by more than accesses of single words.
fn other_slot(inst: &MInst) -> Option<FrameSlot> {
    if access(inst).is_some() {
        return None;
    }
    match *inst {
        MInst::SlotAddr { slot, .. }
        | MInst::TailCall { callee: TailCallee::Slot(slot), .. }
        | MInst::Load { mode: Mode::Slot(slot, _), .. }
        | MInst::Store { mode: Mode::Slot(slot, _), .. }
        | MInst::Float(
            FInst::Load { mode: Mode::Slot(slot, _), .. }
            | FInst::Store { mode: Mode::Slot(slot, _), .. },
        ) => Some(slot),
        _ => None,
    }
}

impl Words {
    fn of(function: &MFunction, spilled: usize) -> Words {
        let mut whole = vec![false; function.slots.len()];
        let insts = || function.blocks.iter().flat_map(|block| &block.insts);
        for slot in insts().filter_map(|located| other_slot(&located.inst)) {
            whole[slot.0 as usize] = true;
        }
        let mut words = Words { numbers: BTreeMap::new(), places: vec![] };
        for (place, ..) in insts().filter_map(|located| access(&located.inst)) {
            let slot = place.0.0 as usize;
            if slot >= spilled && !whole[slot] && !words.numbers.contains_key(&place) {
                words.numbers.insert(place, words.places.len() as u32);
                words.places.push(place);
            }
        }
        words
    }

    /// An access of one of the words: the number, the register and whether it stores.
    fn access(&self, inst: &MInst) -> Option<(u32, Reg, bool)> {
        let (place, reg, stores) = access(inst)?;
        Some((*self.numbers.get(&place)?, reg, stores))
    }

    /// The stores of what another word holds, or the word itself, in order.
    fn copies(&self, function: &mut MFunction) -> Vec<Copy> {
        let mut copies = vec![];
        for (block, data) in function.blocks.iter_mut().enumerate() {
            // By register, the word that it was loaded from.
            let mut holds = [None; REGS];
            for (at, located) in data.insts.iter_mut().enumerate() {
                let inst = &mut located.inst;
                match self.access(inst) {
                    Some((word, reg, true)) => {
                        let from = core(reg).and_then(|reg| holds[reg]);
                        if let Some(from) = from {
                            copies.push(Copy { block, at, to: word, from });
                        }
                        holds.iter_mut().filter(|held| **held == Some(word)).for_each(|held| {
                            *held = None;
                        });
                        if let Some(reg) = core(reg) {
                            holds[reg] = from.filter(|&from| from != word).or(Some(word));
                        }
                    }
                    access => {
                        forget(inst, &mut holds);
                        if let Some((word, rd, _)) = access
                            && let Some(rd) = core(rd)
                        {
                            holds[rd] = Some(word);
                        }
                    }
                }
            }
        }
        copies
    }

    /// Which words hold values at the same time. A copy's ends do not, by that copy.
    fn together(&self, function: &MFunction, copies: &[Copy]) -> Rows {
        let (blocks, count) = (function.blocks.len(), self.places.len());
        let (mut reads, mut writes) = (Rows::new(blocks, count), Rows::new(blocks, count));
        for (index, block) in function.blocks.iter().enumerate() {
            let (reads, writes) = (reads.row_mut(index), writes.row_mut(index));
            for located in block.insts.iter().rev() {
                match self.access(&located.inst) {
                    Some((word, _, true)) => {
                        rows::insert(writes, word);
                        rows::remove(reads, word);
                    }
                    Some((word, _, false)) => rows::insert(reads, word),
                    None => {}
                }
            }
        }
        let live_out = solve(function, &mut reads, &writes);
        let mut together = Rows::new(count, count);
        let mut copies = copies.iter().rev().peekable();
        let mut live = vec![];
        for (index, block) in function.blocks.iter().enumerate().rev() {
            live.clear();
            live.extend_from_slice(live_out.row(index));
            for (at, located) in block.insts.iter().enumerate().rev() {
                let Some((word, _, stores)) = self.access(&located.inst) else { continue };
                if !stores {
                    rows::insert(&mut live, word);
                    continue;
                }
                let from = copies.next_if(|copy| (copy.block, copy.at) == (index, at));
                rows::remove(&mut live, word);
                for other in rows::numbers(&live) {
                    if from.is_none_or(|copy| copy.from != other) {
                        together.insert(word as usize, other);
                        together.insert(other as usize, word);
                    }
                }
            }
        }
        together
    }

    /// Gives each word another place.
    fn rename(&self, function: &mut MFunction, place: impl Fn(u32) -> Place) {
        for located in function.blocks.iter_mut().flat_map(|block| &mut block.insts) {
            let Some((word, ..)) = self.access(&located.inst) else { continue };
            if let MInst::Load { mode, .. } | MInst::Store { mode, .. } = &mut located.inst {
                let (slot, offset) = place(word);
                *mode = Mode::Slot(slot, offset);
            }
        }
    }
}

/// The number of a core register.
fn core(reg: Reg) -> Option<usize> {
    reg.as_machine().filter(|_| !reg.is_float()).map(usize::from)
}

/// Nothing is known of what an instruction writes, but for a move.
fn forget(inst: &mut MInst, holds: &mut [Option<u32>; REGS]) {
    if let MInst::Mov { rd, rm } = *inst {
        if let Some(rd) = core(rd) {
            holds[rd] = core(rm).and_then(|rm| holds[rm]);
        }
        return;
    }
    let clobbers = inst.clobbers();
    (0..REGS).filter(|reg| clobbers & 1 << reg != 0).for_each(|reg| holds[reg] = None);
    inst.visit_operands(&mut |reg, kind, _| {
        if kind != OperandKind::Use
            && let Some(reg) = core(*reg)
        {
            holds[reg] = None;
        }
    });
}

/// Removes loads of words into registers that nothing reads.
fn remove_loads(function: &mut MFunction, words: &Words) {
    let liveness = Liveness::of_machine(function);
    let is_live_out = |block: usize| {
        let live = liveness.live_out(block as u32).filter(|&reg| reg < REGS as u32);
        live.fold(0u32, |live, reg| live | 1 << reg)
    };
    for (index, block) in function.blocks.iter_mut().enumerate() {
        let mut live = is_live_out(index);
        let mut kept = vec![];
        for mut located in std::mem::take(&mut block.insts).into_iter().rev() {
            let place =
                access(&located.inst).filter(|(place, ..)| words.numbers.contains_key(place));
            if let Some((_, rd, false)) = place
                && core(rd).is_some_and(|rd| live & 1 << rd == 0)
            {
                continue;
            }
            let mut uses = 0;
            located.inst.visit_operands(&mut |reg, kind, _| match (core(*reg), kind) {
                (Some(reg), OperandKind::Use) => uses |= 1 << reg,
                (Some(reg), _) => live &= !(1 << reg),
                (None, _) => {}
            });
            live |= uses;
            kept.push(located);
        }
        kept.reverse();
        block.insts = kept;
    }
}

#[cfg(test)]
mod tests {
    use synth_ir::SourceLoc;

    use super::*;
    use crate::mach::{EdgeTarget, Located, MBlock};

    const R0: Reg = Reg::machine(0);
    const R1: Reg = Reg::machine(1);

    fn mode(slot: u32) -> Mode {
        Mode::Slot(FrameSlot(slot), 0)
    }

    fn load(rd: Reg, slot: u32) -> MInst {
        MInst::Load { width: Width::Word, rd, mode: mode(slot) }
    }

    fn store(rt: Reg, slot: u32) -> MInst {
        MInst::Store { width: Width::Word, rt, mode: mode(slot) }
    }

    fn jump(block: u32) -> MInst {
        MInst::Jump(EdgeTarget { block, args: vec![] })
    }

    /// A function with so many words.
    fn function(words: u32, blocks: Vec<Vec<MInst>>) -> MFunction {
        let mut function = MFunction::default();
        (0..words).for_each(|_| {
            function.new_slot(4, 4);
        });
        let located = |inst| Located::new(inst, SourceLoc::default());
        for insts in blocks {
            let insts = insts.into_iter().map(located).collect();
            function.blocks.push(MBlock { insts, ..MBlock::default() });
        }
        function
    }

    /// The words that a block's instructions access, stores with their sign changed.
    fn accesses(function: &MFunction, block: usize) -> Vec<i64> {
        let insts = function.blocks[block].insts.iter();
        let number = |(place, _, stores): (Place, Reg, bool)| {
            let number = i64::from(place.0.0) + 1;
            if stores { -number } else { number }
        };
        insts.filter_map(|located| access(&located.inst)).map(number).collect()
    }

    #[test]
    fn a_copy_vanishes() {
        let blocks = vec![
            vec![store(R0, 0), jump(1)],
            vec![load(R0, 0), store(R0, 1), jump(2)],
            vec![load(R0, 1), store(R0, 0), load(R1, 1), MInst::Ret(vec![(R1, 1)])],
        ];
        let mut function = function(2, blocks);
        unite(&mut function, 0);
        assert_eq!(accesses(&function, 0), [-2]);
        assert_eq!(accesses(&function, 1), []);
        assert_eq!(accesses(&function, 2), [2], "the load of what is read stays");
    }

    #[test]
    fn words_that_differ_stay_two() {
        // The first changes while the second keeps what it was.
        let blocks = vec![vec![
            store(R0, 0),
            load(R1, 0),
            store(R1, 1),
            MInst::Const { rd: R0, value: 5 },
            store(R0, 0),
            load(R0, 1),
            load(R1, 0),
            MInst::Ret(vec![(R0, 0), (R1, 1)]),
        ]];
        let mut function = function(2, blocks);
        unite(&mut function, 0);
        assert_eq!(accesses(&function, 0), [-1, 1, -2, -1, 2, 1]);
        assert!(!share(&mut function, 0));
    }

    #[test]
    fn a_register_that_was_written_holds_no_word() {
        let blocks = vec![vec![
            load(R0, 0),
            MInst::Const { rd: R0, value: 5 },
            store(R0, 1),
            load(R1, 1),
            MInst::Ret(vec![(R1, 1)]),
        ]];
        let mut function = function(2, blocks);
        unite(&mut function, 0);
        assert_eq!(accesses(&function, 0), [1, -2, 2]);
    }

    #[test]
    fn words_of_different_times_share_a_slot() {
        let blocks = vec![vec![
            store(R0, 1),
            load(R0, 1),
            store(R0, 2),
            MInst::SlotAddr { rd: R1, slot: FrameSlot(3), offset: 0 },
            store(R0, 3),
            load(R1, 2),
            load(R0, 0),
            MInst::Ret(vec![(R0, 0), (R1, 1)]),
        ]];
        let mut function = function(4, blocks);
        // The first slot is the program's, the last one's address is taken.
        assert!(share(&mut function, 1));
        assert_eq!(accesses(&function, 0), [-2, 2, -2, -4, 2, 1]);
    }
}
