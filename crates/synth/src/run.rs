//! Running a compiled program on the emulated core.

use miette::Diagnostic;
use synth_emu::{CallArgs, FaultKind, Machine, MemoryMap, Outcome, Registers};
use synth_ir::{AbiType, Signature, TrapCode};
use synth_object::{Board, Fill, Image, ImageError, ImageOptions, Memory, Trap};
use synth_thumb::Fpu;
use synth_thumb::abi::{self, Place, Results};

use crate::options::STACK_LIMIT;
use crate::{Argument, Compiled, Error};

/// Why a run gave no results.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum RunError {
    /// It could not be compiled or linked.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Compile(#[from] Error),
    /// Symbols that no emulated host defines.
    #[error("the module can't run alone; it imports {}", imports.join(", "))]
    #[diagnostic(help(
        "compile it to an object and link it with a host that defines them, or leave the imports \
         out"
    ))]
    Imports {
        /// What is missing.
        imports: Vec<String>,
    },
    /// The emulator failed.
    #[error(transparent)]
    Emulator(#[from] synth_emu::Error),
    /// There is no emulated board with that CPU.
    #[error("no emulated board has the CPU '{0}'")]
    NoBoard(String),
    /// There is no such function.
    #[error("the module exports no function '{name}'")]
    #[diagnostic(help("{}", exported(exports)))]
    NoFunction {
        /// What was asked for.
        name: String,
        /// What there is.
        exports: Vec<String>,
    },
    /// The arguments do not fit the function.
    #[error("{problem}")]
    #[diagnostic(help("the signature of '{name}' is {signature}"))]
    Arguments {
        /// The function.
        name: String,
        /// Its signature.
        signature: String,
        /// What does not fit.
        problem: String,
    },
    /// The program trapped.
    #[error("{0}")]
    Trap(Trap),
    /// Another fault of the core, or a defect of the code.
    #[error("{0}")]
    Fault(String),
}

fn exported(names: &[String]) -> String {
    match names {
        [] => "it exports no function".to_string(),
        _ => format!("it exports: {}", names.join(", ").escape_debug()),
    }
}

/// Results of a call, and its cost.
#[derive(Clone, Debug, PartialEq)]
pub struct RunResult {
    /// The results.
    pub values: Vec<Argument>,
    /// Instructions executed.
    pub instructions: Option<u64>,
}

/// A program in the memory of an emulated core.
pub struct Session {
    machine: Machine,
    image: Image,
    exports: Vec<(String, Signature)>,
    /// Whether the code may use the floating-point unit.
    fpu: bool,
}

impl Session {
    /// Starts an emulated core with the compiled program and runs its
    /// constructors. `counting` asks for instruction counts.
    ///
    /// # Errors
    /// If the emulator is missing, something is undefined, or a constructor
    /// traps.
    pub fn start(compiled: &Compiled, counting: bool) -> Result<Session, RunError> {
        let cpu = compiled.options().cpu;
        let board =
            synth_emu::Board::by_cpu(cpu.core).ok_or_else(|| RunError::NoBoard(cpu.to_string()))?;
        let map = board.memory();
        let exports = compiled.exports.clone();
        let image = link(compiled, &map)?;
        let machine = Machine::with_options(synth_emu::Options { board, counting })?;
        let mut session = Session { machine, image, exports, fpu: cpu.fpu != Fpu::None };
        session.load()?;
        session.construct()?;
        Ok(session)
    }

