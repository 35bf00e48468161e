//! What a compilation can be told.

use synth_abi::Contract;
use synth_ir::SymbolId;
use synth_object::ObjectOptions;
use synth_opt::{Level, PassOptions};
use synth_thumb::{Arch, Cpu, Effort, FloatAbi, FloatAbiError, Fpu, Prefer, TailCalls};

/// How exhaustion of the stack is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StackCheck {
    /// Not by the code.
    #[default]
    None,
    /// Functions compare the stack pointer with the word that
    /// [`STACK_LIMIT`] names, which the host sets for each thread; they trap
    /// with [`TrapCode::StackOverflow`](synth_ir::TrapCode::StackOverflow).
    Limit,
    /// The core compares it with PSPLIM or MSPLIM (Armv8-M), which the host
    /// sets; it raises UsageFault with STKOF. The code is not changed.
    Register,
}

/// The variable with the stack limit: the lowest address that the stack
/// pointer may have where functions are entered. Below it
/// [`STACK_RESERVE`](synth_thumb::STACK_RESERVE) bytes are free, and what
/// functions of the host and exception frames need on top.
pub const STACK_LIMIT: &str = "__synth_stack_limit";

/// Options of a compilation. The default is `-Os` for a Cortex-M4.
#[derive(Clone, Debug)]
pub struct Options {
    /// The CPU.
    pub cpu: Cpu,
    /// Who computes with floats, and how they travel.
    pub float_abi: FloatAbi,
    /// How much to optimise, and for what.
    pub level: Level,
    /// The alignment that a frame of shadow-stack code is given when its
    /// address may be observed: 16, as in wasm, or 8, which costs less.
    pub stack_align: u32,
    /// What the translation of WebAssembly is told: bounds checks, names of
    /// imports, memory reserve.
    pub translate: synth_translate::Options,
    /// How exhaustion of the stack is found.
    pub stack_check: StackCheck,
    /// The contract file.
    pub contract: Contract,
    /// What the object holds beside code and data.
    pub object: ObjectOptions,
    /// The symbols that other objects may see; all that are not local, if it
    /// is empty. Of what is not named, the program keeps what it needs.
    pub exports: Vec<String>,
    /// Whether all members of archives are compiled; else those that are
    /// needed.
    pub whole_archive: bool,
    /// Threads that compile functions; 0 means one for each core. The output
    /// does not depend on it.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            cpu: Cpu { core: "cortex-m4", arch: Arch::V7EM, dsp: true, fpu: Fpu::Fpv4Sp },
            float_abi: FloatAbi::default(),
            level: Level::default(),
            stack_align: 16,
            translate: synth_translate::Options::default(),
            stack_check: StackCheck::default(),
            contract: Contract::default(),
            object: ObjectOptions::default(),
            exports: Vec::new(),
            whole_archive: false,
            threads: 0,
        }
    }
}

impl Options {
    /// What the passes are told.
    pub(crate) fn passes(&self) -> PassOptions {
        PassOptions { level: self.level, stack_align: self.stack_align }
    }

    /// The same with the consequences of the float ABI: a CPU without the unit
    /// that is not to be used, the calling convention.
    pub(crate) fn resolved(&self) -> Result<Options, FloatAbiError> {
        let mut options = self.clone();
        options.cpu = self.cpu.with_float_abi(self.float_abi)?;
        options.translate.hard_float = self.float_abi == FloatAbi::Hard;
        Ok(options)
    }

    /// What code generation is told.
    pub(crate) fn code(
        &self,
        stack_limit: Option<SymbolId>,
        tails: TailCalls,
    ) -> synth_thumb::Options {
        let prefer = match self.level {
            Level::Os | Level::Oz => Prefer::Size,
            Level::O0 | Level::O1 | Level::O2 => Prefer::Speed,
        };
        let effort = match self.level {
            Level::O0 | Level::O1 => Effort::First,
            Level::O2 | Level::Os | Level::Oz => Effort::Best,
        };
        // Unshared traps name their place exactly, for debugging.
        let share_traps = !matches!(self.level, Level::O0 | Level::O1);
        synth_thumb::Options {
            cpu: self.cpu,
            prefer,
            effort,
            share_traps,
            far_tables: false,
            stack_limit,
            pure_code: self.object.pure_code,
            outline: self.level == Level::Oz,
            tails,
        }
    }
}
