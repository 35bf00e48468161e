//! Boards: a memory map, a CPU, and what the start code may rely on.
//!
//! A board is a small TOML file; `boards/` holds those that are built in.
//!
//! ```toml
//! name = "my-board"
//! cpu = "cortex-m4+nofp"       # as in -mcpu=
//! stack = 0x1000               # bytes, a multiple of 8
//! vectors = 64                 # words of the vector table, 16 to 496 (optional)
//! semihosting = true           # exit and report traps to a debugger (optional)
//! qemu = "mps2-an385"          # the machine of qemu-system-arm (optional)
//!
//! [flash]
//! origin = 0x08000000
//! length = 0x00080000
//!
//! [ram]
//! origin = 0x20000000
//! length = 0x00020000
//!
//! [[region]]                   # more memory, for sections by name (optional)
//! name = "itcm"
//! origin = 0x00000000
//! length = 0x00010000
//! kind = "ram"                 # "ram": filled by the start code; "rom": holds its contents
//! sections = [".ramfunc"]      # this name, and those that go on with a dot
//! ```

use serde::Deserialize;
use synth_thumb::Cpu;
use toml::Spanned;

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// The first address.
    pub origin: u32,
    /// Size in bytes.
    pub length: u32,
}

impl Memory {
    /// The address after the last one.
    pub fn end(self) -> u64 {
        u64::from(self.origin) + u64::from(self.length)
    }

    /// Whether an address is in both.
    pub fn overlaps(self, other: Memory) -> bool {
        u64::from(self.origin) < other.end() && u64::from(other.origin) < self.end()
    }
}

/// How a region gets its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegionKind {
    /// The start code copies them from flash, or writes zeros.
    Ram,
    /// They are there before the start.
    Rom,
}

/// Memory beside flash and RAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The name; its sections are named `.NAME` in the image.
    pub name: String,
    /// Where it is.
    pub memory: Memory,
    /// How it gets its contents.
    pub kind: RegionKind,
    /// Names of the sections that it holds; longer names that go on with a
    /// dot count too.
    pub sections: Vec<String>,
}

