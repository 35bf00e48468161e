//! Calls (core specification 4.6.10).
//!
//! A table's entry is two words: the address of its type's signature symbol,
//! 0 when it is null, and the code address. `call_indirect` checks bounds,
//! then null, then the signature.

use synth_ir::{Cond, InstData, LoadOp, Region, TrapCode, Value};
use wasmparser::Operator;

use crate::error::Stop;
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
        let callee = self.relocated_callee().unwrap_or(self.env.functions[index as usize]);
        let results = self.call_symbol(callee, sig, args);
        self.push_results(type_index, results)
    }

    pub(crate) fn push_results(
        &mut self,
        type_index: u32,
        results: Vec<Value>,
    ) -> Result<(), Stop> {
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
}
