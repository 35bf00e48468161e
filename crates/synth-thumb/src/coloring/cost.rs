//! What allocation weighs: bytes and cycles of copies, accesses to the stack,
//! and of instructions whose short form names no high register.

use crate::emit::{alu, memory};
use crate::imm;
use crate::mach::{MFunction, MInst, Mode, OperandKind, Reg, Rhs, Width};

/// How often each block is executed.
pub(super) fn weights(function: &MFunction) -> Vec<u64> {
    function.blocks.iter().map(|block| block.frequency).collect()
}

/// Whether an instruction is shorter if all its registers are low; `dead` says that
/// nothing reads the flags behind it.
pub(super) fn is_narrow(inst: &MInst, dead: bool) -> bool {
    let short = match inst {
        MInst::Const { value, .. } => {
            return *value < 256 && dead || imm::cost(*value) > 4;
        }
        MInst::SymbolAddr { .. } | MInst::SlotAddr { .. } | MInst::SetCond { .. } => return true,
        MInst::Select { then: Rhs::Imm(_), .. } => return true,
        MInst::Load { width: Width::Word, mode, .. }
        | MInst::Store { width: Width::Word, mode, .. }
            if !matches!(mode, Mode::Offset(..) | Mode::Index(..)) =>
        {
            return true;
        }
        &MInst::Load { width, rd, mode } => memory::load(width, low(rd, 0), low_mode(mode)),
        &MInst::Store { width, rt, mode } => memory::store(width, low(rt, 0), low_mode(mode)),
        MInst::Mov { .. } | MInst::Call { .. } | MInst::Args(_) | MInst::Ret(_) => return false,
        MInst::CondAlu { op, rd, rn, rhs, .. } => {
            let (op, rd, rn, rhs) = (*op, *rd, *rn, *rhs);
            alu::choose(&lowered(&MInst::Alu { op, s: false, tied: false, rd, rn, rhs }), true)
        }
        MInst::Alu { .. }
        | MInst::Cmp { .. }
        | MInst::ShiftImm { .. }
        | MInst::ShiftReg { .. }
        | MInst::Un { .. }
        | MInst::Mul { .. } => alu::choose(&lowered(inst), dead),
        _ => return false,
    };
    short.is_some_and(|short| short.size() == 2)
}

fn low(_: Reg, number: u8) -> Reg {
    Reg::machine(number)
}

fn low_mode(mode: Mode) -> Mode {
    match mode {
        Mode::Offset(_, offset) => Mode::Offset(Reg::machine(1), offset),
        Mode::Index(_, _, shift) => Mode::Index(Reg::machine(1), Reg::machine(2), shift),
        other => other,
    }
}

/// The instruction with low registers, the result in that of its first
/// operand if that is a form of its own.
fn lowered(inst: &MInst) -> MInst {
    let two_address = match inst {
        MInst::Alu { op, rhs, .. } => op.has_two_address_form(rhs),
        MInst::ShiftReg { .. } => true,
        MInst::Mul { .. } => true,
        _ => false,
    };
    let mut inst = inst.clone();
    let mut next = 0;
    inst.visit_operands(&mut |reg, kind, _| {
        let number = if kind != OperandKind::Use && two_address { 0 } else { next };
        *reg = Reg::machine(number);
        next += 1;
    });
    inst
}
