// binary64: sum, difference, product, quotient (RTABI32 section 4.1.1).

#include "float.h"

u64 __aeabi_dadd(u64 a, u64 b) {
  // The greater magnitude first: it gives the sign and the exponent. This way
  // of exchanging them takes one comparison.
  u64 differ = (a ^ b) & -(u64)(magnitude64(a) < magnitude64(b));
  a ^= differ;
  b ^= differ;
  i32 exponent = exponent64(a);
  if (exponent == 0x7ff) {
    // Not a number, or infinity, to which its opposite can't be added.
    return a << 12 || (a ^ b) == SIGN64 ? NAN64 : a;
  }
  exponent += exponent == 0;
  u32 distance = exponent - exponent64(b) - (exponent64(b) == 0);
  if (distance > 63)
    distance = 63;
  // One bit is left free for the carry.
  u64 sum = significand64(a) >> 1;
  u64 aligned = __synth_u64_shift_sticky(significand64(b) >> 1, distance);
  if ((i64)(a ^ b) >= 0) {
    sum += aligned;
  } else {
    sum -= aligned;
    if (sum == 0)
      return 0;
  }
  return __synth_f64_pack(sum, exponent + 1, sign64(a));
}

u64 __aeabi_dsub(u64 a, u64 b) { return __aeabi_dadd(a, b ^ SIGN64); }

u64 __aeabi_drsub(u64 a, u64 b) { return __aeabi_dadd(b, a ^ SIGN64); }

u64 __aeabi_dmul(u64 a, u64 b) {
  u32 sign = sign64(a ^ b);
  a = magnitude64(a);
  b = magnitude64(b);
  // The greater magnitude first.
  u64 differ = (a ^ b) & -(u64)(a < b);
  a ^= differ;
  b ^= differ;
  if (a >= INFINITY64)
    return a > INFINITY64 || b == 0 ? NAN64 : infinity64(sign);
  if (b == 0)
    return zero64(sign);
  // Should both be subnormal, then the product is far below the least number.
  i32 exponent = exponent64(a) + __synth_f64_exponent(b);
  u64 m = significand64(a), n = __synth_f64_normal(b);
  u32 m0 = (u32)m, m1 = m >> 32, n0 = (u32)n, n1 = n >> 32;
  // Neither sum overflows: a product is at most (2^32 - 1)^2.
  u64 low = (u64)m0 * n0;
  u64 middle = (u64)m1 * n0 + (low >> 32);
  u64 crossed = (u64)m0 * n1 + (u32)middle;
  u64 high = (u64)m1 * n1 + (middle >> 32) + (crossed >> 32);
  high |= ((u32)low | (u32)crossed) != 0;
  return __synth_f64_pack(high, exponent - BIAS64 + 1, sign);
}

u64 __aeabi_ddiv(u64 a, u64 b) {
  u32 sign = sign64(a ^ b);
  a = magnitude64(a);
  b = magnitude64(b);
  if (a > INFINITY64 || b > INFINITY64)
    return NAN64;
  if (a == INFINITY64 || b == 0)
    return a == b ? NAN64 : infinity64(sign);
  if (a == 0 || b == INFINITY64)
    return zero64(sign);
  // Digits of 10 bits, each estimated from the upper halves and never too
  // large. With the divisor d in [2^52, 2^53), the rest stays below 1.01 d: an
  // estimate is short by less than one, and by a 2^-20th part of a digit that
  // is below 2^11. What is missing goes to the next digit.
  u64 divisor = __synth_f64_normal(b) >> 11;
  u64 rest = __synth_f64_normal(a) >> 11;
  u32 estimate = (u32)(divisor >> 32) + 1;
  u64 quotient = 0;
  for (u32 digit = 0; digit < 6; digit++) {
    rest <<= 10;
    u32 bits = (u32)(rest >> 32) / estimate;
    quotient = (quotient << 10) + bits;
    rest -= bits * divisor;
  }
  if (rest >= divisor) {
    rest -= divisor;
    quotient++;
  }
  i32 exponent = __synth_f64_exponent(a) - __synth_f64_exponent(b) + BIAS64;
  return __synth_f64_pack(quotient << 3 | (rest != 0), exponent, sign);
}
