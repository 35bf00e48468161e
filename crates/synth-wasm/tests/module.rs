//! What a module shows, and what is no module.

use synth_wasm::{
    ConstOp, Error, ExternKind, ImportType, Module, SegmentKind, ValType, WasmFeatures,
};

const WAT: &str = r#"(module $m
    (type $t (func (param i32 i64) (result f32 f64)))
    (import "env" "f" (func $f (type $t)))
    (import "env" "t" (table 2 5 funcref))
    (import "env" "m" (memory 1 4))
    (import "env" "g" (global $g (mut i64)))
    (func $local (export "a") (export "b") (param $p i32) (result i32) (local $l i64)
        local.get 0)
    (table $own 3 3 externref)
    (memory $second 2)
    (global $h i32 (i32.add (i32.const 2) (i32.const 3)))
    (export "g" (global $g))
    (elem (table 0) (i32.const 1) func $f $local)
    (elem declare func $local)
    (elem funcref (ref.null func) (ref.func $f))
    (data $d (memory $second) (offset (global.get $h)) "hello")
    (data "later")
    (start $start)
    (func $start)
    (@custom "note" "contents"))"#;

#[test]
fn everything_is_there() {
    let m = Module::parse(WAT.as_bytes()).unwrap();
    assert_eq!(m.imports.len(), 4);
    assert_eq!(m.imports[3].ty.kind(), ExternKind::Global);
    assert!(matches!(m.imports[1].ty, ImportType::Table(t) if t.max == Some(5)));
    assert_eq!(m.function_type(0).unwrap().results, [ValType::F32, ValType::F64]);
    assert_eq!(m.function_type(1).unwrap().params, [ValType::I32]);
    assert_eq!(m.import(ExternKind::Function, 0).unwrap().name, "f");
    assert_eq!(m.import(ExternKind::Function, 1), None);
    assert_eq!((m.functions.len(), m.tables.len(), m.memories.len()), (3, 2, 2));
    assert_eq!(m.tables[1].ty.element, ValType::ExternRef);
    assert_eq!((m.memories[1].ty.min, m.memories[1].ty.max), (2, None));
    assert!(m.globals[0].ty.mutable && !m.globals[1].ty.mutable);
    let init = m.globals[1].init.as_ref().unwrap();
    assert_eq!(init.ops, [ConstOp::I32(2), ConstOp::I32(3), ConstOp::I32Add]);
    let exports: Vec<&str> = m.exports.iter().map(|e| &e.name[..]).collect();
    assert_eq!(exports, ["a", "b", "g"]);
    assert_eq!(m.start, Some(2));
    assert_eq!(m.data_bytes(0), Some(&b"hello"[..]));
    assert_eq!(m.data_bytes(1), Some(&b"later"[..]));
    assert!(matches!(m.data[0].kind, SegmentKind::Active { target: 1, .. }));
    assert_eq!(m.data[1].kind, SegmentKind::Passive);
    assert_eq!(m.elements[1].kind, SegmentKind::Declared);
    assert_eq!(m.elements[2].items.len(), 2);
    assert_eq!(m.custom_bytes("note"), Some(&b"contents"[..]));
    assert_eq!(m.custom_bytes("none"), None);
}

#[test]
fn names() {
    let m = Module::parse(WAT.as_bytes()).unwrap();
    assert_eq!(m.names.module.as_deref(), Some("m"));
    assert_eq!(m.names.functions[&1], "local");
    assert_eq!((&m.names.locals[&1][&0][..], &m.names.locals[&1][&1][..]), ("p", "l"));
    assert_eq!(m.names.globals[&1], "h");
    assert_eq!(m.names.memories[&1], "second");
    assert_eq!(m.names.tables[&1], "own");
    assert_eq!(m.names.data[&0], "d");
    assert_eq!(m.function_name(2), "start");
    // Without a name section: export, import, number.
    let mut bare = m.clone();
    bare.names = Default::default();
    assert_eq!(bare.function_name(0), "f");
    assert_eq!(bare.function_name(1), "a");
    assert_eq!(bare.function_name(2), "func[2]");
}

/// Offsets count from the start of the binary.
#[test]
fn bodies() {
    let m = Module::parse(WAT.as_bytes()).unwrap();
    assert!(m.body(0).is_none(), "an import has no body");
    let body = m.body(1).unwrap();
    let mut reader = body.get_operators_reader().unwrap();
    let at = reader.original_position() as usize;
    // local.get 0
    assert_eq!(m.bytes()[at..at + 2], [0x20, 0]);
    reader.read().unwrap();
    assert_eq!(m.bytes()[reader.original_position() as usize], 0x0b);
}

