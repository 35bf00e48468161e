//! Cleans up the control flow: folds branches that are decided, removes
//! unreachable blocks, threads jumps through empty blocks, merges blocks that
//! follow each other, and removes block parameters that always have the same
//! value.
//!
//! A reducible graph stays reducible: threading contracts the edge out of an
//! empty block, for all its predecessors alike.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use synth_ir::cfg::Cfg;
use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, BlockCall, Function, InstData, SourceLoc, Value, ValueDef};

use crate::edit::{Edges, Replacements, remove_params};
use crate::{Context, Pass};

/// The pass.
pub struct CfgCleanup;

/// What one step makes possible, another one does in the next round; after
/// this many rounds the rest is left for the next run.
const ROUNDS: usize = 8;

impl Pass for CfgCleanup {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        for round in 0..ROUNDS {
            let mut changed = fold_terminators(func);
            // Nothing else makes blocks unreachable.
            changed |= (changed || round == 0) && func.remove_unreachable();
            changed |= thread_jumps(func) && {
                func.remove_unreachable();
                true
            };
            changed |= merge_blocks(func);
            changed |= simplify_params(func);
            if !changed {
                return round > 0;
            }
        }
        true
    }
}

/// Replaces terminators that have one way to go, and simplifies switches.
fn fold_terminators(func: &mut Function) -> bool {
    let mut changed = false;
    for &block in &func.layout {
        let Some(inst) = func.terminator(block) else { continue };
        let constant = match func.insts[inst] {
            InstData::Branch { cond, .. } => func.as_const(cond),
            InstData::Switch { index, .. } => func.as_const(index),
            _ => continue,
        };
        if let Some(data) = fold(&func.insts[inst], constant) {
            func.insts[inst] = data;
            changed = true;
        }
    }
    changed
}

