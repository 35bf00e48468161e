//! The floating-point routines, and what each is by Rust's own arithmetic.

use synth_ir::AbiType::{self, I32, I64};

use synth_testkit::operands::Kind;

/// A routine of one operand, or of two of one kind, as bits.
pub struct Routine {
    pub name: &'static str,
    pub kind: Kind,
    pub operands: usize,
    pub result: AbiType,
    pub expected: fn(u64, u64) -> u64,
}

/// Any NaN that is computed is the canonical one.
fn single(value: f32) -> u64 {
    if value.is_nan() { 0x7fc0_0000 } else { value.to_bits().into() }
}

fn double(value: f64) -> u64 {
    if value.is_nan() { 0x7ff8_0000_0000_0000 } else { value.to_bits() }
}

fn flag(value: bool) -> u64 {
    value.into()
}

fn word(value: i32) -> u64 {
    (value as u32).into()
}

fn uword(value: u32) -> u64 {
    value.into()
}

fn long(value: i64) -> u64 {
    value as u64
}

fn ulong(value: u64) -> u64 {
    value
}

/// WebAssembly's: NaN wins, -0 is less than +0.
fn least(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a < b || (a == b && a.is_sign_negative()) { a } else { b }
}

fn greatest(a: f64, b: f64) -> f64 {
    -least(-a, -b)
}

macro_rules! routines {
    ($($name:ident $kind:ident $operands:literal $result:ident
       |$a:ident, $b:ident| $to:ident($expected:expr);)*) => {
        &[$(Routine {
            name: stringify!($name),
            kind: Kind::$kind,
            operands: $operands,
            result: $result,
            expected: |x, y| {
                let $a = value!($kind, x);
                #[allow(unused_variables)]
                let $b = value!($kind, y);
                $to($expected)
            },
        }),*]
    };
}

macro_rules! value {
    (F32, $bits:expr) => {
        f32::from_bits($bits as u32)
    };
    (F64, $bits:expr) => {
        f64::from_bits($bits)
    };
    (I32, $bits:expr) => {
        $bits as u32
    };
    (I64, $bits:expr) => {
        $bits
    };
}

/// All routines. `as` from floats to integers is defined like trunc_sat.
pub const ROUTINES: &[Routine] = routines! {
    __aeabi_fadd F32 2 I32 |a, b| single(a + b);
    __aeabi_fsub F32 2 I32 |a, b| single(a - b);
    __aeabi_frsub F32 2 I32 |a, b| single(b - a);
    __aeabi_fmul F32 2 I32 |a, b| single(a * b);
    __aeabi_fdiv F32 2 I32 |a, b| single(a / b);
    __aeabi_fcmpeq F32 2 I32 |a, b| flag(a == b);
    __aeabi_fcmplt F32 2 I32 |a, b| flag(a < b);
    __aeabi_fcmple F32 2 I32 |a, b| flag(a <= b);
    __aeabi_fcmpge F32 2 I32 |a, b| flag(a >= b);
    __aeabi_fcmpgt F32 2 I32 |a, b| flag(a > b);
    __aeabi_fcmpun F32 2 I32 |a, b| flag(a.is_nan() || b.is_nan());
    __synth_f32_min F32 2 I32 |a, b| single(least(a.into(), b.into()) as f32);
    __synth_f32_max F32 2 I32 |a, b| single(greatest(a.into(), b.into()) as f32);
    __synth_f32_sqrt F32 1 I32 |a, b| single(a.sqrt());
    __synth_f32_ceil F32 1 I32 |a, b| single(a.ceil());
    __synth_f32_floor F32 1 I32 |a, b| single(a.floor());
    __synth_f32_trunc F32 1 I32 |a, b| single(a.trunc());
    __synth_f32_nearest F32 1 I32 |a, b| single(a.round_ties_even());
    __aeabi_f2iz F32 1 I32 |a, b| word(a as i32);
    __aeabi_f2uiz F32 1 I32 |a, b| uword(a as u32);
    __aeabi_f2lz F32 1 I64 |a, b| long(a as i64);
    __aeabi_f2ulz F32 1 I64 |a, b| ulong(a as u64);
    __synth_i32_trunc_sat_f32_s F32 1 I32 |a, b| word(a as i32);
    __synth_i32_trunc_sat_f32_u F32 1 I32 |a, b| uword(a as u32);
    __synth_i64_trunc_sat_f32_s F32 1 I64 |a, b| long(a as i64);
    __synth_i64_trunc_sat_f32_u F32 1 I64 |a, b| ulong(a as u64);
    __aeabi_f2d F32 1 I64 |a, b| double(a.into());
    __aeabi_dadd F64 2 I64 |a, b| double(a + b);
    __aeabi_dsub F64 2 I64 |a, b| double(a - b);
    __aeabi_drsub F64 2 I64 |a, b| double(b - a);
    __aeabi_dmul F64 2 I64 |a, b| double(a * b);
    __aeabi_ddiv F64 2 I64 |a, b| double(a / b);
    __aeabi_dcmpeq F64 2 I32 |a, b| flag(a == b);
    __aeabi_dcmplt F64 2 I32 |a, b| flag(a < b);
    __aeabi_dcmple F64 2 I32 |a, b| flag(a <= b);
    __aeabi_dcmpge F64 2 I32 |a, b| flag(a >= b);
    __aeabi_dcmpgt F64 2 I32 |a, b| flag(a > b);
    __aeabi_dcmpun F64 2 I32 |a, b| flag(a.is_nan() || b.is_nan());
    __synth_f64_min F64 2 I64 |a, b| double(least(a, b));
    __synth_f64_max F64 2 I64 |a, b| double(greatest(a, b));
    __synth_f64_sqrt F64 1 I64 |a, b| double(a.sqrt());
    __synth_f64_ceil F64 1 I64 |a, b| double(a.ceil());
    __synth_f64_floor F64 1 I64 |a, b| double(a.floor());
    __synth_f64_trunc F64 1 I64 |a, b| double(a.trunc());
    __synth_f64_nearest F64 1 I64 |a, b| double(a.round_ties_even());
    __aeabi_d2iz F64 1 I32 |a, b| word(a as i32);
    __aeabi_d2uiz F64 1 I32 |a, b| uword(a as u32);
    __aeabi_d2lz F64 1 I64 |a, b| long(a as i64);
    __aeabi_d2ulz F64 1 I64 |a, b| ulong(a as u64);
    __synth_i32_trunc_sat_f64_s F64 1 I32 |a, b| word(a as i32);
    __synth_i32_trunc_sat_f64_u F64 1 I32 |a, b| uword(a as u32);
    __synth_i64_trunc_sat_f64_s F64 1 I64 |a, b| long(a as i64);
    __synth_i64_trunc_sat_f64_u F64 1 I64 |a, b| ulong(a as u64);
    __aeabi_d2f F64 1 I32 |a, b| single(a as f32);
    __aeabi_i2f I32 1 I32 |a, b| single(a as i32 as f32);
    __aeabi_ui2f I32 1 I32 |a, b| single(a as f32);
    __aeabi_i2d I32 1 I64 |a, b| double((a as i32).into());
    __aeabi_ui2d I32 1 I64 |a, b| double(a.into());
    __aeabi_l2f I64 1 I32 |a, b| single(a as i64 as f32);
    __aeabi_ul2f I64 1 I32 |a, b| single(a as f32);
    __aeabi_l2d I64 1 I64 |a, b| double(a as i64 as f64);
    __aeabi_ul2d I64 1 I64 |a, b| double(a as f64);
};
