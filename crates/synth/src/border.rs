//! The border of a program: it is bound to its host before the passes, and
//! described for headers after them.

use std::collections::{BTreeMap, BTreeSet};

use synth_abi::{
    CONTRACT_VERSION, Contract, Declarations, Entry, FloatAbi, Interface, Item, contract_symbol,
    read_dwarf,
};
use synth_ir::{Definition, InstData, Linkage, Program, Signature, Symbol, SymbolId};
use synth_object::{Binding, ObjectSymbol, Place, SymbolKind};
use synth_translate::{ImportedFunction, Model, Terms, bridge, model};
use synth_wasm::Module;

use crate::{Error, Options};

/// Routines of the C library that generated code may call.
const LIBRARY: &[&str] = &["memchr", "memcmp", "memcpy", "memmove", "memset", "strlen"];

/// What is known of a program's border.
#[derive(Clone, Debug, Default)]
pub(crate) struct Border {
    /// Whether the program was bound: our own routines are not.
    bound: bool,
    native: bool,
    /// The C types of functions and variables, by their names in the module.
    declarations: Declarations,
    /// Names in the module of symbols that have another name.
    names: BTreeMap<String, String>,
    natives: BTreeMap<SymbolId, SymbolId>,
    /// Native signatures of imports, where they are not the wasm ones.
    imports: BTreeMap<String, Signature>,
    /// Rules of the contract that are of no effect.
    pub(crate) unused: Vec<String>,
}

impl Border {
    /// Binds a program that was made of these modules.
    pub(crate) fn bind(
        program: &mut Program,
        modules: &[&Module],
        options: &Options,
    ) -> Result<Border, Error> {
        let is_native = |module: &&&Module| model(module, &options.translate) == Model::Native;
        let native = modules.iter().any(|module| is_native(&module));
        let mut declarations = Declarations::default();
        for module in modules.iter().filter(is_native) {
            declarations.merge(&read_dwarf(module)?);
        }
        declarations.merge(&options.contract.declarations);
        let renamed = renamed_imports(options);
        let terms = Terms {
            declarations: &declarations,
            contract: &options.contract,
            native,
            float: match options.float_abi {
                synth_thumb::FloatAbi::Hard => FloatAbi::Vfp,
                _ => FloatAbi::Base,
            },
            renamed: &renamed,
        };
        let bound = bridge(program, &terms)?;
        for name in &bound.misfits {
            declarations.functions.remove(name);
        }
        let mut names = renamed;
        names.extend(bound.names);
        let (natives, imports, unused) = (bound.natives, bound.imports, bound.unused);
        Ok(Border { bound: true, native, declarations, names, natives, imports, unused })
    }

