//! Floats (core specification 4.3.3).
//!
//! A trapping conversion to an integer is the saturating one behind two
//! checks: that the value is a number, and that it is in range.

use synth_ir::{BinaryOp, FloatOp, InstData, TrapCode, Type, UnaryOp, Value};
use wasmparser::Operator;

use crate::error::Stop;
use crate::func::{Operand, Translator};

/// The operator that does the same.
fn float_op(op: &Operator<'_>) -> Option<FloatOp> {
    Some(match op {
        Operator::F32Add => FloatOp::F32Add,
        Operator::F32Sub => FloatOp::F32Sub,
        Operator::F32Mul => FloatOp::F32Mul,
        Operator::F32Div => FloatOp::F32Div,
        Operator::F32Min => FloatOp::F32Min,
        Operator::F32Max => FloatOp::F32Max,
        Operator::F32Copysign => FloatOp::F32Copysign,
        Operator::F32Eq => FloatOp::F32Eq,
        Operator::F32Ne => FloatOp::F32Ne,
        Operator::F32Lt => FloatOp::F32Lt,
        Operator::F32Le => FloatOp::F32Le,
        Operator::F32Gt => FloatOp::F32Gt,
        Operator::F32Ge => FloatOp::F32Ge,
        Operator::F64Add => FloatOp::F64Add,
        Operator::F64Sub => FloatOp::F64Sub,
        Operator::F64Mul => FloatOp::F64Mul,
        Operator::F64Div => FloatOp::F64Div,
        Operator::F64Min => FloatOp::F64Min,
        Operator::F64Max => FloatOp::F64Max,
        Operator::F64Copysign => FloatOp::F64Copysign,
        Operator::F64Eq => FloatOp::F64Eq,
        Operator::F64Ne => FloatOp::F64Ne,
        Operator::F64Lt => FloatOp::F64Lt,
        Operator::F64Le => FloatOp::F64Le,
        Operator::F64Gt => FloatOp::F64Gt,
        Operator::F64Ge => FloatOp::F64Ge,
        Operator::F32Neg => FloatOp::F32Neg,
        Operator::F32Abs => FloatOp::F32Abs,
        Operator::F32Sqrt => FloatOp::F32Sqrt,
        Operator::F32Ceil => FloatOp::F32Ceil,
        Operator::F32Floor => FloatOp::F32Floor,
        Operator::F32Trunc => FloatOp::F32Trunc,
        Operator::F32Nearest => FloatOp::F32Nearest,
        Operator::F32ConvertI32S => FloatOp::F32FromI32S,
        Operator::F32ConvertI64S => FloatOp::F32FromI64S,
        Operator::I32TruncSatF32S => FloatOp::F32ToI32S,
        Operator::F32ConvertI32U => FloatOp::F32FromI32U,
        Operator::F32ConvertI64U => FloatOp::F32FromI64U,
        Operator::I32TruncSatF32U => FloatOp::F32ToI32U,
        Operator::F64Neg => FloatOp::F64Neg,
        Operator::F64Abs => FloatOp::F64Abs,
        Operator::F64Sqrt => FloatOp::F64Sqrt,
        Operator::F64Ceil => FloatOp::F64Ceil,
        Operator::F64Floor => FloatOp::F64Floor,
        Operator::F64Trunc => FloatOp::F64Trunc,
        Operator::F64Nearest => FloatOp::F64Nearest,
        Operator::F64ConvertI32S => FloatOp::F64FromI32S,
        Operator::F64ConvertI64S => FloatOp::F64FromI64S,
        Operator::I32TruncSatF64S => FloatOp::F64ToI32S,
        Operator::F64ConvertI32U => FloatOp::F64FromI32U,
        Operator::F64ConvertI64U => FloatOp::F64FromI64U,
        Operator::I32TruncSatF64U => FloatOp::F64ToI32U,
        Operator::F32DemoteF64 => FloatOp::F32Demote,
        Operator::F64PromoteF32 => FloatOp::F64Promote,
        _ => return None,
    })
}

/// The doubleword conversions: low and high word of the result.
fn to_i64(op: &Operator<'_>) -> Option<[FloatOp; 2]> {
    use FloatOp::*;
    Some(match op {
        Operator::I64TruncSatF32S | Operator::I64TruncF32S => [F32ToI64SLo, F32ToI64SHi],
        Operator::I64TruncSatF32U | Operator::I64TruncF32U => [F32ToI64ULo, F32ToI64UHi],
        Operator::I64TruncSatF64S | Operator::I64TruncF64S => [F64ToI64SLo, F64ToI64SHi],
        Operator::I64TruncSatF64U | Operator::I64TruncF64U => [F64ToI64ULo, F64ToI64UHi],
        _ => return None,
    })
}

