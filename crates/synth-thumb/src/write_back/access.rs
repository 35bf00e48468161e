//! Accesses and what instructions read and write, as this pass asks for them.

use crate::emit::memory;
use crate::mach::{MInst, Mode, OperandKind, Reg, Width};

/// An access, and the register that it loads or stores.
pub(super) struct Access {
    width: Width,
    pub(super) rt: Reg,
    pub(super) mode: Mode,
    pub(super) is_load: bool,
}

impl Access {
    pub(super) fn of(inst: &MInst) -> Option<Access> {
        match *inst {
            MInst::Load { width, rd, mode } => Some(Access { width, rt: rd, mode, is_load: true }),
            MInst::Store { width, rt, mode } => Some(Access { width, rt, mode, is_load: false }),
            _ => None,
        }
    }

    /// The offset, if it names `base` for an address and nothing else.
    pub(super) fn offset_from(&self, base: Reg) -> Option<i32> {
        match self.mode {
            Mode::Offset(rn, offset) if rn == base && self.rt != base => Some(offset),
            _ => None,
        }
    }

    /// Bytes of the instruction with another mode.
    pub(super) fn size(&self, mode: Mode) -> Option<i32> {
        let access = if self.is_load { memory::load } else { memory::store };
        Some(access(self.width, self.rt, mode)?.size() as i32)
    }

    /// Whether it and another access may be of the same bytes, one being a store.
    pub(super) fn conflicts(&self, other: &Access) -> bool {
        if self.is_load && other.is_load {
            return false;
        }
        match (self.mode, other.mode) {
            (Mode::Offset(a, x), Mode::Offset(b, y)) if a == b => {
                x < y + other.bytes() && y < x + self.bytes()
            }
            _ => true,
        }
    }

    /// Bytes in memory.
    fn bytes(&self) -> i32 {
        match self.width {
            Width::U8 | Width::S8 => 1,
            Width::U16 | Width::S16 => 2,
            Width::Word => 4,
        }
    }
}

/// What is asked of an instruction again and again.
#[derive(Clone, Copy, Default)]
pub(super) struct Facts {
    /// Core registers that it reads, and those that it writes.
    pub(super) reads: u16,
    pub(super) writes: u16,
    pub(super) is_gone: bool,
}

impl Facts {
    pub(super) fn of(inst: &mut MInst) -> Facts {
        let mut facts = Facts { writes: inst.clobbers(), ..Facts::default() };
        inst.visit_operands(&mut |reg, kind, _| match kind {
            OperandKind::Use => facts.reads |= reg.core_bit(),
            _ => facts.writes |= reg.core_bit(),
        });
        facts
    }

    pub(super) fn names(&self, reg: Reg) -> bool {
        (self.reads | self.writes) & reg.core_bit() != 0
    }
}
