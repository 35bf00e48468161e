//! Errors of contract files, with their place.

use std::fmt;
use std::ops::Range;

/// What is wrong in a contract file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ContractError {
    /// The file's name.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ContractError { file, line, column, message } = self;
        write!(f, "{file}:{line}:{column}: {message}")
    }
}

/// A contract file that is read: its name and text, for errors.
pub(super) struct Source<'t> {
    pub file: &'t str,
    pub text: &'t str,
}

impl Source<'_> {
    /// An error at a byte offset.
    pub fn error(&self, offset: usize, message: impl Into<String>) -> ContractError {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        ContractError {
            file: self.file.to_string(),
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
            message: message.into(),
        }
    }

    /// The offset in the file of a byte of a string's contents. Where the
    /// string has escapes, its start.
    pub fn inside(&self, string: Range<usize>, offset: usize) -> usize {
        let written = self.text.get(string.clone()).unwrap_or_default();
        let quotes = ["'''", "\"\"\"", "'", "\""].iter().find(|q| written.starts_with(**q));
        let Some(quotes) = quotes else { return string.start };
        if quotes.starts_with('"') && written.contains('\\') {
            return string.start;
        }
        // A line break right after three quotes does not count.
        let first = ["\r\n", "\n"].iter().find(|b| written[quotes.len()..].starts_with(**b));
        let skipped = first.filter(|_| quotes.len() == 3).map_or(0, |b| b.len());
        string.start + quotes.len() + skipped + offset
    }
}

/// ": did you mean 'x'?" for a misspelt key, else the keys that there are.
pub(super) fn suggestion(key: &str, known: &[&str]) -> String {
    let nearest = known.iter().map(|k| (distance(key, k), k)).min();
    match nearest {
        Some((steps, name)) if steps <= 1 + name.len() / 4 => format!(": did you mean '{name}'?"),
        _ => format!("; there are {}", known.join(", ")),
    }
}

/// How many letters must be added, removed, replaced or swapped with a
/// neighbour to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
