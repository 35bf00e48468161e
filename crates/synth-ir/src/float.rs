//! Floating-point operators, as one table: name, arguments, result.
//!
//! Rounding is to nearest, ties to even; there are no exceptions. A NaN result
//! of an arithmetic operator is a quiet NaN: the canonical one wherever this
//! project computes it. (WebAssembly core specification, section 4.3.3.)

use crate::types::Type;

macro_rules! float_operators {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, [$($arg:ident),*] -> $result:ident;)*) => {
        /// Floating-point operators. All are pure and defined for all arguments.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FloatOp { $($(#[$doc])* $variant),* }

        impl FloatOp {
            /// All operators, in declaration order.
            pub const ALL: &'static [FloatOp] = &[$(FloatOp::$variant),*];

            /// The name in the text form.
            pub fn name(self) -> &'static str {
                match self { $(FloatOp::$variant => $text),* }
            }

            /// The operator of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(FloatOp::$variant),)* _ => None }
            }

            /// Types of the arguments.
            pub fn arg_types(self) -> &'static [Type] {
                match self { $(FloatOp::$variant => &[$(Type::$arg),*]),* }
            }

            /// Type of the result.
            pub fn result_type(self) -> Type {
                match self { $(FloatOp::$variant => Type::$result),* }
            }
        }

        impl std::fmt::Display for FloatOp {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

float_operators! {
    /// Sum.
    F32Add = "f32.add", [F32, F32] -> F32;
    /// Difference.
    F32Sub = "f32.sub", [F32, F32] -> F32;
    /// Product.
    F32Mul = "f32.mul", [F32, F32] -> F32;
    /// Quotient.
    F32Div = "f32.div", [F32, F32] -> F32;
    /// The lesser; NaN if either is; -0 is less than +0.
    F32Min = "f32.min", [F32, F32] -> F32;
    /// The greater; NaN if either is; +0 is greater than -0.
    F32Max = "f32.max", [F32, F32] -> F32;
    /// The first with the sign of the second.
    F32Copysign = "f32.copysign", [F32, F32] -> F32;
    /// The opposite sign, of NaN too.
    F32Neg = "f32.neg", [F32] -> F32;
    /// Without sign, of NaN too.
    F32Abs = "f32.abs", [F32] -> F32;
    /// Square root.
    F32Sqrt = "f32.sqrt", [F32] -> F32;
    /// The least integer not below.
    F32Ceil = "f32.ceil", [F32] -> F32;
    /// The greatest integer not above.
    F32Floor = "f32.floor", [F32] -> F32;
    /// Rounded towards zero.
    F32Trunc = "f32.trunc", [F32] -> F32;
    /// The nearest integer, the even one of two.
    F32Nearest = "f32.nearest", [F32] -> F32;
    /// 1 if equal, else 0.
    F32Eq = "f32.eq", [F32, F32] -> I32;
    /// 0 if equal, else 1: 1 for NaN.
    F32Ne = "f32.ne", [F32, F32] -> I32;
    /// 1 if less, else 0.
    F32Lt = "f32.lt", [F32, F32] -> I32;
    /// 1 if less or equal, else 0.
    F32Le = "f32.le", [F32, F32] -> I32;
    /// 1 if greater, else 0.
    F32Gt = "f32.gt", [F32, F32] -> I32;
    /// 1 if greater or equal, else 0.
    F32Ge = "f32.ge", [F32, F32] -> I32;
    /// The nearest value of a signed word.
    F32FromI32S = "f32.from_i32_s", [I32] -> F32;
    /// The nearest value of a signed doubleword, `(lo, hi)`.
    F32FromI64S = "f32.from_i64_s", [I32, I32] -> F32;
    /// Towards zero to a signed word; saturates; 0 for NaN.
    F32ToI32S = "f32.to_i32_s", [F32] -> I32;
    /// Low word of the signed doubleword towards zero; saturates; 0 for NaN.
    F32ToI64SLo = "f32.to_i64_s_lo", [F32] -> I32;
    /// High word of the signed doubleword towards zero; saturates; 0 for NaN.
    F32ToI64SHi = "f32.to_i64_s_hi", [F32] -> I32;
    /// The nearest value of a unsigned word.
    F32FromI32U = "f32.from_i32_u", [I32] -> F32;
    /// The nearest value of a unsigned doubleword, `(lo, hi)`.
    F32FromI64U = "f32.from_i64_u", [I32, I32] -> F32;
    /// Towards zero to a unsigned word; saturates; 0 for NaN.
    F32ToI32U = "f32.to_i32_u", [F32] -> I32;
    /// Low word of the unsigned doubleword towards zero; saturates; 0 for NaN.
    F32ToI64ULo = "f32.to_i64_u_lo", [F32] -> I32;
    /// High word of the unsigned doubleword towards zero; saturates; 0 for NaN.
    F32ToI64UHi = "f32.to_i64_u_hi", [F32] -> I32;
    /// Sum.
    F64Add = "f64.add", [F64, F64] -> F64;
    /// Difference.
    F64Sub = "f64.sub", [F64, F64] -> F64;
    /// Product.
    F64Mul = "f64.mul", [F64, F64] -> F64;
    /// Quotient.
    F64Div = "f64.div", [F64, F64] -> F64;
    /// The lesser; NaN if either is; -0 is less than +0.
    F64Min = "f64.min", [F64, F64] -> F64;
    /// The greater; NaN if either is; +0 is greater than -0.
    F64Max = "f64.max", [F64, F64] -> F64;
    /// The first with the sign of the second.
    F64Copysign = "f64.copysign", [F64, F64] -> F64;
    /// The opposite sign, of NaN too.
    F64Neg = "f64.neg", [F64] -> F64;
    /// Without sign, of NaN too.
    F64Abs = "f64.abs", [F64] -> F64;
    /// Square root.
    F64Sqrt = "f64.sqrt", [F64] -> F64;
    /// The least integer not below.
    F64Ceil = "f64.ceil", [F64] -> F64;
    /// The greatest integer not above.
    F64Floor = "f64.floor", [F64] -> F64;
    /// Rounded towards zero.
    F64Trunc = "f64.trunc", [F64] -> F64;
    /// The nearest integer, the even one of two.
    F64Nearest = "f64.nearest", [F64] -> F64;
    /// 1 if equal, else 0.
    F64Eq = "f64.eq", [F64, F64] -> I32;
    /// 0 if equal, else 1: 1 for NaN.
    F64Ne = "f64.ne", [F64, F64] -> I32;
    /// 1 if less, else 0.
    F64Lt = "f64.lt", [F64, F64] -> I32;
    /// 1 if less or equal, else 0.
    F64Le = "f64.le", [F64, F64] -> I32;
    /// 1 if greater, else 0.
    F64Gt = "f64.gt", [F64, F64] -> I32;
    /// 1 if greater or equal, else 0.
    F64Ge = "f64.ge", [F64, F64] -> I32;
    /// The nearest value of a signed word.
    F64FromI32S = "f64.from_i32_s", [I32] -> F64;
    /// The nearest value of a signed doubleword, `(lo, hi)`.
    F64FromI64S = "f64.from_i64_s", [I32, I32] -> F64;
    /// Towards zero to a signed word; saturates; 0 for NaN.
    F64ToI32S = "f64.to_i32_s", [F64] -> I32;
    /// Low word of the signed doubleword towards zero; saturates; 0 for NaN.
    F64ToI64SLo = "f64.to_i64_s_lo", [F64] -> I32;
    /// High word of the signed doubleword towards zero; saturates; 0 for NaN.
    F64ToI64SHi = "f64.to_i64_s_hi", [F64] -> I32;
    /// The nearest value of a unsigned word.
    F64FromI32U = "f64.from_i32_u", [I32] -> F64;
    /// The nearest value of a unsigned doubleword, `(lo, hi)`.
    F64FromI64U = "f64.from_i64_u", [I32, I32] -> F64;
    /// Towards zero to a unsigned word; saturates; 0 for NaN.
    F64ToI32U = "f64.to_i32_u", [F64] -> I32;
    /// Low word of the unsigned doubleword towards zero; saturates; 0 for NaN.
    F64ToI64ULo = "f64.to_i64_u_lo", [F64] -> I32;
    /// High word of the unsigned doubleword towards zero; saturates; 0 for NaN.
    F64ToI64UHi = "f64.to_i64_u_hi", [F64] -> I32;
    /// The nearest single-precision value.
    F32Demote = "f32.demote", [F64] -> F32;
    /// The same value in double precision.
    F64Promote = "f64.promote", [F32] -> F64;
}

impl FloatOp {
    /// Whether an argument or the result has that type.
    pub fn uses(self, ty: Type) -> bool {
        self.result_type() == ty || self.arg_types().contains(&ty)
    }
}
