//! The command line as its users see it: the files of `tests/cli` hold
//! commands and what they print.
//!
//! ```text
//! # A remark.
//! $ synth cpus
//! ? 0            the exit status, if it is not 0
//! OUTPUT…        standard output, then standard error
//! ```
//!
//! Numbers of instructions, sizes of code and the list of passes print as N,
//! for they change with each optimisation.
//! They run in order in a directory with the inputs of `tests/cli/inputs`, of
//! `examples` and of synth-wasm's `tests/objects`. `SYNTH_BLESS=1` writes what is printed into the files.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::tools::{SYNTH, repository, scratch, text};

/// A command and what it must print, or a remark.
struct Step {
    line: String,
    output: String,
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = vec![];
    for line in text.lines() {
        match steps.last_mut() {
            Some(step) if !line.starts_with("$ ") && !line.starts_with("# ") => {
                let _ = writeln!(step.output, "{line}");
            }
            _ => steps.push(Step { line: line.to_string(), output: String::new() }),
        }
    }
    steps
}

/// Runs a command line; words are split at blanks, `< FILE` is its input.
fn execute(dir: &Path, line: &str) -> String {
    let (line, input) = line.split_once(" < ").unwrap_or((line, ""));
    let mut words = line.split_whitespace();
    let program = words.next().unwrap();
    assert_eq!(program, "synth", "{line}");
    let mut command = Command::new(SYNTH);
    command.args(words).current_dir(dir).env("COLUMNS", "100").env_remove("RUST_BACKTRACE");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    if !input.is_empty() {
        // A command that does not read its input closes it.
        let _ = stdin.write_all(&std::fs::read(dir.join(input)).unwrap());
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let code = output.status.code().unwrap_or(-1);
    let status = if code == 0 { String::new() } else { format!("? {code}\n") };
    let mut text = status + &hide_counts(&text(&output));
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    // An empty line between two commands belongs to neither.
    text.trim_end_matches('\n').to_string() + if text.is_empty() { "" } else { "\n" }
}

fn hide_counts(text: &str) -> String {
    let hide = |line: &str| {
        if let Some((count, "s" | "")) = line.split_once(" instruction")
            && count.parse::<u64>().is_ok()
        {
            return "N instructions\n".to_string();
        }
        if let Some((before, rest)) = line.split_once("the program needs 0x")
            && let Some((_, rest)) = rest.split_once(' ')
        {
            return format!("{before}the program needs N {rest}\n");
        }
        match line.split_once("; there are addresses, ") {
            Some((before, _)) => format!("{before}; there are N\n"),
            None => format!("{line}\n"),
        }
    };
    text.lines().map(hide).collect()
}

fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn check(name: &str) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let dir = scratch(&format!("cli-{name}"));
    copy_all(&tests.join("inputs"), &dir);
    copy_all(&repository("examples"), &dir);
    copy_all(&repository("crates/synth-wasm/tests/objects"), &dir);
    let path = tests.join(format!("{name}.txt"));
    let expected = std::fs::read_to_string(&path).unwrap();
    let mut actual = String::new();
    for step in steps(&expected) {
        let _ = writeln!(actual, "{}", step.line);
        match step.line.strip_prefix("$ ") {
            Some(line) => {
                actual += &execute(&dir, line);
                actual += "\n";
            }
            None => actual += &step.output,
        }
    }
    let actual = actual.trim_end().to_string() + "\n";
    assert!(!actual.contains('\u{1b}'), "colours where there is no terminal: {actual}");
    if std::env::var_os("SYNTH_BLESS").is_some() {
        std::fs::write(&path, actual).unwrap();
    } else if expected != actual {
        let differs = expected.lines().zip(actual.lines()).position(|(a, b)| a != b);
        let line = differs.map_or(expected.lines().count().min(actual.lines().count()), |l| l) + 1;
        panic!("{}:{line}: SYNTH_BLESS=1 accepts\n{actual}", path.display());
    }
}

macro_rules! files {
    ($($name:ident)*) => {
        $(#[test] fn $name() { check(stringify!($name)); })*

        /// Every file of the directory is run.
        #[test]
        fn all_files_are_listed() {
            let mut files: Vec<String> = [$(concat!(stringify!($name), ".txt")),*]
                .iter().map(ToString::to_string).collect();
            files.sort();
            let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
            let entries = std::fs::read_dir(directory).unwrap();
            let mut found: Vec<String> = entries
                .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
                .filter(|name| name.ends_with(".txt"))
                .collect();
            found.sort();
            assert_eq!(files, found);
        }
    };
}

files! { compile explain help image inspect run usage }

/// A reader that goes away is no reason to panic.
#[test]
fn a_closed_standard_output_is_no_error() {
    let mut child = Command::new(SYNTH).arg("cpus").stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}
