//! The stack frame (AAPCS32 section 6.2): from the stack pointer upwards
//! outgoing arguments, slots, saved float registers, saved core registers and,
//! in a function that has its arguments in memory, r0-r3 as at the entry.
//!
//! A function that needs none of them has no frame. The size is a multiple
//! of 8 with the saved registers, so that the stack pointer stays aligned at
//! every call.
//!
//! Two kinds of functions have a frame pointer, r7, as gcc's Thumb code has:
//!
//! - One with slots of more than 8 bytes' alignment rounds the stack pointer
//!   down when it makes its frame. r7 is the stack pointer before that.
//! - One that allocates stack memory as it runs moves the stack pointer. r7 is
//!   the stack pointer that the frame was made with. If it rounds too, a word
//!   of the frame holds the stack pointer before that.

use crate::compile::CompileError;
use crate::mach::{FInst, FP, FloatUnit, FrameSlot, MFunction, MInst, Mode, Reg, SP};
use crate::regalloc::Written;
use crate::tail_call::{ABOVE, TailArea};

/// Callee-saved registers: r4-r11.
const CALLEE_SAVED: u16 = 0b0000_1111_1111_0000;

/// The largest offset that every frame access can have.
const REACH: i64 = 4095;

/// The same for VLDR and VSTR.
const FLOAT_REACH: i64 = 1020;

/// Frames beyond this are refused: no Cortex-M part has such a stack.
const LARGEST: u64 = 1 << 24;

/// Bytes that r0-r3 take where they are stored at the entry.
pub const HOME: u32 = 16;

/// Layout of a function's frame.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Registers pushed, as a bit set; lr among them if it is saved.
    pub saved: u16,
    /// Number of double registers pushed, from d8 on.
    pub saved_doubles: u32,
    /// The slot above the saved registers where r0-r3 are stored.
    pub home: Option<FrameSlot>,
    /// Bytes below the saved registers.
    pub size: u32,
    /// Whether r12 is kept free for large offsets.
    pub scratch: bool,
    /// Whether an access has an offset beyond 12 bits.
    far: bool,
    /// What the frame is aligned to, if to more than 8.
    pub realign: Option<u32>,
    /// Whether the stack pointer moves between prologue and epilogue.
    pub dynamic: bool,
    /// Room above all of it for stack arguments of tail calls.
    pub tail_area: Option<TailArea>,
    /// The word with the stack pointer before it was rounded.
    pub saved_sp: Option<u32>,
    offsets: Vec<u32>,
}

/// A place in memory: a register plus bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The register.
    pub base: Reg,
    /// Bytes added.
    pub offset: i64,
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
        for index in in_order(function) {
            let (size, align) = function.slots[index];
            if !live[index] || function.home == Some(FrameSlot(index as u32)) {
                continue;
            }
            at = at.next_multiple_of(u64::from(align.max(1)));
            offsets[index] = u32::try_from(at).unwrap_or(u32::MAX);
            at += u64::from(size);
        }
        let realign = function.realign().filter(|_| function.has_frame_pointer());
        let saved_sp = (realign.is_some() && function.dynamic).then(|| {
            at = at.next_multiple_of(4) + 4;
            u32::try_from(at - 4).unwrap_or(u32::MAX)
        });
        let mut saved = written.core & CALLEE_SAVED;
        if function.has_frame_pointer() {
            saved |= FP_BIT;
        }
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
        let dynamic = function.dynamic;
        let mut frame = Frame {
            saved,
            saved_doubles,
            home: function.home,
            size,
            scratch: false,
            far: false,
            realign,
            dynamic,
            tail_area: function.tail_area,
            saved_sp,
            offsets,
        };
        let insts = function.blocks.iter().flat_map(|b| &b.insts);
        frame.far = insts.map(|located| &located.inst).any(|inst| match inst {
            MInst::Load { mode, .. } | MInst::Store { mode, .. } => frame.is_far(*mode, REACH),
            MInst::Float(FInst::Load { mode, .. } | FInst::Store { mode, .. }) => {
                frame.is_far(*mode, FLOAT_REACH)
            }
            _ => false,
        });
        Ok(frame)
    }

    /// Whether an access needs more than a register and an offset up to `reach`.
    fn is_far(&self, mode: Mode, reach: i64) -> bool {
        let behind_saved = matches!(mode, Mode::Incoming(_)) && self.saved_sp.is_some();
        behind_saved || self.location(mode).is_some_and(|location| location.offset > reach)
    }

    /// Whether r7 is the frame pointer.
    pub fn has_pointer(&self) -> bool {
        self.dynamic || self.realign.is_some()
    }

    /// Whether r12 is needed to reach a place in the frame.
    pub fn needs_scratch(&self) -> bool {
        self.far && !self.scratch
    }

    /// Declares that r12 is free.
    pub fn keep_scratch(&mut self) {
        self.scratch = true;
    }

    /// Bytes from the stack pointer to the caller's, at most; what is
    /// allocated as the function runs is not counted.
    pub fn total(&self) -> u32 {
        // The stack pointer was aligned to 8.
        self.size + self.pushed() + self.realign.map_or(0, |align| align - 8)
    }

    /// The same with the room for the stack arguments of tail calls.
    pub fn stack(&self) -> u32 {
        self.total() + self.tail_area.map_or(0, |area| area.bytes() + ABOVE)
    }

    /// Bytes of saved registers, and of r0-r3 if they are stored.
    pub fn pushed(&self) -> u32 {
        let home = if self.home.is_some() { HOME } else { 0 };
        8 * self.saved_doubles + 4 * self.saved.count_ones() + home
    }

    /// The place that a mode names, if it is in the frame. Arguments of a
    /// frame with a saved stack pointer count from that one.
    pub fn location(&self, mode: Mode) -> Option<Location> {
        let (base, offset) = match mode {
            Mode::Slot(slot, offset) if self.home == Some(slot) => {
                let below = self.location(Mode::Incoming(0))?;
                (below.base, below.offset - i64::from(HOME) + i64::from(offset))
            }
            Mode::Slot(slot, offset) => {
                let at = i64::from(self.offsets[slot.0 as usize]) + i64::from(offset);
                (if self.dynamic { FP } else { SP }, at)
            }
            Mode::Incoming(offset) => {
                let offset = i64::from(offset) + i64::from(self.pushed());
                let above = offset + i64::from(self.size);
                match (self.realign, self.dynamic) {
                    (Some(_), _) => (FP, offset),
                    (None, true) => (FP, above),
                    (None, false) => (SP, above),
                }
            }
            Mode::Outgoing(offset) => (SP, i64::from(offset)),
            Mode::Offset(..) | Mode::Index(..) | Mode::PostIndex(..) | Mode::PreIndex(..) => {
                return None;
            }
        };
        Some(Location { base, offset })
    }
}

/// The largest offset from the stack pointer in 16-bit instructions.
const NEAR: u64 = 1020;

/// The slots from the stack pointer on: as they come, but the smaller ones first
/// where not all are near it.
fn in_order(function: &MFunction) -> Vec<usize> {
    let mut order: Vec<usize> = (0..function.slots.len()).collect();
    let bytes: u64 = function.slots.iter().map(|&(size, _)| u64::from(size)).sum();
    if bytes + u64::from(function.outgoing) > NEAR {
        order.sort_by_key(|&index| function.slots[index].0);
    }
    order
}

/// r7 in a set of registers.
const FP_BIT: u16 = 1 << 7;

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
        if let Some(slot) = located.inst.slot() {
            live[slot.0 as usize] = true;
        }
    }
    live
}
