//! Parts of products that the DSP extension multiplies in one instruction (Armv7-M
//! ARM sections A5.3.16 and A5.3.17): halfwords of registers, the middle of a word
//! by a halfword, the high word of two words.

use synth_ir::{BinaryOp, Inst, InstData, LoadOp, UnaryOp, Value, WideOp};

use super::Lower;
use crate::mach::{Product, ShiftOp};

/// Instructions around a high half in which its low half is looked for.
const REACH: u32 = 8;
/// Levels of selections that are looked through for halfwords.
const DEPTH: u32 = 2;

/// A factor that is a signed halfword.
#[derive(Clone, Copy)]
pub(super) struct Factor {
    /// Where it stands.
    pub of: Value,
    /// In the high half of that.
    pub is_high: bool,
    /// Whether the instruction that extends it is not needed.
    saves: bool,
}

impl Lower<'_> {
    /// The part of a product that a value is, and the factors.
    pub(super) fn part_of_product(&self, value: Value) -> Option<(Product, Value, Value)> {
        if !self.options.cpu.has_dsp() {
            return None;
        }
        let inst = self.func.def_inst(value)?;
        match self.func.insts[inst] {
            InstData::Binary { op: BinaryOp::Mul, args } => {
                let [x, y] = [self.factor(args[0], 1)?, self.factor(args[1], 1)?];
                let product = Product::Halves([x.is_high, y.is_high]);
                (x.saves || y.saves).then_some((product, x.of, y.of))
            }
            InstData::Binary { op: BinaryOp::SmulHi, args: [x, y] } => {
                (!self.has_low_half(inst)).then_some((Product::High(false), x, y))
            }
            InstData::Binary { op: BinaryOp::Or, args: [a, b] } => {
                self.middle(a, b).or_else(|| self.middle(b, a))
            }
            InstData::Wide { op: WideOp::AddHi, .. } => {
                let [x, y] = self.rounded_product(value)?;
                Some((Product::High(true), x, y))
            }
            _ => None,
        }
    }

    /// The factors, if a value is the high word of their product plus half of
    /// its unit, and nothing else needs the product.
    pub(super) fn rounded_product(&self, value: Value) -> Option<[Value; 2]> {
        let InstData::Wide { op: WideOp::AddHi, args } = self.data(value)? else { return None };
        let &[a_lo, a_hi, b_lo, b_hi] = args.as_slice() else { return None };
        let is_half = |lo, hi| {
            let word = |value| self.func.as_const(value);
            word(lo) == Some(i32::MIN) && word(hi) == Some(0)
        };
        match (is_half(b_lo, b_hi), is_half(a_lo, a_hi)) {
            (true, _) => self.whole_product(a_lo, a_hi),
            (_, true) => self.whole_product(b_lo, b_hi),
            _ => None,
        }
        .filter(|_| self.options.cpu.has_dsp())
    }

    /// `lo >> 16 | hi << 16` of the product of a word and a halfword.
    fn middle(&self, low: Value, high: Value) -> Option<(Product, Value, Value)> {
        let ((ShiftOp::Lsr, 16, lo), (ShiftOp::Lsl, 16, hi)) =
            (self.shift_of(low)?, self.shift_of(high)?)
        else {
            return None;
        };
        if !self.is_sinkable(low) || !self.is_sinkable(high) {
            return None;
        }
        let [x, y] = self.whole_product(lo, hi)?;
        // Each word of the product reads them.
        let (word, half) = match (self.factor(x, 2), self.factor(y, 2)) {
            (Some(half), None) => (y, half),
            (Some(half), Some(other)) if half.saves && !other.saves => (y, half),
            (_, half) => (x, half?),
        };
        Some((Product::Middle(half.is_high), word, half.of))
    }

    /// The factors of the signed product whose words two values are, if each is
    /// used once, here.
    fn whole_product(&self, lo: Value, hi: Value) -> Option<[Value; 2]> {
        let (
            &InstData::Binary { op: BinaryOp::Mul, args: low },
            &InstData::Binary { op: BinaryOp::SmulHi, args: high },
        ) = (self.data(lo)?, self.data(hi)?)
        else {
            return None;
        };
        let is_same = low == high || low == [high[1], high[0]];
        (is_same && self.is_sinkable(lo) && self.is_sinkable(hi)).then_some(high)
    }

    /// Whether the low word of a product is needed near its high word, so that
    /// one instruction makes both.
    fn has_low_half(&self, high: Inst) -> bool {
        let Some((block, position)) = self.position[high] else { return false };
        let InstData::Binary { args: [a, b], .. } = self.func.insts[high] else { return false };
        let insts = &self.func.blocks[block].insts;
        let end = insts.len().min((position + REACH) as usize);
        insts[position.saturating_sub(REACH) as usize..end].iter().any(|&inst| {
            let low = [[a, b], [b, a]].map(|args| InstData::Binary { op: BinaryOp::Mul, args });
            low.contains(&self.func.insts[inst]) && self.uses[self.func.result(inst)] > 0
        })
    }

    /// The halfword that a factor is the extension of, or the factor if it has no
    /// more bits than one. It is used as a factor so often.
    pub(super) fn factor(&self, value: Value, uses: u32) -> Option<Factor> {
        let sunk = || match *self.data(value)? {
            InstData::Unary { op: UnaryOp::Sext16, arg } => match self.shift_of(arg) {
                Some((ShiftOp::Lsr, 16, of)) if self.is_sinkable(arg) => Some((of, true)),
                _ => Some((arg, false)),
            },
            InstData::Binary { op: BinaryOp::ShrS, .. } => match self.shift_of(value) {
                Some((_, 16, of)) => Some((of, true)),
                _ => None,
            },
            _ => None,
        };
        match sunk().filter(|_| self.here(value, uses).is_some()) {
            Some((of, is_high)) => Some(Factor { of, is_high, saves: true }),
            None if self.is_half(value, DEPTH) => {
                Some(Factor { of: value, is_high: false, saves: false })
            }
            None => None,
        }
    }

    /// Whether a value is that of its low halfword, extended with its sign.
    fn is_half(&self, value: Value, depth: u32) -> bool {
        if let Some(c) = self.func.as_const(value) {
            return i16::try_from(c).is_ok();
        }
        match self.data(value) {
            Some(InstData::Load { op, .. }) => {
                matches!(op, LoadOp::S16 | LoadOp::S8 | LoadOp::U8)
            }
            Some(InstData::Unary { op, .. }) => matches!(op, UnaryOp::Sext8 | UnaryOp::Sext16),
            Some(InstData::Select { args, .. }) => {
                depth > 0 && args.iter().all(|&arg| self.is_half(arg, depth - 1))
            }
            Some(InstData::Binary { op: BinaryOp::And, args }) => {
                let mask = args.iter().find_map(|&arg| self.func.as_const(arg));
                mask.is_some_and(|mask| (0..0x8000).contains(&mask))
            }
            _ => match self.shift_of(value) {
                Some((ShiftOp::Asr, n, _)) => n >= 16,
                Some((ShiftOp::Lsr, n, _)) => n >= 17,
                _ => false,
            },
        }
    }
}
