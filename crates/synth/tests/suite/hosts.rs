//! From the command line to a program that runs: objects linked with C by GNU
//! ld and lld, and images that no other tool has touched.

use std::path::Path;

use crate::tools::{SYNTH, emulate, repository, run, scratch, text, try_run};

/// What the heater of `examples/host` prints.
const HEATER: &str = "\
0 s: 20 degrees
10 s: 33 degrees
20 s: 41 degrees
30 s: 45 degrees
40 s: 47 degrees
50 s: 48 degrees
60 s: 49 degrees
";

#[test]
fn the_example_links_and_runs() {
    let dir = scratch("host");
    let script = repository("examples/host/build.sh").display().to_string();
    for linker in ["arm-none-eabi-ld", "ld.lld-19"] {
        // It names the tool's package if it is missing.
        run(&dir, linker, &["--version"]);
        for flags in ["", "--gc-sections"] {
            let mut command = std::process::Command::new(&script);
            command.arg(dir.join("out")).env("SYNTH", SYNTH).env("LD", linker);
            let output = command.env("LDFLAGS", flags).output().unwrap();
            let printed = text(&output);
            assert!(output.status.success(), "{linker} {flags}: {printed}");
            assert_eq!(printed, HEATER, "{linker} {flags}");
        }
    }
}

/// A module with one of everything that a linker sees, and a host in C.
#[test]
fn a_module_and_a_host_call_each_other() {
    let dir = scratch("linked");
    let tests = repository("crates/synth/tests/hosts");
    let source = |name: &str| tests.join(name).display().to_string();
    let board = |name: &str| repository("examples/host").join(name).display().to_string();
    let flags = ["-mcpu=cortex-m4", "-mthumb", "-O2", "-Wall", "-Werror", "-c"];
    for (c, o) in [(source("module.c"), "host.o"), (board("board.c"), "board.o")] {
        run(&dir, "arm-none-eabi-gcc", &[&flags[..], &[&c, "-o", o]].concat());
    }
    let gcc =
        run(&dir, "arm-none-eabi-gcc", &["-mcpu=cortex-m4", "-mthumb", "-print-libgcc-file-name"]);
    let newlib =
        run(&dir, "arm-none-eabi-gcc", &["-mcpu=cortex-m4", "-mthumb", "-print-file-name=libc.a"]);
    let script = format!("-T{}", board("board.ld"));
    for level in ["-O0", "-O1", "-O2", "-Os", "-Oz"] {
        let options =
            ["compile", &source("module.wat"), level, "--memory-max", "2", "-o", "module.o"];
        run(&dir, SYNTH, &options);
        for linker in ["arm-none-eabi-ld", "ld.lld-19"] {
            for gc in [&["--fatal-warnings"][..], &["--fatal-warnings", "--gc-sections"]] {
                let objects = ["host.o", "board.o", "module.o", newlib.trim(), gcc.trim()];
                let all = [gc, &[&script], &objects, &["-o", "all.elf"]].concat();
                run(&dir, linker, &all);
                let result = emulate(&dir, "mps2-an386", "all.elf");
                assert_eq!(result, (Some(0), "ok\n".to_string()), "{level} {linker} {gc:?}");
            }
        }
    }
}

/// Prefixes keep the data of modules apart; one starts by itself, one is told.
#[test]
fn two_modules_in_one_program() {
    let dir = scratch("two");
    let tests = repository("crates/synth/tests/hosts");
    let source = |name: &str| tests.join(name).display().to_string();
    let board = |name: &str| repository("examples/host").join(name).display().to_string();
    let flags = ["-mcpu=cortex-m4", "-mthumb", "-O2", "-Wall", "-Werror", "-c"];
    for (c, o) in [(source("two.c"), "host.o"), (board("board.c"), "board.o")] {
        run(&dir, "arm-none-eabi-gcc", &[&flags[..], &[&c, "-o", o]].concat());
    }
    for (name, init) in [("first", "array"), ("second", "symbol")] {
        let prefix = format!("{name}_");
        let input = source(&format!("{name}.wat"));
        run(&dir, SYNTH, &["compile", &input, "--prefix", &prefix, "--init", init]);
    }
    let library = ["-mcpu=cortex-m4", "-mthumb", "-print-libgcc-file-name"];
    let gcc = run(&dir, "arm-none-eabi-gcc", &library);
    let libc = ["-mcpu=cortex-m4", "-mthumb", "-print-file-name=libc.a"];
    let libc = run(&dir, "arm-none-eabi-gcc", &libc);
    let script = format!("-T{}", board("board.ld"));
    for linker in ["arm-none-eabi-ld", "ld.lld-19"] {
        let objects = ["host.o", "board.o", "first.o", "second.o", libc.trim(), gcc.trim()];
        let head = ["--fatal-warnings", "--gc-sections", &script, "-o", "all.elf"];
        run(&dir, linker, &[&head[..], &objects].concat());
        let result = emulate(&dir, "mps2-an386", "all.elf");
        assert_eq!(result, (Some(0), "ok\n".to_string()), "{linker}");
    }
}

fn image(dir: &Path, board: &str, entry: &str, level: &str, output: &str) {
    let inputs = repository("crates/synth/tests/hosts/image.wat").display().to_string();
    let options = ["compile", &inputs, "--emit", "image", "--board", board, "--entry", entry];
    run(dir, SYNTH, &[&options[..], &[level, "-o", output]].concat());
}

#[test]
fn images_run_and_report_on_every_board() {
    let dir = scratch("images");
    let custom = repository("examples/boards/stm32f405.toml").display().to_string();
    let boards = [
        ("mps2-an385", "mps2-an385"),
        ("mps2-an386", "mps2-an386"),
        ("mps2-an500", "mps2-an500"),
        ("mps2-an505", "mps2-an505"),
        (custom.as_str(), "netduinoplus2"),
    ];
    let trap = "trap: division_by_zero in function \"average\" at wasm offset 0x";
    for (board, machine) in boards {
        for level in ["-O0", "-Os"] {
            image(&dir, board, "main", level, "main.elf");
            assert_eq!(emulate(&dir, machine, "main.elf"), (Some(42), String::new()), "{board}");
            image(&dir, board, "quiet", level, "quiet.elf");
            assert_eq!(emulate(&dir, machine, "quiet.elf"), (Some(0), String::new()), "{board}");
            image(&dir, board, "fails", level, "fails.elf");
            let (status, text) = emulate(&dir, machine, "fails.elf");
            assert_eq!(status, Some(128 + 4), "{board}: {text}");
            assert!(text.starts_with(trap), "{board}: {text}");
        }
    }
}

#[test]
fn the_flash_contents_are_those_of_the_image() {
    let dir = scratch("bin");
    let input = repository("crates/synth/tests/hosts/image.wat").display().to_string();
    let options = ["--board", "mps2-an385", "--entry", "main"];
    for (kind, output) in [("image", "a.elf"), ("bin", "a.bin")] {
        let head = ["compile", &input, "--emit", kind, "-o", output];
        run(&dir, SYNTH, &[&head[..], &options].concat());
    }
    let objcopy = try_run(&dir, "arm-none-eabi-objcopy", &["-O", "binary", "a.elf", "b.bin"]);
    assert!(objcopy.status.success(), "{}", text(&objcopy));
    let read = |name: &str| std::fs::read(dir.join(name)).unwrap();
    assert!(read("a.bin") == read("b.bin"));
}
