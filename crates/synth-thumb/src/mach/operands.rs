//! Which registers an instruction reads and writes, with their constraints:
//! the one place that register allocation asks and that it rewrites through.

use super::{Callee, FInst, FrameSlot, MInst, Mode, Reg, Rhs, TailCallee};

/// Whether a register is read or written, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperandKind {
    /// Read before anything is written.
    Use,
    /// Written after everything is read.
    Def,
    /// Written while others may still be read.
    EarlyDef,
}

/// Where the register must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// In any register.
    Any,
    /// In that machine register of its class.
    Fixed(u8),
    /// In the register of the operand with that number.
    Reuse(usize),
}

use Constraint::{Any, Fixed, Reuse};
use OperandKind::{Def, EarlyDef, Use};

pub(super) type Visit<'a> = &'a mut dyn FnMut(&mut Reg, OperandKind, Constraint);

fn visit_rhs(rhs: &mut Rhs, f: Visit) {
    match rhs {
        Rhs::Reg(r) | Rhs::Shifted(r, _, _) => f(r, Use, Any),
        Rhs::Imm(_) => {}
    }
}

pub(super) fn visit_mode(mode: &mut Mode, f: Visit) {
    match mode {
        Mode::Offset(base, _) => f(base, Use, Any),
        Mode::Index(base, index, _) => {
            f(base, Use, Any);
            f(index, Use, Any);
        }
        Mode::PostIndex(base, _) | Mode::PreIndex(base, _) => f(base, Use, Any),
        Mode::Slot(..) | Mode::Incoming(_) | Mode::Outgoing(_) => {}
    }
}

/// The base register that an access writes.
fn visit_write_back(mode: &mut Mode, f: Visit) {
    if let Mode::PostIndex(base, _) | Mode::PreIndex(base, _) = mode {
        f(base, Def, Any);
    }
}

fn tie(tied: bool) -> Constraint {
    if tied { Reuse(0) } else { Any }
}

impl MInst {
    /// Calls `f` on each register operand, always in the same order, uses
    /// first. Arguments of branches are not operands: see [`MInst::targets`].
    pub fn visit_operands(&mut self, f: Visit) {
        use MInst::*;
        match self {
            Args(list) => list.iter_mut().for_each(|(r, at)| f(r, Def, Fixed(*at))),
            Const { rd, .. } | SymbolAddr { rd, .. } | SlotAddr { rd, .. } | StackSave { rd } => {
                f(rd, Def, Any);
            }
            StackRestore { rm } => f(rm, Use, Any),
            SetCond { rd, .. } => f(rd, Def, Any),
            Mov { rd, rm } | Un { rd, rm, .. } | ExtendBytes { rd, rm, .. } => {
                f(rm, Use, Any);
                f(rd, Def, Any);
            }
            Alu { tied, rd, rn, rhs, .. } => {
                f(rn, Use, Any);
                visit_rhs(rhs, f);
                f(rd, Def, tie(*tied));
            }
            Cmp { rn, rhs, .. } | CondCmp { rn, rhs, .. } => {
                f(rn, Use, Any);
                visit_rhs(rhs, f);
            }
            ShiftImm { rd, rn, .. } | Extract { rd, rn, .. } | Saturate { rd, rn, .. } => {
                f(rn, Use, Any);
                f(rd, Def, Any);
            }
            ShiftReg { tied, rd, rn, rm, .. } | Mul { tied, rd, rn, rm } => {
                f(rn, Use, Any);
                f(rm, Use, Any);
                f(rd, Def, tie(*tied));
            }
            Clear { rd, rn, .. } => {
                f(rn, Use, Any);
                f(rd, Def, Reuse(0));
            }
            Insert { rd, base, rn, .. } => {
                f(base, Use, Any);
                f(rn, Use, Any);
                f(rd, Def, Reuse(0));
            }
            MulAdd { rd, rn, rm, ra, .. } => {
                f(rn, Use, Any);
                f(rm, Use, Any);
                f(ra, Use, Any);
                f(rd, Def, Any);
            }
            MulLong { lo, hi, rn, rm, .. } => {
                f(rn, Use, Any);
                f(rm, Use, Any);
                f(lo, Def, Any);
                f(hi, Def, Any);
            }
            MulAddLong { lo, hi, rn, rm, add_lo, add_hi, .. } => {
                f(rn, Use, Any);
                f(rm, Use, Any);
                f(add_lo, Use, Any);
                f(add_hi, Use, Any);
                f(lo, Def, Reuse(2));
                f(hi, Def, Reuse(3));
            }
            Div { rd, rn, rm, .. } | ExtendAdd { rd, rn, rm, .. } | Pack { rd, rn, rm, .. } => {
                f(rn, Use, Any);
                f(rm, Use, Any);
                f(rd, Def, Any);
            }
            MulPart { rd, rn, rm, ra, .. } => {
                f(rn, Use, Any);
                f(rm, Use, Any);
                if let Some(ra) = ra {
                    f(ra, Use, Any);
                }
                f(rd, Def, Any);
            }
            Select { rd, then, other, .. } => {
                f(other, Use, Any);
                visit_rhs(then, f);
                f(rd, Def, Reuse(0));
            }
            CondAlu { rd, rn, rhs, .. } => {
                f(rn, Use, Any);
                visit_rhs(rhs, f);
                f(rd, Def, Reuse(0));
            }
            Float(inst) => inst.visit_operands(f),
            Load { rd, mode, .. } => {
                visit_mode(mode, f);
                f(rd, Def, Any);
                visit_write_back(mode, f);
            }
            Store { rt, mode, .. } => {
                f(rt, Use, Any);
                visit_mode(mode, f);
                visit_write_back(mode, f);
            }
            LoadDouble { rd, rd2, mode } => {
                visit_mode(mode, f);
                f(rd, Def, Any);
                f(rd2, Def, Any);
            }
            StoreDouble { rt, rt2, mode } => {
                f(rt, Use, Any);
                f(rt2, Use, Any);
                visit_mode(mode, f);
            }
            LoadMultiple { list, mode } => {
                visit_mode(mode, f);
                list.iter_mut().for_each(|rd| f(rd, Def, Any));
            }
            StoreMultiple { list, mode } => {
                list.iter_mut().for_each(|rt| f(rt, Use, Any));
                visit_mode(mode, f);
            }
            Call { callee, uses, defs } => {
                if let Callee::Reg(target) = callee {
                    f(target, Use, Any);
                }
                uses.iter_mut().for_each(|(r, at)| f(r, Use, Fixed(*at)));
                defs.iter_mut().for_each(|(r, at)| f(r, Def, Fixed(*at)));
            }
            LoadAcquire { rd, rn, .. } => {
                f(rn, Use, Any);
                f(rd, Def, Any);
            }
            StoreRelease { rt, rn, .. } => {
                f(rt, Use, Any);
                f(rn, Use, Any);
            }
            ReadModifyWrite { exclusive, operand, new, .. } => {
                f(&mut exclusive.addr, Use, Any);
                visit_rhs(operand, f);
                // The loop reads its operands again.
                f(&mut exclusive.old, EarlyDef, Any);
                f(&mut exclusive.status, EarlyDef, Any);
                if let Some(new) = new {
                    f(new, EarlyDef, Any);
                }
            }
            CompareExchange { exclusive, expected, new } => {
                f(&mut exclusive.addr, Use, Any);
                visit_rhs(expected, f);
                f(new, Use, Any);
                f(&mut exclusive.old, EarlyDef, Any);
                f(&mut exclusive.status, EarlyDef, Any);
            }
            MaskInterrupts { rd } => f(rd, Def, Any),
            RestoreInterrupts { rn } => f(rn, Use, Any),
            Switch { index, temps, .. } => {
                f(index, Use, Any);
                if let Some((a, b)) = temps {
                    f(a, EarlyDef, Any);
                    f(b, EarlyDef, Any);
                }
            }
            Ret(list) => list.iter_mut().for_each(|(r, at)| f(r, Use, Fixed(*at))),
            TailCall { callee, uses } => {
                if let TailCallee::Reg(target, at) = callee {
                    f(target, Use, Fixed(*at));
                }
                uses.iter_mut().for_each(|(r, at)| f(r, Use, Fixed(*at)));
            }
            Barrier | Door | TrapIf { .. } | Trap(_) | Jump(_) | CondJump { .. } => {}
        }
    }

