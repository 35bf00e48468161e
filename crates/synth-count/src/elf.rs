//! ELF executables: segments at their run-time addresses, symbols by name.

use std::collections::BTreeMap;

use object::read::elf::{ElfFile32, FileHeader, ProgramHeader};
use object::{Endianness, Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind, elf};

use crate::Error;

/// A program to load.
pub(crate) struct Executable {
    /// Memory with its contents, filled up with zeros.
    pub segments: Vec<Segment>,
    /// Addresses by name, functions without the Thumb bit.
    pub symbols: BTreeMap<String, u32>,
    /// The functions that initialise the program, in order.
    pub constructors: Vec<u32>,
}

pub(crate) struct Segment {
    pub address: u32,
    pub bytes: Vec<u8>,
    pub code: bool,
}

fn failure(error: impl std::fmt::Display) -> Error {
    Error::Elf(error.to_string())
}

impl Executable {
    pub(crate) fn parse(data: &[u8]) -> Result<Self, Error> {
        let file = ElfFile32::<Endianness>::parse(data).map_err(failure)?;
        let header = file.elf_header();
        let endian = Endianness::Little;
        if header.e_machine(endian) != elf::EM_ARM || header.e_type(endian) != elf::ET_EXEC {
            return Err(failure("wrong machine or type of file"));
        }
        let mut segments = vec![];
        for segment in header.program_headers(endian, data).map_err(failure)? {
            if segment.p_type(endian) != elf::PT_LOAD {
                continue;
            }
            let contents = segment.data(endian, data).map_err(|()| failure("truncated segment"))?;
            let mut bytes = contents.to_vec();
            let size = segment.p_memsz(endian) as usize;
            if size > MAX_SEGMENT || size < bytes.len() {
                return Err(failure(format!("segment of {size:#x} bytes")));
            }
            bytes.resize(size, 0);
            let code = segment.p_flags(endian).contains(elf::PF_X);
            segments.push(Segment { address: segment.p_vaddr(endian), bytes, code });
        }
        // Our own images have no segments for memory that starts as zeros.
        for section in file.sections().filter(|s| s.kind() == SectionKind::UninitializedData) {
            let size = section.size() as usize;
            if size > MAX_SEGMENT {
                return Err(failure(format!("section of {size:#x} bytes")));
            }
            let (address, bytes) = (section.address() as u32, vec![0; size]);
            segments.push(Segment { address, bytes, code: false });
        }
        Ok(Self { segments, symbols: symbols(&file), constructors: constructors(&file) })
    }
}

/// More than any board here has.
const MAX_SEGMENT: usize = 1 << 26;

/// The global symbols, then local ones whose name is not taken.
fn symbols(file: &ElfFile32) -> BTreeMap<String, u32> {
    let mut symbols = BTreeMap::new();
    for global in [true, false] {
        for symbol in file.symbols().filter(|s| s.is_global() == global && s.is_definition()) {
            let Ok(name) = symbol.name() else { continue };
            let function = symbol.kind() == SymbolKind::Text;
            let address = symbol.address() as u32 & !u32::from(function);
            symbols.entry(name.to_string()).or_insert(address);
        }
    }
    symbols
}

fn constructors(file: &ElfFile32) -> Vec<u32> {
    let section = file.section_by_name(".init_array");
    let bytes = section.and_then(|s| s.data().ok()).unwrap_or_default();
    bytes.chunks_exact(4).map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]])).collect()
}
