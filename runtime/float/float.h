// IEEE 754 binary32 and binary64 arithmetic on their bit patterns: what the
// files of this directory share.
//
// Rounding is to nearest, ties to even; subnormal numbers are exact; there are
// no exception flags. A result that is not a number is always the canonical
// quiet NaN, positive, whatever the operands were: RTABI32 section 4.1.1.1
// leaves it open, and WebAssembly (core specification 4.3.3) allows it.
//
// The functions use neither memory nor stack, so that their WebAssembly module
// has none: each value that a function returns is one integer.

#ifndef SYNTH_FLOAT_H
#define SYNTH_FLOAT_H

typedef unsigned int u32;
typedef unsigned long long u64;
typedef int i32;
typedef long long i64;

_Static_assert(sizeof(u32) == 4 && sizeof(u64) == 8, "widths of the integers");

// binary32: sign, 8 bits of exponent, 23 of fraction.
#define SIGN32 0x80000000u
#define INFINITY32 0x7f800000u
#define NAN32 0x7fc00000u
#define BIAS32 127

// binary64: sign, 11 bits of exponent, 52 of fraction.
#define SIGN64 0x8000000000000000u
#define INFINITY64 0x7ff0000000000000u
#define NAN64 0x7ff8000000000000u
#define BIAS64 1023

static inline u32 magnitude32(u32 a) { return a & ~SIGN32; }
static inline u64 magnitude64(u64 a) { return a & ~SIGN64; }
static inline int is_nan32(u32 a) { return magnitude32(a) > INFINITY32; }
static inline int is_nan64(u64 a) { return magnitude64(a) > INFINITY64; }

// The biased exponent as it is stored.
static inline i32 exponent32(u32 a) { return a >> 23 & 0xff; }
static inline i32 exponent64(u64 a) { return (u32)(a >> 32) >> 20 & 0x7ff; }

// The sign at bit 31 in both formats; zero and infinity of that sign.
static inline u32 sign64(u64 a) { return (u32)(a >> 32) & SIGN32; }
static inline u64 zero64(u32 sign) { return (u64)sign << 32; }
static inline u64 infinity64(u32 sign) { return (u64)(sign | 0x7ff00000u) << 32; }

// The significand with the leading bit that is not stored, at bit 31 or 63.
static inline u32 significand32(u32 a) {
  return exponent32(a) ? a << 8 | SIGN32 : a << 8;
}
static inline u64 significand64(u64 a) {
  return exponent64(a) ? a << 11 | SIGN64 : a << 11 & ~SIGN64;
}

// A condition that nearly always holds: the rest is not worth computing ahead.
#define USUALLY(condition) __builtin_expect(condition, 1)

// The significand of a number other than zero with its leading bit at 31, also
// if the number is subnormal, and the exponent that fits it.
static inline u32 normal32(u32 a) {
  if (USUALLY(exponent32(a) != 0))
    return a << 8 | SIGN32;
  return a << 8 << __builtin_clz(a << 8);
}
static inline i32 normal_exponent32(u32 a) {
  i32 exponent = exponent32(a);
  return USUALLY(exponent != 0) ? exponent : 1 - __builtin_clz(a << 8);
}

// A helper of several routines: a function of its own.
#define SHARED __attribute__((noinline))

// pack.c
u32 __synth_f32_pack(u32 significand, i32 exponent, u32 sign);
u64 __synth_f64_pack(u64 significand, i32 exponent, u32 sign);
u64 __synth_u64_shift_sticky(u64 value, u32 count);
u64 __synth_f64_normal(u64 a);
i32 __synth_f64_exponent(u64 a);

// single.c and double.c
u32 __aeabi_fadd(u32 a, u32 b);
u64 __aeabi_dadd(u64 a, u64 b);

// convert.c
u64 __aeabi_f2d(u32 a);

#endif
