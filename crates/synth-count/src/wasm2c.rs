//! WebAssembly modules compiled by way of C: wasm2c, then gcc.
//!
//! The module's C file is measured. What it needs of a host is in
//! `bench/wasm2c/shim.c`. Bounds checks are those of wasm2c for hosts without
//! memory protection; its counting of the depth of calls is off, since synth
//! does not count either.

use std::path::Path;
use std::process::Command;

use crate::Error;
use crate::native::{Build, Compiler, Native, Target, finish, write};

/// A module to compile.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// The module.
    pub module: &'a Path,
    /// The function that it exports.
    pub function: &'a str,
    /// What for.
    pub target: Target<'a>,
    /// The level of gcc, as after `-O`.
    pub level: &'a str,
    /// Whether accesses are checked.
    pub checked: bool,
}

impl Unit<'_> {
    /// Compiles and links.
    ///
    /// # Errors
    /// If a program is missing or reports errors.
    pub fn run(&self, shim: &Path) -> Result<Native, Error> {
        let dir = tempfile::tempdir().map_err(|e| Error::Tool(e.to_string()))?;
        let file = |name: &str| dir.path().join(name);
        let mut convert = Command::new("wasm2c");
        convert.args(["-n", "unit"]).arg(self.module).arg("-o").arg(file("unit.c"));
        finish(&mut convert)?;
        // Not the directory of the host's headers, only the one that is wabt's.
        let header = Path::new(HEADER);
        let text = std::fs::read(header)
            .map_err(|e| Error::Tool(format!("{HEADER}: {e} (cargo xtask setup)")))?;
        write(&file("wasm-rt.h"), &text)?;
        let include = format!("-I{}", dir.path().display());
        let by_signals = format!("-DWASM_RT_MEMCHECK_SIGNAL_HANDLER={}", u8::from(!self.checked));
        let name = format!("-DBENCH={}", self.function);
        let more = [
            include.as_str(),
            "-w",
            "-DNDEBUG",
            "-DWASM_RT_SKIP_SIGNAL_RECOVERY=1",
            "-DWASM_RT_USE_STACK_DEPTH_COUNT=0",
            &by_signals,
            &name,
        ];
        let compile = |source: &Path, object: &Path| {
            let &Self { function, target, level, .. } = self;
            Build { source, function, target, level }.compile(Compiler::Gcc, &more, object)
        };
        compile(&file("unit.c"), &file("unit.o"))?;
        compile(shim, &file("shim.o"))?;
        Native::link(&[&file("unit.o"), &file("shim.o")], self.function, self.target)
    }
}

/// The header of wasm2c's output.
const HEADER: &str = "/usr/include/wasm-rt.h";
