//! Writes an [`Object`] as an ELF relocatable file (ET_REL).
//!
//! Order of sections: COMDAT groups (a group precedes its members), then each
//! section followed by its relocations, then the build attributes. Groups
//! contain the relocation sections of their members, as gABI asks.

use object::elf;
use synth_ir::entity::{EntityRef, PrimaryMap, SecondaryMap};

use crate::elf_file::{ElfFile, Link, RawSection, RawSymbol};
use crate::error::ObjectError;
use crate::model::{
    Access, Binding, GroupId, Object, ObjectSymbolId, Place, Section, SectionId, SectionKind,
    SymbolKind,
};

/// The section holds instructions alone (AAELF32 section 5.3.4).
const SHF_ARM_PURECODE: elf::SectionFlags = elf::SectionFlags(0x2000_0000);

/// Where things of the model are in the file.
struct Indices {
    sections: SecondaryMap<SectionId, u32>,
    /// Relocation sections; 0 where there is none.
    relocs: SecondaryMap<SectionId, u32>,
    symbols: SecondaryMap<ObjectSymbolId, u32>,
}

impl Object {
    /// The bytes of the ELF file. Equal objects give equal bytes.
    ///
    /// # Errors
    /// [`ObjectError::TooLarge`] when an offset passes 4 GiB or a symbol's index
    /// 24 bits.
    pub fn write(&self) -> Result<Vec<u8>, ObjectError> {
        // Elf32_Rel has 24 bits for a symbol.
        if self.symbols.len() >= 1 << 24 {
            return Err(ObjectError::TooLarge(format!("{} symbols", self.symbols.len())));
        }
        let order = self.symbol_order();
        let indices = self.indices(&order);
        let groups: PrimaryMap<GroupId, Vec<u8>> = self.group_contents(&indices);
        let relocs: Vec<Vec<u8>> =
            self.sections.values().map(|s| reloc_contents(s, &indices)).collect();
        let names: Vec<String> =
            self.sections.values().map(|s| format!(".rel{}", s.name)).collect();
        let attributes = self.attributes.as_ref().map(|a| a.to_bytes());

        let mut sections = vec![];
        for (group, bytes) in &groups {
            sections.push(RawSection {
                kind: elf::SHT_GROUP,
                link: Link::Symbols,
                info: indices.symbols[self.groups[group]],
                entry_size: 4,
                ..plain(".group", bytes, 4)
            });
        }
        for (id, section) in &self.sections {
            sections.push(raw_section(section, &indices));
            if !section.relocs.is_empty() {
                let group = elf::SectionFlags(group_flag(section));
                sections.push(RawSection {
                    kind: elf::SHT_REL,
                    flags: elf::SHF_INFO_LINK | group,
                    link: Link::Symbols,
                    info: indices.sections[id],
                    entry_size: 8,
                    ..plain(&names[id.index()], &relocs[id.index()], 4)
                });
            }
        }
        if let Some(bytes) = &attributes {
            let kind = elf::SHT_ARM_ATTRIBUTES;
            sections.push(RawSection { kind, ..plain(".ARM.attributes", bytes, 1) });
        }
        let symbols = order.iter().map(|id| self.raw_symbol(*id, &indices)).collect();
        ElfFile {
            kind: elf::ET_REL,
            entry: 0,
            flags: elf::EF_ARM_EABI_VER5,
            segments: vec![],
            sections,
            symbols,
        }
        .write()
    }

    /// Symbols as the file holds them: local ones first (gABI, sh_info).
    fn symbol_order(&self) -> Vec<ObjectSymbolId> {
        let (mut order, global): (Vec<_>, Vec<_>) =
            self.symbols.keys().partition(|id| self.symbols[*id].binding == Binding::Local);
        order.extend(global);
        order
    }

    fn indices(&self, order: &[ObjectSymbolId]) -> Indices {
        let mut next = 1 + self.groups.len() as u32;
        let mut indices = Indices {
            sections: SecondaryMap::new(),
            relocs: SecondaryMap::new(),
            symbols: SecondaryMap::new(),
        };
        for (id, section) in &self.sections {
            indices.sections[id] = next;
            next += 1;
            if !section.relocs.is_empty() {
                indices.relocs[id] = next;
                next += 1;
            }
        }
        for (i, id) in order.iter().enumerate() {
            indices.symbols[*id] = i as u32 + 1;
        }
        indices
    }

