//! The command line. Each command stands in a file of its own.

mod bench;
mod build;
mod count;
mod kernel;
mod profile;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

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

/// The directory of the benchmark programs.
fn bench_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench")
}

/// The names of the benchmark programs in a directory, in order.
fn programs(directory: &str, extension: &str) -> Result<Vec<String>> {
    let mut names = vec![];
    let dir = bench_dir().join(directory);
    for entry in std::fs::read_dir(&dir).map_err(|e| format!("{}: {e}", dir.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == extension) {
            names.push(path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The levels at which modules are compiled from C.
const WASM_LEVELS: [&str; 3] = ["s", "z", "2"];

/// The module of a benchmark program that clang compiled at a level.
fn wasm_file(name: &str, level: &str) -> PathBuf {
    bench_dir().join(format!("wasm/{name}.O{level}.wasm"))
}

/// The wasm object of a benchmark program at a level, for the native model.
fn object_file(name: &str, level: &str) -> PathBuf {
    bench_dir().join(format!("wasm/{name}.O{level}.o"))
}

/// Reads a file.
fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()).into())
}

fn geometric_mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), v| (sum + v.ln(), count + 1.0));
    f64::exp(sum / count)
}
