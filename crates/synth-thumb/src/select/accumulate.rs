//! Products of 64 bits that are added to: UMLAL, SMLAL, and with the DSP
//! extension UMAAL, which adds two words, and SMLALxy for halfwords.

use synth_ir::{BinaryOp, InstData, Value, WideOp};

use super::Lower;
use crate::mach::{Accumulate, MInst};

/// The factors of a product.
struct Product {
    signed: bool,
    factors: [Value; 2],
}

impl Lower<'_> {
    /// Selects the sum of two numbers of two words, the low word first, if it adds
    /// to a product that nothing else needs. The low half of the result may not be
    /// needed.
    pub(super) fn emit_accumulated(
        &mut self,
        [a_lo, a_hi, b_lo, b_hi]: [Value; 4],
        lo: Option<Value>,
        hi: Value,
    ) -> bool {
        // Each half of the sum reads the low half of the product.
        let uses = if lo.is_some() { 2 } else { 1 };
        let orders = [([a_lo, a_hi], [b_lo, b_hi]), ([b_lo, b_hi], [a_lo, a_hi])];
        let mut found = None;
        for (product, sum) in orders {
            if let Some((product, word)) = self.product_and_word(product, uses)
                && self.is_zero(sum[1])
            {
                found = Some((Accumulate::Words, product, [sum[0], word]));
                break;
            }
            if let Some((halves, product)) = self.product_of_halves(product, uses) {
                found = Some((Accumulate::Halves(halves), product, sum));
                break;
            }
            let Some(product) = self.product(product, uses) else { continue };
            if let Some(words) = self.sum_of_words(sum, uses).filter(|_| !product.signed) {
                found = Some((Accumulate::Words, product, words));
                break;
            }
            if found.is_none() {
                let how = if product.signed { Accumulate::Signed } else { Accumulate::Unsigned };
                found = Some((how, product, sum));
            }
        }
        let Some((how, Product { factors, .. }, sum)) = found else { return false };
        let [rn, rm] = factors.map(|value| self.put_value(value));
        let [add_lo, mut add_hi] = sum.map(|value| self.put_value(value));
        if add_hi == add_lo {
            // Each is replaced by another half.
            add_hi = self.out.new_reg();
            self.emit(MInst::Mov { rd: add_hi, rm: add_lo });
        }
        let lo = match lo {
            Some(lo) => self.put_value(lo),
            None => self.out.new_reg(),
        };
        let hi = self.put_value(hi);
        self.emit(MInst::MulAddLong { how, lo, hi, rn, rm, add_lo, add_hi });
        true
    }

    /// The product that two values are the halves of, if the low one is used so
    /// often and the high one once.
    fn product(&self, [lo, hi]: [Value; 2], uses: u32) -> Option<Product> {
        let (
            &InstData::Binary { op: BinaryOp::Mul, args: factors },
            &InstData::Binary { op, args },
        ) = (self.here(lo, uses)?, self.here(hi, 1)?)
        else {
            return None;
        };
        let is_same = args == factors || args == [factors[1], factors[0]];
        let signed = match op {
            BinaryOp::UmulHi => false,
            BinaryOp::SmulHi => true,
            _ => return None,
        };
        is_same.then_some(Product { signed, factors })
    }

    /// The same of two signed halfwords, for a CPU that multiplies such: which they
    /// are, and where.
    fn product_of_halves(&self, [lo, hi]: [Value; 2], uses: u32) -> Option<([bool; 2], Product)> {
        if !self.options.cpu.has_dsp() {
            return None;
        }
        let InstData::Binary { op: BinaryOp::ShrS, args: [word, n] } = *self.here(hi, 1)? else {
            return None;
        };
        // The sign of the low word, which holds all of the product.
        if word != lo || self.func.as_const(n) != Some(31) {
            return None;
        }
        let &InstData::Binary { op: BinaryOp::Mul, args } = self.here(lo, uses + 1)? else {
            return None;
        };
        let [x, y] = [self.factor(args[0], 1)?, self.factor(args[1], 1)?];
        let product = Product { signed: true, factors: [x.of, y.of] };
        Some(([x.is_high, y.is_high], product))
    }

    /// The same of an unsigned product plus a word, for a CPU that adds another.
    fn product_and_word(&self, [lo, hi]: [Value; 2], uses: u32) -> Option<(Product, Value)> {
        let [a_lo, a_hi, b_lo, b_hi] = self.words_added([lo, hi], uses)?;
        let with = |product, word, high| {
            let product = self.product(product, 2).filter(|p| !p.signed && self.is_zero(high))?;
            Some((product, word))
        };
        with([a_lo, a_hi], b_lo, b_hi).or_else(|| with([b_lo, b_hi], a_lo, a_hi))
    }

    /// Two words whose sum of two words two values are the halves of, for the
    /// same CPU.
    fn sum_of_words(&self, halves: [Value; 2], uses: u32) -> Option<[Value; 2]> {
        let [a_lo, a_hi, b_lo, b_hi] = self.words_added(halves, uses)?;
        (self.is_zero(a_hi) && self.is_zero(b_hi)).then_some([a_lo, b_lo])
    }

    /// The words of two numbers whose sum two values are the halves of, if the
    /// low one is used so often and the high one once.
    fn words_added(&self, [lo, hi]: [Value; 2], uses: u32) -> Option<[Value; 4]> {
        if !self.options.cpu.has_dsp() {
            return None;
        }
        let (
            &InstData::Binary { op: BinaryOp::Add, args: low },
            InstData::Wide { op: WideOp::AddHi, args },
        ) = (self.here(lo, uses)?, self.here(hi, 1)?)
        else {
            return None;
        };
        let &[a_lo, a_hi, b_lo, b_hi] = args.as_slice() else { return None };
        let is_same = low == [a_lo, b_lo] || low == [b_lo, a_lo];
        is_same.then_some([a_lo, a_hi, b_lo, b_hi])
    }

    /// What computes a value, if that is in this block and used so often.
    pub(super) fn here(&self, value: Value, uses: u32) -> Option<&InstData> {
        let inst = self.func.def_inst(value)?;
        let is_here = self.position[inst].is_some_and(|(block, _)| block == self.block);
        (is_here && self.uses[value] == uses && !self.done[inst]).then_some(&self.func.insts[inst])
    }

    fn is_zero(&self, value: Value) -> bool {
        self.func.as_const(value) == Some(0)
    }
}
