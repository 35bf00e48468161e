//! Places a compiled program into the sections of an [`Object`].
//!
//! Each function and each datum has a section of its own, as with gcc's
//! `-ffunction-sections -fdata-sections`, so that a linker can drop what is
//! not used. Function symbols are STT_FUNC (the Thumb bit follows from that)
//! and code is marked by mapping symbols (AAELF32 section 5.5.5).

use std::collections::{BTreeMap, BTreeSet};

use synth_ir::entity::SecondaryMap;
use synth_ir::{Data, DataKind, Definition, Linkage, Program, Symbol, SymbolId, Visibility};
use synth_thumb::{Code, Cpu, Span};

use crate::attributes::Attributes;
use crate::error::ObjectError;
use crate::float::{FloatUse, float_use};
use crate::model::{
    Access, Binding, Object, ObjectSymbol, ObjectSymbolId, Place, Relocation, Section, SectionId,
    SectionKind, SymbolKind,
};
use crate::options::{ObjectOptions, TrapTable};
use crate::reloc::RelocKind;
use crate::traps;

impl Object {
    /// The object of a program whose functions have these codes.
    ///
    /// Undefined symbols appear only when something refers to them, and a
    /// local function without code is an error only then.
    ///
    /// # Errors
    /// See [`ObjectError`].
    pub fn from_program(
        program: &Program,
        codes: &[(SymbolId, Code)],
        cpu: Cpu,
        options: &ObjectOptions,
    ) -> Result<Object, ObjectError> {
        check_names(program)?;
        let mut placer = Placer::new(program, codes, options);
        placer.place_all()?;
        placer.place_aliases()?;
        placer.relocate_all()?;
        placer.place_contract();
        let FloatUse { float, vfp_args } = float_use(program, codes);
        let mut object = placer.object;
        object.attributes = Some(Attributes { cpu, float, vfp_args });
        Ok(object)
    }
}

/// Names of global symbols are unique and can be written.
fn check_names(program: &Program) -> Result<(), ObjectError> {
    let mut seen = BTreeSet::new();
    for symbol in program.symbols.values().filter(|s| s.linkage != Linkage::Local) {
        let name = symbol.name.as_str();
        if name.is_empty() || name.contains('\0') {
            return Err(ObjectError::Name { name: name.to_string() });
        }
        if !seen.insert(name) {
            return Err(ObjectError::Duplicate { name: name.to_string() });
        }
    }
    Ok(())
}

struct Placer<'p> {
    program: &'p Program,
    options: &'p ObjectOptions,
    codes: SecondaryMap<SymbolId, Option<&'p Code>>,
    object: Object,
    ids: SecondaryMap<SymbolId, Option<ObjectSymbolId>>,
    sections: SecondaryMap<SymbolId, Option<SectionId>>,
    /// Bytes of data with contents so far.
    contents: u64,
    /// Where the aliases of a symbol start.
    alias_starts: BTreeMap<SymbolId, BTreeSet<u32>>,
}

/// The section with the contract as text.
pub const CONTRACT_SECTION: &str = ".synth.contract";

/// Bytes of data with contents in one object. No device has as much flash; a
/// few bytes of input can ask for 4 GiB.
const MOST_CONTENTS: u64 = 256 << 20;

impl<'p> Placer<'p> {
    fn new(
        program: &'p Program,
        codes: &'p [(SymbolId, Code)],
        options: &'p ObjectOptions,
    ) -> Self {
        let mut by_symbol = SecondaryMap::new();
        for (id, code) in codes {
            by_symbol[*id] = Some(code);
        }
        Placer {
            program,
            options,
            codes: by_symbol,
            object: Object::default(),
            ids: SecondaryMap::new(),
            sections: SecondaryMap::new(),
            contents: 0,
            alias_starts: BTreeMap::new(),
        }
    }

    /// Sections and symbols of all that this program defines.
    fn place_all(&mut self) -> Result<(), ObjectError> {
        if let Some(file) = &self.options.file {
            self.object.symbols.push(ObjectSymbol {
                name: clean(file),
                binding: Binding::Local,
                kind: SymbolKind::File,
                hidden: false,
                place: Place::Absolute(0),
                size: 0,
            });
        }
        let program = self.program;
        for (id, symbol) in &program.symbols {
            match &symbol.def {
                Definition::Function(_) => match self.codes[id] {
                    Some(code) => self.place_function(id, code)?,
                    None if symbol.linkage == Linkage::Local => {}
                    None => {
                        let name = symbol.name.clone();
                        return Err(ObjectError::NoDefinition { name });
                    }
                },
                Definition::Data(data) => self.place_data(id, data)?,
                Definition::Absolute(value) => {
                    self.define(id, SymbolKind::NoType, Place::Absolute(*value), 0);
                }
                Definition::Alias { .. }
                | Definition::UndefinedFunction
                | Definition::UndefinedData => {}
            }
        }
        Ok(())
    }