#[test]
fn errors_have_offsets() {
    let Err(Error::Text(text)) = Module::parse(b"(module\n  (func bad))") else { panic!() };
    assert!(text.contains("2:9"), "line and column in {text}");
    let m = Module::parse(b"(module (func (result i32) i32.const 1))").unwrap();
    let mut bytes = m.bytes().to_vec();
    let at = bytes.iter().position(|&b| b == 0x41).unwrap();
    // i64.const in place of i32.const
    bytes[at] = 0x42;
    let error = Module::parse(&bytes).unwrap_err();
    assert!(error.offset().unwrap() as usize > at, "{error}");
    assert!(error.to_string().contains("type mismatch"), "{error}");
    assert!(Module::parse(b"").is_err());
    assert!(Module::parse(b"\0asm\x0d\0\x01\0").is_err(), "a component");
}

#[test]
fn older_specifications() {
    let multi_value = b"(module (func (result i32 i32) i32.const 1 i32.const 2))";
    assert!(Module::parse(multi_value).is_ok());
    assert!(Module::parse_with_features(multi_value, WasmFeatures::WASM1).is_err());
}

/// A broken name section is ignored; a broken module is not.
#[test]
fn broken_name_section() {
    let mut bytes = Module::parse(b"(module (func))").unwrap().bytes().to_vec();
    // custom section "name" with a subsection longer than it is
    bytes.extend([0, 8, 4, b'n', b'a', b'm', b'e', 1, 0x7f, 1]);
    let module = Module::parse(&bytes).unwrap();
    assert!(module.names.functions.is_empty());
    bytes.push(0xff);
    assert!(Module::parse(&bytes).is_err());
}

/// Two bytes that add a thousand operands each do not take memory for them.
#[test]
fn operand_stack_is_bounded() {
    let results = "i32 ".repeat(1000);
    let calls = "call $many ".repeat(2000);
    let wat =
        format!("(module (func $many (result {results}) unreachable) (func {calls} unreachable))");
    let error = Module::parse(wat.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("operand stack"), "{error}");
}

#[test]
fn other_formats_are_named() {
    for (bytes, format) in [
        (&b"\x7fELF\x01\x01\x01"[..], "ELF"),
        (b"BC\xc0\xde5\x14", "-flto"),
        (b"!<arch>\n", "archive"),
        (b"\xff\xfe(module)", "neither"),
    ] {
        let error = Module::parse(bytes).unwrap_err();
        assert!(matches!(error, Error::Format(_)), "{error}");
        assert!(error.to_string().contains(format), "{error}");
    }
}

const HINTED: &str = r#"(module
    (import "env" "f" (func $f))
    (func (param i32) (local i64)
        (@metadata.code.branch_hint "\00")
        (if (local.get 0) (then (call $f)))
        (block
            (@metadata.code.branch_hint "\01")
            (br_if 0 (local.get 0))
            (br_if 0 (local.get 0)))))"#;

/// Where the operators of that kind are, in a module with one body.
fn places(m: &Module, wanted: &str) -> Vec<u64> {
    let mut operators = m.body(1).unwrap().get_operators_reader().unwrap();
    let mut found = vec![];
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset().unwrap();
        found
            .extend((synth_wasm::operator_name(&operator).to_string() == wanted).then_some(offset));
    }
    found
}

/// The offsets in the section count from the declaration of the locals.
#[test]
fn branch_hints() {
    let m = Module::parse(HINTED.as_bytes()).unwrap();
    let (ifs, branches) = (places(&m, "if"), places(&m, "br_if"));
    assert_eq!((ifs.len(), branches.len()), (1, 2));
    let expected = [(ifs[0], false), (branches[0], true)];
    assert_eq!(m.branch_hints, std::collections::BTreeMap::from(expected));
}

/// A custom section has no say in what is valid (core specification 2.5, 5.5.3).
#[test]
fn malformed_branch_hints_are_ignored() {
    let m = Module::parse(HINTED.as_bytes()).unwrap();
    let custom = m.customs.iter().find(|c| c.name == "metadata.code.branch_hint").unwrap();
    let bytes = m.bytes()[custom.range.clone()].to_vec();
    // One function, number 1, with two hints: offset, length 1, value.
    assert_eq!((&bytes[..3], bytes.len()), (&[1, 1, 2][..], 9));
    let changed = |at: usize, value: u8| {
        let mut bytes = m.bytes().to_vec();
        bytes[custom.range.start + at] = value;
        Module::parse(&bytes).unwrap().branch_hints
    };
    assert_eq!(changed(1, 0).len(), 0, "an import has no branches");
    assert_eq!(changed(1, 77).len(), 0, "no such function");
    assert_eq!(changed(5, 9).len(), 0, "no such value");
    assert_eq!(changed(8, 9).len(), 0, "no such value");
    assert_eq!(changed(2, 120).len(), 0, "not that many");
    // A place without a branch: kept, and never asked for.
    assert_eq!(changed(3, 100).len(), 2);
}
