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

/// The numbers in a set, in rising order.
pub(crate) fn numbers(set: &[u64]) -> Numbers<'_> {
    let (word, rest) = set.split_first().map_or((0, set), |(&word, rest)| (word, rest));
    Numbers { word, first: 0, rest }
}

/// See [`numbers`].
pub(crate) struct Numbers<'a> {
    /// What is left of the word whose lowest bit is `first`.
    word: u64,
    first: u32,
    rest: &'a [u64],
}

impl Iterator for Numbers<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        while self.word == 0 {
            let (&word, rest) = self.rest.split_first()?;
            (self.word, self.rest) = (word, rest);
            self.first += 64;
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(self.first + bit)
    }
}
