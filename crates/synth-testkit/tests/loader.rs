//! The loader itself: links, calls in every shape, traps, unloading.

use std::cell::RefCell;

use synth_emu::{Board, FaultKind};
use synth_ir::AbiType::{F32, F64, I32, I64};
use synth_ir::{Program, Signature, SourceLoc, TrapCode};
use synth_testkit::{
    AbiVal, CallError, Imports, LoadError, Loader, ModuleId, Trap, compile, options,
};

fn try_load(loader: &mut Loader, text: &str, imports: &Imports) -> Result<ModuleId, LoadError> {
    let mut program = Program::parse(text).expect("the text parses");
    synth_ir::verify(&program).expect("the program is well formed");
    let codes = compile(&mut program, &options(loader.machine().board().cpu())).expect("compiles");
    loader.load(&program, &codes, imports)
}

fn load(loader: &mut Loader, text: &str) -> ModuleId {
    try_load(loader, text, &Imports::default()).expect("the program loads")
}

fn word(value: i32) -> AbiVal {
    AbiVal::I32(value)
}

#[test]
fn programs_link_with_each_other_and_the_host() {
    let seen = RefCell::new(vec![]);
    let mut loader = Loader::start(Board::Mps2An385).expect("QEMU starts");
    // More words than registers, pairs that are aligned, a result in memory.
    let signature = Signature::new([I32, I64, F32, F64, I32], [I32, I64]);
    loader
        .host("host", signature, |machine, args| {
            seen.borrow_mut().push(args.to_vec());
            let cell = machine.read_word(args[4].bits() as u32)?;
            Ok(vec![word(cell as i32), AbiVal::I64(-2)])
        })
        .expect("room");
    let first = load(
        &mut loader,
        "global data @cell size 8 align 4 {\n  bytes 4 \"2a\"\n  ref 0 @get\n}
global undefined func @host
global func @get(i32, i64, f32, f64) -> (i32, i64) {
b0(v0: i32, v1: i32, v2: i32, v3: f32, v4: f64):
  v5 = symbol_addr @cell + 4
  v6, v7, v8 = call @host(v0, v1, v2, v3, v4, v5): (i32, i64, f32, f64, i32) -> (i32, i64)
  return v6, v8, v7
}",
    );
    let args = [word(7), AbiVal::I64(1 << 40 | 3), AbiVal::F32(0x7fa0_0001), AbiVal::F64(5 << 50)];
    let signature = Signature::new([I32, I64, F32, F64], [I32, I64]);
    let results = loader.call(first, "get", &signature, &args).expect("returns");
    // The words of the second result are exchanged: -2 is fffffffe, ffffffff.
    assert_eq!(results, [word(42), AbiVal::I64(0xffff_fffe_ffff_ffff_u64 as i64)]);
    let cell = loader.address(first, "cell").expect("defined");
    assert_eq!(seen.borrow().concat(), [&args[..], &[word(cell as i32 + 4)]].concat());

    // Of two functions of one name the last loaded counts, unless one is bound.
    load(&mut loader, "global func @get() -> (i32) {\nb0:\n  v0 = const 1\n  return v0\n}");
    let user = "global undefined func @get
global undefined data @there
weak undefined func @missing
local const @table size 8 align 4 {\n  ref 0 @missing\n  ref 4 @there + 4\n}
global func @f(i32, i64, f32, f64) -> (i32, i64) {
b0(v0: i32, v1: i32, v2: i32, v3: f32, v4: f64):
  v6, v7, v8 = call @get(v0, v1, v2, v3, v4): (i32, i64, f32, f64) -> (i32, i64)
  v9 = symbol_addr @table
  v10 = load.i32 const[v9]
  v11 = load.i32 const[v9 + 4]
  return v6, v10, v11
}";
    let mut imports = Imports::default();
    imports.bind("get", loader.place(first, "get").expect("defined")).data("there", 0x1234);
    let user = try_load(&mut loader, user, &imports).expect("loads");
    let results = loader.call(user, "f", &signature, &args).expect("returns");
    assert_eq!(results, [word(42), AbiVal::I64(0x1238 << 32)]);
    assert_eq!(seen.borrow().len(), 2);
}

