//! Our translation, compiled to machine code and run on an emulated core.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use synth::{Compiled, Compiler};
use synth_emu::Board;
use synth_ir::{AbiType, Data, Definition, Linkage, Program, Signature, TrapCode};
use synth_opt::Level;
use synth_testkit::{AbiVal, CallError, Imports, Loader, ModuleId};
use synth_thumb::FloatAbi;
use synth_translate::Bounds;
use synth_wasm::{ExternKind, Module, ValType};

use crate::case::{Call, Case, End, Engine, EngineError, Trace};
use crate::host::{GLOBALS, HOST_MODULE, Host, PAGES};
use crate::interpreter::{abi_type, check_program, default_options};

/// Runs modules on an emulated core.
pub struct Emulated {
    name: String,
    loader: Loader<'static>,
    compiler: Compiler,
    host: Rc<RefCell<Host>>,
    hard_float: bool,
}

/// What code is compiled for.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// The CPU, with its variant.
    pub cpu: &'static str,
    /// The level of optimisation.
    pub level: Level,
    /// How floats travel.
    pub float_abi: FloatAbi,
    /// How accesses are checked.
    pub bounds: Bounds,
}

impl Setup {
    /// With checked accesses, and floats in core registers.
    pub const fn new(cpu: &'static str, level: Level) -> Setup {
        Setup { cpu, level, float_abi: FloatAbi::SoftFp, bounds: Bounds::Check }
    }

    /// The same with floats in VFP registers.
    pub const fn hard(self) -> Setup {
        Setup { float_abi: FloatAbi::Hard, ..self }
    }

    /// The same without checks of accesses: for cases without such a trap.
    pub const fn unchecked(self) -> Setup {
        Setup { bounds: Bounds::None, ..self }
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -O{}", self.cpu, self.level)?;
        if self.float_abi == FloatAbi::Hard {
            f.write_str(" --float-abi hard")?;
        }
        if self.bounds == Bounds::None {
            f.write_str(" --bounds none")?;
        }
        Ok(())
    }
}

impl Emulated {
    /// Starts the emulated core of a setup.
    ///
    /// # Errors
    /// If the emulator does not start.
    pub fn start(setup: &Setup) -> Result<Self, EngineError> {
        let Setup { cpu, level, float_abi, bounds } = *setup;
        let options = synth::Options {
            cpu: cpu.parse().map_err(failed)?,
            level,
            float_abi,
            translate: synth_translate::Options { bounds, ..default_options() },
            threads: 1,
            ..synth::Options::default()
        };
        let core = options.cpu.core;
        let board = Board::by_cpu(core).ok_or_else(|| failed(format!("no board has a {core}")))?;
        let hard_float = float_abi == FloatAbi::Hard;
        let host = Rc::new(RefCell::new(Host::default()));
        let mut loader = Loader::start(board).map_err(failed)?;
        define_host(&mut loader, &host, hard_float)?;
        for routines in synth::runtime::compile_all(&options).map_err(failed)? {
            loader.load(&routines.program, &routines.codes, &Imports::default()).map_err(failed)?;
        }
        let name = setup.to_string();
        Ok(Emulated { name, loader, compiler: Compiler::new(options), host, hard_float })
    }

    fn compile(&self, case: &Case) -> Result<Compiled, EngineError> {
        let compiled = self.compiler.compile_module(&case.module, &mut ());
        compiled.map_err(|error| match error {
            synth::Error::Translate(synth_translate::Error::Malformed { .. }) => failed(error),
            synth::Error::Translate(_) => EngineError::Unsupported(error.to_string()),
            error => failed(error),
        })
    }
}

fn failed(error: impl std::fmt::Display) -> EngineError {
    EngineError::Failed(error.to_string())
}

/// The functions of [`HOST_MODULE`].
fn define_host(
    loader: &mut Loader<'static>,
    host: &Rc<RefCell<Host>>,
    hard_float: bool,
) -> Result<(), EngineError> {
    let module = Module::parse(HOST_MODULE.as_bytes()).map_err(failed)?;
    for import in module.imports.iter().filter(|i| i.ty.kind() == ExternKind::Function) {
        let Some(ty) = module.function_type(import.index) else { continue };
        let signature = signature(ty, hard_float);
        let (name, host) = (import.name.clone(), Rc::clone(host));
        let results = signature.results.clone();
        loader
            .host(name.clone(), signature, move |_, args| {
                let args: Vec<u64> = args.iter().map(|a| a.bits()).collect();
                let values = host.borrow_mut().call(&name, &args);
                let values = results.iter().zip(values);
                Ok(values.map(|(&ty, bits)| AbiVal::from_bits(ty, bits)).collect())
            })
            .map_err(failed)?;
    }
    Ok(())
}

/// The data of [`HOST_MODULE`], as it is when a module starts.
fn host_data() -> Program {
    let mut program = Program::new();
    let mut add = |name: &str, bytes: Vec<u8>, size: u32| {
        let data = Data { bytes, size, align: 8, ..Data::default() };
        program.add(name, Linkage::Global, Definition::Data(data))
    };
    for (name, _, bits) in GLOBALS {
        add(name, bits.to_le_bytes().to_vec(), 8);
    }
    let reserve = PAGES.1 << 16;
    let base = add("__linear_memory_base", vec![], reserve);
    add("__linear_memory_size", (PAGES.0 << 16).to_le_bytes().to_vec(), 4);
    let end = Definition::Alias { target: base, offset: reserve };
    program.add("__linear_memory_end", Linkage::Global, end);
    program
}

