//! The symbol graph: everything that a linker can name.
//!
//! The front end turns every function, global, table, memory, data segment
//! and import into a [`Symbol`]. From then on a reference is the address of a
//! symbol plus a constant, and no later stage knows a wasm index.

use cranelift_entity::{PrimaryMap, entity_impl};

use crate::function::{Function, SourceLoc};

/// A symbol of a [`Program`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SymbolId(u32);
entity_impl!(SymbolId, "sym");

/// Who may see a symbol and who wins when there are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Linkage {
    /// Of this object alone (STB_LOCAL).
    Local,
    /// Visible to other objects (STB_GLOBAL). An undefined global must be
    /// supplied by another object.
    Global,
    /// Another object's definition wins (STB_WEAK): the body is never inlined
    /// or folded. An undefined weak symbol may stay missing: its address is 0.
    Weak,
    /// One of several equal definitions is kept (STB_WEAK in a COMDAT group
    /// named by the symbol).
    Comdat,
}

/// ELF visibility of a symbol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// STV_DEFAULT.
    #[default]
    Default,
    /// STV_HIDDEN: not exported from the linked program.
    Hidden,
}

/// A named definition, or a name that another object defines.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// The linker's name. Names of global symbols are unique in a program.
    pub name: String,
    /// Who may see it.
    pub linkage: Linkage,
    /// ELF visibility.
    pub visibility: Visibility,
    /// What it stands for.
    pub def: Definition,
    /// The section to place it in, if not the default for its kind.
    pub section: Option<String>,
    /// Alignment in bytes of a function, a power of two, if not the default.
    pub align: Option<u32>,
    /// Whether it stays although nothing in the program refers to it.
    pub retain: bool,
}

/// What a symbol stands for.
#[derive(Clone, Debug)]
pub enum Definition {
    /// A function that another object defines.
    UndefinedFunction,
    /// Data that another object defines.
    UndefinedData,
    /// A function of this program.
    Function(Box<Function>),
    /// Data of this program.
    Data(Data),
    /// A second name for a place in a defined symbol.
    Alias {
        /// The symbol that holds the place.
        target: SymbolId,
        /// Bytes from its start.
        offset: u32,
    },
    /// A number (SHN_ABS).
    Absolute(u32),
}

/// Bytes in memory.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// The contents; what is missing up to `size` is zero.
    pub bytes: Vec<u8>,
    /// Size in bytes, at least `bytes.len()`.
    pub size: u32,
    /// Alignment in bytes, a power of two.
    pub align: u32,
    /// How it is placed.
    pub kind: DataKind,
    /// Words that hold addresses.
    pub relocs: Vec<DataReloc>,
}

/// How data is placed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DataKind {
    /// `.rodata`: never written.
    Const,
    /// `.data`, or `.bss` when all is zero.
    #[default]
    Variable,
    /// `.noinit`: not initialised.
    NoInit,
    /// `.init_array`: called by the host's start code, in link order.
    InitArray,
    /// `.fini_array`: called by the host when the program ends, from the last
    /// to the first.
    FiniArray,
}

/// A word of data that holds the address of a symbol plus a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DataReloc {
    /// Byte offset of the word in the data, of any alignment.
    pub offset: u32,
    /// The symbol. A function's address has the Thumb bit.
    pub symbol: SymbolId,
    /// Bytes added.
    pub addend: i32,
}

/// A place in the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Source {
    /// The function that the code was written in.
    pub function: Option<SymbolId>,
    /// Byte offset in the module.
    pub offset: u32,
    /// The call that it was inlined at.
    pub inlined_at: SourceLoc,
}

/// A whole program: what becomes one object or image.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// All symbols, in output order.
    pub symbols: PrimaryMap<SymbolId, Symbol>,
    /// Source locations; entry 0 is "unknown".
    pub sources: Vec<Source>,
}

impl Program {
    /// An empty program.
    pub fn new() -> Self {
        Program { symbols: PrimaryMap::new(), sources: vec![Source::default()] }
    }

    /// Adds a symbol with the default visibility and section.
    pub fn add(&mut self, name: impl Into<String>, linkage: Linkage, def: Definition) -> SymbolId {
        self.symbols.push(Symbol {
            name: name.into(),
            linkage,
            visibility: Visibility::Default,
            def,
            section: None,
            align: None,
            retain: false,
        })
    }

    /// Adds a source location.
    pub fn add_source(&mut self, source: Source) -> SourceLoc {
        self.sources.push(source);
        SourceLoc(self.sources.len() as u32 - 1)
    }

    /// The symbol of that name.
    pub fn find(&self, name: &str) -> Option<SymbolId> {
        self.symbols.iter().find(|(_, s)| s.name == name).map(|(id, _)| id)
    }

    /// The body of a defined function.
    pub fn function(&self, id: SymbolId) -> Option<&Function> {
        match &self.symbols[id].def {
            Definition::Function(f) => Some(f),
            _ => None,
        }
    }

    /// The defined functions, in order.
    pub fn functions(&self) -> impl Iterator<Item = (SymbolId, &Function)> {
        self.symbols.iter().filter_map(|(id, s)| match &s.def {
            Definition::Function(f) => Some((id, &**f)),
            _ => None,
        })
    }

    /// The defined functions, in order.
    pub fn functions_mut(&mut self) -> impl Iterator<Item = (SymbolId, &mut Function)> {
        self.symbols.iter_mut().filter_map(|(id, s)| match &mut s.def {
            Definition::Function(f) => Some((id, &mut **f)),
            _ => None,
        })
    }
}
