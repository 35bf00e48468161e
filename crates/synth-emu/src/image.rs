//! Boots a firmware image and captures its console.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::board::Board;
use crate::error::{Error, Result};
use crate::process::{QEMU, Watchdog, spawn};

/// What a firmware image did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageRun {
    /// How it ended.
    pub end: ImageEnd,
    /// What it wrote to the semihosting console and to UART 0, in order.
    pub output: Vec<u8>,
    /// What it wrote to the semihosting error stream, and what QEMU itself
    /// printed: its own errors, and lock-ups of the core.
    pub errors: String,
}

/// How a firmware image ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageEnd {
    /// It asked for the end (semihosting `SYS_EXIT`, `SYS_EXIT_EXTENDED`); 0 is
    /// success.
    Exited(i32),
    /// QEMU gave up, for instance because the core locked up.
    Aborted,
    /// It ran out of time and was ended.
    Timeout,
}

impl ImageRun {
    /// The output as text.
    #[must_use]
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.output)
    }
}

/// Boots the ELF file `image` on `board` with semihosting, for at most
/// `timeout`, without input.
///
/// # Errors
/// QEMU is missing, or a pipe failed.
pub fn run_image(image: &Path, board: Board, timeout: Duration) -> Result<ImageRun> {
    run_image_with(image, &[], board, timeout)
}

/// As [`run_image`], with words that `SYS_GET_CMDLINE` gives to the image. They
/// hold no commas.
///
/// # Errors
/// As [`run_image`].
pub fn run_image_with(
    image: &Path,
    arguments: &[&str],
    board: Board,
    timeout: Duration,
) -> Result<ImageRun> {
    let mut command = Command::new(QEMU);
    command.args(["-M", board.name(), "-display", "none", "-monitor", "none"]);
    command.args(["-chardev", "stdio,id=console,mux=on,signal=off", "-serial", "chardev:console"]);
    let mut semihosting = "enable=on,target=native,chardev=console".to_string();
    for argument in arguments {
        semihosting += &format!(",arg={argument}");
    }
    command.args(["-semihosting-config", &semihosting]);
    command.arg("-kernel").arg(image);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(&mut command)?;
    let (Some(mut output), Some(mut errors)) = (child.stdout.take(), child.stderr.take()) else {
        let _ = child.kill();
        return Err(Error::Start(std::io::Error::other("no pipes")));
    };
    let watchdog = Watchdog::new(child)?;
    watchdog.arm(Some(Instant::now() + timeout));
    let errors = std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = errors.read_to_end(&mut text);
        read.map(|_| String::from_utf8_lossy(&text).into_owned())
    });
    let mut bytes = Vec::new();
    output.read_to_end(&mut bytes)?;
    let status = watchdog.wait()?;
    let end = match status.code() {
        _ if watchdog.fired() => ImageEnd::Timeout,
        Some(code) => ImageEnd::Exited(code),
        None => ImageEnd::Aborted,
    };
    let errors = errors.join().unwrap_or_else(|_| Ok(String::new()))?;
    Ok(ImageRun { end, output: bytes, errors })
}
