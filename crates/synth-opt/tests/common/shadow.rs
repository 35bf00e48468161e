//! Random functions as clang compiles them for the shadow stack: frames of
//! fixed size, over-aligned, with dynamic allocations, in the red zone, with
//! addresses that are indexed or handed on.

use synth_ir::{
    AbiType, BinaryOp, Block, BlockCall, Builder, Data, Definition, Function, InstData, Linkage,
    LoadOp, Program, Region, Sig, Signature, StoreOp, SymbolId, Type, UnaryOp, Value,
};

use crate::generate::Random;

/// Number of variables besides the pointer.
const VARIABLES: usize = 4;

/// What a function does with its frame.
#[derive(Clone, Copy)]
struct Shape {
    /// Bytes of the frame.
    size: i32,
    /// Alignment of the frame, if it is more than 16.
    align: Option<i32>,
    /// Whether the pointer is never written: a leaf function.
    leaf: bool,
    /// Whether it allocates as it runs.
    dynamic: bool,
    /// Whether it hands addresses on.
    escapes: bool,
    /// Whether it computes places as it runs.
    indexed: bool,
}

struct Generator<'f> {
    b: Builder<'f>,
    random: Random,
    shape: Shape,
    /// Variables; the last is the current stack pointer.
    vars: Vec<Value>,
    frame: Value,
    pointer: SymbolId,
    touch: SymbolId,
    sig: Sig,
}

/// A program with a function `@f` of three words.
pub fn program(seed: u64) -> Program {
    let mut program = Program::new();
    let data = Data { size: 16, align: 8, ..Data::default() };
    program.add("data", Linkage::Global, Definition::Data(data));
    let pointer = program.add("__stack_pointer", Linkage::Global, Definition::UndefinedData);
    let touch = program.add("touch", Linkage::Local, touch());
    let mut func = Function::new(Signature::new([AbiType::I32; 3], [AbiType::I32; VARIABLES]));
    let entry = func.add_block();
    let mut vars: Vec<Value> = (0..3).map(|_| func.add_param(entry, Type::I32)).collect();
    vars.push(vars[0]);
    let mut random = Random(seed);
    // The first numbers of neighbouring seeds are alike.
    (0..8).for_each(|_| _ = random.next());
    let leaf = random.below(3) == 0;
    let shape = Shape {
        size: 16 * (1 + random.below(6) as i32),
        align: (!leaf && random.below(4) == 0).then(|| 32 << random.below(2)),
        leaf,
        dynamic: random.below(3) == 0,
        escapes: !leaf && random.below(3) == 0,
        indexed: random.below(3) == 0,
    };
    let sig = func.add_sig(Signature::new([AbiType::I32; 2], []));
    let b = Builder::new(&mut func, entry);
    let frame = vars[0];
    let mut generator = Generator { b, random, shape, vars, frame, pointer, touch, sig };
    generator.function();
    program.add("f", Linkage::Global, Definition::Function(Box::new(func)));
    program
}

/// Changes the four words at its first argument.
fn touch() -> Definition {
    let mut func = Function::new(Signature::new([AbiType::I32; 2], []));
    let entry = func.add_block();
    let address = func.add_param(entry, Type::I32);
    let by = func.add_param(entry, Type::I32);
    let mut b = Builder::new(&mut func, entry);
    for offset in [0, 4, 8, 12] {
        let old = b.load(LoadOp::I32, address, offset, Region::Native);
        let new = b.binary(BinaryOp::Add, old, by);
        b.store(StoreOp::I32, address, new, offset, Region::Native);
    }
    b.ret(&[]);
    Definition::Function(Box::new(func))
}

