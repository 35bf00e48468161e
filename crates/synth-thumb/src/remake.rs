//! Values that can be made again where they are needed, in place of a register that
//! holds them all the time.

use synth_ir::SymbolId;

use crate::inst::FpImm;
use crate::mach::{FInst, FloatUnit, FrameSlot, MInst, Mode, Reg, Width};

/// How a value can be made again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Remake {
    Word(u32),
    Symbol(SymbolId, i32),
    Slot(FrameSlot, i32),
    /// A stack argument.
    Incoming(u32),
    /// The word or words of a spilled value.
    Spilled(FrameSlot),
    /// A float constant, by its bits, and whether it is of double precision.
    Float(u64, bool),
}

impl Remake {
    /// How the result of an instruction can be made again. Arguments stay as
    /// they are if `incoming`.
    pub(crate) fn of(inst: &MInst, incoming: bool) -> Option<(Reg, Remake)> {
        match *inst {
            MInst::Const { rd, value } => Some((rd, Remake::Word(value))),
            MInst::SymbolAddr { rd, symbol, addend } => Some((rd, Remake::Symbol(symbol, addend))),
            MInst::SlotAddr { rd, slot, offset } => Some((rd, Remake::Slot(slot, offset))),
            MInst::Load { width: Width::Word, rd, mode: Mode::Incoming(at) } if incoming => {
                Some((rd, Remake::Incoming(at)))
            }
            MInst::Float(FInst::Const { double, fd, bits }) => {
                Some((fd, Remake::Float(bits, double)))
            }
            _ => None,
        }
    }

    /// The instruction that makes it in a register.
    pub(crate) fn make(self, rd: Reg, unit: FloatUnit) -> MInst {
        let load = |mode| MInst::Load { width: Width::Word, rd, mode };
        match self {
            Remake::Word(value) => MInst::Const { rd, value },
            Remake::Symbol(symbol, addend) => MInst::SymbolAddr { rd, symbol, addend },
            Remake::Slot(slot, offset) => MInst::SlotAddr { rd, slot, offset },
            Remake::Incoming(at) => load(Mode::Incoming(at)),
            Remake::Spilled(slot) if rd.is_float() => MInst::Float(FInst::Load {
                double: unit == FloatUnit::Double,
                fd: rd,
                mode: Mode::Slot(slot, 0),
            }),
            Remake::Spilled(slot) => load(Mode::Slot(slot, 0)),
            Remake::Float(bits, double) => MInst::Float(FInst::Const { double, fd: rd, bits }),
        }
    }

    /// Bytes and cycles where the function makes it elsewhere too, so that a literal is
    /// there already.
    pub(crate) fn cost_again(self) -> (u64, u64) {
        let (bytes, cycles) = self.cost();
        let short = match self {
            Remake::Word(value) => crate::imm::cost(value) != 4,
            _ => true,
        };
        (if short { 2 } else { bytes }, cycles)
    }

    /// Bytes and cycles.
    pub(crate) fn cost(self) -> (u64, u64) {
        match self {
            Remake::Word(value) => {
                (crate::imm::cost(value).min(4).into(), if value < 0x1_0000 { 1 } else { 2 })
            }
            Remake::Symbol(..) => (3, 2),
            Remake::Slot(..) => (2, 1),
            Remake::Incoming(_) | Remake::Spilled(_) => (2, 2),
            // VMOV of an immediate, or VLDR and the literal.
            Remake::Float(bits, false) if FpImm::from_f32_bits(bits as u32).is_some() => (4, 1),
            Remake::Float(_, double) => (if double { 12 } else { 8 }, 2),
        }
    }
}
