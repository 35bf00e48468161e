//! Build attributes: the section `.ARM.attributes`, by which linkers refuse
//! objects that can't work together (ADDENDA32, "Build attributes").
//!
//! They say what the code of the object *needs*, not what the CPU could do:
//! an object without float operations names no FP architecture, and enum and
//! `wchar_t` sizes, which it does not use, stay unsaid.

use object::Endianness;
use object::elf;
use object::write::elf::AttributesWriter;
use synth_thumb::{Arch, Cpu, Fpu};

/// Which registers carry float arguments across the object's borders
/// (Tag_ABI_VFP_args).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VfpArgs {
    /// There are none: links with both.
    #[default]
    Compatible,
    /// Core registers: the base variant of AAPCS32.
    Base,
    /// VFP registers: the hard-float variant.
    Vfp,
}

/// What an object needs from its CPU and its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// The CPU.
    pub cpu: Cpu,
    /// Whether it has floats in its registers, where the CPU has some for them.
    pub float: bool,
    /// How float arguments cross its borders.
    pub vfp_args: VfpArgs,
}

/// A public tag of the `aeabi` vendor (ADDENDA32, "Target-related attributes"
/// and "Procedure call-related attributes").
#[derive(Clone, Copy)]
enum Tag {
    CpuName = 5,
    CpuArch = 6,
    CpuArchProfile = 7,
    ArmIsaUse = 8,
    ThumbIsaUse = 9,
    FpArch = 10,
    AbiPcsR9Use = 14,
    AbiFpDenormal = 20,
    AbiFpNumberModel = 23,
    AbiAlignNeeded = 24,
    AbiAlignPreserved = 25,
    AbiHardFpUse = 27,
    AbiVfpArgs = 28,
    CpuUnalignedAccess = 34,
    DspExtension = 46,
    Conformance = 67,
}

impl Attributes {
    /// The numeric attributes in tag order.
    fn integers(&self) -> Vec<(Tag, u64)> {
        let (arch, thumb) = match self.cpu.arch {
            Arch::V7M => (10, 2),
            Arch::V7EM => (13, 2),
            Arch::V8MMain => (17, 3),
        };
        let mut list = vec![
            (Tag::CpuArch, arch),
            (Tag::CpuArchProfile, u64::from(b'M')),
            (Tag::ArmIsaUse, 0),
            (Tag::ThumbIsaUse, thumb),
        ];
        let fp = match self.cpu.fpu {
            _ if !self.float => None,
            Fpu::None => None,
            Fpu::Fpv4Sp => Some((6, true)),
            Fpu::Fpv5Sp => Some((8, true)),
            Fpu::Fpv5 => Some((8, false)),
        };
        list.extend(fp.map(|(arch, _)| (Tag::FpArch, arch)));
        // V6: a callee-saved register like any other.
        list.push((Tag::AbiPcsR9Use, 0));
        if self.float || self.vfp_args != VfpArgs::Compatible {
            list.extend([(Tag::AbiFpDenormal, 1), (Tag::AbiFpNumberModel, 3)]);
        }
        list.extend([(Tag::AbiAlignNeeded, 1), (Tag::AbiAlignPreserved, 1)]);
        if let Some((_, true)) = fp {
            list.push((Tag::AbiHardFpUse, 1));
        }
        // Said even if it is the default: lld compares only tags that are there.
        let vfp_args = match self.vfp_args {
            VfpArgs::Base => 0,
            VfpArgs::Vfp => 1,
            VfpArgs::Compatible => 3,
        };
        list.extend([(Tag::AbiVfpArgs, vfp_args), (Tag::CpuUnalignedAccess, 1)]);
        // On Armv7E-M the architecture says it already.
        if self.cpu.arch == Arch::V8MMain && self.cpu.dsp {
            list.push((Tag::DspExtension, 1));
        }
        list
    }

    /// The contents of `.ARM.attributes`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = AttributesWriter::new(Endianness::Little);
        w.start_subsection(b"aeabi");
        w.start_subsubsection(elf::Tag_File);
        // Tag_conformance comes first when it is present.
        w.write_attribute_tag(Tag::Conformance as u64);
        w.write_attribute_string(b"2.09");
        w.write_attribute_tag(Tag::CpuName as u64);
        w.write_attribute_string(self.cpu.core.as_bytes());
        for (tag, value) in self.integers() {
            w.write_attribute_tag(tag as u64);
            w.write_attribute_integer(value);
        }
        w.end_subsubsection();
        w.end_subsection();
        w.data()
    }
}
