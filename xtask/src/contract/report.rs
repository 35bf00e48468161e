//! What became of each case.

use crate::Result;

/// What became of the cases of one program.
pub(super) struct Report {
    /// Target, subject and linker.
    pub title: String,
    /// Unit, test and why it failed, if it did.
    pub cases: Vec<(String, String, Option<String>)>,
}

impl Report {
    pub(super) fn passed(&self) -> usize {
        self.cases.iter().filter(|(.., failure)| failure.is_none()).count()
    }

    pub(super) fn failed(&self) -> usize {
        self.cases.len() - self.passed()
    }

    /// Prints a line of the whole, and the failures or all cases.
    pub(super) fn print(&self, verbose: bool) {
        println!("{}: {} passed, {} failed", self.title, self.passed(), self.failed());
        // A unit that can't be compiled or linked fails in one line.
        let mut last = None;
        for (unit, test, failure) in &self.cases {
            match failure {
                None if verbose => println!("    {unit} {test}: ok"),
                None => {}
                Some(reason) if last == Some((unit, reason)) => {}
                Some(reason) => println!("    {unit} {test}: {}", indented(reason)),
            }
            last = failure.as_ref().map(|reason| (unit, reason));
        }
    }
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n        ")
}

/// The sum of all reports.
#[derive(Default)]
pub(super) struct Tally {
    passed: usize,
    failed: usize,
}

impl Tally {
    pub(super) fn add(&mut self, report: &Report) {
        self.passed += report.passed();
        self.failed += report.failed();
    }

    /// Prints the last line; an error if a case failed or none ran.
    pub(super) fn finish(&self) -> Result {
        println!("contract: {} passed, {} failed", self.passed, self.failed);
        match (self.passed, self.failed) {
            (0, _) => Err("no case passed".into()),
            (_, 0) => Ok(()),
            (_, failed) => Err(format!("{failed} cases failed").into()),
        }
    }
}
