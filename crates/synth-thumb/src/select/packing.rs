//! Bytes and halfwords inside words: what extends, packs, or reverses them in
//! one instruction (Armv7-M ARM sections A5.3.12 and A5.3.15; all but the
//! reversals are of the DSP extension).

use synth_ir::{BinaryOp, InstData, LoadOp, UnaryOp, Value};

use super::Lower;
use crate::mach::{ShiftOp, UnOp};

const LOW_HALF: u32 = 0xffff;
const HIGH_HALF: u32 = 0xffff_0000;

impl Lower<'_> {
    /// `x` shifted or rotated by a constant of 0 to 31.
    pub(super) fn shift_of(&self, value: Value) -> Option<(ShiftOp, u8, Value)> {
        let InstData::Binary { op, args: [x, n] } = *self.data(value)? else { return None };
        let op = match op {
            BinaryOp::Shl => ShiftOp::Lsl,
            BinaryOp::ShrU => ShiftOp::Lsr,
            BinaryOp::ShrS => ShiftOp::Asr,
            BinaryOp::Rotr => ShiftOp::Ror,
            _ => return None,
        };
        Some((op, (self.func.as_const(n)? & 31) as u8, x))
    }

    /// The same, if it may be computed as a part of the current instruction.
    fn sunk_shift(&self, value: Value) -> Option<(ShiftOp, u8, Value)> {
        self.shift_of(value).filter(|_| self.is_sinkable(value))
    }

    /// `x & mask`, if it may be computed as a part of the current instruction.
    fn sunk_mask(&self, value: Value, mask: u32) -> Option<Value> {
        self.mask_of(value, mask).filter(|_| self.is_sinkable(value))
    }

    fn mask_of(&self, value: Value, mask: u32) -> Option<Value> {
        let InstData::Binary { op: BinaryOp::And, args: [a, b] } = *self.data(value)? else {
            return None;
        };
        let is_mask = |v| self.func.as_const(v).is_some_and(|c| c as u32 == mask);
        match (is_mask(a), is_mask(b)) {
            (_, true) => Some(a),
            (true, _) => Some(b),
            _ => None,
        }
    }

    /// The byte or halfword that a value is the extension of: how it is extended,
    /// and by how much another value is rotated for it.
    pub(super) fn extension(&self, value: Value) -> Option<(UnOp, u8, Value)> {
        match *self.data(value)? {
            InstData::Unary { op: UnaryOp::Sext8, arg } => self.rotated(UnOp::Sxtb, arg),
            InstData::Unary { op: UnaryOp::Sext16, arg } => self.rotated(UnOp::Sxth, arg),
            InstData::Binary { op: BinaryOp::And, .. } => {
                let byte = self.mask_of(value, 0xff).map(|x| (UnOp::Uxtb, x));
                let (op, x) =
                    byte.or_else(|| Some((UnOp::Uxth, self.mask_of(value, LOW_HALF)?)))?;
                self.rotated(op, x)
            }
            _ => {
                // `(x << left) >> right`.
                let (shift, right, inner) = self.shift_of(value)?;
                let (ShiftOp::Lsl, left, x) = self.sunk_shift(inner)? else { return None };
                let rotate = right.checked_sub(left).filter(|n| n % 8 == 0)?;
                let op = match (shift, right) {
                    (ShiftOp::Lsr, 24) => UnOp::Uxtb,
                    (ShiftOp::Lsr, 16) => UnOp::Uxth,
                    (ShiftOp::Asr, 24) => UnOp::Sxtb,
                    (ShiftOp::Asr, 16) => UnOp::Sxth,
                    _ => return None,
                };
                Some((op, rotate, x))
            }
        }
    }

    /// What an extension of `x` reads, which is a shift of it or `x` itself.
    fn rotated(&self, op: UnOp, x: Value) -> Option<(UnOp, u8, Value)> {
        let width = if matches!(op, UnOp::Sxtb | UnOp::Uxtb) { 8 } else { 16 };
        match self.sunk_shift(x) {
            // What is shifted in is not read.
            Some((ShiftOp::Lsr | ShiftOp::Asr, n, y)) if n % 8 == 0 && n + width <= 32 => {
                Some((op, n, y))
            }
            Some((ShiftOp::Ror, n, y)) if n % 8 == 0 => Some((op, n, y)),
            _ => Some((op, 0, x)),
        }
    }

    /// Bytes 0 and 2 of a value that is rotated by whole bytes, each extended to
    /// a halfword with a sign or without.
    pub(super) fn bytes_of_halves(&self, value: Value) -> Option<(bool, u8, Value)> {
        if let Some(x) = self.mask_of(value, 0x00ff_00ff) {
            return match self.sunk_shift(x)? {
                (ShiftOp::Lsr, 8, y) => Some((false, 8, y)),
                (ShiftOp::Ror, n, y) if n % 8 == 0 => Some((false, n, y)),
                _ => None,
            };
        }
        self.either_order(value, |low, high| {
            let low = self.sunk_mask(low, LOW_HALF).filter(|&v| self.is_sinkable(v))?;
            let (UnOp::Sxtb, rotate, x) = self.extension(low)? else { return None };
            // The byte above is where it belongs, but for its sign.
            let (ShiftOp::Asr, 8, y) = self.sunk_shift(self.sunk_mask(high, HIGH_HALF)?)? else {
                return None;
            };
            let is_same = match rotate {
                0 => matches!(self.sunk_shift(y), Some((ShiftOp::Lsl, 8, z)) if z == x),
                8 => y == x,
                _ => false,
            };
            is_same.then_some((true, rotate, x))
        })
    }

    /// What `find` finds in the operands of an or, in one order or the other.
    fn either_order<T>(&self, value: Value, find: impl Fn(Value, Value) -> Option<T>) -> Option<T> {
        let InstData::Binary { op: BinaryOp::Or, args: [a, b] } = *self.data(value)? else {
            return None;
        };
        find(a, b).or_else(|| find(b, a))
    }

    /// Halfwords of two values put together, as [`crate::mach::MInst::Pack`] does.
    pub(super) fn halves_of_two(&self, value: Value) -> Option<(bool, Value, Value, u8)> {
        self.either_order(value, |low, high| {
            if let Some(x) = self.sunk_mask(low, LOW_HALF) {
                if let Some((ShiftOp::Lsl, n @ 16.., y)) = self.sunk_shift(high) {
                    return Some((false, x, y, n));
                }
                if let Some(y) = self.sunk_mask(high, HIGH_HALF) {
                    return match (self.sunk_shift(x), self.sunk_shift(y)) {
                        (_, Some((ShiftOp::Lsl, n, z))) => Some((false, x, z, n)),
                        (Some((ShiftOp::Asr, n @ 1.., z)), _) => Some((true, y, z, n)),
                        (Some((ShiftOp::Lsr, n @ 1..=16, z)), _) => Some((true, y, z, n)),
                        _ => Some((false, x, y, 0)),
                    };
                }
            }
            let y = self.sunk_mask(high, HIGH_HALF)?;
            match self.sunk_shift(low) {
                Some((ShiftOp::Lsr, 16, x)) => Some((true, y, x, 16)),
                _ if self.is_unsigned_half(low) => Some((false, low, y, 0)),
                _ => None,
            }
        })
    }

    fn is_unsigned_half(&self, value: Value) -> bool {
        match self.data(value) {
            Some(InstData::Load { op, .. }) => matches!(op, LoadOp::U8 | LoadOp::U16),
            _ => matches!(self.shift_of(value), Some((ShiftOp::Lsr, 16.., _))),
        }
    }

    /// The value whose bytes are reversed, in each halfword or in the low one,
    /// which is extended: all bytes reversed and shifted by a halfword.
    pub(super) fn swapped_bytes(&self, value: Value) -> Option<(UnOp, Value)> {
        let (shift, 16, reversed) = self.shift_of(value)? else { return None };
        let op = match shift {
            ShiftOp::Ror => UnOp::Rev16,
            ShiftOp::Asr => UnOp::Revsh,
            _ => return None,
        };
        match *self.data(reversed)? {
            InstData::Unary { op: UnaryOp::Bswap, arg } => Some((op, arg)),
            _ => None,
        }
    }
}
