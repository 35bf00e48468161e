//! Rewrites instructions by the rules in `rules/*.isle`, folds constants, and
//! puts constant parts of addresses into loads and stores.
//!
//! Blocks are visited so that definitions come before uses. An instruction
//! that a rule replaces goes; what the rule emits is simplified in turn, until
//! no rule applies or the fuel for the original instruction is used up. A rule
//! sees only instructions that are final, whose operands are not replaced any
//! more.

mod bits;
mod bytes;
mod context;
mod floats;

pub(crate) use bits::known_zero;

#[allow(
    missing_docs,
    dead_code,
    unreachable_code,
    unreachable_patterns,
    unused_imports,
    unused_variables,
    non_snake_case,
    unused_mut,
    irrefutable_let_patterns,
    clippy::all
)]
mod rules {
    extern crate alloc;
    use super::context::types::*;
    /// The first rule that applies decides.
    const MAX_ISLE_RETURNS: usize = 1;
    type ConstructorVec<T> = Vec<T>;
    include!(concat!(env!("OUT_DIR"), "/simplify.rs"));
}

use synth_ir::cfg::Cfg;
use synth_ir::interp::Val;
use synth_ir::{
    BinaryOp, Function, Hint, Inst, InstData, SourceLoc, StoreOp, Type, UnaryOp, Value,
};

use crate::edit::Replacements;
use crate::{Context, Pass};

/// The pass.
pub struct Simplify;

/// Rewrites of one instruction and of what comes of it.
const FUEL: u32 = 64;

impl Pass for Simplify {
    fn run(&self, func: &mut Function, cx: &Context<'_>) -> bool {
        let moved = floats::move_words(func);
        let cfg = Cfg::new(func);
        let mut simplifier = Simplifier {
            func,
            cx,
            same: Replacements::default(),
            emitted: vec![],
            todo: vec![],
            replacement: vec![],
            loc: SourceLoc::default(),
            changed: moved,
        };
        for &block in cfg.reverse_postorder() {
            let insts = std::mem::take(&mut simplifier.func.blocks[block].insts);
            let mut out = Vec::with_capacity(insts.len());
            for inst in insts {
                simplifier.visit(inst, &mut out);
            }
            simplifier.func.blocks[block].insts = out;
        }
        let Simplifier { same, changed, .. } = simplifier;
        same.apply_unvisited(func, cfg.reverse_postorder().len()) || changed
    }
}

struct Simplifier<'f> {
    func: &'f mut Function,
    cx: &'f Context<'f>,
    /// What replaced values are now.
    same: Replacements,
    /// What the current rule has emitted, in order.
    emitted: Vec<Inst>,
    /// What is still to be simplified in place of the current instruction, the next one
    /// on top.
    todo: Vec<Inst>,
    /// What a rule gives, at most one.
    replacement: Vec<Value>,
    /// Source location of the current instruction.
    loc: SourceLoc,
    changed: bool,
}

