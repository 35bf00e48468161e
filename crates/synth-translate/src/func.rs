//! The state of one function's translation, and the loop over its operators.
//!
//! Invariant: while [`Translator::reachable`], `block` is a block without
//! terminator and `stack` holds the values that validation says it holds.
//! After a branch or trap nothing is emitted until the end of the construct,
//! or its `else`. Constructs are a vector, not calls: input that nests deeply
//! costs memory in proportion, and no machine stack.

use std::collections::HashMap;

use synth_ir::entity::EntityRef;
use synth_ir::{
    AbiType, Block, BlockData, Function, Inst, InstData, Sig, Signature, Slot, SlotData, SourceLoc,
    SymbolId, TrapCode, Type, Value,
};
use synth_wasm::{Relocation, operator_name};
use wasmparser::{FunctionBody, Operator};

use crate::control::Frame;
use crate::env::Env;
use crate::error::{Reason, Refusal, Stop};
use crate::locals::{Assignments, LocalSlot, LocalTypes, Scan, variable};
use crate::native::{Guess, takes_number};
use crate::sig;
use crate::ssa::Ssa;

/// A translated function, to be put into the program.
#[derive(Debug)]
pub struct TranslatedFunction {
    /// Index in the function index space.
    pub index: u32,
    /// Its body. Source locations count from 1 into `sources`.
    pub function: Function,
    /// Module offsets of the source locations.
    pub(crate) sources: Vec<u32>,
    /// Numbers that were taken for addresses.
    pub(crate) guesses: Vec<Guess>,
    /// Set if the body was refused and only traps.
    pub refused: Option<Refusal>,
}

/// A value of the operand stack.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operand {
    I32(Value),
    /// Low and high word.
    I64([Value; 2]),
    F32(Value),
    F64(Value),
}

impl Operand {
    /// Its words, low first.
    pub(crate) fn values(&self) -> &[Value] {
        match self {
            Operand::I64(pair) => pair,
            Operand::I32(v) | Operand::F32(v) | Operand::F64(v) => std::slice::from_ref(v),
        }
    }

    /// The operand of that type made of the next of `values`.
    pub(crate) fn take(ty: AbiType, values: &mut impl Iterator<Item = Value>) -> Option<Operand> {
        Some(match ty {
            AbiType::I32 => Operand::I32(values.next()?),
            AbiType::I64 => Operand::I64([values.next()?, values.next()?]),
            AbiType::F32 => Operand::F32(values.next()?),
            AbiType::F64 => Operand::F64(values.next()?),
        })
    }
}

/// Translates one function.
pub(crate) struct Translator<'a, 'm> {
    pub(crate) env: &'a Env<'m>,
    pub(crate) func: Function,
    pub(crate) ssa: Ssa,
    pub(crate) block: Block,
    pub(crate) reachable: bool,
    pub(crate) stack: Vec<Operand>,
    pub(crate) frames: Vec<Frame<'m>>,
    /// Constructs opened since the code became unreachable.
    pub(crate) skipped: u32,
    pub(crate) locals: LocalTypes,
    pub(crate) loops: Scan,
    /// Slots of the locals, when they are kept in memory.
    pub(crate) slots: Option<HashMap<u32, LocalSlot>>,
    /// Number of the current operator.
    pub(crate) number: u32,
    /// Module offset of the current operator.
    pub(crate) offset: u64,
    /// Relocations of its operands, in the native model.
    pub(crate) relocs: &'m [Relocation],
    /// Index of the function.
    pub(crate) index: u32,
    /// Whether the next operator takes its last operand for a number, in the
    /// native model of a module without relocations.
    pub(crate) next_takes_number: bool,
    /// Numbers that were taken for addresses.
    pub(crate) guesses: Vec<Guess>,
    source: Option<SourceLoc>,
    sources: Vec<u32>,
    sigs: HashMap<Signature, Sig>,
    type_sigs: HashMap<u32, Sig>,
    /// Switches whose destinations may pass through blocks that only jump.
    pub(crate) switches: Vec<Inst>,
}

