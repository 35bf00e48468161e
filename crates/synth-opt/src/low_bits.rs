//! The low bits of words, where they are always the same: those of multiples
//! of a power of two plus a constant.
//!
//! A global that only the program can name holds a multiple of a power of two
//! if it does at first and all that is stored to it are such multiples, given
//! that what is loaded from it is. So is the shadow stack's pointer one of 16.

use synth_ir::entity::SecondaryMap;
use synth_ir::{
    BinaryOp, Definition, Function, InstData, LoadOp, Program, Region, SymbolId, Value,
};

use crate::memory::preserved::candidates;

/// Operators that are looked through.
const DEPTH: u32 = 4;
/// Times that globals are looked at before nothing is known of them.
const ROUNDS: usize = 4;

/// For each global the number of low bits that are zero whenever it is loaded.
pub(crate) type Multiples = SecondaryMap<SymbolId, u32>;

/// The lowest `count` bits of a word are those of `bits`, which has no others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LowBits {
    pub(crate) count: u32,
    pub(crate) bits: u32,
}

/// A number of ones.
fn ones(count: u32) -> u32 {
    1u32.checked_shl(count).map_or(u32::MAX, |bit| bit - 1)
}

impl LowBits {
    fn new(count: u32, bits: u32) -> LowBits {
        let count = count.min(32);
        LowBits { count, bits: bits & ones(count) }
    }

    /// What is known of a value.
    pub(crate) fn of(func: &Function, multiples: &Multiples, value: Value) -> LowBits {
        of(func, multiples, value, DEPTH)
    }

    /// What is known of the sum with a constant.
    pub(crate) fn plus(self, constant: i32) -> LowBits {
        LowBits::new(self.count, self.bits.wrapping_add(constant as u32))
    }

    /// The largest number up to a limit that has these bits, if there is one.
    pub(crate) fn round_down(self, limit: u32) -> Option<u32> {
        limit.checked_sub(limit.wrapping_sub(self.bits) & ones(self.count))
    }

    /// A limit that the same of these numbers keep to, above which follows one of 8
    /// significant bits, if there is one: as an immediate that is short.
    pub(crate) fn round_to_short(self, limit: u32) -> Option<u32> {
        let least = self.round_down(limit).filter(|&least| least > 0xff)?;
        let most = least.checked_add(1u32.checked_shl(self.count)?)?;
        let multiples = (8..32).rev().map(|zeros| (zeros, most >> zeros << zeros));
        let (zeros, next) = multiples.into_iter().find(|&(_, next)| next > least)?;
        (next >> zeros <= 0xff).then_some(next - 1)
    }

    /// How many of the lowest bits are zero.
    fn zeros(self) -> u32 {
        self.count.min(self.bits.trailing_zeros())
    }
}

fn of(func: &Function, multiples: &Multiples, value: Value, depth: u32) -> LowBits {
    let nothing = LowBits::default();
    let Some(inst) = func.def_inst(value) else { return nothing };
    let (op, a, b) = match func.insts[inst] {
        InstData::Const(c) => return LowBits::new(32, c as u32),
        InstData::Load { op: LoadOp::I32, addr, offset: 0, region: Region::Global } => {
            return named(func, addr).map_or(nothing, |global| LowBits::new(multiples[global], 0));
        }
        InstData::Binary { op, args: [a, b] } if depth > 0 => (op, a, b),
        _ => return nothing,
    };
    let (a, b) = (of(func, multiples, a, depth - 1), of(func, multiples, b, depth - 1));
    let least = a.count.min(b.count);
    match op {
        BinaryOp::Add => LowBits::new(least, a.bits.wrapping_add(b.bits)),
        BinaryOp::Sub => LowBits::new(least, a.bits.wrapping_sub(b.bits)),
        BinaryOp::Xor => LowBits::new(least, a.bits ^ b.bits),
        BinaryOp::Or => LowBits::new(least, a.bits | b.bits),
        // Beside the bits of both, zeros of one.
        BinaryOp::And => LowBits::new(least.max(a.zeros()).max(b.zeros()), a.bits & b.bits),
        BinaryOp::Shl if b.count == 32 => {
            LowBits::new(a.count + (b.bits & 31), a.bits << (b.bits & 31))
        }
        _ => nothing,
    }
}

/// The symbol of an address.
pub(crate) fn named(func: &Function, addr: Value) -> Option<SymbolId> {
    match func.insts[func.def_inst(addr)?] {
        InstData::SymbolAddr { symbol, addend: 0 } => Some(symbol),
        _ => None,
    }
}

