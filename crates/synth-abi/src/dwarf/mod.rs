//! Prototypes and types from debug information (DWARF 4 and 5, in the custom
//! sections `.debug_*` of a module).
//!
//! Compilers describe the functions of a module, and clang with optimisation
//! those that it calls. Names, types, sizes and offsets are all that is read.
//! In a wasm object the sections refer to each other by relocations, but LLVM
//! writes the final values in place too, so there is nothing to apply.
//!
//! Invariant: time and memory are linear in the sections, whatever they hold.

mod entries;
mod types;

use synth_wasm::Module;

use crate::declarations::Declarations;

/// Why debug information can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the debug information is malformed ({message}): strip it, or compile the module again")]
pub struct DwarfError {
    /// What is wrong.
    pub message: String,
}

impl From<gimli::Error> for DwarfError {
    fn from(error: gimli::Error) -> Self {
        DwarfError { message: error.to_string() }
    }
}

/// The functions and variables that a module's debug information describes,
/// by the linker's names. A module without any gives none.
///
/// What C leaves open is left out: functions without prototype, and Rust
/// functions of Rust's own calling convention, which is not C's.
///
/// # Errors
/// [`DwarfError`].
pub fn read_dwarf(module: &Module) -> Result<Declarations, DwarfError> {
    let entries = entries::read(module)?;
    Ok(types::declarations(&entries))
}
