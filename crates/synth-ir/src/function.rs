//! A function in SSA form with block parameters.
//!
//! Invariants (the verifier checks them): every block ends in exactly one
//! terminator; every use is dominated by its definition; the arguments of a
//! branch match the parameters of its destination.

use cranelift_entity::{PrimaryMap, entity_impl};
use smallvec::{SmallVec, smallvec};

use crate::atomic::{AtomicOp, AtomicWidth, SystemOp};
use crate::float::FloatOp;
use crate::ops::{BinaryOp, Cond, Hint, LoadOp, StoreOp, TrapCode, UnaryOp, WideOp};
use crate::program::SymbolId;
use crate::types::{Signature, Type};

/// An SSA value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(u32);
entity_impl!(Value, "v");

/// A basic block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block(u32);
entity_impl!(Block, "b");

/// An instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Inst(u32);
entity_impl!(Inst, "inst");

/// An object in the function's frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u32);
entity_impl!(Slot, "slot");

/// A signature that a function's calls refer to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sig(u32);
entity_impl!(Sig, "sig");

/// An index into [`crate::Program::sources`]; 0 is "unknown".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceLoc(pub u32);

/// Where an access reads or writes. Two accesses of regions that do not
/// overlap ([`Region::may_alias`]) can't touch the same byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Region {
    /// The linear memory of that index.
    Memory(u8),
    /// Memory of the host, reached by a native pointer.
    Native,
    /// A slot of the function's own frame.
    Stack,
    /// A global variable of the module.
    Global,
    /// A table, or the size of one.
    Table,
    /// The size of a linear memory and other state of the instance.
    Instance,
    /// Constant data, which nothing writes.
    Const,
}

impl Region {
    /// Whether an access of `self` and one of `other` may touch the same byte.
    ///
    /// Native memory may be anything that the program can write: the host may
    /// hold the address of a memory, a global or an escaped slot.
    pub fn may_alias(self, other: Region) -> bool {
        use Region::*;
        match (self, other) {
            (Const, _) | (_, Const) => false,
            (Native, _) | (_, Native) => true,
            // Two memories may be one, imported twice.
            (Memory(_), Memory(_)) => true,
            _ => self == other,
        }
    }
}

/// A branch destination with the arguments for its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BlockCall {
    /// The destination.
    pub block: Block,
    /// One argument for each parameter of the destination.
    pub args: Vec<Value>,
}

impl BlockCall {
    /// A branch to `block` with `args`.
    pub fn new(block: Block, args: impl Into<Vec<Value>>) -> Self {
        BlockCall { block, args: args.into() }
    }
}

