//! Our translation, run by the interpreter of the intermediate
//! representation.

use synth_ir::interp::{External, Halt, Host as IrHost, Interpreter, Memory, Val, call_runtime};
use synth_ir::{AbiType, Convention, Definition, Program, Signature, SymbolId, TrapCode};
use synth_opt::{Level, run_pipeline};
use synth_thumb::Thumb;
use synth_translate::{Error, Options, Output, Translation};
use synth_wasm::{ExternKind, ValType};

use crate::case::{Case, End, Engine, EngineError, Trace};
use crate::host::{GLOBALS, Host, PAGES};

/// Runs modules as [`synth_translate`] translates them.
#[derive(Clone, Debug)]
pub struct Interpreted {
    /// Options of the translation.
    pub options: Options,
    /// Instructions for each call: far more than the oracle's fuel needs.
    pub fuel: u64,
    /// The passes that the program goes through before it runs, if any.
    pub level: Option<Level>,
    /// A change of the program before it runs, to see that it is found.
    pub transform: Option<fn(&mut Program)>,
}

/// Options that give a program what the oracle's module has.
pub(crate) fn default_options() -> Options {
    Options {
        memory_max_pages: Some(10),
        table_max_entries: Some(20),
        unsupported_traps: true,
        ..Options::default()
    }
}

impl Default for Interpreted {
    fn default() -> Self {
        let options = default_options();
        Interpreted { options, fuel: 5_000_000, level: None, transform: None }
    }
}

impl IrHost for Host {
    fn call(
        &mut self,
        name: &str,
        signature: &Signature,
        args: &[Val],
        memory: &mut Memory,
    ) -> Result<Vec<Val>, Halt> {
        if let Some(result) = call_runtime(name, signature, args, memory) {
            return result;
        }
        let softened = signature.convention == Convention::AapcsSoft;
        let args = join(&carried(&signature.params, softened), args);
        let results = Host::call(self, name, &args);
        Ok(split(&carried(&signature.results, softened), &results))
    }
}

/// Addresses of the imported data, where the program has none.
const IMPORTED: u32 = 0xe000_0000;
const IMPORTED_MEMORY: u32 = IMPORTED + 0x1_0000;
const NAMES: [&str; 3] = ["__linear_memory_base", "__linear_memory_size", "__linear_memory_end"];

fn externals() -> Vec<External<'static>> {
    let mut list: Vec<External<'_>> = (0..)
        .zip(&GLOBALS)
        .map(|(i, g)| External { name: g.0, address: IMPORTED + 64 * i, size: 8 })
        .collect();
    let reserve = PAGES.1 << 16;
    list.push(External { name: NAMES[0], address: IMPORTED_MEMORY, size: reserve });
    list.push(External { name: NAMES[1], address: IMPORTED + 0x1000, size: 4 });
    list.push(External { name: NAMES[2], address: IMPORTED_MEMORY + reserve, size: 0 });
    list
}

impl Engine for Interpreted {
    fn name(&self) -> &str {
        if self.level.is_some() { "interpreter after the passes" } else { "interpreter" }
    }

