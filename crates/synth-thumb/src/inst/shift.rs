//! Shift operands (ARMv7-M ARM A7.4.2): the amounts that each encoding holds,
//! with 32 encoded as 0 and RRX as ROR #0.

use super::Operand;
use std::fmt;
use std::ops::RangeInclusive;

/// The kind of a constant shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShiftKind {
    /// Logical shift left, 0 to 31.
    Lsl,
    /// Logical shift right, 1 to 32.
    Lsr,
    /// Arithmetic shift right, 1 to 32.
    Asr,
    /// Rotate right, 1 to 31.
    Ror,
    /// Rotate right by one through the carry.
    Rrx,
}

/// A constant shift of a second operand: imm5 and two bits of kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shift(u8);

impl Shift {
    /// No shift (`lsl #0`).
    pub const NONE: Shift = Shift(0);
    /// Rotate right by one through the carry.
    pub const RRX: Shift = Shift(3);

    /// The shift, or `None` where the amount is out of the kind's range (for RRX,
    /// it must be 1).
    pub const fn new(kind: ShiftKind, amount: u32) -> Option<Self> {
        let (low, high, code) = match kind {
            ShiftKind::Lsl => (0, 31, 0),
            ShiftKind::Lsr => (1, 32, 1),
            ShiftKind::Asr => (1, 32, 2),
            ShiftKind::Ror => (1, 31, 3),
            ShiftKind::Rrx => return if amount == 1 { Some(Self::RRX) } else { None },
        };
        if amount < low || amount > high {
            return None;
        }
        Some(Self(((amount & 31) << 2) as u8 | code))
    }

    /// Logical shift left by 0 to 31.
    pub const fn lsl(amount: u32) -> Option<Self> {
        Self::new(ShiftKind::Lsl, amount)
    }

    /// The kind.
    pub const fn kind(self) -> ShiftKind {
        match self.0 & 3 {
            0 => ShiftKind::Lsl,
            1 => ShiftKind::Lsr,
            2 => ShiftKind::Asr,
            _ if self.0 == 3 => ShiftKind::Rrx,
            _ => ShiftKind::Ror,
        }
    }

    /// The amount.
    pub const fn amount(self) -> u32 {
        match (self.kind(), self.0 as u32 >> 2) {
            (ShiftKind::Lsr | ShiftKind::Asr, 0) => 32,
            (ShiftKind::Rrx, _) => 1,
            (_, amount) => amount,
        }
    }

    /// Whether a flag-setting logical instruction takes C from it.
    pub const fn writes_carry(self) -> bool {
        self.0 != 0
    }
}

impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.kind() {
            ShiftKind::Lsl => "lsl",
            ShiftKind::Lsr => "lsr",
            ShiftKind::Asr => "asr",
            ShiftKind::Ror => "ror",
            ShiftKind::Rrx => return f.write_str("rrx"),
        };
        write!(f, "{name} #{}", self.amount())
    }
}

impl Operand for Shift {
    const BITS: u32 = 7;
    fn to_bits(self) -> u32 {
        u32::from(self.0)
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Some(Self(bits as u8))
    }
    fn is_silent(self) -> bool {
        self == Self::NONE
    }
}

/// An amount or rotation in a field: the range, its text before the number, and
/// the value that the text leaves out.
macro_rules! amount {
    ($(#[$doc:meta])* $name:ident $bits:literal, $low:literal..=$high:literal step $step:literal,
     $prefix:literal, silent $silent:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u8);

        impl $name {
            /// The operand, or `None` where `amount` is out of range.
            pub const fn new(amount: u32) -> Option<Self> {
                let range: RangeInclusive<u32> = $low..=$high;
                if *range.start() <= amount
                    && amount <= *range.end()
                    && amount.is_multiple_of($step)
                {
                    Some(Self(amount as u8))
                } else {
                    None
                }
            }

            /// The amount.
            pub const fn amount(self) -> u32 {
                self.0 as u32
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "#{}"), self.0)
            }
        }

        impl Operand for $name {
            const BITS: u32 = $bits;
            fn to_bits(self) -> u32 {
                self.amount() / $step & ((1 << $bits) - 1)
            }
            fn from_bits(bits: u32) -> Option<Self> {
                let zero_is_highest = $high == 1 << $bits;
                Self::new(if bits == 0 && zero_is_highest { $high } else { bits * $step })
            }
            fn is_silent(self) -> bool {
                Some(self.0) == $silent
            }
        }
    };
}

amount! {
    /// A shift left or rotation by 1 to 31.
    ShiftLeft 5, 1..=31 step 1, "", silent None
}
amount! {
    /// A shift right by 1 to 32.
    ShiftRight 5, 1..=32 step 1, "", silent None
}
amount! {
    /// The shift of an index register: left by 0 to 3.
    IndexShift 2, 0..=3 step 1, "lsl ", silent Some(0)
}
amount! {
    /// The rotation of an extended operand: right by 0, 8, 16 or 24.
    Rotate 2, 0..=24 step 8, "ror ", silent Some(0)
}
amount! {
    /// The shift of `pkhbt`: left by 0 to 31.
    PackLeft 5, 0..=31 step 1, "lsl ", silent Some(0)
}
amount! {
    /// The shift of `pkhtb`: arithmetic right by 1 to 32.
    PackRight 5, 1..=32 step 1, "asr ", silent None
}

/// The shift of `ssat` and `usat`: left by 0 to 31 or arithmetic right by 1 to 31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SatShift(u8);

impl SatShift {
    /// No shift.
    pub const NONE: SatShift = SatShift(0);

    /// Left by 0 to 31.
    pub const fn lsl(amount: u32) -> Option<Self> {
        if amount < 32 { Some(Self(amount as u8)) } else { None }
    }

    /// Arithmetic right by 1 to 31.
    pub const fn asr(amount: u32) -> Option<Self> {
        if amount > 0 && amount < 32 { Some(Self(32 | amount as u8)) } else { None }
    }
}

impl fmt::Display for SatShift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} #{}", if self.0 < 32 { "lsl" } else { "asr" }, self.0 & 31)
    }
}

impl Operand for SatShift {
    const BITS: u32 = 6;
    fn to_bits(self) -> u32 {
        u32::from(self.0)
    }
    /// 32 is `ssat16` or `usat16`.
    fn from_bits(bits: u32) -> Option<Self> {
        (bits != 32).then_some(Self(bits as u8))
    }
    fn is_silent(self) -> bool {
        self == Self::NONE
    }
}
