//! Exhaustion of the stack is found by the code, or by the core.

use synth::{Compiler, Cpu, Error, Level, Options, RunError, Session, StackCheck};
use synth_ir::TrapCode;

/// Frames of every size go down.
const MODULE: &str = r#"(module
    (func $small (export "small") (param i32) (result i32)
      (i32.add (i32.const 1) (call $small (i32.add (local.get 0) (i32.const 1)))))
    (func $large (export "large") (param i32) (result i32) (local i64 i64 i64 i64)
      (local.set 1 (i64.extend_i32_u (call $many (local.get 0) (i32.const 1) (i32.const 2)
        (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7))))
      (i32.wrap_i64 (i64.mul (local.get 1) (local.get 1))))
    (func $many (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
      (i32.add (local.get 7) (call $large (i32.add (local.get 0) (local.get 6)))))
    (func (export "answer") (result i32) (i32.const 42)))"#;

fn compiled(cpu: Cpu, level: Level, stack_check: StackCheck) -> Result<synth::Compiled, Error> {
    let options = Options { cpu, level, stack_check, ..Options::default() };
    Compiler::new(options).compile(MODULE.as_bytes())
}

#[test]
fn the_code_finds_it() {
    for (i, &cpu) in Cpu::ALL.iter().enumerate() {
        let level = Level::ALL[i + 1];
        let compiled = compiled(cpu, level, StackCheck::Limit).expect("compiles");
        let mut session = Session::start(&compiled, false).expect("starts");
        for name in ["small", "large"] {
            let error = session.invoke(name, &[synth::Argument::I32(1)]).expect_err("traps");
            let RunError::Trap(trap) = &error else { panic!("{cpu} {name}: {error}") };
            assert_eq!(trap.code, TrapCode::StackOverflow, "{cpu} {name}");
            let result = session.invoke("answer", &[]).expect("returns");
            assert_eq!(result.values, [synth::Argument::I32(42)]);
        }
    }
}

#[test]
fn the_core_finds_it() {
    for &cpu in Cpu::ALL {
        match compiled(cpu, Level::Os, StackCheck::Register) {
            Ok(compiled) => {
                assert_eq!(cpu.core, "cortex-m33");
                let mut session = Session::start(&compiled, false).expect("starts");
                let error = session.invoke("small", &[synth::Argument::I32(1)]);
                let error = error.expect_err("faults").to_string();
                assert_eq!(error, "trap: stack_overflow, found by the core");
            }
            Err(error) => {
                assert_ne!(cpu.core, "cortex-m33");
                assert!(matches!(error, Error::NoStackLimit(_)), "{error}");
            }
        }
    }
}

/// Tail calls to functions with more stack arguments, of several sizes, by name
/// and through a table.
const TAIL_CALLS: &str = r#"(module
    (type $five (func (param i32 i32 i32 i32 i32) (result i32)))
    (type $ten (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (table funcref (elem $five $ten))
    (func $one (export "turns") (param i32 i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
      (return_call_indirect (type $five) (i32.sub (local.get 0) (i32.const 1)) (local.get 1)
        (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 0)))
    (func $five (type $five)
      (return_call $ten (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)
        (i32.const 6) (i32.const 7) (i32.const 8) (i32.const 9) (i32.const 1)))
    (func $ten (type $ten)
      (return_call $one (local.get 0)
        (i32.add (local.get 1) (i32.add (local.get 9) (i32.sub (local.get 5) (i32.const 6)))))))"#;

#[test]
fn tail_calls_take_constant_stack() {
    for (i, &cpu) in Cpu::ALL.iter().enumerate() {
        for check in [StackCheck::None, StackCheck::Limit] {
            let level = Level::ALL[i + 1];
            let options = Options { cpu, level, stack_check: check, ..Options::default() };
            let compiled = Compiler::new(options).compile(TAIL_CALLS.as_bytes()).expect("compiles");
            let mut session = Session::start(&compiled, false).expect("starts");
            let arguments = [200_000, 0].map(synth::Argument::I32);
            let result = session.invoke("turns", &arguments).expect("returns");
            assert_eq!(result.values, [synth::Argument::I32(200_000)], "{cpu}");
        }
    }
}

/// The room for stack arguments is part of the check: this never returns from
/// its calls.
#[test]
fn room_for_tail_calls_is_checked() {
    let module = r#"(module
        (func $f (export "f") (param i32) (result i32)
          (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
          (drop (call $f (local.get 0)))
          (return_call $g (local.get 0) (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)))
        (func $g (param i32 i64 i64 i64 i64) (result i32) (return_call $f (local.get 0))))"#;
    for (i, &cpu) in Cpu::ALL.iter().enumerate() {
        let (level, stack_check) = (Level::ALL[i + 1], StackCheck::Limit);
        let options = Options { cpu, level, stack_check, ..Options::default() };
        let compiled = Compiler::new(options).compile(module.as_bytes()).expect("compiles");
        let mut session = Session::start(&compiled, false).expect("starts");
        let error = session.invoke("f", &[synth::Argument::I32(1)]).expect_err("traps");
        let RunError::Trap(trap) = &error else { panic!("{cpu}: {error}") };
        assert_eq!(trap.code, TrapCode::StackOverflow, "{cpu}");
    }
}
