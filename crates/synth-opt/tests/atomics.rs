//! Doublewords become calls of libatomic's functions, which compute the same.

use synth_ir::interp::{Interpreter, NoHost, Val};
use synth_ir::{Definition, FloatOp, Program, Target, verify};
use synth_opt::{Context, find_stage};

/// Answers for what these programs have.
struct Cpu;

impl Target for Cpu {
    fn constant_cost(&self, _: i32) -> u32 {
        2
    }
    fn is_arith_immediate(&self, _: i32) -> bool {
        true
    }
    fn is_logic_immediate(&self, _: i32) -> bool {
        true
    }
    fn is_memory_offset(&self, _: i32, _: u32) -> bool {
        true
    }
    fn has_float(&self, _: FloatOp) -> bool {
        false
    }
}

const TEXT: &str = "\
local data @cell size 64 align 8

global func @f(i32, i64, i64) -> (i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32, v4: i32):
  v5 = symbol_addr @cell
  atomic.store.i64 memory0[v5 + 8], v1, v2
  v6, v7 = atomic.add.i64 memory0[v5 + 8], v3, v4
  v8, v9 = atomic.sub.i64 memory0[v5 + 8], v1, v0
  v10, v11 = atomic.and.i64 memory0[v5 + 8], v3, v1
  v12, v13 = atomic.or.i64 memory0[v5 + 8], v0, v4
  v14, v15 = atomic.xor.i64 memory0[v5 + 8], v8, v11
  v16, v17 = atomic.xchg.i64 memory0[v5 + 8], v10, v13
  v18, v19 = atomic.cmpxchg.i64 memory0[v5 + 8], v10, v13, v14, v15
  v20, v21 = atomic.cmpxchg.i64 memory0[v5 + 8], v10, v13, v16, v17
  v22, v23 = atomic.load.i64 memory0[v5 + 8]
  v24 = add v18, v20
  v25 = add v19, v21
  v26 = xor v22, v24
  v27 = xor v23, v25
  return v26, v27
}
";

fn run(program: &Program, args: [i32; 5]) -> (Vec<Val>, u64) {
    let mut interpreter = Interpreter::new(program).expect("a program");
    let function = program.find("f").expect("the function");
    let args = args.map(Val::I32);
    let results = interpreter.call(function, &args, &mut NoHost).expect("returns");
    let cell = interpreter.address(program.find("cell").expect("the data"));
    (results, interpreter.memory().load(cell + 8, 8).expect("memory"))
}

#[test]
fn doublewords_become_calls() {
    let before = Program::parse(TEXT).expect("a program");
    let mut after = before.clone();
    let cx = Context::new(&Cpu);
    find_stage("atomics").expect("a pass").run(&mut after, &cx).expect("no refusal");
    assert_eq!(verify(&after), Ok(()));
    assert!(!after.to_string().contains(" atomic."), "{after}");
    let undefined = after.symbols.values();
    let undefined = undefined.filter(|s| matches!(s.def, Definition::UndefinedFunction));
    let mut names: Vec<&str> = undefined.map(|s| s.name.as_str()).collect();
    names.sort_unstable();
    // The names and signatures are libatomic's.
    let libatomic = ["compare_exchange", "exchange", "fetch_add", "fetch_and", "fetch_or"];
    let libatomic = [&libatomic[..], &["fetch_sub", "fetch_xor", "load", "store"]].concat();
    let libatomic: Vec<String> = libatomic.iter().map(|n| format!("__atomic_{n}_8")).collect();
    assert_eq!(names, libatomic);
    for args in [[1, 2, 3, 4, 5], [-1, i32::MIN, 7, -8, 0x1234_5678], [0; 5]] {
        assert_eq!(run(&before, args), run(&after, args));
    }
}
