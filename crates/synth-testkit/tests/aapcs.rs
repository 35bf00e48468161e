//! The calling convention against gcc, in the base and in the hard-float
//! variant: generated signatures, with C as the caller of compiled functions and
//! as their callee, linked by GNU ld and by lld, with and without
//! `--gc-sections`, run under QEMU.
//!
//! For each signature the compiled program has `ir_N`, which C calls, and
//! `relay_N`, which takes argument words from memory, calls `c_N`, and puts
//! the words of its results into memory. All callees return words that depend
//! on every argument. In every third callee operators work on the floats too,
//! so that these are values of the unit (or words, where there is none for
//! them) and not only passed on.

mod common;

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::Suite;
use synth_emu::{Board, ImageEnd, run_image};
use synth_ir::AbiType::{self, F32, F64, I32, I64};
use synth_ir::{
    BinaryOp, Builder, Definition, FloatOp, InstData, Linkage, LoadOp, Program, Region, Signature,
    StoreOp, UnaryOp, Value,
};
use synth_object::{Object, ObjectOptions};
use synth_testkit::{Rng, compile, options};
use synth_thumb::FloatAbi;

const COUNT: usize = 220;

/// Signatures with floats in VFP registers, many more than there are.
fn hard_signatures() -> Vec<Signature> {
    let mut rng = Rng::new(5);
    let list = |rng: &mut Rng, count: usize, weights: &[AbiType]| -> Vec<AbiType> {
        (0..count).map(|_| *rng.pick(weights)).collect()
    };
    let mut all = vec![];
    for index in 0..COUNT {
        let mixed = [F32, F32, F32, F64, F64, I32, I64];
        let weights: &[AbiType] = match index % 5 {
            0 => &[F32],
            1 => &[F32, F32, F64],
            2 => &[F32, F64, I32],
            _ => &mixed,
        };
        let params = list(&mut rng, index % 25, weights);
        let count = [1, 1, 0, 2, 3, 4, 5, 2][rng.below(8)];
        let kinds: [&[AbiType]; 3] = [&[F32], &[F64], &mixed];
        let kind = *rng.pick(&kinds);
        let results = list(&mut rng, count, kind);
        all.push(Signature::new(params, results).with_vfp());
    }
    all
}

fn signatures() -> Vec<Signature> {
    let mut rng = Rng::new(4);
    let list = |rng: &mut Rng, count: usize| -> Vec<AbiType> {
        let weights = [I32, I32, I32, I64, I64, F32, F64];
        (0..count).map(|_| *rng.pick(&weights)).collect()
    };
    let mut all = vec![];
    for index in 0..COUNT {
        let params = index % 13;
        let params = list(&mut rng, params);
        let results = [1, 1, 1, 0, 2, 1, 3, 5][rng.below(8)];
        let results = list(&mut rng, results);
        all.push(Signature::new(params, results));
    }
    all
}

fn words(types: &[AbiType]) -> usize {
    types.iter().map(|ty| ty.size() as usize / 4).sum()
}

// The compiled side.

/// Words of a value, low word first.
fn to_words(b: &mut Builder<'_>, ty: AbiType, values: &[Value]) -> Vec<Value> {
    match ty {
        I32 | I64 => values.to_vec(),
        F32 => vec![b.unary(UnaryOp::F32Bits, values[0])],
        F64 => [UnaryOp::F64Lo, UnaryOp::F64Hi].map(|op| b.unary(op, values[0])).to_vec(),
    }
}

/// The same value, after operators of its type.
fn negate_twice(b: &mut Builder<'_>, ty: AbiType, values: &[Value]) -> Vec<Value> {
    let op = match ty {
        I32 | I64 => return values.to_vec(),
        F32 => FloatOp::F32Neg,
        F64 => FloatOp::F64Neg,
    };
    let mut value = values[0];
    for _ in 0..2 {
        value = b.float(op, &[value]);
    }
    vec![value]
}

fn from_words(b: &mut Builder<'_>, ty: AbiType, words: &[Value]) -> Vec<Value> {
    match ty {
        I32 | I64 => words.to_vec(),
        F32 => vec![b.unary(UnaryOp::F32FromBits, words[0])],
        F64 => vec![b.binary(BinaryOp::F64FromBits, words[0], words[1])],
    }
}