fn signature(ty: &synth_wasm::FuncType, hard_float: bool) -> Signature {
    let list = |types: &[ValType]| types.iter().map(|&t| abi_type(t)).collect::<Vec<AbiType>>();
    let signature = Signature::new(list(&ty.params), list(&ty.results));
    if hard_float { signature.with_vfp() } else { signature }
}

impl Engine for Emulated {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&mut self, case: &Case, calls: usize) -> Result<Trace, EngineError> {
        *self.host.borrow_mut() = Host::default();
        let mark = self.loader.mark();
        let trace = self.run_loaded(case, calls);
        self.loader.release(mark);
        trace
    }
}

impl Emulated {
    fn run_loaded(&mut self, case: &Case, calls: usize) -> Result<Trace, EngineError> {
        let Compiled { program, codes, .. } = &self.compile(case)?;
        check_program(program)?;
        let none = Imports::default();
        let host_data = self.loader.load(&host_data(), &[], &none).map_err(failed)?;
        let module = self.loader.load(program, codes, &none).map_err(failed)?;
        let mut trace = Trace::default();
        trace.ends.push(match self.loader.initialise(module) {
            Ok(()) => End::Returned(vec![]),
            Err(error) => end_of(error)?,
        });
        if trace.ends != [End::Returned(vec![])] {
            return Ok(trace);
        }
        for call in &case.calls[..calls] {
            trace.ends.push(self.call(case, call, module)?);
            if trace.gave_up() {
                return Ok(trace);
            }
        }
        self.observe(case, program, [module, host_data], &mut trace)?;
        trace.host = self.host.borrow().state;
        Ok(trace)
    }

    fn call(&mut self, case: &Case, call: &Call, module: ModuleId) -> Result<End, EngineError> {
        let export = case.module.exports.iter().find(|e| e.name == call.name);
        let ty = export.and_then(|e| case.module.function_type(e.index));
        let ty = ty.ok_or_else(|| failed(format!("no function {}", call.name)))?;
        let signature = signature(ty, self.hard_float);
        let args = signature.params.iter().zip(&call.args);
        let args: Vec<AbiVal> = args.map(|(&ty, &bits)| AbiVal::from_bits(ty, bits)).collect();
        let name = symbol_name(&call.name);
        match self.loader.call(module, &name, &signature, &args) {
            Ok(values) => Ok(End::Returned(values.iter().map(|v| v.bits()).collect())),
            // An import that is exported under its own name has no symbol.
            Err(CallError::Usage(_)) => Ok(End::GaveUp("no symbol".to_string())),
            Err(error) => end_of(error),
        }
    }

    fn observe(
        &mut self,
        case: &Case,
        program: &Program,
        modules: [ModuleId; 2],
        trace: &mut Trace,
    ) -> Result<(), EngineError> {
        let module = &case.module;
        for export in &module.exports {
            let name = match export.kind {
                ExternKind::Memory if export.index == 0 => "__linear_memory_base".to_string(),
                ExternKind::Memory => format!("__linear_memory_base.{}", export.index),
                ExternKind::Global => match module.import(export.kind, export.index) {
                    Some(import) => import.name.clone(),
                    None => symbol_name(&export.name),
                },
                _ => continue,
            };
            let find = |name: &str| modules.iter().find_map(|&m| self.loader.address(m, name));
            if export.kind == ExternKind::Global {
                let ty = module.globals[export.index as usize].ty.ty;
                if ty.is_ref() {
                    continue;
                }
                let Some(address) = find(&name) else { continue };
                let words = if matches!(ty, ValType::I64 | ValType::F64) { 2 } else { 1 };
                let bytes = self.loader.machine().read(address, 4 * words).map_err(failed)?;
                let bits = bytes.iter().rev().fold(0, |bits, &b| bits << 8 | u64::from(b));
                trace.globals.push((export.name.clone(), bits));
                continue;
            }
            let base = find(&name).ok_or_else(|| failed(format!("no {name}")))?;
            let size_name = name.replace("_base", "_size");
            let size = match find(&size_name) {
                Some(at) if program.find(&size_name).is_some() => {
                    self.loader.machine().read_word(at).map_err(failed)?
                }
                _ => {
                    let ty = module.memories[export.index as usize].ty;
                    (ty.min << ty.page_size_log2) as u32
                }
            };
            let bytes = self.loader.machine().read(base, size).map_err(failed)?;
            trace.memories.push((export.name.clone(), bytes));
        }
        Ok(())
    }
}

/// An export's name as the translator escapes it for linkers.
fn symbol_name(export: &str) -> String {
    match export {
        "" => "\\empty".to_string(),
        name => name.replace('\0', "\\0"),
    }
}

fn end_of(error: CallError) -> Result<End, EngineError> {
    match error.trap() {
        Some(TrapCode::Unsupported) => Ok(End::GaveUp("unsupported function".to_string())),
        Some(TrapCode::StackOverflow) => Ok(End::GaveUp("stack".to_string())),
        Some(code) => Ok(End::Trapped(code)),
        None => Err(failed(error)),
    }
}
