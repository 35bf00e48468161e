//! The intermediate representation of `synth`.
//!
//! A [`Program`] is a graph of [`Symbol`]s; a defined function is a
//! [`Function`] in SSA form with block parameters. 64-bit integers are pairs
//! of words, made by single-result operations ([`WideOp`]), so that every
//! later stage treats halves like any other value. Checks are explicit
//! [`InstData::TrapIf`] instructions, which are not block ends.

mod atomic;
mod builder;
pub mod cfg;
mod compact;
mod eval;
mod float;
mod float_eval;
mod function;
pub mod interp;
mod ops;
mod program;
mod target;
mod text;
mod types;
mod verify;

pub use atomic::{AtomicOp, AtomicWidth, SystemOp};
pub use builder::Builder;
pub use cranelift_entity as entity;
pub use eval::Val;
pub use float::FloatOp;
pub use function::{
    Block, BlockCall, BlockData, Function, Inst, InstData, Region, Sig, Slot, SlotData, SourceLoc,
    Value, ValueData, ValueDef,
};
pub use ops::{BinaryOp, Cond, Hint, LoadOp, StoreOp, TrapCode, UnaryOp, WideOp};
pub use program::{
    Data, DataKind, DataReloc, Definition, Linkage, Program, Source, Symbol, SymbolId, Visibility,
};
pub use target::Target;
pub use text::{FunctionText, ParseError, SymbolNames};
pub use types::{AbiType, Aggregate, Convention, Signature, Type};
pub use verify::{Rule, VerifyError, verify, verify_function};
