//! Lays out the parts of an ELF32 little-endian ARM file and writes them.
//!
//! The same writer serves relocatable objects and images: sections are given
//! as bytes, in the order of their indices from 1 on; symbols as rows, local
//! ones first. Tables and headers are the work of the `object` crate.
//! Sections follow gABI chapter 4, flags and types AAELF32 section 5.

use object::write::elf::{FileHeader, ProgramHeader, SectionHeader, Sym, Writer};
use object::{Endianness, elf};

use crate::error::ObjectError;

/// A section of the file.
pub(crate) struct RawSection<'a> {
    pub name: &'a str,
    pub kind: elf::SectionType,
    pub flags: elf::SectionFlags,
    pub address: u32,
    /// Contents; `None` for SHT_NOBITS.
    pub bytes: Option<&'a [u8]>,
    /// Size in memory, for SHT_NOBITS.
    pub size: u32,
    pub link: Link,
    pub info: u32,
    pub align: u32,
    pub entry_size: u32,
}

/// The `sh_link` of a section.
#[derive(Clone, Copy)]
pub(crate) enum Link {
    None,
    /// The section of that index.
    Section(u32),
    /// The symbol table.
    Symbols,
}

/// A symbol of the file.
pub(crate) struct RawSymbol<'a> {
    pub name: &'a str,
    pub binding: elf::SymbolBind,
    pub kind: elf::SymbolType,
    pub hidden: bool,
    /// The index of a section; `None` for a special one.
    pub section: Option<u32>,
    /// The special section when `section` is `None`.
    pub special: elf::SymbolSection,
    pub value: u32,
    pub size: u32,
}

/// A stretch of the file that is loaded (PT_LOAD).
pub(crate) struct RawSegment {
    /// First section in it, by index; the file offset is that section's.
    pub first: u32,
    pub address: u32,
    pub load_address: u32,
    pub file_size: u32,
    pub memory_size: u32,
    pub flags: elf::ProgramFlags,
    pub align: u32,
}

/// A whole file.
pub(crate) struct ElfFile<'a> {
    pub kind: elf::FileType,
    pub entry: u32,
    pub flags: elf::FileFlags,
    pub segments: Vec<RawSegment>,
    pub sections: Vec<RawSection<'a>>,
    pub symbols: Vec<RawSymbol<'a>>,
}

fn too_large(error: object::write::Error) -> ObjectError {
    ObjectError::TooLarge(error.to_string())
}

impl ElfFile<'_> {
    /// The bytes of the file.
    pub fn write(&self) -> Result<Vec<u8>, ObjectError> {
        let mut out = Vec::new();
        let mut w = Writer::new(Endianness::Little, false, &mut out);
        w.reserve_file_header();
        w.reserve_program_headers(self.segments.len() as u32);
        w.reserve_null_section_index();
        let mut names = vec![];
        let mut offsets = vec![];
        for s in &self.sections {
            w.reserve_section_index();
            names.push((!s.name.is_empty()).then(|| w.add_section_name(s.name.as_bytes())));
            let size = s.bytes.map_or(0, |b| b.len() as u64);
            offsets.push(w.reserve(size, s.align.into()));
        }
        w.reserve_null_symbol_index();
        let mut strings = vec![];
        for s in &self.symbols {
            w.reserve_symbol_index(s.section.map(object::write::elf::SectionIndex));
            strings.push((!s.name.is_empty()).then(|| w.add_string(s.name.as_bytes())));
        }
        let symtab = w.reserve_symtab_section_index();
        w.reserve_symtab();
        if w.symtab_shndx_needed() {
            w.reserve_symtab_shndx_section_index();
            w.reserve_symtab_shndx();
        }
        w.reserve_strtab_section_index();
        w.reserve_strtab().map_err(too_large)?;
        w.reserve_shstrtab_section_index();
        w.reserve_shstrtab().map_err(too_large)?;
        w.reserve_section_headers();
        if w.reserved_len() > u64::from(u32::MAX) {
            return Err(ObjectError::TooLarge(format!("{} bytes", w.reserved_len())));
        }

        w.write_file_header(&FileHeader {
            os_abi: elf::ELFOSABI_NONE,
            abi_version: 0,
            e_type: self.kind,
            e_machine: elf::EM_ARM,
            e_entry: self.entry.into(),
            e_flags: self.flags,
        })
        .map_err(too_large)?;
        if !self.segments.is_empty() {
            w.write_align_program_headers();
        }
        for s in &self.segments {
            w.write_program_header(&ProgramHeader {
                p_type: elf::PT_LOAD,
                p_flags: s.flags,
                p_offset: offsets[s.first as usize - 1],
                p_vaddr: s.address.into(),
                p_paddr: s.load_address.into(),
                p_filesz: s.file_size.into(),
                p_memsz: s.memory_size.into(),
                p_align: s.align.into(),
            });
        }
        for s in &self.sections {
            w.write_align(s.align.into());
            w.write(s.bytes.unwrap_or_default());
        }
        w.write_null_symbol();
        for (s, name) in self.symbols.iter().zip(&strings) {
            let visibility = if s.hidden { elf::STV_HIDDEN } else { elf::STV_DEFAULT };
            let st_name = w.string_offset(*name);
            w.write_symbol(&Sym {
                section: s.section,
                st_name,
                st_info: elf::SymbolInfo::new(s.binding, s.kind),
                st_other: elf::SymbolOther(0).with_visibility(visibility),
                st_shndx: s.special,
                st_value: s.value.into(),
                st_size: s.size.into(),
            });
        }
        w.write_symtab_shndx();
        w.write_strtab();
        w.write_shstrtab();

        w.write_null_section_header();
        for ((s, name), offset) in self.sections.iter().zip(names).zip(offsets) {
            let sh_name = w.section_name_offset(name);
            w.write_section_header(&SectionHeader {
                sh_name,
                sh_type: s.kind,
                sh_flags: s.flags,
                sh_addr: s.address.into(),
                sh_offset: offset,
                sh_size: s.bytes.map_or(s.size.into(), |b| b.len() as u64),
                sh_link: match s.link {
                    Link::None => 0,
                    Link::Section(index) => index,
                    Link::Symbols => symtab.0,
                },
                sh_info: s.info,
                sh_addralign: s.align.into(),
                sh_entsize: s.entry_size.into(),
            });
        }
        let local = self.symbols.iter().filter(|s| s.binding == elf::STB_LOCAL).count();
        w.write_symtab_section_header(local as u32 + 1);
        w.write_symtab_shndx_section_header();
        w.write_strtab_section_header();
        w.write_shstrtab_section_header();
        Ok(out)
    }
}
