//! Executes instructions.

use cranelift_entity::EntityRef;

use super::layout::{STACK_END, STACK_START};
use super::{BadAddress, Halt, Host, Interpreter};
use crate::atomic::{AtomicOp, AtomicWidth, SystemOp};
use crate::eval::Val;
use crate::function::{Block, BlockCall, Function, Inst, InstData, Value};
use crate::ops::{LoadOp, StoreOp};
use crate::program::{Definition, SymbolId};
use crate::types::{Signature, Type};

/// Values of all active functions together: bounds the memory that deep
/// recursion of large functions takes.
const MAX_VALUES: usize = 1 << 24;

/// An active function.
struct Frame<'p> {
    id: SymbolId,
    func: &'p Function,
    values: Vec<Val>,
    /// Address of each slot.
    slots: Vec<u32>,
    /// Lowest address of the stack that its caller uses.
    caller: u32,
    /// Lowest address of the stack that is in use.
    stack: u32,
    /// Lowest address of the slots.
    fixed: u32,
    block: Block,
    /// Position of the next instruction in the block.
    next: usize,
}

/// What to do after an instruction.
enum Step {
    Next,
    Call {
        callee: SymbolId,
        signature: Signature,
        args: Vec<Val>,
    },
    /// The same in place of the function itself.
    TailCall {
        callee: SymbolId,
        signature: Signature,
        args: Vec<Val>,
    },
    Return(Vec<Val>),
}

impl<'p> Interpreter<'p> {
    /// Calls a function of the program, or of the host.
    ///
    /// # Errors
    /// Why it did not return.
    pub fn call(
        &mut self,
        function: SymbolId,
        args: &[Val],
        host: &mut dyn Host,
    ) -> Result<Vec<Val>, Halt> {
        let mut frames = vec![];
        self.values = 0;
        let result = self.run(function, args, host, &mut frames);
        self.place = result.as_ref().err().and(frames.last()).map(|frame| {
            let insts = &frame.func.blocks[frame.block].insts;
            let inst = insts.get(frame.next.saturating_sub(1)).copied();
            (frame.id, inst.map_or_else(Default::default, |i| frame.func.locs[i]))
        });
        result
    }

    fn run(
        &mut self,
        function: SymbolId,
        args: &[Val],
        host: &mut dyn Host,
        frames: &mut Vec<Frame<'p>>,
    ) -> Result<Vec<Val>, Halt> {
        let program = self.program;
        let function = self.callee(function)?;
        let Some(func) = program.function(function) else {
            let name = &program.symbols[function].name;
            return host.call(name, &Signature::default(), args, &mut self.memory);
        };
        frames.push(self.frame(function, func, args, STACK_END)?);
        while let Some(frame) = frames.last_mut() {
            let mut step = self.step(frame)?;
            if let Step::TailCall { callee, signature, args } = step {
                match program.function(callee) {
                    Some(func) => {
                        // Where the function itself was called.
                        self.values -= frame.values.len();
                        let stack = frame.caller;
                        let next = self.frame(callee, func, &args, stack)?;
                        *frame = next;
                        continue;
                    }
                    None => step = Step::Return(self.host_call(callee, &signature, &args, host)?),
                }
            }
            match step {
                Step::Next | Step::TailCall { .. } => {}
                Step::Return(results) => {
                    self.values -= frame.values.len();
                    frames.pop();
                    match frames.last_mut() {
                        Some(caller) => caller.finish_call(results),
                        None => return Ok(results),
                    }
                }
                Step::Call { callee, signature, args } => match program.function(callee) {
                    Some(func) => {
                        let stack = frame.stack;
                        if frames.len() >= self.max_depth {
                            return Err(Halt::CallDepth);
                        }
                        frames.push(self.frame(callee, func, &args, stack)?);
                    }
                    None => frame.finish_call(self.host_call(callee, &signature, &args, host)?),
                },
            }
        }
        Ok(vec![])
    }

    /// Calls a function that the program does not define.
    fn host_call(
        &mut self,
        callee: SymbolId,
        signature: &Signature,
        args: &[Val],
        host: &mut dyn Host,
    ) -> Result<Vec<Val>, Halt> {
        let name = &self.program.symbols[callee].name;
        let results = host.call(name, signature, args, &mut self.memory)?;
        if !results.iter().map(|v| v.ty()).eq(signature.result_values()) {
            return Err(Halt::Signature(name.clone()));
        }
        Ok(results)
    }

