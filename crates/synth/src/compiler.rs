//! The stages in order: parse, translate, optimise, generate code.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use synth_abi::Interface;
use synth_ir::{
    Definition, Function, InstData, Linkage, Program, Signature, Symbol, SymbolId, TrapCode,
    Visibility,
};
use synth_object::{Board, Image, ImageOptions, Object, link};
use synth_opt::{
    Input, Level, Observer, Renumbering, dead_symbols, link as link_programs, run_pipeline,
};
use synth_thumb::{
    Arch, Code, FloatAbi, Listing, TAIL_RETURNS, TailCalls, Thumb, needs_tail_returns, tail_returns,
};
use synth_translate::{ExportedSymbol, Guess, Output, Refusal, Translation, supply_imports};
use synth_wasm::{Module, is_archive};

use crate::border::Border;
use crate::inputs::{self, Unit, in_file};
use crate::run::find_signature;
use crate::{Error, Options, RunError, STACK_LIMIT, Source, StackCheck, runtime};

/// Compiles modules with one set of options.
///
/// See the [crate's example](crate).
#[derive(Clone, Debug, Default)]
pub struct Compiler {
    options: Options,
}

impl Compiler {
    /// A compiler with these options.
    pub fn new(options: Options) -> Self {
        Compiler { options }
    }

    /// Compiles a module in the binary or the text format.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn compile(&self, input: &[u8]) -> Result<Compiled, Error> {
        self.compile_observed(input, &mut ())
    }

    /// Compiles a module; `observer` sees the program after each pass.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn compile_observed(
        &self,
        input: &[u8],
        observer: &mut (dyn Observer + Send),
    ) -> Result<Compiled, Error> {
        self.in_pool(|| self.compile_module(&Module::parse(input)?, observer))
    }

    /// Compiles several objects, and what they need of archives, into one
    /// program; or one file of any kind. `observer` sees the program after
    /// each pass.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn compile_sources(
        &self,
        sources: &[Source<'_>],
        observer: &mut (dyn Observer + Send),
    ) -> Result<Compiled, Error> {
        Ok(self.compile_with_units(sources, observer)?.0)
    }

    /// The same, with the modules that the program was made of.
    pub(crate) fn compile_with_units(
        &self,
        sources: &[Source<'_>],
        observer: &mut (dyn Observer + Send),
    ) -> Result<(Compiled, Vec<Unit>), Error> {
        self.in_pool(|| match sources {
            [source] if !is_archive(source.bytes) => {
                let module = Module::parse(source.bytes)?;
                let compiled = self.compile_module(&module, observer)?;
                Ok((compiled, vec![Unit { name: source.name.to_string(), module }]))
            }
            _ => {
                let units = inputs::read(sources, self.options.whole_archive)?;
                Ok((self.compile_units(&units, observer)?, units))
            }
        })
    }

    fn in_pool<T: Send>(&self, f: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.options.threads)
            .build()
            .map_err(|e| Error::Threads(e.to_string()))?;
        pool.install(f)
    }

    /// Compiles a module that was read before, on the current thread pool;
    /// `observer` sees the program after each pass.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn compile_module(
        &self,
        module: &Module,
        observer: &mut dyn Observer,
    ) -> Result<Compiled, Error> {
        check_imports(&[module], &self.options)?;
        self.compile_output(self.translate(module)?, &[module], observer)
    }

    fn compile_units(
        &self,
        units: &[Unit],
        observer: &mut dyn Observer,
    ) -> Result<Compiled, Error> {
        let modules: Vec<&Module> = units.iter().map(|unit| &unit.module).collect();
        check_imports(&modules, &self.options)?;
        let mut programs = Vec::new();
        let (mut exports, mut imports, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        let (mut guesses, mut functions) = (Vec::new(), Vec::new());
        for Unit { name, module } in units {
            let output = self.translate(module).map_err(|error| in_file(name, error))?;
            programs.push(Input { name: name.clone(), program: output.program });
            exports.push(output.exports);
            imports.push(output.imports);
            guesses.push(output.guesses);
            functions.push(output.functions);
            refused.push(output.refused);
        }
        let linked = link_programs(programs)?;
        for (i, numbers) in linked.numbers.iter().enumerate() {
            renumber(&mut exports[i], &mut refused[i], numbers);
            // All symbols of an input have a number in the program.
            functions[i].iter_mut().for_each(|id| *id = numbers.get(*id).unwrap_or(*id));
        }
        let output = Output {
            program: linked.program,
            functions: functions.concat(),
            exports: exports.concat(),
            guesses: guesses.concat(),
            imports: imports.concat(),
            refused: refused.concat(),
        };
        self.compile_output(output, &modules, observer)
    }

    fn translate(&self, module: &Module) -> Result<Output, Error> {
        let options = self.options.resolved()?;
        let translation = Translation::new(module, &options.translate)?;
        let bodies = translation.functions().into_par_iter().map(|i| translation.function(i));
        let bodies = bodies.collect();
        Ok(translation.finish(bodies)?)
    }

    fn compile_output(
        &self,
        output: Output,
        modules: &[&Module],
        observer: &mut dyn Observer,
    ) -> Result<Compiled, Error> {
        let Output { mut program, functions, mut exports, guesses, imports, mut refused } = output;
        let mut functions: Vec<Option<SymbolId>> = functions.into_iter().map(Some).collect();
        if !self.options.exports.is_empty() {
            keep_exports(&mut program, &self.options.exports)?;
            // At every level: what is not needed may need what does not exist.
            if let Some(numbers) = dead_symbols::run(&mut program).symbols {
                renumber(&mut exports, &mut refused, &numbers);
                functions.iter_mut().for_each(|id| *id = id.and_then(|id| numbers.get(id)));
            }
        }
        let border = Border::bind(&mut program, modules, &self.options)?;
        let imports = border.rename_imports(imports, &self.options.contract);
        // What is supplied for imports is the host's to see and to replace.
        let how = self.options.translate.imports;
        supply_imports(&mut program, &imports, how).map_err(Error::ImportSymbol)?;
        for export in &mut exports {
            export.symbol = export.symbol.map(|id| border.native(id));
        }
        let (mut compiled, numbers) = compile_program(program, &self.options, observer)?;
        renumber(&mut exports, &mut refused, &numbers);
        compiled.exported = exports;
        compiled.functions = functions;
        compiled.border = border;
        compiled.guesses = guesses;
        compiled.refused = refused;
        Ok(compiled)
    }
}