    /// Calls an exported function.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn invoke(&mut self, name: &str, args: &[Argument]) -> Result<RunResult, RunError> {
        let signature = self.signature(name)?.clone();
        let types: Vec<AbiType> = args.iter().map(|a| a.ty()).collect();
        if types != signature.params {
            let (name, signature) = (name.to_string(), signature.to_string());
            let problem = "the arguments are of other types".to_string();
            return Err(RunError::Arguments { name, signature, problem });
        }
        let places = abi::assign_words(&signature);
        let mut call =
            CallArgs { stack: vec![0; places.stack as usize / 4], ..CallArgs::default() };
        let words = args.iter().flat_map(|a| a.words());
        for (word, place) in words.zip(&places.params) {
            match *place {
                Place::Reg(at) => call.registers.r[usize::from(at)] = word,
                Place::Single(at) => call.registers.s[usize::from(at)] = word,
                Place::Stack(at) => call.stack[at as usize / 4] = word,
                // Words are in none.
                Place::Double(_) => {}
            }
        }
        // Results in memory lie above the stack of the call.
        let mut memory = 0;
        if let Results::Memory { size, .. } = places.results {
            memory = (self.machine.memory().stack.end - size) & !7;
            call.stack_top = Some(memory);
            call.registers.r[0] = memory;
        }
        let address = self.address(name)?;
        let (registers, instructions) = self.call(address, &call)?;
        let words = match places.results {
            Results::Regs(places) => {
                let word = |place: &Place| match *place {
                    Place::Reg(at) => registers.r[usize::from(at)],
                    Place::Single(at) => registers.s[usize::from(at)],
                    Place::Double(_) | Place::Stack(_) => 0,
                };
                places.iter().map(word).collect()
            }
            Results::Memory { offsets, .. } => {
                let mut words = vec![];
                for offset in offsets {
                    words.push(self.machine.read_word(memory + offset)?);
                }
                words
            }
        };
        let mut rest: &[u32] = &words;
        let mut values = vec![];
        for &ty in &signature.results {
            values.push(Argument::from_words(ty, rest));
            rest = rest.get(ty.value_types().len().max(ty.size() as usize / 4)..).unwrap_or(&[]);
        }
        Ok(RunResult { values, instructions })
    }

    /// The signature of an exported function.
    ///
    /// # Errors
    /// If there is none.
    pub fn signature(&self, name: &str) -> Result<&Signature, RunError> {
        find_signature(&self.exports, name)
    }

    fn address(&self, name: &str) -> Result<u32, RunError> {
        let symbol = self.image.symbols.iter().find(|s| s.name == name && !s.local);
        symbol.map(|s| s.value | 1).ok_or_else(|| no_function(&self.exports, name))
    }

    fn load(&mut self) -> Result<(), RunError> {
        for section in &self.image.sections {
            match section.fill {
                Fill::InPlace | Fill::Copy => {
                    self.machine.write(section.address, &section.bytes)?
                }
                Fill::Zero => self.machine.fill(section.address, section.size, 0)?,
                Fill::None | Fill::File => {}
            }
        }
        // The emulator has a stack of its own.
        if let Some(limit) = self.image.symbols.iter().find(|s| s.name == STACK_LIMIT) {
            let end = self.machine.memory().stack.start;
            self.machine.write_words(limit.value, &[end + synth_thumb::STACK_RESERVE])?;
        }
        Ok(())
    }

    fn construct(&mut self) -> Result<(), RunError> {
        let words: Vec<u32> = self
            .image
            .sections
            .iter()
            .filter(|s| s.name == ".init_array")
            .flat_map(|s| s.bytes.chunks_exact(4))
            .map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]]))
            .collect();
        for function in words {
            self.call(function, &CallArgs::default())?;
        }
        Ok(())
    }

    fn call(
        &mut self,
        address: u32,
        args: &CallArgs,
    ) -> Result<(Registers, Option<u64>), RunError> {
        let args = CallArgs { fpu: self.fpu, ..args.clone() };
        let run = self.machine.call(address, &args)?;
        match run.outcome {
            Outcome::Returned(registers) => Ok((registers, run.instructions)),
            Outcome::Violation { clobbered, .. } => Err(RunError::Fault(format!(
                "the function did not preserve {clobbered:?}: a defect of the compiler"
            ))),
            Outcome::Timeout => Err(RunError::Fault("the function ran too long".to_string())),
            Outcome::Fault(fault) => Err(self.describe(&fault)),
        }
    }

    fn describe(&self, fault: &synth_emu::Fault) -> RunError {
        let known = self.image.traps.iter().find(|t| Some(t.address) == fault.pc);
        match (known, fault.kind) {
            (Some(trap), FaultKind::Udf(_)) => RunError::Trap(trap.clone()),
            (None, FaultKind::Udf(number)) => {
                let code = u8::try_from(number).ok().and_then(TrapCode::from_number);
                let name = code.map_or_else(|| number.to_string(), |c| c.to_string());
                RunError::Fault(format!("trap: {name} at an unknown place"))
            }
            (_, FaultKind::StackLimit) => {
                RunError::Fault("trap: stack_overflow, found by the core".to_string())
            }
            (_, kind) => RunError::Fault(format!(
                "fault: {kind:?} at address {:#x}",
                fault.pc.unwrap_or_default()
            )),
        }
    }
}

/// The signature of that export.
pub(crate) fn find_signature<'e>(
    exports: &'e [(String, Signature)],
    name: &str,
) -> Result<&'e Signature, RunError> {
    let found = exports.iter().find(|(n, _)| n == name);
    found.map(|(_, s)| s).ok_or_else(|| no_function(exports, name))
}

fn no_function(exports: &[(String, Signature)], name: &str) -> RunError {
    let exports = exports.iter().map(|(n, _)| n.clone()).collect();
    RunError::NoFunction { name: name.to_string(), exports }
}

/// Links for the emulator: into its fast memory, or if that is too small into
/// its large one.
fn link(compiled: &Compiled, map: &MemoryMap) -> Result<Image, RunError> {
    let keep = compiled.exports.iter().map(|(name, _)| name.clone()).collect();
    let options = ImageOptions { keep, ..ImageOptions::default() };
    let image = match compiled.image(&board_of(compiled, map, false), &options) {
        Err(Error::Image(ImageError::DoesNotFit { .. })) => {
            compiled.image(&board_of(compiled, map, true), &options)
        }
        image => image,
    };
    image.map_err(|error| match error {
        Error::Image(ImageError::Undefined { symbols }) => {
            let imports = symbols.into_iter().map(|(name, _)| format!("'{name}'")).collect();
            RunError::Imports { imports }
        }
        error => RunError::Compile(error),
    })
}

/// The emulated memory as a board to link for.
fn board_of(compiled: &Compiled, map: &MemoryMap, large: bool) -> Board {
    let range = |r: &std::ops::Range<u32>| Memory { origin: r.start, length: r.end - r.start };
    let ram = range(if large { &map.large } else { &map.data });
    Board {
        name: "emulator".to_string(),
        cpu: compiled.options().cpu,
        flash: range(&map.code),
        ram,
        // The emulator has a stack of its own.
        stack: 8,
        vectors: 16,
        semihosting: false,
        qemu: None,
        regions: vec![],
    }
}
