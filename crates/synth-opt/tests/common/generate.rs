//! Random programs: structured control flow over a few variables, with every
//! operator, checks, memory and calls. They end, and do nothing undefined.

use synth_ir::{
    AbiType, BinaryOp, Block, BlockCall, Builder, Cond, Data, Definition, Function, InstData,
    Linkage, LoadOp, Program, Region, Signature, StoreOp, SymbolId, TrapCode, Type, UnaryOp, Value,
    WideOp,
};

/// A linear congruential generator: the same numbers on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as u32
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn constant(&mut self) -> i32 {
        match self.below(4) {
            0 => self.of(&[0, 1, -1, 2, 8, 16, 24, 31, 32, 33, 63, i32::MIN, i32::MAX]),
            1 => self.of(&[0xff, 0xffff, 0xff00, 0x100, -256, -65536, 0xff_00ff, 7, 15, 40]),
            2 => 1 << self.below(32),
            _ => (self.next() << 1) as i32,
        }
    }
}

const PURE: [BinaryOp; 12] = [
    BinaryOp::Add,
    BinaryOp::Sub,
    BinaryOp::Mul,
    BinaryOp::UmulHi,
    BinaryOp::SmulHi,
    BinaryOp::And,
    BinaryOp::Or,
    BinaryOp::Xor,
    BinaryOp::Shl,
    BinaryOp::ShrU,
    BinaryOp::ShrS,
    BinaryOp::Rotr,
];
const DIVISIONS: [BinaryOp; 4] = [BinaryOp::UDiv, BinaryOp::SDiv, BinaryOp::URem, BinaryOp::SRem];
const WORD_UNARY: [UnaryOp; 6] =
    [UnaryOp::Clz, UnaryOp::Ctz, UnaryOp::Popcnt, UnaryOp::Sext8, UnaryOp::Sext16, UnaryOp::Bswap];
const LOADS: [LoadOp; 5] = [LoadOp::I32, LoadOp::U8, LoadOp::S8, LoadOp::U16, LoadOp::S16];
const STORES: [StoreOp; 3] = [StoreOp::I32, StoreOp::I8, StoreOp::I16];

/// Number of variables.
const VARIABLES: usize = 5;
/// Bytes of the data that is accessed.
const SIZE: u32 = 64;

struct Generator<'f> {
    b: Builder<'f>,
    random: Random,
    /// The current values of the variables.
    vars: Vec<Value>,
    /// The current values of two floats, an f32 and an f64.
    floats: [Value; 2],
    /// Values of this block that may be used again.
    recent: Vec<Value>,
    around: Around,
}

/// The symbols that a function uses.
#[derive(Clone, Copy)]
struct Around {
    data: SymbolId,
    host: SymbolId,
    /// `__aeabi_memmove` and `__aeabi_memset`.
    routines: [SymbolId; 2],
    /// A function of the program.
    inner: Option<SymbolId>,
}

/// A program with a function `@f` of four words, an f32 and an f64, and a local
/// one that it calls.
pub fn program(seed: u64) -> Program {
    let mut program = Program::new();
    let data = Data { size: SIZE + 8, align: 8, bytes: (1..40).collect(), ..Data::default() };
    let data = program.add("data", Linkage::Global, Definition::Data(data));
    let host = program.add("host", Linkage::Global, Definition::UndefinedFunction);
    let routines = ["__aeabi_memmove", "__aeabi_memset"]
        .map(|name| program.add(name, Linkage::Global, Definition::UndefinedFunction));
    let around = Around { data, host, routines, inner: None };
    let inner = function(seed.wrapping_mul(31), around, 1);
    let inner = program.add("g", Linkage::Local, Definition::Function(Box::new(inner)));
    let around = Around { inner: Some(inner), ..around };
    let outer = function(seed, around, 3);
    program.add("f", Linkage::Global, Definition::Function(Box::new(outer)));
    program
}

