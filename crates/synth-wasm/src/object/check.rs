//! Whether the bytes that a relocation names still are what it says.
//!
//! Tools that rewrite code (`wasm-opt`) keep the relocation sections as they
//! are, so that they name wrong bytes afterwards. A relocation is true if it
//! stands on the operand of an instruction that takes such a thing, if that
//! operand is padded as only linkers' input is, and if its value is what the
//! symbol has in this module.

use super::operand::{self, Place};
use super::relocation::{Field, Meaning, RelocKind, Relocation};
use super::{Object, ObjectSymbol, SymbolKind};
use crate::error::Error;
use crate::module::{ElementItem, ExternKind, Module, SegmentKind};
use crate::{ConstExpr, ConstOp};

impl Module {
    /// The linking information of the module, once every relocation of code
    /// and data has been compared with what stands there. Those of debug
    /// information are not: they change no code.
    ///
    /// # Errors
    /// [`Error::StaleRelocation`] if one is not true, [`Error::Object`] if
    /// the linking information can't be read, [`Error::NoObject`] if there is
    /// none.
    pub fn check_relocations(&self) -> Result<&Object, Error> {
        if let Some(error) = &self.object_error {
            return Err(error.clone());
        }
        let object = self.object.as_ref().ok_or(Error::NoObject)?;
        Checker { module: self, object, elements: elements(self) }.check()?;
        Ok(object)
    }
}

/// Active segments of tables, sorted by where they begin.
fn elements(module: &Module) -> Vec<(u32, &[ElementItem])> {
    let mut elements: Vec<_> = module
        .elements
        .iter()
        .filter_map(|element| match &element.kind {
            SegmentKind::Active { offset: ConstExpr { ops, .. }, .. } => match ops[..] {
                [ConstOp::I32(offset)] => Some((offset as u32, &element.items[..])),
                _ => None,
            },
            _ => None,
        })
        .collect();
    elements.sort_by_key(|(offset, _)| *offset);
    elements
}

struct Checker<'a> {
    module: &'a Module,
    object: &'a Object,
    elements: Vec<(u32, &'a [ElementItem])>,
}

impl Checker<'_> {
    fn check(&self) -> Result<(), Error> {
        operand::walk(self.module, self.object, |reloc, place| {
            let fits = place.is_some_and(|place| takes(&place, reloc));
            self.check_value(reloc, reloc.offset as usize, fits)
        })?;
        for (segment, relocs) in self.module.data.iter().zip(&self.object.data_relocs) {
            for reloc in relocs {
                let offset = segment.range.start + reloc.offset as usize;
                let fits = matches!(reloc.kind.field(), Field::I32 | Field::I64);
                self.check_value(reloc, offset, fits)?;
            }
        }
        Ok(())
    }

    fn check_value(&self, reloc: &Relocation, offset: usize, fits: bool) -> Result<(), Error> {
        let found = decode(self.module, reloc.kind.field(), offset).filter(|_| fits);
        if found.is_some_and(|value| self.is_expected(reloc, value)) {
            return Ok(());
        }
        Err(Error::StaleRelocation {
            kind: reloc.kind,
            symbol: match self.object.target(reloc) {
                Some(symbol) => symbol.name.clone(),
                None => format!("type {}", reloc.symbol),
            },
            offset: offset as u64,
        })
    }

    fn is_expected(&self, reloc: &Relocation, value: u32) -> bool {
        let Some(symbol) = self.object.target(reloc) else {
            return value == reloc.symbol;
        };
        match (reloc.kind.meaning(), symbol.kind) {
            (Meaning::Relative, _) => true,
            (Meaning::TableElement, SymbolKind::Function(index)) => {
                self.element(value) == Some(index)
                    || (value == 0 && self.is_weak_stub(symbol, index))
            }
            (Meaning::Address, _) => self.is_address(symbol, reloc.addend, value),
            (Meaning::Global, SymbolKind::Function(_)) => self.is_got(value, "GOT.func", symbol),
            (Meaning::Global, SymbolKind::Data { .. }) => self.is_got(value, "GOT.mem", symbol),
            (
                _,
                SymbolKind::Function(index)
                | SymbolKind::Global(index)
                | SymbolKind::Table(index)
                | SymbolKind::Tag(index),
            ) => value == index,
            _ => false,
        }
    }

    fn is_address(&self, symbol: &ObjectSymbol, addend: i32, value: u32) -> bool {
        match symbol.address(self.module) {
            // Thread-local addresses count from `__tls_base`.
            _ if symbol.tls => true,
            Some(address) => value == address.wrapping_add(addend as u32),
            // Compilers write 0, wasm-ld adds the addend.
            None => symbol.undefined && (value == 0 || value == addend as u32),
        }
    }

    /// Whether a finished module defines what it calls undefined: the address
    /// is 0 then.
    fn is_weak_stub(&self, symbol: &ObjectSymbol, index: u32) -> bool {
        symbol.undefined && self.module.import(ExternKind::Function, index).is_none()
    }

    /// The function in that slot of the table.
    fn element(&self, slot: u32) -> Option<u32> {
        let at = self.elements.partition_point(|(offset, _)| *offset <= slot).checked_sub(1)?;
        let (offset, items) = self.elements[at];
        match items.get((slot - offset) as usize)? {
            ElementItem::Function(index) => Some(*index),
            _ => None,
        }
    }

    /// Position-independent code reads addresses from imported globals.
    fn is_got(&self, value: u32, module: &str, symbol: &ObjectSymbol) -> bool {
        let import = self.module.import(ExternKind::Global, value);
        import.is_some_and(|import| import.module == module && import.name == symbol.name)
    }
}

