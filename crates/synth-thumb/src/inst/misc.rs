//! Small operands: flag setting, bit fields, halves of the DSP multiplies,
//! barrier options, directions of rounding, special registers (ARMv7-M ARM A7.7.33,
//! B5.1.1, ARMv8-M ARM D1.1).

use super::Operand;
use std::fmt;

/// An operand of one bit that prints as a part of the mnemonic.
macro_rules! bit {
    ($(#[$doc:meta])* $name:ident, $clear:literal, $set:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(
            /// The bit.
            pub bool,
        );

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(if self.0 { $set } else { $clear })
            }
        }

        impl Operand for $name {
            const BITS: u32 = 1;
            fn to_bits(self) -> u32 {
                u32::from(self.0)
            }
            fn from_bits(bits: u32) -> Option<Self> {
                Some(Self(bits != 0))
            }
        }
    };
}

bit! {
    /// Whether the instruction sets the flags.
    SetFlags, "", "s"
}
bit! {
    /// The half of an operand that a multiply takes or a half-precision number stands
    /// in: top (true) or bottom.
    Half, "b", "t"
}
bit! {
    /// Whether a dual multiply exchanges the halves of its second operand.
    Cross, "", "x"
}
bit! {
    /// Whether a most significant word multiply rounds.
    Round, "", "r"
}

macro_rules! bit_field {
    ($(#[$doc:meta])* $name:ident, |$lsb:ident, $width:ident| $last:expr, |$l:ident, $x:ident| $unwidth:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name {
            lsb: u8,
            width: u8,
        }

        impl $name {
            /// The field of `width` bits at `lsb`, or `None` where it is empty or reaches
            /// over the word.
            pub const fn new(lsb: u32, width: u32) -> Option<Self> {
                if lsb < 32 && width >= 1 && width <= 32 - lsb {
                    Some(Self { lsb: lsb as u8, width: width as u8 })
                } else {
                    None
                }
            }

            /// The position of the lowest bit.
            pub const fn lsb(self) -> u32 {
                self.lsb as u32
            }

            /// The number of bits.
            pub const fn width(self) -> u32 {
                self.width as u32
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "#{}, #{}", self.lsb, self.width)
            }
        }

        impl Operand for $name {
            const BITS: u32 = 10;
            fn to_bits(self) -> u32 {
                let ($lsb, $width) = (self.lsb(), self.width());
                $lsb << 5 | $last
            }
            fn from_bits(bits: u32) -> Option<Self> {
                let ($l, $x) = (bits >> 5, bits & 31);
                Self::new($l, $unwidth)
            }
        }
    };
}

bit_field! {
    /// The bits that `bfi` and `bfc` change: lsb and msb.
    Insert, |lsb, width| lsb + width - 1, |lsb, msb| (msb + 1).saturating_sub(lsb)
}
bit_field! {
    /// The bits that `ubfx` and `sbfx` take: lsb and width - 1.
    Extract, |lsb, width| width - 1, |_lsb, last| last + 1
}

/// Special registers or options: number in the encoding and name.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident $bits:literal { $($reg:ident $code:literal $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $reg = $code,)*
        }

        impl $name {
            /// The name, as `primask`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$reg => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl Operand for $name {
            const BITS: u32 = $bits;
            fn to_bits(self) -> u32 {
                self as u32
            }
            fn from_bits(bits: u32) -> Option<Self> {
                match bits { $($code => Some(Self::$reg),)* _ => None }
            }
        }
    };
}

named! {
    /// The program status register, or those of its parts that hold flags.
    StatusReg 8 {
        Apsr 0 "apsr",
        Iapsr 1 "iapsr",
        Eapsr 2 "eapsr",
        Xpsr 3 "xpsr",
    }
}
named! {
    /// Other special registers that every M-profile CPU has.
    SysReg 8 {
        Ipsr 5 "ipsr",
        Epsr 6 "epsr",
        Iepsr 7 "iepsr",
        Msp 8 "msp",
        Psp 9 "psp",
        Primask 16 "primask",
        Control 20 "control",
    }
}
named! {
    /// Priority masks, from ARMv7-M on.
    MaskReg 8 {
        Basepri 17 "basepri",
        BasepriMax 18 "basepri_max",
        Faultmask 19 "faultmask",
    }
}
named! {
    /// The rounding that `vrint` and `vcvt` have in their name, whatever FPSCR says.
    Rounding 2 {
        Away 0 "a",
        Even 1 "n",
        Up 2 "p",
        Down 3 "m",
    }
}
named! {
    /// What a barrier orders. On M-profile every option acts as `Sy`; C compilers
    /// write `Ish`.
    Barrier 4 {
        Oshst 2 "oshst",
        Osh 3 "osh",
        Nshst 6 "nshst",
        Nsh 7 "nsh",
        Ishst 10 "ishst",
        Ish 11 "ish",
        St 14 "st",
        Sy 15 "sy",
    }
}
named! {
    /// Stack limits, from ARMv8-M on.
    StackLimit 8 {
        Msplim 10 "msplim",
        Psplim 11 "psplim",
    }
}

/// A status register as the target of `msr`, which names the flags that it writes.
#[derive(Clone, Copy, Debug)]
pub struct StatusTarget(StatusReg);

impl StatusReg {
    /// The register as the target of a write.
    pub const fn as_target(self) -> StatusTarget {
        StatusTarget(self)
    }
}

impl fmt::Display for StatusTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_nzcvq", self.0)
    }
}
