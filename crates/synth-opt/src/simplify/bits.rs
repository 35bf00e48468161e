//! The bits of a value that are known to be zero, from a few levels of the
//! instructions that compute it.

use synth_ir::{BinaryOp, Function, InstData, LoadOp, UnaryOp, Value};

/// Levels of operands that are looked at.
const DEPTH: u32 = 4;

/// A mask of the bits that are zero whenever the value is computed.
pub(crate) fn known_zero(func: &Function, value: Value) -> u32 {
    zero(func, value, DEPTH)
}

fn zero(func: &Function, value: Value, depth: u32) -> u32 {
    let Some(inst) = func.def_inst(value).filter(|_| depth > 0) else { return 0 };
    let of = |v| zero(func, v, depth - 1);
    match func.insts[inst] {
        InstData::Const(c) => !(c as u32),
        InstData::Compare { .. } | InstData::Compare64 { .. } => !1,
        InstData::Load { op: LoadOp::U8, .. } => !0xff,
        InstData::Load { op: LoadOp::U16, .. } => !0xffff,
        InstData::Unary { op: UnaryOp::Clz | UnaryOp::Ctz | UnaryOp::Popcnt, .. } => !0x3f,
        InstData::Unary { op: UnaryOp::Bswap, arg } => of(arg).swap_bytes(),
        InstData::Select { args: [a, b], .. } => of(a) & of(b),
        InstData::Binary { op, args: [a, b] } => {
            let count = || func.as_const(b).map(|c| c as u32 % 32);
            match op {
                BinaryOp::And => of(a) | of(b),
                BinaryOp::Or | BinaryOp::Xor => of(a) & of(b),
                BinaryOp::Shl => count().map_or(0, |n| !(!of(a) << n)),
                BinaryOp::ShrU => count().map_or(0, |n| !(!of(a) >> n)),
                BinaryOp::ShrS => count().map_or(0, |n| (of(a) as i32 >> n) as u32),
                BinaryOp::Rotr => count().map_or(0, |n| of(a).rotate_right(n)),
                BinaryOp::Add => zero_of_sum(of(a), of(b)),
                BinaryOp::URem => func.as_const(b).map_or(0, |c| !below(c as u32)),
                _ => 0,
            }
        }
        _ => 0,
    }
}

/// A sum has one bit more than its larger operand, and the low zeros of both.
fn zero_of_sum(a: u32, b: u32) -> u32 {
    let leading = a.leading_ones().min(b.leading_ones()).saturating_sub(1);
    let trailing = a.trailing_ones().min(b.trailing_ones());
    let high = !u32::MAX.checked_shr(leading).unwrap_or(0);
    let low = !u32::MAX.checked_shl(trailing).unwrap_or(0);
    high | low
}

/// A mask of the bits that numbers below `limit` have.
fn below(limit: u32) -> u32 {
    let largest = limit.saturating_sub(1);
    u32::MAX.checked_shr(largest.leading_zeros()).unwrap_or(0)
}
