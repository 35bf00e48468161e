//! Written programs on the interpreter and wasmi: each file of `programs/`
//! names its own calls; operators and accesses are spelled out here over
//! their border cases.

use std::fmt::Write;
use std::path::Path;

use synth_fuzz::{Call, Case, End, Engine, Interpreted, Oracle, Verdict, check};
use synth_ir::TrapCode;
use synth_translate::Bounds;

/// Checks a case; all of its calls must be compared.
fn compare(name: &str, case: &Case) -> Vec<End> {
    match check(case, &mut Oracle::default(), &mut [&mut Interpreted::default()]) {
        Verdict::Equal(trace) => {
            assert_eq!(trace.ends.len(), case.calls.len() + 1, "{name}: cut short");
            trace.ends
        }
        other => panic!("{name}: {other:?}"),
    }
}

fn program(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let case = Case::from_wat(&text).unwrap();
    assert!(!case.calls.is_empty(), "{name} calls nothing");
    compare(name, &case);
}

#[test]
fn control() {
    program("control.wat");
}

#[test]
fn blocks() {
    program("blocks.wat");
}

#[test]
fn memory() {
    program("memory.wat");
}

#[test]
fn bulk() {
    program("bulk.wat");
}

#[test]
fn table() {
    program("table.wat");
}

#[test]
fn references() {
    program("references.wat");
}

#[test]
fn tables() {
    program("tables.wat");
}

#[test]
fn memories() {
    program("memories.wat");
}

#[test]
fn names() {
    program("names.wat");
}

#[test]
fn pages() {
    program("pages.wat");
}

#[test]
fn start() {
    program("start.wat");
}

