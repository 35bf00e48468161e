//! Machine instructions of the floating-point unit.
//!
//! A function holds all its float values in registers of one size
//! ([`FloatUnit`]): so S and D registers, which overlap, never meet in
//! allocation. A single-precision value in a D register is in its low half.

use super::operands::{Constraint, OperandKind, Visit, visit_mode};
use super::{Cc, Mode, Reg};

/// The size of a function's float registers: the widest in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FloatUnit {
    /// s0-s31.
    #[default]
    Single,
    /// d0-d15.
    Double,
}

impl FloatUnit {
    /// Number of registers.
    pub fn registers(self) -> u8 {
        match self {
            FloatUnit::Single => 32,
            FloatUnit::Double => 16,
        }
    }

    /// Those that a call may destroy, as a bit set (AAPCS32 section 6.1.2.1: s16-s31,
    /// d8-d15 are preserved).
    pub fn scratch(self) -> u32 {
        match self {
            FloatUnit::Single => 0xffff,
            FloatUnit::Double => 0xff,
        }
    }
}

/// Operations of two float registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FAluOp {
    /// Sum.
    Add,
    /// Difference.
    Sub,
    /// Product.
    Mul,
    /// Quotient.
    Div,
}

/// Operations of one float register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FUnOp {
    /// Copy of a whole register of the function's unit.
    Mov,
    /// Opposite sign.
    Neg,
    /// Without sign.
    Abs,
    /// Square root.
    Sqrt,
    /// Rounded up (FPv5).
    Ceil,
    /// Rounded down (FPv5).
    Floor,
    /// Rounded towards zero (FPv5).
    Trunc,
    /// Rounded to nearest, ties to even (FPv5).
    Nearest,
}

/// A float instruction. `double` says that the operation is one of double
/// precision.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)] // fields are those of the ARM syntax
pub enum FInst {
    /// `fd = fn op fm`.
    Alu { op: FAluOp, double: bool, fd: Reg, fn_: Reg, fm: Reg },
    /// `fd = op fm`.
    Un { op: FUnOp, double: bool, fd: Reg, fm: Reg },
    /// The lesser or greater, NaN if either is (FPv5). Destroys the flags.
    MinMax { max: bool, double: bool, fd: Reg, fn_: Reg, fm: Reg },
    /// Flags of the comparison of `fn` with `fm`, or with zero.
    Cmp { double: bool, fn_: Reg, fm: Option<Reg> },
    /// A constant, by its bits.
    Const { double: bool, fd: Reg, bits: u64 },
    /// The bits of a single in a core register.
    ToCore { rd: Reg, fm: Reg },
    /// A single from its bits.
    FromCore { fd: Reg, rn: Reg },
    /// The bits of a double in two core registers.
    ToPair { lo: Reg, hi: Reg, fm: Reg },
    /// A double from its bits.
    FromPair { fd: Reg, lo: Reg, hi: Reg },
    /// The nearest value of a word.
    FromInt { double: bool, signed: bool, fd: Reg, rn: Reg },
    /// The word towards zero; saturates; 0 for NaN.
    ToInt { double: bool, signed: bool, rd: Reg, fm: Reg, temp: Reg },
    /// Single to double.
    Promote { fd: Reg, fm: Reg },
    /// Double to single.
    Demote { fd: Reg, fm: Reg },
    /// `fd = cond ? then : other`.
    Select { cond: Cc, double: bool, fd: Reg, then: Reg, other: Reg },
    /// A single from the high half of a register that holds two.
    High { fd: Reg, fm: Reg },
    /// `fd` holds two singles: its low half is `lo`, its high half `hi`.
    Pack { fd: Reg, lo: Reg, hi: Reg },
    /// Reads a single or a double at a word-aligned address: in the frame, or at
    /// `Offset` with a multiple of 4 up to 1020 either way.
    Load { double: bool, fd: Reg, mode: Mode },
    /// Writes a single or a double there.
    Store { double: bool, fm: Reg, mode: Mode },
}

use Constraint::{Any, Reuse};
use OperandKind::{Def, EarlyDef, Use};

impl FInst {
    pub(super) fn visit_operands(&mut self, f: Visit) {
        use FInst::*;
        match self {
            Alu { fd, fn_, fm, .. } => {
                f(fn_, Use, Any);
                f(fm, Use, Any);
                f(fd, Def, Any);
            }
            MinMax { fd, fn_, fm, .. } => {
                f(fn_, Use, Any);
                f(fm, Use, Any);
                f(fd, EarlyDef, Any);
            }
            Un { fd, fm, .. } | Promote { fd, fm } | Demote { fd, fm } | High { fd, fm } => {
                f(fm, Use, Any);
                f(fd, Def, Any);
            }
            Cmp { fn_, fm, .. } => {
                f(fn_, Use, Any);
                if let Some(fm) = fm {
                    f(fm, Use, Any);
                }
            }
            ToCore { rd, fm } => {
                f(fm, Use, Any);
                f(rd, Def, Any);
            }
            FromCore { fd, rn } | FromInt { fd, rn, .. } => {
                f(rn, Use, Any);
                f(fd, Def, Any);
            }
            ToPair { lo, hi, fm } => {
                f(fm, Use, Any);
                f(lo, Def, Any);
                f(hi, Def, Any);
            }
            FromPair { fd, lo, hi } => {
                f(lo, Use, Any);
                f(hi, Use, Any);
                f(fd, Def, Any);
            }
            ToInt { rd, fm, temp, .. } => {
                f(fm, Use, Any);
                f(temp, EarlyDef, Any);
                f(rd, Def, Any);
            }
            Select { fd, then, other, .. } => {
                f(other, Use, Any);
                f(then, Use, Any);
                f(fd, Def, Reuse(0));
            }
            Pack { fd, lo, hi } => {
                f(lo, Use, Any);
                f(hi, Use, Any);
                f(fd, Def, Reuse(0));
            }
            Const { fd, .. } => f(fd, Def, Any),
            Load { fd, mode, .. } => {
                visit_mode(mode, f);
                f(fd, Def, Any);
            }
            Store { fm, mode, .. } => {
                f(fm, Use, Any);
                visit_mode(mode, f);
            }
        }
    }

    /// Whether it changes the flags.
    pub fn writes_flags(&self) -> bool {
        matches!(self, FInst::Cmp { .. } | FInst::MinMax { .. })
    }

    /// The condition under which it acts.
    pub fn condition(&self) -> Option<Cc> {
        match *self {
            FInst::Select { cond, .. } => Some(cond),
            _ => None,
        }
    }
}
