//! `cargo xtask count`, `bench` and `bench-build`: handed on to the program of
//! `synth-count`, which takes an emulator in C to build; the other commands
//! do without.

use std::ffi::OsString;
use std::process::Command;

use clap::Args;

/// Arguments that are handed on; `--help` tells which there are.
#[derive(Args)]
pub struct Arguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARG")]
    rest: Vec<OsString>,
}

/// Runs a command of `synth-count`.
pub fn run(command: &str, arguments: &Arguments) -> crate::Result {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["run", "--quiet", "--package", "synth-count", "--", command]);
    let status = cargo.args(&arguments.rest).status()?;
    if status.success() { Ok(()) } else { Err(format!("{command} failed").into()) }
}
