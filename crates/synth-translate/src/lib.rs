//! Translates the operators of a WebAssembly module to SSA form, and its
//! index spaces to symbols.
//!
//! [`translate`] does all of it; [`Translation`] does the same in three
//! steps, of which the middle one may run for many functions at a time.
//!
//! # Symbols
//!
//! | in the module | symbol |
//! |---|---|
//! | exported function | global, named by its first export; further exports are aliases |
//! | other function | local, named by the name section, else `func[N]` |
//! | imported function, table, global | undefined, named by the field name ([`Options::import_symbols`] renames) |
//! | imported function that is exported again | a function of the export's name that calls it |
//! | other import that is exported again | none: [`ExportedSymbol::symbol`] is the import's |
//! | memory | `__linear_memory_base` (`.bss` of the reserved size); memory N > 0: `__linear_memory_base.N` |
//! | its size in bytes | `__linear_memory_size`: a variable if it can grow; constant if only the host needs it; else none |
//! | the end of its reserve | `__linear_memory_end`, if it has a size symbol |
//! | imported memory | the same names, undefined. Renamed to `SYM`, the others are `SYM` with `_size` and `_end` in place of its `_base`, or appended |
//! | exported global | global, prefix and export name. 4 or 8 bytes |
//! | other global | local, by the name section, else `global[N]`; none if its value is constant |
//! | exported table | global, prefix and export name; `NAME_size` holds the number of entries, `NAME_end` is the end of its reserve |
//! | other table | local, by the name section, else `table[N]` |
//! | data segment | local constant, by the name section, else `data[N]` |
//! | passive element segment | local constant, by the name section, else `elem[N]` |
//! | function type | COMDAT constant `__synth_sig_PARAMS_RESULTS`, one byte; its address is the type's identity ([`signature_symbol`]) |
//! | start-up code | `__synth_init`: local and called through `.init_array`, or global ([`Init`]) |
//!
//! Memories are global when they are exported or [`Options::export_memory`]
//! asks for it, else local. A local name that is taken gets a number
//! (`NAME.1`). A name that no linker can hold is escaped: NUL as `\0`, the
//! empty name as `\empty`. Two imports, or an import and an export, that need
//! one symbol and are not the same thing are an error.
//!
//! A table that nothing writes is read-only data. A table reserves its
//! minimum, or what [`Options::table_max_entries`] allows up to its maximum;
//! `table.grow` beyond that gives -1.
//!
//! # References
//!
//! A `funcref` is two words: the address of the function's type symbol and its
//! code address, both 0 when it is null. It travels and is stored like an i64
//! whose low word is the first. An `externref` is one word that the host
//! chooses, 0 when it is null, and travels like an i32. Entries of tables are
//! the same words.
//!
//! # Memory
//!
//! The machine address is the memory's base plus the wasm address. A memory
//! reserves its minimum, or what [`Options::memory_max_pages`] allows up to
//! its maximum; `memory.grow` beyond that gives -1. The memory is zero when
//! the program starts; start-up code copies the active data segments into it.
//!
//! # Helpers
//!
//! 64-bit division, `memory.copy`, `.fill` and `.init` call the run-time ABI:
//! `__aeabi_ldivmod`, `__aeabi_uldivmod`, `__aeabi_memmove`,
//! `__aeabi_memset`, `__aeabi_memcpy`, which are undefined symbols if used.
//! `table.fill` and `.grow` call `__synth_fill_words` and `__synth_fill_pairs`,
//! which are COMDAT functions of the program.

mod atomic;
mod bridge;
mod bulk;
mod call;
mod consts;
mod control;
mod declare;
mod elements;
mod emit;
mod env;
mod error;
mod fill;
mod float;
mod func;
mod imports;
mod init;
mod int32;
mod int64;
mod locals;
mod memory;
mod names;
mod native;
mod options;
mod reference;
mod segments;
mod sig;
mod ssa;
mod table;
mod usage;
mod variable;

use synth_ir::{Definition, Function, Program, Source, SourceLoc, SymbolId};
use synth_wasm::{ExternKind, Module};

