//! Machine instructions before encoding: operations on registers, virtual
//! ones first and machine ones after allocation.
//!
//! They say *what* is computed and leave the choice between 16-bit and 32-bit
//! forms to `emit`, which knows the registers and whether the flags
//! are live. Two rules make that sound:
//!
//! - only instructions whose [`MInst::writes_flags`] is true may change the
//!   flags in every form; all others have a form that leaves them alone;
//! - flags never live from one block to the next, so that the moves and
//!   spills which allocation inserts (none touches flags) can stand anywhere.

pub(crate) mod dominators;
mod float;
mod function;
pub(crate) mod graph;
mod operands;
mod print;

pub use float::{FAluOp, FInst, FUnOp, FloatUnit};
pub use function::{EdgeTarget, FrameSlot, MBlock, MFunction, MLoop, ONCE};
pub use operands::{Constraint, OperandKind};

use smallvec::{SmallVec, smallvec};
use synth_ir::{SourceLoc, SymbolId, TrapCode};

/// A register: a machine register, or a virtual one. Core registers are
/// r0-r15; a float register is sN or dN, by the [`FloatUnit`] of the function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reg(u32);

impl Reg {
    /// Virtual registers start here.
    const VIRTUAL: u32 = 32;
    /// Marks float registers.
    const FLOAT: u32 = 1 << 31;

    /// A core register, 0 to 15.
    pub const fn machine(number: u8) -> Reg {
        assert!(number < 16);
        Reg(number as u32)
    }

    /// A float register, s0-s31 or d0-d15.
    pub const fn float(number: u8) -> Reg {
        assert!(number < 32);
        Reg(number as u32 | Self::FLOAT)
    }

    /// A virtual register. Numbers are unique over both classes.
    pub const fn virt(number: u32, is_float: bool) -> Reg {
        let class = if is_float { Self::FLOAT } else { 0 };
        Reg((number + Self::VIRTUAL) | class)
    }

    /// Whether it is a float register.
    pub fn is_float(self) -> bool {
        self.0 & Self::FLOAT != 0
    }

    /// The machine register's number in its class, unless it is virtual.
    pub fn as_machine(self) -> Option<u8> {
        let number = self.0 & !Self::FLOAT;
        (number < Self::VIRTUAL).then_some(number as u8)
    }

    /// The virtual register's number, unless it is a machine register.
    pub fn as_virtual(self) -> Option<u32> {
        (self.0 & !Self::FLOAT).checked_sub(Self::VIRTUAL)
    }

    /// A core machine register as a set of one, and else the empty set.
    pub fn core_bit(self) -> u16 {
        self.as_core().map_or(0, |number| 1 << number)
    }

    /// The number of a core machine register.
    pub fn as_core(self) -> Option<usize> {
        self.as_machine().filter(|_| !self.is_float()).map(usize::from)
    }

    /// Whether it is one of r0-r7, which 16-bit instructions can name.
    pub fn is_low(self) -> bool {
        self.0 < 8
    }
}

/// The stack pointer.
pub const SP: Reg = Reg::machine(13);
/// The link register.
pub const LR: Reg = Reg::machine(14);
/// The frame pointer of functions that have one.
pub const FP: Reg = Reg::machine(7);
/// The intra-procedure scratch register, which a linker's veneer destroys.
pub const IP: Reg = Reg::machine(12);

/// A condition on the flags (Armv7-M ARM section A7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cc {
    /// Equal (Z).
    Eq,
    /// Not equal.
    Ne,
    /// Unsigned higher or same (C).
    Hs,
    /// Unsigned lower.
    Lo,
    /// Negative (N).
    Mi,
    /// Positive or zero.
    Pl,
    /// Unsigned higher.
    Hi,
    /// Unsigned lower or same.
    Ls,
    /// Signed greater than or equal.
    Ge,
    /// Signed less than.
    Lt,
    /// Signed greater than.
    Gt,
    /// Signed less than or equal.
    Le,
}

impl Cc {
    /// The condition that holds exactly when this one doesn't.
    pub fn inverted(self) -> Cc {
        use Cc::*;
        match self {
            Eq => Ne,
            Ne => Eq,
            Hs => Lo,
            Lo => Hs,
            Mi => Pl,
            Pl => Mi,
            Hi => Ls,
            Ls => Hi,
            Ge => Lt,
            Lt => Ge,
            Gt => Le,
            Le => Gt,
        }
    }
}

