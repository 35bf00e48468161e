//! Classification of parameters and results against clang and gcc: the types of
//! `shapes/shapes.h`, read by our parser and from clang's debug information.

mod common;

use std::fmt::Write;

use common::{run, scratch};
use synth_abi::{
    Calling, Declarations, FloatAbi, NativeClass, Passing, WasmClass, parse_declarations,
    read_dwarf,
};
use synth_ir::AbiType;
use synth_wasm::{Module, ValType};

const SHAPES: &str = include_str!("shapes/shapes.h");

fn count() -> usize {
    (0..)
        .take_while(|i| SHAPES.contains(&format!("T{i};")) || SHAPES.contains(&format!("T{i})(")))
        .count()
}

/// For each type a function that takes it between two integers, one that
/// returns it, and callers of both.
fn source(prototypes_only: bool) -> String {
    let mut text = SHAPES.to_string();
    for i in 0..count() {
        let _ = writeln!(text, "void p{i}(int a, T{i} b, int c); T{i} r{i}(int a);");
        if !prototypes_only {
            let _ = writeln!(text, "void cp{i}(T{i} *q) {{ p{i}(1, *q, 77); }}");
            let _ = writeln!(text, "void cr{i}(void) {{ r{i}(78); }}");
        }
    }
    text
}

fn parsed() -> Declarations {
    let mut declarations = Declarations::default();
    parse_declarations(&source(true), &mut declarations).unwrap();
    declarations
}

fn calling(declarations: &Declarations, name: &str, float: FloatAbi) -> Calling {
    let prototype = &declarations.functions[name];
    Calling::new(&declarations.types, prototype, float).unwrap()
}

/// `(i32, i64) -> (f32)`, as in clang's assembly.
fn functype(calling: &Calling) -> String {
    let (params, result) = calling.wasm_type();
    let list =
        |types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    format!("({}) -> ({})", list(&params), list(result.as_slice()))
}

#[test]
fn wasm_signatures_are_clangs() {
    let dir = scratch("classify-wasm");
    std::fs::write(dir.join("s.c"), source(false)).unwrap();
    let flags = ["--target=wasm32", "-funsigned-char", "-fshort-enums", "-O2", "s.c", "-o"];
    run(&dir, "clang-19", &[&flags[..], &["s.s", "-S"]].concat());
    run(&dir, "clang-19", &[&flags[..], &["s.o", "-c", "-g"]].concat());
    let assembly = std::fs::read_to_string(dir.join("s.s")).unwrap();
    let module = Module::parse(&std::fs::read(dir.join("s.o")).unwrap()).unwrap();
    let (parsed, dwarf) = (parsed(), read_dwarf(&module).unwrap());
    for i in 0..count() {
        for name in [format!("p{i}"), format!("r{i}")] {
            let line = format!("\t.functype\t{name} ");
            let expected = assembly.lines().find_map(|l| l.strip_prefix(&line)).unwrap();
            let ours = calling(&parsed, &name, FloatAbi::Base);
            assert_eq!(functype(&ours), expected, "{name}");
            for float in [FloatAbi::Base, FloatAbi::Vfp] {
                let (a, b) = (calling(&parsed, &name, float), calling(&dwarf, &name, float));
                assert_eq!(a, b, "{name}: the parser's and the debug information's");
            }
        }
    }
}

/// The LLVM type of a parameter that clang makes for ARM.
fn llvm_param(passing: &Passing) -> Option<String> {
    Some(match passing.native {
        NativeClass::Ignored => return None,
        NativeClass::Scalar(AbiType::F32) => "float".to_string(),
        NativeClass::Scalar(AbiType::F64) => "double".to_string(),
        NativeClass::Scalar(AbiType::I64) => "i64".to_string(),
        NativeClass::Scalar(AbiType::I32) => "i".to_string(),
        NativeClass::Words { count, double: false } => format!("[{count} x i32]"),
        NativeClass::Words { count, double: true } => format!("[{} x i64]", count / 2),
        NativeClass::Floats { .. } => "%".to_string(),
        NativeClass::Indirect => panic!("no parameter is indirect"),
    })
}

fn llvm_result(result: Option<&Passing>) -> &'static str {
    match result.map(|r| r.native) {
        None | Some(NativeClass::Ignored | NativeClass::Indirect) => "void",
        Some(NativeClass::Floats { .. }) => "%",
        Some(NativeClass::Words { .. } | NativeClass::Scalar(AbiType::I32)) => "i",
        Some(NativeClass::Scalar(AbiType::F32)) => "float",
        Some(NativeClass::Scalar(AbiType::F64)) => "double",
        Some(NativeClass::Scalar(AbiType::I64)) => "i64",
    }
}

