//! The Rust side of the rules: what they can ask of a value and emit.

use synth_ir::{BinaryOp, Cond, InstData, SymbolId, UnaryOp, Value, WideOp, interp::Val};

use super::bits::known_zero;
use super::bytes::{self, Swap};
use super::{Simplifier, rules};

/// The types that the generated code names.
pub(super) mod types {
    pub(in super::super) use super::super::bytes::Swap;
    pub(in super::super) use super::Def;
    pub use synth_ir::{BinaryOp, Cond, Slot, SymbolId, UnaryOp, Value, WideOp};
}

/// What defines a value, as the rules see it.
pub(super) enum Def {
    Const { value: i32 },
    Symbol { symbol: SymbolId, addend: i32 },
    Slot { slot: synth_ir::Slot, offset: i32 },
    Unary { op: UnaryOp, x: Value },
    Binary { op: BinaryOp, a: Value, b: Value },
    Wide2 { op: WideOp, a: Value, b: Value },
    Wide3 { op: WideOp, a: Value, b: Value, c: Value },
    Wide4 { op: WideOp, a: Value, b: Value, c: Value, d: Value },
    Compare { op: Cond, a: Value, b: Value },
    Compare64 { op: Cond, alo: Value, ahi: Value, blo: Value, bhi: Value },
    Select { cond: Value, x: Value, y: Value },
    Other,
}