/// `ir_N`: a result word is the mixture of all arguments plus its number.
fn add_callee(suite: &mut Suite, index: usize, signature: &Signature) {
    let types = signature.clone();
    let id = suite.function_of("ir", signature.clone(), move |b, params| {
        let works = index.is_multiple_of(3);
        let mut sum = b.iconst(17);
        let mut rest = params;
        for &ty in &types.params {
            let (now, later) = rest.split_at(ty.value_types().len());
            rest = later;
            let now = if works { negate_twice(b, ty, now) } else { now.to_vec() };
            for word in to_words(b, ty, &now) {
                let factor = b.iconst(31);
                sum = b.binary(BinaryOp::Mul, sum, factor);
                sum = b.binary(BinaryOp::Add, sum, word);
            }
        }
        let mut number = 0;
        let mut results = vec![];
        for &ty in &types.results {
            let mut parts = vec![];
            for _ in 0..ty.size() / 4 {
                let more = b.iconst(number);
                parts.push(b.binary(BinaryOp::Add, sum, more));
                number += 1;
            }
            results.extend(from_words(b, ty, &parts));
        }
        b.ret(&results);
    });
    suite.program.symbols[id].name = format!("ir_{index}");
}

/// `relay_N(const uint32_t *args, uint32_t *results)`.
fn add_caller(suite: &mut Suite, index: usize, signature: &Signature) {
    let name = format!("c_{index}");
    let callee = suite.program.add(name, Linkage::Global, Definition::UndefinedFunction);
    let signature = signature.clone();
    let id = suite.function("relay", 2, 0, move |b, pointers| {
        let mut offset = 0;
        let mut args = vec![];
        for &ty in &signature.params {
            let mut parts = vec![];
            for _ in 0..ty.size() / 4 {
                parts.push(b.load(LoadOp::I32, pointers[0], offset, Region::Native));
                offset += 4;
            }
            args.extend(from_words(b, ty, &parts));
        }
        let sig = b.func.add_sig(signature.clone());
        let call = b.inst(InstData::Call { callee, sig, args });
        let results = b.func.results[call].clone();
        let mut rest = &results[..];
        let mut offset = 0;
        for &ty in &signature.results {
            let (now, later) = rest.split_at(ty.value_types().len());
            rest = later;
            for word in to_words(b, ty, now) {
                b.store(StoreOp::I32, pointers[1], word, offset, Region::Native);
                offset += 4;
            }
        }
        b.ret(&[]);
    });
    suite.program.symbols[id].name = format!("relay_{index}");
}

fn program(signatures: &[Signature]) -> Program {
    let mut suite = Suite::new();
    for (index, signature) in signatures.iter().enumerate() {
        add_callee(&mut suite, index, signature);
        add_caller(&mut suite, index, signature);
    }
    suite.program
}

// The C side.

fn c_type(ty: AbiType) -> &'static str {
    match ty {
        I32 => "uint32_t",
        I64 => "uint64_t",
        F32 => "float",
        F64 => "double",
    }
}

/// The words of a C expression.
fn c_words(ty: AbiType, value: &str) -> Vec<String> {
    match ty {
        I32 => vec![value.to_string()],
        I64 => vec![format!("low({value})"), format!("high({value})")],
        F32 => vec![format!("bits_f({value})")],
        F64 => vec![format!("low(bits_d({value}))"), format!("high(bits_d({value}))")],
    }
}

/// The C expression with these words.
fn c_value(ty: AbiType, words: &[String]) -> String {
    match ty {
        I32 => words[0].clone(),
        I64 => format!("wide({}, {})", words[0], words[1]),
        F32 => format!("from_f({})", words[0]),
        F64 => format!("from_d(wide({}, {}))", words[0], words[1]),
    }
}

/// C values of these types made of the words `word(0)` and up.
fn c_values(types: &[AbiType], word: impl Fn(usize) -> String) -> Vec<String> {
    let mut next = 0;
    let mut value = |ty: &AbiType| {
        let count = ty.size() as usize / 4;
        let parts: Vec<String> = (next..next + count).map(&word).collect();
        next += count;
        c_value(*ty, &parts)
    };
    types.iter().map(&mut value).collect()
}

fn c_signature(out: &mut String, index: usize, signature: &Signature) -> std::fmt::Result {
    let (params, results) = (&signature.params, &signature.results);
    let result = match results[..] {
        [] => "void".to_string(),
        [ty] => c_type(ty).to_string(),
        _ => {
            let fields: Vec<String> = results
                .iter()
                .enumerate()
                .map(|(i, ty)| format!("{} f{i};", c_type(*ty)))
                .collect();
            writeln!(out, "struct r_{index} {{ {} }};", fields.join(" "))?;
            format!("struct r_{index}")
        }
    };
    let list: Vec<String> =
        params.iter().enumerate().map(|(i, ty)| format!("{} a{i}", c_type(*ty))).collect();
    let list = if list.is_empty() { "void".to_string() } else { list.join(", ") };
    writeln!(out, "{result} ir_{index}({list});")?;
    writeln!(out, "void relay_{index}(const uint32_t *args, uint32_t *results);")?;
    // The C callee, of the same behaviour as the compiled one.
    writeln!(out, "{result} c_{index}({list})\n{{\n    uint32_t sum = 17;\n    check_stack();")?;
    for (i, ty) in params.iter().enumerate() {
        for word in c_words(*ty, &format!("a{i}")) {
            writeln!(out, "    sum = mix(sum, {word});")?;
        }
    }
    let values = c_values(results, |i| format!("sum + {i}"));
    match values.as_slice() {
        [] => writeln!(out, "    seen = sum;")?,
        [value] => writeln!(out, "    return {value};")?,
        _ => writeln!(out, "    return ({result}){{ {} }};", values.join(", "))?,
    }
    writeln!(out, "}}")?;
    c_test(out, index, signature)
}

