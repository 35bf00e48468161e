//! bench/RESULTS.md.

use std::fmt::Write;
use std::process::Command;

use synth::Bounds;

use super::super::{Result, bench_dir};
use super::Measured;
use super::figures::{CYCLES, Cost, INSTRUCTIONS, MAIN, SIZE, STACK, best, cost_of, mean, ratio};
use super::measure::{Machine, Program, Samples};
use super::way::{Language, Tool, Way};

/// The page, with the paragraphs of `bench/worst.md`.
pub(super) fn results(measured: &Measured, machines: &[Machine]) -> Result<String> {
    let mut out = String::new();
    head(&mut out, measured.len());
    compilers(&mut out);
    summary(&mut out, measured, machines);
    all_by_program(&mut out, measured, machines);
    let worst = bench_dir().join("worst.md");
    let text = std::fs::read_to_string(&worst).map_err(|e| format!("{}: {e}", worst.display()))?;
    out.push_str(&text);
    Ok(out)
}

/// The page of the held-out set: the tables by program.
pub(super) fn held_out(measured: &Measured, machines: &[Machine]) -> String {
    let mut out = format!(
        "# Results of the held-out set

Made by `cargo xtask bench --held-out` of the {} programs in bench/held-out, on which
nothing in the compiler has been chosen. Compilers and methods are those of
[RESULTS.md](RESULTS.md); [README.md](README.md) says what the set is for.

Ratios are to the best of the native compilers at any level, for each program
and figure: 1.00 is as good, less is better. Means are geometric.

",
        measured.len()
    );
    all_by_program(&mut out, measured, machines);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn head(out: &mut String, count: usize) {
    let _ = write!(
        out,
        "# Results

Made by `cargo xtask bench`, which compiles {count} programs, runs them on an
emulated core and compares their results; `cargo xtask bench --all NAME` prints
the figures of one. [README.md](README.md) says what is measured and how.

Ratios are to the best of the native compilers at any level, for each program
and figure: 1.00 is as good, less is better. Means are geometric.

![Ratios by program](results.svg)

"
    );
}

/// The native compilers with their versions.
fn compilers(out: &mut String) {
    let _ = writeln!(out, "| compiler | version |\n|---|---|");
    let programs = [
        ("gcc (C, and after wasm2c)", "arm-none-eabi-gcc"),
        ("clang (C, and C to wasm)", "clang-19"),
        ("wasm2c", "wasm2c"),
    ];
    for (name, program) in programs {
        let output = Command::new(program).arg("--version").output();
        let text = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
        let text = text.unwrap_or_default();
        let version = text.lines().next().unwrap_or("not found").trim();
        let _ = writeln!(out, "| {name} | {version} |");
    }
    let rustc = std::fs::read_to_string(bench_dir().join("native/rustc.txt")).unwrap_or_default();
    let _ = writeln!(out, "| rustc (Rust, and Rust to wasm) | {} |", rustc.trim());
    let _ = writeln!(out, "| synth | {} |\n", env!("CARGO_PKG_VERSION"));
}

/// Means of all ways over all programs.
fn summary(out: &mut String, measured: &Measured, machines: &[Machine]) {
    let _ = writeln!(out, "## All compilers and levels\n");
    let _ = writeln!(
        out,
        "Geometric means over the programs that a compiler takes. Stack is that of the
machine; code in the linear model keeps arrays in its own memory beside it.\n"
    );
    let names: Vec<&str> = machines.iter().map(|machine| machine.cpu).collect();
    let columns = ["size", "instructions", "cycles", "stack"];
    let title = |name: &&str| columns.map(|column| format!("{name} {column}")).join(" | ");
    let titles: Vec<String> = names.iter().map(title).collect();
    let _ = writeln!(out, "| | {} |", titles.join(" | "));
    let _ = writeln!(out, "|---|{}", "---:|".repeat(columns.len() * names.len()));
    for way in ways() {
        let mut row = format!("| {way} |");
        for i in 0..machines.len() {
            let samples: Vec<&Samples> = measured.iter().map(|(_, samples)| &samples[i]).collect();
            for cost in [SIZE, INSTRUCTIONS, CYCLES, STACK] {
                let mean = mean(&samples, way, cost);
                let text = if mean.is_nan() { "–".to_string() } else { format!("{mean:.2}") };
                let _ = write!(row, " {text} |");
            }
        }
        let _ = writeln!(out, "{row}");
    }
    let _ = writeln!(out);
}

/// All ways of both languages.
fn ways() -> Vec<Way> {
    let mut ways = Way::all(Language::C, false);
    let of_rust = Way::all(Language::Rust, false);
    let native = ways.iter().filter(|way| way.is_native()).count();
    let rustc: Vec<Way> = of_rust.into_iter().filter(|way| way.is_native()).collect();
    ways.splice(native..native, rustc);
    ways
}

/// The lines of the README's table that the results are put between.
const MARKS: [&str; 2] =
    ["<!-- cargo xtask bench: begin -->\n", "<!-- cargo xtask bench: end -->\n"];

/// The README with the means of the first machine in place of earlier ones.
pub(super) fn readme(text: &str, measured: &Measured) -> Result<String> {
    let missing = || format!("the README has no '{}'", MARKS[0].trim());
    let (before, rest) = text.split_once(MARKS[0]).ok_or_else(missing)?;
    let (_, after) = rest.split_once(MARKS[1]).ok_or_else(missing)?;
    let samples: Vec<&Samples> = measured.iter().map(|(_, samples)| &samples[0]).collect();
    let mut table = format!(
        "| {} programs, cortex-m4 | size at -Os | cycles at -O2 |\n|---|---:|---:|\n",
        samples.len()
    );
    for (name, tool) in COMPILERS {
        let mean = |level, cost| mean(&samples, Way { tool, level }, cost);
        let _ = writeln!(table, "| {name} | {:.2} | {:.2} |", mean("s", SIZE), mean("2", CYCLES));
    }
    Ok(format!("{before}{}{table}{}{after}", MARKS[0], MARKS[1]))
}

/// The rows of the README's table.
const COMPILERS: [(&str, Tool); 7] = [
    ("**synth**", Tool::Linear(Bounds::None)),
    ("**synth**, bounds checked", Tool::Linear(Bounds::Check)),
    ("**synth**, the host's memory (native model)", Tool::Native),
    ("gcc from C", Tool::Gcc),
    ("clang from C", Tool::Clang),
    ("wasm2c and gcc", Tool::Wasm2c { checked: false }),
    ("wasm2c and gcc, bounds checked", Tool::Wasm2c { checked: true }),
];

fn all_by_program(out: &mut String, measured: &Measured, machines: &[Machine]) {
    for (i, machine) in machines.iter().enumerate() {
        let programs: Vec<(&Program, &Samples)> =
            measured.iter().map(|(program, samples)| (*program, &samples[i])).collect();
        by_program(out, machine, &programs);
    }
}

fn by_program(out: &mut String, machine: &Machine, programs: &[(&Program, &Samples)]) {
    let floats = if machine.hard_float { "its floating-point unit" } else { "float routines" };
    let _ = writeln!(out, "## By program: {}, {floats}\n", machine.cpu);
    let _ = writeln!(
        out,
        "| program | best native size | -Os | checked | native model | best native cycles | -O2 | checked | native model |"
    );
    let _ = writeln!(out, "|---|---|---:|---:|---:|---|---:|---:|---:|");
    for (program, samples) in programs {
        let mut row = format!("| {} |", program.name);
        cells(&mut row, samples, SIZE, [0, 2, 4]);
        cells(&mut row, samples, CYCLES, [1, 3, 5]);
        let _ = writeln!(out, "{row}");
    }
    let samples: Vec<&Samples> = programs.iter().map(|(_, samples)| *samples).collect();
    let [size, cycles, checked_size, checked_cycles, native_size, native_cycles] =
        MAIN.map(|(title, way)| mean(&samples, way, cost_of(title)));
    let _ = writeln!(
        out,
        "| **mean** | | **{size:.3}** | **{checked_size:.3}** | **{native_size:.3}** | | **{cycles:.3}** | **{checked_cycles:.3}** | **{native_cycles:.3}** |\n"
    );
}

/// The best native figure, and the ratios of these main ways.
fn cells(row: &mut String, samples: &Samples, cost: Cost, main: [usize; 3]) {
    if let Some((way, value)) = best(samples, cost) {
        let _ = write!(row, " {value} ({way}) |");
    }
    for i in main {
        let ratio = ratio(samples, MAIN[i].1, cost).unwrap_or(f64::NAN);
        let _ = write!(row, " {ratio:.2} |");
    }
}
