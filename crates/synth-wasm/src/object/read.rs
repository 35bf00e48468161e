//! Custom sections to [`Object`] (tool-conventions, `Linking.md`).

use std::ops::Range;

use wasmparser::{
    BinaryReader, ComdatSymbolKind, Linking, LinkingSectionReader, RelocSectionReader,
    SegmentFlags, SymbolFlags, SymbolInfo,
};

use super::relocation::{RelocKind, Relocation};
use super::{
    Binding, Comdat, DataPlace, Feature, FeaturePolicy, InitFunction, Object, ObjectSymbol,
    SegmentInfo, SymbolKind,
};
use crate::error::Error;
use crate::module::{ExternKind, Module};

/// What relocations can apply to.
#[derive(Clone, Debug)]
pub(crate) enum SectionContents {
    /// The code section.
    Code(Range<usize>),
    /// The data section.
    Data(Range<usize>),
    /// The custom section of that index.
    Custom(usize),
    /// Any other.
    Other,
}

/// Reads the linking information of a module that has been read, if it has
/// any. `sections` are its sections in order.
pub(crate) fn read(module: &Module, sections: &[SectionContents]) -> Result<Option<Object>, Error> {
    let Some(linking) = module.customs.iter().find(|c| c.name == "linking") else {
        return Ok(None);
    };
    let mut reader = Reader { module, sections, object: Object::default() };
    reader.object.segments = vec![SegmentInfo::default(); module.data.len()];
    reader.object.data_relocs = vec![Vec::new(); module.data.len()];
    reader.read_linking(linking.range.clone())?;
    for custom in &module.customs {
        if custom.name.starts_with("reloc.") {
            reader.read_relocations(custom.range.clone())?;
        } else if custom.name == "target_features" {
            reader.read_features(custom.range.clone())?;
        }
    }
    let mut object = reader.object;
    sort(&mut object.code_relocs)?;
    object.data_relocs.iter_mut().try_for_each(|relocs| sort(relocs))?;
    object.custom_relocs.iter_mut().try_for_each(|(_, relocs)| sort(relocs))?;
    object.relocatable = module.is_relocatable();
    Ok(Some(object))
}

struct Reader<'a> {
    module: &'a Module,
    sections: &'a [SectionContents],
    object: Object,
}

/// Sorts relocations by place; no two may share bytes.
fn sort(relocs: &mut [Relocation]) -> Result<(), Error> {
    relocs.sort_by_key(|r| r.offset);
    let end = |r: &Relocation| u64::from(r.offset) + u64::from(r.kind.field().len());
    match relocs.windows(2).find(|w| end(&w[0]) > u64::from(w[1].offset)) {
        Some(w) => Err(malformed("two relocations of the same bytes", w[1].offset.into())),
        None => Ok(()),
    }
}

fn malformed(message: impl Into<String>, offset: u64) -> Error {
    Error::Object { message: message.into(), offset }
}

