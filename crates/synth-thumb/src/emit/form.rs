//! Machine registers as the operand types of the encoder.

use crate::inst::{self, Gpr, Low, NotPc, NotSp, SetFlags};
use crate::mach::Reg;

pub(super) const KEEP: SetFlags = SetFlags(false);

pub(super) fn reg(reg: Reg) -> Option<inst::Reg> {
    inst::Reg::new(reg.as_machine()?)
}

pub(super) fn low(r: Reg) -> Option<Low> {
    Low::new(reg(r)?)
}

pub(super) fn gpr(r: Reg) -> Option<Gpr> {
    Gpr::new(reg(r)?)
}

pub(super) fn not_pc(r: Reg) -> Option<NotPc> {
    NotPc::new(reg(r)?)
}

pub(super) fn not_sp(r: Reg) -> Option<NotSp> {
    NotSp::new(reg(r)?)
}

/// Evaluates to the first form that its operands allow: each candidate is an
/// expression in which `?` stands for "not this form".
macro_rules! first {
    ($($candidate:expr),+ $(,)?) => {{
        let none: Option<Inst> = None;
        $(let none = none.or_else(|| Some($candidate));)+
        none
    }};
}
pub(super) use first;
