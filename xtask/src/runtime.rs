//! `cargo xtask runtime`: rebuilds the module of floating-point routines.
//!
//! It is committed so that nobody else needs a compiler of C. It has neither
//! memory nor globals, and everything that it defines is exported.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::Result;

/// The module, from the root of the workspace.
const MODULE: &str = "runtime/float.wasm";
/// Its sources.
pub const SOURCES: &str = "runtime/float";

/// What clang is told, apart from the files: no library, no stack, no memory,
/// no names apart from the exports.
const FLAGS: [&str; 15] = [
    "--target=wasm32",
    "-std=c11",
    "-Oz",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-ffreestanding",
    "-fno-builtin",
    "-nostdlib",
    "-fvisibility=default",
    "-Wl,--no-entry",
    "-Wl,--export-dynamic",
    "-Wl,--import-memory",
    "-Wl,-z,stack-size=0",
    "-Wl,--strip-all",
];

/// Rebuild runtime/float.wasm from runtime/float (needs clang-19 and lld-19).
#[derive(Args)]
pub struct Arguments {}

/// Runs the command.
pub fn run(_arguments: &Arguments) -> Result {
    let module = build()?;
    println!("{MODULE}: {} bytes", module.len());
    std::fs::write(crate::root().join(MODULE), module)?;
    Ok(())
}

/// The module, built from its sources.
fn build() -> Result<Vec<u8>> {
    let directory = tempfile::tempdir()?;
    let output = directory.path().join("float.wasm");
    let mut clang = Command::new("clang-19");
    clang.args(FLAGS).args(sources(&crate::root().join(SOURCES))?).arg("-o").arg(&output);
    finish(&mut clang, "clang-19 lld-19")?;
    Ok(std::fs::read(output)?)
}

/// The C files of a directory, in order.
pub fn sources(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files = vec![];
    for entry in std::fs::read_dir(directory)? {
        files.push(entry?.path());
    }
    files.retain(|file| file.extension().is_some_and(|e| e == "c"));
    files.sort();
    Ok(files)
}

/// Runs a command to its end; `packages` are those that have the program.
pub fn finish(command: &mut Command, packages: &str) -> Result {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .map_err(|e| format!("{name}: {e}; on Debian: apt-get install {packages}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}").into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_module_is_that_of_the_sources() {
        let committed = std::fs::read(crate::root().join(MODULE)).unwrap();
        assert!(build().unwrap() == committed, "run `cargo xtask runtime`");
    }
}
