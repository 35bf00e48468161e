//! Wasm objects as native objects: `tests/native/` holds C sources, the wasm
//! objects made of them, and their host. The host's checks are the expected
//! results; both linkers must accept what it is linked with.

use std::path::Path;

use crate::tools::{SYNTH, emulate, repository, run, scratch, text, try_run};

const GCC: &[&str] = &["-mcpu=cortex-m4", "-mthumb", "-O2", "-Wall", "-Werror"];

fn source(name: &str) -> String {
    repository("crates/synth/tests/native").join(name).display().to_string()
}

/// Compiles a C file of the host.
fn compile_host(dir: &Path, path: &str, flags: &[&str], output: &str) {
    run(dir, "arm-none-eabi-gcc", &[GCC, flags, &["-c", path, "-o", output]].concat());
}

fn library(dir: &Path, query: &str) -> String {
    run(dir, "arm-none-eabi-gcc", &[GCC, &[query]].concat()).trim().to_string()
}

/// Links objects with the host in each way, and runs the program.
fn link_and_run(dir: &Path, what: &str, hosts: &[&str], objects: &[&str]) {
    let script = format!("-T{}", source("host.ld"));
    let libraries =
        [library(dir, "-print-file-name=libc.a"), library(dir, "-print-libgcc-file-name")];
    let libraries: Vec<&str> = libraries.iter().map(String::as_str).collect();
    for linker in ["arm-none-eabi-ld", "ld.lld-19"] {
        for gc in [&["--fatal-warnings"][..], &["--fatal-warnings", "--gc-sections"]] {
            for host in hosts {
                let all = [&[*host, "board.o"], objects, &libraries, &["-o", "all.elf"]].concat();
                run(dir, linker, &[gc, &[&script], &all].concat());
                let result = emulate(dir, "mps2-an386", "all.elf");
                let place = format!("{what} {linker} {gc:?} {host}");
                assert_eq!(result, (Some(0), "ok\n".to_string()), "{place}");
            }
        }
    }
}

fn prepare(name: &str, host: &str) -> std::path::PathBuf {
    let dir = scratch(name);
    let board = repository("examples/host/board.c").display().to_string();
    compile_host(&dir, &board, &[], "board.o");
    compile_host(&dir, &source(host), &[], "host.o");
    dir
}

#[test]
fn objects_and_their_host_share_data_and_functions() {
    let dir = prepare("native", "host.c");
    compile_host(&dir, &source("host.c"), &["-DMAYBE"], "more.o");
    let names = ["sem", "statics", "pointers", "init"];
    for level in ["-O0", "-O1", "-O2", "-Os", "--pure-code"] {
        for name in names {
            let (input, output) = (source(&format!("{name}.wasm")), format!("{name}.o"));
            run(&dir, SYNTH, &["compile", &input, level, "-o", &output]);
        }
        let hosts: &[&str] = if level == "-Os" { &["host.o", "more.o"] } else { &["host.o"] };
        let objects = ["sem.o", "statics.o", "pointers.o", "init.o"];
        link_and_run(&dir, level, hosts, &objects);
    }
}

/// The same by way of `wasm-ld -r`, `wasm-ld --emit-relocs`, and our own
/// linking.
#[test]
fn linked_inputs_are_the_same_program() {
    let dir = prepare("native-linked", "host.c");
    compile_host(&dir, &source("host.c"), &["-DMAYBE"], "more.o");
    let separate = ["sem.wasm", "statics.wasm", "pointers.wasm", "init.wasm"].map(source);
    let separate: Vec<&str> = separate.iter().map(String::as_str).collect();
    let relocatable = source("relocatable.wasm");
    let finished = source("finished.wasm");
    for inputs in [&separate[..], &[&relocatable], &["--model", "native", &finished]] {
        run(&dir, SYNTH, &[&["compile", "-o", "module.o"], inputs].concat());
        link_and_run(&dir, inputs[inputs.len() - 1], &["host.o", "more.o"], &["module.o"]);
    }
}

/// Imports as symbols, as weak symbols that trap, and as numbers.
#[test]
fn imports_are_direct_renamed_weak_or_dispatched() {
    let dir = prepare("native-imports", "imports_host.c");
    let input = source("imports.wasm");
    let rename = ["--import-symbol", "kernel.mix=host_mix"];
    let direct = [&["compile", &input, "-o", "module.o"], &rename[..]].concat();
    run(&dir, SYNTH, &direct);
    link_and_run(&dir, "direct", &["host.o"], &["module.o"]);
    // The host lacks one that it does not use.
    compile_host(&dir, &source("imports_host.c"), &["-DLESS"], "less.o");
    run(&dir, SYNTH, &[&direct[..], &["--imports", "weak"]].concat());
    link_and_run(&dir, "weak", &["host.o", "less.o"], &["module.o"]);
    compile_host(&dir, &source("imports_host.c"), &["-DDISPATCH"], "dispatch.o");
    for level in ["-O0", "-Os"] {
        run(&dir, SYNTH, &[&direct[..], &["--imports", "dispatch", level]].concat());
        link_and_run(&dir, "dispatch", &["dispatch.o"], &["module.o"]);
    }
}

/// Addresses of a finished module that were guessed: each guess is listed.
#[test]
fn guessed_statics_are_listed() {
    let dir = prepare("native-guess", "guess_host.c");
    let input = source("guess.wasm");
    let options = ["compile", &input, "--model", "native", "-o", "module.o"];
    let refused = try_run(&dir, SYNTH, &options);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused).contains("--statics constants"), "{}", text(&refused));
    for level in ["-O0", "-Os"] {
        let options = [&options[..], &["--statics", "constants", level]].concat();
        let output = try_run(&dir, SYNTH, &options);
        let guesses = text(&output);
        assert!(output.status.success(), "{guesses}");
        // Two pointers to strings, and in functions at least one for each variable.
        assert_eq!(guesses.matches("guess: data at offset 0x").count(), 2, "{guesses}");
        for function in ["run", "sum", "local"] {
            let line = format!("guess: function `{function}` at offset 0x");
            assert!(guesses.contains(&line), "{guesses}");
        }
        link_and_run(&dir, level, &["host.o"], &["module.o"]);
    }
}
