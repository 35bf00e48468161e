//! How often the test of a loop's exit is executed, where all that it depends
//! on is constant.

use synth_ir::cfg::DomTree;
use synth_ir::{BinaryOp, Block, Cond, Function, InstData, Value, ValueDef};

use super::Shape;
use crate::edit::Edges;

/// Turns that are counted one by one.
const LIMIT: u64 = 4096;

/// A comparison of a counter with a constant.
struct Test {
    /// The value at its first execution.
    first: i32,
    step: i32,
    /// The loop goes on if this holds.
    cond: Cond,
    limit: i32,
}

impl Test {
    /// The number of the execution that fails, from 1.
    fn count(&self) -> Option<u64> {
        let Test { first, step, cond, limit } = *self;
        if cond == Cond::Ne && step != 0 {
            // Powers of two are the steps that matter; others are counted.
            let distance = limit.wrapping_sub(first);
            let exact = i64::from(distance) % i64::from(step) == 0;
            let turns = i64::from(distance) / i64::from(step);
            if exact && turns >= 0 {
                return Some(turns as u64 + 1);
            }
        }
        let mut value = first;
        for turn in 1..=LIMIT {
            if !cond.holds(value as u32, limit as u32) {
                return Some(turn);
            }
            value = value.wrapping_add(step);
        }
        None
    }
}

/// How often the branch at the exit is executed each time that the loop is
/// entered.
pub(super) fn turns(func: &Function, dom: &DomTree, edges: &Edges, shape: &Shape) -> Option<u64> {
    let header = shape.blocks[0];
    let (branch, leaving) = shape.exit;
    let at = edges.from(branch)?;
    let back =
        || edges.to(header).iter().filter_map(|&(inst, i)| Some((edges.from(inst)?, inst, i)));
    let inside = |block: Block| shape.blocks.contains(&block);
    // It is executed once in each turn.
    let each_turn = back().all(|(from, ..)| !inside(from) || dom.dominates(at, from));
    if !each_turn {
        return None;
    }
    let InstData::Branch { cond, .. } = func.insts[branch] else { return None };
    let (value, cond, limit) = match func.def_inst(cond).map(|inst| &func.insts[inst]) {
        Some(&InstData::Compare { cond, args: [x, y] }) => (x, cond, func.as_const(y)?),
        _ => (cond, Cond::Ne, 0),
    };
    let cond = if leaving == 0 { cond.inverted() } else { cond };
    let (param, offset) = split(func, value);
    let ValueDef::Param(home, number) = func.values[param].def else { return None };
    if home != header {
        return None;
    }
    let (mut start, mut step) = (None, None);
    for (from, inst, successor) in back() {
        let arg = func.insts[inst].successor(successor as usize)?.args[number as usize];
        let (known, found) = match inside(from) {
            true => {
                let (base, by) = split(func, arg);
                (&mut step, (base == param).then_some(by)?)
            }
            false => (&mut start, func.as_const(arg)?),
        };
        if known.replace(found).is_some_and(|known| known != found) {
            return None;
        }
    }
    Test { first: start?.wrapping_add(offset), step: step?, cond, limit }.count()
}

/// A value as a sum of another one and a constant.
fn split(func: &Function, value: Value) -> (Value, i32) {
    if let Some(inst) = func.def_inst(value)
        && let InstData::Binary { op: BinaryOp::Add, args: [x, c] } = func.insts[inst]
        && let Some(c) = func.as_const(c)
    {
        return (x, c);
    }
    (value, 0)
}
