//! `cargo xtask test`: everything that proves the project, in one table.
//!
//! The steps run in order, without input, and stop at the first failure. They
//! share one target directory, one profile and one set of compiler flags, so
//! that no step rebuilds what another built; the documentation's flags go to
//! rustdoc alone.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::{Args, Parser};

/// Run the format check, clippy, the documentation build and all tests.
#[derive(Args)]
pub struct Arguments {
    /// Run only the steps with these names.
    #[arg(value_name = "STEP", value_parser = step_names())]
    only: Vec<String>,
}

/// One step of the run.
struct Step {
    name: &'static str,
    action: Action,
}

/// What a step does.
enum Action {
    /// Runs cargo with these arguments.
    Cargo(&'static [&'static str]),
    /// Runs cargo with these arguments and these flags for rustdoc.
    Doc(&'static [&'static str], &'static str),
    /// Runs another command of this program, in this process: its file may be
    /// replaced by the steps that build.
    Xtask(&'static [&'static str]),
}

use Action::{Cargo, Doc, Xtask};

/// The whole run, in order: what is cheap and fails often comes first.
const STEPS: &[Step] = &[
    Step { name: "setup", action: Xtask(&["setup"]) },
    Step { name: "format", action: Cargo(&["fmt", "--all", "--check"]) },
    Step {
        name: "clippy",
        action: Cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    },
    Step {
        name: "doc",
        action: Doc(
            &["doc", "--workspace", "--no-deps", "--document-private-items"],
            "-D warnings",
        ),
    },
    Step { name: "test", action: Cargo(&["test", "--workspace"]) },
    Step { name: "spec", action: Xtask(&["spec", "--level", "Os,O0", "--brief"]) },
    Step {
        name: "spec-hard",
        action: Xtask(&[
            "spec",
            "--cpu",
            "cortex-m4,cortex-m7,cortex-m33",
            "--float-abi",
            "hard",
            "--brief",
        ]),
    },
    Step { name: "contract", action: Xtask(&["contract"]) },
];

fn step_names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> crate::Result {
    let wanted = |step: &&Step| {
        arguments.only.is_empty() || arguments.only.iter().any(|name| name == step.name)
    };
    let start = Instant::now();
    let mut times = Vec::new();
    for step in STEPS.iter().filter(wanted) {
        println!("==> {}", step.name);
        let begin = Instant::now();
        let result = step.run();
        times.push(format!("{} {}", step.name, seconds(begin.elapsed())));
        if let Err(failure) = result {
            println!("FAILED in step {}: {}", step.name, times.join(", "));
            return Err(format!("step `{}`: {failure}", step.name).into());
        }
    }
    println!("PASSED in {}: {}", seconds(start.elapsed()), times.join(", "));
    Ok(())
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

impl Step {
    fn run(&self) -> crate::Result {
        match self.action {
            Cargo(arguments) => finish(&mut cargo(arguments)),
            Doc(arguments, flags) => finish(cargo(arguments).env("RUSTDOCFLAGS", flags)),
            Xtask(arguments) => crate::dispatch(&parse(arguments)?),
        }
    }
}

/// A command line of this program.
fn parse(arguments: &[&'static str]) -> crate::Result<crate::Command> {
    let line = std::iter::once("cargo xtask").chain(arguments.iter().copied());
    Ok(crate::Arguments::try_parse_from(line)?.command)
}

fn finish(command: &mut Command) -> crate::Result {
    let status = command.current_dir(crate::root()).stdin(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(format!("cargo ended with {status}").into()) }
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command.args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_name_commands_that_exist() {
        for step in STEPS {
            if let Xtask(arguments) = step.action {
                let parsed = parse(arguments);
                assert!(parsed.is_ok(), "{}: {}", step.name, parsed.err().unwrap());
            }
        }
    }
}