    fn place_function(&mut self, id: SymbolId, code: &Code) -> Result<(), ObjectError> {
        let symbol = &self.program.symbols[id];
        let align = check_align(symbol, code.align.max(2).max(symbol.align.unwrap_or(1)))?;
        let name = section_name(symbol, ".text");
        let mut section = Section::new(name, Access::Execute, align, code.bytes.clone());
        section.pure_code = self.options.pure_code;
        let section = self.object.sections.push(section);
        self.define(id, SymbolKind::Func, Place::Section(section, 0), code.bytes.len() as u32);
        self.sections[id] = Some(section);
        self.group(id, section);
        for (offset, span) in &code.spans {
            let name = match span {
                Span::Thumb => "$t",
                Span::Data => "$d",
            };
            self.object.symbols.push(ObjectSymbol::local(name, section, *offset));
        }
        self.describe_function(id, section, code)
    }

    /// The sections that describe a function: unwinding, stack use, traps.
    fn describe_function(
        &mut self,
        id: SymbolId,
        text: SectionId,
        code: &Code,
    ) -> Result<(), ObjectError> {
        let extra = !self.options.orphan_clean;
        let traps = extra && self.options.traps != TrapTable::None && !code.traps.is_empty();
        let stack = extra && self.options.stack_sizes;
        if !(self.options.unwind || traps || stack) {
            return Ok(());
        }
        let mut start = ObjectSymbol::local("", text, 0);
        start.kind = SymbolKind::Section;
        let start = self.object.symbols.push(start);
        if self.options.unwind {
            let name = format!(".ARM.exidx{}", self.object.sections[text].name);
            // EXIDX_CANTUNWIND (EHABI32 section 6).
            let entry = [0, 0, 0, 0, 1, 0, 0, 0].to_vec();
            let mut section = Section::new(name, Access::Read, 4, entry);
            section.kind = SectionKind::ArmExidx;
            let section = self.describe(text, section, RelocKind::Prel31, start, &[0]);
            self.object.symbols.push(ObjectSymbol::local("$d", section, 0));
        }
        if stack {
            let mut entry = vec![0; 4];
            uleb128(code.stack, &mut entry);
            let section = Section::new(".stack_sizes", Access::None, 1, entry);
            self.describe(text, section, RelocKind::Abs32, start, &[0]);
        }
        if traps {
            let (bytes, places) = traps::encode(self.program, id, &code.traps)?;
            let access = match self.options.traps {
                TrapTable::Allocated => Access::Read,
                _ => Access::None,
            };
            let section = Section::new(traps::TRAP_SECTION, access, 4, bytes);
            self.describe(text, section, RelocKind::Abs32, start, &places);
        }
        Ok(())
    }

    /// Adds a section that lives and dies with the code in `text` and refers
    /// to its start at `places`.
    fn describe(
        &mut self,
        text: SectionId,
        mut section: Section,
        kind: RelocKind,
        symbol: ObjectSymbolId,
        places: &[u32],
    ) -> SectionId {
        section.group = self.object.sections[text].group;
        section.link_order = Some(text);
        let reloc = |offset: &u32| Relocation { offset: *offset, kind, symbol };
        section.relocs = places.iter().map(reloc).collect();
        self.object.sections.push(section)
    }

