//! The tables of an object that describe its functions: stack use and traps.
//! Their words refer to code by relocations, which have not been applied.

use std::collections::BTreeMap;

use object::read::elf::ElfSection32;
use object::read::{Object as _, ObjectSection, ObjectSymbol};
use object::{Endianness, RelocationTarget, SectionIndex, SymbolKind};

use super::{File, InspectError, lossy};
use crate::traps::{self, Trap};

type Section<'d, 'f> = ElfSection32<'d, 'f, Endianness>;

/// The section and offset that each relocated word of a table stands for.
fn places(
    file: &File<'_>,
    table: &Section<'_, '_>,
) -> Result<Vec<(usize, SectionIndex, u32)>, InspectError> {
    let bytes = table.data()?;
    let mut places = vec![];
    for (at, reloc) in table.relocations() {
        let RelocationTarget::Symbol(index) = reloc.target() else { continue };
        let symbol = file.symbol_by_index(index)?;
        let at = at as usize;
        let word = bytes.get(at..).and_then(|rest| rest.first_chunk());
        if let (Some(section), Some(word)) = (symbol.section_index(), word) {
            let offset = u32::from_le_bytes(*word).wrapping_add(symbol.address() as u32);
            places.push((at, section, offset & !1));
        }
    }
    Ok(places)
}

/// The stack use of the function at an offset of a section, by its index.
pub(super) type StackUse = ((usize, u32), u64);

/// Adds places of functions and the bytes of stack that they use.
pub(super) fn stack(
    file: &File<'_>,
    table: &Section<'_, '_>,
    list: &mut Vec<StackUse>,
) -> Result<(), InspectError> {
    let bytes = table.data()?;
    for (at, section, offset) in places(file, table)? {
        let size = bytes.get(at + 4..).and_then(uleb128);
        list.extend(size.map(|size| ((section.0, offset), size)));
    }
    Ok(())
}

/// Names the functions.
pub(super) fn named(
    file: &File<'_>,
    list: Vec<StackUse>,
) -> Result<Vec<(String, u64)>, InspectError> {
    let functions = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text);
    let places = functions.filter_map(|symbol| {
        Some(((symbol.section_index()?.0, symbol.address() as u32 & !1), symbol))
    });
    let places: BTreeMap<_, _> = places.collect();
    let mut named = vec![];
    for (place, size) in list {
        if let Some(function) = places.get(&place) {
            named.push((lossy(function.name_bytes()?), size));
        }
    }
    Ok(named)
}

/// An unsigned number in LEB128 at the start of the bytes.
fn uleb128(bytes: &[u8]) -> Option<u64> {
    let mut value = 0;
    for (i, byte) in bytes.iter().take(9).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Adds the traps of a table, each with the name of its section of code.
pub(super) fn traps(
    file: &File<'_>,
    table: &Section<'_, '_>,
    list: &mut Vec<(String, Trap)>,
) -> Result<(), InspectError> {
    // A table describes one section. Address 0 would mean that it was dropped.
    const START: u32 = 1 << 31;
    let places = places(file, table)?;
    let Some(&(_, section, _)) = places.first() else { return Ok(()) };
    let name = lossy(file.section_by_index(section)?.name_bytes()?);
    let mut bytes = table.data()?.to_vec();
    for (at, _, offset) in places {
        bytes[at..at + 4].copy_from_slice(&(START + offset % START).to_le_bytes());
    }
    for mut trap in traps::decode(&bytes) {
        trap.address = trap.address.wrapping_sub(START);
        list.push((name.clone(), trap));
    }
    Ok(())
}
