//! Describes an ELF object or image of any tool's making: sections, symbols,
//! relocations, build attributes, traps. For people; nothing is compiled from
//! what is read here.

mod attributes;
mod tables;
mod text;

use object::read::elf::{ElfFile32, ElfSection32, SectionHeader};
use object::read::{Object as _, ObjectSection, ObjectSymbol, SymbolSection};
use object::{Endianness, RelocationFlags, RelocationTarget, elf};

use crate::from_program::CONTRACT_SECTION;
use crate::reloc::RelocKind;
use crate::traps::{self, TRAP_SECTION, Trap};

/// What is in a file.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whether it is a relocatable object, else it is linked.
    pub relocatable: bool,
    /// The entry address of a linked file.
    pub entry: u32,
    /// Sections in file order, tables of the file itself left out.
    pub sections: Vec<SectionReport>,
    /// Named symbols in file order, mapping symbols left out.
    pub symbols: Vec<SymbolReport>,
    /// Relocations in file order.
    pub relocations: Vec<RelocationReport>,
    /// Build attributes: name and value.
    pub attributes: Vec<(String, String)>,
    /// The trap table of a linked file.
    pub traps: Vec<Trap>,
    /// The trap tables of an object: the section of code, and a trap whose
    /// address is the offset in it.
    pub object_traps: Vec<(String, Trap)>,
    /// Bytes of stack that each function of an object uses, callees not
    /// included.
    pub stack: Vec<(String, u64)>,
    /// The contract of an object of ours, line by line (`.synth.contract`): a
    /// word that says what it is, and the rest.
    pub contract: Vec<(String, String)>,
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionReport {
    /// Its name.
    pub name: String,
    /// The ELF type without `SHT_`.
    pub kind: String,
    /// Letters as readelf prints them: W, A, X, M, S, G, L.
    pub flags: String,
    /// Its address; 0 in an object.
    pub address: u32,
    /// Size in bytes.
    pub size: u32,
    /// Alignment in bytes.
    pub align: u32,
}

/// A symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolReport {
    /// Its name.
    pub name: String,
    /// Its value, without the Thumb bit.
    pub value: u32,
    /// Size in bytes.
    pub size: u32,
    /// The ELF type without `STT_`.
    pub kind: String,
    /// `local`, `global` or `weak`.
    pub binding: &'static str,
    /// Whether it is a Thumb function.
    pub thumb: bool,
    /// The name of its section; `None` if undefined or absolute.
    pub section: Option<String>,
    /// Whether another object must define it.
    pub undefined: bool,
}

/// A relocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelocationReport {
    /// The section that holds the place.
    pub section: String,
    /// Byte offset of the place.
    pub offset: u32,
    /// The ELF type, as AAELF32 names it if this crate knows it.
    pub kind: String,
    /// The symbol's name, or its section's.
    pub symbol: String,
    /// The addend in the place, for the kinds that this crate knows.
    pub addend: i32,
}

/// Why a file can't be described.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// It is no ELF file, or a broken one.
    #[error("not a readable 32-bit ELF file: {0}")]
    Elf(String),
    /// It is for another machine.
    #[error("the ELF file is not for 32-bit little-endian ARM")]
    Machine,
}

impl From<object::read::Error> for InspectError {
    fn from(error: object::read::Error) -> Self {
        InspectError::Elf(error.to_string())
    }
}

type File<'d> = ElfFile32<'d, Endianness>;

/// The section with the stack use of functions, as LLVM writes it.
const STACK_SECTION: &str = ".stack_sizes";

impl Report {
    /// Describes the file with those bytes.
    ///
    /// # Errors
    /// See [`InspectError`].
    pub fn read(bytes: &[u8]) -> Result<Report, InspectError> {
        let file = File::parse(bytes)?;
        let header = file.elf_header();
        let machine = header.e_machine.get(Endianness::Little);
        if file.endian() != Endianness::Little || machine != elf::EM_ARM {
            return Err(InspectError::Machine);
        }
        let mut report = Report {
            relocatable: header.e_type.get(Endianness::Little) == elf::ET_REL,
            entry: header.e_entry.get(Endianness::Little),
            sections: vec![],
            symbols: vec![],
            relocations: vec![],
            attributes: vec![],
            traps: vec![],
            object_traps: vec![],
            stack: vec![],
            contract: vec![],
        };
        let mut stack = vec![];
        for section in file.sections() {
            report.section(&file, &section, &mut stack)?;
        }
        report.stack = tables::named(&file, stack)?;
        for symbol in file.symbols() {
            let name = lossy(symbol.name_bytes()?);
            if !name.is_empty() && !name.starts_with('$') {
                report.symbols.push(symbol_report(&file, &symbol, name)?);
            }
        }
        report.traps.sort_by_key(|t| (t.address, t.wasm_offset));
        Ok(report)
    }

