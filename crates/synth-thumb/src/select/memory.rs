//! Loads, stores and their addressing modes (Armv7-M ARM section A4.6).

use synth_ir::entity::EntityRef;
use synth_ir::{BinaryOp, InstData, LoadOp, StoreOp, SymbolId, Value};

use super::Lower;
use crate::compile::{CompileError, Prefer};
use crate::imm;
use crate::mach::{AluOp, FrameSlot, MInst, Mode, Reg, Rhs, Width};

impl Lower<'_> {
    pub(super) fn lower_load(
        &mut self,
        op: LoadOp,
        rd: Reg,
        addr: Value,
        offset: i32,
    ) -> Result<(), CompileError> {
        let width = match op {
            LoadOp::I32 => Width::Word,
            LoadOp::U8 => Width::U8,
            LoadOp::S8 => Width::S8,
            LoadOp::U16 => Width::U16,
            LoadOp::S16 => Width::S16,
            LoadOp::F32 | LoadOp::F64 => {
                self.lower_float_load(rd, op == LoadOp::F64, addr, offset);
                return Ok(());
            }
        };
        let mode = self.mode(addr, offset, op.bytes() as i32);
        self.emit(MInst::Load { width, rd, mode });
        Ok(())
    }

    pub(super) fn lower_store(
        &mut self,
        op: StoreOp,
        value: Value,
        addr: Value,
        offset: i32,
    ) -> Result<(), CompileError> {
        let width = match op {
            StoreOp::I32 => Width::Word,
            StoreOp::I8 => Width::U8,
            StoreOp::I16 => Width::U16,
            StoreOp::F32 | StoreOp::F64 => {
                self.lower_float_store(value, op == StoreOp::F64, addr, offset);
                return Ok(());
            }
        };
        let rt = self.put_value(value);
        let mode = self.mode(addr, offset, op.bytes() as i32);
        self.emit(MInst::Store { width, rt, mode });
        Ok(())
    }

    pub(super) fn data(&self, value: Value) -> Option<&InstData> {
        self.func.def_inst(value).map(|inst| &self.func.insts[inst])
    }

    fn as_symbol(&self, value: Value) -> Option<(SymbolId, i32)> {
        match self.data(value)? {
            InstData::SymbolAddr { symbol, addend } => Some((*symbol, *addend)),
            _ => None,
        }
    }

    /// The mode for an access of `bytes` bytes at `addr + offset`.
    pub(super) fn mode(&mut self, addr: Value, offset: i32, bytes: i32) -> Mode {
        if let Some((symbol, addend)) = self.as_symbol(addr) {
            let addend = addend.wrapping_add(offset);
            let (base, offset) = self.put_symbol_near(symbol, addend, bytes);
            return Mode::Offset(base, offset);
        }
        if let Some(InstData::SlotAddr { slot, offset: start }) = self.data(addr) {
            let slot = FrameSlot(slot.index() as u32);
            return Mode::Slot(slot, start.wrapping_add(offset));
        }
        if let Some(mode) = self.index_mode(addr, offset) {
            return mode;
        }
        let base = self.put_value(addr);
        self.offset_mode(base, offset)
    }

    pub(super) fn offset_mode(&mut self, base: Reg, offset: i32) -> Mode {
        if imm::is_offset(offset) {
            return Mode::Offset(base, offset);
        }
        let high = offset & !0xfff;
        if imm::is_add(high as u32) {
            let rd = self.out.new_reg();
            let rhs = Rhs::Imm(high as u32);
            self.emit(MInst::Alu { op: AluOp::Add, s: false, tied: false, rd, rn: base, rhs });
            return Mode::Offset(rd, offset & 0xfff);
        }
        let index = self.put_constant(offset as u32);
        Mode::Index(base, index, 0)
    }

    /// `base + (index << n)`, if the address is such a sum and nothing else
    /// needs it. An offset can only go into a symbol's addend.
    fn index_mode(&mut self, addr: Value, offset: i32) -> Option<Mode> {
        if !self.is_sinkable(addr) {
            return None;
        }
        let &InstData::Binary { op: BinaryOp::Add, args: [a, b] } = self.data(addr)? else {
            return None;
        };
        let symbol = |v| self.as_symbol(v);
        let (base, index) = match (symbol(a), symbol(b)) {
            (None, Some(_)) => (b, a),
            (None, None) if self.scaled(b).is_none() && self.scaled(a).is_some() => (b, a),
            _ => (a, b),
        };
        let base = match self.as_symbol(base) {
            Some((symbol, addend))
                if self.options.prefer == Prefer::Size
                    && self.anchors.is_better_added(symbol, addend, offset) =>
            {
                return None;
            }
            Some((symbol, addend)) => self.put_symbol(symbol, addend.wrapping_add(offset)),
            None if offset == 0 && self.func.as_const(index).is_none() => self.put_value(base),
            None => return None,
        };
        Some(match self.scaled(index) {
            Some((x, n)) => Mode::Index(base, self.put_value(x), n),
            None => Mode::Index(base, self.put_value(index), 0),
        })
    }

    /// `x << n` for n of 1 to 3, if nothing else needs it.
    fn scaled(&self, value: Value) -> Option<(Value, u8)> {
        if !self.is_sinkable(value) {
            return None;
        }
        match *self.data(value)? {
            InstData::Binary { op: BinaryOp::Shl, args: [x, n] } => {
                match self.func.as_const(n)? & 31 {
                    n @ 1..=3 => Some((x, n as u8)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
