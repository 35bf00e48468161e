//! The name section (core specification, appendix 7.4.1).
//!
//! Names carry no meaning for the program: a malformed section is ignored
//! from the first error on, as the specification asks.

use std::collections::BTreeMap;

use wasmparser::{IndirectNameMap, Name, NameMap, NameSectionReader};

use crate::object::{ObjectSymbol, SymbolKind};

/// Names of the entities of a module, by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The module's name.
    pub module: Option<String>,
    /// Names of functions.
    pub functions: BTreeMap<u32, String>,
    /// Names of locals, by function.
    pub locals: BTreeMap<u32, BTreeMap<u32, String>>,
    /// Names of types.
    pub types: BTreeMap<u32, String>,
    /// Names of tables.
    pub tables: BTreeMap<u32, String>,
    /// Names of memories.
    pub memories: BTreeMap<u32, String>,
    /// Names of globals.
    pub globals: BTreeMap<u32, String>,
    /// Names of element segments.
    pub elements: BTreeMap<u32, String>,
    /// Names of data segments.
    pub data: BTreeMap<u32, String>,
}

impl Names {
    pub(crate) fn read(reader: NameSectionReader<'_>) -> Self {
        let mut names = Names::default();
        for subsection in reader {
            let Ok(subsection) = subsection else { break };
            if names.read_subsection(subsection).is_err() {
                break;
            }
        }
        names
    }

    /// Objects have a symbol table in place of a name section.
    pub(crate) fn add_symbols<'a>(&mut self, symbols: impl Iterator<Item = &'a ObjectSymbol>) {
        for symbol in symbols {
            let (names, index) = match symbol.kind {
                SymbolKind::Function(index) => (&mut self.functions, index),
                SymbolKind::Global(index) => (&mut self.globals, index),
                SymbolKind::Table(index) => (&mut self.tables, index),
                _ => continue,
            };
            names.entry(index).or_insert_with(|| symbol.name.clone());
        }
    }

    fn read_subsection(&mut self, subsection: Name<'_>) -> wasmparser::Result<()> {
        match subsection {
            Name::Module { name, .. } => {
                self.module = Some(name.to_string());
                Ok(())
            }
            Name::Function(map) => read_map(map, &mut self.functions),
            Name::Local(map) => read_indirect(map, &mut self.locals),
            Name::Type(map) => read_map(map, &mut self.types),
            Name::Table(map) => read_map(map, &mut self.tables),
            Name::Memory(map) => read_map(map, &mut self.memories),
            Name::Global(map) => read_map(map, &mut self.globals),
            Name::Element(map) => read_map(map, &mut self.elements),
            Name::Data(map) => read_map(map, &mut self.data),
            _ => Ok(()),
        }
    }
}

fn read_map(map: NameMap<'_>, into: &mut BTreeMap<u32, String>) -> wasmparser::Result<()> {
    for naming in map {
        let naming = naming?;
        into.insert(naming.index, naming.name.to_string());
    }
    Ok(())
}

fn read_indirect(
    map: IndirectNameMap<'_>,
    into: &mut BTreeMap<u32, BTreeMap<u32, String>>,
) -> wasmparser::Result<()> {
    for naming in map {
        let naming = naming?;
        read_map(naming.names, into.entry(naming.index).or_default())?;
    }
    Ok(())
}
