//! Places in memory, and which of them may overlap.

use synth_ir::{Function, InstData, Region, Slot, SymbolId, Value};

use super::preserved::Preserved;
use crate::slots::Uses;

/// What an address is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    Value(Value),
    Symbol(SymbolId),
    Slot(Slot),
}

/// Some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    anchor: Anchor,
    offset: i32,
    bytes: u32,
    pub(super) region: Region,
    /// The private slot that it is in.
    slot: Option<Slot>,
}

impl Place {
    pub(super) fn new(
        func: &Function,
        uses: &Uses,
        addr: Value,
        offset: i32,
        bytes: u32,
        region: Region,
        mut resolve: impl FnMut(Value) -> Value,
    ) -> Place {
        let slot = uses.private(addr);
        let addr = resolve(addr);
        let (anchor, more) = match func.def_inst(addr).map(|inst| &func.insts[inst]) {
            Some(&InstData::SymbolAddr { symbol, addend }) => (Anchor::Symbol(symbol), addend),
            Some(&InstData::SlotAddr { slot, offset }) => (Anchor::Slot(slot), offset),
            _ => (Anchor::Value(addr), 0),
        };
        Place { anchor, offset: offset.wrapping_add(more), bytes, region, slot }
    }

    /// Whether only the function's own accesses reach it.
    pub(super) fn is_private(&self) -> bool {
        self.slot.is_some()
    }

    /// Whether it is a global that calls leave alone.
    pub(super) fn is_preserved(&self, preserved: &Preserved) -> bool {
        let symbol = match self.anchor {
            Anchor::Symbol(symbol) => symbol,
            _ => return false,
        };
        self.region == Region::Global && preserved[symbol]
    }

    /// Whether `other` is at the same address, and has no more bytes.
    pub(super) fn starts_like(&self, other: Place) -> bool {
        let Place { anchor, offset, bytes, region, .. } = other;
        self.anchor == anchor
            && self.offset == offset
            && self.region == region
            && bytes <= self.bytes
    }

    /// Whether all bytes of `other` are bytes of it.
    pub(super) fn covers(&self, other: &Place) -> bool {
        let distance = other.offset.wrapping_sub(self.offset);
        let within = u32::try_from(distance)
            .is_ok_and(|d| d.checked_add(other.bytes).is_some_and(|end| end <= self.bytes));
        self.anchor == other.anchor && self.region == other.region && within
    }

    /// Whether they may have a byte in common.
    pub(super) fn may_overlap(&self, other: &Place) -> bool {
        if self.slot != other.slot {
            return false;
        }
        if self.slot.is_none() && !self.region.may_alias(other.region) {
            return false;
        }
        match (self.anchor, other.anchor) {
            (a, b) if a == b => {
                let distance = i64::from(other.offset.wrapping_sub(self.offset));
                -i64::from(other.bytes) < distance && distance < i64::from(self.bytes)
            }
            (Anchor::Slot(a), Anchor::Slot(b)) => a == b,
            _ => true,
        }
    }
}
