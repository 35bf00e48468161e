//! Values that live across calls, kept apart from the registers that calls
//! and returns want.
//!
//! regalloc2 splits a value that is wanted in a certain register near that
//! place, and often moves it there long before, on paths that do not need it.
//! With a copy at the place itself the value keeps one register for all of its
//! life, as native compilers have it. Copies cost where the value dies, so
//! this is one of several versions that the caller compares.

use crate::liveness::Liveness;
use crate::mach::{Located, MFunction, MInst, Reg};
use crate::rows::Rows;

/// Inserts the copies; whether there were any.
pub fn run(function: &mut MFunction) -> bool {
    let across = across_calls(function);
    let is_across =
        |reg: Reg| !reg.is_float() && reg.as_virtual().is_some_and(|n| across.contains(0, n));
    let mut changed = false;
    for index in 0..function.blocks.len() {
        let old = std::mem::take(&mut function.blocks[index].insts);
        let mut new = Vec::with_capacity(old.len());
        for mut located in old {
            let loc = located.loc;
            let (mut before, mut behind) = (vec![], vec![]);
            let mut apart = |list: &mut Vec<(Reg, u8)>, reads: bool| {
                for (reg, _) in list.iter_mut().filter(|(reg, _)| is_across(*reg)) {
                    let copy = function.new_reg();
                    let (rd, rm) = if reads { (copy, *reg) } else { (*reg, copy) };
                    let inst = MInst::Mov { rd, rm };
                    (if reads { &mut before } else { &mut behind }).push(Located::new(inst, loc));
                    *reg = copy;
                }
            };
            match &mut located.inst {
                MInst::Args(list) => apart(list, false),
                MInst::Ret(list) | MInst::TailCall { uses: list, .. } => apart(list, true),
                MInst::Call { uses, defs, .. } => {
                    apart(uses, true);
                    apart(defs, false);
                }
                _ => {}
            }
            changed |= !before.is_empty() || !behind.is_empty();
            new.extend(before);
            new.push(located);
            new.extend(behind);
        }
        function.blocks[index].insts = new;
    }
    changed
}

/// Core registers whose values live across a call.
fn across_calls(function: &mut MFunction) -> Rows {
    let liveness = Liveness::of_virtual(function);
    let mut across = Rows::new(1, function.virtuals as usize);
    for (index, block) in function.blocks.iter_mut().enumerate() {
        let mut live = liveness.live_out(index).to_vec();
        for located in block.insts.iter_mut().rev() {
            let is_call = matches!(located.inst, MInst::Call { .. });
            let behind = is_call.then(|| live.clone());
            liveness.step(located, &mut live);
            if let Some(behind) = behind {
                // What is live on both sides.
                let sides = behind.iter().zip(&live);
                let across = across.row_mut(0).iter_mut();
                across.zip(sides).for_each(|(across, (behind, before))| *across |= behind & before);
            }
        }
    }
    across
}
