//! Immediate operands: unsigned and scaled (`UImm`), offsets with a sign bit
//! (`IndexImm`), negative offsets (`NegImm`), saturation widths, and modified
//! immediates (ARMv7-M ARM A5.3.2). A value that exists fits its field.

use super::Operand;
use std::fmt;

/// An unsigned multiple of `SCALE` in a field of `BITS` bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UImm<const BITS: u32, const SCALE: u32>(u32);

/// 0 to 7.
pub type Imm3 = UImm<3, 1>;
/// 0 to 15.
pub type Imm4 = UImm<4, 1>;
/// 0 to 31.
pub type Imm5 = UImm<5, 1>;
/// 0 to 31, an offset of a byte access.
pub type Imm5x1 = UImm<5, 1>;
/// 0 to 62, an offset of a halfword access.
pub type Imm5x2 = UImm<5, 2>;
/// 0 to 124, an offset of a word access.
pub type Imm5x4 = UImm<5, 4>;
/// 0 to 508.
pub type Imm7x4 = UImm<7, 4>;
/// 0 to 255.
pub type Imm8 = UImm<8, 1>;
/// 0 to 1020.
pub type Imm8x4 = UImm<8, 4>;
/// 0 to 4095.
pub type Imm12 = UImm<12, 1>;
/// 0 to 65535, the immediate of `udf.w`.
pub type UdfImm16 = UImm<16, 1>;

impl<const BITS: u32, const SCALE: u32> UImm<BITS, SCALE> {
    /// The largest value.
    pub const MAX: u32 = ((1 << BITS) - 1) * SCALE;

    /// The operand, or `None` where `value` is too large or no multiple.
    pub const fn new(value: u32) -> Option<Self> {
        if value <= Self::MAX && value.is_multiple_of(SCALE) { Some(Self(value)) } else { None }
    }

    /// The value.
    pub const fn value(self) -> u32 {
        self.0
    }
}

impl<const BITS: u32, const SCALE: u32> fmt::Display for UImm<BITS, SCALE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

impl<const BITS: u32, const SCALE: u32> Operand for UImm<BITS, SCALE> {
    const BITS: u32 = BITS;
    fn to_bits(self) -> u32 {
        self.0 / SCALE
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Self::new(bits * SCALE)
    }
    fn is_silent(self) -> bool {
        self.0 == 0
    }
}

/// 0 to 65535, the immediate of `movw` and `movt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Imm16(u16);

impl Imm16 {
    /// The operand (every value fits).
    pub const fn new(value: u16) -> Self {
        Self(value)
    }

    /// The value.
    pub const fn value(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Imm16 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// The value is imm4:i:imm3:imm8; the instruction holds i before imm4.
impl Operand for Imm16 {
    const BITS: u32 = 16;
    fn to_bits(self) -> u32 {
        let v = u32::from(self.0);
        (v >> 11 & 1) << 15 | (v >> 12) << 11 | v & 0x7ff
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Some(Self(((bits >> 11 & 0xf) << 12 | (bits >> 15) << 11 | bits & 0x7ff) as u16))
    }
}

/// A multiple of `SCALE` as a sign bit (1 adds) and a magnitude of `BITS - 1` bits.
///
/// Zero is made with the sign of addition; the decoder also knows `#-0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IndexImm<const BITS: u32, const SCALE: u32> {
    add: bool,
    magnitude: u32,
}

/// -255 to 255.
pub type IndexImm8 = IndexImm<9, 1>;
/// -1020 to 1020, a multiple of 4.
pub type IndexImm8x4 = IndexImm<9, 4>;
/// -4095 to 4095.
pub type IndexImm12 = IndexImm<13, 1>;

impl<const BITS: u32, const SCALE: u32> IndexImm<BITS, SCALE> {
    /// The largest value.
    pub const MAX: u32 = ((1 << (BITS - 1)) - 1) * SCALE;

    /// The operand, or `None` where `value` is out of range or no multiple.
    pub const fn new(value: i32) -> Option<Self> {
        let magnitude = value.unsigned_abs();
        if magnitude <= Self::MAX && magnitude.is_multiple_of(SCALE) {
            Some(Self { add: value >= 0, magnitude })
        } else {
            None
        }
    }

    /// The value.
    pub const fn value(self) -> i32 {
        if self.add { self.magnitude as i32 } else { -(self.magnitude as i32) }
    }
}

impl<const BITS: u32, const SCALE: u32> fmt::Display for IndexImm<BITS, SCALE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}{}", if self.add { "" } else { "-" }, self.magnitude)
    }
}