/// Data-processing operations with a flexible second operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AluOp {
    /// `rn + rhs`.
    Add,
    /// `rn + rhs + C`.
    Adc,
    /// `rn - rhs`.
    Sub,
    /// `rn - rhs - !C`.
    Sbc,
    /// `rhs - rn`.
    Rsb,
    /// `rn & rhs`.
    And,
    /// `rn | rhs`.
    Orr,
    /// `rn ^ rhs`.
    Eor,
    /// `rn & !rhs`.
    Bic,
    /// `rn | !rhs`.
    Orn,
}

impl AluOp {
    /// Whether register operands may be exchanged.
    pub fn is_commutative(self) -> bool {
        use AluOp::*;
        matches!(self, Add | Adc | And | Orr | Eor)
    }

    /// Whether a 16-bit form exists whose result replaces the first operand,
    /// and no shorter one without that restriction.
    pub fn has_two_address_form(self, rhs: &Rhs) -> bool {
        use AluOp::*;
        match rhs {
            Rhs::Reg(_) => matches!(self, Adc | Sbc | And | Orr | Eor | Bic),
            Rhs::Imm(value) => {
                let magnitude = (*value as i32).unsigned_abs();
                matches!(self, Add | Sub) && (8..256).contains(&magnitude)
            }
            Rhs::Shifted(..) => false,
        }
    }

    /// Whether it reads the carry flag.
    pub fn reads_carry(self) -> bool {
        matches!(self, AluOp::Adc | AluOp::Sbc)
    }
}

/// Comparisons: they write flags only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CmpOp {
    /// Flags of `rn - rhs`.
    Cmp,
    /// Flags of `rn + rhs`.
    Cmn,
    /// N and Z of `rn & rhs`.
    Tst,
    /// N and Z of `rn ^ rhs`.
    Teq,
}

/// Shift operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShiftOp {
    /// Left.
    Lsl,
    /// Logical right.
    Lsr,
    /// Arithmetic right.
    Asr,
    /// Rotate right.
    Ror,
}

/// The flexible second operand (Armv7-M ARM section A5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhs {
    /// A register.
    Reg(Reg),
    /// A register shifted by 1 to 31.
    Shifted(Reg, ShiftOp, u8),
    /// A constant that the instruction can hold.
    Imm(u32),
}

/// Operations of one register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnOp {
    /// Leading zeros.
    Clz,
    /// Bit reversal.
    Rbit,
    /// Byte reversal.
    Rev,
    /// Byte reversal in each halfword.
    Rev16,
    /// Byte reversal in the low halfword, sign-extended.
    Revsh,
    /// Sign extension of a byte.
    Sxtb,
    /// Sign extension of a halfword.
    Sxth,
    /// Zero extension of a byte.
    Uxtb,
    /// Zero extension of a halfword.
    Uxth,
    /// Bitwise inversion.
    Mvn,
}

/// Width and extension of an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// Byte, zero-extended.
    U8,
    /// Byte, sign-extended.
    S8,
    /// Halfword, zero-extended.
    U16,
    /// Halfword, sign-extended.
    S16,
    /// Word.
    Word,
}

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `base + offset`, where offset is -255 to 4095.
    Offset(Reg, i32),
    /// `base + (index << shift)`, where shift is 0 to 3.
    Index(Reg, Reg, u8),
    /// `base`, which becomes `base + offset` behind the access, where offset is
    /// -255 to 255. Only of machine registers.
    PostIndex(Reg, i32),
    /// `base + offset`, which `base` becomes. The same.
    PreIndex(Reg, i32),
    /// In the frame: a slot, plus bytes.
    Slot(FrameSlot, i32),
    /// A stack argument of this function, by its offset from the caller's
    /// stack pointer.
    Incoming(u32),
    /// A stack argument of a call, by its offset from the stack pointer.
    Outgoing(u32),
}

impl Mode {
    /// Whether the access writes the base register.
    pub fn writes_back(self) -> bool {
        matches!(self, Mode::PostIndex(..) | Mode::PreIndex(..))
    }
}

