//! Every float operator on each kind of floating-point unit, and without one,
//! against the host; see [`synth_testkit::floats`]. `cargo xtask floats` does the
//! same for millions of operands.

use synth_emu::Board;
use synth_opt::{Level, run_pipeline};
use synth_testkit::floats::{Cases, check, program};
use synth_testkit::{Imports, Loader, compile, options};
use synth_thumb::{FloatAbi, Thumb};
use synth_wasm::Module;

const ROUTINES: &[u8] = include_bytes!("../../../runtime/float.wasm");

/// Compares a sample on a core.
fn sample(board: Board, cpu: &str, abi: FloatAbi) {
    let mut options = options(cpu);
    options.cpu = options.cpu.with_float_abi(abi).expect("a unit");
    let module = Module::parse(ROUTINES).expect("valid");
    let translated = synth_translate::translate(&module, &synth_translate::Options::default());
    let mut routines = translated.expect("translated");
    let target = Thumb(options.cpu);
    run_pipeline(&mut routines, Level::Os, &target, &mut ()).expect("no refusal");
    let codes = compile(&mut routines, &options).expect("compiles");
    let mut loader = Loader::start(board).expect("QEMU");
    loader.load(&routines, &codes, &Imports::default()).expect("fits");
    let mut operators = program();
    synth_ir::verify(&operators).expect("well formed");
    let codes = compile(&mut operators, &options).expect("compiles");
    let module = loader.load(&operators, &codes, &Imports::default()).expect("fits");
    let cases = Cases { special: 1000, random: 1000, seed: 3 };
    let done = check(&mut loader, module, cases).unwrap_or_else(|e| panic!("{cpu} {abi}: {e}"));
    assert!(done > 60_000, "{done}");
}

#[test]
fn without_unit() {
    sample(Board::Mps2An385, "cortex-m3", FloatAbi::Soft);
    sample(Board::Mps2An500, "cortex-m7", FloatAbi::Soft);
}

#[test]
fn single_precision() {
    sample(Board::Mps2An386, "cortex-m4", FloatAbi::SoftFp);
    sample(Board::Mps2An505, "cortex-m33", FloatAbi::SoftFp);
}

#[test]
fn double_precision() {
    sample(Board::Mps2An500, "cortex-m7", FloatAbi::SoftFp);
}
