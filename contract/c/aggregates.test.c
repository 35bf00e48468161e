#include "aggregates.h"

#include "contract.h"

#include <string.h>

// Random bytes in, all bytes out.
#define BYTES_TEST(kind, T)                                                                        \
    TEST(take_give_##T)                                                                            \
    {                                                                                              \
        for (int i = 0; i < 5; i++) {                                                              \
            kind T s;                                                                              \
            uint8_t bytes[sizeof s];                                                               \
            for (unsigned j = 0; j < sizeof s; j++) {                                              \
                bytes[j] = random_word();                                                          \
            }                                                                                      \
            memcpy(&s, bytes, sizeof s);                                                           \
            s = take_give_##T(random_word(), s, random_word());                                    \
            log_bytes(&s, sizeof s - PADDING_##T);                                                 \
        }                                                                                          \
    }
// The same with floats of moderate size.
#define FLOATS_TEST(T, F, log)                                                                     \
    TEST(take_give_##T)                                                                            \
    {                                                                                              \
        for (int i = 0; i < 5; i++) {                                                              \
            struct T s;                                                                            \
            F values[sizeof s / sizeof(F)];                                                        \
            for (unsigned j = 0; j < sizeof s / sizeof(F); j++) {                                  \
                values[j] = (F)random_below(2000) / 8 - 100;                                       \
            }                                                                                      \
            memcpy(&s, values, sizeof s);                                                          \
            s = take_give_##T(random_below(100), s, random_below(100));                            \
            memcpy(values, &s, sizeof s);                                                          \
            for (unsigned j = 0; j < sizeof s / sizeof(F); j++) {                                  \
                log(values[j]);                                                                    \
            }                                                                                      \
        }                                                                                          \
    }

#define PADDING_one_byte 0
#define PADDING_two_bytes 0
#define PADDING_three_bytes 0
#define PADDING_half 0
#define PADDING_one_word 0
#define PADDING_word_in_struct 0
#define PADDING_five 0
#define PADDING_two_words 0
#define PADDING_one_wide 0
#define PADDING_three_words 0
#define PADDING_wide_and_word 4
#define PADDING_five_words 0
#define PADDING_large 0
#define PADDING_bit_struct 0
#define PADDING_word_or_float 0
#define PADDING_wide_union 0
#define PADDING_pointer_pair 0

BYTES_TEST(struct, one_byte)
BYTES_TEST(struct, two_bytes)
BYTES_TEST(struct, three_bytes)
BYTES_TEST(struct, half)
BYTES_TEST(struct, one_word)
BYTES_TEST(struct, word_in_struct)
BYTES_TEST(struct, five)
BYTES_TEST(struct, two_words)
BYTES_TEST(struct, one_wide)
BYTES_TEST(struct, three_words)
BYTES_TEST(struct, wide_and_word)
BYTES_TEST(struct, five_words)
BYTES_TEST(struct, large)
BYTES_TEST(struct, bit_struct)
BYTES_TEST(union, word_or_float)
BYTES_TEST(union, wide_union)
BYTES_TEST(struct, pointer_pair)
FLOATS_TEST(one_float, float, log_float)
FLOATS_TEST(two_floats, float, log_float)
FLOATS_TEST(four_floats, float, log_float)
FLOATS_TEST(five_floats, float, log_float)
FLOATS_TEST(float_array, float, log_float)
FLOATS_TEST(nested_floats, float, log_float)
FLOATS_TEST(one_double, double, log_double)
FLOATS_TEST(two_doubles, double, log_double)

TEST(take_give_float_and_int)
{
    struct float_and_int s = take_give_float_and_int(3, (struct float_and_int){1.5f, 70}, 4);
    log_float(s.a);
    log_word(s.b);
}

TEST(split)
{
    struct five_words words = {{1, -2, 3, -4, 5}};
    log_wide(split(100, 200, words, (struct two_bytes){7, 8}));
}

TEST(doubled)
{
    log_wide(doubled(1, (struct one_wide){1ll << 40}, (struct wide_and_word){-5, 6}, 7));
}

TEST(all_floats)
{
    struct four_floats four = {1, 2, 3, 4};
    struct two_doubles two = {0.5, 0.25};
    log_double(all_floats(four, two, four, 9, four, 11, (struct two_floats){12, 13}, 14));
}

#define HOST_BYTES(T)                                                                              \
    HOST(T)                                                                                        \
    {                                                                                              \
        log_word(x);                                                                               \
        log_bytes(&s, sizeof s);                                                                   \
        log_word(y);                                                                               \
        uint8_t bytes[sizeof s];                                                                   \
        memcpy(bytes, &s, sizeof s);                                                               \
        for (unsigned i = 0; i < sizeof s; i++) {                                                  \
            bytes[i] = bytes[i] * 3 + x + i;                                                       \
        }                                                                                          \
        memcpy(&s, bytes, sizeof s);                                                               \
        return s;                                                                                  \
    }
HOST_BYTES(two_bytes)
HOST_BYTES(one_word)
HOST_BYTES(two_words)
HOST_BYTES(one_wide)
HOST_BYTES(five_words)
HOST_BYTES(large)

HOST(one_float)
{
    log_float(s.a);
    return (struct one_float){s.a * x + y};
}

HOST(two_floats)
{
    log_float(s.a);
    log_float(s.b);
    return (struct two_floats){s.b * x, s.a * y};
}

HOST(two_doubles)
{
    log_double(s.a);
    log_double(s.b);
    return (struct two_doubles){s.b * x, s.a * y};
}

HOST(float_and_int)
{
    log_float(s.a);
    log_word(s.b);
    return (struct float_and_int){s.a * x, s.b * y};
}

TEST(call_host_structs)
{
    log_word(call_host_structs(5));
    log_word(call_host_structs(-77));
}

TESTS(aggregates,
      T(take_give_one_byte) T(take_give_two_bytes) T(take_give_three_bytes) T(take_give_half)
      T(take_give_one_word) T(take_give_word_in_struct) T(take_give_five) T(take_give_two_words)
      T(take_give_one_wide) T(take_give_three_words) T(take_give_wide_and_word)
      T(take_give_five_words) T(take_give_large) T(take_give_bit_struct)
      T(take_give_word_or_float) T(take_give_wide_union) T(take_give_pointer_pair)
      T(take_give_one_float) T(take_give_two_floats) T(take_give_four_floats)
      T(take_give_five_floats) T(take_give_float_array) T(take_give_nested_floats)
      T(take_give_one_double) T(take_give_two_doubles) T(take_give_float_and_int) T(split)
      T(doubled) T(all_floats) T(call_host_structs));
