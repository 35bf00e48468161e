//! Why an input is not a module that can be compiled.

/// An input that is no valid module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text format does not parse. The message names line and column.
    #[error("{0}")]
    Text(String),
    /// The binary is malformed or invalid.
    #[error("invalid module: {message} (at offset {offset:#x})")]
    Invalid {
        /// What is wrong.
        message: String,
        /// Byte offset in the binary module.
        offset: u64,
    },
}

impl Error {
    /// Byte offset in the binary module, where there is one.
    pub fn offset(&self) -> Option<u64> {
        match self {
            Error::Text(_) => None,
            Error::Invalid { offset, .. } => Some(*offset),
        }
    }
}

impl From<wasmparser::Error> for Error {
    fn from(error: wasmparser::Error) -> Self {
        Error::Invalid { message: error.message().to_string(), offset: error.offset() }
    }
}
