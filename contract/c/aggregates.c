// Structs and unions by value, as parameters and results, of every class that
// the procedure call standard knows: the C of wasm passes them in another way.
#include "aggregates.h"

#define TAKE_GIVE(T, change)                                                                       \
    ONE_WAY(T)                                                                                     \
    {                                                                                              \
        change;                                                                                    \
        return s;                                                                                  \
    }
#define TAKE_GIVE_UNION(T, change)                                                                 \
    ONE_WAY_UNION(T)                                                                               \
    {                                                                                              \
        change;                                                                                    \
        return s;                                                                                  \
    }
#define BYTES(n)                                                                                   \
    for (int i = 0; i < n; i++) {                                                                  \
        s.a[i] = s.a[i] * x + y + i;                                                               \
    }

TAKE_GIVE(one_byte, s.a += x * y)
TAKE_GIVE(two_bytes, s.a += x; s.b ^= y)
TAKE_GIVE(three_bytes, BYTES(3))
TAKE_GIVE(half, s.a = s.a * x - y)
TAKE_GIVE(one_word, s.a = s.a * x - y)
TAKE_GIVE(word_in_struct, s.inner.a = s.inner.a * x - y)
TAKE_GIVE(five, BYTES(5))
TAKE_GIVE(two_words, s.a += x; s.b -= y)
TAKE_GIVE(one_wide, s.a = s.a * x - y)
TAKE_GIVE(three_words, s.a += x; s.b -= y; s.c *= 3)
TAKE_GIVE(wide_and_word, s.a = s.a * x - y; s.b += x)
TAKE_GIVE(five_words, BYTES(5))
TAKE_GIVE(large, BYTES(25))
TAKE_GIVE(one_float, s.a = s.a * x - y)
TAKE_GIVE(one_double, s.a = s.a * x - y)
TAKE_GIVE(two_floats, s.a += x; s.b -= y)
TAKE_GIVE(four_floats, s.a += x; s.b -= y; s.c *= 2; s.d = -s.d)
TAKE_GIVE(five_floats, s.a += x; s.b -= y; s.c *= 2; s.d = -s.d; s.e += 0.5f)
TAKE_GIVE(two_doubles, s.a += x; s.b -= y)
TAKE_GIVE(float_and_int, s.a += x; s.b -= y)
TAKE_GIVE(float_array, BYTES(3))
TAKE_GIVE(nested_floats, s.a.a += x; s.a.b -= y; s.b *= 2)
TAKE_GIVE_UNION(word_or_float, s.a += x ^ y)
TAKE_GIVE_UNION(wide_union, s.a = s.a * x + y; s.b[7] ^= 1)
TAKE_GIVE(bit_struct, s.a += x; s.b += y; s.c -= x)
TAKE_GIVE(pointer_pair, s.a += x; s.b = (struct pointer_pair *)((char *)s.b + y))

int64_t split(int32_t a, int32_t b, struct five_words c, struct two_bytes d)
{
    int64_t sum = a + 2 * b;
    for (int i = 0; i < 5; i++) {
        sum = sum * 3 + c.a[i];
    }
    return sum * 5 + d.a * 256 + d.b;
}

int64_t doubled(int32_t a, struct one_wide b, struct wide_and_word c, int32_t d)
{
    return a + b.a * 3 + c.a * 5 + c.b * 7 + d * 9;
}

double all_floats(struct four_floats a, struct two_doubles b, struct four_floats c, float d,
                  struct four_floats e, double f, struct two_floats g, float h)
{
    return a.a + a.d + b.a * 2 + b.b * 3 + c.b * 4 + c.c * 5 + d * 6 + e.a * 7 + e.d * 8 + f * 9 +
           g.a * 10 + g.b * 11 + h * 12;
}

int32_t call_host_structs(int32_t seed)
{
    struct two_bytes a = host_two_bytes(seed, (struct two_bytes){seed, 2}, 3);
    struct one_word b = host_one_word(a.a, (struct one_word){a.b + 1000}, 4);
    struct two_words c = host_two_words(b.a, (struct two_words){seed, a.a}, 5);
    struct one_wide d = host_one_wide(c.a, (struct one_wide){c.b * 1000000007ll}, 6);
    struct five_words e = host_five_words((int32_t)(d.a >> 8), (struct five_words){{1, 2, 3, 4, 5}}, 7);
    struct large big = {{9}};
    big.a[24] = e.a[4];
    big = host_large(e.a[0], big, 8);
    struct one_float f = host_one_float(9, (struct one_float){2.5f}, 10);
    struct two_floats g = host_two_floats(11, (struct two_floats){f.a, 3.5f}, 12);
    struct two_doubles h = host_two_doubles(13, (struct two_doubles){g.a, g.b}, 14);
    struct float_and_int i = host_float_and_int(15, (struct float_and_int){(float)h.a, big.a[3]}, 16);
    return (int32_t)(i.a * 2) + i.b + (int32_t)h.b + big.a[24];
}
