//! Reads WebAssembly modules in the binary and the text format, relocatable
//! objects among them, and archives of objects.
//!
//! [`Module::parse`] validates the whole module before anything is handed
//! out, so that every index in a [`Module`] is in range and every function
//! body is well typed. Bodies stay byte ranges: they are decoded operator by
//! operator by whoever translates them ([`Module::body`]).
//!
//! Any byte string gives a [`Module`] or an [`Error`], in linear time and in
//! memory that is proportional to the input.

mod archive;
mod const_expr;
mod error;
mod hints;
mod module;
mod names;
mod object;
mod operator;
mod parse;
mod resolve;
mod text;
mod types;

pub use archive::{Member, is_archive, read_archive, select_members};
pub use const_expr::{ConstExpr, ConstOp};
pub use error::Error;
pub use module::{
    Code, Custom, Data, Element, ElementItem, Export, ExternKind, Function, Global, Import,
    ImportType, Memory, Module, SegmentKind, Table,
};
pub use names::Names;
pub use object::{
    Binding, Comdat, DataPlace, Feature, FeaturePolicy, Field, InitFunction, Object, ObjectSymbol,
    RelocKind, Relocation, SegmentInfo, SymbolKind,
};
pub use operator::{OperatorName, operator_name};
pub use text::TextLine;
pub use types::{FuncType, GlobalType, Heap, MemoryType, TableType, TypedRef, ValType};
pub use wasmparser::WasmFeatures;
