//! Fields of words, and numbers that are kept between bounds of a power of two.

use synth_ir::{Cond, InstData, Value};

use super::Lower;

/// A number that saturates.
#[derive(Clone, Copy)]
pub(super) struct Saturated {
    pub signed: bool,
    pub bits: u8,
    pub of: Value,
}

/// A value and a bound that it is kept below, or above.
#[derive(Clone, Copy)]
struct Bounded {
    is_most: bool,
    bound: i32,
    of: Value,
}

impl Lower<'_> {
    /// The number that a value is between the bounds of a number of bits, if it
    /// is made by a comparison with each bound: SSAT and USAT do both. The
    /// inner one must have no other use but by the outer one.
    pub(super) fn saturated(&self, value: Value) -> Option<Saturated> {
        let (outer, compared) = self.bounded(value)?;
        let (inner, of) = self.bounded(outer.of)?;
        // The second comparison may as well be one of the original.
        let is_same = of == inner.of && (compared == outer.of || compared == inner.of);
        if !is_same || self.uses[outer.of] > 2 || outer.is_most == inner.is_most {
            return None;
        }
        let (least, most) = match outer.is_most {
            true => (inner.bound, outer.bound),
            false => (outer.bound, inner.bound),
        };
        let ones = most.trailing_ones() as u8;
        let is_mask = (1..31).contains(&ones) && most == (1 << ones) - 1;
        let signed = least != 0;
        (is_mask && (!signed || least == !most)).then_some(Saturated {
            signed,
            bits: ones + u8::from(signed),
            of: inner.of,
        })
    }

    /// `value` as the minimum or maximum of another one and a constant, and what
    /// is compared.
    fn bounded(&self, value: Value) -> Option<(Bounded, Value)> {
        let &InstData::Select { cond, args: [x, y] } = self.data(value)? else { return None };
        let &InstData::Compare { cond, args: [a, b] } = self.data(cond)? else { return None };
        let word = |value| self.func.as_const(value);
        let (cond, a, b) = match word(a) {
            Some(_) => (cond.swapped(), b, a),
            None => (cond, a, b),
        };
        let (of, bound, cond) = match (word(x), word(y)) {
            (None, Some(bound)) => (x, bound, cond),
            (Some(bound), None) => (y, bound, cond.inverted()),
            _ => return None,
        };
        let limit = word(b)?;
        // The value is chosen where it is less, or greater; equal ones are the same.
        let is_most = match cond {
            Cond::SLt => limit == bound || limit.checked_sub(1) == Some(bound),
            Cond::SLe => limit == bound || limit.checked_add(1) == Some(bound),
            _ => false,
        };
        let is_least = match cond {
            Cond::SGt => limit == bound || limit.checked_add(1) == Some(bound),
            Cond::SGe => limit == bound || limit.checked_sub(1) == Some(bound),
            _ => false,
        };
        (is_most || is_least).then_some((Bounded { is_most, bound, of }, a))
    }
}

/// The width of the field that `a | b` puts into a word, from bit `lsb`, where
/// the word is masked by `kept` and the field by `field`.
pub(super) fn inserted(kept: u32, field: u32, lsb: u8) -> Option<u8> {
    let width = (field >> lsb).trailing_ones();
    let is_field = kept == !field && (1..32).contains(&width);
    let mask = (1u32.checked_shl(width)?.wrapping_sub(1)).checked_shl(lsb.into())?;
    (is_field && mask == field).then_some(width as u8)
}
