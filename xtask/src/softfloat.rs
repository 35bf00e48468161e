//! `cargo xtask softfloat`: the floating-point routines, compiled for the host,
//! against the host's own arithmetic. The program is C: `runtime/float/check`.

use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::Result;
use crate::runtime::{SOURCES, finish, sources};

/// Optimised, but with the arithmetic of IEEE 754 as it is written.
const FLAGS: [&str; 6] =
    ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-ffp-contract=off", "-fno-math-errno"];

/// Compare the floating-point routines with the host on special and random
/// operands (needs clang-19).
#[derive(Args)]
pub struct Arguments {
    /// Random operands for each routine
    #[arg(long, default_value_t = 1_000_000)]
    count: u64,
    /// Another seed gives other operands
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the command; an error if any result differs.
pub fn run(arguments: &Arguments) -> Result {
    let directory = tempfile::tempdir()?;
    let program = directory.path().join("check");
    build(&program)?;
    let mut check = Command::new(program);
    check.arg(arguments.count.to_string()).arg(arguments.seed.to_string());
    finish(&mut check, "")
}

/// Compiles the routines and what compares them.
fn build(program: &Path) -> Result {
    let routines = crate::root().join(SOURCES);
    let mut clang = Command::new("clang-19");
    clang.args(FLAGS).args(sources(&routines)?).args(sources(&routines.join("check"))?);
    finish(clang.args(["-lm", "-o"]).arg(program), "clang-19")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_agrees_with_the_host() {
        run(&Arguments { count: 20_000, seed: 2 }).unwrap();
    }
}
