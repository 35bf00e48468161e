//! Data segments as native sections, and data symbols as places in them.
//!
//! A segment is one piece of data, whose symbol is the one that covers it if
//! there is one. The segments that `wasm-ld` merges (`.rodata`, `.data`,
//! `.bss`) are taken apart again: each group of overlapping symbols is a piece
//! of its own, so that a linker can drop it.

use std::collections::BTreeSet;

use synth_ir::{Data, DataKind, DataReloc, Definition, SymbolId};
use synth_wasm::{Binding, Object, ObjectSymbol, RelocKind, Relocation, SymbolKind};

use super::declare::primary;
use crate::declare::{Declarer, unsupported};
use crate::error::Error;

/// Segments that hold what the linker found in many.
const MERGED: &[&str] = &[".bss", ".data", ".rodata"];

/// A data symbol in its segment.
#[derive(Clone, Copy)]
struct Placed<'m> {
    index: usize,
    symbol: &'m ObjectSymbol,
    start: u32,
    end: u32,
}

/// Bytes of a segment that stay together.
struct Piece<'m> {
    start: u32,
    end: u32,
    symbols: Vec<Placed<'m>>,
}

/// Whether a section's name is `prefix` or starts with `prefix.`.
fn is_under(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Segments of wasm have no flags: their names say what they are for.
fn kind(segment: &str) -> DataKind {
    match segment {
        name if is_under(name, ".rodata") => DataKind::Const,
        name if is_under(name, ".noinit") => DataKind::NoInit,
        _ => DataKind::Variable,
    }
}

/// The pieces of a merged segment; what no symbol covers belongs to the piece
/// before it, unless it is `padding`.
fn split<'m>(
    symbols: &[Placed<'m>],
    size: u32,
    padding: impl Fn(u32, u32) -> bool,
) -> Vec<Piece<'m>> {
    let mut pieces: Vec<Piece<'m>> = vec![];
    for &placed in symbols {
        match pieces.last_mut() {
            Some(piece) if placed.start < piece.end || placed.start == piece.start => {
                piece.end = piece.end.max(placed.end);
                piece.symbols.push(placed);
            }
            _ => {
                let Placed { start, end, .. } = placed;
                pieces.push(Piece { start, end, symbols: vec![placed] });
            }
        }
    }
    let starts: Vec<u32> = pieces.iter().map(|piece| piece.start).chain([size]).collect();
    for (piece, next) in pieces.iter_mut().zip(&starts[1..]) {
        if !padding(piece.end, *next) {
            piece.end = *next;
        }
    }
    if let Some(first) = pieces.first_mut() {
        first.start = 0;
    }
    pieces
}

/// The relocations in a range of a segment.
fn between(relocs: &[Relocation], start: u32, end: u32) -> &[Relocation] {
    let index = |at: u32| relocs.partition_point(|reloc| reloc.offset < at);
    relocs.get(index(start)..index(end)).unwrap_or_default()
}

impl<'m> Declarer<'m> {
    /// All symbols are bound before any data is complete: data refers to data.
    pub(super) fn native_data(&mut self, object: &'m Object) -> Result<(), Error> {
        let mut placed: Vec<Vec<Placed<'m>>> = vec![vec![]; self.module.data.len()];
        for (index, symbol) in object.symbols.iter().enumerate() {
            if let SymbolKind::Data { place: Some(place) } = symbol.kind {
                let (start, end) = (place.offset, place.offset + place.size);
                placed[place.segment as usize].push(Placed { index, symbol, start, end });
            }
        }
        let comdat: BTreeSet<u32> =
            object.comdats.iter().flat_map(|c| c.segments.iter().copied()).collect();
        let mut pieces = vec![];
        for (segment, mut symbols) in (0..).zip(placed) {
            symbols.sort_by_key(|s| (s.start, std::cmp::Reverse(s.end), s.index));
            let bytes = self.module.data_bytes(segment).unwrap_or_default();
            let size = bytes.len() as u32;
            let relocs = object.segment_relocs(segment);
            let padding = |start: u32, end: u32| {
                bytes[start as usize..end as usize].iter().all(|&b| b == 0)
                    && between(relocs, start, end).is_empty()
            };
            let info = &object.segments[segment as usize];
            let merged = MERGED.contains(&info.name.as_str()) && symbols.len() > 1;
            let split = match merged {
                true => split(&symbols, size, padding),
                false => vec![Piece { start: 0, end: size, symbols }],
            };
            for piece in split {
                let id = self.piece(object, segment, &piece, comdat.contains(&segment))?;
                pieces.push((id, segment, piece.start, piece.end));
            }
        }
        for (id, segment, start, end) in pieces {
            let relocs = self.data_relocs(object, segment, start, end)?;
            if let Definition::Data(data) = &mut self.program.symbols[id].def {
                for reloc in &relocs {
                    // The place holds the object's own idea of the address.
                    let rest = data.bytes.iter_mut().skip(reloc.offset as usize);
                    rest.take(4).for_each(|byte| *byte = 0);
                }
                data.relocs = relocs;
            }
        }
        Ok(())
    }

