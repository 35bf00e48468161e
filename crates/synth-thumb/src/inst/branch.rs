//! Conditions, branch offsets and IT blocks (ARMv7-M ARM A7.3, A7.7.12,
//! A7.7.38). Offsets count in bytes from the branch's address plus 4.

use super::{Flags, Operand};
use std::fmt;

/// A condition (AL is no condition).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Cond {
    /// Equal: Z.
    Eq,
    /// Not equal: not Z.
    Ne,
    /// Unsigned higher or same, carry set: C.
    Hs,
    /// Unsigned lower, carry clear: not C.
    Lo,
    /// Negative: N.
    Mi,
    /// Positive or zero: not N.
    Pl,
    /// Overflow: V.
    Vs,
    /// No overflow: not V.
    Vc,
    /// Unsigned higher: C and not Z.
    Hi,
    /// Unsigned lower or same: not C or Z.
    Ls,
    /// Signed greater or equal: N = V.
    Ge,
    /// Signed less: N ≠ V.
    Lt,
    /// Signed greater: not Z and N = V.
    Gt,
    /// Signed less or equal: Z or N ≠ V.
    Le,
}

/// Name and flags read, in the order of the encoding.
const CONDS: [(Cond, &str, Flags); 14] = [
    (Cond::Eq, "eq", Flags::of("Z")),
    (Cond::Ne, "ne", Flags::of("Z")),
    (Cond::Hs, "hs", Flags::of("C")),
    (Cond::Lo, "lo", Flags::of("C")),
    (Cond::Mi, "mi", Flags::of("N")),
    (Cond::Pl, "pl", Flags::of("N")),
    (Cond::Vs, "vs", Flags::of("V")),
    (Cond::Vc, "vc", Flags::of("V")),
    (Cond::Hi, "hi", Flags::of("CZ")),
    (Cond::Ls, "ls", Flags::of("CZ")),
    (Cond::Ge, "ge", Flags::of("NV")),
    (Cond::Lt, "lt", Flags::of("NV")),
    (Cond::Gt, "gt", Flags::of("NZV")),
    (Cond::Le, "le", Flags::of("NZV")),
];

impl Cond {
    /// Every condition, in the order of the encoding.
    pub fn all() -> impl Iterator<Item = Cond> {
        CONDS.iter().map(|c| c.0)
    }

    /// The condition that holds where this one does not.
    pub fn inverse(self) -> Cond {
        CONDS[self as usize ^ 1].0
    }

    /// The condition on `b ? a` that is this one on `a ? b` (compares only: the
    /// equality and the four signed and four unsigned orders; others stay).
    pub fn swapped(self) -> Cond {
        match self {
            Cond::Hs => Cond::Ls,
            Cond::Ls => Cond::Hs,
            Cond::Lo => Cond::Hi,
            Cond::Hi => Cond::Lo,
            Cond::Ge => Cond::Le,
            Cond::Le => Cond::Ge,
            Cond::Lt => Cond::Gt,
            Cond::Gt => Cond::Lt,
            other => other,
        }
    }

    /// The suffix, as `eq`.
    pub fn name(self) -> &'static str {
        CONDS[self as usize].1
    }

    /// The flags that it reads.
    pub fn flags(self) -> Flags {
        CONDS[self as usize].2
    }
}

impl fmt::Display for Cond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Operand for Cond {
    const BITS: u32 = 4;
    fn to_bits(self) -> u32 {
        self as u32
    }
    fn from_bits(bits: u32) -> Option<Self> {
        CONDS.get(bits as usize).map(|c| c.0)
    }
}

macro_rules! offset {
    ($(#[$doc:meta])* $name:ident $bits:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i32);

        impl $name {
            /// The smallest offset.
            pub const MIN: i32 = -(1 << $bits);
            /// The largest offset.
            pub const MAX: i32 = (1 << $bits) - 2;

            /// The offset in bytes from the branch's address plus 4, or `None` where
            /// it is odd or out of range.
            pub const fn new(bytes: i32) -> Option<Self> {
                if bytes >= Self::MIN && bytes <= Self::MAX && bytes % 2 == 0 {
                    Some(Self(bytes))
                } else {
                    None
                }
            }

            /// The offset in bytes from the branch's address plus 4.
            pub const fn bytes(self) -> i32 {
                self.0
            }

            /// The halfword offset in the field's width.
            fn field(self) -> u32 {
                (self.0 >> 1) as u32 & ((1 << $bits) - 1)
            }

            /// The offset whose [`field`](Self::field) this is.
            fn from_field(field: u32) -> Self {
                Self(((field << (32 - $bits)) as i32) >> (31 - $bits))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "#{}", self.0)
            }
        }
    };
}

offset! {
    /// -256 to 254: the 16-bit conditional branch.
    Off8 8
}
offset! {
    /// -2048 to 2046: the 16-bit branch.
    Off11 11
}
offset! {
    /// About ±1 MiB: the 32-bit conditional branch.
    Off20 20
}
offset! {
    /// About ±16 MiB: the 32-bit branch and call.
    Off24 24
}

impl Operand for Off8 {
    const BITS: u32 = 8;
    fn to_bits(self) -> u32 {
        self.field()
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Some(Self::from_field(bits))
    }
}

