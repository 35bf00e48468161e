//! Thumb-2 machine instructions after register allocation, as one table.
//!
//! [`Inst`] has one variant for each encoding. Its operands are types that
//! cannot hold what the encoding cannot hold, and every one is made by a
//! fallible constructor, so that an instruction which exists can be encoded:
//!
//! ```
//! use synth_thumb::inst::*;
//!
//! // adds r0, r1, #7: three bits of immediate, low registers
//! let (r0, r1) = (Low::new(Reg::R0).unwrap(), Low::new(Reg::R1).unwrap());
//! let narrow = Inst::AddsImmT1 { rd: r0, rn: r1, imm: Imm3::new(7).unwrap() };
//! assert_eq!(Imm3::new(8), None);
//! assert_eq!(narrow.size(), 2);
//! assert_eq!(narrow.encode(), Encoding::Narrow(0x1dc8));
//! assert_eq!(narrow.to_string(), "adds r0, r1, #7");
//! assert_eq!(narrow.in_it(Some(Cond::Eq)).to_string(), "addeq r0, r1, #7");
//!
//! // add.w r8, r9, r10, lsl #3
//! let wide = Inst::AddRegT3 {
//!     s: SetFlags(false),
//!     rd: Gpr::new(Reg::R8).unwrap(),
//!     rn: Gpr::new(Reg::R9).unwrap(),
//!     rm: Gpr::new(Reg::R10).unwrap(),
//!     shift: Shift::lsl(3).unwrap(),
//! };
//! assert_eq!(wide.encode().to_vec(), [0x09, 0xeb, 0xca, 0x08]);
//! assert_eq!(wide.defs(), Reg::R8.regs());
//! assert!(wide.flags_written(None).is_empty());
//!
//! // Branch offsets count from the address of the branch plus 4.
//! let back = Inst::BCondT1 { cond: Cond::Ne, target: Off8::new(-12).unwrap() };
//! assert_eq!(back.to_string(), "bne #-12");
//!
//! assert_eq!(decode(&[0xc8, 0x1d]), Some((narrow, 2)));
//! ```
//!
//! # Rules across operands
//!
//! What one operand type cannot say (`umull r0, r0, …`, a base register in
//! the list of a load with write-back) is [`Inst::is_legal`]: the decoder
//! refuses what is not, and whoever builds such an instruction asks first.
//!
//! # The table
//!
//! The rows stand in `table/*.inst`; `build.rs` turns them into `Inst` and its
//! matches, in the order of the files' names and lines. The decoder takes the
//! first row that matches, so a special case stands before the general one (or
//! the operand types keep them apart). A row reads
//!
//! ```text
//! name | bit pattern | text | effects | condition on the operands
//! ```
//!
//! The *pattern* is drawn as in the ARM manual; a letter is a bit of the operand
//! which a `let letter=role name Type` line of the section declares (`op` no
//! register, `in` read, `out` written, `io` both), most significant bit first;
//! `low_bit_first` after it says that the letter's first position holds the
//! lowest bit and the others the rest (D:Vd of a single-precision register).
//! An upper-case letter is a second copy of the same operand.
//!
//! In the *text*, `{c}` is the condition inside an IT block, `{q}` the `s` of
//! 16-bit data processing outside one, `{x}` an operand, `{,x}` an operand that
//! is left out with its comma where it says nothing (`lsl #0`), `{x.f}` a
//! method of the operand.
//!
//! The *effects* are words, after those on the `default` line: a timing class, a
//! feature, flags written always (`w:`), outside IT blocks (`q:`) or where
//! the `s` operand is set (`s:`), flags read (`r:`), registers beside the
//! operands (`def:`, `use:`), `flow:` and `it:`. A lower-case flag may or may
//! not get a new value.
//!
//! # To add an instruction
//!
//! Write its row and, if need be, an operand type with its constructor; add a
//! line to `tests/registers.txt` (a test asks for one). The sweep finds the row by
//! itself: `cargo test -p synth-thumb inst` compares a sample with `llvm-mc`,
//! `cargo xtask encodings --name NAME` all of it.

mod branch;
mod effects;
mod float;
mod float_imm;
mod imm;
mod list;
mod misc;
mod operand;
mod reg;
mod shift;
#[cfg(any(test, feature = "sweep"))]
pub mod sweep;
#[cfg(test)]
mod tests;

