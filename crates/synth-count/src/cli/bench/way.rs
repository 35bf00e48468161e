//! The ways to compile a program.

use std::fmt;

use synth::{Bounds, Level};

/// A compiler with what distinguishes its uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    /// gcc from C.
    Gcc,
    /// clang from C.
    Clang,
    /// rustc from Rust; the objects are committed.
    Rustc,
    /// synth from a linked module, in its own memory.
    Linear(Bounds),
    /// synth from a wasm object, in the host's memory.
    Native,
    /// wasm2c and gcc from a linked module.
    Wasm2c {
        /// Whether accesses are checked.
        checked: bool,
    },
}

/// A tool at a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub tool: Tool,
    /// As after `-O`.
    pub level: &'static str,
}

/// Levels of the native compilers.
const NATIVE_LEVELS: [&str; 4] = ["s", "z", "2", "3"];
/// Levels of synth.
const SYNTH_LEVELS: [&str; 5] = ["s", "2", "z", "1", "0"];
/// Levels of gcc after wasm2c, and of synth when only the two of the last line
/// are asked for.
const MAIN_LEVELS: [&str; 2] = ["s", "2"];

impl Way {
    const fn new(tool: Tool, level: &'static str) -> Self {
        Self { tool, level }
    }

    /// All ways for a language; only the main ones if `quick`.
    pub(super) fn all(language: Language, quick: bool) -> Vec<Self> {
        let native: &[Tool] = match language {
            Language::C => &[Tool::Gcc, Tool::Clang],
            Language::Rust => &[Tool::Rustc],
        };
        let synth = [Tool::Linear(Bounds::None), Tool::Linear(Bounds::Check), Tool::Native];
        let wasm2c = [Tool::Wasm2c { checked: false }, Tool::Wasm2c { checked: true }];
        let groups: [(&[Tool], &[&str]); 3] = [
            (native, &NATIVE_LEVELS),
            (&synth, if quick { &MAIN_LEVELS } else { &SYNTH_LEVELS }),
            (if quick { &[] } else { &wasm2c }, &MAIN_LEVELS),
        ];
        let ways = groups.iter().flat_map(|(tools, levels)| {
            tools.iter().flat_map(|&tool| levels.iter().map(move |&level| Self::new(tool, level)))
        });
        ways.collect()
    }

    /// Whether it is a native compiler, to compare with.
    pub(super) fn is_native(self) -> bool {
        matches!(self.tool, Tool::Gcc | Tool::Clang | Tool::Rustc)
    }

    /// The level of clang whose module or object is compiled.
    pub(super) fn source_level(self) -> &'static str {
        if matches!(self.level, "s" | "z") { self.level } else { "2" }
    }

    /// The level of synth.
    pub(super) fn synth_level(self) -> Option<Level> {
        Level::ALL.iter().copied().find(|level| level.name() == self.level)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, note) = match self.tool {
            Tool::Gcc => ("gcc", ""),
            Tool::Clang => ("clang", ""),
            Tool::Rustc => ("rustc", ""),
            Tool::Linear(Bounds::None) => ("synth", ""),
            Tool::Linear(Bounds::Check) => ("synth", ", checked"),
            Tool::Native => ("synth", ", native model"),
            Tool::Wasm2c { checked: false } => ("wasm2c + gcc", ""),
            Tool::Wasm2c { checked: true } => ("wasm2c + gcc", ", checked"),
        };
        f.pad(&format!("{name} -O{}{note}", self.level))
    }
}

/// What a program is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// bench/src/NAME.c
    C,
    /// bench/rust/NAME.rs
    Rust,
}
