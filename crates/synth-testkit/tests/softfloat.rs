//! `runtime/float.wasm` against Rust's own floating-point arithmetic: in wasmi,
//! and compiled, on emulated cores.

use synth_emu::Board;
use synth_ir::Signature;
use synth_opt::{Level, run_pipeline};
use synth_testkit::{AbiVal, Imports, Loader, ModuleId, Rng, compile, operands, options};
use synth_thumb::Thumb;
use synth_wasm::Module;

#[path = "softfloat/routines.rs"]
mod routines;

use routines::{ROUTINES, Routine};

const MODULE: &[u8] = include_bytes!("../../../runtime/float.wasm");

/// Calls `run` with special operands, at most `limit` of them, and `count`
/// random ones, and compares.
fn check(
    routine: &Routine,
    limit: usize,
    count: usize,
    mut run: impl FnMut(&[AbiVal]) -> Option<AbiVal>,
) {
    let ty = routine.kind.words();
    let mut case = |a: u64, b: u64| {
        let args = [AbiVal::from_bits(ty, a), AbiVal::from_bits(ty, b)];
        let expected = AbiVal::from_bits(routine.result, (routine.expected)(a, b));
        let result = run(&args[..routine.operands]);
        assert_eq!(result, Some(expected), "{}({a:#x}, {b:#x})", routine.name);
    };
    let special = operands::special(routine.kind);
    let others = if routine.operands == 2 { special.as_slice() } else { &[0] };
    let pairs = special.iter().flat_map(|a| others.iter().map(move |b| (*a, *b)));
    // A part of them that is spread over all.
    let step = (special.len() * others.len()).div_ceil(limit) | 1;
    pairs.step_by(step).for_each(|(a, b)| case(a, b));
    let mut rng = Rng::new(1);
    for _ in 0..count {
        let (a, b) = operands::random(&mut rng, routine.kind);
        case(a, b);
    }
}

#[test]
fn wasmi_agrees_with_rust() {
    let engine = wasmi::Engine::default();
    let module = wasmi::Module::new(&engine, MODULE).expect("valid");
    let mut store = wasmi::Store::new(&engine, ());
    let linker = wasmi::Linker::new(&engine);
    let instance = linker.instantiate_and_start(&mut store, &module).expect("no imports");
    for routine in ROUTINES {
        let function = instance.get_func(&store, routine.name).expect("exported");
        check(routine, usize::MAX, 20_000, |args| {
            let args: Vec<wasmi::Val> = args.iter().map(|&arg| to_wasmi(arg)).collect();
            let mut results = [wasmi::Val::I32(0)];
            function.call(&mut store, &args, &mut results).expect("returns");
            from_wasmi(&results[0])
        });
    }
}

fn to_wasmi(value: AbiVal) -> wasmi::Val {
    match value {
        AbiVal::I32(value) => wasmi::Val::I32(value),
        AbiVal::I64(value) => wasmi::Val::I64(value),
        AbiVal::F32(bits) => wasmi::Val::F32(wasmi::F32::from_bits(bits)),
        AbiVal::F64(bits) => wasmi::Val::F64(wasmi::F64::from_bits(bits)),
    }
}

fn from_wasmi(value: &wasmi::Val) -> Option<AbiVal> {
    match *value {
        wasmi::Val::I32(value) => Some(AbiVal::I32(value)),
        wasmi::Val::I64(value) => Some(AbiVal::I64(value)),
        _ => None,
    }
}

#[test]
fn emulated_cores_agree_with_rust() {
    let levels = [(Board::Mps2An385, Level::Os), (Board::Mps2An505, Level::O0)];
    for (board, level) in levels {
        let (mut loader, module) = load(board, level);
        for routine in ROUTINES {
            let params = vec![routine.kind.words(); routine.operands];
            let signature = Signature::new(params, [routine.result]);
            check(routine, 250, 250, |args| {
                let results = loader.call(module, routine.name, &signature, args);
                let results = results.unwrap_or_else(|e| panic!("{}: {e}", routine.name));
                results.first().copied()
            });
        }
    }
}

/// The routines in an emulated core.
fn load(board: Board, level: Level) -> (Loader<'static>, ModuleId) {
    let module = Module::parse(MODULE).expect("valid");
    let translated = synth_translate::translate(&module, &synth_translate::Options::default());
    let mut program = translated.expect("translated");
    let options = options(board.cpu());
    run_pipeline(&mut program, level, &Thumb(options.cpu), &mut ()).unwrap();
    let codes = compile(&mut program, &options).expect("compiles");
    let mut loader = Loader::start(board).expect("QEMU");
    let module = loader.load(&program, &codes, &Imports::default()).expect("fits");
    (loader, module)
}

/// What the module exports and the table lacks: the helpers that several
/// routines share.
#[test]
fn every_routine_is_tested() {
    let module = Module::parse(MODULE).expect("valid");
    let tested = |name: &str| ROUTINES.iter().any(|routine| routine.name == name);
    let exports = module.exports.iter().map(|export| export.name.as_str());
    let mut untested: Vec<&str> = exports.filter(|name| !tested(name)).collect();
    untested.sort_unstable();
    let helpers = [
        "__synth_f32_from_wide",
        "__synth_f32_integer",
        "__synth_f32_integral",
        "__synth_f32_order",
        "__synth_f32_pack",
        "__synth_f64_exponent",
        "__synth_f64_integer",
        "__synth_f64_integer_wide",
        "__synth_f64_integral",
        "__synth_f64_normal",
        "__synth_f64_order",
        "__synth_f64_pack",
        "__synth_u64_shift_sticky",
    ];
    assert_eq!(untested, helpers);
}
