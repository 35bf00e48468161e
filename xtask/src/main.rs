//! Development commands (`cargo xtask …`): one file for each.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod compile_time;
mod contract;
mod count;
mod encodings;
mod floats;
mod fuzz;
mod hostile;
mod runtime;
mod server;
mod setup;
mod softfloat;
mod spec;
mod test;

/// What a command fails with; its text is shown to the user.
type Failure = Box<dyn std::error::Error + Send + Sync>;
/// The result of a command.
type Result<T = ()> = std::result::Result<T, Failure>;

/// Development commands of synth.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Test(test::Arguments),
    Setup(setup::Arguments),
    Server(server::Arguments),
    Encodings(encodings::Arguments),
    Fuzz(fuzz::Arguments),
    Hostile(hostile::Arguments),
    Spec(spec::Arguments),
    /// Count instructions, cycles and bytes of a function, at each level
    #[command(disable_help_flag = true)]
    Count(count::Arguments),
    /// Compare size and cycles with native code on the programs of bench/
    #[command(disable_help_flag = true)]
    Bench(count::Arguments),
    /// Rebuild the modules in bench/wasm from bench/src
    #[command(disable_help_flag = true)]
    BenchBuild(count::Arguments),
    /// Compare primitives of a kernel, from WebAssembly and native
    #[command(disable_help_flag = true)]
    Kernel(count::Arguments),
    CompileTime(compile_time::Arguments),
    Runtime(runtime::Arguments),
    Softfloat(softfloat::Arguments),
    Contract(contract::Arguments),
    ContractBuild(contract::BuildArguments),
    Floats(floats::Arguments),
}

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a command.
fn dispatch(command: &Command) -> Result {
    match command {
        Command::Test(arguments) => test::run(arguments),
        Command::Setup(arguments) => setup::run(arguments),
        Command::Server(arguments) => server::run(arguments),
        Command::Encodings(arguments) => encodings::run(arguments),
        Command::Fuzz(arguments) => fuzz::run(arguments),
        Command::Hostile(arguments) => hostile::run(arguments),
        Command::Spec(arguments) => spec::run(arguments),
        Command::Count(arguments) => count::run("count", arguments),
        Command::Bench(arguments) => count::run("bench", arguments),
        Command::BenchBuild(arguments) => count::run("bench-build", arguments),
        Command::Kernel(arguments) => count::run("kernel", arguments),
        Command::CompileTime(arguments) => compile_time::run(arguments),
        Command::Runtime(arguments) => runtime::run(arguments),
        Command::Softfloat(arguments) => softfloat::run(arguments),
        Command::Contract(arguments) => contract::run(arguments),
        Command::ContractBuild(arguments) => contract::rebuild(arguments),
        Command::Floats(arguments) => floats::run(arguments),
    }
}

fn main() -> ExitCode {
    // Commands here run synth as its users do, without a second program to build.
    if std::env::args_os().nth(1).is_some_and(|word| word == "synth") {
        return synth::cli::main_from(std::env::args_os().skip(1));
    }
    match dispatch(&Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
