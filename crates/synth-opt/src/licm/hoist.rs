//! Moves instructions in front of loops: to the block that jumps there, or to a new one.

use rustc_hash::FxHashMap;
use synth_ir::cfg::{Cfg, DomTree};
use synth_ir::entity::SecondaryMap;
use synth_ir::{Block, BlockCall, Function, Inst, InstData, SourceLoc, Value};

use super::Targets;
use crate::edit::Replacements;
use crate::gvn::key;

/// Moves each instruction in front of its target.
pub(super) fn hoist(func: &mut Function, cfg: &Cfg, dom: &DomTree, targets: &Targets) {
    let mut moved: SecondaryMap<Block, Vec<Inst>> = SecondaryMap::new();
    let mut headers = vec![];
    for &block in cfg.reverse_postorder() {
        let mut insts = std::mem::take(&mut func.blocks[block].insts);
        insts.retain(|&inst| {
            let Some(header) = targets[inst] else { return true };
            if moved[header].is_empty() {
                headers.push(header);
            }
            moved[header].push(inst);
            false
        });
        func.blocks[block].insts = insts;
    }
    let mut made: SecondaryMap<Block, Option<Block>> = SecondaryMap::new();
    let mut same = Replacements::default();
    for header in headers {
        let insts = distinct(func, std::mem::take(&mut moved[header]), &mut same);
        let preheader = match jumping_predecessor(func, cfg, dom, header) {
            Some(block) => block,
            None => {
                let new = add_preheader(func, cfg, dom, header);
                made[header] = Some(new);
                new
            }
        };
        let at = func.blocks[preheader].insts.len() - 1;
        func.blocks[preheader].insts.splice(at..at, insts);
    }
    // Each new block stands in front of its loop.
    let old = std::mem::take(&mut func.layout);
    func.layout = old.into_iter().flat_map(|b| made[b].into_iter().chain([b])).collect();
    same.apply(func);
}

/// Of equal instructions the first, whose result stands for theirs.
fn distinct(func: &mut Function, mut insts: Vec<Inst>, same: &mut Replacements) -> Vec<Inst> {
    let mut first: FxHashMap<InstData, Value> = FxHashMap::default();
    insts.retain(|&inst| {
        func.insts[inst].map_args(|value| same.resolve(value));
        if !func.insts[inst].is_pure() {
            return true;
        }
        let result = func.result(inst);
        let known = *first.entry(key(&func.insts[inst]).into_owned()).or_insert(result);
        same.replace(result, known);
        known == result
    });
    insts
}

fn entering(cfg: &Cfg, dom: &DomTree, header: Block) -> Vec<Block> {
    let outside = |from: &Block| !dom.dominates(header, *from);
    cfg.predecessors(header).iter().copied().filter(outside).collect()
}

/// The only block outside the loop that goes to its header, if it goes
/// nowhere else.
fn jumping_predecessor(func: &Function, cfg: &Cfg, dom: &DomTree, header: Block) -> Option<Block> {
    let [single] = entering(cfg, dom, header)[..] else { return None };
    let inst = func.terminator(single)?;
    matches!(func.insts[inst], InstData::Jump(_)).then_some(single)
}

/// A new block, not in the layout yet, to which all edges into a loop go, and
/// which jumps to its header.
fn add_preheader(func: &mut Function, cfg: &Cfg, dom: &DomTree, header: Block) -> Block {
    let new = func.add_block();
    func.layout.pop();
    let types: Vec<_> = func.blocks[header].params.iter().map(|&p| func.values[p].ty).collect();
    let params: Vec<Value> = types.into_iter().map(|ty| func.add_param(new, ty)).collect();
    for from in entering(cfg, dom, header) {
        let Some(inst) = func.terminator(from) else { continue };
        for call in func.insts[inst].successors_mut() {
            if call.block == header {
                call.block = new;
            }
        }
    }
    func.append(new, InstData::Jump(BlockCall::new(header, params)), SourceLoc::default());
    new
}
