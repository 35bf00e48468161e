//! Images start, fill memory, run and report traps on every built-in board.

mod common;

use common::{Fixture, emulate, everything, run, scratch};
use synth_ir::{DataKind, Definition, Linkage, Source, TrapCode};
use synth_object::{Board, Fill, Image, ImageError, ImageOptions, Object, ObjectOptions, link};
use synth_thumb::{RelocKind, TrapSite};

fn options(entry: &str) -> ImageOptions {
    ImageOptions { entry: Some(entry.to_string()), entry_status: true, ..ImageOptions::default() }
}

fn board(name: &str) -> Board {
    Board::built_in(name).unwrap()
}

/// The object for every board, all of which run Armv7-M code.
fn object(f: &Fixture) -> Object {
    f.object("cortex-m3", &ObjectOptions::default())
}

/// What the program of [`everything`] needs from its host.
fn host() -> Fixture {
    let mut f = Fixture::new();
    // adds r0, #1; bx lr
    f.function("host_add_one", Linkage::Global, &[0x3001, 0x4770]);
    f.data("host_value", Linkage::Global, DataKind::Variable, &[7, 0, 0, 0, 8, 0, 0, 0]);
    f
}

/// [`everything`] with a function that adds up what it computes.
fn program() -> Fixture {
    let mut f = everything();
    let id = |name| f.program.find(name).unwrap();
    let callees = ["count", "call_helpers", "call_host", "call_maybe"].map(id);
    let zeros = id("zeros");
    // push {r4, lr}; bl count; mov r4, r0; bl call_helpers; add r4, r0;
    // movs r0, #40; bl call_host; add r4, r0; movs r0, #3; bl call_maybe;
    // add r4, r0; movw r3, #:lower16:zeros; movt; ldr r0, [r3]; add r0, r4;
    // pop {r4, pc}
    f.function(
        "sum",
        Linkage::Global,
        &[
            0xb510, 0xf7ff, 0xfffe, 0x4604, 0xf7ff, 0xfffe, 0x4404, 0x2028, 0xf7ff, 0xfffe, 0x4404,
            0x2003, 0xf7ff, 0xfffe, 0x4404, 0xf240, 0x0300, 0xf2c0, 0x0300, 0x6818, 0x4420, 0xbd10,
        ],
    );
    for (offset, callee) in [2, 8, 16, 24].into_iter().zip(callees) {
        f.reloc(offset, RelocKind::ThmCall, callee, 0);
    }
    f.reloc(30, RelocKind::ThmMovwAbsNc, zeros, 0);
    f.reloc(34, RelocKind::ThmMovtAbs, zeros, 0);
    f
}

/// count() 6, call_helpers() 0x21, call_host(40) 42, call_maybe(3) 3 and the
/// constructor's 42 in zeros[0].
const SUM: i32 = 6 + 0x21 + 42 + 3 + 42;

fn run_image(test: &str, image: &Image, machine: &str) -> (Option<i32>, String) {
    let dir = scratch(&format!("image-{test}-{machine}"));
    std::fs::write(dir.join("image.elf"), image.to_elf().unwrap()).unwrap();
    emulate(&dir, machine, "image.elf")
}

#[test]
fn starts_runs_and_exits_on_every_board() {
    let objects = [object(&program()), object(&host())];
    for name in Board::names() {
        for gc_sections in [true, false] {
            let options = ImageOptions { gc_sections, ..options("sum") };
            let image = link(&objects, &board(name), &options).unwrap();
            assert_eq!(run_image("start", &image, name), (Some(SUM), String::new()), "{name}");
            assert_eq!(image.symbol("unused").is_some(), !gc_sections);
        }
    }
}

#[test]
fn without_entry_function_or_result_the_status_is_zero() {
    let objects = [object(&program()), object(&host())];
    let no_entry = ImageOptions { entry: None, ..options("") };
    let no_status = ImageOptions { entry_status: false, ..options("sum") };
    for options in [no_entry, no_status] {
        let image = link(&objects, &board("mps2-an385"), &options).unwrap();
        assert_eq!(run_image("zero", &image, "mps2-an385").0, Some(0));
    }
}

/// The raw contents of flash are what objcopy makes of the ELF file.
#[test]
fn raw_binary_equals_objcopy() {
    let objects = [object(&program()), object(&host())];
    let image = link(&objects, &board("mps2-an505"), &options("sum")).unwrap();
    let dir = scratch("image-bin");
    std::fs::write(dir.join("image.elf"), image.to_elf().unwrap()).unwrap();
    let objcopy = ["-O", "binary", "--gap-fill=0xff", "image.elf", "image.bin"];
    run(&dir, "arm-none-eabi-objcopy", &objcopy);
    assert_eq!(std::fs::read(dir.join("image.bin")).unwrap(), image.to_bin());
    assert_eq!(image.flash_used() as usize, image.to_bin().len());
    let warnings = run(&dir, "arm-none-eabi-readelf", &["-aW", "image.elf"]);
    assert!(!warnings.contains("Warning"), "{warnings}");
}

