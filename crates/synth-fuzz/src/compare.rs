//! Runs engines on a case and compares what they show.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::case::{Case, End, Engine, EngineError, Trace};

/// What a comparison came to.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// All that was compared is equal; what the oracle did.
    Equal(Trace),
    /// An engine could not run the case.
    Skipped(String),
    /// A difference.
    Mismatch(Box<Mismatch>),
}

/// A difference between an engine and the oracle.
#[derive(Clone, Debug)]
pub struct Mismatch {
    /// The engine's name.
    pub engine: String,
    /// What differs.
    pub what: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.engine, self.what)
    }
}

/// Runs the oracle, then each engine as far as the oracle came.
pub fn check(case: &Case, oracle: &mut dyn Engine, engines: &mut [&mut dyn Engine]) -> Verdict {
    let mut calls = case.calls.len();
    let mut expected = match oracle.run(case, calls) {
        Ok(trace) => trace,
        Err(error) => return Verdict::Skipped(format!("{}: {error}", oracle.name())),
    };
    if expected.gave_up() {
        // Again without the call that did not end, for the final state.
        let Some(shorter) = expected.ends.len().checked_sub(2) else {
            return Verdict::Skipped(format!("{:?}", expected.ends));
        };
        calls = shorter;
        expected = match oracle.run(case, calls) {
            Ok(trace) if !trace.gave_up() => trace,
            other => return Verdict::Skipped(format!("not repeatable: {other:?}")),
        };
    }
    for engine in engines {
        let run = AssertUnwindSafe(|| engine.run(case, calls));
        let result = catch_unwind(run)
            .unwrap_or_else(|_| Err(EngineError::Failed("it panicked".to_string())));
        let what = match result {
            Ok(found) => difference(case, &expected, &found),
            Err(EngineError::Unsupported(why)) => return Verdict::Skipped(why),
            Err(error) => Some(error.to_string()),
        };
        if let Some(what) = what {
            let engine = engine.name().to_string();
            return Verdict::Mismatch(Box::new(Mismatch { engine, what }));
        }
    }
    Verdict::Equal(expected)
}

fn difference(case: &Case, expected: &Trace, found: &Trace) -> Option<String> {
    for (number, (e, f)) in expected.ends.iter().zip(&found.ends).enumerate() {
        if let End::GaveUp(_) = f {
            return None;
        }
        if e != f {
            let place = match number.checked_sub(1).and_then(|n| case.calls.get(n)) {
                Some(call) => format!("call {number}, {}({:x?})", call.name, call.args),
                None => "instantiation".to_string(),
            };
            return Some(format!("{place}: expected {e:x?}, found {f:x?}"));
        }
    }
    if expected.ends.len() != found.ends.len() {
        return Some(format!("{} ends, not {}", found.ends.len(), expected.ends.len()));
    }
    // An import that is exported and not used may have no symbol left.
    let imported = |name: &str| {
        let export = case.module.exports.iter().find(|e| e.name == name);
        export.is_some_and(|e| case.module.import(e.kind, e.index).is_some())
    };
    for (name, e) in &expected.memories {
        let Some((_, f)) = found.memories.iter().find(|(n, _)| n == name) else {
            if imported(name) {
                continue;
            }
            return Some(format!("no memory {name}"));
        };
        if e.len() != f.len() {
            return Some(format!("memory {name}: {} bytes, not {}", f.len(), e.len()));
        }
        if let Some(at) = e.iter().zip(f).position(|(e, f)| e != f) {
            return Some(format!("memory {name} at {at:#x}: {:#x}, not {:#x}", f[at], e[at]));
        }
    }
    for (name, value) in &expected.globals {
        match found.globals.iter().find(|(n, _)| n == name) {
            Some((_, f)) if f != value => {
                return Some(format!("global {name}: {f:#x}, not {value:#x}"));
            }
            None if !imported(name) => return Some(format!("no global {name}")),
            _ => {}
        }
    }
    (expected.host != found.host).then(|| "calls of the host".to_string())
}
