//! Linking of programs. What wins is what the ELF specification says of
//! symbols (chapter 4, "Symbol Table").

use synth_ir::interp::{Interpreter, NoHost, Val};
use synth_ir::{Program, verify};
use synth_opt::{Input, Linked, Problem, link};

fn inputs(texts: &[&str]) -> Vec<Input> {
    let program = |text: &str| {
        let program = Program::parse(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert_eq!(verify(&program), Ok(()));
        program
    };
    (b'a'..)
        .zip(texts)
        .map(|(c, text)| Input { name: format!("{}.o", c as char), program: program(text) })
        .collect()
}

fn linked(texts: &[&str]) -> Linked {
    let linked = link(inputs(texts)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(verify(&linked.program), Ok(()));
    linked
}

fn check(texts: &[&str], expected: &str) {
    let text = linked(texts).program.to_string();
    assert_eq!(text.trim_end(), expected.trim_end());
}

fn message(texts: &[&str]) -> String {
    link(inputs(texts)).map(|l| l.program.to_string()).unwrap_err().to_string()
}

/// A function that returns a number.
fn returns(linkage: &str, name: &str, number: u32) -> String {
    format!("{linkage} func @{name}() -> (i32) {{\nb0:\n  v0 = const {number}\n  return v0\n}}\n")
}

/// What `@f` of the linked inputs returns.
fn result(texts: &[&str]) -> i32 {
    let program = linked(texts).program;
    let mut interpreter = Interpreter::new(&program).unwrap();
    match interpreter.call(program.find("f").unwrap(), &[], &mut NoHost).unwrap()[..] {
        [Val::I32(word)] => word,
        ref other => panic!("{other:?}"),
    }
}

/// `@f` calls `@g`, which it defines so.
fn with_g(g: &str) -> String {
    format!(
        "{g}\nglobal func @f() -> (i32) {{\nb0:\n  v0 = call @g(): () -> (i32)\n  return v0\n}}\n"
    )
}

#[test]
fn one_definition_wins() {
    let undefined = with_g("global undefined func @g\n");
    let (weak, comdat) = (with_g(&returns("weak", "g", 1)), with_g(&returns("comdat", "g", 2)));
    let strong = &returns("global", "g", 3)[..];
    let second_weak = &returns("weak", "g", 4)[..];
    assert_eq!(result(&[&undefined, strong]), 3);
    assert_eq!(result(&[&weak, strong]), 3);
    assert_eq!(result(&[strong, &weak]), 3);
    assert_eq!(result(&[&comdat, strong]), 3);
    assert_eq!(result(&[&undefined, second_weak]), 4);
    assert_eq!(result(&[&weak, second_weak]), 1);
    assert_eq!(result(&[&comdat, second_weak]), 2);
    assert_eq!(result(&[second_weak, &comdat]), 4);
    assert_eq!(result(&[second_weak, &weak, strong]), 3);
    // A local function is another one.
    let local = with_g(&returns("local", "g", 5));
    assert_eq!(result(&[&local, strong]), 5);
    assert_eq!(result(&[strong, &local]), 5);
}

#[test]
fn what_nobody_defines_stays() {
    check(
        &[
            "weak undefined func @once\n\nweak undefined data @twice\n",
            "weak undefined func @once\n\nglobal undefined data @twice\n",
        ],
        "weak undefined func @once\n\nglobal undefined data @twice\n",
    );
}

#[test]
fn visibility_and_retention_add_up() {
    check(
        &[
            "weak hidden data @x size 4 align 4\n\nglobal retain undefined data @y\n",
            "global data @x size 8 align 4\n\nweak data @y size 1 align 1\n",
        ],
        "global hidden data @x size 8 align 4\n\nweak retain data @y size 1 align 1\n",
    );
}

/// References of all kinds follow their symbol; sources keep their function.
#[test]
fn everything_is_renumbered() {
    let first = "\
loc 1 = @f + 16

local data @table size 8 align 4 {
  ref 0 @table + 4
  ref 4 @g
}

global func @f() -> (i32) {
b0:
  v0 = call @g(): () -> (i32) !1
  v1 = symbol_addr @table + 4
  v2 = add v0, v1
  return v2
}

global undefined func @g
";
    let second = "\
loc 1 = @h + 20
loc 2 = @g + 30 inlined 1

local const @table size 4 align 4 {
  bytes 0 \"01\"
}

local func @h() -> () {
b0:
  return
}

global func @g() -> (i32) {
b0:
  v0 = symbol_addr @table !2
  v1 = load.i32 const[v0]
  return v1
}

global alias @i = @table + 2
";
    check(
        &[first, second],
        "\
loc 1 = @f + 16
loc 2 = @h + 20
loc 3 = @g + 30 inlined 2

local data @table#0 size 8 align 4 {
  ref 0 @table#0 + 4
  ref 4 @g
}

global func @f() -> (i32) {
b0:
  v0 = call @g(): () -> (i32) !1
  v1 = symbol_addr @table#0 + 4
  v2 = add v0, v1
  return v2
}

local const @table#2 size 4 align 4 {
  bytes 0 \"01\"
}

local func @h() -> () {
b0:
  return
}

global func @g() -> (i32) {
b0:
  v0 = symbol_addr @table#2 !3
  v1 = load.i32 const[v0]
  return v1
}

global alias @i = @table#2 + 2
",
    );
    let linked = linked(&[first, second]);
    let g = linked.program.find("g");
    let number = |input: &str, i: usize| {
        linked.numbers[i].get(Program::parse(input).unwrap().find("g").unwrap())
    };
    assert_eq!((number(first, 0), number(second, 1)), (g, g));
}

