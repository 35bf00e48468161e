//! Index spaces to symbols: everything but the bodies of functions.

use std::collections::HashMap;

use synth_ir::{Data, DataKind, Definition, Function, Linkage, Program, SymbolId};
use synth_wasm::{ConstOp, ExternKind, FuncType, Heap, Import, Module, TypedRef, ValType};

use crate::ExportedSymbol;
use crate::consts::{ConstValue, evaluate};
use crate::env::{Env, GlobalEnv, Helper, InitPlan, Limit, MemoryEnv, Size};
use crate::error::Error;
use crate::func::forwarding;
use crate::names::{Names, import_symbol, renamed, symbol_name};
use crate::native;
use crate::options::{Model, Options};
use crate::sig::{abi_type, signature, signature_symbol};
use crate::usage::Usage;

/// A module's symbols in the making.
pub(crate) struct Declarer<'m> {
    pub(crate) module: &'m Module,
    pub(crate) options: &'m Options,
    pub(crate) program: Program,
    pub(crate) env: Env<'m>,
    pub(crate) usage: Usage,
    pub(crate) names: Names,
    /// Export names by kind and index.
    exports: HashMap<(ExternKind, u32), Vec<&'m str>>,
    /// Signature symbols by name.
    signature_symbols: HashMap<String, SymbolId>,
}

/// Declares all symbols of a module.
pub(crate) fn declare<'m>(
    module: &'m Module,
    options: &'m Options,
) -> Result<(Program, Env<'m>, Vec<ExportedSymbol>), Error> {
    let usage = Usage::new(module)
        .map_err(|e| Error::Malformed { message: e.message().to_string(), offset: e.offset() })?;
    let mut exports: HashMap<_, Vec<&str>> = HashMap::new();
    for export in &module.exports {
        exports.entry((export.kind, export.index)).or_default().push(&export.name);
    }
    let env = Env {
        module,
        options,
        functions: Vec::new(),
        memories: Vec::new(),
        tables: Vec::new(),
        globals: Vec::new(),
        data: Vec::new(),
        elements: Vec::new(),
        signatures: Default::default(),
        helpers: Default::default(),
        init: InitPlan { start: module.start, ..InitPlan::default() },
        guesses: Vec::new(),
        native: None,
    };
    let mut declarer = Declarer {
        module,
        options,
        program: Program::new(),
        env,
        usage,
        names: Names::default(),
        exports,
        signature_symbols: HashMap::new(),
    };
    declarer.all()?;
    let exported = declarer.exported();
    Ok((declarer.program, declarer.env, exported))
}

/// The exception that clang makes of `longjmp`.
const LONGJMP: &str = "__c_longjmp";

/// A module with exceptions: of C++, or what clang makes of `setjmp`.
fn exceptions(module: &Module) -> Error {
    let imported = module.imports.iter().any(|import| import.name == LONGJMP);
    let symbols = module.object.iter().flat_map(|object| &object.symbols);
    match imported || symbols.into_iter().any(|symbol| symbol.name == LONGJMP) {
        true => unsupported(
            "setjmp or longjmp",
            0,
            "keep the function that calls setjmp in the host, and compile without \
             -mllvm -wasm-enable-sjlj",
        ),
        false => unsupported(
            "an exception tag",
            0,
            "build the module without the exception-handling proposal",
        ),
    }
}

