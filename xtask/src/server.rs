//! `cargo xtask server`: rebuilds the images of the emulator's server.
//!
//! They are committed so that nobody else needs an assembler for ARM.

use clap::Args;
use synth_emu::server::Variant;

/// Rebuild crates/synth-emu/server/*.bin from server.s (needs
/// gcc-arm-none-eabi).
#[derive(Args)]
pub struct Arguments {}

/// Runs the command.
pub fn run(_arguments: &Arguments) -> crate::Result {
    let dir = crate::root().join("crates/synth-emu/server");
    for variant in Variant::ALL {
        let image = variant.build(&dir.join("server.s"))?;
        println!("{}: {} bytes", variant.file_name(), image.len());
        std::fs::write(dir.join(variant.file_name()), image)?;
    }
    Ok(())
}
