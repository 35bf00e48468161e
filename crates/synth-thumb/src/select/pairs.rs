//! The two halves of a 64-bit operation, brought together again: ADDS and
//! ADC, SUBS and SBC, UMULL or SMULL.

use synth_ir::{BinaryOp, Inst, InstData, Value, WideOp};

use super::{Lower, rules};
use crate::mach::{AluOp, MInst};

/// Instructions between the halves that are looked through.
const REACH: u32 = 8;

impl Lower<'_> {
    /// Selects `inst` together with its other half, if it is near above.
    pub(super) fn lower_pair(&mut self, inst: Inst) -> bool {
        let Some(partner) = self.find_partner(inst) else { return self.lower_high(inst) };
        let (this, other) = (self.func.result(inst), self.func.result(partner));
        match &self.func.insts[inst] {
            InstData::Wide { op, args } => {
                let op = *op;
                let args = [args[0], args[1], args[2], args[3]];
                if op == WideOp::AddHi && self.emit_accumulated(args, Some(other), this) {
                    self.done[partner] = true;
                    return true;
                }
                self.emit_carry_pair(op, args, other, this);
            }
            InstData::Binary { op, args } => {
                let (op, args) = (*op, *args);
                let (lo, hi) = if op == BinaryOp::Mul { (this, other) } else { (other, this) };
                let hi_op = if op == BinaryOp::Mul { self.binary_op(partner) } else { Some(op) };
                let signed = hi_op == Some(BinaryOp::SmulHi);
                let (rn, rm) = (self.put_value(args[0]), self.put_value(args[1]));
                let (lo, hi) = (self.put_value(lo), self.put_value(hi));
                self.emit(MInst::MulLong { signed, lo, hi, rn, rm });
            }
            _ => return false,
        }
        self.done[partner] = true;
        true
    }

    /// Selects the high half of a sum alone, if it adds to a product.
    fn lower_high(&mut self, inst: Inst) -> bool {
        let InstData::Wide { op: WideOp::AddHi, args } = &self.func.insts[inst] else {
            return false;
        };
        let args = [args[0], args[1], args[2], args[3]];
        // SMMULR is a rule.
        if self.rounded_product(self.func.result(inst)).is_some() {
            return false;
        }
        self.emit_accumulated(args, None, self.func.result(inst))
    }

    fn binary_op(&self, inst: Inst) -> Option<BinaryOp> {
        match self.func.insts[inst] {
            InstData::Binary { op, .. } => Some(op),
            _ => None,
        }
    }

    fn emit_carry_pair(&mut self, op: WideOp, args: [Value; 4], lo: Value, hi: Value) {
        let (first, second) = match op {
            WideOp::AddHi => (AluOp::Add, AluOp::Adc),
            _ => (AluOp::Sub, AluOp::Sbc),
        };
        let (rn, rn_hi) = (self.put_value(args[0]), self.put_value(args[1]));
        let rhs = rules::constructor_rhs_word(self, args[2]);
        let rhs_hi = rules::constructor_rhs_word(self, args[3]);
        let (rd, rd_hi) = (self.put_value(lo), self.put_value(hi));
        self.emit(MInst::Alu { op: first, s: true, tied: false, rd, rn, rhs });
        self.emit(MInst::Alu {
            op: second,
            s: false,
            tied: false,
            rd: rd_hi,
            rn: rn_hi,
            rhs: rhs_hi,
        });
    }

    /// The other half of `inst`: needed, above it in the same block, and with
    /// no use in between.
    fn find_partner(&self, inst: Inst) -> Option<Inst> {
        let (block, position) = self.position[inst]?;
        let above = position.saturating_sub(REACH);
        let insts = &self.func.blocks[block].insts;
        for i in (above..position).rev() {
            let candidate = insts[i as usize];
            if self.done[candidate] || !self.are_halves(inst, candidate) {
                continue;
            }
            let value = self.func.result(candidate);
            let needed = self.regs[value].is_some();
            let between = &insts[i as usize + 1..position as usize];
            return (needed && !between.iter().any(|&x| self.is_used_by(value, x)))
                .then_some(candidate);
        }
        None
    }

    /// Whether an instruction, or one that it would absorb, reads the value.
    fn is_used_by(&self, value: Value, inst: Inst) -> bool {
        let mut used = false;
        self.func.insts[inst].for_each_arg(|v| used |= v == value);
        used
    }

    fn are_halves(&self, inst: Inst, other: Inst) -> bool {
        let same = |a: [Value; 2], b: [Value; 2]| a == b || a == [b[1], b[0]];
        let InstData::Binary { op, args } = self.func.insts[other] else { return false };
        match &self.func.insts[inst] {
            InstData::Wide { op: WideOp::AddHi, args: wide } => {
                // The operands of the high halves belong to the same order.
                op == BinaryOp::Add && same(args, [wide[0], wide[2]])
            }
            InstData::Wide { op: WideOp::SubHi, args: wide } => {
                op == BinaryOp::Sub && args == [wide[0], wide[2]]
            }
            InstData::Binary { op: this, args: these } => {
                let high = |op| matches!(op, BinaryOp::UmulHi | BinaryOp::SmulHi);
                let halves =
                    (*this == BinaryOp::Mul && high(op)) || (high(*this) && op == BinaryOp::Mul);
                halves && same(args, *these)
            }
            _ => false,
        }
    }
}
