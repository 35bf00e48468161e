#include "records.h"

#include "contract.h"

#include <string.h>

// Random contents in, what `log` says of them out.
#define PASS_TEST(kind, T, fill, log)                                                              \
    TEST(pass_##T)                                                                                 \
    {                                                                                              \
        for (int i = 0; i < 6; i++) {                                                              \
            kind T s;                                                                              \
            memset(&s, 0, sizeof s);                                                               \
            fill;                                                                                  \
            uint64_t y = (uint64_t)random_word() << 32;                                            \
            y |= random_word();                                                                    \
            s = pass_##T((int32_t)random_word(), s, (int64_t)y);                                   \
            log;                                                                                   \
        }                                                                                          \
    }

static float some_float(void) { return (float)random_below(2000) / 8 - 100; }

PASS_TEST(struct, of_enums,
          (s.a = i & 1 ? SMALL_LAST : SMALL_FIRST, s.b = (enum medium)random_below(60000),
           s.c = (enum negative)(int8_t)random_below(100)),
          (log_word(s.a), log_word(s.b), log_word((uint32_t)s.c)))
PASS_TEST(struct, one_enum, s.a = (enum medium)random_below(60000), log_word(s.a))
PASS_TEST(struct, one_bool, s.a = i & 1, log_word(s.a))
PASS_TEST(struct, one_element, s.a[0] = (int32_t)random_word(), log_word((uint32_t)s.a[0]))
PASS_TEST(struct, flexible, s.a = (int32_t)random_word(), log_word((uint32_t)s.a))
PASS_TEST(struct, short_pair, (s.a = (int16_t)random_word(), s.b = (int16_t)random_word()),
          log_bytes(&s, sizeof s))
PASS_TEST(struct, with_nothing, s.a = (int32_t)random_word(), log_word((uint32_t)s.a))
PASS_TEST(struct, packed,
          (s.a = (uint8_t)random_word(), s.b = (int32_t)random_word(), s.c = (int16_t)random_word()),
          log_bytes(&s, sizeof s))
PASS_TEST(struct, aligned_8, (s.a = (int32_t)random_word(), s.b = (int32_t)random_word()),
          log_bytes(&s, sizeof s))
PASS_TEST(struct, aligned_16,
          (s.a = (int32_t)random_word(), s.b = (int32_t)random_word(),
           s.c = (int32_t)random_word(), s.d = (int32_t)random_word()),
          log_bytes(&s, sizeof s))
PASS_TEST(struct, deep, s.c.b.a = some_float(), log_double(s.c.b.a))
PASS_TEST(struct, array_of_pairs,
          (s.a[0].x = some_float(), s.a[0].y = some_float(), s.a[1].x = some_float(),
           s.a[1].y = some_float()),
          (log_float(s.a[0].x), log_float(s.a[0].y), log_float(s.a[1].x), log_float(s.a[1].y)))
PASS_TEST(struct, three_doubles,
          (s.a[0] = some_float(), s.a[1] = some_float(), s.a[2] = some_float()),
          (log_double(s.a[0]), log_double(s.a[1]), log_double(s.a[2])))
PASS_TEST(struct, tagged, (s.kind = i, s.value.w = (int64_t)random_word() << 20),
          (log_word((uint32_t)s.kind), log_wide((uint64_t)s.value.w)))
PASS_TEST(struct, wide_bits, (s.a = random_word(), s.b = random_word()),
          (log_wide(s.a), log_word(s.b)))
PASS_TEST(union, word_bytes, s.word = random_word(), log_word(s.word))
PASS_TEST(union, double_words, s.d = some_float(), log_double(s.d))
PASS_TEST(union, floats_or_word, (s.f[0] = some_float(), s.f[1] = some_float()),
          (log_float(s.f[0]), log_float(s.f[1])))

TEST(pass_nothing)
{
    struct nothing none;
    int32_t out = 5;
    none = pass_nothing(&out, none, 37);
    log_word((uint32_t)out);
    log_word(sizeof none);
}

TEST(next_enum)
{
    log_word(next_enum(SMALL_FIRST, MEDIUM_FIRST, NEGATIVE_LAST));
    log_word(next_enum(SMALL_FIRST, MEDIUM_LAST, NEGATIVE_LAST));
    log_word(next_enum((enum small)7, (enum medium)300, NEGATIVE_FIRST));
}

static int32_t square(int32_t x) { return x * x; }

TEST(run_task)
{
    struct task task = {square, 11};
    log_word((uint32_t)run_task(task, -20));
    log_word((uint32_t)run_task(make_task(5), 6));
    log_word((uint32_t)run_task(make_task(8), 6));
}

TEST(make_task)
{
    struct task task = make_task((int32_t)random_word());
    log_word((uint32_t)task.run(1234));
    log_word((uint32_t)task.argument);
}

static struct short_pair host_combine(struct short_pair a, struct packed b, int32_t c)
{
    log_word((uint32_t)c);
    log_bytes(&b, sizeof b);
    struct short_pair result = {(int16_t)(a.b * 3), (int16_t)(a.a ^ c)};
    return result;
}

static void fill_pairs(struct short_pair *pairs)
{
    for (int i = 0; i < 4; i++) {
        pairs[i].a = (int16_t)random_word();
        pairs[i].b = (int16_t)random_below(100);
    }
}

TEST(combine_all)
{
    struct short_pair *pairs = arena(4 * sizeof *pairs);
    fill_pairs(pairs);
    struct short_pair all = combine_all(host_combine, pairs, 4);
    log_bytes(&all, sizeof all);
    all = combine_all(get_combine(), pairs, 4);
    log_bytes(&all, sizeof all);
}

TEST(get_combine)
{
    struct packed number = {200, (int32_t)random_word(), -3};
    struct short_pair pair = get_combine()((struct short_pair){-7, 9}, number, 40);
    log_bytes(&pair, sizeof pair);
    pair = combine_sum(pair, number, -1);
    log_bytes(&pair, sizeof pair);
}

TESTS(records,
      T(pass_of_enums) T(pass_one_enum) T(pass_one_bool) T(pass_one_element) T(pass_flexible)
      T(pass_short_pair) T(pass_with_nothing) T(pass_packed) T(pass_aligned_8) T(pass_aligned_16)
      T(pass_deep) T(pass_array_of_pairs) T(pass_three_doubles) T(pass_tagged) T(pass_wide_bits)
      T(pass_word_bytes) T(pass_double_words) T(pass_floats_or_word) T(pass_nothing) T(next_enum)
      T(run_task) T(make_task) T(combine_all) T(get_combine));
