// Functions that are entered again before they return: by another thread while
// one waits inside, and by an interrupt. Their locals have addresses.
#include "threads.h"

static uint32_t mix(uint32_t value)
{
    value ^= value << 13;
    value ^= value >> 17;
    return value ^ value << 5;
}

uint32_t sum_across_waits(uint32_t seed, unsigned count)
{
    uint32_t words[12];
    for (unsigned i = 0; i < 12; i++) {
        words[i] = seed = mix(seed);
    }
    uint32_t sum = 0;
    for (unsigned round = 0; round < count; round++) {
        host_wait(words);
        for (unsigned i = 0; i < 12; i++) {
            sum = sum * 3 + words[i];
            words[i] += round;
        }
    }
    return sum;
}

uint32_t wait_in_depth(uint32_t depth, uint32_t *above)
{
    uint32_t own[3] = {depth, above ? above[0] : 1, 7};
    host_wait(own);
    uint32_t below = depth ? wait_in_depth(depth - 1, own) : 5;
    host_wait(&own[1]);
    return own[0] * 31 + own[1] * 17 + own[2] + below;
}

uint32_t wait_with_alloca(uint32_t seed, unsigned count)
{
    uint8_t *bytes = __builtin_alloca(count);
    for (unsigned i = 0; i < count; i++) {
        bytes[i] = seed = mix(seed);
    }
    host_wait(bytes);
    uint32_t words[count / 4 + 1];
    for (unsigned i = 0; i < count / 4; i++) {
        words[i] = bytes[4 * i] << 8 | bytes[4 * i + 3];
    }
    host_wait(words);
    uint32_t sum = 0;
    for (unsigned i = 0; i < count / 4; i++) {
        sum = sum * 5 + words[i] + bytes[i];
    }
    return sum;
}

uint32_t wait_with_aligned(uint32_t seed)
{
    _Alignas(32) uint32_t words[8];
    for (unsigned i = 0; i < 8; i++) {
        words[i] = seed + i;
    }
    host_wait(words);
    uint32_t sum = (uintptr_t)words % 32;
    for (unsigned i = 0; i < 8; i++) {
        sum = sum * 7 + words[i];
    }
    return sum;
}

// No calls: the C of wasm keeps such a frame below the stack pointer, exactly
// where an interrupt saves registers.
uint32_t leaf_without_calls(uint32_t seed)
{
    volatile uint32_t words[20];
    for (unsigned i = 0; i < 20; i++) {
        words[i] = seed += i * 0x9e3779b9;
    }
    for (unsigned round = 0; round < 8; round++) {
        for (unsigned i = 0; i < 20; i++) {
            words[i] += words[(i + seed) % 20] >> 3;
        }
    }
    uint32_t sum = 0;
    for (unsigned i = 0; i < 20; i++) {
        sum = sum * 3 + words[i];
    }
    return sum;
}

double float_leaf(double seed)
{
    volatile double values[6];
    for (int i = 0; i < 6; i++) {
        values[i] = seed * i;
    }
    double sum = 0;
    for (int i = 0; i < 24; i++) {
        sum = sum * 0.5 + values[i % 6] + (float)i * 1.5f;
    }
    return sum;
}
