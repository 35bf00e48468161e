//! `cargo xtask contract`: compiled wasm as a drop-in for native code, proven on
//! the functions of `contract/`.
//!
//! Each unit there is a C file with functions, the wasm objects that clang made
//! of it, and a driver. A program holds the functions of every unit twice: as
//! synth compiled them, under their own names, and as gcc compiled them, under
//! names with a prefix. It runs the driver on both and compares what they return
//! and leave in memory. Programs are linked by GNU ld and by lld, for cores and
//! floating-point conventions, and run under QEMU.
//!
//! Invariant: a case counts as passed only if its line `ok` was read from the
//! program; what is missing has failed.

mod build;
mod program;
mod report;
mod subject;
mod target;
mod unit;
mod wasm;

use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;

use crate::Result;
pub use build::Arguments as BuildArguments;
pub use build::run as rebuild;
use program::Program;
use report::{Report, Tally};
use subject::Subject;
use target::{LINKERS, Linker, TARGETS, Target};
use unit::Unit;

/// Run the functions of contract/ as synth and as gcc compile them, and compare.
#[derive(Args)]
pub struct Arguments {
    /// Only these units
    #[arg(value_name = "UNIT")]
    only: Vec<String>,
    /// Every level, and the objects of every level of clang
    #[arg(long)]
    all: bool,
    /// Print each case
    #[arg(long, short)]
    verbose: bool,
    /// Compare two builds of gcc, and one with mistakes, instead of synth
    #[arg(long)]
    check_harness: bool,
    /// Only this target, as in cortex-m4/hard
    #[arg(long, value_name = "CPU/FLOAT")]
    target: Option<String>,
    /// Keep the files in this directory
    #[arg(long, value_name = "DIRECTORY")]
    keep: Option<PathBuf>,
}

/// The directory of the units.
fn directory() -> PathBuf {
    crate::root().join("contract")
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result {
    let scratch = tempfile::tempdir()?;
    let dir = arguments.keep.clone().unwrap_or_else(|| scratch.path().to_path_buf());
    let mut tally = Tally::default();
    if arguments.check_harness || arguments.only.is_empty() {
        check_harness(&dir.join("harness"))?;
    }
    if arguments.check_harness {
        return Ok(());
    }
    let units = unit::corpus(&arguments.only)?;
    let reports: Vec<Result<Vec<Report>>> = targets(arguments)?
        .into_par_iter()
        .map(|target| of_target(target, &units, &dir.join(target.name()), arguments))
        .collect();
    for report in reports {
        for report in report? {
            report.print(arguments.verbose);
            tally.add(&report);
        }
    }
    tally.finish()
}

fn targets(arguments: &Arguments) -> Result<Vec<&'static Target>> {
    let wanted = |t: &&Target| arguments.target.as_ref().is_none_or(|name| *name == t.name());
    let targets: Vec<&Target> = TARGETS.iter().filter(wanted).collect();
    if targets.is_empty() {
        let names: Vec<String> = TARGETS.iter().map(Target::name).collect();
        return Err(format!("no such target; there are {}", names.join(", ")).into());
    }
    Ok(targets)
}

/// All programs of a target.
fn of_target(
    target: &'static Target,
    units: &[Unit],
    dir: &std::path::Path,
    arguments: &Arguments,
) -> Result<Vec<Report>> {
    let program = Program::prepare(target, units, dir)?;
    let subjects = Subject::of_synth(target, arguments.all);
    let linkers = |subject: &Subject| match arguments.all || subject.is_main() {
        true => LINKERS.to_vec(),
        false => vec![Linker::Gnu],
    };
    let run = |subject: &Subject| -> Result<Vec<Report>> {
        let built = program.subject(subject)?;
        linkers(subject).into_iter().map(|linker| program.run(&built, linker)).collect()
    };
    let reports: Vec<Result<Vec<Report>>> = subjects.par_iter().map(run).collect();
    Ok(reports.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The harness itself: another build of gcc must equal the first, and a build
/// with a mistake in each function of `contract/wrong` must differ in all.
fn check_harness(dir: &std::path::Path) -> Result {
    let target = &TARGETS[0];
    let units = unit::corpus(&[])?;
    let program = Program::prepare(target, &units, &dir.join("right"))?;
    let report = program.run(&program.subject(&Subject::Gcc { wrong: false })?, Linker::Gnu)?;
    report.print(false);
    if report.failed() > 0 {
        return Err("the harness fails on two builds of gcc".into());
    }
    let units = unit::find(&[directory().join("wrong")], &[])?;
    let program = Program::prepare(target, &units, &dir.join("wrong"))?;
    let report = program.run(&program.subject(&Subject::Gcc { wrong: true })?, Linker::Gnu)?;
    if report.passed() > 0 || report.failed() == 0 {
        report.print(true);
        return Err("the harness passes functions with mistakes".into());
    }
    println!("harness: {} functions with mistakes were told apart", report.failed());
    Ok(())
}
