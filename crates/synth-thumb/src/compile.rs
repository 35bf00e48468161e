//! From a function of the program to its machine code.

use synth_ir::{Function, SourceLoc, SymbolId};

use crate::code::Code;
use crate::cpu::Cpu;
use crate::emit::Items;
use crate::mach::MFunction;
use crate::regalloc::{COLORED, GROWING, RegisterSet};
use crate::tail_call::{self, TailCalls};
use crate::{
    back_edges, coloring, compares, emit, frame, hoist, isolate, layout, pure, regalloc, schedule,
    select, tails,
};

/// What to compile for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The CPU.
    pub cpu: Cpu,
    /// What to prefer where a choice costs one for the other.
    pub prefer: Prefer,
    /// Whether checks that trap for the same reason share their trap
    /// instruction, which then stands for several places in the source.
    pub share_traps: bool,
    /// Whether every jump table holds words. Set when a function proves to be
    /// too long for tables of halfwords.
    pub far_tables: bool,
    /// The variable that holds the stack limit, if functions check the stack
    /// pointer against one. It is at least [`STACK_RESERVE`](crate::STACK_RESERVE)
    /// bytes above the end of the stack.
    pub stack_limit: Option<SymbolId>,
    /// Whether the code holds no data, for memory that can only be executed.
    pub pure_code: bool,
    /// Whether drafts keep what `outline` needs.
    pub outline: bool,
    /// What calls may become jumps.
    pub tails: TailCalls,
}

/// What code is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefer {
    /// Fewer bytes.
    Size,
    /// Fewer cycles.
    Speed,
}

/// Why a function can't be compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// A float value reached selection.
    #[error("float operation at source location {}: not supported by this CPU's code", .0.0)]
    Float(SourceLoc),
    /// The frame is beyond what addresses can hold.
    #[error("the frame of {0} bytes is too large; reduce the function's locals")]
    Frame(u64),
    /// The function is longer than branches reach.
    #[error("the function's code of {0} bytes is too long; split the function")]
    TooLong(u64),
    /// A jump table does not reach its targets; tables of words do.
    #[error("a jump table does not reach its targets")]
    TableReach,
    /// An instruction has no encoding: a defect of the compiler.
    #[error("no encoding for {0}")]
    Encoding(String),
    /// Register allocation failed: a defect of the compiler.
    #[error("register allocation failed: {0}")]
    Allocation(String),
}

/// Instructions up to which a function is allocated in several ways, of which
/// the best result is kept.
const SMALL: usize = 400;

/// Instructions up to which a function is allocated by colouring.
const MEDIUM: usize = 2000;

/// Compiles one function.
///
/// # Errors
/// See [`CompileError`].
pub fn compile(func: &Function, options: &Options) -> Result<Code, CompileError> {
    draft(func, options)?.finish()
}

/// The code of one function, which is not laid out for good.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its pieces, if [`Options::outline`] is set.
    pub(crate) items: Items,
    /// Its code as it is now; none if the pieces have changed.
    pub(crate) code: Option<Code>,
    /// Number of loops around each block, by its label.
    depths: Vec<u32>,
    stack: u32,
    spills: u32,
}

impl Draft {
    /// The code that was moved out of functions; it uses no stack.
    pub(crate) fn outlined(items: Items) -> Self {
        Draft { items, code: None, depths: vec![], stack: 0, spills: 0 }
    }

    /// The code.
    ///
    /// # Errors
    /// If it can't be laid out.
    pub fn finish(self) -> Result<Code, CompileError> {
        if let Some(code) = self.code {
            return Ok(code);
        }
        let depth = |label: u32| self.depths.get(label as usize).copied();
        let mut code = layout::layout(self.items, self.stack, depth)?;
        code.spills = self.spills;
        Ok(code)
    }
}

/// Compiles one function, but for what is done to all together
/// (`outline`).
///
/// # Errors
/// See [`CompileError`].
pub fn draft(func: &Function, options: &Options) -> Result<Draft, CompileError> {
    let pure = options.pure_code.then(|| pure::without_switches(func)).flatten();
    let func = pure.as_ref().unwrap_or(func);
    let possible = tail_call::without_impossible(func, options);
    let func = possible.as_ref().unwrap_or(func);
    let (cost, code) = compile_any(func, options)?;
    // A jump is longer than the return that it replaces, and saves a frame.
    if let Some(siblings) = tail_call::with_siblings(func, options) {
        let (other, jumping) = compile_any(&siblings, options)?;
        if other <= cost {
            return Ok(jumping);
        }
    }
    Ok(code)
}

fn compile_any(func: &Function, options: &Options) -> Result<(Cost, Draft), CompileError> {
    match compile_once(func, options) {
        Err(CompileError::TableReach) if !options.far_tables => {
            compile_once(func, &Options { far_tables: true, ..options.clone() })
        }
        result => result,
    }
}

