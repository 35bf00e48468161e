//! Liveness of the flags in a block, and comparisons that are not needed
//! because the instruction before can make their flags.

use crate::mach::{Cc, CmpOp, Located, MInst, Rhs};

/// For each instruction of a block whether the flags are dead after it.
pub(crate) fn dead(insts: &[Located]) -> Vec<bool> {
    let mut dead = vec![];
    dead_in(insts, &mut dead);
    dead
}

/// The same, in place of what a list holds.
pub(crate) fn dead_in(insts: &[Located], dead: &mut Vec<bool>) {
    dead.clear();
    dead.resize(insts.len(), true);
    let mut live = false;
    for (located, dead) in insts.iter().zip(dead).rev() {
        *dead = !live;
        // What writes them only under a condition reads them too.
        if located.inst.writes_flags() {
            live = false;
        }
        if located.inst.reads_flags() {
            live = true;
        }
    }
}

/// If `insts` starts with an operation and a comparison of its result with
/// zero, of which only equality is used: the operation with flags.
pub(super) fn setter(insts: &[Located]) -> Option<MInst> {
    let [first, second, rest @ ..] = insts else { return None };
    let MInst::Alu { op, s: false, tied, rd, rn, rhs } = first.inst else { return None };
    match second.inst {
        MInst::Cmp { op: CmpOp::Cmp, rn, rhs: Rhs::Imm(0) } if rn == rd => {}
        _ => return None,
    }
    for located in rest {
        // What another comparison keeps is read behind it, by any condition.
        if matches!(located.inst, MInst::CondCmp { .. }) {
            return None;
        }
        if located.inst.reads_flags() && !matches!(located.inst.condition(), Some(Cc::Eq | Cc::Ne))
        {
            return None;
        }
        if located.inst.writes_flags() {
            break;
        }
    }
    // ADDW and SUBW have no form that writes the flags.
    let setter = MInst::Alu { op, s: true, tied, rd, rn, rhs };
    super::alu::choose(&setter, true).is_some().then_some(setter)
}

/// If `insts` starts with a comparison of a register with zero, copies that
/// leave it alone, and something that reads the flags: how many copies.
pub(super) fn copies_behind(insts: &[Located]) -> usize {
    let Some(MInst::Cmp { op: CmpOp::Cmp, rn, rhs: Rhs::Imm(0) }) = insts.first().map(|l| &l.inst)
    else {
        return 0;
    };
    let is_copy = |l: &&Located| matches!(&l.inst, MInst::Mov { rd, .. } if rd != rn);
    let copies = insts[1..].iter().take_while(is_copy).count();
    match insts.get(1 + copies) {
        Some(next) if next.inst.reads_flags() => copies,
        _ => 0,
    }
}
