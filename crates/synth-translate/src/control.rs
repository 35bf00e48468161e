//! Control flow (core specification 4.6.8): blocks, loops, branches, return,
//! unreachable.
//!
//! A label's block is made by the first branch to it, so that a construct
//! that nothing leaves early costs no block. The values that a branch carries
//! are parameters of the label's block. Destinations that occur several times
//! in one `br_table` go through one block of their own, so that arguments are
//! passed once for each label and not for each case.

use std::collections::BTreeMap;

use synth_ir::{Block, BlockCall, Cond, Hint, InstData, TrapCode, Value};
use synth_wasm::{FuncType, Heap, TypedRef, ValType};
use wasmparser::{BlockType, BrTable, Operator};

use crate::error::{Reason, Stop};
use crate::func::{Operand, Translator};
use crate::sig::{abi_type, value_types};
use crate::ssa::{PhiId, Skip};

/// Parameters and results of a construct.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockSig<'m> {
    params: &'m [ValType],
    results: &'m [ValType],
}

/// A branch destination.
#[derive(Debug)]
struct Label {
    block: Block,
    /// One for each word that a branch carries.
    phis: Vec<PhiId>,
}

#[derive(Debug)]
enum Kind {
    Function,
    Block,
    /// Its label is the header.
    Loop,
    /// The block of the `else` arm, until it is entered, with the stack there.
    If(Option<(Block, Vec<Operand>)>),
}

/// An open construct.
#[derive(Debug)]
pub(crate) struct Frame<'m> {
    kind: Kind,
    sig: BlockSig<'m>,
    /// Height of the stack below its parameters.
    height: usize,
    label: Option<Label>,
    /// The number of the operator that opened it, and the block there.
    start: u32,
    entry: Block,
}

impl<'m> Frame<'m> {
    /// The outermost construct: the function's body.
    pub(crate) fn function(ty: &'m FuncType) -> Self {
        Frame {
            kind: Kind::Function,
            sig: BlockSig { params: &[], results: &ty.results },
            height: 0,
            label: None,
            start: 0,
            entry: Block::from_u32(0),
        }
    }

    /// Types of the values that a branch to it carries.
    fn label_types(&self) -> &'m [ValType] {
        match self.kind {
            Kind::Loop => self.sig.params,
            _ => self.sig.results,
        }
    }
}

/// One-element slices for the result types of blocks.
fn single(ty: ValType) -> &'static [ValType] {
    match ty {
        ValType::I32 => &[ValType::I32],
        ValType::I64 => &[ValType::I64],
        ValType::F32 => &[ValType::F32],
        ValType::F64 => &[ValType::F64],
        ValType::V128 => &[ValType::V128],
        ValType::FuncRef => &[ValType::FuncRef],
        ValType::ExternRef => &[ValType::ExternRef],
        // What carries it is all that counts.
        ValType::TypedRef(TypedRef { heap: Heap::Extern, .. }) => &[ValType::ExternRef],
        ValType::TypedRef(_) => &[ValType::FuncRef],
        ValType::OtherRef => &[ValType::OtherRef],
    }
}

