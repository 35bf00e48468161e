//! What a row of the table says beside its operands: flags, timing class, where
//! control goes, and which CPUs have the encoding.

use crate::cpu::{Arch, Cpu, Fpu};

/// A set of condition flags: N, Z, C, V, the saturation flag Q, the GE bits as one,
/// and the condition flags of FPSCR as one (its rounding mode and its cumulative
/// exceptions are not in it). Each flag can stand in the set surely or maybe.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flags {
    sure: u8,
    maybe: u8,
}

/// The letters of the flags; `G` stands for GE, `F` for those of FPSCR.
const LETTERS: &[u8; 7] = b"NZCVQGF";

impl Flags {
    /// No flag.
    pub const EMPTY: Flags = Flags { sure: 0, maybe: 0 };
    /// N, Z, C and V.
    pub const NZCV: Flags = Flags::of("NZCV");

    /// The flags of these letters of `NZCVQGF`; in lower case, a flag that may or may
    /// not be in the set. Other letters are ignored.
    pub const fn of(letters: &str) -> Self {
        let letters = letters.as_bytes();
        let mut flags = Self::EMPTY;
        let mut i = 0;
        while i < letters.len() {
            let mut bit = 0;
            while bit < LETTERS.len() {
                if letters[i] == LETTERS[bit] {
                    flags.sure |= 1 << bit;
                } else if letters[i].eq_ignore_ascii_case(&LETTERS[bit]) {
                    flags.maybe |= 1 << bit;
                }
                bit += 1;
            }
            i += 1;
        }
        flags
    }

    /// Flags in either set.
    pub const fn union(self, other: Self) -> Self {
        Self { sure: self.sure | other.sure, maybe: self.maybe | other.maybe }
    }

    /// Whether the sets may have a flag in common.
    pub const fn intersects(self, other: Self) -> bool {
        (self.sure | self.maybe) & (other.sure | other.maybe) != 0
    }

    /// Flags of this set that are not surely in the other.
    pub const fn difference(self, other: Self) -> Self {
        Self { sure: self.sure & !other.sure, maybe: self.maybe & !other.sure }
    }

    /// Whether no flag can be in the set.
    pub const fn is_empty(self) -> bool {
        self.sure | self.maybe == 0
    }

    /// The flags that are surely in the set.
    pub const fn without_maybe(self) -> Self {
        Self { sure: self.sure, maybe: 0 }
    }

    /// All flags that may be in the set, made sure.
    pub const fn with_maybe(self) -> Self {
        Self { sure: self.sure | self.maybe, maybe: 0 }
    }
}

impl std::fmt::Debug for Flags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (bit, &letter) in LETTERS.iter().enumerate() {
            if self.sure >> bit & 1 != 0 {
                write!(f, "{}", char::from(letter))?;
            } else if self.maybe >> bit & 1 != 0 {
                write!(f, "{}", char::from(letter).to_ascii_lowercase())?;
            }
        }
        Ok(())
    }
}

/// When an encoding writes flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sets {
    /// Never.
    Never,
    /// Always.
    Always,
    /// Where its `s` operand is set.
    IfS,
    /// Outside IT blocks.
    OutsideIt,
}

/// What an instruction costs depends on its class (and on the CPU).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timing {
    /// Arithmetic, logic, moves, shifts, bit fields, extension, saturation.
    Alu,
    /// 32-bit multiply.
    Mul,
    /// 32-bit multiply and accumulate.
    MulAcc,
    /// 64-bit multiply.
    LongMul,
    /// 64-bit multiply and accumulate.
    LongMulAcc,
    /// Division.
    Div,
    /// Load of one register, preload.
    Load,
    /// Load of two registers.
    LoadDouble,
    /// Load of a register list, pop.
    LoadMultiple,
    /// Exclusive load.
    LoadExclusive,
    /// Store of one register.
    Store,
    /// Store of two registers.
    StoreDouble,
    /// Store of a register list, push.
    StoreMultiple,
    /// Exclusive store.
    StoreExclusive,
    /// Branch, call.
    Branch,
    /// Table branch.
    BranchTable,
    /// IT.
    It,
    /// NOP.
    Nop,
    /// Barriers, system registers, hints, exceptions.
    System,
    /// Floating-point addition, comparison, sign, selection, minimum, maximum.
    FpAlu,
    /// Floating-point multiply.
    FpMul,
    /// Floating-point multiply and accumulate, fused or not.
    FpMulAcc,
    /// Floating-point division.
    FpDiv,
    /// Floating-point square root.
    FpSqrt,
    /// Conversion, rounding to an integral value.
    FpConvert,
    /// Move between floating-point registers, of an immediate, or of one word from or
    /// to a core register; status.
    FpMove,
    /// Move of two words from or to core registers.
    FpMoveDouble,
    /// Load of a single.
    FpLoad,
    /// Load of a double.
    FpLoadDouble,
    /// Load of floating-point registers in a list.
    FpLoadMultiple,
    /// Store of a single.
    FpStore,
    /// Store of a double.
    FpStoreDouble,
    /// Store of floating-point registers in a list.
    FpStoreMultiple,
}

/// Where control goes after an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flow {
    /// To the next instruction.
    Next,
    /// To the target.
    Jump,
    /// To the target or to the next instruction.
    Cond,
    /// To the target, and back to the next instruction.
    Call,
    /// To an address in a register or from memory: a return, a table branch.
    Indirect,
    /// Nowhere: permanently undefined.
    Trap,
}

/// Whether an instruction may stand in an IT block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InIt {
    /// Anywhere in it.
    Allowed,
    /// Only as the last instruction.
    Last,
    /// Not at all.
    Never,
}

/// What a CPU must have for an encoding. Later architectures have what earlier
/// ones have; DSP and the floating-point units are extensions of ARMv7-M and
/// ARMv8-M mainline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// ARMv6-M.
    V6m,
    /// ARMv7-M.
    V7m,
    /// The DSP extension (ARMv7E-M).
    Dsp,
    /// ARMv8-M mainline.
    V8m,
    /// FPv4-SP or later: single precision, and loads, stores and moves of doubles.
    Fpv4Sp,
    /// FPv5, in single precision.
    Fpv5Sp,
    /// FPv5 with double precision.
    Fpv5,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Feature; 7] = [
        Feature::V6m,
        Feature::V7m,
        Feature::Dsp,
        Feature::V8m,
        Feature::Fpv4Sp,
        Feature::Fpv5Sp,
        Feature::Fpv5,
    ];

    /// Whether this CPU has it.
    pub fn available(self, cpu: Cpu) -> bool {
        match self {
            Self::V6m => true,
            Self::V7m => cpu.arch >= Arch::V7M,
            Self::Dsp => cpu.dsp,
            Self::V8m => cpu.arch >= Arch::V8MMain,
            Self::Fpv4Sp => cpu.fpu >= Fpu::Fpv4Sp,
            Self::Fpv5Sp => cpu.fpu >= Fpu::Fpv5Sp,
            Self::Fpv5 => cpu.fpu >= Fpu::Fpv5,
        }
    }
}