/// What all globals are multiples of.
pub(crate) fn multiples(program: &Program) -> Multiples {
    let mut multiples = Multiples::new();
    let candidates = candidates(program);
    for &id in &candidates {
        let Definition::Data(data) = &program.symbols[id].def else { continue };
        let byte = |i| u32::from(data.bytes.get(i).copied().unwrap_or(0)) << (8 * i);
        multiples[id] = (0..4).map(byte).sum::<u32>().trailing_zeros();
    }
    let mut stores = vec![];
    for (_, func) in program.functions() {
        for &inst in func.layout.iter().flat_map(|&block| &func.blocks[block].insts) {
            if let InstData::Store { addr, value, region: Region::Global, .. } = func.insts[inst]
                && let Some(global) = named(func, addr)
            {
                stores.push((func, global, value));
            }
        }
    }
    for _ in 0..ROUNDS {
        let mut changed = false;
        for &(func, global, value) in &stores {
            let zeros = LowBits::of(func, &multiples, value).zeros();
            if zeros < multiples[global] {
                multiples[global] = zeros;
                changed = true;
            }
        }
        if !changed {
            return multiples;
        }
    }
    Multiples::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_down_to_numbers_with_the_same_bits() {
        for count in 0..6 {
            for bits in 0..=ones(count) {
                let low = LowBits::new(count, bits);
                for limit in (0..100).chain(u32::MAX - 100..=u32::MAX) {
                    let has = |&n: &u32| n & ones(count) == bits;
                    let nearest = (limit.saturating_sub(64)..=limit).rev().find(has);
                    assert_eq!(low.round_down(limit), nearest, "{low:?} {limit}");
                }
            }
        }
        assert_eq!(LowBits::new(32, 7).round_down(6), None);
        assert_eq!(LowBits::new(32, 7).round_down(9), Some(7));
    }

    #[test]
    fn the_same_numbers_keep_to_a_rounded_limit() {
        for count in 0..8 {
            for bits in 0..=ones(count) {
                let low = LowBits::new(count, bits);
                for limit in (65000..66000).chain(300..600).chain(u32::MAX - 300..=u32::MAX) {
                    let Some(rounded) = low.round_to_short(limit) else { continue };
                    assert_eq!(low.round_down(rounded), low.round_down(limit), "{low:?} {limit}");
                    let next = rounded + 1;
                    assert!(next >> next.trailing_zeros() <= 0xff, "{low:?} {limit} {rounded}");
                }
            }
        }
        // Words at multiples of four, in 64 KiB: a power of two.
        assert_eq!(LowBits::new(2, 0).round_to_short(65532), Some(65535));
        assert_eq!(LowBits::new(2, 1).round_to_short(65532), None);
        assert_eq!(LowBits::new(4, 0).round_to_short(65520), Some(65535));
        assert_eq!(LowBits::new(4, 0).round_to_short(65519), None);
        assert_eq!(LowBits::new(32, 9).round_to_short(65519), None);
        assert_eq!(LowBits::new(0, 0).round_to_short(65535), Some(65535));
    }

    /// Of two words of few bits, all values that have the known ones.
    #[test]
    fn knows_no_more_than_is_true() {
        use synth_ir::Program;
        let ops = ["add", "sub", "xor", "or", "and"];
        for op in ops {
            for (n, d) in [(0, 0), (2, 3), (1, 12), (3, 5)] {
                let text = format!(
                    "global func @f(i32, i32) -> (i32) {{\nb0(v0: i32, v1: i32):\n\
                     v2 = const {n}\n v3 = shl v0, v2\n v4 = const {d}\n v5 = add v3, v4\n\
                     v6 = const 2\n v7 = shl v1, v6\n v8 = {op} v5, v7\n return v8\n}}\n"
                );
                let program = Program::parse(&text).expect("a program");
                let (_, func) = program.functions().next().expect("a function");
                let terminator = func.terminator(func.entry()).expect("a return");
                let InstData::Return(values) = &func.insts[terminator] else { panic!() };
                let known = LowBits::of(func, &Multiples::new(), values[0]);
                assert!(known.count >= n.min(2), "{op} {n} {d}: {known:?}");
                for x in 0..40u32 {
                    for y in 0..40u32 {
                        let (a, b) = ((x << n).wrapping_add(d), y << 2);
                        let result = match op {
                            "add" => a.wrapping_add(b),
                            "sub" => a.wrapping_sub(b),
                            "xor" => a ^ b,
                            "or" => a | b,
                            _ => a & b,
                        };
                        assert_eq!(result & ones(known.count), known.bits, "{op} {n} {d} {x} {y}");
                    }
                }
            }
        }
    }
}
