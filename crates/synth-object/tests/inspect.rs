//! Reports agree with readelf, on our objects and on those of gcc and clang.

mod common;

use std::path::Path;

use common::{everything, run, scratch};
use synth_object::inspect::{InspectError, Report};
use synth_object::{Board, ImageOptions, ObjectOptions, link};

fn read(path: &Path) -> Report {
    Report::read(&std::fs::read(path).unwrap()).unwrap()
}

/// Sections and symbols as `readelf -SsW` prints them.
fn readelf(dir: &Path, file: &str) -> (Vec<String>, Vec<(String, u32)>) {
    let text = run(dir, "arm-none-eabi-readelf", &["-SsW", file]);
    let mut sections = vec![];
    let mut symbols = vec![];
    for line in text.lines() {
        if let Some((number, row)) = line.split_once(']')
            && number.trim_start().starts_with('[')
            && let Some(name) = row.split_whitespace().next()
        {
            sections.push(name.to_string());
        }
        let columns: Vec<_> = line.split_whitespace().collect();
        if let [number, _, size, kind, _, _, _, name] = columns[..]
            && number.strip_suffix(':').is_some_and(|n| n.parse::<u32>().is_ok())
            && !matches!(kind, "SECTION")
            && !name.starts_with('$')
        {
            symbols.push((name.to_string(), size.parse().unwrap()));
        }
    }
    sections.retain(|name| {
        ![".symtab", ".strtab", ".shstrtab", "NULL", "Name"].contains(&name.as_str())
            && !name.starts_with(".rel.")
            && !name.starts_with(".rel.ARM")
    });
    (sections, symbols)
}

fn compare(dir: &Path, file: &str) {
    let report = read(&dir.join(file));
    let (sections, symbols) = readelf(dir, file);
    let ours: Vec<_> = report.sections.iter().map(|s| s.name.clone()).collect();
    assert_eq!(ours, sections, "{file}");
    let ours: Vec<_> = report.symbols.iter().map(|s| (s.name.clone(), s.size)).collect();
    assert_eq!(ours, symbols, "{file}");
}

#[test]
fn sections_and_symbols_agree_with_readelf() {
    let dir = scratch("inspect");
    let object = everything().object("cortex-m3", &ObjectOptions::default());
    std::fs::write(dir.join("ours.o"), object.write().unwrap()).unwrap();
    let c =
        "int g = 3; static int h[4]; extern int e(int); int f(int x) { return e(x + g) + h[x]; }";
    std::fs::write(dir.join("x.c"), c).unwrap();
    let gcc = ["-mcpu=cortex-m4", "-mthumb", "-Os", "-c", "x.c", "-o", "gcc.o"];
    run(&dir, "arm-none-eabi-gcc", &gcc);
    let clang = ["--target=thumbv7em-none-eabi", "-Os", "-c", "x.c", "-o", "clang.o"];
    run(&dir, "clang-19", &clang);
    for file in ["ours.o", "gcc.o", "clang.o"] {
        compare(&dir, file);
    }
    let gcc = read(&dir.join("gcc.o"));
    assert_eq!(gcc.undefined(), ["e"]);
    assert!(gcc.attributes.contains(&("CPU_arch".into(), "v7E-M".into())), "{gcc}");
    let ours = read(&dir.join("ours.o"));
    assert_eq!(ours.undefined(), ["host_add_one", "host_maybe", "host_value"]);
    let text = ours.to_string();
    for line in [
        "  .text.before_zeros+0x0: R_ARM_THM_MOVW_ABS_NC zeros -8\n",
        "  .text.call_host+0x2: R_ARM_THM_CALL host_add_one\n",
        "  CPU_name               cortex-m3\n",
        "  ABI_VFP_args           compatible\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

/// Also of a section that holds several functions, as clang writes it.
#[test]
fn objects_show_stack_use_and_traps() {
    let dir = scratch("inspect-stack");
    let mut f = everything();
    f.code().stack = 24;
    std::fs::write(
        dir.join("ours.o"),
        f.object("cortex-m3", &ObjectOptions::default()).write().unwrap(),
    )
    .unwrap();
    let ours = read(&dir.join("ours.o"));
    assert!(ours.stack.contains(&("call_host".into(), 8)), "{ours}");
    assert!(ours.stack.contains(&("unused".into(), 24)), "{ours}");
    let line = ".text.guard+0x4 trap: out_of_bounds_memory in function \"guard\"";
    assert!(ours.to_string().contains(line), "{ours}");
    let c =
        "void h(char *); void f(void) { char x[40]; h(x); } void g(void) { char x[100]; h(x); }";
    std::fs::write(dir.join("x.c"), c).unwrap();
    let clang = ["--target=thumbv7em-none-eabi", "-Os", "-fstack-size-section", "-c", "x.c"];
    run(&dir, "clang-19", &clang);
    let clang = read(&dir.join("x.o"));
    let [(f, small), (g, large)] = &clang.stack[..] else { panic!("{clang}") };
    assert_eq!((f.as_str(), g.as_str()), ("f", "g"));
    assert!(*small >= 40 && *large >= 100, "{clang}");
}

#[test]
fn images_show_their_traps() {
    let mut f = common::Fixture::new();
    // udf #1
    let main = f.function("main", synth_ir::Linkage::Global, &[0xde01]);
    let loc = f.program.add_source(synth_ir::Source {
        function: Some(main),
        offset: 7,
        ..synth_ir::Source::default()
    });
    let code = synth_ir::TrapCode::Unreachable;
    f.code().traps.push(synth_thumb::TrapSite { offset: 0, code, loc });
    let object = f.object("cortex-m3", &ObjectOptions::default());
    let options = ImageOptions { entry: Some("main".into()), ..ImageOptions::default() };
    let mut board = Board::built_in("mps2-an385").unwrap();
    for semihosting in [true, false] {
        board.semihosting = semihosting;
        let image = link(std::slice::from_ref(&object), &board, &options).unwrap();
        let text = Report::read(&image.to_elf().unwrap()).unwrap().to_string();
        let line = "trap: unreachable in function \"main\" at wasm offset 0x7\n";
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn broken_files_are_errors() {
    assert!(matches!(Report::read(b"").unwrap_err(), InspectError::Elf(_)));
    let bytes = everything().object("cortex-m3", &ObjectOptions::default()).write().unwrap();
    let mut other = bytes.clone();
    other[18] = 3; // EM_386
    assert_eq!(Report::read(&other).unwrap_err(), InspectError::Machine);
    // Neither cut nor changed files may panic.
    for end in (0..bytes.len()).step_by(7) {
        let _ = Report::read(&bytes[..end]);
    }
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0xff;
        if let Ok(report) = Report::read(&changed) {
            let _ = report.to_string();
        }
    }
}
