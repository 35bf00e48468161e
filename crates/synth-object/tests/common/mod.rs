//! What the tests of this crate share: running tools, and a program whose
//! code is encoded by hand.
#![allow(dead_code, missing_docs)] // Each test file uses a part of it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use synth_ir::{
    Data, DataKind, DataReloc, Definition, Function, Linkage, Program, Signature, Source, SymbolId,
    TrapCode, Visibility,
};
use synth_object::{Object, ObjectOptions};
use synth_thumb::{Code, Cpu, Reloc, RelocKind, Span, TrapSite};

/// A fresh directory for a test's files.
pub fn scratch(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// The Debian package of a tool.
fn package(tool: &str) -> &'static str {
    match tool {
        t if t.starts_with("qemu") => "qemu-system-arm",
        t if t.starts_with("arm-none-eabi-gcc") => "gcc-arm-none-eabi libnewlib-arm-none-eabi",
        t if t.starts_with("arm-none-eabi") => "binutils-arm-none-eabi",
        t if t.starts_with("ld.lld") => "lld-19",
        t if t.starts_with("clang") => "clang-19",
        _ => "llvm-19",
    }
}

/// Runs a tool, whatever its exit status.
pub fn try_run(dir: &Path, tool: &str, args: &[&str]) -> Output {
    match Command::new(tool).args(args).current_dir(dir).output() {
        Ok(output) => output,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            panic!("{tool} is missing: apt-get install {}", package(tool))
        }
        Err(e) => panic!("{tool}: {e}"),
    }
}

pub fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Runs a tool that must succeed in silence about errors; its output.
pub fn run(dir: &Path, tool: &str, args: &[&str]) -> String {
    let output = try_run(dir, tool, args);
    assert!(output.status.success(), "{tool} {args:?}: {}", text(&output));
    text(&output)
}

pub fn cpu(name: &str) -> Cpu {
    name.parse().unwrap()
}

/// Runs an image in QEMU, for at most ten seconds; exit status and output.
pub fn emulate(dir: &Path, machine: &str, image: &str) -> (Option<i32>, String) {
    let qemu = ["10", "qemu-system-arm", "-M", machine, "-nographic", "-semihosting"];
    let output = try_run(dir, "timeout", &[&qemu[..], &["-kernel", image]].concat());
    let text = text(&output);
    assert!(
        output.status.code() != Some(127),
        "qemu-system-arm is missing: apt-get install qemu-system-arm"
    );
    (output.status.code(), text)
}

/// Bytes of halfwords.
pub fn halves(halves: &[u16]) -> Vec<u8> {
    halves.iter().flat_map(|h| h.to_le_bytes()).collect()
}

/// A program under construction, with the code of its functions.
#[derive(Default)]
pub struct Fixture {
    pub program: Program,
    pub codes: Vec<(SymbolId, Code)>,
}

impl Fixture {
    pub fn new() -> Self {
        Fixture { program: Program::new(), codes: vec![] }
    }

    /// A function with that code.
    pub fn function(&mut self, name: &str, linkage: Linkage, code: &[u16]) -> SymbolId {
        let body = Function::new(Signature::default());
        let id = self.program.add(name, linkage, Definition::Function(Box::new(body)));
        let spans = vec![(0, Span::Thumb)];
        self.codes.push((id, Code { bytes: halves(code), align: 2, spans, ..Code::default() }));
        id
    }

    /// The code of the function added last.
    pub fn code(&mut self) -> &mut Code {
        &mut self.codes.last_mut().unwrap().1
    }

    pub fn reloc(&mut self, offset: u32, kind: RelocKind, symbol: SymbolId, addend: i32) {
        self.code().relocs.push(Reloc { offset, kind, symbol, addend });
    }

    pub fn data(&mut self, name: &str, linkage: Linkage, kind: DataKind, bytes: &[u8]) -> SymbolId {
        let size = bytes.len() as u32;
        let data = Data { bytes: bytes.to_vec(), size, align: 4, kind, relocs: vec![] };
        self.program.add(name, linkage, Definition::Data(data))
    }

    pub fn data_reloc(&mut self, data: SymbolId, offset: u32, symbol: SymbolId, addend: i32) {
        match &mut self.program.symbols[data].def {
            Definition::Data(d) => d.relocs.push(DataReloc { offset, symbol, addend }),
            _ => panic!("no data"),
        }
    }

    pub fn undefined(&mut self, name: &str, linkage: Linkage) -> SymbolId {
        self.program.add(name, linkage, Definition::UndefinedFunction)
    }

    pub fn object(&self, cpu_name: &str, options: &ObjectOptions) -> Object {
        Object::from_program(&self.program, &self.codes, cpu(cpu_name), options).unwrap()
    }
}

