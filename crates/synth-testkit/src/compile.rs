//! Programs to code, as simply as possible.

use synth_ir::{Function, Program, SymbolId};
use synth_thumb::{Code, CompileError, Options, Prefer, TAIL_RETURNS, TailCalls, Thumb};

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
        tails: TailCalls { siblings: true, ..TailCalls::default() },
    }
}

fn compile_one(func: &Function, own: bool, options: &Options) -> Result<Code, CompileError> {
    if own { synth_thumb::tail_returns() } else { synth_thumb::compile(func, options) }
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
    let mut options = options.clone();
    options.tails.returns = program.find(TAIL_RETURNS);
    let own = |id: SymbolId| Some(id) == options.tails.returns;
    let name = |id: SymbolId| program.symbols[id].name.clone();
    program
        .functions()
        .map(|(id, function)| match compile_one(function, own(id), &options) {
            Ok(code) => Ok((id, code)),
            Err(error) => Err(CompileFailure { function: name(id), error }),
        })
        .collect()
}
