//! Who compiles the functions under test, and how.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::target::Target;
use super::unit::Unit;
use super::{program, wasm};

/// A way to compile the functions under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// gcc, at another level than the native functions; with `-DWRONG` or without.
    Gcc { wrong: bool },
    /// synth at a level, from the objects of clang at a level.
    Synth { clang: &'static str, level: &'static str },
}

impl Subject {
    /// What is compiled by synth; the levels that matter, or all of them.
    pub(super) fn of_synth(target: &Target, all: bool) -> Vec<Self> {
        let synth = |clang, level| Self::Synth { clang, level };
        if all {
            let levels = ["0", "1", "2", "s", "z"];
            return wasm::LEVELS.iter().flat_map(|c| levels.map(|l| synth(c, l))).collect();
        }
        let mut subjects = vec![synth("s", "s")];
        if target.name() == "cortex-m3/soft" {
            subjects.extend([synth("0", "s"), synth("s", "0")]);
        }
        if target.name() == "cortex-m4/hard" {
            subjects.extend([synth("0", "0"), synth("s", "2")]);
        }
        subjects
    }

    /// Whether both linkers see it in the short run.
    pub(super) fn is_main(self) -> bool {
        self == Self::Synth { clang: "s", level: "s" }
    }

    pub(super) fn name(self) -> String {
        match self {
            Self::Gcc { .. } => "gcc -O2".to_string(),
            Self::Synth { clang, level } => format!("clang -O{clang}, synth -O{level}"),
        }
    }

    /// A name for files.
    pub(super) fn file_name(self) -> String {
        match self {
            Self::Gcc { .. } => "gcc".to_string(),
            Self::Synth { clang, level } => format!("O{clang}-O{level}"),
        }
    }

    /// Compiles a unit; the objects, or why there are none.
    pub(super) fn compile(
        self,
        unit: &Unit,
        target: &Target,
        dir: &Path,
    ) -> Result<Vec<PathBuf>, String> {
        match self {
            Self::Gcc { wrong } => {
                let flags: &[&str] = if wrong { &["-O2", "-DWRONG"] } else { &["-O2"] };
                let compile = |source: &PathBuf| {
                    let output = dir.join(format!("{}.gcc.o", program::stem(source)));
                    program::compile_native(target, source, flags, &output)
                        .map_err(|e| e.to_string())?;
                    Ok(output)
                };
                unit.sources.iter().map(compile).collect()
            }
            Self::Synth { clang, level } => {
                let output = dir.join(format!("{}.o", unit.name));
                let mut synth = synth().map_err(|e| e.to_string())?;
                synth.arg("compile").args(target.synth()).arg(format!("-O{level}"));
                synth.args(&unit.synth_flags);
                if let Some(contract) = &unit.contract {
                    synth.arg("--contract").arg(contract);
                }
                synth.args(unit.sources.iter().map(|source| wasm::object(source, clang)));
                synth.arg("-o").arg(&output);
                let run = synth.output().map_err(|e| e.to_string())?;
                match run.status.success() {
                    true => Ok(vec![output]),
                    false => Err(String::from_utf8_lossy(&run.stderr).trim().to_string()),
                }
            }
        }
    }
}

/// The command of synth, in this program.
fn synth() -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("synth");
    Ok(command)
}