#[test]
fn native_classes_are_clangs() {
    let dir = scratch("classify-arm");
    std::fs::write(dir.join("s.c"), source(false)).unwrap();
    let parsed = parsed();
    for (abi, float) in [("soft", FloatAbi::Base), ("hard", FloatAbi::Vfp)] {
        let abi = format!("-mfloat-abi={abi}");
        let flags = ["--target=arm-none-eabi", "-mcpu=cortex-m4", "-O2", "-fshort-enums", "-S"];
        run(&dir, "clang-19", &[&flags[..], &[&abi, "-emit-llvm", "s.c", "-o", "s.ll"]].concat());
        let text = std::fs::read_to_string(dir.join("s.ll")).unwrap();
        for i in 0..count() {
            let declared = |name: &str| {
                let at = format!(" @{name}(");
                let line = text.lines().find(|l| l.starts_with("declare") && l.contains(&at));
                line.unwrap_or_else(|| panic!("{name} is not declared")).to_string()
            };
            let ours = calling(&parsed, &format!("p{i}"), float);
            let line = declared(&format!("p{i}"));
            let (_, params) = line.split_once('(').unwrap();
            let middle: Vec<&str> = params.split(", ").collect();
            match llvm_param(&ours.params[1]) {
                None => assert_eq!(middle.len(), 2, "{line}"),
                Some(ty) if ty == "i" => {
                    assert!(middle[1].starts_with('i') || middle[1].starts_with("ptr"), "{line}");
                    assert!(!middle[1].starts_with("i64"), "{line}");
                }
                Some(ty) => assert!(middle[1].starts_with(&ty), "T{i} {abi}: {ty} but {line}"),
            }
            let ours = calling(&parsed, &format!("r{i}"), float);
            let line = declared(&format!("r{i}"));
            let result = llvm_result(ours.result.as_ref());
            let words: Vec<&str> = line.split_whitespace().collect();
            let found =
                words.iter().any(|w| w.starts_with(result) || (result == "i" && *w == "ptr"));
            assert!(found, "T{i} {abi}: {result} but {line}");
            let indirect = ours.result.is_some_and(|r| r.native == NativeClass::Indirect);
            assert_eq!(line.contains("sret"), indirect, "T{i} {abi}: {line}");
        }
    }
}

/// Where gcc puts the number 77 or 78 before it calls `callee`: `r2`, or
/// `[sp, #4]`.
fn marker(assembly: &str, caller: &str, number: u32) -> String {
    let start = assembly.find(&format!("\n{caller}:")).unwrap() + 1;
    let body = &assembly[start..];
    let body = &body[..body.find("\t.size").unwrap()];
    let constant = format!(", #{number}");
    let mut place = String::new();
    for line in body.lines().map(str::trim) {
        if let Some(rest) = line.strip_suffix(&constant) {
            place = rest.rsplit('\t').next().unwrap().to_string();
        } else if let Some(rest) = line.strip_prefix(&format!("str\t{place}, ["))
            && !place.is_empty()
        {
            return format!("[{rest}");
        }
    }
    place
}

/// Where the last of three parameters is by AAPCS, when all are core words.
fn last_word(calling: &Calling) -> String {
    let (mut register, mut stack) = (0, 0);
    let mut place = String::new();
    for passing in &calling.params {
        let (words, double) = match passing.native {
            NativeClass::Ignored => (0, false),
            NativeClass::Scalar(ty) => (ty.size() / 4, ty.size() == 8),
            NativeClass::Words { count, double } => (count, double),
            class => panic!("{class:?}"),
        };
        for word in 0..words {
            if double && word % 2 == 0 {
                register = (register + 1) & !1;
            }
            if register < 4 {
                place = format!("r{register}");
                register += 1;
            } else {
                stack = if double && word % 2 == 0 { (stack + 7) & !7 } else { stack };
                place = if stack == 0 { "[sp]".into() } else { format!("[sp, #{stack}]") };
                stack += 4;
            }
        }
    }
    place
}

#[test]
fn places_are_gccs() {
    let dir = scratch("classify-gcc");
    std::fs::write(dir.join("s.c"), source(false)).unwrap();
    let flags = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft", "-Os", "-S", "s.c", "-o", "s.s"];
    run(&dir, "arm-none-eabi-gcc", &flags);
    let assembly = std::fs::read_to_string(dir.join("s.s")).unwrap();
    let parsed = parsed();
    for i in 0..count() {
        let ours = calling(&parsed, &format!("p{i}"), FloatAbi::Base);
        assert_eq!(marker(&assembly, &format!("cp{i}"), 77), last_word(&ours), "T{i}");
        let ours = calling(&parsed, &format!("r{i}"), FloatAbi::Base);
        let indirect = ours.result.is_some_and(|r| r.native == NativeClass::Indirect);
        let expected = if indirect { "r1" } else { "r0" };
        assert_eq!(marker(&assembly, &format!("cr{i}"), 78), expected, "T{i}");
    }
}

#[test]
fn where_the_two_agree() {
    let parsed = parsed();
    let agrees = |name: &str, float| calling(&parsed, name, float).agrees(float);
    use FloatAbi::{Base, Vfp};
    // One scalar of up to four bytes; larger ones as results do not.
    assert!(agrees("p3", Base) && agrees("r3", Base));
    assert!(agrees("p5", Base) && !agrees("r5", Base) && !agrees("r5", Vfp));
    assert!(agrees("p7", Base) && agrees("r7", Base) && agrees("p7", Vfp) && agrees("r7", Vfp));
    // Several members: never as parameters; as results where both use memory.
    assert!(!agrees("p4", Base) && agrees("r4", Base) && !agrees("r1", Base));
    assert!(agrees("r8", Base) && !agrees("r8", Vfp) && agrees("r4", Vfp));

    assert!(agrees("r31", Base) && agrees("r31", Vfp));
    assert_eq!(calling(&parsed, "p17", Base).params[1].wasm, WasmClass::Ignored);
}
