//! Writes an [`Image`] as an ELF executable (ET_EXEC) with one segment for
//! each section that is loaded.

use object::elf;

use super::{Fill, Image, ImageSection, ImageSymbol};
use crate::attributes::VfpArgs;
use crate::elf_file::{ElfFile, Link, RawSection, RawSegment, RawSymbol};
use crate::error::ObjectError;
use crate::model::{Access, SymbolKind};
use crate::write::access_flags;

impl Image {
    /// The bytes of the ELF file.
    ///
    /// # Errors
    /// [`ObjectError::TooLarge`] when the file would pass 4 GiB.
    pub fn to_elf(&self) -> Result<Vec<u8>, ObjectError> {
        let attributes = self.attributes.to_bytes();
        let mut sections: Vec<_> = self.sections.iter().map(raw_section).collect();
        sections.push(RawSection {
            name: ".ARM.attributes",
            kind: elf::SHT_ARM_ATTRIBUTES,
            flags: elf::SectionFlags(0),
            address: 0,
            bytes: Some(&attributes),
            size: 0,
            link: Link::None,
            info: 0,
            align: 1,
            entry_size: 0,
        });
        let float_abi = match self.attributes.vfp_args {
            VfpArgs::Vfp => elf::EF_ARM_ABI_FLOAT_HARD,
            VfpArgs::Base | VfpArgs::Compatible => elf::EF_ARM_ABI_FLOAT_SOFT,
        };
        let segments = self
            .sections
            .iter()
            .enumerate()
            .filter(|(_, s)| s.fill != Fill::File && !s.bytes.is_empty())
            .map(|(i, s)| raw_segment(i as u32 + 1, s))
            .collect();
        let (mut symbols, global): (Vec<_>, Vec<_>) = self.symbols.iter().partition(|s| s.local);
        symbols.extend(global);
        ElfFile {
            kind: elf::ET_EXEC,
            entry: self.entry | 1,
            flags: elf::EF_ARM_EABI_VER5 | elf::FileFlags(float_abi),
            segments,
            sections,
            symbols: symbols.into_iter().map(raw_symbol).collect(),
        }
        .write()
    }
}

fn raw_section(section: &ImageSection) -> RawSection<'_> {
    let in_memory = section.fill != Fill::File;
    let has_bytes = matches!(section.fill, Fill::InPlace | Fill::Copy | Fill::File);
    let mut flags = match in_memory {
        true => access_flags(section.access),
        false => elf::SectionFlags(0),
    };
    if section.fill == Fill::Copy {
        flags |= elf::SHF_WRITE;
    }
    RawSection {
        name: &section.name,
        kind: if has_bytes { elf::SHT_PROGBITS } else { elf::SHT_NOBITS },
        flags,
        address: section.address,
        bytes: has_bytes.then_some(&section.bytes),
        size: section.size,
        link: Link::None,
        info: 0,
        align: section.align,
        entry_size: 0,
    }
}

fn raw_segment(first: u32, section: &ImageSection) -> RawSegment {
    let mut flags = elf::PF_R;
    if section.access == Access::Execute {
        flags |= elf::PF_X;
    }
    if section.fill == Fill::Copy {
        flags |= elf::PF_W;
    }
    RawSegment {
        first,
        address: section.address,
        load_address: section.load_address,
        file_size: section.bytes.len() as u32,
        memory_size: section.size,
        flags,
        align: section.align,
    }
}

fn raw_symbol(symbol: &ImageSymbol) -> RawSymbol<'_> {
    let function = symbol.kind == SymbolKind::Func;
    RawSymbol {
        name: &symbol.name,
        binding: if symbol.local { elf::STB_LOCAL } else { elf::STB_GLOBAL },
        kind: match symbol.kind {
            SymbolKind::Func => elf::STT_FUNC,
            SymbolKind::Object => elf::STT_OBJECT,
            _ => elf::STT_NOTYPE,
        },
        hidden: false,
        section: symbol.section.map(|i| i as u32 + 1),
        special: elf::SHN_ABS,
        value: symbol.value | u32::from(function && symbol.section.is_some()),
        size: symbol.size,
    }
}
