//! Checks of loops that count: one in front of the loop, at the price of
//! bytes.
//!
//! Where a loop is left by one test only, of a counter, the number of turns is
//! known when it begins, and so is the largest value of each sum that grows by
//! a constant from turn to turn. If a check of such a sum, executed in each
//! turn before the test, passes for all of them, it goes. If it does not, it
//! fails in some turn: a copy of the loop goes on as the loop was, and never
//! comes to its end, since it traps before. Whatever the loop does until then
//! stays done.
//!
//! With `x` the sum in the first turn, `step` what it grows by and `more` the
//! turns after the first, all pass a limit if `x <= limit` and
//! `more <= (limit - x) / step`; falling sums, if `more <= x / step`.

mod guard;

use std::collections::BTreeSet;

use synth_ir::cfg::{Cfg, DomTree, Loops};
use synth_ir::entity::SecondaryMap;
use synth_ir::{
    BinaryOp, Block, Cond, Function, Inst, InstData, SourceLoc, TrapCode, Value, ValueDef,
};

use crate::checks::{Fact, exact, join, split};
use crate::linear::{Anchor, Linear};
use crate::{Context, Pass};
use guard::guard;

/// The pass.
pub struct Counted;

/// Instructions of a loop that is copied.
const LENGTH: usize = 100;
/// Turns after the first from which on a comparison in front of a loop costs
/// less than a check in it.
const TURNS: u32 = 3;
/// Loops of a function that are copied.
const COUNT: usize = 32;

impl Pass for Counted {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        let plans = find(func);
        for plan in &plans {
            guard(func, plan);
        }
        !plans.is_empty()
    }
}

/// A loop whose checks are to be made in front of it.
struct Plan {
    /// Its blocks, the header first.
    blocks: Vec<Block>,
    exit: (Inst, u32),
    test: Test,
    sums: Vec<Sum>,
    checks: BTreeSet<Inst>,
    loc: SourceLoc,
}

/// A number that is known, or is computed.
#[derive(Clone, Copy)]
enum Number {
    Known(u32),
    Value(Value),
}

/// The loop goes on if `param + offset cond limit`, where the parameter of the
/// header with that number grows by `step` in each turn.
#[derive(Clone, Copy)]
struct Test {
    number: usize,
    offset: i32,
    step: i32,
    cond: Cond,
    limit: Number,
}

impl Test {
    /// How often it passes, if it is known, from the first value that is tested.
    fn known(&self, first: u32) -> Option<u32> {
        let Number::Known(limit) = self.limit else { return None };
        let shift = self.step.unsigned_abs().trailing_zeros();
        let (low, high) = if self.step > 0 { (first, limit) } else { (limit, first) };
        let distance = high.wrapping_sub(low);
        // A test for equality that is never met: as many as can be.
        let exact = distance.is_multiple_of(1 << shift);
        let more = if exact { distance >> shift } else { u32::MAX };
        Some(if self.cond.holds(first, limit) { more } else { 0 })
    }
}

/// A sum that is checked: of a parameter of the header, shifted, and of what
/// does not change.
struct Sum {
    /// The parameter's number and the shift.
    varying: Option<(usize, i32)>,
    fixed: Vec<Value>,
    step: i32,
    /// The constant and the limit, of one root.
    fact: Fact,
}

/// The innermost loops in which there is something to do.
fn find(func: &Function) -> Vec<Plan> {
    let cfg = Cfg::new(func);
    let dom = DomTree::new(func, &cfg);
    let loops = Loops::new(&cfg, &dom);
    let mut blocks: SecondaryMap<Block, Vec<Block>> = SecondaryMap::new();
    let mut has_inner: SecondaryMap<Block, bool> = SecondaryMap::new();
    for &block in cfg.reverse_postorder() {
        if let Some(header) = loops.header(block) {
            blocks[header].push(block);
            if let Some(outer) = loops.outer(header) {
                has_inner[outer] = true;
            }
        }
    }
    let innermost = loops.headers().filter(|&header| !has_inner[header]);
    innermost
        .filter_map(|header| plan(func, &cfg, &dom, std::mem::take(&mut blocks[header])))
        .take(COUNT)
        .collect()
}

/// What is inside of a loop.
struct Inside<'a> {
    blocks: &'a [Block],
    insts: BTreeSet<Inst>,
    /// What each parameter of the header grows by.
    steps: Vec<Option<i32>>,
}

impl Inside<'_> {
    fn defines(&self, func: &Function, value: Value) -> bool {
        match func.values[value].def {
            ValueDef::Param(block, _) => self.blocks.contains(&block),
            ValueDef::Result(inst, _) => self.insts.contains(&inst),
        }
    }

    /// The number and the step of a counter.
    fn counter(&self, func: &Function, value: Value) -> Option<(usize, i32)> {
        match func.values[value].def {
            ValueDef::Param(block, number) if block == self.blocks[0] => {
                Some((number as usize, self.steps[number as usize]?))
            }
            _ => None,
        }
    }
}

