//! Appends instructions to one block after the other.

use crate::float::FloatOp;
use crate::function::{Block, BlockCall, Function, Inst, InstData, Region, SourceLoc, Value};
use crate::ops::{BinaryOp, Cond, Hint, LoadOp, StoreOp, TrapCode, UnaryOp, WideOp};
use crate::program::SymbolId;

/// Appends to a function at a cursor.
pub struct Builder<'f> {
    /// The function that is built.
    pub func: &'f mut Function,
    block: Block,
    loc: SourceLoc,
}

impl<'f> Builder<'f> {
    /// A builder that appends to `block`.
    pub fn new(func: &'f mut Function, block: Block) -> Self {
        Builder { func, block, loc: SourceLoc::default() }
    }

    /// The block that instructions are appended to.
    pub fn block(&self) -> Block {
        self.block
    }

    /// Continues in `block`.
    pub fn switch_to(&mut self, block: Block) {
        self.block = block;
    }

    /// The source location of what is appended next.
    pub fn set_loc(&mut self, loc: SourceLoc) {
        self.loc = loc;
    }

    /// Appends any instruction.
    pub fn inst(&mut self, data: InstData) -> Inst {
        self.func.append(self.block, data, self.loc)
    }

    fn value(&mut self, data: InstData) -> Value {
        let inst = self.inst(data);
        self.func.result(inst)
    }

    /// An integer constant.
    pub fn iconst(&mut self, value: i32) -> Value {
        self.value(InstData::Const(value))
    }

    /// The address of a symbol plus a constant.
    pub fn symbol_addr(&mut self, symbol: SymbolId, addend: i32) -> Value {
        self.value(InstData::SymbolAddr { symbol, addend })
    }

    /// A unary operator.
    pub fn unary(&mut self, op: UnaryOp, arg: Value) -> Value {
        self.value(InstData::Unary { op, arg })
    }

    /// A binary operator.
    pub fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        self.value(InstData::Binary { op, args: [a, b] })
    }

    /// A half of a 64-bit operator.
    pub fn wide(&mut self, op: WideOp, args: &[Value]) -> Value {
        debug_assert_eq!(args.len(), op.arity());
        self.value(InstData::Wide { op, args: args.to_vec() })
    }

    /// A floating-point operator.
    pub fn float(&mut self, op: FloatOp, args: &[Value]) -> Value {
        debug_assert_eq!(args.len(), op.arg_types().len());
        self.value(InstData::Float { op, args: args.to_vec() })
    }

    /// A comparison.
    pub fn compare(&mut self, cond: Cond, a: Value, b: Value) -> Value {
        self.value(InstData::Compare { cond, args: [a, b] })
    }

    /// A comparison of doublewords, each `[lo, hi]`.
    pub fn compare64(&mut self, cond: Cond, a: [Value; 2], b: [Value; 2]) -> Value {
        self.value(InstData::Compare64 { cond, args: [a[0], a[1], b[0], b[1]] })
    }

    /// `a` if `cond` is not zero, else `b`.
    pub fn select(&mut self, cond: Value, a: Value, b: Value) -> Value {
        self.value(InstData::Select { cond, args: [a, b] })
    }

    /// A load from `addr + offset`.
    pub fn load(&mut self, op: LoadOp, addr: Value, offset: i32, region: Region) -> Value {
        self.value(InstData::Load { op, addr, offset, region })
    }

    /// A store to `addr + offset`.
    pub fn store(&mut self, op: StoreOp, addr: Value, value: Value, offset: i32, region: Region) {
        self.inst(InstData::Store { op, addr, value, offset, region });
    }

    /// The lowest address of the function's stack.
    pub fn stack_save(&mut self) -> Value {
        self.value(InstData::StackSave)
    }

    /// Sets the lowest address of the function's stack.
    pub fn stack_restore(&mut self, addr: Value) {
        self.inst(InstData::StackRestore { addr });
    }

    /// Traps if `cond` is not zero.
    pub fn trap_if(&mut self, cond: Value, code: TrapCode) {
        self.inst(InstData::TrapIf { cond, code });
    }

    /// Ends the block with a jump.
    pub fn jump(&mut self, block: Block, args: &[Value]) {
        self.inst(InstData::Jump(BlockCall::new(block, args)));
    }

    /// Ends the block with a conditional branch.
    pub fn branch(&mut self, cond: Value, then: BlockCall, other: BlockCall) {
        self.hinted_branch(cond, then, other, None);
    }

    /// Ends the block with a conditional branch whose way is expected.
    pub fn hinted_branch(
        &mut self,
        cond: Value,
        then: BlockCall,
        other: BlockCall,
        hint: Option<Hint>,
    ) {
        self.inst(InstData::Branch { cond, then, other, hint });
    }

    /// Ends the block with a return.
    pub fn ret(&mut self, values: &[Value]) {
        self.inst(InstData::Return(values.to_vec()));
    }
}
