/* Orientation without floats: integer square roots, CORDIC in Q16, rotation
 * matrices in Q14, a complementary filter of gyroscope, accelerometer and
 * compass, calibration of an ellipse, a step counter, projection of a model. */
#include "../../src/bench.h"

typedef int32_t q16;

struct vector { int16_t x, y, z; };
struct matrix { int16_t m[3][3]; }; /* Q14 */

struct sample { struct vector gyro, acc, mag; };

struct attitude {
    int32_t roll, pitch, yaw; /* 2^32 is a turn */
    uint16_t weight;          /* of the accelerometer, Q16 */
    uint8_t settled;
};

struct calibration { int16_t low[3], high[3]; uint16_t count; };

struct steps { int32_t mean, previous; uint16_t since, count; int8_t rising; };

static const int32_t arctangents[16] = { /* of 2^-i, 2^32 is a turn */
    536870912, 316933406, 167458907, 85004756, 42667331, 21354465, 10679838, 5340245,
    2670163, 1335087, 667544, 333772, 166886, 83443, 41722, 20861,
};

KERNEL uint32_t square_root(uint32_t v)
{
    uint32_t root = 0, bit = 1u << 30;
    while (bit > v)
        bit >>= 2;
    while (bit) {
        if (v >= root + bit) {
            v -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
        bit >>= 2;
    }
    return root;
}

/* The angle of (x, y); its length in *length if that is wanted. */
KERNEL int32_t cordic_vector(int32_t x, int32_t y, int32_t *length)
{
    uint32_t angle = 0;
    if (x < 0) {
        x = -x;
        y = -y;
        angle = 0x80000000;
    }
    for (int i = 0; i < 16; i++) {
        int32_t dx = x >> i, dy = y >> i;
        if (y > 0) {
            x += dy;
            y -= dx;
            angle += (uint32_t)arctangents[i];
        } else {
            x -= dy;
            y += dx;
            angle -= (uint32_t)arctangents[i];
        }
    }
    if (length)
        *length = (int32_t)((int64_t)x * 39797 >> 16);
    return (int32_t)angle;
}

/* Sine and cosine in Q14. */
KERNEL void cordic_rotate(int32_t angle, int32_t *sine, int32_t *cosine)
{
    int32_t x = 39797 << 6, y = 0, negate = 0;
    if (angle > 0x40000000 || angle < -0x40000000) {
        angle = (int32_t)((uint32_t)angle + 0x80000000);
        negate = 1;
    }
    for (int i = 0; i < 16; i++) {
        int32_t dx = x >> i, dy = y >> i;
        if (angle >= 0) {
            x -= dy;
            y += dx;
            angle -= arctangents[i];
        } else {
            x += dy;
            y -= dx;
            angle += arctangents[i];
        }
    }
    x = (x + 128) >> 8;
    y = (y + 128) >> 8;
    *cosine = negate ? -x : x;
    *sine = negate ? -y : y;
}

KERNEL void rotation(struct matrix *r, const struct attitude *a)
{
    int32_t sr, cr, sp, cp, sy, cy;
    cordic_rotate(a->roll, &sr, &cr);
    cordic_rotate(a->pitch, &sp, &cp);
    cordic_rotate(a->yaw, &sy, &cy);
    int32_t srsp = sr * sp >> 14, crsp = cr * sp >> 14;
    r->m[0][0] = (int16_t)(cp * cy >> 14);
    r->m[0][1] = (int16_t)((srsp * cy - cr * sy) >> 14);
    r->m[0][2] = (int16_t)((crsp * cy + sr * sy) >> 14);
    r->m[1][0] = (int16_t)(cp * sy >> 14);
    r->m[1][1] = (int16_t)((srsp * sy + cr * cy) >> 14);
    r->m[1][2] = (int16_t)((crsp * sy - sr * cy) >> 14);
    r->m[2][0] = (int16_t)-sp;
    r->m[2][1] = (int16_t)(sr * cp >> 14);
    r->m[2][2] = (int16_t)(cr * cp >> 14);
}

KERNEL struct vector transform(const struct matrix *r, struct vector v)
{
    int32_t out[3];
    for (int i = 0; i < 3; i++)
        out[i] = (r->m[i][0] * v.x + r->m[i][1] * v.y + r->m[i][2] * v.z + (1 << 13)) >> 14;
    return (struct vector){ (int16_t)out[0], (int16_t)out[1], (int16_t)out[2] };
}

KERNEL void calibrate(struct calibration *c, struct vector *v)
{
    int16_t *axis[3] = { &v->x, &v->y, &v->z };
    int32_t widest = 1;
    for (int i = 0; i < 3; i++) {
        if (!c->count || *axis[i] < c->low[i])
            c->low[i] = *axis[i];
        if (!c->count || *axis[i] > c->high[i])
            c->high[i] = *axis[i];
        if (c->high[i] - c->low[i] > widest)
            widest = c->high[i] - c->low[i];
    }
    if (c->count < 50) {
        c->count++;
        return;
    }
    for (int i = 0; i < 3; i++) {
        int32_t width = c->high[i] - c->low[i];
        int32_t centred = *axis[i] - (c->high[i] + c->low[i]) / 2;
        *axis[i] = (int16_t)(centred * widest / (width ? width : 1));
    }
}

static int32_t weighted(int32_t from, int32_t to, uint16_t weight)
{
    int32_t difference = (int32_t)((uint32_t)to - (uint32_t)from);
    return (int32_t)((uint32_t)from + (uint32_t)((int64_t)difference * weight >> 16));
}

KERNEL void update(struct attitude *a, const struct sample *s)
{
    int32_t horizontal, sr, cr, sp, cp;
    /* 2000 degrees a second at full scale, 100 samples a second */
    a->roll = (int32_t)((uint32_t)a->roll + (uint32_t)(s->gyro.x * 7282));
    a->pitch = (int32_t)((uint32_t)a->pitch + (uint32_t)(s->gyro.y * 7282));
    a->yaw = (int32_t)((uint32_t)a->yaw + (uint32_t)(s->gyro.z * 7282));

    uint32_t norm = square_root((uint32_t)(s->acc.x * s->acc.x + s->acc.y * s->acc.y + s->acc.z * s->acc.z));
    if (norm > 3300 && norm < 4900) { /* near 1 g: what is measured is gravity */
        uint16_t weight = a->settled ? a->weight : 32768;
        int32_t roll = cordic_vector(s->acc.z * 256, s->acc.y * 256, &horizontal);
        int32_t pitch = cordic_vector(horizontal, -s->acc.x * 256, NULL);
        a->roll = weighted(a->roll, roll, weight);
        a->pitch = weighted(a->pitch, pitch, weight);
        if (a->settled < 20)
            a->settled++;
    }
    cordic_rotate(a->roll, &sr, &cr);
    cordic_rotate(a->pitch, &sp, &cp);
    int32_t across = (s->mag.z * sr - s->mag.y * cr) >> 6;
    int32_t along = (s->mag.x * cp + ((s->mag.y * sr + s->mag.z * cr) >> 14) * sp) >> 6;
    a->yaw = weighted(a->yaw, cordic_vector(along, across, NULL), (uint16_t)(a->weight * 2));
}

KERNEL int step(struct steps *p, const struct vector *acc)
{
    int32_t size = (int32_t)square_root((uint32_t)(acc->x * acc->x + acc->y * acc->y + acc->z * acc->z));
    p->mean += (size * 256 - p->mean) / 32;
    int32_t change = size - (p->mean >> 8);
    p->since++;
    int found = 0;
    if (p->rising && change < p->previous) {
        p->rising = 0;
        if (p->previous > 200 && p->since > 8) {
            p->since = 0;
            p->count++;
            found = 1;
        }
    } else if (!p->rising && change > p->previous) {
        p->rising = 1;
    }
    p->previous = change;
    return found;
}

/* A wire model on a screen of 160 x 120, by perspective. */
KERNEL uint32_t project(const struct matrix *r, uint8_t (*screen)[2])
{
    uint32_t visible = 0;
    for (int i = 0; i < 8; i++) {
        struct vector corner = { i & 1 ? 600 : -600, i & 2 ? 400 : -400, i & 4 ? 500 : -500 };
        struct vector v = transform(r, corner);
        int32_t depth = v.z + 2000;
        int32_t x = 80 + v.x * 140 / depth, y = 60 - v.y * 140 / depth;
        if (x >= 0 && x < 160 && y >= 0 && y < 120) {
            screen[i][0] = (uint8_t)x;
            screen[i][1] = (uint8_t)y;
            visible |= 1u << i;
        }
    }
    return visible;
}

ENTRY(bench_attitude)
{
    struct attitude a = { .weight = 1300 };
    struct calibration c = { .count = 0 };
    struct steps p = { .mean = 4096 << 8 };
    struct matrix r;
    uint8_t screen[8][2] = { { 0 } };
    uint32_t seed = 1783, result = 0;
    int32_t sine, cosine;
    for (int i = 0; i < 150; i++) {
        uint32_t noise = next_random(&seed);
        cordic_rotate((int32_t)((uint32_t)i * 37000000u), &sine, &cosine);
        int16_t bounce = (int16_t)(i % 14 < 3 ? 700 : 0);
        struct sample s = {
            { (int16_t)(sine >> 7), (int16_t)(noise & 31), (int16_t)(cosine >> 8) },
            { (int16_t)(sine >> 3), (int16_t)(cosine >> 4), (int16_t)(4000 + bounce - (int16_t)(noise >> 5 & 63)) },
            { (int16_t)(200 + (cosine >> 5)), (int16_t)((sine >> 5) - 90), (int16_t)(300 - (int16_t)(noise >> 12 & 127)) },
        };
        calibrate(&c, &s.mag);
        update(&a, &s);
        result = result * 31 + (uint32_t)(a.roll >> 8) + (uint32_t)step(&p, &s.acc);
        result = result * 31 + (uint32_t)(a.pitch >> 8);
        result = result * 31 + (uint32_t)(a.yaw >> 8);
        if (i % 5 == 0) {
            rotation(&r, &a);
            result ^= project(&r, screen);
            for (int k = 0; k < 8; k++)
                result = result * 33 + screen[k][0] + ((uint32_t)screen[k][1] << 8);
        }
    }
    return result + p.count;
}
