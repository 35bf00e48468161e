#include "contract.h"
#include "pointers.h"

TEST(swap_words)
{
    uint32_t *w = arena(8);
    w[0] = random_word();
    w[1] = random_word();
    swap_words(&w[0], &w[1]);
}

TEST(sum_array)
{
    int32_t *v = arena(400);
    for (int i = 0; i < 100; i++) {
        v[i] = random_word();
    }
    for (int n = 0; n <= 100; n += 25) {
        log_word(sum_array(v, n));
    }
}

TEST(min_max)
{
    int16_t *v = arena(100), *out = arena(8);
    for (int i = 0; i < 50; i++) {
        v[i] = random_word();
        min_max(v, i + 1, out, out + 1);
        log_word(out[0]);
        log_word(out[1]);
    }
}

TEST(store_through)
{
    uint32_t *w = arena(64), **p = arena(4);
    *p = w;
    for (int i = 0; i < 16; i++) {
        store_through(p, i * 0x01010101);
    }
}

TEST(pointer_distance)
{
    uint16_t *h = arena(200);
    log_word(pointer_distance(h, h + 77));
    log_word(pointer_distance(h + 90, h + 1));
}

TEST(neighbours)
{
    uint32_t *w = arena(8000);
    for (int i = 0; i < 2000; i++) {
        w[i] = random_word();
    }
    log_word(neighbours(w + 200));
    log_word(neighbours(w + 450));
}

TEST(widen)
{
    uint8_t *b = arena(64);
    int32_t *out = arena(128);
    for (int i = 0; i < 64; i++) {
        b[i] = random_word();
    }
    widen((int8_t *)b, b + 32, out, 32);
}

TEST(narrow)
{
    uint32_t *w = arena(128);
    for (int i = 0; i < 32; i++) {
        w[i] = random_word();
    }
    narrow(w, arena(32), arena(64), 32);
}

TEST(packed_sum)
{
    uint8_t *b = arena(15 * 20);
    for (int i = 0; i < 300; i++) {
        b[i] = random_word();
    }
    log_wide(packed_sum((void *)b, 20));
    log_wide(packed_sum((void *)(b + 1), 19));
}

TEST(packed_fill)
{
    packed_fill(arena(15 * 9), 9, random_word());
}

TEST(find_word)
{
    uint32_t *w = arena(80);
    for (int i = 0; i < 20; i++) {
        w[i] = random_below(30);
    }
    for (int i = 0; i < 30; i++) {
        log_word((uintptr_t)find_word(w, 20, i));
    }
}

TEST(compare_pointers)
{
    char *at = arena(8);
    log_word(compare_pointers(at, at + 1));
    log_word(compare_pointers(at + 1, at));
    log_word(compare_pointers(at, at));
    log_word(compare_pointers((void *)0xf0000000, at));
}

TEST(transpose)
{
    int32_t(*m)[4] = arena(64);
    for (int i = 0; i < 16; i++) {
        m[i / 4][i % 4] = i;
    }
    transpose(m);
}

TEST(copy_strided)
{
    uint8_t *in = arena(300), *out = arena(100);
    for (int i = 0; i < 300; i++) {
        in[i] = random_below(255);
    }
    log_word(copy_strided(out, in, 60, 5));
    log_word(copy_strided(out + 60, in + 299, 30, -7));
    in[50] = 255;
    log_word(copy_strided(out, in, 60, 10));
}

TEST(follow)
{
    uint32_t *word = arena(4), **one = arena(4), ***two = arena(4);
    *word = 77;
    log_word(follow(NULL));
    log_word(follow(two));
    *two = one;
    log_word(follow(two));
    *one = word;
    log_word(follow(two));
}

TESTS(pointers, T(swap_words) T(sum_array) T(min_max) T(store_through) T(pointer_distance)
                    T(neighbours) T(widen) T(narrow) T(packed_sum) T(packed_fill) T(find_word)
                        T(compare_pointers) T(transpose) T(copy_strided) T(follow));
