//! Which code of a function is best: constants can stand in several places, and
//! few registers may do. What is better shows only in the code, so several ways are
//! tried and the best result is kept.

use synth_ir::Function;

use crate::coloring::Attempt;
use crate::compile::{CompileError, Draft, Effort, Options, Prefer};
use crate::hoist::Plan;
use crate::mach::MFunction;
use crate::regalloc::{self, RegisterSet};
use crate::{
    back_edges, compares, emit, frame, held, hoist, indexed, nearby, relieve, schedule, select, tails, wrap,
};

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

/// Code, and the registers that it writes.
struct Finished {
    cost: Cost,
    draft: Draft,
    written: regalloc::Written,
    /// Whether it makes a frame on every way through it.
    framed: bool,
}

/// Ways to allocate registers.
enum Way {
    /// [`regalloc`], for large functions.
    Intervals(RegisterSet),
    /// [`coloring`](crate::coloring).
    Coloring(RegisterSet),
    /// The same, begun for this function.
    Begun(Box<Attempt>),
}

impl Way {
    /// The same with a register less; what was begun is begun anew.
    fn without_scratch(&self) -> Way {
        let set = regalloc::ALL.without_scratch();
        match self {
            Way::Intervals(_) => Way::Intervals(set),
            Way::Coloring(_) | Way::Begun(_) => Way::Coloring(set),
        }
    }

    fn run(
        self,
        selected: &MFunction,
        options: &Options,
    ) -> Result<(MFunction, regalloc::Written), CompileError> {
        let attempt = match self {
            Way::Intervals(set) => {
                let mut function = selected.clone();
                let written = regalloc::allocate(&mut function, set)?;
                return Ok((function, written));
            }
            Way::Begun(attempt) => *attempt,
            Way::Coloring(set) => Attempt::new(selected, set, options.prefer)
                .ok_or_else(|| CompileError::Allocation("not for colouring".to_string()))?,
        };
        attempt.finish()
    }
}

/// Allocation and what removes the loads that it need not have made.
fn allocate(
    selected: &MFunction,
    way: Way,
    options: &Options,
) -> Result<(MFunction, regalloc::Written, frame::Frame), CompileError> {
    let slots = selected.slots.len();
    let (mut function, written) = way.run(selected, options)?;
    if options.effort != Effort::First {
        wrap::join(&mut function);
        held::run(&mut function, slots);
    }
    let frame = frame::Frame::new(&function, written)?;
    Ok((function, written, frame))
}

/// Allocation and all that follows.
fn finish(selected: &MFunction, way: Way, options: &Options) -> Result<Finished, CompileError> {
    let less = way.without_scratch();
    let (mut function, mut written, mut frame) = allocate(selected, way, options)?;
    if frame.needs_scratch() {
        // Offsets beyond 12 bits are added up in r12, which then must be free.
        let mut selected = selected.clone();
        selected.free_scratch();
        (function, written, frame) = allocate(&selected, less, options)?;
        frame.keep_scratch();
    }
    back_edges::run(&mut function);
    nearby::run(&mut function, options);
    compares::run(&mut function);
    if options.prefer == Prefer::Speed {
        indexed::run(&mut function);
        schedule::run(&mut function);
    }
    if options.stack_limit.is_some() && frame.total() > emit::SMALL_FRAME && frame.saved == 0 {
        // The check needs a register.
        written.core |= 1 << 4;
        let scratch = frame.scratch;
        frame = frame::Frame::new(&function, written)?;
        frame.scratch = scratch;
    }
    if options.prefer == Prefer::Size {
        tails::run(&mut function);
    }
    let (cost, draft, framed) = encode_wrapped(&function, &frame, options)?;
    Ok(Finished { cost, draft, written, framed })
}

/// Forms and layout, with the frame where it costs least; whether every way
/// through the function makes it.
fn encode_wrapped(
    function: &MFunction,
    frame: &frame::Frame,
    options: &Options,
) -> Result<(Cost, Draft, bool), CompileError> {
    let wrapped = match options.effort {
        Effort::First => None,
        Effort::Best => wrap::wrap(function, frame, options),
    };
    let Some((wrapped, wrap)) = wrapped else {
        let (cost, draft) = encode(function, frame, None, options)?;
        return Ok((cost, draft, frame.total() > 0));
    };
    let (cost, draft) = encode(&wrapped, frame, Some(&wrap), options)?;
    if options.prefer == Prefer::Size {
        let early = encode(function, frame, None, options)?;
        if early.0 < cost {
            return Ok((early.0, early.1, true));
        }
    }
    Ok((cost, draft, false))
}

/// Forms and layout.
fn encode(
    function: &MFunction,
    frame: &frame::Frame,
    wrap: Option<&wrap::Wrap>,
    options: &Options,
) -> Result<(Cost, Draft), CompileError> {
    let emit::Emitted { items, cycles } = emit::emit(function, frame, wrap, options)?;
    let blocks = 0..function.blocks.len() as u32;
    let mut draft = Draft {
        items: if options.outline { items.clone() } else { vec![] },
        code: None,
        depths: blocks.map(|block| function.depth(block)).collect(),
        stack: frame.stack(),
        spills: function.spills,
    };
    let code = Draft { items, ..draft.clone() }.finish()?;
    let bytes = code.bytes.len() as u64;
    draft.code = Some(code);
    let cost = match options.prefer {
        Prefer::Size => (bytes, cycles),
        Prefer::Speed => (cycles, bytes),
    };
    Ok((cost, draft))
}
