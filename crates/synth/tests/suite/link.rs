//! Several wasm objects and archives as one program: the files of
//! `tests/link`, which `rebuild.sh` compiles to wasm, against the same sources
//! compiled natively.

use std::path::Path;

use synth::Options;
use synth_ir::{Data, DataReloc, Definition, Linkage, Program};
use synth_object::{Object, ObjectOptions};
use synth_opt::{Input, Problem, link};
use synth_testkit::Rng;

use crate::tools::{SYNTH, emulate, repository, run, scratch, text, try_run};

const GCC: &[&str] = &["-mcpu=cortex-m4", "-mthumb", "-O2", "-Wall", "-Werror"];

fn source(name: &str) -> String {
    repository("crates/synth/tests/link").join(name).display().to_string()
}

/// The host, start code and a linker script that sorts constructors.
fn prepare(dir: &Path, host: &str) {
    let board = repository("examples/host/board.c").display().to_string();
    for (c, o) in [(source(host), "host.o"), (board, "board.o")] {
        run(dir, "arm-none-eabi-gcc", &[GCC, &["-c", &c, "-o", o]].concat());
    }
    let script = std::fs::read_to_string(repository("examples/host/board.ld")).unwrap();
    let sorted = "KEEP(*(SORT_BY_INIT_PRIORITY(.init_array.*))) KEEP(*(.init_array))";
    let script = script.replace("KEEP(*(.init_array .init_array.*))", sorted);
    assert!(script.contains(sorted));
    std::fs::write(dir.join("board.ld"), script).unwrap();
}

/// Links objects with the host and runs the program.
fn output(dir: &Path, linker: &str, objects: &[&str], gc: bool) -> String {
    let gcc = run(dir, "arm-none-eabi-gcc", &[GCC, &["-print-libgcc-file-name"]].concat());
    let newlib = run(dir, "arm-none-eabi-gcc", &[GCC, &["-print-file-name=libc.a"]].concat());
    let gc: &[&str] = if gc { &["--gc-sections"] } else { &[] };
    let head = ["--fatal-warnings", "-Tboard.ld", "-o", "all.elf", "host.o", "board.o"];
    run(dir, linker, &[&head[..], gc, objects, &[newlib.trim(), gcc.trim()]].concat());
    let (status, printed) = emulate(dir, "mps2-an386", "all.elf");
    assert_eq!(status, Some(0), "{linker} {objects:?}: {printed}");
    printed
}

fn symbols(dir: &Path, object: &str) -> Vec<String> {
    let text = run(dir, "arm-none-eabi-nm", &["--format=posix", object]);
    let symbol = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_string(), words.next()?.to_string()))
    };
    text.lines().filter_map(symbol).map(|(name, kind)| format!("{kind} {name}")).collect()
}

#[test]
fn a_program_of_several_objects_is_what_gcc_makes() {
    let dir = scratch("link");
    prepare(&dir, "host.c");
    for (name, o) in [("shim.c", "shim-gcc.o"), ("library.c", "library-gcc.o")] {
        run(&dir, "arm-none-eabi-gcc", &[GCC, &["-c", &source(name), "-o", o]].concat());
    }
    let ld = "arm-none-eabi-ld";
    let expected = output(&dir, ld, &["shim-gcc.o", "library-gcc.o"], false);
    assert_eq!(expected.lines().next(), Some("1 2 3 4 5 "), "constructors in order");
    assert_eq!(expected.lines().last(), Some("103"));
    for level in ["-O0", "-O2", "-Os"] {
        // One object of all, with and without other names, and one of each.
        let (shim, archive) = (source("shim.o"), source("library.a"));
        let one = ["-o", "one.o", "--export", "apply", &shim, &archive];
        for rest in [
            &["-o", "all.o", &shim, &archive][..],
            &one,
            &["-o", "shim.o", &shim],
            &["-o", "library.o", &source("library.o")],
        ] {
            run(&dir, SYNTH, &[&["compile", level], rest].concat());
        }
        for (linker, gc) in [(ld, false), (ld, true), ("ld.lld-19", true)] {
            for objects in [&["all.o"][..], &["one.o"], &["shim.o", "library.o"]] {
                let printed = output(&dir, linker, objects, gc);
                assert_eq!(printed, expected, "{level} {linker} {objects:?} {gc}");
            }
        }
    }
    let all = symbols(&dir, "all.o");
    for (symbol, there) in [
        ("T policy", true),
        ("W policy", false),
        ("W fallback", true),
        ("w hook", true),
        ("w missing", true),
        ("U log_step", true),
        ("D weights", true),
        // The member that is not needed.
        ("T scale_twice", false),
        ("U nowhere", false),
        ("U scale", false),
    ] {
        assert_eq!(all.iter().any(|s| s == symbol), there, "{symbol}: {all:?}");
    }
    // The library whole, of which only one function is wanted: what the others
    // need is not there.
    let scale = ["--whole-archive", "--export", "scale", &source("shim.o"), &source("library.a")];
    run(&dir, SYNTH, &[&["compile", "-O0", "-o", "scale.o"], &scale[..]].concat());
    assert!(!symbols(&dir, "scale.o").iter().any(|s| s.ends_with(" nowhere")));
    let one = symbols(&dir, "one.o");
    let contract = |s: &str| s.contains(" __synth_contract_");
    let visible = |s: &&String| "TDBRVW".contains(s.chars().next().unwrap()) && !contract(s);
    assert_eq!(one.iter().filter(visible).collect::<Vec<_>>(), ["T apply"]);
    // Calls in both directions have become part of `apply`.
    for inlined in ["scale", "sum_with", "policy", "shared_count", "fallback"] {
        assert!(!one.iter().any(|s| s == &format!("t {inlined}")), "{inlined}: {one:?}");
    }
}

