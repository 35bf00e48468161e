//! Programs to code, as simply as possible.

use synth_ir::{Program, SymbolId};
use synth_thumb::{Code, CompileError, Effort, Options, Prefer, TAIL_RETURNS, TailCalls, Thumb};

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
        effort: Effort::Best,
        share_traps: true,
        far_tables: false,
        stack_limit: None,
        pure_code: false,
        outline: false,
        tails: TailCalls { siblings: true, ..TailCalls::default() },
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
    let mut options = options.clone();
    options.tails.returns = program.find(TAIL_RETURNS);
    let own = options.tails.returns;
    let failed = |program: &Program, id: SymbolId, error| {
        let function = program.symbols[id].name.clone();
        CompileFailure { function, error }
    };
    let drafts = program.functions().filter(|(id, _)| Some(*id) != own).map(|(id, function)| {
        let draft = synth_thumb::draft(function, &options);
        Ok((id, draft.map_err(|error| failed(program, id, error))?))
    });
    let mut drafts = drafts.collect::<Result<Vec<_>, _>>()?;
    if options.outline {
        synth_thumb::outline(program, &mut drafts);
    }
    let mut codes = vec![];
    for (id, draft) in drafts {
        codes.push((id, draft.finish().map_err(|error| failed(program, id, error))?));
    }
    if let Some(id) = own.filter(|&id| program.function(id).is_some()) {
        let code = synth_thumb::tail_returns();
        codes.push((id, code.map_err(|error| failed(program, id, error))?));
    }
    Ok(codes)
}
