//! Floats as values: constants and reinterpretation (core specification
//! 4.3.3). Arithmetic on them is refused.

use synth_ir::{BinaryOp, InstData, UnaryOp};
use wasmparser::Operator;

use crate::error::Stop;
use crate::func::{Operand, Translator};

impl Translator<'_, '_> {
    pub(crate) fn float(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        match op {
            Operator::F32Const { value } => {
                let value = self.pure(InstData::F32Const(value.bits()));
                self.push(Operand::F32(value));
            }
            Operator::F64Const { value } => {
                let value = self.pure(InstData::F64Const(value.bits()));
                self.push(Operand::F64(value));
            }
            Operator::I32ReinterpretF32 => {
                let value = self.pop_f32()?;
                let bits = self.unary(UnaryOp::F32Bits, value);
                self.push_i32(bits);
            }
            Operator::F32ReinterpretI32 => {
                let bits = self.pop_i32()?;
                let value = self.unary(UnaryOp::F32FromBits, bits);
                self.push(Operand::F32(value));
            }
            Operator::I64ReinterpretF64 => {
                let value = self.pop_f64()?;
                let lo = self.unary(UnaryOp::F64Lo, value);
                let hi = self.unary(UnaryOp::F64Hi, value);
                self.push_i64(lo, hi);
            }
            Operator::F64ReinterpretI64 => {
                let [lo, hi] = self.pop_i64()?;
                let value = self.binary(BinaryOp::F64FromBits, lo, hi);
                self.push(Operand::F64(value));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
