//! Values that registers hold already, after allocation.
//!
//! Selection and allocation make a constant, an address or a spilled value
//! again where it is used; often the register still holds it from the last
//! time, or another one does. Forward over the control-flow graph, each
//! register and each word that allocation spilled to has a value or none:
//!
//! - a definition of what its register holds is removed;
//! - of what another register holds, it becomes a copy where that is shorter
//!   or faster;
//! - a spilled word that nobody loads any more, or that holds the value already, is
//!   not stored.
//!
//! The analysis is optimistic: edges that were not reached yet do not count.
//! So nothing is changed unless it has come to an end.

mod state;

use std::collections::BTreeSet;

use crate::mach::{MFunction, MInst, Mode, Reg, Width};
use state::{Analysis, Entries, State, index};

/// Removes what is there already from a function of machine registers; slots
/// from `spilled` on belong to allocation.
pub fn run(function: &mut MFunction, spilled: usize) {
    let Some(entries) = Analysis::new(function, spilled).run() else { return };
    for number in 0..function.blocks.len() {
        let Some(mut walk) = entries.walk(number as u32) else { continue };
        let insts = std::mem::take(&mut function.blocks[number].insts);
        let mut kept = Vec::with_capacity(insts.len());
        for mut located in insts {
            let change = change(&entries, &walk.state, &located.inst);
            walk.step(&entries, &mut located.inst);
            match change {
                Change::Remove => continue,
                Change::Copy(rd, rm) => located.inst = MInst::Mov { rd, rm },
                Change::None => {}
            }
            kept.push(located);
        }
        function.blocks[number].insts = kept;
    }
    remove_stores(function, spilled);
}

/// What becomes of an instruction.
enum Change {
    None,
    Remove,
    Copy(Reg, Reg),
}

/// What can be done about an instruction before which `state` holds.
fn change(entries: &Entries, state: &State, inst: &MInst) -> Change {
    if entries.is_stored(state, inst) {
        return Change::Remove;
    }
    let Some((rd, held)) = entries.defines(state, inst) else { return Change::None };
    if index(rd).is_some_and(|rd| state[rd] == Some(held)) {
        return Change::Remove;
    }
    let is_long = match *inst {
        MInst::Const { value, .. } => value > 255 || !rd.is_low(),
        MInst::Mov { .. } | MInst::SlotAddr { .. } => false,
        _ => true,
    };
    // Not sp, lr or pc.
    match (0..=12u8).find(|&reg| is_long && state[usize::from(reg)] == Some(held)) {
        Some(reg) => Change::Copy(rd, Reg::machine(reg)),
        None => Change::None,
    }
}

/// Removes stores to words of the frame that nothing loads.
fn remove_stores(function: &mut MFunction, spilled: usize) {
    let mut loaded = BTreeSet::new();
    let mut whole = BTreeSet::new();
    for located in function.blocks.iter().flat_map(|block| &block.insts) {
        match located.inst {
            MInst::Load { mode: Mode::Slot(slot, offset), .. } => {
                loaded.insert((slot, offset));
            }
            MInst::Store { .. } => {}
            ref inst => whole.extend(inst.slot()),
        }
    }
    for block in &mut function.blocks {
        block.insts.retain(|located| match located.inst {
            MInst::Store { width: Width::Word, mode: Mode::Slot(slot, offset), .. } => {
                (slot.0 as usize) < spilled
                    || whole.contains(&slot)
                    || loaded.contains(&(slot, offset))
            }
            _ => true,
        });
    }
}
