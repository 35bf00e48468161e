//! The order of the passes, and the loop that runs them.

use std::fmt;
use std::str::FromStr;

use rayon::prelude::*;
use synth_ir::entity::SecondaryMap;
use synth_ir::{Function, Program, SymbolId, SymbolNames, Target};

use crate::jump_threading::JumpThreading;
use crate::{
    addresses, aligned, atomics, cfg_cleanup, checks, const_data, copies, counted, dce,
    dead_symbols, divide, equalities, frames, guards, gvn, induction, inline, licm, lookup,
    machine_stack, memory, pointers, ranges, shifts, simplify, slots, soften, switches, unroll,
};

/// How much to optimise, and for what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing but what code generation needs.
    O0,
    /// One round of what is cheap.
    O1,
    /// For speed.
    O2,
    /// For size, without giving up much speed.
    #[default]
    Os,
    /// For size alone.
    Oz,
}

impl Level {
    /// All levels.
    pub const ALL: &'static [Level] = &[Level::O0, Level::O1, Level::O2, Level::Os, Level::Oz];

    /// Whether it prefers fewer bytes to fewer cycles.
    pub fn prefers_size(self) -> bool {
        matches!(self, Level::Os | Level::Oz)
    }

    /// The name after `-O`.
    pub fn name(self) -> &'static str {
        match self {
            Level::O0 => "0",
            Level::O1 => "1",
            Level::O2 => "2",
            Level::Os => "s",
            Level::Oz => "z",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let level = Level::ALL.iter().find(|level| level.name() == name);
        level.copied().ok_or_else(|| format!("unknown level '{name}': 0, 1, 2, s or z"))
    }
}

/// What the passes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassOptions {
    /// Which stages run.
    pub level: Level,
    /// The alignment that a frame of shadow-stack code is given when its
    /// address may be observed: 16 as in wasm, or 8, which costs less.
    pub stack_align: u32,
}

impl Default for PassOptions {
    fn default() -> Self {
        Level::default().into()
    }
}

impl From<Level> for PassOptions {
    fn from(level: Level) -> Self {
        PassOptions { level, stack_align: 16 }
    }
}

/// What a pass may ask.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Costs and limits of the CPU.
    pub target: &'a (dyn Target + Sync),
    /// What the user chose.
    pub options: PassOptions,
}

impl<'a> Context<'a> {
    /// A context with the default options.
    pub fn new(target: &'a (dyn Target + Sync)) -> Self {
        Context { target, options: PassOptions::default() }
    }
}

/// Code that a pass can't compile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("function '{function}', offset {offset:#x}: {reason}")]
pub struct PassError {
    /// Name of the function.
    pub function: String,
    /// Byte offset of the place in its module.
    pub offset: u32,
    /// What is wrong, and the way out.
    pub reason: String,
}

