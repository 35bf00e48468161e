// Conversions between integers and the two formats (RTABI32 sections 4.1.1.3
// to 4.1.3; WebAssembly trunc_sat, core specification 4.3.4).
//
// To an integer, all round toward zero; what is out of range gives the nearest
// integer of the type, and NaN gives 0.

#include "float.h"

// The magnitude as an integer; of NaN 0.
u32 __synth_f32_integer(u32 a) {
  i32 exponent = exponent32(a);
  if (exponent < BIAS32 || is_nan32(a))
    return 0;
  return exponent > BIAS32 + 31 ? ~0u : (a << 8 | SIGN32) >> (BIAS32 + 31 - exponent);
}

u32 __synth_f64_integer(u64 a) {
  i32 exponent = exponent64(a);
  if (exponent < BIAS64 || is_nan64(a))
    return 0;
  if (exponent > BIAS64 + 31)
    return ~0u;
  return ((u32)(a >> 21) | SIGN32) >> (BIAS64 + 31 - exponent);
}

u64 __synth_f64_integer_wide(u64 a) {
  i32 exponent = exponent64(a);
  if (exponent < BIAS64 || is_nan64(a))
    return 0;
  return exponent > BIAS64 + 63 ? ~0ull : (a << 11 | SIGN64) >> (BIAS64 + 63 - exponent);
}

// A magnitude with a sign (0 or 1), as far as the type reaches.
static inline i32 signed32(u32 integer, u32 sign) {
  u32 limit = 0x7fffffffu + sign;
  integer = integer > limit ? limit : integer;
  return (i32)(sign ? -integer : integer);
}
static inline i64 signed64(u64 integer, u32 sign) {
  u64 limit = 0x7fffffffffffffffu + sign;
  integer = integer > limit ? limit : integer;
  return (i64)(sign ? -integer : integer);
}

i32 __synth_i32_trunc_sat_f32_s(u32 a) { return signed32(__synth_f32_integer(a), a >> 31); }

u32 __synth_i32_trunc_sat_f32_u(u32 a) {
  return (i32)a < 0 ? 0 : __synth_f32_integer(a);
}

i32 __synth_i32_trunc_sat_f64_s(u64 a) {
  return signed32(__synth_f64_integer(a), a >> 63);
}

u32 __synth_i32_trunc_sat_f64_u(u64 a) {
  return (i64)a < 0 ? 0 : __synth_f64_integer(a);
}

i64 __synth_i64_trunc_sat_f64_s(u64 a) {
  return signed64(__synth_f64_integer_wide(a), a >> 63);
}

u64 __synth_i64_trunc_sat_f64_u(u64 a) {
  return (i64)a < 0 ? 0 : __synth_f64_integer_wide(a);
}

// The names of RTABI32 for the same.
#define ALIAS(of) __attribute__((alias(#of)))
i32 __aeabi_f2iz(u32 a) ALIAS(__synth_i32_trunc_sat_f32_s);
u32 __aeabi_f2uiz(u32 a) ALIAS(__synth_i32_trunc_sat_f32_u);
i32 __aeabi_d2iz(u64 a) ALIAS(__synth_i32_trunc_sat_f64_s);
u32 __aeabi_d2uiz(u64 a) ALIAS(__synth_i32_trunc_sat_f64_u);
i64 __aeabi_d2lz(u64 a) ALIAS(__synth_i64_trunc_sat_f64_s);
u64 __aeabi_d2ulz(u64 a) ALIAS(__synth_i64_trunc_sat_f64_u);

// Exact in binary64.
i64 __synth_i64_trunc_sat_f32_s(u32 a) { return __synth_i64_trunc_sat_f64_s(__aeabi_f2d(a)); }

u64 __synth_i64_trunc_sat_f32_u(u32 a) { return __synth_i64_trunc_sat_f64_u(__aeabi_f2d(a)); }

i64 __aeabi_f2lz(u32 a) ALIAS(__synth_i64_trunc_sat_f32_s);
u64 __aeabi_f2ulz(u32 a) ALIAS(__synth_i64_trunc_sat_f32_u);

u32 __aeabi_ui2f(u32 a) { return __synth_f32_pack(a, BIAS32 + 31, 0); }

u32 __aeabi_i2f(u32 a) {
  u32 sign = a & SIGN32;
  return __synth_f32_pack(sign ? -a : a, BIAS32 + 31, sign);
}

// The upper half of the magnitude, aligned, its lowest bit set for the rest.
u32 __synth_f32_from_wide(u64 magnitude, u32 sign) {
  if (magnitude == 0)
    return 0;
  u32 zeros = __builtin_clzll(magnitude);
  magnitude <<= zeros;
  u32 significand = (u32)(magnitude >> 32) | ((u32)magnitude != 0);
  return __synth_f32_pack(significand, BIAS32 + 63 - zeros, sign);
}

u32 __aeabi_ul2f(u64 a) { return __synth_f32_from_wide(a, 0); }

u32 __aeabi_l2f(u64 a) {
  u32 sign = sign64(a);
  return __synth_f32_from_wide(sign ? -a : a, sign);
}

u64 __aeabi_ul2d(u64 a) { return __synth_f64_pack(a, BIAS64 + 63, 0); }

u64 __aeabi_l2d(u64 a) {
  u32 sign = sign64(a);
  return __synth_f64_pack(sign ? -a : a, BIAS64 + 63, sign);
}

u64 __aeabi_ui2d(u32 a) { return __aeabi_ul2d(a); }

u64 __aeabi_i2d(u32 a) { return __aeabi_l2d((u64)(i64)(i32)a); }

u64 __aeabi_f2d(u32 a) {
  u32 sign = a & SIGN32;
  i32 exponent = exponent32(a);
  if (exponent == 0)
    return __synth_f64_pack((u64)significand32(a) << 32, BIAS64 - BIAS32 + 1, sign);
  if (exponent == 0xff)
    return is_nan32(a) ? NAN64 : infinity64(sign);
  return zero64(sign) + ((u64)magnitude32(a) << 29) + ((u64)(BIAS64 - BIAS32) << 52);
}

u32 __aeabi_d2f(u64 a) {
  u32 sign = sign64(a);
  i32 exponent = exponent64(a);
  if (exponent == 0x7ff)
    return is_nan64(a) ? NAN32 : sign | INFINITY32;
  u64 significand = significand64(a);
  u32 high = (u32)(significand >> 32) | ((u32)significand != 0);
  return __synth_f32_pack(high, exponent - BIAS64 + BIAS32, sign);
}