/// Follows the symbols of exports and refused functions; those that are gone
/// are left out.
fn renumber(exports: &mut [ExportedSymbol], refused: &mut Vec<Refusal>, numbers: &Renumbering) {
    for export in exports {
        export.symbol = export.symbol.and_then(|id| numbers.get(id));
    }
    refused.retain_mut(|refusal| {
        let symbol = numbers.get(refusal.symbol);
        symbol.inspect(|&id| refusal.symbol = id).is_some()
    });
}

/// Makes all symbols but those of these names local.
fn keep_exports(program: &mut Program, names: &[String]) -> Result<(), Error> {
    let is_definition = |symbol: &Symbol| {
        let undefined =
            matches!(symbol.def, Definition::UndefinedFunction | Definition::UndefinedData);
        symbol.linkage != Linkage::Local && !undefined
    };
    let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let defined: BTreeSet<&str> =
        program.symbols.values().filter(|s| is_definition(s)).map(|s| &s.name[..]).collect();
    if let Some(name) = wanted.difference(&defined).next() {
        let defined = defined.iter().map(ToString::to_string).collect();
        return Err(Error::NoExport { name: name.to_string(), defined });
    }
    for symbol in program.symbols.values_mut().filter(|s| is_definition(s)) {
        if !wanted.contains(&symbol.name[..]) {
            symbol.linkage = Linkage::Local;
            symbol.visibility = Visibility::Default;
        }
    }
    Ok(())
}