/// A function of that code as the whole program.
fn alone(code: &[u16]) -> Fixture {
    let mut f = Fixture::new();
    f.function("main", Linkage::Global, code);
    f
}

fn report(test: &str, f: &Fixture, machine: &str) -> (Option<i32>, String) {
    let image = link(&[object(f)], &board(machine), &options("main")).unwrap();
    run_image(test, &image, machine)
}

#[test]
fn traps_are_reported_with_function_and_place() {
    // movs r0, #1; b.w guard
    let mut f = everything();
    f.function("main", Linkage::Global, &[0x2001, 0xf7ff, 0xbffe]);
    let guard = f.program.find("guard").unwrap();
    f.reloc(2, RelocKind::ThmJump24, guard, 0);
    let line = "trap: out_of_bounds_memory in function \"guard\" at wasm offset 0x1234";
    for name in Board::names() {
        let objects = [object(&f), object(&host())];
        let image = link(&objects, &board(name), &options("main")).unwrap();
        let status = 128 + i32::from(TrapCode::MemoryOutOfBounds.number());
        assert_eq!(run_image("trap", &image, name), (Some(status), format!("{line}\n")));
        let address = image.symbol("guard").unwrap().value + 4;
        let host_side: Vec<_> = image.traps_at(address).map(|t| t.to_string()).collect();
        assert_eq!(host_side, [line]);
    }
}

/// Two sites share a trap instruction, one of them inlined from elsewhere.
#[test]
fn a_shared_trap_names_all_its_places() {
    // nop; udf #4
    let mut f = alone(&[0xbf00, 0xde04]);
    // bx lr
    let inlined = f.function("näher \"bei\"", Linkage::Local, &[0x4770]);
    let main = f.program.find("main").unwrap();
    for (function, offset) in [(main, 0x10), (inlined, 0xfedcba98), (main, 0x2a)] {
        let source = Source { function: Some(function), offset, ..Source::default() };
        let loc = f.program.add_source(source);
        let trap = TrapSite { offset: 2, code: TrapCode::DivisionByZero, loc };
        f.codes[0].1.traps.push(trap);
    }
    let expected = "trap: division_by_zero in function \"main\" at wasm offset 0x10, \
                    or in function \"main\" at wasm offset 0x2a, \
                    or in function \"näher \"bei\"\" at wasm offset 0xfedcba98\n";
    let status = 128 + i32::from(TrapCode::DivisionByZero.number());
    assert_eq!(report("shared", &f, "mps2-an385"), (Some(status), expected.to_string()));
}

#[test]
fn stack_overflow_is_caught_and_named() {
    // push {r0-r7, lr}; bl main; pop {r0-r7, pc}
    let mut f = alone(&[0xb5ff, 0xf7ff, 0xfffe, 0xbdff]);
    let main = f.program.find("main").unwrap();
    f.reloc(2, RelocKind::ThmCall, main, 0);
    let status = 128 + i32::from(TrapCode::StackOverflow.number());
    for name in Board::names() {
        let expected = (Some(status), "trap: stack_overflow\n".to_string());
        assert_eq!(report("overflow", &f, name), expected, "{name}");
    }
}

#[test]
fn other_faults_are_reported_with_their_address() {
    // mov.w r0, #0xf0000000; ldr r0, [r0]; bx lr: no memory there
    let f = alone(&[0xf04f, 0x4070, 0x6800, 0x4770]);
    for name in Board::names() {
        let (status, text) = report("fault", &f, name);
        assert_eq!(status, Some(255), "{name}: {text}");
        let image = link(&[object(&f)], &board(name), &options("main")).unwrap();
        let address = image.symbol("main").unwrap().value + 4;
        assert!(text.starts_with("fault: status 0x"), "{name}: {text}");
        assert!(text.ends_with(&format!(" at address {address:#x}\n")), "{name}: {text}");
    }
}

/// A `udf` that no table names is still a trap.
#[test]
fn unknown_trap_is_reported_with_its_address() {
    // udf #200
    let f = alone(&[0xdec8]);
    let image = link(&[object(&f)], &board("mps2-an386"), &options("main")).unwrap();
    let address = image.symbol("main").unwrap().value;
    let text = format!("trap: unknown at address {address:#x}\n");
    assert_eq!(report("unknown", &f, "mps2-an386"), (Some((128 + 200) & 0xff), text));
}

