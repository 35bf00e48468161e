//! Loads compiled programs into an emulated core and calls them: what the
//! specification suite, the fuzzers and the differential tests stand on.
//!
//! A [`Loader`] owns a [`Machine`](synth_emu::Machine), places code and data,
//! links programs with each other and with host functions by symbol name, and
//! calls functions by the base variant of AAPCS32. Where arguments travel is
//! worked out here again, apart from the compiler, so that each checks the
//! other.
//!
//! ```no_run
//! use synth_emu::Board;
//! use synth_ir::{AbiType::I32, Program, Signature};
//! use synth_testkit::{AbiVal, Imports, Loader, compile, options};
//!
//! let mut program = Program::parse(
//!     "global undefined func @ask
//! global func @f(i32) -> (i32) {
//! b0(v0: i32):
//!   v1 = call @ask(v0): (i32) -> (i32)
//!   v2 = add v0, v1
//!   return v2
//! }",
//! )?;
//! let mut loader = Loader::start(Board::Mps2An385)?;
//! let signature = Signature::new([I32], [I32]);
//! loader.host("ask", signature.clone(), |_, args| Ok(vec![AbiVal::I32(args[0].bits() as i32 * 2)]))?;
//! let codes = compile(&mut program, &options("cortex-m3"))?;
//! let module = loader.load(&program, &codes, &Imports::default())?;
//! assert_eq!(loader.call(module, "f", &signature, &[AbiVal::I32(5)])?, [AbiVal::I32(15)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod abi;
mod arena;
mod call;
mod compile;
mod diff;
mod error;
pub mod floats;
mod generate;
pub mod hostile;
mod loader;
pub mod operands;
mod place;
mod rng;
mod value;

pub use abi::{Layout, ResultPlace, WordPlace};
pub use compile::{CompileFailure, compile, options};
pub use diff::{Differ, Difference, End, Verdict, check_code};
pub use error::{CallError, LoadError, Trap};
pub use generate::{Config, generate};
pub use loader::{HostResult, Imports, Loader, Mark, ModuleId, Place};
pub use rng::{Rng, SPECIAL};
pub use value::AbiVal;
