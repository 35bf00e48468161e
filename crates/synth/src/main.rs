//! The `synth` command.

use std::process::ExitCode;

/// Compilation allocates many small objects, which is much of its time with the C
/// library's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    synth::cli::main()
}
