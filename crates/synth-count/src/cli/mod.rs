//! The command line. Each command stands in a file of its own.

mod bench;
mod build;
mod count;
mod kernel;
mod profile;
mod set;

use std::path::Path;

use clap::{Parser, Subcommand};

use set::{Set, bench_dir};

/// What a command fails with; its text is shown to the user.
type Failure = Box<dyn std::error::Error>;
/// The result of a command.
type Result<T = ()> = std::result::Result<T, Failure>;

/// Commands that count instructions and bytes.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Count(count::Arguments),
    Bench(bench::Arguments),
    BenchBuild(build::Arguments),
    Kernel(kernel::Arguments),
}

/// Runs the command line of this process.
pub fn run() -> Result {
    match Arguments::parse().command {
        Command::Count(arguments) => count::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::BenchBuild(arguments) => build::run(&arguments),
        Command::Kernel(arguments) => kernel::run(&arguments),
    }
}

/// The levels at which modules are compiled from C.
const WASM_LEVELS: [&str; 3] = ["s", "z", "2"];

/// Reads a file.
fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()).into())
}

fn geometric_mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), v| (sum + v.ln(), count + 1.0));
    f64::exp(sum / count)
}