/// What a call calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A symbol, by a relocated `bl`.
    Symbol(SymbolId),
    /// A register, by `blx`.
    Reg(Reg),
}

/// What a tail call jumps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TailCallee {
    /// A symbol, by a relocated `b`.
    Symbol(SymbolId),
    /// A register, by `bx`, which is that machine register: the end of the
    /// frame leaves it alone.
    Reg(Reg, u8),
    /// The code address in a slot, by way of r12.
    Slot(FrameSlot),
}

/// What is added to a product of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accumulate {
    /// A number of two words, to an unsigned product.
    Unsigned,
    /// The same, to a signed one.
    Signed,
    /// Two words, each zero-extended, to an unsigned one (DSP).
    Words,
    /// A number of two words, to a product of two signed halfwords: the high one
    /// of a factor if set (DSP).
    Halves([bool; 2]),
}

/// Which part of a product a multiplication of the DSP extension makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// All of it, of one halfword of each factor: the high one if set.
    Halves([bool; 2]),
    /// The upper 32 of 48 bits, of a word and a halfword: the high one if set.
    Middle(bool),
    /// The upper 32 of 64 bits; the nearest number, if set.
    High(bool),
}

/// What the loops of exclusive accesses have in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exclusive {
    /// Width of the access, zero-extended.
    pub width: Width,
    /// Whether other accesses keep their order with it (Armv8-M).
    pub ordered: bool,
    /// The address.
    pub addr: Reg,
    /// Written: what was read.
    pub old: Reg,
    /// Written: whether the store was done, 0 in the end.
    pub status: Reg,
}

