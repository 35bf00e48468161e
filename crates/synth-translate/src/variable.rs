//! Locals, globals, and the parametric operators (core specification 4.6.4
//! and 4.6.5).

use synth_ir::{LoadOp, Region, StoreOp, Value};
use wasmparser::Operator;

use crate::consts::ConstValue;
use crate::error::{Reason, Stop};
use crate::func::{Operand, Translator};
use crate::sig::{abi_type, value_types};

impl Translator<'_, '_> {
    pub(crate) fn variable_access(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        match *op {
            Operator::LocalGet { local_index } => self.local_get(local_index)?,
            Operator::LocalSet { local_index } => self.local_set(local_index)?,
            Operator::LocalTee { local_index } => {
                self.local_set(local_index)?;
                self.local_get(local_index)?;
            }
            Operator::GlobalGet { global_index } => self.global_get(global_index)?,
            Operator::GlobalSet { global_index } => self.global_set(global_index)?,
            Operator::Drop => {
                self.pop()?;
            }
            Operator::Select | Operator::TypedSelect { .. } => self.select_operand()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn local_get(&mut self, local: u32) -> Result<(), Stop> {
        let ty = self.locals.get(local).ok_or_else(|| self.malformed("local index"))?;
        let (Some(abi), Some(types)) = (abi_type(ty), value_types(ty)) else {
            return Err(Stop::refused(format!("local of type {ty}"), Reason::of_type(ty)));
        };
        let mut values: Vec<Value> = Vec::with_capacity(2);
        for (word, &ty) in types.iter().enumerate() {
            values.push(self.read_local_word(local, word, ty));
        }
        if let Some(operand) = Operand::take(abi, &mut values.into_iter()) {
            self.push(operand);
        }
        Ok(())
    }

    fn local_set(&mut self, local: u32) -> Result<(), Stop> {
        let operand = self.pop()?;
        for (word, &value) in operand.values().iter().enumerate() {
            self.write_local_word(local, word, value);
        }
        Ok(())
    }

    fn select_operand(&mut self) -> Result<(), Stop> {
        let cond = self.pop_i32()?;
        let (b, a) = (self.pop()?, self.pop()?);
        let operand = match (a, b) {
            (Operand::I32(a), Operand::I32(b)) => Operand::I32(self.select(cond, a, b)),
            (Operand::I64(a), Operand::I64(b)) => {
                let lo = self.select(cond, a[0], b[0]);
                Operand::I64([lo, self.select(cond, a[1], b[1])])
            }
            (Operand::F32(a), Operand::F32(b)) => Operand::F32(self.select(cond, a, b)),
            (Operand::F64(a), Operand::F64(b)) => Operand::F64(self.select(cond, a, b)),
            _ => return Err(self.malformed("select of two types")),
        };
        self.push(operand);
        Ok(())
    }

    pub(crate) fn global_get(&mut self, index: u32) -> Result<(), Stop> {
        let global = &self.env.globals[index as usize];
        let Some(abi) = abi_type(global.ty) else {
            let what = format!("global.get of type {}", global.ty);
            return Err(Stop::refused(what, Reason::of_type(global.ty)));
        };
        if let Some(constant) = global.constant {
            return self.push_constant(constant);
        }
        let symbol = global.symbol.ok_or_else(|| self.malformed("global without symbol"))?;
        let addr = self.symbol_addr(symbol, 0);
        let mut load = |op, offset| self.load(op, addr, offset, Region::Global);
        let operand = match abi {
            synth_ir::AbiType::I32 => Operand::I32(load(LoadOp::I32, 0)),
            synth_ir::AbiType::I64 => {
                let lo = load(LoadOp::I32, 0);
                Operand::I64([lo, load(LoadOp::I32, 4)])
            }
            synth_ir::AbiType::F32 => Operand::F32(load(LoadOp::F32, 0)),
            synth_ir::AbiType::F64 => Operand::F64(load(LoadOp::F64, 0)),
        };
        self.push(operand);
        Ok(())
    }

    pub(crate) fn global_set(&mut self, index: u32) -> Result<(), Stop> {
        let global = &self.env.globals[index as usize];
        if abi_type(global.ty).is_none() {
            let what = format!("global.set of type {}", global.ty);
            return Err(Stop::refused(what, Reason::of_type(global.ty)));
        }
        let symbol = global.symbol.ok_or_else(|| self.malformed("global without symbol"))?;
        let operand = self.pop()?;
        let addr = self.symbol_addr(symbol, 0);
        let mut store = |op, value, offset| self.store(op, addr, value, offset, Region::Global);
        match operand {
            Operand::I32(value) => store(StoreOp::I32, value, 0),
            Operand::I64([lo, hi]) => {
                store(StoreOp::I32, lo, 0);
                store(StoreOp::I32, hi, 4);
            }
            Operand::F32(value) => store(StoreOp::F32, value, 0),
            Operand::F64(value) => store(StoreOp::F64, value, 0),
        }
        Ok(())
    }

    pub(crate) fn push_constant(&mut self, constant: ConstValue) -> Result<(), Stop> {
        use synth_ir::InstData;
        let operand = match constant {
            ConstValue::I32(value) => Operand::I32(self.iconst(value)),
            ConstValue::I64(value) => {
                let lo = self.iconst(value as i32);
                Operand::I64([lo, self.iconst((value >> 32) as i32)])
            }
            ConstValue::F32(bits) => Operand::F32(self.pure(InstData::F32Const(bits))),
            ConstValue::F64(bits) => Operand::F64(self.pure(InstData::F64Const(bits))),
            ConstValue::Function(index) => return self.ref_func(index),
            ConstValue::Null(ty) => self.null(ty),
        };
        self.push(operand);
        Ok(())
    }
}
