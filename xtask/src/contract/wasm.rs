//! The committed wasm objects.

use std::path::{Path, PathBuf};

use super::directory;
use super::program::stem;
use super::unit::is_rust;

/// The levels at which clang compiled them.
pub(super) const LEVELS: [&str; 2] = ["s", "0"];

/// The object of a source file. There is none of Rust at level 0, which would hold
/// most of `core`: level 1 stands in.
pub(super) fn object(source: &Path, level: &str) -> PathBuf {
    let level = if is_rust(source) && level == "0" { "1" } else { level };
    directory().join(format!("wasm/{}.O{level}.o", stem(source)))
}

/// The levels at which a unit is compiled; those that are measured, at the levels
/// of the measurement too.
pub(super) fn levels(measured: bool) -> Vec<&'static str> {
    let extra: &[&str] = if measured { &["2"] } else { &[] };
    [&LEVELS[..], extra].concat()
}
