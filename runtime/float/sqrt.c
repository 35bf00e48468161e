// Square roots, correctly rounded.
//
// A root with one bit more than the format has, rounded down, is enough: it is
// never exactly between two numbers, since the square of such a number has more
// bits than the operand.

#include "float.h"

// Bit by bit: `rest` is what the square of `root` lacks, scaled so that the
// next bit always has the same place.
u32 __synth_f32_sqrt(u32 a) {
  if (a << 1 == 0)
    return a;
  if (a >= INFINITY32)
    return a == INFINITY32 ? a : NAN32;
  i32 exponent = normal_exponent32(a);
  // An even power of two: with a biased exponent that is odd.
  u32 rest = normal32(a) >> (6 + (exponent & 1));
  u32 root = 0;
  for (u32 bit = 1u << 24; bit != 0; bit >>= 1) {
    u32 next = (root << 1) + bit;
    if (next <= rest) {
      rest -= next;
      root += bit;
    }
    rest <<= 1;
  }
  exponent = (exponent + BIAS32) >> 1;
  return ((u32)(exponent - 1) << 23) + ((root + 1) >> 1);
}

// The upper half of a product.
static inline u32 high(u32 a, u32 b) { return (u64)a * b >> 32; }

u64 __synth_f64_sqrt(u64 a) {
  if (a << 1 == 0)
    return a;
  if (a >= INFINITY64)
    return a == INFINITY64 ? a : NAN64;
  i32 exponent = __synth_f64_exponent(a);
  // In [2^52, 2^54), times an even power of two.
  u64 radicand = __synth_f64_normal(a) >> (10 + (exponent & 1));
  // The reciprocal of the root by Newton's method, y += y * (1 - m * y * y) / 2
  // with m in [1/4, 1), in units of 2^-32, and y in units of 2^-30. The line
  // that it starts from is right to 10%; then 1.6%, 2^-11, 2^-22, 2^-27.
  u32 m = radicand >> 22;
  u32 y = 0x8999999au - (m >> 2) - (m >> 4);
  for (u32 round = 0; round < 4; round++)
    y = high(y, (3u << 28) - high(high(y, y), m)) << 3;
  // 27 bits of the root, then as many again from what its square lacks.
  u32 start = high(m, y) >> 3;
  i32 lack = (i32)((u32)radicand - start * start);
  u64 root = ((u64)start << 27) + (u64)((i64)lack * (i32)(y >> 1) >> 30);
  // It is wrong by a few units. The differences are exact modulo 2^64.
  i64 rest = (i64)((radicand << 54) - root * root);
  while (rest < 0) {
    root--;
    rest += 2 * root + 1;
  }
  while (rest > (i64)(2 * root)) {
    rest -= 2 * root + 1;
    root++;
  }
  exponent = (exponent + BIAS64) >> 1;
  return ((u64)(u32)(exponent - 1) << 52) + ((root + 1) >> 1);
}
