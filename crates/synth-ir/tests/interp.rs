//! The interpreter: calls, memory, traps, limits.

use synth_ir::interp::{
    BadAddress, External, Halt, Host, Interpreter, LayoutError, Memory, NoHost, Val,
};
use synth_ir::{Program, Signature, TrapCode, verify};

fn parse(text: &str) -> Program {
    let program = Program::parse(text).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(verify(&program), Ok(()));
    program
}

fn words(words: &[i32]) -> Vec<Val> {
    words.iter().map(|&w| Val::I32(w)).collect()
}

/// Runs `@f` of a program.
fn run(program: &Program, args: &[i32]) -> Result<Vec<Val>, Halt> {
    let mut interpreter = Interpreter::new(program).unwrap();
    interpreter.set_fuel(1_000_000);
    interpreter.call(program.find("f").unwrap(), &words(args), &mut NoHost)
}

#[test]
fn loops_and_parallel_block_arguments() {
    // Fibonacci: the two parameters are exchanged at each turn.
    let program = parse(
        "global func @f(i32) -> (i32) {
b0(v0: i32):
  v1 = const 0
  v2 = const 1
  jump b1(v0, v1, v2)
b1(v3: i32, v4: i32, v5: i32):
  branch v3, b2, b3
b2:
  v6 = add v4, v5
  v7 = sub v3, v2
  jump b1(v7, v5, v6)
b3:
  return v4
}",
    );
    assert_eq!(run(&program, &[10]), Ok(words(&[55])));
    assert_eq!(run(&program, &[0]), Ok(words(&[0])));
    assert_eq!(run(&program, &[-1]), Err(Halt::OutOfFuel));
}

#[test]
fn recursion_is_limited_and_needs_no_native_stack() {
    let program = parse(
        "global func @f(i32) -> (i32) {
  slot0: size 12, align 8
b0(v0: i32):
  v1 = slot_addr slot0 + 4
  store.i32 stack[v1], v0
  branch v0, b1, b2
b1:
  v2 = const 1
  v3 = sub v0, v2
  v4 = call @f(v3): (i32) -> (i32)
  v5 = load.i32 stack[v1]
  v6 = add v4, v5
  return v6
b2:
  return v0
}",
    );
    assert_eq!(run(&program, &[9000]), Ok(words(&[9000 * 9001 / 2])));
    assert_eq!(run(&program, &[20_000]), Err(Halt::CallDepth));
}

#[test]
fn memory_of_every_width() {
    let program = parse(
        "local data @d size 16 align 8 {
  bytes 0 \"80ff7f01\"
}
local const @c size 4 align 4
global func @f(i32) -> (i32, i32, i32, i32, i32) {
b0(v0: i32):
  v1 = symbol_addr @d + 4
  store.i16 memory0[v1], v0
  store.i8 memory0[v1 + 2], v0
  v2 = load.s8 memory0[v1 - 4]
  v3 = load.u8 memory0[v1 - 4]
  v4 = load.s16 memory0[v1 - 4]
  v5 = load.u16 memory0[v1 - 3]
  v6 = load.i32 memory0[v1]
  return v2, v3, v4, v5, v6
}
global func @write(i32) -> () {
b0(v0: i32):
  v1 = symbol_addr @c
  store.i32 const[v1], v0
  return
}
global func @beyond() -> (f64) {
b0:
  v1 = symbol_addr @d
  v2 = load.f64 memory0[v1 + 12]
  return v2
}
global func @unaligned() -> (f32) {
b0:
  v1 = symbol_addr @d
  v2 = load.f32 memory0[v1 + 2]
  return v2
}",
    );
    let expected = [-128, 128, -128, 0x7fff, 0x44_3344];
    assert_eq!(run(&program, &[0x1122_3344]), Ok(words(&expected)));
    let mut interpreter = Interpreter::new(&program).unwrap();
    let mut call = |name, args: &[Val]| {
        let id = program.find(name).unwrap();
        interpreter.call(id, args, &mut NoHost)
    };
    assert!(matches!(call("write", &words(&[1])), Err(Halt::BadAddress(_))));
    let d = 0x2000_0000;
    assert_eq!(call("beyond", &[]), Err(Halt::BadAddress(BadAddress(d + 12))));
    assert_eq!(call("unaligned", &[]), Err(Halt::Unaligned(d + 2)));
}

