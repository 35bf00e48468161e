//! Links objects: resolves names, drops what nothing refers to, and applies
//! relocations (gABI chapter 4; AAELF32 section 5.6).

use std::collections::{BTreeMap, BTreeSet};

use synth_ir::entity::SecondaryMap;

use super::ImageError;
use super::layout::{Member, Output, linker_symbol};
use crate::board::Board;
use crate::model::{
    Binding, Object, ObjectSymbolId, Place, Relocation, Section, SectionId, SectionKind, SymbolKind,
};
use crate::reloc::Target;

/// A section of one of the objects.
pub(super) type SectionRef = (usize, SectionId);

/// What a symbol means once all objects are known.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    /// A byte offset in a section.
    Section { section: SectionRef, offset: u32, thumb: bool },
    /// A number.
    Absolute(u32),
    /// The linker defines it.
    Linker,
    /// Weak, and nobody defines it.
    Missing,
    /// Nobody defines it.
    Undefined,
}

/// The names of all objects together.
pub(super) struct Linker<'a> {
    pub board: &'a Board,
    pub objects: &'a [&'a Object],
    definitions: BTreeMap<&'a str, (usize, ObjectSymbolId)>,
    /// Sections of COMDAT groups that another object has too.
    discarded: Vec<SecondaryMap<SectionId, bool>>,
}

impl<'a> Linker<'a> {
    /// Collects the definitions of all objects.
    pub fn new(
        board: &'a Board,
        objects: &'a [&'a Object],
        outputs: &[Output],
    ) -> Result<Self, ImageError> {
        let mut linker = Linker { board, objects, definitions: BTreeMap::new(), discarded: vec![] };
        linker.discard_groups();
        for (index, object) in objects.iter().enumerate() {
            for (id, symbol) in &object.symbols {
                let defined = match symbol.place {
                    Place::Undefined => false,
                    Place::Absolute(_) => true,
                    Place::Section(section, _) => !linker.discarded[index][section],
                };
                if defined && symbol.binding != Binding::Local {
                    if linker_symbol(board, outputs, &symbol.name).is_some() {
                        return Err(ImageError::Reserved { name: symbol.name.clone() });
                    }
                    linker.define(index, id)?;
                }
            }
        }
        Ok(linker)
    }

    /// Of groups with one name, the first stays.
    fn discard_groups(&mut self) {
        let mut seen = BTreeSet::new();
        for object in self.objects {
            let mut discarded = SecondaryMap::new();
            let groups: Vec<bool> = object
                .groups
                .values()
                .map(|symbol| seen.insert(object.symbols[*symbol].name.as_str()))
                .collect();
            for (id, section) in &object.sections {
                if let Some(group) = section.group {
                    discarded[id] = !groups[group.as_u32() as usize];
                }
            }
            self.discarded.push(discarded);
        }
    }

    /// A strong definition wins over weak ones, else the first does.
    fn define(&mut self, object: usize, id: ObjectSymbolId) -> Result<(), ImageError> {
        let symbol = &self.objects[object].symbols[id];
        let weak = |(object, id): (usize, ObjectSymbolId)| {
            self.objects[object].symbols[id].binding == Binding::Weak
        };
        let strong = symbol.binding == Binding::Global;
        match self.definitions.get(symbol.name.as_str()) {
            Some(other) if strong && !weak(*other) => {
                return Err(ImageError::Duplicate { name: symbol.name.clone() });
            }
            Some(_) if !strong => return Ok(()),
            _ => {}
        }
        self.definitions.insert(&symbol.name, (object, id));
        Ok(())
    }

    /// The definition of a global name.
    pub fn find(&self, name: &str) -> Option<Meaning> {
        self.definitions.get(name).map(|(object, id)| self.own(*object, *id))
    }

    /// A symbol as its object defines it.
    fn own(&self, object: usize, id: ObjectSymbolId) -> Meaning {
        let symbol = &self.objects[object].symbols[id];
        match symbol.place {
            Place::Absolute(value) => Meaning::Absolute(value),
            Place::Section(section, _) if self.discarded[object][section] => Meaning::Undefined,
            Place::Section(section, offset) => Meaning::Section {
                section: (object, section),
                offset,
                thumb: symbol.kind == SymbolKind::Func,
            },
            Place::Undefined => Meaning::Undefined,
        }
    }

    /// What a symbol of an object means.
    pub fn resolve(&self, object: usize, id: ObjectSymbolId, outputs: &[Output]) -> Meaning {
        let symbol = &self.objects[object].symbols[id];
        if symbol.binding == Binding::Local {
            return self.own(object, id);
        }
        match self.find(&symbol.name) {
            Some(meaning) => meaning,
            None if linker_symbol(self.board, outputs, &symbol.name).is_some() => Meaning::Linker,
            None if symbol.binding == Binding::Weak => Meaning::Missing,
            None => Meaning::Undefined,
        }
    }

    /// The sections that `roots` need, or all of them; the names that nobody
    /// defines, with a section that refers to each, are an error.
    pub fn live(
        &self,
        roots: &[SectionRef],
        outputs: &[Output],
    ) -> Result<Vec<SecondaryMap<SectionId, bool>>, ImageError> {
        let mut live: Vec<_> = self.objects.iter().map(|_| SecondaryMap::new()).collect();
        let mut missing = BTreeMap::new();
        let mut work: Vec<SectionRef> = vec![];
        let mut mark = |at: SectionRef, work: &mut Vec<SectionRef>| {
            let flag: &mut bool = &mut live[at.0][at.1];
            if !std::mem::replace(flag, true) {
                work.push(at);
            }
        };
        for root in roots {
            mark(*root, &mut work);
        }
        while let Some((object, id)) = work.pop() {
            let section = &self.objects[object].sections[id];
            for reloc in &section.relocs {
                match self.resolve(object, reloc.symbol, outputs) {
                    Meaning::Section { section, .. } => mark(section, &mut work),
                    Meaning::Undefined => {
                        let name = self.objects[object].symbols[reloc.symbol].name.clone();
                        missing.entry(name).or_insert_with(|| section.name.clone());
                    }
                    _ => {}
                }
            }
        }
        if missing.is_empty() {
            return Ok(live);
        }
        Err(ImageError::Undefined { symbols: missing.into_iter().collect() })
    }

    /// All sections that are not discarded, with their place.
    pub fn sections(&self) -> impl Iterator<Item = (SectionRef, &'a Section)> + '_ {
        self.objects.iter().enumerate().flat_map(move |(index, object)| {
            object
                .sections
                .iter()
                .filter(move |(id, _)| !self.discarded[index][*id])
                .map(move |(id, section)| ((index, id), section))
        })
    }

    /// The section of a member.
    pub fn section(&self, member: &Member) -> &'a Section {
        &self.objects[member.object].sections[member.section]
    }
}

