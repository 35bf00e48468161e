//! Calls (core specification 4.6.10), and the same as tail calls.
//!
//! A table's entry is two words: the address of its type's signature symbol,
//! 0 when it is null, and the code address. `call_indirect` checks bounds,
//! then null, then the signature.

use synth_ir::{Cond, InstData, LoadOp, Region, SymbolId, TrapCode, Value};
use wasmparser::Operator;

use crate::error::Stop;
use crate::func::{Operand, Translator};
use crate::sig::abi_type;

/// What a call calls.
#[derive(Clone, Copy)]
pub(crate) enum Callee {
    Symbol(SymbolId),
    /// A code address.
    Address(Value),
}

/// Where a call's results go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// To the operand stack.
    Continue,
    /// To the caller: the call stands in place of this function's frame.
    Return,
}

impl Translator<'_, '_> {
    pub(crate) fn call(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        match *op {
            Operator::Call { function_index } => {
                self.call_function(function_index, Then::Continue)?;
            }
            Operator::ReturnCall { function_index } => {
                self.call_function(function_index, Then::Return)?;
            }
            Operator::CallIndirect { type_index, table_index } => {
                self.call_indirect(type_index, table_index, Then::Continue)?;
            }
            Operator::ReturnCallIndirect { type_index, table_index } => {
                self.call_indirect(type_index, table_index, Then::Return)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(crate) fn call_function(&mut self, index: u32, then: Then) -> Result<(), Stop> {
        let type_index = self.env.module.functions[index as usize].ty;
        let callee = self.relocated_callee().unwrap_or(self.env.functions[index as usize]);
        self.call_callee(Callee::Symbol(callee), type_index, then)
    }

    /// Calls with the arguments on the operand stack.
    pub(crate) fn call_callee(
        &mut self,
        callee: Callee,
        type_index: u32,
        then: Then,
    ) -> Result<(), Stop> {
        let sig = self.type_sig(type_index)?;
        let args = self.pop_values(self.env.func_type(type_index)?.params.len())?;
        let call = self.effect(match (callee, then) {
            (Callee::Symbol(callee), Then::Continue) => InstData::Call { callee, sig, args },
            (Callee::Symbol(callee), Then::Return) => InstData::TailCall { callee, sig, args },
            (Callee::Address(target), Then::Continue) => {
                InstData::CallIndirect { target, sig, args }
            }
            (Callee::Address(target), Then::Return) => {
                InstData::TailCallIndirect { target, sig, args }
            }
        });
        if then == Then::Return {
            self.reachable = false;
            return Ok(());
        }
        let results = self.func.results[call].clone();
        self.ssa.spend(results.len());
        let mut results = results.into_iter();
        for ty in self.env.func_type(type_index)?.results.iter().filter_map(|&t| abi_type(t)) {
            if let Some(operand) = Operand::take(ty, &mut results) {
                self.push(operand);
            }
        }
        Ok(())
    }

    fn call_indirect(&mut self, type_index: u32, table_index: u32, then: Then) -> Result<(), Stop> {
        let index = self.pop_i32()?;
        let entry = self.table_entry(table_index, index)?;
        let found = self.load(LoadOp::I32, entry, 0, Region::Table);
        let null = self.compare_imm(Cond::Eq, found, 0);
        self.trap_if(null, TrapCode::UninitializedElement);
        let symbol = self.env.signature_symbol(type_index)?;
        let wanted = self.symbol_addr(symbol, 0);
        let wrong = self.compare(Cond::Ne, found, wanted);
        self.trap_if(wrong, TrapCode::IndirectCallMismatch);
        let target = self.load(LoadOp::I32, entry, 4, Region::Table);
        self.call_callee(Callee::Address(target), type_index, then)
    }
}
