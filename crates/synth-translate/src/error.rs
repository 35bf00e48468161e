//! Why a module is not translated: what was met, where, and the way out.

use std::fmt;

use synth_ir::SymbolId;
use synth_wasm::{OperatorName, ValType};

/// A function that was not translated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Index in the function index space.
    pub function: u32,
    /// Its name, as far as it has one.
    pub name: String,
    /// The function's symbol.
    pub symbol: SymbolId,
    /// Byte offset of the operator in the module.
    pub offset: u64,
    /// The operator in the text format, or what else was met.
    pub what: String,
    /// Why it is refused.
    pub reason: Reason,
}

/// Why an operator is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// It belongs to a proposal that is not compiled.
    Proposal(&'static str),
    /// It waits for another thread, or wakes one.
    Wait,
    /// Its code would outgrow what is proportional to its size.
    TooLarge,
    /// It has no meaning in the native model; the way out.
    Native(&'static str),
}

impl Reason {
    /// Why values of a type are refused.
    pub(crate) fn of_type(ty: ValType) -> Self {
        match ty {
            ValType::V128 => Reason::Proposal("simd"),
            _ => Reason::Proposal("gc"),
        }
    }

    /// Why an operator that no family knows is refused.
    pub(crate) fn of_operator(name: OperatorName) -> Self {
        Reason::Proposal(name.proposal)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Proposal(name) => write!(
                f,
                "the {} proposal is not compiled; disable it in the tool that made the module",
                name.replace('_', "-")
            ),
            Reason::Wait => f.write_str(
                "there is no other thread that shares the memory; wait by a function of the host",
            ),
            Reason::Native(help) => f.write_str(help),
            Reason::TooLarge => f.write_str(
                "the function has too many values on its branches; split it into smaller ones",
            ),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "function `{}` (index {}): {} at offset {:#x}: {}",
            self.name, self.function, self.what, self.offset, self.reason
        )
    }
}

fn list(refusals: &[Refusal]) -> String {
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A place, where it is known.
fn at(offset: u64) -> String {
    match offset {
        0 => String::new(),
        offset => format!(" at offset {offset:#x}"),
    }
}

/// A module that was not translated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Functions that use what is not supported: all of them, in order.
    #[error("{}", list(.0))]
    Unsupported(Vec<Refusal>),
    /// A part of the module outside its functions is not supported.
    #[error("{what}{}: {help}", at(*offset))]
    UnsupportedModule {
        /// What was met.
        what: String,
        /// Byte offset in the module, 0 where it is not known.
        offset: u64,
        /// The way out.
        help: &'static str,
    },
    /// Two things need the same symbol.
    #[error("{first} and {second} would both be the symbol `{name}`; {help}")]
    SymbolClash {
        /// The symbol's name.
        name: String,
        /// What has it.
        first: String,
        /// What also needs it.
        second: String,
        /// The way out.
        help: &'static str,
    },
    /// Relocations that do not fit the code.
    #[error(transparent)]
    Relocations(synth_wasm::Error),
    /// A function body that does not decode. Validation excludes it.
    #[error("invalid function body: {message} (at offset {offset:#x})")]
    Malformed {
        /// What is wrong.
        message: String,
        /// Byte offset in the module.
        offset: u64,
    },
}

/// Why the translation of a function ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Refused, at the current operator.
    Refused { what: String, reason: Reason },
    /// The operator always traps; what follows is unreachable.
    Trapped,
    /// Too many values live across blocks: keep the locals in the frame.
    TooManyPhis,
    /// The body does not decode.
    Malformed { message: String, offset: u64 },
}

impl Stop {
    pub(crate) fn refused(what: impl Into<String>, reason: Reason) -> Self {
        Stop::Refused { what: what.into(), reason }
    }
}

impl From<wasmparser::Error> for Stop {
    fn from(error: wasmparser::Error) -> Self {
        Stop::Malformed { message: error.message().to_string(), offset: error.offset() }
    }
}