    /// The name of the address model.
    fn model(&self) -> &'static str {
        if self.native { "native" } else { "linear" }
    }

    /// The symbol for the contract's version, which headers refer to. Several
    /// objects of one program define it.
    pub(crate) fn version(&self) -> Option<ObjectSymbol> {
        self.bound.then(|| ObjectSymbol {
            name: contract_symbol(self.model()),
            binding: Binding::Weak,
            kind: SymbolKind::NoType,
            hidden: false,
            place: Place::Absolute(CONTRACT_VERSION),
            size: 0,
        })
    }

    /// The imports as they are now.
    pub(crate) fn rename_imports(
        &self,
        imports: Vec<ImportedFunction>,
        contract: &Contract,
    ) -> Vec<ImportedFunction> {
        let bind = |mut import: ImportedFunction| {
            if let Some(signature) = self.imports.get(&import.symbol) {
                import.signature = signature.clone();
            }
            import.symbol = contract.symbol(&import.symbol).to_string();
            import
        };
        imports.into_iter().map(bind).collect()
    }

    /// The symbol that the host sees.
    pub(crate) fn native(&self, id: SymbolId) -> SymbolId {
        self.natives.get(&id).copied().unwrap_or(id)
    }

    /// What the program and its host supply to each other.
    pub(crate) fn interface(
        &self,
        name: &str,
        program: &Program,
        contract: &Contract,
    ) -> Interface {
        let mut interface = Interface::new(name, self.model(), &self.declarations);
        let (calls, used) = references(program);
        for (id, symbol) in &program.symbols {
            let undefined =
                matches!(symbol.def, Definition::UndefinedFunction | Definition::UndefinedData);
            if symbol.linkage == Linkage::Local || undefined && !used.contains(&id) {
                continue;
            }
            let original = self.names.get(&symbol.name).unwrap_or(&symbol.name);
            let declared = self.declarations.functions.contains_key(original);
            let helper = symbol.name.starts_with("__aeabi_")
                || symbol.name.starts_with("__synth_")
                || !declared && LIBRARY.contains(&symbol.name.as_str());
            match (undefined, helper) {
                (true, true) => interface.helpers.push(symbol.name.clone()),
                (false, true) => {}
                _ => {
                    let signature = signature(program, symbol).or_else(|| calls.get(&id).cloned());
                    let entry =
                        self.entry(&mut interface, program, symbol, original, signature, contract);
                    let list =
                        if undefined { &mut interface.imports } else { &mut interface.exports };
                    list.extend(entry);
                }
            }
        }
        interface
    }

    fn entry(
        &self,
        interface: &mut Interface,
        program: &Program,
        symbol: &Symbol,
        original: &str,
        signature: Option<Signature>,
        contract: &Contract,
    ) -> Option<Entry> {
        match resolve(program, symbol) {
            Definition::UndefinedFunction | Definition::Function(_) => {
                let declared = self.declarations.functions.get(original);
                let form =
                    declared.map(|prototype| match contract.variadic.contains_key(original) {
                        true => interface.va_list_form(prototype),
                        false => prototype.clone(),
                    });
                Some(interface.function(&symbol.name, form.as_ref(), signature.as_ref()))
            }
            Definition::UndefinedData | Definition::Data(_) => {
                let ty = self.declarations.variables.get(original).copied();
                let (symbol, known) = (symbol.name.clone(), ty.is_some());
                Some(Entry { symbol, item: Item::Variable(ty), known })
            }
            Definition::Alias { .. } | Definition::Absolute(_) => None,
        }
    }
}

/// What a symbol stands for, whatever it is called.
fn resolve<'p>(program: &'p Program, symbol: &'p Symbol) -> &'p Definition {
    let mut def = &symbol.def;
    for _ in 0..program.symbols.len() {
        match def {
            Definition::Alias { target, .. } => def = &program.symbols[*target].def,
            _ => break,
        }
    }
    def
}

fn signature(program: &Program, symbol: &Symbol) -> Option<Signature> {
    match resolve(program, symbol) {
        Definition::Function(func) => Some(func.signature.clone()),
        _ => None,
    }
}

/// How each function is called, and what something refers to.
fn references(program: &Program) -> (BTreeMap<SymbolId, Signature>, BTreeSet<SymbolId>) {
    let (mut calls, mut used) = (BTreeMap::new(), BTreeSet::new());
    for (_, func) in program.functions() {
        for inst in func.layout.iter().flat_map(|block| &func.blocks[*block].insts) {
            let data = &func.insts[*inst];
            if let (Some(callee), Some(sig)) = (data.callee(), data.call_sig()) {
                calls.entry(callee).or_insert_with(|| func.sigs[sig].clone());
                used.insert(callee);
            }
            if let InstData::SymbolAddr { symbol, .. } = data {
                used.insert(*symbol);
            }
        }
    }
    for symbol in program.symbols.values() {
        match &symbol.def {
            Definition::Data(data) => used.extend(data.relocs.iter().map(|r| r.symbol)),
            Definition::Alias { target, .. } => {
                used.insert(*target);
            }
            _ => {}
        }
    }
    (calls, used)
}

/// The names in the module of imports that the options give another symbol.
fn renamed_imports(options: &Options) -> BTreeMap<String, String> {
    let renames = options.translate.import_symbols.iter();
    let field = |name: &str| name.split_once('.').map(|(_, field)| field.to_string());
    renames.filter_map(|(name, symbol)| Some((symbol.clone(), field(name)?))).collect()
}
