//! Arguments of the suite's calls, and the patterns that results must match
//! (core specification 4.3.3: canonical and arithmetic NaNs).

use synth_testkit::AbiVal;
use wast::core::{AbstractHeapType, HeapType, NanPattern, WastArgCore, WastRetCore};
use wast::{WastArg, WastRet};

/// An argument; or the type of value that is not compiled.
pub type Argument = Result<AbiVal, &'static str>;

const REFERENCE: &str = "references of the gc proposal";
const VECTOR: &str = "vectors";

/// What a result must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// That value, bit by bit.
    Value(AbiVal),
    /// A NaN of that width whose payload is the quiet bit alone.
    CanonicalNan(u32),
    /// A NaN of that width with the quiet bit set.
    ArithmeticNan(u32),
    /// One of several.
    Either(Vec<Pattern>),
    /// A reference that is not null: of a function, or of the host.
    Function,
    /// See [`Pattern::Function`].
    Handle,
    /// A value of a type that is not compiled.
    Unsupported(&'static str),
}

/// Reads an argument.
pub fn argument(arg: &WastArg<'_>) -> Argument {
    match arg {
        WastArg::Core(WastArgCore::I32(v)) => Ok(AbiVal::I32(*v)),
        WastArg::Core(WastArgCore::I64(v)) => Ok(AbiVal::I64(*v)),
        WastArg::Core(WastArgCore::F32(v)) => Ok(AbiVal::F32(v.bits)),
        WastArg::Core(WastArgCore::F64(v)) => Ok(AbiVal::F64(v.bits)),
        WastArg::Core(WastArgCore::V128(_)) => Err(VECTOR),
        WastArg::Core(WastArgCore::RefNull(heap)) => null(heap).ok_or(REFERENCE),
        WastArg::Core(WastArgCore::RefExtern(number)) => Ok(handle(*number)),
        _ => Err(REFERENCE),
    }
}

/// The null reference: no words of a function's, or no handle of the host's.
fn null(heap: &HeapType<'_>) -> Option<AbiVal> {
    use AbstractHeapType::{Extern, Func, NoExtern, NoFunc};
    match heap {
        HeapType::Abstract { shared: false, ty: Func | NoFunc } => Some(AbiVal::I64(0)),
        HeapType::Abstract { shared: false, ty: Extern | NoExtern } => Some(AbiVal::I32(0)),
        HeapType::Concrete(_) => Some(AbiVal::I64(0)),
        _ => None,
    }
}

/// A number of the host's as an externref, which is not null.
fn handle(number: u32) -> AbiVal {
    AbiVal::I32(number.wrapping_add(1) as i32)
}

/// Reads a pattern.
pub fn pattern(ret: &WastRet<'_>) -> Pattern {
    match ret {
        WastRet::Core(ret) => core_pattern(ret),
        _ => Pattern::Unsupported("components"),
    }
}

fn core_pattern(ret: &WastRetCore<'_>) -> Pattern {
    match ret {
        WastRetCore::I32(v) => Pattern::Value(AbiVal::I32(*v)),
        WastRetCore::I64(v) => Pattern::Value(AbiVal::I64(*v)),
        WastRetCore::F32(v) => nan(v, 32, |v| AbiVal::F32(v.bits)),
        WastRetCore::F64(v) => nan(v, 64, |v| AbiVal::F64(v.bits)),
        WastRetCore::V128(_) => Pattern::Unsupported(VECTOR),
        WastRetCore::RefNull(None) => {
            Pattern::Either([AbiVal::I32(0), AbiVal::I64(0)].map(Pattern::Value).to_vec())
        }
        WastRetCore::RefNull(Some(heap)) => {
            null(heap).map_or(Pattern::Unsupported(REFERENCE), Pattern::Value)
        }
        WastRetCore::RefExtern(Some(number)) => Pattern::Value(handle(*number)),
        WastRetCore::RefExtern(None) => Pattern::Handle,
        WastRetCore::RefFunc(_) => Pattern::Function,
        WastRetCore::Either(all) => Pattern::Either(all.iter().map(core_pattern).collect()),
        _ => Pattern::Unsupported(REFERENCE),
    }
}

