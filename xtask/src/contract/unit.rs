//! The units of the corpus: which files belong together, and their directives.
//!
//! A unit NAME has NAME.c or NAME.rs, perhaps more files NAME.*.c and NAME.*.rs
//! that are linked with it, the driver NAME.test.c and perhaps a contract file NAME.toml. A line
//! `// wasm: FLAGS` in NAME.c is for clang, `// synth: FLAGS` for synth.

use std::path::{Path, PathBuf};

use super::directory;
use crate::Result;

/// A unit of the corpus.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub name: String,
    /// The files under test.
    pub sources: Vec<PathBuf>,
    /// The driver.
    pub driver: PathBuf,
    /// The contract file.
    pub contract: Option<PathBuf>,
    /// What clang is told in addition.
    pub wasm_flags: Vec<String>,
    /// What synth is told in addition.
    pub synth_flags: Vec<String>,
    /// The names of the tests in the driver, in the order of its list.
    pub tests: Vec<String>,
}

/// The units of the corpus; `only` these if there are any.
pub(super) fn corpus(only: &[String]) -> Result<Vec<Unit>> {
    find(&["c", "kernel", "rust"].map(|name| directory().join(name)), only)
}

/// The units in directories, in order of their names; `only` these if there are any.
pub(super) fn find(directories: &[PathBuf], only: &[String]) -> Result<Vec<Unit>> {
    let mut files = vec![];
    for directory in directories {
        for entry in std::fs::read_dir(directory)? {
            files.push(entry?.path());
        }
    }
    files.sort();
    let mut units = vec![];
    for driver in &files {
        let Some(name) = file_name(driver).strip_suffix(".test.c") else { continue };
        if only.is_empty() || only.iter().any(|wanted| wanted == name) {
            units.push(unit(name, driver, &files)?);
        }
    }
    match only.iter().find(|name| !units.iter().any(|unit| unit.name == **name)) {
        Some(name) => Err(format!("there is no unit '{name}'").into()),
        None => Ok(units),
    }
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

fn unit(name: &str, driver: &Path, files: &[PathBuf]) -> Result<Unit> {
    let is_source = |file: &&PathBuf| {
        let rest = file_name(file).strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|rest| {
            rest == "c" || rest.ends_with(".c") && rest != "test.c" || rest.ends_with("rs")
        })
    };
    let sources: Vec<PathBuf> = files.iter().filter(is_source).cloned().collect();
    let first = sources.first().ok_or_else(|| format!("no file of {name}"))?;
    let text = std::fs::read_to_string(first)?;
    let directive = |start: &str| {
        let lines = text.lines().filter_map(|line| line.strip_prefix(start));
        lines.flat_map(str::split_whitespace).map(str::to_string).collect()
    };
    let contract = driver.with_file_name(format!("{name}.toml"));
    Ok(Unit {
        name: name.to_string(),
        driver: driver.to_path_buf(),
        contract: contract.exists().then_some(contract),
        wasm_flags: directive("// wasm: "),
        synth_flags: directive("// synth: "),
        tests: tests(&std::fs::read_to_string(driver)?, name)?,
        sources,
    })
}

/// The names in the list `TESTS(unit, T(name) T(name) …);`.
fn tests(driver: &str, unit: &str) -> Result<Vec<String>> {
    let start = format!("TESTS({unit},");
    let (_, list) = driver.rsplit_once(&start).ok_or_else(|| format!("no list {start}"))?;
    let names = list.split("T(").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    Ok(names.map(str::to_string).collect())
}

/// Whether a source is in Rust: its objects are made by contract/rust/build.sh.
pub(super) fn is_rust(source: &Path) -> bool {
    source.extension().is_some_and(|extension| extension == "rs")
}
