#include "floats.h"

#include "contract.h"

float host_float(float a, double b, int c, float d, double e)
{
    log_float(a);
    log_double(b);
    log_word(c);
    log_float(d);
    log_double(e);
    return a + (float)b + c + d + (float)e;
}

static float number(void)
{
    int32_t mantissa = random_word();
    float scale = 1 << random_below(20);
    return (float)(mantissa >> 8) / scale;
}

static const float specials[] = {0.0f, -0.0f, 1.0f, -1.5f, 1e38f, -1e-38f, __builtin_inff(),
                                 -__builtin_inff(), __builtin_nanf("")};

static float value(int i)
{
    return i < 9 ? specials[i] : number();
}

TEST(float_arithmetic)
{
    for (int i = 0; i < 200; i++) {
        log_float(float_arithmetic(value(i % 13), value(i / 13)));
    }
}

TEST(double_arithmetic)
{
    for (int i = 0; i < 200; i++) {
        log_double(double_arithmetic(value(i % 13), value(i / 13)));
    }
}

TEST(dot)
{
    struct vector v[2] = {{1.5f, 2, 3}, {number(), number(), number()}};
    log_float(dot(v, v + 1));
}

TEST(normalise)
{
    struct vector *v = arena(sizeof *v);
    *v = (struct vector){1.5f, -2, 3};
    normalise(v, 2.5f);
}

TEST(polynomial)
{
    double c[8];
    for (int i = 0; i < 8; i++) {
        c[i] = number();
    }
    for (int i = 0; i <= 8; i++) {
        log_double(polynomial(c, i, 0.75));
    }
}

TEST(float_compare)
{
    for (int i = 0; i < 11; i++) {
        for (int j = 0; j < 11; j++) {
            log_word(float_compare(value(i), value(j), value(j), value(i)));
        }
    }
}

TEST(many_floats)
{
    log_float(many_floats(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384,
                          32768, 0.5f, 0.25f));
}

TEST(mixed_floats)
{
    log_double(mixed_floats(1.5f, 2.25, 3.125f, -7, 1e10, -(1ll << 40), 9));
}

TEST(doubles_to_the_stack)
{
    log_double(doubles_to_the_stack(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 7, 0.5f));
}

TEST(conversions)
{
    for (int i = 0; i < 20; i++) {
        int32_t *out = arena(16);
        log_wide(conversions(i * 1000.7f, i * 12.75, out));
        log_wide(conversions(-i * 1e6f, i * 1.0e7 + 0.99, out));
    }
}

TEST(from_integers)
{
    for (int i = 0; i < 20; i++) {
        uint32_t a = random_word(), b = random_word();
        log_float(from_integers(a, b, (int64_t)a << 20, (uint64_t)b << 30));
    }
}

TEST(widen_float)
{
    for (int i = 0; i < 15; i++) {
        log_double(widen_float(value(i)));
    }
}

TEST(call_host_float)
{
    log_float(call_host_float(1.25f, -2.5, 77));
}

TEST(root)
{
    for (int i = 0; i < 15; i++) {
        log_float(root(value(i)));
    }
}

static double blend(double a, float b)
{
    return a * 0.5 + b;
}

TEST(fold_doubles)
{
    float values[10];
    for (int i = 0; i < 10; i++) {
        values[i] = number();
    }
    log_double(fold_doubles(blend, values, 10));
}

TEST(classify)
{
    for (int i = 0; i < 20; i++) {
        log_word(classify(value(i) * 3.0));
    }
}

TEST(filter)
{
    float *state = arena(8);
    for (int i = 0; i < 20; i++) {
        log_float(filter(state, number()));
    }
}

TEST(rotate)
{
    float *m = arena(36), *v = arena(12), *out = arena(12);
    for (int i = 0; i < 9; i++) {
        m[i] = number();
        v[i % 3] = number();
    }
    rotate(m, v, out);
}

TESTS(floats, T(float_arithmetic) T(double_arithmetic) T(dot) T(normalise) T(polynomial)
                  T(float_compare) T(many_floats) T(mixed_floats) T(doubles_to_the_stack)
                      T(conversions) T(from_integers) T(widen_float) T(call_host_float) T(root)
                          T(fold_doubles) T(classify) T(filter) T(rotate));
