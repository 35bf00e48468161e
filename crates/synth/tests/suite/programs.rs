//! The programs of `tests/programs` on every core, at every level, against
//! what the files say; and what the files say against wasmi.

use synth::{Argument, Compiler, Level, Options};
use synth_emu::Board;
use synth_ir::AbiType::{I32, I64};
use synth_ir::{Program, Signature};
use synth_testkit::{AbiVal, CallError, Imports, Loader, ModuleId, Trap};

use crate::directives::{self, End, TestProgram};
use crate::oracle;

/// What programs may import from module `env`.
pub mod host {
    pub const GLOBAL_I32: i32 = 41;
    pub const GLOBAL_I64: i64 = 0x1122_3344_5566_7788;
    /// Entries of the table, all null.
    pub const TABLE: u32 = 4;

    pub fn add(a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }

    pub fn mix(a: i32, b: i64, c: i32, d: i64) -> i64 {
        let low = i64::from(a).wrapping_mul(3).wrapping_add(b);
        low.wrapping_sub(i64::from(c)).wrapping_mul(d)
    }

    pub fn divide(a: i64, b: i64) -> (i64, i64) {
        (a.wrapping_div(b), a.wrapping_rem(b))
    }
}

/// The data among [`host`], as a program to link with. The memory is a page.
fn host_data() -> Program {
    let data = |name: &str, size: u32, contents: &[u8]| {
        let bytes: String = contents.iter().map(|b| format!("{b:02x}")).collect();
        match contents {
            [] => format!("global data @{name} size {size} align 8\n"),
            _ => format!("global data @{name} size {size} align 8 {{\n  bytes 0 \"{bytes}\"\n}}\n"),
        }
    };
    let text = [
        data("host_global_i32", 4, &host::GLOBAL_I32.to_le_bytes()),
        data("host_global_i64", 8, &host::GLOBAL_I64.to_le_bytes()),
        data("__linear_memory_base", 65536, &[]),
        data("__linear_memory_size", 4, &65536u32.to_le_bytes()),
        data("host_table", host::TABLE * 8, &[]),
        data("host_table_size", 4, &host::TABLE.to_le_bytes()),
    ]
    .concat();
    Program::parse(&text).unwrap_or_else(|e| panic!("{e}"))
}

fn start(board: Board) -> Loader<'static> {
    let mut loader = Loader::start(board).unwrap_or_else(|e| panic!("{e}"));
    let add = |_: &mut _, args: &[AbiVal]| {
        let word = |i: usize| args[i].bits() as i32;
        Ok(vec![AbiVal::I32(host::add(word(0), word(1)))])
    };
    let mix = |_: &mut _, args: &[AbiVal]| {
        let bits = |i: usize| args[i].bits();
        let result = host::mix(bits(0) as i32, bits(1) as i64, bits(2) as i32, bits(3) as i64);
        Ok(vec![AbiVal::I64(result)])
    };
    let divide = |_: &mut _, args: &[AbiVal]| {
        let (quotient, rest) = host::divide(args[0].bits() as i64, args[1].bits() as i64);
        Ok(vec![AbiVal::I64(quotient), AbiVal::I64(rest)])
    };
    let divide_type = Signature::new([I64, I64], [I64, I64]);
    loader.host("host_add", Signature::new([I32, I32], [I32]), add).unwrap();
    loader.host("host_mix", Signature::new([I32, I64, I32, I64], [I64]), mix).unwrap();
    loader.host("host_divide", divide_type, divide).unwrap();
    loader
}

fn to_testkit(value: Argument) -> AbiVal {
    match value {
        Argument::I32(v) => AbiVal::I32(v),
        Argument::I64(v) => AbiVal::I64(v),
        Argument::F32(v) => AbiVal::F32(v),
        Argument::F64(v) => AbiVal::F64(v),
    }
}

fn trap_name(error: &CallError) -> String {
    match error {
        CallError::Trap(Trap { code, .. }) => code.to_string(),
        other => other.to_string(),
    }
}

