//! Atomic accesses (Armv7-M ARM section A3.4, Armv8-M ARM section B7.3.5).
//!
//! Armv8-M has loads with acquire and stores with release semantics, which
//! order all sequentially consistent accesses; Armv7-M needs barriers: after a
//! load, and on both sides of what writes. These are the sequences of the
//! C compilers, so that both sides of an object may be compiled by any of them.

use synth_ir::{AtomicOp, AtomicWidth, Inst, InstData, SystemOp, Value};

use super::{Lower, rules};
use crate::cpu::Arch;
use crate::imm;
use crate::mach::{AluOp, Exclusive, MInst, Mode, Reg, Rhs, Width};

fn width_of(width: AtomicWidth) -> Width {
    match width {
        AtomicWidth::U8 => Width::U8,
        AtomicWidth::U16 => Width::U16,
        // Doublewords have become calls.
        AtomicWidth::I32 | AtomicWidth::I64 => Width::Word,
    }
}

/// The operation on the old value, unless that is replaced.
fn alu_of(op: AtomicOp) -> Option<AluOp> {
    match op {
        AtomicOp::Add => Some(AluOp::Add),
        AtomicOp::Sub => Some(AluOp::Sub),
        AtomicOp::And => Some(AluOp::And),
        AtomicOp::Or => Some(AluOp::Orr),
        AtomicOp::Xor => Some(AluOp::Eor),
        _ => None,
    }
}

impl Lower<'_> {
    /// Whether there are accesses that need no barrier.
    fn has_acquire(&self) -> bool {
        self.options.cpu.arch >= Arch::V8MMain
    }

    /// Orders accesses, where they are not ordered by themselves.
    fn barrier(&mut self) {
        if !self.has_acquire() {
            self.emit(MInst::Barrier);
        }
    }

    pub(super) fn lower_atomic(&mut self, inst: Inst) {
        let InstData::Atomic { op, width, addr, ref args, offset, .. } = self.func.insts[inst]
        else {
            return;
        };
        let bytes = width.bytes() as i32;
        let width = width_of(width);
        match (op, &args[..]) {
            (AtomicOp::Load, _) => {
                let rd = self.put_value(self.func.result(inst));
                if self.has_acquire() {
                    let rn = self.address(addr, offset);
                    self.emit(MInst::LoadAcquire { width, rd, rn });
                } else {
                    let mode = self.mode(addr, offset, bytes);
                    self.emit(MInst::Load { width, rd, mode });
                    self.barrier();
                }
            }
            (AtomicOp::Store, &[value]) => {
                let rt = self.put_value(value);
                if self.has_acquire() {
                    let rn = self.address(addr, offset);
                    self.emit(MInst::StoreRelease { width, rt, rn });
                } else {
                    let mode = self.mode(addr, offset, bytes);
                    self.barrier();
                    self.emit(MInst::Store { width, rt, mode });
                    self.barrier();
                }
            }
            (AtomicOp::CompareExchange, &[expected, new]) => {
                let exclusive = self.exclusive(inst, width, addr, offset);
                let expected = self.compare_rhs(expected);
                let new = self.put_value(new);
                self.barrier();
                self.emit(MInst::CompareExchange { exclusive, expected, new });
                self.barrier();
            }
            (op, &[value]) => {
                let used = self.regs[self.func.result(inst)].is_some();
                let exclusive = self.exclusive(inst, width, addr, offset);
                let op = alu_of(op);
                let operand = self.atomic_operand(op, value);
                // What nothing reads is computed in place.
                let new = (op.is_some() && used).then(|| self.out.new_reg());
                self.barrier();
                self.emit(MInst::ReadModifyWrite { exclusive, op, operand, new });
                self.barrier();
            }
            _ => {}
        }
    }

    fn exclusive(&mut self, inst: Inst, width: Width, addr: Value, offset: i32) -> Exclusive {
        let old = self.put_value(self.func.result(inst));
        let ordered = self.has_acquire();
        let addr = self.address(addr, offset);
        Exclusive { width, ordered, addr, old, status: self.out.new_reg() }
    }

    /// An operand that stays as it is while the loop runs.
    fn atomic_operand(&mut self, op: Option<AluOp>, value: Value) -> Rhs {
        match (op, self.func.as_const(value).map(|c| c as u32)) {
            (Some(AluOp::Add | AluOp::Sub), Some(c)) if imm::is_add(c) => Rhs::Imm(c),
            (Some(AluOp::And | AluOp::Orr), Some(c)) if imm::is_logic(c) => Rhs::Imm(c),
            (Some(AluOp::Eor), Some(c)) if imm::is_modified(c) => Rhs::Imm(c),
            (Some(_), None) => rules::constructor_rhs(self, value),
            _ => Rhs::Reg(self.put_value(value)),
        }
    }

    /// `addr + offset` in a register.
    fn address(&mut self, addr: Value, offset: i32) -> Reg {
        match self.data(addr) {
            Some(&InstData::SymbolAddr { symbol, addend }) => {
                self.put_symbol(symbol, addend.wrapping_add(offset))
            }
            Some(&InstData::SlotAddr { .. }) => {
                let Mode::Slot(slot, offset) = self.mode(addr, offset, 1) else {
                    return self.put_value(addr);
                };
                let rd = self.out.new_reg();
                self.emit(MInst::SlotAddr { rd, slot, offset });
                rd
            }
            _ if offset == 0 => self.put_value(addr),
            _ => {
                let rn = self.put_value(addr);
                let rhs = match imm::is_add(offset as u32) {
                    true => Rhs::Imm(offset as u32),
                    false => Rhs::Reg(self.put_constant(offset as u32)),
                };
                let rd = self.out.new_reg();
                self.emit(MInst::Alu { op: AluOp::Add, s: false, tied: false, rd, rn, rhs });
                rd
            }
        }
    }

    pub(super) fn lower_system(&mut self, inst: Inst) {
        let InstData::System { op, ref args } = self.func.insts[inst] else { return };
        match (op, &args[..]) {
            (SystemOp::MaskInterrupts, _) => {
                let rd = self.put_value(self.func.result(inst));
                self.emit(MInst::MaskInterrupts { rd });
            }
            (SystemOp::RestoreInterrupts, &[mask]) => {
                let rn = self.put_value(mask);
                self.emit(MInst::RestoreInterrupts { rn });
            }
            (SystemOp::SpillArguments, _) => {
                let slot = self.out.home_slot();
                let rd = self.put_value(self.func.result(inst));
                self.emit(MInst::SlotAddr { rd, slot, offset: 0 });
            }
            _ => self.emit(MInst::Barrier),
        }
    }
}