pub use branch::{CbzOff, Cond, ItBlock, Off8, Off11, Off20, Off24};
pub use effects::{Feature, Flags, Flow, InIt, Sets, Timing};
pub use float::{DList, DReg, Lane, SList, SPair, SReg};
pub use float_imm::{FpImm, FracBits, FracBits16, FracBits32};
pub use imm::{
    Imm3, Imm4, Imm5, Imm5x1, Imm5x2, Imm5x4, Imm7x4, Imm8, Imm8x4, Imm12, Imm16, IndexImm,
    IndexImm8, IndexImm8x4, IndexImm12, NegImm, NegImm8, NegImm12, Sat16, Sat32, ThumbImm, UImm,
    UdfImm16,
};
pub use list::{LoadList, LowList, PopList, PushList, StoreList};
pub use misc::{
    Barrier, Cross, Extract, Half, Insert, MaskReg, Round, Rounding, SetFlags, StackLimit,
    StatusReg, StatusTarget, SysReg,
};
pub use operand::Operand;
pub use reg::{Gpr, Low, NotPc, NotSp, Reg, RegSet};
pub use shift::{
    IndexShift, PackLeft, PackRight, Rotate, SatShift, Shift, ShiftKind, ShiftLeft, ShiftRight,
};

use operand::{Separated, move_bits};
use std::fmt;

include!(concat!(env!("OUT_DIR"), "/inst.rs"));

/// What the table says about one encoding.
#[derive(Debug)]
pub struct Row {
    /// The name of the [`Inst`] variant.
    pub name: &'static str,
    /// The size in bytes, 2 or 4.
    pub size: u32,
    /// The fixed bits.
    pub mask: u32,
    /// The value of the fixed bits.
    pub base: u32,
    /// Where the operands stand.
    pub fields: &'static [FieldAt],
    /// When `written` is written.
    pub sets: Sets,
    /// Flags written.
    pub written: Flags,
    /// Flags read, beside those of a condition.
    pub read: Flags,
    /// Timing class.
    pub timing: Timing,
    /// Where control goes, unless pc is among the operands written.
    pub flow: Flow,
    /// Whether it may stand in an IT block.
    pub in_it: InIt,
    /// What the CPU must have.
    pub feature: Feature,
    /// Makes the instruction from bits that match `mask` and `base`; `None` where
    /// an operand or the operands together refuse the bits.
    pub build: fn(u32) -> Option<Inst>,
}

/// Where an operand stands in the bits of a [`Row`].
#[derive(Debug)]
pub struct FieldAt {
    /// The operand's name.
    pub name: &'static str,
    /// The operand's bits.
    pub mask: u32,
    /// The bits of its second copy, if there is one.
    pub copy: u32,
}

/// An encoded instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// A 16-bit encoding.
    Narrow(u16),
    /// A 32-bit encoding: the halfword at the lower address, then the other.
    Wide(u16, u16),
}

impl Encoding {
    /// The size in bytes: 2 or 4.
    pub fn size(self) -> u32 {
        match self {
            Self::Narrow(_) => 2,
            Self::Wide(..) => 4,
        }
    }

    /// Appends the bytes, little-endian.
    pub fn write_to(self, out: &mut Vec<u8>) {
        match self {
            Self::Narrow(h) => out.extend(h.to_le_bytes()),
            Self::Wide(first, second) => {
                out.extend(first.to_le_bytes());
                out.extend(second.to_le_bytes());
            }
        }
    }

    /// The bytes, little-endian.
    pub fn to_vec(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(4);
        self.write_to(&mut out);
        out
    }
}