/// An instruction. Each has at most one result, except calls and atomic
/// accesses of doublewords.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum InstData {
    /// An integer constant.
    Const(i32),
    /// An f32 constant, by its bits.
    F32Const(u32),
    /// An f64 constant, by its bits.
    F64Const(u64),
    /// The address of a symbol plus a constant.
    SymbolAddr {
        /// The symbol.
        symbol: SymbolId,
        /// Bytes added.
        addend: i32,
    },
    /// The address of a stack slot plus a constant.
    SlotAddr {
        /// The slot.
        slot: Slot,
        /// Bytes added.
        offset: i32,
    },
    /// A pure operator of one value.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// Its argument.
        arg: Value,
    },
    /// A pure operator of two values.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Its arguments.
        args: [Value; 2],
    },
    /// A half of a 64-bit operator.
    Wide {
        /// The operator.
        op: WideOp,
        /// [`WideOp::arity`] arguments.
        args: Vec<Value>,
    },
    /// A floating-point operator.
    Float {
        /// The operator.
        op: FloatOp,
        /// One for each of [`FloatOp::arg_types`].
        args: Vec<Value>,
    },
    /// An integer comparison: 1 or 0.
    Compare {
        /// The condition.
        cond: Cond,
        /// The two words.
        args: [Value; 2],
    },
    /// A comparison of doublewords: 1 or 0.
    Compare64 {
        /// The condition.
        cond: Cond,
        /// `a_lo, a_hi, b_lo, b_hi`.
        args: [Value; 4],
    },
    /// `args[0]` if `cond` is not zero, else `args[1]`. Any type.
    Select {
        /// The condition, an i32.
        cond: Value,
        /// The two values.
        args: [Value; 2],
    },
    /// A load from `addr + offset`. The sum wraps at 2^32.
    Load {
        /// Width and extension.
        op: LoadOp,
        /// The base address.
        addr: Value,
        /// Bytes added to the base.
        offset: i32,
        /// What memory it reads.
        region: Region,
    },
    /// A store to `addr + offset`. The sum wraps at 2^32.
    Store {
        /// Width.
        op: StoreOp,
        /// The base address.
        addr: Value,
        /// The value stored.
        value: Value,
        /// Bytes added to the base.
        offset: i32,
        /// What memory it writes.
        region: Region,
    },
    /// An atomic access at `addr + offset`, sequentially consistent. The sum
    /// wraps at 2^32.
    Atomic {
        /// What it does.
        op: AtomicOp,
        /// How much it accesses.
        width: AtomicWidth,
        /// The base address.
        addr: Value,
        /// [`AtomicOp::operands`], each of [`AtomicWidth::words`] values.
        args: Vec<Value>,
        /// Bytes added to the base.
        offset: i32,
        /// What memory it accesses.
        region: Region,
    },
    /// An instruction on the state of the core.
    System {
        /// What it does.
        op: SystemOp,
        /// [`SystemOp::arity`] words.
        args: Vec<Value>,
    },
    /// The lowest address of the stack that the function has, a multiple of 8:
    /// what [`InstData::StackRestore`] set, or at first an address below all
    /// slots.
    StackSave,
    /// Makes `addr` the lowest address of the stack that the function has. It
    /// is a multiple of 8 and not above what the first
    /// [`InstData::StackSave`] gives. Slots stay; what lies below is lost.
    /// Returning releases everything.
    StackRestore {
        /// The address.
        addr: Value,
    },
    /// Traps if `cond` is not zero.
    TrapIf {
        /// The condition, an i32.
        cond: Value,
        /// The reason.
        code: TrapCode,
    },
    /// A direct call.
    Call {
        /// The callee.
        callee: SymbolId,
        /// Its signature.
        sig: Sig,
        /// One for each [`Signature::param_values`].
        args: Vec<Value>,
    },
    /// A call of a code address (with the Thumb bit).
    CallIndirect {
        /// The address.
        target: Value,
        /// The signature.
        sig: Sig,
        /// One for each [`Signature::param_values`].
        args: Vec<Value>,
    },
    /// Terminator: continue at a block.
    Jump(BlockCall),
    /// Terminator: continue at `then` if `cond` is not zero, else at `other`.
    Branch {
        /// The condition, an i32.
        cond: Value,
        /// Taken when it is not zero.
        then: BlockCall,
        /// Taken when it is zero.
        other: BlockCall,
        /// Whether `then` is what is expected (metadata.code.branch_hint). It changes
        /// the order and the cost of code, never what it does.
        hint: Option<Hint>,
    },
    /// Terminator: continue at `targets[index]`, or at `default` when the
    /// unsigned index is out of range.
    Switch {
        /// The index.
        index: Value,
        /// The destinations.
        targets: Vec<BlockCall>,
        /// The destination for all other indices.
        default: BlockCall,
    },
    /// Terminator: return, with one value for each [`Signature::result_values`].
    Return(Vec<Value>),
    /// Terminator: a direct call in place of this function, which returns what
    /// the callee returns. The frame is gone before: slots too.
    TailCall {
        /// The callee.
        callee: SymbolId,
        /// Its signature; the results are those of this function.
        sig: Sig,
        /// One for each [`Signature::param_values`].
        args: Vec<Value>,
    },
    /// Terminator: the same with a code address (with the Thumb bit).
    TailCallIndirect {
        /// The address.
        target: Value,
        /// The signature; the results are those of this function.
        sig: Sig,
        /// One for each [`Signature::param_values`].
        args: Vec<Value>,
    },
    /// Terminator: trap.
    Trap(TrapCode),
}

