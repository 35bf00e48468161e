/* Floats: a Kalman filter of position, velocity and bias with its matrices, a
 * complementary filter of orientation with quaternions, polynomials for sine,
 * exponential and logarithm, a fit by least squares in double precision. */
#include "bench.h"

enum { N = 3, M = 2 };

typedef float matrix[N][N];

struct kalman {
    float x[N];
    matrix p;
    float q[N], r[M];
};

static inline float absolute(float v) { return v < 0 ? -v : v; }

static inline uint32_t bits(float v)
{
    union { float f; uint32_t u; } u = { v };
    return u.u;
}

/* By Newton's steps, so that all cores round alike. */
KERNEL float square_root(float v)
{
    union { float f; uint32_t u; } u = { v };
    if (!(v > 0))
        return 0;
    u.u = (u.u >> 1) + 0x1fbd1df5;
    for (int i = 0; i < 3; i++)
        u.f = 0.5f * (u.f + v / u.f);
    return u.f;
}

KERNEL float sine(float x)
{
    const float turns = x * 0.15915494f;
    int32_t whole = (int32_t)(turns + (turns < 0 ? -0.5f : 0.5f));
    x -= (float)whole * 6.2831855f;
    if (x > 1.5707964f)
        x = 3.1415927f - x;
    else if (x < -1.5707964f)
        x = -3.1415927f - x;
    float s = x * x;
    return x * (1 + s * (-0.16666667f + s * (0.008333331f + s * (-0.00019840874f + s * 2.7525562e-6f))));
}

KERNEL float exponential(float x)
{
    float n = x * 1.442695f;
    int32_t whole = (int32_t)(n + (n < 0 ? -0.5f : 0.5f));
    if (whole < -126 || whole > 127)
        return whole < 0 ? 0 : 3.4e38f;
    float f = x - (float)whole * 0.6931472f;
    float r = 1 + f * (1 + f * (0.5f + f * (0.16666667f + f * (0.041666668f + f * 0.008333334f))));
    union { uint32_t u; float f; } scale = { (uint32_t)(whole + 127) << 23 };
    return r * scale.f;
}

KERNEL float logarithm(float v)
{
    union { float f; uint32_t u; } u = { v };
    int32_t exponent = (int32_t)(u.u >> 23) - 127;
    u.u = (u.u & 0x7fffff) | 0x3f800000;
    if (u.f > 1.4142135f) {
        u.f *= 0.5f;
        exponent++;
    }
    float z = (u.f - 1) / (u.f + 1), s = z * z;
    return (float)exponent * 0.6931472f + 2 * z * (1 + s * (0.33333334f + s * (0.2f + s * 0.14285715f)));
}

KERNEL void multiply(matrix out, const matrix a, const matrix b)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            float sum = 0;
            for (int k = 0; k < N; k++)
                sum += a[i][k] * b[k][j];
            out[i][j] = sum;
        }
}

/* x = F x, P = F P F' + Q, with F for a step of dt. */
KERNEL void predict(struct kalman *k, float acceleration, float dt)
{
    const matrix f = { { 1, dt, -0.5f * dt * dt }, { 0, 1, -dt }, { 0, 0, 1 } };
    matrix transposed, t;
    float a = acceleration - k->x[2];
    k->x[0] += dt * k->x[1] + 0.5f * dt * dt * a;
    k->x[1] += dt * a;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            transposed[i][j] = f[j][i];
    multiply(t, f, k->p);
    multiply(k->p, t, transposed);
    for (int i = 0; i < N; i++)
        k->p[i][i] += k->q[i] * dt;
}

/* Measurements of position and velocity, with the gain by a 2 by 2 inverse. */
KERNEL float update(struct kalman *k, const float *z)
{
    float y[M] = { z[0] - k->x[0], z[1] - k->x[1] };
    float a = k->p[0][0] + k->r[0], b = k->p[0][1], c = k->p[1][0], d = k->p[1][1] + k->r[1];
    float determinant = a * d - b * c;
    if (absolute(determinant) < 1e-12f)
        return 0;
    float scale = 1 / determinant;
    float inverse[M][M] = { { d * scale, -b * scale }, { -c * scale, a * scale } };
    float gain[N][M];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < M; j++)
            gain[i][j] = k->p[i][0] * inverse[0][j] + k->p[i][1] * inverse[1][j];
    matrix p;
    for (int i = 0; i < N; i++) {
        k->x[i] += gain[i][0] * y[0] + gain[i][1] * y[1];
        for (int j = 0; j < N; j++)
            p[i][j] = k->p[i][j] - gain[i][0] * k->p[0][j] - gain[i][1] * k->p[1][j];
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            k->p[i][j] = 0.5f * (p[i][j] + p[j][i]);
    return y[0] * (inverse[0][0] * y[0] + inverse[0][1] * y[1])
        + y[1] * (inverse[1][0] * y[0] + inverse[1][1] * y[1]);
}

