//! `cargo xtask bench`.

mod chart;
mod figures;
mod markdown;
mod measure;
mod way;

use clap::Args;

use super::{Result, Set, bench_dir};
use figures::{CYCLES, MAIN, SIZE, best, cost_of, mean, ratio};
use measure::{Machine, Program, Samples, measure};
use way::Language;

/// Compare code from WebAssembly with native code: size and cycles of every
/// program in bench/src and bench/rust, on cortex-m4 with its floating-point
/// unit and on cortex-m3.
///
/// Sizes are bytes of flash of a program's own code, literal pools, constants
/// and initialisation, cycles are estimated (`synth_count::timing`). Ratios are
/// to the best of gcc and clang (rustc for Rust) at any level, for each
/// program and figure. All ways of compiling must give the same result. A run
/// over all programs writes bench/RESULTS.md, bench/results.svg and the README's
/// table.
///
/// With --held-out, the programs of bench/held-out, on which nothing in the
/// compiler has been chosen; it writes bench/HELD-OUT.md.
#[derive(Args)]
pub(super) struct Arguments {
    /// Only these programs; writes nothing
    #[arg(value_name = "PROGRAM")]
    only: Vec<String>,
    /// Only cortex-m4 and what the last line needs; writes nothing
    #[arg(long)]
    quick: bool,
    /// Measure the held-out set, bench/held-out
    #[arg(long)]
    held_out: bool,
    /// Print the figures of every compiler and level
    #[arg(long)]
    all: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result {
    let set = Set::chosen(arguments.held_out);
    let wanted = |p: &Program| arguments.only.is_empty() || arguments.only.contains(&p.name);
    let programs: Vec<Program> = all_programs(set)?.into_iter().filter(wanted).collect();
    if programs.is_empty() {
        return Err("no such program".into());
    }
    let machines = if arguments.quick { &Machine::ALL[..1] } else { &Machine::ALL[..] };
    let mut measured = vec![];
    let mut failed = vec![];
    for (program, samples) in programs.iter().zip(measure(&programs, machines, arguments.quick)) {
        match samples {
            Ok(samples) => measured.push((program, samples)),
            Err(problem) => {
                eprintln!("{}: {problem}", program.name);
                failed.push(program.name.as_str());
            }
        }
    }
    if !measured.is_empty() {
        report(&measured, machines, arguments)?;
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!("failed: {}", failed.join(", ")).into())
}

/// Programs with their samples by machine.
type Measured<'a> = [(&'a Program, Vec<Samples>)];

fn report(measured: &Measured, machines: &[Machine], arguments: &Arguments) -> Result {
    let whole = arguments.only.is_empty() && !arguments.quick;
    for (i, machine) in machines.iter().enumerate() {
        let of_machine: Vec<(&Program, &Samples)> =
            measured.iter().map(|(program, samples)| (*program, &samples[i])).collect();
        print_table(machine, &of_machine, arguments.all);
    }
    let main: Vec<&Samples> = measured.iter().map(|(_, samples)| &samples[0]).collect();
    let set = Set::chosen(arguments.held_out);
    if whole && measured.len() == all_programs(set)?.len() {
        write(set, measured, machines)?;
    }
    let means = MAIN.map(|(title, way)| (title, mean(&main, way, cost_of(title))));
    let line = |range: std::ops::Range<usize>| {
        let parts = means[range].iter().map(|(title, mean)| format!("{title} {mean:.3}"));
        parts.collect::<Vec<_>>().join(" ")
    };
    println!("native model: {}", line(4..6).replace("native-model-", ""));
    println!("{}: {}", if arguments.held_out { "held-out" } else { "bench" }, line(0..4));
    Ok(())
}

/// Writes what the repository says about a set.
fn write(set: Set, measured: &Measured, machines: &[Machine]) -> Result {
    if set == Set::HeldOut {
        std::fs::write(bench_dir().join("HELD-OUT.md"), markdown::held_out(measured, machines))?;
        return Ok(());
    }
    let text = markdown::results(measured, machines)?;
    std::fs::write(bench_dir().join("RESULTS.md"), text)?;
    let chart = chart::svg(measured);
    std::fs::write(bench_dir().join("results.svg"), chart)?;
    let readme = bench_dir().join("../README.md");
    let text = markdown::readme(&std::fs::read_to_string(&readme)?, measured)?;
    std::fs::write(readme, text)?;
    Ok(())
}

fn print_table(machine: &Machine, programs: &[(&Program, &Samples)], all: bool) {
    let float = if machine.hard_float { "floats in hardware" } else { "floats by routines" };
    println!("{}, {float}; ratios to the best native build", machine.cpu);
    println!("              best native     -Os size               best native     -O2 cycles");
    println!(
        "program      bytes            plain checked native    cycles          plain checked native"
    );
    for (program, samples) in programs {
        print_line(&program.name, samples);
        if all {
            print_samples(samples);
        }
    }
    let samples: Vec<&Samples> = programs.iter().map(|(_, samples)| *samples).collect();
    let [size, cycles, checked_size, checked_cycles, native_size, native_cycles] =
        MAIN.map(|(title, way)| mean(&samples, way, cost_of(title)));
    println!(
        "mean                          {size:5.2} {checked_size:7.2} {native_size:6.2}                    {cycles:5.2} {checked_cycles:7.2} {native_cycles:6.2}"
    );
}

fn print_line(name: &str, samples: &Samples) {
    let (Some((small, bytes)), Some((fast, cycles))) = (best(samples, SIZE), best(samples, CYCLES))
    else {
        return;
    };
    let [r_size, r_cycles, r_checked_size, r_checked_cycles, r_native_size, r_native_cycles] =
        MAIN.map(|(title, way)| ratio(samples, way, cost_of(title)).unwrap_or(f64::NAN));
    println!(
        "{name:11} {bytes:6} {small:10} {r_size:5.2} {r_checked_size:7.2} {r_native_size:6.2} {cycles:9} {fast:9} {r_cycles:5.2} {r_checked_cycles:7.2} {r_native_cycles:6.2}",
        small = small.to_string(),
        fast = fast.to_string(),
    );
}

fn print_samples(samples: &Samples) {
    for (way, sample) in samples {
        println!(
            "    {way:28} {:6} bytes {:9} instructions {:9} cycles {:5} stack",
            sample.size, sample.instructions, sample.cycles, sample.stack
        );
    }
}

/// All programs of a set, by name.
fn all_programs(set: Set) -> Result<Vec<Program>> {
    let mut all = vec![];
    for (language, directory, extension) in
        [(Language::C, "src", "c"), (Language::Rust, "rust", "rs")]
    {
        for name in set.programs(directory, extension)? {
            all.push(Program { set, name, language });
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}
