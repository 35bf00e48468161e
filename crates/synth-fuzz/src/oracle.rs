//! The oracle: wasmi.

use synth_ir::TrapCode;
use synth_wasm::{ExternKind, ValType};
use wasmi::{
    AsContext, Config, Engine as Wasmi, Error, Extern, ExternRef, Func, FuncType, Global, Instance,
    Linker, Memory, MemoryType, Mutability, Nullable, Store, Val,
};

use crate::case::{Case, End, Engine, EngineError, Trace};
use crate::equivalent;
use crate::host::{GLOBALS, Host, PAGES};

/// Runs modules with wasmi.
#[derive(Clone, Copy, Debug)]
pub struct Oracle {
    /// Fuel for each call.
    pub fuel: u64,
}

impl Default for Oracle {
    fn default() -> Self {
        Oracle { fuel: 50_000 }
    }
}

/// Bytes of native stack, of which little is touched.
const STACK: usize = 512 << 20;

type State = Store<Host>;

impl Engine for Oracle {
    fn name(&self) -> &str {
        "wasmi"
    }

    fn run(&mut self, case: &Case, calls: usize) -> Result<Trace, EngineError> {
        // Some generated modules fail assertions in wasmi itself: they have
        // no oracle. A tail call may take native stack there.
        let panicked = || EngineError::Unsupported("wasmi panicked".to_string());
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK);
            let run = thread.spawn_scoped(scope, || self.run_calls(case, calls));
            let run = run.map_err(|error| EngineError::Failed(error.to_string()))?;
            run.join().unwrap_or_else(|_| Err(panicked()))
        })
    }
}

impl Oracle {
    fn run_calls(self, case: &Case, calls: usize) -> Result<Trace, EngineError> {
        let mut config = Config::default();
        config.consume_fuel(true).set_max_recursion_depth(200);
        config.wasm_custom_page_sizes(true);
        let engine = Wasmi::new(&config);
        let bytes = equivalent::for_wasmi(case.module.bytes())
            .map_err(|e| EngineError::Failed(e.to_string()))?;
        let module = wasmi::Module::new(&engine, &bytes)
            .map_err(|e| EngineError::Unsupported(e.to_string()))?;
        let mut store = Store::new(&engine, Host::default());
        let linker = link(case, &engine, &mut store)?;
        let mut trace = Trace::default();
        self.refuel(&mut store)?;
        let instance = match linker.instantiate_and_start(&mut store, &module) {
            Ok(instance) => instance,
            Err(error) => {
                trace.ends.push(end_of(&error));
                return Ok(trace);
            }
        };
        trace.ends.push(End::Returned(vec![]));
        for call in &case.calls[..calls] {
            self.refuel(&mut store)?;
            trace.ends.push(self.call(case, call, &mut store, instance));
            if trace.gave_up() {
                return Ok(trace);
            }
        }
        observe(case, &store, instance, &mut trace);
        trace.host = store.data().state;
        Ok(trace)
    }

    fn refuel(&self, store: &mut State) -> Result<(), EngineError> {
        store.set_fuel(self.fuel).map_err(|e| EngineError::Failed(e.to_string()))
    }

    fn call(&self, case: &Case, call: &crate::Call, store: &mut State, instance: Instance) -> End {
        let export = case.module.exports.iter().find(|e| e.name == call.name);
        let ty = export.and_then(|e| case.module.function_type(e.index));
        let (Some(ty), Some(func)) = (ty, instance.get_func(&*store, &call.name)) else {
            return End::GaveUp(format!("no function {}", call.name));
        };
        let mut args: Vec<Val> = Vec::new();
        for (&ty, &bits) in ty.params.iter().zip(&call.args) {
            args.push(match ty {
                ValType::ExternRef if bits != 0 => {
                    Val::ExternRef(ExternRef::new(&mut *store, bits).into())
                }
                _ => value(ty, bits),
            });
        }
        let mut results: Vec<Val> = ty.results.iter().map(|&t| value(t, 0)).collect();
        match func.call(&mut *store, &args, &mut results) {
            Ok(()) => End::Returned(results.iter().map(|v| bits(&*store, v)).collect()),
            Err(error) => end_of(&error),
        }
    }
}

