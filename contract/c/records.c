// Structures and unions by value of every other kind.
#include "records.h"

PASS(struct, of_enums)
{
    s.b = (enum medium)(s.b + x);
    s.c = s.a == SMALL_LAST ? NEGATIVE_FIRST : (enum negative)(s.c + y);
    return s;
}
PASS(struct, one_enum)
{
    s.a = (enum medium)(s.a ^ x ^ (uint16_t)y);
    return s;
}
PASS(struct, one_bool)
{
    s.a = !s.a ^ (x > y);
    return s;
}
PASS(struct, one_element)
{
    s.a[0] = s.a[0] * x + (int32_t)y;
    return s;
}
PASS(struct, flexible)
{
    s.a += x - (int32_t)(y >> 32);
    return s;
}
PASS(struct, short_pair)
{
    int16_t a = s.a;
    s.a = s.b + x;
    s.b = a - (int16_t)y;
    return s;
}
PASS(struct, with_nothing)
{
    s.a += x + (int32_t)y;
    return s;
}
PASS(struct, packed)
{
    s.a += x;
    s.b -= (int32_t)y;
    s.c ^= (int16_t)(y >> 32);
    return s;
}
PASS(struct, aligned_8)
{
    s.a += x;
    s.b += (int32_t)(y >> 32);
    return s;
}
PASS(struct, aligned_16)
{
    s.a += x;
    s.d -= (int32_t)y;
    s.b ^= s.c;
    return s;
}
PASS(struct, deep)
{
    s.c.b.a = s.c.b.a * 2 + x - (int32_t)(int8_t)y;
    return s;
}
PASS(struct, array_of_pairs)
{
    float x0 = s.a[0].x;
    s.a[0].x = s.a[1].y + (float)(int8_t)x;
    s.a[1].y = x0;
    s.a[1].x -= (float)(int8_t)y;
    return s;
}
PASS(struct, three_doubles)
{
    s.a[0] += s.a[2];
    s.a[1] = (int8_t)x;
    s.a[2] -= (int8_t)y;
    return s;
}
PASS(struct, tagged)
{
    if (s.kind & 1) {
        s.value.w += y;
    } else {
        s.value.w = (int64_t)x << 7;
    }
    s.kind++;
    return s;
}
PASS(struct, wide_bits)
{
    s.a += (uint64_t)y;
    s.b ^= (uint32_t)x;
    return s;
}
PASS(union, word_bytes)
{
    s.bytes[2] ^= x;
    s.word += (uint32_t)y;
    return s;
}
PASS(union, double_words)
{
    s.words[0] ^= (uint32_t)x & 15;
    s.words[1] ^= ((uint32_t)y & 1) << 31;
    return s;
}
PASS(union, floats_or_word)
{
    float f = s.f[0];
    s.f[0] = s.f[1] + (float)(int8_t)x;
    s.f[1] = f - (float)(int8_t)y;
    return s;
}

struct nothing pass_nothing(int32_t *out, struct nothing s, int32_t x)
{
    *out += x;
    return s;
}

enum small next_enum(enum small a, enum medium b, enum negative c)
{
    return b > 300 || c < 0 ? SMALL_LAST : (enum small)(a + 1);
}

int32_t run_task(struct task task, int32_t x)
{
    return task.run(task.argument + x) - x;
}

static int32_t triple(int32_t x)
{
    return 3 * x;
}

static int32_t negate(int32_t x)
{
    return -x;
}

struct task make_task(int32_t argument)
{
    struct task task = {argument & 1 ? triple : negate, argument};
    return task;
}

struct short_pair combine_all(combine f, const struct short_pair *pairs, int32_t count)
{
    struct short_pair all = {1, 2};
    for (int32_t i = 0; i < count; i++) {
        struct packed number = {(uint8_t)i, i * 1000, (int16_t)-i};
        all = f(all, number, pairs[i].a * pairs[i].b);
    }
    return all;
}

struct short_pair combine_sum(struct short_pair a, struct packed b, int32_t c)
{
    a.a += b.a + c;
    a.b += b.b - b.c;
    return a;
}

combine get_combine(void)
{
    return combine_sum;
}
