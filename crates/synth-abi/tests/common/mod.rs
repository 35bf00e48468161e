//! What the tests of this crate share: running tools.
#![allow(dead_code, missing_docs)] // Each test file uses a part of it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A fresh directory for a test's files.
pub fn scratch(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// The Debian package of a tool.
fn package(tool: &str) -> &'static str {
    match tool {
        t if t.starts_with("arm-none-eabi") => "gcc-arm-none-eabi libnewlib-arm-none-eabi",
        t if t.starts_with("clang") => "clang-19",
        _ => "lld-19",
    }
}

/// Runs a tool; whether it succeeds, and what it says.
pub fn try_run(dir: &Path, tool: &str, args: &[&str]) -> (bool, String) {
    let output = match Command::new(tool).args(args).current_dir(dir).output() {
        Ok(output) => output,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            panic!("{tool} is missing: apt-get install {}", package(tool))
        }
        Err(e) => panic!("{tool}: {e}"),
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), text + &String::from_utf8_lossy(&output.stderr))
}

/// Runs a tool that must succeed; its output.
pub fn run(dir: &Path, tool: &str, args: &[&str]) -> String {
    let (success, text) = try_run(dir, tool, args);
    assert!(success, "{tool} {args:?}: {text}");
    text
}
