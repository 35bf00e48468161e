//! Reproducible random numbers (SplitMix64).

/// A generator; the same seed gives the same numbers everywhere.
#[derive(Clone, Debug)]
pub struct Rng(u64);

/// Words at which operators and encodings change their behaviour.
pub const SPECIAL: &[u32] = &[
    0,
    1,
    2,
    3,
    7,
    8,
    15,
    16,
    31,
    32,
    33,
    63,
    64,
    127,
    128,
    255,
    256,
    0xfff,
    0x1000,
    0x7fff,
    0x8000,
    0xffff,
    0x1_0000,
    0xff_00ff,
    0x00ab_0000,
    0x1234_5678,
    0x7fff_ffff,
    0x8000_0000,
    0x8000_0001,
    0xabab_abab,
    0xff00_ff00,
    0xffff_0000,
    0xffff_7fff,
    0xffff_ff00,
    0xffff_ff01,
    0xffff_fff8,
    0xffff_fffe,
    0xffff_ffff,
];

impl Rng {
    /// A generator.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Rng(seed)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.bits() >> 16) as usize % limit
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of a list that is not empty.
    pub fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }

    /// A word: special, small, a few bits, or any.
    pub fn word(&mut self) -> u32 {
        let bits = self.bits();
        match self.below(5) {
            0 | 1 => *self.pick(SPECIAL),
            2 => bits as u32 >> (bits >> 59),
            3 => (bits as u32 & 0xff) << (bits >> 59),
            _ => bits as u32,
        }
    }

    /// A doubleword of two such words, or of any number of bits.
    pub fn doubleword(&mut self) -> u64 {
        if self.one_in(2) {
            let (low, high) = (self.word(), self.word());
            u64::from(high) << 32 | u64::from(low)
        } else {
            self.bits() >> self.below(64)
        }
    }
}
