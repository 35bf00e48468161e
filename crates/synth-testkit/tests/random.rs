//! Random programs on every core against the interpreter: as they are, and
//! after the passes of each level. `--example fuzz` runs more of them.

mod common;

use common::{targets, words};
use synth_emu::Board;
use synth_ir::{Definition, Program};
use synth_opt::{Level, run_pipeline};
use synth_testkit::{AbiVal, Config, Differ, Loader, Rng, Verdict, compile, generate, options};
use synth_thumb::Options;

/// Calls all functions with random arguments; says how many calls there were.
fn call_all(differ: &mut Differ, program: &Program, rng: &mut Rng, seed: u64) -> usize {
    let mut calls = 0;
    for (id, function) in program.functions() {
        for _ in 0..4 {
            let types = &function.signature.params;
            let args: Vec<AbiVal> =
                types.iter().map(|ty| AbiVal::from_bits(*ty, rng.doubleword())).collect();
            match differ.call(id, &args) {
                Ok(verdict) => calls += usize::from(verdict == Verdict::Same),
                Err(difference) => panic!("seed {seed}: {difference}"),
            }
        }
    }
    calls
}

#[test]
fn random_programs() {
    for (number, (board, options)) in targets().into_iter().enumerate() {
        let mut loader = Loader::start(board).expect("QEMU starts");
        let mut calls = 0;
        for (functions, statements, count) in [(2, 6, 30), (4, 40, 25), (2, 200, 10)] {
            for seed in 0..count {
                let seed = seed + 1000 * number as u64 + 10_000 * statements as u64;
                let mut rng = Rng::new(seed);
                let config = Config { functions, statements, ..Config::default() };
                let program = generate(&mut rng, &config);
                let mark = loader.mark();
                let mut differ = Differ::new(&program, &mut loader, &options)
                    .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
                calls += call_all(&mut differ, &program, &mut rng, seed);
                drop(differ);
                loader.release(mark);
            }
        }
        assert!(calls > 600, "{calls} calls");
    }
}

#[test]
fn random_programs_after_passes() {
    let options = options("cortex-m4");
    let mut loader = Loader::start(Board::Mps2An386).expect("QEMU starts");
    for seed in 0..60 {
        let mut rng = Rng::new(777_000 + seed);
        let statements = *rng.pick(&[8, 30, 60]);
        let program = generate(&mut rng, &Config { statements, ..Config::default() });
        let level = *rng.pick(&[Level::O1, Level::O2, Level::Os, Level::Oz]);
        let mut optimised = program.clone();
        run_pipeline(&mut optimised, level, &synth_thumb::Thumb(options.cpu), &mut ()).unwrap();
        let outline = level == Level::Oz;
        let codes = compile(&mut optimised, &Options { outline, ..options.clone() });
        let codes = codes.expect("compiles");
        let mark = loader.mark();
        let mut differ = Differ::with_codes(&program, &optimised, codes, &mut loader)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        call_all(&mut differ, &program, &mut rng, seed);
        drop(differ);
        loader.release(mark);
    }
}

/// Outlining needs repetitions: each function stands there twice.
#[test]
fn outlined_programs() {
    for (number, (board, options)) in targets().into_iter().enumerate() {
        let options = Options { outline: true, ..options };
        let mut loader = Loader::start(board).expect("QEMU starts");
        let mut outlined = 0;
        for seed in 0..40 {
            let mut rng = Rng::new(555_000 + seed + 1000 * number as u64);
            let statements = *rng.pick(&[6, 20, 60]);
            let config = Config { functions: 4, statements, ..Config::default() };
            let mut program = generate(&mut rng, &config);
            let functions: Vec<_> = program.symbols.values().cloned().collect();
            for symbol in functions {
                if let Definition::Function(_) = symbol.def {
                    let linkage = symbol.linkage;
                    program.add(format!("{}.copy", symbol.name), linkage, symbol.def);
                }
            }
            let mut compiled = program.clone();
            let codes = compile(&mut compiled, &options).expect("compiles");
            outlined += codes.len() - program.functions().count();
            let mark = loader.mark();
            let mut differ = Differ::with_codes(&program, &compiled, codes, &mut loader)
                .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            call_all(&mut differ, &program, &mut rng, seed);
            drop(differ);
            loader.release(mark);
        }
        assert!(outlined > 100, "{outlined} outlined");
    }
}

/// The comparison itself: it must find what differs.
#[test]
fn differences_are_found() {
    let text = |op: &str, offset: u32, trap: &str| {
        let text = format!(
            "global data @d size 8 align 4
global func @f(i32, i32) -> (i32) {{
b0(v0: i32, v1: i32):
  v2 = {op} v0, v1
  v3 = symbol_addr @d
  store.i8 global[v3 + {offset}], v0
  trap_if v0, {trap}
  return v2
}}"
        );
        Program::parse(&text).expect("parses")
    };
    let program = text("add", 1, "unreachable");
    let mut loader = Loader::start(Board::Mps2An385).expect("QEMU starts");
    let mut differs = |other: Program, args: &[u32], part: &str| {
        let codes = compile(&mut other.clone(), &options("cortex-m3")).expect("compiles");
        let mut differ = Differ::with_codes(&program, &other, codes, &mut loader).expect("loads");
        let f = program.find("f").expect("defined");
        match differ.call(f, &words(args)) {
            Ok(_) => panic!("{part}: not found"),
            Err(difference) => assert!(difference.to_string().contains(part), "{difference}"),
        }
    };
    differs(text("sub", 1, "unreachable"), &[0, 1], "expected Returned([I32(1)])");
    differs(text("add", 1, "stack_overflow"), &[1, 1], "found Trapped(StackOverflow)");
    differs(text("add", 2, "unreachable"), &[1, 1], "@d + 1 is 0x0, not 0x1");
}
