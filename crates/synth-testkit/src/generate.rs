//! Random programs for differential tests.
//!
//! What is generated passes the verifier, ends after a bounded number of steps,
//! divides only by what a guard has checked, reads only memory that has been
//! written, and lets no address flow into a result or into memory, so that the
//! interpreter and a core must agree on it. Control flow is structured: it is
//! made of conditions, switches and counted loops, with early returns.

use synth_ir::{
    AbiType, BinaryOp, Block, BlockCall, Builder, Cond, Convention, Data, DataKind, DataReloc,
    Definition, Function, Hint, InstData, Linkage, LoadOp, Program, Region, Signature, Slot,
    SlotData, StoreOp, SymbolId, TrapCode, Type, UnaryOp, Value, WideOp,
};

use synth_thumb::{TAIL_RETURNS, needs_tail_returns};

use crate::rng::Rng;

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Functions in the program; each may call those before it.
    pub functions: usize,
    /// Statements in a function, roughly.
    pub statements: usize,
    /// Whether traps may be generated.
    pub traps: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config { functions: 4, statements: 30, traps: true }
    }
}

/// Size of the variable that all functions read and write, in bytes.
const BUFFER: u32 = 512;
/// Calls of other functions, so that the time stays bounded.
const CALLS: usize = 3;

/// A random program. Its functions are named `f0` and up.
#[must_use]
pub fn generate(rng: &mut Rng, config: &Config) -> Program {
    let mut program = Program::new();
    let bytes = (0..BUFFER).map(|_| rng.bits() as u8).collect();
    let data = Data { bytes, size: BUFFER, align: 8, ..Data::default() };
    let buffer = program.add("buffer", Linkage::Global, Definition::Data(data));
    let mut functions = vec![];
    for index in 0..config.functions {
        let signature = random_signature(rng);
        let linkage = match signature.convention {
            Convention::Internal => Linkage::Local,
            _ => Linkage::Global,
        };
        let mut function = Function::new(signature.clone());
        let mut generator = Generator {
            rng,
            config,
            buffer,
            callees: &functions,
            calls: CALLS,
            depth: 0,
            loops: 0,
            budget: config.statements,
            slots: vec![],
            returns: signature.result_values().count(),
        };
        generator.function(&mut function);
        let definition = Definition::Function(Box::new(function));
        let id = program.add(format!("f{index}"), linkage, definition);
        // A word of constant data with its address, for indirect calls.
        let relocs = vec![DataReloc { offset: 4, symbol: id, addend: 0 }];
        let kind = DataKind::Const;
        let pointer = Data { size: 8, align: 4, kind, relocs, ..Data::default() };
        let pointer = program.add(format!("p{index}"), Linkage::Local, Definition::Data(pointer));
        functions.push(Callee { id, pointer, signature });
    }
    if needs_tail_returns(&program) {
        // Its code is not the representation's.
        let mut body = Function::new(Signature::default());
        let block = body.add_block();
        Builder::new(&mut body, block).inst(InstData::Trap(TrapCode::Unreachable));
        program.add(TAIL_RETURNS, Linkage::Comdat, Definition::Function(Box::new(body)));
    }
    program
}

fn random_signature(rng: &mut Rng) -> Signature {
    use AbiType::{I32, I64};
    let types = |rng: &mut Rng, count: usize| -> Vec<AbiType> {
        (0..count).map(|_| *rng.pick(&[I32, I32, I32, I64])).collect()
    };
    let count = rng.below(7);
    let params = types(rng, count);
    let count = *rng.pick(&[0, 1, 1, 1, 1, 2, 3]);
    let results = types(rng, count);
    let words: u32 = results.iter().map(|ty| ty.size() / 4).sum();
    let convention = match rng.below(6) {
        0 if words <= 4 => Convention::Helper,
        1 => Convention::Internal,
        _ => Convention::Aapcs,
    };
    Signature { convention, ..Signature::new(params, results) }
}

struct Callee {
    id: SymbolId,
    pointer: SymbolId,
    signature: Signature,
}

struct Generator<'g> {
    rng: &'g mut Rng,
    config: &'g Config,
    buffer: SymbolId,
    callees: &'g [Callee],
    calls: usize,
    depth: usize,
    loops: usize,
    budget: usize,
    slots: Vec<(Slot, u32)>,
    returns: usize,
}

