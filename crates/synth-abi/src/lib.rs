//! The contract with the host: what a wasm function is in C.
//!
//! This crate knows C types and names, and no register: where arguments travel
//! is decided by code generation.

mod classify;
mod contract;
mod declarations;
mod dwarf;
mod error;
mod header;
mod interface;
mod layout;
mod parse;
mod prototype;
mod types;

pub use classify::{
    Calling, FloatAbi, NativeClass, Passing, WasmClass, classify_param, classify_result,
    wasm_abi_type,
};
pub use contract::{Contract, ContractError, DataRules, FunctionRules, PointerSide, SectionRules};
pub use declarations::Declarations;
pub use dwarf::{DwarfError, read_dwarf};
pub use error::AbiError;
pub use interface::{CONTRACT_VERSION, Entry, Interface, Item, contract_symbol};
pub use parse::{SyntaxError, parse_declarations};
pub use prototype::c_prototype;
pub use types::{
    Bits, Enum, Field, MAX_DEPTH, Param, Prototype, Qualifier, Record, RecordKind, Scalar,
    ScalarKind, Type, TypeId, Types,
};