/// Whether symbols are given only to imports that there are.
fn check_imports(modules: &[&Module], options: &Options) -> Result<(), Error> {
    let imports = || modules.iter().flat_map(|module| &module.imports);
    let names = || imports().map(|i| format!("{}.{}", i.module, i.name));
    for name in options.translate.import_symbols.keys() {
        if !names().any(|import| import == *name) {
            let imports = if imports().next().is_none() {
                vec!["nothing".to_string()]
            } else {
                names().collect()
            };
            return Err(Error::NoImport { name: name.clone(), imports });
        }
    }
    Ok(())
}

/// Optimises a program and generates its code. Says what the numbers of its
/// symbols have become.
pub(crate) fn compile_program(
    mut program: Program,
    options: &Options,
    observer: &mut dyn Observer,
) -> Result<(Compiled, Renumbering), Error> {
    let options = &options.resolved()?;
    let exports = exported_functions(&program);
    let numbers = run_pipeline(&mut program, options.passes(), &Thumb(options.cpu), observer)
        .map_err(Error::Pass)?;
    runtime::supply_own(&mut program, options)?;
    if options.stack_check == StackCheck::Register && options.cpu.arch != Arch::V8MMain {
        return Err(Error::NoStackLimit(options.cpu.to_string()));
    }
    let limit = (options.stack_check == StackCheck::Limit)
        .then(|| undefined_data(&mut program, STACK_LIMIT));
    let returns = needs_tail_returns(&program).then(|| tail_area_end(&mut program));
    let tails = TailCalls {
        // Recursion without end must be found where the stack is checked.
        siblings: options.level != Level::O0 && options.stack_check == StackCheck::None,
        weak: Arc::new(missing_functions(&program)),
        returns,
    };
    let code_options = options.code(limit, tails);
    let own_code = |id: &SymbolId| Some(*id) == returns;
    let functions: Vec<(SymbolId, &Function)> =
        program.functions().filter(|(id, _)| !own_code(id)).collect();
    let failed = |program: &Program, id: SymbolId, error| {
        let function = program.symbols[id].name.clone();
        Error::Compile { function, error }
    };
    let mut drafts = functions
        .into_par_iter()
        .map(|(id, function)| match synth_thumb::draft(function, &code_options) {
            Ok(draft) => Ok((id, draft)),
            Err(error) => Err(failed(&program, id, error)),
        })
        .collect::<Result<Vec<_>, Error>>()?;
    if code_options.outline {
        synth_thumb::outline(&mut program, &mut drafts);
    }
    let mut codes = drafts
        .into_par_iter()
        .map(|(id, draft)| match draft.finish() {
            Ok(code) => Ok((id, code)),
            Err(error) => Err(failed(&program, id, error)),
        })
        .collect::<Result<Vec<_>, Error>>()?;
    if let Some(id) = returns {
        let failed = |error| Error::Compile { function: TAIL_RETURNS.to_string(), error };
        codes.push((id, tail_returns().map_err(failed)?));
    }
    let options = options.clone();
    let border = Border::default();
    let (exported, guesses, refused, functions) = (vec![], vec![], vec![], vec![]);
    let compiled = Compiled {
        program,
        codes,
        exports,
        exported,
        guesses,
        refused,
        functions,
        border,
        options,
    };
    Ok((compiled, numbers))
}

/// The symbol of the code that frees tail areas, one for all objects of a link.
/// Nothing calls it: functions return to it. The body only holds its place.
fn tail_area_end(program: &mut Program) -> SymbolId {
    let mut body = Function::new(Signature::default());
    let block = body.add_block();
    body.append(block, InstData::Trap(TrapCode::Unreachable), Default::default());
    program.add(TAIL_RETURNS, Linkage::Comdat, Definition::Function(Box::new(body)))
}

/// Functions whose address may be 0.
fn missing_functions(program: &Program) -> BTreeSet<SymbolId> {
    let is_weak = |symbol: &Symbol| {
        symbol.linkage == Linkage::Weak && matches!(symbol.def, Definition::UndefinedFunction)
    };
    program.symbols.iter().filter(|(_, s)| is_weak(s)).map(|(id, _)| id).collect()
}

