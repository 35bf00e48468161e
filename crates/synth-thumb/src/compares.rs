//! Comparisons that are not needed because their flags are there already, or
//! come from an instruction that is needed anyway. It runs after allocation,
//! when equal means equal in registers.
//!
//! - A comparison like the one before it.
//! - `sub d, a, b` beside `cmp a, b`: SUBS makes the flags of both.
//! - A comparison with 0 behind the operation that made the value, for the
//!   conditions that depend on N and Z alone.
//! - `d = a - 1` and a comparison of d with -1: equal if a was 0, which is the
//!   borrow.
//! - `d = a - (k + 1)` beside a comparison of a with k: higher than k if there
//!   is no borrow, and 0 if k is 0 and there is one.

use crate::emit::alu;
use crate::mach::{AluOp, Cc, CmpOp, Located, MFunction, MInst, Reg, Rhs};

/// Instructions between an operation and a comparison that are looked through.
const REACH: usize = 12;

/// Removes comparisons of a function of machine registers.
pub fn run(function: &mut MFunction) {
    for block in &mut function.blocks {
        let mut kept = Vec::with_capacity(block.insts.len());
        let mut rest = std::mem::take(&mut block.insts).into_iter();
        while let Some(located) = rest.next() {
            let inst = &located.inst;
            if !repeats(&mut kept, inst) && !joins(&mut kept, inst, rest.as_mut_slice()) {
                kept.push(located);
            }
        }
        block.insts = kept;
    }
}

/// Core registers that an instruction writes, calls' victims included.
fn written(inst: &mut MInst) -> u16 {
    inst.clobbers() | inst.core_operands().1
}

/// Core registers that a comparison reads.
fn reads(rn: Reg, rhs: Rhs) -> u16 {
    MInst::Cmp { op: CmpOp::Cmp, rn, rhs }.core_operands().0
}

/// Whether a comparison finds its flags made by an equal one.
fn repeats(before: &mut [Located], inst: &MInst) -> bool {
    let MInst::Cmp { rn, rhs, .. } = *inst else { return false };
    let operands = reads(rn, rhs);
    for located in before.iter_mut().rev() {
        if located.inst == *inst {
            return true;
        }
        if located.inst.writes_flags() || operands & written(&mut located.inst) != 0 {
            return false;
        }
    }
    false
}

/// Whether an operation before or behind a comparison makes its flags now.
fn joins(before: &mut [Located], inst: &MInst, behind: &mut [Located]) -> bool {
    let MInst::Cmp { op: CmpOp::Cmp, rn, rhs } = *inst else { return false };
    joins_before(before, (rn, rhs), behind) || joins_behind((rn, rhs), behind)
}

/// With flags, if that is a form that exists.
fn with_flags(inst: &MInst) -> Option<MInst> {
    let setter = match *inst {
        MInst::Alu { op, s: false, tied, rd, rn, rhs } => {
            MInst::Alu { op, s: true, tied, rd, rn, rhs }
        }
        MInst::ShiftImm { op, s: false, rd, rn, amount } => {
            MInst::ShiftImm { op, s: true, rd, rn, amount }
        }
        _ => return None,
    };
    alu::choose(&setter, true).is_some().then_some(setter)
}

fn is_difference(inst: &MInst, a: Reg, b: Rhs) -> bool {
    match *inst {
        MInst::Alu { op: AluOp::Sub, rn, rhs, .. } => rn == a && rhs == b,
        MInst::Alu { op: AluOp::Add, rn, rhs: Rhs::Imm(value), .. } => {
            // The negation of these overflows.
            let negatable = value != 0 && value != 0x8000_0000;
            rn == a && negatable && b == Rhs::Imm(value.wrapping_neg())
        }
        _ => false,
    }
}

/// The operation stands before the comparison.
fn joins_before(before: &mut [Located], (rn, rhs): (Reg, Rhs), behind: &mut [Located]) -> bool {
    let operands = reads(rn, rhs);
    for Located { inst, .. } in before.iter_mut().rev().take(REACH) {
        let is_apart = operands & written(inst) == 0;
        // The conditions change, but not if the flags are the same.
        let change = if is_apart && is_difference(inst, rn, rhs) {
            Some(None)
        } else if is_apart && is_beyond(inst, rn, rhs) {
            Some(Some(of_borrow_beyond(rhs)))
        } else {
            of_result(inst, rn, rhs).map(Some)
        };
        if let Some(change) = change {
            let Some(setter) = with_flags(inst) else { return false };
            if change.is_some_and(|change| !retarget(behind, change)) {
                return false;
            }
            *inst = setter;
            return true;
        }
        if inst.writes_flags() || inst.reads_flags() || !is_apart {
            return false;
        }
    }
    false
}