    /// A frame at the start of a function, below `stack`.
    fn frame(
        &mut self,
        id: SymbolId,
        func: &'p Function,
        args: &[Val],
        stack: u32,
    ) -> Result<Frame<'p>, Halt> {
        if !args.iter().map(|v| v.ty()).eq(func.signature.param_values()) {
            return Err(Halt::Signature(self.program.symbols[id].name.clone()));
        }
        self.values += func.values.len();
        if self.values > MAX_VALUES {
            return Err(Halt::CallDepth);
        }
        let block = func.entry();
        let mut values = vec![Val::I32(0); func.values.len()];
        for (&param, &arg) in func.blocks[block].params.iter().zip(args) {
            values[param.index()] = arg;
        }
        let mut at = u64::from(stack);
        let mut slots = vec![];
        for slot in func.slots.values() {
            at = at.checked_sub(slot.size.into()).ok_or(Halt::CallDepth)?;
            at -= at % u64::from(slot.align.max(1));
            if at < STACK_START.into() {
                return Err(Halt::CallDepth);
            }
            slots.push(at as u32);
        }
        let fixed = at as u32 & !7;
        Ok(Frame { id, func, values, slots, caller: stack, stack: fixed, fixed, block, next: 0 })
    }

    fn step(&mut self, frame: &mut Frame<'p>) -> Result<Step, Halt> {
        use InstData::*;
        self.fuel = self.fuel.checked_sub(1).ok_or(Halt::OutOfFuel)?;
        let func = frame.func;
        let inst = func.blocks[frame.block].insts[frame.next];
        frame.next += 1;
        match &func.insts[inst] {
            SymbolAddr { symbol, addend } => {
                let address = self.addresses[*symbol].wrapping_add_signed(*addend);
                frame.set(inst, Val::I32(address as i32));
            }
            SlotAddr { slot, offset } => {
                let address = frame.slots[slot.index()].wrapping_add_signed(*offset);
                frame.set(inst, Val::I32(address as i32));
            }
            Load { op, addr, offset, .. } => {
                let address = frame.address(*addr, *offset);
                aligned(op.result_type(), address)?;
                let value = extend(*op, self.memory.load(address, op.bytes())?);
                frame.set(inst, value);
            }
            Store { op, addr, value, offset, .. } => {
                self.store(*op, frame.address(*addr, *offset), frame.get(*value))?;
            }
            Atomic { op, width, addr, args, offset, .. } => {
                let address = frame.address(*addr, *offset);
                let words: Vec<u32> = args.iter().map(|&v| frame.word(v) as u32).collect();
                let old = self.atomic(*op, *width, address, &words)?;
                let results = func.results[inst].iter().zip([old as i32, (old >> 32) as i32]);
                results.for_each(|(v, word)| frame.values[v.index()] = Val::I32(word));
            }
            System { op: SystemOp::SpillArguments, .. } => return Err(Halt::Arguments),
            System { .. } => {
                // Nothing else runs, and no interrupt comes.
                if let Some(&mask) = func.results[inst].first() {
                    frame.values[mask.index()] = Val::I32(0);
                }
            }
            StackSave => frame.set(inst, Val::I32(frame.stack as i32)),
            StackRestore { addr } => {
                let addr = frame.word(*addr) as u32;
                if !addr.is_multiple_of(8) || !(STACK_START..=frame.fixed).contains(&addr) {
                    return Err(Halt::BadStack(addr));
                }
                frame.stack = addr;
            }
            TrapIf { cond, code } => {
                if frame.word(*cond) != 0 {
                    return Err(Halt::Trap(*code));
                }
            }
            Trap(code) => return Err(Halt::Trap(*code)),
            data @ (Call { .. }
            | CallIndirect { .. }
            | TailCall { .. }
            | TailCallIndirect { .. }) => return self.start_call(frame, data),
            Jump(call) => frame.branch(call),
            Branch { cond, then, other, .. } => {
                let taken = frame.word(*cond) != 0;
                frame.branch(if taken { then } else { other });
            }
            Switch { index, targets, default } => {
                let index = frame.word(*index) as u32 as usize;
                frame.branch(targets.get(index).unwrap_or(default));
            }
            Return(args) => return Ok(Step::Return(frame.list(args))),
            data => {
                let value = data.eval(|v| Some(frame.get(v))).ok_or(Halt::Division)?;
                frame.set(inst, value);
            }
        }
        Ok(Step::Next)
    }

    fn store(&mut self, op: StoreOp, address: u32, value: Val) -> Result<(), Halt> {
        aligned(op.value_type(), address)?;
        Ok(self.memory.store(address, op.bytes(), value.bits())?)
    }

    /// Performs an atomic access; gives the old value.
    fn atomic(
        &mut self,
        op: AtomicOp,
        width: AtomicWidth,
        address: u32,
        words: &[u32],
    ) -> Result<u64, Halt> {
        let bytes = width.bytes();
        if !address.is_multiple_of(bytes) {
            return Err(BadAddress(address).into());
        }
        let wide = |words: &[u32]| words.iter().rev().fold(0, |n, &w| n << 32 | u64::from(w));
        let operands: Vec<u64> = words.chunks(width.words()).map(wide).collect();
        // A store reads nothing.
        let old = if op.has_result() { self.memory.load(address, bytes)? } else { 0 };
        if let Some(new) = op.eval(old, &operands) {
            self.memory.store(address, bytes, new)?;
        }
        Ok(old)
    }

    fn start_call(&self, frame: &Frame<'p>, data: &InstData) -> Result<Step, Halt> {
        use InstData::*;
        let callee = match data {
            CallIndirect { target, .. } | TailCallIndirect { target, .. } => {
                let address = frame.word(*target) as u32;
                self.function_at(address).ok_or(Halt::BadCall(address))?
            }
            data => self.callee(data.callee().unwrap_or(frame.id))?,
        };
        let signature = data.call_sig().map(|sig| frame.func.sigs[sig].clone()).unwrap_or_default();
        if let Definition::Function(func) = &self.program.symbols[callee].def
            && func.signature != signature
        {
            return Err(Halt::BadCall(self.addresses[callee]));
        }
        let mut args = vec![];
        data.for_each_arg(|v| args.push(frame.get(v)));
        if data.callee().is_none() {
            // The address comes first.
            args.remove(0);
        }
        Ok(match data.is_terminator() {
            true => Step::TailCall { callee, signature, args },
            false => Step::Call { callee, signature, args },
        })
    }
}

