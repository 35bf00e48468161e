//! The border of native objects: `tests/border/` holds C functions that wasm
//! and ARM call in different ways, their contract file, and a host that
//! includes the generated header. Expected values stand in the host.

use std::path::{Path, PathBuf};

use crate::tools::{SYNTH, emulate, repository, run, scratch, text, try_run};

const GCC: &[&str] = &["-mcpu=cortex-m4", "-mthumb", "-O2", "-Wall", "-Werror"];

fn source(name: &str) -> String {
    repository("crates/synth/tests/border").join(name).display().to_string()
}

fn compile_host(dir: &Path, path: &str, flags: &[&str], output: &str) {
    run(dir, "arm-none-eabi-gcc", &[GCC, flags, &["-I.", "-c", path, "-o", output]].concat());
}

fn library(dir: &Path, query: &str) -> String {
    run(dir, "arm-none-eabi-gcc", &[GCC, &[query]].concat()).trim().to_string()
}

const COLLECT: [&[&str]; 2] = [&["--fatal-warnings"], &["--fatal-warnings", "--gc-sections"]];
const LINKERS: [&str; 2] = ["arm-none-eabi-ld", "ld.lld-19"];

/// Arguments of a link of these objects.
fn link(dir: &Path, objects: &[&str]) -> Vec<String> {
    let script = repository("crates/synth/tests/native/host.ld").display().to_string();
    let libraries =
        [library(dir, "-print-file-name=libc.a"), library(dir, "-print-libgcc-file-name")];
    let mut args = vec![format!("-T{script}")];
    args.extend(objects.iter().map(ToString::to_string));
    args.extend(libraries);
    args.extend(["-o".to_string(), "all.elf".to_string()]);
    args
}

/// A directory with the object, its headers and the board's code.
fn prepare(name: &str, level: &str) -> PathBuf {
    let dir = scratch(name);
    compile_module(&dir, level);
    let board = repository("examples/host/board.c").display().to_string();
    compile_host(&dir, &board, &[], "board.o");
    dir
}

fn compile_module(dir: &Path, level: &str) {
    let (input, contract) = (source("border.wasm"), source("border.toml"));
    let headers = ["--emit-header", "border.h", "--emit-rust", "border.rs", "-o", "border.o"];
    run(dir, SYNTH, &[&["compile", &input, "--contract", &contract, level], &headers[..]].concat());
}

#[test]
fn structures_and_variable_arguments_cross() {
    let dir = prepare("border", "-Os");
    compile_host(&dir, &source("host.c"), &[], "host.o");
    compile_host(&dir, &source("host.c"), &["-DMAYBE"], "more.o");
    for level in ["-O0", "-O1", "-O2", "-Os", "-Oz"] {
        compile_module(&dir, level);
        for host in ["host.o", "more.o"] {
            let args = link(&dir, &[host, "board.o", "border.o"]);
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            for (linker, gc) in [(LINKERS[0], COLLECT[0]), (LINKERS[1], COLLECT[1])] {
                run(&dir, linker, &[gc, &args].concat());
                let result = emulate(&dir, "mps2-an386", "all.elf");
                assert_eq!(result, (Some(0), "ok\n".to_string()), "{level} {linker} {host}");
            }
        }
    }
}

/// A host that includes the header of another contract does not link.
#[test]
fn a_host_of_another_contract_is_refused() {
    let dir = prepare("border-version", "-Os");
    let header = std::fs::read_to_string(dir.join("border.h")).unwrap();
    for (what, ok) in [("v1_native", true), ("v2_native", false), ("v1_linear", false)] {
        let changed =
            header.replace("__synth_contract_v1_native", &format!("__synth_contract_{what}"));
        std::fs::write(dir.join("border.h"), changed).unwrap();
        compile_host(&dir, &source("host.c"), &[], "host.o");
        let args = link(&dir, &["host.o", "board.o", "border.o"]);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        for linker in LINKERS {
            for gc in COLLECT {
                let output = try_run(&dir, linker, &[gc, &args].concat());
                let message = text(&output);
                assert_eq!(output.status.success(), ok, "{linker} {gc:?} {what}: {message}");
                assert!(ok || message.contains("__synth_contract_"), "{message}");
            }
        }
    }
}

#[test]
fn the_object_carries_its_contract() {
    let dir = prepare("border-inspect", "-Os");
    let report = run(&dir, SYNTH, &["inspect", "border.o"]);
    let expected =
        "\ncontract\n  version    1\n  model      native\n  float-abi  soft\n\nexports\n";
    assert!(report.contains(expected), "{report}");
    for line in [
        "\n  int sum(int count, ...)\n",
        "\n  struct point add(struct point a, struct point b)\n",
        "\nimports, for the host to define\n",
        "\n  int host_vprint(const char *, va_list arguments)\n",
        "\n  extern struct mixed host_sums[2]\n",
        "\n  int host_plus(int, int)\n",
        "\nhelpers, for a library to define\n  __aeabi_",
        "\nstack use, without callees\n",
    ] {
        assert!(report.contains(line), "{line}\n{report}");
    }
    let input = source("border.wasm");
    let contract = source("border.toml");
    run(&dir, SYNTH, &["compile", &input, "--contract", &contract, "--orphan-clean", "-o", "c.o"]);
    assert!(!run(&dir, SYNTH, &["inspect", "c.o"]).contains(".synth.contract"));
}

/// A contract, and what it leads to.
const REFUSED: &[(&str, &str)] = &[
    ("", "'host_print' has variable arguments: bind it to the function that takes a va_list"),
    (
        "[variadic]\nhost_print = \"host_vprint\"\nhost_add = \"host_vadd\"\n",
        "the contract binds 'host_add' to a function that takes a va_list",
    ),
    (
        "declarations = 'int host_add(int a, long long b);'\n",
        "'host_add' is declared as a function that wasm would call as (i32, i64) -> (i32), but it \
         is one of (i32, i32) -> (i32)",
    ),
    (
        "[variadic]\nhost_print = \"host_vprint\"\n[rename]\nfill = \"chain\"\n",
        "the contract renames 'fill' to 'chain', which is another symbol already",
    ),
    ("[fuction.x]\n", "c.toml:1:2: unknown key 'fuction': did you mean 'function'?"),
];

#[test]
fn refusals_name_the_way_out() {
    let dir = scratch("border-refused");
    let input = source("border.wasm");
    for (contract, message) in REFUSED {
        std::fs::write(dir.join("c.toml"), contract).unwrap();
        let output =
            try_run(&dir, SYNTH, &["compile", &input, "--contract", "c.toml", "-o", "x.o"]);
        // The report breaks lines.
        let words =
            |text: &str| text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        let found = words(&text(&output));
        assert!(!output.status.success() && found.contains(&words(message)), "{message}\n{found}");
    }
}
