//! The committed server images are what their source gives.

use std::path::Path;
use std::process::Command;

use synth_emu::server::Variant;

#[test]
fn committed_images_are_current() {
    if Command::new("arm-none-eabi-as").arg("--version").output().is_err() {
        eprintln!("skipped: arm-none-eabi-as is not installed");
        return;
    }
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("server");
    for variant in Variant::ALL {
        let built = variant.build(&dir.join("server.s")).expect("the server assembles");
        assert!(
            built == variant.image(),
            "{} is not what server.s gives: run `cargo xtask server`",
            variant.file_name()
        );
    }
}
