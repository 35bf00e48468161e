//! Objects are linked with C hosts by GNU ld (through the gcc driver and
//! alone) and lld, with and without `--gc-sections`, and run under QEMU.

mod common;

use std::path::Path;

use common::{emulate, everything, run, scratch, text, try_run};
use synth_object::{LINKER_SNIPPET, ObjectOptions, TrapTable};

const HOSTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hosts");

/// Writes the object of [`everything`] and compiles its host.
fn build(dir: &Path, options: &ObjectOptions) {
    let object = everything().object("cortex-m3", options).write().unwrap();
    std::fs::write(dir.join("program.o"), object).unwrap();
    let host = format!("{HOSTS}/everything.c");
    run(
        dir,
        "arm-none-eabi-gcc",
        &["-mcpu=cortex-m3", "-mthumb", "-Os", "-ffreestanding", "-c", &host, "-o", "host.o"],
    );
}

/// Links with a tool, which must not warn, and runs the result.
fn link_and_run(dir: &Path, tool: &str, args: &[&str], gc: bool) {
    let script = format!("-T{HOSTS}/mps2.ld");
    let mut all = args.to_vec();
    let gc_flag = if tool.ends_with("gcc") { "-Wl,--gc-sections" } else { "--gc-sections" };
    if gc {
        all.push(gc_flag);
    }
    all.extend([script.as_str(), "host.o", "program.o", "-o", "image.elf"]);
    let output = run(dir, tool, &all);
    assert_eq!(output, "", "{tool} {gc}");
    assert_eq!(emulate(dir, "mps2-an385", "image.elf"), (Some(0), String::new()), "{tool} {gc}");
    let symbols = run(dir, "arm-none-eabi-nm", &["image.elf"]);
    assert_eq!(symbols.contains(" unused"), !gc, "{tool}: {symbols}");
    assert!(!symbols.contains("never_referenced"));
}

#[test]
fn gnu_ld_and_lld_link_and_the_result_runs() {
    let dir = scratch("link");
    let allocated = ObjectOptions { traps: TrapTable::Allocated, ..ObjectOptions::default() };
    let clean = ObjectOptions { orphan_clean: true, ..ObjectOptions::default() };
    for options in [ObjectOptions::default(), allocated, clean] {
        build(&dir, &options);
        for gc in [false, true] {
            link_and_run(&dir, "arm-none-eabi-ld", &["--fatal-warnings"], gc);
            link_and_run(&dir, "ld.lld-19", &["--fatal-warnings"], gc);
            let gcc = ["-mcpu=cortex-m3", "-mthumb", "-nostdlib", "-Wl,--fatal-warnings"];
            link_and_run(&dir, "arm-none-eabi-gcc", &gcc, gc);
        }
    }
}

/// With the linker snippet, or without the extra sections, no section is an
/// orphan.
#[test]
fn strict_linker_scripts() {
    let dir = scratch("strict");
    let script = format!("-T{HOSTS}/strict.ld");
    let clean = ObjectOptions { orphan_clean: true, ..ObjectOptions::default() };
    for (options, snippet, ok) in [
        (ObjectOptions::default(), LINKER_SNIPPET, true),
        (ObjectOptions::default(), "", false),
        (clean, "", true),
    ] {
        build(&dir, &options);
        std::fs::write(dir.join("synth.ld"), snippet).unwrap();
        for linker in ["arm-none-eabi-ld", "ld.lld-19"] {
            for gc in ["--gc-sections", "--no-gc-sections"] {
                let args = [gc, "--orphan-handling=error", &script, "host.o", "program.o"];
                let output = try_run(&dir, linker, &[&args[..], &["-o", "x.elf"]].concat());
                assert_eq!(output.status.success(), ok, "{linker} {gc} {}", text(&output));
            }
        }
    }
}
