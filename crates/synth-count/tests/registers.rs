//! The native model keeps every access of device registers and flags: what the
//! code of synth reads and writes there is, in order and width, what gcc's code
//! for the same C with `volatile` reads and writes.
//!
//! Nothing in a wasm object says which accesses are volatile.

use std::path::{Path, PathBuf};
use std::process::Command;

use synth_count::native::{LINKER, finish};
use synth_count::{Access, Call, Core, Counter, Error};

const FLAG: u32 = 0x2000_1000;
const BYTE_FLAG: u32 = 0x2000_1010;
const TEXT: u32 = 0x2000_2000;
const UART: u32 = 0x4000_1000;
const TIMER: u32 = 0x4000_2000;

/// A call: function, argument words, what registers give in turn.
type Case = (&'static str, &'static [u32], &'static [(u32, &'static [u32])]);

const CASES: [Case; 22] = [
    ("wait_for_flag", &[], &[(FLAG, &[0, 0, 0, 0, 7, 9])]),
    ("wait_for_flag", &[], &[(FLAG, &[1, 0])]),
    ("wait_for_byte", &[], &[(BYTE_FLAG, &[0, 1, 2, 2, 3, 0])]),
    ("two_writes_and_a_read", &[0x55], &[(UART + 8, &[3])]),
    ("read_modify_write", &[], &[(TIMER, &[0xff, 0x13, 5]), (TIMER + 4, &[4, 6])]),
    ("send", &[TEXT, 5], &[(UART + 4, &[0, 0, 2, 1, 3, 2, 0, 0, 0, 2, 2])]),
    ("receive", &[UART, TEXT + 64, 9], &[(UART + 4, &[1, 1, 3, 0]), (UART, &[65, 66, 67])]),
    ("same_twice", &[], &[]),
    ("read_twice", &[], &[(TIMER, &[10, 25])]),
    ("unused_reads", &[], &[(TIMER, &[1, 2])]),
    ("clear_status", &[UART], &[(UART + 4, &[0x1234])]),
    ("widths", &[], &[(TIMER + 4, &[0x8081_82ff]), (TIMER + 6, &[0xfff0]), (TIMER + 8, &[0x80])]),
    ("configure", &[UART, 0x12_3456], &[(UART + 4, &[4]), (UART + 8, &[8])]),
    ("wait_with_limit", &[3], &[(UART + 4, &[0])]),
    ("wait_with_limit", &[30], &[(UART + 4, &[0, 1, 2, 4, 8])]),
    ("order", &[9], &[(FLAG, &[5]), (TIMER, &[77])]),
    ("wide_register", &[0x1111_2222, 0x3333_4444], &[(UART + 16, &[1]), (UART + 20, &[2])]),
    ("drain", &[TIMER, 5], &[(TIMER, &[1, 2, 3, 4, 5, 6])]),
    (
        "through_pointer",
        &[TIMER, 0xff00, 0x4242],
        &[(TIMER, &[0x1111_1111, 6]), (TIMER + 12, &[9])],
    ),
    ("conditional", &[0], &[(UART, &[0])]),
    ("conditional", &[3], &[(TIMER, &[0])]),
    ("conditional", &[6], &[(TIMER, &[5])]),
];

fn contract(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contract").join(path)
}

/// Links an object, with the flags at their addresses.
fn link(dir: &Path, object: &Path) -> Counter {
    let elf = dir.join("program.elf");
    let mut ld = Command::new("arm-none-eabi-ld");
    ld.args(["-Ttext=0x10000", "-e", "wait_for_flag", "--no-warn-rwx-segments"]);
    ld.args([format!("--defsym=flag={FLAG:#x}"), format!("--defsym=byte_flag={BYTE_FLAG:#x}")]);
    finish(ld.arg(object).arg("-o").arg(&elf)).unwrap();
    let mut counter = Counter::new(Core::M3).unwrap();
    counter.load(&std::fs::read(elf).unwrap()).unwrap();
    counter
}

