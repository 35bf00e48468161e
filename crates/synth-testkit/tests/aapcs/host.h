/* What every generated signature shares. */
#include <stdint.h>

/* What a callee makes of its argument words, one after the other. */
static inline uint32_t mix(uint32_t sum, uint32_t word) { return sum * 31 + word; }

static inline uint32_t low(uint64_t bits) { return (uint32_t)bits; }
static inline uint32_t high(uint64_t bits) { return (uint32_t)(bits >> 32); }
static inline uint64_t wide(uint32_t lo, uint32_t hi) { return (uint64_t)hi << 32 | lo; }

/* Floats travel as bits. */
static inline uint32_t bits_f(float x) { union { float f; uint32_t u; } v; v.f = x; return v.u; }
static inline float from_f(uint32_t x) { union { float f; uint32_t u; } v; v.u = x; return v.f; }
static inline uint64_t bits_d(double x) { union { double f; uint64_t u; } v; v.f = x; return v.u; }
static inline double from_d(uint64_t x) { union { double f; uint64_t u; } v; v.u = x; return v.f; }

/* Notes a misaligned stack pointer at the call of this function, and so, since
   gcc keeps the alignment, at the entry of its caller. */
void check_stack(void);
