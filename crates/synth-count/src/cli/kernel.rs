//! `cargo xtask kernel`.

mod program;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::{Result, geometric_mean};
use program::{Measured, Program, Way};

/// Compare the primitives of a kernel, compiled from WebAssembly with the host's
/// pointers, with native code.
///
/// Bytes are those of a primitive's own code, literal pool, constants and what
/// else of its file it needs; instructions and cycles are those that it executes
/// in all scenarios of contract/kernel/scenarios.c, without the services that it
/// calls. The last line has the geometric means of synth -Os against the better
/// of gcc and clang at -Os.
#[derive(Args)]
pub(super) struct Arguments {
    /// Only primitives whose name has this
    #[arg(value_name = "NAME")]
    only: Option<String>,
    /// Only the native compilers
    #[arg(long)]
    native: bool,
}

/// The directory of the primitives.
fn kernel_dir() -> PathBuf {
    super::bench_dir().join("../contract/kernel")
}

/// Figures of a primitive on a CPU, by way of compiling.
type Row = Vec<Measured>;

/// One of the figures of a primitive.
type Cost = fn(&Measured) -> u64;

/// The figures that are printed.
const FIGURES: [(&str, Cost); 3] =
    [("bytes", |m| m.bytes), ("instructions", |m| m.instructions), ("cycles", |m| m.cycles)];

pub(super) fn run(arguments: &Arguments) -> Result {
    let ways: Vec<Way> =
        Way::ALL.into_iter().filter(|way| !arguments.native || way.is_native()).collect();
    let mut ratios = [vec![], vec![], vec![]];
    for cpu in ["cortex-m3", "cortex-m4"] {
        let rows = measure(cpu, &ways, arguments.only.as_deref())?;
        for ((figure, cost), ratios) in FIGURES.iter().zip(&mut ratios) {
            println!("{cpu}: {figure}");
            print_head(&ways);
            for (name, row) in &rows {
                print_row(name, row, *cost);
                ratios.extend(ratio(&ways, row, *cost));
            }
        }
    }
    if arguments.native {
        return Ok(());
    }
    let [size, instructions, cycles] = ratios.map(|r| geometric_mean(r.into_iter()));
    println!("instructions {instructions:.2}");
    println!("kernel: native size {size:.2} cycles {cycles:.2}");
    Ok(())
}

/// Figures of each primitive.
fn measure(cpu: &str, ways: &[Way], only: Option<&str>) -> Result<BTreeMap<String, Row>> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for &way in ways {
        let program = Program::build(cpu, way).map_err(|e| format!("{cpu} {way}: {e}"))?;
        let figures = program.measure(only).map_err(|e| format!("{cpu} {way}: {e}"))?;
        for (name, measured) in figures {
            rows.entry(name).or_default().push(measured);
        }
    }
    match rows.iter().find(|(_, row)| row.len() != ways.len()) {
        Some((name, _)) => Err(format!("{name} is missing in some program").into()),
        None if rows.is_empty() => Err("no such primitive".into()),
        None => Ok(rows),
    }
}

fn print_head(ways: &[Way]) {
    let heads: String = ways.iter().map(|way| format!("{:>11}", way.to_string())).collect();
    println!("    {:24}{heads}", "");
}

fn print_row(name: &str, row: &[Measured], cost: Cost) {
    let costs: String = row.iter().map(|m| format!("{:11}", cost(m))).collect();
    println!("    {name:24}{costs}");
}

/// synth -Os against the better native compiler at -Os.
fn ratio(ways: &[Way], row: &[Measured], cost: Cost) -> Option<f64> {
    let at_os = |native: bool| {
        let both = ways.iter().zip(row).filter(|(way, _)| way.level() == "s");
        both.filter(|(way, _)| way.is_native() == native).map(|(_, m)| cost(m)).min()
    };
    Some(at_os(false)? as f64 / at_os(true)? as f64)
}