#[test]
fn traps_and_faults_are_told_apart() {
    let mut loader = Loader::start(Board::Mps2An505).expect("QEMU starts");
    let traps = |_: &mut synth_emu::Machine, _: &[AbiVal]| {
        Err(Trap::from(TrapCode::InvalidConversion).into())
    };
    loader.host("traps", Signature::default(), traps).expect("room");
    loader.host("fails", Signature::default(), |_, _| Err("no".into())).expect("room");
    let module = load(
        &mut loader,
        "loc 1 = @f + 7
global undefined func @traps
global undefined func @fails
global func @f(i32) -> (i32) {
b0(v0: i32):
  trap_if v0, division_by_zero !1
  return v0
}
global func @deep(i32) -> (i32) {
  slot0: size 16000, align 8
b0(v0: i32):
  v1 = slot_addr slot0
  store.i32 stack[v1], v0
  v2 = call @deep(v0): (i32) -> (i32)
  v3 = load.i32 stack[v1]
  v4 = add v2, v3
  return v4
}
global func @wild(i32) -> (i32) {
b0(v0: i32):
  v1 = load.i32 native[v0]
  return v1
}
global func @spin() -> () {
b0:
  jump b1
b1:
  jump b1
}
global func @host_traps() -> () {
b0:
  call @traps(): () -> ()
  return
}
global func @host_fails() -> () {
b0:
  call @fails(): () -> ()
  return
}",
    );
    let unary = Signature::new([I32], [I32]);
    let call = |loader: &mut Loader, name, arg: i32| {
        loader.call(module, name, &unary, &[word(arg)]).expect_err(name)
    };
    match call(&mut loader, "f", 3) {
        CallError::Trap(trap) => {
            assert_eq!(trap.code, TrapCode::DivisionByZero);
            assert_eq!((trap.function.as_deref(), trap.loc), (Some("f"), SourceLoc(1)));
        }
        other => panic!("{other}"),
    }
    assert_eq!(loader.call(module, "f", &unary, &[word(0)]).expect("returns"), [word(0)]);
    assert_eq!(call(&mut loader, "deep", 1).trap(), Some(TrapCode::StackOverflow));
    match call(&mut loader, "wild", 0x7fff_fff0) {
        CallError::Fault { fault, function } => {
            assert_eq!((fault.kind, function.as_deref()), (FaultKind::Unmapped, Some("wild")));
        }
        other => panic!("{other}"),
    }
    let none = Signature::default();
    assert_eq!(
        loader.call(module, "host_traps", &none, &[]).expect_err("traps").trap(),
        Some(TrapCode::InvalidConversion)
    );
    assert!(matches!(loader.call(module, "host_fails", &none, &[]), Err(CallError::Host(_))));
    assert!(matches!(loader.call(module, "nothing", &none, &[]), Err(CallError::Usage(_))));
    assert!(matches!(loader.call(module, "f", &unary, &[]), Err(CallError::Usage(_))));
    loader.timeout = std::time::Duration::from_millis(50);
    assert!(matches!(loader.call(module, "spin", &none, &[]), Err(CallError::Timeout)));
    assert_eq!(loader.call(module, "f", &unary, &[word(0)]).expect("returns"), [word(0)]);
}

#[test]
fn programs_are_unloaded() {
    let mut loader = Loader::start(Board::Mps2An386).expect("QEMU starts");
    let text = "global data @memory size 262144 align 8 {\n  bytes 8 \"0102\"\n}
comdat const @type size 1 align 1
global func @swap(i32, i32) -> (i32) {
b0(v0: i32, v1: i32):
  v2 = symbol_addr @memory
  v3 = add v2, v0
  v4 = load.u8 memory0[v3]
  store.i8 memory0[v3], v1
  return v4
}";
    let mut program = Program::parse(text).expect("parses");
    let codes = compile(&mut program, &options("cortex-m4")).expect("compiles");
    let load = |loader: &mut Loader| loader.load(&program, &codes, &Imports::default());
    let first = load(&mut loader).expect("room");
    let mark = loader.mark();
    let signature = Signature::new([I32, I32], [I32]);
    for round in 0..100 {
        let second = load(&mut loader).expect("room");
        let swap = |loader: &mut Loader, module, at, byte| {
            let args = [word(at), word(byte)];
            loader.call(module, "swap", &signature, &args).expect("returns")[0]
        };
        // Each load finds its data as written down, whatever was there before.
        assert_eq!(swap(&mut loader, second, 8, 77), word(1));
        assert_eq!(swap(&mut loader, second, 262143, 88), word(0));
        assert_eq!(
            swap(&mut loader, first, 9, round),
            word(if round == 0 { 2 } else { round - 1 })
        );
        assert_eq!(loader.address(first, "type"), loader.address(second, "type"));
        assert_ne!(loader.address(first, "swap"), loader.address(second, "swap"));
        loader.release(mark);
        assert_eq!(loader.mark(), mark);
    }
    let undefined = "global undefined func @no
global func @f() -> () {\nb0:\n  call @no(): () -> ()\n  return\n}";
    let error = try_load(&mut loader, undefined, &Imports::default()).expect_err("undefined");
    assert!(matches!(error, LoadError::Undefined(name) if name == "no"));
    let large = "global noinit @big size 33554432 align 4";
    let error = try_load(&mut loader, large, &Imports::default()).expect_err("too large");
    assert!(matches!(error, LoadError::Room { size: 0x200_0000, .. }));
    assert_eq!(loader.mark(), mark);
}

#[test]
fn initialisers_run_in_order() {
    let mut loader = Loader::start(Board::Mps2An500).expect("QEMU starts");
    let module = load(
        &mut loader,
        "local data @d size 4 align 4
local init_array @init size 8 align 4 {\n  ref 0 @twice\n  ref 4 @more\n}
local func @twice() -> () {
b0:
  v0 = symbol_addr @d
  v1 = load.i32 global[v0]
  v2 = add v1, v1
  store.i32 global[v0], v2
  return
}
local func @more() -> () {
b0:
  v0 = symbol_addr @d
  v1 = load.i32 global[v0]
  v2 = const 3
  v3 = add v1, v2
  store.i32 global[v0], v3
  return
}
global alias @half = @d + 2",
    );
    loader.initialise(module).expect("run");
    loader.initialise(module).expect("run");
    let d = loader.address(module, "d").expect("placed");
    assert_eq!(loader.machine().read_word(d).expect("readable"), 9);
    assert_eq!(loader.address(module, "half"), Some(d + 2));
}
