//! Constant expressions (core specification 3.3.13, with the extended-const
//! proposal).

use wasmparser::Operator;

use crate::error::Error;
use crate::operator::operator_name;
use crate::types::ValType;

/// One operator of a constant expression, in stack order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConstOp {
    /// `i32.const`.
    I32(i32),
    /// `i64.const`.
    I64(i64),
    /// `f32.const`, by its bits.
    F32(u32),
    /// `f64.const`, by its bits.
    F64(u64),
    /// `global.get`.
    GlobalGet(u32),
    /// `ref.func`.
    RefFunc(u32),
    /// `ref.null`, by the type of its value.
    RefNull(ValType),
    /// `i32.add`.
    I32Add,
    /// `i32.sub`.
    I32Sub,
    /// `i32.mul`.
    I32Mul,
    /// `i64.add`.
    I64Add,
    /// `i64.sub`.
    I64Sub,
    /// `i64.mul`.
    I64Mul,
    /// An operator of a proposal that is not compiled, by name.
    Other(&'static str),
}

/// A validated constant expression: a stack program that leaves one value.
#[derive(Clone, Debug, PartialEq)]
pub struct ConstExpr {
    /// The operators, without the final `end`.
    pub ops: Vec<ConstOp>,
    /// Byte offset in the module.
    pub offset: u64,
}

impl ConstExpr {
    pub(crate) fn read(expr: &wasmparser::ConstExpr<'_>) -> Result<Self, Error> {
        let mut reader = expr.get_operators_reader();
        let offset = reader.original_position();
        let mut ops = Vec::new();
        while !reader.eof() {
            match reader.read()? {
                Operator::End => {}
                op => ops.push(const_op(&op)),
            }
        }
        Ok(ConstExpr { ops, offset })
    }
}

fn const_op(op: &Operator<'_>) -> ConstOp {
    match *op {
        Operator::I32Const { value } => ConstOp::I32(value),
        Operator::I64Const { value } => ConstOp::I64(value),
        Operator::F32Const { value } => ConstOp::F32(value.bits()),
        Operator::F64Const { value } => ConstOp::F64(value.bits()),
        Operator::GlobalGet { global_index } => ConstOp::GlobalGet(global_index),
        Operator::RefFunc { function_index } => ConstOp::RefFunc(function_index),
        Operator::RefNull { hty } => match wasmparser::RefType::new(true, hty) {
            Some(ty) => ConstOp::RefNull(ty.into()),
            None => ConstOp::Other(operator_name(op).visitor),
        },
        Operator::I32Add => ConstOp::I32Add,
        Operator::I32Sub => ConstOp::I32Sub,
        Operator::I32Mul => ConstOp::I32Mul,
        Operator::I64Add => ConstOp::I64Add,
        Operator::I64Sub => ConstOp::I64Sub,
        Operator::I64Mul => ConstOp::I64Mul,
        _ => ConstOp::Other(operator_name(op).visitor),
    }
}
