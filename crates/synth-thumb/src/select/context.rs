//! The Rust side of the rules: what they can ask of a value and emit.

use synth_ir::{BinaryOp, Cond, InstData, UnaryOp, Value, WideOp};

use super::fields::inserted;
use super::{Lower, rules};
use crate::imm;
use crate::mach::{AluOp, Cc, CmpOp, MInst, Product, Reg, Rhs, ShiftOp, UnOp};

/// The types that the generated code names.
pub(super) mod types {
    pub(in super::super) use super::Def;
    pub use crate::mach::{AluOp, Cc, CmpOp, Product, Reg, Rhs, ShiftOp, UnOp};
    pub use synth_ir::{BinaryOp, Cond, UnaryOp, Value, WideOp};
}

/// What defines a value, as the rules see it.
pub(super) enum Def {
    Unary { op: UnaryOp, x: Value },
    Binary { op: BinaryOp, a: Value, b: Value },
    Wide2 { op: WideOp, a: Value, b: Value },
    Wide3 { op: WideOp, a: Value, b: Value, c: Value },
    Wide4 { op: WideOp, a: Value, b: Value, c: Value, d: Value },
    Compare { op: Cond, a: Value, b: Value },
    Compare64 { op: Cond, alo: Value, ahi: Value, blo: Value, bhi: Value },
    Select { cond: Value, x: Value, y: Value },
    Other,
}

impl Lower<'_> {
    fn word(&self, value: Value) -> Option<u32> {
        self.func.as_const(value).map(|c| c as u32)
    }

    /// Emits an instruction with a new register as its result.
    fn define(&mut self, make: impl FnOnce(Reg) -> MInst) -> Reg {
        let rd = self.out.new_reg();
        self.emit(make(rd));
        rd
    }

    /// A comparison with a constant, or with its neighbour when only that one
    /// is an immediate.
    pub(super) fn compare_constant(&mut self, cond: Cond, b: u32) -> (Cond, Rhs) {
        let near = match cond {
            Cond::SLt if b != 0x8000_0000 => Some((Cond::SLe, b.wrapping_sub(1))),
            Cond::SGe if b != 0x8000_0000 => Some((Cond::SGt, b.wrapping_sub(1))),
            Cond::SLe if b != 0x7fff_ffff => Some((Cond::SLt, b.wrapping_add(1))),
            Cond::SGt if b != 0x7fff_ffff => Some((Cond::SGe, b.wrapping_add(1))),
            Cond::ULt if b != 0 => Some((Cond::ULe, b.wrapping_sub(1))),
            Cond::UGe if b != 0 => Some((Cond::UGt, b.wrapping_sub(1))),
            Cond::ULe if b != u32::MAX => Some((Cond::ULt, b.wrapping_add(1))),
            Cond::UGt if b != u32::MAX => Some((Cond::UGe, b.wrapping_add(1))),
            _ => None,
        };
        if imm::is_compare(b) {
            return (cond, Rhs::Imm(b));
        }
        match near {
            Some((cond, c)) if imm::is_compare(c) => (cond, Rhs::Imm(c)),
            _ => (cond, Rhs::Reg(self.put_constant(b))),
        }
    }
}

/// The condition on the flags of a comparison.
pub(super) fn cc(cond: Cond) -> Cc {
    match cond {
        Cond::Eq => Cc::Eq,
        Cond::Ne => Cc::Ne,
        Cond::SLt => Cc::Lt,
        Cond::SLe => Cc::Le,
        Cond::SGt => Cc::Gt,
        Cond::SGe => Cc::Ge,
        Cond::ULt => Cc::Lo,
        Cond::ULe => Cc::Ls,
        Cond::UGt => Cc::Hi,
        Cond::UGe => Cc::Hs,
    }
}

