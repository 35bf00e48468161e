//! Checks: what a check has shown need not be checked again.
//!
//! A bounds check traps if `x + c`, as an unsigned number, is above a limit.
//! After it, `x + c` lies in `0..=limit`, so `x + c + d` for a small positive
//! `d` is that much further and has not wrapped: a later check of it is
//! needless if its limit is at least `limit + d`. The comparison of a branch
//! shows the same on the way that it decides (`walk`), and so do calls, of
//! their arguments and results (`summary`).
//!
//! Checks of `x` plus several constants that follow each other with nothing
//! but pure operations and loads between become one, of the smallest constant
//! and against the tightest limit, in the place of the first: it fails
//! exactly if one of them would have. (Native memory may be a device: an
//! access of it, like a store, a call or a check of another kind, stays where
//! it is among the checks.)
//!
//! A check goes only if it never fails where it stands, so that what others
//! show of the program as it was stays true.

mod facts;
mod loops;
mod summary;
mod walk;

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use synth_ir::{Block, Cond, Function, Inst, InstData, Program, Region, SymbolId, TrapCode, Value};

use crate::inline::callees_first;
use crate::low_bits::multiples;
use crate::pipeline::Change;
use crate::ranges::Range;
pub(crate) use facts::{Fact, split};
use summary::{Shapes, Summaries, summarise};
use walk::Assumed;
use walk::{Shape, Walk};

/// The largest distance of constants that is looked at.
const REACH: i64 = 1 << 20;

/// Removes and joins checks in all functions.
pub fn run(program: &mut Program) -> Change {
    let checks = |func: &Function| {
        let mut insts = func.layout.iter().flat_map(|&block| &func.blocks[block].insts);
        insts.any(|&inst| matches!(func.insts[inst], InstData::TrapIf { .. }))
    };
    if !program.functions().any(|(_, func)| checks(func)) {
        return Change::default();
    }
    let functions: Vec<_> = program.functions().collect();
    let multiples = Arc::new(multiples(program));
    let shape = |func| Arc::new(Shape::new(func, multiples.clone()));
    let shapes = functions.into_par_iter().map(|(id, func)| (id, shape(func)));
    let mut all = Shapes::new();
    shapes.collect::<Vec<_>>().into_iter().for_each(|(id, shape)| all[id] = Some(shape));
    let known = summarise(program, &all, &callees_first(program));
    let functions: Vec<_> = program.functions_mut().collect();
    let run = |(id, func): (SymbolId, &mut Function)| match &all[id] {
        Some(shape) if checks(func) => {
            remove(func, shape, &known.summaries, &known.assumed[id], &known.summaries[id].params)
        }
        _ => false,
    };
    let changed = functions.into_par_iter().map(run).reduce(|| false, |a, b| a | b);
    Change { changed, ..Change::default() }
}

/// Removes and joins the checks of a function.
fn remove(
    func: &mut Function,
    shape: &Shape,
    summaries: &Summaries,
    assumed: &Assumed,
    entry: &[u32],
) -> bool {
    let mut walk = Walk::new(func, shape, summaries, assumed);
    let mut changed = false;
    for (position, &block) in shape.dom.preorder().iter().enumerate() {
        walk.enter(func, position, block, entry);
        changed |= visit(func, block, &mut walk);
        walk.leave(func, block);
    }
    changed
}

/// What holds exactly if a check passes.
pub(crate) fn exact(func: &Function, cond: Value) -> Option<(Value, u32)> {
    let InstData::Compare { cond, args: [x, y] } = func.insts[func.def_inst(cond)?] else {
        return None;
    };
    let limit = func.as_const(y)? as u32;
    match cond {
        Cond::UGt => Some((x, limit)),
        Cond::UGe => Some((x, limit.checked_sub(1)?)),
        _ => None,
    }
}

/// Checks of one root that became one.
struct Group {
    /// The first of them, which stays.
    first: Inst,
    code: TrapCode,
    fact: Fact,
    /// What the first of them was.
    was: Fact,
    /// Whether others joined it.
    joined: bool,
}

impl Group {
    fn changed(&self) -> bool {
        self.fact != self.was
    }
}

