/* Big numbers of 256 bits: addition, subtraction, multiplication, modular
 * reduction by shift and subtract. */
#include "bench.h"

enum { WORDS = 8 };

typedef uint32_t number[WORDS];

KERNEL uint32_t add(uint32_t *out, const uint32_t *a, const uint32_t *b, int n)
{
    uint32_t carry = 0;
    for (int i = 0; i < n; i++) {
        uint64_t sum = (uint64_t)a[i] + b[i] + carry;
        out[i] = (uint32_t)sum;
        carry = (uint32_t)(sum >> 32);
    }
    return carry;
}

KERNEL uint32_t sub(uint32_t *out, const uint32_t *a, const uint32_t *b, int n)
{
    uint32_t borrow = 0;
    for (int i = 0; i < n; i++) {
        uint64_t difference = (uint64_t)a[i] - b[i] - borrow;
        out[i] = (uint32_t)difference;
        borrow = (uint32_t)(difference >> 32) & 1;
    }
    return borrow;
}

KERNEL void mul(uint32_t *out, const uint32_t *a, const uint32_t *b)
{
    for (int i = 0; i < 2 * WORDS; i++)
        out[i] = 0;
    for (int i = 0; i < WORDS; i++) {
        uint32_t carry = 0;
        for (int j = 0; j < WORDS; j++) {
            uint64_t t = (uint64_t)a[i] * b[j] + out[i + j] + carry;
            out[i + j] = (uint32_t)t;
            carry = (uint32_t)(t >> 32);
        }
        out[i + WORDS] = carry;
    }
}

KERNEL void shift_left(uint32_t *a, int n, uint32_t in)
{
    for (int i = 0; i < n; i++) {
        uint32_t out = a[i] >> 31;
        a[i] = a[i] << 1 | in;
        in = out;
    }
}

KERNEL void reduce(uint32_t *out, const uint32_t *wide, const uint32_t *modulus)
{
    uint32_t rest[WORDS + 1] = { 0 }, t[WORDS + 1], m[WORDS + 1];
    for (int i = 0; i < WORDS; i++)
        m[i] = modulus[i];
    m[WORDS] = 0;
    for (int bit = 64 * WORDS - 1; bit >= 0; bit--) {
        shift_left(rest, WORDS + 1, wide[bit / 32] >> (bit % 32) & 1);
        if (!sub(t, rest, m, WORDS + 1))
            for (int i = 0; i <= WORDS; i++)
                rest[i] = t[i];
    }
    for (int i = 0; i < WORDS; i++)
        out[i] = rest[i];
}

static const number prime = { 0xffffffed, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x7fffffff };
static number x, y;
static uint32_t wide[2 * WORDS];

ENTRY(bench_bignum)
{
    uint32_t seed = 7, result = 0;
    for (int i = 0; i < WORDS; i++) {
        x[i] = next_random(&seed);
        y[i] = next_random(&seed);
    }
    for (int i = 0; i < 3; i++) {
        result += add(x, x, y, WORDS);
        mul(wide, x, y);
        reduce(x, wide, prime);
        for (int j = 0; j < WORDS; j++)
            result = result * 31 + x[j];
    }
    return result;
}
