//! Which definition wins in an image, in which order constructors run, and
//! what a board without semihosting does.

mod common;

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{Fixture, emulate, scratch};
use synth_ir::{DataKind, Linkage, SymbolId};
use synth_object::{Board, Image, ImageOptions, Object, ObjectOptions, link};
use synth_thumb::RelocKind;

fn object(f: &Fixture) -> Object {
    f.object("cortex-m3", &ObjectOptions::default())
}

fn image(objects: &[Object], semihosting: bool) -> Image {
    let mut board = Board::built_in("mps2-an385").unwrap();
    board.semihosting = semihosting;
    let options =
        ImageOptions { entry: Some("main".into()), entry_status: true, ..ImageOptions::default() };
    link(objects, &board, &options).unwrap()
}

fn status(test: &str, objects: &[Object]) -> Option<i32> {
    let dir = scratch(&format!("image-symbols-{test}"));
    std::fs::write(dir.join("x.elf"), image(objects, true).to_elf().unwrap()).unwrap();
    emulate(&dir, "mps2-an385", "x.elf").0
}

/// A function that returns a number: movs r0, #value; bx lr.
fn returns(f: &mut Fixture, name: &str, linkage: Linkage, value: u16) -> SymbolId {
    f.function(name, linkage, &[0x2000 | value, 0x4770])
}

/// `main`, which tail-calls a symbol.
fn main_calls(f: &mut Fixture, callee: SymbolId) {
    f.function("main", Linkage::Global, &[0xf7ff, 0xbffe]);
    f.reloc(0, RelocKind::ThmJump24, callee, 0);
}

#[test]
fn strong_definitions_win_and_of_equals_the_first() {
    use Linkage::{Comdat, Global, Weak};
    for (first, second, expected) in [
        (Weak, Global, 2),
        (Global, Weak, 1),
        (Weak, Weak, 1),
        (Comdat, Comdat, 1),
        (Comdat, Global, 2),
    ] {
        let mut a = Fixture::new();
        let pick = returns(&mut a, "pick", first, 1);
        main_calls(&mut a, pick);
        let mut b = Fixture::new();
        returns(&mut b, "pick", second, 2);
        assert_eq!(
            status("pick", &[object(&a), object(&b)]),
            Some(expected),
            "{first:?} {second:?}"
        );
    }
}

/// Each constructor appends its digit: `value = value * 4 + digit`.
#[test]
fn constructors_run_by_priority() {
    let mut f = Fixture::new();
    let value = f.data("value", Linkage::Local, DataKind::Variable, &[0; 4]);
    for (digit, section) in
        [(3, None), (2, Some(".init_array.200")), (1, Some(".init_array.00100"))]
    {
        // movw r3, #:lower16:value; movt; ldr r0, [r3]; lsls r0, r0, #2;
        // adds r0, #digit; str r0, [r3]; bx lr
        let code = [0xf240, 0x0300, 0xf2c0, 0x0300, 0x6818, 0x0080, 0x3000 | digit, 0x6018, 0x4770];
        let init = f.function("init", Linkage::Local, &code);
        f.reloc(0, RelocKind::ThmMovwAbsNc, value, 0);
        f.reloc(4, RelocKind::ThmMovtAbs, value, 0);
        let entry = f.data("entry", Linkage::Local, DataKind::InitArray, &[0; 4]);
        f.data_reloc(entry, 0, init, 0);
        f.program.symbols[entry].section = section.map(str::to_string);
    }
    // movw r3, #:lower16:value; movt; ldr r0, [r3]; bx lr
    f.function("main", Linkage::Global, &[0xf240, 0x0300, 0xf2c0, 0x0300, 0x6818, 0x4770]);
    f.reloc(0, RelocKind::ThmMovwAbsNc, value, 0);
    f.reloc(4, RelocKind::ThmMovtAbs, value, 0);
    assert_eq!(status("constructors", &[object(&f)]), Some((4 + 2) * 4 + 3));
}

/// Registers of a core that runs an image for a while, by the monitor.
fn registers(test: &str, image: &Image) -> Vec<u32> {
    let dir = scratch(&format!("image-symbols-{test}"));
    std::fs::write(dir.join("x.elf"), image.to_elf().unwrap()).unwrap();
    let mut qemu = Command::new("qemu-system-arm")
        .args(["-M", "mps2-an385", "-display", "none", "-serial", "none", "-monitor", "stdio"])
        .args(["-kernel", "x.elf"])
        .current_dir(&dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("qemu-system-arm: apt-get install qemu-system-arm");
    std::thread::sleep(Duration::from_millis(300));
    qemu.stdin.take().unwrap().write_all(b"info registers\nquit\n").unwrap();
    let output = qemu.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let register = |n: usize| {
        let (_, rest) = text.split_once(&format!("R{n:02}=")).unwrap_or_else(|| panic!("{text}"));
        u32::from_str_radix(&rest[..8], 16).unwrap()
    };
    (0..16).map(register).collect()
}

fn inside(image: &Image, name: &str, address: u32) -> bool {
    let symbol = image.symbol(name).unwrap();
    (symbol.value..symbol.value + symbol.size).contains(&address)
}

#[test]
fn without_semihosting_it_sleeps_after_the_exit_and_stops_at_a_fault() {
    let mut f = Fixture::new();
    let five = returns(&mut f, "five", Linkage::Local, 5);
    main_calls(&mut f, five);
    let image = self::image(&[object(&f)], false);
    let r = registers("sleep", &image);
    assert!(inside(&image, "__synth_exit", r[15]) && r[0] == 5, "{r:x?}");

    let mut f = Fixture::new();
    // nop; udf #1
    f.function("main", Linkage::Global, &[0xbf00, 0xde01]);
    let image = self::image(&[object(&f)], false);
    let r = registers("stop", &image);
    assert!(inside(&image, "__synth_fault", r[15]), "{r:x?}");
    assert_eq!(r[5], image.symbol("main").unwrap().value + 2, "{r:x?}");
    assert_eq!(r[6], 1 << 16, "UFSR.UNDEFINSTR: {r:x?}");
}
