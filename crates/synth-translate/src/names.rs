//! Names of symbols: global ones must be unique, local ones are made so.

use std::collections::HashMap;

use synth_ir::{Program, SymbolId};
use synth_wasm::Import;

use crate::error::Error;
use crate::options::Options;

const RENAME_IMPORT: &str = "rename the import with --import-symbol MODULE.NAME=SYMBOL";
const RENAME_EXPORT: &str = "rename one of them in the module, or set a prefix";

/// A name as a linker can hold it: not empty, without NUL.
pub(crate) fn symbol_name(name: &str) -> String {
    match name {
        "" => "\\empty".to_string(),
        _ => name.replace('\0', "\\0"),
    }
}

/// An import's symbol.
struct Imported {
    symbol: SymbolId,
    module: String,
    name: String,
    /// What it is, so that two uses of one name agree.
    kind: String,
}

/// The names that are taken.
#[derive(Default)]
pub(crate) struct Names {
    /// What has each global name.
    taken: HashMap<String, String>,
    imports: HashMap<String, Imported>,
    /// Local symbols, which are named last.
    locals: Vec<SymbolId>,
}

impl Names {
    /// Takes a global name.
    pub(crate) fn claim(&mut self, name: &str, what: String) -> Result<(), Error> {
        match self.taken.get(name) {
            None => {
                self.taken.insert(name.to_string(), what);
                Ok(())
            }
            Some(first) => {
                let imported = first.starts_with("import") || what.starts_with("import");
                Err(Error::SymbolClash {
                    name: name.to_string(),
                    first: first.clone(),
                    second: what,
                    help: if imported { RENAME_IMPORT } else { RENAME_EXPORT },
                })
            }
        }
    }

    /// The symbol of an import that was seen before, if it is the same one.
    pub(crate) fn imported(&self, symbol: &str, import: &Import, kind: &str) -> Option<SymbolId> {
        let seen = self.imports.get(symbol)?;
        let same = seen.module == import.module && seen.name == import.name && seen.kind == kind;
        same.then_some(seen.symbol)
    }

    /// Takes the name of an import's symbol.
    pub(crate) fn claim_import(
        &mut self,
        name: &str,
        import: &Import,
        kind: &str,
        symbol: SymbolId,
    ) -> Result<(), Error> {
        self.claim(name, format!("import `{}.{}` ({kind})", import.module, import.name))?;
        self.imports.insert(
            name.to_string(),
            Imported {
                symbol,
                module: import.module.clone(),
                name: import.name.clone(),
                kind: kind.to_string(),
            },
        );
        Ok(())
    }

    /// Remembers a local symbol.
    pub(crate) fn local(&mut self, symbol: SymbolId) {
        self.locals.push(symbol);
    }

    /// Makes the names of the local symbols unique: one that is taken gets a
    /// number.
    pub(crate) fn number_locals(&mut self, program: &mut Program) {
        let mut next: HashMap<String, u32> = HashMap::new();
        for &symbol in &self.locals {
            let name = program.symbols[symbol].name.clone();
            let mut unique = name.clone();
            while self.taken.contains_key(&unique) {
                let number = next.entry(name.clone()).or_default();
                *number += 1;
                unique = format!("{name}.{number}");
            }
            self.taken.insert(unique.clone(), String::new());
            program.symbols[symbol].name = unique;
        }
    }
}

/// The name that the options give an import.
pub(crate) fn renamed(options: &Options, import: &Import) -> Option<String> {
    options.import_symbols.get(&format!("{}.{}", import.module, import.name)).cloned()
}

/// The symbol of an import: as the options say, else its field name.
pub(crate) fn import_symbol(options: &Options, import: &Import) -> String {
    renamed(options, import).unwrap_or_else(|| symbol_name(&import.name))
}