/// What a terminator becomes, whose condition or index may be known.
fn fold(data: &InstData, constant: Option<i32>) -> Option<InstData> {
    match data {
        InstData::Branch { then, other, .. } => {
            let taken = match constant {
                Some(0) => other,
                Some(_) => then,
                None if then == other => then,
                None => return None,
            };
            Some(InstData::Jump(taken.clone()))
        }
        InstData::Switch { index, targets, default } => {
            if let Some(constant) = constant {
                let taken = targets.get(constant as u32 as usize).unwrap_or(default);
                return Some(InstData::Jump(taken.clone()));
            }
            // Cases at the end that go to the default need no entry.
            let used = targets.iter().rposition(|t| t != default).map_or(0, |last| last + 1);
            match (used, targets.as_slice()) {
                (0, _) => Some(InstData::Jump(default.clone())),
                (1, [first, ..]) => {
                    let (then, other) = (default.clone(), first.clone());
                    Some(InstData::Branch { cond: *index, then, other, hint: None })
                }
                _ if used < targets.len() => {
                    let targets = targets[..used].to_vec();
                    Some(InstData::Switch { index: *index, targets, default: default.clone() })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Redirects edges into a block that only jumps on to where it jumps.
fn thread_jumps(func: &mut Function) -> bool {
    let only_jumps = |block: &&Block| match func.blocks[**block].insts[..] {
        [inst] => matches!(func.insts[inst], InstData::Jump(_)),
        _ => false,
    };
    let mut empty = func.layout.iter().skip(1).filter(only_jumps).peekable();
    if empty.peek().is_none() {
        return false;
    }
    let params = empty.any(|&block| !func.blocks[block].params.is_empty());
    let outside = if params { params_used_elsewhere(func) } else { SecondaryMap::new() };
    let mut forward: SecondaryMap<Block, Option<BlockCall>> = SecondaryMap::new();
    let cfg = Cfg::new(func);
    let mut any = false;
    // Destinations first, so that each has its own final destination.
    for &block in cfg.reverse_postorder().iter().rev() {
        let [inst] = func.blocks[block].insts[..] else { continue };
        let InstData::Jump(call) = &func.insts[inst] else { continue };
        let free = func.blocks[block].params.iter().all(|&p| !outside[p]);
        if block == func.entry() || call.block == block || !free {
            continue;
        }
        let next = match &forward[call.block] {
            Some(further) => substitute(func, further, call),
            None => call.clone(),
        };
        // An endless loop of empty blocks stays.
        if next.block != block {
            forward[block] = Some(next);
            any = true;
        }
    }
    if any {
        for &block in cfg.reverse_postorder() {
            let Some(inst) = func.terminator(block) else { continue };
            let mut goes_on = false;
            func.insts[inst].for_each_successor(|call| goes_on |= forward[call.block].is_some());
            if !goes_on {
                continue;
            }
            let mut data = func.insts[inst].clone();
            data.for_each_successor_mut(|call| {
                if let Some(further) = &forward[call.block] {
                    *call = substitute(func, further, call);
                }
            });
            func.insts[inst] = data;
        }
    }
    any
}

/// `further`, a branch in terms of the parameters of `call`'s destination,
/// in terms of its arguments.
fn substitute(func: &Function, further: &BlockCall, call: &BlockCall) -> BlockCall {
    let args = further.args.iter().map(|&arg| match func.values[arg].def {
        ValueDef::Param(block, i) if block == call.block => call.args[i as usize],
        _ => arg,
    });
    BlockCall { block: further.block, args: args.collect() }
}

/// The block parameters that more than the jump of their own block uses.
fn params_used_elsewhere(func: &Function) -> SecondaryMap<Value, bool> {
    let mut used = SecondaryMap::new();
    used.resize(func.values.len());
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            let own_jump = matches!(func.insts[inst], InstData::Jump(_));
            func.insts[inst].for_each_arg(|v| {
                let own = matches!(func.values[v].def, ValueDef::Param(b, _) if b == block);
                if !(own && own_jump) {
                    used[v] = true;
                }
            });
        }
    }
    used
}

/// Appends each block that has one predecessor, which jumps to it, there.
fn merge_blocks(func: &mut Function) -> bool {
    let mut edges: SecondaryMap<Block, u32> = SecondaryMap::new();
    edges.resize(func.blocks.len());
    let terminators = || func.layout.iter().filter_map(|&block| func.terminator(block));
    for inst in terminators() {
        func.insts[inst].for_each_successor(|call| edges[call.block] += 1);
    }
    let is_last = |inst| match &func.insts[inst] {
        InstData::Jump(call) => edges[call.block] == 1,
        _ => false,
    };
    if !terminators().any(is_last) {
        return false;
    }
    let mut replacements = Replacements::default();
    let mut merged: SecondaryMap<Block, bool> = SecondaryMap::new();
    let entry = func.entry();
    // In this order each chain is merged from its head on.
    let cfg = Cfg::new(func);
    for &block in cfg.reverse_postorder() {
        if merged[block] {
            continue;
        }
        while let Some(inst) = func.terminator(block) {
            let InstData::Jump(call) = &func.insts[inst] else { break };
            let next = call.block;
            if next == block || next == entry || edges[next] != 1 {
                break;
            }
            let args = call.args.clone();
            for (param, arg) in std::mem::take(&mut func.blocks[next].params).into_iter().zip(args)
            {
                replacements.replace(param, arg);
            }
            let mut insts = std::mem::take(&mut func.blocks[next].insts);
            func.blocks[block].insts.pop();
            func.blocks[block].insts.append(&mut insts);
            merged[next] = true;
        }
    }
    let before = func.layout.len();
    func.layout.retain(|&block| !merged[block]);
    replacements.apply(func);
    func.layout.len() < before
}

/// Sweeps over all parameters; a circle of loops may need several.
const SWEEPS: usize = 3;

/// Replaces parameters that always have one value, and of those that always
/// have the same value as another one all but the first.
fn simplify_params(func: &mut Function) -> bool {
    if func.layout.iter().skip(1).all(|&block| func.blocks[block].params.is_empty()) {
        return false;
    }
    let edges = Edges::new(func);
    let mut replacements = Replacements::default();
    let mut any = false;
    for _ in 0..SWEEPS {
        let mut changed = false;
        for i in 1..func.layout.len() {
            let block = func.layout[i];
            changed |= simplify_params_of(func, block, &edges, &mut replacements);
        }
        if !changed {
            break;
        }
        any = true;
    }
    if any {
        remove_params(func, |v| replacements.is_replaced(v));
        replacements.apply(func);
    }
    any
}

/// What all edges pass to a parameter.
enum Incoming {
    One(Value),
    Constant(i32),
    Several,
}

fn simplify_params_of(
    func: &mut Function,
    block: Block,
    edges: &Edges,
    replacements: &mut Replacements,
) -> bool {
    let mut changed = false;
    let mut constants = vec![];
    let mut seen: FxHashMap<SmallVec<[Value; 4]>, Value> = FxHashMap::default();
    let count = func.blocks[block].params.len();
    for number in 0..count {
        let param = func.blocks[block].params[number];
        if replacements.is_replaced(param) {
            continue;
        }
        let incoming: SmallVec<[Value; 4]> =
            edges.incoming(func, block, number).map(|value| replacements.resolve(value)).collect();
        let by = match classify(func, param, &incoming) {
            Incoming::One(value) => Some(value),
            Incoming::Constant(value) => {
                let inst = func.make_inst(InstData::Const(value), SourceLoc::default());
                constants.push(inst);
                Some(func.result(inst))
            }
            Incoming::Several => seen.get(&incoming).copied(),
        };
        match by {
            Some(value) => replacements.replace(param, value),
            None if number + 1 < count => _ = seen.insert(incoming, param),
            None => {}
        }
        changed |= by.is_some();
    }
    if !constants.is_empty() {
        func.blocks[block].insts.splice(0..0, constants);
    }
    changed
}

fn classify(func: &Function, param: Value, incoming: &[Value]) -> Incoming {
    let mut others = incoming.iter().copied().filter(|&v| v != param);
    let Some(first) = others.next() else { return Incoming::Several };
    if others.clone().all(|v| v == first) {
        return Incoming::One(first);
    }
    match func.as_const(first) {
        Some(constant) if others.all(|v| func.as_const(v) == Some(constant)) => {
            Incoming::Constant(constant)
        }
        _ => Incoming::Several,
    }
}
