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
