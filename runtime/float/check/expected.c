// The routines beside the arithmetic of the host, which is IEEE 754.

#include <math.h>
#include <string.h>

#include "check.h"

static float f32_of(u64 bits) {
  u32 word = bits;
  float value;
  memcpy(&value, &word, sizeof value);
  return value;
}

static double f64_of(u64 bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// Bits of a result: every NaN is to be the canonical one.
static u64 bits_f(float value) {
  u32 word;
  memcpy(&word, &value, sizeof word);
  return value != value ? NAN32 : word;
}

static u64 bits_d(double value) {
  u64 bits;
  memcpy(&bits, &value, sizeof bits);
  return value != value ? NAN64 : bits;
}

static u64 bits_i(i32 value) { return (u32)value; }
static u64 bits_u(u32 value) { return value; }
static u64 bits_l(i64 value) { return value; }
static u64 bits_ul(u64 value) { return value; }

// Conversions to integers, with bounds that every format has exactly.
#define SATURATED(name, type, lowest, end, greatest) \
  static type name(double value) { \
    if (value != value) \
      return 0; \
    if (value <= lowest) \
      return (type)(lowest); \
    return value >= end ? (type)greatest : (type)value; \
  }
SATURATED(to_i32, i32, -0x1p31, 0x1p31, 0x7fffffff)
SATURATED(to_u32, u32, 0.0, 0x1p32, 0xffffffffu)
SATURATED(to_i64, i64, -0x1p63, 0x1p63, 0x7fffffffffffffff)
SATURATED(to_u64, u64, 0.0, 0x1p64, 0xffffffffffffffffu)

// Least and greatest of WebAssembly: a NaN wins, -0 is less than +0.
static double least(double x, double y) {
  if (x != x || y != y)
    return NAN;
  return x < y || (x == y && signbit(x)) ? x : y;
}
static double greatest(double x, double y) {
  if (x != x || y != y)
    return NAN;
  return x > y || (x == y && !signbit(x)) ? x : y;
}

// name, operands, arity, type of the operands, their value, result to bits, what
// the host makes of x and y
#define FLOAT_ROUTINES(R) \
  R(__aeabi_fadd, FLOATS, 2, u32, f32_of, bits_u, bits_f, x + y) \
  R(__aeabi_fsub, FLOATS, 2, u32, f32_of, bits_u, bits_f, x - y) \
  R(__aeabi_frsub, FLOATS, 2, u32, f32_of, bits_u, bits_f, y - x) \
  R(__aeabi_fmul, FLOATS, 2, u32, f32_of, bits_u, bits_f, x * y) \
  R(__aeabi_fdiv, FLOATS, 2, u32, f32_of, bits_u, bits_f, x / y) \
  R(__synth_f32_min, FLOATS, 2, u32, f32_of, bits_u, bits_f, (float)least(x, y)) \
  R(__synth_f32_max, FLOATS, 2, u32, f32_of, bits_u, bits_f, (float)greatest(x, y)) \
  R(__aeabi_fcmpeq, FLOATS, 2, u32, f32_of, bits_i, bits_i, x == y) \
  R(__aeabi_fcmplt, FLOATS, 2, u32, f32_of, bits_i, bits_i, x < y) \
  R(__aeabi_fcmple, FLOATS, 2, u32, f32_of, bits_i, bits_i, x <= y) \
  R(__aeabi_fcmpge, FLOATS, 2, u32, f32_of, bits_i, bits_i, x >= y) \
  R(__aeabi_fcmpgt, FLOATS, 2, u32, f32_of, bits_i, bits_i, x > y) \
  R(__aeabi_fcmpun, FLOATS, 2, u32, f32_of, bits_i, bits_i, isunordered(x, y)) \
  R(__synth_f32_sqrt, FLOATS, 1, u32, f32_of, bits_u, bits_f, sqrtf(x)) \
  R(__synth_f32_ceil, FLOATS, 1, u32, f32_of, bits_u, bits_f, ceilf(x)) \
  R(__synth_f32_floor, FLOATS, 1, u32, f32_of, bits_u, bits_f, floorf(x)) \
  R(__synth_f32_trunc, FLOATS, 1, u32, f32_of, bits_u, bits_f, truncf(x)) \
  R(__synth_f32_nearest, FLOATS, 1, u32, f32_of, bits_u, bits_f, rintf(x)) \
  R(__synth_i32_trunc_sat_f32_s, FLOATS, 1, u32, f32_of, bits_i, bits_i, to_i32(x)) \
  R(__synth_i32_trunc_sat_f32_u, FLOATS, 1, u32, f32_of, bits_u, bits_u, to_u32(x)) \
  R(__synth_i64_trunc_sat_f32_s, FLOATS, 1, u32, f32_of, bits_l, bits_l, to_i64(x)) \
  R(__synth_i64_trunc_sat_f32_u, FLOATS, 1, u32, f32_of, bits_ul, bits_ul, to_u64(x)) \
  R(__aeabi_f2iz, FLOATS, 1, u32, f32_of, bits_i, bits_i, to_i32(x)) \
  R(__aeabi_f2uiz, FLOATS, 1, u32, f32_of, bits_u, bits_u, to_u32(x)) \
  R(__aeabi_f2lz, FLOATS, 1, u32, f32_of, bits_l, bits_l, to_i64(x)) \
  R(__aeabi_f2ulz, FLOATS, 1, u32, f32_of, bits_ul, bits_ul, to_u64(x)) \
  R(__aeabi_f2d, FLOATS, 1, u32, f32_of, bits_ul, bits_d, (double)x)

#define DOUBLE_ROUTINES(R) \
  R(__aeabi_dadd, DOUBLES, 2, u64, f64_of, bits_ul, bits_d, x + y) \
  R(__aeabi_dsub, DOUBLES, 2, u64, f64_of, bits_ul, bits_d, x - y) \
  R(__aeabi_drsub, DOUBLES, 2, u64, f64_of, bits_ul, bits_d, y - x) \
  R(__aeabi_dmul, DOUBLES, 2, u64, f64_of, bits_ul, bits_d, x * y) \
  R(__aeabi_ddiv, DOUBLES, 2, u64, f64_of, bits_ul, bits_d, x / y) \
  R(__synth_f64_min, DOUBLES, 2, u64, f64_of, bits_ul, bits_d, least(x, y)) \
  R(__synth_f64_max, DOUBLES, 2, u64, f64_of, bits_ul, bits_d, greatest(x, y)) \
  R(__aeabi_dcmpeq, DOUBLES, 2, u64, f64_of, bits_i, bits_i, x == y) \
  R(__aeabi_dcmplt, DOUBLES, 2, u64, f64_of, bits_i, bits_i, x < y) \
  R(__aeabi_dcmple, DOUBLES, 2, u64, f64_of, bits_i, bits_i, x <= y) \
  R(__aeabi_dcmpge, DOUBLES, 2, u64, f64_of, bits_i, bits_i, x >= y) \
  R(__aeabi_dcmpgt, DOUBLES, 2, u64, f64_of, bits_i, bits_i, x > y) \
  R(__aeabi_dcmpun, DOUBLES, 2, u64, f64_of, bits_i, bits_i, isunordered(x, y)) \
  R(__synth_f64_sqrt, DOUBLES, 1, u64, f64_of, bits_ul, bits_d, sqrt(x)) \
  R(__synth_f64_ceil, DOUBLES, 1, u64, f64_of, bits_ul, bits_d, ceil(x)) \
  R(__synth_f64_floor, DOUBLES, 1, u64, f64_of, bits_ul, bits_d, floor(x)) \
  R(__synth_f64_trunc, DOUBLES, 1, u64, f64_of, bits_ul, bits_d, trunc(x)) \
  R(__synth_f64_nearest, DOUBLES, 1, u64, f64_of, bits_ul, bits_d, rint(x)) \
  R(__synth_i32_trunc_sat_f64_s, DOUBLES, 1, u64, f64_of, bits_i, bits_i, to_i32(x)) \
  R(__synth_i32_trunc_sat_f64_u, DOUBLES, 1, u64, f64_of, bits_u, bits_u, to_u32(x)) \
  R(__synth_i64_trunc_sat_f64_s, DOUBLES, 1, u64, f64_of, bits_l, bits_l, to_i64(x)) \
  R(__synth_i64_trunc_sat_f64_u, DOUBLES, 1, u64, f64_of, bits_ul, bits_ul, to_u64(x)) \
  R(__aeabi_d2iz, DOUBLES, 1, u64, f64_of, bits_i, bits_i, to_i32(x)) \
  R(__aeabi_d2uiz, DOUBLES, 1, u64, f64_of, bits_u, bits_u, to_u32(x)) \
  R(__aeabi_d2lz, DOUBLES, 1, u64, f64_of, bits_l, bits_l, to_i64(x)) \
  R(__aeabi_d2ulz, DOUBLES, 1, u64, f64_of, bits_ul, bits_ul, to_u64(x)) \
  R(__aeabi_d2f, DOUBLES, 1, u64, f64_of, bits_u, bits_f, (float)x)

#define INTEGER_ROUTINES(R) \
  R(__aeabi_i2f, WORDS, 1, u32, (i32), bits_u, bits_f, (float)x) \
  R(__aeabi_ui2f, WORDS, 1, u32, (u32), bits_u, bits_f, (float)x) \
  R(__aeabi_i2d, WORDS, 1, u32, (i32), bits_ul, bits_d, (double)x) \
  R(__aeabi_ui2d, WORDS, 1, u32, (u32), bits_ul, bits_d, (double)x) \
  R(__aeabi_l2f, DOUBLEWORDS, 1, u64, (i64), bits_u, bits_f, (float)x) \
  R(__aeabi_ul2f, DOUBLEWORDS, 1, u64, (u64), bits_u, bits_f, (float)x) \
  R(__aeabi_l2d, DOUBLEWORDS, 1, u64, (i64), bits_ul, bits_d, (double)x) \
  R(__aeabi_ul2d, DOUBLEWORDS, 1, u64, (u64), bits_ul, bits_d, (double)x)

#define ALL_ROUTINES(R) FLOAT_ROUTINES(R) DOUBLE_ROUTINES(R) INTEGER_ROUTINES(R)

#define CALL_1(name, type, a, b) name((type)a)
#define CALL_2(name, type, a, b) name((type)a, (type)b)

// The prototypes, the calls, and the same on the host.
#define OPERANDS_1(type) type
#define OPERANDS_2(type) type, type
#define RESULT_bits_i i32
#define RESULT_bits_u u32
#define RESULT_bits_l i64
#define RESULT_bits_ul u64
#define FUNCTIONS(name, operands, arity, type, value, bits, host_bits, host) \
  RESULT_##bits name(OPERANDS_##arity(type)); \
  static u64 got_##name(u64 a, u64 b) { \
    (void)b; \
    return bits(CALL_##arity(name, type, a, b)); \
  } \
  static u64 expected_##name(u64 a, u64 b) { \
    __auto_type x = value(a); \
    __auto_type y = value(b); \
    (void)y; \
    return host_bits(host); \
  }
ALL_ROUTINES(FUNCTIONS)

#define ROW(name, operands, arity, type, value, bits, host_bits, host) \
  {#name, operands, arity, got_##name, expected_##name},
const struct routine ROUTINES[] = {ALL_ROUTINES(ROW)};
const u32 ROUTINE_COUNT = sizeof ROUTINES / sizeof *ROUTINES;
