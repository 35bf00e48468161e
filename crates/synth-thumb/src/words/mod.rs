//! Words that allocation spilled to, after it: two that are copied to each other
//! become one where they are never needed together, so that the copy vanishes
//! (coalescing, as of registers: Chaitin 1982); and words whose values live at
//! different times share one place of the frame.
//!
//! Allocation spills one value after the other and gives each a word of its own; a
//! value that a loop or a branch carries on in memory then is loaded and stored
//! where it changes its name.

mod lives;

use crate::liveness::Liveness;
use crate::mach::MFunction;
use crate::rows::{self, Rows};
use lives::{Copy, Place, REGS, Words, access};

/// Words of one function that are looked at: the time is their number's square.
const MOST: usize = 512;
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
                && rd.as_core().is_some_and(|rd| live & 1 << rd == 0)
            {
                continue;
            }
            let (reads, writes) = located.inst.core_operands();
            live = live & !u32::from(writes) | u32::from(reads);
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
    use crate::mach::{EdgeTarget, FrameSlot, Located, MBlock, MInst, Mode, Reg, Width};

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
