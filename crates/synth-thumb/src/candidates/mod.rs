//! Which code of a function is best: constants can stand in several places, and
//! few registers may do. What is better shows only in the code, so several ways are
//! tried and the best result is kept.

mod finish;

use synth_ir::Function;

use crate::coloring::Attempt;
use crate::compile::{CompileError, Draft, Effort, Options, Prefer};
use crate::hoist::Plan;
use crate::mach::{MFunction, MInst};
use crate::regalloc;
use crate::{hoist, relieve, select, wrap};
use finish::{Finished, Source, Way, finish, promoted};

/// Instructions up to which a function is allocated in several ways, of which the best
/// result is kept.
const SMALL: usize = 400;

/// What a first look at the registers may err by: 8 bytes where size counts.
const ERROR: u64 = 8 * 2048;

/// The part of the cost that it may err by where long lives are spilled: they find
/// registers in some places.
const SPREAD: u64 = 10;

/// Instructions up to which a function is allocated by colouring, without those of
/// its checks, and with them.
const MEDIUM: usize = 2000;
const CHECKED: usize = 3000;

/// Instructions of a check: their values die at once, and cost allocation little.
const CHECK: usize = 3;

/// The best code that is found for a function.
///
/// # Errors
/// See [`CompileError`].
pub(crate) fn best(func: &Function, options: &Options) -> Result<(Cost, Draft), CompileError> {
    let selected = select::select(func, options)?;
    let mut best = Best::default();
    if is_medium(&selected) {
        allocate_by_colours(&selected, options, &mut best)?;
    }
    if best.found.is_none() {
        best.offer(finish(&selected, Way::Intervals(regalloc::ALL), options), false)?;
    }
    if let Some(promoted) = best.source.take().and_then(|source| promoted(source, options)) {
        best.offer(promoted, true)?;
    }
    let none = || CompileError::Allocation("no register set suffices".to_string());
    best.found.ok_or_else(none)
}

/// Whether a function is small enough to be allocated by colouring.
fn is_medium(selected: &MFunction) -> bool {
    let insts = selected.blocks.iter().flat_map(|block| &block.insts);
    let checks = insts.filter(|located| matches!(located.inst, MInst::TrapIf { .. })).count();
    selected.len() <= (MEDIUM + CHECK * checks).min(CHECKED)
}

fn allocate_by_colours(
    selected: &MFunction,
    options: &Options,
    best: &mut Best,
) -> Result<(), CompileError> {
    if options.effort == Effort::First {
        let all = Way::Coloring(regalloc::ALL);
        best.offer(finish(selected, all, options), true)?;
        return Ok(());
    }
    let mut kept = None;
    for Version { function, attempt } in promising(selected, options.prefer) {
        let (cost, careful) = (attempt.cost(), attempt.is_careful());
        let found = finish(&function, Way::Begun(attempt.into()), options);
        let (long, framed) = found.as_ref().map_or((false, false), |found| {
            (found.written.core & regalloc::LONG != 0, found.framed)
        });
        if best.offer(found, true)? {
            kept = Some(Kept { version: function, cost, careful, long, framed });
        }
    }
    let Some(Kept { version, cost, careful, long, framed }) = kept else { return Ok(()) };
    // More ways for that version, unless a first look shows that they are worse.
    let mut also = |version: &MFunction, attempt: Option<Attempt>, error: u64| {
        let attempt = attempt.filter(|attempt| attempt.cost() <= cost + error);
        let Some(attempt) = attempt else { return Ok(false) };
        best.offer(finish(version, Way::Begun(attempt.into()), options), true)
    };
    let small = selected.len() <= SMALL;
    if careful && (small || options.prefer == Prefer::Speed) {
        let bold = Attempt::bold(&version, regalloc::ALL, options.prefer);
        let error = match options.prefer {
            Prefer::Size => 0,
            Prefer::Speed => cost / SPREAD,
        };
        also(&version, bold, error)?;
    }
    if !small {
        return Ok(());
    }
    let begin = |version: &MFunction, set| Attempt::new(version, set, options.prefer);
    if let Some(split) = framed.then(|| wrap::split(&version)).flatten() {
        also(&split, begin(&split, regalloc::ALL), ERROR)?;
    }
    // What long instructions cost in time is little.
    if long && options.prefer == Prefer::Size {
        also(&version, begin(&version, regalloc::SHORT), 0)?;
    }
    Ok(())
}

