//! C programs compiled by the native compilers, to compare with.

use std::fmt;
use std::path::Path;
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

/// What code is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The core, as in `-mcpu=`.
    pub cpu: &'a str,
    /// Whether a floating-point unit computes and takes arguments; else
    /// routines compute.
    pub hard_float: bool,
}

impl<'a> Target<'a> {
    /// A core whose floating-point unit, if any, is not used.
    #[must_use]
    pub fn soft(cpu: &'a str) -> Self {
        Self { cpu, hard_float: false }
    }

    /// What both compilers and the linker are told.
    fn flags(self) -> [String; 3] {
        let float = if self.hard_float { "hard" } else { "soft" };
        [format!("-mcpu={}", self.cpu), "-mthumb".to_string(), format!("-mfloat-abi={float}")]
    }
}

/// What is compiled, and how.
///
/// Sums of products are not contracted to fused operations, which WebAssembly
/// does not have: results would differ.
#[derive(Clone, Copy, Debug)]
pub struct Build<'a> {
    /// The C file.
    pub source: &'a Path,
    /// The function that the linker keeps.
    pub function: &'a str,
    /// What for.
    pub target: Target<'a>,
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
        let object = dir.path().join("a.o");
        self.compile(compiler, &[], &object)?;
        Native::link(&[&object], self.function, self.target)
    }

    /// Compiles, with more arguments.
    ///
    /// # Errors
    /// If the compiler is missing or reports errors.
    pub fn compile(&self, compiler: Compiler, more: &[&str], object: &Path) -> Result<(), Error> {
        let mut compile = compiler.command();
        compile.args(self.target.flags()).arg(format!("-O{}", self.level)).args(FLAGS).args(more);
        finish(compile.arg("-c").arg(self.source).arg("-o").arg(object))
    }
}

/// What every program is compiled with.
const FLAGS: [&str; 4] =
    ["-std=c11", "-ffp-contract=off", "-ffunction-sections", "-fdata-sections"];

impl Native {
    /// Links objects, of which the first is measured, with the libraries of gcc.
    ///
    /// # Errors
    /// If the linker is missing or reports errors.
    pub fn link(objects: &[&Path], function: &str, target: Target) -> Result<Self, Error> {
        let dir = tempfile::tempdir().map_err(|e| Error::Tool(e.to_string()))?;
        let (elf, layout) = (dir.path().join("a.elf"), dir.path().join("a.ld"));
        write(&layout, script(function).as_bytes())?;
        let mut link = Command::new(LINKER);
        link.args(target.flags()).args([
            "-nostartfiles",
            "-Wl,--gc-sections",
            "-Wl,--no-warn-rwx-segments",
        ]);
        finish(link.arg("-T").arg(&layout).args(objects).arg("-o").arg(&elf))?;
        let size = objects.first().map_or(Ok(0), |object| flash_size(&read(object)?))?;
        Ok(Native { size, elf: read(&elf)? })
    }

    /// Links an object in memory.
    ///
    /// # Errors
    /// As [`Native::link`].
    pub fn link_bytes(object: &[u8], function: &str, target: Target) -> Result<Self, Error> {
        let dir = tempfile::tempdir().map_err(|e| Error::Tool(e.to_string()))?;
        let path = dir.path().join("a.o");
        write(&path, object)?;
        Self::link(&[&path], function, target)
    }

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

/// Where the linker puts what.
fn script(function: &str) -> String {
    format!(
        "ENTRY({function})
EXTERN({function})
SECTIONS {{
  . = {CODE:#x};
  .text : {{ *(.text .text.*) }}
  .rodata : {{ *(.rodata .rodata.*) }}
  .init_array : {{ KEEP(*(SORT(.init_array.*))) KEEP(*(.init_array)) }}
  /DISCARD/ : {{ *(.ARM.exidx*) *(.ARM.extab*) }}
  . = {DATA:#x};
  .data : {{ *(.data .data.*) }}
  .bss : {{ *(.bss .bss.* COMMON) }}
}}
"
    )
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

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|e| Error::Tool(format!("{}: {e}", path.display())))
}

pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    std::fs::write(path, bytes).map_err(|e| Error::Tool(format!("{}: {e}", path.display())))
}
