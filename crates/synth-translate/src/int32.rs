//! Operators of `i32` (core specification 4.3.2).

use synth_ir::{BinaryOp, Cond, TrapCode, UnaryOp};
use wasmparser::Operator;

use crate::error::Stop;
use crate::func::Translator;

fn unary_op(op: &Operator<'_>) -> Option<UnaryOp> {
    Some(match op {
        Operator::I32Clz => UnaryOp::Clz,
        Operator::I32Ctz => UnaryOp::Ctz,
        Operator::I32Popcnt => UnaryOp::Popcnt,
        Operator::I32Extend8S => UnaryOp::Sext8,
        Operator::I32Extend16S => UnaryOp::Sext16,
        _ => return None,
    })
}

fn binary_op(op: &Operator<'_>) -> Option<BinaryOp> {
    Some(match op {
        Operator::I32Add => BinaryOp::Add,
        Operator::I32Sub => BinaryOp::Sub,
        Operator::I32Mul => BinaryOp::Mul,
        Operator::I32And => BinaryOp::And,
        Operator::I32Or => BinaryOp::Or,
        Operator::I32Xor => BinaryOp::Xor,
        Operator::I32Shl => BinaryOp::Shl,
        Operator::I32ShrU => BinaryOp::ShrU,
        Operator::I32ShrS => BinaryOp::ShrS,
        Operator::I32Rotr => BinaryOp::Rotr,
        _ => return None,
    })
}

fn comparison(op: &Operator<'_>) -> Option<Cond> {
    Some(match op {
        Operator::I32Eq => Cond::Eq,
        Operator::I32Ne => Cond::Ne,
        Operator::I32LtS => Cond::SLt,
        Operator::I32LeS => Cond::SLe,
        Operator::I32GtS => Cond::SGt,
        Operator::I32GeS => Cond::SGe,
        Operator::I32LtU => Cond::ULt,
        Operator::I32LeU => Cond::ULe,
        Operator::I32GtU => Cond::UGt,
        Operator::I32GeU => Cond::UGe,
        _ => return None,
    })
}

impl Translator<'_, '_> {
    pub(crate) fn int32(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        if let Some(op) = binary_op(op) {
            let (b, a) = (self.pop_i32()?, self.pop_i32()?);
            let value = self.binary(op, a, b);
            self.push_i32(value);
            return Ok(true);
        }
        if let Some(cond) = comparison(op) {
            let (b, a) = (self.pop_i32()?, self.pop_i32()?);
            let value = self.compare(cond, a, b);
            self.push_i32(value);
            return Ok(true);
        }
        if let Some(op) = unary_op(op) {
            let a = self.pop_i32()?;
            let value = self.unary(op, a);
            self.push_i32(value);
            return Ok(true);
        }
        match op {
            Operator::I32Const { value } => {
                let value = self.iconst(*value);
                self.push_i32(value);
            }
            Operator::I32Eqz => {
                let a = self.pop_i32()?;
                let value = self.compare_imm(Cond::Eq, a, 0);
                self.push_i32(value);
            }
            Operator::I32Rotl => self.rotl32()?,
            Operator::I32DivS => self.divide32(BinaryOp::SDiv)?,
            Operator::I32DivU => self.divide32(BinaryOp::UDiv)?,
            Operator::I32RemS => self.divide32(BinaryOp::SRem)?,
            Operator::I32RemU => self.divide32(BinaryOp::URem)?,
            Operator::I32WrapI64 => {
                let [lo, _] = self.pop_i64()?;
                self.push_i32(lo);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A rotation left is one right by the negated count.
    fn rotl32(&mut self) -> Result<(), Stop> {
        let (b, a) = (self.pop_i32()?, self.pop_i32()?);
        let count = match self.func.as_const(b) {
            Some(count) => self.iconst(count.wrapping_neg() & 31),
            None => {
                let zero = self.iconst(0);
                self.binary(BinaryOp::Sub, zero, b)
            }
        };
        let value = self.binary(BinaryOp::Rotr, a, count);
        self.push_i32(value);
        Ok(())
    }

    fn divide32(&mut self, op: BinaryOp) -> Result<(), Stop> {
        let (b, a) = (self.pop_i32()?, self.pop_i32()?);
        self.trap_if_compare(Cond::Eq, b, 0, TrapCode::DivisionByZero)?;
        if op == BinaryOp::SDiv {
            let (dividend, divisor) = (self.func.as_const(a), self.func.as_const(b));
            let possible =
                dividend.is_none_or(|c| c == i32::MIN) && divisor.is_none_or(|c| c == -1);
            if possible {
                let min = self.compare_imm(Cond::Eq, a, i32::MIN);
                let minus_one = self.compare_imm(Cond::Eq, b, -1);
                let overflow = self.binary(BinaryOp::And, min, minus_one);
                self.trap_if(overflow, TrapCode::IntegerOverflow);
            }
        }
        let value = self.binary(op, a, b);
        self.push_i32(value);
        Ok(())
    }
}