/// The range of a trapping conversion: values from `low` (or above it, if
/// that is itself out of range) to below `high` are in range.
struct Range {
    low: f64,
    /// Whether `low` itself is out of range.
    open: bool,
    high: f64,
}

const fn range(low: f64, open: bool, high: f64) -> Range {
    Range { low, open, high }
}

/// A trapping conversion: its saturating form if it is one to a word, the
/// type converted, the range.
fn trapping(op: &Operator<'_>) -> Option<(Option<FloatOp>, Type, Range)> {
    use FloatOp::*;
    use Type::{F32, F64};
    // Powers of two, and -2^31 - 1, which is a double but no single.
    const P31: f64 = 2147483648.0;
    const P32: f64 = 4294967296.0;
    const P63: f64 = 9223372036854775808.0;
    const P64: f64 = 18446744073709551616.0;
    Some(match op {
        Operator::I32TruncF32S => (Some(F32ToI32S), F32, range(-P31, false, P31)),
        Operator::I32TruncF32U => (Some(F32ToI32U), F32, range(-1.0, true, P32)),
        Operator::I32TruncF64S => (Some(F64ToI32S), F64, range(-P31 - 1.0, true, P31)),
        Operator::I32TruncF64U => (Some(F64ToI32U), F64, range(-1.0, true, P32)),
        Operator::I64TruncF32S => (None, F32, range(-P63, false, P63)),
        Operator::I64TruncF32U => (None, F32, range(-1.0, true, P64)),
        Operator::I64TruncF64S => (None, F64, range(-P63, false, P63)),
        Operator::I64TruncF64U => (None, F64, range(-1.0, true, P64)),
        _ => return None,
    })
}

impl Translator<'_, '_> {
    pub(crate) fn float(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        if let Some(float) = float_op(op) {
            return self.float_operator(float).map(|()| true);
        }
        if let Some((word, ty, range)) = trapping(op) {
            let value = self.pop_float(ty)?;
            self.check_convertible(value, ty, &range);
            match word {
                Some(op) => {
                    let word = self.float_value(op, vec![value]);
                    self.push_i32(word);
                }
                None => self.push_i64_of(op, value),
            }
            return Ok(true);
        }
        if let Some([lo, _]) = to_i64(op) {
            let value = self.pop_float(lo.arg_types()[0])?;
            self.push_i64_of(op, value);
            return Ok(true);
        }
        self.float_bits(op)
    }

    fn float_value(&mut self, op: FloatOp, args: Vec<Value>) -> Value {
        self.pure(InstData::Float { op, args })
    }

    fn pop_float(&mut self, ty: Type) -> Result<Value, Stop> {
        match ty {
            Type::I32 => self.pop_i32(),
            Type::F32 => self.pop_f32(),
            Type::F64 => self.pop_f64(),
        }
    }

    fn float_operator(&mut self, op: FloatOp) -> Result<(), Stop> {
        use FloatOp::*;
        let args = match op {
            F32FromI64S | F32FromI64U | F64FromI64S | F64FromI64U => self.pop_i64()?.to_vec(),
            _ => {
                let mut args = vec![];
                for &ty in op.arg_types().iter().rev() {
                    args.insert(0, self.pop_float(ty)?);
                }
                args
            }
        };
        let value = self.float_value(op, args);
        self.push(match op.result_type() {
            Type::I32 => Operand::I32(value),
            Type::F32 => Operand::F32(value),
            Type::F64 => Operand::F64(value),
        });
        Ok(())
    }

    fn push_i64_of(&mut self, op: &Operator<'_>, value: Value) {
        if let Some([lo, hi]) = to_i64(op) {
            let lo = self.float_value(lo, vec![value]);
            let hi = self.float_value(hi, vec![value]);
            self.push_i64(lo, hi);
        }
    }

    /// Traps if the value is no number, or if its integer part is out of range.
    fn check_convertible(&mut self, value: Value, ty: Type, range: &Range) {
        use FloatOp::*;
        let single = ty == Type::F32;
        let pick = |a, b| if single { a } else { b };
        let nan = self.float_value(pick(F32Ne, F64Ne), vec![value, value]);
        self.trap_if(nan, TrapCode::InvalidConversion);
        let mut constant = |bound: f64| match single {
            // Each bound of a single is a single.
            true => self.pure(InstData::F32Const((bound as f32).to_bits())),
            false => self.pure(InstData::F64Const(bound.to_bits())),
        };
        let (low, high) = (constant(range.low), constant(range.high));
        let below = if range.open { pick(F32Le, F64Le) } else { pick(F32Lt, F64Lt) };
        let low = self.float_value(below, vec![value, low]);
        self.trap_if(low, TrapCode::IntegerOverflow);
        let high = self.float_value(pick(F32Ge, F64Ge), vec![value, high]);
        self.trap_if(high, TrapCode::IntegerOverflow);
    }

    /// Constants and reinterpretation.
    fn float_bits(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
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
