// Rounding to an integral number (WebAssembly fceil, ffloor, ftrunc and
// fnearest, core specification 4.3.3).

#include "float.h"

// The integral number of the same sign that is next to `a`, in magnitude not
// below it if `away`, else not above it.
u32 __synth_f32_integral(u32 a, u32 away) {
  i32 exponent = exponent32(a);
  if (exponent >= BIAS32 + 23)
    return is_nan32(a) ? NAN32 : a;
  if (exponent < BIAS32)
    return (a & SIGN32) | (away && a << 1 ? BIAS32 << 23 : 0);
  u32 fraction = 0x7fffff >> (exponent - BIAS32);
  // A carry out of the significand adds one to the exponent.
  return (a + (away ? fraction : 0)) & ~fraction;
}

u64 __synth_f64_integral(u64 a, u32 away) {
  i32 exponent = exponent64(a);
  if (exponent >= BIAS64 + 52)
    return is_nan64(a) ? NAN64 : a;
  if (exponent < BIAS64)
    return (a & SIGN64) | (away && a << 1 ? (u64)BIAS64 << 52 : 0);
  u64 fraction = 0xfffffffffffffu >> (exponent - BIAS64);
  return (a + (away ? fraction : 0)) & ~fraction;
}

u32 __synth_f32_trunc(u32 a) { return __synth_f32_integral(a, 0); }
u32 __synth_f32_floor(u32 a) { return __synth_f32_integral(a, a >> 31); }
u32 __synth_f32_ceil(u32 a) { return __synth_f32_integral(a, ~a >> 31); }

u64 __synth_f64_trunc(u64 a) { return __synth_f64_integral(a, 0); }
u64 __synth_f64_floor(u64 a) { return __synth_f64_integral(a, a >> 63); }
u64 __synth_f64_ceil(u64 a) { return __synth_f64_integral(a, ~a >> 63); }

u32 __synth_f32_nearest(u32 a) {
  i32 exponent = exponent32(a);
  if (exponent >= BIAS32 + 23)
    return is_nan32(a) ? NAN32 : a;
  if (exponent < BIAS32) {
    // Above a half: one.
    return (a & SIGN32) | (magnitude32(a) > (BIAS32 - 1) << 23 ? BIAS32 << 23 : 0);
  }
  u32 fraction = 0x7fffff >> (exponent - BIAS32);
  // A half is added, or a little less if the integral part is even. That of a
  // number below 2 is 1, whose bit is not stored but is the exponent's lowest.
  u32 odd = a >> (BIAS32 + 23 - exponent) & 1;
  return (a + (fraction >> 1) + odd) & ~fraction;
}

u64 __synth_f64_nearest(u64 a) {
  i32 exponent = exponent64(a);
  if (exponent >= BIAS64 + 52)
    return is_nan64(a) ? NAN64 : a;
  if (exponent < BIAS64)
    return (a & SIGN64) | (magnitude64(a) > (u64)(BIAS64 - 1) << 52 ? (u64)BIAS64 << 52 : 0);
  u64 fraction = 0xfffffffffffffu >> (exponent - BIAS64);
  u64 odd = a >> (BIAS64 + 52 - exponent) & 1;
  return (a + (fraction >> 1) + odd) & ~fraction;
}
