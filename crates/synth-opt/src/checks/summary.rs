//! What calls show of arguments and results, across functions.
//!
//! If all calls of a function are known, as its address goes nowhere, its
//! arguments are at most what the calls pass. After a call its arguments have
//! been checked as on every way through the function that returns, and its
//! results are what it returns.

use std::collections::VecDeque;
use std::sync::Arc;

use smallvec::SmallVec;
use synth_ir::entity::SecondaryMap;
use synth_ir::{Function, InstData, Linkage, Program, SymbolId, Value};

use super::facts::ANY;
use super::loops;
use super::walk::{Assumed, Closed, Shape, Walk};
use crate::edit::find_named;

/// How often a function is looked at again for what its callers pass.
const ROUNDS: u32 = 3;

/// What is known of a function.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    /// Limits of the parameters when it is called.
    pub(super) params: Vec<u32>,
    /// Limits of the arguments after it has returned.
    pub(super) after: Vec<u32>,
    /// Limits of the results.
    pub(super) results: Vec<u32>,
}

pub(super) type Summaries = SecondaryMap<SymbolId, Summary>;
pub(super) type Shapes = SecondaryMap<SymbolId, Option<Arc<Shape>>>;

/// What is known of all functions.
pub(super) struct Known {
    pub(super) summaries: Summaries,
    /// What is true of the loops of each function.
    pub(super) assumed: SecondaryMap<SymbolId, Assumed>,
}

/// Goes through all functions; `order` has callees before callers, as far as
/// that can be.
pub(super) fn summarise(program: &Program, shapes: &Shapes, order: &[SymbolId]) -> Known {
    let mut known = Known { summaries: Summaries::new(), assumed: SecondaryMap::new() };
    let mut unlimited = SecondaryMap::new();
    for &id in order {
        let (Some(func), Some(shape)) = (program.function(id), &shapes[id]) else { continue };
        let passed = follow(func, shape, &known.summaries, &[]);
        // Another body may win.
        if matches!(program.symbols[id].linkage, Linkage::Local | Linkage::Global) {
            known.summaries[id].after = passed.after.unwrap_or_default().into_vec();
            known.summaries[id].results = passed.results.unwrap_or_default().into_vec();
        }
        known.assumed[id] = passed.assumed.clone();
        unlimited[id] = (passed.calls, passed.assumed);
    }
    pass_arguments(program, shapes, order, unlimited, &mut known);
    known
}

/// Limits of several values.
type Limits = SmallVec<[u32; 4]>;

/// The limits of the arguments of calls.
type Calls = Vec<(SymbolId, Limits)>;

/// What a function passes on.
#[derive(Default)]
struct Passed {
    after: Option<Limits>,
    results: Option<Limits>,
    calls: Calls,
    assumed: Assumed,
}

/// Goes through a function with those limits of its parameters until what is
/// assumed of its loops holds.
fn follow(func: &Function, shape: &Shape, summaries: &Summaries, entry: &[u32]) -> Passed {
    let mut assumed = Assumed::new();
    for round in 0..loops::ROUNDS {
        let (passed, closed) = once(func, shape, summaries, entry, &assumed);
        match loops::next(round, &assumed, &closed) {
            Some(next) => assumed = next,
            None => return Passed { assumed, ..passed },
        }
    }
    let assumed = loops::nothing(func, shape);
    let (passed, _) = once(func, shape, summaries, entry, &assumed);
    Passed { assumed, ..passed }
}