impl rules::Context for Lower<'_> {
    fn iconst(&mut self, value: Value) -> Option<u32> {
        self.word(value)
    }

    fn def(&mut self, value: Value) -> Def {
        let Some(data) = self.data(value) else { return Def::Other };
        match data {
            InstData::Unary { op, arg } => Def::Unary { op: *op, x: *arg },
            &InstData::Binary { op, args: [a, b] } => {
                // A constant stands on the right.
                let swap = op.is_commutative() && self.word(a).is_some() && self.word(b).is_none();
                let (a, b) = if swap { (b, a) } else { (a, b) };
                Def::Binary { op, a, b }
            }
            InstData::Wide { op, args } => match args[..] {
                [a, b] => Def::Wide2 { op: *op, a, b },
                [a, b, c] => Def::Wide3 { op: *op, a, b, c },
                [a, b, c, d] => Def::Wide4 { op: *op, a, b, c, d },
                _ => Def::Other,
            },
            &InstData::Compare { cond, args: [a, b] } => {
                let swap = self.word(a).is_some() && self.word(b).is_none();
                let (op, a, b) = if swap { (cond.swapped(), b, a) } else { (cond, a, b) };
                Def::Compare { op, a, b }
            }
            &InstData::Compare64 { cond: op, args: [alo, ahi, blo, bhi] } => {
                Def::Compare64 { op, alo, ahi, blo, bhi }
            }
            &InstData::Select { cond, args: [x, y] } => Def::Select { cond, x, y },
            _ => Def::Other,
        }
    }

    fn sink(&mut self, value: Value) -> Option<Value> {
        self.is_sinkable(value).then_some(value)
    }

    fn shift_const(&mut self, value: Value) -> Option<(ShiftOp, u8, Value)> {
        let (op, n, x) = self.shift_of(value)?;
        // A shift that reverses bytes is no shifted operand.
        (n != 0 && Lower::swapped_bytes(self, value).is_none()).then_some((op, n, x))
    }

    fn bit_mask(&mut self, value: Value) -> Option<(u8, Value)> {
        let InstData::Binary { op, args: [a, b] } = *self.data(value)? else { return None };
        match op {
            BinaryOp::ShrS if self.word(b)? & 31 == 31 => {
                let (op, n, x) = rules::Context::shift_const(self, a)?;
                (op == ShiftOp::Lsl).then_some((n, x))
            }
            BinaryOp::Sub if self.word(a) == Some(0) => {
                let Def::Binary { op: BinaryOp::And, a: x, b: one } = self.def(b) else {
                    return None;
                };
                (self.word(one) == Some(1)).then_some((31, x))
            }
            _ => None,
        }
    }

    fn saturated(&mut self, value: Value) -> Option<(bool, u8, Value)> {
        let found = Lower::saturated(self, value)?;
        Some((found.signed, found.bits, found.of))
    }

    fn inserted(&mut self, kept: u32, field: u32, lsb: u8) -> Option<u8> {
        inserted(kept, field, lsb)
    }

    fn inserted_low(&mut self, kept: u32, low: u32, lsb: u8) -> Option<u8> {
        let width = self.low_mask(low)?;
        inserted(kept, low << lsb, lsb).filter(|&found| found == width)
    }

    fn equal(&mut self, a: u8, b: u8) -> Option<u8> {
        (a == b).then_some(a)
    }

    fn complement(&mut self, a: u8, b: u8) -> Option<u8> {
        (a + b == 32).then_some(b)
    }

    fn extended(&mut self, value: Value) -> Option<(UnOp, u8, Value)> {
        self.extension(value).filter(|_| self.options.cpu.has_dsp())
    }

    fn extended_bytes(&mut self, value: Value) -> Option<(bool, u8, Value)> {
        self.bytes_of_halves(value).filter(|_| self.options.cpu.has_dsp())
    }

    fn packed(&mut self, value: Value) -> Option<(bool, Value, Value, u8)> {
        self.halves_of_two(value).filter(|_| self.options.cpu.has_dsp())
    }

    fn multiplied(&mut self, value: Value) -> Option<(Product, Value, Value)> {
        self.part_of_product(value)
    }

    fn swapped_bytes(&mut self, value: Value) -> Option<(UnOp, Value)> {
        Lower::swapped_bytes(self, value)
    }

    fn only_signs(&mut self, value: Value) -> Option<(Value, Value)> {
        let Def::Binary { op: BinaryOp::Xor, a, b } = self.def(value) else { return None };
        let shifted = |value| {
            let is_shift = matches!(self.shift_of(value), Some((_, 1.., _)));
            is_shift && self.is_sinkable(value)
        };
        // EORS replaces an operand that nothing else needs.
        let needed = |value| self.regs[value].is_some();
        let is_long = shifted(b) || needed(a) && needed(b);
        (self.is_sinkable(value) && is_long).then_some((a, b))
    }

    fn alu_binary(&mut self, value: Value) -> Option<(AluOp, Value, Value)> {
        let Def::Binary { op, a, b } = self.def(value) else { return None };
        let op = match op {
            BinaryOp::Add => AluOp::Add,
            BinaryOp::Sub => AluOp::Sub,
            BinaryOp::And => AluOp::And,
            BinaryOp::Or => AluOp::Orr,
            BinaryOp::Xor => AluOp::Eor,
            _ => return None,
        };
        Some((op, a, b))
    }

    fn commutes(&mut self, op: &AluOp) -> Option<AluOp> {
        op.is_commutative().then_some(*op)
    }

    fn alu_imm(&mut self, op: &AluOp, value: u32) -> Option<Rhs> {
        let holds = match op {
            AluOp::Add | AluOp::Sub => imm::is_add(value),
            AluOp::And | AluOp::Orr => imm::is_logic(value),
            _ => imm::is_modified(value),
        };
        holds.then_some(Rhs::Imm(value))
    }

    fn modified(&mut self, value: u32) -> Option<Rhs> {
        imm::is_modified(value).then_some(Rhs::Imm(value))
    }

    fn low_mask(&mut self, mask: u32) -> Option<u8> {
        let width = mask.trailing_ones();
        (mask & mask.wrapping_add(1) == 0 && (1..32).contains(&width)).then_some(width as u8)
    }

    fn high_mask(&mut self, mask: u32) -> Option<u8> {
        self.low_mask(!mask)
    }

    fn above_bit(&mut self, mask: u32) -> Option<u8> {
        let above = mask.leading_zeros();
        (mask.is_power_of_two() && above != 0).then_some(above as u8)
    }

    fn above_mask(&mut self, mask: u32) -> Option<u8> {
        self.low_mask(mask).map(|width| 32 - width)
    }

    fn cleared_lsb(&mut self, mask: u32) -> Option<u8> {
        imm::is_field(!mask).then_some(mask.trailing_ones() as u8)
    }

    fn cleared_width(&mut self, mask: u32) -> u8 {
        mask.count_zeros() as u8
    }

    fn field(&mut self, lsb: u8, width: u8) -> Option<u8> {
        (lsb + width <= 32).then_some(width)
    }

    fn shifted_lsb(&mut self, left: u8, right: u8) -> Option<u8> {
        right.checked_sub(left)
    }

    fn shifted_width(&mut self, right: u8) -> u8 {
        32 - right
    }

    fn byte(&mut self, value: u32) -> Option<u8> {
        u8::try_from(value).ok()
    }

    fn put(&mut self, value: Value) -> Reg {
        self.put_value(value)
    }

    fn rhs_reg(&mut self, reg: Reg) -> Rhs {
        Rhs::Reg(reg)
    }

    fn rhs_shifted(&mut self, reg: Reg, op: &ShiftOp, amount: u8) -> Rhs {
        Rhs::Shifted(reg, *op, amount)
    }

    fn rhs_imm(&mut self, value: u32) -> Rhs {
        Rhs::Imm(value)
    }

    fn alu(&mut self, op: &AluOp, rn: Reg, rhs: Rhs) -> Reg {
        self.define(|rd| MInst::Alu { op: *op, s: false, tied: false, rd, rn, rhs })
    }

    fn alus(&mut self, op: &AluOp, rn: Reg, rhs: Rhs) -> Reg {
        self.define(|rd| MInst::Alu { op: *op, s: true, tied: false, rd, rn, rhs })
    }

    fn un(&mut self, op: &UnOp, rm: Reg) -> Reg {
        self.define(|rd| MInst::Un { op: *op, rd, rm })
    }

    fn shift_imm(&mut self, op: &ShiftOp, rn: Reg, amount: u8) -> Reg {
        self.define(|rd| MInst::ShiftImm { op: *op, s: false, rd, rn, amount })
    }

    fn extend_add(&mut self, op: &UnOp, rotate: u8, rn: Reg, rm: Reg) -> Reg {
        self.define(|rd| MInst::ExtendAdd { op: *op, rotate, rd, rn, rm })
    }

    fn extend_bytes(&mut self, signed: bool, rotate: u8, rm: Reg) -> Reg {
        self.define(|rd| MInst::ExtendBytes { signed, rotate, rd, rm })
    }

    fn pack(&mut self, top: bool, rn: Reg, rm: Reg, amount: u8) -> Reg {
        self.define(|rd| MInst::Pack { top, rd, rn, rm, amount })
    }

    fn insert(&mut self, base: Reg, rn: Reg, lsb: u8, width: u8) -> Reg {
        self.define(|rd| MInst::Insert { rd, base, rn, lsb, width })
    }

    fn clear(&mut self, rn: Reg, lsb: u8, width: u8) -> Reg {
        self.define(|rd| MInst::Clear { rd, rn, lsb, width })
    }

    fn saturate(&mut self, signed: bool, bits: u8, rn: Reg) -> Reg {
        self.define(|rd| MInst::Saturate { signed, bits, rd, rn })
    }

    fn shift_flags(&mut self, op: &ShiftOp, rn: Reg, amount: u8) -> Reg {
        self.define(|rd| MInst::ShiftImm { op: *op, s: true, rd, rn, amount })
    }

    fn shift_reg(&mut self, op: &ShiftOp, rn: Reg, rm: Reg) -> Reg {
        self.define(|rd| MInst::ShiftReg { op: *op, tied: false, rd, rn, rm })
    }

    fn mul(&mut self, rn: Reg, rm: Reg) -> Reg {
        self.define(|rd| MInst::Mul { tied: false, rd, rn, rm })
    }

    fn mul_part(&mut self, product: Product, rn: Reg, rm: Reg) -> Reg {
        self.define(|rd| MInst::MulPart { product, rd, rn, rm, ra: None })
    }

    fn mul_part_add(&mut self, product: Product, rn: Reg, rm: Reg, ra: Reg) -> Reg {
        self.define(|rd| MInst::MulPart { product, rd, rn, rm, ra: Some(ra) })
    }

    fn mul_add(&mut self, rn: Reg, rm: Reg, ra: Reg) -> Reg {
        self.define(|rd| MInst::MulAdd { subtract: false, rd, rn, rm, ra })
    }

    fn mul_sub(&mut self, rn: Reg, rm: Reg, ra: Reg) -> Reg {
        self.define(|rd| MInst::MulAdd { subtract: true, rd, rn, rm, ra })
    }

    fn mul_long_hi(&mut self, signed: bool, rn: Reg, rm: Reg) -> Reg {
        let lo = self.out.new_reg();
        self.define(|hi| MInst::MulLong { signed, lo, hi, rn, rm })
    }

    fn div(&mut self, signed: bool, rn: Reg, rm: Reg) -> Reg {
        self.define(|rd| MInst::Div { signed, rd, rn, rm })
    }

    fn extract(&mut self, signed: bool, rn: Reg, lsb: u8, width: u8) -> Reg {
        self.define(|rd| MInst::Extract { signed, rd, rn, lsb, width })
    }

    fn constant(&mut self, value: u32) -> Reg {
        self.put_constant(value)
    }

    fn cmp(&mut self, op: &CmpOp, rn: Reg, rhs: Rhs) -> Cc {
        self.emit(MInst::Cmp { op: *op, rn, rhs });
        Cc::Ne
    }

    fn set_cond(&mut self, cond: &Cc, then: u8, other: u8) -> Reg {
        self.define(|rd| MInst::SetCond { cond: *cond, rd, then, other })
    }

    fn select_reg(&mut self, cond: &Cc, then: Rhs, other: Reg) -> Reg {
        self.define(|rd| MInst::Select { cond: *cond, rd, then, other })
    }

    fn cond_alu(&mut self, cond: &Cc, op: &AluOp, rn: Reg, rhs: Rhs) -> Reg {
        self.define(|rd| MInst::CondAlu { cond: *cond, op: *op, rd, rn, rhs })
    }

    fn same(&mut self, a: Value, b: Value) -> Option<Value> {
        (a == b).then_some(a)
    }

    fn keeps(&mut self, op: &AluOp) -> Option<AluOp> {
        matches!(op, AluOp::Add | AluOp::Sub | AluOp::Orr | AluOp::Eor).then_some(*op)
    }

    fn emit_compare(&mut self, cond: &Cond, a: Value, b: Value) -> Cc {
        let (cond, rhs) = match self.word(b) {
            Some(c) => self.compare_constant(*cond, c),
            None => (*cond, rules::constructor_rhs(self, b)),
        };
        let rn = self.put_value(a);
        self.emit(MInst::Cmp { op: CmpOp::Cmp, rn, rhs });
        cc(cond)
    }

    fn emit_compare64(
        &mut self,
        cond: &Cond,
        alo: Value,
        ahi: Value,
        blo: Value,
        bhi: Value,
    ) -> Cc {
        let cond = *cond;
        if matches!(cond, Cond::Eq | Cond::Ne) {
            if self.word(blo) == Some(0) && self.word(bhi) == Some(0) {
                let (rn, rhs) = (self.put_value(alo), Rhs::Reg(self.put_value(ahi)));
                self.alus(&AluOp::Orr, rn, rhs);
                return cc(cond);
            }
            let (lo, hi) = (self.put_value(alo), self.put_value(ahi));
            let rhs = self.compare_rhs(blo);
            let rhs_hi = self.compare_rhs(bhi);
            self.emit(MInst::Cmp { op: CmpOp::Cmp, rn: lo, rhs });
            self.emit(MInst::CondCmp { cond: Cc::Eq, op: CmpOp::Cmp, rn: hi, rhs: rhs_hi });
            return cc(cond);
        }
        // CMP, SBCS give the flags of a 64-bit difference except Z.
        let swap = matches!(cond, Cond::SGt | Cond::SLe | Cond::UGt | Cond::ULe);
        if swap
            && let (Some(lo), Some(hi)) = (self.word(blo), self.word(bhi))
            && let Some((cond, bound)) = above(cond, u64::from(hi) << 32 | u64::from(lo))
        {
            return self.emit_compare_bound(cond, alo, ahi, bound);
        }
        let (cond, [alo, ahi, blo, bhi]) = if swap {
            (cond.swapped(), [blo, bhi, alo, ahi])
        } else {
            (cond, [alo, ahi, blo, bhi])
        };
        let (lo, hi) = (self.put_value(alo), self.put_value(ahi));
        let rhs = self.compare_rhs(blo);
        let rhs_hi = rules::constructor_rhs_word(self, bhi);
        self.emit(MInst::Cmp { op: CmpOp::Cmp, rn: lo, rhs });
        self.alus(&AluOp::Sbc, hi, rhs_hi);
        cc(cond)
    }

    fn joined(&mut self, value: Value) -> Option<Value> {
        self.conjunction(value).map(|_| value)
    }

    fn emit_joined(&mut self, value: Value) -> Cc {
        match self.conjunction(value) {
            Some(joined) => self.emit_conjunction(&joined),
            None => Cc::Ne,
        }
    }

    fn float_comparison(&mut self, value: Value) -> Option<Value> {
        Lower::float_comparison(self, value).map(|_| value)
    }

    fn emit_float_compare(&mut self, value: Value) -> Cc {
        match Lower::float_comparison(self, value) {
            Some((op, args)) => {
                let args = args.to_vec();
                self.compare_floats(op, &args)
            }
            None => Cc::Ne,
        }
    }

    fn invert(&mut self, cond: &Cc) -> Cc {
        cond.inverted()
    }

    /// The number of ones, by sums of fields of 2, 4 and 8 bits.
    fn popcount(&mut self, x: Reg) -> Reg {
        let lsr = |x, n| Rhs::Shifted(x, ShiftOp::Lsr, n);
        let half = self.shift_imm(&ShiftOp::Lsr, x, 1);
        let odd = self.alu(&AluOp::And, half, Rhs::Imm(0x5555_5555));
        let pairs = self.alu(&AluOp::Sub, x, Rhs::Reg(odd));
        let low = self.alu(&AluOp::And, pairs, Rhs::Imm(0x3333_3333));
        let shifted = self.shift_imm(&ShiftOp::Lsr, pairs, 2);
        let high = self.alu(&AluOp::And, shifted, Rhs::Imm(0x3333_3333));
        let nibbles = self.alu(&AluOp::Add, low, Rhs::Reg(high));
        let sums = self.alu(&AluOp::Add, nibbles, lsr(nibbles, 4));
        let bytes = self.alu(&AluOp::And, sums, Rhs::Imm(0x0f0f_0f0f));
        let ones = self.put_constant(0x0101_0101);
        let total = self.mul(bytes, ones);
        self.shift_imm(&ShiftOp::Lsr, total, 24)
    }
}

