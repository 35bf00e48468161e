//! Objects of the frame: private ones become values, and the rest takes no
//! more room than its accesses.
//!
//! A slot is *private* if its address is only an operand of loads, stores,
//! sums and comparisons: no call and no access through another pointer touches
//! it (`Uses`). What is done with private slots:
//!
//! - their accesses are of [`Region::Stack`], whatever region they had: they
//!   are nobody's device registers;
//! - one that is never read is not written;
//! - one that is accessed only at constant places falls into pieces, those
//!   bytes that are accessed together; a piece of one or two words becomes
//!   values (`promote`), any other a slot of its own.

mod pieces;
mod promote;
mod share;
mod uses;

use synth_ir::cfg::Cfg;
use synth_ir::entity::SecondaryMap;
use synth_ir::{Function, Inst, InstData, Region, Slot, SlotData};

use crate::{Context, Pass};
use pieces::Pieces;
pub use share::ShareSlots;
pub(crate) use uses::Uses;

/// The pass.
pub struct Slots;

impl Pass for Slots {
    fn run(&self, func: &mut Function, _: &Context<'_>) -> bool {
        if func.slots.is_empty() {
            return false;
        }
        let unreachable = func.remove_unreachable();
        let uses = Uses::new(func);
        let mut changed = mark_private(func, &uses) | unreachable;
        changed |= remove_unread(func, &uses);
        let direct = direct_slots(func, &uses);
        let accesses = find_accesses(func, &direct);
        if !accesses.is_empty() {
            let mut pieces = Pieces::new(&accesses);
            changed |= promote::run(func, &accesses, &mut pieces);
            changed |= split(func, &accesses, &pieces);
        }
        changed | lower_alignment(func, &uses)
    }
}

/// A load or store at a constant place of a slot.
#[derive(Clone, Copy, Debug)]
struct Access {
    inst: Inst,
    slot: Slot,
    /// First byte, from the start of the slot.
    start: i64,
    bytes: u32,
}

impl Access {
    fn end(&self) -> i64 {
        self.start + i64::from(self.bytes)
    }
}

/// Gives accesses to private slots the region of slots.
fn mark_private(func: &mut Function, uses: &Uses) -> bool {
    let mut changed = false;
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            if let InstData::Load { addr, region, .. } | InstData::Store { addr, region, .. } =
                &mut func.insts[inst]
                && *region != Region::Stack
                && uses.private(*addr).is_some()
            {
                *region = Region::Stack;
                changed = true;
            }
        }
    }
    changed
}

/// Removes the stores to private slots that no load reads.
fn remove_unread(func: &mut Function, uses: &Uses) -> bool {
    let mut read: SecondaryMap<Slot, bool> = SecondaryMap::new();
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            if let InstData::Load { addr, .. } = func.insts[inst]
                && let Some(slot) = uses.private(addr)
            {
                read[slot] = true;
            }
        }
    }
    let mut changed = false;
    for &block in &func.layout {
        func.blocks[block].insts.retain(|&inst| {
            let keep = match func.insts[inst] {
                InstData::Store { addr, .. } => uses.private(addr).is_none_or(|slot| read[slot]),
                _ => true,
            };
            changed |= !keep;
            keep
        });
    }
    changed
}

/// The private slots whose addresses are used for nothing but accesses at
/// constant places.
fn direct_slots(func: &Function, uses: &Uses) -> SecondaryMap<Slot, bool> {
    let mut direct = SecondaryMap::new();
    func.slots.keys().for_each(|slot| direct[slot] = !uses.escapes[slot]);
    let slot_of = |v| match uses.origin[v] {
        uses::Origin::Slot(slot) => Some(slot),
        _ => None,
    };
    for &block in &func.layout {
        for &param in &func.blocks[block].params {
            slot_of(param).into_iter().for_each(|slot| direct[slot] = false);
        }
        for &inst in &func.blocks[block].insts {
            let data = &func.insts[inst];
            let address = match *data {
                InstData::Load { addr, .. } | InstData::Store { addr, .. } => {
                    address(func, addr).map(|_| addr)
                }
                _ => None,
            };
            let mut first = true;
            data.for_each_arg(|v| {
                // The address comes first; a stored one escapes.
                let is_address = std::mem::take(&mut first) && address == Some(v);
                if let (false, Some(slot)) = (is_address, slot_of(v)) {
                    direct[slot] = false;
                }
            });
        }
    }
    direct
}