    /// The core registers that it reads, and those that it writes, as bit sets.
    pub fn core_operands(&mut self) -> (u16, u16) {
        let (mut reads, mut writes) = (0, 0);
        self.visit_operands(&mut |reg, kind, _| match kind {
            Use => reads |= reg.core_bit(),
            Def | EarlyDef => writes |= reg.core_bit(),
        });
        (reads, writes)
    }

    /// The slot of the frame that it names.
    pub fn slot(&self) -> Option<FrameSlot> {
        match *self {
            MInst::SlotAddr { slot, .. }
            | MInst::TailCall { callee: TailCallee::Slot(slot), .. }
            | MInst::Load { mode: Mode::Slot(slot, _), .. }
            | MInst::Store { mode: Mode::Slot(slot, _), .. }
            | MInst::Float(
                FInst::Load { mode: Mode::Slot(slot, _), .. }
                | FInst::Store { mode: Mode::Slot(slot, _), .. },
            ) => Some(slot),
            _ => None,
        }
    }

    /// Whether it destroys the float registers that a call may use, but for
    /// those that hold its results: these, as a bit set.
    pub fn clobbers_floats(&self) -> Option<u32> {
        match self {
            MInst::Call { defs, .. } => {
                let floats = defs.iter().filter(|(reg, _)| reg.is_float());
                Some(floats.fold(0, |set, (_, at)| set | 1 << at))
            }
            _ => None,
        }
    }

    /// Core registers that it destroys besides its results, or in which no value
    /// may live across it, as a bit set.
    pub fn clobbers(&self) -> u16 {
        match self {
            // AAPCS32 section 6.1.1: r0-r3, r12, lr.
            MInst::Call { defs, .. } => {
                let core = defs.iter().filter(|(reg, _)| !reg.is_float());
                0b0101_0000_0000_1111 & !core.fold(0, |set, (_, at)| set | 1 << at)
            }
            // r4-r11, lr.
            MInst::Door => 0b0100_1111_1111_0000,
            _ => 0,
        }
    }
}