impl Inst {
    /// What the table says about this encoding.
    pub fn row(&self) -> &'static Row {
        &ROWS[self.index()]
    }

    /// The size in bytes: 2 or 4.
    pub fn size(&self) -> u32 {
        self.row().size
    }

    /// The halfwords of the instruction.
    pub fn encode(&self) -> Encoding {
        let bits = self.bits();
        match self.size() {
            2 => Encoding::Narrow(bits as u16),
            _ => Encoding::Wide((bits >> 16) as u16, bits as u16),
        }
    }

    /// The timing class.
    pub fn timing(&self) -> Timing {
        self.row().timing
    }

    /// What the CPU must have to run it.
    pub fn feature(&self) -> Feature {
        self.row().feature
    }

    /// Whether it may stand in an IT block.
    pub fn allowed_in_it(&self) -> InIt {
        match self.row().in_it {
            InIt::Allowed if self.flow() == Flow::Indirect => InIt::Last,
            other => other,
        }
    }

    /// Where control goes after it. An instruction that writes pc as an operand
    /// (`pop {pc}`, `ldr pc, …`, `mov pc, lr`) is [`Flow::Indirect`].
    pub fn flow(&self) -> Flow {
        match self.row().flow {
            Flow::Next if self.defs().contains(Reg::PC) => Flow::Indirect,
            flow => flow,
        }
    }

    /// Whether it may send control elsewhere than to the next instruction or, for
    /// a call, to come back to it.
    pub fn is_branch(&self) -> bool {
        matches!(self.flow(), Flow::Jump | Flow::Cond | Flow::Indirect)
    }

    /// Whether control never reaches the next instruction (outside an IT block).
    pub fn is_terminator(&self) -> bool {
        matches!(self.flow(), Flow::Jump | Flow::Indirect | Flow::Trap)
    }

    /// The flags that it reads; `it` is its condition inside an IT block.
    pub fn flags_read(&self, it: Option<Cond>) -> Flags {
        let cond = self.cond().or(it).map_or(Flags::EMPTY, Cond::flags);
        let rrx = if self.shift() == Some(Shift::RRX) { Flags::of("C") } else { Flags::EMPTY };
        self.row().read.union(cond).union(rrx)
    }

    /// The flags that it may change.
    pub fn flags_written(&self, it: Option<Cond>) -> Flags {
        let row = self.row();
        let writes = match row.sets {
            Sets::Never => false,
            Sets::Always => true,
            Sets::IfS => self.sets_flags(),
            Sets::OutsideIt => it.is_none(),
        };
        match self.shifter_carry() {
            _ if !writes => Flags::EMPTY,
            Some(true) => row.written.with_maybe(),
            Some(false) => row.written.without_maybe(),
            None => row.written,
        }
    }

    /// The flags that surely have a new value after it, whatever they were before.
    pub fn flags_defined(&self, it: Option<Cond>) -> Flags {
        match it {
            Some(_) => Flags::EMPTY,
            None => self.flags_written(it).without_maybe(),
        }
    }

    /// The instruction as it is written under the condition of an IT block.
    pub fn in_it(&self, it: Option<Cond>) -> Printed<'_> {
        Printed { inst: self, it }
    }
}

/// Prints an instruction in the unified syntax, as `llvm-mc` does.
#[derive(Clone, Copy, Debug)]
pub struct Printed<'a> {
    inst: &'a Inst,
    it: Option<Cond>,
}

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.it {
            Some(cond) => self.inst.print(f, "", cond.name()),
            None => self.inst.print(f, "s", ""),
        }
    }
}

impl fmt::Display for Inst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.in_it(None).fmt(f)
    }
}

/// Decodes the instruction at the start of `bytes` and gives its size, or `None`
/// where the bits are not in the table, unpredictable, or too few.
pub fn decode(bytes: &[u8]) -> Option<(Inst, u32)> {
    let first = u16::from_le_bytes([*bytes.first()?, *bytes.get(1)?]);
    if first >> 11 < 0b11101 {
        return Some((decode_bits(u32::from(first), 2)?, 2));
    }
    let second = u16::from_le_bytes([*bytes.get(2)?, *bytes.get(3)?]);
    Some((decode_bits(u32::from(first) << 16 | u32::from(second), 4)?, 4))
}

/// Decodes [`Inst::bits`] of an instruction of `size` bytes.
fn decode_bits(bits: u32, size: u32) -> Option<Inst> {
    let bucket = if size == 2 {
        NARROW[(bits >> 8 & 0xff) as usize]
    } else {
        WIDE[(bits >> 21 & 0xff) as usize]
    };
    let rows = bucket.iter().map(|&i| &ROWS[usize::from(i)]);
    rows.filter(|row| bits & row.mask == row.base).find_map(|row| (row.build)(bits))
}
