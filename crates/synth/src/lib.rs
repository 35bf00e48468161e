//! WebAssembly to native ARM Cortex-M code: the library behind the `synth`
//! command.
//!
//! ```
//! use synth::{Compiler, Options};
//!
//! let wat = r#"(module (func (export "add") (param i32 i32) (result i32)
//!     local.get 0 local.get 1 i32.add))"#;
//! let compiled = Compiler::new(Options::default()).compile(wat.as_bytes())?;
//! let elf = compiled.object()?.write()?;
//! assert_eq!(&elf[..4], b"\x7fELF");
//! assert!(compiled.assembly().contains("adds r0, r0, r1"));
//! # Ok::<(), synth::Error>(())
//! ```

mod argument;
mod border;
pub mod cli;
mod compiler;
mod error;
pub mod explain;
mod inputs;
mod options;
mod run;
pub mod runtime;
mod supply;

pub use argument::Argument;
pub use compiler::{Compiled, Compiler};
pub use error::Error;
pub use explain::{After, ExplainOptions, Explanation};
pub use inputs::Source;
pub use options::{Options, STACK_LIMIT, StackCheck};
pub use run::{RunError, RunResult, Session};
pub use synth_opt::Level;
pub use synth_thumb::{Cpu, FloatAbi};
pub use synth_translate::{Alignment, Bounds, Imports, Init, Model, Statics};
