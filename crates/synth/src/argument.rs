//! Values of calls, as text and as words.

use std::fmt;
use std::str::FromStr;

use synth_ir::AbiType;

/// A value that is passed or returned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Argument {
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
    /// Single precision, by its bits.
    F32(u32),
    /// Double precision, by its bits.
    F64(u64),
}

impl Argument {
    /// Reads a number of a type: decimal or, after `0x`, hexadecimal, signed or
    /// unsigned; floats as Rust writes them, with `inf` and `nan`.
    pub fn parse(text: &str, ty: AbiType) -> Option<Argument> {
        Some(match ty {
            AbiType::I32 => Argument::I32(parse_integer(text, 32)? as i32),
            AbiType::I64 => Argument::I64(parse_integer(text, 64)? as i64),
            AbiType::F32 => Argument::F32(f32::from_str(text).ok()?.to_bits()),
            AbiType::F64 => Argument::F64(f64::from_str(text).ok()?.to_bits()),
        })
    }

    pub(crate) fn ty(self) -> AbiType {
        match self {
            Argument::I32(_) => AbiType::I32,
            Argument::I64(_) => AbiType::I64,
            Argument::F32(_) => AbiType::F32,
            Argument::F64(_) => AbiType::F64,
        }
    }

    pub(crate) fn words(self) -> Vec<u32> {
        match self {
            Argument::I32(v) => vec![v as u32],
            Argument::F32(v) => vec![v],
            Argument::I64(v) => vec![v as u32, (v >> 32) as u32],
            Argument::F64(v) => vec![v as u32, (v >> 32) as u32],
        }
    }

    pub(crate) fn from_words(ty: AbiType, words: &[u32]) -> Argument {
        let word = |i: usize| words.get(i).copied().unwrap_or_default();
        let pair = u64::from(word(1)) << 32 | u64::from(word(0));
        match ty {
            AbiType::I32 => Argument::I32(word(0) as i32),
            AbiType::F32 => Argument::F32(word(0)),
            AbiType::I64 => Argument::I64(pair as i64),
            AbiType::F64 => Argument::F64(pair),
        }
    }
}

/// A signed or unsigned integer of so many bits.
fn parse_integer(text: &str, bits: u32) -> Option<i128> {
    let negative = text.starts_with('-');
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (digits, radix) = hexadecimal.map_or((digits, 10), |digits| (digits, 16));
    // Rust would take a second sign.
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    let magnitude = i128::from(u64::from_str_radix(digits, radix).ok()?);
    let value = if negative { -magnitude } else { magnitude };
    (-(1 << (bits - 1))..1 << bits).contains(&value).then_some(value)
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Argument::I32(v) => write!(f, "{v}"),
            Argument::I64(v) => write!(f, "{v}"),
            Argument::F32(v) => write!(f, "{:?} ({v:#010x})", f32::from_bits(v)),
            Argument::F64(v) => write!(f, "{:?} ({v:#018x})", f64::from_bits(v)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_type() {
        use Argument::{F32, I32, I64};
        let cases = [
            ("4294967295", AbiType::I32, Some(I32(-1))),
            ("-2147483648", AbiType::I32, Some(I32(i32::MIN))),
            ("0x80000000", AbiType::I32, Some(I32(i32::MIN))),
            ("4294967296", AbiType::I32, None),
            ("0xffffffff80000000", AbiType::I32, None),
            ("18446744073709551615", AbiType::I64, Some(I64(-1))),
            ("-0x8000000000000000", AbiType::I64, Some(I64(i64::MIN))),
            ("0xffffffffffffffff", AbiType::I64, Some(I64(-1))),
            ("+7", AbiType::I32, Some(I32(7))),
            ("0X1f", AbiType::I32, Some(I32(31))),
            ("-0x80000001", AbiType::I32, None),
            ("--1", AbiType::I32, None),
            ("-", AbiType::I32, None),
            ("", AbiType::I64, None),
            ("-inf", AbiType::F32, Some(F32(0xff80_0000))),
            ("1.5", AbiType::F32, Some(F32(0x3fc0_0000))),
            ("x", AbiType::I32, None),
        ];
        for (text, ty, value) in cases {
            assert_eq!(Argument::parse(text, ty), value, "{text}");
        }
    }
}
