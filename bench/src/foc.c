/* Field-oriented control of a permanent-magnet motor in fixed point: Clarke
 * and Park transforms, current and speed controllers, space-vector modulation,
 * a sliding-mode observer with a phase-locked loop, sine by table and CORDIC,
 * closed over a model of the motor. */
#include "bench.h"

typedef int16_t q15;

struct ab { q15 a, b; };
struct dq { q15 d, q; };
struct phases { q15 a, b, c; };

struct pi { int32_t kp, ki; int32_t integral, limit; uint8_t shift; };

struct observer { int32_t ia, ib, ea, eb; int32_t speed; uint16_t angle; struct pi loop; };

struct motor { int32_t id, iq; int32_t speed; uint32_t angle; int32_t load; };

struct control {
    struct pi speed, d, q;
    struct observer observer;
    struct phases duty;
    q15 wanted;
    uint8_t sector, fault;
};

/* A quarter of a sine wave in Q15. */
static const q15 quarter[65] = {
    0, 804, 1608, 2410, 3212, 4011, 4808, 5602, 6393, 7179, 7962, 8739, 9512, 10278, 11039, 11793,
    12539, 13279, 14010, 14732, 15446, 16151, 16846, 17530, 18204, 18868, 19519, 20159, 20787,
    21403, 22005, 22594, 23170, 23731, 24279, 24811, 25329, 25832, 26319, 26790, 27245, 27683,
    28105, 28510, 28898, 29268, 29621, 29956, 30273, 30571, 30852, 31113, 31356, 31580, 31785,
    31971, 32137, 32285, 32412, 32521, 32609, 32678, 32728, 32757, 32767,
};

static const uint16_t arctangents[14] = {
    8192, 4836, 2555, 1297, 651, 326, 163, 81, 41, 20, 10, 5, 3, 1,
};

static inline q15 saturate(int32_t v)
{
    return (q15)(v > 32767 ? 32767 : v < -32767 ? -32767 : v);
}

static inline int32_t clamp(int32_t v, int32_t limit)
{
    return v > limit ? limit : v < -limit ? -limit : v;
}

/* The sine of an angle of which 65536 are a turn, by linear interpolation. */
KERNEL q15 sine(uint16_t angle)
{
    uint32_t within = angle & 0x3fff;
    if (angle & 0x4000)
        within = 0x4000 - within;
    uint32_t at = within >> 8, rest = within & 255;
    int32_t v = quarter[at];
    if (rest)
        v += (quarter[at + 1] - v) * (int32_t)rest >> 8;
    return (q15)(angle & 0x8000 ? -v : v);
}

static inline q15 cosine(uint16_t angle)
{
    return sine((uint16_t)(angle + 0x4000));
}

/* The angle of a vector, by rotations. */
KERNEL uint16_t angle_of(int32_t x, int32_t y)
{
    uint16_t angle = 0;
    if (x < 0) {
        x = -x;
        y = -y;
        angle = 0x8000;
    }
    for (int i = 0; i < 14; i++) {
        int32_t dx = y >> i, dy = x >> i;
        if (y > 0) {
            x += dx;
            y -= dy;
            angle = (uint16_t)(angle + arctangents[i]);
        } else {
            x -= dx;
            y += dy;
            angle = (uint16_t)(angle - arctangents[i]);
        }
    }
    return angle;
}

