//! Input made to hurt: it ends in a program or an error, and what is made of
//! it stays in proportion to its size.

use std::time::{Duration, Instant};

use synth_ir::{Definition, Function, InstData, Program};
use synth_translate::{Error, Options, Reason, translate};
use synth_wasm::Module;
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function as Body, FunctionSection,
    Instruction, TypeSection, ValType,
};

/// Far more than any of this takes on a busy machine, and far less than
/// quadratic behaviour would.
const LIMIT: Duration = Duration::from_secs(60);

/// A module with function types and functions `(type, body)`; the first is
/// exported as `f`.
fn module(types: &[(Vec<ValType>, Vec<ValType>)], bodies: &[(u32, Body)]) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    let mut section = TypeSection::new();
    for (params, results) in types {
        section.ty().function(params.iter().copied(), results.iter().copied());
    }
    module.section(&section);
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for (ty, body) in bodies {
        functions.function(*ty);
        code.function(body);
    }
    module.section(&functions);
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, 0);
    module.section(&exports);
    module.section(&code);
    module.finish()
}

fn body(locals: u32, instructions: &[Instruction<'_>]) -> Body {
    let mut body = Body::new([(locals, ValType::I32)]);
    for instruction in instructions {
        body.instruction(instruction);
    }
    body.instruction(&Instruction::End);
    body
}

/// Values, instructions and arguments of branches.
fn size(function: &Function) -> usize {
    let args = |data: &InstData| data.successors().iter().map(|c| 1 + c.args.len()).sum::<usize>();
    function.values.len() + function.insts.values().map(|data| 1 + args(data)).sum::<usize>()
}

fn translated(bytes: &[u8]) -> Result<Program, Error> {
    let start = Instant::now();
    let module = Module::parse(bytes).unwrap();
    let program = translate(&module, &Options::default());
    if let Ok(program) = &program {
        synth_ir::verify(program).unwrap();
    }
    assert!(start.elapsed() < LIMIT, "took {:?}", start.elapsed());
    program
}

/// Translates a module of one function, whose size must stay in proportion.
fn in_proportion(bytes: &[u8]) -> Function {
    let program = translated(bytes).unwrap();
    let function = program.function(program.find("f").unwrap()).unwrap();
    let size = size(function);
    assert!(size < 40 * bytes.len() + 4_000_000, "{size} for {} bytes", bytes.len());
    function.clone()
}

#[test]
fn deep_nesting() {
    const DEPTH: usize = 100_000;
    let empty = BlockType::Empty;
    let mut blocks = vec![Instruction::Block(empty); DEPTH];
    blocks.extend([Instruction::LocalGet(0), Instruction::BrIf(DEPTH as u32 - 1)]);
    blocks.extend(vec![Instruction::End; DEPTH]);
    let mut loops = vec![Instruction::Loop(empty); DEPTH];
    loops.extend([Instruction::LocalGet(0), Instruction::BrIf(DEPTH as u32 / 2)]);
    loops.extend(vec![Instruction::End; DEPTH]);
    let mut ifs = Vec::new();
    for _ in 0..DEPTH {
        ifs.extend([Instruction::LocalGet(0), Instruction::If(empty)]);
    }
    ifs.extend([Instruction::LocalGet(0), Instruction::LocalSet(1)]);
    for _ in 0..DEPTH {
        ifs.extend([Instruction::Else, Instruction::End]);
    }
    ifs.extend([Instruction::LocalGet(1), Instruction::LocalSet(0)]);
    let mut unreachable = vec![Instruction::Unreachable];
    unreachable.extend(vec![Instruction::Loop(empty); DEPTH]);
    unreachable.extend(vec![Instruction::End; DEPTH]);
    for instructions in [blocks, loops, ifs, unreachable] {
        let types = [(vec![ValType::I32], vec![])];
        in_proportion(&module(&types, &[(0, body(1, &instructions))]));
    }
}

/// Loops that all change many locals: as SSA, each header would have a
/// parameter for each local.
fn loops_over_locals(depth: u32, locals: u32) -> Vec<u8> {
    let mut code = Vec::new();
    for _ in 0..depth {
        code.push(Instruction::Loop(BlockType::Empty));
    }
    for local in 0..locals {
        code.extend([
            Instruction::LocalGet(local),
            Instruction::LocalGet((local + 1) % locals),
            Instruction::I32Add,
            Instruction::LocalSet(local),
        ]);
    }
    for _ in 0..depth {
        code.extend([Instruction::LocalGet(0), Instruction::BrIf(0), Instruction::End]);
    }
    module(&[(vec![], vec![])], &[(0, body(locals, &code))])
}

#[test]
fn many_locals_in_nested_loops() {
    let function = in_proportion(&loops_over_locals(4, 50_000));
    assert!(function.slots.is_empty(), "an ordinary function is all SSA");
    let function = in_proportion(&loops_over_locals(1_000, 50_000));
    assert!(!function.slots.is_empty());
    let function = in_proportion(&loops_over_locals(10_000, 500));
    assert!(!function.slots.is_empty());
}

/// Locals that are only declared cost nothing.
#[test]
fn many_declared_locals() {
    let code = [Instruction::LocalGet(49_999), Instruction::LocalSet(0)];
    let bodies: Vec<(u32, Body)> = (0..5_000).map(|_| (0, body(50_000, &code))).collect();
    translated(&module(&[(vec![], vec![])], &bodies)).unwrap();
}

#[test]
fn large_tables_of_branches() {
    const CASES: u32 = 100_000;
    let targets: Vec<u32> = (0..CASES).map(|i| i % 2).collect();
    let switch = |before: &[Instruction<'static>]| {
        let mut code = before.to_vec();
        code.extend([
            Instruction::LocalGet(0),
            Instruction::BrTable(targets.clone().into(), 1),
            Instruction::End,
            Instruction::LocalSet(1),
            Instruction::I32Const(7),
            Instruction::End,
            Instruction::LocalGet(1),
            Instruction::I32Add,
        ]);
        code
    };
    let result = BlockType::Result(ValType::I32);
    let code =
        switch(&[Instruction::Block(result), Instruction::Block(result), Instruction::I32Const(1)]);
    let types = [(vec![ValType::I32], vec![ValType::I32])];
    let function = in_proportion(&module(&types, &[(0, body(1, &code))]));
    let cases = function.insts.values().find_map(|data| match data {
        InstData::Switch { targets, .. } => Some(targets.len()),
        _ => None,
    });
    assert_eq!(cases, Some(CASES as usize));

    // A label for each case, deep.
    let depth = 20_000;
    let mut code = vec![Instruction::Block(BlockType::Empty); depth];
    code.push(Instruction::LocalGet(0));
    code.push(Instruction::BrTable((0..depth as u32).collect::<Vec<_>>().into(), 0));
    for local in 0..depth {
        code.extend([
            Instruction::End,
            Instruction::I32Const(local as i32),
            Instruction::LocalSet(1),
        ]);
    }
    code.push(Instruction::LocalGet(1));
    in_proportion(&module(&types, &[(0, body(1, &code))]));
}

#[test]
fn a_large_function() {
    let mut code = Vec::new();
    for _ in 0..75_000 {
        code.extend([
            Instruction::LocalGet(0),
            Instruction::I64Const(0x1234_5678_9abc_def0),
            Instruction::I64Mul,
            Instruction::LocalTee(0),
            Instruction::LocalSet(1),
        ]);
    }
    let mut function = Body::new([(1, ValType::I64)]);
    code.iter().for_each(|i| {
        function.instruction(i);
    });
    function.instruction(&Instruction::End);
    let bytes = module(&[(vec![ValType::I64], vec![])], &[(0, function)]);
    assert!(bytes.len() > 1 << 20);
    in_proportion(&bytes);
}

/// Two bytes that carry a thousand values each time: refused, not attempted.
#[test]
fn values_out_of_proportion() {
    let wide = vec![ValType::I32; 1000];
    let types = [(vec![], vec![]), (vec![], wide.clone()), (wide.clone(), wide)];
    let make = body(0, &vec![Instruction::I32Const(1); 1000]);

    let mut branches = vec![Instruction::Block(BlockType::FunctionType(1)), Instruction::Call(1)];
    for _ in 0..10_000 {
        branches.extend([Instruction::I32Const(0), Instruction::BrIf(0)]);
    }
    branches.push(Instruction::End);
    branches.extend(vec![Instruction::Drop; 1000]);

    let mut calls = Vec::new();
    calls.extend(vec![Instruction::Call(1); 1_000]);
    calls.push(Instruction::Unreachable);

    let mut loops = vec![Instruction::Call(1)];
    loops.extend(vec![Instruction::Loop(BlockType::FunctionType(2)); 5_000]);
    loops.extend(vec![Instruction::End; 5_000]);
    loops.push(Instruction::Unreachable);

    for code in [branches, calls, loops] {
        let bytes = module(&types, &[(0, body(0, &code)), (1, make.clone())]);
        match translated(&bytes) {
            Err(Error::Unsupported(refused)) => {
                assert_eq!(refused.len(), 1);
                assert_eq!((refused[0].function, refused[0].reason), (0, Reason::TooLarge));
            }
            other => panic!("{:?}", other.map(|p| p.symbols.len())),
        }
    }
}

/// Many entities of each kind, with names and signatures that collide.
#[test]
fn many_symbols() {
    let mut wat = String::from("(module (func $f)");
    for i in 0..5_000 {
        wat.push_str(&format!(
            "(func (@name \"x{}\") (export \"e{i}\")) (func (@name \"y\"))",
            i % 7
        ));
        wat.push_str(&format!("(export \"f{i}\" (func $f))"));
        wat.push_str(&format!("(global (export \"g{i}\") (mut i64) (i64.const {i}))"));
    }
    wat.push(')');
    let program = translated(wat.as_bytes()).unwrap();
    let aliases = program.symbols.values().filter(|s| matches!(s.def, Definition::Alias { .. }));
    assert_eq!(aliases.count(), 4_999);
}

/// Many tables, and many segments that wait for the program to start.
#[test]
fn many_segments() {
    let mut wat = String::from("(module (import \"m\" \"g\" (global $g i32)) (func $f) (memory 1)");
    for i in 0..10_000 {
        wat.push_str("(table 1 funcref)");
        wat.push_str(&format!("(elem (table {i}) (global.get $g) func $f)"));
        wat.push_str("(data (global.get $g) \"x\")");
    }
    wat.push(')');
    let program = translated(wat.as_bytes()).unwrap();
    let init = program.function(program.find("__synth_init").unwrap()).unwrap();
    let calls = init.insts.values().filter(|data| matches!(data, InstData::Call { .. }));
    assert_eq!(calls.count(), 20_000);
}

/// Any prefix, and any change of one byte, is a program or an error.
#[test]
fn damaged_modules() {
    let wat = r#"(module
        (import "m" "f" (func $i (param i32) (result i64)))
        (memory (export "mem") 1 2) (table $t 3 funcref)
        (global $g (export "g") (mut i64) (i64.const 7))
        (elem (i32.const 1) $i $s) (elem func $s) (data (i32.const 8) "abc") (data "def")
        (start $s)
        (func $s)
        (func (export "h") (param i32 i64) (result i64) (local f32 f64)
            block (result i64) block (result i64)
                local.get 0 call $i local.get 1 i64.add local.tee 1
                loop local.get 0 br_if 0 end
                local.get 0 br_table 1 1 0
            end end
            local.get 0 if (result i64) i64.const 5 else global.get $g end
            i64.div_s
            i32.const 0 i32.const 0 i32.const 2 memory.init 1 data.drop 1
            local.get 0 i64.load offset=4 i64.xor
            local.get 0 local.get 0 call_indirect (param i32) (result i64) i64.rotl))"#;
    let bytes = Module::parse(wat.as_bytes()).unwrap().bytes().to_vec();
    let attempt = |bytes: &[u8]| {
        let Ok(module) = Module::parse(bytes) else { return };
        match translate(&module, &Options::default()) {
            Ok(program) => synth_ir::verify(&program).unwrap(),
            Err(Error::Malformed { message, .. }) => panic!("validation missed: {message}"),
            Err(_) => {}
        }
    };
    for end in 0..bytes.len() {
        attempt(&bytes[..end]);
        for change in [0x00, 0x01, 0x0b, 0x40, 0x7f, 0x80, 0xfc, 0xff] {
            let mut damaged = bytes.clone();
            damaged[end] = change;
            attempt(&damaged);
        }
    }
}