impl InstData {
    /// Whether it ends a block.
    pub fn is_terminator(&self) -> bool {
        matches!(
            self,
            InstData::Jump(_)
                | InstData::Branch { .. }
                | InstData::Switch { .. }
                | InstData::Return(_)
                | InstData::TailCall { .. }
                | InstData::TailCallIndirect { .. }
                | InstData::Trap(_)
        )
    }

    /// The symbol that it calls.
    pub fn callee(&self) -> Option<SymbolId> {
        match self {
            InstData::Call { callee, .. } | InstData::TailCall { callee, .. } => Some(*callee),
            _ => None,
        }
    }

    /// The symbol that it calls, to be replaced.
    pub fn callee_mut(&mut self) -> Option<&mut SymbolId> {
        match self {
            InstData::Call { callee, .. } | InstData::TailCall { callee, .. } => Some(callee),
            _ => None,
        }
    }

    /// The signature of a call of any kind.
    pub fn call_sig(&self) -> Option<Sig> {
        match self {
            InstData::Call { sig, .. }
            | InstData::CallIndirect { sig, .. }
            | InstData::TailCall { sig, .. }
            | InstData::TailCallIndirect { sig, .. } => Some(*sig),
            _ => None,
        }
    }

    /// The signature of a call of any kind, to be replaced.
    pub fn call_sig_mut(&mut self) -> Option<&mut Sig> {
        match self {
            InstData::Call { sig, .. }
            | InstData::CallIndirect { sig, .. }
            | InstData::TailCall { sig, .. }
            | InstData::TailCallIndirect { sig, .. } => Some(sig),
            _ => None,
        }
    }

    /// Whether it has no effect but its result, and the result depends on
    /// its arguments alone. Divisions count as pure: they must only stay
    /// below their guards ([`BinaryOp::needs_guard`]).
    pub fn is_pure(&self) -> bool {
        use InstData::*;
        matches!(
            self,
            Const(_)
                | F32Const(_)
                | F64Const(_)
                | SymbolAddr { .. }
                | SlotAddr { .. }
                | Unary { .. }
                | Binary { .. }
                | Wide { .. }
                | Float { .. }
                | Compare { .. }
                | Compare64 { .. }
                | Select { .. }
        )
    }

    /// What memory it accesses, besides calls.
    pub fn region(&self) -> Option<Region> {
        match self {
            InstData::Load { region, .. }
            | InstData::Store { region, .. }
            | InstData::Atomic { region, .. } => Some(*region),
            _ => None,
        }
    }

    /// Whether it must stay although its results are unused.
    pub fn has_side_effect(&self) -> bool {
        !self.is_pure() && !matches!(self, InstData::Load { .. } | InstData::StackSave)
    }

    /// The destinations of a terminator, in order.
    pub fn successors(&self) -> SmallVec<[&BlockCall; 2]> {
        match self {
            InstData::Jump(call) => smallvec![call],
            InstData::Branch { then, other, .. } => smallvec![then, other],
            InstData::Switch { targets, default, .. } => {
                targets.iter().chain(std::iter::once(default)).collect()
            }
            _ => smallvec![],
        }
    }

    /// Calls `f` on each destination of a terminator, in order.
    pub fn for_each_successor(&self, mut f: impl FnMut(&BlockCall)) {
        match self {
            InstData::Jump(call) => f(call),
            InstData::Branch { then, other, .. } => {
                f(then);
                f(other);
            }
            InstData::Switch { targets, default, .. } => {
                targets.iter().for_each(&mut f);
                f(default);
            }
            _ => {}
        }
    }

