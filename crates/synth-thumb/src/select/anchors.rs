//! Which addresses of a symbol are reached from which (section anchors): the
//! places in one symbol that a function accesses share a few addresses, from
//! which each access has an offset.
//!
//! An address in a register costs six bytes, a literal and its load; an offset
//! beyond the 16-bit forms makes an access two bytes longer, which matters for size
//! alone.

use std::collections::{BTreeMap, BTreeSet};

use synth_ir::{BinaryOp, Function, InstData, SymbolId, Value};

use crate::compile::Prefer;

/// Bytes of an address in a register.
const ADDRESS: u32 = 6;
/// Bytes by which a far offset makes an access longer.
const FAR: u32 = 2;
/// The largest offset of an access.
const REACH: i32 = 4095;

/// The anchors of a function.
#[derive(Default)]
pub(super) struct Anchors {
    /// By accessed address, the anchor.
    near: BTreeMap<(SymbolId, i32), i32>,
    /// Number of times that an address itself is needed.
    exact: BTreeMap<(SymbolId, i32), u32>,
    /// Number of indexed accesses by the address that the index is added to,
    /// the access' offset included.
    indexed: BTreeMap<(SymbolId, i32), u32>,
}

/// Accesses of one address.
#[derive(Clone, Copy)]
struct Accesses {
    count: u32,
    /// Bytes of the narrowest.
    bytes: i32,
}

impl Anchors {
    pub(super) fn new(func: &Function, prefer: Prefer) -> Anchors {
        let mut anchors = Anchors::default();
        let mut accesses: BTreeMap<SymbolId, BTreeMap<i32, Accesses>> = BTreeMap::new();
        let symbol = |value: Value| match func.def_inst(value).map(|inst| &func.insts[inst]) {
            Some(InstData::SymbolAddr { symbol, addend }) => Some((*symbol, *addend)),
            _ => None,
        };
        let added = |value: Value| match func.def_inst(value).map(|inst| &func.insts[inst]) {
            Some(InstData::Binary { op: BinaryOp::Add, args: [a, b] }) => {
                symbol(*a).or_else(|| symbol(*b))
            }
            _ => None,
        };
        for &inst in func.layout.iter().flat_map(|&block| &func.blocks[block].insts) {
            let data = &func.insts[inst];
            let access = match data {
                InstData::Load { op, addr, offset, .. } => Some((*addr, *offset, op.bytes())),
                InstData::Store { op, addr, offset, .. } => Some((*addr, *offset, op.bytes())),
                _ => None,
            };
            if let Some((addr, offset, bytes)) = access {
                if let Some((symbol, addend)) = symbol(addr) {
                    let (at, bytes) = (addend.wrapping_add(offset), bytes as i32);
                    let new = Accesses { count: 0, bytes };
                    let entry = accesses.entry(symbol).or_default().entry(at).or_insert(new);
                    entry.count += 1;
                    entry.bytes = entry.bytes.min(bytes);
                } else if let Some((symbol, addend)) = added(addr) {
                    *anchors.indexed.entry((symbol, addend.wrapping_add(offset))).or_default() += 1;
                }
            }
            data.for_each_arg(|value| {
                if let Some(key) = symbol(value)
                    && access.is_none_or(|(addr, ..)| addr != value)
                {
                    *anchors.exact.entry(key).or_default() += 1;
                }
            });
        }
        for (symbol, places) in accesses {
            anchors.place(symbol, &places, prefer);
        }
        anchors
    }

    /// Chooses the anchors of a symbol.
    fn place(&mut self, symbol: SymbolId, places: &BTreeMap<i32, Accesses>, prefer: Prefer) {
        let exact: BTreeSet<i32> =
            self.exact.keys().filter(|k| k.0 == symbol).map(|k| k.1).collect();
        let mut anchor: Option<i32> = None;
        for (&at, accesses) in places {
            let is_near = |anchor: i32| {
                let offset = at.wrapping_sub(anchor);
                (0..32 * accesses.bytes).contains(&offset) && offset % accesses.bytes == 0
            };
            // What is in a register anyway.
            let known = exact.range(..=at).next_back().copied().filter(|&e| is_near(e));
            if let Some(known) = known {
                self.near.insert((symbol, at), known);
                continue;
            }
            let reach = anchor.filter(|&a| (0..=REACH).contains(&at.wrapping_sub(a)));
            let chosen = match reach {
                Some(anchor) if is_near(anchor) => anchor,
                // Long forms take no time, but a new anchor takes a register.
                Some(anchor) if prefer == Prefer::Speed => anchor,
                // Those that a new anchor here would make short.
                Some(anchor) => {
                    let end = at.saturating_add(32 * accesses.bytes);
                    let short: u32 = places.range(at..end).map(|(_, a)| a.count).sum();
                    if short * FAR <= ADDRESS { anchor } else { at & !3 }
                }
                // Aligned, for the halfwords and words above.
                None => at & !3,
            };
            anchor = Some(chosen);
            self.near.insert((symbol, at), chosen);
        }
    }

    /// The anchor of an accessed address.
    pub(super) fn near(&self, symbol: SymbolId, at: i32) -> Option<i32> {
        self.near.get(&(symbol, at)).copied()
    }

    /// Whether an indexed access with an offset is better done from the sum of
    /// the index and the address, which others need as well, than from an
    /// address of its own.
    pub(super) fn is_better_added(&self, symbol: SymbolId, addend: i32, offset: i32) -> bool {
        let count = |map: &BTreeMap<(SymbolId, i32), u32>, at| {
            map.get(&(symbol, at)).copied().unwrap_or_default()
        };
        let at = addend.wrapping_add(offset);
        // The sum itself is one use of the address.
        let shared = count(&self.exact, addend) > 1;
        offset != 0 && shared && count(&self.indexed, at) == 1 && count(&self.exact, at) == 0
    }
}
