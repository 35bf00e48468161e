//! The command line. Each command stands in a file of its own.
//!
//! Results go to standard output or a file, all else to standard error. The
//! exit status is 0 for success, 1 for an error (a trap of the program that
//! runs included) and 2 for a wrong command line.

mod compile;
mod cpus;
mod explain;
mod files;
mod image;
mod inspect;
mod inspect_object;
mod options;
mod program;
mod report;
mod run;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use options::CompileOptions;

/// WebAssembly to native ARM Cortex-M code.
#[derive(Parser)]
#[command(
    name = "synth",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  synth compile pid.wasm -o pid.o --cpu cortex-m4     an object to link with a C program
  synth compile app.wasm --emit image --board mps2-an385 --entry main -o app.elf
  synth run pid.wat --invoke pid_step 0x640000 0x320000
  synth explain pid.wat --html pid.html
  synth inspect pid.wasm

Exit status: 0 success, 1 error or trap, 2 wrong command line."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compile a module to an object, an image, assembly or the representation
    Compile(Box<compile::Compile>),
    /// Compile a module, run a function on an emulated core, print its results
    Run(run::Run),
    /// Show what becomes of each function, down to machine code, and what it costs
    Explain(Box<explain::Explain>),
    /// Show what a wasm module, an object or an image holds
    Inspect(inspect::Inspect),
    /// List the CPUs and what each has
    Cpus,
}

/// Why a command failed.
enum Failure {
    /// The command line makes no sense.
    Usage(ErrorKind, String),
    /// Anything else.
    Error(miette::Report),
}

impl<E: Into<miette::Report>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::Error(error.into())
    }
}

type Outcome<T = ()> = Result<T, Failure>;

/// A wrong command line.
fn usage<T>(kind: ErrorKind, message: impl Into<String>) -> Outcome<T> {
    Err(Failure::Usage(kind, message.into()))
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    main_from(std::env::args_os())
}

/// Runs a command line; its first word is the program's name.
pub fn main_from(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    report::install();
    let cli = Cli::parse_from(arguments);
    let (name, outcome) = match cli.command {
        Command::Compile(compile) => ("compile", compile.run()),
        Command::Run(run) => ("run", run.run()),
        Command::Explain(explain) => ("explain", explain.run()),
        Command::Inspect(inspect) => ("inspect", inspect.run()),
        Command::Cpus => ("cpus", files::print(&cpus::table())),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(kind, message)) => {
            let mut command = Cli::command();
            command.build();
            let error = match command.find_subcommand_mut(name) {
                Some(subcommand) => subcommand.error(kind, message),
                None => command.error(kind, message),
            };
            // A closed standard error leaves nobody to tell.
            let _ = error.print();
            ExitCode::from(2)
        }
        Err(Failure::Error(report)) => {
            report::print(&report);
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