fn signature() -> Signature {
    let params = [[AbiType::I32; 4].as_slice(), &[AbiType::F32, AbiType::F64]].concat();
    let results = [[AbiType::I32; VARIABLES].as_slice(), &[AbiType::F32, AbiType::F64]].concat();
    Signature::new(params, results)
}

fn function(seed: u64, around: Around, depth: usize) -> Function {
    let mut func = Function::new(signature());
    let entry = func.add_block();
    let mut vars: Vec<Value> = (0..4).map(|_| func.add_param(entry, Type::I32)).collect();
    let floats = [func.add_param(entry, Type::F32), func.add_param(entry, Type::F64)];
    vars.push(vars[0]);
    let mut b = Builder::new(&mut func, entry);
    b.switch_to(entry);
    let (random, recent) = (Random(seed), vec![]);
    let mut generator = Generator { b, random, vars, floats, recent, around };
    generator.body(depth);
    let mut results = generator.vars.clone();
    results.extend(generator.floats);
    generator.b.ret(&results);
    func
}

impl Generator<'_> {
    fn value(&mut self) -> Value {
        match self.random.below(8) {
            0 | 1 => {
                let c = self.random.constant();
                self.b.iconst(c)
            }
            2 | 3 if !self.recent.is_empty() => {
                let from = self.recent.len().saturating_sub(6);
                self.recent[from + self.random.below(self.recent.len() - from)]
            }
            _ => self.vars[self.random.below(VARIABLES)],
        }
    }

    fn body(&mut self, depth: usize) {
        for _ in 0..1 + self.random.below(6) {
            match self.random.below(12) {
                0 if depth > 0 => self.choice(depth),
                1 if depth > 0 => self.switch(depth),
                2 if depth > 0 => self.repeat(depth),
                3 => self.memory(),
                4 => self.float(),
                5 if self.random.below(2) == 0 => self.bulk(),
                6 if self.random.below(3) == 0 => self.call_inner(),
                6 => self.bounds(),
                5 if self.random.below(3) == 0 => self.call(),
                7 if self.random.below(4) == 0 => self.check(),
                _ => self.assign(),
            }
        }
    }

    fn assign(&mut self) {
        let mut value = self.expression();
        for _ in 0..self.random.below(4) {
            self.recent.push(value);
            value = self.expression();
        }
        self.recent.push(value);
        let var = self.random.below(VARIABLES);
        self.vars[var] = value;
    }

    fn expression(&mut self) -> Value {
        let (a, b) = (self.value(), self.value());
        let cond = self.random.of(Cond::ALL);
        match self.random.below(10) {
            0 => {
                let op = self.random.of(&WORD_UNARY);
                self.b.unary(op, a)
            }
            1 => {
                let op = self.random.of(WideOp::ALL);
                let args: Vec<Value> = (0..op.arity()).map(|_| self.value()).collect();
                self.b.wide(op, &args)
            }
            2 => self.b.compare(cond, a, b),
            3 => {
                let (c, d) = (self.value(), self.value());
                self.b.compare64(cond, [a, c], [b, d])
            }
            4 => {
                let c = self.value();
                self.b.select(c, a, b)
            }
            5 => {
                let zero = self.b.iconst(0);
                let bad = self.b.compare(Cond::Eq, b, zero);
                self.b.trap_if(bad, TrapCode::DivisionByZero);
                let op = self.random.of(&DIVISIONS);
                self.b.binary(op, a, b)
            }
            6 => {
                // Both counts of a rotation or a pair of shifts.
                let n = self.random.below(32) as i32;
                let (left, right) = (self.b.iconst(n), self.b.iconst(32 - n));
                let first = self.random.of(&[BinaryOp::Shl, BinaryOp::ShrU]);
                let x = self.b.binary(first, a, left);
                let second = self.random.of(&[BinaryOp::Shl, BinaryOp::ShrU, BinaryOp::ShrS]);
                let from = self.random.of(&[a, x]);
                let count = self.random.of(&[left, right]);
                let y = self.b.binary(second, from, count);
                let op = self.random.of(&PURE);
                self.b.binary(op, x, y)
            }
            _ => {
                let op = self.random.of(&PURE);
                self.b.binary(op, a, b)
            }
        }
    }

    /// A check that rarely fails.
    fn check(&mut self) {
        let a = self.value();
        let bound = self.b.iconst(0x7fff_fff0);
        let mut cond = self.b.compare(Cond::Eq, a, bound);
        if self.random.below(2) == 0 {
            let zero = self.b.iconst(0);
            cond = self.b.compare(Cond::Ne, cond, zero);
        }
        let code = self.random.of(TrapCode::ALL);
        self.b.trap_if(cond, code);
    }

    /// Checks of one value plus constants against limits, and accesses among
    /// them.
    fn bounds(&mut self) {
        let mut root = self.value();
        if self.random.below(3) > 0 {
            let mask = self.b.iconst(127);
            root = self.b.binary(BinaryOp::And, root, mask);
            let var = self.random.below(VARIABLES);
            self.vars[var] = root;
        }
        for _ in 0..1 + self.random.below(4) {
            let constant = self.random.of(&[0, 0, 1, 4, 8, 32, -4]);
            let constant = self.b.iconst(constant);
            let sum = self.b.binary(BinaryOp::Add, root, constant);
            let limit = self.b.iconst(100 + self.random.below(60) as i32);
            let cond = self.random.of(&[Cond::UGt, Cond::UGt, Cond::UGt, Cond::UGe, Cond::SGt]);
            let outside = self.b.compare(cond, sum, limit);
            self.b.trap_if(outside, TrapCode::MemoryOutOfBounds);
            if self.random.below(2) == 0 {
                self.memory();
            }
        }
    }

    /// A call of the other function of the program.
    fn call_inner(&mut self) {
        let Some(callee) = self.around.inner else { return };
        let mut args: Vec<Value> = (0..4).map(|_| self.value()).collect();
        args.extend(self.floats);
        let sig = self.b.func.add_sig(signature());
        let call = self.b.inst(InstData::Call { callee, sig, args });
        let results = self.b.func.results[call].clone();
        self.vars = results[..VARIABLES].to_vec();
        self.floats = [results[VARIABLES], results[VARIABLES + 1]];
    }

    /// An address within the data and an offset that may follow it.
    fn address(&mut self) -> (Value, i32) {
        let index = self.value();
        let mask = self.b.iconst((SIZE / 2 - 1) as i32);
        let index = self.b.binary(BinaryOp::And, index, mask);
        let back = self.random.below(8) as i32;
        let base = self.b.symbol_addr(self.around.data, back);
        let mut address = self.b.binary(BinaryOp::Add, base, index);
        let forward = self.random.below(16) as i32;
        if self.random.below(2) == 0 {
            let c = self.b.iconst(forward);
            address = self.b.binary(BinaryOp::Add, address, c);
        }
        (address, self.random.below(8) as i32 - back)
    }

    fn memory(&mut self) {
        let (address, offset) = self.address();
        let region = self.random.of(&[Region::Memory(0), Region::Global, Region::Native]);
        if self.random.below(2) == 0 {
            let op = self.random.of(&LOADS);
            let value = self.b.load(op, address, offset, region);
            self.recent.push(value);
            let var = self.random.below(VARIABLES);
            self.vars[var] = value;
        } else {
            let op = self.random.of(&STORES);
            let value = self.value();
            self.b.store(op, address, value, offset, region);
        }
    }

    /// A copy or a fill of up to 40 bytes; areas of copies may overlap.
    fn bulk(&mut self) {
        let index = self.value();
        let mask = self.b.iconst(15);
        let index = self.b.binary(BinaryOp::And, index, mask);
        let start = self.random.below(17) as i32;
        let base = self.b.symbol_addr(self.around.data, start);
        let to = self.b.binary(BinaryOp::Add, base, index);
        let constant = self.random.below(41) as i32;
        let size = match self.random.below(8) {
            0 => self.b.binary(BinaryOp::And, index, mask),
            _ => self.b.iconst(constant),
        };
        let sig = self.b.func.add_sig(Signature::new([AbiType::I32; 3], []));
        let (callee, args) = if self.random.below(3) == 0 {
            (self.around.routines[1], vec![to, size, self.value()])
        } else {
            let start = self.random.below(17) as i32;
            let mut from = self.b.symbol_addr(self.around.data, start);
            if self.random.below(2) == 0 {
                from = self.b.binary(BinaryOp::Add, from, index);
            }
            (self.around.routines[0], vec![to, from, size])
        };
        self.b.inst(InstData::Call { callee, sig, args });
    }

    fn float(&mut self) {
        let (address, offset) = self.address();
        let (a, b) = (self.value(), self.value());
        let region = Region::Memory(0);
        match self.random.below(8) {
            0 => self.floats[1] = self.b.load(LoadOp::F64, address, offset, region),
            1 => self.floats[0] = self.b.load(LoadOp::F32, address, offset, region),
            2 => self.b.store(StoreOp::F64, address, self.floats[1], offset, region),
            3 => self.b.store(StoreOp::F32, address, self.floats[0], offset, region),
            4 => self.floats[1] = self.b.binary(BinaryOp::F64FromBits, a, b),
            5 => self.floats[0] = self.b.unary(UnaryOp::F32FromBits, a),
            6 => self.vars[0] = self.b.unary(UnaryOp::F32Bits, self.floats[0]),
            _ => {
                self.vars[1] = self.b.unary(UnaryOp::F64Hi, self.floats[1]);
                self.vars[2] = self.b.unary(UnaryOp::F64Lo, self.floats[1]);
            }
        }
    }

    fn call(&mut self) {
        let args = vec![self.value(), self.floats[1]];
        let sig = Signature::new([AbiType::I32, AbiType::F64], [AbiType::I64]);
        let sig = self.b.func.add_sig(sig);
        let call = self.b.inst(InstData::Call { callee: self.around.host, sig, args });
        let results = self.b.func.results[call].clone();
        let var = self.random.below(VARIABLES - 1);
        self.vars[var] = results[0];
        self.vars[var + 1] = results[1];
    }

    /// A block with parameters for all variables.
    fn join(&mut self) -> Block {
        let block = self.b.func.add_block();
        for _ in 0..VARIABLES {
            self.b.func.add_param(block, Type::I32);
        }
        self.b.func.add_param(block, Type::F32);
        self.b.func.add_param(block, Type::F64);
        block
    }

    fn state(&self) -> Vec<Value> {
        self.vars.iter().chain(&self.floats).copied().collect()
    }

    fn enter(&mut self, block: Block) {
        self.b.switch_to(block);
        let params = &self.b.func.blocks[block].params;
        if !params.is_empty() {
            self.vars = params[..VARIABLES].to_vec();
            self.floats = [params[VARIABLES], params[VARIABLES + 1]];
        }
        self.recent.clear();
    }

    fn choice(&mut self, depth: usize) {
        let cond = if self.random.below(4) == 0 { self.value() } else { self.expression() };
        let (then, other) = (self.b.func.add_block(), self.b.func.add_block());
        let join = self.join();
        let state = self.state();
        let (vars, floats) = (self.vars.clone(), self.floats);
        let other_call = match self.random.below(3) {
            0 => BlockCall::new(join, state),
            _ => BlockCall::new(other, []),
        };
        self.b.branch(cond, BlockCall::new(then, []), other_call);
        for block in [then, other] {
            self.enter(block);
            (self.vars, self.floats) = (vars.clone(), floats);
            self.body(depth - 1);
            let state = self.state();
            self.b.jump(join, &state);
        }
        self.enter(join);
    }

    /// A switch that only chooses among constants.
    fn constant_switch(&mut self) {
        let mut index = self.value();
        if self.random.below(3) > 0 {
            let mask = self.b.iconst(7);
            index = self.b.binary(BinaryOp::And, index, mask);
        }
        let join = self.join();
        let state = self.state();
        let variable = self.random.below(VARIABLES);
        let call = |generator: &mut Self| {
            let mut state = state.clone();
            let constant = match generator.random.below(3) {
                0 => generator.random.constant(),
                _ => generator.random.below(300) as i32,
            };
            state[variable] = generator.b.iconst(constant);
            BlockCall::new(join, state)
        };
        let targets = (0..3 + self.random.below(6)).map(|_| call(self)).collect();
        let default = call(self);
        self.b.inst(InstData::Switch { index, targets, default });
        self.enter(join);
    }

    fn switch(&mut self, depth: usize) {
        if self.random.below(3) == 0 {
            return self.constant_switch();
        }
        let index = self.value();
        let join = self.join();
        let arms: Vec<Block> = (0..2).map(|_| self.b.func.add_block()).collect();
        let (state, vars, floats) = (self.state(), self.vars.clone(), self.floats);
        let mut calls: Vec<BlockCall> = (0..1 + self.random.below(5))
            .map(|_| match self.random.below(3) {
                2 => BlockCall::new(join, state.clone()),
                n => BlockCall::new(arms[n], []),
            })
            .collect();
        let default = calls.pop().unwrap_or_else(|| BlockCall::new(join, state));
        self.b.inst(InstData::Switch { index, targets: calls, default });
        for block in arms {
            self.enter(block);
            (self.vars, self.floats) = (vars.clone(), floats);
            self.body(depth - 1);
            let state = self.state();
            self.b.jump(join, &state);
        }
        self.enter(join);
    }

    /// A loop with a few turns, counted in a variable of its own, and a pointer
    /// that moves with it.
    fn repeat(&mut self, depth: usize) {
        let outside = self.value();
        let header = self.join();
        let counter = self.b.func.add_param(header, Type::I32);
        let pointer = self.b.func.add_param(header, Type::I32);
        let exit = self.join();
        let turns = self.random.below(4) as i32;
        let mut state = self.state();
        state.push(self.b.iconst(turns));
        let mask = self.b.iconst(63);
        state.push(self.b.binary(BinaryOp::And, outside, mask));
        self.b.jump(header, &state);
        self.enter(header);
        if self.random.below(3) > 0 {
            self.moving(counter, pointer, outside);
        }
        self.body(depth - 1);
        let minus = self.b.iconst(-1);
        let left = self.b.binary(BinaryOp::Add, counter, minus);
        let step = self.random.of(&[4, 1, -1, -8, 3, 32]);
        let step = self.b.iconst(step);
        let moved = self.b.binary(BinaryOp::Add, pointer, step);
        let out = self.state();
        let mut back = out.clone();
        back.extend([left, moved]);
        let zero = self.b.iconst(0);
        let more = self.b.compare(Cond::SGt, counter, zero);
        self.b.branch(more, BlockCall::new(header, back), BlockCall::new(exit, out));
        self.enter(exit);
    }

    /// Checks of what changes by a constant in each turn of a loop.
    fn moving(&mut self, counter: Value, pointer: Value, outside: Value) {
        for _ in 0..1 + self.random.below(3) {
            let mut sum = self.random.of(&[counter, pointer]);
            if self.random.below(3) == 0 {
                let shift = self.b.iconst(self.random.below(4) as i32);
                sum = self.b.binary(BinaryOp::Shl, sum, shift);
            }
            let more = match self.random.below(6) {
                0 => outside,
                n => self.b.iconst(4 * n as i32 - 8),
            };
            sum = self.b.binary(BinaryOp::Add, sum, more);
            let limit = self.b.iconst(10 + self.random.below(100) as i32);
            let outside = self.b.compare(Cond::UGt, sum, limit);
            self.b.trap_if(outside, TrapCode::MemoryOutOfBounds);
            if self.random.below(2) == 0 {
                self.memory();
            }
        }
    }
}