#[test]
fn floats_keep_their_bits() {
    let program = parse(
        "global func @f(i32, i32) -> (f64, f32, i32) {
b0(v0: i32, v1: i32):
  v2 = f64_from_bits v0, v1
  v3 = f32_from_bits v1
  v4 = f64.const 0x7ff4000000000001
  v5 = select.f64 v0, v4, v2
  v6 = f64_hi v5
  return v5, v3, v6
}",
    );
    let nan = 0x7ff4_0000_0000_0001;
    let result = run(&program, &[1, 0x7f80_0001]);
    assert_eq!(result, Ok(vec![Val::F64(nan), Val::F32(0x7f80_0001), Val::I32(0x7ff4_0000)]));
    let result = run(&program, &[0, 5]);
    assert_eq!(result, Ok(vec![Val::F64(5 << 32), Val::F32(5), Val::I32(5)]));
}

#[test]
fn traps_name_their_place() {
    let program = parse(
        "loc 1 = @f + 7
global func @f(i32) -> (i32) {
b0(v0: i32):
  trap_if v0, division_by_zero !1
  v1 = udiv v0, v0
  switch v0, [b1], b1
b1:
  trap unreachable
}",
    );
    let f = program.find("f").unwrap();
    let mut interpreter = Interpreter::new(&program).unwrap();
    let trap = interpreter.call(f, &words(&[3]), &mut NoHost);
    assert_eq!(trap, Err(Halt::Trap(TrapCode::DivisionByZero)));
    assert_eq!(interpreter.halted_at(), Some((f, synth_ir::SourceLoc(1))));
    assert_eq!(interpreter.call(f, &words(&[0]), &mut NoHost), Err(Halt::Division));
    let wrong = interpreter.call(f, &[Val::F32(0)], &mut NoHost);
    assert_eq!(wrong, Err(Halt::Signature("f".into())));
}

#[test]
fn calls_go_through_addresses_aliases_and_the_host() {
    struct Doubler(Vec<String>);
    impl Host for Doubler {
        fn call(
            &mut self,
            name: &str,
            signature: &Signature,
            args: &[Val],
            memory: &mut Memory,
        ) -> Result<Vec<Val>, Halt> {
            self.0.push(format!("{name}{signature}"));
            match args {
                [Val::I32(a), Val::I32(b)] => {
                    memory.store(*b as u32, 4, 77)?;
                    Ok(words(&[a * 2]))
                }
                _ => Err(Halt::Trap(TrapCode::Unreachable)),
            }
        }
    }
    let program = parse(
        "global undefined func @host
global undefined data @cell
weak undefined func @missing
global alias @g = @f
local const @table size 12 align 4 {
  ref 0 @g
  ref 4 @host
  ref 8 @missing
}
global func @f(i32, i32) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = symbol_addr @table
  v3 = add v2, v0
  v4 = load.i32 const[v3]
  v5 = symbol_addr @cell
  v6 = call_indirect v4(v1, v5): (i32, i32) -> (i32)
  v7 = load.i32 global[v5]
  v8 = add v6, v7
  return v8
}",
    );
    let f = program.find("f").unwrap();
    assert_eq!(Interpreter::new(&program).err(), Some(LayoutError::Undefined("cell".into())));
    let cell = External { name: "cell", address: 0xf000_0000, size: 4 };
    let mut interpreter = Interpreter::with_externals(&program, &[cell]).unwrap();
    let mut host = Doubler(vec![]);
    let mut call = |args: &[i32]| interpreter.call(f, &words(args), &mut host);
    assert_eq!(call(&[4, 5]), Ok(words(&[87])));
    // The callee runs with (4, &cell), so it calls the host with (&cell, &cell).
    assert_eq!(call(&[0, 4]), Ok(words(&[0xe000_0000_u32 as i32 + 77 + 77])));
    assert_eq!(call(&[8, 4]), Err(Halt::BadCall(0)));
    assert_eq!(host.0, ["host(i32, i32) -> (i32)"; 2]);
    assert_eq!(interpreter.memory().load(0xf000_0000, 4), Ok(77));
    let odd = interpreter.address(f);
    assert_eq!((odd & 1, interpreter.address(program.find("g").unwrap())), (1, odd));
}

#[test]
fn wrong_signatures_are_refused() {
    let program = parse(
        "global func @f(i32) -> (i32) {
b0(v0: i32):
  v1 = symbol_addr @f
  v2, v3 = call_indirect v1(v0): (i32) -> (i64)
  return v2
}",
    );
    assert!(matches!(run(&program, &[0]), Err(Halt::BadCall(_))));
}

