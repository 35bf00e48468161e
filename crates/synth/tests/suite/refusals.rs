//! What is refused says what was met, where, and what to do.

use synth::{Compiler, Options};

use crate::directives;

#[test]
fn refusals_say_what_and_where() {
    let mut failures = vec![];
    for program in directives::all("refusals") {
        assert!(!program.errors.is_empty(), "{} expects nothing", program.name());
        let mut options = Options { threads: 1, ..Options::default() };
        options.translate.memory_max_pages = program.memory_max;
        let result = Compiler::new(options)
            .compile(program.text.as_bytes())
            .map_err(|e| e.to_string())
            .and_then(|c| Ok(c.object().map_err(|e| e.to_string())?.write()));
        let message = match result {
            Ok(_) => "it compiles".to_string(),
            Err(message) => message,
        };
        for expected in &program.errors {
            if !message.contains(expected) {
                failures.push(format!("{}: no {expected:?} in:\n{message}", program.name()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
