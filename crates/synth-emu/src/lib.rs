//! Runs code and images on an emulated Cortex-M and reports faults by kind.
//!
//! [`Machine`] is a persistent emulated board: the host writes code and data
//! into its memory, calls functions by address under AAPCS, serves calls back
//! from the target, and learns how each call ended ([`Outcome`]).
//! [`run_image`] boots a firmware image and captures its console.
//!
//! The emulator is `qemu-system-arm`, started as a separate process that talks
//! over pipes. This crate knows nothing of the compiler.
//!
//! ```no_run
//! use synth_emu::{Board, CallArgs, Machine, Outcome};
//!
//! let mut machine = Machine::start(Board::Mps2An385)?;
//! let code = machine.memory().code.start;
//! machine.write(code, &[0x40, 0x18, 0x70, 0x47])?; // adds r0, r0, r1; bx lr
//! let run = machine.call(code, &CallArgs::words(&[3, 4]))?;
//! assert!(matches!(run.outcome, Outcome::Returned(regs) if regs.r[0] == 7));
//! # Ok::<(), synth_emu::Error>(())
//! ```

mod board;
mod count;
mod error;
mod image;
mod machine;
mod mpu;
mod outcome;
mod process;
mod protocol;
pub mod server;

pub use board::{Board, MemoryMap};
pub use error::{Error, HostError, Result};
pub use image::{ImageEnd, ImageRun, run_image, run_image_with};
pub use machine::{CallArgs, Host, HostCall, Machine, NoHost, Options};
pub use outcome::{Fault, FaultKind, Outcome, Preserved, Registers, Run};