/// `a > c` as `a >= c + 1`, and `a <= c` as `a < c + 1`, if there is such a number.
fn above(cond: Cond, c: u64) -> Option<(Cond, u64)> {
    let largest = |most: u64| (c != most).then(|| c.wrapping_add(1));
    Some(match cond {
        Cond::SGt => (Cond::SGe, largest(i64::MAX as u64)?),
        Cond::SLe => (Cond::SLt, largest(i64::MAX as u64)?),
        Cond::UGt => (Cond::UGe, largest(u64::MAX)?),
        Cond::ULe => (Cond::ULt, largest(u64::MAX)?),
        _ => return None,
    })
}

impl Lower<'_> {
    /// A comparison of two words with a constant, by less or not less.
    fn emit_compare_bound(&mut self, cond: Cond, alo: Value, ahi: Value, bound: u64) -> Cc {
        let (low, high) = (bound as u32, (bound >> 32) as u32);
        let hi = self.put_value(ahi);
        if low == 0 {
            // The low words never borrow.
            let rhs = self.constant_rhs(high, imm::is_compare(high));
            self.emit(MInst::Cmp { op: CmpOp::Cmp, rn: hi, rhs });
            return cc(cond);
        }
        let lo = self.put_value(alo);
        let rhs = self.constant_rhs(low, imm::is_compare(low));
        let rhs_hi = self.constant_rhs(high, imm::is_modified(high));
        self.emit(MInst::Cmp { op: CmpOp::Cmp, rn: lo, rhs });
        self.define(|rd| MInst::Alu {
            op: AluOp::Sbc,
            s: true,
            tied: false,
            rd,
            rn: hi,
            rhs: rhs_hi,
        });
        cc(cond)
    }

    fn constant_rhs(&mut self, value: u32, fits: bool) -> Rhs {
        if fits { Rhs::Imm(value) } else { Rhs::Reg(self.put_constant(value)) }
    }

    /// A word as the second operand of CMP.
    pub(super) fn compare_rhs(&mut self, value: Value) -> Rhs {
        match self.word(value) {
            Some(c) if imm::is_compare(c) => Rhs::Imm(c),
            _ => Rhs::Reg(self.put_value(value)),
        }
    }
}
