//! Ranges of loop counters.
//!
//! A counter is a parameter of a loop's header to which one edge back passes
//! its sum with a constant. That edge is taken after a comparison of the
//! counter, or of the sum, with a constant or another range. From the first
//! value and the last one that passes the comparison, all others lie between:
//! the sum does not wrap on the way, which is checked.

use synth_ir::cfg::DomTree;
use synth_ir::{BinaryOp, Block, Cond, Function, InstData, Value, ValueDef};

use super::{Known, Range};
use crate::edit::Edges;

/// The range of a parameter of a loop's header.
pub(super) fn range(
    known: &Known,
    func: &Function,
    dom: &DomTree,
    edges: &Edges,
    param: Value,
) -> Range {
    find(known, func, dom, edges, param).unwrap_or(Range::ALL)
}

fn find(
    known: &Known,
    func: &Function,
    dom: &DomTree,
    edges: &Edges,
    param: Value,
) -> Option<Range> {
    let ValueDef::Param(header, number) = func.values[param].def else { return None };
    let mut start: Option<Range> = None;
    let mut back = None;
    for (&(terminator, successor), value) in
        edges.to(header).iter().zip(edges.incoming(func, header, number as usize))
    {
        if dom.dominates(header, edges.from(terminator)?) {
            if back.replace((terminator, successor, value)).is_some() {
                return None;
            }
        } else {
            let incoming = known.get(value);
            start = Some(start.map_or(incoming, |start| start.union(incoming)));
        }
    }
    let (start, (terminator, successor, next)) = (start?, back?);
    let step = step(func, param, next)?;
    let (tested, cond, limit) = match func.insts[terminator] {
        InstData::Branch { .. } => taken_if(func, terminator, successor)?,
        // The block that closes the loop may be one of its own.
        InstData::Jump(_) => {
            let latch: Block = edges.from(terminator)?;
            let [(terminator, successor)] = *edges.to(latch) else { return None };
            taken_if(func, terminator, successor)?
        }
        _ => return None,
    };
    let limit = match limit {
        Limit::Constant(limit) => Range::exactly(limit),
        Limit::Value(value) => known.get(value),
    };
    // In terms of the value of the next turn.
    let limit = match tested {
        _ if tested == next => limit,
        _ if tested == param => limit.add_exact(step)?,
        _ => return None,
    };
    between(start, step, cond, limit)
}

impl Range {
    fn add_exact(self, step: i64) -> Option<Range> {
        let sum = Range { lo: self.lo + step, hi: self.hi + step };
        (is_word(sum.lo) && is_word(sum.hi)).then_some(sum)
    }
}

/// The constant that is added in each turn.
fn step(func: &Function, param: Value, next: Value) -> Option<i64> {
    match func.insts[func.def_inst(next)?] {
        InstData::Binary { op: BinaryOp::Add, args: [x, by] } if x == param => {
            func.as_const(by).map(i64::from)
        }
        _ => None,
    }
}

enum Limit {
    Constant(i32),
    Value(Value),
}

/// The comparison after which a branch goes to a successor.
fn taken_if(
    func: &Function,
    terminator: synth_ir::Inst,
    successor: u32,
) -> Option<(Value, Cond, Limit)> {
    let InstData::Branch { cond, ref then, ref other } = func.insts[terminator] else {
        return None;
    };
    if then.block == other.block {
        return None;
    }
    let holds = successor == 0;
    match func.def_inst(cond).map(|inst| &func.insts[inst]) {
        Some(&InstData::Compare { cond, args: [x, y] }) => {
            let cond = if holds { cond } else { cond.inverted() };
            Some((x, cond, func.as_const(y).map_or(Limit::Value(y), Limit::Constant)))
        }
        _ => Some((cond, if holds { Cond::Ne } else { Cond::Eq }, Limit::Constant(0))),
    }
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
            let exact = start.lo == start.hi && step != 0 && (limit.lo - start.lo) % step == 0;
            let before = if up { start.hi < limit.lo } else { start.lo > limit.hi };
            if !(before && limit.lo == limit.hi && (exact || step.abs() == 1)) {
                return None;
            }
            limit.lo - step
        }
        _ => return None,
    };
    // The sum of the last value must not wrap, nor an unsigned one fall below
    // zero.
    let beyond = last + step;
    let unsigned = matches!(cond, Cond::ULt | Cond::ULe | Cond::UGt | Cond::UGe);
    if !is_word(beyond) || (unsigned && beyond < 0) {
        return None;
    }
    let range = match up {
        true => Range { lo: start.lo, hi: start.hi.max(last) },
        false => Range { lo: start.lo.min(last), hi: start.hi },
    };
    // The first value is not compared: its sum must not wrap either.
    let next = if up { range.hi } else { range.lo } + step;
    (is_word(next) && !(unsigned && next < 0)).then_some(range)
}
