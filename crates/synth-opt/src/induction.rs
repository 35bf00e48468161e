//! Induction variables: a loop that counts one compares its next value, not
//! the one before.
//!
//! Where a block computes `next = i + step` for the next turn and decides by
//! `i == limit`, it decides by `next == limit + step` instead: `i` is dead
//! then, and `next` can take its register. Sums wrap, so this is exact for
//! equality; for an order it is where neither sum can wrap, as the range of
//! the counter shows.

use synth_ir::cfg::{Cfg, DomTree};
use synth_ir::entity::SecondaryMap;
use synth_ir::{BinaryOp, Block, Cond, Function, Inst, InstData, Value};

use crate::ranges::{Flow, Known, Range};
use crate::{Context, Pass};

/// The pass.
pub struct Induction;

impl Pass for Induction {
    fn run(&self, func: &mut Function, cx: &Context<'_>) -> bool {
        let cfg = Cfg::new(func);
        let dom = DomTree::new(func, &cfg);
        let Some(steps) = find_steps(func, &cfg, &dom) else { return false };
        let flow = Flow::new(func, &cfg, dom);
        let known = Known::with(func, &cfg, &flow);
        let mut home: SecondaryMap<Inst, Option<Block>> = SecondaryMap::new();
        home.resize(func.insts.len());
        for &block in &func.layout {
            func.blocks[block].insts.iter().for_each(|&inst| home[inst] = Some(block));
        }
        let mut places = Places { home, passed: SecondaryMap::new(), dom: &flow.dom };
        let mut changed = false;
        for i in 0..func.layout.len() {
            let block = func.layout[i];
            changed |= compare_next(func, block, &mut places, &steps, &known, cx);
        }
        changed
    }
}

/// The next value of a parameter of a loop's header.
#[derive(Clone, Copy)]
struct Step {
    next: Value,
    by: i32,
}

/// For each parameter of a header the value that it has in the next turn, if
/// that is its sum with a constant on all edges that close the loop; nothing
/// if there is none.
fn find_steps(
    func: &Function,
    cfg: &Cfg,
    dom: &DomTree,
) -> Option<SecondaryMap<Value, Option<Step>>> {
    let mut steps: SecondaryMap<Value, Option<Step>> = SecondaryMap::new();
    let mut other: SecondaryMap<Value, bool> = SecondaryMap::new();
    for &latch in cfg.reverse_postorder() {
        let Some(inst) = func.terminator(latch) else { continue };
        for call in func.insts[inst].successors() {
            if !dom.dominates(call.block, latch) {
                continue;
            }
            for (&param, &next) in func.blocks[call.block].params.iter().zip(&call.args) {
                let step = step_of(func, param, next);
                match (step, steps[param]) {
                    (Some(step), None) => steps[param] = Some(step),
                    (Some(step), Some(known)) if step.next == known.next => {}
                    _ => other[param] = true,
                }
            }
        }
    }
    let mut any = false;
    for value in func.values.keys() {
        if other[value] {
            steps[value] = None;
        }
        any |= steps[value].is_some();
    }
    any.then_some(steps)
}

fn step_of(func: &Function, param: Value, next: Value) -> Option<Step> {
    match func.insts[func.def_inst(next)?] {
        InstData::Binary { op: BinaryOp::Add, args: [x, by] } if x == param => {
            Some(Step { next, by: func.as_const(by)? })
        }
        _ => None,
    }
}

/// Rewrites the comparisons of a block.
fn compare_next(
    func: &mut Function,
    block: Block,
    places: &mut Places<'_>,
    steps: &SecondaryMap<Value, Option<Step>>,
    known: &Known,
    cx: &Context<'_>,
) -> bool {
    let mut changed = false;
    let last = func.terminator(block);
    let insts = std::mem::take(&mut func.blocks[block].insts);
    let mut out: Vec<Inst> = Vec::with_capacity(insts.len());
    for inst in insts {
        // A sum may have been moved up.
        if std::mem::replace(&mut places.passed[inst], true) {
            continue;
        }
        if let Some((i, cond, limit)) = comparison(func, last, inst)
            && let Some(Step { next, by }) = steps[i]
            && is_exact(known.get(i), cond, limit, by)
            && cx.target.is_arith_immediate(limit.wrapping_add(by))
            && let Some(sum) = func.def_inst(next)
            && places.reaches(sum, block)
        {
            // The sum may stand further down in this block.
            if places.home[sum] == Some(block) && !std::mem::replace(&mut places.passed[sum], true)
            {
                // Its constant may stand further down, too.
                let by = func.make_inst(InstData::Const(by), func.locs[sum]);
                let args = [i, func.result(by)];
                func.insts[sum] = InstData::Binary { op: BinaryOp::Add, args };
                out.extend([by, sum]);
            }
            let loc = func.locs[inst];
            let limit = func.make_inst(InstData::Const(limit.wrapping_add(by)), loc);
            out.push(limit);
            let args = [next, func.result(limit)];
            match &mut func.insts[inst] {
                InstData::Compare { args: old, .. } => *old = args,
                _ => {
                    let test = func.make_inst(InstData::Compare { cond, args }, loc);
                    out.push(test);
                    let value = func.result(test);
                    if let InstData::Branch { cond, .. } = &mut func.insts[inst] {
                        *cond = value;
                    }
                }
            }
            changed = true;
        }
        out.push(inst);
    }
    func.blocks[block].insts = out;
    changed
}

/// Whether `i cond limit` is the same as `i + by cond limit + by`.
fn is_exact(i: Range, cond: Cond, limit: i32, by: i32) -> bool {
    let (by, all) = (i64::from(by), i64::from(u32::MAX));
    match cond {
        Cond::Eq | Cond::Ne => true,
        Cond::ULt | Cond::ULe | Cond::UGt | Cond::UGe => {
            let fits = |word: i64| (0..=all).contains(&(word + by));
            i.unsigned().is_some_and(|(lo, hi)| fits(lo) && fits(hi))
                && fits(i64::from(limit as u32))
        }
        Cond::SLt | Cond::SLe | Cond::SGt | Cond::SGe => {
            let fits = |word: i64| i32::try_from(word + by).is_ok();
            fits(i.lo) && fits(i.hi) && fits(limit.into())
        }
    }
}

/// The word and the constant that an instruction compares: a comparison for
/// equality, or for the last branch of its block, or a branch if the word is
/// not zero.
fn comparison(func: &Function, last: Option<Inst>, inst: Inst) -> Option<(Value, Cond, i32)> {
    match func.insts[inst] {
        InstData::Compare { cond, args: [x, y] }
            if matches!(cond, Cond::Eq | Cond::Ne) || decides(func, last, inst) =>
        {
            Some((x, cond, func.as_const(y)?))
        }
        InstData::Branch { cond, .. } => Some((cond, Cond::Ne, 0)),
        _ => None,
    }
}

/// Whether the last instruction of a block is a branch by the result.
fn decides(func: &Function, last: Option<Inst>, inst: Inst) -> bool {
    let Some(last) = last else { return false };
    matches!(func.insts[last], InstData::Branch { cond, .. } if cond == func.result(inst))
}

/// Where instructions stand.
struct Places<'a> {
    home: SecondaryMap<Inst, Option<Block>>,
    /// Those that have been written.
    passed: SecondaryMap<Inst, bool>,
    dom: &'a DomTree,
}

impl Places<'_> {
    /// Whether an instruction is, or can be, executed before one in `block`:
    /// its arguments are there.
    fn reaches(&self, inst: Inst, block: Block) -> bool {
        self.home[inst].is_some_and(|home| self.dom.dominates(home, block))
    }
}
