//! Operators of `i64` (core specification 4.3.2), word by word.

use synth_ir::{BinaryOp, Cond, TrapCode, UnaryOp, Value, WideOp};
use wasmparser::Operator;

use crate::env::Helper;
use crate::error::Stop;
use crate::func::Translator;

type Pair = [Value; 2];

/// The two kinds of shift to the right.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fill {
    Zero,
    Sign,
}

fn comparison(op: &Operator<'_>) -> Option<Cond> {
    Some(match op {
        Operator::I64Eq => Cond::Eq,
        Operator::I64Ne => Cond::Ne,
        Operator::I64LtS => Cond::SLt,
        Operator::I64LeS => Cond::SLe,
        Operator::I64GtS => Cond::SGt,
        Operator::I64GeS => Cond::SGe,
        Operator::I64LtU => Cond::ULt,
        Operator::I64LeU => Cond::ULe,
        Operator::I64GtU => Cond::UGt,
        Operator::I64GeU => Cond::UGe,
        _ => return None,
    })
}

impl Translator<'_, '_> {
    pub(crate) fn int64(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        if let Some(cond) = comparison(op) {
            let (b, a) = (self.pop_i64()?, self.pop_i64()?);
            let value = self.compare64(cond, a, b);
            self.push_i32(value);
            return Ok(true);
        }
        Ok(self.unary64(op)? || self.binary64(op)?)
    }

