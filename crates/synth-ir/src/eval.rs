//! The value of an operator on constants: the one place that says so, for the
//! interpreter and for constant folding.
//!
//! The meanings are those of the operator tables ([`UnaryOp`], [`BinaryOp`],
//! [`WideOp`], [`Cond`](crate::Cond)); floats are handled by their bits.

use crate::function::{InstData, Value};
use crate::ops::{BinaryOp, UnaryOp, WideOp};
use crate::types::Type;

/// A value at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Val {
    /// A word.
    I32(i32),
    /// Single precision, by its bits.
    F32(u32),
    /// Double precision, by its bits.
    F64(u64),
}

impl Val {
    /// Its type.
    pub fn ty(self) -> Type {
        match self {
            Val::I32(_) => Type::I32,
            Val::F32(_) => Type::F32,
            Val::F64(_) => Type::F64,
        }
    }

    /// The word, if it is one.
    pub fn word(self) -> Option<i32> {
        match self {
            Val::I32(word) => Some(word),
            _ => None,
        }
    }

    /// A 64-bit integer as two words, low word first.
    pub fn words(value: u64) -> [Val; 2] {
        [Val::I32(value as i32), Val::I32((value >> 32) as i32)]
    }

    /// The value whose bits are the lowest of `bits`.
    pub fn from_bits(ty: Type, bits: u64) -> Val {
        match ty {
            Type::I32 => Val::I32(bits as i32),
            Type::F32 => Val::F32(bits as u32),
            Type::F64 => Val::F64(bits),
        }
    }

    /// The bits, zero-extended.
    pub fn bits(self) -> u64 {
        match self {
            Val::I32(word) => (word as u32).into(),
            Val::F32(bits) => bits.into(),
            Val::F64(bits) => bits,
        }
    }
}

fn wide(lo: i32, hi: i32) -> u64 {
    u64::from(hi as u32) << 32 | u64::from(lo as u32)
}

fn high(value: u64) -> i32 {
    (value >> 32) as i32
}

impl UnaryOp {
    /// The result, if the argument has the right type.
    pub fn eval(self, arg: Val) -> Option<Val> {
        use UnaryOp::*;
        let word = match (self, arg) {
            (Clz, Val::I32(a)) => a.leading_zeros() as i32,
            (Ctz, Val::I32(a)) => a.trailing_zeros() as i32,
            (Popcnt, Val::I32(a)) => a.count_ones() as i32,
            (Sext8, Val::I32(a)) => (a as i8).into(),
            (Sext16, Val::I32(a)) => (a as i16).into(),
            (Bswap, Val::I32(a)) => a.swap_bytes(),
            (F32Bits, Val::F32(a)) => a as i32,
            (F32FromBits, Val::I32(a)) => return Some(Val::F32(a as u32)),
            (F64Lo, Val::F64(a)) => a as i32,
            (F64Hi, Val::F64(a)) => high(a),
            _ => return None,
        };
        Some(Val::I32(word))
    }
}

impl BinaryOp {
    /// The result; `None` for a division by zero.
    pub fn eval(self, a: i32, b: i32) -> Option<Val> {
        use BinaryOp::*;
        let (ua, ub) = (a as u32, b as u32);
        let word = match self {
            Add => a.wrapping_add(b),
            Sub => a.wrapping_sub(b),
            Mul => a.wrapping_mul(b),
            UmulHi => high(u64::from(ua) * u64::from(ub)),
            SmulHi => high((i64::from(a) * i64::from(b)) as u64),
            UDiv => ua.checked_div(ub)? as i32,
            URem => ua.checked_rem(ub)? as i32,
            SDiv if b == 0 => return None,
            SDiv => a.wrapping_div(b),
            SRem if b == 0 => return None,
            SRem => a.wrapping_rem(b),
            And => a & b,
            Or => a | b,
            Xor => a ^ b,
            Shl => a.wrapping_shl(ub),
            ShrU => ua.wrapping_shr(ub) as i32,
            ShrS => a.wrapping_shr(ub),
            Rotr => a.rotate_right(ub % 32),
            ShlByte => ua.checked_shl(ub & 0xff).unwrap_or(0) as i32,
            ShrUByte => ua.checked_shr(ub & 0xff).unwrap_or(0) as i32,
            ShrSByte => a >> (ub & 0xff).min(31),
            F64FromBits => return Some(Val::F64(wide(a, b))),
        };
        Some(Val::I32(word))
    }
}

