//! From a function of the program to its machine code.

use synth_ir::{Function, SourceLoc, SymbolId};

use crate::candidates::Cost;
use crate::code::Code;
use crate::cpu::Cpu;
use crate::emit::Items;
use crate::tail_call::{self, TailCalls};
use crate::{candidates, layout, pure, sink};

/// What to compile for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The CPU.
    pub cpu: Cpu,
    /// What to prefer where a choice costs one for the other.
    pub prefer: Prefer,
    /// How many ways of placing constants and of choosing registers are tried.
    pub effort: Effort,
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

/// How long to look for better code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// The first way will do.
    First,
    /// Several ways are tried, and the best code is kept.
    Best,
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
    pub(crate) depths: Vec<u32>,
    pub(crate) stack: u32,
    pub(crate) spills: u32,
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
    let sunk = (options.effort != Effort::First).then(|| sink::sunk(func)).flatten();
    let func = sunk.as_ref().unwrap_or(func);
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
    match candidates::best(func, options) {
        Err(CompileError::TableReach) if !options.far_tables => {
            candidates::best(func, &Options { far_tables: true, ..options.clone() })
        }
        result => result,
    }
}
