//! Reading inputs and writing outputs; `-` is standard input or output.

use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use miette::{IntoDiagnostic, WrapErr};

use super::Outcome;

/// The contents of a file.
pub(super) fn read(path: &Path) -> miette::Result<Vec<u8>> {
    let mut bytes = vec![];
    let result = if is_standard(path) {
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    result.into_diagnostic().wrap_err_with(|| format!("can't read {}", path.display()))
}

/// Writes a file.
pub(super) fn write(path: &Path, contents: &[u8]) -> Outcome {
    if is_standard(path) {
        return print_bytes(contents);
    }
    let result = std::fs::write(path, contents);
    Ok(result.into_diagnostic().wrap_err_with(|| format!("can't write {}", path.display()))?)
}

/// Writes to standard output.
pub(super) fn print(text: &str) -> Outcome {
    print_bytes(text.as_bytes())
}

fn print_bytes(contents: &[u8]) -> Outcome {
    let mut out = std::io::stdout().lock();
    match out.write_all(contents).and_then(|()| out.flush()) {
        // The reader has seen enough, as `head` does.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result.into_diagnostic().wrap_err("can't write to standard output")?),
    }
}

/// Whether it is standard input or output.
pub(super) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Whether both are one existing file.
pub(super) fn same_file(a: &Path, b: &Path) -> bool {
    a.is_file()
        && match (std::fs::canonicalize(a), std::fs::canonicalize(b)) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        }
}