/// Translates function `index`. A refused function is an error, or with
/// `unsupported_traps` a body that traps.
pub(crate) fn translate(env: &Env<'_>, index: u32) -> Result<TranslatedFunction, FunctionError> {
    let refusal = |stop: (u64, Stop)| match stop {
        (offset, Stop::Refused { what, reason }) => FunctionError::Refused(Box::new(Refusal {
            function: index,
            name: env.module.function_name(index),
            symbol: env.functions[index as usize],
            offset,
            what,
            reason,
        })),
        (_, Stop::Malformed { message, offset }) => FunctionError::Malformed { message, offset },
        (offset, Stop::TooManyPhis | Stop::Trapped) => {
            FunctionError::Malformed { message: "translation did not end".to_string(), offset }
        }
    };
    let attempt = match attempt(env, index, false) {
        Err((_, Stop::TooManyPhis)) => attempt(env, index, true),
        result => result,
    };
    attempt.map_err(refusal)
}

/// Why one function was not translated.
#[derive(Debug)]
pub(crate) enum FunctionError {
    Refused(Box<Refusal>),
    Malformed { message: String, offset: u64 },
}

fn attempt(env: &Env<'_>, index: u32, in_memory: bool) -> Result<TranslatedFunction, (u64, Stop)> {
    let malformed = || Stop::Malformed { message: "no body".to_string(), offset: 0 };
    let body = env.module.body(index).ok_or_else(|| (0, malformed()))?;
    let start = body.range().start;
    let prepare = || -> Result<_, Stop> {
        let ty = env.module.function_type(index).ok_or_else(malformed)?;
        if let Some(ty) = sig::unsupported_type(ty) {
            return Err(Stop::refused(format!("a signature with {ty}"), Reason::of_type(ty)));
        }
        let mut locals = LocalTypes::default();
        ty.params.iter().for_each(|&t| locals.push(1, t));
        for run in body.get_locals_reader()? {
            let (count, ty) = run?;
            locals.push(count, env.module.val_type(ty));
        }
        let mut scan = Scan::new(&body)?;
        let assignments = std::mem::take(&mut scan.assignments);
        // What a function of that size may cost: far more than compilers'
        // output needs, and little enough to stay linear.
        let length = body.range().end - start;
        let budget = (1 << 19) + 8 * length;
        let signature = sig::signature(ty, env.options.hard_float);
        let mut t = Translator::new(env, signature, assignments, budget);
        t.index = index;
        t.locals = locals;
        t.loops = scan;
        t.define_params(ty, in_memory)?;
        t.frames.push(Frame::function(ty));
        Ok(t)
    };
    let mut t = prepare().map_err(|stop| (start, stop))?;
    if let Err(stop) = t.run(&body) {
        let stop = match stop {
            Stop::TooManyPhis if in_memory => {
                Stop::refused("too many values on branches", Reason::TooLarge)
            }
            stop => stop,
        };
        return Err((t.offset, stop));
    }
    Ok(t.finish(index))
}

impl<'a, 'm> Translator<'a, 'm> {
    /// A translator in the entry block of a function; its parameters are not
    /// bound to locals yet.
    pub(crate) fn new(
        env: &'a Env<'m>,
        signature: Signature,
        assignments: Assignments,
        budget: u64,
    ) -> Self {
        let mut func = Function::new(signature);
        let block = func.add_block();
        let types: Vec<Type> = func.signature.param_values().collect();
        for ty in types {
            func.add_param(block, ty);
        }
        Translator {
            env,
            func,
            ssa: Ssa::new(block, assignments, budget),
            block,
            reachable: true,
            stack: Vec::new(),
            frames: Vec::new(),
            skipped: 0,
            locals: LocalTypes::default(),
            loops: Scan::default(),
            slots: None,
            number: 0,
            offset: 0,
            relocs: &[],
            index: u32::MAX,
            next_takes_number: false,
            guesses: Vec::new(),
            source: None,
            sources: Vec::new(),
            sigs: HashMap::new(),
            type_sigs: HashMap::new(),
            switches: Vec::new(),
        }
    }

    fn define_params(&mut self, ty: &synth_wasm::FuncType, in_memory: bool) -> Result<(), Stop> {
        if in_memory {
            self.make_slots();
        }
        let mut values = self.func.blocks[self.block].params.clone().into_iter();
        for (local, &ty) in ty.params.iter().enumerate() {
            let types = sig::value_types(ty).unwrap_or_default();
            for (word, _) in types.iter().enumerate() {
                let Some(value) = values.next() else { continue };
                self.write_local_word(local as u32, word, value);
            }
        }
        Ok(())
    }