    fn run(&mut self, case: &Case, calls: usize) -> Result<Trace, EngineError> {
        let mut output = translate(case, &self.options)?;
        check_program(&output.program)?;
        if let Some(level) = self.level {
            let cpu = synth_testkit::options("cortex-m4").cpu;
            let numbers = run_pipeline(&mut output.program, level, &Thumb(cpu), &mut ()).unwrap();
            check_program(&output.program)?;
            for export in &mut output.exports {
                export.symbol = export.symbol.and_then(|symbol| numbers.get(symbol));
            }
        }
        if let Some(transform) = self.transform {
            transform(&mut output.program);
            check_program(&output.program)?;
        }
        let program = &output.program;
        let externals: Vec<External<'_>> = externals()
            .into_iter()
            .filter(|e| {
                let symbol = program.find(e.name).map(|id| &program.symbols[id].def);
                matches!(symbol, Some(Definition::UndefinedData))
            })
            .collect();
        let mut interpreter = Interpreter::with_externals(program, &externals)
            .map_err(|e| EngineError::Failed(e.to_string()))?;
        set_imports(&mut interpreter, &externals)?;
        let mut host = Host::default();
        let mut trace = Trace::default();
        interpreter.set_fuel(self.fuel);
        trace.ends.push(match interpreter.run_initialisers(&mut host) {
            Ok(()) => End::Returned(vec![]),
            Err(halt) => end_of(&halt)?,
        });
        if trace.ends != [End::Returned(vec![])] {
            return Ok(trace);
        }
        let softened = self.level.is_some();
        for call in &case.calls[..calls] {
            interpreter.set_fuel(self.fuel);
            trace.ends.push(run_call(case, call, &output, &mut interpreter, &mut host, softened)?);
            if trace.gave_up() {
                return Ok(trace);
            }
        }
        observe(case, &output, &interpreter, &mut trace)?;
        trace.host = host.state;
        Ok(trace)
    }
}

/// Translates the module of a case.
pub(crate) fn translate(case: &Case, options: &Options) -> Result<Output, EngineError> {
    let translation = Translation::new(&case.module, options);
    let output = translation.and_then(|t| {
        let bodies = t.functions().into_iter().map(|f| t.function(f)).collect();
        t.finish(bodies)
    });
    output.map_err(|error| match error {
        Error::Malformed { .. } => EngineError::Failed(error.to_string()),
        _ => EngineError::Unsupported(error.to_string()),
    })
}

pub(crate) fn check_program(program: &Program) -> Result<(), EngineError> {
    synth_ir::verify(program).map_err(|errors| {
        let list: Vec<String> = errors.iter().map(ToString::to_string).collect();
        EngineError::Failed(list.join("\n"))
    })
}

