//! C programs compiled by the native compilers, to compare with.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::{Object, ObjectSection, SectionFlags, SectionKind, elf};

use crate::{Counter, Error};

/// A native compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compiler {
    /// arm-none-eabi-gcc.
    Gcc,
    /// clang-19.
    Clang,
}

impl Compiler {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Gcc, Self::Clang];

    fn command(self) -> Command {
        match self {
            Self::Gcc => Command::new(LINKER),
            Self::Clang => {
                let mut command = Command::new("clang-19");
                command.arg("--target=arm-none-eabi");
                command
            }
        }
    }
}

impl fmt::Display for Compiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Gcc => "gcc",
            Self::Clang => "clang",
        })
    }
}

/// gcc links the objects of both compilers, with its own libraries.
pub const LINKER: &str = "arm-none-eabi-gcc";

/// Where programs are linked to: code, then variables.
pub(crate) const CODE: u32 = 0x0001_0000;
pub(crate) const DATA: u32 = 0x2000_0000;

/// What is compiled, and how.
#[derive(Clone, Copy, Debug)]
pub struct Build<'a> {
    /// The C file.
    pub source: &'a Path,
    /// The function that the linker keeps.
    pub function: &'a str,
    /// The core, as in `-mcpu=`; code for it uses no floating-point unit.
    pub cpu: &'a str,
    /// The level, as after `-O`.
    pub level: &'a str,
}

/// A compiled program.
#[derive(Clone, Debug)]
pub struct Native {
    /// Bytes of code and data in flash of the file's own sections, without
    /// unwinding tables and libraries.
    pub size: u64,
    /// The linked program.
    pub elf: Vec<u8>,
}

impl Build<'_> {
    /// Compiles and links.
    ///
    /// # Errors
    /// If a program is missing or reports errors.
    pub fn run(&self, compiler: Compiler) -> Result<Native, Error> {
        let dir = tempfile::tempdir().map_err(|e| Error::Tool(e.to_string()))?;
        let file = |name: &str| dir.path().join(name);
        let (object, elf, script) = (file("a.o"), file("a.elf"), file("a.ld"));
        let level = format!("-O{}", self.level);
        let cpu = format!("-mcpu={}", self.cpu);
        let target = [cpu.as_str(), "-mthumb", "-mfloat-abi=soft"];
        let mut compile = compiler.command();
        compile.args(target).args([&level, "-std=c11", "-ffunction-sections", "-fdata-sections"]);
        finish(compile.arg("-c").arg(self.source).arg("-o").arg(&object))?;
        write(&script, self.script().as_bytes())?;
        let mut link = Command::new(LINKER);
        link.args(target).args([
            "-nostartfiles",
            "-Wl,--gc-sections",
            "-Wl,--no-warn-rwx-segments",
        ]);
        finish(link.arg("-T").arg(&script).arg(&object).arg("-o").arg(&elf))?;
        Ok(Native { size: flash_size(&read(&object)?)?, elf: read(&elf)? })
    }

    fn script(&self) -> String {
        let function = self.function;
        format!(
            "ENTRY({function})
EXTERN({function})
SECTIONS {{
  . = {CODE:#x};
  .text : {{ *(.text .text.*) }}
  .rodata : {{ *(.rodata .rodata.*) }}
  /DISCARD/ : {{ *(.ARM.exidx*) *(.ARM.extab*) }}
  . = {DATA:#x};
  .data : {{ *(.data .data.*) }}
  .bss : {{ *(.bss .bss.* COMMON) }}
}}
"
        )
    }
}

impl Native {
    /// The program in the memory of a core.
    ///
    /// # Errors
    /// If it can't be loaded.
    pub fn load(&self, core: crate::Core) -> Result<Counter, Error> {
        let mut counter = Counter::new(core)?;
        counter.load(&self.elf)?;
        Ok(counter)
    }
}

/// Bytes of flash that the sections of an object take, without unwinding tables
/// and build attributes.
pub(crate) fn flash_size(elf: &[u8]) -> Result<u64, Error> {
    let file = object::File::parse(elf).map_err(|e| Error::Elf(e.to_string()))?;
    let counts = |section: &object::Section| {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { return false };
        let unwinding = section.name().is_ok_and(|name| name.starts_with(".ARM."));
        let zeros = section.kind() == SectionKind::UninitializedData;
        sh_flags.contains(elf::SHF_ALLOC) && !unwinding && !zeros
    };
    Ok(file.sections().filter(counts).map(|section| section.size()).sum())
}

/// Runs a program to its end.
///
/// # Errors
/// If it is missing or reports errors.
pub fn finish(command: &mut Command) -> Result<(), Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output =
        command.output().map_err(|e| Error::Tool(format!("{program}: {e} (cargo xtask setup)")))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Tool(format!("{program}: {}", String::from_utf8_lossy(&output.stderr))))
}

fn read(path: &PathBuf) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|e| Error::Tool(format!("{}: {e}", path.display())))
}

fn write(path: &PathBuf, bytes: &[u8]) -> Result<(), Error> {
    std::fs::write(path, bytes).map_err(|e| Error::Tool(format!("{}: {e}", path.display())))
}
