// Unpacking numbers that may be subnormal; rounding and packing, the end of
// every operation that can be inexact.

#include "float.h"

// The significand of a number other than zero with its leading bit at 63, also
// if the number is subnormal.
SHARED u64 __synth_f64_normal(u64 a) {
  if (USUALLY(exponent64(a) != 0))
    return a << 11 | SIGN64;
  return a << 11 << __builtin_clzll(a << 11);
}

// The biased exponent that fits it.
SHARED i32 __synth_f64_exponent(u64 a) {
  i32 exponent = exponent64(a);
  return USUALLY(exponent != 0) ? exponent : 1 - __builtin_clzll(a << 11);
}

// `value` shifted right by at most 63, its lowest bit set if a lost bit was:
// enough to round the result later as if nothing had been lost.
SHARED u64 __synth_u64_shift_sticky(u64 value, u32 count) {
  u64 result = value >> count;
  return result | (result << count != value);
}

// The number nearest to significand * 2^(exponent - bias - 31), or -63 for 31,
// with the sign at bit 31 of `sign`. `exponent` is the biased one of a
// significand whose leading bit is at the top.
// The lowest bit of the significand may stand for any smaller amount.
SHARED u32 __synth_f32_pack(u32 significand, i32 exponent, u32 sign) {
  if (significand == 0)
    return sign;
  u32 zeros = __builtin_clz(significand);
  significand <<= zeros;
  exponent -= zeros;
  if (exponent >= 0xff)
    return sign | INFINITY32;
  if (exponent < 1) {
    // Subnormal: the leading bit becomes one of the fraction.
    u32 count = exponent < -30 ? 31 : 1 - exponent;
    u32 shifted = significand >> count;
    significand = shifted | (shifted << count != significand);
    exponent = 1;
  }
  // The leading bit, or a carry, adds one to the exponent.
  u32 kept = significand >> 8;
  u32 rest = significand << 24;
  return sign + ((u32)(exponent - 1) << 23) + kept + (rest + (kept & 1) > SIGN32);
}

SHARED u64 __synth_f64_pack(u64 significand, i32 exponent, u32 sign) {
  if (significand == 0)
    return zero64(sign);
  u32 zeros = __builtin_clzll(significand);
  significand <<= zeros;
  exponent -= zeros;
  if (exponent >= 0x7ff)
    return infinity64(sign);
  if (exponent < 1) {
    significand = __synth_u64_shift_sticky(significand, exponent < -62 ? 63 : 1 - exponent);
    exponent = 1;
  }
  u64 kept = significand >> 11;
  u32 rest = (u32)significand << 21;
  u32 high = sign + ((u32)(exponent - 1) << 20);
  return ((u64)high << 32) + kept + (rest + ((u32)kept & 1) > SIGN32);
}
