//! `cargo xtask bench-build`.

use std::process::Command;

use clap::Args;

use super::{Result, WASM_LEVELS, bench_dir, programs, wasm_file};

/// Rebuild bench/wasm from bench/src (needs clang-19 and lld-19).
#[derive(Args)]
pub(super) struct Arguments {}

pub(super) fn run(_arguments: &Arguments) -> Result {
    let dir = tempfile::tempdir()?;
    let object = dir.path().join("a.o");
    for name in programs()? {
        for level in WASM_LEVELS {
            let mut compile = Command::new("clang-19");
            compile.args(["--target=wasm32", "-std=c11", "-mbulk-memory", "-Wall", "-Wextra"]);
            compile.args(["-Werror", "-c", &format!("-O{level}"), "-o"]).arg(&object);
            finish(compile.arg(bench_dir().join(format!("src/{name}.c"))))?;
            let wasm = wasm_file(&name, level);
            // Not by clang, which would run wasm-opt where it is installed.
            let mut link = Command::new("wasm-ld-19");
            link.args(["--no-entry", "--strip-debug", "--stack-first", "-z", "stack-size=4096"]);
            finish(link.arg(&object).arg("-o").arg(&wasm))?;
            println!("{name} -O{level}: {} bytes", std::fs::metadata(&wasm)?.len());
        }
    }
    Ok(())
}

fn finish(command: &mut Command) -> Result {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|e| format!("{program}: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} ended with {status}").into()) }
}