fn gcc(dir: &Path, define: &str) -> Counter {
    let object = dir.join("gcc.o");
    let mut gcc = Command::new(LINKER);
    gcc.args([
        "-mcpu=cortex-m3",
        "-mthumb",
        "-O2",
        "-fwrapv",
        "-fno-strict-aliasing",
        "-w",
        define,
        "-c",
    ]);
    finish(gcc.arg(contract("registers/registers.c")).arg("-o").arg(&object)).unwrap();
    link(dir, &object)
}

/// Two objects: the accesses are in functions of one, which are inlined into
/// the other's, constant addresses included.
const HELPERS: &str = "#include <stdint.h>
    void set_bits(volatile uint32_t *reg, uint32_t bits) { *reg |= bits; }
    void write_twice(volatile uint32_t *reg, uint32_t value) { *reg = value; *reg = value; }
    void discard(volatile uint32_t *reg) { (void)*reg; }
    uint32_t poll(volatile uint32_t *reg, uint32_t bit) { while (!(*reg & bit)) {} return *reg; }
    ";
const USER: &str = "#include <stdint.h>
    #define TIMER ((volatile uint32_t *)0x40002000)
    void set_bits(volatile uint32_t *reg, uint32_t bits);
    void write_twice(volatile uint32_t *reg, uint32_t value);
    void discard(volatile uint32_t *reg);
    uint32_t poll(volatile uint32_t *reg, uint32_t bit);
    uint32_t across(uint32_t x) {
        set_bits(TIMER, 1); set_bits(TIMER, 1); write_twice(TIMER, 7); write_twice(TIMER + 3, 0);
        discard(TIMER); discard(TIMER); uint32_t seen = poll(TIMER, 2) + poll(TIMER, 2);
        write_twice(TIMER, x); return seen + *TIMER; }
    ";

fn across_objects(dir: &Path, clang: &str, level: &str) -> (Counter, Counter) {
    let both = [("helpers", HELPERS), ("user", USER)];
    for (name, source) in both {
        std::fs::write(dir.join(format!("{name}.c")), source).unwrap();
        let mut command = Command::new("clang-19");
        command.args(["--target=wasm32", "-matomics", "-mbulk-memory", &format!("-O{clang}")]);
        command.arg("-c").arg(dir.join(format!("{name}.c")));
        finish(command.arg("-o").arg(dir.join(format!("{name}.wo")))).unwrap();
    }
    let object = dir.join("across.o");
    let mut synth = Command::new(env!("CARGO_BIN_EXE_synth-count"));
    synth.args(["synth", "compile", "--cpu", "cortex-m3", "--export", "across"]);
    synth.arg(format!("-O{level}")).args(["helpers.wo", "user.wo"].map(|name| dir.join(name)));
    finish(synth.arg("-o").arg(&object)).unwrap();
    let ours = link(dir, &object);
    let mut gcc = Command::new(LINKER);
    std::fs::write(dir.join("both.c"), [HELPERS, USER].concat()).unwrap();
    gcc.args(["-mcpu=cortex-m3", "-mthumb", "-O2", "-c"]).arg(dir.join("both.c"));
    finish(gcc.arg("-o").arg(&object)).unwrap();
    (ours, link(dir, &object))
}

#[test]
fn accesses_stay_where_functions_are_inlined_across_objects() {
    let dir = tempfile::tempdir().unwrap();
    let case: Case =
        ("across", &[0x55], &[(TIMER, &[0, 8, 5, 6, 0, 1, 2, 3, 4, 6, 7]), (TIMER + 12, &[9])]);
    for (clang, level) in [("s", "s"), ("2", "2"), ("2", "z"), ("0", "2"), ("0", "0")] {
        let (mut ours, mut native) = across_objects(dir.path(), clang, level);
        let expected = run(&mut native, &case).unwrap();
        assert!(expected.len() > 16, "{expected:x?}");
        let found = run(&mut ours, &case).unwrap();
        assert_eq!(found, expected, "clang -O{clang}, synth -O{level}");
    }
}

