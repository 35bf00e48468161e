//! What a pass changed, line by line.

use imara_diff::{Algorithm, Diff, InternedInput, Interner};

use super::Line;

/// Lines of the first text that the second has too, does not have, or has in
/// addition; by rising place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// So many lines are as before.
    Keep(usize),
    /// So many lines are gone.
    Remove(usize),
    /// So many lines are new.
    Add(usize),
}

/// How the second text differs from the first.
pub(super) fn diff(before: &[Line], after: &[Line]) -> Vec<Edit> {
    let interner = Interner::new(before.len() + after.len());
    let mut input = InternedInput { before: vec![], after: vec![], interner };
    input.update_before(before.iter());
    input.update_after(after.iter());
    let mut edits = vec![];
    let mut at = 0;
    let mut push = |edit: Edit, count: usize| {
        if count > 0 {
            edits.push(edit);
        }
    };
    for hunk in Diff::compute(Algorithm::Histogram, &input).hunks() {
        let (start, end) = (hunk.before.start as usize, hunk.before.end as usize);
        push(Edit::Keep(start - at), start - at);
        push(Edit::Remove(end - start), end - start);
        push(Edit::Add(hunk.after.len()), hunk.after.len());
        at = end;
    }
    push(Edit::Keep(before.len() - at), before.len() - at);
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_rebuild_the_second_text() {
        let lines = |text: &str| -> Vec<Line> {
            text.chars().map(|c| Line { text: c.to_string(), places: vec![] }).collect()
        };
        for (a, b) in [("abcd", "abcd"), ("abcd", "xbcy"), ("", "ab"), ("ab", ""), ("abab", "bb")] {
            let (before, after) = (lines(a), lines(b));
            let (mut from, mut to, mut built) = (0, 0, vec![]);
            for edit in diff(&before, &after) {
                match edit {
                    Edit::Keep(n) => {
                        built.extend_from_slice(&before[from..from + n]);
                        from += n;
                        to += n;
                    }
                    Edit::Remove(n) => from += n,
                    Edit::Add(n) => {
                        built.extend_from_slice(&after[to..to + n]);
                        to += n;
                    }
                }
            }
            assert_eq!((from, to), (before.len(), after.len()));
            assert_eq!(built, after);
        }
    }
}
