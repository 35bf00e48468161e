//! Calls (core specification 4.6.10).
//!
//! A table's entry is two words: the address of its type's signature symbol,
//! 0 when it is null, and the code address. `call_indirect` checks bounds,
//! then null, then the signature.

use synth_ir::{BinaryOp, Cond, InstData, LoadOp, Region, TrapCode, Value};
use wasmparser::Operator;

use crate::env::Size;
use crate::error::{Reason, Stop};
use crate::func::{Operand, Translator};
use crate::sig::abi_type;

impl Translator<'_, '_> {
    pub(crate) fn call(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        match *op {
            Operator::Call { function_index } => self.call_function(function_index)?,
            Operator::CallIndirect { type_index, table_index } => {
                self.call_indirect(type_index, table_index)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(crate) fn call_function(&mut self, index: u32) -> Result<(), Stop> {
        let type_index = self.env.module.functions[index as usize].ty;
        let sig = self.type_sig(type_index)?;
        let args = self.pop_values(self.env.func_type(type_index)?.params.len())?;
        let callee = self.env.functions[index as usize];
        let results = self.call_symbol(callee, sig, args);
        self.push_results(type_index, results)
    }

    fn push_results(&mut self, type_index: u32, results: Vec<Value>) -> Result<(), Stop> {
        self.ssa.spend(results.len());
        let mut results = results.into_iter();
        for ty in self.env.func_type(type_index)?.results.iter().filter_map(|&t| abi_type(t)) {
            if let Some(operand) = Operand::take(ty, &mut results) {
                self.push(operand);
            }
        }
        Ok(())
    }

    fn call_indirect(&mut self, type_index: u32, table_index: u32) -> Result<(), Stop> {
        let sig = self.type_sig(type_index)?;
        let index = self.pop_i32()?;
        let args = self.pop_values(self.env.func_type(type_index)?.params.len())?;
        let entry = self.table_entry(table_index, index)?;
        let found = self.load(LoadOp::I32, entry, 0, Region::Table);
        let null = self.compare_imm(Cond::Eq, found, 0);
        self.trap_if(null, TrapCode::UninitializedElement);
        let symbol = self.env.signature_symbol(type_index)?;
        let wanted = self.symbol_addr(symbol, 0);
        let wrong = self.compare(Cond::Ne, found, wanted);
        self.trap_if(wrong, TrapCode::IndirectCallMismatch);
        let target = self.load(LoadOp::I32, entry, 4, Region::Table);
        let call = self.effect(InstData::CallIndirect { target, sig, args });
        let results = self.func.results[call].clone();
        self.push_results(type_index, results)
    }

    /// The address of a table's entry, in bounds.
    fn table_entry(&mut self, table: u32, index: Value) -> Result<Value, Stop> {
        let table = &self.env.tables[table as usize];
        let Some(base) = table.base else {
            return Err(Stop::refused("call_indirect of a typed table", Reason::References));
        };
        match table.size {
            Size::Fixed(0) => return Err(self.always_trap(TrapCode::TableOutOfBounds)),
            Size::Fixed(size) => {
                self.trap_if_compare(Cond::UGe, index, size, TrapCode::TableOutOfBounds)?;
            }
            // A table never shrinks.
            Size::Variable(_)
                if self.func.as_const(index).is_some_and(|i| (i as u32) < table.min) => {}
            Size::Variable(symbol) => {
                let size = self.load_word(symbol, Region::Table);
                let outside = self.compare(Cond::UGe, index, size);
                self.trap_if(outside, TrapCode::TableOutOfBounds);
            }
        }
        if let Some(index) = self.func.as_const(index) {
            return Ok(self.symbol_addr(base, index.wrapping_mul(8)));
        }
        let base = self.symbol_addr(base, 0);
        let offset = self.binary_imm(BinaryOp::Shl, index, 3);
        Ok(self.binary(BinaryOp::Add, base, offset))
    }
}
