//! Estimated cycles, to compare versions of one function with each other.
//!
//! The figures are those of Cortex-M3 and Cortex-M4 (DDI 0337, table 3-1; DDI
//! 0439, tables 3-1 and 7-1) without what depends on neighbours and values.

use super::Item;
use crate::inst::{Inst, Timing};

/// Cycles of a piece of code.
pub(super) fn cycles(item: &Item) -> u64 {
    match item {
        Item::Label(_) | Item::Align | Item::Trap { .. } | Item::Pool(_) => 0,
        Item::Inst(inst) | Item::Reloc(inst, ..) => instruction(inst),
        // Taken or not.
        Item::Branch { cond: Some(_), .. } | Item::ZeroBranch { .. } => 2,
        Item::Branch { cond: None, .. } => 3,
        Item::Literal { .. } => 2,
        Item::FloatLiteral { literal, .. } => 1 + u64::from(literal.size()) / 4,
        Item::Table { .. } => 6,
        Item::FarTable { .. } => 9,
    }
}

fn instruction(inst: &Inst) -> u64 {
    let registers = || u64::from(inst.defs().union(inst.uses()).core().count_ones());
    match inst.timing() {
        Timing::Load | Timing::LoadExclusive | Timing::StoreExclusive => 2,
        // As many cycles as the loads that it stands for: right behind each other, these
        // take no more.
        Timing::LoadDouble => 4,
        Timing::LoadMultiple if matches!(inst, Inst::LdmT2 { .. }) => 2 * (registers() - 1),
        Timing::StoreDouble | Timing::FpMoveDouble => 3,
        Timing::LoadMultiple | Timing::StoreMultiple => registers(),
        Timing::FpLoad | Timing::FpStore | Timing::System => 2,
        Timing::FpMulAcc | Timing::FpLoadDouble | Timing::FpStoreDouble | Timing::Branch => 3,
        Timing::Div => 6,
        Timing::BranchTable => 6,
        Timing::FpLoadMultiple | Timing::FpStoreMultiple => 9,
        Timing::FpDiv | Timing::FpSqrt => 14,
        _ => 1,
    }
}
