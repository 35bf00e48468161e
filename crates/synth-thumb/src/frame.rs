//! The stack frame (AAPCS32 section 6.2): from the stack pointer upwards
//! outgoing arguments, slots, saved float registers, saved core registers.
//!
//! A function that needs none of them has no frame. The size is a multiple
//! of 8 with the saved registers, so that the stack pointer stays aligned at
//! every call.

use crate::compile::CompileError;
use crate::mach::{FInst, FloatUnit, FrameSlot, MFunction, MInst, Mode};
use crate::regalloc::Written;

/// Callee-saved registers: r4-r11.
const CALLEE_SAVED: u16 = 0b0000_1111_1111_0000;

/// The largest offset that every frame access can have.
const REACH: i64 = 4095;

/// The same for VLDR and VSTR.
const FLOAT_REACH: i64 = 1020;

/// Frames beyond this are refused: no Cortex-M part has such a stack.
const LARGEST: u64 = 1 << 24;

/// Layout of a function's frame.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Registers pushed, as a bit set; lr among them if it is saved.
    pub saved: u16,
    /// Number of double registers pushed, from d8 on.
    pub saved_doubles: u32,
    /// Bytes below the saved registers.
    pub size: u32,
    /// Whether r12 is kept free for large offsets.
    pub scratch: bool,
    /// Whether an access has an offset beyond 12 bits.
    far: bool,
    offsets: Vec<u32>,
}

impl Frame {
    /// Lays out the frame of an allocated function that writes `written`.
    ///
    /// # Errors
    /// If it is too large.
    pub fn new(function: &MFunction, written: Written) -> Result<Frame, CompileError> {
        let live = live_slots(function);
        let mut at = u64::from(function.outgoing);
        let mut offsets = vec![0; function.slots.len()];
        for (index, &(size, align)) in function.slots.iter().enumerate() {
            if !live[index] {
                continue;
            }
            // Slots of more than 8 bytes' alignment are rounded up to 8,
            // which is all that a stack pointer promises.
            at = at.next_multiple_of(u64::from(align.clamp(1, 8)));
            offsets[index] = u32::try_from(at).unwrap_or(u32::MAX);
            at += u64::from(size);
        }
        let mut saved = written.core & CALLEE_SAVED;
        if function.calls || saved != 0 || written.core & 1 << 14 != 0 {
            saved |= 1 << 14;
        }
        at = at.next_multiple_of(4);
        if (at + 4 * u64::from(saved.count_ones())) % 8 != 0 {
            at += 4;
        }
        if at > LARGEST {
            return Err(CompileError::Frame(at));
        }
        let saved_doubles = saved_doubles(function.float_unit, written.float);
        let size = at as u32;
        let mut frame = Frame { saved, saved_doubles, size, scratch: false, far: false, offsets };
        frame.far =
            function.blocks.iter().flat_map(|b| &b.insts).any(|located| match &located.inst {
                MInst::Load { mode, .. } | MInst::Store { mode, .. } => {
                    frame.offset(*mode).is_some_and(|offset| offset > REACH)
                }
                MInst::Float(FInst::Reload { mode, .. } | FInst::Spill { mode, .. }) => {
                    frame.offset(*mode).is_some_and(|offset| offset > FLOAT_REACH)
                }
                _ => false,
            });
        Ok(frame)
    }

    /// Whether r12 is needed to reach a place in the frame.
    pub fn needs_scratch(&self) -> bool {
        self.far && !self.scratch
    }

    /// Declares that r12 is free.
    pub fn keep_scratch(&mut self) {
        self.scratch = true;
    }

    /// Bytes from the stack pointer to the caller's.
    pub fn total(&self) -> u32 {
        self.size + 8 * self.saved_doubles + 4 * self.saved.count_ones()
    }

    /// Offset of a slot from the stack pointer.
    pub fn slot(&self, slot: FrameSlot) -> u32 {
        self.offsets[slot.0 as usize]
    }

    /// Offset from the stack pointer that a mode names, if it is in the frame.
    pub fn offset(&self, mode: Mode) -> Option<i64> {
        Some(match mode {
            Mode::Slot(slot, offset) => i64::from(self.slot(slot)) + i64::from(offset),
            Mode::Incoming(offset) => i64::from(self.total()) + i64::from(offset),
            Mode::Outgoing(offset) => i64::from(offset),
            Mode::Offset(..) | Mode::Index(..) => return None,
        })
    }
}

/// Number of doubles from d8 up to the last one that is written.
fn saved_doubles(unit: FloatUnit, written: u32) -> u32 {
    match unit {
        FloatUnit::Double => 32 - (written >> 8).leading_zeros(),
        FloatUnit::Single => (32 - (written >> 16).leading_zeros()).div_ceil(2),
    }
}

/// Slots that some instruction names.
fn live_slots(function: &MFunction) -> Vec<bool> {
    let mut live = vec![false; function.slots.len()];
    for located in function.blocks.iter().flat_map(|b| &b.insts) {
        match &located.inst {
            MInst::SlotAddr { slot, .. }
            | MInst::Load { mode: Mode::Slot(slot, _), .. }
            | MInst::Store { mode: Mode::Slot(slot, _), .. }
            | MInst::Float(
                FInst::Reload { mode: Mode::Slot(slot, _), .. }
                | FInst::Spill { mode: Mode::Slot(slot, _), .. },
            ) => live[slot.0 as usize] = true,
            _ => {}
        }
    }
    live
}
