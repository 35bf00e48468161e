//! Counts of verdicts, and their text.

use std::collections::BTreeMap;

use super::runner::Verdict;
use super::script::Kind;

/// A directive that was run.
pub struct Entry {
    /// The script.
    pub file: String,
    /// Its line.
    pub line: usize,
    /// Its keyword.
    pub keyword: &'static str,
    /// How it ended.
    pub verdict: Verdict,
}

/// What decides the directives of a kind.
fn judge(keyword: &str) -> &'static str {
    match keyword {
        "assert_return" | "assert_trap" | "invoke" => "calls on the core",
        "assert_invalid" | "assert_malformed" => "modules refused by the reader",
        "assert_unlinkable" => "modules refused by the linker of the harness",
        _ => "modules loaded and registered",
    }
}

/// The counts of a run on one CPU.
#[derive(Default)]
pub struct Report {
    /// Passed directives.
    pub passed: usize,
    /// Failed directives.
    pub failed: usize,
    /// Skipped directives.
    pub skipped: usize,
    passed_by: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
    /// Counts by file and reason.
    skips: BTreeMap<(String, String), usize>,
    each_skip: Vec<String>,
}

impl Report {
    /// The counts of these directives.
    pub fn new(entries: &[Entry]) -> Report {
        let mut report = Report::default();
        for Entry { file, line, keyword, verdict } in entries {
            match verdict {
                Verdict::Passed => {
                    report.passed += 1;
                    *report.passed_by.entry(judge(keyword)).or_default() += 1;
                }
                Verdict::Failed(why) => {
                    report.failed += 1;
                    report.failures.push(format!("{file}:{line}: {keyword}: {why}"));
                }
                Verdict::Skipped(why) => {
                    report.skipped += 1;
                    *report.skips.entry((file.clone(), why.clone())).or_default() += 1;
                    report.each_skip.push(format!("{file}:{line}: {keyword}: {why}"));
                }
            }
        }
        report
    }

    /// The line that says it all.
    pub fn summary(&self, cpu: &str) -> String {
        let Report { passed, failed, skipped, .. } = self;
        format!("spec {cpu}: {passed} passed, {failed} failed, {skipped} skipped")
    }

    /// What the passed directives are, and by whom they were judged.
    pub fn judges(&self) -> String {
        let parts = self.passed_by.iter().map(|(what, count)| format!("{count} {what}"));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// The failures, one a line.
    pub fn failures(&self) -> String {
        self.failures.iter().map(|line| format!("FAILED {line}\n")).collect()
    }

    /// Each skip.
    pub fn each_skip(&self) -> String {
        self.each_skip.iter().map(|line| format!("  skipped {line}\n")).collect()
    }

    /// The skips by file and reason.
    pub fn skips(&self) -> String {
        let lines = self.skips.iter();
        lines.map(|((file, why), count)| format!("  skipped {file}: {count}: {why}\n")).collect()
    }

    /// The skips by reason.
    pub fn reasons(&self) -> String {
        let mut total: BTreeMap<&str, usize> = BTreeMap::new();
        for ((_, why), count) in &self.skips {
            *total.entry(why).or_default() += count;
        }
        let lines = total.into_iter();
        lines.map(|(why, count)| format!("  skipped in all: {count}: {why}\n")).collect()
    }
}

impl Entry {
    /// The entry of a directive.
    pub fn new(file: &str, line: usize, kind: &Kind, verdict: Verdict) -> Entry {
        Entry { file: file.to_string(), line, keyword: kind.keyword(), verdict }
    }
}
