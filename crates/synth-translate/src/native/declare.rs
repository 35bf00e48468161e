//! The symbols of an object: functions and undefined data. One symbol stands
//! for a function; its other names are aliases.

use std::collections::BTreeSet;

use synth_ir::{Definition, Function, Linkage, SymbolId};
use synth_wasm::{Binding, ExternKind, Import, ImportType, Object, ObjectSymbol, SymbolKind};

use super::NativeEnv;
use crate::declare::{Declarer, unsupported};
use crate::error::Error;
use crate::names::{import_symbol, symbol_name};
use crate::sig::signature;

/// Addresses that `wasm-ld` makes up, which mean nothing to the host's linker.
const LINKER_MADE: &[&str] = &[
    "__data_end",
    "__dso_handle",
    "__global_base",
    "__heap_base",
    "__heap_end",
    "__stack_high",
    "__stack_low",
    "__wasm_first_page_end",
];

/// What `wasm-ld` puts before the name of a function that is called with
/// another signature than it has: such a call traps.
const MISMATCH: &str = "signature_mismatch:";

/// Whether a name stands for an address that `wasm-ld` makes up.
pub(super) fn is_linker_made(name: &str) -> bool {
    LINKER_MADE.contains(&name)
}

/// The linkage of a definition.
pub(super) fn linkage(symbol: &ObjectSymbol, comdat: bool) -> Linkage {
    match symbol.binding {
        Binding::Local => Linkage::Local,
        _ if comdat => Linkage::Comdat,
        Binding::Weak => Linkage::Weak,
        Binding::Global => Linkage::Global,
    }
}

/// Of several names of one thing, the place of the one that it should have:
/// one that no other object can replace, if there is one.
pub(super) fn primary(symbols: &[(usize, &ObjectSymbol)]) -> Option<usize> {
    let find = |binding| symbols.iter().position(|(_, s)| s.binding == binding);
    match symbols {
        [] => None,
        [_] => Some(0),
        _ => find(Binding::Global).or_else(|| find(Binding::Local)),
    }
}

impl<'m> Declarer<'m> {
    /// Declares all symbols of a module in the native model.
    pub(crate) fn native(&mut self) -> Result<(), Error> {
        let object = match self.module.check_relocations() {
            Ok(object) => object,
            Err(synth_wasm::Error::NoObject) => return self.finished(),
            Err(error) => return Err(Error::Relocations(error)),
        };
        let symbols = vec![None; object.symbols.len()];
        self.env.native = Some(NativeEnv { object: Some(object), symbols, statics: None });
        super::support::check(self.module, object, self.options)?;
        self.native_functions(object)?;
        self.native_globals(object)?;
        self.undefined_data(object)?;
        self.native_data(object)?;
        self.native_init(object)?;
        for helper in self.usage.helpers.clone() {
            self.helper(helper)?;
        }
        Ok(())
    }

    /// Binds symbols of the object to a symbol of the program.
    pub(super) fn bind(&mut self, index: usize, symbol: SymbolId) {
        if let Some(native) = &mut self.env.native {
            native.symbols[index] = Some(symbol);
        }
    }

    /// Adds the symbol of a definition.
    pub(super) fn define(
        &mut self,
        symbol: &ObjectSymbol,
        what: &str,
        comdat: bool,
        def: Definition,
    ) -> Result<SymbolId, Error> {
        let id = match linkage(symbol, comdat) {
            Linkage::Local => self.add_local(&symbol.name, def),
            linkage => {
                let what = format!("the {what} `{}`", symbol.name);
                let id = self.add_global(&symbol.name, what, def)?;
                self.program.symbols[id].linkage = linkage;
                id
            }
        };
        self.program.symbols[id].retain = symbol.no_strip;
        Ok(id)
    }

