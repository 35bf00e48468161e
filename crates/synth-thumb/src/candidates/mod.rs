//! Which code of a function is best: constants can stand in several places, and
//! few registers may do. What is better shows only in the code, so several ways are
//! tried and the best result is kept.

mod finish;

use synth_ir::Function;

use crate::coloring::Attempt;
use crate::compile::{CompileError, Draft, Effort, Options, Prefer};
use crate::hoist::Plan;
use crate::mach::MFunction;
use crate::regalloc::{self, RegisterSet};
use crate::{hoist, relieve, select, wrap};
use finish::{Finished, Way, finish};

/// Instructions up to which a function is allocated in several ways, of which the best
/// result is kept.
const SMALL: usize = 400;

/// What a first look at the registers may err by: 8 bytes where size counts.
const ERROR: u64 = 8 * 2048;

/// Instructions up to which a function is allocated by colouring.
const MEDIUM: usize = 2000;

/// The best code that is found for a function.
///
/// # Errors
/// See [`CompileError`].
pub(crate) fn best(func: &Function, options: &Options) -> Result<(Cost, Draft), CompileError> {
    let mut selected = select::select(func, options)?;
    let mut best = Best::default();
    if selected.len() <= MEDIUM {
        allocate_by_colours(&mut selected, options, &mut best)?;
    }
    if best.0.is_none() {
        best.offer(finish(&selected, Way::Intervals(regalloc::ALL), options), false)?;
    }
    let none = || CompileError::Allocation("no register set suffices".to_string());
    best.0.ok_or_else(none)
}

fn allocate_by_colours(
    selected: &mut MFunction,
    options: &Options,
    best: &mut Best,
) -> Result<(), CompileError> {
    if options.effort == Effort::First {
        let all = Way::Coloring(regalloc::ALL);
        best.offer(finish(selected, all, options), true)?;
        return Ok(());
    }
    let versions = versions(selected, options.prefer);
    let mut kept = None;
    for (version, attempt) in promising(selected, &versions, options.prefer) {
        let cost = attempt.cost();
        let found = finish(version, Way::Begun(attempt.into()), options);
        let (long, framed) = found.as_ref().map_or((false, false), |found| {
            (found.written.core & regalloc::LONG != 0, found.framed)
        });
        if best.offer(found, true)? {
            kept = Some((version, cost, long, framed));
        }
    }
    let Some((version, cost, long, framed)) = kept.filter(|_| selected.len() <= SMALL) else {
        return Ok(());
    };
    // More ways for that version, unless a first look shows that they are worse.
    let mut also = |version: &MFunction, set: RegisterSet| {
        let attempt = Attempt::new(version, set, options.prefer);
        match attempt.filter(|attempt| attempt.cost() <= cost + ERROR) {
            Some(attempt) => best.offer(finish(version, Way::Begun(attempt.into()), options), true),
            None => Ok(false),
        }
    };
    if let Some(split) = framed.then(|| wrap::split(version)).flatten() {
        also(&split, regalloc::ALL)?;
    }
    // What long instructions cost in time is little.
    if long && options.prefer == Prefer::Size {
        also(version, regalloc::SHORT)?;
    }
    Ok(())
}

/// Other versions of a function: with values made later, if registers are short, and
/// with constants elsewhere.
fn versions(selected: &mut MFunction, prefer: Prefer) -> Vec<MFunction> {
    let begin = |version: &MFunction| Attempt::new(version, regalloc::ALL, prefer);
    let crowded = begin(selected).filter(|attempt| !attempt.fits());
    let registers = regalloc::ALL.bits().count_ones() as usize - 1;
    let relieved = crowded.and_then(|attempt| {
        let relieved = relieve::relieved(selected, registers)?;
        (begin(&relieved)?.cost() < attempt.cost()).then_some(relieved)
    });
    let plans = plans(selected, prefer);
    let Some(mut relieved) = relieved else { return hoist::hoisted(selected, plans) };
    let mut versions = hoist::hoisted(&mut relieved, plans);
    versions.push(relieved);
    versions
}

/// The versions of a function that are worth their time, begun: those of which a first
/// look at their registers promises most.
fn promising<'a>(
    selected: &'a MFunction,
    others: &'a [MFunction],
    prefer: Prefer,
) -> Vec<(&'a MFunction, Attempt)> {
    let versions = std::iter::once(selected).chain(others);
    let begin = |version| Some((version, Attempt::new(version, regalloc::ALL, prefer)?));
    let mut attempts: Vec<_> = versions.filter_map(begin).collect();
    let most = if selected.len() <= SMALL { 2 } else { 1 };
    if attempts.len() > most {
        attempts.sort_by_cached_key(|(_, attempt)| attempt.cost());
        attempts.truncate(most);
    }
    attempts
}

/// The plans that are worth a look, besides leaving all where it is.
fn plans(selected: &MFunction, prefer: Prefer) -> &'static [Plan] {
    match prefer {
        Prefer::Size => &[Plan::Few(3), Plan::Shared],
        Prefer::Speed if selected.loops.is_empty() => &[Plan::Shared],
        Prefer::Speed => &[Plan::Outer, Plan::Few(3)],
    }
}

/// The best code so far.
#[derive(Default)]
struct Best(Option<(Cost, Draft)>);

impl Best {
    /// Keeps code if it is better; whether it is.
    fn offer(
        &mut self,
        result: Result<Finished, CompileError>,
        may_fail: bool,
    ) -> Result<bool, CompileError> {
        match result {
            Ok(Finished { cost, draft, .. }) => {
                let is_better = self.0.as_ref().is_none_or(|(least, _)| cost < *least);
                if is_better {
                    self.0 = Some((cost, draft));
                }
                Ok(is_better)
            }
            Err(CompileError::Allocation(_)) if may_fail => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Bytes and estimated cycles, the more important first.
pub(crate) type Cost = (u64, u64);
