//! Golden tests: each file in `tests/golden` holds a program, the passes to
//! run, and the program that results. `SYNTH_BLESS=1` writes what results into
//! the files, to be reviewed as a diff. Every function is also run before and
//! after in the interpreter.
//!
//! The form of a file: comments, among them `; passes: NAME…` and, where it is
//! not the default, `; level: LEVEL`; the program;
//! the line `; ==== expected`; the program after the passes, compacted.

mod common;

use std::fs;
use std::path::Path;

use synth_ir::SymbolId;
use synth_ir::{Program, verify};
use synth_opt::{Context, Level, find_stage, run_pipeline};

const SEPARATOR: &str = "; ==== expected\n";

fn transform(input: &str, file: &str) -> (Program, Program) {
    let passes = input.lines().find_map(|line| line.strip_prefix("; passes: "));
    let passes = passes.unwrap_or_else(|| panic!("{file}: no line '; passes:'"));
    let before = Program::parse(input).unwrap_or_else(|e| panic!("{file}: {e}"));
    assert_eq!(verify(&before), Ok(()), "{file}");
    let mut after = before.clone();
    let mut cx = Context::new(&common::TestTarget);
    if let Some(level) = input.lines().find_map(|line| line.strip_prefix("; level: ")) {
        cx.options.level = level.parse().unwrap_or_else(|e| panic!("{file}: {e}"));
    }
    for pass in passes.split_whitespace() {
        let stage = find_stage(pass).unwrap_or_else(|| panic!("{file}: no pass '{pass}'"));
        stage.run(&mut after, &cx).unwrap_or_else(|e| panic!("{file}: {e:?}"));
        assert_eq!(verify(&after), Ok(()), "{file} after {pass}:\n{after}");
    }
    after.functions_mut().for_each(|(_, func)| func.compact());
    (before, after)
}

#[test]
fn golden_files() {
    let bless = std::env::var_os("SYNTH_BLESS").is_some();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "ir"));
    files.sort();
    assert!(!files.is_empty());
    let mut different = vec![];
    for path in files {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let (input, expected) = text.split_once(SEPARATOR).unwrap_or((&text, ""));
        let (before, after) = transform(input, &file);
        let defined = common::check_same(&before, &after, 60);
        assert!(defined > 0, "{file}: all runs do what is undefined");
        let found = after.to_string();
        if found == expected {
            continue;
        }
        if bless {
            fs::write(&path, format!("{input}{SEPARATOR}{found}")).unwrap();
        } else {
            different.push(format!("{file} is now:\n{found}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Passes run in another order where nobody sees the program after each stage.
#[test]
fn what_is_seen_does_not_change_what_is_made() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let (input, _) = text.split_once(SEPARATOR).unwrap_or((&text, ""));
        for &level in Level::ALL {
            let mut seen = Program::parse(input).unwrap();
            let mut unseen = seen.clone();
            let mut stages = 0;
            let mut count = |_: &str, _: &Program, _: &[SymbolId]| stages += 1;
            let first = run_pipeline(&mut seen, level, &common::TestTarget, &mut count).is_ok();
            let second = run_pipeline(&mut unseen, level, &common::TestTarget, &mut ()).is_ok();
            assert_eq!(first, second, "{}", path.display());
            assert!(stages > 0);
            assert_eq!(seen.to_string(), unseen.to_string(), "{}", path.display());
        }
    }
}