#[test]
fn the_runtime_library_divides() {
    let program = parse(
        "global undefined func @__aeabi_ldivmod
global func @f(i32, i32, i32, i32) -> (i64, i64) {
b0(v0: i32, v1: i32, v2: i32, v3: i32):
  v4, v5, v6, v7 = call @__aeabi_ldivmod(v0, v1, v2, v3): (i64, i64) -> (i64, i64) helper
  return v4, v5, v6, v7
}",
    );
    assert_eq!(run(&program, &[-7, -1, 2, 0]), Ok(words(&[-3, -1, -1, -1])));
    assert_eq!(run(&program, &[0, i32::MIN, -1, -1]), Ok(words(&[0, i32::MIN, 0, 0])));
    assert_eq!(run(&program, &[1, 0, 0, 0]), Err(Halt::Division));
}

#[test]
fn large_zeroed_data_is_cheap_and_initialisers_run() {
    let program = parse(
        "local data @big size 2147483648 align 65536
local init_array @init size 4 align 4 {
  ref 0 @start
}
local func @start() -> () {
b0:
  v0 = symbol_addr @big
  v1 = const -1
  store.i8 memory0[v0 + 2147483647], v1
  return
}
global func @f() -> (i32) {
b0:
  v0 = symbol_addr @big - 2147483648
  v1 = load.u8 memory0[v0 - 1]
  return v1
}",
    );
    let mut interpreter = Interpreter::new(&program).unwrap();
    interpreter.run_initialisers(&mut NoHost).unwrap();
    let f = program.find("f").unwrap();
    assert_eq!(interpreter.call(f, &[], &mut NoHost), Ok(words(&[255])));
}

#[test]
fn atomic_accesses() {
    let program = parse(
        "local data @cell size 16 align 8 {
  bytes 0 \"f0ff00000500000001\"
}

global func @f(i32) -> (i32, i32, i32, i32, i32) {
b0(v0: i32):
  v1 = symbol_addr @cell
  v2 = atomic.add.u8 memory0[v1], v0
  v3 = atomic.cmpxchg.u16 memory0[v1 + 4], v2, v0
  v4 = atomic.cmpxchg.u16 memory0[v1 + 4], v3, v0
  fence
  v5 = mask_interrupts
  restore_interrupts v5
  v6, v7 = atomic.xchg.i64 memory0[v1], v0, v3
  atomic.store.u16 memory0[v1 + 6], v2
  v8 = load.i32 memory0[v1 + 4]
  return v2, v4, v6, v7, v8
}

local func @odd(i32) -> (i32) {
b0(v0: i32):
  v1 = symbol_addr @cell
  v2 = add v1, v0
  v3 = atomic.load.u16 memory0[v2]
  return v3
}",
    );
    assert_eq!(run(&program, &[0x20]), Ok(words(&[0xf0, 5, 0xff10, 0x20, 0xf0_0005])));
    let mut interpreter = Interpreter::new(&program).unwrap();
    let odd = program.find("odd").unwrap();
    let mut call = |offset| interpreter.call(odd, &words(&[offset]), &mut NoHost);
    assert_eq!(call(8), Ok(words(&[1])));
    assert!(matches!(call(1), Err(Halt::BadAddress(_))));
}

/// Tail calls take the place of their function: no depth, no stack.
#[test]
fn tail_calls_take_constant_space() {
    let program = parse(
        "\
global func @f(i32, i32) -> (i32) {
  slot0: size 64, align 8
b0(v0: i32, v1: i32):
  branch v0, b1, b2
b1:
  v2 = const -1
  v3 = add v0, v2
  v4 = symbol_addr @g
  tail_call_indirect v4(v3, v1, v1): (i32, i32, i32) -> (i32)
b2:
  return v1
}

global func @g(i32, i32, i32) -> (i32) {
  slot0: size 128, align 16
b0(v0: i32, v1: i32, v2: i32):
  v3 = const 1
  v4 = add v2, v3
  tail_call @f(v0, v4): (i32, i32) -> (i32)
}
",
    );
    let mut interpreter = Interpreter::new(&program).unwrap();
    interpreter.set_max_depth(1);
    let f = program.find("f").unwrap();
    let result = interpreter.call(f, &words(&[100_000, 5]), &mut NoHost);
    assert_eq!(result, Ok(words(&[100_005])));
}
