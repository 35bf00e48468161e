//! Each rule of the verifier, with a program that breaks it.

use synth_ir::entity::EntityRef;
use synth_ir::{
    Block, Definition, Function, Inst, InstData, Linkage, Program, Rule, Slot, Type, Value, verify,
};

fn rules(text: &str) -> Vec<Rule> {
    let program = Program::parse(text).expect("the text is well formed");
    let errors = verify(&program).err().unwrap_or_default();
    errors.into_iter().map(|e| e.rule).collect()
}

/// A function with the given body, beside some symbols.
fn body(text: &str) -> Vec<Rule> {
    rules(&format!(
        "global undefined func @out\nlocal data @d size 4 align 4\n\
         local func @callee(i64) -> () {{\nb0(v0: i32, v1: i32):\n  return\n}}\n\
         global func @f(i32, f64) -> (i32) {{\n{text}\n}}\n"
    ))
}

/// A helper returns two results in registers, other functions in memory.
#[test]
fn tail_calls_return_as_the_function_does() {
    let tail = |convention: &str| {
        rules(&format!(
            "global undefined func @out\n\
             global func @f(i32) -> (i32, i32) {{\nb0(v0: i32):\n  \
             tail_call @out(v0): (i32) -> (i32, i32){convention}\n}}\n"
        ))
    };
    assert_eq!(tail(""), []);
    assert_eq!(tail(" helper"), [Rule::TailResults]);
}

fn v(n: usize) -> Value {
    Value::new(n)
}

#[test]
fn good_functions_pass() {
    assert_eq!(body("b0(v0: i32, v1: f64):\n return v0"), []);
    assert_eq!(
        body(
            "b0(v0: i32, v1: f64):\n jump b1(v0)\nb1(v2: i32):\n v3 = add v2, v0\n \
             branch v3, b1(v3), b2\nb2:\n call @callee(v3, v2): (i64) -> ()\n return v3"
        ),
        []
    );
    // Unreachable blocks may use what does not dominate them.
    assert_eq!(
        body(
            "b0(v0: i32, v1: f64):\n trap unreachable\nb1:\n v2 = const 1\n return v2\nb2:\n return v2"
        ),
        []
    );
}

#[test]
fn broken_functions_are_found() {
    let entry = "b0(v0: i32, v1: f64):\n ";
    let cases: &[(&str, Rule)] = &[
        ("", Rule::NoBlock),
        ("b0(v0: i32):\n return v0", Rule::EntryParams),
        ("+v2 = const 1", Rule::Terminator),
        ("+return v0\n return v0", Rule::Terminator),
        ("+jump b0(v0, v1)", Rule::EntryPredecessor),
        ("+return v1", Rule::Type { value: v(1), expected: Type::I32 }),
        ("+return", Rule::ArgCount { expected: 1, found: 0 }),
        ("+return v0, v0", Rule::ArgCount { expected: 1, found: 2 }),
        ("+v2 = add v0, v1\n return v2", Rule::Type { value: v(1), expected: Type::I32 }),
        ("+v2 = select v0, v1, v1\n return v0", Rule::Results),
        ("+v2 = select v0, v0, v1\n return v0", Rule::Type { value: v(1), expected: Type::I32 }),
        ("+store.f64 native[v0], v0\n return v0", Rule::Type { value: v(0), expected: Type::F64 }),
        ("+jump b1\nb1(v2: i32):\n return v2", Rule::ArgCount { expected: 1, found: 0 }),
        ("+v2 = add v3, v0\n v3 = add v0, v0\n return v2", Rule::Dominance(v(3))),
        ("+v2 = add v2, v0\n return v2", Rule::Dominance(v(2))),
        (
            "+branch v0, b1, b2\nb1:\n v2 = const 1\n jump b2\nb2:\n return v2",
            Rule::Dominance(v(2)),
        ),
        ("+call @callee(v0): (i32) -> ()\n return v0", Rule::CalleeSignature),
        ("+tail_call @out(v0): (i32) -> (i64)", Rule::TailResults),
        ("+tail_call_indirect v0(v0): (i32) -> ()", Rule::TailResults),
        ("+tail_call @callee(v0, v0): (i64) -> ()", Rule::TailResults),
        ("+tail_call @out(v1): (i32) -> (i32)", Rule::Type { value: v(1), expected: Type::I32 }),
        ("+tail_call @out(v0): (i32) -> (i32)\n return v0", Rule::Terminator),
        ("+call @d(v0): (i32) -> ()\n return v0", Rule::CalleeKind),
        ("+v2 = slot_addr slot0\n return v2", Rule::NoSlot(Slot::new(0))),
        ("slot0: size 4, align 3\n+return v0", Rule::Alignment),
        ("+return v0 !7", Rule::Location),
    ];
    for (text, rule) in cases {
        let text = text.replace('+', entry);
        assert_eq!(body(&text), std::slice::from_ref(rule), "{text}");
    }
}

#[test]
fn broken_symbols_are_found() {
    let cases = [
        ("local data @d size 4 align 3", Rule::Alignment),
        ("local data @d size 8 align 4 {\n ref 5 @d\n}", Rule::DataReloc),
        ("local data @d size 8 align 4 {\n ref 8 @d\n}", Rule::DataReloc),
        ("local data @d size 8 align 4 {\n ref 0 @d\n ref 0 @d\n}", Rule::DataReloc),
        ("global undefined data @u\nglobal alias @a = @u", Rule::AliasTarget),
        ("global func @f() -> () internal {\nb0:\n trap unreachable\n}", Rule::InternalNotLocal),
    ];
    for (text, rule) in cases {
        assert_eq!(rules(text), [rule], "{text}");
    }
    let mut program = Program::new();
    program.add("x", Linkage::Global, Definition::Absolute(0));
    program.add("x", Linkage::Weak, Definition::Absolute(0));
    assert!(matches!(&*verify(&program).unwrap_err(), [e] if e.rule == Rule::NameNotUnique));
}

#[test]
fn inconsistent_definitions_are_found() {
    let text = "local func @f(i32) -> (i32) {\nb0(v0: i32):\n v1 = clz v0\n return v1\n}";
    let broken = |change: fn(&mut Function)| {
        let mut program = Program::parse(text).unwrap();
        program.functions_mut().for_each(|(_, func)| change(func));
        verify(&program).unwrap_err().remove(0).rule
    };
    assert_eq!(broken(|f| f.layout.push(Block::new(0))), Rule::Layout);
    assert_eq!(broken(|f| f.layout.push(Block::new(9))), Rule::Layout);
    assert_eq!(broken(|f| f.values[v(1)].def = f.values[v(0)].def), Rule::Definition(v(1)));
    assert_eq!(broken(|f| f.results[Inst::new(0)].clear()), Rule::Results);
    let twice = |f: &mut Function| f.blocks[Block::new(0)].insts.insert(0, Inst::new(0));
    assert_eq!(broken(twice), Rule::TwoPlaces);
    let unknown = |f: &mut Function| f.blocks[Block::new(0)].insts.insert(0, Inst::new(7));
    assert_eq!(broken(unknown), Rule::NoInst(Inst::new(7)));
    let data = |f: &mut Function| f.insts[Inst::new(1)] = InstData::Return(vec![v(5)]);
    assert_eq!(broken(data), Rule::NoValue(v(5)));
}
