//! Relocatable objects: the symbol table, segments, groups and relocations
//! that a compiler or `wasm-ld` leaves for the next linker (tool-conventions,
//! `Linking.md`: the sections `linking`, `reloc.*` and `target_features`).
//!
//! Indices in an [`Object`] are in range, symbols agree with what they name,
//! and relocations stand inside what they change. Whether the bytes there
//! still are what the relocations say is another question
//! ([`Module::check_relocations`](crate::Module::check_relocations)): a tool
//! that rewrites code keeps these sections although they are wrong from then
//! on.

mod check;
mod operand;
mod read;
mod relocation;

use std::fmt;

pub(crate) use read::{SectionContents, read};
pub use relocation::{Field, RelocKind, Relocation};

use crate::module::{ExternKind, Module};

/// What the custom sections of a relocatable object say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// The symbol table, by index.
    pub symbols: Vec<ObjectSymbol>,
    /// Names and alignments of the data segments, by segment. Segments that
    /// the object says nothing of have no name and alignment 1.
    pub segments: Vec<SegmentInfo>,
    /// Functions to call at start, in the order of the file.
    pub init_functions: Vec<InitFunction>,
    /// Groups of which the program keeps one.
    pub comdats: Vec<Comdat>,
    /// Relocations of function bodies, sorted by offset, which counts from
    /// the start of the module and is that of the operand's first byte.
    pub code_relocs: Vec<Relocation>,
    /// Relocations by data segment, sorted by offset, which counts from the
    /// segment's first byte.
    pub data_relocs: Vec<Vec<Relocation>>,
    /// Relocations of custom sections (debug information): the index in
    /// [`Module::customs`] and the relocations, sorted by offset, which counts
    /// from the section's contents. Those that refer to symbols that a linker
    /// removed are left out.
    pub custom_relocs: Vec<(usize, Vec<Relocation>)>,
    /// Target features, in the order of the file.
    pub features: Vec<Feature>,
    /// Whether it is still to be linked; else it is a finished module that
    /// kept its relocations (`wasm-ld --emit-relocs`).
    pub relocatable: bool,
}

/// Which of two symbols of one name wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Binding {
    /// Seen by all objects, defined once.
    #[default]
    Global,
    /// A global definition wins.
    Weak,
    /// Of this object alone.
    Local,
}

/// A symbol of the linking section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectSymbol {
    /// Its name: that of an undefined symbol without an explicit name is the
    /// import's field name, that of a section symbol the section's name.
    pub name: String,
    /// What it names.
    pub kind: SymbolKind,
    /// Which of several wins.
    pub binding: Binding,
    /// Not seen outside the linked module. clang hides every definition.
    pub hidden: bool,
    /// Another object or the host defines it.
    pub undefined: bool,
    /// To be exported from the linked module (`export_name`, `used`).
    pub exported: bool,
    /// The name is the symbol's own and not the import's.
    pub explicit_name: bool,
    /// Kept although nothing refers to it.
    pub no_strip: bool,
    /// Thread-local.
    pub tls: bool,
}

/// What a symbol names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// The function of that index.
    Function(u32),
    /// Bytes of a data segment; `None` if the symbol is undefined.
    Data {
        /// Where they are.
        place: Option<DataPlace>,
    },
    /// A number that does not move: an address that the linker made up, such
    /// as `__heap_base`.
    Absolute(u32),
    /// The global of that index.
    Global(u32),
    /// The table of that index.
    Table(u32),
    /// The custom section of that index in [`Module::customs`].
    Section(u32),
    /// The exception tag of that index.
    Tag(u32),
}

impl Default for SymbolKind {
    fn default() -> Self {
        SymbolKind::Data { place: None }
    }
}

/// Where a data symbol is. It lies within the segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DataPlace {
    /// Index of the data segment.
    pub segment: u32,
    /// Bytes from the segment's start.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
}

