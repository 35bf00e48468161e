//! Constant expressions whose value is known when the module is compiled.

use synth_ir::AbiType;
use synth_wasm::{ConstExpr, ConstOp};

use crate::sig::abi_type;

/// A value that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConstValue {
    I32(i32),
    I64(i64),
    /// By its bits.
    F32(u32),
    /// By its bits.
    F64(u64),
    /// A reference to a function.
    Function(u32),
    /// The null reference, of a type that is carried so.
    Null(AbiType),
}

impl ConstValue {
    /// Its bytes in memory; those of a function are addresses.
    pub(crate) fn bytes(self) -> Vec<u8> {
        match self {
            ConstValue::I32(v) => v.to_le_bytes().to_vec(),
            ConstValue::I64(v) => v.to_le_bytes().to_vec(),
            ConstValue::F32(v) => v.to_le_bytes().to_vec(),
            ConstValue::F64(v) => v.to_le_bytes().to_vec(),
            ConstValue::Function(_) => vec![0; 8],
            ConstValue::Null(ty) => vec![0; ty.size() as usize],
        }
    }
}

/// The value of an expression, unless it depends on an import. `global` gives
/// the value of a global that is known.
pub(crate) fn evaluate(
    expr: &ConstExpr,
    global: impl Fn(u32) -> Option<ConstValue>,
) -> Option<ConstValue> {
    let mut stack = Vec::new();
    for op in &expr.ops {
        let value = match *op {
            ConstOp::I32(v) => ConstValue::I32(v),
            ConstOp::I64(v) => ConstValue::I64(v),
            ConstOp::F32(v) => ConstValue::F32(v),
            ConstOp::F64(v) => ConstValue::F64(v),
            ConstOp::RefFunc(index) => ConstValue::Function(index),
            ConstOp::RefNull(ty) => ConstValue::Null(abi_type(ty)?),
            ConstOp::GlobalGet(index) => global(index)?,
            ConstOp::Other(_) => return None,
            op => {
                let (b, a) = (stack.pop()?, stack.pop()?);
                arithmetic(op, a, b)?
            }
        };
        stack.push(value);
    }
    stack.pop()
}

fn arithmetic(op: ConstOp, a: ConstValue, b: ConstValue) -> Option<ConstValue> {
    Some(match (op, a, b) {
        (ConstOp::I32Add, ConstValue::I32(a), ConstValue::I32(b)) => {
            ConstValue::I32(a.wrapping_add(b))
        }
        (ConstOp::I32Sub, ConstValue::I32(a), ConstValue::I32(b)) => {
            ConstValue::I32(a.wrapping_sub(b))
        }
        (ConstOp::I32Mul, ConstValue::I32(a), ConstValue::I32(b)) => {
            ConstValue::I32(a.wrapping_mul(b))
        }
        (ConstOp::I64Add, ConstValue::I64(a), ConstValue::I64(b)) => {
            ConstValue::I64(a.wrapping_add(b))
        }
        (ConstOp::I64Sub, ConstValue::I64(a), ConstValue::I64(b)) => {
            ConstValue::I64(a.wrapping_sub(b))
        }
        (ConstOp::I64Mul, ConstValue::I64(a), ConstValue::I64(b)) => {
            ConstValue::I64(a.wrapping_mul(b))
        }
        _ => return None,
    })
}
