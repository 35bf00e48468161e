//! Kinds of relocations (tool-conventions, `Linking.md`): one table.

use std::fmt;

use wasmparser::RelocationType;

/// What the bytes of a relocated operand are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// An unsigned number, padded to 5 bytes.
    Leb,
    /// A signed number, padded to 5 bytes.
    Sleb,
    /// A little-endian word.
    I32,
    /// An unsigned number, padded to 10 bytes (memory64).
    Leb64,
    /// A signed number, padded to 10 bytes (memory64).
    Sleb64,
    /// A little-endian double word (memory64).
    I64,
}

impl Field {
    /// Bytes.
    pub fn len(self) -> u32 {
        match self {
            Field::I32 => 4,
            Field::Leb | Field::Sleb => 5,
            Field::I64 => 8,
            Field::Leb64 | Field::Sleb64 => 10,
        }
    }

    /// Never: a field has bytes.
    pub fn is_empty(self) -> bool {
        false
    }

    /// Whether it belongs to memory64.
    pub fn is_64(self) -> bool {
        matches!(self, Field::Leb64 | Field::Sleb64 | Field::I64)
    }
}

/// What a relocation asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Meaning {
    /// Index of a function.
    Function,
    /// Index of a function in the table.
    TableElement,
    /// Address of data.
    Address,
    /// Index of a type.
    Type,
    /// Index of a global.
    Global,
    /// Index of a tag.
    Tag,
    /// Index of a table.
    Table,
    /// Bytes from the start of the code section.
    FunctionOffset,
    /// Bytes from the start of a custom section.
    SectionOffset,
    /// A distance that only position-independent or thread-local code uses.
    Relative,
}

macro_rules! kinds {
    ($($kind:ident = $theirs:ident, $field:ident, $meaning:ident, $name:literal;)*) => {
        /// Kinds of relocations.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum RelocKind {
            $(#[doc = concat!("`R_WASM_", $name, "`")] $kind,)*
        }

        impl RelocKind {
            /// All kinds.
            pub const ALL: &'static [RelocKind] = &[$(RelocKind::$kind),*];

            /// What the bytes at its place are.
            pub fn field(self) -> Field {
                match self { $(RelocKind::$kind => Field::$field,)* }
            }

            pub(crate) fn meaning(self) -> Meaning {
                match self { $(RelocKind::$kind => Meaning::$meaning,)* }
            }

            /// The name in the format's description.
            pub fn name(self) -> &'static str {
                match self { $(RelocKind::$kind => concat!("R_WASM_", $name),)* }
            }
        }

        impl From<RelocationType> for RelocKind {
            fn from(ty: RelocationType) -> Self {
                match ty { $(RelocationType::$theirs => RelocKind::$kind,)* }
            }
        }
    };
}

kinds! {
    FunctionIndexLeb = FunctionIndexLeb, Leb, Function, "FUNCTION_INDEX_LEB";
    TableIndexSleb = TableIndexSleb, Sleb, TableElement, "TABLE_INDEX_SLEB";
    TableIndexI32 = TableIndexI32, I32, TableElement, "TABLE_INDEX_I32";
    MemoryAddrLeb = MemoryAddrLeb, Leb, Address, "MEMORY_ADDR_LEB";
    MemoryAddrSleb = MemoryAddrSleb, Sleb, Address, "MEMORY_ADDR_SLEB";
    MemoryAddrI32 = MemoryAddrI32, I32, Address, "MEMORY_ADDR_I32";
    TypeIndexLeb = TypeIndexLeb, Leb, Type, "TYPE_INDEX_LEB";
    GlobalIndexLeb = GlobalIndexLeb, Leb, Global, "GLOBAL_INDEX_LEB";
    FunctionOffsetI32 = FunctionOffsetI32, I32, FunctionOffset, "FUNCTION_OFFSET_I32";
    SectionOffsetI32 = SectionOffsetI32, I32, SectionOffset, "SECTION_OFFSET_I32";
    TagIndexLeb = EventIndexLeb, Leb, Tag, "TAG_INDEX_LEB";
    MemoryAddrRelSleb = MemoryAddrRelSleb, Sleb, Relative, "MEMORY_ADDR_REL_SLEB";
    TableIndexRelSleb = TableIndexRelSleb, Sleb, Relative, "TABLE_INDEX_REL_SLEB";
    GlobalIndexI32 = GlobalIndexI32, I32, Global, "GLOBAL_INDEX_I32";
    MemoryAddrLeb64 = MemoryAddrLeb64, Leb64, Address, "MEMORY_ADDR_LEB64";
    MemoryAddrSleb64 = MemoryAddrSleb64, Sleb64, Address, "MEMORY_ADDR_SLEB64";
    MemoryAddrI64 = MemoryAddrI64, I64, Address, "MEMORY_ADDR_I64";
    MemoryAddrRelSleb64 = MemoryAddrRelSleb64, Sleb64, Relative, "MEMORY_ADDR_REL_SLEB64";
    TableIndexSleb64 = TableIndexSleb64, Sleb64, TableElement, "TABLE_INDEX_SLEB64";
    TableIndexI64 = TableIndexI64, I64, TableElement, "TABLE_INDEX_I64";
    TableNumberLeb = TableNumberLeb, Leb, Table, "TABLE_NUMBER_LEB";
    MemoryAddrTlsSleb = MemoryAddrTlsSleb, Sleb, Relative, "MEMORY_ADDR_TLS_SLEB";
    FunctionOffsetI64 = FunctionOffsetI64, I64, FunctionOffset, "FUNCTION_OFFSET_I64";
    MemoryAddrLocrelI32 = MemoryAddrLocrelI32, I32, Relative, "MEMORY_ADDR_LOCREL_I32";
    TableIndexRelSleb64 = TableIndexRelSleb64, Sleb64, Relative, "TABLE_INDEX_REL_SLEB64";
    MemoryAddrTlsSleb64 = MemoryAddrTlsSleb64, Sleb64, Relative, "MEMORY_ADDR_TLS_SLEB64";
    FunctionIndexI32 = FunctionIndexI32, I32, Function, "FUNCTION_INDEX_I32";
}

impl fmt::Display for RelocKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A place whose value depends on where something is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Relocation {
    /// What is to be filled in.
    pub kind: RelocKind,
    /// Where: see the field of [`Object`](crate::Object) that holds it.
    pub offset: u32,
    /// Index of the symbol, or of the type ([`RelocKind::TypeIndexLeb`]).
    pub symbol: u32,
    /// Bytes added to an address or offset, else 0.
    pub addend: i32,
}