fn compile_once(func: &Function, options: &Options) -> Result<(Cost, Draft), CompileError> {
    let selected = select::select(func, options)?;
    let mut best = Best::default();
    if selected.len() <= MEDIUM {
        for version in hoisted(&selected).iter().chain([&selected]) {
            // What long instructions cost in time is little.
            let all = selected.len() > SMALL || options.prefer == Prefer::Speed;
            let sets = if all { &COLORED[1..] } else { &COLORED[..] };
            for set in sets {
                best.offer(finish(version.clone(), *set, options, Allocator::Coloring), true)?;
            }
        }
    }
    if best.0.is_none() {
        allocate_by_intervals(&selected, options, &mut best)?;
    }
    let none = || CompileError::Allocation("no register set suffices".to_string());
    best.0.ok_or_else(none)
}

/// What colouring does not take: functions with floats, and large ones.
fn allocate_by_intervals(
    selected: &MFunction,
    options: &Options,
    best: &mut Best,
) -> Result<(), CompileError> {
    let by = Allocator::Intervals;
    if selected.len() > SMALL {
        return best.offer(finish(selected.clone(), regalloc::ALL, options, by), false);
    }
    for set in GROWING {
        // A small set may be too small for an instruction.
        best.offer(finish(selected.clone(), set, options, by), set != regalloc::ALL)?;
    }
    for version in versions(selected) {
        for set in &GROWING[GROWING.len() - 3..] {
            best.offer(finish(version.clone(), *set, options, by), true)?;
        }
    }
    Ok(())
}

/// The function with its constants in other places: which is best shows only
/// after allocation.
fn hoisted(selected: &MFunction) -> Vec<MFunction> {
    let plans = if selected.len() <= SMALL { &hoist::PLANS[..] } else { &hoist::PLANS[..1] };
    let plans = plans.iter().filter(|plan| hoist::is_useful(selected, **plan));
    let hoisted = |plan: &hoist::Plan| {
        let mut function = selected.clone();
        hoist::hoist(&mut function, *plan);
        function
    };
    plans.map(hoisted).collect()
}

/// The same, and with its values in other places.
fn versions(selected: &MFunction) -> Vec<MFunction> {
    let mut versions = hoisted(selected);
    let mut isolated = selected.clone();
    let is_isolated = selected.calls && isolate::run(&mut isolated);
    if is_isolated && !versions.is_empty() {
        let mut both = isolated.clone();
        hoist::hoist(&mut both, hoist::Plan::Outer);
        versions.push(both);
    }
    if is_isolated {
        versions.push(isolated);
    }
    versions
}

/// The best code so far.
#[derive(Default)]
struct Best(Option<(Cost, Draft)>);

impl Best {
    fn offer(
        &mut self,
        result: Result<(Cost, Draft), CompileError>,
        may_fail: bool,
    ) -> Result<(), CompileError> {
        match result {
            Ok((cost, code)) => {
                if self.0.as_ref().is_none_or(|(least, _)| cost < *least) {
                    self.0 = Some((cost, code));
                }
                Ok(())
            }
            Err(CompileError::Allocation(_)) if may_fail => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Bytes and estimated cycles, the more important first.
type Cost = (u64, u64);

/// Ways to allocate registers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Allocator {
    /// [`regalloc`].
    Intervals,
    /// [`coloring`].
    Coloring,
}

impl Allocator {
    fn run(
        self,
        function: &mut MFunction,
        set: RegisterSet,
        options: &Options,
    ) -> Result<regalloc::Written, CompileError> {
        match self {
            Allocator::Intervals => regalloc::allocate(function, set, options),
            Allocator::Coloring => coloring::allocate(function, set, options.prefer),
        }
    }
}

/// Allocation and all that follows.
fn finish(
    mut function: MFunction,
    set: RegisterSet,
    options: &Options,
    allocator: Allocator,
) -> Result<(Cost, Draft), CompileError> {
    let selected = function.clone();
    let mut written = allocator.run(&mut function, set, options)?;
    let mut frame = frame::Frame::new(&function, written)?;
    if frame.needs_scratch() {
        // Offsets beyond 12 bits are added up in r12, which then must be free.
        function = selected;
        function.free_scratch();
        written = allocator.run(&mut function, regalloc::ALL.without_scratch(), options)?;
        frame = frame::Frame::new(&function, written)?;
        frame.keep_scratch();
    }
    back_edges::run(&mut function);
    compares::run(&mut function);
    if options.prefer == Prefer::Speed {
        schedule::run(&mut function);
    }
    if options.stack_limit.is_some() && frame.total() > emit::SMALL_FRAME && frame.saved == 0 {
        // The check needs a register.
        written.core |= 1 << 4;
        let scratch = frame.scratch;
        frame = frame::Frame::new(&function, written)?;
        frame.scratch = scratch;
    }
    let plain = encode(&function, &frame, options)?;
    if options.prefer == Prefer::Size && function.len() <= SMALL && tails::run(&mut function) {
        let merged = encode(&function, &frame, options)?;
        return Ok(if merged.0 < plain.0 { merged } else { plain });
    }
    Ok(plain)
}

/// Forms and layout.
fn encode(
    function: &MFunction,
    frame: &frame::Frame,
    options: &Options,
) -> Result<(Cost, Draft), CompileError> {
    let emit::Emitted { items, cycles } = emit::emit(function, frame, options)?;
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
