//! Bit sets of one size, in one piece of memory.

/// Sets of numbers below a bound, by row.
pub(crate) struct Rows {
    /// Words of each row.
    words: usize,
    bits: Vec<u64>,
}

impl Rows {
    /// So many empty sets of numbers below `bound`.
    pub(crate) fn new(rows: usize, bound: usize) -> Rows {
        let words = bound.div_ceil(64);
        Rows { words, bits: vec![0; rows * words] }
    }

    /// As many sets of the same size, all empty.
    pub(crate) fn empty(&self) -> Rows {
        Rows { words: self.words, bits: vec![0; self.bits.len()] }
    }

    /// A set's words, the lowest number in the lowest bit of the first.
    pub(crate) fn row(&self, row: usize) -> &[u64] {
        &self.bits[row * self.words..(row + 1) * self.words]
    }

    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [u64] {
        &mut self.bits[row * self.words..(row + 1) * self.words]
    }

    pub(crate) fn contains(&self, row: usize, number: u32) -> bool {
        contains(self.row(row), number)
    }

    pub(crate) fn insert(&mut self, row: usize, number: u32) {
        insert(self.row_mut(row), number);
    }
}

/// The place of a number in a set: its word and its bit.
fn place(number: u32) -> (usize, u64) {
    (number as usize / 64, 1 << (number % 64))
}

/// Whether a number is in a set; none beyond the bound is.
pub(crate) fn contains(set: &[u64], number: u32) -> bool {
    let (word, bit) = place(number);
    set.get(word).is_some_and(|word| word & bit != 0)
}

pub(crate) fn insert(set: &mut [u64], number: u32) {
    let (word, bit) = place(number);
    set[word] |= bit;
}

pub(crate) fn remove(set: &mut [u64], number: u32) {
    let (word, bit) = place(number);
    set[word] &= !bit;
}

/// How many numbers are in a set. Counting the bits of a word is slow where the
/// machine has no instruction for it, and most words are empty.
pub(crate) fn count(set: &[u64]) -> u32 {
    set.iter().map(|&word| if word == 0 { 0 } else { word.count_ones() }).sum()
}

/// The numbers in a set, in rising order.
pub(crate) fn numbers(set: &[u64]) -> impl Iterator<Item = u32> + '_ {
    numbers_of(set.iter().copied())
}

/// The numbers in a set that both have, in rising order.
pub(crate) fn common<'a>(a: &'a [u64], b: &'a [u64]) -> impl Iterator<Item = u32> + 'a {
    numbers_of(a.iter().zip(b).map(|(a, b)| a & b))
}

/// The numbers in a set of these words.
fn numbers_of(mut words: impl Iterator<Item = u64>) -> impl Iterator<Item = u32> {
    // What is left of the word before the one whose lowest bit is `next`.
    let (mut word, mut next) = (0u64, 0);
    std::iter::from_fn(move || {
        while word == 0 {
            word = words.next()?;
            next += 64;
        }
        let bit = word.trailing_zeros();
        word &= word - 1;
        Some(next - 64 + bit)
    })
}
