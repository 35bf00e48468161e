/* Filters of a sensor front end, in fixed point: a cascade of biquads with
 * 64-bit accumulators, a 16-bit notch with noise shaping, a one-pole low pass,
 * a CIC decimator, a median of five, an envelope with attack and release. */
#include "bench.h"

enum { SAMPLES = 400, STAGES = 4, DECIMATION = 8 };

struct biquad {
    int32_t b0, b1, b2, a1, a2; /* Q2.30; the signs of a1, a2 are those of the recursion */
    int32_t x1, x2, y1, y2;
};

struct notch { int16_t b0, b1, a1, a2; int16_t x1, x2, y1, y2; int32_t rest; };
struct cic { uint32_t integrator[3], comb[3]; uint32_t phase; };
struct median { int32_t window[5]; uint32_t at; };
struct envelope { int32_t level; int32_t attack, release; };

static struct biquad cascade[STAGES];
static int32_t signal[SAMPLES], filtered[SAMPLES];

/* Butterworth sections of a low pass at an eighth of the sample rate. */
static const int32_t sections[STAGES][5] = {
    { 92851491, 185702982, 92851491, 896653313, -194317453 },
    { 99025194, 198050389, 99025194, 956271870, -278630823 },
    { 112895239, 225790479, 112895239, 1090212872, -468052005 },
    { 138183481, 276366962, 138183481, 1334417737, -813409838 },
};

static inline int32_t saturate(int64_t v)
{
    return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : (int32_t)v;
}

static inline int16_t saturate16(int32_t v)
{
    return (int16_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
}

KERNEL int32_t biquad_step(struct biquad *f, int32_t x)
{
    int64_t sum = (int64_t)f->b0 * x;
    sum += (int64_t)f->b1 * f->x1;
    sum += (int64_t)f->b2 * f->x2;
    sum += (int64_t)f->a1 * f->y1;
    sum += (int64_t)f->a2 * f->y2;
    int32_t y = saturate((sum + (1 << 29)) >> 30);
    f->x2 = f->x1;
    f->x1 = x;
    f->y2 = f->y1;
    f->y1 = y;
    return y;
}

KERNEL void biquad_block(struct biquad *f, uint32_t stages, int32_t *out, const int32_t *in,
    uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        int32_t v = in[i];
        for (uint32_t s = 0; s < stages; s++)
            v = biquad_step(&f[s], v);
        out[i] = v;
    }
}

KERNEL int16_t notch_step(struct notch *f, int16_t x)
{
    int32_t sum = f->rest;
    sum += f->b0 * (x + f->x2);
    sum += f->b1 * f->x1;
    sum += f->a1 * f->y1;
    sum += f->a2 * f->y2;
    int16_t y = saturate16(sum >> 14);
    f->rest = sum & 0x3fff;
    f->x2 = f->x1;
    f->x1 = x;
    f->y2 = f->y1;
    f->y1 = y;
    return y;
}

KERNEL int cic_step(struct cic *c, int32_t x, int32_t *out)
{
    c->integrator[0] += (uint32_t)x;
    c->integrator[1] += c->integrator[0];
    c->integrator[2] += c->integrator[1];
    if (++c->phase < DECIMATION)
        return 0;
    c->phase = 0;
    uint32_t v = c->integrator[2];
    for (int i = 0; i < 3; i++) {
        uint32_t last = c->comb[i];
        c->comb[i] = v;
        v -= last;
    }
    *out = (int32_t)v >> 9;
    return 1;
}

KERNEL int32_t median_step(struct median *m, int32_t x)
{
    int32_t sorted[5];
    m->window[m->at] = x;
    m->at = m->at == 4 ? 0 : m->at + 1;
    for (int i = 0; i < 5; i++) {
        int32_t v = m->window[i];
        int j = i;
        for (; j > 0 && sorted[j - 1] > v; j--)
            sorted[j] = sorted[j - 1];
        sorted[j] = v;
    }
    return sorted[2];
}

KERNEL int32_t envelope_step(struct envelope *e, int32_t x)
{
    int32_t magnitude = x < 0 ? ~x : x;
    int32_t rate = magnitude > e->level ? e->attack : e->release;
    e->level += (int32_t)((int64_t)rate * (magnitude - e->level) >> 31);
    return e->level;
}

KERNEL void make_signal(uint32_t *seed)
{
    int32_t phase = 0, step = 0x01200000;
    for (uint32_t i = 0; i < SAMPLES; i++) {
        int32_t triangle = phase ^ phase >> 31;
        int32_t noise = (int32_t)next_random(seed) >> 6;
        signal[i] = (triangle - 0x40000000) / 3 + noise;
        phase = (int32_t)((uint32_t)phase + (uint32_t)step);
        step += 0x4000;
        if (i % 53 == 17)
            signal[i] = i & 1 ? INT32_MAX : INT32_MIN;
    }
}

ENTRY(bench_biquad)
{
    uint32_t seed = 4711, result = 0;
    struct notch notch = { 0x3d71, -0x6a09, 0x6a09, -0x3ae1, 0, 0, 0, 0, 0 };
    struct cic cic = { { 0 }, { 0 }, 0 };
    struct median median = { { 0 }, 0 };
    struct envelope envelope = { 0, 0x20000000, 0x01000000 };
    make_signal(&seed);
    for (int s = 0; s < STAGES; s++) {
        const int32_t *c = sections[s];
        cascade[s] = (struct biquad){ c[0], c[1], c[2], c[3], c[4], 0, 0, 0, 0 };
    }
    biquad_block(cascade, STAGES, filtered, signal, SAMPLES);
    for (uint32_t i = 0; i < SAMPLES; i++) {
        int32_t clean = median_step(&median, signal[i]);
        int16_t y = notch_step(&notch, (int16_t)(clean >> 17));
        int32_t slow;
        result = result * 33 + (uint32_t)filtered[i] + (uint16_t)y;
        result ^= (uint32_t)envelope_step(&envelope, filtered[i]);
        if (cic_step(&cic, clean >> 16, &slow))
            result = result * 7 + (uint32_t)slow;
    }
    return result;
}
