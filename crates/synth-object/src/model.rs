//! Our own model of an ELF object: sections, symbols, groups, attributes.
//!
//! Invariant: every id that one part holds of another is in range; local
//! order is the order of output, so equal objects are equal bytes. Section
//! and symbol kinds follow the ELF specification (gABI chapter 4) and
//! AAELF32 section 5.

use synth_ir::entity::{PrimaryMap, entity_impl};

use crate::attributes::Attributes;
use crate::reloc::RelocKind;

/// A section of an [`Object`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SectionId(u32);
entity_impl!(SectionId, "section");

/// A symbol of an [`Object`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectSymbolId(u32);
entity_impl!(ObjectSymbolId, "symbol");

/// A COMDAT group of an [`Object`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(u32);
entity_impl!(GroupId, "group");

/// A relocatable object.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// Sections in output order.
    pub sections: PrimaryMap<SectionId, Section>,
    /// Symbols; the writer puts local ones first.
    pub symbols: PrimaryMap<ObjectSymbolId, ObjectSymbol>,
    /// COMDAT groups: the symbol that names each.
    pub groups: PrimaryMap<GroupId, ObjectSymbolId>,
    /// Build attributes, if it has any.
    pub attributes: Option<Attributes>,
}

/// The ELF type of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SectionKind {
    /// SHT_PROGBITS.
    ProgBits,
    /// SHT_NOBITS: takes memory but no room in the file.
    NoBits,
    /// SHT_INIT_ARRAY.
    InitArray,
    /// SHT_FINI_ARRAY.
    FiniArray,
    /// SHT_ARM_EXIDX.
    ArmExidx,
    /// SHT_NOTE.
    Note,
}

/// What memory of a section is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Not in memory (no SHF_ALLOC).
    None,
    /// Read only (SHF_ALLOC).
    Read,
    /// Read and written (SHF_ALLOC, SHF_WRITE).
    Write,
    /// Read and executed (SHF_ALLOC, SHF_EXECINSTR).
    Execute,
}

/// A section.
#[derive(Clone, Debug)]
pub struct Section {
    /// The name; several sections may share it.
    pub name: String,
    /// The ELF type.
    pub kind: SectionKind,
    /// What its memory is for.
    pub access: Access,
    /// Alignment in bytes, a power of two.
    pub align: u32,
    /// The contents; empty for [`SectionKind::NoBits`].
    pub bytes: Vec<u8>,
    /// Size in bytes: `bytes.len()`, except for [`SectionKind::NoBits`].
    pub size: u32,
    /// Places that depend on a symbol, by rising offset.
    pub relocs: Vec<Relocation>,
    /// The COMDAT group that it belongs to.
    pub group: Option<GroupId>,
    /// Whether it holds instructions alone (SHF_ARM_PURECODE).
    pub pure_code: bool,
    /// The section that it describes (SHF_LINK_ORDER): it is dropped with it.
    pub link_order: Option<SectionId>,
}

impl Section {
    /// A section with contents.
    pub fn new(name: impl Into<String>, access: Access, align: u32, bytes: Vec<u8>) -> Self {
        Section {
            name: name.into(),
            kind: SectionKind::ProgBits,
            access,
            align,
            size: bytes.len() as u32,
            bytes,
            relocs: vec![],
            group: None,
            pure_code: false,
            link_order: None,
        }
    }
}

/// A place in a section that depends on a symbol. The place already holds
/// the addend (REL).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relocation {
    /// Byte offset of the place in the section.
    pub offset: u32,
    /// How the address is written.
    pub kind: RelocKind,
    /// The symbol.
    pub symbol: ObjectSymbolId,
}

/// ELF binding of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binding {
    /// STB_LOCAL.
    Local,
    /// STB_GLOBAL.
    Global,
    /// STB_WEAK.
    Weak,
}

/// ELF type of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// STT_NOTYPE: mapping symbols, absolute symbols, undefined symbols.
    NoType,
    /// STT_FUNC: a Thumb function; the writer sets the Thumb bit.
    Func,
    /// STT_OBJECT.
    Object,
    /// STT_SECTION: the start of its section, without a name.
    Section,
    /// STT_FILE: the name of the source.
    File,
}

/// Where a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Another object defines it (SHN_UNDEF).
    Undefined,
    /// A number (SHN_ABS).
    Absolute(u32),
    /// In a section, at a byte offset from its start.
    Section(SectionId, u32),
}

/// A symbol.
#[derive(Clone, Debug)]
pub struct ObjectSymbol {
    /// The name; empty for [`SymbolKind::Section`].
    pub name: String,
    /// ELF binding.
    pub binding: Binding,
    /// ELF type.
    pub kind: SymbolKind,
    /// Whether it is STV_HIDDEN.
    pub hidden: bool,
    /// Where it is.
    pub place: Place,
    /// Size in bytes.
    pub size: u32,
}

impl ObjectSymbol {
    /// A local symbol without type and size, such as a mapping symbol.
    pub fn local(name: impl Into<String>, section: SectionId, offset: u32) -> Self {
        ObjectSymbol {
            name: name.into(),
            binding: Binding::Local,
            kind: SymbolKind::NoType,
            hidden: false,
            place: Place::Section(section, offset),
            size: 0,
        }
    }
}
