//! Ranges of loop counters.
//!
//! A counter is a parameter of a loop's header to which the only edge back
//! passes its sum with a constant. A comparison that every turn must pass to
//! go on, of the counter or of the sum, bounds it: from the first value and
//! the last one that passes, all others lie between, as the sum does not wrap
//! on the way, which is checked. That bounds the number of turns, and this in
//! turn the other counters of the loop.

use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::{BinaryOp, Block, Cond, Function, Inst, InstData, Value};

use super::{Known, Range};
use crate::edit::Edges;

/// What is asked of the control flow.
pub(crate) struct Flow {
    pub(crate) dom: DomTree,
    pub(super) loops: Loops,
    pub(crate) edges: Edges,
}

impl Flow {
    pub(crate) fn new(func: &Function, cfg: &Cfg, dom: DomTree) -> Flow {
        Flow { loops: Loops::new(cfg, &dom), dom, edges: Edges::new(func) }
    }
}

/// A counter of a loop.
struct Counter {
    param: Value,
    next: Value,
    step: i64,
    /// What the edges into the loop pass.
    start: Range,
}

/// The ranges of the parameters of a loop's header.
pub(super) fn ranges(known: &Known, func: &Function, flow: &Flow, header: Block) -> Vec<Range> {
    let params = &func.blocks[header].params;
    let mut ranges = vec![Range::ALL; params.len()];
    let edges = flow.edges.to(header);
    let mut back = edges.iter().filter(|&&edge| closes(flow, header, edge));
    let (Some(&back), None) = (back.next(), back.next()) else { return ranges };
    let mut counters = vec![];
    for (number, &param) in params.iter().enumerate() {
        counters.push(counter(known, func, flow, header, back, number, param));
    }
    let tests = tests(func, flow, header, back);
    let mut turns: Option<i64> = None;
    for counter in counters.iter().flatten() {
        for test in &tests {
            let Some(range) = bounded(known, counter, test) else { continue };
            let most = (range.hi - range.lo) / counter.step.abs() + 1;
            turns = Some(turns.map_or(most, |turns| turns.min(most)));
        }
    }
    let Some(turns) = turns else { return ranges };
    for (range, counter) in ranges.iter_mut().zip(&counters) {
        let Some(counter) = counter else { continue };
        let Some(way) = counter.step.checked_mul(turns - 1) else { continue };
        let (lo, hi) = (counter.start.lo + way.min(0), counter.start.hi + way.max(0));
        *range = Range::new(lo, hi);
        for test in &tests {
            if let Some(better) = bounded(known, counter, test) {
                *range = Range { lo: range.lo.max(better.lo), hi: range.hi.min(better.hi) };
            }
        }
    }
    ranges
}

/// Whether an edge into a header closes the loop.
pub(super) fn closes(flow: &Flow, header: Block, (terminator, _): (Inst, u32)) -> bool {
    flow.edges.from(terminator).is_none_or(|from| flow.dom.dominates(header, from))
}

fn counter(
    known: &Known,
    func: &Function,
    flow: &Flow,
    header: Block,
    back: (Inst, u32),
    number: usize,
    param: Value,
) -> Option<Counter> {
    let mut start: Option<Range> = None;
    let mut next = None;
    let edges = flow.edges.to(header);
    for (&edge, value) in edges.iter().zip(flow.edges.incoming(func, header, number)) {
        if edge == back {
            next = Some(value);
        } else {
            let incoming = known.get(value);
            start = Some(start.map_or(incoming, |start| start.union(incoming)));
        }
    }
    let (start, next) = (start?, next?);
    match func.insts[func.def_inst(next)?] {
        InstData::Binary { op: BinaryOp::Add, args: [x, by] } if x == param => {
            let step = func.as_const(by).filter(|&step| step != 0)?;
            Some(Counter { param, next, step: step.into(), start })
        }
        _ => None,
    }
}

/// `value cond limit` holds whenever the loop goes on.
struct Test {
    value: Value,
    cond: Cond,
    limit: Limit,
}

enum Limit {
    Constant(i32),
    Value(Value),
}

