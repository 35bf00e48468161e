#include "control.h"

#include "contract.h"

TEST(dense_switch)
{
    for (int i = -2; i < 12; i++) {
        log_word(dense_switch(i, random_word()));
    }
}

TEST(sparse_switch)
{
    static const int32_t values[] = {-100, -99, 0, 77, 78, 1000, 123456, 0x7fffffff, -1};
    for (int i = 0; i < 9; i++) {
        log_word(sparse_switch(values[i]));
    }
}

TEST(run_program)
{
    int32_t *stack = arena(1600);
    uint8_t *code = arena(400);
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < 400; i++) {
            code[i] = random_word();
        }
        log_word(run_program(code, 390, stack));
    }
}

TEST(collatz)
{
    for (int i = 1; i < 40; i++) {
        log_word(collatz(i));
    }
}

TEST(crc)
{
    uint8_t *b = arena(256);
    for (int i = 0; i < 256; i++) {
        b[i] = random_word();
    }
    for (int n = 0; n < 256; n += 50) {
        log_word(crc(b, n));
    }
}

TEST(sieve)
{
    log_word(sieve(arena(1000), 1000));
}

TEST(nested_loops)
{
    log_word(nested_loops(30));
}

TEST(early_out)
{
    int32_t *v = arena(200);
    for (int i = 0; i < 50; i++) {
        v[i] = random_below(100000);
        log_word(early_out(v, i));
    }
    v[0] = -1;
    log_word(early_out(v, 50));
}

TEST(is_even)
{
    log_word(is_even(1001));
    log_word(is_odd(1001));
}

TEST(clamp_all)
{
    int32_t *v = arena(200);
    for (int i = 0; i < 50; i++) {
        v[i] = random_word();
    }
    log_word(clamp_all(v, 50, -1000000000, 1500000000));
}

TEST(unrolled)
{
    uint8_t b[20];
    for (int i = 0; i < 20; i++) {
        b[i] = random_word();
    }
    for (int i = 0; i < 20; i++) {
        log_word(unrolled(b, i));
    }
}

TESTS(control, T(dense_switch) T(sparse_switch) T(run_program) T(collatz) T(crc) T(sieve)
                   T(nested_loops) T(early_out) T(is_even) T(clamp_all) T(unrolled));