const EDGES32: [u32; 12] =
    [0, 1, 2, 7, 31, 32, 33, 0x80, 0x8000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const EDGES64: [u64; 14] = [
    0,
    1,
    3,
    31,
    32,
    33,
    64,
    0xffff_ffff,
    0x1_0000_0000,
    0x8000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_ffff_ffff,
    0x0123_4567_89ab_cdef,
];
const BINARY: &[&str] = &[
    "add", "sub", "mul", "div_s", "div_u", "rem_s", "rem_u", "and", "or", "xor", "shl", "shr_s",
    "shr_u", "rotl", "rotr", "eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s",
    "ge_u",
];

/// All binary operators of a type, on all pairs of border cases: both
/// operands unknown, and each constant.
fn binary_operators(ty: &str, edges: &[u64]) {
    let mut wat = String::from("(module");
    let mut calls = Vec::new();
    for (number, op) in BINARY.iter().enumerate() {
        let result = if number < 15 { ty } else { "i32" };
        let mut add = |name: String, params: &str, body: &str, args: Vec<Vec<u64>>| {
            writeln!(wat, "(func (export \"{name}\") {params} (result {result}) {body} {ty}.{op})")
                .unwrap();
            for args in args {
                calls.push(Call { name: name.clone(), args });
            }
        };
        let pairs = edges.iter().flat_map(|&a| edges.iter().map(move |&b| vec![a, b])).collect();
        add(op.to_string(), &format!("(param {ty} {ty})"), "local.get 0 local.get 1", pairs);
        for &edge in edges {
            let ones: Vec<Vec<u64>> = edges.iter().map(|&a| vec![a]).collect();
            let param = format!("(param {ty})");
            let right = format!("local.get 0 {ty}.const {edge:#x}");
            add(format!("{op} {edge:#x}"), &param, &right, ones.clone());
            let left = format!("{ty}.const {edge:#x} local.get 0");
            add(format!("{edge:#x} {op}"), &param, &left, ones);
        }
    }
    wat.push(')');
    let module = synth_wasm::Module::parse(wat.as_bytes()).unwrap();
    let ends = compare(ty, &Case { module, calls });
    for code in [TrapCode::DivisionByZero, TrapCode::IntegerOverflow] {
        assert!(ends.contains(&End::Trapped(code)), "{code} was not reached");
    }
}

#[test]
fn i32_binary() {
    binary_operators("i32", &EDGES32.map(u64::from));
}

#[test]
fn i64_binary() {
    binary_operators("i64", &EDGES64);
}

#[test]
fn unary() {
    const UNARY: &[(&str, &str, &str)] = &[
        ("i32.clz", "i32", "i32"),
        ("i32.ctz", "i32", "i32"),
        ("i32.popcnt", "i32", "i32"),
        ("i32.eqz", "i32", "i32"),
        ("i32.extend8_s", "i32", "i32"),
        ("i32.extend16_s", "i32", "i32"),
        ("i32.wrap_i64", "i64", "i32"),
        ("i64.clz", "i64", "i64"),
        ("i64.ctz", "i64", "i64"),
        ("i64.popcnt", "i64", "i64"),
        ("i64.eqz", "i64", "i32"),
        ("i64.extend8_s", "i64", "i64"),
        ("i64.extend16_s", "i64", "i64"),
        ("i64.extend32_s", "i64", "i64"),
        ("i64.extend_i32_s", "i32", "i64"),
        ("i64.extend_i32_u", "i32", "i64"),
        ("i32.reinterpret_f32", "f32", "i32"),
        ("f32.reinterpret_i32", "i32", "f32"),
        ("i64.reinterpret_f64", "f64", "i64"),
        ("f64.reinterpret_i64", "i64", "f64"),
    ];
    let mut wat = String::from("(module");
    let mut calls = Vec::new();
    for (op, param, result) in UNARY {
        writeln!(
            wat,
            "(func (export \"{op}\") (param {param}) (result {result}) local.get 0 {op})"
        )
        .unwrap();
        for edge in EDGES64 {
            let edge = if param.ends_with("64") { edge } else { edge & 0xffff_ffff };
            calls.push(Call { name: op.to_string(), args: vec![edge] });
        }
    }
    wat.push(')');
    let module = synth_wasm::Module::parse(wat.as_bytes()).unwrap();
    compare("unary", &Case { module, calls });
}

const LOADS: &[(&str, &str)] = &[
    ("i32", "i32.load"),
    ("i32", "i32.load8_s"),
    ("i32", "i32.load8_u"),
    ("i32", "i32.load16_s"),
    ("i32", "i32.load16_u"),
    ("i64", "i64.load"),
    ("i64", "i64.load8_s"),
    ("i64", "i64.load8_u"),
    ("i64", "i64.load16_s"),
    ("i64", "i64.load16_u"),
    ("i64", "i64.load32_s"),
    ("i64", "i64.load32_u"),
    ("f32", "f32.load"),
    ("f64", "f64.load"),
];
const STORES: &[(&str, &str)] = &[
    ("i32", "i32.store"),
    ("i32", "i32.store8"),
    ("i32", "i32.store16"),
    ("i64", "i64.store"),
    ("i64", "i64.store8"),
    ("i64", "i64.store16"),
    ("i64", "i64.store32"),
    ("f32", "f32.store"),
    ("f64", "f64.store"),
];
const OFFSETS: [u32; 9] = [0, 1, 4, 65528, 65535, 65536, 0x7fff_ffff, 0xffff_fff8, 0xffff_ffff];

/// Every access at every border, with unknown and constant addresses, in a
/// memory of that declaration.
fn accesses(memory: &str) -> Vec<End> {
    let mut addresses = vec![0, 1, 13, 0x7fff_ffff, 0x8000_0000, 0xffff_0000, 0xffff_fff9];
    addresses.extend(65526..=65537);
    addresses.extend(0xffff_fffc..=0xffff_ffff_u64);
    let mut wat = format!("(module (memory (export \"m\") {memory})");
    let fill = "\\01\\82\\03\\84\\05\\86\\07\\88".repeat(2);
    if !memory.starts_with('0') {
        write!(wat, "(data (i32.const 0) \"{fill}\") (data (i32.const 65520) \"{fill}\")").unwrap();
    }
    let mut calls = Vec::new();
    for offset in OFFSETS {
        for (ty, op) in LOADS {
            let name = format!("{op} {offset}");
            writeln!(
                wat,
                "(func (export \"{name}\") (param i32) (result {ty}) local.get 0 {op} \
                 offset={offset})"
            )
            .unwrap();
            calls.extend(addresses.iter().map(|&a| Call { name: name.clone(), args: vec![a] }));
            for &address in addresses.iter().step_by(3) {
                let name = format!("{op} {offset} {address}");
                writeln!(
                    wat,
                    "(func (export \"{name}\") (result {ty}) i32.const {address} {op} \
                     offset={offset})"
                )
                .unwrap();
                calls.push(Call { name, args: vec![] });
            }
        }
        for (ty, op) in STORES {
            let name = format!("{op} {offset}");
            writeln!(
                wat,
                "(func (export \"{name}\") (param i32 {ty}) local.get 0 local.get 1 {op} \
                 offset={offset})"
            )
            .unwrap();
            for (number, &address) in (0..).zip(&addresses) {
                let value = 0x1122_3344_5566_7788_u64.wrapping_mul(number);
                let value = if ty.ends_with("64") { value } else { value & 0xffff_ffff };
                calls.push(Call { name: name.clone(), args: vec![address, value] });
            }
        }
    }
    wat.push(')');
    let module = synth_wasm::Module::parse(wat.as_bytes()).unwrap();
    compare(memory, &Case { module, calls })
}

#[test]
fn accesses_of_a_fixed_memory() {
    let ends = accesses("1 1");
    assert!(ends.contains(&End::Trapped(TrapCode::MemoryOutOfBounds)));
    assert!(ends.iter().filter(|e| matches!(e, End::Returned(_))).count() > 500);
}

#[test]
fn accesses_of_a_memory_that_can_grow() {
    accesses("1 4");
}

#[test]
fn accesses_of_an_empty_memory() {
    let ends = accesses("0 0");
    assert!(!ends[1..].iter().any(|e| matches!(e, End::Returned(_))));
    accesses("0 2");
}

/// A function with so many locals and loops that its locals are kept in the
/// frame does what it does otherwise.
#[test]
fn locals_in_the_frame() {
    const LOCALS: usize = 1500;
    const DEPTH: usize = 500;
    let mut wat = String::from(
        "(module (func (export \"f\") (param i32 i64) (result i64) (local f64) (local",
    );
    wat.push_str(&" i32".repeat(LOCALS));
    wat.push_str(") ");
    wat.push_str(&"loop ".repeat(DEPTH));
    for local in 0..LOCALS {
        let (to, from) = (3 + local, 3 + (local + 1) % LOCALS);
        write!(
            wat,
            "(local.set {to} (i32.add (i32.mul (local.get {from}) (i32.const 3)) (local.get 0)))"
        )
        .unwrap();
    }
    wat.push_str(
        "(local.set 1 (i64.mul (local.get 1) (i64.extend_i32_u (local.get 7)))) \
         (local.set 2 (f64.reinterpret_i64 (i64.add (local.get 1) \
         (i64.reinterpret_f64 (local.get 2)))))",
    );
    for _ in 0..DEPTH {
        wat.push_str(
            "(local.set 0 (i32.sub (local.get 0) (i32.const 1))) \
             (br_if 0 (i32.gt_s (local.get 0) (i32.const 0))) end ",
        );
    }
    wat.push_str("(i64.xor (local.get 1) (i64.reinterpret_f64 (local.get 2)))))");
    let module = synth_wasm::Module::parse(wat.as_bytes()).unwrap();
    let program = synth_translate::translate(&module, &Default::default()).unwrap();
    let slots = program.functions().map(|(_, f)| f.slots.len()).sum::<usize>();
    assert!(slots > LOCALS, "the locals are not in the frame");
    let call = |a, b| Call { name: "f".to_string(), args: vec![a, b] };
    let calls = vec![call(3, 0x1234_5678_9abc_def1), call(0xffff_ffff, 7), call(0, 0)];
    let mut oracle = Oracle { fuel: 10_000_000 };
    let case = Case { module, calls };
    match check(&case, &mut oracle, &mut [&mut Interpreted::default()]) {
        Verdict::Equal(trace) => assert_eq!(trace.ends.len(), 4),
        other => panic!("{other:?}"),
    }
}

/// Without checks, accesses inside the memory do the same.
#[test]
fn unchecked_accesses() {
    let case = Case::from_wat(
        r#"(module (memory (export "m") 1 1)
            ;; call f 16
            (func (export "f") (param i32) (result i64)
                local.get 0 i64.const 0x1122334455667788 i64.store offset=65500
                local.get 0 i64.load32_u offset=65502))"#,
    )
    .unwrap();
    let mut unchecked = Interpreted::default();
    unchecked.options.bounds = Bounds::None;
    let verdict = check(&case, &mut Oracle::default(), &mut [&mut unchecked]);
    assert!(matches!(verdict, Verdict::Equal(_)), "{verdict:?}");
}