/// Values that may be used: words, and addresses in the buffer that have at
/// least 64 bytes on both sides.
#[derive(Clone, Default)]
struct Scope {
    words: Vec<Value>,
    addresses: Vec<Value>,
}

impl Generator<'_> {
    fn function(&mut self, function: &mut Function) {
        let entry = function.add_block();
        let types: Vec<Type> = function.signature.param_values().collect();
        let mut scope = Scope::default();
        for ty in types {
            scope.words.push(function.add_param(entry, ty));
        }
        for _ in 0..self.rng.below(3) {
            let size = *self.rng.pick(&[4, 8, 12, 40, 64]);
            let align = *self.rng.pick(&[4, 8]);
            self.slots.push((function.slots.push(SlotData { size, align }), size));
        }
        let mut b = Builder::new(function, entry);
        let start = b.iconst(self.rng.word() as i32);
        scope.words.push(start);
        self.fill_slots(&mut b, &scope);
        self.body(&mut b, &mut scope);
        self.give_back(&mut b, &scope);
    }

    fn fill_slots(&mut self, b: &mut Builder<'_>, scope: &Scope) {
        for (slot, size) in self.slots.clone() {
            for offset in (0..size as i32).step_by(4) {
                let value = *self.rng.pick(&scope.words);
                let shift = self.rng.below(2) as i32 * offset;
                let data = InstData::SlotAddr { slot, offset: shift };
                let inst = b.inst(data);
                let addr = b.func.result(inst);
                b.store(StoreOp::I32, addr, value, offset - shift, Region::Stack);
            }
        }
    }

    /// Ends the block with a return, or with a tail call.
    fn give_back(&mut self, b: &mut Builder<'_>, scope: &Scope) {
        if self.rng.one_in(3) && self.tail_call(b, scope) {
            return;
        }
        let mut values = vec![];
        for _ in 0..self.returns {
            let mut value = self.operand(b, scope);
            // Many values are still needed here.
            for _ in 0..self.rng.below(6) {
                let other = *self.rng.pick(&scope.words);
                value = b.binary(BinaryOp::Xor, value, other);
            }
            values.push(value);
        }
        b.ret(&values);
    }

    /// Ends the block with a tail call, if a function has the results for it.
    fn tail_call(&mut self, b: &mut Builder<'_>, scope: &Scope) -> bool {
        let own = &b.func.signature;
        // Helpers return several words in registers, others in memory.
        let helper = |signature: &Signature| signature.convention == Convention::Helper;
        let fits = |callee: &&Callee| {
            let other = &callee.signature;
            other.results == own.results && helper(other) == helper(own)
        };
        let callees: Vec<&Callee> = self.callees.iter().filter(fits).collect();
        if callees.is_empty() || self.calls == 0 || self.loops > 1 {
            return false;
        }
        self.calls -= 1;
        let callee = *self.rng.pick(&callees);
        let args = self.operands(b, scope, callee.signature.param_values().count());
        let sig = b.func.add_sig(callee.signature.clone());
        if self.rng.one_in(2) && callee.signature.convention != Convention::Internal {
            let pointer = b.symbol_addr(callee.pointer, 0);
            let target = b.load(LoadOp::I32, pointer, 4, Region::Const);
            b.inst(InstData::TailCallIndirect { target, sig, args });
        } else {
            b.inst(InstData::TailCall { callee: callee.id, sig, args });
        }
        true
    }

    fn body(&mut self, b: &mut Builder<'_>, scope: &mut Scope) {
        let count = 1 + self.rng.below(1 + self.config.statements / 2);
        for _ in 0..count {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            self.statement(b, scope);
        }
    }

    fn statement(&mut self, b: &mut Builder<'_>, scope: &mut Scope) {
        match self.rng.below(40) {
            0..16 => self.arithmetic(b, scope),
            16..20 => self.load(b, scope),
            20..24 => self.store(b, scope),
            24..27 => self.call(b, scope),
            27..29 if self.config.traps => self.trap(b, scope),
            29 => self.address(b, scope),
            30..34 if self.depth < 4 => self.condition(b, scope),
            34..36 if self.depth < 4 => self.switch(b, scope),
            36..39 if self.depth < 4 && self.loops < 2 => self.repeat(b, scope),
            _ => self.arithmetic(b, scope),
        }
    }

    /// A word: one in scope, or a constant.
    fn operand(&mut self, b: &mut Builder<'_>, scope: &Scope) -> Value {
        if self.rng.one_in(4) {
            let constant = self.rng.word();
            return b.iconst(constant as i32);
        }
        // The latest values are used most.
        let words = &scope.words;
        let latest = if self.rng.one_in(2) { words.len().min(4) } else { words.len() };
        words[words.len() - 1 - self.rng.below(latest)]
    }

    fn operands(&mut self, b: &mut Builder<'_>, scope: &Scope, count: usize) -> Vec<Value> {
        (0..count).map(|_| self.operand(b, scope)).collect()
    }

    fn arithmetic(&mut self, b: &mut Builder<'_>, scope: &mut Scope) {
        let value = match self.rng.below(20) {
            0..9 => self.binary(b, scope),
            9..11 => {
                let ops = [UnaryOp::Clz, UnaryOp::Ctz, UnaryOp::Popcnt, UnaryOp::Sext8];
                let op = *self.rng.pick(&[&ops[..], &[UnaryOp::Sext16, UnaryOp::Bswap]].concat());
                let arg = self.operand(b, scope);
                b.unary(op, arg)
            }
            11..14 => {
                let op = *self.rng.pick(WideOp::ALL);
                let args = self.operands(b, scope, op.arity());
                b.wide(op, &args)
            }
            14..16 => self.comparison(b, scope),
            16 => {
                // Both halves of a sum or difference.
                let a = self.operands(b, scope, 4);
                let (low, high) = *self
                    .rng
                    .pick(&[(BinaryOp::Add, WideOp::AddHi), (BinaryOp::Sub, WideOp::SubHi)]);
                let low = b.binary(low, a[0], a[2]);
                let high = b.wide(high, &a);
                scope.words.push(low);
                high
            }
            _ => {
                let cond = self.comparison(b, scope);
                let args = self.operands(b, scope, 2);
                b.select(cond, args[0], args[1])
            }
        };
        scope.words.push(value);
    }

    fn binary(&mut self, b: &mut Builder<'_>, scope: &Scope) -> Value {
        let op = *self.rng.pick(BinaryOp::ALL);
        let mut args = self.operands(b, scope, 2);
        if op.needs_guard() {
            let one = b.iconst(1);
            args[1] = b.binary(BinaryOp::Or, args[1], one);
        }
        match op.result_type() {
            Type::I32 => b.binary(op, args[0], args[1]),
            _ => b.binary(BinaryOp::Sub, args[0], args[1]),
        }
    }

    fn comparison(&mut self, b: &mut Builder<'_>, scope: &Scope) -> Value {
        let cond = *self.rng.pick(Cond::ALL);
        let a = self.operands(b, scope, 4);
        match self.rng.below(6) {
            0 => a[0],
            1 => b.compare64(cond, [a[0], a[1]], [a[2], a[3]]),
            2 => {
                let zero = b.iconst(0);
                b.compare(cond, a[0], zero)
            }
            _ => b.compare(cond, a[0], a[1]),
        }
    }

    /// An address in the buffer with 64 bytes on both sides.
    fn address(&mut self, b: &mut Builder<'_>, scope: &mut Scope) {
        let addend = 64 + self.rng.below(128) as i32;
        let start = b.symbol_addr(self.buffer, addend);
        let value = self.operand(b, scope);
        let mask = b.iconst(*self.rng.pick(&[0x7f, 0x7c, 0x3c, 3, 0xff]));
        let index = b.binary(BinaryOp::And, value, mask);
        let address = b.binary(BinaryOp::Add, start, index);
        scope.addresses.push(address);
    }

    /// Base, offset and region of an access of up to 4 bytes.
    fn place(&mut self, b: &mut Builder<'_>, scope: &Scope, bytes: u32) -> (Value, i32, Region) {
        let region = *self.rng.pick(&[Region::Memory(0), Region::Native, Region::Global]);
        match self.rng.below(5) {
            0 if !self.slots.is_empty() => {
                let (slot, size) = *self.rng.pick(&self.slots);
                let at = self.rng.below((size - bytes) as usize + 1) as i32;
                let split = self.rng.below(at as usize + 1) as i32;
                let inst = b.inst(InstData::SlotAddr { slot, offset: split });
                (b.func.result(inst), at - split, Region::Stack)
            }
            1 | 2 if !scope.addresses.is_empty() => {
                let base = *self.rng.pick(&scope.addresses);
                (base, self.rng.below(120) as i32 - 60, region)
            }
            3 => {
                // base + (index << shift), which one instruction can add.
                let value = self.operand(b, scope);
                let mask = b.iconst(0x1f);
                let index = b.binary(BinaryOp::And, value, mask);
                let shift = b.iconst(self.rng.below(4) as i32);
                let index = b.binary(BinaryOp::Shl, index, shift);
                let base = b.symbol_addr(self.buffer, 8);
                let args = if self.rng.one_in(2) { [base, index] } else { [index, base] };
                let base = b.binary(BinaryOp::Add, args[0], args[1]);
                (base, *self.rng.pick(&[0, 0, 4, -8, 9]), region)
            }
            _ => {
                let at = self.rng.below((BUFFER - bytes) as usize) as i32;
                let far = *self.rng.pick(&[0, 0, 1, -300, 4096, -40000, 0x0123_4567]);
                (b.symbol_addr(self.buffer, at - far), far, region)
            }
        }
    }

    fn load(&mut self, b: &mut Builder<'_>, scope: &mut Scope) {
        let ops = [LoadOp::I32, LoadOp::I32, LoadOp::U8, LoadOp::S8, LoadOp::U16, LoadOp::S16];
        let op = *self.rng.pick(&ops);
        let (base, offset, region) = self.place(b, scope, op.bytes());
        let value = b.load(op, base, offset, region);
        scope.words.push(value);
    }

    fn store(&mut self, b: &mut Builder<'_>, scope: &mut Scope) {
        let op = *self.rng.pick(&[StoreOp::I32, StoreOp::I8, StoreOp::I16]);
        let (base, offset, region) = self.place(b, scope, op.bytes());
        let value = self.operand(b, scope);
        b.store(op, base, value, offset, region);
    }

    fn call(&mut self, b: &mut Builder<'_>, scope: &mut Scope) {
        if self.callees.is_empty() || self.calls == 0 || self.loops > 1 {
            return self.arithmetic(b, scope);
        }
        self.calls -= 1;
        let callees = self.callees;
        let callee = self.rng.pick(callees);
        let args = self.operands(b, scope, callee.signature.param_values().count());
        let sig = b.func.add_sig(callee.signature.clone());
        let data = if self.rng.one_in(3) && callee.signature.convention != Convention::Internal {
            let pointer = b.symbol_addr(callee.pointer, 0);
            let target = b.load(LoadOp::I32, pointer, 4, Region::Const);
            InstData::CallIndirect { target, sig, args }
        } else {
            InstData::Call { callee: callee.id, sig, args }
        };
        let inst = b.inst(data);
        scope.words.extend_from_slice(&b.func.results[inst]);
    }

    fn trap(&mut self, b: &mut Builder<'_>, scope: &mut Scope) {
        let value = self.operand(b, scope);
        // True once in a while.
        let constant = b.iconst(self.rng.word() as i32);
        let cond = b.compare(*self.rng.pick(&[Cond::Eq, Cond::Eq, Cond::UGt]), value, constant);
        b.trap_if(cond, *self.rng.pick(TrapCode::ALL));
    }

    /// Starts a block that control flow meets in, with some parameters.
    fn merge_block(&mut self, b: &mut Builder<'_>) -> (Block, Vec<Value>) {
        let block = b.func.add_block();
        let count = self.rng.below(4);
        let params = (0..count).map(|_| b.func.add_param(block, Type::I32)).collect();
        (block, params)
    }

    /// Statements in `block`, then a jump to `merge` with values of the inside,
    /// or an end of the function.
    fn arm(&mut self, b: &mut Builder<'_>, scope: &Scope, block: Block, merge: (Block, usize)) {
        b.switch_to(block);
        let mut inner = scope.clone();
        if !self.rng.one_in(4) {
            self.body(b, &mut inner);
        }
        if self.rng.one_in(8) {
            return self.give_back(b, &inner);
        }
        if self.config.traps && self.rng.one_in(20) {
            b.inst(InstData::Trap(TrapCode::Unreachable));
            return;
        }
        let args = self.operands(b, &inner, merge.1);
        b.jump(merge.0, &args);
    }

    fn condition(&mut self, b: &mut Builder<'_>, scope: &mut Scope) {
        self.depth += 1;
        let cond = self.comparison(b, scope);
        let (merge, params) = self.merge_block(b);
        let count = params.len();
        let skip = self.rng.below(4);
        let branch = |this: &mut Self, direct: bool, b: &mut Builder<'_>| {
            if direct {
                (BlockCall::new(merge, this.operands(b, scope, count)), None)
            } else {
                let block = b.func.add_block();
                (BlockCall::new(block, []), Some(block))
            }
        };
        // Both may go straight to the end, with different arguments.
        let (then, first) = branch(self, skip & 1 != 0, b);
        let (other, second) = branch(self, skip & 2 != 0, b);
        let hint = *self.rng.pick(&[None, None, Some(Hint::Likely), Some(Hint::Unlikely)]);
        b.hinted_branch(cond, then, other, hint);
        for block in [first, second].into_iter().flatten() {
            self.arm(b, scope, block, (merge, count));
        }
        self.depth -= 1;
        self.go_on(b, scope, merge, params);
    }

    /// Continues after control flow. If nothing comes here the block is still
    /// well formed: unreachable code is allowed.
    fn go_on(&mut self, b: &mut Builder<'_>, scope: &mut Scope, block: Block, params: Vec<Value>) {
        // The layout is in the order of the text.
        let layout = &mut b.func.layout;
        if let Some(at) = layout.iter().position(|other| *other == block)
            && self.rng.one_in(2)
        {
            layout.remove(at);
            layout.push(block);
        }
        b.switch_to(block);
        scope.words.extend(params);
    }

    fn switch(&mut self, b: &mut Builder<'_>, scope: &mut Scope) {
        self.depth += 1;
        let mut index = self.operand(b, scope);
        if !self.rng.one_in(3) {
            let mask = b.iconst(*self.rng.pick(&[1, 3, 7, 15]));
            index = b.binary(BinaryOp::And, index, mask);
        }
        let (merge, params) = self.merge_block(b);
        let blocks: Vec<Block> = (0..1 + self.rng.below(4)).map(|_| b.func.add_block()).collect();
        let count = *self.rng.pick(&[0, 1, 2, 3, 4, 7, 12, 40]);
        let mut targets = vec![];
        for _ in 0..=count {
            targets.push(if self.rng.one_in(4) {
                BlockCall::new(merge, self.operands(b, scope, params.len()))
            } else {
                BlockCall::new(*self.rng.pick(&blocks), [])
            });
        }
        let default = targets.remove(0);
        b.inst(InstData::Switch { index, targets, default });
        for block in blocks {
            self.arm(b, scope, block, (merge, params.len()));
        }
        self.depth -= 1;
        self.go_on(b, scope, merge, params);
    }

    /// A loop that runs at most a few times, with values carried around.
    fn repeat(&mut self, b: &mut Builder<'_>, scope: &mut Scope) {
        self.depth += 1;
        self.loops += 1;
        let carried = self.rng.below(4);
        let mut args = self.operands(b, scope, carried);
        args.push(b.iconst(1 + self.rng.below(5) as i32));
        let head = b.func.add_block();
        let (merge, results) = self.merge_block(b);
        b.jump(head, &args);
        b.switch_to(head);
        let params: Vec<Value> = (0..=carried).map(|_| b.func.add_param(head, Type::I32)).collect();
        let counter = params[carried];
        let mut inner = scope.clone();
        inner.words.extend_from_slice(&params);
        self.body(b, &mut inner);
        if self.rng.one_in(3) {
            // Leaves in the middle.
            let cond = self.comparison(b, &inner);
            let rest = b.func.add_block();
            let out = self.operands(b, &inner, results.len());
            b.branch(cond, BlockCall::new(merge, out), BlockCall::new(rest, []));
            b.switch_to(rest);
            self.body(b, &mut inner);
        }
        let one = b.iconst(1);
        let next = b.binary(BinaryOp::Sub, counter, one);
        let mut back = self.operands(b, &inner, carried);
        back.push(next);
        let out = self.operands(b, &inner, results.len());
        let (back, out) = (BlockCall::new(head, back), BlockCall::new(merge, out));
        match self.rng.below(3) {
            0 => b.branch(next, back, out),
            1 => {
                let zero = b.iconst(0);
                let done = b.compare(Cond::SLe, next, zero);
                b.branch(done, out, back);
            }
            _ => {
                let more = b.compare(Cond::SGt, counter, one);
                b.branch(more, back, out);
            }
        }
        self.loops -= 1;
        self.depth -= 1;
        self.go_on(b, scope, merge, results);
    }
}