/// A transformation of one function, independent of all others.
pub trait Pass: Sync {
    /// Changes the function. Says whether it did.
    fn run(&self, func: &mut Function, cx: &Context<'_>) -> bool;
}

/// A transformation, of functions or of the whole program.
#[derive(Clone, Copy)]
pub enum Step {
    /// Of each function.
    Function(&'static dyn Pass),
    /// Of the program.
    Program(fn(&mut Program, &Context<'_>) -> Change),
}

/// What a transformation of a program did.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Whether it changed anything.
    pub changed: bool,
    /// The new numbers of the symbols, if they have new ones.
    pub symbols: Option<Renumbering>,
    /// What it refused, in order.
    pub refused: Vec<PassError>,
}

/// The new number of each symbol; a symbol that was removed has none.
#[derive(Clone, Debug)]
pub struct Renumbering(pub(crate) SecondaryMap<SymbolId, Option<SymbolId>>);

impl Renumbering {
    fn identity(program: &Program) -> Self {
        let mut numbers = SecondaryMap::new();
        program.symbols.keys().for_each(|id| numbers[id] = Some(id));
        Renumbering(numbers)
    }

    /// What a symbol's number has become.
    pub fn get(&self, symbol: SymbolId) -> Option<SymbolId> {
        self.0[symbol]
    }

    fn then(&mut self, next: &Renumbering) {
        self.0.values_mut().for_each(|id| *id = id.and_then(|id| next.get(id)));
    }
}

/// A row of the pipeline.
#[derive(Clone, Copy)]
pub struct Stage {
    /// Name of the pass.
    pub name: &'static str,
    /// What it does.
    pub step: Step,
    /// The levels at which it runs.
    pub levels: &'static [Level],
}

const ALL: &[Level] = Level::ALL;
/// Every level that optimises.
const SOME: &[Level] = &[Level::O1, Level::O2, Level::Os, Level::Oz];
/// The levels with a second round.
const MORE: &[Level] = &[Level::O2, Level::Os, Level::Oz];

/// The levels that spend bytes for cycles.
const FAST: &[Level] = &[Level::O2, Level::Os];

const fn function(name: &'static str, pass: &'static dyn Pass, levels: &'static [Level]) -> Stage {
    Stage { name, step: Step::Function(pass), levels }
}

const fn program(
    name: &'static str,
    run: fn(&mut Program, &Context<'_>) -> Change,
    levels: &'static [Level],
) -> Stage {
    Stage { name, step: Step::Program(run), levels }
}

/// The passes in order.
pub const PIPELINE: &[Stage] = &[
    program("dead_symbols", |program, _| dead_symbols::run(program), SOME),
    // Before all others, since they do not know the shadow stack.
    program("machine_stack", machine_stack::run, ALL),
    // Early, so that all other passes see words alone.
    program("soften", |program, cx| soften::run(program, cx.target), ALL),
    program("atomics", |program, cx| atomics::run(program, cx.target), ALL),
    function("cfg_cleanup", &cfg_cleanup::CfgCleanup, SOME),
    function("simplify", &simplify::Simplify, SOME),
    // Before slots: what a call is passed is not private.
    program("copies", copies::run, SOME),
    // After constants have gone into the addresses of slots.
    function("slots", &slots::Slots, SOME),
    function("gvn", &gvn::Gvn, SOME),
    function("dce", &dce::Dce, SOME),
    function("jump_threading", &JumpThreading { late: false }, SOME),
    function("cfg_cleanup", &cfg_cleanup::CfgCleanup, SOME),
    // What is inlined has been cleaned up; what it gives goes through all again.
    program("inline", |program, _| inline::for_speed(program), &[Level::O2]),
    program("inline", |program, _| inline::for_size(program), &[Level::Os, Level::Oz]),
    program("dead_symbols", |program, _| dead_symbols::run(program), MORE),
    function("cfg_cleanup", &cfg_cleanup::CfgCleanup, MORE),
    // What the copies have in common goes in what follows.
    function("unroll", &unroll::Unroll, &[Level::O2]),
    function("cfg_cleanup", &cfg_cleanup::CfgCleanup, &[Level::O2]),
    program("const_data", |program, _| const_data::run(program), MORE),
    program("memory", |program, _| memory::run(program), MORE),
    // Of arms that have been cleaned up.
    program("lookup", lookup::run, MORE),
    // In front of what simplifies comparisons.
    function("switches", &switches::Switches, MORE),
    function("divide", &divide::Divide, &[Level::O2]),
    function("divide", &divide::Halve, &[Level::Os, Level::Oz]),
    function("simplify", &simplify::Simplify, MORE),
    function("slots", &slots::Slots, MORE),
    function("gvn", &gvn::Gvn, MORE),
    program("copies", copies::run, MORE),
    program("overlaps", copies::choose_routine, &[Level::O2]),
    function("ranges", &ranges::Ranges, MORE),
    function("simplify", &simplify::Simplify, MORE),
    program("checks", |program, _| checks::run(program), MORE),
    function("counted", &counted::Counted, &[Level::O2]),
    function("guards", &guards::Guards, &[Level::O2]),
    program("aligned", |program, _| aligned::run(program), MORE),
    function("frames", &frames::Frames, MORE),
    function("addresses", &addresses::Addresses, MORE),
    function("remainders", &divide::Remainders, MORE),
    function("shifts", &shifts::Shifts, MORE),
    function("gvn", &gvn::Gvn, MORE),
    // What it moves in front of loops leaves them next.
    function("pointers", &pointers::Pointers, MORE),
    function("licm", &licm::Licm, FAST),
    function("induction", &induction::Induction, MORE),
    program("equalities", |program, _| equalities::run(program), &[Level::Os, Level::Oz]),
    function("dce", &dce::Dce, MORE),
    function("jump_threading", &JumpThreading { late: true }, MORE),
    function("cfg_cleanup", &cfg_cleanup::CfgCleanup, MORE),
    function("share_slots", &slots::ShareSlots, MORE),
    // What was referred to only by code that is gone.
    program("dead_symbols", |program, _| dead_symbols::run(program), SOME),
    // Dense numbers keep the tables of code generation small.
    function("compact", &Compact, ALL),
];

struct Compact;

impl Pass for Compact {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        func.compact();
        false
    }
}

/// The first row of the pipeline of that name.
pub fn find_stage(name: &str) -> Option<&'static Stage> {
    PIPELINE.iter().find(|stage| stage.name == name)
}

/// Sees the program after each stage.
pub trait Observer {
    /// No stage has run yet.
    fn before(&mut self, _program: &Program) {}

