//! The server images: `server/server.s` assembled for each architecture.
//!
//! The built images are committed, so that users of this crate need QEMU and
//! no assembler; `cargo xtask server` rebuilds them and a test compares.

use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};

/// A build of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// ARMv7-M: mps2-an385, an386 and an500.
    V7m,
    /// ARMv8-M: mps2-an505, Secure state.
    V8m,
}

/// Offset in the image of the word that holds the address of `hostcall`: it
/// follows the vector table (16 exceptions and 32 interrupts).
const HOSTCALL_OFFSET: usize = 4 * (16 + 32);

impl Variant {
    /// Every build.
    pub const ALL: [Self; 2] = [Self::V7m, Self::V8m];

    /// The file in `server/` that holds the image.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::V7m => "server-v7m.bin",
            Self::V8m => "server-v8m.bin",
        }
    }

    /// The committed image.
    #[must_use]
    pub fn image(self) -> &'static [u8] {
        match self {
            Self::V7m => include_bytes!("../server/server-v7m.bin"),
            Self::V8m => include_bytes!("../server/server-v8m.bin"),
        }
    }

    /// Where the image is loaded; its vector table stands there.
    #[must_use]
    pub fn load_address(self) -> u32 {
        match self {
            Self::V7m => 0,
            Self::V8m => 0x1000_0000,
        }
    }

    /// The address, with the Thumb bit, that host call stubs branch to.
    pub(crate) fn hostcall(self) -> u32 {
        let mut word = [0; 4];
        word.copy_from_slice(&self.image()[HOSTCALL_OFFSET..HOSTCALL_OFFSET + 4]);
        u32::from_le_bytes(word)
    }

    /// The interrupt of the watchdog timer.
    pub(crate) fn watchdog_irq(self) -> u32 {
        match self {
            Self::V7m => 9,
            Self::V8m => 4,
        }
    }

    /// Where the timers lie, as a range that the MPU can describe.
    pub(crate) fn timers(self) -> std::ops::Range<u32> {
        match self {
            Self::V7m => 0x4000_0000..0x4000_2000,
            Self::V8m => 0x5000_0000..0x5000_2000,
        }
    }

    /// The symbols that `server.s` expects from the command line.
    fn symbols(self) -> [(&'static str, u32); 5] {
        let (ram, v8m) = match self {
            Self::V7m => (0x203f_0000, 0),
            Self::V8m => (0x383f_0000, 1),
        };
        let timers = self.timers().start;
        [
            ("RAM", ram),
            ("TIMER0", timers),
            ("TIMER1", timers + 0x1000),
            ("TIMER1_IRQ", self.watchdog_irq()),
            ("V8M", v8m),
        ]
    }

    /// Assembles and links `source` (the path of `server.s`) with the GNU tools
    /// for `arm-none-eabi`.
    ///
    /// # Errors
    /// A tool is missing or fails.
    pub fn build(self, source: &Path) -> Result<Vec<u8>> {
        let dir = tempfile::tempdir()?;
        let object = dir.path().join("server.o");
        let linked = dir.path().join("server.elf");
        let binary = dir.path().join("server.bin");
        let mut assemble = Command::new("arm-none-eabi-as");
        for (name, value) in self.symbols() {
            assemble.arg("--defsym").arg(format!("{name}={value}"));
        }
        run("arm-none-eabi-as", assemble.arg("-o").arg(&object).arg(source))?;
        let base = format!("{:#x}", self.load_address());
        let mut link = Command::new("arm-none-eabi-ld");
        link.args(["-Ttext", &base, "-e", &base, "-o"]).arg(&linked).arg(&object);
        run("arm-none-eabi-ld", &mut link)?;
        let mut copy = Command::new("arm-none-eabi-objcopy");
        copy.args(["-O", "binary", "-j", ".text"]).arg(&linked).arg(&binary);
        run("arm-none-eabi-objcopy", &mut copy)?;
        Ok(std::fs::read(binary)?)
    }
}

fn run(tool: &'static str, command: &mut Command) -> Result<()> {
    let output =
        command.output().map_err(|error| Error::Tool { tool, message: error.to_string() })?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Tool { tool, message: String::from_utf8_lossy(&output.stderr).into_owned() })
}
