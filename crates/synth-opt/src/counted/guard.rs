//! The comparisons in front of a loop, and its copy for the case that a check
//! fails in some turn.

use synth_ir::{
    BinaryOp, Block, BlockCall, Cond, Function, Hint, Inst, InstData, SourceLoc, TrapCode, Value,
};

use super::{Number, Plan, Test};
use crate::checks::Fact;
use crate::unroll::copy::copy_blocks;

/// Copies the loop, and decides in front of it which of both is executed.
pub(super) fn guard(func: &mut Function, plan: &Plan) {
    let Plan { blocks, exit, .. } = plan;
    let header = blocks[0];
    let body = copy_blocks(func, blocks);
    let copies: Vec<Block> = blocks.iter().filter_map(|&block| body.blocks[block]).collect();
    let Some(slow) = body.blocks[header] else { return };
    // The copy is never left by the test.
    let end = new_block(func);
    func.append(end, InstData::Trap(TrapCode::MemoryOutOfBounds), plan.loc);
    let leaving = exit.1 as usize;
    if let Some(test) = body.insts[exit.0]
        && let Some(call) = func.insts[test].successors_mut().into_iter().nth(leaving)
    {
        *call = BlockCall::new(end, []);
    }
    for &block in blocks {
        func.blocks[block].insts.retain(|inst| !plan.checks.contains(inst));
    }
    let entry = new_block(func);
    let types: Vec<_> = func.blocks[header].params.iter().map(|&p| func.values[p].ty).collect();
    let params: Vec<Value> = types.into_iter().map(|ty| func.add_param(entry, ty)).collect();
    let mut starts = vec![];
    for block in func.layout.clone() {
        let Some(inst) = func.terminator(block).filter(|_| !blocks.contains(&block)) else {
            continue;
        };
        for call in func.insts[inst].successors_mut() {
            if call.block == header {
                call.block = entry;
                starts.push(call.args.clone());
            }
        }
    }
    // A single edge shows what is constant.
    let starts = match &starts[..] {
        [single] => single.clone(),
        _ => params.clone(),
    };
    let calls = [slow, header].map(|to| BlockCall::new(to, params.clone()));
    let mut writer = Writer { func, block: entry, chain: vec![entry], loc: plan.loc };
    writer.write(plan, &starts, &calls);
    let chain = writer.chain;
    let before = func.layout.iter().position(|&block| block == header).unwrap_or(0);
    func.layout.splice(before..before, chain);
    func.layout.extend(copies);
    func.layout.push(end);
}

/// A block that is not in the layout.
fn new_block(func: &mut Function) -> Block {
    let block = func.add_block();
    func.layout.pop();
    block
}

/// The comparisons in front of a loop.
struct Writer<'a> {
    func: &'a mut Function,
    block: Block,
    /// The blocks so far.
    chain: Vec<Block>,
    loc: SourceLoc,
}