/// A program with one of everything. `tests/hosts/everything.c` calls it and
/// checks what it returns.
pub fn everything() -> Fixture {
    use Linkage::{Comdat, Global, Local, Weak};
    let mut f = Fixture::new();
    let host = f.undefined("host_add_one", Global);
    let maybe = f.undefined("host_maybe", Weak);
    f.undefined("never_referenced", Global);
    let host_value = f.program.add("host_value", Global, Definition::UndefinedData);

    let counter = f.data("counter", Global, DataKind::Variable, &5u32.to_le_bytes());
    f.program.symbols[counter].visibility = Visibility::Hidden;
    let zeros = f.data("zeros", Global, DataKind::Variable, &[]);
    if let Definition::Data(d) = &mut f.program.symbols[zeros].def {
        (d.size, d.align) = (64, 16);
    }
    let kept = f.data("kept", Global, DataKind::NoInit, &[]);
    if let Definition::Data(d) = &mut f.program.symbols[kept].def {
        d.size = 8;
    }
    let alias = Definition::Alias { target: counter, offset: 0 };
    let alias = f.program.add("counter_alias", Global, alias);
    let alias = Definition::Alias { target: alias, offset: 2 };
    f.program.add("counter_high", Weak, alias);
    f.program.add("absolute", Global, Definition::Absolute(0x1234_5678));

    // movw r3, #:lower16:counter; movt r3, #:upper16:counter; ldr r0, [r3];
    // adds r0, #1; str r0, [r3]; bx lr
    f.function("count", Global, &[0xf240, 0x0300, 0xf2c0, 0x0300, 0x6818, 0x3001, 0x6018, 0x4770]);
    f.reloc(0, RelocKind::ThmMovwAbsNc, counter, 0);
    f.reloc(4, RelocKind::ThmMovtAbs, counter, 0);

    // Two local functions of one name: movs r0, #1 / #2; bx lr
    let one = f.function("helper", Local, &[0x2001, 0x4770]);
    let two = f.function("helper", Local, &[0x2002, 0x4770]);
    // push {r4, lr}; bl helper; mov r4, r0; bl helper; lsls r0, r0, #4;
    // orrs r0, r4; pop {r4, pc}
    f.function(
        "call_helpers",
        Global,
        &[0xb510, 0xf7ff, 0xfffe, 0x4604, 0xf7ff, 0xfffe, 0x0100, 0x4320, 0xbd10],
    );
    f.reloc(2, RelocKind::ThmCall, one, 0);
    f.reloc(8, RelocKind::ThmCall, two, 0);
    // push {r3, lr}; bl host_add_one; pop.w {r3, lr}; b.w host_add_one
    f.function("call_host", Global, &[0xb508, 0xf7ff, 0xfffe, 0xe8bd, 0x4008, 0xf7ff, 0xbffe]);
    f.reloc(2, RelocKind::ThmCall, host, 0);
    f.reloc(10, RelocKind::ThmJump24, host, 0);
    f.code().stack = 8;
    // push {r3, lr}; bl host_maybe; pop {r3, pc}
    f.function("call_maybe", Global, &[0xb508, 0xf7ff, 0xfffe, 0xbd08]);
    f.reloc(2, RelocKind::ThmCall, maybe, 0);
    // ldr r0, [pc, #0]; bx lr; .word host_maybe
    f.function("maybe_address", Global, &[0x4800, 0x4770, 0, 0]);
    f.reloc(4, RelocKind::Abs32, maybe, 0);
    f.code().spans.push((4, Span::Data));
    f.code().align = 4;
    // ldr r3, [pc, #4]; ldr r0, [r3]; bx lr; nop; .word table + 4
    f.function("table_entry", Global, &[0x4b01, 0x6818, 0x4770, 0xbf00, 4, 0]);
    f.code().spans.push((8, Span::Data));
    f.code().align = 4;
    let table_entry = f.codes.last().unwrap().0;
    let table = f.data("table", Local, DataKind::Const, &[0; 12]);
    f.codes.last_mut().unwrap().1.relocs.push(Reloc {
        offset: 8,
        kind: RelocKind::Abs32,
        symbol: table,
        addend: 4,
    });
    f.data_reloc(table, 0, one, 0);
    f.data_reloc(table, 4, host_value, 4);
    f.data_reloc(table, 8, table_entry, 0);
    // movw r0, #:lower16:(zeros - 8); movt; bx lr: negative addends
    f.function("before_zeros", Global, &[0xf64f, 0x70f8, 0xf6cf, 0x70f8, 0x4770]);
    f.reloc(0, RelocKind::ThmMovwAbsNc, zeros, -8);
    f.reloc(4, RelocKind::ThmMovtAbs, zeros, -8);
    // In a section of its own: movs r0, #7; bx lr
    let placed = f.function("placed", Global, &[0x2007, 0x4770]);
    f.program.symbols[placed].section = Some(".ramfunc".to_string());
    // movs r0, #9; bx lr
    f.function("shared", Comdat, &[0x2009, 0x4770]);

    // movw r3, #:lower16:zeros; movt; movs r2, #42; str r2, [r3]; bx lr
    let init = f.function("init", Local, &[0xf240, 0x0300, 0xf2c0, 0x0300, 0x222a, 0x601a, 0x4770]);
    f.reloc(0, RelocKind::ThmMovwAbsNc, zeros, 0);
    f.reloc(4, RelocKind::ThmMovtAbs, zeros, 0);
    let array = f.data("init_entry", Local, DataKind::InitArray, &[0; 4]);
    f.data_reloc(array, 0, init, 0);

    // cbnz r0, 1f; bx lr; 1: udf #2
    let guard = f.function("guard", Global, &[0xb900, 0x4770, 0xde02]);
    let loc =
        f.program.add_source(Source { function: Some(guard), offset: 0x1234, ..Source::default() });
    f.code().traps.push(TrapSite { offset: 4, code: TrapCode::MemoryOutOfBounds, loc });
    // Nothing refers to it: nop; bx lr
    f.function("unused", Global, &[0xbf00, 0x4770]);
    f
}
