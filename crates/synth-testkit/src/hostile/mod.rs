//! Valid modules that strain a compiler: each shape has a size that can be
//! doubled, to see whether time and memory grow in proportion.

mod bodies;
mod objects;
mod sections;

use std::path::Path;
use std::process::Command;

use bodies::*;
use objects::*;
use sections::*;

/// A shape of hostile module.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Its name.
    pub name: &'static str,
    /// A size that takes a second or so to compile.
    pub size: u32,
    /// The module of a size.
    pub module: fn(u32) -> Vec<u8>,
}

/// All shapes.
pub const SHAPES: &[Shape] = &[
    Shape { name: "nested_blocks", size: 100_000, module: nested_blocks },
    Shape { name: "nested_ifs", size: 100_000, module: nested_ifs },
    Shape { name: "nested_loops", size: 20_000, module: nested_loops },
    Shape { name: "nested_block_values", size: 50_000, module: nested_block_values },
    Shape { name: "locals", size: 24_000, module: locals },
    Shape { name: "locals_in_loops", size: 24_000, module: locals_in_loops },
    Shape { name: "table_of_one_target", size: 100_000, module: table_of_one_target },
    Shape { name: "table_of_many_targets", size: 100_000, module: table_of_many_targets },
    Shape { name: "arithmetic", size: 200_000, module: arithmetic },
    Shape { name: "long_arithmetic", size: 50_000, module: long_arithmetic },
    Shape { name: "deep_operands", size: 100_000, module: deep_operands },
    Shape { name: "calls", size: 100_000, module: calls },
    Shape { name: "accesses", size: 100_000, module: accesses },
    Shape { name: "divisions", size: 50_000, module: divisions },
    Shape { name: "constants", size: 100_000, module: constants },
    Shape { name: "if_else_chain", size: 50_000, module: if_else_chain },
    Shape { name: "branches_out", size: 50_000, module: branches_out },
    Shape { name: "loops_in_a_row", size: 20_000, module: loops_in_a_row },
    Shape { name: "selects", size: 100_000, module: selects },
    Shape { name: "functions", size: 10_000, module: functions },
    Shape { name: "exports", size: 10_000, module: exports },
    Shape { name: "imports", size: 10_000, module: imports },
    Shape { name: "globals", size: 50_000, module: globals },
    Shape { name: "data_segments", size: 50_000, module: data_segments },
    Shape { name: "element_segments", size: 50_000, module: element_segments },
    Shape { name: "types", size: 10_000, module: types },
    Shape { name: "parameters", size: 500, module: parameters },
    Shape { name: "results", size: 500, module: results },
    Shape { name: "block_values", size: 500, module: block_values },
    Shape { name: "large_table", size: 5_000_000, module: large_table },
    Shape { name: "large_memory", size: 32_768, module: large_memory },
    Shape { name: "large_data", size: 4 << 20, module: large_data },
    Shape { name: "object", size: 10_000, module: object },
    Shape { name: "object_names", size: 50_000, module: object_names },
    Shape { name: "long_name", size: 1 << 16, module: long_name },
];

/// How a compilation under limits went.
#[derive(Clone, Debug)]
pub struct Run {
    /// The exit status; none if a signal ended it or time ran out.
    pub status: Option<i32>,
    /// Seconds of processor time.
    pub seconds: f64,
    /// What it printed to standard error.
    pub message: String,
}

/// Compiles a file with the `synth` command in a process that may use so many
/// MiB of address space and seconds.
///
/// # Errors
/// If no shell can be started.
pub fn compile_limited(
    synth: &Path,
    input: &Path,
    options: &[&str],
    mebibytes: u32,
    seconds: u32,
) -> std::io::Result<Run> {
    // The builtin `times` prints the times of the shell, then those of its children.
    let script = "ulimit -v $1; ulimit -c 0; shift; timeout \"$@\"; s=$?; times; exit $s";
    let mut command = Command::new("bash");
    command.args(["-c", script, "bash", &(mebibytes * 1024).to_string(), &seconds.to_string()]);
    command.arg(synth).arg("compile").arg(input).args(["-o", "/dev/null", "--threads", "2"]);
    let output = command.args(options).output()?;
    let times = String::from_utf8_lossy(&output.stdout).into_owned();
    let children = times.lines().last().unwrap_or_default();
    Ok(Run {
        // 124 is a time-out; a shell adds 128 to the number of a signal.
        status: output.status.code().filter(|&status| status < 124),
        seconds: children.split_whitespace().filter_map(parse_time).sum(),
        message: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Seconds of `1m2.345s`.
fn parse_time(text: &str) -> Option<f64> {
    let (minutes, seconds) = text.strip_suffix('s')?.split_once('m')?;
    Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
}
