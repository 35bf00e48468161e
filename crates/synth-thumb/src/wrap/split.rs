//! Registers of their own for what lives behind the door: each value that is
//! live there is copied at its start, behind [`MInst::Door`]. So the allocation
//! of what comes before is as that of a function without calls. Copies that
//! neither a call nor the door asks for, allocation undoes.

use std::collections::BTreeMap;

use super::{Door, door, uses_stack};
use crate::liveness::Liveness;
use crate::mach::dominators::Graph;
use crate::mach::{Located, MFunction, MInst, Reg};

/// Tests in front of the door of a function without calls.
const TESTS: usize = 4;

/// The function with the values behind a door copied at it. Registers are
/// virtual registers.
pub(crate) fn split(function: &MFunction) -> Option<MFunction> {
    let is_simple = !function.has_floats
        && !function.has_frame_pointer()
        && function.home.is_none()
        && function.tail_area.is_none()
        && function.blocks.len() > 2;
    if !is_simple {
        return None;
    }
    let needs_frame = |l: &Located| matches!(l.inst, MInst::Call { .. }) || uses_stack(&l.inst);
    let needs: Vec<bool> =
        function.blocks.iter().map(|block| block.insts.iter().any(needs_frame)).collect();
    if needs[0] {
        return None;
    }
    let graph = Graph::new(function);
    let door = match needs.contains(&true) {
        true => door(function, &graph, &needs)?,
        false => first_door(function, &graph)?,
    };
    let (mut function, wrap) = door.open(function.clone(), &graph);
    copy_values(&mut function, wrap.door, &wrap.framed);
    Some(function)
}

/// A door behind the first tests of a function, which calls nothing.
fn first_door(function: &MFunction, graph: &Graph) -> Option<Door> {
    let needs = vec![false; function.blocks.len()];
    let mut last = None;
    let mut block = 0;
    for _ in 0..TESTS {
        // The side that goes on is the one from which more is reached.
        let length = |&block: &u32| {
            let behind = graph.reach(block);
            let blocks = function.blocks.iter().zip(behind).filter(|(_, behind)| *behind);
            blocks.map(|(block, _)| block.insts.len()).sum::<usize>()
        };
        let sides = graph.successors(block).iter().copied().take(2);
        let Some(next) = sides.max_by_key(length) else { break };
        if graph.dominator(next) != block {
            break;
        }
        let door = Door::new(function, graph, next, &needs);
        if door.is_none() && last.is_some() {
            break;
        }
        last = door.or(last);
        block = next;
    }
    last
}

/// Copies what is live at the start of the door, and names the copies behind it.
fn copy_values(function: &mut MFunction, door: u32, framed: &[bool]) {
    let live = Liveness::of_virtual(function);
    let values: Vec<Reg> = (0..function.virtuals)
        .map(|n| Reg::virt(n, false))
        .filter(|&r| live.is_live_in(door, r))
        .collect();
    let copies: BTreeMap<Reg, Reg> =
        values.into_iter().map(|value| (value, function.new_reg())).collect();
    let rename = |reg: &mut Reg| {
        if let Some(&copy) = copies.get(reg) {
            *reg = copy;
        }
    };
    for (block, _) in function.blocks.iter_mut().zip(framed).filter(|(_, framed)| **framed) {
        for located in &mut block.insts {
            located.inst.visit_operands(&mut |reg, _, _| rename(reg));
            for target in located.inst.targets_mut() {
                target.args.iter_mut().for_each(rename);
            }
        }
    }
    let insts = &mut function.blocks[door as usize].insts;
    let loc = insts.first().map(|first| first.loc).unwrap_or_default();
    let copies = copies.iter().map(|(&rm, &rd)| MInst::Mov { rd, rm });
    let insts_before = std::iter::once(MInst::Door).chain(copies);
    insts.splice(0..0, insts_before.map(|inst| Located::new(inst, loc)).collect::<Vec<_>>());
}

/// Removes the door when allocation is done.
pub(crate) fn join(function: &mut MFunction) {
    for block in &mut function.blocks {
        block.insts.retain(|located| located.inst != MInst::Door);
    }
}