impl Frame<'_> {
    fn get(&self, value: Value) -> Val {
        self.values[value.index()]
    }

    fn word(&self, value: Value) -> i32 {
        self.get(value).word().unwrap_or_default()
    }

    fn list(&self, values: &[Value]) -> Vec<Val> {
        values.iter().map(|&v| self.get(v)).collect()
    }

    fn set(&mut self, inst: Inst, value: Val) {
        self.values[self.func.result(inst).index()] = value;
    }

    fn address(&self, base: Value, offset: i32) -> u32 {
        self.word(base).wrapping_add(offset) as u32
    }

    fn branch(&mut self, call: &BlockCall) {
        // All arguments are read before a parameter changes.
        let args = self.list(&call.args);
        self.block = call.block;
        self.next = 0;
        for (&param, arg) in self.func.blocks[call.block].params.iter().zip(args) {
            self.values[param.index()] = arg;
        }
    }

    /// Continues after the call that the frame waits for.
    fn finish_call(&mut self, results: Vec<Val>) {
        let inst = self.func.blocks[self.block].insts[self.next - 1];
        for (&value, result) in self.func.results[inst].iter().zip(results) {
            self.values[value.index()] = result;
        }
    }
}

/// Checks the address of a value of that type.
fn aligned(ty: Type, address: u32) -> Result<(), Halt> {
    if ty == Type::I32 || address.is_multiple_of(4) {
        Ok(())
    } else {
        Err(Halt::Unaligned(address))
    }
}

fn extend(op: LoadOp, bits: u64) -> Val {
    match op {
        LoadOp::S8 => Val::I32((bits as i8).into()),
        LoadOp::S16 => Val::I32((bits as i16).into()),
        _ => Val::from_bits(op.result_type(), bits),
    }
}
