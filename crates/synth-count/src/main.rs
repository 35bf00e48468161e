//! Development commands that count: `cargo xtask count`, `bench`, `bench-build`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Commands here run synth as its users do, without a second program to build.
    if std::env::args_os().nth(1).is_some_and(|word| word == "synth") {
        return synth::cli::main_from(std::env::args_os().skip(1));
    }
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