impl<'m> Translator<'_, 'm> {
    pub(crate) fn control(&mut self, op: &Operator<'_>) -> Result<bool, Stop> {
        match op {
            Operator::Nop => {}
            Operator::Unreachable => self.trap(TrapCode::Unreachable),
            Operator::Block { blockty } => self.open_block(*blockty)?,
            Operator::Loop { blockty } => self.open_loop(*blockty)?,
            Operator::If { blockty } => self.open_if(*blockty)?,
            Operator::Else => self.open_else()?,
            Operator::End => self.close()?,
            Operator::Br { relative_depth } => self.br(*relative_depth)?,
            Operator::BrIf { relative_depth } => {
                let cond = self.pop_i32()?;
                self.br_if(cond, *relative_depth)?;
            }
            Operator::BrOnNull { relative_depth } => {
                let operand = self.pop()?;
                let null = self.compare_null(operand, Cond::Eq);
                self.br_if(null, *relative_depth)?;
                self.push(operand);
            }
            Operator::BrOnNonNull { relative_depth } => {
                let operand = self.pop()?;
                let present = self.compare_null(operand, Cond::Ne);
                self.push(operand);
                self.br_if(present, *relative_depth)?;
                self.pop()?;
            }
            Operator::BrTable { targets } => self.br_table(targets)?,
            Operator::Return => self.br(self.frames.len() as u32 - 1)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Passes over an operator in unreachable code.
    pub(crate) fn skip(&mut self, op: &Operator<'_>) -> Result<(), Stop> {
        match op {
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Try { .. }
            | Operator::TryTable { .. } => self.skipped += 1,
            Operator::End | Operator::Delegate { .. } if self.skipped > 0 => self.skipped -= 1,
            Operator::End => self.close()?,
            Operator::Else if self.skipped == 0 => self.open_else()?,
            _ => {}
        }
        Ok(())
    }

    fn block_sig(&self, ty: BlockType) -> Result<BlockSig<'m>, Stop> {
        let sig = match ty {
            BlockType::Empty => BlockSig { params: &[], results: &[] },
            BlockType::Type(ty) => {
                BlockSig { params: &[], results: single(self.env.module.val_type(ty)) }
            }
            BlockType::FuncType(index) => {
                let ty = self.env.func_type(index)?;
                BlockSig { params: &ty.params, results: &ty.results }
            }
        };
        let mut types = sig.params.iter().chain(sig.results);
        match types.find(|&&t| abi_type(t).is_none()) {
            Some(&ty) => Err(Stop::refused(format!("a block with {ty}"), Reason::of_type(ty))),
            None => Ok(sig),
        }
    }

    fn open(&mut self, kind: Kind, sig: BlockSig<'m>, label: Option<Label>, entry: Block) {
        self.frames.push(Frame {
            kind,
            sig,
            height: self.stack.len().saturating_sub(sig.params.len()),
            label,
            start: self.number,
            entry,
        });
    }

    fn open_block(&mut self, ty: BlockType) -> Result<(), Stop> {
        let sig = self.block_sig(ty)?;
        self.open(Kind::Block, sig, None, self.block);
        Ok(())
    }

    fn open_loop(&mut self, ty: BlockType) -> Result<(), Stop> {
        let sig = self.block_sig(ty)?;
        let label = self.make_label(sig.params);
        let entry = self.block;
        let args = self.pop_values(sig.params.len())?;
        self.jump(&label, &args);
        let range = self.number..self.loops.loop_end(self.number);
        self.ssa.set_skip(label.block, Skip { dominator: entry, range });
        self.enter(label.block);
        self.push_label_values(sig.params, &label);
        self.open(Kind::Loop, sig, Some(label), entry);
        Ok(())
    }

    fn open_if(&mut self, ty: BlockType) -> Result<(), Stop> {
        let sig = self.block_sig(ty)?;
        let cond = self.pop_i32()?;
        let entry = self.block;
        let (then, other) = (self.new_block(), self.new_block());
        self.branch(cond, then, other, self.hint());
        self.seal(then);
        self.seal(other);
        let first = self.stack.len().saturating_sub(sig.params.len());
        let params = self.stack[first..].to_vec();
        self.ssa.spend(params.len());
        self.enter(then);
        self.open(Kind::If(Some((other, params))), sig, None, entry);
        Ok(())
    }

    /// Ends the `then` arm and starts the `else` arm.
    fn open_else(&mut self) -> Result<(), Stop> {
        let depth = self.frames.len() - 1;
        if self.reachable {
            self.br(0)?;
        }
        let frame = &mut self.frames[depth];
        let height = frame.height;
        let Kind::If(arm) = &mut frame.kind else {
            return Err(self.malformed("else without if"));
        };
        let Some((block, params)) = arm.take() else {
            return Err(self.malformed("second else"));
        };
        self.stack.truncate(height);
        self.stack.extend(params);
        self.enter(block);
        Ok(())
    }

    /// Ends the innermost construct.
    fn close(&mut self) -> Result<(), Stop> {
        if let Some(Frame { kind: Kind::If(Some(_)), .. }) = self.frames.last() {
            // No `else` arm: its parameters are the results.
            self.open_else()?;
        }
        match self.frames.last().map(|f| &f.kind) {
            Some(Kind::Block | Kind::If(_)) => self.close_block(),
            Some(Kind::Loop) => self.close_loop(),
            Some(Kind::Function) if self.reachable => self.br(0),
            _ => Ok(()),
        }
    }

    fn close_block(&mut self) -> Result<(), Stop> {
        let joined = self.frames.last().is_some_and(|f| f.label.is_some());
        if joined && self.reachable {
            self.br(0)?;
        }
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let Some(label) = frame.label else {
            if !self.reachable {
                self.stack.truncate(frame.height);
            }
            return Ok(());
        };
        let range = frame.start..self.number;
        self.ssa.set_skip(label.block, Skip { dominator: frame.entry, range });
        self.seal(label.block);
        self.stack.truncate(frame.height);
        self.enter(label.block);
        self.push_label_values(frame.sig.results, &label);
        Ok(())
    }

    fn close_loop(&mut self) -> Result<(), Stop> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        if let Some(label) = frame.label {
            self.seal(label.block);
        }
        if !self.reachable {
            self.stack.truncate(frame.height);
        }
        Ok(())
    }

    fn seal(&mut self, block: Block) {
        self.ssa.seal(&mut self.func, block);
    }

    fn make_label(&mut self, types: &[ValType]) -> Label {
        let block = self.new_block();
        let mut phis = Vec::new();
        for &ty in types {
            for &ty in value_types(ty).unwrap_or_default() {
                phis.push(self.ssa.label_phi(&mut self.func, block, ty));
            }
        }
        Label { block, phis }
    }

    fn push_label_values(&mut self, types: &[ValType], label: &Label) {
        let ssa = &self.ssa;
        let mut values = label.phis.iter().map(|&phi| ssa.phi_value(phi));
        for ty in types.iter().filter_map(|&t| abi_type(t)) {
            if let Some(operand) = Operand::take(ty, &mut values) {
                self.stack.push(operand);
            }
        }
    }

    /// Ends the block with a jump.
    fn jump(&mut self, label: &Label, args: &[Value]) {
        let call = BlockCall::new(label.block, []);
        let inst = self.effect(InstData::Jump(call));
        self.ssa.add_edge(self.block, inst, 0, label.block);
        for (&phi, &arg) in label.phis.iter().zip(args) {
            self.ssa.push_arg(phi, arg);
        }
        self.reachable = false;
    }

    /// Ends the block with a conditional branch; both edges are recorded.
    fn branch(&mut self, cond: Value, then: Block, other: Block, hint: Option<Hint>) {
        let data = InstData::Branch {
            cond,
            then: BlockCall::new(then, []),
            other: BlockCall::new(other, []),
            hint,
        };
        let inst = self.effect(data);
        self.ssa.add_edge(self.block, inst, 0, then);
        self.ssa.add_edge(self.block, inst, 1, other);
    }

    /// What the module says of the branch that is being translated.
    fn hint(&self) -> Option<Hint> {
        let taken = self.env.module.branch_hints.get(&self.offset)?;
        Some(if *taken { Hint::Likely } else { Hint::Unlikely })
    }

    /// The number of the frame that a branch of that depth leaves to.
    fn target(&self, depth: u32) -> Result<usize, Stop> {
        let target = self.frames.len().checked_sub(1 + depth as usize);
        target.ok_or_else(|| self.malformed("branch depth"))
    }

    /// Does something with a frame's label, which is made if need be.
    fn with_label<T>(&mut self, frame: usize, f: impl FnOnce(&mut Self, &Label) -> T) -> T {
        let types = self.frames[frame].label_types();
        let label = match self.frames[frame].label.take() {
            Some(label) => label,
            None => self.make_label(types),
        };
        let result = f(self, &label);
        self.frames[frame].label = Some(label);
        result
    }

    /// Leaves to a frame; the values are on the stack.
    fn leave_to(&mut self, frame: usize) -> Result<(), Stop> {
        let args = self.top_values(self.frames[frame].label_types().len())?;
        if let Kind::Function = self.frames[frame].kind {
            self.effect(InstData::Return(args));
        } else {
            self.with_label(frame, |t, label| t.jump(label, &args));
        }
        self.reachable = false;
        Ok(())
    }

    fn br(&mut self, depth: u32) -> Result<(), Stop> {
        let frame = self.target(depth)?;
        self.leave_to(frame)
    }

    fn br_if(&mut self, cond: Value, depth: u32) -> Result<(), Stop> {
        let frame = self.target(depth)?;
        let next = self.new_block();
        if let Kind::Function = self.frames[frame].kind {
            let exit = self.new_block();
            self.branch(cond, exit, next, self.hint());
            self.seal(exit);
            self.enter(exit);
            self.leave_to(frame)?;
        } else {
            let args = self.top_values(self.frames[frame].label_types().len())?;
            self.with_label(frame, |t, label| {
                t.branch(cond, label.block, next, t.hint());
                for (&phi, &arg) in label.phis.iter().zip(&args) {
                    t.ssa.push_arg(phi, arg);
                }
            });
        }
        self.seal(next);
        self.enter(next);
        Ok(())
    }

    fn br_table(&mut self, table: &BrTable<'_>) -> Result<(), Stop> {
        let index = self.pop_i32()?;
        let mut frames = Vec::with_capacity(table.len() as usize + 1);
        for depth in table.targets() {
            frames.push(self.target(depth?)?);
        }
        frames.push(self.target(table.default())?);
        if let [only] = frames[..] {
            return self.leave_to(only);
        }
        // One block for each label; ordered, so that the output is.
        let mut exits: BTreeMap<usize, Block> = BTreeMap::new();
        for &frame in &frames {
            exits.entry(frame).or_insert_with(|| self.new_block());
        }
        let call = |frame: usize| BlockCall::new(exits[&frame], []);
        let default = frames.pop().map(call).ok_or_else(|| self.malformed("br_table"))?;
        let first_slots = first_slots(&frames);
        let targets: Vec<BlockCall> = frames.iter().map(|&f| call(f)).collect();
        let default_slot = targets.len() as u32;
        let data = InstData::Switch { index, targets, default };
        let inst = self.effect(data);
        self.switches.push(inst);
        let switch = self.block;
        for (&frame, &block) in &exits {
            let slot = first_slots.get(&frame).copied().unwrap_or(default_slot);
            self.ssa.add_edge(switch, inst, slot, block);
            self.seal(block);
            self.enter(block);
            self.leave_to(frame)?;
            if self.ssa.over_budget() {
                return Err(Stop::TooManyPhis);
            }
        }
        self.reachable = false;
        Ok(())
    }
}

/// The first place of each frame in the table.
fn first_slots(frames: &[usize]) -> BTreeMap<usize, u32> {
    let mut slots = BTreeMap::new();
    for (slot, &frame) in frames.iter().enumerate() {
        slots.entry(frame).or_insert(slot as u32);
    }
    slots
}