fn once(
    func: &Function,
    shape: &Shape,
    summaries: &Summaries,
    entry: &[u32],
    assumed: &Assumed,
) -> (Passed, Vec<Closed>) {
    let mut walk = Walk::new(func, shape, summaries, assumed);
    let mut passed = Passed::default();
    for (position, &block) in shape.dom.preorder().iter().enumerate() {
        walk.enter(func, position, block, entry);
        for &inst in &func.blocks[block].insts {
            let limits = |values: &[Value]| {
                values.iter().map(|&value| walk.limit(func, value)).collect::<Limits>()
            };
            let params = &func.blocks[func.entry()].params;
            match func.insts[inst] {
                InstData::Call { callee, ref args, .. } => {
                    passed.calls.push((callee, limits(args)));
                }
                InstData::TailCall { callee, ref args, .. } => {
                    passed.calls.push((callee, limits(args)));
                    widen(&mut passed.after, limits(params));
                    let results = func.signature.result_values().enumerate();
                    let of = |(i, _)| summaries[callee].results.get(i).copied().unwrap_or(ANY);
                    widen(&mut passed.results, results.map(of).collect());
                }
                InstData::TailCallIndirect { .. } => {
                    widen(&mut passed.after, limits(params));
                    let results = func.signature.result_values().map(|_| ANY);
                    widen(&mut passed.results, results.collect());
                }
                InstData::Return(ref values) => {
                    widen(&mut passed.after, limits(params));
                    widen(&mut passed.results, limits(values));
                }
                _ => {}
            }
            walk.pass(func, inst);
        }
        walk.leave(func, block);
    }
    (passed, walk.closed)
}

/// Raises limits to those of another way. Says whether that changed them.
fn widen(limits: &mut Option<Limits>, others: Limits) -> bool {
    match limits {
        None => {
            *limits = Some(others);
            true
        }
        Some(limits) => {
            let mut changed = false;
            for (limit, other) in limits.iter_mut().zip(others) {
                changed |= other > *limit;
                *limit = other.max(*limit);
            }
            changed
        }
    }
}

/// Limits of parameters, from the functions whose calls are not known down.
fn pass_arguments(
    program: &Program,
    shapes: &Shapes,
    order: &[SymbolId],
    mut unlimited: SecondaryMap<SymbolId, (Calls, Assumed)>,
    known: &mut Known,
) {
    let named = find_named(program);
    // Nothing yet where all calls are known.
    let mut params: SecondaryMap<SymbolId, Option<Limits>> = SecondaryMap::new();
    let mut rounds: SecondaryMap<SymbolId, u32> = SecondaryMap::new();
    let mut waiting: SecondaryMap<SymbolId, bool> = SecondaryMap::new();
    let mut work = VecDeque::new();
    for &id in order.iter().rev() {
        if named[id] {
            params[id] = Some(Limits::new());
            waiting[id] = true;
            work.push_back(id);
        }
    }
    while let Some(id) = work.pop_front() {
        waiting[id] = false;
        let (Some(func), Some(shape)) = (program.function(id), &shapes[id]) else { continue };
        let entry = params[id].clone().unwrap_or_default();
        let (calls, assumed) = if entry.iter().all(|&limit| limit == ANY) {
            // It was gone through like that, and is not again.
            std::mem::take(&mut unlimited[id])
        } else {
            let passed = follow(func, shape, &known.summaries, &entry);
            (passed.calls, passed.assumed)
        };
        known.assumed[id] = assumed;
        for (callee, limits) in calls {
            if named[callee] || program.function(callee).is_none() {
                continue;
            }
            let before = params[callee].clone();
            if !widen(&mut params[callee], limits) {
                continue;
            }
            rounds[callee] += 1;
            if rounds[callee] > ROUNDS
                && let (Some(params), Some(before)) = (&mut params[callee], before)
            {
                // What is still changing may be anything; at last, all.
                let all = rounds[callee] > 2 * ROUNDS;
                for (limit, before) in params.iter_mut().zip(before) {
                    *limit = if all || *limit > before { ANY } else { *limit };
                }
            }
            if !std::mem::replace(&mut waiting[callee], true) {
                work.push_back(callee);
            }
        }
    }
    for &id in order {
        if let Some(params) = params[id].take() {
            known.summaries[id].params = params.into_vec();
        }
    }
}