    /// Gives each local that is used a place in the frame, with zero in it.
    fn make_slots(&mut self) {
        let mut slots = HashMap::new();
        for local in std::mem::take(&mut self.loops.used) {
            let Some(types) = self.locals.get(local).and_then(sig::value_types) else { continue };
            let size = if types == [Type::F64] { 8 } else { 4 * types.len() as u32 };
            let slot = self.func.slots.push(SlotData { size, align: size });
            slots.insert(local, LocalSlot { slot, types });
            for (word, &ty) in types.iter().enumerate() {
                let zero = self.zero(ty);
                self.store_slot(slot, word, ty, zero);
            }
        }
        self.slots = Some(slots);
    }

    fn zero(&mut self, ty: Type) -> Value {
        match ty {
            Type::I32 => self.pure(InstData::Const(0)),
            Type::F32 => self.pure(InstData::F32Const(0)),
            Type::F64 => self.pure(InstData::F64Const(0)),
        }
    }

    pub(crate) fn store_slot(&mut self, slot: Slot, word: usize, ty: Type, value: Value) {
        let addr = self.pure(InstData::SlotAddr { slot, offset: 0 });
        self.store(store_op(ty), addr, value, 4 * word as i32, synth_ir::Region::Stack);
    }

    pub(crate) fn load_slot(&mut self, slot: Slot, word: usize, ty: Type) -> Value {
        let addr = self.pure(InstData::SlotAddr { slot, offset: 0 });
        self.load(load_op(ty), addr, 4 * word as i32, synth_ir::Region::Stack)
    }

    pub(crate) fn write_local_word(&mut self, local: u32, word: usize, value: Value) {
        match &self.slots {
            None => self.ssa.write(variable(local, word), self.block, value),
            Some(slots) => {
                if let Some(&LocalSlot { slot, types }) = slots.get(&local) {
                    self.store_slot(slot, word, types[word], value);
                }
            }
        }
    }

    pub(crate) fn read_local_word(&mut self, local: u32, word: usize, ty: Type) -> Value {
        match self.slots.as_ref().and_then(|slots| slots.get(&local)) {
            None => self.ssa.read(&mut self.func, variable(local, word), ty, self.block),
            Some(&LocalSlot { slot, types }) => self.load_slot(slot, word, types[word]),
        }
    }

    fn run(&mut self, body: &FunctionBody<'_>) -> Result<(), Stop> {
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let start = reader.original_position();
            self.set_offset(start);
            let op = reader.read()?;
            if let Some(native) = &self.env.native {
                self.relocs = native.relocs(start, reader.original_position());
                if native.statics.is_some() {
                    let next = reader.clone().read();
                    self.next_takes_number = next.is_ok_and(|op| takes_number(&op));
                }
            }
            let result = if self.reachable { self.operator(&op) } else { self.skip(&op) };
            match result {
                Ok(()) | Err(Stop::Trapped) => {}
                Err(stop) => return Err(stop),
            }
            if self.ssa.over_budget() {
                return Err(Stop::TooManyPhis);
            }
            self.number += 1;
        }
        Ok(())
    }

    /// Sets the module offset that instructions are attributed to.
    pub(crate) fn set_offset(&mut self, offset: u64) {
        self.offset = offset;
        self.source = None;
    }

    /// Each family says whether the operator is one of its own.
    fn operator(&mut self, op: &Operator<'_>) -> Result<(), Stop> {
        let known = self.native_operator(op)?
            || self.control(op)?
            || self.variable_access(op)?
            || self.int32(op)?
            || self.memory_access(op)?
            || self.int64(op)?
            || self.call(op)?
            || self.float(op)?
            || self.bulk(op)?
            || self.table(op)?
            || self.reference(op)?
            || self.atomic(op)?;
        match known {
            true => Ok(()),
            false => {
                let name = operator_name(op);
                Err(Stop::refused(name.to_string(), Reason::of_operator(name)))
            }
        }
    }

    /// The source location of the current operator.
    pub(crate) fn loc(&mut self) -> SourceLoc {
        *self.source.get_or_insert_with(|| {
            self.sources.push(self.offset as u32);
            SourceLoc(self.sources.len() as u32)
        })
    }

    /// The number of a signature in the function.
    pub(crate) fn sig(&mut self, signature: &Signature) -> Sig {
        if let Some(&sig) = self.sigs.get(signature) {
            return sig;
        }
        let sig = self.func.sigs.push(signature.clone());
        self.sigs.insert(signature.clone(), sig);
        sig
    }

    /// The number of a function type's signature in the function.
    pub(crate) fn type_sig(&mut self, type_index: u32) -> Result<Sig, Stop> {
        if let Some(&sig) = self.type_sigs.get(&type_index) {
            return Ok(sig);
        }
        let ty = self.env.func_type(type_index)?;
        if let Some(ty) = sig::unsupported_type(ty) {
            return Err(Stop::refused(format!("a call with {ty}"), Reason::of_type(ty)));
        }
        let sig = self.sig(&sig::signature(ty, self.env.options.hard_float));
        self.type_sigs.insert(type_index, sig);
        Ok(sig)
    }

    /// A block that is laid out when the translation enters it.
    pub(crate) fn new_block(&mut self) -> Block {
        self.func.blocks.push(BlockData::default())
    }

    /// Continues in a block.
    pub(crate) fn enter(&mut self, block: Block) {
        self.func.layout.push(block);
        self.block = block;
        self.reachable = true;
    }

    /// Ends the code: what follows is unreachable.
    pub(crate) fn trap(&mut self, code: TrapCode) {
        let loc = self.loc();
        self.func.append(self.block, InstData::Trap(code), loc);
        self.reachable = false;
    }

    /// Completes the function.
    pub(crate) fn finish(mut self, index: u32) -> TranslatedFunction {
        let switches = std::mem::take(&mut self.switches);
        self.ssa.finish(&mut self.func);
        thread_switches(&mut self.func, &switches);
        TranslatedFunction {
            index,
            function: self.func,
            sources: self.sources,
            guesses: self.guesses,
            refused: None,
        }
    }
}

