//! Checks: what a check has shown need not be checked again.
//!
//! A bounds check traps if `x + c`, as an unsigned number, is above a limit.
//! After it, `x + c` lies in `0..=limit`, so `x + c + d` for a small positive
//! `d` is that much further and has not wrapped: a later check of it is
//! needless if its limit is at least `limit + d`. The comparison of a branch
//! shows the same on the way that it decides.
//!
//! Checks of `x` plus several constants that follow each other with nothing
//! but pure operations and loads between become one, of the smallest constant
//! and against the tightest limit, in the place of the first: it fails
//! exactly if one of them would have. (Native memory may be a device: an
//! access of it, like a store, a call or a check of another kind, stays where
//! it is among the checks.)

use std::collections::HashMap;

use synth_ir::cfg::{Cfg, DomTree};
use synth_ir::{BinaryOp, Block, Cond, Function, Inst, InstData, Region, TrapCode, Value};

use crate::edit::Edges;
use crate::ranges::{Known, Range};
use crate::{Context, Pass};

/// The pass.
pub struct Checks;

/// Facts that are kept about one value.
const FACTS: usize = 6;
/// The largest distance of constants that is looked at.
const REACH: i64 = 1 << 20;

impl Pass for Checks {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        let checks = |inst| matches!(func.insts[inst], InstData::TrapIf { .. });
        if !func.layout.iter().any(|&b| func.blocks[b].insts.iter().any(|&inst| checks(inst))) {
            return false;
        }
        let known = Known::new(func);
        let cfg = Cfg::new(func);
        let dom = DomTree::new(func, &cfg);
        let edges = Edges::new(func);
        let mut facts = Facts::default();
        let mut changed = false;
        for (i, &block) in dom.preorder().iter().enumerate() {
            facts.leave(i);
            facts.enter(i + dom.subtree_size(block));
            if let Some(fact) = fact_of_entry(func, &edges, block) {
                facts.add(fact);
            }
            changed |= visit(func, block, &known, &mut facts);
        }
        changed
    }
}

/// `root + add`, as an unsigned number, is at most `limit`.
#[derive(Clone, Copy, Debug)]
struct Fact {
    root: Value,
    add: i32,
    limit: u32,
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

/// What holds if a comparison does, or if it doesn't.
fn fact_if(func: &Function, cond: Value, holds: bool) -> Option<Fact> {
    let InstData::Compare { cond, args: [x, y] } = func.insts[func.def_inst(cond)?] else {
        return None;
    };
    let limit = func.as_const(y)? as u32;
    let limit = match if holds { cond } else { cond.inverted() } {
        Cond::ULe => limit,
        Cond::ULt => limit.checked_sub(1)?,
        Cond::Eq => limit,
        _ => return None,
    };
    let (root, add) = split(func, x);
    Some(Fact { root, add, limit })
}

/// What the only branch to a block shows.
fn fact_of_entry(func: &Function, edges: &Edges, block: Block) -> Option<Fact> {
    let [(terminator, successor)] = *edges.to(block) else { return None };
    match func.insts[terminator] {
        InstData::Branch { cond, .. } => fact_if(func, cond, successor == 0),
        _ => None,
    }
}

/// The facts that hold at the current place.
#[derive(Default)]
struct Facts {
    about: HashMap<Value, Vec<(i32, u32)>>,
    /// The roots in the order in which facts about them came.
    log: Vec<Value>,
    /// For each block on the way from the root of the tree: where what it
    /// dominates ends, and the length of the log before it.
    scopes: Vec<(usize, usize)>,
}

impl Facts {
    fn enter(&mut self, end: usize) {
        self.scopes.push((end, self.log.len()));
    }

    /// Leaves the blocks that do not dominate the one at `position`.
    fn leave(&mut self, position: usize) {
        while let Some(&(end, length)) = self.scopes.last() {
            if position < end {
                break;
            }
            self.scopes.pop();
            for root in self.log.drain(length..) {
                self.about.get_mut(&root).and_then(Vec::pop);
            }
        }
    }

