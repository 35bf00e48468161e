//! Running a compiled program on the emulated core.

use std::fmt;
use std::str::FromStr;

use synth_emu::{CallArgs, FaultKind, Machine, MemoryMap, Outcome};
use synth_ir::{AbiType, Signature, TrapCode};
use synth_object::{Board, Fill, Image, ImageError, ImageOptions, Memory, Trap};
use synth_thumb::Fpu;
use synth_thumb::abi::{self, Place, Results};

use crate::{Compiled, Error};

/// A value that is passed or returned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Argument {
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
    /// Single precision, by its bits.
    F32(u32),
    /// Double precision, by its bits.
    F64(u64),
}

impl Argument {
    /// Reads a number of a type: decimal or, after `0x`, hexadecimal, signed or
    /// unsigned; floats as Rust writes them.
    pub fn parse(text: &str, ty: AbiType) -> Option<Argument> {
        Some(match ty {
            AbiType::I32 => {
                let value = parse_integer(text)?;
                let fits = (i64::from(i32::MIN)..=i64::from(u32::MAX)).contains(&value);
                Argument::I32(fits.then_some(value as i32)?)
            }
            AbiType::I64 => match parse_integer(text) {
                Some(value) => Argument::I64(value),
                None => Argument::I64(u64::from_str(text).ok()? as i64),
            },
            AbiType::F32 => Argument::F32(f32::from_str(text).ok()?.to_bits()),
            AbiType::F64 => Argument::F64(f64::from_str(text).ok()?.to_bits()),
        })
    }

    fn ty(self) -> AbiType {
        match self {
            Argument::I32(_) => AbiType::I32,
            Argument::I64(_) => AbiType::I64,
            Argument::F32(_) => AbiType::F32,
            Argument::F64(_) => AbiType::F64,
        }
    }

    fn words(self) -> Vec<u32> {
        match self {
            Argument::I32(v) => vec![v as u32],
            Argument::F32(v) => vec![v],
            Argument::I64(v) => vec![v as u32, (v >> 32) as u32],
            Argument::F64(v) => vec![v as u32, (v >> 32) as u32],
        }
    }

    fn from_words(ty: AbiType, words: &[u32]) -> Argument {
        let word = |i: usize| words.get(i).copied().unwrap_or_default();
        let pair = u64::from(word(1)) << 32 | u64::from(word(0));
        match ty {
            AbiType::I32 => Argument::I32(word(0) as i32),
            AbiType::F32 => Argument::F32(word(0)),
            AbiType::I64 => Argument::I64(pair as i64),
            AbiType::F64 => Argument::F64(pair),
        }
    }
}

fn parse_integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let value = match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok()?,
        None => digits.parse::<u64>().ok()?,
    };
    if negative {
        0i64.checked_sub_unsigned(value)
    } else if digits.starts_with("0x") {
        Some(value as i64)
    } else {
        i64::try_from(value).ok()
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Argument::I32(v) => write!(f, "{v}"),
            Argument::I64(v) => write!(f, "{v}"),
            Argument::F32(v) => write!(f, "{:?} ({v:#010x})", f32::from_bits(v)),
            Argument::F64(v) => write!(f, "{:?} ({v:#018x})", f64::from_bits(v)),
        }
    }
}