    fn native_functions(&mut self, object: &'m Object) -> Result<(), Error> {
        let mut names: Vec<Vec<(usize, &ObjectSymbol)>> = vec![vec![]; self.module.functions.len()];
        for (index, symbol) in object.symbols.iter().enumerate() {
            if let SymbolKind::Function(function) = symbol.kind {
                names[function as usize].push((index, symbol));
            }
        }
        let comdat: BTreeSet<u32> =
            object.comdats.iter().flat_map(|c| c.functions.iter().copied()).collect();
        for (index, symbols) in (0..).zip(&names) {
            let name = self.module.names.functions.get(&index);
            let mut all = symbols.iter().map(|(_, symbol)| &symbol.name).chain(name);
            if let Some(name) = all.find_map(|name| name.strip_prefix(MISMATCH)) {
                return Err(unsupported(
                    &format!("a call of `{name}` with another signature than it has"),
                    0,
                    "declare the function as it is defined, in all sources; wasm-ld names the \
                     objects that differ",
                ));
            }
            let function = match self.module.import(ExternKind::Function, index) {
                Some(import) => self.undefined_function(index, import, symbols)?,
                None if symbols.first().is_some_and(|(_, s)| s.undefined) => {
                    self.weak_stub(index, symbols)?
                }
                None => self.defined_function(index, symbols, comdat.contains(&index))?,
            };
            self.env.functions.push(function);
        }
        Ok(())
    }

    fn undefined_function(
        &mut self,
        index: u32,
        import: &Import,
        symbols: &[(usize, &ObjectSymbol)],
    ) -> Result<SymbolId, Error> {
        let ty = self.module.function_type(index).cloned().unwrap_or_default();
        let name = import_symbol(self.options, import);
        let kind = format!("function {ty}");
        let id = self.add_undefined(&name, import, &kind, Definition::UndefinedFunction)?;
        for &(index, symbol) in symbols {
            if symbol.binding == Binding::Weak {
                self.program.symbols[id].linkage = Linkage::Weak;
            }
            self.bind(index, id);
        }
        Ok(id)
    }

    /// A weak function that nobody defines: a linker gives it a body, which
    /// traps, but the host may still supply one.
    fn weak_stub(
        &mut self,
        index: u32,
        symbols: &[(usize, &ObjectSymbol)],
    ) -> Result<SymbolId, Error> {
        let name = symbols.first().map(|(_, s)| s.name.clone()).unwrap_or_default();
        let ty = self.module.functions.get(index as usize).map_or(0, |f| f.ty);
        let ty = ImportType::Function(ty);
        let import = Import { module: "env".to_string(), name, ty, index };
        self.undefined_function(index, &import, symbols)
    }

    fn defined_function(
        &mut self,
        index: u32,
        symbols: &[(usize, &ObjectSymbol)],
        comdat: bool,
    ) -> Result<SymbolId, Error> {
        let ty = self.module.function_type(index).cloned().unwrap_or_default();
        let def =
            Definition::Function(Box::new(Function::new(signature(&ty, self.options.hard_float))));
        let first = primary(symbols);
        let id = match first.map(|first| symbols[first].1) {
            Some(symbol) => self.define(symbol, "function", comdat, def)?,
            None => {
                let name = self.module.names.functions.get(&index).filter(|n| !n.is_empty());
                let name = symbols.first().map(|(_, s)| &s.name).or(name).cloned();
                self.add_local(&name.unwrap_or_else(|| format!("func[{index}]")), def)
            }
        };
        for (number, &(index, symbol)) in symbols.iter().enumerate() {
            let id = match Some(number) == first {
                true => id,
                false => {
                    let def = Definition::Alias { target: id, offset: 0 };
                    self.define(symbol, "function", false, def)?
                }
            };
            self.bind(index, id);
        }
        if symbols.is_empty() {
            // wasm-ld makes functions, which call constructors before and
            // destructors after what they are exported as.
            return Ok(id);
        }
        let named = |name: &&String| !symbols.iter().any(|(_, s)| s.name == **name);
        let exports = self.export_names(ExternKind::Function, index);
        let others: Vec<String> = exports.iter().filter(named).cloned().collect();
        self.add_aliases(id, &others, "function")?;
        Ok(id)
    }

    /// Data that the host defines, and numbers.
    fn undefined_data(&mut self, object: &'m Object) -> Result<(), Error> {
        for (index, symbol) in object.symbols.iter().enumerate() {
            let id = match symbol.kind {
                SymbolKind::Absolute(value) if !is_linker_made(&symbol.name) => {
                    self.define(symbol, "number", false, Definition::Absolute(value))?
                }
                SymbolKind::Data { place: None } | SymbolKind::Absolute(_) => {
                    let name = symbol_name(&symbol.name);
                    self.names.claim(&name, format!("undefined data `{}`", symbol.name))?;
                    let linkage = match symbol.binding {
                        Binding::Weak => Linkage::Weak,
                        _ => Linkage::Global,
                    };
                    self.program.add(name, linkage, Definition::UndefinedData)
                }
                _ => continue,
            };
            self.bind(index, id);
        }
        Ok(())
    }
}