    fn section(
        &mut self,
        file: &File<'_>,
        section: &ElfSection32<'_, '_, Endianness>,
        stack: &mut Vec<tables::StackUse>,
    ) -> Result<(), InspectError> {
        let header = section.elf_section_header();
        let kind = header.sh_type.get(Endianness::Little);
        let name = lossy(section.name_bytes()?);
        if kind == elf::SHT_ARM_ATTRIBUTES {
            self.attributes = attributes::read(section.data()?);
        }
        match (name.as_str(), self.relocatable) {
            (TRAP_SECTION, false) => self.traps.extend(traps::decode(section.data()?)),
            (TRAP_SECTION, true) => tables::traps(file, section, &mut self.object_traps)?,
            (STACK_SECTION, true) => tables::stack(file, section, stack)?,
            (CONTRACT_SECTION, _) => self.contract = contract_lines(section.data()?),
            _ => {}
        }
        let tables = [elf::SHT_SYMTAB, elf::SHT_STRTAB, elf::SHT_REL, elf::SHT_SYMTAB_SHNDX];
        if tables.contains(&kind) {
            return Ok(());
        }
        for (offset, reloc) in section.relocations() {
            self.relocation(file, section, &name, offset as u32, &reloc)?;
        }
        self.sections.push(SectionReport {
            name,
            kind: section_kind(kind),
            flags: flag_letters(header.sh_flags(Endianness::Little)),
            address: section.address() as u32,
            size: section.size() as u32,
            align: section.align() as u32,
        });
        Ok(())
    }

    fn relocation(
        &mut self,
        file: &File<'_>,
        section: &ElfSection32<'_, '_, Endianness>,
        name: &str,
        offset: u32,
        reloc: &object::Relocation,
    ) -> Result<(), InspectError> {
        let RelocationFlags::Elf { r_type } = reloc.flags() else { return Ok(()) };
        let known = RelocKind::ALL.iter().find(|k| k.elf_type() == r_type);
        let place = section.data()?.get(offset as usize..).and_then(|b| b.first_chunk());
        let addend = match (known, place) {
            (Some(kind), Some(place)) => kind.read_addend(*place),
            _ => 0,
        };
        let symbol = match reloc.target() {
            RelocationTarget::Symbol(index) => {
                let symbol = file.symbol_by_index(index)?;
                match symbol.section_index() {
                    Some(section) if symbol.name_bytes()?.is_empty() => {
                        lossy(file.section_by_index(section)?.name_bytes()?)
                    }
                    _ => lossy(symbol.name_bytes()?),
                }
            }
            _ => String::new(),
        };
        self.relocations.push(RelocationReport {
            section: name.to_string(),
            offset,
            kind: known.map_or_else(|| format!("R_ARM type {}", r_type.0), |k| k.name().into()),
            symbol,
            addend,
        });
        Ok(())
    }

    /// Names of the symbols that other objects must define, sorted.
    pub fn undefined(&self) -> Vec<&str> {
        let mut names: Vec<_> =
            self.symbols.iter().filter(|s| s.undefined).map(|s| s.name.as_str()).collect();
        names.sort_unstable();
        names
    }
}

fn contract_lines(text: &[u8]) -> Vec<(String, String)> {
    let text = lossy(text);
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(word, rest)| (word.to_string(), rest.escape_debug().to_string())).collect()
}

fn symbol_report(
    file: &File<'_>,
    symbol: &object::read::elf::ElfSymbol32<'_, '_, Endianness>,
    name: String,
) -> Result<SymbolReport, InspectError> {
    let raw = symbol.elf_symbol();
    let kind = elf::SymbolType(raw.st_info.0 & 0xf);
    let value = raw.st_value.get(Endianness::Little);
    let thumb = kind == elf::STT_FUNC && value & 1 == 1;
    let section = match symbol.section() {
        SymbolSection::Section(index) => Some(lossy(file.section_by_index(index)?.name_bytes()?)),
        _ => None,
    };
    Ok(SymbolReport {
        name,
        value: if thumb { value & !1 } else { value },
        size: raw.st_size.get(Endianness::Little),
        kind: short(kind.name(), "STT_", kind.0.into()),
        binding: match symbol {
            s if s.is_local() => "local",
            s if s.is_weak() => "weak",
            _ => "global",
        },
        thumb,
        section,
        undefined: symbol.is_undefined(),
    })
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A constant's name without its prefix, or its number.
fn short(name: Option<&str>, prefix: &str, number: u32) -> String {
    match name {
        Some(name) => name.strip_prefix(prefix).unwrap_or(name).to_string(),
        None => format!("{number:#x}"),
    }
}

fn section_kind(kind: elf::SectionType) -> String {
    match kind {
        elf::SHT_ARM_EXIDX => "ARM_EXIDX".to_string(),
        elf::SHT_ARM_ATTRIBUTES => "ARM_ATTRIBUTES".to_string(),
        _ => short(kind.name(), "SHT_", kind.0),
    }
}

fn flag_letters(flags: elf::SectionFlags) -> String {
    let letters = [
        (elf::SHF_WRITE, 'W'),
        (elf::SHF_ALLOC, 'A'),
        (elf::SHF_EXECINSTR, 'X'),
        (elf::SHF_MERGE, 'M'),
        (elf::SHF_STRINGS, 'S'),
        (elf::SHF_LINK_ORDER, 'L'),
        (elf::SHF_GROUP, 'G'),
    ];
    letters.iter().filter(|(flag, _)| flags.0 & flag.0 != 0).map(|(_, letter)| letter).collect()
}
