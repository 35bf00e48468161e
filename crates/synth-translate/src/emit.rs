//! Emitting instructions and using the operand stack: what all operator
//! families share.

use synth_ir::{
    BinaryOp, Cond, Inst, InstData, LoadOp, Region, Sig, StoreOp, SymbolId, TrapCode, UnaryOp,
    Value, WideOp,
};

use crate::env::Helper;
use crate::error::Stop;
use crate::func::{Operand, Translator};

impl Translator<'_, '_> {
    /// An instruction without effect.
    pub(crate) fn pure(&mut self, data: InstData) -> Value {
        let inst = self.effect(data);
        self.func.result(inst)
    }

    /// An instruction of any kind, with the place of the current operator.
    pub(crate) fn effect(&mut self, data: InstData) -> Inst {
        let loc = self.loc();
        self.func.append(self.block, data, loc)
    }

    pub(crate) fn iconst(&mut self, value: i32) -> Value {
        self.pure(InstData::Const(value))
    }

    pub(crate) fn symbol_addr(&mut self, symbol: SymbolId, addend: i32) -> Value {
        self.pure(InstData::SymbolAddr { symbol, addend })
    }

    pub(crate) fn unary(&mut self, op: UnaryOp, arg: Value) -> Value {
        self.pure(InstData::Unary { op, arg })
    }

    pub(crate) fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        self.pure(InstData::Binary { op, args: [a, b] })
    }

    /// A binary operator with a constant.
    pub(crate) fn binary_imm(&mut self, op: BinaryOp, a: Value, b: i32) -> Value {
        let b = self.iconst(b);
        self.binary(op, a, b)
    }

    pub(crate) fn wide(&mut self, op: WideOp, args: &[Value]) -> Value {
        debug_assert_eq!(args.len(), op.arity());
        self.pure(InstData::Wide { op, args: args.to_vec() })
    }

    pub(crate) fn compare(&mut self, cond: Cond, a: Value, b: Value) -> Value {
        self.pure(InstData::Compare { cond, args: [a, b] })
    }

    pub(crate) fn compare_imm(&mut self, cond: Cond, a: Value, b: i32) -> Value {
        let b = self.iconst(b);
        self.compare(cond, a, b)
    }

    pub(crate) fn compare64(&mut self, cond: Cond, a: [Value; 2], b: [Value; 2]) -> Value {
        self.pure(InstData::Compare64 { cond, args: [a[0], a[1], b[0], b[1]] })
    }

    pub(crate) fn select(&mut self, cond: Value, a: Value, b: Value) -> Value {
        self.pure(InstData::Select { cond, args: [a, b] })
    }

    pub(crate) fn load(&mut self, op: LoadOp, addr: Value, offset: i32, region: Region) -> Value {
        let inst = self.effect(InstData::Load { op, addr, offset, region });
        self.func.result(inst)
    }

    pub(crate) fn store(
        &mut self,
        op: StoreOp,
        addr: Value,
        value: Value,
        offset: i32,
        region: Region,
    ) {
        self.effect(InstData::Store { op, addr, value, offset, region });
    }

    /// Loads the word that a symbol names.
    pub(crate) fn load_word(&mut self, symbol: SymbolId, region: Region) -> Value {
        let addr = self.symbol_addr(symbol, 0);
        self.load(LoadOp::I32, addr, 0, region)
    }

    /// Stores to the word that a symbol names.
    pub(crate) fn store_word(&mut self, symbol: SymbolId, value: Value, region: Region) {
        let addr = self.symbol_addr(symbol, 0);
        self.store(StoreOp::I32, addr, value, 0, region);
    }

    pub(crate) fn trap_if(&mut self, cond: Value, code: TrapCode) {
        self.effect(InstData::TrapIf { cond, code });
    }

    /// Traps for certain.
    pub(crate) fn always_trap(&mut self, code: TrapCode) -> Stop {
        self.trap(code);
        Stop::Trapped
    }

    /// Traps if the comparison holds; nothing if it is known not to.
    pub(crate) fn trap_if_compare(
        &mut self,
        cond: Cond,
        a: Value,
        b: u32,
        code: TrapCode,
    ) -> Result<(), Stop> {
        match self.func.as_const(a) {
            Some(a) if cond.holds(a as u32, b) => Err(self.always_trap(code)),
            Some(_) => Ok(()),
            None => {
                let failed = self.compare_imm(cond, a, b as i32);
                self.trap_if(failed, code);
                Ok(())
            }
        }
    }

    /// Calls a symbol; gives the results.
    pub(crate) fn call_symbol(
        &mut self,
        callee: SymbolId,
        sig: Sig,
        args: Vec<Value>,
    ) -> Vec<Value> {
        let inst = self.effect(InstData::Call { callee, sig, args });
        self.func.results[inst].to_vec()
    }

    /// Calls a helper of the run-time ABI.
    pub(crate) fn call_helper(
        &mut self,
        helper: Helper,
        args: Vec<Value>,
    ) -> Result<Vec<Value>, Stop> {
        let callee = self.env.helper(helper)?;
        let sig = self.sig(&helper.signature());
        Ok(self.call_symbol(callee, sig, args))
    }

    pub(crate) fn push(&mut self, operand: Operand) {
        self.stack.push(operand);
    }

    pub(crate) fn push_i32(&mut self, value: Value) {
        self.stack.push(Operand::I32(value));
    }

    pub(crate) fn push_i64(&mut self, lo: Value, hi: Value) {
        self.stack.push(Operand::I64([lo, hi]));
    }

    /// The top of the stack. Validation guarantees that there is one, and of
    /// the type that the operator wants.
    pub(crate) fn pop(&mut self) -> Result<Operand, Stop> {
        self.stack.pop().ok_or_else(|| self.malformed("operand stack is empty"))
    }

    pub(crate) fn pop_i32(&mut self) -> Result<Value, Stop> {
        match self.pop()? {
            Operand::I32(value) => Ok(value),
            _ => Err(self.malformed("operand is no i32")),
        }
    }

    pub(crate) fn pop_i64(&mut self) -> Result<[Value; 2], Stop> {
        match self.pop()? {
            Operand::I64(pair) => Ok(pair),
            _ => Err(self.malformed("operand is no i64")),
        }
    }

    pub(crate) fn pop_f32(&mut self) -> Result<Value, Stop> {
        match self.pop()? {
            Operand::F32(value) => Ok(value),
            _ => Err(self.malformed("operand is no f32")),
        }
    }

    pub(crate) fn pop_f64(&mut self) -> Result<Value, Stop> {
        match self.pop()? {
            Operand::F64(value) => Ok(value),
            _ => Err(self.malformed("operand is no f64")),
        }
    }

    /// The words of the topmost `count` operands, which stay on the stack.
    pub(crate) fn top_values(&self, count: usize) -> Result<Vec<Value>, Stop> {
        let first = self.stack.len().checked_sub(count);
        let first = first.ok_or_else(|| self.malformed("operand stack is too short"))?;
        Ok(self.stack[first..].iter().flat_map(|o| o.values().iter().copied()).collect())
    }

    /// The words of the topmost `count` operands, which are popped.
    pub(crate) fn pop_values(&mut self, count: usize) -> Result<Vec<Value>, Stop> {
        let values = self.top_values(count)?;
        self.stack.truncate(self.stack.len() - count);
        Ok(values)
    }

    /// An error that validation excludes.
    pub(crate) fn malformed(&self, message: &str) -> Stop {
        Stop::Malformed { message: message.to_string(), offset: self.offset }
    }
}