/// The test: bit 0, the compiled callee; bit 1, the compiled caller.
fn c_test(out: &mut String, index: usize, signature: &Signature) -> std::fmt::Result {
    let (params, results) = (&signature.params, &signature.results);
    writeln!(out, "static uint32_t test_{index}(const uint32_t *args)\n{{")?;
    writeln!(out, "    uint32_t sum = 17, wrong = 0;")?;
    writeln!(
        out,
        "    for (int i = 0; i < {}; i++)\n        sum = mix(sum, args[i]);",
        words(params)
    )?;
    let arguments = c_values(params, |i| format!("args[{i}]")).join(", ");
    let call = format!("ir_{index}({arguments})");
    let parts: Vec<String> = match results[..] {
        [] => {
            writeln!(out, "    {call};")?;
            vec![]
        }
        [ty] => {
            writeln!(out, "    {} r = {call};", c_type(ty))?;
            c_words(ty, "r")
        }
        _ => {
            writeln!(out, "    struct r_{index} r = {call};")?;
            let fields = results.iter().enumerate();
            fields.flat_map(|(i, ty)| c_words(*ty, &format!("r.f{i}"))).collect()
        }
    };
    for (i, word) in parts.iter().enumerate() {
        writeln!(out, "    wrong |= {word} != sum + {i};")?;
    }
    let count = words(results);
    writeln!(out, "    uint32_t results[{}];\n    seen = 0;", count + 1)?;
    writeln!(out, "    results[{count}] = 0x5eed;\n    relay_{index}(args, results);")?;
    writeln!(out, "    wrong |= (results[{count}] != 0x5eed) << 2;")?;
    if results.is_empty() {
        writeln!(out, "    wrong |= (seen != sum) << 1;")?;
    }
    for i in 0..count {
        writeln!(out, "    wrong |= (results[{i}] != sum + {i}) << 1;")?;
    }
    writeln!(out, "    return wrong;\n}}")
}

fn c_source(signatures: &[Signature]) -> String {
    let mut out = String::from("#include \"host.h\"\nstatic volatile uint32_t seen;\n");
    for (index, signature) in signatures.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = c_signature(&mut out, index, signature);
    }
    let names: Vec<String> = (0..signatures.len()).map(|i| format!("test_{i}")).collect();
    let _ = writeln!(out, "const uint32_t test_count = {};", names.len());
    let _ =
        writeln!(out, "uint32_t (*const tests[])(const uint32_t *) = {{ {} }};", names.join(", "));
    out
}

fn run(dir: &Path, tool: &str, args: &[&str]) {
    let output = Command::new(tool).args(args).current_dir(dir).output();
    let output = output.unwrap_or_else(|error| {
        panic!("{tool}: {error} (packages gcc-arm-none-eabi, binutils-arm-none-eabi, lld-19)")
    });
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.is_empty(), "{tool}: {text}");
}

/// Builds the host and the object of one CPU.
fn build(dir: &Path, cpu: &str, abi: FloatAbi, optimise: &str, signatures: &[Signature]) {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/aapcs");
    std::fs::write(dir.join("tests.c"), c_source(signatures)).expect("written");
    let cpu_flag = format!("-mcpu={cpu}");
    let (include, host) = (format!("-I{source}"), format!("{source}/host.c"));
    let abi_flag = format!("-mfloat-abi={abi}");
    let flags = [&cpu_flag, "-mthumb", &abi_flag, "-ffreestanding", optimise, "-Wall"];
    for (file, object) in [("tests.c", "tests.o"), (host.as_str(), "host.o")] {
        let sections = ["-ffunction-sections", "-Wno-psabi", &include, "-c", file, "-o", object];
        run(dir, "arm-none-eabi-gcc", &[&flags[..], &sections].concat());
    }
    let mut program = program(signatures);
    synth_ir::verify(&program).expect("well formed");
    let mut options = options(cpu);
    options.cpu = options.cpu.with_float_abi(abi).expect("a unit");
    let codes = compile(&mut program, &options).expect("compiles");
    let object = Object::from_program(&program, &codes, options.cpu, &ObjectOptions::default());
    let bytes = object.expect("an object").write().expect("an ELF file");
    std::fs::write(dir.join("program.o"), bytes).expect("written");
}