    fn unary64(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        match op {
            Operator::I64Const { value } => {
                let lo = self.iconst(*value as i32);
                let hi = self.iconst((*value >> 32) as i32);
                self.push_i64(lo, hi);
            }
            Operator::I64Eqz => {
                let [lo, hi] = self.pop_i64()?;
                let any = self.binary(BinaryOp::Or, lo, hi);
                let value = self.compare_imm(Cond::Eq, any, 0);
                self.push_i32(value);
            }
            Operator::I64ExtendI32U => {
                let lo = self.pop_i32()?;
                self.push_zero_extended(lo);
            }
            Operator::I64ExtendI32S => {
                let lo = self.pop_i32()?;
                self.push_sign_extended(lo);
            }
            Operator::I64Extend32S => {
                let [lo, _] = self.pop_i64()?;
                self.push_sign_extended(lo);
            }
            Operator::I64Extend8S | Operator::I64Extend16S => {
                let [lo, _] = self.pop_i64()?;
                let narrow = match op {
                    Operator::I64Extend8S => UnaryOp::Sext8,
                    _ => UnaryOp::Sext16,
                };
                let lo = self.unary(narrow, lo);
                self.push_sign_extended(lo);
            }
            Operator::I64Clz => {
                let [lo, hi] = self.pop_i64()?;
                self.count_zeros(UnaryOp::Clz, hi, lo);
            }
            Operator::I64Ctz => {
                let [lo, hi] = self.pop_i64()?;
                self.count_zeros(UnaryOp::Ctz, lo, hi);
            }
            Operator::I64Popcnt => {
                let [lo, hi] = self.pop_i64()?;
                let (lo, hi) = (self.unary(UnaryOp::Popcnt, lo), self.unary(UnaryOp::Popcnt, hi));
                let sum = self.binary(BinaryOp::Add, lo, hi);
                self.push_zero_extended(sum);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn binary64(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        match op {
            Operator::I64Add => self.carried(BinaryOp::Add, WideOp::AddHi)?,
            Operator::I64Sub => self.carried(BinaryOp::Sub, WideOp::SubHi)?,
            Operator::I64Mul => self.multiply64()?,
            Operator::I64And => self.halves(BinaryOp::And)?,
            Operator::I64Or => self.halves(BinaryOp::Or)?,
            Operator::I64Xor => self.halves(BinaryOp::Xor)?,
            Operator::I64Shl => self.shift_left()?,
            Operator::I64ShrU => self.shift_right(Fill::Zero)?,
            Operator::I64ShrS => self.shift_right(Fill::Sign)?,
            Operator::I64Rotl => self.rotate(false)?,
            Operator::I64Rotr => self.rotate(true)?,
            Operator::I64DivS => self.divide64(Helper::Ldivmod, 0)?,
            Operator::I64DivU => self.divide64(Helper::Uldivmod, 0)?,
            Operator::I64RemS => self.divide64(Helper::Ldivmod, 1)?,
            Operator::I64RemU => self.divide64(Helper::Uldivmod, 1)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(crate) fn push_zero_extended(&mut self, lo: Value) {
        let hi = self.iconst(0);
        self.push_i64(lo, hi);
    }

    pub(crate) fn push_sign_extended(&mut self, lo: Value) {
        let hi = self.binary_imm(BinaryOp::ShrS, lo, 31);
        self.push_i64(lo, hi);
    }

    /// Zeros from one end: in the first word, or 32 and those of the second.
    fn count_zeros(&mut self, op: UnaryOp, first: Value, second: Value) {
        let short = self.unary(op, first);
        let long = self.unary(op, second);
        let long = self.binary_imm(BinaryOp::Add, long, 32);
        let count = self.select(first, short, long);
        self.push_zero_extended(count);
    }

    fn halves(&mut self, op: BinaryOp) -> Result<(), Stop> {
        let (b, a) = (self.pop_i64()?, self.pop_i64()?);
        let lo = self.binary(op, a[0], b[0]);
        let hi = self.binary(op, a[1], b[1]);
        self.push_i64(lo, hi);
        Ok(())
    }

    pub(crate) fn carried(&mut self, low: BinaryOp, high: WideOp) -> Result<(), Stop> {
        let (b, a) = (self.pop_i64()?, self.pop_i64()?);
        let lo = self.binary(low, a[0], b[0]);
        let hi = self.wide(high, &[a[0], a[1], b[0], b[1]]);
        self.push_i64(lo, hi);
        Ok(())
    }

    pub(crate) fn multiply64(&mut self) -> Result<(), Stop> {
        let (b, a) = (self.pop_i64()?, self.pop_i64()?);
        let lo = self.binary(BinaryOp::Mul, a[0], b[0]);
        let carry = self.binary(BinaryOp::UmulHi, a[0], b[0]);
        let cross = self.binary(BinaryOp::Mul, a[0], b[1]);
        let hi = self.binary(BinaryOp::Add, carry, cross);
        let cross = self.binary(BinaryOp::Mul, a[1], b[0]);
        let hi = self.binary(BinaryOp::Add, hi, cross);
        self.push_i64(lo, hi);
        Ok(())
    }

    /// Bits of the concatenation `hi:lo` from bit `shift` on, 0 < shift < 32.
    fn funnel(&mut self, lo: Value, hi: Value, shift: i32) -> Value {
        let lo = self.binary_imm(BinaryOp::ShrU, lo, shift);
        let hi = self.binary_imm(BinaryOp::Shl, hi, 32 - shift);
        self.binary(BinaryOp::Or, lo, hi)
    }

    fn shift_left(&mut self) -> Result<(), Stop> {
        let ([count, _], [lo, hi]) = (self.pop_i64()?, self.pop_i64()?);
        let [lo, hi] = match self.func.as_const(count).map(|c| c & 63) {
            None => [
                self.wide(WideOp::Shl64Lo, &[lo, count]),
                self.wide(WideOp::Shl64Hi, &[lo, hi, count]),
            ],
            Some(0) => [lo, hi],
            Some(32) => [self.iconst(0), lo],
            Some(c) if c < 32 => {
                let high = self.funnel(lo, hi, 32 - c);
                [self.binary_imm(BinaryOp::Shl, lo, c), high]
            }
            Some(c) => [self.iconst(0), self.binary_imm(BinaryOp::Shl, lo, c - 32)],
        };
        self.push_i64(lo, hi);
        Ok(())
    }

    fn shift_right(&mut self, fill: Fill) -> Result<(), Stop> {
        let ([count, _], [lo, hi]) = (self.pop_i64()?, self.pop_i64()?);
        let (narrow, wide_lo, wide_hi) = match fill {
            Fill::Zero => (BinaryOp::ShrU, WideOp::ShrU64Lo, WideOp::ShrU64Hi),
            Fill::Sign => (BinaryOp::ShrS, WideOp::ShrS64Lo, WideOp::ShrS64Hi),
        };
        let [lo, hi] = match self.func.as_const(count).map(|c| c & 63) {
            None => [self.wide(wide_lo, &[lo, hi, count]), self.wide(wide_hi, &[hi, count])],
            Some(0) => [lo, hi],
            Some(c) if c < 32 => {
                let low = self.funnel(lo, hi, c);
                [low, self.binary_imm(narrow, hi, c)]
            }
            Some(c) => {
                let low = if c == 32 { hi } else { self.binary_imm(narrow, hi, c - 32) };
                let high = match fill {
                    Fill::Zero => self.iconst(0),
                    Fill::Sign => self.binary_imm(BinaryOp::ShrS, hi, 31),
                };
                [low, high]
            }
        };
        self.push_i64(lo, hi);
        Ok(())
    }

    fn rotate(&mut self, right: bool) -> Result<(), Stop> {
        let ([count, _], [lo, hi]) = (self.pop_i64()?, self.pop_i64()?);
        let [lo, hi] = match self.func.as_const(count) {
            None => {
                let mut left = count;
                if right {
                    let zero = self.iconst(0);
                    left = self.binary(BinaryOp::Sub, zero, count);
                }
                let low = self.wide(WideOp::Rotl64, &[lo, hi, left]);
                [low, self.wide(WideOp::Rotl64, &[hi, lo, left])]
            }
            Some(c) => {
                let left = if right { c.wrapping_neg() & 63 } else { c & 63 };
                let (lo, hi) = if left < 32 { (lo, hi) } else { (hi, lo) };
                match left % 32 {
                    0 => [lo, hi],
                    c => [self.funnel(hi, lo, 32 - c), self.funnel(lo, hi, 32 - c)],
                }
            }
        };
        self.push_i64(lo, hi);
        Ok(())
    }

    fn as_const64(&self, pair: Pair) -> Option<i64> {
        let (lo, hi) = (self.func.as_const(pair[0])?, self.func.as_const(pair[1])?);
        Some(i64::from(hi) << 32 | i64::from(lo as u32))
    }

    /// Division by the run-time ABI's helper, behind its guards. `result` is
    /// 0 for the quotient, 1 for the remainder.
    fn divide64(&mut self, helper: Helper, result: usize) -> Result<(), Stop> {
        let (mut b, a) = (self.pop_i64()?, self.pop_i64()?);
        let divisor = self.as_const64(b);
        match divisor {
            Some(0) => return Err(self.always_trap(TrapCode::DivisionByZero)),
            Some(_) => {}
            None => {
                let any = self.binary(BinaryOp::Or, b[0], b[1]);
                let zero = self.compare_imm(Cond::Eq, any, 0);
                self.trap_if(zero, TrapCode::DivisionByZero);
            }
        }
        if helper == Helper::Ldivmod && divisor.is_none_or(|d| d == -1) {
            let ones = self.iconst(-1);
            let minus_one = self.compare64(Cond::Eq, b, [ones, ones]);
            if result == 0 {
                let min = [self.iconst(0), self.iconst(i32::MIN)];
                let min = self.compare64(Cond::Eq, a, min);
                let overflow = self.binary(BinaryOp::And, min, minus_one);
                self.trap_if(overflow, TrapCode::IntegerOverflow);
            } else {
                // The helper's remainder of MIN / -1 is not specified. A
                // remainder of division by 1 is 0 too.
                let (one, zero) = (self.iconst(1), self.iconst(0));
                b = [self.select(minus_one, one, b[0]), self.select(minus_one, zero, b[1])];
            }
        }
        let words = self.call_helper(helper, vec![a[0], a[1], b[0], b[1]])?;
        match words[..] {
            [q_lo, q_hi, r_lo, r_hi] => {
                let [lo, hi] = [[q_lo, q_hi], [r_lo, r_hi]][result];
                self.push_i64(lo, hi);
                Ok(())
            }
            _ => Err(self.malformed("helper results")),
        }
    }
}
