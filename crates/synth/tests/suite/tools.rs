//! Running programs: ours and other people's.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The compiler's command.
pub const SYNTH: &str = env!("CARGO_BIN_EXE_synth");

/// A directory of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// A fresh directory for a test's files.
pub fn scratch(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// The Debian package of a tool.
fn package(tool: &str) -> &'static str {
    match tool {
        t if t.starts_with("qemu") => "qemu-system-arm",
        t if t.starts_with("arm-none-eabi-gcc") => "gcc-arm-none-eabi libnewlib-arm-none-eabi",
        t if t.starts_with("arm-none-eabi") => "binutils-arm-none-eabi",
        t if t.starts_with("ld.lld") => "lld-19",
        _ => "a package that has it",
    }
}

/// Runs a program, whatever its exit status.
pub fn try_run(dir: &Path, tool: &str, args: &[&str]) -> Output {
    match Command::new(tool).args(args).current_dir(dir).output() {
        Ok(output) => output,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            panic!("{tool} is missing: apt-get install {}", package(tool))
        }
        Err(e) => panic!("{tool}: {e}"),
    }
}

/// Standard output, then standard error.
pub fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Runs a program that must succeed and say nothing on standard error.
pub fn run(dir: &Path, tool: &str, args: &[&str]) -> String {
    let output = try_run(dir, tool, args);
    assert!(output.status.success(), "{tool} {args:?}: {}", text(&output));
    assert!(output.stderr.is_empty(), "{tool} {args:?}: {}", text(&output));
    text(&output)
}

/// Runs an image in QEMU, for at most twenty seconds; exit status and output.
pub fn emulate(dir: &Path, machine: &str, image: &str) -> (Option<i32>, String) {
    let version = try_run(dir, "qemu-system-arm", &["--version"]);
    assert!(version.status.success());
    let qemu = ["20", "qemu-system-arm", "-M", machine, "-nographic", "-semihosting"];
    let output = try_run(dir, "timeout", &[&qemu[..], &["-kernel", image]].concat());
    (output.status.code(), text(&output))
}
