//! The sets of benchmark programs: where the sources and what is built from them are.

use std::path::{Path, PathBuf};

use super::Result;

/// A set of programs, laid out alike: `src`, `rust`, `wasm`, `native`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// `bench`: thresholds of the compiler have been chosen on it.
    Main,
    /// `bench/held-out`: it tells whether they hold for other programs.
    HeldOut,
}

impl Set {
    /// What `--held-out` asks for.
    pub(super) fn chosen(held_out: bool) -> Self {
        if held_out { Self::HeldOut } else { Self::Main }
    }

    fn dir(self) -> PathBuf {
        match self {
            Self::Main => bench_dir(),
            Self::HeldOut => bench_dir().join("held-out"),
        }
    }

    /// The names of the programs in a directory of the set, in order.
    pub(super) fn programs(self, directory: &str, extension: &str) -> Result<Vec<String>> {
        let mut names = vec![];
        let dir = self.dir().join(directory);
        for entry in std::fs::read_dir(&dir).map_err(|e| format!("{}: {e}", dir.display()))? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == extension) {
                names.push(path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// The C source of a program.
    pub(super) fn source(self, name: &str) -> PathBuf {
        self.dir().join(format!("src/{name}.c"))
    }

    /// The module that clang or rustc made of a program at a level.
    pub(super) fn module(self, name: &str, level: &str) -> PathBuf {
        self.dir().join(format!("wasm/{name}.O{level}.wasm"))
    }

    /// The wasm object of a program at a level, for the native model.
    pub(super) fn object(self, name: &str, level: &str) -> PathBuf {
        self.dir().join(format!("wasm/{name}.O{level}.o"))
    }

    /// A Rust program as rustc compiled it for a machine, `soft` or `hard`.
    pub(super) fn native(self, name: &str, float: &str, level: &str) -> PathBuf {
        self.dir().join(format!("native/{name}.{float}.O{level}.o"))
    }
}

/// The directory of the benchmark.
pub(super) fn bench_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench")
}