    /// Declares a piece and the symbols in it.
    fn piece(
        &mut self,
        object: &Object,
        segment: u32,
        piece: &Piece<'m>,
        comdat: bool,
    ) -> Result<SymbolId, Error> {
        let info = &object.segments[segment as usize];
        let size = piece.end - piece.start;
        let bytes = self.module.data_bytes(segment).unwrap_or_default();
        let bytes = &bytes[piece.start as usize..piece.end as usize];
        // What lies at an odd place of its segment has no alignment to lose.
        let align = match piece.start {
            0 => info.align,
            start => info.align.min(1 << start.trailing_zeros()),
        };
        let used = bytes.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
        let kind = kind(&info.name);
        let data = Data { bytes: bytes[..used].to_vec(), size, align, kind, relocs: vec![] };
        let def = Definition::Data(data);

        let covering = |s: &&Placed<'_>| s.start == piece.start && (s.end >= piece.end);
        let alone = piece.symbols.len() == 1 && piece.symbols[0].start == piece.start;
        let whole: Vec<&Placed<'_>> = match alone {
            true => piece.symbols.iter().collect(),
            false => piece.symbols.iter().filter(covering).collect(),
        };
        let names: Vec<_> = whole.iter().map(|s| (s.index, s.symbol)).collect();
        let others = piece.symbols.len() > 1;
        // A weak symbol can be replaced, which must not take the others along.
        let first = primary(&names).map(|i| whole[i]);
        let first = first.filter(|s| !(others && s.symbol.binding == Binding::Weak));
        let id = match first {
            Some(placed) => self.define(placed.symbol, "variable", comdat, def)?,
            None => {
                let name = if info.name.is_empty() { "data" } else { &info.name };
                self.add_local(name, def)
            }
        };
        if !info.name.is_empty() {
            self.program.symbols[id].section = Some(info.name.clone());
        }
        self.program.symbols[id].retain |= info.retain;
        for placed in &piece.symbols {
            let symbol = match first {
                Some(first) if first.index == placed.index => id,
                _ => {
                    let offset = placed.start - piece.start;
                    let def = Definition::Alias { target: id, offset };
                    self.define(placed.symbol, "variable", false, def)?
                }
            };
            self.bind(placed.index, symbol);
        }
        Ok(id)
    }

    /// The words of a piece that hold addresses.
    fn data_relocs(
        &self,
        object: &Object,
        segment: u32,
        start: u32,
        end: u32,
    ) -> Result<Vec<DataReloc>, Error> {
        let symbols = self.env.native.as_ref();
        between(object.segment_relocs(segment), start, end)
            .iter()
            .map(|reloc| {
                let known = match reloc.kind {
                    RelocKind::MemoryAddrI32 | RelocKind::TableIndexI32 => symbols,
                    _ => None,
                };
                let symbol = known.and_then(|native| native.symbol(reloc)).ok_or_else(|| {
                    let offset = self.module.data[segment as usize].offset;
                    unsupported(
                        &format!("the relocation {} of data", reloc.kind),
                        offset + u64::from(reloc.offset),
                        "compile without -fPIC and without thread-local variables",
                    )
                })?;
                Ok(DataReloc { offset: reloc.offset - start, symbol, addend: reloc.addend })
            })
            .collect()
    }
}
