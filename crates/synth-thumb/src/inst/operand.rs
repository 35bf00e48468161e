//! What the generated code asks of an operand type: its width, and its bits in
//! the order in which the pattern of a row names them, most significant first.

use super::SetFlags;
use std::fmt;

/// An operand of an encoding.
pub trait Operand: Copy + fmt::Display {
    /// The width of the operand in the encoding.
    const BITS: u32;

    /// The operand's bits, below `1 << BITS`.
    fn to_bits(self) -> u32;

    /// The operand with these bits, or `None` where they mean nothing, are
    /// UNPREDICTABLE or belong to another row.
    fn from_bits(bits: u32) -> Option<Self>;

    /// Whether the text leaves the operand out (a shift by 0, an offset of 0).
    fn is_silent(self) -> bool {
        false
    }
}

/// Prints `, operand`, or nothing where the operand is silent.
pub(super) struct Separated<T>(pub(super) T);

impl<T: Operand> fmt::Display for Separated<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_silent() { Ok(()) } else { write!(f, ", {}", self.0) }
    }
}

impl SetFlags {
    /// Whether the instruction sets the flags.
    pub fn get(self) -> bool {
        self.0
    }
}

/// The `width` bits of `value` at `from`, at `to`.
pub(super) const fn move_bits(value: u32, from: u32, to: u32, width: u32) -> u32 {
    (value >> from & (u32::MAX >> (32 - width))) << to
}
