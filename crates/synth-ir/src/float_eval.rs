//! The values of floating-point operators, by the host's IEEE arithmetic.
//!
//! Arithmetic that gives NaN gives the canonical one, so that results do not
//! depend on the host. Negation, absolute value and copysign only touch the
//! sign bit, of NaN too.

use crate::eval::Val;
use crate::float::FloatOp;
use crate::types::Type;

fn f32_bits(value: f32) -> u32 {
    if value.is_nan() { 0x7fc0_0000 } else { value.to_bits() }
}

fn f64_bits(value: f64) -> u64 {
    if value.is_nan() { 0x7ff8_0000_0000_0000 } else { value.to_bits() }
}

/// The evaluation of the operators of one type, by their variants without the
/// type's name.
macro_rules! evaluator {
    ($name:ident, $float:ty, $bits:ty, $canonical:ident, $val:ident, $sign:expr,
     $([$($op:ident)*])*) => {
        fn $name(op: FloatOp, args: &[Val]) -> Option<Val> {
            use FloatOp::*;
            let bits = |i: usize| match args.get(i) {
                Some(Val::$val(bits)) => Some(*bits),
                _ => None,
            };
            let word = |i: usize| args.get(i)?.word();
            let float = |i: usize| Some(<$float>::from_bits(bits(i)?));
            let double = || Some(u64::from(word(1)? as u32) << 32 | u64::from(word(0)? as u32));
            let result = |value: $float| Some(Val::$val($canonical(value)));
            let truth = |value: bool| Some(Val::I32(value.into()));
            evaluator!(@arms op, bits, word, float, double, result, truth, $float, $bits, $val,
                $sign, $($($op)*)*)
        }
    };
    (@arms $v:ident, $bits:ident, $word:ident, $float:ident, $double:ident, $result:ident,
     $truth:ident, $f:ty, $b:ty, $val:ident, $sign:expr,
     $add:ident $sub:ident $mul:ident $div:ident $min:ident $max:ident $copysign:ident
     $neg:ident $abs:ident $sqrt:ident $ceil:ident $floor:ident $trunc:ident $nearest:ident
     $eq:ident $ne:ident $lt:ident $le:ident $gt:ident $ge:ident
     $from32s:ident $from32u:ident $from64s:ident $from64u:ident
     $to32s:ident $to32u:ident $to64s_lo:ident $to64s_hi:ident $to64u_lo:ident $to64u_hi:ident
    ) => {
        match $v {
            $add => $result($float(0)? + $float(1)?),
            $sub => $result($float(0)? - $float(1)?),
            $mul => $result($float(0)? * $float(1)?),
            $div => $result($float(0)? / $float(1)?),
            $min | $max => {
                let (a, b) = ($float(0)?, $float(1)?);
                if a.is_nan() || b.is_nan() {
                    $result(<$f>::NAN)
                } else if a == b {
                    // The same, or zeros, of which the sign decides.
                    let (a, b) = (a.to_bits(), b.to_bits());
                    Some(Val::$val(if $v == $min { a | b } else { a & b }))
                } else {
                    $result(if (a < b) == ($v == $min) { a } else { b })
                }
            }
            $copysign => Some(Val::$val($bits(0)? & !$sign | $bits(1)? & $sign)),
            $neg => Some(Val::$val($bits(0)? ^ $sign)),
            $abs => Some(Val::$val($bits(0)? & !$sign)),
            $sqrt => $result($float(0)?.sqrt()),
            $ceil => $result($float(0)?.ceil()),
            $floor => $result($float(0)?.floor()),
            $trunc => $result($float(0)?.trunc()),
            $nearest => $result($float(0)?.round_ties_even()),
            $eq => $truth($float(0)? == $float(1)?),
            $ne => $truth($float(0)? != $float(1)?),
            $lt => $truth($float(0)? < $float(1)?),
            $le => $truth($float(0)? <= $float(1)?),
            $gt => $truth($float(0)? > $float(1)?),
            $ge => $truth($float(0)? >= $float(1)?),
            $from32s => $result($word(0)? as $f),
            $from32u => $result($word(0)? as u32 as $f),
            $from64s => $result($double()? as i64 as $f),
            $from64u => $result($double()? as $f),
            $to32s => Some(Val::I32($float(0)? as i32)),
            $to32u => Some(Val::I32($float(0)? as u32 as i32)),
            $to64s_lo => Some(Val::I32($float(0)? as i64 as i32)),
            $to64s_hi => Some(Val::I32(($float(0)? as i64 >> 32) as i32)),
            $to64u_lo => Some(Val::I32($float(0)? as u64 as i32)),
            $to64u_hi => Some(Val::I32(($float(0)? as u64 >> 32) as i32)),
            _ => None,
        }
    };
}

