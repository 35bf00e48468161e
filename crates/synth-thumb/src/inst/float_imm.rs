//! Floating-point operands beside registers: immediates of VMOV (ARMv7-M ARM
//! A6.4.1, VFPExpandImm) and fraction bits of fixed-point numbers.

use super::Operand;
use std::fmt;

/// An immediate of `vmov.f32` and `vmov.f64`: a sign, four bits after the leading one and
/// an exponent of -3 to 4; 0.125 to 31 in size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FpImm(u8);

impl FpImm {
    /// The immediate whose single-precision value has these bits, or `None` where
    /// there is none.
    pub const fn from_f32_bits(bits: u32) -> Option<Self> {
        let imm = Self((bits >> 24 & 0x80 | bits >> 19 & 0x7f) as u8);
        if imm.f32_bits() == bits { Some(imm) } else { None }
    }

    /// The immediate whose double-precision value has these bits, or `None` where
    /// there is none.
    pub const fn from_f64_bits(bits: u64) -> Option<Self> {
        let imm = Self((bits >> 56 & 0x80 | bits >> 48 & 0x7f) as u8);
        if imm.f64_bits() == bits { Some(imm) } else { None }
    }

    /// The bits of the value in single precision: a:NOT(b):bbbbb:cdefgh:0.
    pub const fn f32_bits(self) -> u32 {
        let imm = self.0 as u32;
        let exponent = if imm & 0x40 != 0 { 0x1f << 25 } else { 1 << 30 };
        (imm & 0x80) << 24 | exponent | (imm & 0x3f) << 19
    }

    /// The bits of the value in double precision: a:NOT(b):bbbbbbbb:cdefgh:0.
    pub const fn f64_bits(self) -> u64 {
        let imm = self.0 as u64;
        let exponent = if imm & 0x40 != 0 { 0xff << 54 } else { 1 << 62 };
        (imm & 0x80) << 56 | exponent | (imm & 0x3f) << 48
    }
}

/// As C's `%e`: `#1.000000e+00`.
impl fmt::Display for FpImm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.6e}", f32::from_bits(self.f32_bits()));
        // The exponent is -1, 0 or 1.
        match text.split_once("e-") {
            Some((digits, exponent)) => write!(f, "#{digits}e-0{exponent}"),
            None => write!(f, "#{}", text.replace('e', "e+0")),
        }
    }
}

impl Operand for FpImm {
    const BITS: u32 = 8;
    fn to_bits(self) -> u32 {
        u32::from(self.0)
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Some(Self(bits as u8))
    }
}

/// The number of fraction bits of a fixed-point number of `SIZE` bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FracBits<const SIZE: u32>(u32);

/// 0 to 16.
pub type FracBits16 = FracBits<16>;
/// 1 to 32.
pub type FracBits32 = FracBits<32>;

impl<const SIZE: u32> FracBits<SIZE> {
    /// The operand, or `None` where five bits cannot hold `SIZE - value`.
    pub const fn new(value: u32) -> Option<Self> {
        if value <= SIZE && SIZE - value < 32 { Some(Self(value)) } else { None }
    }

    /// The number of fraction bits.
    pub const fn value(self) -> u32 {
        self.0
    }
}

impl<const SIZE: u32> fmt::Display for FracBits<SIZE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

impl<const SIZE: u32> Operand for FracBits<SIZE> {
    const BITS: u32 = 5;
    fn to_bits(self) -> u32 {
        SIZE - self.0
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Self::new(SIZE.checked_sub(bits)?)
    }
}