/// How conditions change if the operation that made `rn` sets the flags in
/// place of a comparison.
fn of_result(inst: &MInst, rn: Reg, rhs: Rhs) -> Option<fn(Cc) -> Option<Cc>> {
    let (rd, from) = match *inst {
        MInst::Alu { rd, rn, .. } | MInst::ShiftImm { rd, rn, .. } => (rd, rn),
        _ => return None,
    };
    match rhs {
        _ if rd != rn => None,
        Rhs::Imm(0) => Some(of_sign),
        Rhs::Imm(u32::MAX) if is_difference(inst, from, Rhs::Imm(1)) => Some(of_borrow),
        _ => None,
    }
}

/// The subtraction stands behind the comparison, before anything reads the
/// flags.
fn joins_behind((rn, rhs): (Reg, Rhs), insts: &mut [Located]) -> bool {
    let operands = reads(rn, rhs);
    for index in 0..insts.len().min(REACH - 1) {
        let is_apart = operands & written(&mut insts[index].inst) == 0;
        let inst = &insts[index].inst;
        let is_beyond = is_beyond(inst, rn, rhs);
        if is_beyond || is_difference(inst, rn, rhs) {
            let Some(setter) = with_flags(inst) else { return false };
            if is_beyond && !retarget(&mut insts[index + 1..], of_borrow_beyond(rhs)) {
                return false;
            }
            insts[index].inst = setter;
            return true;
        }
        if inst.writes_flags() || inst.reads_flags() || !is_apart {
            return false;
        }
    }
    false
}

/// Conditions of a comparison with 0 by N and Z, which every operation sets.
fn of_sign(cond: Cc) -> Option<Cc> {
    match cond {
        Cc::Eq | Cc::Ls => Some(Cc::Eq),
        Cc::Ne | Cc::Hi => Some(Cc::Ne),
        Cc::Lt | Cc::Mi => Some(Cc::Mi),
        Cc::Ge | Cc::Pl => Some(Cc::Pl),
        _ => None,
    }
}

/// Conditions of the comparison of `a - 1` with -1 by the carry of `a - 1`.
fn of_borrow(cond: Cc) -> Option<Cc> {
    match cond {
        // No unsigned value is higher than -1.
        Cc::Eq | Cc::Hs => Some(Cc::Lo),
        Cc::Ne | Cc::Lo => Some(Cc::Hs),
        _ => None,
    }
}

/// Whether an operation subtracts one more than `rn` is compared with.
fn is_beyond(inst: &MInst, rn: Reg, rhs: Rhs) -> bool {
    match rhs {
        Rhs::Imm(value) if value != u32::MAX => is_difference(inst, rn, Rhs::Imm(value + 1)),
        _ => false,
    }
}

/// How conditions of a comparison with k become those of the borrow of the
/// difference with k + 1.
fn of_borrow_beyond(rhs: Rhs) -> fn(Cc) -> Option<Cc> {
    match rhs {
        Rhs::Imm(0) => |cond| match cond {
            Cc::Eq | Cc::Ls => Some(Cc::Lo),
            Cc::Ne | Cc::Hi => Some(Cc::Hs),
            _ => None,
        },
        _ => |cond| match cond {
            Cc::Ls => Some(Cc::Lo),
            Cc::Hi => Some(Cc::Hs),
            _ => None,
        },
    }
}

/// Changes the conditions that read the flags of a comparison that was before
/// `insts`; whether all could be.
fn retarget(insts: &mut [Located], translate: fn(Cc) -> Option<Cc>) -> bool {
    let mut changes = vec![];
    for (index, located) in insts.iter().enumerate() {
        if matches!(located.inst, MInst::CondCmp { .. } | MInst::Float(_)) {
            return false;
        }
        if located.inst.reads_flags() {
            let Some(cond) = located.inst.condition().and_then(translate) else { return false };
            changes.push((index, cond));
        }
        if located.inst.writes_flags() {
            break;
        }
    }
    changes.into_iter().all(|(index, cond)| insts[index].inst.set_condition(cond))
}
