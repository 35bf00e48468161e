//! What can go wrong.

/// Why a count was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The emulator refused something.
    #[error("emulator: {0}")]
    Emulator(String),
    /// The file is no ELF executable for ARM.
    #[error("not an ELF executable for ARM: {0}")]
    Elf(String),
    /// A region of memory lies over another or wraps around.
    #[error("memory at {address:#010x}, {length:#x} bytes: {reason}")]
    Memory {
        /// The first address.
        address: u32,
        /// The size in bytes.
        length: u32,
        /// What is wrong.
        reason: String,
    },
    /// No function has that name.
    #[error("no symbol '{0}'")]
    NoSymbol(String),
    /// The program stopped before the function returned.
    #[error("stopped at {pc:#010x} after {executed} instructions: {reason}")]
    Stopped {
        /// The instruction, which did not execute.
        pc: u32,
        /// The instructions before it.
        executed: u64,
        /// Why.
        reason: String,
    },
    /// More instructions than [`Call::limit`](crate::Call::limit).
    #[error("not finished after {0} instructions")]
    Limit(u64),
    /// A compiler or linker failed.
    #[error("{0}")]
    Tool(String),
    /// The function did not keep to the procedure call standard.
    #[error("the function changed {0}, which it must preserve")]
    Clobbered(String),
}