impl Region {
    /// Whether a section of that name goes there.
    pub fn holds(&self, section: &str) -> bool {
        self.sections.iter().any(|prefix| {
            section
                .strip_prefix(prefix.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}

/// A board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// Its name.
    pub name: String,
    /// Its CPU.
    pub cpu: Cpu,
    /// Where code, constants and initial values are.
    pub flash: Memory,
    /// Where stack and variables are.
    pub ram: Memory,
    /// Size of the stack in bytes. It lies at the start of RAM, so that an
    /// overflow leaves RAM and faults instead of overwriting variables.
    pub stack: u32,
    /// Words of the vector table, the stack pointer included.
    pub vectors: u32,
    /// Whether a debugger or emulator serves semihosting calls.
    pub semihosting: bool,
    /// The machine of qemu-system-arm that is this board.
    pub qemu: Option<String>,
    /// More memory.
    pub regions: Vec<Region>,
}

/// Why a board can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoardError {
    /// No built-in board has that name.
    #[error("no board is named '{name}'; there are {known}, or give the path of a TOML file")]
    Unknown {
        /// The name.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// The file is no TOML, or a field is missing, unknown or mistyped.
    #[error("{0}")]
    Syntax(String),
    /// A value makes no sense.
    #[error("line {line}: {message}")]
    Value {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    cpu: Spanned<String>,
    stack: Spanned<u32>,
    vectors: Option<Spanned<u32>>,
    #[serde(default)]
    semihosting: bool,
    qemu: Option<String>,
    flash: Spanned<Memory>,
    ram: Spanned<Memory>,
    #[serde(default, rename = "region")]
    regions: Vec<Spanned<RegionFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionFile {
    name: String,
    origin: u32,
    length: u32,
    kind: RegionKind,
    sections: Vec<String>,
}

/// The boards of `boards/`.
const BUILT_IN: &[(&str, &str)] = &[
    ("mps2-an385", include_str!("../boards/mps2-an385.toml")),
    ("mps2-an386", include_str!("../boards/mps2-an386.toml")),
    ("mps2-an500", include_str!("../boards/mps2-an500.toml")),
    ("mps2-an505", include_str!("../boards/mps2-an505.toml")),
];

impl Board {
    /// The names of the built-in boards.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// The built-in board of that name.
    ///
    /// # Errors
    /// [`BoardError::Unknown`].
    pub fn built_in(name: &str) -> Result<Board, BoardError> {
        match BUILT_IN.iter().find(|(n, _)| *n == name) {
            Some((_, text)) => Board::parse(text),
            None => {
                let known = Board::names().collect::<Vec<_>>().join(", ");
                Err(BoardError::Unknown { name: name.to_string(), known })
            }
        }
    }

    /// Reads a board file.
    ///
    /// # Errors
    /// [`BoardError::Syntax`] and [`BoardError::Value`], which name the line.
    pub fn parse(text: &str) -> Result<Board, BoardError> {
        let file: File =
            toml::from_str(text).map_err(|e| BoardError::Syntax(e.to_string().trim().into()))?;
        Checker { text }.board(file)
    }
}

/// Checks values and knows their lines.
struct Checker<'t> {
    text: &'t str,
}

impl Checker<'_> {
    fn error(&self, at: std::ops::Range<usize>, message: impl Into<String>) -> BoardError {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        BoardError::Value { line: before.matches('\n').count() + 1, message: message.into() }
    }

    fn board(&self, file: File) -> Result<Board, BoardError> {
        let cpu = file.cpu.get_ref().parse::<Cpu>();
        let cpu = cpu.map_err(|e| self.error(file.cpu.span(), e.to_string()))?;
        let flash = self.memory(&file.flash, *file.flash.get_ref())?;
        let ram = self.memory(&file.ram, *file.ram.get_ref())?;
        let stack = *file.stack.get_ref();
        if !stack.is_multiple_of(8) || stack < 64 || stack > ram.length {
            let message = "the stack must be a multiple of 8 bytes, at least 64, that fits in RAM";
            return Err(self.error(file.stack.span(), message));
        }
        let vectors = match &file.vectors {
            Some(v) if !(16..=496).contains(v.get_ref()) => {
                return Err(self.error(v.span(), "the vector table has 16 to 496 words"));
            }
            Some(v) => *v.get_ref(),
            None => 16,
        };
        if !ram.origin.is_multiple_of(8) {
            return Err(self.error(file.ram.span(), "the origin of RAM must be a multiple of 8"));
        }
        if !flash.origin.is_multiple_of(vector_align(vectors)) {
            let align = vector_align(vectors);
            let message = format!(
                "the origin of flash must be a multiple of {align:#x}, as the vector table is there"
            );
            return Err(self.error(file.flash.span(), message));
        }
        if flash.overlaps(ram) {
            return Err(self.error(file.ram.span(), "RAM overlaps flash"));
        }
        let mut regions: Vec<Region> = vec![];
        for spanned in &file.regions {
            let region = self.region(spanned, &regions, [flash, ram])?;
            regions.push(region);
        }
        let File { name, semihosting, qemu, .. } = file;
        Ok(Board { name, cpu, flash, ram, stack, vectors, semihosting, qemu, regions })
    }

    fn memory<T>(&self, at: &Spanned<T>, memory: Memory) -> Result<Memory, BoardError> {
        if memory.length == 0 || memory.end() > 1 << 32 {
            let message = "a memory has at least one byte and ends by 0x100000000";
            return Err(self.error(at.span(), message));
        }
        Ok(memory)
    }

    fn region(
        &self,
        file: &Spanned<RegionFile>,
        others: &[Region],
        main: [Memory; 2],
    ) -> Result<Region, BoardError> {
        let RegionFile { name, origin, length, kind, sections } = file.get_ref();
        let memory = self.memory(file, Memory { origin: *origin, length: *length })?;
        let mut taken = main.into_iter().chain(others.iter().map(|r| r.memory));
        if taken.any(|m| m.overlaps(memory)) {
            let message = format!("region '{name}' overlaps other memory");
            return Err(self.error(file.span(), message));
        }
        let reserved = ["vectors", "text", "rodata", "data", "bss", "noinit", "stack"];
        let unique = !others.iter().any(|r| r.name == *name) && !reserved.contains(&name.as_str());
        let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !(unique && plain) {
            let message = format!("the name '{name}' of a region is taken or is no plain word");
            return Err(self.error(file.span(), message));
        }
        Ok(Region { name: name.clone(), memory, kind: *kind, sections: sections.clone() })
    }
}

/// Alignment of a vector table in bytes: its size rounded up to a power of
/// two, at least 128 (Armv7-M ARM, B3.2.5, VTOR).
pub(crate) fn vector_align(vectors: u32) -> u32 {
    (vectors * 4).next_power_of_two().max(128)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "name = 'b'\ncpu = 'cortex-m4'\nstack = 0x400\n\
                        [flash]\norigin = 0\nlength = 0x1000\n\
                        [ram]\norigin = 0x20000000\nlength = 0x1000\n";

    #[test]
    fn built_in_boards_parse_and_are_what_they_are_called() {
        for name in Board::names() {
            assert_eq!(Board::built_in(name).map(|b| b.name), Ok(name.to_string()));
        }
        assert_eq!(Board::parse(GOOD).map(|b| b.vectors), Ok(16));
        let error = Board::built_in("nucleo").unwrap_err().to_string();
        assert!(error.contains("mps2-an385, mps2-an386"), "{error}");
    }

    #[test]
    fn errors_name_the_line() {
        // The text replaced, its replacement, the line, a word of the message.
        let cases = [
            ("stack", "stakc", 3, "unknown field"),
            ("0x400\n", "'big'\n", 3, "invalid type"),
            ("cortex-m4", "cortex-a9", 2, "no CPU"),
            ("0x400", "0x401", 3, "multiple of 8"),
            ("0x400", "0x2000", 3, "fits in RAM"),
            ("origin = 0\n", "origin = 0x40\n", 4, "vector table"),
            ("0x20000000", "0xfffffff8", 7, "ends by"),
            ("0x20000000", "0x800", 7, "overlaps"),
            ("[ram]", "[rom]", 7, "unknown field"),
        ];
        for (old, new, line, word) in cases {
            let error = Board::parse(&GOOD.replacen(old, new, 1)).unwrap_err().to_string();
            assert!(error.contains(&format!("line {line}")), "{new}: {error}");
            assert!(error.contains(word), "{new}: {error}");
        }
    }

    #[test]
    fn regions() {
        let region = "[[region]]\nname = 'itcm'\norigin = 0x8000\nlength = 16\nkind = 'ram'\n\
                      sections = ['.ramfunc']\n";
        let board = Board::parse(&format!("{GOOD}{region}")).unwrap();
        assert!(board.regions[0].holds(".ramfunc") && board.regions[0].holds(".ramfunc.f"));
        assert!(!board.regions[0].holds(".ramfuncs"));
        for (old, new) in [("0x8000", "0xff0"), ("itcm", "text"), ("'ram'", "'flash'")] {
            let text = format!("{GOOD}{}", region.replacen(old, new, 1));
            let error = Board::parse(&text).unwrap_err().to_string();
            assert!(error.contains("line 1"), "{new}: {error}");
        }
    }
}