    /// Calls `f` on each destination of a terminator, in order.
    pub fn for_each_successor_mut(&mut self, mut f: impl FnMut(&mut BlockCall)) {
        match self {
            InstData::Jump(call) => f(call),
            InstData::Branch { then, other, .. } => {
                f(then);
                f(other);
            }
            InstData::Switch { targets, default, .. } => {
                targets.iter_mut().for_each(&mut f);
                f(default);
            }
            _ => {}
        }
    }

    /// The destination of that number of a terminator.
    pub fn successor(&self, number: usize) -> Option<&BlockCall> {
        match self {
            InstData::Jump(call) => Some(call).filter(|_| number == 0),
            InstData::Branch { then, other, .. } => [then, other].get(number).copied(),
            InstData::Switch { targets, default, .. } => {
                targets.get(number).or(Some(default).filter(|_| number == targets.len()))
            }
            _ => None,
        }
    }

    /// The destinations of a terminator, in order.
    pub fn successors_mut(&mut self) -> SmallVec<[&mut BlockCall; 2]> {
        match self {
            InstData::Jump(call) => smallvec![call],
            InstData::Branch { then, other, .. } => smallvec![then, other],
            InstData::Switch { targets, default, .. } => {
                targets.iter_mut().chain(std::iter::once(default)).collect()
            }
            _ => smallvec![],
        }
    }

    /// Calls `f` on each value that it uses, arguments of branches included.
    pub fn for_each_arg(&self, mut f: impl FnMut(Value)) {
        use InstData::*;
        match self {
            Const(_)
            | F32Const(_)
            | F64Const(_)
            | SymbolAddr { .. }
            | SlotAddr { .. }
            | StackSave
            | Trap(_) => {}
            Unary { arg, .. } => f(*arg),
            Binary { args, .. } | Compare { args, .. } => args.iter().for_each(|&v| f(v)),
            Wide { args, .. }
            | Float { args, .. }
            | Return(args)
            | Call { args, .. }
            | TailCall { args, .. }
            | System { args, .. } => args.iter().for_each(|&v| f(v)),
            Atomic { addr, args, .. } => {
                f(*addr);
                args.iter().for_each(|&v| f(v));
            }
            Compare64 { args, .. } => args.iter().for_each(|&v| f(v)),
            Select { cond, args } => {
                f(*cond);
                args.iter().for_each(|&v| f(v));
            }
            Load { addr, .. } | StackRestore { addr } => f(*addr),
            Store { addr, value, .. } => {
                f(*addr);
                f(*value);
            }
            TrapIf { cond, .. } => f(*cond),
            CallIndirect { target, args, .. } | TailCallIndirect { target, args, .. } => {
                f(*target);
                args.iter().for_each(|&v| f(v));
            }
            Jump(_) | Branch { .. } | Switch { .. } => {
                match self {
                    Branch { cond, .. } => f(*cond),
                    Switch { index, .. } => f(*index),
                    _ => {}
                }
                self.for_each_successor(|call| call.args.iter().for_each(|&v| f(v)));
            }
        }
    }