impl<'a> Reader<'a> {
    fn bytes(&self, range: Range<usize>) -> BinaryReader<'a> {
        let start = range.start as u64;
        BinaryReader::new(self.module.bytes.get(range).unwrap_or_default(), start)
    }

    fn read_linking(&mut self, range: Range<usize>) -> Result<(), Error> {
        let mut comdats = Vec::new();
        let mut init = Vec::new();
        for subsection in LinkingSectionReader::new(self.bytes(range))? {
            match subsection? {
                Linking::SymbolTable(symbols) => {
                    for symbol in symbols.into_iter_with_offsets() {
                        let (offset, symbol) = symbol?;
                        let symbol = self.symbol(symbol, offset)?;
                        self.object.symbols.push(symbol);
                    }
                }
                Linking::SegmentInfo(segments) => {
                    for (i, segment) in segments.into_iter_with_offsets().enumerate() {
                        let (offset, segment) = segment?;
                        let info = self.object.segments.get_mut(i);
                        let Some(info) = info else {
                            return Err(malformed("more segment names than segments", offset));
                        };
                        *info = segment_info(segment, offset)?;
                    }
                }
                Linking::InitFuncs(functions) => init.push(functions),
                Linking::ComdatInfo(groups) => comdats.push(groups),
                Linking::TargetArch(_) | Linking::Unknown { .. } => {}
            }
        }
        for function in init.into_iter().flat_map(|f| f.into_iter_with_offsets()) {
            let (offset, function) = function?;
            let (priority, symbol) = (function.priority, function.symbol_index);
            match self.object.symbols.get(symbol as usize) {
                Some(ObjectSymbol { kind: SymbolKind::Function(_), .. }) => {}
                _ => return Err(malformed("an init function is no function symbol", offset)),
            }
            self.object.init_functions.push(InitFunction { priority, symbol });
        }
        for group in comdats.into_iter().flat_map(|c| c.into_iter_with_offsets()) {
            let (offset, group) = group?;
            let group = self.comdat(&group, offset)?;
            self.object.comdats.push(group);
        }
        Ok(())
    }

    fn symbol(&self, symbol: SymbolInfo<'_>, offset: u64) -> Result<ObjectSymbol, Error> {
        let (flags, kind, name) = match symbol {
            SymbolInfo::Func { flags, index, name } => {
                (flags, SymbolKind::Function(index), self.name(ExternKind::Function, index, name))
            }
            SymbolInfo::Global { flags, index, name } => {
                (flags, SymbolKind::Global(index), self.name(ExternKind::Global, index, name))
            }
            SymbolInfo::Table { flags, index, name } => {
                (flags, SymbolKind::Table(index), self.name(ExternKind::Table, index, name))
            }
            SymbolInfo::Event { flags, index, name } => {
                (flags, SymbolKind::Tag(index), self.name(ExternKind::Tag, index, name))
            }
            SymbolInfo::Data { flags, name, symbol } => {
                let kind = match symbol {
                    Some(place) if flags.contains(SymbolFlags::ABSOLUTE) => {
                        SymbolKind::Absolute(place.offset)
                    }
                    place => SymbolKind::Data {
                        place: place.map(|p| DataPlace {
                            segment: p.index,
                            offset: p.offset,
                            size: p.size,
                        }),
                    },
                };
                (flags, kind, name)
            }
            SymbolInfo::Section { flags, section } => {
                let Some(SectionContents::Custom(index)) = self.sections.get(section as usize)
                else {
                    return Err(malformed("a section symbol names no custom section", offset));
                };
                let name = &self.module.customs[*index].name;
                (flags, SymbolKind::Section(*index as u32), &name[..])
            }
        };
        let binding = match (
            flags.contains(SymbolFlags::BINDING_WEAK),
            flags.contains(SymbolFlags::BINDING_LOCAL),
        ) {
            (false, false) => Binding::Global,
            (true, false) => Binding::Weak,
            (false, true) => Binding::Local,
            (true, true) => return Err(malformed("a symbol is both weak and local", offset)),
        };
        let symbol = ObjectSymbol {
            name: name.to_string(),
            kind,
            binding,
            hidden: flags.contains(SymbolFlags::VISIBILITY_HIDDEN),
            undefined: flags.contains(SymbolFlags::UNDEFINED),
            exported: flags.contains(SymbolFlags::EXPORTED),
            explicit_name: flags.contains(SymbolFlags::EXPLICIT_NAME),
            no_strip: flags.contains(SymbolFlags::NO_STRIP),
            tls: flags.contains(SymbolFlags::TLS),
        };
        self.check_symbol(&symbol, offset)?;
        Ok(undefine_weak(symbol))
    }

    /// The explicit name, else that of the import.
    fn name<'s>(&'s self, kind: ExternKind, index: u32, explicit: Option<&'s str>) -> &'s str {
        explicit.or_else(|| Some(&self.module.import(kind, index)?.name)).unwrap_or_default()
    }

    /// An index is in range and is an import if and only if the symbol is
    /// undefined; data is within its segment.
    fn check_symbol(&self, symbol: &ObjectSymbol, offset: u64) -> Result<(), Error> {
        let (kind, index, count) = match symbol.kind {
            SymbolKind::Function(i) => (ExternKind::Function, i, self.module.functions.len()),
            SymbolKind::Global(i) => (ExternKind::Global, i, self.module.globals.len()),
            SymbolKind::Table(i) => (ExternKind::Table, i, self.module.tables.len()),
            SymbolKind::Tag(i) => (ExternKind::Tag, i, self.module.tags as usize),
            SymbolKind::Data { place: Some(place) } => {
                let len = self.module.data_bytes(place.segment).map(|b| b.len() as u64);
                let end = u64::from(place.offset) + u64::from(place.size);
                return match len {
                    Some(len) if end <= len => Ok(()),
                    _ => {
                        let message =
                            format!("data symbol `{}` is outside of its segment", symbol.name);
                        Err(malformed(message, offset))
                    }
                };
            }
            SymbolKind::Data { place: None } | SymbolKind::Absolute(_) | SymbolKind::Section(_) => {
                return Ok(());
            }
        };
        let imported = self.module.import(kind, index).is_some();
        if index as usize >= count {
            let message = format!("symbol `{}` has an index out of range", symbol.name);
            Err(malformed(message, offset))
        } else if imported != symbol.undefined && kind != ExternKind::Tag {
            let message = match imported {
                true => format!("symbol `{}` is defined but names an import", symbol.name),
                false => format!("symbol `{}` is undefined but names no import", symbol.name),
            };
            Err(malformed(message, offset))
        } else {
            Ok(())
        }
    }

    fn comdat(&self, group: &wasmparser::Comdat<'_>, offset: u64) -> Result<Comdat, Error> {
        let mut comdat = Comdat { name: group.name.to_string(), ..Comdat::default() };
        for member in group.symbols.clone() {
            let member = member?;
            let index = member.index;
            let in_range = match member.kind {
                ComdatSymbolKind::Data => {
                    comdat.segments.push(index);
                    (index as usize) < self.module.data.len()
                }
                ComdatSymbolKind::Func => {
                    comdat.functions.push(index);
                    let function = self.module.functions.get(index as usize);
                    function.is_some_and(|f| f.import.is_none())
                }
                ComdatSymbolKind::Section => match self.sections.get(index as usize) {
                    Some(SectionContents::Custom(custom)) => {
                        comdat.sections.push(*custom as u32);
                        true
                    }
                    _ => false,
                },
                // No compiler groups these, and no linker reads them.
                _ => false,
            };
            if !in_range {
                let message = format!("a member of the group `{}` does not exist", group.name);
                return Err(malformed(message, offset));
            }
        }
        Ok(comdat)
    }

    fn read_relocations(&mut self, range: Range<usize>) -> Result<(), Error> {
        let offset = range.start as u64;
        let reader = RelocSectionReader::new(self.bytes(range))?;
        let index = reader.section_index() as usize;
        let section = self.sections.get(index).cloned().unwrap_or(SectionContents::Other);
        let bounds = match &section {
            SectionContents::Code(range) | SectionContents::Data(range) => range.clone(),
            SectionContents::Custom(custom) => self.module.customs[*custom].range.clone(),
            SectionContents::Other => {
                return Err(malformed("relocations of what holds neither code nor data", offset));
            }
        };
        let mut custom = Vec::new();
        for entry in reader.entries().into_iter_with_offsets() {
            let (at, entry) = entry?;
            let kind = RelocKind::from(entry.ty);
            let Ok(addend) = i32::try_from(entry.addend) else {
                return Err(malformed(format!("{kind}: the addend has more than 32 bits"), at));
            };
            let symbol = entry.index;
            let known = match kind {
                RelocKind::TypeIndexLeb => (symbol as usize) < self.module.types.len(),
                _ => {
                    let target = self.object.symbols.get(symbol as usize);
                    target.is_some_and(|target| kind.fits(target.kind))
                }
            };
            if !known {
                // wasm-ld leaves -1 in debug information of what it removed.
                if matches!(section, SectionContents::Custom(_)) && symbol == u32::MAX {
                    continue;
                }
                return Err(malformed(
                    format!("{kind} of symbol {symbol}, which is none for it"),
                    at,
                ));
            }
            let end = entry.offset as u64 + u64::from(kind.field().len());
            if end > (bounds.end - bounds.start) as u64 {
                return Err(malformed(format!("{kind} is outside of its section"), at));
            }
            let mut reloc = Relocation { kind, offset: entry.offset, symbol, addend };
            match section {
                SectionContents::Code(_) => {
                    // A module has fewer than 4 GiB.
                    reloc.offset = reloc.offset.saturating_add(bounds.start as u32);
                    self.object.code_relocs.push(reloc);
                }
                SectionContents::Data(_) => {
                    self.add_data_reloc(reloc, bounds.start + reloc.offset as usize, at)?;
                }
                SectionContents::Custom(_) | SectionContents::Other => custom.push(reloc),
            }
        }
        if let SectionContents::Custom(index) = section {
            self.object.custom_relocs.push((index, custom));
        }
        Ok(())
    }

    /// Puts a relocation of the data section to its segment.
    fn add_data_reloc(
        &mut self,
        mut reloc: Relocation,
        place: usize,
        at: u64,
    ) -> Result<(), Error> {
        let data = &self.module.data;
        let segment = data.partition_point(|d| d.range.start <= place).checked_sub(1);
        let end = place + reloc.kind.field().len() as usize;
        match segment {
            Some(segment) if end <= data[segment].range.end => {
                reloc.offset = (place - data[segment].range.start) as u32;
                self.object.data_relocs[segment].push(reloc);
                Ok(())
            }
            _ => Err(malformed(format!("{} is outside of any segment", reloc.kind), at)),
        }
    }

    fn read_features(&mut self, range: Range<usize>) -> Result<(), Error> {
        let mut reader = self.bytes(range);
        for _ in 0..reader.read_var_u32()? {
            let offset = reader.original_position();
            let policy = match reader.read_u8()? {
                b'+' => FeaturePolicy::Used,
                b'-' => FeaturePolicy::Disallowed,
                b'=' => FeaturePolicy::Required,
                _ => return Err(malformed("unknown prefix of a target feature", offset)),
            };
            let name = reader.read_string()?.to_string();
            self.object.features.push(Feature { policy, name });
        }
        Ok(())
    }
}

