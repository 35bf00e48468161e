//! The text form: round trips of every construct, and errors with their line.

use synth_ir::{BinaryOp, Cond, LoadOp, Program, StoreOp, TrapCode, UnaryOp, WideOp};

fn round_trip(text: &str) -> Program {
    let program = Program::parse(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(program.to_string(), text);
    program
}

#[test]
fn symbols_round_trip() {
    round_trip(
        r#"loc 1 = 7
loc 2 = @f + 7 inlined 1

local data @x#0 size 10 align 1

local hidden retain section(".my \"data\"\u{1f600}") const @x#1 size 80 align 4 {
  bytes 0 "01"
  bytes 64 "0001"
  ref 32 @"odd name"
  ref 68 @f - 2147483648
}

global noinit @"odd name" size 4294967295 align 4096

local init_array @i size 4 align 4 {
  ref 0 @f
}

weak undefined data @w

global undefined func @u

global alias @a = @x#1 + 68

global absolute @max = 0xffffffff

comdat hidden func @f() -> () {
b0:
  return !2
}

local func @empty.$() -> () helper {
}
"#,
    );
}

#[test]
fn every_operator_round_trips() {
    let mut text = String::from(
        "global func @f(i32, f32, f64, i64) -> (i64, f32) {\n  \
         slot0: size 0, align 1\nb3(v0: i32, v1: f32, v2: f64, v3: i32, v4: i32):\n",
    );
    let mut next = 9;
    let mut line = |text: String, has_result: bool| {
        if has_result {
            next += 1;
            format!("  v{next} = {text}\n")
        } else {
            format!("  {text}\n")
        }
    };
    for op in UnaryOp::ALL {
        text += &line(format!("{op} v0"), true);
    }
    for op in BinaryOp::ALL {
        text += &line(format!("{op} v0, v3"), true);
    }
    for op in WideOp::ALL {
        let args = ["v0", "v3", "v4", "v0"][..op.arity()].join(", ");
        text += &line(format!("{op} {args}"), true);
    }
    for cond in Cond::ALL {
        text += &line(format!("cmp.{cond} v0, v3"), true);
        text += &line(format!("cmp64.{cond} v0, v3, v0, v4"), true);
    }
    let regions = ["memory0", "memory255", "native", "stack", "global", "table", "instance"];
    for (op, region) in LoadOp::ALL.iter().zip(regions) {
        text += &line(format!("{op} {region}[v0 - 2147483648]"), true);
    }
    text += &line("load.i32 const[v0 + 1]".into(), true);
    for op in StoreOp::ALL {
        text += &line(format!("{op} native[v0], v3"), false);
    }
    for code in TrapCode::ALL {
        text += &line(format!("trap_if v0, {code}"), false);
    }
    for op in ["const -2147483648", "const 2147483647", "f32.const 0x7fc00000"] {
        text += &line(op.into(), true);
    }
    text += &line("f64.const 0xfff0000000000001".into(), true);
    text += &line("symbol_addr @f - 1".into(), true);
    text += &line("slot_addr slot0 + 1".into(), true);
    text += &line("select v0, v3, v4".into(), true);
    text += &line("select.f32 v0, v1, v1".into(), true);
    text += &line("select.f64 v0, v2, v2".into(), true);
    text += &line("call_indirect v0(v0, v1): (i32, f32) -> () helper".into(), false);
    text +=
        "  v900, v901, v902 = call @f(): () -> (i64, f32) internal !0\n".trim_end_matches(" !0\n");
    text += "\n  jump b1(v0)\nb1(v990: i32):\n  branch v0, b1(v0), b2\nb2:\n  switch v0, [], b2\n\
             b7:\n  switch v0, [b1(v3), b2], b7\nb5:\n  return v0, v0, v1\nb0:\n  return\nb4:\n  \
             trap missing_import\n}\n";
    let program = round_trip(&text);
    let func = program.functions().next().unwrap().1;
    assert_eq!(func.layout.len(), 7);
    assert_eq!(func.blocks.len(), 8);
    assert!(func.to_string().starts_with("func (i32, f32, f64, i64) -> (i64, f32) {"));
    let mut compact = func.clone();
    compact.compact();
    assert_eq!(compact.blocks.len(), 7);
    assert_eq!(compact.to_string().lines().count(), func.to_string().lines().count());
}

#[test]
fn errors_name_the_line() {
    let function = |body: &str| format!("local func @f(i32) -> () {{\nb0(v0: i32):\n{body}\n}}");
    let cases = [
        ("global @f".to_string(), 1, "kind"),
        ("global thing @f".into(), 1, "'thing'"),
        ("frobnicate".into(), 1, "linkage"),
        ("local data @f".into(), 1, "'size'"),
        ("local data @f size 4294967296 align 1".into(), 1, "a number up to 4294967295"),
        ("local data @f size 1 align 1 {\n bytes 1 \"00\"\n}".into(), 2, "outside"),
        ("local data @f size 9 align 1 {\n bytes 1 \"0\"\n}".into(), 2, "pairs"),
        ("local data @f size 9 align 1 {\n bytes 1 \"+1\"\n}".into(), 2, "pairs"),
        ("local data @f size 9 align 1 {".into(), 1, "'}'"),
        ("local data @f size 9 align 1\nlocal data @f size 9 align 1".into(), 2, "already"),
        ("local alias @f = @g".into(), 1, "no symbol"),
        ("local data @\"f size 9 align 1".into(), 1, "does not end"),
        ("loc 2 = 0".into(), 1, "number 1"),
        (function(" v1 = add v0, v2\n return"), 3, "v2 is not defined"),
        (function(" v1 = frob v0"), 3, "'frob'"),
        (function(" v1 = add_hi v0"), 3, "4 arguments"),
        (function(" v0 = const 1"), 3, "already"),
        (function(" add v0, v0"), 3, "1 results"),
        (function(" jump b9"), 3, "b9"),
        (function(" return\nb0:"), 4, "already"),
        (function(" v99999999 = const 1"), 3, "instruction"),
        (function(" v1 = load.i32 memory256[v0]"), 3, "memory256"),
        (function(" v1 = const 99999999999"), 3, "a number"),
        (function(" return v0 v0"), 3, "the end of the line"),
    ];
    for (text, line, part) in cases {
        let error = Program::parse(&text).expect_err(&text);
        assert_eq!(error.line, line, "{error}\n{text}");
        assert!(error.message.contains(part), "{error}\n{text}");
    }
}

#[test]
fn atomics_round_trip() {
    round_trip(
        "global func @f(i32) -> () {
b0(v0: i32):
  v1 = atomic.load.u8 memory0[v0 - 4]
  v2, v3 = atomic.load.i64 native[v0]
  v4 = atomic.xor.i32 native[v0 + 8], v1
  v5, v6 = atomic.cmpxchg.i64 native[v0], v2, v3, v1, v1
  atomic.store.u16 stack[v0], v4
  fence
  v7 = mask_interrupts
  restore_interrupts v7
  return
}
",
    );
    let wrong = |inst: &str| {
        let text = format!("global func @f(i32) -> () {{\nb0(v0: i32):\n  {inst}\n  return\n}}");
        Program::parse(&text).unwrap_err().message
    };
    assert_eq!(wrong("atomic.store.i64 native[v0], v0"), "store has 2 operands, not 1");
    assert_eq!(wrong("atomic.nand.i32 native[v0], v0"), "'atomic.nand.i32' is not an instruction");
}
