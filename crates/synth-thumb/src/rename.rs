//! Uses of a value in one block that read another register in place of the one that was
//! made for them.

use crate::mach::{Constraint, Located, MInst, OperandKind, Reg};

/// What an instruction does with a register.
struct Access {
    reads: bool,
    writes: bool,
    /// Whether it must be that register: it is fixed, or overwritten.
    bound: bool,
}

fn access(inst: &mut MInst, reg: Reg) -> Access {
    let mut access = Access { reads: false, writes: false, bound: false };
    let (mut at, mut places, mut reused) = (0, 0u32, 0u32);
    inst.visit_operands(&mut |other, kind, constraint| {
        if let Constraint::Reuse(operand) = constraint {
            reused |= 1 << operand.min(31);
        }
        if *other == reg {
            match kind {
                OperandKind::Use => {
                    access.reads = true;
                    places |= 1 << at.min(31);
                    access.bound |= matches!(constraint, Constraint::Fixed(_));
                }
                _ => access.writes = true,
            }
        }
        at += 1;
    });
    access.bound |= places & reused != 0;
    if !reg.is_float()
        && let Some(number) = reg.as_machine()
    {
        access.writes |= inst.clobbers() & 1 << number != 0;
    }
    access
}

/// Whether all instructions that read what `reg` holds before them may read another
/// register which holds it until an instruction `changes` it. `live_out` says whether
/// `reg` is needed behind the last one.
pub(crate) fn can_rename(
    insts: &mut [Located],
    reg: Reg,
    changes: impl Fn(&MInst) -> bool,
    live_out: bool,
) -> bool {
    let mut changed = false;
    for located in insts {
        let access = access(&mut located.inst, reg);
        if access.reads && (access.bound || changed) {
            return false;
        }
        if access.writes {
            return true;
        }
        changed |= changes(&located.inst);
    }
    !live_out
}

/// Lets them read it.
pub(crate) fn rename(insts: &mut [Located], reg: Reg, held: Reg) {
    for located in insts {
        let ends = access(&mut located.inst, reg).writes;
        located.inst.visit_operands(&mut |other, kind, _| {
            if kind == OperandKind::Use && *other == reg {
                *other = held;
            }
        });
        if ends {
            return;
        }
    }
}