/// The comparisons that each turn passes: in the block that closes the loop,
/// in the one before it, in the header.
fn tests(func: &Function, flow: &Flow, header: Block, back: (Inst, u32)) -> Vec<Test> {
    let mut tests = vec![];
    tests.extend(taken_if(func, back));
    let latch = flow.edges.from(back.0);
    if let Some([edge]) = latch.filter(|&latch| latch != header).map(|latch| flow.edges.to(latch)) {
        tests.extend(taken_if(func, *edge));
    }
    if let Some(terminator) = func.terminator(header)
        && let InstData::Branch { then, other, .. } = &func.insts[terminator]
    {
        match (is_inside(flow, header, then.block), is_inside(flow, header, other.block)) {
            (true, false) => tests.extend(taken_if(func, (terminator, 0))),
            (false, true) => tests.extend(taken_if(func, (terminator, 1))),
            _ => {}
        }
    }
    tests
}

/// Whether a block belongs to the loop of a header.
fn is_inside(flow: &Flow, header: Block, block: Block) -> bool {
    let mut at = flow.loops.header(block);
    while let Some(inner) = at
        && flow.loops.depth(inner) > flow.loops.depth(header)
    {
        at = flow.loops.outer(inner);
    }
    at == Some(header)
}

/// What holds when a branch takes an edge.
fn taken_if(func: &Function, (terminator, successor): (Inst, u32)) -> Option<Test> {
    let InstData::Branch { cond: value, ref then, ref other, .. } = func.insts[terminator] else {
        return None;
    };
    if then.block == other.block {
        return None;
    }
    let holds = successor == 0;
    Some(match func.def_inst(value).map(|inst| &func.insts[inst]) {
        Some(&InstData::Compare { cond, args: [x, y] }) => Test {
            value: x,
            cond: if holds { cond } else { cond.inverted() },
            limit: func.as_const(y).map_or(Limit::Value(y), Limit::Constant),
        },
        _ => {
            Test { value, cond: if holds { Cond::Ne } else { Cond::Eq }, limit: Limit::Constant(0) }
        }
    })
}

/// The values that a counter has as long as it passes a test.
fn bounded(known: &Known, counter: &Counter, test: &Test) -> Option<Range> {
    let limit = match test.limit {
        Limit::Constant(limit) => Range::exactly(limit),
        Limit::Value(value) => known.get(value),
    };
    // In terms of the value of the next turn.
    let limit = match test.value {
        value if value == counter.next => limit,
        value if value == counter.param => {
            let (lo, hi) = (limit.lo + counter.step, limit.hi + counter.step);
            Some(Range { lo, hi }).filter(|_| is_word(lo) && is_word(hi))?
        }
        _ => return None,
    };
    between(counter.start, counter.step, test.cond, limit)
}

fn is_word(number: i64) -> bool {
    i32::try_from(number).is_ok()
}

/// The values of a counter that begins in `start` and goes on with its next
/// value as long as that passes the comparison.
fn between(start: Range, step: i64, cond: Cond, limit: Range) -> Option<Range> {
    let up = step > 0;
    // The furthest value that passes; unsigned comparisons are signed ones
    // where no number is negative.
    let positive = start.lo >= 0 && limit.lo >= 0;
    let last = match (cond, up) {
        (Cond::SLt, true) => limit.hi - 1,
        (Cond::SLe, true) => limit.hi,
        (Cond::SGt, false) => limit.lo + 1,
        (Cond::SGe, false) => limit.lo,
        (Cond::ULt, true) if positive => limit.hi - 1,
        (Cond::ULe, true) if positive => limit.hi,
        (Cond::UGt, false) if positive => limit.lo + 1,
        (Cond::UGe, false) if positive => limit.lo,
        (Cond::Ne, _) => {
            // It must be met: the distance is a multiple of the step.
            let exact = start.lo == start.hi && (limit.lo - start.lo) % step == 0;
            let before = if up { start.hi < limit.lo } else { start.lo > limit.hi };
            if !(before && limit.lo == limit.hi && (exact || step.abs() == 1)) {
                return None;
            }
            limit.lo - step
        }
        _ => return None,
    };
    let range = match up {
        true => Range { lo: start.lo, hi: start.hi.max(last) },
        false => Range { lo: start.lo.min(last), hi: start.hi },
    };
    // No sum may wrap, nor an unsigned one fall below zero.
    let next = if up { range.hi } else { range.lo } + step;
    let unsigned = matches!(cond, Cond::ULt | Cond::ULe | Cond::UGt | Cond::UGe);
    (is_word(next) && !(unsigned && next < 0) && is_word(last)).then_some(range)
}
