//! Instructions that cover the operand space of every encoding, and their
//! comparison with `llvm-mc`: evidence for the table, used by the tests and by
//! `cargo xtask encodings`. Deterministic: the same depth gives the same sweep.

mod llvm;

pub use llvm::{Case, Error, LLVM_MC, check, refused, refused_on};

use super::{Cond, Feature, InIt, Inst, ROWS, Row};

/// How much of the operand space to visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// All values of each operand of up to 8 bits, the boundary values of wider ones,
    /// beside random values of the others.
    Sample,
    /// All combinations of operands where they have at most this many bits
    /// together; else all values of each operand (of up to 16 bits) beside random
    /// values of the others, and all pairs of boundary values.
    Full(u32),
}

/// A small generator of random numbers (SplitMix64).
pub struct Rng(u64);

impl Rng {
    /// A generator that starts from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn next_u32(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z >> 32) as u32
    }
}

/// The legal instructions of a row that a sweep of this depth visits.
pub fn insts(row: &Row, depth: Depth) -> Vec<Inst> {
    let mut bits = operand_bits(row, depth);
    bits.sort_unstable();
    bits.dedup();
    bits.into_iter().filter_map(|b| (row.build)(row.base | b)).collect()
}

/// The cases of a sweep over the rows that need this feature: each instruction
/// outside IT blocks and, where it may stand in one, under a condition.
pub fn cases(feature: Feature, depth: Depth) -> Vec<Case> {
    let rows = ROWS.iter().filter(|row| row.feature == feature);
    rows.flat_map(|row| row_cases(row, depth)).collect()
}

/// The cases of one row.
pub fn row_cases(row: &Row, depth: Depth) -> Vec<Case> {
    let conds: Vec<Cond> = Cond::all().collect();
    // The IT instruction came with ARMv7-M.
    let conditional = row.in_it != InIt::Never && row.feature != Feature::V6m;
    let mut out = Vec::new();
    for (i, inst) in insts(row, depth).into_iter().enumerate() {
        out.push(Case { inst, it: None });
        if conditional {
            out.push(Case { inst, it: Some(conds[i % conds.len()]) });
        }
    }
    out
}

fn operand_bits(row: &Row, depth: Depth) -> Vec<u32> {
    let masks: Vec<[u32; 2]> = row.fields.iter().map(|f| [f.mask, f.copy]).collect();
    let all: u32 = masks.iter().map(|m| m[0].count_ones()).sum();
    let exhaustive = matches!(depth, Depth::Full(limit) if all <= limit);
    if exhaustive {
        return (0..1 << all).map(|n| spread_over(&masks, n)).collect();
    }
    let mut rng = Rng::new(0);
    let mut out = vec![0];
    for (i, mask) in masks.iter().enumerate() {
        let width = mask[0].count_ones();
        let limit = if depth == Depth::Sample { 8 } else { 16 };
        let values = if width <= limit { (0..1 << width).collect() } else { boundary(width) };
        for value in values {
            // Some combinations are refused: more than one try each.
            for _ in 0..if depth == Depth::Sample { 2 } else { 4 } {
                let bits = random(&masks, &mut rng) & !(mask[0] | mask[1]);
                out.push(bits | spread(value, mask));
            }
        }
        if depth == Depth::Sample {
            continue;
        }
        for other in &masks[..i] {
            for value in boundary(width) {
                for second in boundary(other[0].count_ones()) {
                    let bits =
                        random(&masks, &mut rng) & !(mask[0] | mask[1] | other[0] | other[1]);
                    out.push(bits | spread(value, mask) | spread(second, other));
                }
            }
        }
    }
    out
}

/// 0, the largest value, and the powers of two with their neighbours.
fn boundary(width: u32) -> Vec<u32> {
    if width <= 3 {
        return (0..1 << width).collect();
    }
    let mut values: Vec<u32> =
        (0..width).flat_map(|b| [(1 << b) - 1, 1 << b, (1 << b) + 1]).collect();
    let max = (1 << width) - 1;
    values.extend([max - 1, max]);
    values.sort_unstable();
    values.dedup();
    values
}

fn random(masks: &[[u32; 2]], rng: &mut Rng) -> u32 {
    masks.iter().fold(0, |bits, mask| bits | spread(rng.next_u32(), mask))
}

/// The low bits of `value` at the positions of `mask`, lowest first, in both copies.
fn spread(value: u32, mask: &[u32; 2]) -> u32 {
    let deposit = |mask: u32| {
        let positions = (0..32).filter(|b| mask >> b & 1 != 0);
        positions.enumerate().fold(0, |out, (i, b)| out | (value >> i & 1) << b)
    };
    deposit(mask[0]) | deposit(mask[1])
}

fn spread_over(masks: &[[u32; 2]], mut value: u32) -> u32 {
    let mut bits = 0;
    for mask in masks {
        bits |= spread(value, mask);
        value >>= mask[0].count_ones();
    }
    bits
}