impl WideOp {
    /// The result; `None` unless there are [`WideOp::arity`] arguments.
    pub fn eval(self, args: &[i32]) -> Option<i32> {
        use WideOp::*;
        Some(match (self, args) {
            (AddHi, &[al, ah, bl, bh]) => high(wide(al, ah).wrapping_add(wide(bl, bh))),
            (SubHi, &[al, ah, bl, bh]) => high(wide(al, ah).wrapping_sub(wide(bl, bh))),
            (Shl64Lo, &[lo, n]) => wide(lo, 0).wrapping_shl(n as u32) as i32,
            (Shl64Hi, &[lo, hi, n]) => high(wide(lo, hi).wrapping_shl(n as u32)),
            (ShrU64Lo, &[lo, hi, n]) => wide(lo, hi).wrapping_shr(n as u32) as i32,
            (ShrU64Hi, &[hi, n]) => high(wide(0, hi).wrapping_shr(n as u32)),
            (ShrS64Lo, &[lo, hi, n]) => (wide(lo, hi) as i64).wrapping_shr(n as u32) as i32,
            (ShrS64Hi, &[hi, n]) => high((wide(0, hi) as i64).wrapping_shr(n as u32) as u64),
            (Rotl64, &[near, far, n]) => high(wide(far, near).rotate_left(n as u32 % 64)),
            _ => return None,
        })
    }
}

