#include "values.h"

#include "contract.h"

uint32_t host_shared;

int32_t host_twice(int32_t value)
{
    log_word(value);
    return 2 * value;
}

TEST(rust_dot)
{
    struct rust_point p[2] = {{3, -4}, {random_word(), random_word()}};
    log_word(rust_dot(&p[0], &p[1]));
}

TEST(rust_move)
{
    struct rust_point *p = arena(sizeof *p);
    *p = (struct rust_point){10, 20};
    rust_move(p, 3);
}

TEST(rust_calibrate)
{
    struct rust_reading *r = arena(8 * sizeof *r);
    for (int i = 0; i < 8; i++) {
        r[i].channel = i;
        r[i].raw = random_word();
        r[i].time = random_word();
    }
    rust_calibrate(r, 8, 0.125f);
}

TEST(rust_step)
{
    static const enum rust_state states[] = {RUST_IDLE, RUST_RUNNING, RUST_BLOCKED, RUST_DONE};
    for (int i = 0; i < 8; i++) {
        log_word(rust_step(states[i / 2], i & 1));
    }
}

TEST(rust_handle)
{
    struct rust_event events[] = {
        {0, {.number = 77}}, {1, {.point = {5, 9}}}, {2, {.level = 1.25f}}, {3, {0}}};
    for (int i = 0; i < 4; i++) {
        log_word(rust_handle(&events[i]));
    }
}

TEST(rust_area)
{
    for (int i = 0; i < 4; i++) {
        log_word(rust_area(i, 10 * i + 3));
    }
}

TEST(rust_wide)
{
    for (int i = 0; i < 40; i++) {
        uint64_t a = (uint64_t)random_word() << random_below(32), b = random_below(5);
        log_wide(rust_wide(a, b, i * 3));
    }
}

TEST(rust_divide)
{
    for (int i = 0; i < 40; i++) {
        int64_t a = (int64_t)((uint64_t)random_word() << random_below(32)) - (1ll << 40);
        log_wide(rust_divide(a, (int64_t)random_below(9) - 4));
    }
    log_wide(rust_divide(1ll << 63, -1));
}

TEST(rust_mean)
{
    float values[10];
    for (int i = 0; i < 10; i++) {
        values[i] = (float)random_below(1000) / 7;
    }
    log_float(rust_mean(values, 10));
    log_float(rust_mean(values, 0));
}

TEST(rust_horner)
{
    double values[] = {1.5, -2, 0.25, 9};
    log_double(rust_horner(0.7, values, 4));
}

TEST(rust_saturate)
{
    static const float values[] = {0, 1.9f, -1.9f, 127.5f, 300, -300, 3e9f, -3e9f, 1e30f,
                                   __builtin_nanf(""), 70000};
    for (int i = 0; i < 11; i++) {
        log_word(rust_saturate(values[i]));
    }
}

TEST(rust_bits)
{
    log_word(rust_bits(0));
    for (int i = 0; i < 20; i++) {
        log_word(rust_bits(random_word() >> i));
    }
}

TEST(rust_next)
{
    log_word(rust_next());
    log_word(rust_next());
}

static int32_t add_context(int32_t value, void *context)
{
    *(int32_t *)context += 5;
    return value + *(int32_t *)context;
}

TEST(rust_apply)
{
    int32_t *context = arena(4);
    log_word(rust_apply(add_context, context, 100));
}

TEST(rust_choose)
{
    log_word(rust_choose(0)(9));
    log_word(rust_choose(1)(9));
    log_word((uintptr_t)rust_choose(2));
}

TEST(rust_host)
{
    host_shared = 40;
    log_word(rust_host(2));
    log_word(host_shared);
}

TEST(rust_name)
{
    log_text(rust_name(0));
    log_text(rust_name(2));
    log_word((uintptr_t)rust_name(3));
}

TEST(rust_option)
{
    uint32_t number = 7;
    log_word(rust_option(NULL));
    log_word(rust_option(&number));
    number = 8;
    log_word(rust_option(&number));
}

TESTS(values, T(rust_dot) T(rust_move) T(rust_calibrate) T(rust_step) T(rust_handle) T(rust_area)
                  T(rust_wide) T(rust_divide) T(rust_mean) T(rust_horner) T(rust_saturate)
                      T(rust_bits) T(rust_next) T(rust_apply) T(rust_choose) T(rust_host)
                          T(rust_name) T(rust_option));