/// Leads each destination of a switch past a block that only jumps on.
fn thread_switches(func: &mut Function, switches: &[Inst]) {
    let mut bypassed = std::collections::HashSet::new();
    for &switch in switches {
        let mut data = func.insts[switch].clone();
        for call in data.successors_mut() {
            let block = &func.blocks[call.block];
            if let [only] = block.insts[..]
                && let InstData::Jump(next) = &func.insts[only]
                && next.args.is_empty()
                && next.block != call.block
            {
                bypassed.insert(call.block);
                call.block = next.block;
            }
        }
        func.insts[switch] = data;
    }
    if !bypassed.is_empty() {
        func.layout.retain(|b| !bypassed.contains(b));
    }
}

/// A body that only traps, for a function that was refused.
pub(crate) fn trapping(refusal: Refusal, signature: Signature) -> TranslatedFunction {
    let mut function = Function::new(signature);
    let block = function.add_block();
    let types: Vec<Type> = function.signature.param_values().collect();
    for ty in types {
        function.add_param(block, ty);
    }
    function.append(block, InstData::Trap(TrapCode::Unsupported), SourceLoc(1));
    TranslatedFunction {
        index: refusal.function,
        function,
        sources: vec![refusal.offset as u32],
        guesses: vec![],
        refused: Some(refusal),
    }
}

/// A function that passes its arguments on to another of the same signature.
pub(crate) fn forwarding(signature: Signature, callee: SymbolId) -> Function {
    let mut func = Function::new(signature.clone());
    let block = func.add_block();
    let types: Vec<Type> = signature.param_values().collect();
    let args: Vec<Value> = types.into_iter().map(|ty| func.add_param(block, ty)).collect();
    let sig = func.add_sig(signature);
    let call = func.append(block, InstData::Call { callee, sig, args }, SourceLoc::default());
    let results = func.results[call].to_vec();
    func.append(block, InstData::Return(results), SourceLoc::default());
    debug_assert_eq!(block.index(), 0);
    func
}

pub(crate) fn load_op(ty: Type) -> synth_ir::LoadOp {
    match ty {
        Type::I32 => synth_ir::LoadOp::I32,
        Type::F32 => synth_ir::LoadOp::F32,
        Type::F64 => synth_ir::LoadOp::F64,
    }
}

pub(crate) fn store_op(ty: Type) -> synth_ir::StoreOp {
    match ty {
        Type::I32 => synth_ir::StoreOp::I32,
        Type::F32 => synth_ir::StoreOp::F32,
        Type::F64 => synth_ir::StoreOp::F64,
    }
}
