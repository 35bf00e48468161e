//! Floating-point registers: singles, doubles, words of doubles, pairs and lists
//! of consecutive registers (ARMv7-M ARM A2.5.1, A6.3). Doubles are those of D16:
//! d0 to d15, each of them two singles.

use super::{Operand, RegSet};
use std::fmt;

/// A single-precision register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SReg(u8);

impl SReg {
    /// The register with this number, 0 to 31.
    pub const fn new(index: u8) -> Option<Self> {
        if index < 32 { Some(Self(index)) } else { None }
    }

    /// The register's number.
    pub const fn index(self) -> u8 {
        self.0
    }

    /// The set of this register alone.
    pub const fn regs(self) -> RegSet {
        RegSet::from_single(1 << self.0)
    }

    /// The double that it is half of.
    pub const fn double(self) -> DReg {
        DReg(self.0 / 2)
    }
}

impl fmt::Display for SReg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}", self.0)
    }
}

impl Operand for SReg {
    const BITS: u32 = 5;
    fn to_bits(self) -> u32 {
        u32::from(self.0)
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Self::new(bits as u8)
    }
}

/// A double-precision register, d0 to d15.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DReg(u8);

impl DReg {
    /// The register with this number, 0 to 15.
    pub const fn new(index: u8) -> Option<Self> {
        if index < 16 { Some(Self(index)) } else { None }
    }

    /// The register's number.
    pub const fn index(self) -> u8 {
        self.0
    }

    /// The two single-precision registers in it.
    pub const fn regs(self) -> RegSet {
        RegSet::from_single(0b11 << (2 * self.0))
    }

    /// The single that is its lower word.
    pub const fn low(self) -> SReg {
        SReg(2 * self.0)
    }

    /// The single that is its upper word.
    pub const fn high(self) -> SReg {
        SReg(2 * self.0 + 1)
    }
}

impl fmt::Display for DReg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "d{}", self.0)
    }
}

impl Operand for DReg {
    const BITS: u32 = 4;
    fn to_bits(self) -> u32 {
        u32::from(self.0)
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Self::new(bits as u8)
    }
}

/// A word of a double, `d0[1]`: the single register in the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(SReg);

impl Lane {
    /// The word of a double that is this single.
    pub const fn new(single: SReg) -> Self {
        Self(single)
    }

    /// The single.
    pub const fn single(self) -> SReg {
        self.0
    }

    /// The set of the single alone.
    pub const fn regs(self) -> RegSet {
        self.0.regs()
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.0.double(), self.0.0 & 1)
    }
}

impl Operand for Lane {
    const BITS: u32 = 5;
    fn to_bits(self) -> u32 {
        self.0.to_bits()
    }
    fn from_bits(bits: u32) -> Option<Self> {
        SReg::from_bits(bits).map(Self)
    }
}

/// Two consecutive singles, `s1, s2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SPair(u8);

impl SPair {
    /// The single and the next one, or `None` for s31.
    pub const fn new(first: SReg) -> Option<Self> {
        if first.0 < 31 { Some(Self(first.0)) } else { None }
    }

    /// The first of the two.
    pub const fn first(self) -> SReg {
        SReg(self.0)
    }

    /// The set of both.
    pub const fn regs(self) -> RegSet {
        RegSet::from_single(0b11 << self.0)
    }
}

impl fmt::Display for SPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}, s{}", self.0, self.0 + 1)
    }
}

impl Operand for SPair {
    const BITS: u32 = 5;
    fn to_bits(self) -> u32 {
        u32::from(self.0)
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Self::new(SReg::from_bits(bits)?)
    }
}

/// Consecutive registers of one size; `to_bits` gives D:Vd:imm8 or Vd:imm8.
macro_rules! list {
    ($(#[$doc:meta])* $name:ident of $reg:ident $letter:literal $count:literal, $bits:literal,
     |$first:ident, $len:ident| $pack:expr, |$b:ident| $unpack:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name {
            first: u8,
            len: u8,
        }

        impl $name {
            /// `len` registers from `first` on, or `None` where there are none or not so
            /// many.
            pub const fn new(first: $reg, len: u32) -> Option<Self> {
                if len >= 1 && len <= $count - first.0 as u32 {
                    Some(Self { first: first.0, len: len as u8 })
                } else {
                    None
                }
            }

            /// The first register.
            pub const fn first(self) -> $reg {
                $reg(self.first)
            }

            /// The number of registers, at least 1.
            #[expect(clippy::len_without_is_empty, reason = "a list is never empty")]
            pub const fn len(self) -> u32 {
                self.len as u32
            }

            /// The registers in the list, as singles.
            pub fn regs(self) -> RegSet {
                let all = (self.first..self.first + self.len).map(|i| $reg(i).regs());
                all.fold(RegSet::EMPTY, RegSet::union)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{{", $letter, "{}"), self.first)?;
                for i in self.first + 1..self.first + self.len {
                    write!(f, concat!(", ", $letter, "{}"), i)?;
                }
                f.write_str("}")
            }
        }

        impl Operand for $name {
            const BITS: u32 = $bits;
            fn to_bits(self) -> u32 {
                let ($first, $len) = (u32::from(self.first), self.len());
                $pack
            }
            fn from_bits($b: u32) -> Option<Self> {
                let (first, len) = $unpack;
                Self::new($reg::from_bits(first)?, len)
            }
        }
    };
}

list! {
    /// One to 32 consecutive singles.
    SList of SReg "s" 32, 13,
    |first, len| (first & 1) << 12 | (first >> 1) << 8 | len,
    |b| (b >> 7 & 0x1e | b >> 12, b & 0xff)
}
list! {
    /// One to 16 consecutive doubles. (An odd imm8 is FSTMX or FLDMX, deprecated.)
    DList of DReg "d" 16, 12,
    |first, len| first << 8 | len << 1,
    |b| (b >> 8, if b & 1 == 0 { b >> 1 & 0x7f } else { 0 })
}
