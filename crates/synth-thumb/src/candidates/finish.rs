//! One way to allocate a function's registers, and all that follows on it.

use crate::candidates::Cost;
use crate::coloring::Attempt;
use crate::compile::{CompileError, Draft, Effort, Options, Prefer};
use crate::mach::MFunction;
use crate::regalloc::{self, RegisterSet};
use crate::{
    align, back_edges, compares, emit, frame, held, indexed, multiple, nearby, powers, promote,
    schedule, shared, tails, words, wrap, write_back,
};

/// r0-r3 and r12, which no function saves.
const SCRATCH: u16 = 0x100f;

/// Code, and the registers that it writes.
pub(super) struct Finished {
    pub(super) cost: Cost,
    pub(super) draft: Draft,
    pub(super) written: regalloc::Written,
    /// Whether it makes a frame on every way through it.
    pub(super) framed: bool,
    /// What it was made of, if registers may be free in its loops.
    pub(super) source: Option<Source>,
}

/// Ways to allocate registers.
pub(super) enum Way {
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

    /// The registers that it may use.
    fn registers(&self) -> RegisterSet {
        match self {
            Way::Intervals(set) | Way::Coloring(set) => *set,
            Way::Begun(attempt) => attempt.registers(),
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

/// A function of machine registers and its frame.
#[derive(Clone)]
struct Allocated {
    function: MFunction,
    /// Slots that were there before.
    slots: usize,
    /// What allocation might use.
    set: RegisterSet,
    written: regalloc::Written,
    frame: frame::Frame,
}

/// Allocation and what removes the loads that it need not have made.
fn allocate(selected: &MFunction, way: Way, options: &Options) -> Result<Allocated, CompileError> {
    let (slots, set) = (selected.slots.len(), way.registers());
    let (mut function, written) = way.run(selected, options)?;
    if options.effort != Effort::First {
        wrap::join(&mut function);
        words::unite(&mut function, slots);
        held::run(&mut function, slots);
    }
    let set = if function.has_frame_pointer() { set.without_frame_pointer() } else { set };
    let frame = frame::Frame::new(&function, written)?;
    Ok(Allocated { function, slots, set, written, frame })
}

/// What an allocation was made for.
pub(super) struct Source(Allocated);

/// The same with values of loops in registers that are free there, if there are any.
pub(super) fn promoted(
    source: Source,
    options: &Options,
) -> Option<Result<Finished, CompileError>> {
    let Source(mut allocated) = source;
    let slots = allocated.slots;
    let registers = registers(allocated.set, allocated.written);
    let taken = promote::run(&mut allocated.function, slots, registers, options.prefer);
    if taken == 0 {
        return None;
    }
    allocated.written.core |= taken;
    held::run(&mut allocated.function, slots);
    let scratch = allocated.frame.scratch;
    allocated.frame = frame::Frame::new(&allocated.function, allocated.written).ok()?;
    allocated.frame.scratch = scratch;
    Some(complete(allocated, options))
}

/// What promotion may use of a set of registers.
fn registers(set: RegisterSet, written: regalloc::Written) -> promote::Registers {
    let saved = written.core & 0x0ff0;
    let lr = if saved != 0 { 1 << 14 } else { written.core & 1 << 14 };
    let usable = set.bits() & (saved | lr | SCRATCH);
    let costly = if usable & 1 << 14 != 0 { set.bits() & 0x0ff0 & !saved } else { 0 };
    promote::Registers { usable, costly }
}

/// Allocation and all that follows.
pub(super) fn finish(
    selected: &MFunction,
    way: Way,
    options: &Options,
) -> Result<Finished, CompileError> {
    let less = way.without_scratch();
    let mut allocated = allocate(selected, way, options)?;
    if allocated.frame.needs_scratch() {
        // Offsets beyond 12 bits are added up in r12, which then must be free.
        let mut selected = selected.clone();
        selected.free_scratch();
        allocated = allocate(&selected, less, options)?;
        allocated.frame.keep_scratch();
    }
    let has_loops = options.effort == Effort::Best && !allocated.function.loops.is_empty();
    let source = has_loops.then(|| Source(allocated.clone()));
    Ok(Finished { source, ..complete(allocated, options)? })
}

/// All that follows on allocation.
fn complete(allocated: Allocated, options: &Options) -> Result<Finished, CompileError> {
    let Allocated { mut function, slots, set, mut written, mut frame } = allocated;
    if options.effort != Effort::First && words::share(&mut function, slots) {
        let scratch = frame.scratch;
        frame = frame::Frame::new(&function, written)?;
        frame.scratch = scratch;
    }
    back_edges::run(&mut function);
    if options.effort == Effort::Best && options.prefer == Prefer::Speed {
        let usable = set.bits() & (frame.saved | SCRATCH);
        written.core |= shared::run(&mut function, usable, frame.saved);
    }
    nearby::run(&mut function, options);
    compares::run(&mut function);
    write_back::run(&mut function, options.prefer);
    if options.prefer == Prefer::Speed {
        indexed::run(&mut function);
        schedule::run(&mut function);
    }
    powers::run(&mut function);
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
    multiple::run(&mut function, &frame, options.prefer);
    let (cost, draft, framed) = encode_wrapped(&function, &frame, options)?;
    Ok(Finished { cost, draft, written, framed, source: None })
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
    let emit::Emitted { mut items, cycles } = emit::emit(function, frame, wrap, options)?;
    if options.prefer == Prefer::Speed && options.effort == Effort::Best {
        items = align::loops(items);
    }
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