/// A machine instruction. `rd`, `lo` and `hi` are written, others are read.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // fields are those of the ARM syntax
pub enum MInst {
    /// The function's register arguments: (register, where it arrives: the
    /// machine register's number in its class).
    Args(Vec<(Reg, u8)>),
    /// `rd = value`.
    Const { rd: Reg, value: u32 },
    /// `rd = symbol + addend`.
    SymbolAddr { rd: Reg, symbol: SymbolId, addend: i32 },
    /// `rd = address of a frame slot + offset`.
    SlotAddr { rd: Reg, slot: FrameSlot, offset: i32 },
    /// `rd =` the end of the area for the arguments of calls, which sp is the
    /// start of.
    StackSave { rd: Reg },
    /// Moves that area, so that `rm` is its end.
    StackRestore { rm: Reg },
    /// `rd = rm`.
    Mov { rd: Reg, rm: Reg },
    /// `rd = rn op rhs`; writes the flags if `s`. If `tied`, rd = rn, for the
    /// two-address 16-bit form.
    Alu { op: AluOp, s: bool, tied: bool, rd: Reg, rn: Reg, rhs: Rhs },
    /// Flags of `rn op rhs`.
    Cmp { op: CmpOp, rn: Reg, rhs: Rhs },
    /// If `cond` holds, flags of `rn op rhs`, else unchanged.
    CondCmp { cond: Cc, op: CmpOp, rn: Reg, rhs: Rhs },
    /// `rd = rn shifted by amount`, 1 to 31; writes the flags if `s`.
    ShiftImm { op: ShiftOp, s: bool, rd: Reg, rn: Reg, amount: u8 },
    /// `rd = rn shifted by the low byte of rm`; 32 and more shift all out.
    ShiftReg { op: ShiftOp, tied: bool, rd: Reg, rn: Reg, rm: Reg },
    /// A one-register operation.
    Un { op: UnOp, rd: Reg, rm: Reg },
    /// `rd = rn[lsb + width - 1 : lsb]`, extended.
    Extract { signed: bool, rd: Reg, rn: Reg, lsb: u8, width: u8 },
    /// `rd = rn + rm`, of which the second is first rotated to the right by 0, 8, 16
    /// or 24, then extended by `op` (DSP).
    ExtendAdd { op: UnOp, rotate: u8, rd: Reg, rn: Reg, rm: Reg },
    /// `rd` = bytes 0 and 2 of `rm` rotated so, each extended to a halfword (DSP).
    ExtendBytes { signed: bool, rotate: u8, rd: Reg, rm: Reg },
    /// `rd` = one halfword of `rn` and the other one of `rm`, shifted: the low one
    /// and `rm << amount`, or if `top` the high one and `rm >> amount`, signed (DSP).
    Pack { top: bool, rd: Reg, rn: Reg, rm: Reg, amount: u8 },
    /// `rd = base` with `width` bits from `lsb` replaced by those of `rn`.
    Insert { rd: Reg, base: Reg, rn: Reg, lsb: u8, width: u8 },
    /// `rd = rn` with `width` bits from `lsb` cleared.
    Clear { rd: Reg, rn: Reg, lsb: u8, width: u8 },
    /// `rd = rn`, or the nearest number of `bits` bits, of a sign if `signed`.
    Saturate { signed: bool, bits: u8, rd: Reg, rn: Reg },
    /// `rd = rn * rm`.
    Mul { tied: bool, rd: Reg, rn: Reg, rm: Reg },
    /// `rd = ra + rn * rm`, or `ra - rn * rm`.
    MulAdd { subtract: bool, rd: Reg, rn: Reg, rm: Reg, ra: Reg },
    /// `rd` = a part of `rn * rm`, plus `ra` if there is one (DSP).
    MulPart { product: Product, rd: Reg, rn: Reg, rm: Reg, ra: Option<Reg> },
    /// `hi:lo = rn * rm`.
    MulLong { signed: bool, lo: Reg, hi: Reg, rn: Reg, rm: Reg },
    /// `hi:lo = rn * rm` plus `add_hi` and `add_lo`, which `hi` and `lo` replace.
    MulAddLong { how: Accumulate, lo: Reg, hi: Reg, rn: Reg, rm: Reg, add_lo: Reg, add_hi: Reg },
    /// `rd = rn / rm`; the divisor is not zero.
    Div { signed: bool, rd: Reg, rn: Reg, rm: Reg },
    /// `rd = cond ? then : other`, both constants of 8 bits.
    SetCond { cond: Cc, rd: Reg, then: u8, other: u8 },
    /// `rd = cond ? then : other`.
    Select { cond: Cc, rd: Reg, then: Rhs, other: Reg },
    /// `rd = cond ? rn op rhs : rn`.
    CondAlu { cond: Cc, op: AluOp, rd: Reg, rn: Reg, rhs: Rhs },
    /// An instruction of the floating-point unit.
    Float(FInst),
    /// A load.
    Load { width: Width, rd: Reg, mode: Mode },
    /// A store.
    Store { width: Width, rt: Reg, mode: Mode },
    /// A load of two aligned words.
    LoadDouble { rd: Reg, rd2: Reg, mode: Mode },
    /// A store of two aligned words.
    StoreDouble { rt: Reg, rt2: Reg, mode: Mode },
    /// A load of aligned words, whose registers rise with their addresses.
    LoadMultiple { list: Vec<Reg>, mode: Mode },
    /// A store of the same.
    StoreMultiple { list: Vec<Reg>, mode: Mode },
    /// A call; the arguments and results in registers.
    Call { callee: Callee, uses: Vec<(Reg, u8)>, defs: Vec<(Reg, u8)> },
    /// A load that no later access passes (Armv8-M).
    LoadAcquire { width: Width, rd: Reg, rn: Reg },
    /// A store that passes no earlier access (Armv8-M).
    StoreRelease { width: Width, rt: Reg, rn: Reg },
    /// Reads, applies `op` to the old value and the operand, and writes, until
    /// nothing came between; without `op` the operand is written, without
    /// `new` the result replaces the old value.
    ReadModifyWrite { exclusive: Exclusive, op: Option<AluOp>, operand: Rhs, new: Option<Reg> },
    /// Reads and, if that is `expected`, writes `new`.
    CompareExchange { exclusive: Exclusive, expected: Rhs, new: Reg },
    /// Orders all accesses before it before those behind it.
    Barrier,
    /// Where a frame may be made late: no value lives across it in a register
    /// that a frame saves. For allocation only, which removes it.
    Door,
    /// Masks interrupts; `rd` = the mask before.
    MaskInterrupts { rd: Reg },
    /// Sets the mask of interrupts.
    RestoreInterrupts { rn: Reg },
    /// Traps if `cond` holds.
    TrapIf { cond: Cc, code: TrapCode },
    /// Traps.
    Trap(TrapCode),
    /// Continues at a block.
    Jump(EdgeTarget),
    /// Continues at `then` if `cond` holds, else at `other`.
    CondJump { cond: Cc, then: EdgeTarget, other: EdgeTarget },
    /// Continues at the last target if `outside` holds, else at
    /// `targets[table[index]]`. With `temps`, the table holds words, for
    /// tables and targets beyond the reach of TBH.
    Switch {
        outside: Cc,
        index: Reg,
        temps: Option<(Reg, Reg)>,
        table: Vec<u32>,
        targets: Vec<EdgeTarget>,
    },
    /// Returns; the results in registers.
    Ret(Vec<(Reg, u8)>),
    /// Undoes the frame and jumps to a callee; the arguments in registers.
    /// Those on the stack were stored to [`Mode::Incoming`].
    TailCall { callee: TailCallee, uses: Vec<(Reg, u8)> },
}

