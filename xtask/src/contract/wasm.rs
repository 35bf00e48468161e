//! The committed wasm objects.

use std::path::{Path, PathBuf};

use super::directory;
use super::program::stem;

/// The levels at which clang compiled them.
pub(super) const LEVELS: [&str; 2] = ["s", "0"];

/// The object of a source file.
pub(super) fn object(source: &Path, level: &str) -> PathBuf {
    directory().join(format!("wasm/{}.O{level}.o", stem(source)))
}