impl Generator<'_> {
    fn function(&mut self) {
        let at = self.b.symbol_addr(self.pointer, 0);
        let entry = self.b.load(LoadOp::I32, at, 0, Region::Global);
        let size = self.b.iconst(self.shape.size);
        self.frame = self.b.binary(BinaryOp::Sub, entry, size);
        if let Some(align) = self.shape.align {
            let mask = self.b.iconst(-align);
            self.frame = self.b.binary(BinaryOp::And, self.frame, mask);
        }
        self.move_pointer(self.frame);
        let zero = self.b.iconst(0);
        for offset in (0..self.shape.size).step_by(4) {
            self.b.store(StoreOp::I32, self.frame, zero, offset, Region::Native);
        }
        self.vars.push(self.frame);
        self.body(2);
        let saved = match self.shape.align {
            Some(_) => entry,
            None => self.b.binary(BinaryOp::Add, self.frame, size),
        };
        self.move_pointer(saved);
        let results = self.vars[..VARIABLES].to_vec();
        self.b.ret(&results);
    }

    fn move_pointer(&mut self, to: Value) {
        if !self.shape.leaf {
            let at = self.b.symbol_addr(self.pointer, 0);
            self.b.store(StoreOp::I32, at, to, 0, Region::Global);
        }
    }

    fn body(&mut self, depth: usize) {
        for _ in 0..2 + self.random.below(6) {
            match self.random.below(14) {
                0 | 1 if depth > 0 => self.choice(depth),
                2 if depth > 0 => self.repeat(depth),
                3 if self.shape.dynamic => self.allocate(),
                4 if self.shape.escapes => self.hand_on(),
                5 if self.shape.indexed => self.indexed(),
                6 => self.arithmetic(),
                7..=9 => self.load(),
                _ => self.store(),
            }
        }
    }

    fn any(&mut self) -> Value {
        self.vars[self.random.below(VARIABLES)]
    }

    fn set(&mut self, value: Value) {
        let var = self.random.below(VARIABLES);
        self.vars[var] = value;
    }

    fn arithmetic(&mut self) {
        let (a, b) = (self.any(), self.any());
        let sum = self.b.binary(BinaryOp::Add, a, b);
        let one = self.b.iconst(1);
        let value = self.b.binary(BinaryOp::Rotr, sum, one);
        self.set(value);
    }

    /// A place for so many bytes, mostly aligned, as an address and an offset.
    fn place(&mut self, bytes: i32) -> (Value, i32) {
        let mut offset = self.random.below((self.shape.size - bytes + 1) as usize) as i32;
        if self.random.below(16) > 0 {
            offset -= offset % bytes;
        }
        if self.random.below(2) == 0 {
            return (self.frame, offset);
        }
        let constant = self.b.iconst(offset);
        (self.b.binary(BinaryOp::Add, self.frame, constant), 0)
    }

    fn store(&mut self) {
        let value = self.any();
        if self.random.below(8) == 0 {
            let (addr, offset) = self.place(4);
            let value = self.b.unary(UnaryOp::F32FromBits, value);
            return self.b.store(StoreOp::F32, addr, value, offset, Region::Native);
        }
        if self.random.below(10) == 0 {
            let high = self.any();
            let (addr, offset) = self.place(8);
            let value = self.b.binary(BinaryOp::F64FromBits, value, high);
            return self.b.store(StoreOp::F64, addr, value, offset, Region::Native);
        }
        let op = [StoreOp::I32, StoreOp::I32, StoreOp::I8, StoreOp::I16][self.random.below(4)];
        let (addr, offset) = self.place(op.bytes() as i32);
        self.b.store(op, addr, value, offset, Region::Native);
    }

    fn load(&mut self) {
        if self.random.below(10) == 0 {
            let (addr, offset) = self.place(8);
            let value = self.b.load(LoadOp::F64, addr, offset, Region::Native);
            let high = self.b.unary(UnaryOp::F64Hi, value);
            return self.set(high);
        }
        let ops = [LoadOp::I32, LoadOp::I32, LoadOp::U8, LoadOp::S8, LoadOp::U16, LoadOp::S16];
        let op = ops[self.random.below(6)];
        let (addr, offset) = self.place(op.bytes() as i32);
        let value = self.b.load(op, addr, offset, Region::Native);
        self.set(value);
    }

    /// `frame + (index & 3) * 4`, by a sum or an `or`.
    fn indexed(&mut self) {
        if self.random.below(2) == 0 {
            return self.arithmetic();
        }
        let (index, value) = (self.any(), self.any());
        let three = self.b.iconst(3);
        let index = self.b.binary(BinaryOp::And, index, three);
        let two = self.b.iconst(2);
        let index = self.b.binary(BinaryOp::Shl, index, two);
        let op = if self.random.below(2) == 0 { BinaryOp::Or } else { BinaryOp::Add };
        let addr = self.b.binary(op, self.frame, index);
        let old = self.b.load(LoadOp::I32, addr, 0, Region::Native);
        self.b.store(StoreOp::I32, addr, value, 0, Region::Native);
        self.set(old);
    }

    fn hand_on(&mut self) {
        let offset = 4 * self.random.below((self.shape.size / 4 - 3) as usize) as i32;
        let constant = self.b.iconst(offset);
        let address = self.b.binary(BinaryOp::Add, self.frame, constant);
        let args = vec![address, self.any()];
        self.b.inst(InstData::Call { callee: self.touch, sig: self.sig, args });
    }

    /// An array of a few bytes more than 16, written and read.
    fn allocate(&mut self) {
        let (n, value) = (self.any(), self.any());
        let mask = self.b.iconst(31);
        let n = self.b.binary(BinaryOp::And, n, mask);
        let more = self.b.iconst(16 + 15);
        let n = self.b.binary(BinaryOp::Add, n, more);
        let align = self.b.iconst(-16);
        let n = self.b.binary(BinaryOp::And, n, align);
        let array = self.b.binary(BinaryOp::Sub, self.vars[VARIABLES], n);
        self.move_pointer(array);
        for offset in [0, 4, 8, 12] {
            self.b.store(StoreOp::I32, array, value, offset, Region::Native);
        }
        if self.shape.escapes {
            let args = vec![array, value];
            self.b.inst(InstData::Call { callee: self.touch, sig: self.sig, args });
        }
        let value = self.b.load(LoadOp::I32, array, 8, Region::Native);
        self.set(value);
        // Some functions release it, by going on from the old pointer.
        if self.random.below(2) == 0 {
            self.vars[VARIABLES] = array;
        }
    }

    fn new_block(&mut self, params: usize) -> (Block, Vec<Value>) {
        let block = self.b.func.add_block();
        let params = (0..params).map(|_| self.b.func.add_param(block, Type::I32)).collect();
        (block, params)
    }

    fn choice(&mut self, depth: usize) {
        let cond = self.any();
        let (then, _) = self.new_block(0);
        let (other, _) = self.new_block(0);
        let (join, params) = self.new_block(VARIABLES + 1);
        self.b.branch(cond, BlockCall::new(then, []), BlockCall::new(other, []));
        let before = self.vars.clone();
        for block in [then, other] {
            self.vars.clone_from(&before);
            self.b.switch_to(block);
            self.body(depth - 1);
            let vars = self.vars.clone();
            self.b.jump(join, &vars);
        }
        self.b.switch_to(join);
        self.vars = params;
    }

    /// Up to three turns.
    fn repeat(&mut self, depth: usize) {
        let count = self.any();
        let mask = self.b.iconst(3);
        let count = self.b.binary(BinaryOp::And, count, mask);
        let (header, params) = self.new_block(VARIABLES + 2);
        let (body, _) = self.new_block(0);
        let (exit, _) = self.new_block(0);
        let mut args = self.vars.clone();
        args.push(count);
        self.b.jump(header, &args);
        self.b.switch_to(header);
        let count = params[VARIABLES + 1];
        self.b.branch(count, BlockCall::new(body, []), BlockCall::new(exit, []));
        self.b.switch_to(body);
        self.vars = params[..=VARIABLES].to_vec();
        self.body(depth - 1);
        let one = self.b.iconst(1);
        let count = self.b.binary(BinaryOp::Sub, count, one);
        let mut args = self.vars.clone();
        args.push(count);
        self.b.jump(header, &args);
        self.b.switch_to(exit);
        self.vars = params[..=VARIABLES].to_vec();
    }
}
