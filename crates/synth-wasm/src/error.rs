//! Why an input is not a module that can be compiled.

use crate::object::RelocKind;

/// An input that is no valid module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text format does not parse. The message names line and column.
    #[error("{0}")]
    Text(String),
    /// Neither wasm nor text.
    #[error("no WebAssembly: it is {0}")]
    Format(&'static str),
    /// The binary is malformed or invalid.
    #[error("invalid module: {message} (at offset {offset:#x})")]
    Invalid {
        /// What is wrong.
        message: String,
        /// Byte offset in the binary module.
        offset: u64,
    },
    /// The module is valid, but what it says for a linker is not.
    #[error(
        "invalid linking information: {message} (at offset {offset:#x}). If a tool such as \
         wasm-opt rewrote the module after it was linked, leave that step out \
         (clang: --no-wasm-opt), or compile the objects that were linked"
    )]
    Object {
        /// What is wrong.
        message: String,
        /// Byte offset in the binary module.
        offset: u64,
    },
    /// There are no relocations to link by.
    #[error(
        "the module has no linking information: give the object that the compiler wrote, or link \
         with `wasm-ld -r` or `wasm-ld --emit-relocs`"
    )]
    NoObject,
    /// A relocation does not fit the bytes that it names.
    #[error(
        "the relocations of the module are stale: {kind} for `{symbol}` does not fit what stands \
         at offset {offset:#x}. A tool such as wasm-opt rewrote the module after it was linked: \
         leave that step out (clang: --no-wasm-opt), or compile the objects that were linked"
    )]
    StaleRelocation {
        /// The kind of the relocation.
        kind: RelocKind,
        /// Name of the symbol that it refers to.
        symbol: String,
        /// Byte offset in the binary module.
        offset: u64,
    },
    /// An archive that can't be read.
    #[error("invalid archive: {0}")]
    Archive(String),
}

impl Error {
    /// Byte offset in the binary module, where there is one.
    pub fn offset(&self) -> Option<u64> {
        match self {
            Error::Text(_) | Error::Format(_) | Error::NoObject | Error::Archive(_) => None,
            Error::Invalid { offset, .. }
            | Error::Object { offset, .. }
            | Error::StaleRelocation { offset, .. } => Some(*offset),
        }
    }
}

impl From<wasmparser::Error> for Error {
    fn from(error: wasmparser::Error) -> Self {
        Error::Invalid { message: error.message().to_string(), offset: error.offset() }
    }
}
