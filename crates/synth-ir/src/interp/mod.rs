//! Runs programs, to say what they mean: the reference for every pass and for
//! machine code.
//!
//! An [`Interpreter`] places the symbols of a program in a sparse 32-bit
//! address space and runs functions with an explicit call stack and fuel. It
//! never panics on a program that the verifier accepts, and refuses what the
//! representation leaves undefined (a division by zero without guard, a write
//! to constant data) with a [`Halt`] of its own, so that a pass that
//! introduces it is found.

mod layout;
mod memory;
mod run;
mod runtime;

use cranelift_entity::SecondaryMap;

pub use crate::eval::Val;
use crate::function::SourceLoc;
use crate::ops::TrapCode;
use crate::program::{DataKind, Definition, Program, SymbolId};
use crate::types::Signature;

pub use layout::{External, LayoutError};
pub use memory::{BadAddress, Memory};
pub use runtime::{NoHost, call_runtime};

/// Why a run ended without results.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// The program trapped.
    #[error("trap: {0}")]
    Trap(TrapCode),
    /// The fuel is used up.
    #[error("out of fuel")]
    OutOfFuel,
    /// An access outside of all data, or a write to constant data.
    #[error(transparent)]
    BadAddress(#[from] BadAddress),
    /// A float at an address that is no multiple of 4.
    #[error("a float at the address {0:#x}")]
    Unaligned(u32),
    /// Too many calls are active, or their slots take too much stack.
    #[error("the calls are too deep")]
    CallDepth,
    /// A stack pointer outside of the stack, or not a multiple of 8.
    #[error("the bad stack pointer {0:#x}")]
    BadStack(u32),
    /// Arguments in memory, which are a machine's.
    #[error("arguments are not in memory here")]
    Arguments,
    /// A division by zero that no check guards.
    #[error("unguarded division by zero")]
    Division,
    /// A call of an address where no function of that signature is.
    #[error("call of the bad address {0:#x}")]
    BadCall(u32),
    /// Arguments or results that differ from the signature.
    #[error("arguments or results that differ from the signature of '{0}'")]
    Signature(String),
    /// A function that neither the program nor the host defines.
    #[error("undefined function '{0}'")]
    Undefined(String),
    /// The host's own reason.
    #[error("{0}")]
    Host(String),
}

/// Runs the functions that a program does not define.
pub trait Host {
    /// Calls a function; 64-bit integers are two words, low word first, in
    /// arguments and results.
    ///
    /// # Errors
    /// What ends the run: a trap, or [`Halt::Undefined`] for an unknown name.
    fn call(
        &mut self,
        name: &str,
        signature: &Signature,
        args: &[Val],
        memory: &mut Memory,
    ) -> Result<Vec<Val>, Halt>;
}

/// Runs the functions of a program.
///
/// ```
/// use synth_ir::Program;
/// use synth_ir::interp::{Interpreter, NoHost, Val};
///
/// let text = "global func @double(i32) -> (i32) {\nb0(v0: i32):\n  v1 = add v0, v0\n  return v1\n}";
/// let program = Program::parse(text).unwrap();
/// let mut interpreter = Interpreter::new(&program).unwrap();
/// let double = program.find("double").unwrap();
/// assert_eq!(interpreter.call(double, &[Val::I32(4)], &mut NoHost), Ok(vec![Val::I32(8)]));
/// ```
#[derive(Clone, Debug)]
pub struct Interpreter<'p> {
    program: &'p Program,
    memory: Memory,
    /// The address of each symbol; a function's has the Thumb bit.
    addresses: SecondaryMap<SymbolId, u32>,
    fuel: u64,
    max_depth: usize,
    /// Number of values of the active functions.
    values: usize,
    /// Where the last run ended, if it did not return.
    place: Option<(SymbolId, SourceLoc)>,
}

impl<'p> Interpreter<'p> {
    /// Instructions that run unless [`set_fuel`](Self::set_fuel) says otherwise.
    pub const DEFAULT_FUEL: u64 = 100_000_000;

    /// Places a program that needs no data of other objects.
    ///
    /// # Errors
    /// If it is too large or refers to undefined data.
    pub fn new(program: &'p Program) -> Result<Self, LayoutError> {
        Self::with_externals(program, &[])
    }

    /// Places a program; `externals` are the data symbols that it leaves
    /// undefined.
    ///
    /// # Errors
    /// If it is too large, or refers to undefined data that is not listed.
    pub fn with_externals(
        program: &'p Program,
        externals: &[External<'_>],
    ) -> Result<Self, LayoutError> {
        let (memory, addresses) = layout::place(program, externals)?;
        let fuel = Self::DEFAULT_FUEL;
        let max_depth = 10_000;
        Ok(Interpreter { program, memory, addresses, fuel, max_depth, values: 0, place: None })
    }

    /// The address of a symbol; a function's has the Thumb bit.
    pub fn address(&self, symbol: SymbolId) -> u32 {
        self.addresses[symbol]
    }

    /// The memory, to inspect data.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The memory, to change data between calls.
    pub fn memory_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// Instructions that may still run.
    pub fn fuel(&self) -> u64 {
        self.fuel
    }

    /// Sets the number of instructions that may still run.
    pub fn set_fuel(&mut self, fuel: u64) {
        self.fuel = fuel;
    }

    /// Sets the number of calls that may be active at once.
    pub fn set_max_depth(&mut self, depth: usize) {
        self.max_depth = depth;
    }

    /// The function and source location where the last run halted.
    pub fn halted_at(&self) -> Option<(SymbolId, SourceLoc)> {
        self.place
    }

    /// Calls the functions that the `.init_array` data lists, in order.
    ///
    /// # Errors
    /// Why one of them halted.
    pub fn run_initialisers(&mut self, host: &mut dyn Host) -> Result<(), Halt> {
        for (id, symbol) in &self.program.symbols {
            let Definition::Data(data) = &symbol.def else { continue };
            if data.kind != DataKind::InitArray {
                continue;
            }
            for offset in (0..data.size / 4).map(|i| i * 4) {
                let at = self.addresses[id].wrapping_add(offset);
                let target = self.memory.load(at, 4)? as u32;
                let function = self.function_at(target).ok_or(Halt::BadCall(target))?;
                self.call(function, &[], host)?;
            }
        }
        Ok(())
    }
}
