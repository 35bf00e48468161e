//! Programs to code, as simply as possible.

use synth_ir::{Program, SymbolId};
use synth_thumb::{Code, CompileError, Options, Prefer, TailCalls, Thumb};

/// A function that can't be compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{function}': {error}")]
pub struct CompileFailure {
    /// Its name.
    pub function: String,
    /// Why.
    pub error: CompileError,
}

/// Options for a CPU by its name, for size.
///
/// # Panics
/// If there is no CPU of that name.
#[must_use]
pub fn options(cpu: &str) -> Options {
    let cpu = cpu.parse().unwrap_or_else(|error| panic!("{cpu}: {error}"));
    Options {
        cpu,
        prefer: Prefer::Size,
        share_traps: true,
        far_tables: false,
        stack_limit: None,
        pure_code: false,
        tails: TailCalls::default(),
    }
}

/// Prepares floats for the CPU, then compiles all functions, without optimisation.
///
/// # Errors
/// See [`CompileFailure`].
pub fn compile(
    program: &mut Program,
    options: &Options,
) -> Result<Vec<(SymbolId, Code)>, CompileFailure> {
    synth_opt::soften::run(program, &Thumb(options.cpu));
    let name = |id: SymbolId| program.symbols[id].name.clone();
    program
        .functions()
        .map(|(id, function)| match synth_thumb::compile(function, options) {
            Ok(code) => Ok((id, code)),
            Err(error) => Err(CompileFailure { function: name(id), error }),
        })
        .collect()
}