/// A constant place in a slot.
fn address(func: &Function, addr: synth_ir::Value) -> Option<(Slot, i32)> {
    match func.insts[func.def_inst(addr)?] {
        InstData::SlotAddr { slot, offset } => Some((slot, offset)),
        _ => None,
    }
}

fn find_accesses(func: &Function, direct: &SecondaryMap<Slot, bool>) -> Vec<Access> {
    let cfg = Cfg::new(func);
    let mut found = vec![];
    for &block in cfg.reverse_postorder() {
        for &inst in &func.blocks[block].insts {
            let (addr, offset, bytes) = match func.insts[inst] {
                InstData::Load { op, addr, offset, .. } => (addr, offset, op.bytes()),
                InstData::Store { op, addr, offset, .. } => (addr, offset, op.bytes()),
                _ => continue,
            };
            if let Some((slot, start)) = address(func, addr).filter(|(slot, _)| direct[*slot]) {
                let start = i64::from(start) + i64::from(offset);
                found.push(Access { inst, slot, start, bytes });
            }
        }
    }
    found
}

/// Gives each piece that is still accessed a slot of its own.
fn split(func: &mut Function, accesses: &[Access], pieces: &Pieces) -> bool {
    let mut slots: Vec<Option<Slot>> = vec![None; pieces.len()];
    let mut new: SecondaryMap<Inst, Option<(Inst, i32)>> = SecondaryMap::new();
    let mut any = false;
    let whole = |func: &Function, access: &Access| {
        let (start, end) = pieces.range(pieces.of(access));
        start == 0 && end == i64::from(func.slots[access.slot].size)
    };
    for access in accesses {
        if pieces.is_promoted(pieces.of(access)) || whole(func, access) {
            continue;
        }
        let piece = pieces.of(access);
        let (start, end) = pieces.range(piece);
        let slot = *slots[piece].get_or_insert_with(|| {
            let (size, align) = ((end - start) as u32, func.slots[access.slot].align);
            func.slots.push(SlotData { size, align })
        });
        let loc = func.locs[access.inst];
        let inst = func.make_inst(InstData::SlotAddr { slot, offset: 0 }, loc);
        new[access.inst] = Some((inst, (access.start - start) as i32));
        any = true;
    }
    if !any {
        return false;
    }
    for i in 0..func.layout.len() {
        let block = func.layout[i];
        let mut out = vec![];
        for inst in std::mem::take(&mut func.blocks[block].insts) {
            if let Some((base, place)) = new[inst] {
                let value = func.result(base);
                if let InstData::Load { addr, offset, .. } | InstData::Store { addr, offset, .. } =
                    &mut func.insts[inst]
                {
                    (*addr, *offset) = (value, place);
                }
                out.push(base);
            }
            out.push(inst);
        }
        func.blocks[block].insts = out;
    }
    true
}

/// Aligns slots whose address makes no difference to what their accesses need.
fn lower_alignment(func: &mut Function, before: &Uses) -> bool {
    let uses = Uses::new(func);
    let mut changed = false;
    let mut need: SecondaryMap<Slot, u32> = SecondaryMap::with_default(1);
    for &block in &func.layout {
        for &inst in &func.blocks[block].insts {
            let (addr, bytes) = match func.insts[inst] {
                InstData::Load { op, addr, .. } => (addr, op.bytes()),
                InstData::Store { op, addr, .. } => (addr, op.bytes()),
                _ => continue,
            };
            if let Some(slot) = uses.private(addr) {
                need[slot] = need[slot].max(bytes);
            }
        }
    }
    for (slot, data) in &mut func.slots {
        if before.observed[slot] || uses.observed[slot] || uses.escapes[slot] {
            continue;
        }
        // Two bytes of one word are not worth a hole between slots.
        let align = data.align.min(need[slot].max(4));
        changed |= align != data.align;
        data.align = align;
    }
    changed
}
