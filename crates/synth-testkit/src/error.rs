//! Why a program can't be loaded, and how calls end other than by returning.

use synth_emu::{Fault, HostError, Preserved};
use synth_ir::{SourceLoc, TrapCode};

/// Why a program can't be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Something refers to a symbol that nothing defines.
    #[error("undefined symbol '{0}'")]
    Undefined(String),
    /// The board has no room for it.
    #[error("no room for '{name}' of {size} bytes")]
    Room {
        /// The symbol.
        name: String,
        /// Its size in bytes.
        size: u32,
    },
    /// A relocation does not fit or lies outside of the symbol.
    #[error("relocation at {offset} of '{name}' against '{target}' can't be applied")]
    Relocation {
        /// The symbol that holds the place.
        name: String,
        /// Byte offset of the place.
        offset: u32,
        /// The symbol that it refers to.
        target: String,
    },
    /// An alias whose target has no address.
    #[error("the alias '{0}' has no target")]
    Alias(String),
    /// The emulator failed.
    #[error(transparent)]
    Emulator(#[from] synth_emu::Error),
}

/// A trap of the program. A host function that fails with it traps.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("trap: {code} in {}", function.as_deref().unwrap_or("unknown code"))]
pub struct Trap {
    /// Why.
    pub code: TrapCode,
    /// The address of the instruction, where the core saved it.
    pub pc: Option<u32>,
    /// The function that holds the instruction.
    pub function: Option<String>,
    /// The place in the program's source.
    pub loc: SourceLoc,
}

impl From<TrapCode> for Trap {
    fn from(code: TrapCode) -> Self {
        Trap { code, pc: None, function: None, loc: SourceLoc::default() }
    }
}

/// Why a call gave no results.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The program trapped, or ran out of stack.
    #[error(transparent)]
    Trap(#[from] Trap),
    /// A fault that is no trap of the program: the compiler's mistake.
    #[error("{fault}{}", function.as_ref().map(|f| format!(" in {f}")).unwrap_or_default())]
    Fault {
        /// What the core reported.
        fault: Box<Fault>,
        /// The function that holds the instruction.
        function: Option<String>,
    },
    /// The function returned with other values in registers that it must keep.
    #[error("registers that a function preserves have changed: {0:?}")]
    Violation(Vec<Preserved>),
    /// The call ran too long.
    #[error("the call ran too long")]
    Timeout,
    /// A host function failed.
    #[error("a host function failed: {0}")]
    Host(HostError),
    /// No function of that name, or arguments that differ from the signature.
    #[error("{0}")]
    Usage(String),
    /// The emulator failed.
    #[error(transparent)]
    Emulator(synth_emu::Error),
}

impl CallError {
    /// The trap, if it is one.
    #[must_use]
    pub fn trap(&self) -> Option<TrapCode> {
        match self {
            CallError::Trap(trap) => Some(trap.code),
            _ => None,
        }
    }
}