    fn place_data(&mut self, id: SymbolId, data: &Data) -> Result<(), ObjectError> {
        let symbol = &self.program.symbols[id];
        let empty = data.relocs.is_empty() && data.bytes.iter().all(|b| *b == 0);
        let (default, kind, access) = match data.kind {
            DataKind::Const => (".rodata", SectionKind::ProgBits, Access::Read),
            DataKind::Variable if empty && symbol.section.is_none() => {
                (".bss", SectionKind::NoBits, Access::Write)
            }
            DataKind::Variable => (".data", SectionKind::ProgBits, Access::Write),
            DataKind::NoInit => (".noinit", SectionKind::NoBits, Access::Write),
            DataKind::InitArray => (".init_array", SectionKind::InitArray, Access::Write),
            DataKind::FiniArray => (".fini_array", SectionKind::FiniArray, Access::Write),
        };
        let name = match (data.kind, &symbol.section) {
            (DataKind::InitArray | DataKind::FiniArray, None) => default.to_string(),
            _ => section_name(symbol, default),
        };
        let kind = if without_contents(&name) { SectionKind::NoBits } else { kind };
        if kind == SectionKind::NoBits && !empty {
            return Err(ObjectError::ContentsInBss { name: symbol.name.clone(), section: name });
        }
        let size = data.size.max(data.bytes.len() as u32);
        let mut bytes = vec![];
        if kind != SectionKind::NoBits {
            self.contents += u64::from(size);
            if self.contents > MOST_CONTENTS {
                let message = format!("'{}' has {size} bytes of initial contents", symbol.name);
                return Err(ObjectError::TooLarge(message));
            }
            bytes.clone_from(&data.bytes);
            bytes.resize(size as usize, 0);
        }
        let align = check_align(symbol, data.align.max(1))?;
        let mut section = Section::new(name, access, align, bytes);
        section.kind = kind;
        section.size = size;
        let section = self.object.sections.push(section);
        self.define(id, SymbolKind::Object, Place::Section(section, 0), size);
        self.sections[id] = Some(section);
        self.group(id, section);
        if kind != SectionKind::NoBits {
            self.object.symbols.push(ObjectSymbol::local("$d", section, 0));
        }
        Ok(())
    }

    /// The section with the contract, which is in the file only.
    fn place_contract(&mut self) {
        if let (Some(text), false) = (&self.options.contract, self.options.orphan_clean) {
            let bytes = text.clone().into_bytes();
            self.object.sections.push(Section::new(CONTRACT_SECTION, Access::None, 1, bytes));
        }
    }

    /// Adds the ELF symbol of a symbol.
    fn define(&mut self, id: SymbolId, kind: SymbolKind, place: Place, size: u32) {
        let symbol = &self.program.symbols[id];
        let (name, binding) = match symbol.linkage {
            Linkage::Local => (local_name(&symbol.name), Binding::Local),
            Linkage::Global => (symbol.name.clone(), Binding::Global),
            Linkage::Weak | Linkage::Comdat => (symbol.name.clone(), Binding::Weak),
        };
        let hidden = symbol.visibility == Visibility::Hidden && binding != Binding::Local;
        let symbol = ObjectSymbol { name, binding, kind, hidden, place, size };
        self.ids[id] = Some(self.object.symbols.push(symbol));
    }

    /// Puts a section into the COMDAT group of its symbol, if it has one.
    fn group(&mut self, id: SymbolId, section: SectionId) {
        if let (Linkage::Comdat, Some(symbol)) = (self.program.symbols[id].linkage, self.ids[id]) {
            self.object.sections[section].group = Some(self.object.groups.push(symbol));
        }
    }

    /// Aliases, which may have aliases as targets: each chain is walked to
    /// its end and defined from there back.
    fn place_aliases(&mut self) -> Result<(), ObjectError> {
        for symbol in self.program.symbols.values() {
            if let Definition::Alias { target, offset } = symbol.def {
                self.alias_starts.entry(target).or_default().insert(offset);
            }
        }
        let mut seen = SecondaryMap::<SymbolId, bool>::new();
        for id in self.program.symbols.keys() {
            let mut chain = vec![];
            let mut at = id;
            while let (None, Definition::Alias { target, .. }) =
                (self.ids[at], &self.program.symbols[at].def)
            {
                if std::mem::replace(&mut seen[at], true) {
                    let name = self.program.symbols[at].name.clone();
                    return Err(ObjectError::AliasTarget { name });
                }
                chain.push(at);
                at = *target;
            }
            for alias in chain.into_iter().rev() {
                self.place_alias(alias)?;
            }
        }
        Ok(())
    }