evaluator! { single, f32, u32, f32_bits, F32, 0x8000_0000_u32,
    [F32Add F32Sub F32Mul F32Div F32Min F32Max F32Copysign]
    [F32Neg F32Abs F32Sqrt F32Ceil F32Floor F32Trunc F32Nearest]
    [F32Eq F32Ne F32Lt F32Le F32Gt F32Ge]
    [F32FromI32S F32FromI32U F32FromI64S F32FromI64U]
    [F32ToI32S F32ToI32U F32ToI64SLo F32ToI64SHi F32ToI64ULo F32ToI64UHi]
}
evaluator! { double, f64, u64, f64_bits, F64, 0x8000_0000_0000_0000_u64,
    [F64Add F64Sub F64Mul F64Div F64Min F64Max F64Copysign]
    [F64Neg F64Abs F64Sqrt F64Ceil F64Floor F64Trunc F64Nearest]
    [F64Eq F64Ne F64Lt F64Le F64Gt F64Ge]
    [F64FromI32S F64FromI32U F64FromI64S F64FromI64U]
    [F64ToI32S F64ToI32U F64ToI64SLo F64ToI64SHi F64ToI64ULo F64ToI64UHi]
}

impl FloatOp {
    /// The result, if the arguments have the right number and types.
    pub fn eval(self, args: &[Val]) -> Option<Val> {
        if args.len() != self.arg_types().len() {
            return None;
        }
        match (self, args) {
            (FloatOp::F32Demote, [Val::F64(bits)]) => {
                Some(Val::F32(f32_bits(f64::from_bits(*bits) as f32)))
            }
            (FloatOp::F64Promote, [Val::F32(bits)]) => {
                Some(Val::F64(f64_bits(f32::from_bits(*bits).into())))
            }
            _ if self.uses(Type::F32) => single(self, args),
            _ => double(self, args),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_has_a_value() {
        for &op in FloatOp::ALL {
            let args: Vec<Val> =
                op.arg_types().iter().map(|&ty| Val::from_bits(ty, 0x3f80_0000)).collect();
            assert_eq!(op.eval(&args).map(Val::ty), Some(op.result_type()), "{op}");
            assert_eq!(op.eval(&args[1..]), None, "{op}");
            assert_eq!(FloatOp::from_name(op.name()), Some(op));
        }
    }

    /// Cases of the specification's text (section 4.3.3) in which operators
    /// of other languages differ.
    #[test]
    fn special_values() {
        use FloatOp::*;
        let (nan, zero, minus_zero) = (0x7fc0_0000, 0, 0x8000_0000);
        let one = 1f32.to_bits();
        let cases = [
            (F32Min, [zero, minus_zero], minus_zero),
            (F32Max, [minus_zero, zero], zero),
            (F32Min, [nan, one], nan),
            (F32Max, [one, 0x7f80_0001], nan),
            (F32Copysign, [0xffc0_1234, one], 0x7fc0_1234),
            (F32Sub, [f32::INFINITY.to_bits(); 2], nan),
        ];
        for (op, [a, b], result) in cases {
            assert_eq!(op.eval(&[Val::F32(a), Val::F32(b)]), Some(Val::F32(result)), "{op}");
        }
        let nearest = |x: f64| F64Nearest.eval(&[Val::F64(x.to_bits())]);
        assert_eq!(nearest(2.5), Some(Val::F64(2f64.to_bits())));
        assert_eq!(nearest(-0.5), Some(Val::F64((-0f64).to_bits())));
        let convert = |op: FloatOp, x: f64| op.eval(&[Val::F64(x.to_bits())]);
        assert_eq!(convert(F64ToI32S, 1e300), Some(Val::I32(i32::MAX)));
        assert_eq!(convert(F64ToI32U, -5.0), Some(Val::I32(0)));
        assert_eq!(convert(F64ToI64UHi, f64::NAN), Some(Val::I32(0)));
        assert_eq!(convert(F64ToI64UHi, 1e30), Some(Val::I32(-1)));
    }
}