/// An alias is another name of the body, which a stronger name elsewhere does
/// not take away.
#[test]
fn aliases_of_overridden_symbols() {
    check(
        &[
            "weak data @x size 4 align 4\n\nglobal alias @y = @x\n\nlocal data @p size 4 align 4 {\n  \
             ref 0 @x\n}\n",
            "global data @x size 8 align 8\n",
        ],
        "local data @x.overridden size 4 align 4\n\nglobal alias @y = @x.overridden\n\n\
         local data @p size 4 align 4 {\n  ref 0 @x\n}\n\nglobal data @x size 8 align 8\n",
    );
    // And an alias can be the one that is overridden.
    check(
        &[
            "local data @x size 4 align 4\n\nweak alias @y = @x\n",
            "global data @y size 8 align 8\n",
        ],
        "local data @x size 4 align 4\n\nglobal data @y size 8 align 8\n",
    );
}

/// Constructors run in the order of the inputs.
#[test]
fn initialisers_keep_their_order() {
    let input = |name: &str| {
        format!(
            "local init_array @init size 4 align 4 {{\n  ref 0 @{name}\n}}\n\n\
             local func @{name}() -> () {{\nb0:\n  return\n}}\n"
        )
    };
    let (first, second) = (input("one"), input("two"));
    let text = linked(&[&first, &second]).program.to_string();
    assert!(text.find("@one").unwrap() < text.find("@two").unwrap(), "{text}");
}

#[test]
fn duplicates_name_both_files() {
    let (f, g) = (returns("global", "f", 1), returns("global", "g", 1));
    let both = format!("{f}\n{g}");
    assert_eq!(
        message(&[&both, &f, "weak undefined func @g\n", &g]),
        "duplicate symbol `f`: defined in a.o and in b.o\n\
         duplicate symbol `g`: defined in a.o and in d.o"
    );
    assert_eq!(
        message(&[&f, "global absolute @f = 0x1\n"]),
        "`f` is a function in a.o, but data in b.o"
    );
    assert_eq!(
        message(&["global undefined data @f\n", &f]),
        "`f` is a function in b.o, but data in a.o"
    );
}

#[test]
fn calls_fit_their_function() {
    let wide = "global func @g(i64) -> (i32) {\nb0(v0: i32, v1: i32):\n  return v0\n}\n";
    let caller = with_g("global undefined func @g\n");
    let error = link(inputs(&[&caller, wide])).unwrap_err();
    assert!(matches!(&error.problems[..], [Problem::Signature { .. }]), "{error}");
    assert_eq!(
        error.to_string(),
        "`f` in a.o calls `g` as () -> (i32), but b.o defines it as (i64) -> (i32): give both the \
         same prototype"
    );
    // Through another name, too.
    let alias = wide.replace("global func @g", "local func @h") + "\nglobal alias @g = @h\n";
    assert!(message(&[&caller, &alias]).contains("(i64) -> (i32)"));
}
