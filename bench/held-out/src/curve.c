/* Key agreement on Curve25519 (RFC 7748): arithmetic modulo 2^255 - 19 in eight
 * words of 32 bits, the Montgomery ladder without branches on secrets. */
#include "../../src/bench.h"

enum { WORDS = 8 };

typedef struct { uint32_t w[WORDS]; } field;

static const field one = { { 1 } };

/* r = a + b, reduced to below 2^256. */
KERNEL void field_add(field *r, const field *a, const field *b)
{
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)a->w[i] + b->w[i];
        r->w[i] = (uint32_t)carry;
        carry >>= 32;
    }
    carry *= 38; /* 2^256 = 38 */
    for (int i = 0; i < WORDS; i++) {
        carry += r->w[i];
        r->w[i] = (uint32_t)carry;
        carry >>= 32;
    }
    r->w[0] += (uint32_t)carry * 38;
}

/* r = a - b, likewise. */
KERNEL void field_sub(field *r, const field *a, const field *b)
{
    int64_t borrow = 0;
    for (int i = 0; i < WORDS; i++) {
        borrow += (int64_t)a->w[i] - b->w[i];
        r->w[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    borrow *= 38;
    for (int i = 0; i < WORDS; i++) {
        borrow += r->w[i];
        r->w[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    r->w[0] += (uint32_t)borrow * 38;
}

/* The lower half and 38 times the upper one. */
static void reduce(field *r, const uint32_t product[2 * WORDS])
{
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)product[WORDS + i] * 38 + product[i];
        r->w[i] = (uint32_t)carry;
        carry >>= 32;
    }
    carry *= 38;
    for (int i = 0; i < WORDS; i++) {
        carry += r->w[i];
        r->w[i] = (uint32_t)carry;
        carry >>= 32;
    }
    r->w[0] += (uint32_t)carry * 38;
}

KERNEL void field_mul(field *r, const field *a, const field *b)
{
    uint32_t product[2 * WORDS] = { 0 };
    for (int i = 0; i < WORDS; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < WORDS; j++) {
            carry += (uint64_t)a->w[i] * b->w[j] + product[i + j];
            product[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        product[i + WORDS] = (uint32_t)carry;
    }
    reduce(r, product);
}

KERNEL void field_small(field *r, const field *a, uint32_t factor)
{
    uint32_t product[2 * WORDS] = { 0 };
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)a->w[i] * factor;
        product[i] = (uint32_t)carry;
        carry >>= 32;
    }
    product[WORDS] = (uint32_t)carry;
    reduce(r, product);
}

static void field_square(field *r, const field *a) { field_mul(r, a, a); }

/* r = a ^ (p - 2): all bits of the exponent are set but those of 2 and 4. */
KERNEL void field_invert(field *r, const field *a)
{
    field power = *a;
    for (int bit = 253; bit >= 0; bit--) {
        field_square(&power, &power);
        if (bit != 2 && bit != 4)
            field_mul(&power, &power, a);
    }
    *r = power;
}

/* The least representative. */
KERNEL void field_normalise(field *r)
{
    for (int twice = 0; twice < 2; twice++) {
        uint64_t carry = (uint64_t)(r->w[WORDS - 1] >> 31) * 19;
        r->w[WORDS - 1] &= 0x7fffffff;
        for (int i = 0; i < WORDS; i++) {
            carry += r->w[i];
            r->w[i] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    field less;
    uint64_t carry = 19;
    for (int i = 0; i < WORDS; i++) {
        carry += r->w[i];
        less.w[i] = (uint32_t)carry;
        carry >>= 32;
    }
    uint32_t mask = 0u - (less.w[WORDS - 1] >> 31);
    less.w[WORDS - 1] &= 0x7fffffff;
    for (int i = 0; i < WORDS; i++)
        r->w[i] = (r->w[i] & ~mask) | (less.w[i] & mask);
}

static void swap_if(field *a, field *b, uint32_t condition)
{
    uint32_t mask = 0u - condition;
    for (int i = 0; i < WORDS; i++) {
        uint32_t differ = (a->w[i] ^ b->w[i]) & mask;
        a->w[i] ^= differ;
        b->w[i] ^= differ;
    }
}

struct point { field x, z; };

/* p = 2 p, q = p + q, where base is the difference. */
KERNEL void ladder_step(struct point *p, struct point *q, const field *base)
{
    field a, aa, b, bb, e, da, cb, t;
    field_add(&a, &p->x, &p->z);
    field_square(&aa, &a);
    field_sub(&b, &p->x, &p->z);
    field_square(&bb, &b);
    field_sub(&e, &aa, &bb);
    field_sub(&t, &q->x, &q->z);
    field_mul(&da, &t, &a);
    field_add(&t, &q->x, &q->z);
    field_mul(&cb, &t, &b);
    field_add(&t, &da, &cb);
    field_square(&q->x, &t);
    field_sub(&t, &da, &cb);
    field_square(&t, &t);
    field_mul(&q->z, &t, base);
    field_mul(&p->x, &aa, &bb);
    field_small(&t, &e, 121665);
    field_add(&t, &t, &aa);
    field_mul(&p->z, &e, &t);
}

KERNEL void x25519(uint8_t out[32], const uint8_t scalar[32], const uint8_t u[32])
{
    uint8_t k[32];
    field base;
    for (int i = 0; i < 32; i++)
        k[i] = scalar[i];
    k[0] &= 248;
    k[31] = (uint8_t)((k[31] & 127) | 64);
    for (int i = 0; i < WORDS; i++) {
        base.w[i] = (uint32_t)u[4 * i] | (uint32_t)u[4 * i + 1] << 8 | (uint32_t)u[4 * i + 2] << 16
            | (uint32_t)u[4 * i + 3] << 24;
    }
    base.w[WORDS - 1] &= 0x7fffffff;

    struct point p = { one, { { 0 } } }, q = { base, one };
    uint32_t swapped = 0;
    for (int bit = 254; bit >= 0; bit--) {
        uint32_t set = k[bit >> 3] >> (bit & 7) & 1;
        swap_if(&p.x, &q.x, swapped ^ set);
        swap_if(&p.z, &q.z, swapped ^ set);
        swapped = set;
        ladder_step(&p, &q, &base);
    }
    swap_if(&p.x, &q.x, swapped);
    swap_if(&p.z, &q.z, swapped);
    field_invert(&p.z, &p.z);
    field_mul(&p.x, &p.x, &p.z);
    field_normalise(&p.x);
    for (int i = 0; i < 32; i++)
        out[i] = (uint8_t)(p.x.w[i / 4] >> 8 * (i % 4));
}

ENTRY(bench_curve)
{
    /* The iteration of RFC 7748, 5.2: after one step 422c8e7a6227d7bc... */
    uint8_t k[32] = { 9 }, u[32] = { 9 }, r[32];
    uint32_t result = 0;
    x25519(r, k, u);
    for (int i = 0; i < 32; i++)
        result = result * 31 + r[i];
    return result;
}