/// Why a run gave no results.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It could not be compiled or linked.
    #[error(transparent)]
    Compile(#[from] Error),
    /// The emulator failed.
    #[error(transparent)]
    Emulator(#[from] synth_emu::Error),
    /// There is no emulated board with that CPU.
    #[error("no emulated board has the CPU '{0}'")]
    NoBoard(String),
    /// There is no such function.
    #[error("the module exports no function '{name}'; it exports: {exports}")]
    NoFunction {
        /// What was asked for.
        name: String,
        /// What there is.
        exports: String,
    },
    /// The arguments do not fit the function.
    #[error("arguments do not fit '{name}': {signature}")]
    Arguments {
        /// The function.
        name: String,
        /// Its signature.
        signature: String,
    },
    /// The program trapped.
    #[error("{0}")]
    Trap(Trap),
    /// Another fault of the core, or a defect of the code.
    #[error("{0}")]
    Fault(String),
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

/// Room for results that are returned in memory.
const RESULT_BYTES: u32 = 1024;

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
        let keep = exports.iter().map(|(name, _)| name.clone()).collect();
        let options = ImageOptions { keep, ..ImageOptions::default() };
        let image = match compiled.image(&board_of(compiled, &map, false), &options) {
            Err(Error::Image(ImageError::DoesNotFit { .. })) => {
                compiled.image(&board_of(compiled, &map, true), &options)?
            }
            image => image?,
        };
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
            return Err(RunError::Arguments { name, signature });
        }
        let places = abi::assign(&signature);
        let mut call =
            CallArgs { stack: vec![0; places.stack as usize / 4], ..CallArgs::default() };
        let words = args.iter().flat_map(|a| a.words());
        for (word, place) in words.zip(&places.params) {
            match *place {
                Place::Reg(at) => call.registers.r[usize::from(at)] = word,
                Place::Stack(at) => call.stack[at as usize / 4] = word,
            }
        }
        let memory = self.machine.memory().data.end - RESULT_BYTES;
        if let Results::Memory { .. } = places.results {
            call.registers.r[0] = memory;
        }
        let address = self.address(name)?;
        let (registers, instructions) = self.call(address, &call)?;
        let words = match places.results {
            Results::Regs(at) => at.iter().map(|&at| registers[usize::from(at)]).collect(),
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
        let found = self.exports.iter().find(|(n, _)| n == name);
        found.map(|(_, s)| s).ok_or_else(|| {
            let exports: Vec<&str> = self.exports.iter().map(|(n, _)| n.as_str()).collect();
            RunError::NoFunction { name: name.to_string(), exports: exports.join(", ") }
        })
    }

    fn address(&self, name: &str) -> Result<u32, RunError> {
        let symbol = self.image.symbols.iter().find(|s| s.name == name && !s.local);
        symbol
            .map(|s| s.value | 1)
            .ok_or_else(|| RunError::NoFunction { name: name.to_string(), exports: String::new() })
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

    fn call(&mut self, address: u32, args: &CallArgs) -> Result<([u32; 4], Option<u64>), RunError> {
        let args = CallArgs { fpu: self.fpu, ..args.clone() };
        let run = self.machine.call(address, &args)?;
        match run.outcome {
            Outcome::Returned(registers) => Ok((registers.r, run.instructions)),
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
            (_, kind) => RunError::Fault(format!(
                "fault: {kind:?} at address {:#x}",
                fault.pc.unwrap_or_default()
            )),
        }
    }
}

/// The emulated memory as a board to link for.
fn board_of(compiled: &Compiled, map: &MemoryMap, large: bool) -> Board {
    let range = |r: &std::ops::Range<u32>| Memory { origin: r.start, length: r.end - r.start };
    let mut ram = range(if large { &map.large } else { &map.data });
    if !large {
        ram.length -= RESULT_BYTES;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_type() {
        use Argument::{F32, I32, I64};
        let cases = [
            ("4294967295", AbiType::I32, Some(I32(-1))),
            ("-2147483648", AbiType::I32, Some(I32(i32::MIN))),
            ("0x80000000", AbiType::I32, Some(I32(i32::MIN))),
            ("4294967296", AbiType::I32, None),
            ("18446744073709551615", AbiType::I64, Some(I64(-1))),
            ("-0x8000000000000000", AbiType::I64, Some(I64(i64::MIN))),
            ("0xffffffffffffffff", AbiType::I64, Some(I64(-1))),
            ("1.5", AbiType::F32, Some(F32(0x3fc0_0000))),
            ("x", AbiType::I32, None),
        ];
        for (text, ty, value) in cases {
            assert_eq!(Argument::parse(text, ty), value, "{text}");
        }
    }
}
