//! Core registers: all of them, the classes that encodings accept (ARMv7-M ARM
//! A5.1.3: where a manual's page says UNPREDICTABLE for 13 or 15, the class
//! leaves it out), and sets of registers.

use super::Operand;
use std::fmt;

/// A core register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reg(u8);

const NAMES: [&str; 16] = [
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "sp", "lr",
    "pc",
];

impl Reg {
    /// The register with this number, 0 to 15.
    pub const fn new(index: u8) -> Option<Self> {
        if index < 16 { Some(Self(index)) } else { None }
    }

    /// The register's number.
    pub const fn index(self) -> u8 {
        self.0
    }

    /// The set of this register alone.
    pub const fn regs(self) -> RegSet {
        RegSet(1 << self.0)
    }

    /// Itself (so that every register class has `reg`).
    pub const fn reg(self) -> Reg {
        self
    }

    /// Whether it is the program counter.
    pub const fn is_pc(self) -> bool {
        self.0 == 15
    }
}

macro_rules! names {
    ($($name:ident $index:literal)*) => {
        impl Reg {
            $(#[doc = concat!("Register ", stringify!($index), ".")]
            pub const $name: Reg = Reg($index);)*
        }
    };
}
names! { R0 0 R1 1 R2 2 R3 3 R4 4 R5 5 R6 6 R7 7 R8 8 R9 9 R10 10 R11 11 R12 12 SP 13 LR 14 PC 15 }

impl fmt::Display for Reg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES[usize::from(self.0)])
    }
}

impl Operand for Reg {
    const BITS: u32 = 4;
    fn to_bits(self) -> u32 {
        u32::from(self.0)
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Self::new(bits as u8)
    }
}

macro_rules! class {
    ($(#[$doc:meta])* $name:ident $bits:literal, |$r:ident| $test:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Reg);

        impl $name {
            /// The register as a member of this class, or `None` where it is not one.
            pub const fn new(reg: Reg) -> Option<Self> {
                let $r = reg.0;
                if $test { Some(Self(reg)) } else { None }
            }

            /// The register.
            pub const fn reg(self) -> Reg {
                self.0
            }

            /// The register's number.
            pub const fn index(self) -> u8 {
                self.0.0
            }

            /// The set of this register alone.
            pub const fn regs(self) -> RegSet {
                self.0.regs()
            }

            /// Whether it is the program counter.
            pub const fn is_pc(self) -> bool {
                self.0.is_pc()
            }
        }

        impl From<$name> for Reg {
            fn from(r: $name) -> Reg {
                r.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Operand for $name {
            const BITS: u32 = $bits;
            fn to_bits(self) -> u32 {
                self.0.to_bits()
            }
            fn from_bits(bits: u32) -> Option<Self> {
                Self::new(Reg::from_bits(bits)?)
            }
        }
    };
}

class! {
    /// One of r0 to r7, which three bits can name.
    Low 3, |r| r < 8
}
class! {
    /// Any register but sp and pc: the operand of most 32-bit encodings.
    Gpr 4, |r| r != 13 && r != 15
}
class! {
    /// Any register but pc: a base address, or an operand that may be sp.
    NotPc 4, |r| r != 15
}
class! {
    /// Any register but sp.
    NotSp 4, |r| r != 13
}

/// A set of registers: the core registers, and single-precision registers s0 to
/// s31 (a double is two of them).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RegSet(u64);

impl RegSet {
    /// No register.
    pub const EMPTY: RegSet = RegSet(0);

    /// The core registers whose bits are set (bit 0 is r0).
    pub const fn from_core(mask: u16) -> Self {
        Self(mask as u64)
    }

    /// The single-precision registers whose bits are set (bit 0 is s0).
    pub const fn from_single(mask: u32) -> Self {
        Self((mask as u64) << 32)
    }

    /// The core registers in the set (bit 0 is r0).
    pub const fn core(self) -> u16 {
        self.0 as u16
    }

    /// The single-precision registers in the set (bit 0 is s0).
    pub const fn single(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Registers in either set.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Registers in both sets.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Registers of this set that are not in the other.
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether no register is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The number of registers in the set.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether this register is in the set.
    pub fn contains(self, reg: impl Into<Reg>) -> bool {
        self.0 >> reg.into().0 & 1 != 0
    }

    /// The lowest core register of the set.
    pub fn first_core(self) -> Option<Reg> {
        self.iter_core().next()
    }

    /// The core registers of the set, lowest first.
    pub fn iter_core(self) -> impl Iterator<Item = Reg> {
        (0..16).map(Reg).filter(move |&r| self.contains(r))
    }
}

impl FromIterator<Reg> for RegSet {
    fn from_iter<I: IntoIterator<Item = Reg>>(regs: I) -> Self {
        regs.into_iter().fold(Self::EMPTY, |set, r| set.union(r.regs()))
    }
}

/// `{r0, r4, lr}`
impl fmt::Display for RegSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, reg) in self.iter_core().enumerate() {
            write!(f, "{}{reg}", if i > 0 { ", " } else { "" })?;
        }
        for (i, s) in (0..32).filter(|s| self.single() >> s & 1 != 0).enumerate() {
            write!(f, "{}s{s}", if i > 0 || self.core() != 0 { ", " } else { "" })?;
        }
        f.write_str("}")
    }
}

impl fmt::Debug for RegSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