fn visit(func: &mut Function, block: Block, walk: &mut Walk<'_>) -> bool {
    let insts = std::mem::take(&mut func.blocks[block].insts);
    let before = insts.len();
    let mut out = Vec::with_capacity(before);
    let mut groups: Vec<Group> = vec![];
    // The groups that the next check may join, and their code.
    let mut open: FxHashMap<Value, usize> = FxHashMap::default();
    let mut code_here: Option<TrapCode> = None;
    for inst in insts {
        match func.insts[inst] {
            InstData::TrapIf { cond, code } => {
                if code_here.is_some_and(|here| here != code) {
                    open.clear();
                }
                code_here = Some(code);
                let exact = exact(func, cond);
                if never(func, walk, cond, exact) {
                    continue;
                }
                if let Some((value, limit)) = exact {
                    let fact = walk.shape.fact(func, value, limit);
                    if let Some(&at) = open.get(&fact.root)
                        && let Some(joined) = join(groups[at].fact, fact)
                    {
                        groups[at].fact = joined;
                        groups[at].joined = true;
                        walk.learn(func, joined);
                        continue;
                    }
                    open.insert(fact.root, groups.len());
                    let was = Fact { limit, ..fact };
                    groups.push(Group { first: inst, code, fact, was, joined: false });
                }
            }
            InstData::Load { region, .. } if region != Region::Native => {}
            ref data if data.is_pure() => {}
            _ => {
                open.clear();
                code_here = None;
            }
        }
        walk.pass(func, inst);
        out.push(inst);
    }
    for group in &mut groups {
        let short = walk.shape.short(func, group.fact);
        // Other checks may compare with the same limit as it did.
        let other = if group.joined { group.fact } else { group.was };
        group.fact = short.unwrap_or(other);
    }
    let changed = out.len() < before || groups.iter().any(Group::changed);
    func.blocks[block].insts = out;
    rewrite(func, block, &groups);
    changed
}

/// Whether a check never fails, by what is known of what it checks.
fn never(func: &Function, walk: &Walk<'_>, cond: Value, exact: Option<(Value, u32)>) -> bool {
    if exact.is_some_and(|(value, limit)| walk.limit(func, value) <= limit) {
        return true;
    }
    let (known, inst) = (&walk.shape.known, func.def_inst(cond));
    match inst.map(|inst| &func.insts[inst]) {
        Some(&InstData::Compare { cond, args: [x, y] }) => {
            known.get(x).compare(cond, known.get(y)) == Some(false)
        }
        Some(_) => known.get(cond) == Range::exactly(0),
        None => false,
    }
}

/// The fact that holds exactly if both do, if it has the same form: that of
/// the smaller constant, with the tighter limit.
pub(crate) fn join(a: Fact, b: Fact) -> Option<Fact> {
    let distance = i64::from(b.add.wrapping_sub(a.add));
    let (low, high) = if distance >= 0 { (a, b) } else { (b, a) };
    let distance = distance.abs();
    if distance > REACH {
        return None;
    }
    let limit = i64::from(high.limit) - distance;
    // Up to the limit of the lower one, the higher one must not wrap.
    let wraps = i64::from(low.limit) + distance > i64::from(u32::MAX);
    if limit < 0 || wraps {
        return None;
    }
    Some(Fact { limit: low.limit.min(limit as u32), ..low })
}

/// Writes the checks that changed.
fn rewrite(func: &mut Function, block: Block, groups: &[Group]) {
    let mut next = groups.iter().filter(|group| group.changed()).peekable();
    if next.peek().is_none() {
        return;
    }
    let insts = std::mem::take(&mut func.blocks[block].insts);
    let mut out = Vec::with_capacity(insts.len() + 4);
    for inst in insts {
        if let Some(group) = next.next_if(|group| group.first == inst) {
            let loc = func.locs[inst];
            let cond = group.fact.failure(|data| {
                let inst = func.make_inst(data, loc);
                out.push(inst);
                func.result(inst)
            });
            func.insts[inst] = InstData::TrapIf { cond, code: group.code };
        }
        out.push(inst);
    }
    func.blocks[block].insts = out;
}
