//! `cargo xtask bench-build`.

use std::path::Path;
use std::process::Command;

use clap::Args;

use super::{Result, Set, WASM_LEVELS};

/// Rebuild bench/wasm from bench/src (needs clang-19 and lld-19). What is of
/// Rust is rebuilt by bench/rust/build.sh.
#[derive(Args)]
pub(super) struct Arguments {
    /// Rebuild bench/held-out/wasm from bench/held-out/src
    #[arg(long)]
    held_out: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result {
    let set = Set::chosen(arguments.held_out);
    for name in set.programs("src", "c")? {
        for level in WASM_LEVELS {
            let source = set.source(&name);
            let (wasm, object) = (set.module(&name, level), set.object(&name, level));
            module(&source, level, &wasm)?;
            compile(&source, level, &NATIVE_FLAGS, &object)?;
            let bytes = |path: &Path| std::fs::metadata(path).map(|m| m.len());
            println!("{name} -O{level}: {} and {} bytes", bytes(&wasm)?, bytes(&object)?);
        }
    }
    Ok(())
}

/// What makes an object agree with its host's C, and keep atomic operations.
const NATIVE_FLAGS: [&str; 5] =
    ["-matomics", "-funsigned-char", "-fshort-enums", "-ffunction-sections", "-fdata-sections"];

/// Compiles and links a module.
fn module(source: &Path, level: &str, wasm: &Path) -> Result {
    let dir = tempfile::tempdir()?;
    let object = dir.path().join("a.o");
    compile(source, level, &[], &object)?;
    // Not by clang, which would run wasm-opt where it is installed.
    let mut link = Command::new("wasm-ld-19");
    link.args(["--no-entry", "--strip-debug", "--stack-first", "-z", "stack-size=4096"]);
    finish(link.arg(&object).arg("-o").arg(wasm))
}

fn compile(source: &Path, level: &str, more: &[&str], object: &Path) -> Result {
    let mut clang = Command::new("clang-19");
    clang.args(["--target=wasm32", "-std=c11", "-mbulk-memory", "-Wall", "-Wextra", "-Werror"]);
    clang.args(more).arg(format!("-O{level}")).arg("-c").arg(source).arg("-o").arg(object);
    finish(&mut clang)
}

fn finish(command: &mut Command) -> Result {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|e| format!("{program}: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} ended with {status}").into()) }
}
