//! The runner must be able to fail: scripts with wrong expectations.

use super::*;
use crate::spec::script;
use Verdict::{Failed, Passed, Skipped};

fn engine() -> Engine {
    let cpu = "cortex-m3".parse().unwrap();
    let (float_abi, level) = (synth::FloatAbi::default(), synth::Level::Os);
    Engine::start(cpu, float_abi, level, synth::StackCheck::Limit).unwrap()
}

/// The verdicts of a script's directives, failures and skips without detail.
fn verdicts(engine: &mut Engine, text: &str) -> Vec<Verdict> {
    let mut runner = Runner::new(engine, None);
    let plain = |verdict| match verdict {
        Failed(_) => Failed(String::new()),
        verdict => verdict,
    };
    script::read(text).unwrap().iter().map(|d| plain(runner.run(d))).collect()
}

fn failed() -> Verdict {
    Failed(String::new())
}

fn skipped(why: &str) -> Verdict {
    Skipped(why.to_string())
}

#[test]
fn wrong_results_and_traps_fail() {
    let text = r#"
        (module (memory 1)
          (global (export "g") (mut i64) (i64.const 7))
          (func (export "div") (param i32 i32) (result i32)
            (i32.div_s (local.get 0) (local.get 1)))
          (func (export "load") (param i32) (result f32) (f32.load (local.get 0))))
        (assert_return (invoke "div" (i32.const 7) (i32.const 2)) (i32.const 3))
        (assert_return (invoke "div" (i32.const 7) (i32.const 2)) (i32.const 4))
        (assert_return (invoke "div" (i32.const 7) (i32.const 2)))
        (assert_trap (invoke "div" (i32.const 7) (i32.const 0)) "integer divide by zero")
        (assert_trap (invoke "div" (i32.const 7) (i32.const 0)) "integer overflow")
        (assert_trap (invoke "div" (i32.const 0x80000000) (i32.const -1)) "integer overflow")
        (assert_trap (invoke "div" (i32.const 1) (i32.const 1)) "integer overflow")
        (assert_return (invoke "div" (i32.const 7) (i32.const 0)) (i32.const 0))
        (assert_return (invoke "load" (i32.const 0)) (f32.const 0))
        (assert_return (invoke "load" (i32.const 0)) (f32.const -0))
        (assert_trap (invoke "load" (i32.const 65533)) "out of bounds memory access")
        (assert_return (get "g") (i64.const 7))
        (assert_return (get "g") (i64.const 8))
        (invoke "absent")
        (assert_invalid (module (func (result i32))) "type mismatch")
        (assert_invalid (module (func)) "type mismatch")"#;
    let (p, f) = (|| Passed, failed);
    let expected = [
        [p(), p(), f(), f(), p(), f()].to_vec(),
        [p(), f(), f(), p(), f(), p()].to_vec(),
        [p(), f(), f(), p(), f()].to_vec(),
    ];
    assert_eq!(verdicts(&mut engine(), text), expected.concat());
}

#[test]
fn instances_are_linked_and_checked() {
    let text = r#"
        (module $a (memory (export "m") 1 2) (global (export "g") (mut i32) (i32.const 5))
          (table (export "t") 2 2 funcref)
          (func (export "grow") (result i32) (memory.grow (i32.const 1)))
          (func (export "call") (param i32) (result i32)
            (call_indirect (result i32) (local.get 0))))
        (register "a" $a)
        (assert_unlinkable (module (import "a" "m" (memory 2))) "incompatible import type")
        (assert_return (invoke $a "grow") (i32.const 1))
        (assert_unlinkable (module (import "a" "m" (memory 2))) "incompatible import type")
        (assert_unlinkable (module (import "a" "x" (memory 2))) "unknown import")
        (assert_unlinkable (module (import "a" "grow" (func))) "unknown import")
        (module $b (import "a" "g" (global $g (mut i32))) (import "a" "t" (table 2 funcref))
          (import "spectest" "print_i32" (func $print (param i32)))
          (export "again" (global $g))
          (elem (i32.const 1) $nine)
          (func $nine (result i32) (i32.const 9))
          (func (export "set") (param i32)
            (call $print (local.get 0)) (global.set $g (local.get 0))))
        (invoke $b "set" (i32.const 6))
        (assert_return (get $a "g") (i32.const 6))
        (assert_return (get $b "again") (i32.const 6))
        (module)
        (assert_return (invoke $a "call" (i32.const 1)) (i32.const 9))
        (assert_trap (invoke $a "call" (i32.const 0)) "uninitialized element")
        (assert_trap (invoke $a "call" (i32.const 2)) "undefined element")
        (assert_trap (module (func $f unreachable) (start $f)) "unreachable")"#;
    let (p, f) = (|| Passed, failed);
    let expected = [
        [p(), p(), p(), p(), f(), p(), f()].to_vec(),
        [p(), p(), p(), p(), p(), p(), p(), p(), p()].to_vec(),
    ];
    assert_eq!(verdicts(&mut engine(), text), expected.concat());
}

#[test]
fn what_is_not_compiled_is_skipped_and_nothing_else() {
    let text = r#"
        (module (global $g (mut i32) (i32.const 1))
          (func $refused (param v128) (result i32) (i32.const 1))
          (func (export "pure") (result i32)
            (drop (i8x16.splat (i32.const 1))) (i32.const 1))
          (func (export "set") (result i32)
            (global.set $g (i32.const 2)) (drop (i8x16.splat (i32.const 1))) (i32.const 1))
          (func (export "get") (result i32) (global.get $g))
          (func (export "one") (result i32) (i32.const 1)))
        (assert_return (invoke "pure") (i32.const 1))
        (assert_return (invoke "get") (i32.const 2))
        (assert_return (invoke "set") (i32.const 1))
        (assert_return (invoke "get") (i32.const 2))
        (assert_return (invoke "one") (i32.const 1))
        (assert_exhaustion (invoke "one") "call stack exhausted")"#;
    let expected = [
        Passed,
        skipped("proposal simd"),
        failed(),
        skipped("proposal simd"),
        skipped(AFTER_SKIP),
        Passed,
        failed(),
    ];
    assert_eq!(verdicts(&mut engine(), text), expected);
}
