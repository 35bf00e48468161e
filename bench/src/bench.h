/* What every benchmark has: types, and what keeps compilers from folding all
 * of it at compile time. Each file has one entry, bench_NAME, without
 * arguments; its result depends on all that the program computes. */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __wasm__
#define EXPORT(name) export_name(#name)
#define ENTRY(name) __attribute__((EXPORT(name), noinline)) uint32_t name(void)
#else
#define ENTRY(name) __attribute__((noinline)) uint32_t name(void)
#endif

/* A function that is measured on its own: never merged with its caller. */
#define KERNEL __attribute__((noinline)) static

/* Pseudo-random numbers (xorshift32). */
static inline uint32_t next_random(uint32_t *state)
{
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

#endif
