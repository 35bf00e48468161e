//! Sums of two registers as the addresses of the accesses behind them, for
//! speed, after allocation.
//!
//! An access waits for an address that the instruction before it computes
//! (DDI 0439, section 3.3.2). Selection takes a sum into an access only where
//! nothing else needs it; but where it is needed, `[rn, rm, lsl #n]` does not
//! wait for it either. If then nothing reads it any more, it is removed.
//! The access itself stays what it is.

use crate::liveness::Liveness;
use crate::mach::{AluOp, Located, MFunction, MInst, Mode, OperandKind, Reg, Rhs, ShiftOp};

/// Instructions behind a sum that are looked at.
const REACH: usize = 12;
/// Instructions that may stand between a sum that is removed and the end of
/// its block.
const FAR: usize = 64;

/// Rewrites accesses of a function of machine registers.
pub fn run(function: &mut MFunction) {
    let live = Liveness::of_machine(function);
    for number in 0..function.blocks.len() {
        let mut insts = std::mem::take(&mut function.blocks[number].insts);
        let mut at = 0;
        while at < insts.len() {
            if passes(&mut insts[at..]) {
                insts.swap(at, at + 1);
                at += 2;
                continue;
            }
            let is_gone = sum(&insts[at].inst).is_some_and(|(rd, mode)| {
                let behind = &mut insts[at + 1..];
                let kept = matches!(mode, Mode::Index(rn, rm, _) if rd == rn || rd == rm);
                !kept
                    && !rewrite(behind, rd, mode).unwrap_or_else(|| may_be_read(behind, &live, rd))
            });
            if is_gone {
                insts.remove(at);
            } else {
                at += 1;
            }
        }
        function.blocks[number].insts = insts;
    }
}

/// Whether `insts` starts with a sum and an access at it, which may as well
/// stand before the sum: then the access is changed.
fn passes(insts: &mut [Located]) -> bool {
    let [first, second, ..] = insts else { return false };
    let Some((rd, index @ Mode::Index(rn, rm, _))) = sum(&first.inst) else { return false };
    match &mut second.inst {
        MInst::Load { mode, rd: loaded, .. }
            if *mode == Mode::Offset(rd, 0) && ![rd, rn, rm].contains(loaded) =>
        {
            *mode = index;
            true
        }
        MInst::Store { mode, rt, .. } if *mode == Mode::Offset(rd, 0) && *rt != rd => {
            *mode = index;
            true
        }
        _ => false,
    }
}

/// Whether a register may be read by the rest of a block or behind it.
fn may_be_read(insts: &[Located], live: &Liveness, rd: Reg) -> bool {
    let Some(last) = insts.last().filter(|_| insts.len() <= FAR) else { return true };
    insts.iter().any(|located| reads(&located.inst, rd))
        || last.inst.targets().iter().any(|target| live.is_live_in(target.block, rd))
}

/// The sum that an instruction computes, as an address.
fn sum(inst: &MInst) -> Option<(Reg, Mode)> {
    let MInst::Alu { op: AluOp::Add, s: false, rd, rn, rhs, .. } = *inst else { return None };
    let (rm, amount) = match rhs {
        Rhs::Reg(rm) => (rm, 0),
        Rhs::Shifted(rm, ShiftOp::Lsl, amount @ 1..=3) => (rm, amount),
        _ => return None,
    };
    Some((rd, Mode::Index(rn, rm, amount)))
}

fn reads(inst: &MInst, wanted: Reg) -> bool {
    touches(inst, wanted, true)
}

fn writes(inst: &MInst, wanted: Reg) -> bool {
    let number = wanted.as_machine().unwrap_or_default();
    inst.clobbers() & 1 << number != 0 || touches(inst, wanted, false)
}

fn touches(inst: &MInst, wanted: Reg, is_use: bool) -> bool {
    let mut found = false;
    inst.clone().visit_operands(&mut |reg, kind, _| {
        found |= *reg == wanted && (kind == OperandKind::Use) == is_use;
    });
    found
}

/// Gives accesses of `[rd]` the address that `mode` adds up, as long as that
/// is the same. Whether the register is still read before it is written
/// again, if that is known.
fn rewrite(insts: &mut [Located], rd: Reg, mode: Mode) -> Option<bool> {
    let Mode::Index(rn, rm, _) = mode else { return Some(true) };
    for located in insts.iter_mut().take(REACH) {
        match &mut located.inst {
            MInst::Load { mode: old, .. } if *old == Mode::Offset(rd, 0) => *old = mode,
            // Of a stored register that is the address only that is replaced.
            MInst::Store { mode: old, rt, .. } if *old == Mode::Offset(rd, 0) && *rt != rd => {
                *old = mode;
            }
            _ => {}
        }
        if reads(&located.inst, rd) {
            // Others behind it wait no longer.
            return Some(true);
        }
        if writes(&located.inst, rd) {
            return Some(false);
        }
        if writes(&located.inst, rn) || writes(&located.inst, rm) {
            return None;
        }
    }
    None
}
