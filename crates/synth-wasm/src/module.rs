//! A validated module: index spaces as vectors, code and data as byte ranges.
//!
//! Each index space lists the imports first, in order, then the definitions
//! (core specification 2.5.1). All indices are in range.

use std::collections::BTreeMap;
use std::ops::Range;

use wasmparser::{BinaryReader, FunctionBody};

use crate::const_expr::ConstExpr;
use crate::error::Error;
use crate::names::Names;
use crate::object::Object;
use crate::types::{FuncType, GlobalType, Heap, MemoryType, TableType, TypedRef, ValType};

/// A validated module with the bytes that it was read from.
#[derive(Clone, Debug, Default)]
pub struct Module {
    pub(crate) bytes: Vec<u8>,
    /// Types by index. A type that is no function (GC proposal) is `None`.
    pub types: Vec<Option<FuncType>>,
    /// Whether two types can differ although they have the same structure:
    /// there is a recursion group of several, or a type that has or may have
    /// subtypes (GC proposal).
    pub nominal_types: bool,
    /// Imports in order.
    pub imports: Vec<Import>,
    /// Exports in order.
    pub exports: Vec<Export>,
    /// The function index space.
    pub functions: Vec<Function>,
    /// The table index space.
    pub tables: Vec<Table>,
    /// The memory index space.
    pub memories: Vec<Memory>,
    /// The global index space.
    pub globals: Vec<Global>,
    /// Number of exception tags, imported and defined.
    pub tags: u32,
    /// Element segments.
    pub elements: Vec<Element>,
    /// Data segments.
    pub data: Vec<Data>,
    /// The start function.
    pub start: Option<u32>,
    /// The count of the data count section, if there is one.
    pub data_count: Option<u32>,
    /// Names from the name section.
    pub names: Names,
    /// Custom sections in order, the name section included.
    pub customs: Vec<Custom>,
    /// Whether the condition of an `if` or `br_if` is expected to hold, by its module
    /// offset (`metadata.code.branch_hint`).
    pub branch_hints: BTreeMap<u64, bool>,
    /// What the module says for a linker, if it has a `linking` section that
    /// can be read. See [`Module::check_relocations`].
    pub object: Option<Object>,
    /// Why [`Module::object`] is missing although there is such a section.
    pub(crate) object_error: Option<Error>,
}

/// Which index space an export or import belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExternKind {
    /// A function.
    Function,
    /// A table.
    Table,
    /// A memory.
    Memory,
    /// A global.
    Global,
    /// An exception tag.
    Tag,
}

/// What an import must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportType {
    /// A function of that type index.
    Function(u32),
    /// A table.
    Table(TableType),
    /// A memory.
    Memory(MemoryType),
    /// A global.
    Global(GlobalType),
    /// An exception tag of that type index.
    Tag(u32),
}

impl ImportType {
    /// Its index space.
    pub fn kind(&self) -> ExternKind {
        match self {
            ImportType::Function(_) => ExternKind::Function,
            ImportType::Table(_) => ExternKind::Table,
            ImportType::Memory(_) => ExternKind::Memory,
            ImportType::Global(_) => ExternKind::Global,
            ImportType::Tag(_) => ExternKind::Tag,
        }
    }
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module name.
    pub module: String,
    /// The field name.
    pub name: String,
    /// What it must be.
    pub ty: ImportType,
    /// Its index in the index space of its kind.
    pub index: u32,
}

/// An export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its name, unique in the module.
    pub name: String,
    /// Its index space.
    pub kind: ExternKind,
    /// Its index there.
    pub index: u32,
}

/// A function of the index space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Index of its type.
    pub ty: u32,
    /// Index into [`Module::imports`], if it is imported.
    pub import: Option<u32>,
    /// Its body, unless it is imported.
    pub code: Option<Code>,
}

/// Where a function's body is in the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Bytes of the body, locals included.
    pub range: Range<usize>,
}

/// A table of the index space.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its type.
    pub ty: TableType,
    /// Index into [`Module::imports`], if it is imported.
    pub import: Option<u32>,
    /// The value of all elements, if it is not null.
    pub init: Option<ConstExpr>,
}

/// A memory of the index space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Its type.
    pub ty: MemoryType,
    /// Index into [`Module::imports`], if it is imported.
    pub import: Option<u32>,
}