    /// An alias whose target has its ELF symbol.
    fn place_alias(&mut self, id: SymbolId) -> Result<(), ObjectError> {
        let symbol = &self.program.symbols[id];
        let Definition::Alias { target, offset } = symbol.def else { return Ok(()) };
        let error = || ObjectError::AliasTarget { name: symbol.name.clone() };
        let to = &self.object.symbols[self.ids[target].ok_or_else(error)?];
        let (kind, size) = match (to.kind, offset) {
            (SymbolKind::Func, 0) => (SymbolKind::Func, to.size),
            (SymbolKind::Func, _) => (SymbolKind::NoType, 0),
            // It ends where the next one starts.
            (kind, _) => {
                let starts = self.alias_starts.get(&target);
                let next = starts.and_then(|s| s.range(offset.saturating_add(1)..).next());
                (kind, next.map_or(to.size, |&end| end.min(to.size)).saturating_sub(offset))
            }
        };
        let place = match to.place {
            Place::Section(section, at) => Place::Section(section, at.wrapping_add(offset)),
            Place::Absolute(value) => Place::Absolute(value.wrapping_add(offset)),
            Place::Undefined => return Err(error()),
        };
        self.define(id, kind, place, size);
        Ok(())
    }

    /// The relocations of all code and data.
    fn relocate_all(&mut self) -> Result<(), ObjectError> {
        let program = self.program;
        for (id, symbol) in &program.symbols {
            let Some(section) = self.sections[id] else { continue };
            if let Some(code) = self.codes[id] {
                for r in &code.relocs {
                    let held = self.relocate(section, r.offset, r.kind.into(), r.symbol)?;
                    if held.map(|place| RelocKind::from(r.kind).read_addend(*place))
                        != Some(r.addend)
                    {
                        return Err(relocation_error(symbol, r.offset));
                    }
                }
            }
            if let Definition::Data(data) = &symbol.def {
                for r in &data.relocs {
                    match self.relocate(section, r.offset, RelocKind::Abs32, r.symbol)? {
                        Some(place) => *place = r.addend.to_le_bytes(),
                        None => return Err(relocation_error(symbol, r.offset)),
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds a relocation; the place in the section's bytes, if it is inside.
    fn relocate(
        &mut self,
        section: SectionId,
        offset: u32,
        kind: RelocKind,
        symbol: SymbolId,
    ) -> Result<Option<&mut [u8; 4]>, ObjectError> {
        let symbol = self.reference(symbol)?;
        let section = &mut self.object.sections[section];
        section.relocs.push(Relocation { offset, kind, symbol });
        Ok(section.bytes.get_mut(offset as usize..).and_then(|b| b.first_chunk_mut()))
    }

    /// The ELF symbol to refer to; undefined symbols are made on first use.
    fn reference(&mut self, id: SymbolId) -> Result<ObjectSymbolId, ObjectError> {
        if let Some(symbol) = self.ids[id] {
            return Ok(symbol);
        }
        let symbol = &self.program.symbols[id];
        let undefined =
            matches!(symbol.def, Definition::UndefinedFunction | Definition::UndefinedData);
        if undefined && symbol.linkage != Linkage::Local {
            self.define(id, SymbolKind::NoType, Place::Undefined, 0);
        }
        self.ids[id].ok_or_else(|| ObjectError::NoDefinition { name: symbol.name.clone() })
    }
}

fn relocation_error(symbol: &Symbol, offset: u32) -> ObjectError {
    ObjectError::Relocation { name: symbol.name.clone(), offset }
}

fn check_align(symbol: &Symbol, align: u32) -> Result<u32, ObjectError> {
    match align.is_power_of_two() {
        true => Ok(align),
        false => Err(ObjectError::Alignment { name: symbol.name.clone(), align }),
    }
}

/// The section that the symbol asks for, or `PREFIX.NAME`.
fn section_name(symbol: &Symbol, prefix: &str) -> String {
    match &symbol.section {
        Some(section) => clean(section),
        None => format!("{prefix}.{}", clean(&symbol.name)),
    }
}

/// Whether sections of that name have no contents in the file.
fn without_contents(name: &str) -> bool {
    [".bss", ".noinit"].iter().any(|prefix| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// A string that an ELF string table can hold.
fn clean(name: &str) -> String {
    name.replace('\0', "\u{fffd}")
}

/// The name of a local symbol, which must not look like a mapping symbol
/// (`$t`, `$d.1`): linkers know those by name.
fn local_name(name: &str) -> String {
    let name = clean(name);
    if name.starts_with('$') { format!(".{name}") } else { name }
}

fn uleb128(mut value: u32, out: &mut Vec<u8>) {
    loop {
        let byte = value as u8 & 0x7f;
        value >>= 7;
        if value == 0 {
            return out.push(byte);
        }
        out.push(byte | 0x80);
    }
}
