//! The errors of this crate: what the emulator or its user did wrong. How a
//! call on the target ended is no error but an [`Outcome`](crate::Outcome).

use std::time::Duration;

/// What a host function may fail with; see [`Error::Host`].
pub type HostError = Box<dyn std::error::Error + Send + Sync>;

/// The result of this crate's operations.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation on the emulator failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The emulator is not installed.
    #[error(
        "`{program}` was not found: install the Debian package `qemu-system-arm` \
         (apt-get install qemu-system-arm)"
    )]
    QemuMissing {
        /// The program that was looked for.
        program: &'static str,
    },
    /// The emulator could not be started.
    #[error("could not start the emulator")]
    Start(#[source] std::io::Error),
    /// The emulator ended while an answer was awaited.
    #[error("the emulator stopped{}{}", if message.is_empty() { "" } else { ": " }, message)]
    Stopped {
        /// What the emulator printed.
        message: String,
    },
    /// The emulator did not answer in time and was ended.
    #[error("the emulator did not answer within {0:?}")]
    Unresponsive(Duration),
    /// A pipe or a file failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A range that lies outside the memory of the board.
    #[error("{length} bytes at {address:#010x} are outside the memory of {board}")]
    Address {
        /// First address.
        address: u32,
        /// Number of bytes.
        length: u32,
        /// Name of the board.
        board: &'static str,
    },
    /// The floating-point unit was asked for on a core that has none.
    #[error("{cpu} has no floating-point unit")]
    NoFpu {
        /// Name of the core.
        cpu: &'static str,
    },
    /// More calls are suspended in host functions than the target has room for.
    #[error("more than {limit} calls are suspended in host functions")]
    Nesting {
        /// The largest number of suspended calls.
        limit: usize,
    },
    /// The target called a host function, and the call was made without a host.
    #[error("the target called host function {index}, but the call has no host")]
    NoHost {
        /// Index of the host function.
        index: u32,
    },
    /// A host function failed; the call that made it was abandoned.
    #[error("host function {index} failed")]
    Host {
        /// Index of the host function.
        index: u32,
        /// What it failed with.
        #[source]
        source: HostError,
    },
    /// The emulator was restarted inside a host function, so that the
    /// suspended call is lost.
    #[error("the emulator was restarted while a call was suspended")]
    Restarted,
    /// The server answered something that the protocol does not have.
    #[error("the emulated server sent an invalid reply")]
    Protocol,
    /// An assembler or linker failed to rebuild the server.
    #[error("`{tool}` failed: {message}")]
    Tool {
        /// The program.
        tool: &'static str,
        /// What it printed.
        message: String,
    },
}
