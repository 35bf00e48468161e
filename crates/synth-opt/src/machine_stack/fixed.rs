//! Frames of fixed size: one slot for all that lies between the lowest place
//! that the function names and the pointer at its entry.
//!
//! An over-aligned frame has its own base, `(entry - size) & -align`; then no
//! other place of the entry may be used.

use synth_ir::entity::SecondaryMap;
use synth_ir::{Function, Inst, InstData, Slot, SlotData, Value};

use super::places::{self, ALIGN, Base, Known, Place, Places, State};
use crate::Context;
use crate::edit::{Replacements, remove_params};
use crate::slots::Uses;

/// Gives the function a slot for its frame, if the frame has a fixed size.
pub(super) fn run(func: &mut Function, places: &Places, cx: &Context<'_>) -> bool {
    let Some(frame) = Frame::find(func, places) else { return false };
    places::or_to_add(func, places);
    let writes: Vec<Inst> = places.writes.iter().map(|write| write.inst).collect();
    let mut written: SecondaryMap<Inst, bool> = SecondaryMap::new();
    writes.into_iter().for_each(|inst| written[inst] = true);
    for &block in &places.blocks {
        func.blocks[block].insts.retain(|&inst| !written[inst]);
    }
    let align = frame.align as u32;
    let slot = func.slots.push(SlotData { size: frame.size as u32, align });
    replace(func, places, &frame, slot);
    let observed = Uses::new(func).observed[slot];
    let data = &mut func.slots[slot];
    // Only an address that is more than an operand of loads, stores and sums
    // can show how it is aligned.
    if !observed {
        data.align = 8;
    } else if data.align == ALIGN as u32 {
        data.align = cx.options.stack_align;
    }
    true
}

/// Where the slot is.
struct Frame {
    base: Base,
    /// The slot's first byte, counted from the base.
    start: i32,
    size: i32,
    align: i32,
}

impl Frame {
    fn find(func: &Function, places: &Places) -> Option<Frame> {
        let (mut base, mut lowest, mut top) = (None, 0, 0);
        for write in &places.writes {
            match write.state {
                State::Place(Place::ENTRY) => {}
                State::Place(place) => {
                    lowest = lowest.min(place.offset);
                    if *base.get_or_insert(place.base) != place.base {
                        return None;
                    }
                }
                State::Unvisited => {}
                State::Value(_) | State::Unknown => return None,
            }
        }
        let unwritten = base.is_none();
        let base = base.unwrap_or(Base::Entry);
        if places.reads.iter().any(|read| matches!(read.state, State::Value(_) | State::Unknown)) {
            return None;
        }
        // A leaf function does not write the pointer, even if it allocates.
        if unwritten && !places.allocations(func, |v| places.is_derived(v)).is_empty() {
            return None;
        }
        for place in places.addresses(func) {
            if place.base == base {
                lowest = lowest.min(place.offset);
            } else if base != Base::Entry {
                return None;
            }
        }
        let align = match base {
            Base::Entry => ALIGN,
            Base::Aligned(inst) => {
                top = places::aligned_size(func, places, inst)?;
                places::alignment(func, inst)
            }
        };
        if !(-MAX_SIZE..=0).contains(&lowest) || !(0..=MAX_SIZE).contains(&top) {
            return None;
        }
        let start = lowest & -align;
        Some(Frame { base, start, size: top - start, align })
    }
}

/// Larger frames are left to fail at run time.
const MAX_SIZE: i32 = 1 << 28;

/// Puts the slot's addresses in the place of places.
fn replace(func: &mut Function, places: &Places, frame: &Frame, slot: Slot) {
    let address =
        |place: Place| InstData::SlotAddr { slot, offset: place.offset.wrapping_sub(frame.start) };
    let mut same = Replacements::default();
    for &block in &places.blocks {
        let mut first = vec![];
        for param in func.blocks[block].params.clone() {
            if let Some(place) = places.place(param).filter(|place| place.base == frame.base) {
                let inst = func.make_inst(address(place), Default::default());
                same.replace(param, func.result(inst));
                first.push(inst);
            }
        }
        for inst in func.blocks[block].insts.clone() {
            let [result] = func.results[inst][..] else { continue };
            match places.values[result] {
                Known::Place(place) if place.base == frame.base => {
                    func.insts[inst] = address(place);
                }
                // What only leads to an aligned base.
                Known::Place(_) if frame.base != Base::Entry => {
                    func.insts[inst] = InstData::Const(0);
                }
                _ => {}
            }
        }
        if !first.is_empty() {
            first.append(&mut func.blocks[block].insts);
            func.blocks[block].insts = first;
        }
    }
    same.apply(func);
    let is_place = |v: Value| places.place(v).is_some_and(|place| place.base == frame.base);
    remove_params(func, is_place);
}