    /// Replaces each value that it uses, arguments of branches included.
    pub fn map_args(&mut self, mut f: impl FnMut(Value) -> Value) {
        use InstData::*;
        match self {
            Const(_)
            | F32Const(_)
            | F64Const(_)
            | SymbolAddr { .. }
            | SlotAddr { .. }
            | StackSave
            | Trap(_) => {}
            Unary { arg, .. } => *arg = f(*arg),
            Binary { args, .. } | Compare { args, .. } => args.iter_mut().for_each(|v| *v = f(*v)),
            Wide { args, .. }
            | Float { args, .. }
            | Return(args)
            | Call { args, .. }
            | TailCall { args, .. }
            | System { args, .. } => args.iter_mut().for_each(|v| *v = f(*v)),
            Atomic { addr, args, .. } => {
                *addr = f(*addr);
                args.iter_mut().for_each(|v| *v = f(*v));
            }
            Compare64 { args, .. } => args.iter_mut().for_each(|v| *v = f(*v)),
            Select { cond, args } => {
                *cond = f(*cond);
                args.iter_mut().for_each(|v| *v = f(*v));
            }
            Load { addr, .. } | StackRestore { addr } => *addr = f(*addr),
            Store { addr, value, .. } => {
                *addr = f(*addr);
                *value = f(*value);
            }
            TrapIf { cond, .. } => *cond = f(*cond),
            CallIndirect { target, args, .. } | TailCallIndirect { target, args, .. } => {
                *target = f(*target);
                args.iter_mut().for_each(|v| *v = f(*v));
            }
            Jump(_) | Branch { .. } | Switch { .. } => {
                match self {
                    Branch { cond, .. } => *cond = f(*cond),
                    Switch { index, .. } => *index = f(*index),
                    _ => {}
                }
                self.for_each_successor_mut(|call| call.args.iter_mut().for_each(|v| *v = f(*v)));
            }
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueDef {
    /// The result of that number of an instruction.
    Result(Inst, u32),
    /// The parameter of that number of a block.
    Param(Block, u32),
}

/// Type and definition of a value.
#[derive(Clone, Copy, Debug)]
pub struct ValueData {
    /// Its type.
    pub ty: Type,
    /// Its definition.
    pub def: ValueDef,
}

/// Parameters and instructions of a block.
#[derive(Clone, Debug, Default)]
pub struct BlockData {
    /// Parameters; those of the entry block are the function's.
    pub params: Vec<Value>,
    /// Instructions in order; the last is the terminator.
    pub insts: Vec<Inst>,
}

/// Size and alignment of a stack slot, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotData {
    /// Size in bytes.
    pub size: u32,
    /// Alignment in bytes, a power of two.
    pub align: u32,
}

/// The body of a function.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Parameters, results, convention.
    pub signature: Signature,
    /// All blocks ever made; those in [`Function::layout`] are live.
    pub blocks: PrimaryMap<Block, BlockData>,
    /// The live blocks in order; the first is the entry.
    pub layout: Vec<Block>,
    /// All instructions ever made; those in a live block are live. One is added by
    /// [`Function::push_inst`] or [`Function::make_inst`], with its rows of `results` and
    /// `locs`.
    pub insts: PrimaryMap<Inst, InstData>,
    /// Results of each instruction.
    pub results: PrimaryMap<Inst, SmallVec<[Value; 2]>>,
    /// All values.
    pub values: PrimaryMap<Value, ValueData>,
    /// Objects of the frame.
    pub slots: PrimaryMap<Slot, SlotData>,
    /// Signatures of calls.
    pub sigs: PrimaryMap<Sig, Signature>,
    /// Source location of each instruction.
    pub locs: PrimaryMap<Inst, SourceLoc>,
}

impl Function {
    /// A function without blocks.
    pub fn new(signature: Signature) -> Self {
        Function { signature, ..Function::default() }
    }

    /// The entry block.
    ///
    /// # Panics
    /// If the function has no block.
    pub fn entry(&self) -> Block {
        self.layout[0]
    }

    /// Appends an empty block to the layout.
    pub fn add_block(&mut self) -> Block {
        let block = self.blocks.push(BlockData::default());
        self.layout.push(block);
        block
    }

    /// Appends a parameter to a block.
    pub fn add_param(&mut self, block: Block, ty: Type) -> Value {
        let index = self.blocks[block].params.len() as u32;
        let value = self.values.push(ValueData { ty, def: ValueDef::Param(block, index) });
        self.blocks[block].params.push(value);
        value
    }

