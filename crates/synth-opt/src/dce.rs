//! Removes what has no effect: pure instructions and loads whose results
//! nothing uses, block parameters, stack slots.
//!
//! What is needed is marked, starting at the instructions with side effects,
//! so that circles of values through block parameters vanish too. A load of
//! native memory may be a device register and stays.

use synth_ir::entity::{PrimaryMap, SecondaryMap};
use synth_ir::{Function, Inst, InstData, Region, Slot, Value, ValueDef};

use crate::edit::{Edges, remove_params};
use crate::{Context, Pass};

/// The pass.
pub struct Dce;

impl Pass for Dce {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        let unreachable = func.remove_unreachable();
        let live = mark(func);
        let mut changed = remove_params(func, |v| !live.values[v]);
        for block in func.layout.clone() {
            let insts = &mut func.blocks[block].insts;
            let before = insts.len();
            insts.retain(|&inst| live.insts[inst]);
            changed |= insts.len() < before;
        }
        let slots = remove_slots(func);
        changed || unreachable || slots
    }
}

struct Live {
    values: SecondaryMap<Value, bool>,
    insts: SecondaryMap<Inst, bool>,
}

fn is_root(data: &InstData) -> bool {
    data.has_side_effect() || matches!(data, InstData::Load { region: Region::Native, .. })
}

fn mark(func: &Function) -> Live {
    let edges = Edges::new(func);
    let mut live = Live { values: SecondaryMap::new(), insts: SecondaryMap::new() };
    live.values.resize(func.values.len());
    live.insts.resize(func.insts.len());
    let mut work = vec![];
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            if is_root(&func.insts[inst]) {
                live.insts[inst] = true;
                for_each_operand(&func.insts[inst], |v| work.push(v));
            }
        }
    }
    while let Some(value) = work.pop() {
        if std::mem::replace(&mut live.values[value], true) {
            continue;
        }
        match func.values[value].def {
            ValueDef::Result(inst, _) => {
                if !std::mem::replace(&mut live.insts[inst], true) {
                    func.insts[inst].for_each_arg(|v| work.push(v));
                }
            }
            ValueDef::Param(block, number) => {
                work.extend(edges.incoming(func, block, number as usize));
            }
        }
    }
    live
}

/// The values that an instruction needs for itself; the arguments of branches
/// are needed only if the parameter is.
fn for_each_operand(data: &InstData, mut f: impl FnMut(Value)) {
    match data {
        InstData::Jump(_) => {}
        InstData::Branch { cond, .. } => f(*cond),
        InstData::Switch { index, .. } => f(*index),
        data => data.for_each_arg(f),
    }
}

fn remove_slots(func: &mut Function) -> bool {
    let mut used: SecondaryMap<Slot, bool> = SecondaryMap::new();
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            if let InstData::SlotAddr { slot, .. } = func.insts[inst] {
                used[slot] = true;
            }
        }
    }
    if func.slots.keys().all(|slot| used[slot]) {
        return false;
    }
    let mut numbers = SecondaryMap::with_default(Slot::from_u32(0));
    let mut slots = PrimaryMap::new();
    for (slot, data) in &func.slots {
        if used[slot] {
            numbers[slot] = slots.push(*data);
        }
    }
    func.slots = slots;
    // Dead instructions too: the slot that one names may not exist any more.
    for data in func.insts.values_mut() {
        if let InstData::SlotAddr { slot, .. } = data {
            *slot = numbers[*slot];
        }
    }
    true
}