fn synth(dir: &Path, clang: &str, level: &str) -> Counter {
    let object = dir.join("synth.o");
    let mut synth = Command::new(env!("CARGO_BIN_EXE_synth-count"));
    synth.args(["synth", "compile", "--cpu", "cortex-m3", &format!("-O{level}")]);
    synth.arg(contract(&format!("wasm/registers.O{clang}.o"))).arg("-o").arg(&object);
    finish(&mut synth).unwrap();
    link(dir, &object)
}

/// Address, width, whether it is a store, value.
type Seen = (u32, u32, bool, u64);

/// The accesses of registers and flags; two words are what a core makes of LDRD.
fn seen(access: &Access) -> Vec<Seen> {
    let &Access { address, width, store, value, .. } = access;
    let watched = [UART..UART + 0x2000, FLAG..FLAG + 0x20];
    if !watched.iter().any(|range| range.contains(&address)) {
        return vec![];
    }
    match width {
        8 => vec![(address, 4, store, value & 0xffff_ffff), (address + 4, 4, store, value >> 32)],
        _ => vec![(address, width, store, value)],
    }
}

/// Runs a case: the accesses.
fn run(counter: &mut Counter, case: &Case) -> Result<Vec<Seen>, Error> {
    let (name, words, scripts) = *case;
    counter.write(UART, &[0; 0x2000]).unwrap();
    counter.write(FLAG, &[0; 0x20]).unwrap();
    counter.write(TEXT, b"hello, world").unwrap();
    for register in [FLAG, BYTE_FLAG, UART, UART + 4, UART + 8, UART + 16, UART + 20]
        .into_iter()
        .chain((0..4).map(|i| TIMER + 2 * i))
        .chain([TIMER + 12])
    {
        let given = scripts.iter().find(|(address, _)| *address == register);
        match given {
            Some((_, words)) => counter.script(register, words),
            None => counter.script(register, &[0]),
        }
    }
    let call = Call { trace: true, limit: 10_000, ..Call::words(words) };
    Ok(counter.call_symbol(name, &call)?.accesses.iter().flat_map(seen).collect())
}

/// What gcc's code for `volatile` accesses.
fn volatile(dir: &Path) -> Vec<Vec<Seen>> {
    let mut native = gcc(dir, "-DNATIVE");
    CASES.iter().map(|case| run(&mut native, case).unwrap()).collect()
}

#[test]
fn accesses_are_those_of_volatile_code() {
    let dir = tempfile::tempdir().unwrap();
    let expected = volatile(dir.path());
    assert_eq!(expected[0].len(), 6, "the flag is read until it is set, and once more");
    let mut failures = vec![];
    for (clang, level) in [("s", "s"), ("s", "0"), ("2", "2"), ("0", "0"), ("0", "s"), ("2", "1")] {
        let mut counter = synth(dir.path(), clang, level);
        for (case, expected) in CASES.iter().zip(&expected) {
            let accesses = run(&mut counter, case);
            if accesses.as_ref().ok() != Some(expected) {
                let way = format!("clang -O{clang}, synth -O{level}: {}", case.0);
                failures.push(format!("{way}\n  native {expected:x?}\n  synth  {accesses:x?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The comparison sees what a compiler does that takes registers for memory.
#[test]
fn without_volatile_the_accesses_differ() {
    let dir = tempfile::tempdir().unwrap();
    let mut plain = gcc(dir.path(), "-Dvolatile=");
    let expected = volatile(dir.path());
    let mut differs = |(case, expected): &(&Case, &Vec<Seen>)| {
        run(&mut plain, case).ok().as_ref() != Some(expected)
    };
    let different = CASES.iter().zip(&expected).filter(|pair| differs(pair)).count();
    assert!(different > 10, "{different} cases differ");
}