impl<const BITS: u32, const SCALE: u32> Operand for IndexImm<BITS, SCALE> {
    const BITS: u32 = BITS;
    fn to_bits(self) -> u32 {
        (u32::from(self.add) << (BITS - 1)) | (self.magnitude / SCALE)
    }
    fn from_bits(bits: u32) -> Option<Self> {
        let (sign, magnitude) = (bits >> (BITS - 1), bits & ((1 << (BITS - 1)) - 1));
        Some(Self { add: sign != 0, magnitude: magnitude * SCALE })
    }
    fn is_silent(self) -> bool {
        self.add && self.magnitude == 0
    }
}

/// A subtracted offset of `BITS` bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NegImm<const BITS: u32>(u32);

/// -255 to 0.
pub type NegImm8 = NegImm<8>;
/// -4095 to 0.
pub type NegImm12 = NegImm<12>;

impl<const BITS: u32> NegImm<BITS> {
    /// The operand, or `None` where `value` is positive or too far below 0.
    pub const fn new(value: i32) -> Option<Self> {
        if value <= 0 && value.unsigned_abs() < 1 << BITS {
            Some(Self(value.unsigned_abs()))
        } else {
            None
        }
    }

    /// The value, 0 or negative.
    pub const fn value(self) -> i32 {
        -(self.0 as i32)
    }
}

impl<const BITS: u32> fmt::Display for NegImm<BITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#-{}", self.0)
    }
}

impl<const BITS: u32> Operand for NegImm<BITS> {
    const BITS: u32 = BITS;
    fn to_bits(self) -> u32 {
        self.0
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Some(Self(bits))
    }
}

/// The width of a signed saturation: 1 to 2^`BITS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SatWidth<const BITS: u32>(u32);

/// 1 to 32, for `ssat`.
pub type Sat32 = SatWidth<5>;
/// 1 to 16, for `ssat16`.
pub type Sat16 = SatWidth<4>;

impl<const BITS: u32> SatWidth<BITS> {
    /// The operand, or `None` where `width` is 0 or too large.
    pub const fn new(width: u32) -> Option<Self> {
        if width >= 1 && width <= 1 << BITS { Some(Self(width)) } else { None }
    }

    /// The width in bits.
    pub const fn value(self) -> u32 {
        self.0
    }
}

impl<const BITS: u32> fmt::Display for SatWidth<BITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

impl<const BITS: u32> Operand for SatWidth<BITS> {
    const BITS: u32 = BITS;
    fn to_bits(self) -> u32 {
        self.0 - 1
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Self::new(bits + 1)
    }
}

/// A modified immediate: a byte, a byte in a repeated pattern (`0x00XY00XY`,
/// `0xXY00XY00`, `0xXYXYXYXY`), or eight bits with the top one set, anywhere in
/// the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThumbImm(u16);

impl ThumbImm {
    /// The modified immediate with this value, or `None` where there is none.
    pub const fn new(value: u32) -> Option<Self> {
        let (low, second) = (value & 0xff, value >> 8 & 0xff);
        let field = if value == low {
            low
        } else if value == low * 0x0001_0001 {
            0x100 | low
        } else if value == second * 0x0100_0100 {
            0x200 | second
        } else if value == low * 0x0101_0101 {
            0x300 | low
        } else {
            // The rotation right of 1bcdefgh that gives the value; 8 to 31 by now.
            let rotation = value.leading_zeros() + 8;
            let byte = value.rotate_left(rotation);
            if byte > 0xff {
                return None;
            }
            rotation << 7 | byte & 0x7f
        };
        Some(Self(field as u16))
    }

    /// The value.
    pub const fn value(self) -> u32 {
        let low = self.0 as u32 & 0xff;
        match self.0 >> 8 {
            0 => low,
            1 => low * 0x0001_0001,
            2 => low * 0x0100_0100,
            3 => low * 0x0101_0101,
            _ => (low | 0x80).rotate_right(self.0 as u32 >> 7),
        }
    }

    /// Whether a flag-setting logical instruction takes C from it (bit 31 of the
    /// value): only the rotated forms do.
    pub const fn writes_carry(self) -> bool {
        self.0 >= 0x400
    }
}

impl fmt::Display for ThumbImm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.value())
    }
}

impl Operand for ThumbImm {
    const BITS: u32 = 12;
    fn to_bits(self) -> u32 {
        u32::from(self.0)
    }
    /// A repeated pattern of zero is UNPREDICTABLE.
    fn from_bits(bits: u32) -> Option<Self> {
        let zero = (0x100..0x400).contains(&bits) && bits & 0xff == 0;
        (!zero).then_some(Self(bits as u16))
    }
}
