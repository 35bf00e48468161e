//! `cargo xtask compile-time`: how long compilation takes, where the time goes,
//! and that it grows as the input does.
//!
//! The input is a module of all C programs of `bench/`, once, twice and four
//! times under other names. Times are processor time, the least of several runs of
//! the release build on one thread, with everything from reading the file to writing
//! the object. With --callgrind instructions are counted instead, which is the same
//! on every machine and every run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;

use crate::Result;
use crate::runtime::finish;

/// Measure the compiler's speed in release build: KB of wasm per second and
/// thread.
#[derive(Args)]
pub struct Arguments {
    /// Count the instructions of each pass with valgrind
    #[arg(long)]
    callgrind: bool,
    /// Compile this module and not the programs of bench/
    #[arg(value_name = "INPUT")]
    input: Option<PathBuf>,
}

/// Runs of which the least time counts.
const RUNS: u32 = 9;

/// Copies of the programs in a module.
const COPIES: [u32; 3] = [1, 2, 4];

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result {
    let synth = build()?;
    let dir = tempfile::tempdir()?;
    let modules = match &arguments.input {
        Some(input) => vec![input.clone()],
        None => COPIES
            .into_iter()
            .map(|copies| module(dir.path(), copies))
            .collect::<Result<Vec<_>>>()?,
    };
    if arguments.callgrind {
        return callgrind(&synth, &modules[0], dir.path());
    }
    println!("level   KB of wasm   seconds   KB a second");
    for level in ["0", "1", "2", "z"] {
        measure(&synth, &modules[0], level, dir.path())?;
    }
    let mut speeds = vec![];
    for module in &modules {
        speeds.push(measure(&synth, module, "s", dir.path())?);
    }
    if arguments.input.is_none() {
        native(dir.path())?;
    }
    let [first, .., last] = speeds[..] else {
        println!("compile-time: {:.0} KB/s at -Os", speeds[0]);
        return Ok(());
    };
    let growth = first / last;
    let times = COPIES[COPIES.len() - 1];
    println!(
        "compile-time: {first:.0} KB/s at -Os; {growth:.2} times as long per byte at {times} times the size"
    );
    Ok(())
}

/// Builds the compiler for users.
fn build() -> Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["build", "--release", "--quiet", "--package", "synth"]);
    finish(cargo.current_dir(crate::root()), "cargo")?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
    Ok(std::path::absolute(crate::root().join(target).join("release/synth"))?)
}

/// The C programs of the benchmark, by name.
fn programs() -> Result<Vec<(String, PathBuf)>> {
    let mut programs = vec![];
    for entry in std::fs::read_dir(crate::root().join("bench/src"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "c") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            programs.push((name, path));
        }
    }
    programs.sort();
    Ok(programs)
}

/// A module with so many copies of all programs.
fn module(dir: &Path, copies: u32) -> Result<PathBuf> {
    let output = dir.join(format!("all.{copies}.wasm"));
    let mut link = Command::new("wasm-ld-19");
    link.args(["--no-entry", "--strip-debug", "--stack-first", "-z", "stack-size=8192"]);
    for (name, source) in programs()? {
        for copy in 0..copies {
            let object = dir.join(format!("{name}.{copy}.o"));
            let mut clang = Command::new("clang-19");
            clang.args(["--target=wasm32", "-std=c11", "-mbulk-memory", "-Os", "-c"]);
            clang.arg(format!("-Dbench_{name}=bench_{name}_{copy}"));
            finish(clang.arg(&source).arg("-o").arg(&object), "clang-19")?;
            link.arg(object);
        }
    }
    finish(link.arg("-o").arg(&output), "wasm-ld-19")?;
    Ok(output)
}

fn compile(synth: &Path, module: &Path, level: &str, dir: &Path) -> Command {
    let mut command = Command::new(synth);
    command.args(["compile", "--cpu", "cortex-m4", "--threads", "1"]);
    command.arg(format!("-O{level}")).arg(module).arg("-o").arg(dir.join("out.o"));
    command.stdin(Stdio::null());
    command
}

/// The processor time of programs that have run to their end, which other work of
/// the machine does not count in: fields 16 and 17 of /proc/self/stat (proc(5)),
/// in hundredths of a second.
fn children_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks = fields.skip(13).take(2).map(|field| field.parse::<f64>().unwrap_or(0.0));
    Ok(ticks.sum::<f64>() / 100.0)
}

/// Prints a line and returns KB a second.
fn measure(synth: &Path, module: &Path, level: &str, dir: &Path) -> Result<f64> {
    let mut seconds = f64::MAX;
    for _ in 0..RUNS {
        let begin = children_seconds()?;
        finish(&mut compile(synth, module, level, dir), "synth")?;
        seconds = seconds.min(children_seconds()? - begin);
    }
    let size = std::fs::metadata(module)?.len() as f64 / 1024.0;
    let speed = size / seconds;
    println!("-O{level}     {size:10.0} {seconds:9.3} {speed:13.0}");
    Ok(speed)
}

/// What the native compilers take for the same sources, from C.
fn native(dir: &Path) -> Result {
    for compiler in ["arm-none-eabi-gcc", "clang-19"] {
        let begin = children_seconds()?;
        for (_, source) in programs()? {
            let mut command = Command::new(compiler);
            if compiler == "clang-19" {
                command.arg("--target=arm-none-eabi");
            }
            command.args(["-mcpu=cortex-m4", "-mthumb", "-std=c11", "-Os", "-c"]);
            finish(command.arg(source).arg("-o").arg(dir.join("native.o")), compiler)?;
        }
        let seconds = children_seconds()? - begin;
        println!("{compiler} -Os, the same programs from C: {seconds:.3} s");
    }
    Ok(())
}

/// Prints the instructions of functions, the callees' included.
fn callgrind(synth: &Path, module: &Path, dir: &Path) -> Result {
    let out = dir.join("callgrind.out");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet"]);
    valgrind.arg(format!("--callgrind-out-file={}", out.display()));
    let command = compile(synth, module, "s", dir);
    valgrind.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    finish(&mut valgrind, "valgrind")?;
    let mut annotate = Command::new("callgrind_annotate");
    annotate.args(["--inclusive=yes", "--threshold=100"]).arg(&out);
    let output = annotate.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let size = std::fs::metadata(module)?.len();
    println!("instructions with callees, of {size} bytes of wasm at -Os");
    for line in text.lines().filter(|line| is_own(line)).take(LINES) {
        println!("{}", shorten(line));
    }
    Ok(())
}

/// Lines of the profile that are printed.
const LINES: usize = 80;

/// Whether a line is of a function of this project or of the allocator's.
fn is_own(line: &str) -> bool {
    line.contains('%')
        && (line.contains("synth_") || line.contains("regalloc2") || line.contains("PROGRAM"))
}

/// A line without the path of the program and the hash of the function.
fn shorten(line: &str) -> String {
    let line = line.split(" [").next().unwrap_or(line);
    let mut parts = line.splitn(2, "???:");
    let (numbers, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    format!("{numbers}{name}")
}
