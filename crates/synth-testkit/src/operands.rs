//! Operands of floating-point routines: special ones, and random ones near
//! what is hard to round.

use synth_ir::{AbiType, Type};

use crate::rng::Rng;

/// What an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Single precision.
    F32,
    /// Double precision.
    F64,
    /// A word.
    I32,
    /// A doubleword.
    I64,
}

impl Kind {
    /// What arguments of these types are, of which all are of one kind.
    #[must_use]
    pub fn of(types: &[Type]) -> Kind {
        match types {
            [Type::F32, ..] => Kind::F32,
            [Type::F64, ..] => Kind::F64,
            [_, _, ..] => Kind::I64,
            _ => Kind::I32,
        }
    }

    /// The integer type that carries its bits.
    #[must_use]
    pub fn words(self) -> AbiType {
        match self {
            Kind::F32 | Kind::I32 => AbiType::I32,
            Kind::F64 | Kind::I64 => AbiType::I64,
        }
    }
}

/// The sizes of a format's fields, in bits.
#[derive(Clone, Copy)]
struct Format {
    exponent: u32,
    fraction: u32,
}

impl Format {
    fn of(kind: Kind) -> Option<Format> {
        match kind {
            Kind::F32 => Some(Format { exponent: 8, fraction: 23 }),
            Kind::F64 => Some(Format { exponent: 11, fraction: 52 }),
            Kind::I32 | Kind::I64 => None,
        }
    }

    fn greatest_exponent(self) -> i64 {
        (1 << self.exponent) - 1
    }

    fn bias(self) -> i64 {
        self.greatest_exponent() >> 1
    }

    fn fractions(self) -> u64 {
        (1 << self.fraction) - 1
    }

    /// The number with these fields; the exponent is brought into range.
    fn number(self, negative: bool, exponent: i64, fraction: u64) -> u64 {
        let exponent = exponent.clamp(0, self.greatest_exponent()) as u64;
        u64::from(negative) << (self.exponent + self.fraction)
            | exponent << self.fraction
            | fraction & self.fractions()
    }

    fn all(self) -> u64 {
        u64::MAX >> (63 - self.exponent - self.fraction)
    }

    /// Powers of two at which a format or an integer type ends, and the
    /// numbers beside them; subnormal numbers, ties, infinity, NaNs.
    fn special(self) -> Vec<u64> {
        let near_one = [
            -150, -149, -127, -126, -2, -1, 0, 1, 2, 22, 23, 24, 31, 32, 51, 52, 53, 62, 63, 64,
            127, 128,
        ];
        let mut exponents: Vec<i64> = near_one.iter().map(|e| e + self.bias()).collect();
        exponents.extend([0, 1, self.greatest_exponent() - 1, self.greatest_exponent()]);
        let half = 1 << (self.fraction - 1);
        let mut numbers = vec![];
        for exponent in exponents {
            for fraction in [0, 1, half, half + 1, self.fractions()] {
                numbers.extend([false, true].map(|sign| self.number(sign, exponent, fraction)));
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

/// Operands to combine with all others.
#[must_use]
pub fn special(kind: Kind) -> Vec<u64> {
    if let Some(format) = Format::of(kind) {
        return format.special();
    }
    let edges = (0..64).flat_map(|shift| [(1u64 << shift).wrapping_sub(1), 1 << shift]);
    // Powers of two, and ties of both formats and their neighbours.
    let ties = [24, 25, 30, 31, 53, 54, 62, 63].into_iter().flat_map(|shift| {
        [23, 52].into_iter().filter(move |&bits| bits < shift).flat_map(move |bits| {
            let (unit, one) = (1u64 << (shift - bits), 1u64 << shift);
            let tie = one + unit / 2;
            [tie - 1, tie, tie + 1, tie + unit, (one - 1) << 1 & !(unit / 4)]
        })
    });
    edges.chain(ties).flat_map(|n| [n, n.wrapping_neg()]).collect()
}

/// A fraction that is uniform, or has few bits set or few clear, so that results
/// are often exact or exactly half way.
fn fraction(rng: &mut Rng, bits: u32) -> u64 {
    let all = (1 << bits) - 1;
    let any = rng.bits() & all;
    let bit = |rng: &mut Rng| 1u64 << rng.below(bits as usize);
    match rng.below(5) {
        0 => any & !((1 << rng.below(bits as usize + 1)) - 1),
        1 => (any & !((1 << rng.below(bits as usize + 1)) - 1)).wrapping_sub(1) & all,
        2 => bit(rng) | bit(rng),
        3 => all & !bit(rng),
        _ => any,
    }
}

/// The exponent of a second operand for which a sum, product or quotient is
/// near a tie or an end of the format.
fn related(rng: &mut Rng, format: Format, exponent: i64) -> i64 {
    let near = rng.below(7) as i64 - 3;
    let deep = near - (rng.below(format.fraction as usize + 3) as i64) * (rng.below(2) as i64);
    match rng.below(8) {
        0 => exponent + near,
        1 => {
            exponent + rng.below(2 * format.fraction as usize + 8) as i64
                - i64::from(format.fraction)
                - 4
        }
        2 => format.bias() + 1 - exponent + deep,
        3 => format.greatest_exponent() + format.bias() - exponent - 1 + near,
        4 => exponent + format.bias() - 1 - deep,
        5 => exponent - format.bias() + near,
        6 => format.bias() + rng.below(68) as i64 - 2,
        _ => rng.below(format.greatest_exponent() as usize + 1) as i64,
    }
}

/// Halfway between two numbers of binary32, or beside that.
fn between_singles(rng: &mut Rng) -> u64 {
    let format = Format { exponent: 11, fraction: 52 };
    let exponent = 1023 - 152 + rng.below(282) as i64;
    let lost = 29 + (1023 - 126 - exponent).clamp(0, 23) as u32;
    let kept = fraction(rng, 52) >> lost << lost;
    let tie = format.number(rng.one_in(2), exponent, kept + (1 << (lost - 1)));
    tie.wrapping_add(rng.below(3) as u64).wrapping_sub(1)
}

/// A random pair of operands.
pub fn random(rng: &mut Rng, kind: Kind) -> (u64, u64) {
    let Some(format) = Format::of(kind) else {
        let integer = fraction(rng, 63) << 1 | rng.bits() & 1;
        let shifted = (integer as i64 >> rng.below(64)) as u64;
        return (if rng.one_in(2) { shifted } else { integer >> rng.below(64) }, 0);
    };
    match rng.below(16) {
        0 => (rng.bits() & format.all(), rng.bits() & format.all()),
        1 if kind == Kind::F64 => (between_singles(rng), between_singles(rng)),
        2 => {
            // Neighbours, with either sign.
            let a = rng.bits() & format.all();
            let b = a.wrapping_add(rng.below(9) as u64).wrapping_sub(4) & format.all();
            (a, b ^ (rng.bits() & 1) << (format.exponent + format.fraction))
        }
        _ => {
            let exponent = rng.below(format.greatest_exponent() as usize + 1) as i64;
            let other = related(rng, format, exponent);
            let number = |rng: &mut Rng, exponent| {
                format.number(rng.one_in(2), exponent, fraction(rng, format.fraction))
            };
            let (a, b) = (number(rng, exponent), number(rng, other));
            if rng.one_in(2) { (a, b) } else { (b, a) }
        }
    }
}
