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

/// Constant stack through two objects and the host, whose compiler jumps too.
#[test]
fn tail_calls_cross_objects_and_the_host() {
    let dir = prepare("native-tails", "tails_host.c");
    for level in ["-O0", "-O1", "-O2", "-Os", "--pure-code"] {
        for name in ["tails", "tails_other"] {
            let (input, output) = (source(&format!("{name}.wasm")), format!("{name}.o"));
            run(&dir, SYNTH, &["compile", &input, level, "-o", &output]);
        }
        link_and_run(&dir, level, &["host.o"], &["tails.o", "tails_other.o"]);
    }
    let both = ["tails.wasm", "tails_other.wasm"].map(source);
    run(&dir, SYNTH, &["compile", &both[0], &both[1], "-o", "tails.o"]);
    link_and_run(&dir, "linked", &["host.o"], &["tails.o"]);
}

/// What both linkers make of each relocation, as objdump reads it. The host's
/// function is at 0x8000 and its data at 0x20001230.
#[test]
fn linkers_fill_in_each_relocation() {
    let dir = scratch("native-forms");
    compile_host(&dir, &source("forms_host.c"), &[], "host.o");
    let pool = [
        "R_ARM_ABS32 host_data",
        "R_ARM_ABS32 host_function",
        "R_ARM_ABS32 absent",
        ".word 0x20001244",
        ".word 0x2001e6f0",
        ".word 0x00008001",
    ];
    let pair = [
        "R_ARM_THM_MOVW_ABS_NC host_data",
        "R_ARM_THM_MOVT_ABS host_data",
        "R_ARM_THM_MOVW_ABS_NC host_function",
        "R_ARM_THM_MOVT_ABS host_function",
        "R_ARM_THM_MOVW_ABS_NC absent",
        "R_ARM_THM_MOVT_ABS absent",
        "movw r0, #4676",
        "movt r0, #8192",
        "movw r0, #32769",
    ];
    // 30000 words are beyond the addend of a pair: two additions to what is.
    let pure = ["movw r0, #59120", "movt r0, #8191", "add.w r0, r0, #131072"];
    let pure = [&pair[..], &pure].concat();
    let always = ["R_ARM_THM_CALL host_function", "bl 8000 <host_function>"];
    for (options, expected) in
        [(&["-Os"][..], &pool[..]), (&["-O2"], &pair), (&["-Os", "--pure-code"], &pure)]
    {
        let input = source("forms.wasm");
        run(&dir, SYNTH, &[&["compile", &input, "-o", "forms.o"], options].concat());
        for linker in ["arm-none-eabi-ld", "ld.lld-19"] {
            let place = ["-e", "0", "-Ttext=0x8000", "--defsym=host_data=0x20001230"];
            run(&dir, linker, &[&place[..], &["host.o", "forms.o", "-o", "forms.elf"]].concat());
            let before = run(&dir, "arm-none-eabi-objdump", &["-dr", "forms.o"]);
            let after = run(&dir, "arm-none-eabi-objdump", &["-d", "forms.elf"]);
            // Pointers to functions have the Thumb bit.
            let data = run(&dir, "arm-none-eabi-objdump", &["-s", "-j", ".rodata", "forms.elf"]);
            let all = before + &after + &data;
            let words: Vec<&str> = all.split_whitespace().collect();
            let all = words.join(" ");
            for part in expected.iter().chain(&always) {
                assert!(all.contains(part), "{options:?} {linker}: no {part:?} in {all}");
            }
            assert!(all.contains(" 01800000 38120020 "), "{options:?} {linker}: {all}");
            let pools = after.contains(".word");
            assert_eq!(pools, !options.contains(&"--pure-code"), "{options:?} {linker}: {after}");
        }
    }
    let sections = run(&dir, "arm-none-eabi-readelf", &["-SW", "forms.o"]);
    let text: Vec<&str> = sections.lines().filter(|line| line.contains(" .text.")).collect();
    assert!(!text.is_empty() && text.iter().all(|line| line.contains(" AXy ")), "{sections}");
}

/// Sections have the names, types and flags that gcc gives them.
#[test]
fn sections_are_those_of_a_c_compiler() {
    let dir = scratch("native-sections");
    for name in ["statics", "init"] {
        let input = source(&format!("{name}.wasm"));
        run(&dir, SYNTH, &["compile", &input, "-o", &format!("{name}.o")]);
    }
    let read = |file| run(&dir, "arm-none-eabi-readelf", &["-SW", file]);
    let all = read("statics.o") + &read("init.o");
    let lines: Vec<Vec<&str>> =
        all.lines().map(|line| line.rsplit(']').next().unwrap_or("")).map(fields).collect();
    for (name, kind, flags, align) in [
        (".rodata.squares", "PROGBITS", "A", "2"),
        (".rodata.limit", "PROGBITS", "A", "4"),
        (".data.shared", "PROGBITS", "WA", "4"),
        (".data.odd", "PROGBITS", "WA", "1"),
        (".bss.calls", "NOBITS", "WA", "4"),
        (".bss.wide_buffer", "NOBITS", "WA", "64"),
        (".noinit", "NOBITS", "WA", "4"),
        ("registry", "PROGBITS", "WA", "4"),
        (".init_array", "INIT_ARRAY", "WA", "4"),
        (".init_array.00101", "INIT_ARRAY", "WA", "4"),
        (".init_array.00200", "INIT_ARRAY", "WA", "4"),
        (".fini_array", "FINI_ARRAY", "WA", "4"),
        (".fini_array.00150", "FINI_ARRAY", "WA", "4"),
    ] {
        let line = lines.iter().find(|line| line.first() == Some(&name));
        let line = line.unwrap_or_else(|| panic!("no {name}: {all}"));
        // Name, type, address, offset, size, entry size, flags, link, info, alignment.
        assert_eq!((line[1], line[6], line[9]), (kind, flags, align), "{name}");
    }
}

fn fields(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}
