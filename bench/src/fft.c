/* Spectrum analysis in 16-bit fixed point: a window, a radix-2 FFT of 256
 * points with block scaling, its inverse, magnitudes, peaks, and the Goertzel
 * algorithm for single tones. */
#include "bench.h"

enum { LOG = 8, N = 1 << LOG };

struct complex { int16_t re, im; };

static int16_t sines[N / 4 + 1];
static struct complex data[N];
static uint16_t magnitudes[N / 2];

/* sin(2 pi i / N) for a quarter, by rotating with 32-bit precision. */
KERNEL void make_sines(void)
{
    int32_t s = 0, c = 0x40000000;
    const int32_t ds = 26350944, dc = 1073418433; /* Q30 of sin and cos of 2 pi / 256 */
    for (int i = 0; i <= N / 4; i++) {
        int32_t rounded = (s + 0x4000) >> 15;
        sines[i] = (int16_t)(rounded > 32767 ? 32767 : rounded);
        int32_t next = (int32_t)(((int64_t)s * dc + (int64_t)c * ds) >> 30);
        c = (int32_t)(((int64_t)c * dc - (int64_t)s * ds) >> 30);
        s = next;
    }
}

static inline int16_t sine(uint32_t i)
{
    uint32_t at = i & (N / 2 - 1);
    int16_t v = at <= N / 4 ? sines[at] : sines[N / 2 - at];
    return (int16_t)(i & N / 2 ? -v : v);
}

static inline int16_t cosine(uint32_t i)
{
    return sine(i + N / 4);
}

KERNEL void reverse(struct complex *x)
{
    for (uint32_t i = 1, j = 0; i < N; i++) {
        uint32_t bit = N >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            struct complex t = x[i];
            x[i] = x[j];
            x[j] = t;
        }
    }
}

/* Whether the next stage could overflow without scaling. */
KERNEL int crowded(const struct complex *x)
{
    uint32_t all = 0;
    for (uint32_t i = 0; i < N; i++) {
        all |= (uint32_t)(x[i].re < 0 ? -x[i].re : x[i].re);
        all |= (uint32_t)(x[i].im < 0 ? -x[i].im : x[i].im);
    }
    return all >= 0x2000;
}

/* In place; returns by how many bits the result is scaled down. */
KERNEL int transform(struct complex *x, int inverse)
{
    int scale = 0;
    reverse(x);
    for (uint32_t half = 1, step = N / 2; half < N; half <<= 1, step >>= 1) {
        int shift = crowded(x) ? 1 : 0;
        scale += shift;
        for (uint32_t k = 0; k < half; k++) {
            int32_t wr = cosine(k * step);
            int32_t wi = inverse ? sine(k * step) : -sine(k * step);
            for (uint32_t i = k; i < N; i += half * 2) {
                struct complex *p = &x[i], *q = &x[i + half];
                int32_t tr = (q->re * wr - q->im * wi + 0x4000) >> 15;
                int32_t ti = (q->re * wi + q->im * wr + 0x4000) >> 15;
                int32_t pr = p->re, pi = p->im;
                p->re = (int16_t)((pr + tr) >> shift);
                p->im = (int16_t)((pi + ti) >> shift);
                q->re = (int16_t)((pr - tr) >> shift);
                q->im = (int16_t)((pi - ti) >> shift);
            }
        }
    }
    return scale;
}

KERNEL uint16_t root(uint32_t v)
{
    uint32_t result = 0;
    for (uint32_t bit = 1u << 30; bit; bit >>= 2) {
        if (v >= result + bit) {
            v -= result + bit;
            result = (result >> 1) + bit;
        } else {
            result >>= 1;
        }
    }
    return (uint16_t)result;
}

KERNEL void window(struct complex *x)
{
    for (uint32_t i = 0; i < N; i++) {
        int32_t weight = 16384 - cosine(i) / 2; /* Hann */
        x[i].re = (int16_t)(x[i].re * weight >> 15);
    }
}

KERNEL uint32_t peaks(const uint16_t *m, uint32_t n, uint16_t *at, uint32_t limit)
{
    uint32_t found = 0, floor = 0;
    for (uint32_t i = 0; i < n; i++)
        floor += m[i];
    floor = floor / n * 3;
    for (uint32_t i = 1; i + 1 < n && found < limit; i++)
        if (m[i] > floor && m[i] >= m[i - 1] && m[i] > m[i + 1])
            at[found++] = (uint16_t)i;
    return found;
}

KERNEL uint32_t goertzel(const struct complex *x, uint32_t bin)
{
    int32_t s1 = 0, s2 = 0, c = cosine(bin) * 2;
    for (uint32_t i = 0; i < N; i++) {
        int32_t s = (x[i].re >> 5) + (int32_t)((int64_t)c * s1 >> 15) - s2;
        s2 = s1;
        s1 = s;
    }
    int64_t power = (int64_t)s1 * s1 + (int64_t)s2 * s2 - ((int64_t)c * s1 >> 15) * s2;
    return (uint32_t)(power >> 8);
}

ENTRY(bench_fft)
{
    uint32_t seed = 31337, result = 0;
    uint16_t at[8];
    make_sines();
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < N; i++) {
            int32_t v = sine(i * 13) / 3 + cosine(i * (40 + round)) / 4 + sine(i * 90) / 6;
            data[i].re = (int16_t)(v + ((int32_t)next_random(&seed) >> 24));
            data[i].im = 0;
        }
        result ^= goertzel(data, 13) + goertzel(data, 41);
        window(data);
        result += (uint32_t)transform(data, 0) << 24;
        for (uint32_t i = 0; i < N / 2; i++)
            magnitudes[i] = root((uint32_t)(data[i].re * data[i].re + data[i].im * data[i].im));
        uint32_t n = peaks(magnitudes, N / 2, at, 8);
        for (uint32_t i = 0; i < n; i++)
            result = result * 131 + at[i] * 7u + magnitudes[at[i]];
        result += (uint32_t)transform(data, 1) << 28;
        for (uint32_t i = 0; i < N; i++)
            result = result * 31 + (uint16_t)data[i].re + (uint16_t)data[i].im;
    }
    return result;
}
