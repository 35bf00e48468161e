//! `cargo xtask setup`: the programs from Debian packages that the tests run.
//!
//! A package counts as present when its program is on the path (or its file
//! exists), wherever that came from.

use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;

/// Install the Debian packages that the tests need and that are missing.
#[derive(Args)]
pub struct Arguments {}

/// A Debian package and what shows that it is there.
struct Package {
    name: &'static str,
    evidence: Evidence,
}

enum Evidence {
    /// A program that runs with this argument.
    Program(&'static str, &'static str),
    /// A file.
    File(&'static str),
}

use Evidence::{File, Program};

/// What the tests need.
const PACKAGES: [Package; 10] = [
    Package { name: "gcc-arm-none-eabi", evidence: Program("arm-none-eabi-gcc", "--version") },
    Package {
        name: "libnewlib-arm-none-eabi",
        evidence: File("/usr/lib/arm-none-eabi/newlib/libc.a"),
    },
    Package { name: "qemu-system-arm", evidence: Program("qemu-system-arm", "--version") },
    Package { name: "clang-19", evidence: Program("clang-19", "--version") },
    Package { name: "lld-19", evidence: Program("ld.lld-19", "--version") },
    Package { name: "llvm-19", evidence: Program("llvm-mc-19", "--version") },
    // clang runs wasm-opt on what it links, and the committed modules are so made.
    Package { name: "binaryen", evidence: Program("wasm-opt", "--version") },
    Package { name: "wabt", evidence: Program("wat2wasm", "--version") },
    // The emulator of synth-count is built from C; its bindings are made by the
    // libclang that comes with clang-19.
    Package { name: "cmake", evidence: Program("cmake", "--version") },
    Package { name: "ninja-build", evidence: Program("ninja", "--version") },
];

impl Package {
    fn is_present(&self) -> bool {
        match self.evidence {
            File(path) => Path::new(path).exists(),
            Program(program, argument) => quiet(Command::new(program).arg(argument)),
        }
    }
}

fn quiet(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Whether this user may install packages.
fn is_root() -> bool {
    let output = Command::new("id").arg("-u").stdin(Stdio::null()).output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Runs the command.
pub fn run(_arguments: &Arguments) -> crate::Result {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    if !is_root() {
        return Err(format!(
            "missing packages; run:\n    sudo apt-get update && sudo apt-get install -y {packages}"
        )
        .into());
    }
    println!("installing {packages}");
    apt_get(&["update"])?;
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(&missing);
    apt_get(&install)?;
    match self::missing() {
        left if left.is_empty() => Ok(()),
        left => Err(format!("still missing after installation: {}", left.join(" ")).into()),
    }
}

fn missing() -> Vec<&'static str> {
    PACKAGES.iter().filter(|package| !package.is_present()).map(|package| package.name).collect()
}

fn apt_get(arguments: &[&str]) -> crate::Result {
    let status = Command::new("apt-get")
        .args(["-qq", "-o", "Dpkg::Use-Pty=0"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .status()?;
    if status.success() {
        return Ok(());
    }
    Err(format!("apt-get {} failed", arguments.join(" ")).into())
}
