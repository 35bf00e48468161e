//! `cargo xtask hostile`: large hostile modules through the `synth` command,
//! each in a process with limits, at one size and at its double.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use synth_testkit::hostile::{Run, SHAPES, Shape, compile_limited};

/// Compile hostile modules under limits of time and memory, and check that
/// time grows no faster than it should.
#[derive(Args)]
pub struct Arguments {
    /// Run only the shapes whose names contain one of these.
    #[arg(value_name = "NAME")]
    only: Vec<String>,
    /// Divide all sizes.
    #[arg(long, value_name = "N", default_value_t = 1)]
    divide: u32,
    /// Address space of a compilation, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    memory: u32,
    /// Seconds that a compilation may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    seconds: u32,
    /// Compile with the command built without optimisation.
    #[arg(long)]
    dev: bool,
}

/// Growth of time for twice the size that is no longer taken for linear.
const RATIO: f64 = 3.0;
/// Seconds below which a time says nothing about growth.
const NOISE: f64 = 0.5;

/// Runs the command.
pub fn run(arguments: &Arguments) -> crate::Result {
    let synth = build(arguments.dev)?;
    let dir = std::env::temp_dir().join(format!("synth-hostile-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    println!("{:<24} {:>10} {:>5} {:>9} {:>9}", "shape", "size", "level", "seconds", "doubled");
    let mut failures = vec![];
    for shape in SHAPES {
        let named = arguments.only.iter().any(|name| shape.name.contains(name.as_str()));
        if !(arguments.only.is_empty() || named) {
            continue;
        }
        for level in ["-O0", "-Os"] {
            if let Err(failure) = check(shape, level, arguments, &synth, &dir) {
                println!("  FAILED: {failure}");
                failures.push(format!("{} {level}", shape.name));
            }
        }
    }
    std::fs::remove_dir_all(&dir)?;
    if failures.is_empty() { Ok(()) } else { Err(failures.join(", ").into()) }
}

fn check(
    shape: &Shape,
    level: &str,
    arguments: &Arguments,
    synth: &Path,
    dir: &Path,
) -> crate::Result {
    let size = (shape.size / arguments.divide).max(1);
    let path = dir.join(shape.name);
    let compile = |size: u32| -> crate::Result<Run> {
        std::fs::write(&path, (shape.module)(size))?;
        let run = compile_limited(synth, &path, &[level], arguments.memory, arguments.seconds)?;
        std::fs::remove_file(&path)?;
        match run.status {
            Some(0 | 1) if !run.message.contains("panicked") => Ok(run),
            _ => Err(format!("size {size}: {run:?}").into()),
        }
    };
    let (one, two) = (compile(size)?, compile(size * 2)?);
    let note = if two.status == Some(0) { "" } else { " refused" };
    let (a, b) = (one.seconds, two.seconds);
    println!("{:<24} {size:>10} {level:>5} {a:>9.2} {b:>9.2}{note}", shape.name);
    if b > NOISE && b > RATIO * a.max(NOISE / 2.0) {
        return Err(format!("twice the size takes {:.1} times as long", b / a).into());
    }
    Ok(())
}

/// The `synth` command, up to date.
fn build(dev: bool) -> crate::Result<PathBuf> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command.args(["build", "--package", "synth", "--message-format", "json-render-diagnostics"]);
    if !dev {
        command.arg("--release");
    }
    let output =
        command.current_dir(crate::root()).stderr(std::process::Stdio::inherit()).output()?;
    let text = String::from_utf8(output.stdout)?;
    let paths =
        text.lines().filter_map(|line| line.split_once("\"executable\":\"")?.1.split_once('"'));
    let path = paths.map(|(path, _)| path).next_back().ok_or("cargo built no command")?;
    Ok(PathBuf::from(path))
}
