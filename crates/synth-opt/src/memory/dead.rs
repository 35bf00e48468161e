//! Stores that are overwritten before anything may read them.
//!
//! Each block is visited from its end to its start with the places that will
//! be written before they are read. At a return, or a tail call, nothing will
//! read the function's own slots.

use synth_ir::{Function, InstData, Region};

use super::place::Place;
use super::{Effect, effect};
use crate::slots::Uses;

/// Places that are kept in mind at a time.
const LIMIT: usize = 16;

/// Removes dead stores. Says whether there were any.
pub(super) fn run(func: &mut Function, uses: &Uses) -> bool {
    let mut changed = false;
    for i in 0..func.layout.len() {
        let block = func.layout[i];
        let insts = std::mem::take(&mut func.blocks[block].insts);
        let before = insts.len();
        let mut future = Future::default();
        let mut kept = Vec::with_capacity(before);
        for inst in insts.into_iter().rev() {
            if future.keeps(func, uses, inst) {
                kept.push(inst);
            }
        }
        changed |= kept.len() < before;
        kept.reverse();
        func.blocks[block].insts = kept;
    }
    changed
}

/// What comes after the current place.
#[derive(Default)]
struct Future {
    /// Places that will be written before they are read.
    written: Vec<Place>,
    /// Whether the function returns before it reads what is its own, but for
    /// the places in `read`.
    ends: bool,
    read: Vec<Place>,
}

impl Future {
    fn keeps(&mut self, func: &Function, uses: &Uses, inst: synth_ir::Inst) -> bool {
        match effect(func, uses, inst, |v| v) {
            Effect::Load(_, place) => {
                self.written.retain(|written| !written.may_overlap(&place));
                match self.read.len() < LIMIT {
                    true => self.read.push(place),
                    false => self.ends = false,
                }
            }
            Effect::Store(_, place, _) if place.region == Region::Native => {}
            Effect::Store(_, place, _) => {
                let unread = || !self.read.iter().any(|read| read.may_overlap(&place));
                let ends = self.ends && place.is_private() && unread();
                if ends || self.written.iter().any(|written| written.covers(&place)) {
                    return false;
                }
                if self.written.len() < LIMIT {
                    self.written.push(place);
                }
            }
            // Other code may read it.
            Effect::Call => self.written.retain(Place::is_private),
            Effect::None => match func.insts[inst] {
                InstData::Return(_)
                | InstData::TailCall { .. }
                | InstData::TailCallIndirect { .. }
                | InstData::Trap(_) => self.ends = true,
                // After a trap memory can be looked at.
                InstData::TrapIf { .. } => self.written.retain(Place::is_private),
                _ => {}
            },
        }
        true
    }
}
