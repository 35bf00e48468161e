//! `cargo xtask encodings`: every encoding of the instruction table over its
//! operand space against `llvm-mc`, as assembler and as disassembler. The tests
//! of `synth-thumb` run a sample of the same sweep.

use std::time::Instant;

use synth_thumb::inst::sweep::{self, Depth};
use synth_thumb::inst::{ROWS, Row};

use crate::Result;

/// Cases given to one run of llvm-mc.
const BATCH: usize = 100_000;
/// Disagreements shown for one encoding.
const SHOWN: usize = 10;

/// Compare every encoding with llvm-mc over its operand space.
#[derive(clap::Args)]
pub struct Arguments {
    /// Visit all combinations of operands where they have at most this many bits
    /// together; beyond, all values of each operand and all pairs of boundary values
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(..=24))]
    bits: u32,
    /// Only the encodings whose name begins with this
    #[arg(long, default_value = "")]
    name: String,
}

/// Runs the sweep; an error if anything disagrees.
pub fn run(arguments: &Arguments) -> Result {
    let start = Instant::now();
    let rows: Vec<&Row> = ROWS.iter().filter(|r| r.name.starts_with(&arguments.name)).collect();
    let (mut cases, mut wrong) = (0, 0);
    for (i, row) in rows.iter().enumerate() {
        let (visited, disagreements) = check_row(row, Depth::Full(arguments.bits))?;
        cases += visited;
        wrong += disagreements.len();
        println!("{:3}/{} {:14} {visited:8} cases", i + 1, rows.len(), row.name);
        for line in disagreements.iter().take(SHOWN) {
            println!("        {line}");
        }
    }
    let seconds = start.elapsed().as_secs();
    println!("{} encodings, {cases} cases, {wrong} disagreements, {seconds} s", rows.len());
    if cases == 0 {
        return Err(format!("no encoding's name begins with `{}`", arguments.name).into());
    }
    if wrong > 0 { Err(format!("{wrong} disagreements with llvm-mc").into()) } else { Ok(()) }
}

/// The number of cases of a row, and the disagreements.
fn check_row(row: &Row, depth: Depth) -> Result<(usize, Vec<String>)> {
    let cases = sweep::row_cases(row, depth);
    let mut wrong = Vec::new();
    for batch in cases.chunks(BATCH) {
        wrong.extend(sweep::check(row.feature, batch)?);
    }
    Ok((cases.len(), wrong))
}