impl Declarer<'_> {
    fn all(&mut self) -> Result<(), Error> {
        if self.module.tags > 0 {
            return Err(exceptions(self.module));
        }
        if self.module.nominal_types {
            return Err(unsupported(
                "a recursion group or subtype",
                0,
                "build the module without the gc proposal",
            ));
        }
        match native::model(self.module, self.options) {
            Model::Linear => self.linear()?,
            Model::Native => self.native()?,
        }
        self.names.number_locals(&mut self.program);
        Ok(())
    }

    /// All symbols in the linear model.
    fn linear(&mut self) -> Result<(), Error> {
        self.functions()?;
        self.memories()?;
        self.globals()?;
        self.tables()?;
        self.data()?;
        for ty in self.usage.called_types.clone() {
            self.signature(ty)?;
        }
        for function in self.usage.referenced.clone() {
            self.signature(self.module.functions[function as usize].ty)?;
        }
        for helper in self.usage.helpers.clone() {
            self.helper(helper)?;
        }
        Ok(())
    }

    pub(crate) fn export_names(&self, kind: ExternKind, index: u32) -> Vec<String> {
        let names = self.exports.get(&(kind, index));
        names.into_iter().flatten().map(|n| n.to_string()).collect()
    }

    /// Adds a local symbol, whose name is made unique in the end.
    pub(crate) fn add_local(&mut self, name: &str, def: Definition) -> SymbolId {
        let symbol = self.program.add(symbol_name(name), Linkage::Local, def);
        self.names.local(symbol);
        symbol
    }

    /// Adds a global symbol.
    pub(crate) fn add_global(
        &mut self,
        name: &str,
        what: String,
        def: Definition,
    ) -> Result<SymbolId, Error> {
        let name = symbol_name(name);
        self.names.claim(&name, what)?;
        Ok(self.program.add(name, Linkage::Global, def))
    }

    /// Adds an undefined symbol, or finds the one of an equal import. `kind`
    /// tells what it is; two imports of one name must agree in it.
    pub(crate) fn add_undefined(
        &mut self,
        name: &str,
        import: &Import,
        kind: &str,
        def: Definition,
    ) -> Result<SymbolId, Error> {
        if let Some(symbol) = self.names.imported(name, import, kind) {
            return Ok(symbol);
        }
        let symbol = self.program.add(name, Linkage::Global, def);
        self.names.claim_import(name, import, kind, symbol)?;
        Ok(symbol)
    }

    /// Adds second names for a defined symbol.
    pub(crate) fn add_aliases(
        &mut self,
        target: SymbolId,
        names: &[String],
        what: &str,
    ) -> Result<(), Error> {
        for name in names {
            let def = Definition::Alias { target, offset: 0 };
            self.add_global(name, format!("exported {what} `{name}`"), def)?;
        }
        Ok(())
    }

    /// What imports of one function agree in: its type, by structure.
    fn function_kind(&self, index: u32, ty: &FuncType) -> String {
        let typed = |ty: &ValType| matches!(ty, ValType::TypedRef(_));
        let structure = match ty.params.iter().chain(&ty.results).any(typed) {
            true => signature_symbol(self.module, self.module.functions[index as usize].ty),
            false => None,
        };
        structure.map_or_else(|| format!("function {ty}"), |name| format!("function {name}"))
    }

    pub(crate) fn functions(&mut self) -> Result<(), Error> {
        for index in 0..self.module.functions.len() as u32 {
            let Some(ty) = self.module.function_type(index) else { continue };
            let signature = signature(ty, self.options.hard_float);
            let exports = self.export_names(ExternKind::Function, index);
            if let Some(import) = self.module.import(ExternKind::Function, index) {
                let name = import_symbol(self.options, import);
                let def = Definition::UndefinedFunction;
                let kind = self.function_kind(index, ty);
                let symbol = self.add_undefined(&name, import, &kind, def)?;
                self.env.functions.push(symbol);
                for export in exports.iter().filter(|e| symbol_name(e) != name) {
                    let def = Definition::Function(Box::new(forwarding(signature.clone(), symbol)));
                    self.add_global(export, format!("exported function `{export}`"), def)?;
                }
                continue;
            }
            let def = Definition::Function(Box::new(Function::new(signature)));
            let symbol = match exports.split_first() {
                Some((first, others)) => {
                    let symbol =
                        self.add_global(first, format!("exported function `{first}`"), def)?;
                    self.add_aliases(symbol, others, "function")?;
                    symbol
                }
                None => {
                    let name = self.module.names.functions.get(&index).cloned();
                    let name = name.filter(|n| !n.is_empty());
                    self.add_local(&name.unwrap_or_else(|| format!("func[{index}]")), def)
                }
            };
            self.env.functions.push(symbol);
        }
        Ok(())
    }

    fn memories(&mut self) -> Result<(), Error> {
        for index in 0..self.module.memories.len() as u32 {
            let memory = self.module.memories[index as usize].ty;
            if memory.is_64 {
                return Err(unsupported("a 64-bit memory", 0, "build the module for wasm32"));
            }
            let Ok(region) = u8::try_from(index) else {
                return Err(unsupported("more than 256 memories", 0, "use fewer memories"));
            };
            let min = page_bytes(memory.min, memory.page_size_log2)?;
            let env = match self.module.import(ExternKind::Memory, index) {
                Some(import) => self.imported_memory(import, memory, min, region)?,
                None => self.defined_memory(memory, min, region)?,
            };
            self.env.memories.push(env);
        }
        Ok(())
    }

    fn imported_memory(
        &mut self,
        import: &Import,
        ty: synth_wasm::MemoryType,
        min: u32,
        region: u8,
    ) -> Result<MemoryEnv, Error> {
        let page_log2 = ty.page_size_log2 as i32;
        // The same memory imported twice is one symbol, and one region.
        let first = self.module.imports.iter().find(|i| {
            i.ty.kind() == ExternKind::Memory && i.module == import.module && i.name == import.name
        });
        let region = first.map_or(region, |i| i.index as u8);
        let base_name = renamed(self.options, import)
            .unwrap_or_else(|| memory_symbol("base", u32::from(region)));
        let related = |what: &str| match base_name.rsplit_once("_base") {
            Some((before, after)) => format!("{before}_{what}{after}"),
            None => format!("{base_name}_{what}"),
        };
        let (size_name, end_name) = (related("size"), related("end"));
        let data = || Definition::UndefinedData;
        let base = self.add_undefined(&base_name, import, "memory", data())?;
        if ty.max == Some(ty.min) {
            let limit = Limit::Fixed(min);
            return Ok(MemoryEnv { base, size: Size::Fixed(min), min, limit, page_log2, region });
        }
        let size = self.add_undefined(&size_name, import, "memory size", data())?;
        let grown = self.usage.grown.iter().any(|&index| {
            let other = self.module.import(ExternKind::Memory, index);
            other.is_some_and(|i| i.module == import.module && i.name == import.name)
        });
        let limit = match grown {
            true => Limit::End(self.add_undefined(&end_name, import, "memory end", data())?),
            false => Limit::Fixed(min),
        };
        Ok(MemoryEnv { base, size: Size::Variable(size), min, limit, page_log2, region })
    }

    fn defined_memory(
        &mut self,
        ty: synth_wasm::MemoryType,
        min: u32,
        region: u8,
    ) -> Result<MemoryEnv, Error> {
        let page_log2 = ty.page_size_log2 as i32;
        let index = u32::from(region);
        let exported = self.exports.contains_key(&(ExternKind::Memory, index));
        let public = exported || self.options.export_memory;
        let most = u64::from(u32::MAX >> ty.page_size_log2);
        let max = ty.max.map_or(most, |max| max.min(most)) << ty.page_size_log2;
        let option = u64::from(self.options.memory_max_pages.unwrap_or(0)) << 16;
        let reserve = option.min(max) as u32;
        let reserve = reserve.max(min);
        let grows = reserve > min && (public || self.usage.grown.contains(&index));

        let add = |this: &mut Self, what: &str, def| {
            let name = format!("{}{}", this.options.prefix, memory_symbol(what, index));
            match public {
                true => this.add_global(&name, format!("memory {index}"), def),
                false => Ok(this.add_local(&name, def)),
            }
        };
        let data = Data { size: reserve, align: 8, ..Data::default() };
        let base = add(self, "base", Definition::Data(data))?;
        if grows || public {
            let word = Data {
                bytes: min.to_le_bytes().to_vec(),
                size: 4,
                align: 4,
                kind: if grows { DataKind::Variable } else { DataKind::Const },
                ..Data::default()
            };
            let size = add(self, "size", Definition::Data(word))?;
            add(self, "end", Definition::Alias { target: base, offset: reserve })?;
            if grows {
                let limit = Limit::Fixed(reserve);
                return Ok(MemoryEnv {
                    base,
                    size: Size::Variable(size),
                    min,
                    limit,
                    page_log2,
                    region,
                });
            }
        }
        let limit = Limit::Fixed(min);
        Ok(MemoryEnv { base, size: Size::Fixed(min), min, limit, page_log2, region })
    }

    fn globals(&mut self) -> Result<(), Error> {
        for index in 0..self.module.globals.len() as u32 {
            let env = match self.module.import(ExternKind::Global, index) {
                Some(import) => self.imported_global(import, index)?,
                None => self.defined_global(index)?,
            };
            self.env.globals.push(env);
        }
        Ok(())
    }

    fn imported_global(&mut self, import: &Import, index: u32) -> Result<GlobalEnv, Error> {
        let ty = self.module.globals[index as usize].ty.ty;
        let mut symbol = None;
        if abi_type(ty).is_some() {
            let name = import_symbol(self.options, import);
            // One global may be imported as several types of reference.
            let kind = match ty {
                ValType::TypedRef(TypedRef { heap: Heap::Extern, .. }) => {
                    format!("global {}", ValType::ExternRef)
                }
                ValType::TypedRef(_) => format!("global {}", ValType::FuncRef),
                ty => format!("global {ty}"),
            };
            let def = Definition::UndefinedData;
            symbol = Some(self.add_undefined(&name, import, &kind, def)?);
        }
        Ok(GlobalEnv { ty, symbol, constant: None })
    }

    fn defined_global(&mut self, index: u32) -> Result<GlobalEnv, Error> {
        let module = self.module;
        let global = &module.globals[index as usize];
        let ty = global.ty.ty;
        let value = global.init.as_ref().and_then(|init| self.evaluate(init));
        let constant = value.filter(|_| !global.ty.mutable);
        let relocs = match value {
            Some(ConstValue::Function(function)) => self.function_words(function, 0)?,
            _ => Vec::new(),
        };
        let exports = self.export_names(ExternKind::Global, index);
        let Some(abi) = abi_type(ty) else {
            return Ok(GlobalEnv { ty, symbol: None, constant });
        };
        if constant.is_some() && exports.is_empty() {
            return Ok(GlobalEnv { ty, symbol: None, constant });
        }
        if value.is_none() {
            global.init.as_ref().map_or(Ok(()), |init| self.expression(init))?;
            self.env.init.globals.push(index);
        }
        let def = Definition::Data(Data {
            bytes: value.map_or_else(Vec::new, ConstValue::bytes),
            size: abi.size(),
            align: abi.size(),
            kind: if constant.is_some() { DataKind::Const } else { DataKind::Variable },
            relocs,
        });
        let symbol = match exports.split_first() {
            Some((first, others)) => {
                let prefixed = |name: &String| format!("{}{name}", self.options.prefix);
                let (name, others) =
                    (prefixed(first), others.iter().map(prefixed).collect::<Vec<_>>());
                let symbol = self.add_global(&name, format!("exported global `{first}`"), def)?;
                self.add_aliases(symbol, &others, "global")?;
                symbol
            }
            None => {
                let name = module.names.globals.get(&index).cloned().filter(|n| !n.is_empty());
                self.add_local(&name.unwrap_or_else(|| format!("global[{index}]")), def)
            }
        };
        Ok(GlobalEnv { ty, symbol: Some(symbol), constant })
    }

    /// The value of a constant expression, if it is known.
    pub(crate) fn evaluate(&self, expr: &synth_wasm::ConstExpr) -> Option<ConstValue> {
        let globals = &self.env.globals;
        evaluate(expr, |index| globals.get(index as usize)?.constant)
    }

    /// Prepares an expression that is evaluated when the program starts.
    pub(crate) fn expression(&mut self, expr: &synth_wasm::ConstExpr) -> Result<(), Error> {
        for op in &expr.ops {
            match *op {
                ConstOp::Other(_) => {
                    return Err(unsupported(
                        "an operator in a constant expression that is not compiled",
                        expr.offset,
                        "build the module without newer proposals",
                    ));
                }
                ConstOp::RefFunc(function) => {
                    self.signature(self.module.functions[function as usize].ty)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The symbol that stands for a function type.
    pub(crate) fn signature(&mut self, type_index: u32) -> Result<Option<SymbolId>, Error> {
        if let Some(&symbol) = self.env.signatures.get(&type_index) {
            return Ok(Some(symbol));
        }
        let Some(name) = signature_symbol(self.module, type_index) else {
            return Err(unsupported(
                "a function type of many others",
                0,
                "use funcref in place of references to functions of one type",
            ));
        };
        let symbol = match self.signature_symbols.get(&name) {
            Some(&symbol) => symbol,
            None => {
                let byte = Data { bytes: vec![0], size: 1, align: 1, ..Data::default() };
                let def = Definition::Data(Data { kind: DataKind::Const, ..byte });
                self.names.claim(&name, "a function type".to_string())?;
                let symbol = self.program.add(name.clone(), Linkage::Comdat, def);
                self.signature_symbols.insert(name, symbol);
                symbol
            }
        };
        self.env.signatures.insert(type_index, symbol);
        Ok(Some(symbol))
    }

    pub(crate) fn helper(&mut self, helper: Helper) -> Result<(), Error> {
        if self.env.helpers.contains_key(&helper) {
            return Ok(());
        }
        self.names.claim(helper.name(), "a helper of the run-time ABI".to_string())?;
        let (linkage, def) = match helper {
            Helper::FillWords | Helper::FillPairs => {
                let body = crate::fill::body(helper.signature());
                (Linkage::Comdat, Definition::Function(Box::new(body)))
            }
            _ => (Linkage::Global, Definition::UndefinedFunction),
        };
        let symbol = self.program.add(helper.name(), linkage, def);
        self.env.helpers.insert(helper, symbol);
        Ok(())
    }

    /// Where each export can be found.
    fn exported(&self) -> Vec<ExportedSymbol> {
        let by_name: HashMap<&str, SymbolId> = self
            .program
            .symbols
            .iter()
            .filter(|(_, s)| s.linkage != Linkage::Local)
            .map(|(id, s)| (s.name.as_str(), id))
            .collect();
        let env = &self.env;
        let find = |export: &synth_wasm::Export| {
            let index = export.index as usize;
            let symbol = match export.kind {
                ExternKind::Function => {
                    return by_name.get(symbol_name(&export.name).as_str()).copied();
                }
                // Its symbol is not named for the export, and another may be.
                ExternKind::Memory => return env.memories.get(index).map(|m| m.base),
                ExternKind::Table => env.tables.get(index).and_then(|t| t.base),
                ExternKind::Global => env.globals.get(index).and_then(|g| g.symbol),
                ExternKind::Tag => None,
            };
            let name = symbol_name(&format!("{}{}", self.options.prefix, export.name));
            match symbol {
                Some(s) if self.module.import(export.kind, export.index).is_none() => {
                    by_name.get(name.as_str()).copied().or(Some(s))
                }
                other => other,
            }
        };
        let module = self.module;
        let exports = module.exports.iter().map(|export| ExportedSymbol {
            name: export.name.clone(),
            kind: export.kind,
            index: export.index,
            symbol: find(export),
        });
        exports.collect()
    }
}

/// `__linear_memory_base`, `_size`, `_end`, with the number of a memory that
/// is not the first.
fn memory_symbol(what: &str, index: u32) -> String {
    match index {
        0 => format!("__linear_memory_{what}"),
        _ => format!("__linear_memory_{what}.{index}"),
    }
}

fn page_bytes(pages: u64, page_size_log2: u32) -> Result<u32, Error> {
    u32::try_from(pages << page_size_log2).map_err(|_| {
        unsupported(
            "a memory of 65536 pages",
            0,
            "the whole address space can't be one memory: declare at most 65535 pages",
        )
    })
}

pub(crate) fn unsupported(what: &str, offset: u64, help: &'static str) -> Error {
    Error::UnsupportedModule { what: what.to_string(), offset, help }
}
