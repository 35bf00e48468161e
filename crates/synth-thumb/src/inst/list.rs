//! Register lists of load and store multiple (ARMv7-M ARM A7.7.41, A7.7.99,
//! A7.7.101, A7.7.159): which registers each encoding can name.

use super::{Operand, Reg, RegSet};
use std::fmt;

macro_rules! list {
    ($(#[$doc:meta])* $name:ident $bits:literal, |$m:ident| $test:expr, $pack:expr, $unpack:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(u16);

        impl $name {
            /// The list, or `None` where the encoding cannot hold this set.
            pub fn new(set: RegSet) -> Option<Self> {
                let $m = set.core();
                (set.single() == 0 && $m != 0 && $test).then_some(Self($m))
            }

            /// The registers in the list.
            pub fn regs(self) -> RegSet {
                RegSet::from_core(self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.regs().fmt(f)
            }
        }

        impl Operand for $name {
            const BITS: u32 = $bits;
            fn to_bits(self) -> u32 {
                let pack: fn(u32) -> u32 = $pack;
                pack(u32::from(self.0))
            }
            fn from_bits(bits: u32) -> Option<Self> {
                let unpack: fn(u32) -> u32 = $unpack;
                Self::new(RegSet::from_core(unpack(bits) as u16))
            }
        }
    };
}

const SP: u16 = 1 << Reg::SP.index();
const LR: u16 = 1 << Reg::LR.index();
const PC: u16 = 1 << Reg::PC.index();

list! {
    /// At least one of r0 to r7.
    LowList 8, |m| m & !0xff == 0, |m| m, |b| b
}
list! {
    /// At least one of r0 to r7 and lr.
    PushList 9, |m| m & !(0xff | LR) == 0,
    |m| m & 0xff | m >> 6 & 0x100, |b| b & 0xff | (b & 0x100) << 6
}
list! {
    /// At least one of r0 to r7 and pc.
    PopList 9, |m| m & !(0xff | PC) == 0,
    |m| m & 0xff | m >> 7 & 0x100, |b| b & 0xff | (b & 0x100) << 7
}
list! {
    /// At least two of r0 to r12 and lr.
    StoreList 16, |m| m & (SP | PC) == 0 && m.count_ones() > 1, |m| m, |b| b
}
list! {
    /// At least two of r0 to r12, lr and pc, not both lr and pc.
    LoadList 16,
    |m| m & SP == 0 && m & (LR | PC) != LR | PC && m.count_ones() > 1, |m| m, |b| b
}