use crate::env::Env;
use crate::error::Stop;
use crate::func::FunctionError;

pub use bridge::{Border, BridgeError, Problem, Reason as BridgeReason, Terms, bridge};
pub use error::{Error, Reason, Refusal};
pub use func::TranslatedFunction;
pub use imports::{DISPATCH, IMPORT_NAMES, ImportedFunction, supply_imports};
pub use native::Guess;
pub use options::{Alignment, Bounds, Imports, Init, Model, Options, Statics};
pub use sig::signature_symbol;

/// The address model of a module: what the options say, else native for an
/// object that is still to be linked, and linear for a finished module.
pub fn model(module: &Module, options: &Options) -> Model {
    native::model(module, options)
}

/// Where an export of the module can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedSymbol {
    /// The export's name.
    pub name: String,
    /// Its kind.
    pub kind: ExternKind,
    /// Its index in the index space of its kind.
    pub index: u32,
    /// Its symbol; none for what is not supported yet.
    pub symbol: Option<SymbolId>,
}

/// A translated module.
#[derive(Debug)]
pub struct Output {
    /// The program.
    pub program: Program,
    /// The symbol of each function of the module, imports included.
    pub functions: Vec<SymbolId>,
    /// The module's exports, in order.
    pub exports: Vec<ExportedSymbol>,
    /// Numbers that were taken for addresses ([`Statics::Constants`]).
    pub guesses: Vec<Guess>,
    /// The functions that the module imports, in order.
    pub imports: Vec<ImportedFunction>,
    /// Functions that trap because they were refused
    /// ([`Options::unsupported_traps`]).
    pub refused: Vec<Refusal>,
}

/// Translates a module.
///
/// ```
/// let wat = r#"(module (func (export "f") (param i32) (result i32) local.get 0))"#;
/// let module = synth_wasm::Module::parse(wat.as_bytes())?;
/// let program = synth_translate::translate(&module, &Default::default())?;
/// assert!(program.find("f").is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the module uses what is not supported: all such functions are listed.
pub fn translate(module: &Module, options: &Options) -> Result<Program, Error> {
    let translation = Translation::new(module, options)?;
    let functions = translation.functions();
    let bodies = functions.into_iter().map(|index| translation.function(index)).collect();
    translation.finish(bodies).map(|output| output.program)
}

/// A translation whose functions may be translated in any order and by
/// several threads.
#[derive(Debug)]
pub struct Translation<'m> {
    program: Program,
    env: Env<'m>,
    exports: Vec<ExportedSymbol>,
}

/// The result of one function's translation, for [`Translation::finish`].
#[derive(Debug)]
pub struct Body(Result<TranslatedFunction, FunctionError>);

impl<'m> Translation<'m> {
    /// Declares the symbols of a module.
    ///
    /// # Errors
    /// If a part outside the functions is not supported, or names clash.
    pub fn new(module: &'m Module, options: &'m Options) -> Result<Self, Error> {
        let (program, env, exports) = declare::declare(module, options)?;
        Ok(Translation { program, env, exports })
    }

    /// Indices of the functions that have a body, in order.
    pub fn functions(&self) -> Vec<u32> {
        let functions = (0..).zip(&self.env.module.functions);
        // The traps that a linker made of missing functions are left out.
        let defined = |&(index, function): &(u32, &synth_wasm::Function)| {
            let symbol = self.env.functions.get(index as usize);
            let def = symbol.map(|&symbol| &self.program.symbols[symbol].def);
            function.code.is_some() && matches!(def, Some(Definition::Function(_)))
        };
        functions.filter(defined).map(|(index, _)| index).collect()
    }

    /// Translates the function of that index.
    pub fn function(&self, index: u32) -> Body {
        let body = match func::translate(&self.env, index) {
            Err(FunctionError::Refused(refusal)) if self.env.options.unsupported_traps => {
                let ty = self.env.module.function_type(index);
                let hard_float = self.env.options.hard_float;
                let signature = ty.map(|ty| sig::signature(ty, hard_float));
                Ok(func::trapping(*refusal, signature.unwrap_or_default()))
            }
            result => result,
        };
        Body(body)
    }