/// A Rust program that uses much of `core`, and what C gives it, as a finished
/// module that kept its relocations. The expected text is what the same source
/// prints on the machine that it was built on.
#[test]
fn rust_prints_what_it_prints_natively() {
    let dir = scratch("link-rust");
    prepare(&dir, "rust/host.c");
    let expected = std::fs::read_to_string(source("rust/expected.txt")).unwrap();
    let module = source("rust/library.wasm");
    for options in [&["-O0"][..], &["-O2"], &["-Os", "--cpu", "cortex-m4+nofp"]] {
        let head = ["compile", "--model", "native", "--export", "rust_run", "-o", "rust.o"];
        run(&dir, SYNTH, &[&head[..], options, &[&module]].concat());
        let printed = output(&dir, "arm-none-eabi-ld", &["rust.o"], false);
        assert!(printed == expected, "{options:?}: {printed}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let dir = scratch("link-refused");
    let (shim, library, archive) = (source("shim.o"), source("library.o"), source("library.a"));
    let refusal = |args: &[&str]| {
        let output = try_run(&dir, SYNTH, &[&["compile", "-o", "x.o"], args].concat());
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        text(&output)
    };
    let message = refusal(&[&library, &shim, &library]);
    let twice = format!("duplicate symbol `weights`: defined in {library} and in {library}");
    assert!(message.contains(&twice), "{message}");
    let message = refusal(&["--whole-archive", &library, &archive]);
    assert!(message.contains(&format!("in {library} and in {archive}(library.o)")), "{message}");
    let message = refusal(&["--export", "aply", &shim]);
    assert!(message.contains("no input defines 'aply'"), "{message}");
    assert!(message.contains("apply"), "{message}");
    std::fs::write(dir.join("short.a"), b"!<arch>\nnonsense").unwrap();
    let message = refusal(&[&shim, "short.a"]);
    assert!(message.contains("in short.a: invalid archive"), "{message}");
    std::fs::write(dir.join("empty.a"), b"!<arch>\n").unwrap();
    assert!(refusal(&["empty.a"]).contains("nothing to compile"));
}

/// Random symbols of three inputs: what GNU ld makes of their objects has the
/// same symbols as the object of our linked program. Sizes tell who won.
#[test]
fn symbols_are_resolved_as_gnu_ld_does() {
    let dir = scratch("link-random");
    let cpu = Options::default().cpu;
    let mut rng = Rng::new(11);
    let object = |program: &Program, name: &str| {
        let object = Object::from_program(program, &[], cpu, &ObjectOptions::default());
        std::fs::write(dir.join(name), object.unwrap().write().unwrap()).unwrap();
    };
    let (mut linked_cases, mut refused) = (0, 0);
    for case in 0..40 {
        let inputs: Vec<Input> = (1..=3)
            .map(|number| {
                let mut program = Program::new();
                for symbol in 0..8 {
                    random_symbol(&mut program, symbol, number, &mut rng);
                }
                Input { name: format!("{number}.o"), program }
            })
            .collect();
        for input in &inputs {
            object(&input.program, &input.name);
        }
        let gnu = ["-r", "-o", "gnu.o", "1.o", "2.o", "3.o"];
        let gnu = try_run(&dir, "arm-none-eabi-ld", &gnu);
        match link(inputs) {
            Ok(linked) => {
                assert!(gnu.status.success(), "{case}: {}", text(&gnu));
                object(&linked.program, "ours.o");
                assert_eq!(globals(&dir, "ours.o"), globals(&dir, "gnu.o"), "{case}");
                linked_cases += 1;
            }
            Err(error) => {
                assert!(!gnu.status.success(), "{case}: {error}");
                let gnu = text(&gnu);
                for problem in error.problems {
                    let Problem::Duplicate { symbol, .. } = problem else { panic!("{problem}") };
                    assert!(gnu.contains(&format!("multiple definition of `{symbol}'")), "{gnu}");
                }
                refused += 1;
            }
        }
    }
    assert!(linked_cases > 10 && refused > 5, "{linked_cases} {refused}");
}

/// Name, kind and size of what is defined; name and kind of what is not.
fn globals(dir: &Path, object: &str) -> Vec<String> {
    let text = run(dir, "arm-none-eabi-nm", &["--format=posix", "--extern-only", object]);
    let columns = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let size = if "Uvw".contains(words[1]) { "" } else { words[3] };
        format!("{} {} {size}", words[0], words[1])
    };
    let mut lines: Vec<String> = text.lines().map(columns).collect();
    lines.sort();
    lines
}

fn random_symbol(program: &mut Program, symbol: u32, input: u32, rng: &mut Rng) {
    let linkage = match rng.below(8) {
        0 => return,
        1 => Linkage::Global,
        2 => Linkage::Weak,
        3 => Linkage::Comdat,
        4 => Linkage::Local,
        kind => {
            let linkage = if kind == 5 { Linkage::Weak } else { Linkage::Global };
            let def = Definition::UndefinedData;
            let id = program.add(format!("s{symbol}"), linkage, def);
            // Only what is used stands in an object's symbol table.
            let relocs = vec![DataReloc { offset: 0, symbol: id, addend: 0 }];
            let data = Data { size: 4, align: 4, relocs, ..Data::default() };
            program.add(format!("user{symbol}.{input}"), Linkage::Global, Definition::Data(data));
            return;
        }
    };
    let data = Data { size: 4 * input, align: 4, bytes: vec![1; 4], ..Data::default() };
    program.add(format!("s{symbol}"), linkage, Definition::Data(data));
}
