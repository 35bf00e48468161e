/* FIR filter: 16-bit samples, Q15 coefficients, a circular delay line, and a
 * block version with 64-bit accumulation. */
#include "bench.h"

enum { TAPS = 32, SAMPLES = 128 };

static const int16_t taps[TAPS] = {
    -12, -31, -58, -84, -94, -71, -1, 123, 297, 505, 720, 907, 1027, 1046, 940, 701,
    701, 940, 1046, 1027, 907, 720, 505, 297, 123, -1, -71, -94, -84, -58, -31, -12,
};

static int16_t input[SAMPLES + TAPS], output[SAMPLES];
static struct { int16_t line[TAPS]; uint32_t at; } state;

KERNEL int16_t fir_step(int16_t sample)
{
    state.line[state.at] = sample;
    int32_t sum = 0;
    uint32_t at = state.at;
    for (int i = 0; i < TAPS; i++) {
        sum += taps[i] * state.line[at];
        at = at == 0 ? TAPS - 1 : at - 1;
    }
    state.at = (state.at + 1) % TAPS;
    return (int16_t)(sum >> 15);
}

KERNEL void fir_block(const int16_t *in, int16_t *out, int n)
{
    for (int i = 0; i < n; i++) {
        int64_t sum = 0;
        for (int j = 0; j < TAPS; j++)
            sum += (int64_t)(taps[j] * in[i + j]) << 8;
        sum = (sum + (1 << 22)) >> 23;
        if (sum > 32767)
            sum = 32767;
        if (sum < -32768)
            sum = -32768;
        out[i] = (int16_t)sum;
    }
}

ENTRY(bench_fir)
{
    uint32_t seed = 2, sum = 0;
    for (int i = 0; i < SAMPLES + TAPS; i++)
        input[i] = (int16_t)next_random(&seed);
    for (int i = 0; i < SAMPLES; i++)
        sum = sum * 31 + (uint16_t)fir_step(input[i]);
    fir_block(input, output, SAMPLES);
    for (int i = 0; i < SAMPLES; i++)
        sum = sum * 31 + (uint16_t)output[i];
    return sum;
}