/// Loads a program and makes its calls; what went wrong.
fn run(loader: &mut Loader<'_>, program: &TestProgram, options: &Options) -> Result<(), String> {
    let mut options = options.clone();
    options.translate.memory_max_pages = program.memory_max;
    options.translate.alignment = program.alignment;
    let compiled =
        Compiler::new(options).compile(program.text.as_bytes()).map_err(|e| e.to_string())?;
    let host = loader.load(&host_data(), &[], &Imports::default());
    host.map_err(|e| e.to_string())?;
    let routines = synth::runtime::compile_for(&compiled.program, compiled.options());
    if let Some(routines) = routines.map_err(|e| e.to_string())? {
        let loaded = loader.load(&routines.program, &routines.codes, &Imports::default());
        loaded.map_err(|e| e.to_string())?;
    }
    let module = loader.load(&compiled.program, &compiled.codes, &Imports::default());
    let module = module.map_err(|e| e.to_string())?;
    match (loader.initialise(module), &program.start) {
        (Ok(()), None) => {}
        (Err(error), Some(code)) if trap_name(&error) == *code => return Ok(()),
        (Ok(()), Some(code)) => return Err(format!("start must trap with {code}")),
        (Err(error), _) => return Err(format!("start: {error}")),
    }
    for call in &program.calls {
        let signature = compiled.signature(&call.name).map_err(|e| e.to_string())?;
        let end = make_call(loader, module, &call.name, signature, &call.args);
        let expected = match &call.end {
            End::Values(values) => Ok(values.iter().map(|&v| to_testkit(v)).collect()),
            End::Trap(code) => Err(code.clone()),
            End::Unknown => return Err(format!("{} has an unknown end", call.name)),
        };
        if end != expected {
            let (name, args) = (&call.name, &call.args);
            return Err(format!("{name}{args:?}: {end:?}, not {expected:?}"));
        }
    }
    Ok(())
}

fn make_call(
    loader: &mut Loader<'_>,
    module: ModuleId,
    name: &str,
    signature: &Signature,
    args: &[Argument],
) -> Result<Vec<AbiVal>, String> {
    let args: Vec<AbiVal> = args.iter().map(|&a| to_testkit(a)).collect();
    loader.call(module, name, signature, &args).map_err(|error| trap_name(&error))
}

/// Runs everything on one core.
fn on(board: Board, cpu: &str) {
    let programs = directives::all("programs");
    let mut loader = start(board);
    let mut options = Options { cpu: cpu.parse().unwrap(), threads: 1, ..Options::default() };
    let mut failures = vec![];
    for program in &programs {
        for &level in Level::ALL {
            options.level = level;
            let mark = loader.mark();
            if let Err(message) = run(&mut loader, program, &options) {
                failures.push(format!("{} -O{level} {cpu}: {message}", program.name()));
            }
            loader.release(mark);
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn expectations_agree_with_wasmi() {
    let bless = std::env::var_os("SYNTH_BLESS").is_some();
    let mut failures = vec![];
    for program in directives::all("programs") {
        match oracle::check(&program) {
            Ok(ends) if bless => program.bless(&ends),
            Ok(ends) => {
                let unknown = program.calls.iter().any(|call| call.end == End::Unknown);
                assert!(!unknown, "{}: SYNTH_BLESS=1 fills in {ends:?}", program.name());
            }
            Err(message) => failures.push(format!("{}: {message}", program.name())),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn there_are_enough_programs_and_each_is_run() {
    let programs = directives::all("programs");
    assert!(programs.len() >= 60, "{} programs", programs.len());
    let idle = programs.iter().find(|p| p.calls.is_empty() && p.start.is_none());
    assert!(idle.is_none(), "{} runs nothing", idle.unwrap().name());
}

#[test]
fn cortex_m3() {
    on(Board::Mps2An385, "cortex-m3");
}

#[test]
fn cortex_m4() {
    on(Board::Mps2An386, "cortex-m4");
}

#[test]
fn cortex_m7() {
    on(Board::Mps2An500, "cortex-m7");
}

#[test]
fn cortex_m33() {
    on(Board::Mps2An505, "cortex-m33+nodsp");
}