/// The symbol of a variable that other objects define or see.
fn undefined_data(program: &mut Program, name: &str) -> SymbolId {
    let mut symbols = program.symbols.iter();
    let found = symbols.find(|(_, s)| s.linkage != Linkage::Local && s.name == name);
    let found = found.map(|(id, _)| id);
    found.unwrap_or_else(|| program.add(name, Linkage::Global, Definition::UndefinedData))
}

/// Global functions, under all their names.
fn exported_functions(program: &Program) -> Vec<(String, Signature)> {
    let signature = |symbol: &Symbol| match &symbol.def {
        Definition::Function(f) => Some(f.signature.clone()),
        Definition::Alias { target, offset: 0 } => {
            program.function(*target).map(|f| f.signature.clone())
        }
        _ => None,
    };
    let global = program.symbols.values().filter(|s| s.linkage == Linkage::Global);
    global.filter_map(|s| Some((s.name.clone(), signature(s)?))).collect()
}

/// A compiled program.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The program after all passes.
    pub program: Program,
    /// The machine code of its functions, in order.
    pub codes: Vec<(SymbolId, Code)>,
    /// The global functions with the signatures of the source.
    pub exports: Vec<(String, Signature)>,
    /// Where the exports of the module are.
    pub exported: Vec<ExportedSymbol>,
    /// Numbers that were taken for addresses ([`Statics::Constants`](crate::Statics::Constants)).
    pub guesses: Vec<Guess>,
    /// Functions that trap since they could not be translated, as far as the
    /// program still has them; always empty
    /// unless [`synth_translate::Options::unsupported_traps`] is set.
    pub refused: Vec<Refusal>,
    /// The functions of all modules, in order, by the symbols that they had
    /// before the first pass.
    pub(crate) functions: Vec<Option<SymbolId>>,
    border: Border,
    options: Options,
}

impl Compiled {
    /// What a reader should know: rules of the contract that are of no effect.
    pub fn warnings(&self) -> &[String] {
        &self.border.unused
    }

    /// The options that it was compiled with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The signature of an exported function.
    ///
    /// # Errors
    /// [`RunError::NoFunction`], which lists the exports.
    pub fn signature(&self, name: &str) -> Result<&Signature, RunError> {
        find_signature(&self.exports, name)
    }

    /// The relocatable object.
    ///
    /// # Errors
    /// If the program can't be expressed as one.
    pub fn object(&self) -> Result<Object, Error> {
        let mut options = self.options.object.clone();
        let version = self.border.version();
        let float_abi = match self.options.float_abi {
            FloatAbi::Hard => "hard",
            FloatAbi::Soft | FloatAbi::SoftFp => "soft",
        };
        let contract = || self.interface("").to_contract_text(float_abi);
        options.contract = version.is_some().then(contract);
        let cpu = self.options.cpu;
        let mut object = Object::from_program(&self.program, &self.codes, cpu, &options)?;
        if let Some(symbol) = version {
            object.symbols.push(symbol);
        }
        Ok(object)
    }

    /// What the object and its host supply to each other, for headers; `name`
    /// is the object's.
    pub fn interface(&self, name: &str) -> Interface {
        self.border.interface(name, &self.program, &self.options.contract)
    }

    /// The image for a board, with the run-time routines that it needs.
    ///
    /// # Errors
    /// If something is undefined or does not fit.
    pub fn image(&self, board: &Board, options: &ImageOptions) -> Result<Image, Error> {
        let mut objects = vec![self.object()?];
        if let Some(routines) = runtime::compile_for(&self.program, &self.options)? {
            objects.push(routines.object()?);
        }
        Ok(link(&objects, board, options)?)
    }

    /// The machine code as text.
    pub fn assembly(&self) -> String {
        let program = &self.program;
        let listing = |(id, code): &(SymbolId, Code)| {
            Listing { name: &program.symbols[*id].name, code, program }.to_string()
        };
        self.codes.iter().map(listing).collect::<Vec<_>>().join("\n")
    }
}
