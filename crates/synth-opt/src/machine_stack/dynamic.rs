//! Frames of variable size: the function computes the addresses that it
//! computed from the shadow stack's pointer from the machine's instead, and
//! sets that one where it set the other.
//!
//! The machine's stack pointer is aligned to 8 bytes, so the value at the
//! entry is rounded down to [`ALIGN`]. It need not be raised to that value
//! again: the return does more.

use synth_ir::{BinaryOp, Cond, Function, Inst, InstData, SourceLoc, Value};

use super::places::{ALIGN, Base, Place, Places, State};
use crate::Context;
use crate::edit::Replacements;

/// Rewrites a function whose pointer moves by amounts that are not constant.
pub(super) fn run(func: &mut Function, places: &Places, cx: &Context<'_>) {
    let unwritten = places.writes.iter().all(|w| w.state == State::Place(Place::ENTRY));
    // A read of what different paths have set reads the machine's pointer,
    // which then must be equal to the shadow stack's everywhere.
    let exact = places.reads.iter().any(|read| read.state == State::Unknown);
    let allocations = match unwritten {
        true => places.allocations(func, |v| places.is_derived(v)),
        false => vec![],
    };
    let addresses = places.addresses(func);
    let mut edit = Edit { func, out: vec![], loc: SourceLoc::default() };
    let mut entry = edit.emit(InstData::StackSave);
    if cx.options.stack_align == ALIGN as u32 {
        entry = edit.binary(BinaryOp::And, entry, -ALIGN);
    }
    if exact {
        edit.set_pointer(entry);
    } else if unwritten {
        let entry_places = addresses.iter().filter(|place| place.base == Base::Entry);
        let lowest = entry_places.map(|place| place.offset).min().unwrap_or(0);
        if lowest < 0 {
            let bottom = edit.binary(BinaryOp::Add, entry, lowest & -ALIGN);
            edit.set_pointer(bottom);
        }
    }
    let prologue = edit.out;
    let mut same = Replacements::default();
    for &block in &places.blocks {
        let mut edit = Edit { func, out: vec![], loc: SourceLoc::default() };
        if block == edit.func.entry() {
            edit.out.extend(&prologue);
        }
        for inst in std::mem::take(&mut edit.func.blocks[block].insts) {
            edit.loc = edit.func.locs[inst];
            if let Some(read) = places.reads.iter().find(|read| read.inst == inst) {
                edit.read(inst, read.state, entry, &mut same);
            } else if let Some(write) = places.writes.iter().find(|write| write.inst == inst) {
                if exact || write.state != State::Place(Place::ENTRY) {
                    edit.set_pointer(write.value);
                }
            } else {
                edit.out.push(inst);
                if allocations.iter().any(|&(_, allocation)| allocation == inst) {
                    edit.allocate(inst);
                }
            }
        }
        let insts = edit.out;
        func.blocks[block].insts = insts;
    }
    same.apply(func);
}

/// Appends instructions to a list.
struct Edit<'f> {
    func: &'f mut Function,
    out: Vec<Inst>,
    loc: SourceLoc,
}

impl Edit<'_> {
    fn emit(&mut self, data: InstData) -> Value {
        let inst = self.func.make_inst(data, self.loc);
        self.out.push(inst);
        self.func.result(inst)
    }

    fn binary(&mut self, op: BinaryOp, a: Value, constant: i32) -> Value {
        let b = self.emit(InstData::Const(constant));
        self.emit(InstData::Binary { op, args: [a, b] })
    }

    fn set_pointer(&mut self, addr: Value) {
        let inst = self.func.make_inst(InstData::StackRestore { addr }, self.loc);
        self.out.push(inst);
    }

    /// Puts what the pointer is in the place of a read.
    fn read(&mut self, inst: Inst, state: State, entry: Value, same: &mut Replacements) {
        let by = match state {
            State::Place(Place { base, offset }) => {
                let base = match base {
                    Base::Entry => entry,
                    Base::Aligned(inst) => self.func.result(inst),
                };
                match offset {
                    0 => base,
                    offset => self.binary(BinaryOp::Add, base, offset),
                }
            }
            State::Value(value) => value,
            State::Unknown | State::Unvisited => self.emit(InstData::StackSave),
        };
        let result = self.func.result(inst);
        same.replace(result, by);
    }

    /// Lowers the machine's pointer to the result of an instruction, unless it
    /// is below already: where the function does not move the shadow stack's
    /// pointer, a difference may be an allocation or just an address.
    fn allocate(&mut self, inst: Inst) {
        let address = self.func.result(inst);
        let now = self.emit(InstData::StackSave);
        let below = self.emit(InstData::Compare { cond: Cond::ULt, args: [address, now] });
        let lowest = self.emit(InstData::Select { cond: below, args: [address, now] });
        self.set_pointer(lowest);
    }
}
