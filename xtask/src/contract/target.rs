//! What programs of the corpus are built for.

use std::path::Path;
use std::process::Command;

use synth_emu::Board;

use crate::Result;

/// A core with a convention for floats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub board: Board,
    /// As in `-mfloat-abi=`.
    pub float: &'static str,
    /// The floating-point unit, as in `-mfpu=`.
    pub fpu: Option<&'static str>,
    rom: &'static str,
    ram: &'static str,
}

const fn low(board: Board, float: &'static str, fpu: Option<&'static str>) -> Target {
    Target { board, float, fpu, rom: "0x00000000", ram: "0x20000000" }
}

/// All targets; the first is that of the harness's own check.
pub(super) const TARGETS: [Target; 7] = [
    low(Board::Mps2An385, "soft", None),
    low(Board::Mps2An386, "soft", None),
    low(Board::Mps2An386, "softfp", Some("fpv4-sp-d16")),
    low(Board::Mps2An386, "hard", Some("fpv4-sp-d16")),
    low(Board::Mps2An500, "softfp", Some("fpv5-d16")),
    low(Board::Mps2An500, "hard", Some("fpv5-d16")),
    Target {
        board: Board::Mps2An505,
        float: "hard",
        fpu: Some("fpv5-sp-d16"),
        rom: "0x10000000",
        ram: "0x38000000",
    },
];

/// A linker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Linker {
    Gnu,
    Lld,
}

/// Both linkers.
pub(super) const LINKERS: [Linker; 2] = [Linker::Gnu, Linker::Lld];

impl Linker {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gnu => "GNU ld",
            Self::Lld => "lld",
        }
    }

    pub(super) fn command(self) -> Command {
        Command::new(match self {
            Self::Gnu => "arm-none-eabi-ld",
            Self::Lld => "ld.lld-19",
        })
    }
}

impl Target {
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.board.cpu(), self.float)
    }

    /// The compiler of native code, for this target.
    pub(super) fn gcc(&self) -> Command {
        let mut gcc = Command::new("arm-none-eabi-gcc");
        gcc.arg(format!("-mcpu={}", self.board.cpu())).arg("-mthumb");
        gcc.arg(format!("-mfloat-abi={}", self.float));
        if let Some(fpu) = self.fpu {
            gcc.arg(format!("-mfpu={fpu}"));
        }
        gcc
    }

    /// Options of synth for this target.
    pub(super) fn synth(&self) -> Vec<String> {
        let cpu = self.board.cpu();
        match self.fpu {
            Some(_) => vec![format!("--cpu={cpu}"), format!("--float-abi={}", self.float)],
            None if self.board.has_fpu() => vec![format!("--cpu={cpu}+nofp")],
            None => vec![format!("--cpu={cpu}")],
        }
    }

    /// The libraries of gcc for this target.
    pub(super) fn libraries(&self) -> Result<Vec<String>> {
        let find = |option: &str| -> Result<String> {
            let output = self.gcc().arg(option).output()?;
            Ok(String::from_utf8(output.stdout)?.trim().to_string())
        };
        Ok(vec![find("-print-file-name=libc.a")?, find("-print-libgcc-file-name")?])
    }

    /// Writes the linker script.
    pub(super) fn write_script(&self, template: &Path, to: &Path) -> Result {
        let text = std::fs::read_to_string(template)?;
        std::fs::write(to, text.replace("@ROM@", self.rom).replace("@RAM@", self.ram))?;
        Ok(())
    }
}