impl rules::Context for Simplifier<'_> {
    fn def(&mut self, value: Value) -> Def {
        let Some(inst) = self.func.def_inst(value) else { return Def::Other };
        match self.func.insts[inst] {
            InstData::Const(value) => Def::Const { value },
            InstData::SymbolAddr { symbol, addend } => Def::Symbol { symbol, addend },
            InstData::SlotAddr { slot, offset } => Def::Slot { slot, offset },
            InstData::Unary { op, arg: x } => Def::Unary { op, x },
            InstData::Binary { op, args: [a, b] } => Def::Binary { op, a, b },
            InstData::Wide { op, ref args } => match args[..] {
                [a, b] => Def::Wide2 { op, a, b },
                [a, b, c] => Def::Wide3 { op, a, b, c },
                [a, b, c, d] => Def::Wide4 { op, a, b, c, d },
                _ => Def::Other,
            },
            InstData::Compare { cond: op, args: [a, b] } => Def::Compare { op, a, b },
            InstData::Compare64 { cond: op, args: [alo, ahi, blo, bhi] } => {
                Def::Compare64 { op, alo, ahi, blo, bhi }
            }
            InstData::Select { cond, args: [x, y] } => Def::Select { cond, x, y },
            _ => Def::Other,
        }
    }

    fn combine(&mut self, value: Value) -> Option<(Value, Value)> {
        match self.def(value) {
            Def::Binary { op: BinaryOp::Or | BinaryOp::Add | BinaryOp::Xor, a, b } => Some((a, b)),
            _ => None,
        }
    }

    fn iconst(&mut self, c: i32) -> Value {
        self.emit(InstData::Const(c))
    }

    fn symbol(&mut self, symbol: SymbolId, addend: i32) -> Value {
        self.emit(InstData::SymbolAddr { symbol, addend })
    }

    fn slot(&mut self, slot: synth_ir::Slot, offset: i32) -> Value {
        self.emit(InstData::SlotAddr { slot, offset })
    }

    fn unary(&mut self, op: &UnaryOp, arg: Value) -> Value {
        self.emit(InstData::Unary { op: *op, arg })
    }

    fn binary(&mut self, op: &BinaryOp, a: Value, b: Value) -> Value {
        self.emit(InstData::Binary { op: *op, args: [a, b] })
    }

    fn compare(&mut self, cond: &Cond, a: Value, b: Value) -> Value {
        self.emit(InstData::Compare { cond: *cond, args: [a, b] })
    }

    fn compare64(&mut self, cond: &Cond, a: Value, b: Value, c: Value, d: Value) -> Value {
        self.emit(InstData::Compare64 { cond: *cond, args: [a, b, c, d] })
    }

    fn select(&mut self, cond: Value, a: Value, b: Value) -> Value {
        self.emit(InstData::Select { cond, args: [a, b] })
    }

    fn wide2(&mut self, op: &WideOp, a: Value, b: Value) -> Value {
        self.emit(InstData::Wide { op: *op, args: vec![a, b] })
    }

    fn wide3(&mut self, op: &WideOp, a: Value, b: Value, c: Value) -> Value {
        self.emit(InstData::Wide { op: *op, args: vec![a, b, c] })
    }

    /// No rule divides.
    fn eval(&mut self, op: &BinaryOp, a: i32, b: i32) -> i32 {
        op.eval(a, b).and_then(Val::word).unwrap_or_default()
    }

    fn holds(&mut self, cond: &Cond, a: i32, b: i32) -> i32 {
        cond.holds(a as u32, b as u32).into()
    }

    fn is(&mut self, a: i32, b: i32) -> Option<i32> {
        (a == b).then_some(a)
    }

    fn below(&mut self, a: i32, b: i32) -> Option<i32> {
        ((a as u32) < b as u32).then_some(a)
    }

    fn at_most(&mut self, a: i32, b: i32) -> Option<i32> {
        (a as u32 <= b as u32).then_some(a)
    }

    fn log2(&mut self, c: i32) -> Option<i32> {
        (c as u32).is_power_of_two().then(|| c.trailing_zeros() as i32)
    }

    fn count_1_31(&mut self, c: i32) -> Option<i32> {
        Some(c & 63).filter(|n| (1..32).contains(n))
    }

    fn count_from_32(&mut self, c: i32) -> Option<i32> {
        Some((c & 63) - 32).filter(|&n| n >= 0)
    }

    fn zero_bits(&mut self, value: Value, mask: i32) -> Option<Value> {
        let zero = if self.is_word(value) { known_zero(self.func, value) } else { 0 };
        (zero & mask as u32 == mask as u32).then_some(value)
    }

    fn max_unsigned(&mut self, value: Value) -> i32 {
        !known_zero(self.func, value) as i32
    }

    fn bool(&mut self, value: Value) -> Option<Value> {
        self.zero_bits(value, !1)
    }

    fn sign_extended(&mut self, lo: Value, hi: Value) -> Option<Value> {
        let sign = match (self.def(hi), self.func.as_const(lo)) {
            (Def::Const { value }, Some(c)) => value == c >> 31,
            (Def::Const { value: 0 }, None) => self.zero_bits(lo, i32::MIN).is_some(),
            (Def::Binary { op: BinaryOp::ShrS, a, b }, _) => {
                // A shift by another count has the same sign.
                let is_same = a == lo
                    || matches!(self.def(lo), Def::Binary { op: BinaryOp::ShrS, a: x, .. } if x == a);
                is_same && self.func.as_const(b) == Some(31)
            }
            _ => false,
        };
        sign.then_some(lo)
    }

    fn mask(&mut self, c: i32) -> Option<i32> {
        self.cx.target.is_mask(c).then_some(c)
    }

    fn is_shift(&mut self, op: &BinaryOp) -> Option<BinaryOp> {
        use BinaryOp::*;
        Some(*op).filter(|op| matches!(op, Shl | ShrU | ShrS | Rotr))
    }

    fn inverted(&mut self, cond: &Cond) -> Cond {
        cond.inverted()
    }

    fn unsigned(&mut self, cond: &Cond) -> Cond {
        match cond {
            Cond::SLt => Cond::ULt,
            Cond::SLe => Cond::ULe,
            Cond::SGt => Cond::UGt,
            Cond::SGe => Cond::UGe,
            same => *same,
        }
    }

    fn of_sign(&mut self, cond: &Cond) -> Option<Cond> {
        Some(*cond).filter(|c| matches!(c, Cond::SLt | Cond::SGe))
    }

    fn swapped_bytes(&mut self, value: Value) -> Option<(Value, Swap)> {
        bytes::swapped(self.func, value)
    }

    fn equality(&mut self, cond: &Cond) -> Option<Cond> {
        Some(*cond).filter(|c| matches!(c, Cond::Eq | Cond::Ne))
    }

    fn less_or_not(&mut self, cond: &Cond) -> Option<Cond> {
        Some(*cond).filter(|c| matches!(c, Cond::SLt | Cond::SGe | Cond::ULt | Cond::UGe))
    }

    fn greater_or_not(&mut self, cond: &Cond) -> Option<Cond> {
        Some(*cond).filter(|c| matches!(c, Cond::SGt | Cond::SLe | Cond::UGt | Cond::ULe))
    }
}
