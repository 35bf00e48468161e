//! Debugging information entries as a flat list with the attributes that
//! matter here.

use std::borrow::Cow;

use gimli::{AttributeValue, DwAt, DwTag, Dwarf, EndianSlice, LittleEndian, Unit, constants as c};
use synth_wasm::Module;

use super::DwarfError;

type Reader<'m> = EndianSlice<'m, LittleEndian>;

/// An entry. Its children follow it, one level deeper.
#[derive(Clone, Debug)]
pub(super) struct Entry<'m> {
    /// Byte offset in `.debug_info`.
    pub offset: usize,
    pub depth: isize,
    pub tag: DwTag,
    /// Whether its unit is written in Rust.
    pub rust: bool,
    pub name: Option<Cow<'m, str>>,
    pub linkage_name: Option<Cow<'m, str>>,
    /// Offset of the entry of its type.
    pub ty: Option<usize>,
    pub byte_size: Option<u64>,
    pub alignment: Option<u64>,
    pub encoding: Option<u64>,
    /// Of an array.
    pub count: Option<u64>,
    pub upper_bound: Option<i64>,
    /// Of a member.
    pub location: Option<u64>,
    pub bit_size: Option<u64>,
    pub bit_offset: Option<u64>,
    /// Of an enumerator.
    pub value: Option<i64>,
    pub declaration: bool,
    pub external: bool,
    pub prototyped: bool,
    /// A C++ record that travels by reference, or a vector.
    pub special: bool,
}

/// All entries, sorted by offset.
pub(super) fn read(module: &Module) -> Result<Vec<Entry<'_>>, DwarfError> {
    let section = |id: gimli::SectionId| -> Result<Reader<'_>, DwarfError> {
        Ok(EndianSlice::new(module.custom_bytes(id.name()).unwrap_or_default(), LittleEndian))
    };
    let dwarf = Dwarf::load(section)?;
    let mut entries = vec![];
    let mut units = dwarf.units();
    while let Some(header) = units.next()? {
        let unit = dwarf.unit(header)?;
        read_unit(&dwarf, &unit, &mut entries)?;
    }
    Ok(entries)
}

fn read_unit<'m>(
    dwarf: &Dwarf<Reader<'m>>,
    unit: &Unit<Reader<'m>>,
    entries: &mut Vec<Entry<'m>>,
) -> Result<(), DwarfError> {
    let mut cursor = unit.entries();
    let mut rust = false;
    while let Some(entry) = cursor.next_dfs()? {
        let value = |name: DwAt| entry.attr_value(name);
        let number = |name: DwAt| value(name).and_then(|v| v.udata_value());
        let string = |name: DwAt| {
            let string = dwarf.attr_string(unit, value(name)?).ok()?;
            Some(string.to_string_lossy())
        };
        let set = |name: DwAt| matches!(value(name), Some(AttributeValue::Flag(true)));
        if let Some(AttributeValue::Language(language)) = value(c::DW_AT_language) {
            rust = language == c::DW_LANG_Rust;
        }
        entries.push(Entry {
            offset: to_global(unit, entry.offset()),
            depth: entry.depth(),
            tag: entry.tag(),
            rust,
            name: string(c::DW_AT_name),
            linkage_name: string(c::DW_AT_linkage_name),
            ty: value(c::DW_AT_type).and_then(|v| reference(unit, v)),
            byte_size: number(c::DW_AT_byte_size),
            alignment: number(c::DW_AT_alignment),
            encoding: match value(c::DW_AT_encoding) {
                Some(AttributeValue::Encoding(encoding)) => Some(encoding.0.into()),
                _ => None,
            },
            count: number(c::DW_AT_count),
            upper_bound: value(c::DW_AT_upper_bound).and_then(|v| v.sdata_value()),
            location: number(c::DW_AT_data_member_location),
            bit_size: number(c::DW_AT_bit_size),
            bit_offset: number(c::DW_AT_data_bit_offset),
            value: value(c::DW_AT_const_value)
                .and_then(|v| v.sdata_value().or_else(|| v.udata_value().map(|n| n as i64))),
            declaration: set(c::DW_AT_declaration),
            external: set(c::DW_AT_external),
            prototyped: set(c::DW_AT_prototyped),
            special: set(c::DW_AT_GNU_vector) || by_reference(value(c::DW_AT_calling_convention)),
        });
    }
    Ok(())
}

fn by_reference(value: Option<AttributeValue<Reader<'_>>>) -> bool {
    matches!(value, Some(AttributeValue::CallingConvention(c::DW_CC_pass_by_reference)))
}

/// The offset in `.debug_info` of an entry that an attribute refers to.
fn reference(unit: &Unit<Reader<'_>>, value: AttributeValue<Reader<'_>>) -> Option<usize> {
    match value {
        AttributeValue::UnitRef(offset) => Some(to_global(unit, offset)),
        AttributeValue::DebugInfoRef(offset) => Some(offset.0),
        _ => None,
    }
}

fn to_global(unit: &Unit<Reader<'_>>, offset: gimli::UnitOffset) -> usize {
    offset.to_debug_info_offset(&unit.header).map_or(usize::MAX, |offset| offset.0)
}