    /// Puts the bodies together. The result depends on neither their order
    /// nor who made them.
    ///
    /// # Errors
    /// If functions were refused: all of them, by index.
    pub fn finish(mut self, bodies: Vec<Body>) -> Result<Output, Error> {
        let mut functions = Vec::with_capacity(bodies.len());
        let mut refused = Vec::new();
        for Body(body) in bodies {
            match body {
                Ok(function) => functions.push(function),
                Err(FunctionError::Refused(refusal)) => refused.push(*refusal),
                Err(FunctionError::Malformed { message, offset }) => {
                    return Err(Error::Malformed { message, offset });
                }
            }
        }
        if !refused.is_empty() {
            refused.sort_by_key(|r| r.function);
            return Err(Error::Unsupported(refused));
        }
        functions.sort_by_key(|f| f.index);
        let mut guesses = std::mem::take(&mut self.env.guesses);
        for function in functions {
            guesses.extend(function.guesses.iter().cloned());
            let symbol = self.env.functions[function.index as usize];
            refused.extend(function.refused.clone());
            let body = self.place(symbol, function);
            self.program.symbols[symbol].def = Definition::Function(Box::new(body));
        }
        self.add_init()?;
        if self.env.native.is_some() {
            native::destructors(&mut self.program);
        }
        let imports = self.imports();
        let functions = self.env.functions.clone();
        let (program, exports) = (self.program, self.exports);
        Ok(Output { program, functions, exports, guesses, imports, refused })
    }

    fn imports(&self) -> Vec<ImportedFunction> {
        let module = self.env.module;
        let import = |index: u32| {
            let import = module.import(ExternKind::Function, index)?;
            Some(ImportedFunction {
                module: import.module.clone(),
                name: import.name.clone(),
                symbol: self.program.symbols[self.env.functions[index as usize]].name.clone(),
                signature: sig::signature(
                    module.function_type(index)?,
                    self.env.options.hard_float,
                ),
            })
        };
        (0..module.functions.len() as u32).filter_map(import).collect()
    }

    /// Gives the source locations of a function their numbers in the program.
    fn place(&mut self, symbol: SymbolId, translated: TranslatedFunction) -> Function {
        let base = self.program.sources.len() as u32 - 1;
        for &offset in &translated.sources {
            let inlined_at = SourceLoc::default();
            self.program.add_source(Source { function: Some(symbol), offset, inlined_at });
        }
        let mut function = translated.function;
        for inst in function.insts.keys() {
            let loc = function.locs[inst];
            if loc != SourceLoc::default() {
                function.locs[inst] = SourceLoc(base + loc.0);
            }
        }
        function
    }

    fn add_init(&mut self) -> Result<(), Error> {
        let init = init::translate(&self.env).map_err(|stop| match stop {
            Stop::Malformed { message, offset } => Error::Malformed { message, offset },
            Stop::Refused { what, reason } => {
                let help = match reason {
                    Reason::Proposal("gc") => "build the module without the gc proposal",
                    _ => "leave it out of the module's initial state",
                };
                declare::unsupported(&what, 0, help)
            }
            Stop::Trapped | Stop::TooManyPhis => {
                Error::Malformed { message: "start-up code".to_string(), offset: 0 }
            }
        })?;
        let Some(translated) = init else { return Ok(()) };
        let options = self.env.options;
        let name = format!("{}{}", options.prefix, init::INIT);
        if let Some(taken) = self.program.find(&name) {
            return Err(Error::SymbolClash {
                first: format!("symbol {}", self.program.symbols[taken].name),
                name,
                second: "start-up code".to_string(),
                help: "rename it in the module, or set a prefix",
            });
        }
        let placeholder = Function::new(translated.function.signature.clone());
        let symbol = init::declare(&mut self.program, options.init, &options.prefix, placeholder);
        let body = self.place(symbol, translated);
        self.program.symbols[symbol].def = Definition::Function(Box::new(body));
        Ok(())
    }
}
