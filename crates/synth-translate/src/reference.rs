//! References as values (core specification 4.6.2), and calls of them. The crate's documentation
//! says which words they are; a null reference is all zero, and its last word
//! tells it from others.

use synth_ir::{AbiType, Cond, TrapCode};
use synth_wasm::ValType;
use wasmparser::{HeapType, Operator, RefType};

use crate::call::{Callee, Then};
use crate::error::{Reason, Stop};
use crate::func::{Operand, Translator};
use crate::sig::abi_type;

impl Translator<'_, '_> {
    pub(crate) fn reference(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        match *op {
            Operator::RefNull { hty } => self.ref_null(self.env.module.val_type(nullable(hty)))?,
            Operator::RefFunc { function_index } => self.ref_func(function_index)?,
            Operator::RefIsNull => {
                let operand = self.pop()?;
                let null = self.compare_null(operand, Cond::Eq);
                self.push_i32(null);
            }
            Operator::RefAsNonNull => {
                let operand = self.pop()?;
                self.check_not_null(operand);
                self.push(operand);
            }
            Operator::CallRef { type_index } => self.call_ref(type_index, Then::Continue)?,
            Operator::ReturnCallRef { type_index } => self.call_ref(type_index, Then::Return)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The type is certain: only null is left to check.
    fn call_ref(&mut self, type_index: u32, then: Then) -> Result<(), Stop> {
        let operand = self.pop()?;
        self.check_not_null(operand);
        let Operand::I64([_, target]) = operand else {
            return Err(self.malformed("operand is no reference"));
        };
        self.call_callee(Callee::Address(target), type_index, then)
    }

    fn check_not_null(&mut self, operand: Operand) {
        let null = self.compare_null(operand, Cond::Eq);
        self.trap_if(null, TrapCode::NullReference);
    }

    pub(crate) fn ref_null(&mut self, ty: ValType) -> Result<(), Stop> {
        let abi = abi_type(ty);
        let abi = abi.ok_or_else(|| Stop::refused("ref.null", Reason::of_type(ty)))?;
        let null = self.null(abi);
        self.push(null);
        Ok(())
    }

    /// The null reference that is carried so.
    pub(crate) fn null(&mut self, ty: AbiType) -> Operand {
        let zero = self.iconst(0);
        match ty {
            AbiType::I64 => Operand::I64([zero, zero]),
            _ => Operand::I32(zero),
        }
    }

    pub(crate) fn ref_func(&mut self, index: u32) -> Result<(), Stop> {
        let function = self.env.module.functions.get(index as usize);
        let ty = function.ok_or_else(|| self.malformed("function index"))?.ty;
        let symbol = self.env.signature_symbol(ty)?;
        let ty = self.symbol_addr(symbol, 0);
        let code = self.symbol_addr(self.env.functions[index as usize], 0);
        self.push_i64(ty, code);
        Ok(())
    }

    /// Compares a reference with null.
    pub(crate) fn compare_null(&mut self, operand: Operand, cond: Cond) -> synth_ir::Value {
        let words = operand.values();
        self.compare_imm(cond, words[words.len() - 1], 0)
    }
}

/// The nullable reference to what a heap type describes.
fn nullable(heap: HeapType) -> ValType {
    RefType::new(true, heap).map_or(ValType::OtherRef, ValType::from)
}