    /// Whether the program is to be seen after each stage. If not, passes over functions
    /// run in another order: all that follow each other on one function, then on the next.
    fn sees_stages(&self) -> bool {
        true
    }

    /// The stage that has run gave the symbols new numbers; called before
    /// [`Observer::after`].
    fn renumbered(&mut self, _numbers: &Renumbering) {}

    /// The stage has run; `changed` are the functions that it changed, or all
    /// functions if it changed the program.
    fn after(&mut self, stage: &str, program: &Program, changed: &[SymbolId]);
}

/// Observes nothing.
impl Observer for () {
    fn sees_stages(&self) -> bool {
        false
    }

    fn after(&mut self, _: &str, _: &Program, _: &[SymbolId]) {}
}

impl<F: FnMut(&str, &Program, &[SymbolId])> Observer for F {
    fn after(&mut self, stage: &str, program: &Program, changed: &[SymbolId]) {
        self(stage, program, changed);
    }
}

impl Stage {
    /// Runs the stage on all functions. Returns those that it changed, in
    /// order; the result does not depend on the number of threads.
    ///
    /// # Errors
    /// What it can't compile.
    pub fn run(
        &self,
        program: &mut Program,
        cx: &Context<'_>,
    ) -> Result<(Vec<SymbolId>, Option<Renumbering>), Vec<PassError>> {
        match self.step {
            Step::Program(run) => {
                let Change { changed, symbols, refused } = run(program, cx);
                if !refused.is_empty() {
                    return Err(refused);
                }
                let functions = program.functions().map(|(id, _)| id);
                Ok((functions.filter(|_| changed).collect(), symbols))
            }
            Step::Function(pass) => {
                let functions: Vec<_> = program.functions_mut().collect();
                let run = |(id, func)| pass.run(func, cx).then_some(id);
                Ok((functions.into_par_iter().filter_map(run).collect(), None))
            }
        }
    }
}

/// Runs all stages of a level. Returns what has become of the numbers of the
/// program's symbols.
///
/// # Errors
/// What one of them can't compile.
pub fn run_pipeline(
    program: &mut Program,
    options: impl Into<PassOptions>,
    target: &(dyn Target + Sync),
    observer: &mut dyn Observer,
) -> Result<Renumbering, Vec<PassError>> {
    let cx = Context { target, options: options.into() };
    let mut numbers = Renumbering::identity(program);
    observer.before(program);
    let mut stages = PIPELINE.iter().filter(|s| s.levels.contains(&cx.options.level)).peekable();
    while let Some(stage) = stages.next() {
        if let Step::Function(first) = stage.step
            && !observer.sees_stages()
        {
            let mut passes = vec![first];
            while let Some(Step::Function(pass)) = stages.peek().map(|stage| stage.step) {
                passes.push(pass);
                stages.next();
            }
            run_passes(&passes, program, &cx);
            continue;
        }
        let (changed, symbols) = stage.run(program, &cx)?;
        if let Some(symbols) = symbols {
            observer.renumbered(&symbols);
            numbers.then(&symbols);
        }
        observer.after(stage.name, program, &changed);
    }
    Ok(numbers)
}

/// Runs passes that follow each other: all on one function while it is in the processor's
/// caches, then all on the next.
fn run_passes(passes: &[&dyn Pass], program: &mut Program, cx: &Context<'_>) {
    let functions: Vec<_> = program.functions_mut().collect();
    functions.into_par_iter().for_each(|(_, func)| {
        for pass in passes {
            pass.run(func, cx);
        }
    });
}

/// Writes functions after the stages that the user asks for.
pub struct Printer<W> {
    /// Where the text goes.
    pub out: W,
    /// Stages after which all functions are printed.
    pub after: Vec<String>,
    /// Whether to print each function after each stage that changed it.
    pub changed: bool,
}

impl<W: std::io::Write> Observer for Printer<W> {
    fn sees_stages(&self) -> bool {
        self.changed || !self.after.is_empty()
    }

    fn after(&mut self, stage: &str, program: &Program, changed: &[SymbolId]) {
        let all = self.after.iter().any(|name| name == stage);
        let changed = if self.changed { changed } else { &[] };
        if !all && changed.is_empty() {
            return;
        }
        let names = SymbolNames::new(program);
        for (id, func) in program.functions() {
            if all || changed.binary_search(&id).is_ok() {
                // A closed standard output is no reason to stop compiling.
                let _ = write!(self.out, "; after {stage}\n{}\n", names.function(id, func));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_have_names() {
        for &level in Level::ALL {
            assert_eq!(level.name().parse(), Ok(level));
        }
        assert!("3".parse::<Level>().is_err());
    }
}