    fn add(&mut self, fact: Fact) {
        self.about.entry(fact.root).or_default().push((fact.add, fact.limit));
        self.log.push(fact.root);
    }

    /// Whether a fact follows from those that hold.
    fn imply(&self, fact: Fact) -> bool {
        let Some(about) = self.about.get(&fact.root) else { return false };
        about.iter().rev().take(FACTS).any(|&(add, limit)| {
            let further = i64::from(fact.add.wrapping_sub(add));
            further >= 0 && i64::from(limit) + further <= i64::from(fact.limit)
        })
    }
}

/// Checks of one root that became one.
struct Group {
    /// The first of them, which stays.
    first: Inst,
    code: TrapCode,
    fact: Fact,
    count: u32,
}

fn visit(func: &mut Function, block: Block, known: &Known, facts: &mut Facts) -> bool {
    let insts = std::mem::take(&mut func.blocks[block].insts);
    let before = insts.len();
    let mut out = Vec::with_capacity(before);
    let mut groups: Vec<Group> = vec![];
    // The groups that the next check may join, and their code.
    let mut open: HashMap<Value, usize> = HashMap::new();
    let mut code_here: Option<TrapCode> = None;
    for inst in insts {
        match func.insts[inst] {
            InstData::TrapIf { cond, code } => {
                if code_here.is_some_and(|here| here != code) {
                    open.clear();
                }
                code_here = Some(code);
                let Some(fact) = fact_if(func, cond, false) else {
                    out.push(inst);
                    continue;
                };
                if facts.imply(fact) || always(known, func, cond) {
                    continue;
                }
                if let Some(&at) = open.get(&fact.root)
                    && let Some(joined) = join(groups[at].fact, fact)
                {
                    groups[at].fact = joined;
                    groups[at].count += 1;
                    facts.add(joined);
                    continue;
                }
                open.insert(fact.root, groups.len());
                groups.push(Group { first: inst, code, fact, count: 1 });
                facts.add(fact);
            }
            InstData::Load { region, .. } if region != Region::Native => {}
            ref data if data.is_pure() => {}
            _ => {
                open.clear();
                code_here = None;
            }
        }
        out.push(inst);
    }
    let changed = out.len() < before;
    func.blocks[block].insts = out;
    rewrite(func, block, &groups);
    changed
}

/// Whether a check never fails, by the range of what it checks.
fn always(known: &Known, func: &Function, cond: Value) -> bool {
    let Some(inst) = func.def_inst(cond) else { return false };
    match func.insts[inst] {
        InstData::Compare { cond, args: [x, y] } => {
            known.get(x).compare(cond, known.get(y)) == Some(false)
        }
        _ => known.get(cond) == Range::exactly(0),
    }
}

/// The fact that holds exactly if both do, if it has the same form: that of
/// the smaller constant, with the tighter limit.
fn join(a: Fact, b: Fact) -> Option<Fact> {
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

/// Writes the checks of groups with several members.
fn rewrite(func: &mut Function, block: Block, groups: &[Group]) {
    let mut next = groups.iter().filter(|group| group.count > 1).peekable();
    if next.peek().is_none() {
        return;
    }
    let insts = std::mem::take(&mut func.blocks[block].insts);
    let mut out = Vec::with_capacity(insts.len() + 4);
    for inst in insts {
        if let Some(group) = next.next_if(|group| group.first == inst) {
            let Fact { root, add, limit } = group.fact;
            let loc = func.locs[inst];
            let mut emit = |data| {
                let inst = func.make_inst(data, loc);
                out.push(inst);
                func.result(inst)
            };
            let mut value = root;
            if add != 0 {
                let add = emit(InstData::Const(add));
                value = emit(InstData::Binary { op: BinaryOp::Add, args: [root, add] });
            }
            let limit = emit(InstData::Const(limit as i32));
            let args = [value, limit];
            let cond = emit(InstData::Compare { cond: Cond::UGt, args });
            func.insts[inst] = InstData::TrapIf { cond, code: group.code };
        }
        out.push(inst);
    }
    func.blocks[block].insts = out;
}