/// In a finished module an undefined weak function is a defined one, of this
/// name, that traps when it is called and has the address 0.
const UNDEFINED_WEAK: &str = "undefined_weak:";

/// Makes undefined again what the linker made a trap.
fn undefine_weak(mut symbol: ObjectSymbol) -> ObjectSymbol {
    if let (SymbolKind::Function(_), Some(name)) =
        (symbol.kind, symbol.name.strip_prefix(UNDEFINED_WEAK))
    {
        symbol.name = name.to_string();
        symbol.binding = Binding::Weak;
        symbol.undefined = true;
    }
    symbol
}

/// `WASM_SEG_FLAG_RETAIN`, which wasmparser has no name for.
const RETAIN: SegmentFlags = SegmentFlags::from_bits_retain(4);

fn segment_info(segment: wasmparser::Segment<'_>, offset: u64) -> Result<SegmentInfo, Error> {
    // The format counts the alignment in powers of two.
    let Some(align) = 1u32.checked_shl(segment.alignment) else {
        let message = format!("alignment 2^{} of `{}`", segment.alignment, segment.name);
        return Err(malformed(message, offset));
    };
    Ok(SegmentInfo {
        name: segment.name.to_string(),
        align,
        strings: segment.flags.contains(SegmentFlags::STRINGS),
        tls: segment.flags.contains(SegmentFlags::TLS),
        retain: segment.flags.contains(RETAIN),
    })
}
