//! Where the bytes of a value come from: shifts, masks and or move whole bytes of
//! another value, and may put them in reverse. Wasm has no operator for that, so
//! that compilers write it in many ways.

use synth_ir::{BinaryOp, Function, InstData, UnaryOp, Value};

use super::bits::known_zero;

/// Levels of operands that are looked at.
const DEPTH: u32 = 6;

/// Bytes in reverse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Swap {
    /// All four.
    Word,
    /// Those of each halfword.
    Halves,
    /// Those of the low halfword, zero-extended.
    Unsigned,
    /// The same, sign-extended.
    Signed,
}

/// Where a byte comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    Zero,
    /// The byte of that number of the other value.
    Of(u8),
    /// None of these.
    Other,
}

/// The value whose bytes in reverse `value` is.
pub(super) fn swapped(func: &Function, value: Value) -> Option<(Value, Swap)> {
    let (is_root, is_extended) = match func.insts[func.def_inst(value)?] {
        InstData::Binary { op: BinaryOp::Or | BinaryOp::And, .. } => (true, false),
        InstData::Unary { op: UnaryOp::Sext16, .. } => (true, true),
        _ => (false, false),
    };
    if !is_root {
        return None;
    }
    let (source, bytes) = bytes(func, value, DEPTH)?;
    if source == value {
        return None;
    }
    // A byte that is zero is any zero byte.
    let zero = zero_bytes(func, source);
    let is = |at: usize, wanted: Byte| {
        let is_zero = |byte| match byte {
            Byte::Zero => true,
            Byte::Of(n) => zero[usize::from(n)],
            Byte::Other => false,
        };
        bytes[at] == wanted || is_zero(bytes[at]) && is_zero(wanted)
    };
    let are = |wanted: [Byte; 4]| (0..4).all(|at| is(at, wanted[at]));
    use Byte::{Of, Zero};
    let low = is(0, Of(1)) && is(1, Of(0));
    // A reversal of zeros is none.
    if zero[0] && zero[1] {
        return None;
    }
    let swap = match is_extended {
        true => low.then_some(Swap::Signed)?,
        false if are([Of(1), Of(0), Zero, Zero]) => Swap::Unsigned,
        false if are([Of(3), Of(2), Of(1), Of(0)]) => Swap::Word,
        false if are([Of(1), Of(0), Of(3), Of(2)]) => Swap::Halves,
        false => return None,
    };
    Some((source, swap))
}

/// The value whose low two bytes in reverse are those of `value`, if that is
/// made in another way than by the instruction for it.
pub(super) fn swapped_half(func: &Function, value: Value) -> Option<Value> {
    let is_root = match func.insts[func.def_inst(value)?] {
        InstData::Binary { op, args: [a, _] } => match op {
            BinaryOp::Or => true,
            BinaryOp::ShrU | BinaryOp::ShrS => {
                let inst = func.def_inst(a).map(|inst| &func.insts[inst]);
                matches!(inst, Some(InstData::Unary { op: UnaryOp::Bswap, .. }))
            }
            _ => false,
        },
        _ => false,
    };
    let (source, [low, high, ..]) = bytes(func, value, DEPTH).filter(|_| is_root)?;
    (low == Byte::Of(1) && high == Byte::Of(0)).then_some(source)
}

fn zero_bytes(func: &Function, value: Value) -> [bool; 4] {
    known_zero(func, value).to_le_bytes().map(|byte| byte == 0xff)
}

/// A value and which of its bytes are those of another one: itself at least.
fn bytes(func: &Function, value: Value, depth: u32) -> Option<(Value, [Byte; 4])> {
    let moved = if depth > 0 { moved(func, value, depth - 1) } else { None };
    moved.or_else(|| {
        let zero = zero_bytes(func, value);
        let byte = |n: usize| if zero[n] { Byte::Zero } else { Byte::Of(n as u8) };
        Some((value, [0, 1, 2, 3].map(byte)))
    })
}

/// The bytes of an operator that moves them.
fn moved(func: &Function, value: Value, depth: u32) -> Option<(Value, [Byte; 4])> {
    let of = |v| bytes(func, v, depth);
    match func.insts[func.def_inst(value)?] {
        InstData::Unary { op: UnaryOp::Bswap, arg } => {
            let (source, mut bytes) = of(arg)?;
            bytes.reverse();
            Some((source, bytes))
        }
        InstData::Unary { op: UnaryOp::Sext16, arg } => {
            let (source, [a, b, ..]) = of(arg)?;
            Some((source, [a, b, Byte::Other, Byte::Other]))
        }
        InstData::Binary { op: BinaryOp::Or, args: [a, b] } => {
            let ((source, x), (other, y)) = (of(a)?, of(b)?);
            let join = |n: usize| match (x[n], y[n]) {
                (Byte::Zero, byte) | (byte, Byte::Zero) => byte,
                (a, b) if a == b => a,
                _ => Byte::Other,
            };
            (source == other).then(|| (source, [0, 1, 2, 3].map(join)))
        }
        InstData::Binary { op: BinaryOp::And, args: [a, mask] } => {
            let mask = func.as_const(mask)?.to_le_bytes();
            let (source, bytes) = of(a)?;
            let keep = |n: usize| match mask[n] {
                0xff => bytes[n],
                0 => Byte::Zero,
                _ if bytes[n] == Byte::Zero => Byte::Zero,
                _ => Byte::Other,
            };
            Some((source, [0, 1, 2, 3].map(keep)))
        }
        InstData::Binary { op, args: [a, n] } => {
            let count = func.as_const(n)? & 31;
            let (is_moved, by) = (count % 8 == 0, count as usize / 8);
            let (source, mut bytes) = of(a).filter(|_| is_moved)?;
            match op {
                BinaryOp::Shl => {
                    bytes.rotate_right(by);
                    bytes[..by].fill(Byte::Zero);
                }
                BinaryOp::ShrU => {
                    bytes.rotate_left(by);
                    bytes[4 - by..].fill(Byte::Zero);
                }
                BinaryOp::ShrS => {
                    bytes.rotate_left(by);
                    bytes[4 - by..].fill(Byte::Other);
                }
                BinaryOp::Rotr => bytes.rotate_left(by),
                _ => return None,
            }
            Some((source, bytes))
        }
        _ => None,
    }
}
