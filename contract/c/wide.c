// 64-bit values: arithmetic, and every place that a call can have for them.
#include "wide.h"

int64_t wide_arithmetic(int64_t a, int64_t b)
{
    uint64_t x = a, y = b;
    return ((x + y) * (x - y)) ^ ((x | ~y) - (x & y) * 3);
}

uint64_t wide_division(uint64_t a, uint64_t b)
{
    return b ? a / b + a % b * 3 + a / 10 + a % 1000 : ~0ull;
}

int64_t signed_division(int64_t a, int64_t b)
{
    return b ? a / b - a % b + a / -7 : -1;
}

uint64_t wide_shifts(uint64_t value, unsigned by)
{
    by &= 63;
    return (value << by) + (value >> by) + (uint64_t)((int64_t)value >> by) + (value << 1) +
           (value >> 33) + (value << by | value >> (-by & 63));
}

int wide_compare(int64_t a, int64_t b)
{
    int result = a < b ? 1 : 0;
    result |= a <= b ? 2 : 0;
    result |= a == b ? 4 : 0;
    result |= (uint64_t)a > (uint64_t)b ? 8 : 0;
    result |= (uint64_t)a >= 5000000000u ? 16 : 0;
    return result | (b < 0 ? 32 : 0);
}

uint64_t odd_register(uint32_t first, uint64_t second, uint32_t third)
{
    return second * first + third;
}

uint64_t to_the_stack(uint32_t a, uint32_t b, uint32_t c, uint64_t d, uint32_t e, uint64_t f)
{
    return a + 2ull * b + 3ull * c + 4 * d + 5ull * e + 6 * f;
}

int64_t mixed_words(int8_t a, int64_t b, uint16_t c, int64_t d, int32_t e)
{
    return a * b + c * d - e;
}

unsigned bit_counts(uint64_t value)
{
    unsigned ones = __builtin_popcountll(value);
    if (value) {
        ones |= __builtin_clzll(value) << 8 | __builtin_ctzll(value) << 16;
    }
    return ones;
}

uint64_t multiply_high(uint64_t a, uint64_t b)
{
    uint64_t low = (a & 0xffffffff) * (b & 0xffffffff);
    uint64_t first = (a >> 32) * (b & 0xffffffff) + (low >> 32);
    uint64_t second = (a & 0xffffffff) * (b >> 32) + (first & 0xffffffff);
    return (a >> 32) * (b >> 32) + (first >> 32) + (second >> 32);
}

char *write_wide(char *out, uint64_t number)
{
    char digits[20];
    int n = 0;
    do {
        digits[n++] = '0' + number % 10;
    } while (number /= 10);
    while (n) {
        *out++ = digits[--n];
    }
    return out;
}

void wide_through(int64_t *values, unsigned count)
{
    int64_t last = 0;
    for (unsigned i = 0; i < count; i++) {
        int64_t value = values[i];
        values[i] = value - last;
        last = value;
    }
}

int64_t call_host_wide(uint32_t a, int64_t b)
{
    return host_wide(a, b, a + 1, b * 3, -b) - host_wide(1, -2, 3, -4, 5);
}

uint64_t greatest_common(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t t = a % b;
        a = b;
        b = t;
    }
    return a;
}

int64_t saturating(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) {
        return a < 0 ? INT64_MIN : INT64_MAX;
    }
    return sum;
}
