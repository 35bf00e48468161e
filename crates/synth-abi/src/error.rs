//! What can go wrong with types and contracts.

/// Why a type can't cross the border.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AbiError {
    /// Its layout is not known.
    #[error("{what} is incomplete here: its size is not known")]
    Incomplete {
        /// The type.
        what: String,
    },
    /// Wasm and ARM disagree on it, or it has no ABI here.
    #[error("{what} can't be passed between wasm and ARM code: the two disagree on it")]
    Unsupported {
        /// The type.
        what: String,
    },
    /// A record has bits without a name, which wasm and ARM place differently.
    #[error("{what} has unnamed bitfields or padding only: wasm and ARM place them differently")]
    UnnamedBits {
        /// The type.
        what: String,
    },
    /// Types are nested more than any program does.
    #[error("the type is nested too deeply, or contains itself")]
    TooDeep,
    /// A size passes 4 GiB.
    #[error("the type is too large")]
    TooLarge,
}