impl MInst {
    /// Whether it writes the flags in every form.
    pub fn writes_flags(&self) -> bool {
        match self {
            MInst::Cmp { .. }
            | MInst::CondCmp { .. }
            | MInst::Call { .. }
            | MInst::ReadModifyWrite { .. }
            | MInst::CompareExchange { .. } => true,
            MInst::Alu { s, .. } | MInst::ShiftImm { s, .. } => *s,
            MInst::Float(inst) => inst.writes_flags(),
            _ => false,
        }
    }

    /// Whether it reads the flags.
    pub fn reads_flags(&self) -> bool {
        match self {
            MInst::Alu { op, .. } => op.reads_carry(),
            _ => self.condition().is_some(),
        }
    }

    /// The condition under which it acts, if it reads one.
    pub fn condition(&self) -> Option<Cc> {
        match *self {
            MInst::CondCmp { cond, .. }
            | MInst::SetCond { cond, .. }
            | MInst::Select { cond, .. }
            | MInst::CondAlu { cond, .. }
            | MInst::TrapIf { cond, .. }
            | MInst::CondJump { cond, .. }
            | MInst::Switch { outside: cond, .. } => Some(cond),
            MInst::Float(inst) => inst.condition(),
            _ => None,
        }
    }

    /// Changes the condition; whether it has one that can be changed.
    pub fn set_condition(&mut self, to: Cc) -> bool {
        match self {
            MInst::CondCmp { cond, .. }
            | MInst::SetCond { cond, .. }
            | MInst::Select { cond, .. }
            | MInst::CondAlu { cond, .. }
            | MInst::TrapIf { cond, .. }
            | MInst::CondJump { cond, .. }
            | MInst::Switch { outside: cond, .. } => *cond = to,
            _ => return false,
        }
        true
    }

    /// Whether it ends a block.
    pub fn is_terminator(&self) -> bool {
        matches!(
            self,
            MInst::Jump(_)
                | MInst::CondJump { .. }
                | MInst::Switch { .. }
                | MInst::Ret(_)
                | MInst::TailCall { .. }
                | MInst::Trap(_)
        )
    }

    /// Destinations of a terminator, in order.
    pub fn targets_mut(&mut self) -> SmallVec<[&mut EdgeTarget; 2]> {
        match self {
            MInst::Jump(t) => smallvec![t],
            MInst::CondJump { then, other, .. } => smallvec![then, other],
            MInst::Switch { targets, .. } => targets.iter_mut().collect(),
            _ => smallvec![],
        }
    }

    /// Destinations of a terminator, in order.
    pub fn targets(&self) -> SmallVec<[&EdgeTarget; 2]> {
        match self {
            MInst::Jump(t) => smallvec![t],
            MInst::CondJump { then, other, .. } => smallvec![then, other],
            MInst::Switch { targets, .. } => targets.iter().collect(),
            _ => smallvec![],
        }
    }
}

/// An instruction and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    /// The instruction.
    pub inst: MInst,
    /// Its source location.
    pub loc: SourceLoc,
    /// Whether it accesses native memory, which may be a device's: then it is
    /// not removed, repeated, merged with another access, or moved past one
    /// that is native too.
    pub native: bool,
}

impl Located {
    /// An instruction that does not access native memory.
    pub fn new(inst: MInst, loc: SourceLoc) -> Located {
        Located { inst, loc, native: false }
    }
}