    /// Makes an instruction that has no results yet, in no block yet.
    pub fn push_inst(&mut self, data: InstData) -> Inst {
        self.results.push(SmallVec::new());
        self.locs.push(SourceLoc::default());
        self.insts.push(data)
    }

    /// Makes an instruction with the results that it has, in no block yet.
    pub fn make_inst(&mut self, data: InstData, loc: SourceLoc) -> Inst {
        let inst = self.insts.next_key();
        let mut results = SmallVec::new();
        for (i, ty) in self.result_types(&data).into_iter().enumerate() {
            let def = ValueDef::Result(inst, i as u32);
            results.push(self.values.push(ValueData { ty, def }));
        }
        self.results.push(results);
        self.locs.push(loc);
        self.insts.push(data)
    }

    /// Appends an instruction to a block.
    pub fn append(&mut self, block: Block, data: InstData, loc: SourceLoc) -> Inst {
        let inst = self.make_inst(data, loc);
        self.blocks[block].insts.push(inst);
        inst
    }

    /// Types of the results that an instruction has.
    pub fn result_types(&self, data: &InstData) -> SmallVec<[Type; 2]> {
        use InstData::*;
        match data {
            Const(_)
            | SymbolAddr { .. }
            | SlotAddr { .. }
            | StackSave
            | Wide { .. }
            | Compare { .. }
            | Compare64 { .. } => smallvec![Type::I32],
            F32Const(_) => smallvec![Type::F32],
            F64Const(_) => smallvec![Type::F64],
            Unary { op, .. } => smallvec![op.result_type()],
            Float { op, .. } => smallvec![op.result_type()],
            Binary { op, .. } => smallvec![op.result_type()],
            Select { args, .. } => smallvec![self.values[args[0]].ty],
            Load { op, .. } => smallvec![op.result_type()],
            Call { sig, .. } | CallIndirect { sig, .. } => {
                self.sigs[*sig].result_values().collect()
            }
            Atomic { op, width, .. } => {
                let words = if op.has_result() { width.words() } else { 0 };
                smallvec![Type::I32; words]
            }
            System { op, .. } => SmallVec::from_slice(op.result_types()),
            Store { .. }
            | StackRestore { .. }
            | TrapIf { .. }
            | Jump(_)
            | Branch { .. }
            | Switch { .. }
            | Return(_)
            | TailCall { .. }
            | TailCallIndirect { .. }
            | Trap(_) => smallvec![],
        }
    }

    /// The only result of an instruction that has one.
    ///
    /// # Panics
    /// If it has none.
    pub fn result(&self, inst: Inst) -> Value {
        self.results[inst][0]
    }

    /// The terminator of a block, if it has one.
    pub fn terminator(&self, block: Block) -> Option<Inst> {
        let last = *self.blocks[block].insts.last()?;
        self.insts[last].is_terminator().then_some(last)
    }

    /// Blocks that a block branches to; one may occur several times.
    pub fn successors(&self, block: Block) -> SmallVec<[Block; 2]> {
        match self.terminator(block) {
            Some(inst) => {
                let mut blocks = smallvec![];
                self.insts[inst].for_each_successor(|call| blocks.push(call.block));
                blocks
            }
            None => smallvec![],
        }
    }

    /// The instruction that defines a value, unless it is a block parameter.
    pub fn def_inst(&self, value: Value) -> Option<Inst> {
        match self.values[value].def {
            ValueDef::Result(inst, _) => Some(inst),
            ValueDef::Param(..) => None,
        }
    }

    /// The value as an integer constant.
    pub fn as_const(&self, value: Value) -> Option<i32> {
        match self.insts[self.def_inst(value)?] {
            InstData::Const(c) => Some(c),
            _ => None,
        }
    }

    /// The signature's number; equal ones share it.
    pub fn add_sig(&mut self, signature: Signature) -> Sig {
        match self.sigs.iter().find(|(_, s)| **s == signature) {
            Some((sig, _)) => sig,
            None => self.sigs.push(signature),
        }
    }
}