impl InstData {
    /// The value of a pure instruction whose arguments have the values that
    /// `arg` gives. `None` if one that is needed has none, for a division by
    /// zero, for addresses, and for what is not pure.
    pub fn eval(&self, arg: impl Fn(Value) -> Option<Val>) -> Option<Val> {
        use InstData::*;
        let word = |v: Value| arg(v)?.word();
        match self {
            Const(value) => Some(Val::I32(*value)),
            F32Const(bits) => Some(Val::F32(*bits)),
            F64Const(bits) => Some(Val::F64(*bits)),
            Unary { op, arg: a } => op.eval(arg(*a)?),
            Binary { op, args: [a, b] } => op.eval(word(*a)?, word(*b)?),
            Wide { op, args } => {
                let mut words = [0; 4];
                for (place, &v) in words.iter_mut().zip(args) {
                    *place = word(v)?;
                }
                op.eval(words.get(..args.len())?).map(Val::I32)
            }
            Float { op, args } => {
                let args: Option<Vec<Val>> = args.iter().map(|&v| arg(v)).collect();
                op.eval(&args?)
            }
            Compare { cond, args: [a, b] } => {
                let holds = cond.holds(word(*a)? as u32, word(*b)? as u32);
                Some(Val::I32(holds.into()))
            }
            Compare64 { cond, args: [al, ah, bl, bh] } => {
                let (a, b) = (wide(word(*al)?, word(*ah)?), wide(word(*bl)?, word(*bh)?));
                Some(Val::I32(cond.holds64(a, b).into()))
            }
            Select { cond, args: [a, b] } => arg(if word(*cond)? != 0 { *a } else { *b }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [i32; 9] =
        [0, 1, -1, 31, 32, i32::MIN, i32::MAX, 0x1234_5678, 0xdead_beef_u32 as i32];

    /// Halves agree with Rust's 64-bit operators, over edge cases.
    #[test]
    fn halves_are_those_of_64_bit_operators() {
        for al in WORDS {
            for ah in WORDS {
                let a = wide(al, ah);
                for bl in WORDS {
                    let n = (bl & 63) as u32;
                    let pair = |lo: Option<i32>, hi: Option<i32>| wide(lo.unwrap(), hi.unwrap());
                    let shl =
                        pair(WideOp::Shl64Lo.eval(&[al, bl]), WideOp::Shl64Hi.eval(&[al, ah, bl]));
                    assert_eq!(shl, a << n);
                    let shr = pair(
                        WideOp::ShrU64Lo.eval(&[al, ah, bl]),
                        WideOp::ShrU64Hi.eval(&[ah, bl]),
                    );
                    assert_eq!(shr, a >> n);
                    let sar = pair(
                        WideOp::ShrS64Lo.eval(&[al, ah, bl]),
                        WideOp::ShrS64Hi.eval(&[ah, bl]),
                    );
                    assert_eq!(sar as i64, a as i64 >> n);
                    let rotl = pair(
                        WideOp::Rotl64.eval(&[al, ah, bl]),
                        WideOp::Rotl64.eval(&[ah, al, bl]),
                    );
                    assert_eq!(rotl, a.rotate_left(n));
                    for bh in WORDS {
                        let (args, b) = ([al, ah, bl, bh], wide(bl, bh));
                        assert_eq!(WideOp::AddHi.eval(&args), Some(high(a.wrapping_add(b))));
                        assert_eq!(WideOp::SubHi.eval(&args), Some(high(a.wrapping_sub(b))));
                    }
                }
            }
        }
    }

    #[test]
    fn corners_of_division_and_shifts() {
        let eval = |op: BinaryOp, a, b| op.eval(a, b).and_then(Val::word);
        assert_eq!(eval(BinaryOp::SDiv, i32::MIN, -1), Some(i32::MIN));
        assert_eq!(eval(BinaryOp::SRem, i32::MIN, -1), Some(0));
        assert_eq!(eval(BinaryOp::SRem, -7, 2), Some(-1));
        assert_eq!(eval(BinaryOp::UDiv, -1, 2), Some(i32::MAX));
        for op in [BinaryOp::SDiv, BinaryOp::SRem, BinaryOp::UDiv, BinaryOp::URem] {
            assert_eq!(eval(op, 1, 0), None);
        }
        assert_eq!(eval(BinaryOp::Shl, 1, 33), Some(2));
        assert_eq!(eval(BinaryOp::ShrS, -8, -31), Some(-4));
        assert_eq!(eval(BinaryOp::Rotr, 1, 33), Some(i32::MIN));
        // ARM ARM, LSL (register) and its like: the count is the low byte.
        assert_eq!(eval(BinaryOp::ShlByte, 3, 0x101), Some(6));
        assert_eq!(eval(BinaryOp::ShlByte, 3, 32), Some(0));
        assert_eq!(eval(BinaryOp::ShrUByte, -1, 255), Some(0));
        assert_eq!(eval(BinaryOp::ShrUByte, -1, 31), Some(1));
        assert_eq!(eval(BinaryOp::ShrSByte, -8, 32), Some(-1));
        assert_eq!(eval(BinaryOp::ShrSByte, 8, 100), Some(0));
        assert_eq!(eval(BinaryOp::UmulHi, -1, -1), Some(-2));
        assert_eq!(eval(BinaryOp::SmulHi, -1, 1), Some(-1));
    }

    #[test]
    fn unary_operators() {
        let eval = |op: UnaryOp, a| op.eval(Val::I32(a)).and_then(Val::word);
        assert_eq!(eval(UnaryOp::Clz, 0), Some(32));
        assert_eq!(eval(UnaryOp::Ctz, 0), Some(32));
        assert_eq!(eval(UnaryOp::Popcnt, -1), Some(32));
        assert_eq!(eval(UnaryOp::Sext8, 0x1ff), Some(-1));
        assert_eq!(eval(UnaryOp::Sext16, 0x18000), Some(-0x8000));
        assert_eq!(eval(UnaryOp::Bswap, 0x0102_0304), Some(0x0403_0201));
        assert_eq!(eval(UnaryOp::F64Hi, 0), None);
        assert_eq!(UnaryOp::F64Hi.eval(Val::F64(0x7ff << 52)), Some(Val::I32(0x7ff0_0000)));
    }
}
