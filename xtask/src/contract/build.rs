//! `cargo xtask contract-build`: rebuilds the committed wasm objects.

use std::path::Path;
use std::process::Command;

use clap::Args;

use super::unit::{self, is_rust};
use super::{directory, wasm};
use crate::Result;
use crate::runtime::finish;

/// What clang is told for an object of the native model (docs: the contract).
const FLAGS: [&str; 15] = [
    "--target=wasm32",
    "-std=gnu11",
    "-funsigned-char",
    "-fshort-enums",
    "-fwrapv",
    "-fno-strict-aliasing",
    "-ffp-contract=off",
    "-ffunction-sections",
    "-fdata-sections",
    "-g",
    "-fdebug-compilation-dir=.",
    "-Wall",
    "-Wextra",
    "-Wno-infinite-recursion",
    "-Werror",
];

/// Sources that are no units: other tests use them.
const ALONE: [&str; 1] = ["registers/registers.c"];

/// Rebuild the objects of C in contract/wasm (needs clang-19). Those of Rust are
/// rebuilt by contract/rust/build.sh.
#[derive(Args)]
pub struct Arguments {
    /// Only these units
    #[arg(value_name = "UNIT")]
    only: Vec<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result {
    for unit in unit::corpus(&arguments.only)? {
        for source in unit.sources.iter().filter(|source| !is_rust(source)) {
            for level in wasm::levels(unit.name == "kernel") {
                compile(&unit.wasm_flags, source, level, &wasm::object(source, level))?;
            }
        }
    }
    if arguments.only.is_empty() {
        for source in ALONE.map(|name| directory().join(name)) {
            for level in wasm::levels(true) {
                compile(&[], &source, level, &wasm::object(&source, level))?;
            }
        }
    }
    Ok(())
}

fn compile(flags: &[String], source: &Path, level: &str, output: &Path) -> Result {
    let mut clang = Command::new("clang-19");
    clang.args(FLAGS).arg(format!("-O{level}")).args(flags);
    // A path without the machine's directories, since it stays in the object.
    let relative = source.strip_prefix(directory())?;
    clang.current_dir(directory()).arg("-c").arg(relative).arg("-o");
    finish(clang.arg(std::path::absolute(output)?), "clang-19")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_objects_are_those_of_the_sources() {
        let dir = tempfile::tempdir().unwrap();
        let rebuilt = dir.path().join("a.o");
        for unit in unit::corpus(&[]).unwrap() {
            for source in unit.sources.iter().filter(|source| !is_rust(source)) {
                let level = wasm::LEVELS[0];
                compile(&unit.wasm_flags, source, level, &rebuilt).unwrap();
                let committed = std::fs::read(wasm::object(source, level)).unwrap();
                let same = std::fs::read(&rebuilt).unwrap() == committed;
                assert!(same, "{}: run `cargo xtask contract-build`", source.display());
            }
        }
    }
}