    fn group_contents(&self, indices: &Indices) -> PrimaryMap<GroupId, Vec<u8>> {
        let mut groups: PrimaryMap<GroupId, Vec<u8>> =
            self.groups.values().map(|_| elf::GRP_COMDAT.0.to_le_bytes().to_vec()).collect();
        for (id, section) in &self.sections {
            let Some(group) = section.group else { continue };
            for index in [indices.sections[id], indices.relocs[id]] {
                if index != 0 {
                    groups[group].extend(index.to_le_bytes());
                }
            }
        }
        groups
    }

    fn raw_symbol(&self, id: ObjectSymbolId, indices: &Indices) -> RawSymbol<'_> {
        let symbol = &self.symbols[id];
        let (section, special, value) = match symbol.place {
            Place::Undefined => (None, elf::SHN_UNDEF, 0),
            Place::Absolute(value) => (None, elf::SHN_ABS, value),
            Place::Section(section, offset) => {
                let thumb = u32::from(symbol.kind == SymbolKind::Func);
                (Some(indices.sections[section]), elf::SHN_UNDEF, offset | thumb)
            }
        };
        RawSymbol {
            name: &symbol.name,
            binding: match symbol.binding {
                Binding::Local => elf::STB_LOCAL,
                Binding::Global => elf::STB_GLOBAL,
                Binding::Weak => elf::STB_WEAK,
            },
            kind: match symbol.kind {
                SymbolKind::NoType => elf::STT_NOTYPE,
                SymbolKind::Func => elf::STT_FUNC,
                SymbolKind::Object => elf::STT_OBJECT,
                SymbolKind::Section => elf::STT_SECTION,
                SymbolKind::File => elf::STT_FILE,
            },
            hidden: symbol.hidden,
            section,
            special,
            value,
            size: symbol.size,
        }
    }
}

/// A section outside memory with those contents.
fn plain<'a>(name: &'a str, bytes: &'a [u8], align: u32) -> RawSection<'a> {
    RawSection {
        name,
        kind: elf::SHT_PROGBITS,
        flags: elf::SectionFlags(0),
        address: 0,
        bytes: Some(bytes),
        size: 0,
        link: Link::None,
        info: 0,
        align,
        entry_size: 0,
    }
}

fn group_flag(section: &Section) -> u64 {
    if section.group.is_some() { elf::SHF_GROUP.0 } else { 0 }
}

fn raw_section<'a>(section: &'a Section, indices: &Indices) -> RawSection<'a> {
    let mut flags = access_flags(section.access) | elf::SectionFlags(group_flag(section));
    if section.pure_code {
        flags |= SHF_ARM_PURECODE;
    }
    if section.link_order.is_some() {
        flags |= elf::SHF_LINK_ORDER;
    }
    let no_bits = section.kind == SectionKind::NoBits;
    RawSection {
        kind: section_type(section.kind),
        flags,
        bytes: (!no_bits).then_some(&section.bytes),
        size: section.size,
        link: match section.link_order {
            Some(to) => Link::Section(indices.sections[to]),
            None => Link::None,
        },
        ..plain(&section.name, &section.bytes, section.align)
    }
}

/// The flags of memory with that access.
pub(crate) fn access_flags(access: Access) -> elf::SectionFlags {
    match access {
        Access::None => elf::SectionFlags(0),
        Access::Read => elf::SHF_ALLOC,
        Access::Write => elf::SHF_ALLOC | elf::SHF_WRITE,
        Access::Execute => elf::SHF_ALLOC | elf::SHF_EXECINSTR,
    }
}

/// The ELF number of a section type.
pub(crate) fn section_type(kind: SectionKind) -> elf::SectionType {
    match kind {
        SectionKind::ProgBits => elf::SHT_PROGBITS,
        SectionKind::NoBits => elf::SHT_NOBITS,
        SectionKind::InitArray => elf::SHT_INIT_ARRAY,
        SectionKind::FiniArray => elf::SHT_FINI_ARRAY,
        SectionKind::ArmExidx => elf::SHT_ARM_EXIDX,
        SectionKind::Note => elf::SHT_NOTE,
    }
}

/// The relocations as Elf32_Rel records.
fn reloc_contents(section: &Section, indices: &Indices) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(section.relocs.len() * 8);
    for reloc in &section.relocs {
        let info = indices.symbols[reloc.symbol] << 8 | reloc.kind.elf_type().0;
        bytes.extend(reloc.offset.to_le_bytes());
        bytes.extend(info.to_le_bytes());
    }
    bytes
}
