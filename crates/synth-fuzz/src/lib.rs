//! Compares engines on WebAssembly modules: the oracle is wasmi, an
//! implementation that shares nothing with this project but the parser.
//!
//! A [`Case`] is a module and a list of calls. Each [`Engine`] turns it into
//! a [`Trace`]: how instantiation and each call ended, and what memories,
//! globals and the host have seen in the end. [`check`] compares the traces.
//! What depends on an engine's resources (fuel, stack) ends a trace and is not
//! compared.
//!
//! [`generate()`] makes cases from a seed: the same seed gives the same case.

mod case;
mod compare;
mod emulated;
mod equivalent;
mod generate;
mod hints;
mod host;
mod interpreter;
mod oracle;

pub use case::{Call, Case, CaseError, End, Engine, EngineError, Trace};
pub use compare::{Mismatch, Verdict, check};
pub use emulated::{Emulated, Setup};
pub use generate::generate;
pub use host::{HOST_MODULE, Host};
pub use interpreter::Interpreted;
pub use oracle::Oracle;