fn plan(func: &Function, cfg: &Cfg, dom: &DomTree, blocks: Vec<Block>) -> Option<Plan> {
    let header = blocks[0];
    let insts: BTreeSet<Inst> =
        blocks.iter().flat_map(|&block| &func.blocks[block].insts).copied().collect();
    if insts.len() > LENGTH {
        return None;
    }
    let mut latches = cfg.predecessors(header).iter().filter(|block| blocks.contains(block));
    let (&latch, None) = (latches.next()?, latches.next()) else { return None };
    let (home, exit) = only_exit(func, &blocks)?;
    let mut edges = func.insts[func.terminator(latch)?].successors().into_iter();
    let back = edges.find(|call| call.block == header)?;
    let params = func.blocks[header].params.iter().zip(&back.args);
    let step = |(&param, &next): (&Value, &Value)| match split(func, next) {
        (root, step) if root == param => Some(step),
        _ => None,
    };
    let inside = Inside { blocks: &blocks, insts, steps: params.map(step).collect() };
    let test = dom.dominates(home, latch).then(|| test(func, &inside, exit))??;
    let mut plan_sums: Vec<Sum> = vec![];
    let mut checks = BTreeSet::new();
    for &block in blocks.iter().filter(|&&block| dom.dominates(block, home)) {
        for &inst in &func.blocks[block].insts {
            let Some(sum) = sum(func, &inside, inst) else { continue };
            checks.insert(inst);
            let same = |other: &&mut Sum| {
                (&other.varying, &other.fixed) == (&sum.varying, &sum.fixed)
                    && join(other.fact, sum.fact).is_some()
            };
            match plan_sums.iter_mut().find(same) {
                Some(other) => other.fact = join(other.fact, sum.fact)?,
                None => plan_sums.push(sum),
            }
        }
    }
    let loc = func.locs[*checks.first()?];
    let plan = Plan { exit, test, sums: plan_sums, checks, loc, blocks };
    pays(func, cfg, &plan).then_some(plan)
}

/// Whether the comparisons in front of a loop cost less than its checks: with
/// few turns only if each stands for several checks.
fn pays(func: &Function, cfg: &Cfg, plan: &Plan) -> bool {
    let header = plan.blocks[0];
    let outside = cfg.predecessors(header).iter().filter(|block| !plan.blocks.contains(block));
    let mut starts = vec![];
    for inst in outside.filter_map(|&block| func.terminator(block)) {
        let calls = func.insts[inst].successors().into_iter().filter(|call| call.block == header);
        starts.extend(calls.map(|call| func.as_const(call.args[plan.test.number])));
    }
    let known = match starts[..] {
        [Some(start)] => plan.test.known(start.wrapping_add(plan.test.offset) as u32),
        _ => None,
    };
    let several = plan.checks.len() >= 2 * plan.sums.len();
    known.map_or(several, |more| more >= TURNS || several && more > 0)
}

/// The only branch out of a loop, and its block.
fn only_exit(func: &Function, blocks: &[Block]) -> Option<(Block, (Inst, u32))> {
    let mut exit = None;
    for &block in blocks {
        let inst = func.terminator(block)?;
        let successors = func.insts[inst].successors();
        if successors.is_empty() {
            return None;
        }
        for (number, call) in successors.into_iter().enumerate() {
            if !blocks.contains(&call.block)
                && exit.replace((block, (inst, number as u32))).is_some()
            {
                return None;
            }
        }
    }
    exit
}

/// The test of the exit, if it is one of a counter.
fn test(func: &Function, inside: &Inside<'_>, (inst, leaving): (Inst, u32)) -> Option<Test> {
    let InstData::Branch { cond, .. } = func.insts[inst] else { return None };
    let (cond, value, limit) = match func.def_inst(cond).map(|inst| &func.insts[inst]) {
        Some(&InstData::Compare { cond, args: [value, limit] }) => (cond, value, Some(limit)),
        _ => (Cond::Ne, cond, None),
    };
    let (param, offset) = split(func, value);
    let (number, step) = inside.counter(func, param)?;
    let cond = if leaving == 0 { cond.inverted() } else { cond };
    let fits = match cond {
        Cond::Ne => step.unsigned_abs().is_power_of_two(),
        Cond::ULt | Cond::SLt => step == 1,
        Cond::UGt | Cond::SGt => step == -1,
        _ => false,
    };
    let limit = match limit {
        None => Number::Known(0),
        Some(limit) => match func.as_const(limit) {
            Some(limit) => Number::Known(limit as u32),
            None if inside.defines(func, limit) => return None,
            None => Number::Value(limit),
        },
    };
    fits.then_some(Test { number, offset, step, cond, limit })
}

/// What a check compares, if that is a sum that can be foreseen.
fn sum(func: &Function, inside: &Inside<'_>, inst: Inst) -> Option<Sum> {
    let InstData::TrapIf { cond, code: TrapCode::MemoryOutOfBounds } = func.insts[inst] else {
        return None;
    };
    let (value, limit) = exact(func, cond)?;
    let Linear { anchor: Anchor::None, terms, constant: add } = Linear::new(func, value) else {
        return None;
    };
    let (mut varying, mut fixed) = (None, vec![]);
    for term in terms {
        if !inside.defines(func, term) {
            fixed.push(term);
            continue;
        }
        let (root, shift) = match func.def_inst(term).map(|inst| &func.insts[inst]) {
            Some(&InstData::Binary { op: BinaryOp::Shl, args: [x, n] }) => {
                (x, func.as_const(n).filter(|n| (0..16).contains(n))?)
            }
            _ => (term, 0),
        };
        let (number, step) = inside.counter(func, root)?;
        if varying.replace((number, shift, step.checked_mul(1 << shift)?)).is_some() {
            return None;
        }
    }
    let step = varying.map_or(0, |(.., step)| step);
    // What comes after the limit is above it and does not wrap.
    let grows = u64::from(limit) + u64::from(step.unsigned_abs()) <= u64::from(u32::MAX);
    let fits = step == 0 || step.unsigned_abs().is_power_of_two();
    let varying = varying.map(|(number, shift, _)| (number, shift));
    (grows && fits).then_some(Sum { varying, fixed, step, fact: Fact { root: value, add, limit } })
}