fn set_imports(
    interpreter: &mut Interpreter<'_>,
    externals: &[External<'_>],
) -> Result<(), EngineError> {
    for external in externals {
        let known = GLOBALS.iter().find(|g| g.0 == external.name);
        let (bytes, bits) = match known {
            Some(&(_, ty, bits)) => (if ty == ValType::I64 { 8 } else { 4 }, bits),
            None if external.name == NAMES[1] => (4, u64::from(PAGES.0 << 16)),
            None => continue,
        };
        let memory = interpreter.memory_mut();
        memory
            .store(external.address, bytes, bits)
            .map_err(|e| EngineError::Failed(e.to_string()))?;
    }
    Ok(())
}

fn run_call(
    case: &Case,
    call: &crate::Call,
    output: &Output,
    interpreter: &mut Interpreter<'_>,
    host: &mut Host,
    softened: bool,
) -> Result<End, EngineError> {
    let export = output.exports.iter().find(|e| e.name == call.name);
    let ty = export.and_then(|e| case.module.function_type(e.index));
    let missing = || EngineError::Failed(format!("no symbol for export {}", call.name));
    let (export, ty) = export.zip(ty).ok_or_else(missing)?;
    let is_undefined = |symbol: SymbolId| {
        matches!(output.program.symbols[symbol].def, Definition::UndefinedFunction)
    };
    let imported = case.module.import(export.kind, export.index).is_some();
    let symbol = match export.symbol {
        Some(symbol) if !is_undefined(symbol) => symbol,
        // Exported under its own name: the host's function itself.
        _ if imported => return Ok(End::GaveUp("no symbol".to_string())),
        _ => return Err(missing()),
    };
    let types = |list: &[ValType]| -> Vec<AbiType> {
        let types: Vec<AbiType> = list.iter().map(|&ty| abi_type(ty)).collect();
        carried(&types, softened)
    };
    let (params, results) = (types(&ty.params), types(&ty.results));
    let args = split(&params, &call.args);
    match interpreter.call(symbol, &args, host) {
        Ok(values) => Ok(End::Returned(join(&results, &values))),
        Err(halt) => end_of(&halt),
    }
}

fn end_of(halt: &Halt) -> Result<End, EngineError> {
    match halt {
        Halt::Trap(TrapCode::Unsupported) => Ok(End::GaveUp("unsupported function".to_string())),
        Halt::Trap(code) => Ok(End::Trapped(*code)),
        other => Err(EngineError::Failed(other.to_string())),
    }
}

fn observe(
    case: &Case,
    output: &Output,
    interpreter: &Interpreter<'_>,
    trace: &mut Trace,
) -> Result<(), EngineError> {
    let failed = |e: synth_ir::interp::BadAddress| EngineError::Failed(e.to_string());
    for export in &output.exports {
        let Some(symbol) = export.symbol else { continue };
        let address = interpreter.address(symbol);
        match export.kind {
            ExternKind::Memory => {
                let size = memory_size(case, output, interpreter, export.index, symbol)?;
                let mut bytes = vec![0; size as usize];
                interpreter.memory().read(address, &mut bytes).map_err(failed)?;
                trace.memories.push((export.name.clone(), bytes));
            }
            ExternKind::Global => {
                let ty = case.module.globals[export.index as usize].ty.ty;
                if ty.is_ref() {
                    continue;
                }
                let bytes = if matches!(ty, ValType::I64 | ValType::F64) { 8 } else { 4 };
                let bits = interpreter.memory().load(address, bytes).map_err(failed)?;
                trace.globals.push((export.name.clone(), bits));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The size that the host reads: from the memory's size symbol.
fn memory_size(
    case: &Case,
    output: &Output,
    interpreter: &Interpreter<'_>,
    index: u32,
    base: SymbolId,
) -> Result<u32, EngineError> {
    let name = output.program.symbols[base].name.replace("_base", "_size");
    match output.program.find(&name) {
        Some(size) => {
            let size = interpreter.memory().load(interpreter.address(size), 4);
            size.map(|s| s as u32).map_err(|e| EngineError::Failed(e.to_string()))
        }
        None => {
            let ty = case.module.memories[index as usize].ty;
            Ok((ty.min << ty.page_size_log2) as u32)
        }
    }
}

pub(crate) fn abi_type(ty: ValType) -> AbiType {
    match ty {
        ValType::I64 | ValType::FuncRef => AbiType::I64,
        ValType::F32 => AbiType::F32,
        ValType::F64 => AbiType::F64,
        _ => AbiType::I32,
    }
}

/// What values of these types are where the passes have turned floats into
/// words, or not.
fn carried(types: &[AbiType], softened: bool) -> Vec<AbiType> {
    let soft = |&ty: &AbiType| match ty {
        AbiType::F32 if softened => AbiType::I32,
        AbiType::F64 if softened => AbiType::I64,
        ty => ty,
    };
    types.iter().map(soft).collect()
}

/// Values as the representation has them: an i64 as two words.
fn split(types: &[AbiType], bits: &[u64]) -> Vec<Val> {
    let mut values = Vec::new();
    for (ty, &bits) in types.iter().zip(bits) {
        match ty {
            AbiType::I64 => {
                values.push(Val::I32(bits as i32));
                values.push(Val::I32((bits >> 32) as i32));
            }
            AbiType::F32 => values.push(Val::F32(bits as u32)),
            AbiType::F64 => values.push(Val::F64(bits)),
            _ => values.push(Val::I32(bits as i32)),
        }
    }
    values
}

fn join(types: &[AbiType], values: &[Val]) -> Vec<u64> {
    let mut values = values.iter().map(|v| match *v {
        Val::I32(v) => u64::from(v as u32),
        Val::F32(v) => u64::from(v),
        Val::F64(v) => v,
    });
    let mut next = || values.next().unwrap_or_default();
    types
        .iter()
        .map(|ty| match ty {
            AbiType::I64 => {
                let low = next();
                low | next() << 32
            }
            _ => next(),
        })
        .collect()
}