KERNEL uint32_t square_root(uint32_t v)
{
    uint32_t root = 0;
    for (uint32_t bit = 1u << 30; bit; bit >>= 2) {
        if (v >= root + bit) {
            v -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return root;
}

/* 18919 is 1 / sqrt(3) in Q15. */
static struct ab clarke(q15 a, q15 b)
{
    return (struct ab){ a, saturate((18919 * (a + 2 * b)) >> 15) };
}

static struct dq park(struct ab v, q15 sin, q15 cos)
{
    return (struct dq){ saturate((v.a * cos + v.b * sin) >> 15),
        saturate((v.b * cos - v.a * sin) >> 15) };
}

static struct ab park_back(struct dq v, q15 sin, q15 cos)
{
    return (struct ab){ saturate((v.d * cos - v.q * sin) >> 15),
        saturate((v.d * sin + v.q * cos) >> 15) };
}

KERNEL q15 pi_step(struct pi *p, int32_t error)
{
    int32_t proportional = p->kp * error >> p->shift;
    int32_t integral = p->integral + (p->ki * error >> p->shift);
    int32_t out = clamp(proportional + (integral >> 6), p->limit);
    /* The integral moves only if it does not drive the output further out. */
    if (out == proportional + (integral >> 6) || (integral ^ error) < 0)
        p->integral = clamp(integral, p->limit << 6);
    return (q15)out;
}

/* The share of a period that each phase is on; returns the sector. */
KERNEL uint8_t modulate(struct ab v, struct phases *duty)
{
    int32_t x = v.b, y = (28378 * v.a - 16384 * v.b) >> 15, z = -x - y;
    uint8_t sector = (uint8_t)((x > 0) | (y > 0) << 1 | (z > 0) << 2);
    int32_t first, second, zero;
    switch (sector) {
    case 1: first = -z; second = -y; break;
    case 2: first = -x; second = -z; break;
    case 3: first = y; second = x; break;
    case 4: first = -y; second = -x; break;
    case 5: first = x; second = z; break;
    case 6: first = z; second = y; break;
    default: duty->a = duty->b = duty->c = 16384; return sector;
    }
    if (first + second > 32767) {
        int32_t sum = first + second;
        first = first * 32767 / sum;
        second = 32767 - first;
    }
    zero = (32767 - first - second) >> 1;
    q15 low = (q15)zero, middle = (q15)(zero + first), high = (q15)(zero + first + second);
    switch (sector) {
    case 1: *duty = (struct phases){ low, high, middle }; break;
    case 2: *duty = (struct phases){ middle, low, high }; break;
    case 3: *duty = (struct phases){ high, middle, low }; break;
    case 4: *duty = (struct phases){ low, middle, high }; break;
    case 5: *duty = (struct phases){ middle, high, low }; break;
    default: *duty = (struct phases){ high, low, middle }; break;
    }
    return sector;
}

/* Estimates the back EMF from voltage and current, and follows its angle. */
KERNEL void observe(struct observer *o, struct ab voltage, struct ab current)
{
    int32_t da = o->ia - current.a, db = o->ib - current.b;
    int32_t slide_a = clamp(da * 12, 8000), slide_b = clamp(db * 12, 8000);
    o->ia += (voltage.a - o->ea - slide_a - (o->ia >> 2)) >> 3;
    o->ib += (voltage.b - o->eb - slide_b - (o->ib >> 2)) >> 3;
    o->ea += (slide_a - o->ea) >> 2;
    o->eb += (slide_b - o->eb) >> 2;
    uint16_t seen = angle_of(o->eb, -o->ea);
    o->speed = pi_step(&o->loop, (int16_t)(seen - o->angle) >> 2);
    o->angle = (uint16_t)(o->angle + o->speed);
}

KERNEL void control_step(struct control *c, struct motor *m, uint32_t tick)
{
    uint16_t angle = (uint16_t)(m->angle >> 8);
    q15 sin = sine(angle), cos = cosine(angle);
    struct ab measured = park_back((struct dq){ saturate(m->id), saturate(m->iq) }, sin, cos);
    struct ab current = clarke(measured.a, saturate((-measured.a + (28378 * measured.b >> 14)) >> 1));
    struct dq rotating = park(current, sin, cos);
    uint32_t magnitude = square_root((uint32_t)(rotating.d * rotating.d + rotating.q * rotating.q));
    c->fault = magnitude > 30000;
    if (tick % 10 == 0)
        c->wanted = pi_step(&c->speed, ((tick / 200 & 1 ? 900 : 400) << 2) - m->speed);
    struct dq drive = {
        pi_step(&c->d, -rotating.d),
        pi_step(&c->q, c->wanted - rotating.q),
    };
    struct ab voltage = park_back(drive, sin, cos);
    c->sector = modulate(voltage, &c->duty);
    observe(&c->observer, voltage, current);
    m->id += (drive.d - (m->id >> 1) + (m->iq * m->speed >> 14)) >> 4;
    m->iq += (drive.q - (m->iq >> 1) - (m->id * m->speed >> 14) - (m->speed << 1)) >> 4;
    m->speed += (m->iq - m->load - (m->speed >> 4)) >> 7;
    m->angle += (uint32_t)m->speed << 5;
}

ENTRY(bench_foc)
{
    struct motor motor = { 0, 0, 0, 0, 300 };
    struct control control = {
        .speed = { 700, 50, 0, 20000, 6 },
        .d = { 300, 900, 0, 30000, 7 },
        .q = { 300, 900, 0, 30000, 7 },
        .observer = { .loop = { 40, 300, 0, 4000, 6 } },
    };
    uint32_t result = 0;
    for (uint32_t tick = 0; tick < 500; tick++) {
        if (tick == 350)
            motor.load = 1500;
        control_step(&control, &motor, tick);
        result = result * 31 + (uint16_t)control.duty.a;
        result = result * 31 + (uint16_t)control.duty.b;
        result = result * 31 + (uint16_t)control.duty.c;
        result ^= (uint32_t)motor.speed + control.observer.angle + control.sector + control.fault;
    }
    return result;
}
