// Comparisons (RTABI32 sections 4.1.1.2 and 4.1.2.2), least and greatest
// (WebAssembly fmin and fmax, core specification 4.3.3.1).

#include "float.h"

#define LESS (-1)
#define EQUAL 0
#define GREATER 1
#define UNORDERED 2

// Integers in the order of the numbers, -0 equal to +0.
static inline i32 key32(u32 a) { return (i32)a < 0 ? (i32)(SIGN32 - a) : (i32)a; }
static inline i64 key64(u64 a) { return (i64)a < 0 ? (i64)(SIGN64 - a) : (i64)a; }

i32 __synth_f32_order(u32 a, u32 b) {
  if (is_nan32(a) || is_nan32(b))
    return UNORDERED;
  return key32(a) < key32(b) ? LESS : key32(a) != key32(b);
}

i32 __synth_f64_order(u64 a, u64 b) {
  if (is_nan64(a) || is_nan64(b))
    return UNORDERED;
  return key64(a) < key64(b) ? LESS : key64(a) != key64(b);
}

// Comparisons give 1 or 0, of unordered operands 0.
#define COMPARISON(name, type, order, condition) \
  i32 name(type a, type b) { \
    i32 is = order(a, b); \
    return condition; \
  }

COMPARISON(__aeabi_fcmpeq, u32, __synth_f32_order, is == EQUAL)
COMPARISON(__aeabi_fcmplt, u32, __synth_f32_order, is < EQUAL)
COMPARISON(__aeabi_fcmple, u32, __synth_f32_order, is <= EQUAL)
COMPARISON(__aeabi_fcmpge, u32, __synth_f32_order, (u32)is < UNORDERED)
COMPARISON(__aeabi_fcmpgt, u32, __synth_f32_order, is == GREATER)
COMPARISON(__aeabi_fcmpun, u32, __synth_f32_order, is == UNORDERED)

COMPARISON(__aeabi_dcmpeq, u64, __synth_f64_order, is == EQUAL)
COMPARISON(__aeabi_dcmplt, u64, __synth_f64_order, is < EQUAL)
COMPARISON(__aeabi_dcmple, u64, __synth_f64_order, is <= EQUAL)
COMPARISON(__aeabi_dcmpge, u64, __synth_f64_order, (u32)is < UNORDERED)
COMPARISON(__aeabi_dcmpgt, u64, __synth_f64_order, is == GREATER)
COMPARISON(__aeabi_dcmpun, u64, __synth_f64_order, is == UNORDERED)

// Integers in the order of the numbers, -0 below +0.
static inline i32 signed_key32(u32 a) { return (i32)(a ^ (u32)((i32)a >> 31) >> 1); }
static inline i64 signed_key64(u64 a) { return (i64)(a ^ (u64)((i64)a >> 63) >> 1); }

u32 __synth_f32_min(u32 a, u32 b) {
  if (is_nan32(a) || is_nan32(b))
    return NAN32;
  return signed_key32(a) < signed_key32(b) ? a : b;
}

u32 __synth_f32_max(u32 a, u32 b) {
  if (is_nan32(a) || is_nan32(b))
    return NAN32;
  return signed_key32(a) < signed_key32(b) ? b : a;
}

u64 __synth_f64_min(u64 a, u64 b) {
  if (is_nan64(a) || is_nan64(b))
    return NAN64;
  return signed_key64(a) < signed_key64(b) ? a : b;
}

u64 __synth_f64_max(u64 a, u64 b) {
  if (is_nan64(a) || is_nan64(b))
    return NAN64;
  return signed_key64(a) < signed_key64(b) ? b : a;
}
