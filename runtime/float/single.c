// binary32: sum, difference, product, quotient (RTABI32 section 4.1.2).

#include "float.h"

u32 __aeabi_fadd(u32 a, u32 b) {
  // The greater magnitude first: it gives the sign and the exponent.
  if (a << 1 < b << 1) {
    u32 other = a;
    a = b;
    b = other;
  }
  if (exponent32(a) == 0xff) {
    // Not a number, or infinity, to which its opposite can't be added.
    return a << 9 || (a ^ b) == SIGN32 ? NAN32 : a;
  }
  i32 exponent = exponent32(a) + (exponent32(a) == 0);
  u32 distance = exponent - exponent32(b) - (exponent32(b) == 0);
  if (distance > 31)
    distance = 31;
  // One bit is left free for the carry.
  u32 sum = significand32(a) >> 1;
  u32 addend = significand32(b) >> 1;
  u32 aligned = addend >> distance;
  aligned |= aligned << distance != addend;
  if ((i32)(a ^ b) >= 0) {
    sum += aligned;
  } else {
    sum -= aligned;
    if (sum == 0)
      return 0;
  }
  return __synth_f32_pack(sum, exponent + 1, a & SIGN32);
}

u32 __aeabi_fsub(u32 a, u32 b) { return __aeabi_fadd(a, b ^ SIGN32); }

u32 __aeabi_frsub(u32 a, u32 b) { return __aeabi_fadd(b, a ^ SIGN32); }

u32 __aeabi_fmul(u32 a, u32 b) {
  u32 sign = (a ^ b) & SIGN32;
  a = magnitude32(a);
  b = magnitude32(b);
  if (a < b) {
    u32 other = a;
    a = b;
    b = other;
  }
  if (a >= INFINITY32)
    return a > INFINITY32 || b == 0 ? NAN32 : sign | INFINITY32;
  if (b == 0)
    return sign;
  // Should both be subnormal, then the product is far below the least number.
  i32 exponent = exponent32(a) + normal_exponent32(b);
  u64 product = (u64)significand32(a) * normal32(b);
  u32 high = (u32)(product >> 32) | ((u32)product != 0);
  return __synth_f32_pack(high, exponent - BIAS32 + 1, sign);
}

u32 __aeabi_fdiv(u32 a, u32 b) {
  u32 sign = (a ^ b) & SIGN32;
  a = magnitude32(a);
  b = magnitude32(b);
  if (a > INFINITY32 || b > INFINITY32)
    return NAN32;
  if (a == INFINITY32 || b == 0)
    return a == b ? NAN32 : sign | INFINITY32;
  if (a == 0 || b == INFINITY32)
    return sign;
  // Digits of 8 bits: the divisor has 24. The quotient gets 25 or 26 bits.
  u32 divisor = normal32(b) >> 8;
  u32 rest = normal32(a) >> 7;
  u32 quotient = 0;
  for (u32 digit = 0; digit < 4; digit++) {
    quotient = quotient << 8 | rest / divisor;
    rest = rest % divisor << 8;
  }
  i32 exponent = normal_exponent32(a) - normal_exponent32(b) + BIAS32;
  return __synth_f32_pack(quotient << 6 | (rest != 0), exponent, sign);
}
