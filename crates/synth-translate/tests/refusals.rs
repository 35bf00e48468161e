//! What is not supported is refused by name and place, with the way out.

use synth_translate::{Error, Options, Reason, Translation, translate};
use synth_wasm::Module;

fn error(wat: &str) -> Error {
    let module = Module::parse(wat.as_bytes()).unwrap();
    translate(&module, &Options::default()).expect_err("it must be refused")
}

#[test]
fn all_refused_functions_are_reported() {
    let wat = r#"(module
        (func $add (export "add") (result v128) v128.const i64x2 1 2)
        (func $fine)
        (func $cast)
        (func $null (result funcref) ref.null func)
        (func $tail return_call $fine)
        (func $vector i32.const 1 i8x16.splat drop)
        (func $any ref.null any drop)
        (func $struct (param (ref $s)))
        (type $s (struct)))"#;
    let Error::Unsupported(refused) = error(wat) else { panic!() };
    let found: Vec<(u32, &str, &str, Reason)> =
        refused.iter().map(|r| (r.function, &r.name[..], &r.what[..], r.reason)).collect();
    let expected = [
        (0, "add", "a signature with v128", Reason::Proposal("simd")),
        (5, "vector", "i8x16.splat", Reason::Proposal("simd")),
        (6, "any", "ref.null", Reason::Proposal("gc")),
        (7, "struct", "a signature with ref", Reason::Proposal("gc")),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_refusal_names_the_place() {
    let wat = "(module (func $g) (func $f ref.null any drop))";
    let module = Module::parse(wat.as_bytes()).unwrap();
    let Error::Unsupported(refused) = error(wat) else { panic!() };
    // ref.null is the byte 0xd0.
    assert_eq!(module.bytes()[refused[0].offset as usize], 0xd0);
    let text = error(wat).to_string();
    assert!(text.starts_with("function `f` (index 1): ref.null at offset 0x"), "{text}");
    assert!(text.contains("gc proposal"), "{text}");
}

#[test]
fn refused_functions_may_trap() {
    let wat = "(module (func (export \"f\") (param f32 i64) (result f32) i32.const 1 i8x16.splat drop local.get 0))";
    let module = Module::parse(wat.as_bytes()).unwrap();
    let options = Options { unsupported_traps: true, ..Options::default() };
    let translation = Translation::new(&module, &options).unwrap();
    let bodies = translation.functions().into_iter().map(|f| translation.function(f)).collect();
    let output = translation.finish(bodies).unwrap();
    assert_eq!(output.refused.len(), 1);
    assert_eq!(output.exports[0].symbol, Some(output.refused[0].symbol));
}

#[test]
fn parts_outside_functions() {
    for (wat, what) in [
        ("(module (memory i64 1))", "64-bit"),
        ("(module (memory 65536))", "65536 pages"),
        ("(module (tag))", "exception tag"),
        ("(module (table 0x2000000 funcref))", "2^24"),
        ("(module (rec (type (func)) (type (func))))", "a recursion group or subtype"),
        ("(module (type (sub (func))))", "a recursion group or subtype"),
        (
            "(module (table 1 (ref null i31)) \
             (elem (i32.const 0) (ref null i31) (ref.i31 (i32.const 0))))",
            "references that are not compiled",
        ),
    ] {
        let error = error(wat);
        assert!(matches!(error, Error::UnsupportedModule { .. }), "{wat}: {error}");
        assert!(error.to_string().contains(what), "{wat}: {error}");
    }
}

#[test]
fn names_that_clash() {
    for wat in [
        r#"(module (import "a" "f" (func)) (import "b" "f" (func)))"#,
        r#"(module (import "a" "f" (func)) (import "a" "f" (func (param i32))))"#,
        r#"(module (import "a" "f" (func)) (import "a" "f" (global i32)))"#,
        r#"(module (import "a" "f" (func)) (func (export "f")))"#,
        r#"(module (memory (export "m") 1) (func (export "__linear_memory_base")))"#,
        r#"(module (func $s) (start $s) (func (export "__synth_init")))"#,
    ] {
        let error = error(wat);
        assert!(matches!(error, Error::SymbolClash { .. }), "{wat}: {error}");
    }
    // Types of equal structure are one, and so are types of references.
    let wat = r#"(module (type $a (func)) (type $b (func))
        (import "m" "f" (func (param (ref $a)))) (import "m" "f" (func (param (ref $b))))
        (import "m" "g" (global funcref)) (import "m" "g" (global (ref func))))"#;
    let module = Module::parse(wat.as_bytes()).unwrap();
    assert_eq!(translate(&module, &Options::default()).unwrap().symbols.len(), 2);
    // The same import twice is one symbol, and an import may be renamed.
    let wat = r#"(module (import "a" "f" (func)) (import "a" "f" (func)) (export "f" (func 1)))"#;
    let module = Module::parse(wat.as_bytes()).unwrap();
    assert_eq!(translate(&module, &Options::default()).unwrap().symbols.len(), 1);
    let wat = r#"(module (import "a" "f" (func)) (func (export "f")))"#;
    let module = Module::parse(wat.as_bytes()).unwrap();
    let mut options = Options::default();
    options.import_symbols.insert("a.f".to_string(), "a_f".to_string());
    assert_eq!(translate(&module, &options).unwrap().symbols.len(), 2);
}

/// The order in which functions are translated does not show.
#[test]
fn the_order_of_functions_does_not_matter() {
    let wat = r#"(module (memory 1)
        (func (export "a") (param i32) (result i32) local.get 0 i32.load)
        (func (export "b") (param i64 i64) (result i64) local.get 0 local.get 1 i64.div_u)
        (func (export "c") (param i32) (result i32) local.get 0 call 0))"#;
    let module = Module::parse(wat.as_bytes()).unwrap();
    let options = Options::default();
    let program = |reverse: bool| {
        let translation = Translation::new(&module, &options).unwrap();
        let mut functions = translation.functions();
        if reverse {
            functions.reverse();
        }
        let bodies = functions.into_iter().map(|f| translation.function(f)).collect();
        translation.finish(bodies).unwrap().program.to_string()
    };
    assert_eq!(program(false), program(true));
}
