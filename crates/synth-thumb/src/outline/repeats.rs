//! Repeated stretches of a string of numbers: its suffixes sorted by their
//! first [`LONGEST`] numbers, and the intervals in which neighbours agree.
//!
//! Time is linear in the string: sorting takes a fixed number of rounds, and
//! as common prefixes have at most [`LONGEST`] lengths, so many intervals can
//! hold one suffix.

/// Numbers beyond which repetitions are not told apart.
pub(super) const LONGEST: usize = 64;

/// Places at which the string goes on alike for `length` numbers, by rising
/// place. They may overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repeat {
    pub length: usize,
    pub starts: Vec<usize>,
}

/// All stretches of at least `shortest` numbers that stand at two places or
/// more and can't be made longer to the right without losing one.
pub(super) fn repeats(string: &[u32], shortest: usize) -> Vec<Repeat> {
    let suffixes = sorted_suffixes(string);
    let mut found = vec![];
    // Open intervals: the common length, and where they begin.
    let mut open: Vec<(usize, usize)> = vec![];
    for at in 1..=suffixes.len() {
        let common = match suffixes.get(at) {
            Some(&suffix) => common_prefix(string, suffixes[at - 1], suffix),
            None => 0,
        };
        let mut from = at - 1;
        while let Some((length, start)) = open.pop_if(|(length, _)| *length > common) {
            if length >= shortest {
                let mut starts = suffixes[start..at].to_vec();
                starts.sort_unstable();
                found.push(Repeat { length, starts });
            }
            from = start;
        }
        if common > 0 && open.last().is_none_or(|(length, _)| *length < common) {
            open.push((common, from));
        }
    }
    found
}

/// The places of the string, by what follows there.
fn sorted_suffixes(string: &[u32]) -> Vec<usize> {
    let mut suffixes: Vec<usize> = (0..string.len()).collect();
    let mut ranks: Vec<u32> = string.iter().map(|number| number + 1).collect();
    let mut width = 1;
    while width <= LONGEST {
        let key = |at: usize| (ranks[at], ranks.get(at + width).copied().unwrap_or(0));
        suffixes.sort_by_key(|&at| key(at));
        let mut next = vec![0; string.len()];
        let mut rank = 1;
        for (i, &at) in suffixes.iter().enumerate() {
            if i > 0 && key(suffixes[i - 1]) != key(at) {
                rank += 1;
            }
            next[at] = rank;
        }
        ranks = next;
        width *= 2;
    }
    suffixes
}

fn common_prefix(string: &[u32], a: usize, b: usize) -> usize {
    let pairs = string[a..].iter().zip(&string[b..]).take(LONGEST);
    pairs.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, shortest: usize) -> Vec<(String, Vec<usize>)> {
        let string: Vec<u32> = text.bytes().map(u32::from).collect();
        let mut found: Vec<_> = repeats(&string, shortest)
            .into_iter()
            .map(|r| (text[r.starts[0]..r.starts[0] + r.length].to_string(), r.starts))
            .collect();
        found.sort();
        found
    }

    #[test]
    fn repeats_are_those_that_comparison_finds() {
        for text in ["banana", "abcabxabcab", "aaaa", "abc", "", "abababcabab"] {
            let mut expected: Vec<(String, Vec<usize>)> = vec![];
            for length in 2..=text.len() {
                for start in 0..=text.len() - length {
                    let word = &text[start..start + length];
                    let starts: Vec<usize> = (0..=text.len() - length)
                        .filter(|&at| &text[at..at + length] == word)
                        .collect();
                    let next = |at: &usize| text.as_bytes().get(at + length);
                    let grows = starts.iter().all(|at| next(at) == next(&starts[0]))
                        && next(&starts[0]).is_some();
                    let entry = (word.to_string(), starts.clone());
                    if starts.len() > 1 && !grows && !expected.contains(&entry) {
                        expected.push(entry);
                    }
                }
            }
            expected.sort();
            assert_eq!(found(text, 2), expected, "{text}");
        }
    }

    #[test]
    fn long_repeats_end_at_the_limit() {
        let string: Vec<u32> = (0..200).chain(0..200).collect();
        let longest = repeats(&string, 2).into_iter().map(|r| r.length).max();
        assert_eq!(longest, Some(LONGEST));
    }
}
