//! Firmware images from gcc and newlib: console, exit status, time limit.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use synth_emu::{Board, ImageEnd, run_image};

/// Builds tests/image/host.c for a board; `None` without a compiler.
fn build(dir: &Path, board: Board, way: u32) -> Option<PathBuf> {
    let (rom, ram, uart) = match board {
        Board::Mps2An505 => (0x1000_0000, 0x3800_0000, 0x5020_0000_u32),
        _ => (0, 0x2000_0000, 0x4000_4000),
    };
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/image");
    let image = dir.join(format!("{}-{way}.elf", board.name()));
    let mut gcc = Command::new("arm-none-eabi-gcc");
    gcc.args(["-mthumb", "-O1", "-Wall", "-mfloat-abi=soft", "--specs=rdimon.specs"])
        .arg(format!("-mcpu={}", board.cpu()))
        .arg(format!("-DWAY={way}"))
        .arg(format!("-DUART={uart:#x}"))
        .arg(format!("-Wl,--defsym=ROM={rom:#x},--defsym=RAM={ram:#x}"))
        .arg("-T")
        .arg(source.join("host.ld"))
        .arg(source.join("host.c"))
        .arg("-o")
        .arg(&image);
    match gcc.output() {
        Err(_) => {
            eprintln!("skipped: arm-none-eabi-gcc is not installed");
            None
        }
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(image)
        }
    }
}

#[test]
fn output_and_exit_status() {
    let dir = tempfile::tempdir().unwrap();
    for board in Board::ALL {
        let Some(image) = build(dir.path(), board, 0) else { return };
        let run = run_image(&image, board, Duration::from_secs(20)).unwrap();
        assert_eq!(run.end, ImageEnd::Exited(3), "{board}: {run:?}");
        assert_eq!(run.text(), "hello 42\nuart\n", "{board}");
        assert_eq!(run.errors, "complaint\n", "{board}");
    }
}

#[test]
fn images_that_do_not_end() {
    let dir = tempfile::tempdir().unwrap();
    let board = Board::Mps2An385;
    let Some(image) = build(dir.path(), board, 1) else { return };
    let run = run_image(&image, board, Duration::from_millis(500)).unwrap();
    assert_eq!(run.end, ImageEnd::Timeout);
    assert_eq!(run.text(), "hello 42\nuart\n");
    let Some(image) = build(dir.path(), board, 2) else { return };
    let run = run_image(&image, board, Duration::from_secs(20)).unwrap();
    assert_eq!(run.end, ImageEnd::Aborted, "{run:?}");
    assert!(run.errors.contains("Lockup"), "{run:?}");
}

#[test]
fn files_that_are_no_image() {
    let dir = tempfile::tempdir().unwrap();
    let run = run_image(&dir.path().join("none"), Board::Mps2An385, Duration::from_secs(20));
    let run = run.unwrap();
    assert_eq!(run.end, ImageEnd::Exited(1));
    assert!(run.errors.contains("none"), "{run:?}");
}