fn nan<T>(pattern: &NanPattern<T>, width: u32, value: impl Fn(&T) -> AbiVal) -> Pattern {
    match pattern {
        NanPattern::CanonicalNan => Pattern::CanonicalNan(width),
        NanPattern::ArithmeticNan => Pattern::ArithmeticNan(width),
        NanPattern::Value(v) => Pattern::Value(value(v)),
    }
}

/// All bits of the exponent and the quiet bit.
fn quiet_nan(width: u32) -> u64 {
    if width == 32 { 0x7fc0_0000 } else { 0x7ff8_0000_0000_0000 }
}

fn width_of_float(value: AbiVal) -> Option<u32> {
    match value {
        AbiVal::F32(_) => Some(32),
        AbiVal::F64(_) => Some(64),
        AbiVal::I32(_) | AbiVal::I64(_) => None,
    }
}

impl Pattern {
    /// Whether a value matches.
    pub fn matches(&self, value: AbiVal) -> bool {
        match self {
            Pattern::Value(expected) => *expected == value,
            Pattern::CanonicalNan(width) => {
                let sign = 1 << (width - 1);
                width_of_float(value) == Some(*width) && value.bits() & !sign == quiet_nan(*width)
            }
            Pattern::ArithmeticNan(width) => {
                let quiet = quiet_nan(*width);
                width_of_float(value) == Some(*width) && value.bits() & quiet == quiet
            }
            Pattern::Either(all) => all.iter().any(|pattern| pattern.matches(value)),
            Pattern::Function => {
                matches!(value, AbiVal::I64(v) if v as u32 != 0 && (v >> 32) as u32 != 0)
            }
            Pattern::Handle => matches!(value, AbiVal::I32(v) if v != 0),
            Pattern::Unsupported(_) => false,
        }
    }

    /// The type of value that is not compiled, if it needs one.
    pub fn unsupported(&self) -> Option<&'static str> {
        match self {
            Pattern::Unsupported(what) => Some(what),
            Pattern::Either(all) => all.iter().find_map(Pattern::unsupported),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_match_bit_by_bit() {
        assert!(Pattern::Value(AbiVal::F32(0x8000_0000)).matches(AbiVal::F32(0x8000_0000)));
        assert!(!Pattern::Value(AbiVal::F32(0x8000_0000)).matches(AbiVal::F32(0)));
        assert!(!Pattern::Value(AbiVal::I32(0)).matches(AbiVal::I64(0)));
        let either =
            Pattern::Either(vec![Pattern::Value(AbiVal::I32(1)), Pattern::Value(AbiVal::I32(2))]);
        assert!(either.matches(AbiVal::I32(2)) && !either.matches(AbiVal::I32(3)));
    }

    #[test]
    fn references_are_null_or_not() {
        assert!(Pattern::Value(handle(0)).matches(AbiVal::I32(1)));
        assert!(Pattern::Handle.matches(handle(0)) && !Pattern::Handle.matches(AbiVal::I32(0)));
        assert!(Pattern::Function.matches(AbiVal::I64(0x2_0000_0001)));
        assert!(!Pattern::Function.matches(AbiVal::I64(0x2_0000_0000)));
        assert!(!Pattern::Function.matches(AbiVal::I32(1)));
    }

    #[test]
    fn nan_patterns_look_at_payload_and_width() {
        let canonical = Pattern::CanonicalNan(32);
        assert!(canonical.matches(AbiVal::F32(0xffc0_0000)));
        assert!(!canonical.matches(AbiVal::F32(0x7fc0_0001)));
        assert!(!canonical.matches(AbiVal::I32(0x7fc0_0000)));
        let arithmetic = Pattern::ArithmeticNan(64);
        assert!(arithmetic.matches(AbiVal::F64(0xfff8_0000_0000_0001)));
        assert!(!arithmetic.matches(AbiVal::F64(0x7ff0_0000_0000_0001)));
        assert!(!arithmetic.matches(AbiVal::F32(0x7fc0_0000)));
    }
}