/// The low 32 bits of a relocated field, if its padding is a linker's.
fn decode(module: &Module, field: Field, offset: usize) -> Option<u32> {
    let bytes = module.bytes().get(offset..)?.get(..field.len() as usize)?;
    match field {
        Field::I32 | Field::I64 => bytes[..4].try_into().ok().map(u32::from_le_bytes),
        Field::Leb | Field::Sleb | Field::Leb64 | Field::Sleb64 => {
            let (last, rest) = bytes.split_last()?;
            if *last >= 0x80 || rest.iter().any(|&b| b < 0x80) {
                return None;
            }
            let value = bytes[..5].iter().rev().fold(0u64, |n, b| n << 7 | u64::from(b & 0x7f));
            Some(value as u32)
        }
    }
}

/// Whether the instruction has such an operand there (core specification,
/// 5.4).
fn takes(place: &Place, reloc: &Relocation) -> bool {
    let (first, last) = (place.is_first(reloc), place.is_last(reloc));
    match (reloc.kind.meaning(), place.opcode) {
        // call, return_call, ref.func
        (Meaning::Function, 0x10 | 0x12 | 0xd2) => first,
        // i32.const, i64.const
        (Meaning::TableElement | Meaning::Address | Meaning::Relative, 0x41 | 0x42) => first,
        // loads and stores, atomics; vector accesses may end with a lane
        (Meaning::Address | Meaning::Relative, 0x28..=0x3e | 0xfe) => last,
        (Meaning::Address | Meaning::Relative, 0xfd) => true,
        // global.get, global.set
        (Meaning::Global, 0x23 | 0x24) => first,
        // block, loop, if; call_indirect, return_call_indirect, call_ref,
        // return_call_ref; try_table
        (Meaning::Type, 0x02..=0x04 | 0x11 | 0x13..=0x15 | 0x1f) => first,
        // throw; try_table
        (Meaning::Tag, 0x08) => first,
        (Meaning::Tag, 0x1f) => true,
        // table.get, table.set; call_indirect, return_call_indirect; table.*
        (Meaning::Table, 0x25 | 0x26) => first,
        (Meaning::Table, 0x11 | 0x13) => last,
        (Meaning::Table, 0xfc) => true,
        _ => false,
    }
}

impl RelocKind {
    /// Whether it can refer to such a symbol.
    pub(super) fn fits(self, symbol: SymbolKind) -> bool {
        use SymbolKind::*;
        match self.meaning() {
            Meaning::Function | Meaning::TableElement | Meaning::FunctionOffset => {
                matches!(symbol, Function(_))
            }
            Meaning::Address => matches!(symbol, Data { .. } | Absolute(_)),
            Meaning::Global => matches!(symbol, Global(_) | Function(_) | Data { .. }),
            Meaning::Tag => matches!(symbol, Tag(_)),
            Meaning::Table => matches!(symbol, Table(_)),
            Meaning::SectionOffset => matches!(symbol, Section(_)),
            Meaning::Relative => matches!(symbol, Data { .. } | Absolute(_) | Function(_)),
            // The index is that of a type.
            Meaning::Type => true,
        }
    }
}
