//! The same bytes from one thread and many, and from two runs.

use synth::{Compiler, Level, Options};

use crate::directives;
use crate::tools::repository;

/// All outputs for an input.
fn outputs(input: &[u8], level: Level, threads: usize) -> (Vec<u8>, String, String) {
    let options = Options { level, threads, ..Options::default() };
    let compiled = Compiler::new(options).compile(input).unwrap();
    let object = compiled.object().unwrap().write().unwrap();
    (object, compiled.assembly(), compiled.program.to_string())
}

#[test]
fn output_does_not_depend_on_threads_or_run() {
    let mut inputs: Vec<(String, Vec<u8>)> = directives::all("programs")
        .into_iter()
        .map(|program| (program.name(), program.text.into_bytes()))
        .collect();
    for entry in std::fs::read_dir(repository("examples")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "wat") {
            inputs.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    // Enough functions for every thread to have some.
    let many = synth_testkit::hostile::SHAPES.iter().find(|s| s.name == "functions").unwrap();
    inputs.push(("functions".to_string(), (many.module)(300)));
    for (name, input) in &inputs {
        for level in [Level::O0, Level::Os] {
            let one = outputs(input, level, 1);
            for threads in [1, 2, 7] {
                assert!(outputs(input, level, threads) == one, "{name} -O{level} {threads}");
            }
        }
    }
}