impl Writer<'_> {
    /// Goes to the first of the calls if a check will fail, else to the other.
    fn write(&mut self, plan: &Plan, starts: &[Value], calls: &[BlockCall; 2]) {
        let more = self.more(&plan.test, starts, &calls[0]);
        for sum in &plan.sums {
            let Fact { add, limit, .. } = sum.fact;
            let mut first = add;
            let mut terms = sum.fixed.clone();
            if let Some((number, shift)) = sum.varying {
                match self.func.as_const(starts[number]) {
                    Some(start) => first = first.wrapping_add(start.wrapping_shl(shift as u32)),
                    None if shift == 0 => terms.push(starts[number]),
                    None => {
                        let shift = self.constant(shift as u32);
                        terms.push(self.binary(BinaryOp::Shl, starts[number], shift));
                    }
                }
            }
            let x = self.sum(&terms, first);
            self.compare(x, sum.step, limit, more, &calls[0]);
        }
        self.append_only(InstData::Jump(calls[1].clone()));
    }

    /// The turns after the first: how often the test passes.
    fn more(&mut self, test: &Test, starts: &[Value], slow: &BlockCall) -> Number {
        let first = self.sum(&[starts[test.number]], test.offset);
        let shift = test.step.unsigned_abs().trailing_zeros();
        let up = test.step > 0;
        if let Number::Known(first) = first
            && let Some(more) = test.known(first)
        {
            return Number::Known(more);
        }
        let (first, limit) = (self.value(first), self.value(test.limit));
        let (low, high) = if up { (first, limit) } else { (limit, first) };
        let distance = self.binary(BinaryOp::Sub, high, low);
        if test.cond != Cond::Ne {
            let args = [first, limit];
            let goes = self.append(InstData::Compare { cond: test.cond, args });
            let zero = self.constant(0);
            let args = [distance, zero];
            return Number::Value(self.append(InstData::Select { cond: goes, args }));
        }
        if shift == 0 {
            return Number::Value(distance);
        }
        let mask = self.constant((1 << shift) - 1);
        let rest = self.binary(BinaryOp::And, distance, mask);
        self.branch(rest, slow);
        let shift = self.constant(shift);
        Number::Value(self.binary(BinaryOp::ShrU, distance, shift))
    }

    /// Goes to `slow` if one of the sums that begin with `x` is above a limit.
    fn compare(&mut self, x: Number, step: i32, limit: u32, more: Number, slow: &BlockCall) {
        let shift = step.unsigned_abs().trailing_zeros();
        let way = match more {
            _ if step == 0 => Some(0),
            Number::Known(more) => {
                Some(u64::from(more) << shift).filter(|&way| way <= limit.into()).map(|n| n as u32)
            }
            Number::Value(_) => None,
        };
        let x = self.value(x);
        if let Some(way) = way {
            // The last sum of falling ones must not wrap.
            let down = if step < 0 { way.wrapping_neg() } else { 0 };
            let lowest = self.sum(&[x], down as i32);
            let lowest = self.value(lowest);
            return self.above(lowest, limit - way, slow);
        }
        self.above(x, limit, slow);
        let room = if step > 0 {
            let limit = self.constant(limit);
            self.binary(BinaryOp::Sub, limit, x)
        } else {
            x
        };
        let shift = self.constant(shift);
        let turns = self.binary(BinaryOp::ShrU, room, shift);
        let more = self.value(more);
        let cond = self.append(InstData::Compare { cond: Cond::UGt, args: [more, turns] });
        self.branch(cond, slow);
    }

    fn above(&mut self, value: Value, limit: u32, slow: &BlockCall) {
        let limit = self.constant(limit);
        let cond = self.append(InstData::Compare { cond: Cond::UGt, args: [value, limit] });
        self.branch(cond, slow);
    }

    /// Goes on in a new block unless the condition holds.
    fn branch(&mut self, cond: Value, slow: &BlockCall) {
        let next = new_block(self.func);
        let other = BlockCall::new(next, []);
        self.append_only(InstData::Branch {
            cond,
            then: slow.clone(),
            other,
            hint: Some(Hint::Unlikely),
        });
        self.block = next;
        self.chain.push(next);
    }

    fn sum(&mut self, terms: &[Value], constant: i32) -> Number {
        let (mut constant, mut sum) = (constant, None);
        for &term in terms {
            match (self.func.as_const(term), sum) {
                (Some(c), _) => constant = constant.wrapping_add(c),
                (None, None) => sum = Some(term),
                (None, Some(value)) => sum = Some(self.binary(BinaryOp::Add, value, term)),
            }
        }
        match sum {
            None => Number::Known(constant as u32),
            Some(value) if constant == 0 => Number::Value(value),
            Some(value) => {
                let constant = self.constant(constant as u32);
                Number::Value(self.binary(BinaryOp::Add, value, constant))
            }
        }
    }

    fn value(&mut self, number: Number) -> Value {
        match number {
            Number::Value(value) => value,
            Number::Known(number) => self.constant(number),
        }
    }

    fn constant(&mut self, number: u32) -> Value {
        self.append(InstData::Const(number as i32))
    }

    fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        if self.func.as_const(b) == Some(0) && op != BinaryOp::And {
            return a;
        }
        self.append(InstData::Binary { op, args: [a, b] })
    }

    fn append(&mut self, data: InstData) -> Value {
        let inst = self.append_only(data);
        self.func.result(inst)
    }

    fn append_only(&mut self, data: InstData) -> Inst {
        self.func.append(self.block, data, self.loc)
    }
}