impl Simplifier<'_> {
    /// Simplifies an instruction and appends what becomes of it to `out`.
    fn visit(&mut self, inst: Inst, out: &mut Vec<Inst>) {
        self.loc = self.func.locs[inst];
        let mut fuel = FUEL;
        self.todo.push(inst);
        while let Some(inst) = self.todo.pop() {
            self.same.apply_to(&mut self.func.insts[inst]);
            if fuel > 0 && self.step(inst) {
                fuel -= 1;
                self.changed = true;
                self.todo.extend(self.emitted.drain(..).rev());
            } else {
                out.append(&mut self.emitted);
                out.push(inst);
            }
        }
    }

    /// Tries to rewrite an instruction. Says whether it is replaced by what
    /// was emitted; else it stays, after what was emitted.
    fn step(&mut self, inst: Inst) -> bool {
        self.order_operands(inst);
        if !self.func.insts[inst].is_pure() {
            self.step_effect(inst);
            return false;
        }
        if self.fold(inst) {
            return false;
        }
        let value = self.func.result(inst);
        let mut replacement = std::mem::take(&mut self.replacement);
        rules::constructor_simplify(self, value, &mut replacement);
        let by = replacement.pop();
        self.replacement = replacement;
        match by {
            Some(by) => {
                self.same.replace(value, by);
                true
            }
            None => false,
        }
    }

    /// Puts the constant of a commutative operator or comparison last.
    fn order_operands(&mut self, inst: Inst) {
        let is_const = |v: &Value| self.func.as_const(*v).is_some();
        let swap = match &self.func.insts[inst] {
            InstData::Binary { op, args: [a, b] } => {
                op.is_commutative() && is_const(a) && !is_const(b)
            }
            InstData::Compare { args: [a, b], .. } => is_const(a) && !is_const(b),
            _ => false,
        };
        if swap {
            match &mut self.func.insts[inst] {
                InstData::Binary { args, .. } => args.swap(0, 1),
                InstData::Compare { cond, args } => {
                    args.swap(0, 1);
                    *cond = cond.swapped();
                }
                _ => {}
            }
            self.changed = true;
        }
    }

    /// Turns an instruction of constants into a constant.
    fn fold(&mut self, inst: Inst) -> bool {
        let data = &self.func.insts[inst];
        if matches!(data, InstData::Const(_) | InstData::F32Const(_) | InstData::F64Const(_)) {
            return true;
        }
        let constant = |v| match self.func.insts[self.func.def_inst(v)?] {
            InstData::Const(c) => Some(Val::I32(c)),
            InstData::F32Const(bits) => Some(Val::F32(bits)),
            InstData::F64Const(bits) => Some(Val::F64(bits)),
            _ => None,
        };
        let folded = match data.eval(constant) {
            Some(Val::I32(c)) => InstData::Const(c),
            Some(Val::F32(bits)) => InstData::F32Const(bits),
            Some(Val::F64(bits)) => InstData::F64Const(bits),
            None => return false,
        };
        self.func.insts[inst] = folded;
        self.changed = true;
        true
    }

    /// Simplifies the operands of an instruction with effects, in place.
    fn step_effect(&mut self, inst: Inst) {
        let data = &mut self.func.insts[inst];
        if !matches!(
            data,
            InstData::TrapIf { .. }
                | InstData::Branch { .. }
                | InstData::Load { .. }
                | InstData::Store { .. }
        ) {
            return;
        }
        // It defines none of its operands: nothing looks at it now.
        let mut data = std::mem::replace(data, InstData::StackSave);
        let changed = match &mut data {
            InstData::TrapIf { cond, .. } => self.simplify_truth(cond),
            InstData::Branch { cond, then, other, hint } => {
                let mut changed = self.simplify_truth(cond);
                while let Some(opposite) = rules::constructor_negated(self, *cond) {
                    *cond = opposite;
                    std::mem::swap(then, other);
                    *hint = hint.map(Hint::opposite);
                    self.simplify_truth(cond);
                    changed = true;
                }
                changed
            }
            InstData::Load { op, addr, offset, .. } => {
                self.simplify_address(addr, offset, op.bytes())
            }
            InstData::Store { op, addr, offset, value, .. } => {
                let stored = self.simplify_stored(op, value);
                self.simplify_address(addr, offset, op.bytes()) || stored
            }
            _ => false,
        };
        self.func.insts[inst] = data;
        self.changed |= changed;
    }

    /// Each rule leads to an operand, so this ends.
    fn simplify_truth(&mut self, cond: &mut Value) -> bool {
        let before = *cond;
        while let Some(simpler) = rules::constructor_truth(self, *cond) {
            *cond = simpler;
        }
        *cond != before
    }

    /// Drops operators that don't change the bits that are stored.
    fn simplify_stored(&mut self, op: &mut StoreOp, value: &mut Value) -> bool {
        let mask = match op {
            StoreOp::I8 => 0xff,
            StoreOp::I16 => 0xffff,
            StoreOp::F32 => return self.store_bits(op, value),
            _ => return false,
        };
        let before = *value;
        while let Some(simpler) = rules::constructor_low_bits(self, mask, *value) {
            *value = simpler;
        }
        if *op == StoreOp::I16
            && let Some(arg) = bytes::swapped_half(self.func, *value)
        {
            let arg = self.emit(InstData::Unary { op: UnaryOp::Bswap, arg });
            let count = self.emit(InstData::Const(16));
            *value = self.emit(InstData::Binary { op: BinaryOp::Rotr, args: [arg, count] });
        }
        *value != before
    }

    /// Stores a single as a word where it is one.
    fn store_bits(&mut self, op: &mut StoreOp, value: &mut Value) -> bool {
        let Some(bits) = floats::stored_bits(self.func, *value) else { return false };
        *op = StoreOp::I32;
        *value = match bits {
            floats::Bits::Value(value) => value,
            floats::Bits::Const(bits) => self.emit(InstData::Const(bits)),
        };
        true
    }

    /// Moves constants from the base of an access to its offset, as long as
    /// the offset stays one that an instruction can have.
    fn simplify_address(&mut self, addr: &mut Value, offset: &mut i32, bytes: u32) -> bool {
        let mut changed = false;
        while let Some((base, more)) = self.split_address(*addr) {
            let sum = offset.wrapping_add(more);
            if !self.cx.target.is_memory_offset(sum, bytes) {
                break;
            }
            *addr = match base {
                Base::Value(value) => value,
                Base::New(data) => self.emit(data),
            };
            *offset = sum;
            changed = true;
        }
        changed
    }

    /// An address as a base and a constant that is not zero.
    fn split_address(&self, addr: Value) -> Option<(Base, i32)> {
        match self.func.insts[self.func.def_inst(addr)?] {
            InstData::Binary { op: BinaryOp::Add, args: [a, b] } => {
                if let Some(c) = self.func.as_const(b) {
                    return Some((Base::Value(a), c));
                }
                // One of the operands may be a sum with a constant.
                let (c, x, y) = match (self.split_sum(a), self.split_sum(b)) {
                    (Some((x, c)), _) => (c, x, b),
                    (None, Some((y, c))) => (c, a, y),
                    (None, None) => return None,
                };
                Some((Base::New(InstData::Binary { op: BinaryOp::Add, args: [x, y] }), c))
            }
            InstData::SymbolAddr { symbol, addend } if addend != 0 => {
                Some((Base::New(InstData::SymbolAddr { symbol, addend: 0 }), addend))
            }
            InstData::SlotAddr { slot, offset } if offset != 0 => {
                Some((Base::New(InstData::SlotAddr { slot, offset: 0 }), offset))
            }
            _ => None,
        }
    }

    /// A sum of a value and a constant.
    fn split_sum(&self, value: Value) -> Option<(Value, i32)> {
        match self.func.insts[self.func.def_inst(value)?] {
            InstData::Binary { op: BinaryOp::Add, args: [x, c] } => {
                Some((x, self.func.as_const(c)?))
            }
            _ => None,
        }
    }

    /// Makes an instruction that will stand before the current one.
    fn emit(&mut self, data: InstData) -> Value {
        let inst = self.func.make_inst(data, self.loc);
        self.emitted.push(inst);
        self.func.result(inst)
    }

    fn is_word(&self, value: Value) -> bool {
        self.func.values[value].ty == Type::I32
    }
}

enum Base {
    Value(Value),
    /// To be emitted.
    New(InstData),
}