fn link(case: &Case, engine: &Wasmi, store: &mut State) -> Result<Linker<Host>, EngineError> {
    let failed = |e: &dyn std::fmt::Display| EngineError::Failed(e.to_string());
    let mut linker = Linker::new(engine);
    linker.allow_shadowing(true);
    for import in &case.module.imports {
        let item: Extern = match import.ty.kind() {
            ExternKind::Function => {
                let ty = case.module.function_type(import.index).cloned().unwrap_or_default();
                host_function(&mut *store, import.name.clone(), &ty).into()
            }
            ExternKind::Global => {
                let known = GLOBALS.iter().find(|g| g.0 == import.name);
                let &(name, ty, bits) =
                    known.ok_or_else(|| EngineError::Unsupported(import.name.clone()))?;
                let mutability = if name == "g0" { Mutability::Const } else { Mutability::Var };
                Global::new(&mut *store, value(ty, bits), mutability).into()
            }
            ExternKind::Memory => {
                let ty = MemoryType::new(PAGES.0, Some(PAGES.1));
                Memory::new(&mut *store, ty).map_err(|e| failed(&e))?.into()
            }
            _ => return Err(EngineError::Unsupported(import.name.clone())),
        };
        linker.define(&import.module, &import.name, item).map_err(|e| failed(&e))?;
    }
    Ok(linker)
}

fn host_function(store: &mut State, name: String, ty: &synth_wasm::FuncType) -> Func {
    let list = |types: &[ValType]| types.iter().map(|&t| value(t, 0).ty()).collect::<Vec<_>>();
    let results = ty.results.clone();
    let func_type = FuncType::new(list(&ty.params), list(&ty.results));
    Func::new(store, func_type, move |mut caller, args, out| {
        let args: Vec<u64> = args.iter().map(|v| bits(&caller, v)).collect();
        let values = caller.data_mut().call(&name, &args);
        for ((out, bits), &ty) in out.iter_mut().zip(values).zip(&results) {
            *out = value(ty, bits);
        }
        Ok(())
    })
}

fn observe(case: &Case, store: &State, instance: Instance, trace: &mut Trace) {
    for export in &case.module.exports {
        match instance.get_export(store, &export.name) {
            Some(Extern::Memory(memory)) => {
                trace.memories.push((export.name.clone(), memory.data(store).to_vec()));
            }
            Some(Extern::Global(global)) => {
                if let Val::I32(_) | Val::I64(_) | Val::F32(_) | Val::F64(_) = global.get(store) {
                    trace.globals.push((export.name.clone(), bits(store, &global.get(store))));
                }
            }
            _ => {}
        }
    }
}

fn value(ty: ValType, bits: u64) -> Val {
    match ty {
        ValType::I64 => Val::I64(bits as i64),
        ValType::F32 => Val::F32(wasmi::F32::from_bits(bits as u32)),
        ValType::F64 => Val::F64(wasmi::F64::from_bits(bits)),
        ValType::FuncRef => Val::FuncRef(Nullable::Null),
        ValType::ExternRef => Val::ExternRef(Nullable::Null),
        _ => Val::I32(bits as i32),
    }
}

/// The bits of a value; of an externref, those that it was made of.
fn bits(store: impl AsContext, value: &Val) -> u64 {
    match value {
        Val::I32(v) => u64::from(*v as u32),
        Val::I64(v) => *v as u64,
        Val::F32(v) => u64::from(v.to_bits()),
        Val::F64(v) => v.to_bits(),
        Val::ExternRef(Nullable::Val(object)) => {
            object.data(store.as_context()).downcast_ref::<u64>().copied().unwrap_or_default()
        }
        _ => 0,
    }
}

fn end_of(error: &Error) -> End {
    use wasmi::TrapCode as T;
    let code = match error.as_trap_code() {
        Some(T::UnreachableCodeReached) => TrapCode::Unreachable,
        Some(T::MemoryOutOfBounds) => TrapCode::MemoryOutOfBounds,
        Some(T::TableOutOfBounds) => TrapCode::TableOutOfBounds,
        Some(T::IndirectCallToNull) => TrapCode::UninitializedElement,
        Some(T::IntegerDivisionByZero) => TrapCode::DivisionByZero,
        Some(T::IntegerOverflow) => TrapCode::IntegerOverflow,
        Some(T::BadConversionToInteger) => TrapCode::InvalidConversion,
        Some(T::BadSignature) => TrapCode::IndirectCallMismatch,
        _ => return instantiation_end(error),
    };
    End::Trapped(code)
}

/// Segments that are out of bounds are errors of their own kind in wasmi.
fn instantiation_end(error: &Error) -> End {
    use wasmi::errors::{ErrorKind, InstantiationError, MemoryError, TableError};
    match error.kind() {
        ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. })
        | ErrorKind::Table(TableError::InitOutOfBounds | TableError::CopyOutOfBounds) => {
            End::Trapped(TrapCode::TableOutOfBounds)
        }
        ErrorKind::Memory(MemoryError::OutOfBoundsAccess) => {
            End::Trapped(TrapCode::MemoryOutOfBounds)
        }
        _ => End::GaveUp(error.to_string()),
    }
}
