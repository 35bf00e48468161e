//! wasmi runs every program too, so that the results written in the files are
//! not ours alone.

use synth::Argument;
use wasmi::{
    Caller, Engine, Error, F32, F64, Func, Global, Instance, Linker, Memory, MemoryType, Module,
    Mutability, RefType, Store, Table, TableType, TrapCode, Val,
};

use crate::directives::{End, TestProgram};
use crate::programs::host;

/// Runs a program's calls and compares each with what the file says. Returns
/// how each ended.
pub fn check(program: &TestProgram) -> Result<Vec<End>, String> {
    let engine = Engine::default();
    let wasm = wat::parse_str(&program.text).map_err(|e| e.to_string())?;
    let module = Module::new(&engine, &wasm[..]).map_err(|e| e.to_string())?;
    let mut store = Store::new(&engine, ());
    let linker = link(&engine, &mut store).map_err(|e| e.to_string())?;
    let instance = match (linker.instantiate_and_start(&mut store, &module), &program.start) {
        (Ok(instance), None) => instance,
        (Err(error), Some(code)) if trap_name(&error) == *code => return Ok(vec![]),
        (Ok(_), Some(code)) => return Err(format!("wasmi: start must trap with {code}")),
        (Err(error), _) => return Err(format!("wasmi: start: {error}")),
    };
    let mut ends = vec![];
    for call in &program.calls {
        let end = run(&mut store, &instance, &call.name, &call.args);
        if end != call.end && call.end != End::Unknown {
            return Err(format!(
                "wasmi: {}{:?}: {end:?}, not {:?}",
                call.name, call.args, call.end
            ));
        }
        ends.push(end);
    }
    Ok(ends)
}

fn run(store: &mut Store<()>, instance: &Instance, name: &str, args: &[Argument]) -> End {
    let Some(function) = instance.get_func(&mut *store, name) else {
        return End::Trap("no such function".to_string());
    };
    let args: Vec<Val> = args.iter().map(|&a| to_wasmi(a)).collect();
    let mut results = vec![Val::I32(0); function.ty(&*store).results().len()];
    match function.call(store, &args, &mut results) {
        Ok(()) => End::Values(results.iter().map(from_wasmi).collect()),
        Err(error) => End::Trap(trap_name(&error)),
    }
}

/// Calls a function of a module that imports nothing; its result is a word.
///
/// wasmi needs stack for each instruction where its own calls are no jumps.
pub fn call(module: &[u8], name: &str, args: &[Argument]) -> Result<i32, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(1 << 30);
        let thread = thread.spawn_scoped(scope, || call_here(module, name, args));
        thread.map_err(|e| e.to_string())?.join().map_err(|_| "wasmi panicked".to_string())?
    })
}

fn call_here(module: &[u8], name: &str, args: &[Argument]) -> Result<i32, String> {
    let engine = Engine::default();
    let module = Module::new(&engine, module).map_err(|e| e.to_string())?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module);
    let instance = instance.map_err(|e| e.to_string())?;
    match run(&mut store, &instance, name, args) {
        End::Values(values) => match values[..] {
            [Argument::I32(value)] => Ok(value),
            _ => Err(format!("{values:?}")),
        },
        end => Err(format!("{end:?}")),
    }
}

fn to_wasmi(value: Argument) -> Val {
    match value {
        Argument::I32(v) => Val::I32(v),
        Argument::I64(v) => Val::I64(v),
        Argument::F32(v) => Val::F32(F32::from_bits(v)),
        Argument::F64(v) => Val::F64(F64::from_bits(v)),
    }
}

fn from_wasmi(value: &Val) -> Argument {
    match value {
        Val::I64(v) => Argument::I64(*v),
        Val::F32(v) => Argument::F32(v.to_bits()),
        Val::F64(v) => Argument::F64(v.to_bits()),
        Val::I32(v) => Argument::I32(*v),
        _ => panic!("a reference"),
    }
}

/// The trap's name as the compiler's tables have it.
fn trap_name(error: &Error) -> String {
    use wasmi::errors::{ErrorKind, InstantiationError, MemoryError, TableError};
    let name = match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => "unreachable",
        Some(TrapCode::MemoryOutOfBounds) => "out_of_bounds_memory",
        Some(TrapCode::TableOutOfBounds) => "out_of_bounds_table",
        Some(TrapCode::IndirectCallToNull) => "uninitialized_element",
        Some(TrapCode::IntegerDivisionByZero) => "division_by_zero",
        Some(TrapCode::IntegerOverflow) => "integer_overflow",
        Some(TrapCode::BadConversionToInteger) => "invalid_conversion",
        Some(TrapCode::BadSignature) => "indirect_call_mismatch",
        Some(TrapCode::StackOverflow) => "stack_overflow",
        _ => match error.kind() {
            ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. })
            | ErrorKind::Table(TableError::InitOutOfBounds | TableError::CopyOutOfBounds) => {
                "out_of_bounds_table"
            }
            ErrorKind::Memory(MemoryError::OutOfBoundsAccess) => "out_of_bounds_memory",
            _ => return error.to_string(),
        },
    };
    name.to_string()
}

/// The host of [`crate::programs`], for wasmi.
fn link(engine: &Engine, store: &mut Store<()>) -> Result<Linker<()>, Error> {
    let mut linker = Linker::new(engine);
    let add = |_: Caller<'_, ()>, a: i32, b: i32| host::add(a, b);
    linker.func_wrap("env", "host_add", add)?;
    let mix = |_: Caller<'_, ()>, a: i32, b: i64, c: i32, d: i64| host::mix(a, b, c, d);
    linker.func_wrap("env", "host_mix", mix)?;
    let divide = |_: Caller<'_, ()>, a: i64, b: i64| host::divide(a, b);
    linker.func_wrap("env", "host_divide", divide)?;
    let global = Global::new(&mut *store, Val::I32(host::GLOBAL_I32), Mutability::Var);
    linker.define("env", "host_global_i32", global)?;
    let global = Global::new(&mut *store, Val::I64(host::GLOBAL_I64), Mutability::Const);
    linker.define("env", "host_global_i64", global)?;
    let memory = Memory::new(&mut *store, MemoryType::new(1, Some(1)))?;
    linker.define("env", "host_memory", memory)?;
    let ty = TableType::new(RefType::Func, host::TABLE, Some(host::TABLE));
    let null = wasmi::Ref::from(wasmi::Nullable::<Func>::Null);
    let table = Table::new(&mut *store, ty, null)?;
    linker.define("env", "host_table", table)?;
    Ok(linker)
}