/// A global of the index space.
#[derive(Clone, Debug, PartialEq)]
pub struct Global {
    /// Its type.
    pub ty: GlobalType,
    /// Index into [`Module::imports`], if it is imported.
    pub import: Option<u32>,
    /// Its initial value, unless it is imported.
    pub init: Option<ConstExpr>,
}

/// When a segment is copied.
#[derive(Clone, Debug, PartialEq)]
pub enum SegmentKind {
    /// At instantiation.
    Active {
        /// Index of the table or memory.
        target: u32,
        /// Where to.
        offset: ConstExpr,
    },
    /// By `table.init` or `memory.init`.
    Passive,
    /// Never: it only declares functions whose references are taken.
    Declared,
}

/// An element segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// When it is copied.
    pub kind: SegmentKind,
    /// The type of its elements.
    pub ty: ValType,
    /// Its elements.
    pub items: Vec<ElementItem>,
    /// Byte offset in the module.
    pub offset: u64,
}

/// One element of a segment.
#[derive(Clone, Debug, PartialEq)]
pub enum ElementItem {
    /// A reference to that function.
    Function(u32),
    /// The null reference.
    Null,
    /// Any other constant expression.
    Expr(Box<ConstExpr>),
}

/// A data segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// When it is copied; never [`SegmentKind::Declared`].
    pub kind: SegmentKind,
    /// Its bytes in the module ([`Module::data_bytes`]).
    pub range: Range<usize>,
    /// Byte offset of the segment in the module.
    pub offset: u64,
}

/// A custom section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custom {
    /// Its name.
    pub name: String,
    /// Its contents in the module ([`Module::custom_bytes`]).
    pub range: Range<usize>,
}

impl Module {
    /// The binary module. Offsets in operators, segments and errors count
    /// from its start; for text input it is what the text assembled to.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The type of a function.
    pub fn function_type(&self, index: u32) -> Option<&FuncType> {
        self.func_type(self.functions.get(index as usize)?.ty)
    }

    /// A type that the module uses: a reference to what is no function is
    /// [`ValType::OtherRef`].
    pub fn val_type(&self, ty: impl Into<ValType>) -> ValType {
        match ty.into() {
            ValType::TypedRef(TypedRef { heap: Heap::Type(index), .. })
                if self.func_type(index).is_none() =>
            {
                ValType::OtherRef
            }
            ty => ty,
        }
    }

    /// The function type of that type index.
    pub fn func_type(&self, type_index: u32) -> Option<&FuncType> {
        self.types.get(type_index as usize)?.as_ref()
    }

    /// The body of a function, unless it is imported.
    pub fn body(&self, index: u32) -> Option<FunctionBody<'_>> {
        let code = self.functions.get(index as usize)?.code.as_ref()?;
        let bytes = self.bytes.get(code.range.clone())?;
        Some(FunctionBody::new(BinaryReader::new(bytes, code.range.start as u64)))
    }

    /// The bytes of a data segment.
    pub fn data_bytes(&self, index: u32) -> Option<&[u8]> {
        self.bytes.get(self.data.get(index as usize)?.range.clone())
    }

    /// The contents of the first custom section of that name.
    pub fn custom_bytes(&self, name: &str) -> Option<&[u8]> {
        let custom = self.customs.iter().find(|c| c.name == name)?;
        self.bytes.get(custom.range.clone())
    }

    /// The import that an entity is, by kind and index.
    pub fn import(&self, kind: ExternKind, index: u32) -> Option<&Import> {
        let i = index as usize;
        let import = match kind {
            ExternKind::Function => self.functions.get(i)?.import,
            ExternKind::Table => self.tables.get(i)?.import,
            ExternKind::Memory => self.memories.get(i)?.import,
            ExternKind::Global => self.globals.get(i)?.import,
            ExternKind::Tag => None,
        }?;
        self.imports.get(import as usize)
    }

    /// The name of a function for messages: from the name section, an
    /// export or import, else `func[N]`.
    pub fn function_name(&self, index: u32) -> String {
        if let Some(name) = self.names.functions.get(&index) {
            return name.clone();
        }
        let exported =
            self.exports.iter().find(|e| e.kind == ExternKind::Function && e.index == index);
        if let Some(export) = exported {
            return export.name.clone();
        }
        match self.import(ExternKind::Function, index) {
            Some(import) => import.name.clone(),
            None => format!("func[{index}]"),
        }
    }
}