impl Operand for Off11 {
    const BITS: u32 = 11;
    fn to_bits(self) -> u32 {
        self.field()
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Some(Self::from_field(bits))
    }
}

/// The value is S:J2:J1:imm6:imm11; the instruction holds S:imm6:J1:J2:imm11.
impl Operand for Off20 {
    const BITS: u32 = 20;
    fn to_bits(self) -> u32 {
        let v = self.field();
        let (s, j2, j1) = (v >> 19, v >> 18 & 1, v >> 17 & 1);
        s << 19 | (v >> 11 & 0x3f) << 13 | j1 << 12 | j2 << 11 | v & 0x7ff
    }
    fn from_bits(bits: u32) -> Option<Self> {
        let (s, j1, j2) = (bits >> 19, bits >> 12 & 1, bits >> 11 & 1);
        let v = s << 19 | j2 << 18 | j1 << 17 | (bits >> 13 & 0x3f) << 11 | bits & 0x7ff;
        Some(Self::from_field(v))
    }
}

/// The value is S:I1:I2:imm10:imm11; the instruction holds S:imm10:J1:J2:imm11
/// with J = not (I xor S).
impl Operand for Off24 {
    const BITS: u32 = 24;
    fn to_bits(self) -> u32 {
        let v = self.field();
        let s = v >> 23;
        let (j1, j2) = (!(v >> 22 ^ s) & 1, !(v >> 21 ^ s) & 1);
        s << 23 | (v >> 11 & 0x3ff) << 13 | j1 << 12 | j2 << 11 | v & 0x7ff
    }
    fn from_bits(bits: u32) -> Option<Self> {
        let s = bits >> 23;
        let (i1, i2) = (!(bits >> 12 ^ s) & 1, !(bits >> 11 ^ s) & 1);
        let v = s << 23 | i1 << 22 | i2 << 21 | (bits >> 13 & 0x3ff) << 11 | bits & 0x7ff;
        Some(Self::from_field(v))
    }
}

/// The offset of `cbz` and `cbnz`: 0 to 126 bytes, forward only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CbzOff(u8);

impl CbzOff {
    /// The largest offset.
    pub const MAX: i32 = 126;

    /// The offset in bytes from the branch's address plus 4, or `None` where it is
    /// odd or out of range.
    pub const fn new(bytes: i32) -> Option<Self> {
        if bytes >= 0 && bytes <= Self::MAX && bytes % 2 == 0 {
            Some(Self(bytes as u8))
        } else {
            None
        }
    }

    /// The offset in bytes from the branch's address plus 4.
    pub const fn bytes(self) -> i32 {
        self.0 as i32
    }
}

impl fmt::Display for CbzOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

impl Operand for CbzOff {
    const BITS: u32 = 6;
    fn to_bits(self) -> u32 {
        u32::from(self.0) / 2
    }
    fn from_bits(bits: u32) -> Option<Self> {
        Some(Self(bits as u8 * 2))
    }
}

/// The condition and the shape of an IT block: one to four instructions, the
/// first under the condition, each other one under it or its inverse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ItBlock {
    cond: Cond,
    /// Bit `n` set: instruction `n` stands under the inverse.
    inverted: u8,
    /// 1 to 4.
    len: u8,
}

impl ItBlock {
    /// A block whose first instruction stands under `cond` and for each further one
    /// of `then`, one under `cond` (true) or its inverse; `None` for more than three.
    pub fn new(cond: Cond, then: &[bool]) -> Option<Self> {
        let inverted = then.iter().rev().fold(0, |m, &t| (m | u8::from(!t)) << 1);
        (then.len() <= 3).then(|| Self { cond, inverted, len: then.len() as u8 + 1 })
    }

    /// The condition of the first instruction.
    pub fn cond(self) -> Cond {
        self.cond
    }

    /// The conditions of the block's instructions.
    pub fn conds(self) -> impl Iterator<Item = Cond> {
        let inverted = move |i| self.inverted >> i & 1 != 0;
        (0..self.len).map(move |i| if inverted(i) { self.cond.inverse() } else { self.cond })
    }

    /// The letters after `it`, as `te`.
    pub fn pattern(self) -> String {
        self.conds().skip(1).map(|c| if c == self.cond { 't' } else { 'e' }).collect()
    }
}

impl fmt::Display for ItBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.pattern(), self.cond)
    }
}

/// The condition, then a mask: the low bit of each further instruction's
/// condition, then a 1, then zeros.
impl Operand for ItBlock {
    const BITS: u32 = 8;
    fn to_bits(self) -> u32 {
        let bits = self.conds().skip(1).fold(0, |m, c| m << 1 | c as u32 & 1);
        (self.cond as u32) << 4 | (bits << 1 | 1) << (4 - self.len)
    }
    fn from_bits(bits: u32) -> Option<Self> {
        let (cond, mask) = (Cond::from_bits(bits >> 4)?, bits & 15);
        if mask == 0 {
            return None;
        }
        let further = 3 - mask.trailing_zeros();
        let then: Vec<bool> =
            (0..further).map(|i| mask >> (3 - i) & 1 == cond as u32 & 1).collect();
        Self::new(cond, &then)
    }
}