fn link_and_run(dir: &Path, board: Board, linker: &str, gc: bool, count: usize) {
    let (rom, ram) = match board {
        Board::Mps2An505 => ("--defsym=ROM=0x10000000", "--defsym=RAM=0x38000000"),
        _ => ("--defsym=ROM=0", "--defsym=RAM=0x20000000"),
    };
    let script = concat!("-T", env!("CARGO_MANIFEST_DIR"), "/tests/aapcs/host.ld");
    let gc = if gc { "--gc-sections" } else { "--no-gc-sections" };
    let objects = ["host.o", "tests.o", "program.o", "-o", "image.elf"];
    run(dir, linker, &[&["--fatal-warnings", rom, ram, script, gc][..], &objects].concat());
    let image = run_image(&dir.join("image.elf"), board, Duration::from_secs(20)).expect("QEMU");
    let expected = format!("tests: {count} \n");
    let case = format!("{board}, {linker} {gc}");
    assert_eq!((image.text().as_ref(), image.end), (&*expected, ImageEnd::Exited(0)), "{case}");
}

fn links(dir: &Path, linker: &str, objects: &[&str]) -> bool {
    let arguments = [&["-e", "reset", "-r"][..], objects, &["-o", "mix.o"]].concat();
    let output = Command::new(linker).args(arguments).current_dir(dir).output();
    output.expect("a linker").status.success()
}

fn test(board: Board, abi: FloatAbi, optimise: &str, linkers: &[(&str, bool)]) {
    let mut signatures = if abi == FloatAbi::Hard { hard_signatures() } else { signatures() };
    let distinct: std::collections::BTreeSet<_> = signatures.iter().collect();
    assert!(distinct.len() > 200, "{}", distinct.len());
    if linkers.len() == 1 {
        // A sample, on a further core.
        signatures.truncate(60);
    }
    let dir = tempfile::tempdir().expect("a temporary directory");
    build(dir.path(), board.cpu(), abi, optimise, &signatures);
    for &(linker, gc) in linkers {
        link_and_run(dir.path(), board, linker, gc, signatures.len());
    }
}

const GNU: &str = "arm-none-eabi-ld";
const LLVM: &str = "ld.lld-19";

#[test]
fn gcc_and_compiled_code_call_each_other() {
    let all = [(GNU, false), (GNU, true), (LLVM, false), (LLVM, true)];
    test(Board::Mps2An385, FloatAbi::Soft, "-O1", &all);
    test(Board::Mps2An505, FloatAbi::SoftFp, "-Os", &all);
    test(Board::Mps2An386, FloatAbi::SoftFp, "-O1", &all[1..2]);
}

#[test]
fn floats_travel_in_registers() {
    let all = [(GNU, false), (GNU, true), (LLVM, false), (LLVM, true)];
    test(Board::Mps2An386, FloatAbi::Hard, "-O1", &all);
    test(Board::Mps2An500, FloatAbi::Hard, "-Os", &all[2..3]);
    test(Board::Mps2An505, FloatAbi::Hard, "-O2", &all[1..2]);
}

/// Of two objects with floats at their borders the linker sees the variants.
#[test]
fn variants_do_not_mix() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let dir = dir.path();
    for (abi, signatures) in [
        (FloatAbi::SoftFp, vec![Signature::new([F32], [F64])]),
        (FloatAbi::Hard, vec![Signature::new([F32], [F64]).with_vfp()]),
    ] {
        build(dir, "cortex-m4", abi, "-O1", &signatures);
        for name in ["program.o", "tests.o"] {
            std::fs::rename(dir.join(name), dir.join(format!("{abi}-{name}"))).expect("renamed");
        }
    }
    for linker in [GNU, LLVM] {
        for abi in ["softfp", "hard"] {
            let (ours, theirs) = (format!("{abi}-program.o"), format!("{abi}-tests.o"));
            assert!(links(dir, linker, &[&ours, &theirs]), "{linker} {abi}");
        }
        assert!(!links(dir, linker, &["softfp-program.o", "hard-tests.o"]), "{linker}");
        // gcc does not say that it uses the base variant, and lld compares only
        // what is said.
        let silent = linker == LLVM;
        assert_eq!(links(dir, linker, &["hard-program.o", "softfp-tests.o"]), silent, "{linker}");
    }
}
