//! Constants and symbol addresses: made where they are used, never spilled.
//!
//! A constant is shared by uses that are near each other in one block and
//! have no call between them; elsewhere it is made again, which costs less
//! than a register that is occupied or a spill. Since a block is selected
//! backwards, the place of the definition is known only when no further
//! (earlier) use comes: until then it is pending.

use std::collections::BTreeMap;

use synth_ir::{SourceLoc, SymbolId};

use super::Lower;
use crate::imm;
use crate::mach::{Located, MInst, Reg};

/// Instructions over which a constant is kept in a register.
const WINDOW: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Word(u32),
    Symbol(SymbolId, i32),
}

#[derive(Clone, Copy)]
struct Pending {
    reg: Reg,
    /// Reversed position of the first instruction that uses it.
    at: usize,
    loc: SourceLoc,
}

/// The pending constants of the current block.
#[derive(Default)]
pub(super) struct Constants {
    pending: BTreeMap<Key, Pending>,
    /// Used by the sequence that is being emitted.
    fresh: Vec<Key>,
    /// Definitions whose places are final.
    placed: Vec<(usize, Key, Pending)>,
}

impl Constants {
    /// The sequence of one instruction has been appended: definitions that it
    /// uses must stand before it.
    pub(super) fn settle(&mut self, end: usize) {
        for key in self.fresh.drain(..) {
            if let Some(pending) = self.pending.get_mut(&key) {
                pending.at = end;
            }
        }
    }

    fn finalize(&mut self, key: Key) {
        if let Some(pending) = self.pending.remove(&key) {
            self.placed.push((pending.at, key, pending));
        }
    }
}

impl Lower<'_> {
    /// A register with a constant.
    pub(super) fn put_constant(&mut self, value: u32) -> Reg {
        self.put_key(Key::Word(value))
    }

    /// A register with the address of a symbol.
    pub(super) fn put_symbol(&mut self, symbol: SymbolId, addend: i32) -> Reg {
        self.put_key(Key::Symbol(symbol, addend))
    }

    fn put_key(&mut self, key: Key) -> Reg {
        let here = self.reversed.len();
        if let Some(pending) = self.constants.pending.get(&key).copied() {
            if here - pending.at.min(here) <= WINDOW {
                self.constants.fresh.push(key);
                return pending.reg;
            }
            self.constants.finalize(key);
        }
        let pending = Pending { reg: self.out.new_reg(), at: here, loc: self.loc };
        self.constants.pending.insert(key, pending);
        self.constants.fresh.push(key);
        pending.reg
    }

    /// A register with an address near `symbol + addend`, and the offset that
    /// remains, which an access of `bytes` bytes can have.
    ///
    /// A base that is pending is shared if it reaches; else it is the anchor of
    /// the address. One without an anchor is rounded down as far as a 16-bit
    /// access reaches: that costs nothing and lets neighbours share it.
    pub(super) fn put_symbol_near(
        &mut self,
        symbol: SymbolId,
        addend: i32,
        bytes: i32,
    ) -> (Reg, i32) {
        let here = self.reversed.len();
        let anchor = self.anchors.near(symbol, addend);
        if let Some(anchor) = anchor
            && self.constants.pending.contains_key(&Key::Symbol(symbol, anchor))
        {
            return (self.put_symbol(symbol, anchor), addend - anchor);
        }
        let low = Key::Symbol(symbol, addend.saturating_sub(4095));
        let high = Key::Symbol(symbol, addend);
        let near = self.constants.pending.range(low..=high).next_back();
        if let Some((&Key::Symbol(_, base), pending)) = near
            && here - pending.at.min(here) <= WINDOW
            && imm::is_offset(addend - base)
        {
            return (self.put_symbol(symbol, base), addend - base);
        }
        if let Some(anchor) = anchor {
            return (self.put_symbol(symbol, anchor), addend - anchor);
        }
        let offset = if addend % bytes == 0 { addend & (32 * bytes - 1) } else { 0 };
        (self.put_symbol(symbol, addend - offset), offset)
    }

    /// Gives every pending constant its final place: used before a call,
    /// which constants do not live across, and at the start of a block.
    pub(super) fn finish_constants(&mut self) {
        let keys: Vec<Key> = self.constants.pending.keys().copied().collect();
        for key in keys {
            self.constants.finalize(key);
        }
        self.constants.fresh.clear();
    }

    /// Inserts the definitions into the block, which is complete.
    pub(super) fn place_constants(&mut self) {
        self.finish_constants();
        let mut placed = std::mem::take(&mut self.constants.placed);
        placed.sort_by_key(|&(at, key, _)| (at, key));
        if placed.is_empty() {
            return;
        }
        let old = std::mem::take(&mut self.reversed);
        let mut rest = placed.into_iter().peekable();
        for (i, located) in old.into_iter().enumerate() {
            self.reversed.push(located);
            while let Some((_, key, pending)) = rest.next_if(|&(at, _, _)| at == i + 1) {
                let rd = pending.reg;
                let inst = match key {
                    Key::Word(value) => MInst::Const { rd, value },
                    Key::Symbol(symbol, addend) => MInst::SymbolAddr { rd, symbol, addend },
                };
                self.reversed.push(Located::new(inst, pending.loc));
            }
        }
    }
}
