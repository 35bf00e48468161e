// Floats in arithmetic and in every place of a call.
#include "floats.h"

float float_arithmetic(float a, float b)
{
    return (a + b) * (a - b) / (b * 2.0f) + a;
}

double double_arithmetic(double a, double b)
{
    return (a + b) * (a - b) / (b * 2.0) + a;
}

float dot(const struct vector *a, const struct vector *b)
{
    return a->x * b->x + a->y * b->y + a->z * b->z;
}

void normalise(struct vector *v, float length)
{
    float factor = length / dot(v, v);
    v->x *= factor;
    v->y *= factor;
    v->z *= -factor;
}

double polynomial(const double *coefficients, size_t count, double x)
{
    double sum = 0;
    while (count--) {
        sum = sum * x + coefficients[count];
    }
    return sum;
}

int32_t float_compare(float a, float b, double c, double d)
{
    int32_t result = a < b ? 1 : 0;
    result |= a >= b ? 2 : 0;
    result |= a == b ? 4 : 0;
    result |= a != b ? 8 : 0;
    result |= c > d ? 16 : 0;
    result |= !(c > d) ? 32 : 0;
    result |= c <= d ? 64 : 0;
    return result | (c != c ? 128 : 0);
}

float many_floats(float a, float b, float c, float d, float e, float f, float g, float h, float i,
                  float j, float k, float l, float m, float n, float o, float p, float q, float r)
{
    return a - b + c - d + e - f + g - h + i - j + k - l + m - n + o - p + 100 * q + 1000 * r;
}

double mixed_floats(float a, double b, float c, int32_t d, double e, int64_t f, float g)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * (double)f + 7 * g;
}

double doubles_to_the_stack(int a, double b, double c, double d, double e, double f, double g,
                            double h, double i, double j, int k, float l)
{
    return a + b - c + d - e + f - g + h - i * 2 + j * 3 + k * 5 + l * 7;
}

int64_t conversions(float a, double b, int32_t *out)
{
    out[0] = (int32_t)a;
    out[1] = (uint32_t)b;
    out[2] = (int32_t)(a * 0.5f);
    out[3] = (uint8_t)(int32_t)b;
    return (int64_t)b + (int64_t)a;
}

float from_integers(int32_t a, uint32_t b, int64_t c, uint64_t d)
{
    return (float)a + (float)b * 0.5f + (float)c * 0.25f + (float)(double)d;
}

double widen_float(float a)
{
    return a * 1.1;
}

float call_host_float(float a, double b, int c)
{
    return host_float(a, b, c, a * 2, b / 2) + host_float(1, 2, 3, 4, 5);
}

float root(float a)
{
    return __builtin_fabsf(a) < 1e10f ? -a : a + 1;
}

double fold_doubles(double (*f)(double, float), const float *values, size_t count)
{
    double sum = 1;
    for (size_t i = 0; i < count; i++) {
        sum = f(sum, values[i]);
    }
    return sum;
}

uint32_t classify(double a)
{
    union {
        double number;
        uint64_t bits;
    } u = {a};
    uint32_t exponent = u.bits >> 52 & 0x7ff;
    return exponent << 3 | (u.bits >> 63 ? 4 : 0) | (a < 0 ? 2 : 0) | (a == 0 ? 1 : 0);
}

float filter(float *state, float sample)
{
    float out = 0.2f * sample + 0.3f * state[0] + 0.5f * state[1];
    state[1] = state[0];
    state[0] = sample;
    return out;
}

void rotate(float *matrix, const float *vector, float *out)
{
    for (int i = 0; i < 3; i++) {
        float sum = 0;
        for (int j = 0; j < 3; j++) {
            sum += matrix[3 * i + j] * vector[j];
        }
        out[i] = sum;
    }
}