/// A segment that does not fit traps before the start function runs.
#[test]
fn segments_out_of_bounds() {
    for (segment, code) in [
        ("(data (i32.const 65530) \"0123456789\")", TrapCode::MemoryOutOfBounds),
        ("(data (i32.const 65537) \"\")", TrapCode::MemoryOutOfBounds),
        ("(data (i32.const -1) \"ab\")", TrapCode::MemoryOutOfBounds),
        ("(elem (i32.const 2) func $f $f)", TrapCode::TableOutOfBounds),
        ("(elem (i32.const 4) func)", TrapCode::TableOutOfBounds),
    ] {
        let wat = format!(
            "(module (memory 1 1) (table 3 funcref) {segment} (func $f unreachable) (start $f))"
        );
        let case = Case::from_wat(&wat).unwrap();
        // An engine may report it in its own way: that ours traps is what counts.
        let trace = Interpreted::default().run(&case, 0).unwrap();
        assert_eq!(trace.ends, [End::Trapped(code)], "{segment}");
        compare_start(segment, &case);
    }
}

fn compare_start(name: &str, case: &Case) {
    let verdict = check(case, &mut Oracle::default(), &mut [&mut Interpreted::default()]);
    assert!(matches!(verdict, Verdict::Equal(_)), "{name}: {verdict:?}");
}
