//! Errors as text: decorated on a terminal, else plain lines without colour or
//! wrapping, which logs and editors can read.

use std::fmt;
use std::io::{IsTerminal, Write};

use miette::{Diagnostic, Report, ReportHandler};

/// Chooses how reports print, for the whole process.
pub(super) fn install() {
    if !std::io::stderr().is_terminal() {
        // It fails only if a program that uses this library has chosen already.
        let _ = miette::set_hook(Box::new(|_| Box::new(Plain)));
    }
}

/// Prints a report to standard error.
pub(super) fn print(report: &Report) {
    let text = format!("{report:?}");
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
}

struct Plain;

impl ReportHandler for Plain {
    fn debug(&self, error: &dyn Diagnostic, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", indent(&error.to_string()))?;
        let mut cause = error.source();
        while let Some(error) = cause {
            write!(f, "\n  {}", indent(&error.to_string()))?;
            cause = error.source();
        }
        let mut helper = Some(error);
        while let Some(error) = helper {
            if let Some(help) = error.help() {
                write!(f, "\n  help: {}", indent(&help.to_string()))?;
            }
            helper = error.diagnostic_source();
        }
        Ok(())
    }
}

/// The lines after the first stand under it.
fn indent(text: &str) -> String {
    text.trim_end().replace('\n', "\n  ")
}
