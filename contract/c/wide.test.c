#include "wide.h"

#include "contract.h"

int64_t host_wide(uint32_t a, int64_t b, uint32_t c, int64_t d, int64_t e)
{
    log_word(a);
    log_wide(b);
    log_word(c);
    log_wide(d);
    log_wide(e);
    return a + b * 3 + c * d - e;
}

static const uint64_t special[] = {0,          1,          ~0ull,          1ull << 63, (1ull << 63) - 1,
                                   0xffffffff, 1ull << 32, 0x8000000000ull, 10,         4999999999u};

static uint64_t value(int i)
{
    if (i < 10) {
        return special[i];
    }
    uint64_t high = random_word();
    return (high << 32 | random_word()) >> random_below(64);
}

#define PAIRS(call)                                                                                \
    for (int i = 0; i < 14; i++) {                                                                 \
        for (int j = 0; j < 14; j++) {                                                             \
            uint64_t a = value(i), b = value(j);                                                   \
            log_wide(call);                                                                        \
        }                                                                                          \
    }

TEST(wide_arithmetic)
{
    PAIRS(wide_arithmetic(a, b))
}

TEST(wide_division)
{
    PAIRS(wide_division(a, b))
}

TEST(signed_division)
{
    PAIRS(a == 1ull << 63 && b == ~0ull ? 0 : (uint64_t)signed_division(a, b))
}

TEST(wide_shifts)
{
    for (int i = 0; i < 20; i++) {
        for (int by = 0; by < 64; by += 3) {
            log_wide(wide_shifts(value(i), by));
        }
    }
}

TEST(wide_compare)
{
    PAIRS(wide_compare(a, b))
}

TEST(odd_register)
{
    PAIRS(odd_register(i * 77, a, (uint32_t)b))
}

TEST(to_the_stack)
{
    PAIRS(to_the_stack(i, j, i * j, a, i + j, b))
}

TEST(mixed_words)
{
    PAIRS(mixed_words(i - 20, a, j * 5000, b, -i))
}

TEST(bit_counts)
{
    for (int i = 0; i < 40; i++) {
        log_word(bit_counts(value(i)));
    }
}

TEST(multiply_high)
{
    PAIRS(multiply_high(a, b))
}

TEST(write_wide)
{
    char *out = arena(400);
    for (int i = 0; i < 16; i++) {
        out = write_wide(out, value(i));
    }
}

TEST(wide_through)
{
    int64_t *v = arena(160);
    for (int i = 0; i < 20; i++) {
        v[i] = value(i);
    }
    wide_through(v, 20);
}

TEST(call_host_wide)
{
    log_wide(call_host_wide(9, -123456789012345));
}

TEST(greatest_common)
{
    PAIRS(greatest_common(a, b))
}

TEST(saturating)
{
    PAIRS(saturating(a, b))
}

TESTS(wide, T(wide_arithmetic) T(wide_division) T(signed_division) T(wide_shifts) T(wide_compare)
                T(odd_register) T(to_the_stack) T(mixed_words) T(bit_counts) T(multiply_high)
                    T(write_wide) T(wide_through) T(call_host_wide) T(greatest_common)
                        T(saturating));