/// The best version so far, and what is known of its first allocation.
struct Kept {
    version: MFunction,
    /// By the first look.
    cost: u64,
    /// Whether bold merging may give another result.
    careful: bool,
    /// Whether it uses registers that short instructions can't name.
    long: bool,
    /// Whether it makes a frame on every way through it.
    framed: bool,
}

/// A version of a function, and its allocation begun.
struct Version {
    function: MFunction,
    attempt: Attempt,
}

impl Version {
    fn begin(function: MFunction, prefer: Prefer) -> Option<Version> {
        let attempt = Attempt::new(&function, regalloc::ALL, prefer)?;
        Some(Version { function, attempt })
    }
}

/// Versions of a function: as it is, with values made later if registers are short, and
/// with constants elsewhere.
fn versions(selected: &MFunction, prefer: Prefer) -> Option<Vec<Version>> {
    let first = Version::begin(selected.clone(), prefer)?;
    let registers = regalloc::ALL.bits().count_ones() as usize - 1;
    // It costs time to look for, and what it saves is seldom bytes.
    let relieved = match prefer {
        Prefer::Speed if !first.attempt.fits() => relieve::relieved(selected, registers),
        _ => None,
    };
    let relieved = relieved.and_then(|function| Version::begin(function, prefer));
    let relieved = relieved.filter(|version| version.attempt.cost() < first.attempt.cost());
    let mut versions = vec![first];
    versions.extend(relieved);
    let hoisted = match versions.last_mut() {
        Some(base) => hoist::hoisted(&mut base.function, plans(selected, prefer)),
        None => vec![],
    };
    versions.extend(hoisted.into_iter().filter_map(|function| Version::begin(function, prefer)));
    Some(versions)
}

/// The versions of a function that are worth their time: those of which a first look at
/// their registers promises most, the second one if it is about as good as the first.
fn promising(selected: &MFunction, prefer: Prefer) -> Vec<Version> {
    let mut versions = versions(selected, prefer).unwrap_or_default();
    if versions.len() > 1 {
        versions.sort_by_cached_key(|version| version.attempt.cost());
    }
    versions.truncate(if selected.len() <= SMALL { 2 } else { 1 });
    if let [first, second] = versions.as_slice()
        && second.attempt.cost() > first.attempt.cost() + ERROR
    {
        versions.truncate(1);
    }
    versions
}

/// The plans that are worth a look, besides leaving all where it is.
fn plans(selected: &MFunction, prefer: Prefer) -> &'static [Plan] {
    match prefer {
        // To leave a loop saves cycles, but seldom bytes.
        Prefer::Size => &[Plan::Shared(Prefer::Size)],
        Prefer::Speed if selected.loops.is_empty() => &[Plan::Shared(Prefer::Speed)],
        Prefer::Speed => &[Plan::Outer, Plan::Few(3)],
    }
}

/// The best code so far, and what it was made of.
#[derive(Default)]
struct Best {
    found: Option<(Cost, Draft)>,
    source: Option<Source>,
}

impl Best {
    /// Keeps code if it is better; whether it is.
    fn offer(
        &mut self,
        result: Result<Finished, CompileError>,
        may_fail: bool,
    ) -> Result<bool, CompileError> {
        match result {
            Ok(Finished { cost, draft, source, .. }) => {
                let is_better = self.found.as_ref().is_none_or(|(least, _)| cost < *least);
                if is_better {
                    (self.found, self.source) = (Some((cost, draft)), source);
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