struct quaternion { float w, x, y, z; };

KERNEL void rotate(struct quaternion *q, const float *gyro, const float *down, float dt)
{
    /* The direction of gravity by the estimate, and the error against it. */
    float vx = 2 * (q->x * q->z - q->w * q->y), vy = 2 * (q->w * q->x + q->y * q->z);
    float vz = q->w * q->w - q->x * q->x - q->y * q->y + q->z * q->z;
    float norm = 1 / square_root(down[0] * down[0] + down[1] * down[1] + down[2] * down[2]);
    float ax = down[0] * norm, ay = down[1] * norm, az = down[2] * norm;
    float gx = gyro[0] + 0.4f * (ay * vz - az * vy);
    float gy = gyro[1] + 0.4f * (az * vx - ax * vz);
    float gz = gyro[2] + 0.4f * (ax * vy - ay * vx);
    float h = 0.5f * dt;
    struct quaternion d = {
        -q->x * gx - q->y * gy - q->z * gz, q->w * gx + q->y * gz - q->z * gy,
        q->w * gy - q->x * gz + q->z * gx, q->w * gz + q->x * gy - q->y * gx,
    };
    q->w += d.w * h;
    q->x += d.x * h;
    q->y += d.y * h;
    q->z += d.z * h;
    norm = 1 / square_root(q->w * q->w + q->x * q->x + q->y * q->y + q->z * q->z);
    q->w *= norm;
    q->x *= norm;
    q->y *= norm;
    q->z *= norm;
}

/* Fits y = a + b x + c x^2; returns the values in thousandths. */
KERNEL void fit(const float *xs, const float *ys, int n, int32_t *out)
{
    double m[3][4] = { { 0 } };
    for (int i = 0; i < n; i++) {
        double power[3] = { 1, xs[i], (double)xs[i] * xs[i] };
        for (int r = 0; r < 3; r++) {
            for (int c = 0; c < 3; c++)
                m[r][c] += power[r] * power[c];
            m[r][3] += power[r] * ys[i];
        }
    }
    for (int r = 0; r < 3; r++) {
        double scale = 1 / m[r][r];
        for (int c = r; c < 4; c++)
            m[r][c] *= scale;
        for (int other = 0; other < 3; other++) {
            if (other == r)
                continue;
            double factor = m[other][r];
            for (int c = r; c < 4; c++)
                m[other][c] -= factor * m[r][c];
        }
    }
    for (int r = 0; r < 3; r++)
        out[r] = (int32_t)(m[r][3] * 1000);
}

static float times[24], values[24];

ENTRY(bench_kalman)
{
    struct kalman k = { { 0, 0, 0 }, { { 10, 0, 0 }, { 0, 10, 0 }, { 0, 0, 1 } },
        { 0.01f, 0.1f, 0.001f }, { 2.5f, 0.8f } };
    struct quaternion q = { 1, 0, 0, 0 };
    uint32_t seed = 8086, result = 0;
    float position = 0, velocity = 0;
    for (int i = 0; i < 60; i++) {
        float t = (float)i * 0.05f, a = 2 * sine(t * 1.7f);
        float noise = (float)((int32_t)next_random(&seed) >> 20) * (1.0f / 1024);
        position += velocity * 0.05f;
        velocity += a * 0.05f;
        predict(&k, a + 0.3f + noise * 0.1f, 0.05f);
        if (i % 3 == 0) {
            float z[M] = { position + noise, velocity - noise * 0.5f };
            float surprise = update(&k, z);
            result = result * 31 + bits(logarithm(1 + surprise));
        }
        float gyro[3] = { 0.3f * a, 0.2f - noise * 0.05f, sine(t) };
        float down[3] = { noise * 0.1f, sine(t * 0.5f), 1 + a * 0.1f };
        rotate(&q, gyro, down, 0.05f);
        result = result * 31 + bits(k.x[0]) + bits(k.x[2]);
        result ^= bits(q.w) + bits(q.x) * 3 + bits(q.y) * 5 + bits(q.z) * 7;
        if (i < 24) {
            times[i] = t;
            values[i] = exponential(-t) * 5 + k.x[0];
        }
    }
    int32_t coefficients[3];
    fit(times, values, 24, coefficients);
    for (int i = 0; i < 3; i++)
        result = result * 31 + (uint32_t)coefficients[i];
    return result;
}
