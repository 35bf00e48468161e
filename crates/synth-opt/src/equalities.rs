//! Values known to be a constant stand for it where the constant would need an
//! instruction: in what is stored, returned or passed along an edge.
//!
//! Where `x == c` decided to come, `x` is `c`; and so is the result of a call
//! of a function that returns nothing else. The register that holds it is
//! there already, and often it is the right one. Only the edge itself and the
//! block behind it are looked at, up to a call, so that no value lives much
//! longer than before.
//!
//! Late: other passes know more of constants.

use rayon::prelude::*;
use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, Cond, Function, Inst, InstData, Linkage, Program, SymbolId, Type, Value};

use crate::edit::Edges;
use crate::pipeline::Change;

/// Replaces constants in all functions.
pub fn run(program: &mut Program) -> Change {
    let results = constant_results(program);
    let functions: Vec<_> = program.functions_mut().collect();
    let run = |(_, func): (_, &mut Function)| replace(func, &results);
    let changed = functions.into_par_iter().map(run).reduce(|| false, |a, b| a | b);
    Change { changed, ..Change::default() }
}

/// For each function whose only result is always the same constant, that.
fn constant_results(program: &Program) -> SecondaryMap<SymbolId, Option<i32>> {
    let mut results = SecondaryMap::new();
    for (id, func) in program.functions() {
        // Another body may win.
        if matches!(program.symbols[id].linkage, Linkage::Local | Linkage::Global) {
            results[id] = constant_result(func);
        }
    }
    results
}

fn constant_result(func: &Function) -> Option<i32> {
    let mut constant = None;
    for &block in &func.layout {
        match &func.insts[func.terminator(block)?] {
            InstData::Return(values) => {
                let [value] = values[..] else { return None };
                let found = func.as_const(value)?;
                if constant.replace(found).is_some_and(|known| known != found) {
                    return None;
                }
            }
            InstData::TailCall { .. } | InstData::TailCallIndirect { .. } => return None,
            _ => {}
        }
    }
    constant
}

/// `value` is `constant`.
#[derive(Clone, Copy)]
struct Fact {
    value: Value,
    constant: i32,
}

fn replace(func: &mut Function, results: &SecondaryMap<SymbolId, Option<i32>>) -> bool {
    let edges = Edges::new(func);
    let mut changed = false;
    for i in 0..func.layout.len() {
        let block = func.layout[i];
        let mut fact = fact_of_entry(func, &edges, block);
        for k in 0..func.blocks[block].insts.len() {
            let inst = func.blocks[block].insts[k];
            if let Some(fact) = fact {
                changed |= replace_in(func, inst, fact);
            }
            match func.insts[inst] {
                InstData::Call { callee, .. } => {
                    let value = func.results[inst].first().copied();
                    let known = value.zip(results[callee]);
                    fact = known.map(|(value, constant)| Fact { value, constant });
                }
                ref data if data.has_side_effect() && data.region().is_none() => fact = None,
                _ => {}
            }
        }
        changed |= replace_on_edges(func, block);
    }
    changed
}

/// What the only edge to a block shows.
fn fact_of_entry(func: &Function, edges: &Edges, block: Block) -> Option<Fact> {
    let [(terminator, successor)] = *edges.to(block) else { return None };
    fact_of_edge(func, terminator, successor == 0)
}

/// What holds when a branch is taken, or when it is not.
fn fact_of_edge(func: &Function, terminator: Inst, taken: bool) -> Option<Fact> {
    let InstData::Branch { cond, .. } = func.insts[terminator] else { return None };
    match func.def_inst(cond).map(|inst| &func.insts[inst]) {
        Some(&InstData::Compare { cond, args: [value, limit] }) => {
            let equal = if taken { Cond::Eq } else { Cond::Ne };
            let constant = func.as_const(limit)?;
            (cond == equal).then_some(Fact { value, constant })
        }
        _ => (!taken).then_some(Fact { value: cond, constant: 0 }),
    }
}

/// Replaces a constant in an instruction that would need a register for it.
fn replace_in(func: &mut Function, inst: Inst, fact: Fact) -> bool {
    let mut data = std::mem::replace(&mut func.insts[inst], InstData::Return(vec![]));
    let mut changed = false;
    let mut replace = |arg: &mut Value| {
        if is(func, *arg, fact) {
            *arg = fact.value;
            changed = true;
        }
    };
    match &mut data {
        InstData::Store { value, .. } => replace(value),
        InstData::Return(values) => values.iter_mut().for_each(replace),
        data => data.successors_mut().into_iter().flat_map(|c| &mut c.args).for_each(replace),
    }
    func.insts[inst] = data;
    changed
}

fn replace_on_edges(func: &mut Function, block: Block) -> bool {
    let Some(inst) = func.terminator(block) else { return false };
    let facts = [true, false].map(|taken| fact_of_edge(func, inst, taken));
    let mut data = std::mem::replace(&mut func.insts[inst], InstData::Return(vec![]));
    let mut changed = false;
    for (call, fact) in data.successors_mut().into_iter().zip(facts) {
        let Some(fact) = fact else { continue };
        for arg in call.args.iter_mut().filter(|arg| is(func, **arg, fact)) {
            *arg = fact.value;
            changed = true;
        }
    }
    func.insts[inst] = data;
    changed
}

/// Whether a value is the constant of a fact.
fn is(func: &Function, value: Value, fact: Fact) -> bool {
    func.values[fact.value].ty == Type::I32 && func.as_const(value) == Some(fact.constant)
}