/// The start code turns on the FPU of a CPU that has one.
#[test]
fn floats_run_where_there_is_a_unit() {
    // vmov.f32 s0, #3.0; vcvt.s32.f32 s0, s0; vmov r0, s0; bx lr
    let f = alone(&[0xeeb0, 0x0a08, 0xeebd, 0x0ac0, 0xee10, 0x0a10, 0x4770]);
    for name in ["mps2-an386", "mps2-an500", "mps2-an505"] {
        assert_eq!(report("float", &f, name), (Some(3), String::new()), "{name}");
    }
    assert_eq!(report("float", &f, "mps2-an385").0, Some(255), "a Cortex-M3 has none");
}

/// Code and data in extra memory: the second half of the board's RAM.
#[test]
fn regions_hold_sections_by_name() {
    let text = include_str!("../boards/mps2-an385.toml").replace(
        "[ram]\norigin = 0x20000000\nlength = 0x00400000",
        "[ram]\norigin = 0x20000000\nlength = 0x00200000",
    ) + "[[region]]\nname = 'fast'\norigin = 0x20200000\nlength = 0x00200000\nkind = 'ram'\n\
           sections = ['.ramfunc', '.fast']\n";
    let board = Board::parse(&text).unwrap();
    let mut f = Fixture::new();
    let value = f.data("value", Linkage::Local, DataKind::Variable, &[30, 0, 0, 0]);
    let zero = f.data("zero", Linkage::Local, DataKind::NoInit, &[]);
    if let Definition::Data(d) = &mut f.program.symbols[zero].def {
        d.kind = DataKind::Variable;
        d.size = 8;
    }
    f.program.symbols[value].section = Some(".fast.value".into());
    // movw r3, #:lower16:value; movt; ldr r0, [r3]; movw r3, zero; movt;
    // ldr r1, [r3]; adds r0, r0, r1; bx lr
    let main = f.function(
        "main",
        Linkage::Global,
        &[
            0xf240, 0x0300, 0xf2c0, 0x0300, 0x6818, 0xf240, 0x0300, 0xf2c0, 0x0300, 0x6819, 0x1840,
            0x4770,
        ],
    );
    f.program.symbols[main].section = Some(".ramfunc".into());
    for (at, symbol) in [(0, value), (10, zero)] {
        f.reloc(at, RelocKind::ThmMovwAbsNc, symbol, 0);
        f.reloc(at + 4, RelocKind::ThmMovtAbs, symbol, 0);
    }
    let image = link(&[object(&f)], &board, &options("main")).unwrap();
    let section = image.sections.iter().find(|s| s.name == ".fast").unwrap();
    assert_eq!((section.address, section.fill), (0x2020_0000, Fill::Copy));
    assert!(image.symbol("main").unwrap().value >= 0x2020_0000);
    assert_eq!(run_image("region", &image, "mps2-an385"), (Some(30), String::new()));
}

#[test]
fn what_does_not_work_is_refused_by_name() {
    let f = program();
    let alone = link(&[object(&f)], &board("mps2-an385"), &options("sum")).unwrap_err();
    let message = alone.to_string();
    assert!(message.contains("'host_add_one' (used in .text.call_host)"), "{message}");
    // Reached only from what is left out.
    assert!(!message.contains("host_value"), "{message}");

    let main = self::alone(&[0x4770]);
    let link_main = |board: &Board, options: &ImageOptions| link(&[object(&main)], board, options);
    let no_entry = link_main(&board("mps2-an385"), &options("start")).unwrap_err();
    assert!(matches!(no_entry, ImageError::Undefined { .. }), "{no_entry}");
    let keep = ImageOptions { keep: vec!["start".into()], ..options("main") };
    let name = "start".to_string();
    assert_eq!(
        link_main(&board("mps2-an385"), &keep).unwrap_err(),
        ImageError::NoSuchSymbol { name }
    );
    let twice = link(&[object(&main), object(&main)], &board("mps2-an385"), &options("main"));
    assert_eq!(twice.unwrap_err(), ImageError::Duplicate { name: "main".into() });

    let mut small = board("mps2-an385");
    small.flash.length = 0x200;
    assert!(matches!(
        link_main(&small, &options("main")).unwrap_err(),
        ImageError::DoesNotFit { have: 0x200, .. }
    ));
    let m33 = main.object("cortex-m33", &ObjectOptions::default());
    assert!(matches!(
        link(&[m33], &board("mps2-an385"), &options("main")).unwrap_err(),
        ImageError::Cpu { .. }
    ));
    let mut reserved = self::alone(&[0x4770]);
    reserved.function("__stack_top", Linkage::Global, &[0x4770]);
    assert!(matches!(
        link(&[object(&reserved)], &board("mps2-an385"), &options("main")).unwrap_err(),
        ImageError::Reserved { .. }
    ));
}
