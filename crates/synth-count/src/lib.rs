//! Exact instruction counts and estimated cycles of Thumb code, whoever
//! compiled it; for development only.
//!
//! A [`Counter`] loads a linked program (of GNU ld, lld or
//! [`synth_object::Image`]) into an emulated Cortex-M, calls functions and says
//! what they cost: instructions executed and skipped, cycles by the model of
//! [`timing`], bytes of stack; per address too, and with a trace of memory
//! accesses on demand. Instructions are read with the compiler's own table
//! ([`synth_thumb::inst`]); what it does not know is counted and listed in
//! [`Count::unmodelled`].
//!
//! ```
//! use synth_count::{Call, Core, Counter};
//!
//! let mut counter = Counter::new(Core::M4)?;
//! counter.code(0x100, &[0x40, 0x18, 0x70, 0x47])?; // adds r0, r0, r1; bx lr
//! let count = counter.call(0x100, &Call::words(&[3, 4]))?;
//! assert_eq!((count.registers[0], count.executed), (7, 2));
//! # Ok::<(), synth_count::Error>(())
//! ```
//!
//! The emulator is unicorn-engine, in this process. It does not check alignment
//! and has no system registers; what is right is decided by `synth-emu`.

mod counter;
mod elf;
mod error;
pub mod native;
mod observe;
#[cfg(test)]
mod tests;
pub mod wasm;
pub mod wasm2c;

pub use counter::{Call, Counter};
pub use error::Error;
pub use synth_thumb::timing::{self, Core};

use std::collections::BTreeMap;

/// What an instruction cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// How often it executed.
    pub executed: u64,
    /// How often its IT block skipped it.
    pub skipped: u64,
    /// Estimated cycles.
    pub cycles: u64,
}

/// What a call cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// r0 to r3 after the return.
    pub registers: [u32; 4],
    /// Instructions executed, the final return included.
    pub executed: u64,
    /// Instructions that IT blocks skipped.
    pub skipped: u64,
    /// Estimated cycles.
    pub cycles: u64,
    /// Bytes of stack used below the stack arguments.
    pub stack: u32,
    /// Addresses of instructions without timing (they take 0 of `cycles`), and
    /// how often they executed.
    pub unmodelled: BTreeMap<u32, u64>,
    /// Costs by address.
    pub profile: BTreeMap<u32, Cost>,
    /// Memory accesses in order, if [`Call::trace`] asked for them.
    pub accesses: Vec<Access>,
}

/// A memory access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The instruction.
    pub pc: u32,
    /// The address of the first byte.
    pub address: u32,
    /// Bytes: 1, 2, 4 or 8.
    pub width: u32,
    /// Whether it is a store.
    pub store: bool,
    /// What was loaded or stored.
    pub value: u64,
}
