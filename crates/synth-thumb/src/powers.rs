//! Comparisons with powers of two, as shifts, after allocation.
//!
//! Whether an unsigned number is 2^n or more is whether anything is left of it
//! behind a shift by n: LSRS T1 is half as long as CMP T2 with an immediate
//! beyond 8 bits (Armv7-M ARM sections A7.7.70 and A7.7.27). The shift needs a
//! register for what nobody reads: one that is free there, and that need not be
//! saved or is used in the same block anyway. Bounds checks of bytes compare
//! with the size of the memory, which often is a power of two.

use crate::liveness::Liveness;
use crate::mach::{Cc, CmpOp, Located, MFunction, MInst, Reg, Rhs, ShiftOp};

/// The registers of short instructions.
const LOW: u16 = 0xff;
/// Those of them that need not be saved.
const FREE: u16 = 0b1111;

/// Rewrites comparisons of a function of machine registers.
pub fn run(function: &mut MFunction) {
    let any = |located: &Located| wide(&located.inst).is_some();
    if !function.blocks.iter().any(|block| block.insts.iter().any(any)) {
        return;
    }
    let live = Liveness::of_machine(function);
    for number in 0..function.blocks.len() {
        let mut after = live.live_out(number as u32).fold(0u64, |set, reg| set | 1 << reg) as u16;
        let insts = &mut function.blocks[number].insts;
        if !insts.iter().any(any) {
            continue;
        }
        let usable = LOW
            & insts.iter_mut().fold(FREE, |set, located| {
                let (reads, writes) = located.inst.core_operands();
                set | reads | writes
            });
        for at in (0..insts.len()).rev() {
            if let Some((rn, amount)) = wide(&insts[at].inst)
                && let Some(rd) = first(usable & !after)
                && retarget(&mut insts[at + 1..])
            {
                insts[at].inst = MInst::ShiftImm { op: ShiftOp::Lsr, s: true, rd, rn, amount };
            }
            let (reads, writes) = insts[at].inst.core_operands();
            after = after & !(writes | insts[at].inst.clobbers()) | reads;
        }
    }
}

/// The register that a comparison compares with a power of two that makes it
/// long, and the logarithm of that.
fn wide(inst: &MInst) -> Option<(Reg, u8)> {
    match *inst {
        MInst::Cmp { op: CmpOp::Cmp, rn, rhs: Rhs::Imm(limit) }
            if rn.is_low() && limit.is_power_of_two() && limit > 0xff =>
        {
            Some((rn, limit.trailing_zeros() as u8))
        }
        _ => None,
    }
}

fn first(set: u16) -> Option<Reg> {
    (set != 0).then(|| Reg::machine(set.trailing_zeros() as u8))
}

/// Changes the conditions behind a comparison to those behind the shift;
/// whether all that read the flags ask only which of both is larger.
fn retarget(insts: &mut [Located]) -> bool {
    let writer = insts.iter().position(|located| located.inst.writes_flags());
    let asks_for_size = |located: &Located| match located.inst {
        // What another comparison keeps is read behind it, by any condition.
        MInst::CondCmp { .. } | MInst::Float(_) => false,
        ref inst => matches!(inst.condition(), Some(Cc::Hs | Cc::Lo)),
    };
    let readers = insts.iter().take(writer.map_or(insts.len(), |writer| writer + 1));
    if !readers.filter(|located| located.inst.reads_flags()).all(asks_for_size) {
        return false;
    }
    for located in insts.iter_mut().take(writer.unwrap_or(usize::MAX)) {
        let to = match located.inst.condition() {
            Some(Cc::Hs) => Cc::Ne,
            Some(Cc::Lo) => Cc::Eq,
            _ => continue,
        };
        located.inst.set_condition(to);
    }
    true
}