/// What the object says of a data segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentInfo {
    /// The section's name, such as `.data.counter`; empty if unknown.
    pub name: String,
    /// Alignment in bytes, a power of two.
    pub align: u32,
    /// Zero-terminated strings that may be merged with equal ones.
    pub strings: bool,
    /// Thread-local.
    pub tls: bool,
    /// Kept although nothing refers to it (`retain`).
    pub retain: bool,
}

impl Default for SegmentInfo {
    fn default() -> Self {
        SegmentInfo { name: String::new(), align: 1, strings: false, tls: false, retain: false }
    }
}

/// A function to call at start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InitFunction {
    /// Lower is earlier; 65535 if the source says nothing.
    pub priority: u32,
    /// Index of its symbol.
    pub symbol: u32,
}

/// A group of which a program keeps the first that is linked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comdat {
    /// What equal groups share.
    pub name: String,
    /// Data segments of the group.
    pub segments: Vec<u32>,
    /// Functions of the group.
    pub functions: Vec<u32>,
    /// Custom sections of the group, by index in [`Module::customs`].
    pub sections: Vec<u32>,
}

/// A target feature that the object was compiled with or without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// What is said of it.
    pub policy: FeaturePolicy,
    /// Its name, such as `atomics` or `shared-mem`.
    pub name: String,
}

/// What an object says of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeaturePolicy {
    /// `+`: it is used.
    Used,
    /// `-`: the linked module must not use it.
    Disallowed,
    /// `=`: all objects must use it (older compilers).
    Required,
}

impl FeaturePolicy {
    /// The character before the name.
    pub fn prefix(self) -> char {
        match self {
            FeaturePolicy::Used => '+',
            FeaturePolicy::Disallowed => '-',
            FeaturePolicy::Required => '=',
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.policy.prefix(), self.name)
    }
}

impl ObjectSymbol {
    /// The address of a defined data symbol in the object's own memory.
    pub(crate) fn address(&self, module: &Module) -> Option<u32> {
        match self.kind {
            SymbolKind::Absolute(value) => Some(value),
            SymbolKind::Data { place: Some(place) } => {
                Some(module.segment_address(place.segment)?.wrapping_add(place.offset))
            }
            _ => None,
        }
    }
}

impl Object {
    /// The relocation of the operand at that offset of the module.
    pub fn code_reloc_at(&self, offset: usize) -> Option<&Relocation> {
        let offset = u32::try_from(offset).ok()?;
        let at = self.code_relocs.binary_search_by_key(&offset, |r| r.offset).ok()?;
        self.code_relocs.get(at)
    }

    /// The relocations of a data segment.
    pub fn segment_relocs(&self, segment: u32) -> &[Relocation] {
        self.data_relocs.get(segment as usize).map_or(&[], Vec::as_slice)
    }

    /// The symbol that a relocation refers to; none for a type index.
    pub fn target(&self, reloc: &Relocation) -> Option<&ObjectSymbol> {
        match reloc.kind {
            RelocKind::TypeIndexLeb => None,
            _ => self.symbols.get(reloc.symbol as usize),
        }
    }

    /// What the object says of a feature.
    pub fn feature(&self, name: &str) -> Option<FeaturePolicy> {
        self.features.iter().find(|f| f.name == name).map(|f| f.policy)
    }
}

impl Module {
    /// The address that a data segment is copied to, if it is a constant.
    pub fn segment_address(&self, segment: u32) -> Option<u32> {
        use crate::{ConstOp, SegmentKind};
        match &self.data.get(segment as usize)?.kind {
            SegmentKind::Active { offset, .. } => match offset.ops[..] {
                [ConstOp::I32(address)] => Some(address as u32),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the module is to be linked still. `wasm-ld -r` defines the
    /// memory that compilers import, but only a finished module exports it.
    fn is_relocatable(&self) -> bool {
        let exported =
            self.exports.iter().any(|e| e.kind == ExternKind::Memory) || self.start.is_some();
        let import = self.import(ExternKind::Memory, 0);
        !exported && import.is_none_or(|import| import.name == "__linear_memory")
    }
}
