//! Operators: one row each, with name, arity and meaning.
//!
//! Every operator is pure and has a single `i32`, `f32` or `f64` result.
//! Integer operators are defined for all inputs except division, whose
//! guards are explicit `trap_if` instructions in front of it.

use crate::types::Type;

macro_rules! operators {
    ($(#[$outer:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant),* }

        impl $name {
            /// All operators, in declaration order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The name in the text form.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }

            /// The operator of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some($name::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
pub(crate) use operators;

operators! {
    /// How often the first way of a branch is taken, as the program says
    /// (`metadata.code.branch_hint`).
    Hint {
        /// Nearly always.
        Likely = "likely",
        /// Hardly ever.
        Unlikely = "unlikely",
    }
}

impl Hint {
    /// The hint of a branch whose ways are exchanged.
    pub fn opposite(self) -> Hint {
        match self {
            Hint::Likely => Hint::Unlikely,
            Hint::Unlikely => Hint::Likely,
        }
    }
}

operators! {
    /// Operators of one value.
    UnaryOp {
        /// Leading zeros; 32 for 0.
        Clz = "clz",
        /// Trailing zeros; 32 for 0.
        Ctz = "ctz",
        /// Number of ones.
        Popcnt = "popcnt",
        /// Sign extension of the low 8 bits.
        Sext8 = "sext8",
        /// Sign extension of the low 16 bits.
        Sext16 = "sext16",
        /// Reversal of the four bytes.
        Bswap = "bswap",
        /// The bits of an f32 as an i32.
        F32Bits = "f32_bits",
        /// An i32 as the bits of an f32.
        F32FromBits = "f32_from_bits",
        /// The low word of an f64.
        F64Lo = "f64_lo",
        /// The high word of an f64.
        F64Hi = "f64_hi",
    }
}

operators! {
    /// Operators of two `i32` values. Shift and rotate counts are taken
    /// modulo 32, if nothing else is said.
    BinaryOp {
        /// Wrapping sum.
        Add = "add",
        /// Wrapping difference.
        Sub = "sub",
        /// Low word of the product.
        Mul = "mul",
        /// High word of the unsigned product.
        UmulHi = "umul_hi",
        /// High word of the signed product.
        SmulHi = "smul_hi",
        /// Unsigned quotient; the divisor is not zero.
        UDiv = "udiv",
        /// Signed quotient, towards zero; the divisor is not zero;
        /// `i32::MIN / -1` wraps to `i32::MIN`.
        SDiv = "sdiv",
        /// Unsigned remainder; the divisor is not zero.
        URem = "urem",
        /// Signed remainder with the dividend's sign; the divisor is not
        /// zero; `i32::MIN % -1` is 0.
        SRem = "srem",
        /// Bitwise and.
        And = "and",
        /// Bitwise or.
        Or = "or",
        /// Bitwise exclusive or.
        Xor = "xor",
        /// Shift left.
        Shl = "shl",
        /// Logical shift right.
        ShrU = "shr_u",
        /// Arithmetic shift right.
        ShrS = "shr_s",
        /// Rotate right.
        Rotr = "rotr",
        /// Shift left by the low byte of the count: 0 from 32 on.
        ShlByte = "shl_byte",
        /// Logical shift right by the low byte of the count: 0 from 32 on.
        ShrUByte = "shr_u_byte",
        /// Arithmetic shift right by the low byte of the count: the sign from
        /// 32 on.
        ShrSByte = "shr_s_byte",
        /// An f64 from its low and high word.
        F64FromBits = "f64_from_bits",
    }
}

operators! {
    /// Halves of 64-bit operators that need more than two words. Arguments
    /// are listed as they are written; 64-bit values are `lo, hi`. Shift
    /// counts are one word, taken modulo 64.
    WideOp {
        /// `(a_lo, a_hi, b_lo, b_hi)`: high word of the sum. The low word is `add`.
        AddHi = "add_hi",
        /// `(a_lo, a_hi, b_lo, b_hi)`: high word of the difference. The low word is `sub`.
        SubHi = "sub_hi",
        /// `(a_lo, count)`: low word of `a << count`.
        Shl64Lo = "shl64_lo",
        /// `(a_lo, a_hi, count)`: high word of `a << count`.
        Shl64Hi = "shl64_hi",
        /// `(a_lo, a_hi, count)`: low word of the logical `a >> count`.
        ShrU64Lo = "shr_u64_lo",
        /// `(a_hi, count)`: high word of the logical `a >> count`.
        ShrU64Hi = "shr_u64_hi",
        /// `(a_lo, a_hi, count)`: low word of the arithmetic `a >> count`.
        ShrS64Lo = "shr_s64_lo",
        /// `(a_hi, count)`: high word of the arithmetic `a >> count`.
        ShrS64Hi = "shr_s64_hi",
        /// `(near, far, count)`: one word of a 64-bit rotation left. With
        /// `n = count % 64`, the high word of `(near:far) rotl n` where `near`
        /// is the high word: the rotation's high word is `rotl64(hi, lo, n)`
        /// and its low word `rotl64(lo, hi, n)`.
        Rotl64 = "rotl64",
    }
}

operators! {
    /// Conditions of integer comparisons; the result is 1 or 0.
    Cond {
        /// Equal.
        Eq = "eq",
        /// Not equal.
        Ne = "ne",
        /// Signed less than.
        SLt = "slt",
        /// Signed less than or equal.
        SLe = "sle",
        /// Signed greater than.
        SGt = "sgt",
        /// Signed greater than or equal.
        SGe = "sge",
        /// Unsigned less than.
        ULt = "ult",
        /// Unsigned less than or equal.
        ULe = "ule",
        /// Unsigned greater than.
        UGt = "ugt",
        /// Unsigned greater than or equal.
        UGe = "uge",
    }
}

operators! {
    /// What a load reads and how it extends it.
    LoadOp {
        /// A word.
        I32 = "load.i32",
        /// A byte, zero-extended.
        U8 = "load.u8",
        /// A byte, sign-extended.
        S8 = "load.s8",
        /// A halfword, zero-extended.
        U16 = "load.u16",
        /// A halfword, sign-extended.
        S16 = "load.s16",
        /// Single precision, at a multiple of 4.
        F32 = "load.f32",
        /// Double precision, at a multiple of 4.
        F64 = "load.f64",
    }
}

operators! {
    /// What a store writes.
    StoreOp {
        /// A word.
        I32 = "store.i32",
        /// The low byte.
        I8 = "store.i8",
        /// The low halfword.
        I16 = "store.i16",
        /// Single precision, at a multiple of 4.
        F32 = "store.f32",
        /// Double precision, at a multiple of 4.
        F64 = "store.f64",
    }
}

impl UnaryOp {
    /// Type of the argument.
    pub fn arg_type(self) -> Type {
        match self {
            UnaryOp::F32Bits => Type::F32,
            UnaryOp::F64Lo | UnaryOp::F64Hi => Type::F64,
            _ => Type::I32,
        }
    }

    /// Type of the result.
    pub fn result_type(self) -> Type {
        match self {
            UnaryOp::F32FromBits => Type::F32,
            _ => Type::I32,
        }
    }
}

impl BinaryOp {
    /// Type of the result.
    pub fn result_type(self) -> Type {
        match self {
            BinaryOp::F64FromBits => Type::F64,
            _ => Type::I32,
        }
    }

    /// Whether the arguments may be exchanged.
    pub fn is_commutative(self) -> bool {
        use BinaryOp::*;
        matches!(self, Add | Mul | UmulHi | SmulHi | And | Or | Xor)
    }

    /// Whether it is undefined for a zero divisor, so that it must not move
    /// above its guard.
    pub fn needs_guard(self) -> bool {
        use BinaryOp::*;
        matches!(self, UDiv | SDiv | URem | SRem)
    }
}

impl WideOp {
    /// Number of arguments.
    pub fn arity(self) -> usize {
        use WideOp::*;
        match self {
            AddHi | SubHi => 4,
            Shl64Hi | ShrU64Lo | ShrS64Lo | Rotl64 => 3,
            Shl64Lo | ShrU64Hi | ShrS64Hi => 2,
        }
    }
}

impl Cond {
    /// The condition that holds exactly when this one doesn't.
    pub fn inverted(self) -> Self {
        use Cond::*;
        match self {
            Eq => Ne,
            Ne => Eq,
            SLt => SGe,
            SGe => SLt,
            SGt => SLe,
            SLe => SGt,
            ULt => UGe,
            UGe => ULt,
            UGt => ULe,
            ULe => UGt,
        }
    }

    /// The condition with its arguments exchanged.
    pub fn swapped(self) -> Self {
        use Cond::*;
        match self {
            Eq => Eq,
            Ne => Ne,
            SLt => SGt,
            SGt => SLt,
            SLe => SGe,
            SGe => SLe,
            ULt => UGt,
            UGt => ULt,
            ULe => UGe,
            UGe => ULe,
        }
    }

    /// Its value on two words.
    pub fn holds(self, a: u32, b: u32) -> bool {
        use Cond::*;
        let (sa, sb) = (a as i32, b as i32);
        match self {
            Eq => a == b,
            Ne => a != b,
            SLt => sa < sb,
            SLe => sa <= sb,
            SGt => sa > sb,
            SGe => sa >= sb,
            ULt => a < b,
            ULe => a <= b,
            UGt => a > b,
            UGe => a >= b,
        }
    }

    /// Its value on two doublewords.
    pub fn holds64(self, a: u64, b: u64) -> bool {
        use Cond::*;
        let (sa, sb) = (a as i64, b as i64);
        match self {
            Eq => a == b,
            Ne => a != b,
            SLt => sa < sb,
            SLe => sa <= sb,
            SGt => sa > sb,
            SGe => sa >= sb,
            ULt => a < b,
            ULe => a <= b,
            UGt => a > b,
            UGe => a >= b,
        }
    }
}

impl LoadOp {
    /// Bytes read.
    pub fn bytes(self) -> u32 {
        match self {
            LoadOp::U8 | LoadOp::S8 => 1,
            LoadOp::U16 | LoadOp::S16 => 2,
            LoadOp::I32 | LoadOp::F32 => 4,
            LoadOp::F64 => 8,
        }
    }

    /// Type of the result.
    pub fn result_type(self) -> Type {
        match self {
            LoadOp::F32 => Type::F32,
            LoadOp::F64 => Type::F64,
            _ => Type::I32,
        }
    }
}

impl StoreOp {
    /// Bytes written.
    pub fn bytes(self) -> u32 {
        match self {
            StoreOp::I8 => 1,
            StoreOp::I16 => 2,
            StoreOp::I32 | StoreOp::F32 => 4,
            StoreOp::F64 => 8,
        }
    }

    /// Type of the value stored.
    pub fn value_type(self) -> Type {
        match self {
            StoreOp::F32 => Type::F32,
            StoreOp::F64 => Type::F64,
            _ => Type::I32,
        }
    }
}

operators! {
    /// Why a program traps. The number is the immediate of the `udf`
    /// instruction that marks the place (see [`TrapCode::number`]).
    TrapCode {
        /// `unreachable` was executed.
        Unreachable = "unreachable",
        /// A memory access outside the memory.
        MemoryOutOfBounds = "out_of_bounds_memory",
        /// A table access or indirect call outside the table.
        TableOutOfBounds = "out_of_bounds_table",
        /// Integer division by zero.
        DivisionByZero = "division_by_zero",
        /// Signed division overflow, or a conversion out of range.
        IntegerOverflow = "integer_overflow",
        /// A conversion of NaN to an integer.
        InvalidConversion = "invalid_conversion",
        /// An indirect call of a null reference.
        UninitializedElement = "uninitialized_element",
        /// An indirect call with the wrong signature.
        IndirectCallMismatch = "indirect_call_mismatch",
        /// The stack limit was reached.
        StackOverflow = "stack_overflow",
        /// A function was called that could not be compiled (test builds only).
        Unsupported = "unsupported",
        /// A weak import without definition was called.
        MissingImport = "missing_import",
        /// A null reference was called, or is asserted not to be null.
        NullReference = "null_reference",
        /// An atomic access whose address is not a multiple of its size.
        UnalignedAtomic = "unaligned_atomic",
    }
}

impl TrapCode {
    /// The number that stands in `udf #number`: 1 and up, below 256. 0 is
    /// left to `udf #0`, which other tools use as a filler.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The code with that number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }
}
