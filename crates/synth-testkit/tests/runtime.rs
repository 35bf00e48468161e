//! `runtime/int.ir` against Rust's own operators, in the interpreter and on
//! emulated cores.

use synth_emu::Board;
use synth_ir::AbiType::{I32, I64};
use synth_ir::interp::{Interpreter, NoHost};
use synth_ir::{Convention, Program, Signature};
use synth_testkit::{AbiVal, Imports, Loader, ModuleId, Rng, compile, options};

const TEXT: &str = include_str!("../../../runtime/int.ir");

/// The part of [`Target`] that memory routines work on, in bytes.
const BUFFER: u32 = 320;

fn program() -> Program {
    let text = format!("{TEXT}\nglobal noinit @buffer size {BUFFER} align 8\n");
    let program = Program::parse(&text).expect("the text parses");
    synth_ir::verify(&program).expect("the program is well formed");
    program
}

/// What runs the routines.
trait Target {
    fn call(&mut self, name: &str, signature: &Signature, args: &[AbiVal]) -> Vec<AbiVal>;
    /// The address of the buffer.
    fn buffer(&self) -> u32;
    fn write(&mut self, bytes: &[u8]);
    fn read(&mut self) -> Vec<u8>;
}

impl Target for (&Program, Interpreter<'_>) {
    fn call(&mut self, name: &str, signature: &Signature, args: &[AbiVal]) -> Vec<AbiVal> {
        let symbol = self.0.find(name).expect("defined");
        let results = self.1.call(symbol, &AbiVal::flatten(args), &mut NoHost).expect("returns");
        AbiVal::unflatten(&signature.results, &results).expect("results of the signature")
    }
    fn buffer(&self) -> u32 {
        self.1.address(self.0.find("buffer").expect("defined"))
    }
    fn write(&mut self, bytes: &[u8]) {
        let at = self.buffer();
        self.1.memory_mut().write(at, bytes).expect("mapped");
    }
    fn read(&mut self) -> Vec<u8> {
        let mut bytes = vec![0; BUFFER as usize];
        self.1.memory().read(self.buffer(), &mut bytes).expect("mapped");
        bytes
    }
}

impl Target for (ModuleId, Loader<'_>) {
    fn call(&mut self, name: &str, signature: &Signature, args: &[AbiVal]) -> Vec<AbiVal> {
        self.1.call(self.0, name, signature, args).unwrap_or_else(|e| panic!("{name}{args:?}: {e}"))
    }
    fn buffer(&self) -> u32 {
        self.1.address(self.0, "buffer").expect("defined")
    }
    fn write(&mut self, bytes: &[u8]) {
        let at = self.buffer();
        self.1.machine().write(at, bytes).expect("mapped");
    }
    fn read(&mut self) -> Vec<u8> {
        let at = self.buffer();
        self.1.machine().read(at, BUFFER).expect("mapped")
    }
}

fn check_arithmetic(target: &mut dyn Target, rounds: usize) {
    let division =
        Signature { convention: Convention::Helper, ..Signature::new([I64, I64], [I64, I64]) };
    let product = Signature::new([I64, I64], [I64]);
    let mut rng = Rng::new(1);
    for round in 0..rounds {
        let (mut n, d) = (rng.doubleword(), rng.doubleword());
        if round % 4 == 0 {
            // Near a multiple of the divisor, where the last digit is decided.
            n = d.wrapping_mul(rng.doubleword() >> rng.below(64)).wrapping_sub(rng.bits() & 1);
        }
        let args = [AbiVal::I64(n as i64), AbiVal::I64(d as i64)];
        let pair = |q: i64, r: i64| [AbiVal::I64(q), AbiVal::I64(r)];
        let unsigned =
            pair(n.checked_div(d).unwrap_or(0) as i64, n.checked_rem(d).unwrap_or(n) as i64);
        assert_eq!(target.call("__aeabi_uldivmod", &division, &args), unsigned, "{n:#x} / {d:#x}");
        let (n, d) = (n as i64, d as i64);
        let signed = match d {
            0 => pair(0, n),
            _ => pair(n.wrapping_div(d), n.wrapping_rem(d)),
        };
        assert_eq!(target.call("__aeabi_ldivmod", &division, &args), signed, "{n:#x} / {d:#x}");
        let expected = [AbiVal::I64(n.wrapping_mul(d))];
        assert_eq!(target.call("__aeabi_lmul", &product, &args), expected, "{n:#x} * {d:#x}");
    }
}

fn words(values: &[u32]) -> Vec<AbiVal> {
    values.iter().map(|value| AbiVal::I32(*value as i32)).collect()
}

fn check_memory(target: &mut dyn Target, rounds: usize) {
    let base = target.buffer();
    let three = Signature::new([I32; 3], []);
    let mut rng = Rng::new(2);
    for round in 0..rounds {
        let mut bytes: Vec<u8> = (0..BUFFER).map(|_| rng.bits() as u8).collect();
        let size = if rng.one_in(2) { rng.below(9) } else { rng.below(70) };
        let (mut to, mut from) = (rng.below(80), rng.below(80));
        let suffix = ["", "4", "8"][round % 3];
        if round % 3 != 0 {
            (to, from) = (to & !(4 * (round % 3) - 1), from & !(4 * (round % 3) - 1));
        }
        target.write(&bytes);
        let args = words(&[base + to as u32, base + from as u32, size as u32]);
        let byte = rng.bits() as u32;
        let fill = words(&[base + to as u32, size as u32, byte]);
        let case = match round % 5 {
            0 | 1 => {
                target.call(&format!("__aeabi_memmove{suffix}"), &three, &args);
                bytes.copy_within(from..from + size, to);
                format!("memmove{suffix} {to} {from} {size}")
            }
            2 => {
                let apart = to + 160;
                let args = words(&[base + apart as u32, base + from as u32, size as u32]);
                target.call(&format!("__aeabi_memcpy{suffix}"), &three, &args);
                bytes.copy_within(from..from + size, apart);
                format!("memcpy{suffix} {apart} {from} {size}")
            }
            3 => {
                target.call(&format!("__aeabi_memset{suffix}"), &three, &fill);
                bytes[to..to + size].fill(byte as u8);
                format!("memset{suffix} {to} {size} {byte}")
            }
            _ => {
                let two = Signature::new([I32; 2], []);
                target.call(&format!("__aeabi_memclr{suffix}"), &two, &fill[..2]);
                bytes[to..to + size].fill(0);
                format!("memclr{suffix} {to} {size}")
            }
        };
        assert_eq!(target.read(), bytes, "{case}");
    }
}

#[test]
fn the_interpreter_agrees_with_rust() {
    let program = program();
    let mut target = (&program, Interpreter::new(&program).expect("fits"));
    target.1.set_fuel(u64::MAX);
    check_arithmetic(&mut target, 20_000);
    check_memory(&mut target, 3000);
}

#[test]
fn emulated_cores_agree_with_rust() {
    for board in [Board::Mps2An385, Board::Mps2An505] {
        let mut program = program();
        let codes = compile(&mut program, &options(board.cpu())).expect("compiles");
        let mut loader = Loader::start(board).expect("QEMU starts");
        // LDRD and LDM fault on unaligned addresses anyway; here all do.
        loader.trap_unaligned = true;
        let module = loader.load(&program, &codes, &Imports::default()).expect("loads");
        let mut target = (module, loader);
        check_arithmetic(&mut target, 3000);
        check_memory(&mut target, 3000);
    }
}