/// Puts constructors into the order of their priorities: `.init_array.N` by
/// rising N, then `.init_array`.
pub(super) fn sort_init_array(linker: &Linker, output: &mut Output) {
    output.members.sort_by_key(|member| {
        let name = linker.section(member).name.as_str();
        let number = name.strip_prefix(".init_array.").and_then(|n| n.parse::<u32>().ok());
        number.map_or(u64::MAX, u64::from)
    });
}

/// Whether a section stays although nothing refers to it.
pub(super) fn is_root(section: &Section) -> bool {
    section.kind == SectionKind::InitArray
}

/// Where every section of the objects is: output section and address.
pub(super) type Addresses = Vec<SecondaryMap<SectionId, Option<(usize, u32)>>>;

/// The addresses after layout.
pub(super) fn addresses(objects: usize, outputs: &[Output]) -> Addresses {
    let mut addresses: Addresses = (0..objects).map(|_| SecondaryMap::new()).collect();
    for (index, output) in outputs.iter().enumerate() {
        for member in &output.members {
            let address = output.address.wrapping_add(member.offset);
            addresses[member.object][member.section] = Some((index, address));
        }
    }
    addresses
}

/// The bytes of an output section, relocated.
pub(super) fn contents(
    linker: &Linker,
    outputs: &[Output],
    addresses: &Addresses,
    output: &Output,
) -> Result<Vec<u8>, ImageError> {
    let mut bytes = vec![];
    for member in &output.members {
        bytes.resize(member.offset as usize, 0);
        let section = linker.section(member);
        let start = bytes.len();
        bytes.extend(&section.bytes);
        bytes.resize(start + section.size as usize, 0);
        let at = output.address.wrapping_add(member.offset);
        for reloc in &section.relocs {
            let target = target(linker, outputs, addresses, member.object, reloc);
            let error = || ImageError::Relocation {
                section: section.name.clone(),
                offset: reloc.offset,
                symbol: linker.objects[member.object].symbols[reloc.symbol].name.clone(),
            };
            if reloc.kind.is_branch() && !target.thumb && !target.missing {
                return Err(error());
            }
            let place = bytes[start..]
                .get_mut(reloc.offset as usize..)
                .and_then(|b| b.first_chunk_mut::<4>())
                .ok_or_else(error)?;
            let addend = reloc.kind.read_addend(*place);
            let at = at.wrapping_add(reloc.offset);
            *place = reloc.kind.apply(*place, addend, target, at).ok_or_else(error)?;
        }
    }
    bytes.resize(output.size.max(bytes.len() as u32) as usize, 0);
    Ok(bytes)
}

fn target(
    linker: &Linker,
    outputs: &[Output],
    addresses: &Addresses,
    object: usize,
    reloc: &Relocation,
) -> Target {
    let number = |address| Target { address, thumb: false, missing: false };
    match linker.resolve(object, reloc.symbol, outputs) {
        Meaning::Absolute(value) => number(value),
        Meaning::Linker => {
            let name = &linker.objects[object].symbols[reloc.symbol].name;
            number(linker_symbol(linker.board, outputs, name).unwrap_or(0))
        }
        Meaning::Section { section: (object, section), offset, thumb } => {
            let start = addresses[object][section].map_or(0, |(_, address)| address);
            Target { address: start.wrapping_add(offset), thumb, missing: false }
        }
        Meaning::Missing | Meaning::Undefined => Target { address: 0, thumb: false, missing: true },
    }
}
