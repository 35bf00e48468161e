//! Which words of the frame hold values at the same time, and which are copied.

use std::collections::BTreeMap;

use crate::liveness::solve;
use crate::mach::{FrameSlot, MFunction, MInst, Mode, OperandKind, Reg, Width};
use crate::rows::{self, Rows};

/// Core registers.
pub(super) const REGS: usize = 16;

/// A word of the frame.
pub(super) type Place = (FrameSlot, i32);

/// The words that only loads and stores of their own name.
pub(super) struct Words {
    pub(super) numbers: BTreeMap<Place, u32>,
    pub(super) places: Vec<Place>,
}

/// A word gets what another one holds.
pub(super) struct Copy {
    pub(super) block: usize,
    /// The store.
    pub(super) at: usize,
    pub(super) to: u32,
    pub(super) from: u32,
}

/// An access of a word of the frame.
pub(super) fn access(inst: &MInst) -> Option<(Place, Reg, bool)> {
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

impl Words {
    pub(super) fn of(function: &MFunction, spilled: usize) -> Words {
        let mut whole = vec![false; function.slots.len()];
        let insts = || function.blocks.iter().flat_map(|block| &block.insts);
        // What more than accesses of single words name is left alone.
        let others = insts().filter(|located| access(&located.inst).is_none());
        for slot in others.filter_map(|located| located.inst.slot()) {
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
    pub(super) fn copies(&self, function: &mut MFunction) -> Vec<Copy> {
        let mut copies = vec![];
        for (block, data) in function.blocks.iter_mut().enumerate() {
            // By register, the word that it was loaded from.
            let mut holds = [None; REGS];
            for (at, located) in data.insts.iter_mut().enumerate() {
                let inst = &mut located.inst;
                match self.access(inst) {
                    Some((word, reg, true)) => {
                        let from = reg.as_core().and_then(|reg| holds[reg]);
                        if let Some(from) = from {
                            copies.push(Copy { block, at, to: word, from });
                        }
                        holds.iter_mut().filter(|held| **held == Some(word)).for_each(|held| {
                            *held = None;
                        });
                        if let Some(reg) = reg.as_core() {
                            holds[reg] = from.filter(|&from| from != word).or(Some(word));
                        }
                    }
                    access => {
                        forget(inst, &mut holds);
                        if let Some((word, rd, _)) = access
                            && let Some(rd) = rd.as_core()
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
    pub(super) fn together(&self, function: &MFunction, copies: &[Copy]) -> Rows {
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
    pub(super) fn rename(&self, function: &mut MFunction, place: impl Fn(u32) -> Place) {
        for located in function.blocks.iter_mut().flat_map(|block| &mut block.insts) {
            let Some((word, ..)) = self.access(&located.inst) else { continue };
            if let MInst::Load { mode, .. } | MInst::Store { mode, .. } = &mut located.inst {
                let (slot, offset) = place(word);
                *mode = Mode::Slot(slot, offset);
            }
        }
    }
}

/// Nothing is known of what an instruction writes, but for a move.
fn forget(inst: &mut MInst, holds: &mut [Option<u32>; REGS]) {
    if let MInst::Mov { rd, rm } = *inst {
        if let Some(rd) = rd.as_core() {
            holds[rd] = rm.as_core().and_then(|rm| holds[rm]);
        }
        return;
    }
    let clobbers = inst.clobbers();
    (0..REGS).filter(|reg| clobbers & 1 << reg != 0).for_each(|reg| holds[reg] = None);
    inst.visit_operands(&mut |reg, kind, _| {
        if kind != OperandKind::Use
            && let Some(reg) = reg.as_core()
        {
            holds[reg] = None;
        }
    });
}
