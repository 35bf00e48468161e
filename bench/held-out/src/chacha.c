/* Authenticated encryption of packets: ChaCha20 and Poly1305 (RFC 8439), with a
 * window against replays, as a radio link uses them. */
#include "../../src/bench.h"

enum { KEY = 32, NONCE = 12, TAG = 16, PAYLOAD = 200 };

struct chacha {
    uint32_t state[16];
    uint8_t block[64];
    uint8_t used; /* bytes of the block that are gone */
};

struct poly {
    uint32_t r[5], h[5], pad[4]; /* limbs of 26 bits */
    uint8_t buffer[16];
    uint8_t left;
};

struct session {
    uint8_t key[KEY];
    uint64_t highest; /* greatest counter received */
    uint32_t window;  /* bit i: highest - i was received */
    uint16_t accepted, replayed, forged;
};

static uint32_t load32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void store32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
}

static inline uint32_t rotl(uint32_t x, int n) { return x << n | x >> (32 - n); }

/* --- ChaCha20 --- */

static inline void quarter(uint32_t *x, int a, int b, int c, int d)
{
    x[a] += x[b]; x[d] = rotl(x[d] ^ x[a], 16);
    x[c] += x[d]; x[b] = rotl(x[b] ^ x[c], 12);
    x[a] += x[b]; x[d] = rotl(x[d] ^ x[a], 8);
    x[c] += x[d]; x[b] = rotl(x[b] ^ x[c], 7);
}

KERNEL void chacha_init(struct chacha *c, const uint8_t *key, const uint8_t *nonce, uint32_t counter)
{
    static const uint32_t sigma[4] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
    for (int i = 0; i < 4; i++)
        c->state[i] = sigma[i];
    for (int i = 0; i < 8; i++)
        c->state[4 + i] = load32(key + 4 * i);
    c->state[12] = counter;
    for (int i = 0; i < 3; i++)
        c->state[13 + i] = load32(nonce + 4 * i);
    c->used = sizeof c->block;
}

KERNEL void chacha_block(struct chacha *c)
{
    uint32_t x[16];
    for (int i = 0; i < 16; i++)
        x[i] = c->state[i];
    for (int round = 0; round < 10; round++) {
        quarter(x, 0, 4, 8, 12);
        quarter(x, 1, 5, 9, 13);
        quarter(x, 2, 6, 10, 14);
        quarter(x, 3, 7, 11, 15);
        quarter(x, 0, 5, 10, 15);
        quarter(x, 1, 6, 11, 12);
        quarter(x, 2, 7, 8, 13);
        quarter(x, 3, 4, 9, 14);
    }
    for (int i = 0; i < 16; i++)
        store32(c->block + 4 * i, x[i] + c->state[i]);
    c->state[12]++;
    c->used = 0;
}

KERNEL void chacha_xor(struct chacha *c, uint8_t *data, uint32_t n)
{
    while (n--) {
        if (c->used == sizeof c->block)
            chacha_block(c);
        *data++ ^= c->block[c->used++];
    }
}

/* --- Poly1305 --- */

KERNEL void poly_init(struct poly *p, const uint8_t *key)
{
    p->r[0] = load32(key) & 0x3ffffff;
    p->r[1] = load32(key + 3) >> 2 & 0x3ffff03;
    p->r[2] = load32(key + 6) >> 4 & 0x3ffc0ff;
    p->r[3] = load32(key + 9) >> 6 & 0x3f03fff;
    p->r[4] = load32(key + 12) >> 8 & 0x00fffff;
    for (int i = 0; i < 5; i++)
        p->h[i] = 0;
    for (int i = 0; i < 4; i++)
        p->pad[i] = load32(key + 16 + 4 * i);
    p->left = 0;
}

KERNEL void poly_block(struct poly *p, const uint8_t *m, uint32_t high)
{
    uint32_t h0 = p->h[0] + (load32(m) & 0x3ffffff);
    uint32_t h1 = p->h[1] + (load32(m + 3) >> 2 & 0x3ffffff);
    uint32_t h2 = p->h[2] + (load32(m + 6) >> 4 & 0x3ffffff);
    uint32_t h3 = p->h[3] + (load32(m + 9) >> 6);
    uint32_t h4 = p->h[4] + (load32(m + 12) >> 8 | high);
    uint32_t r0 = p->r[0], r1 = p->r[1], r2 = p->r[2], r3 = p->r[3], r4 = p->r[4];
    uint32_t s1 = r1 * 5, s2 = r2 * 5, s3 = r3 * 5, s4 = r4 * 5;

    uint64_t d0 = (uint64_t)h0 * r0 + (uint64_t)h1 * s4 + (uint64_t)h2 * s3 + (uint64_t)h3 * s2 + (uint64_t)h4 * s1;
    uint64_t d1 = (uint64_t)h0 * r1 + (uint64_t)h1 * r0 + (uint64_t)h2 * s4 + (uint64_t)h3 * s3 + (uint64_t)h4 * s2;
    uint64_t d2 = (uint64_t)h0 * r2 + (uint64_t)h1 * r1 + (uint64_t)h2 * r0 + (uint64_t)h3 * s4 + (uint64_t)h4 * s3;
    uint64_t d3 = (uint64_t)h0 * r3 + (uint64_t)h1 * r2 + (uint64_t)h2 * r1 + (uint64_t)h3 * r0 + (uint64_t)h4 * s4;
    uint64_t d4 = (uint64_t)h0 * r4 + (uint64_t)h1 * r3 + (uint64_t)h2 * r2 + (uint64_t)h3 * r1 + (uint64_t)h4 * r0;

    d1 += d0 >> 26;
    d2 += d1 >> 26;
    d3 += d2 >> 26;
    d4 += d3 >> 26;
    h0 = ((uint32_t)d0 & 0x3ffffff) + (uint32_t)(d4 >> 26) * 5;
    p->h[0] = h0 & 0x3ffffff;
    p->h[1] = ((uint32_t)d1 & 0x3ffffff) + (h0 >> 26);
    p->h[2] = (uint32_t)d2 & 0x3ffffff;
    p->h[3] = (uint32_t)d3 & 0x3ffffff;
    p->h[4] = (uint32_t)d4 & 0x3ffffff;
}

KERNEL void poly_update(struct poly *p, const uint8_t *m, uint32_t n)
{
    while (n--) {
        p->buffer[p->left++] = *m++;
        if (p->left == 16) {
            poly_block(p, p->buffer, 1u << 24);
            p->left = 0;
        }
    }
}

/* Zeros up to a border of 16 bytes. */
static void poly_fill(struct poly *p)
{
    static const uint8_t zeros[16];
    if (p->left)
        poly_update(p, zeros, 16u - p->left);
}

KERNEL void poly_finish(struct poly *p, uint8_t tag[TAG])
{
    uint32_t *h = p->h, g[5], carry = 0;
    for (int twice = 0; twice < 2; twice++) {
        for (int i = 1; i < 5; i++) {
            h[i] += carry;
            carry = h[i] >> 26;
            h[i] &= 0x3ffffff;
        }
        h[0] += carry * 5;
        carry = h[0] >> 26;
        h[0] &= 0x3ffffff;
    }
    h[1] += carry;
    carry = 5; /* compare with 2^130 - 5 without a branch */
    for (int i = 0; i < 5; i++) {
        g[i] = h[i] + carry;
        carry = g[i] >> 26;
        g[i] &= 0x3ffffff;
    }
    uint32_t mask = 0u - carry;
    for (int i = 0; i < 5; i++)
        h[i] = (h[i] & ~mask) | (g[i] & mask);
    uint64_t sum = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t word = h[i] >> 6 * i | h[i + 1] << (26 - 6 * i);
        sum = (sum >> 32) + word + p->pad[i];
        store32(tag + 4 * i, (uint32_t)sum);
    }
}

/* --- Packets --- */

static void seal_tag(struct chacha *c, const uint8_t *aad, uint32_t aad_size, const uint8_t *text,
                     uint32_t size, uint8_t tag[TAG])
{
    struct poly p;
    uint8_t lengths[16] = { 0 };
    chacha_block(c);
    poly_init(&p, c->block);
    c->used = sizeof c->block;
    poly_update(&p, aad, aad_size);
    poly_fill(&p);
    poly_update(&p, text, size);
    poly_fill(&p);
    store32(lengths, aad_size);
    store32(lengths + 8, size);
    poly_update(&p, lengths, 16);
    poly_finish(&p, tag);
}

static void make_nonce(uint8_t nonce[NONCE], uint64_t counter)
{
    for (int i = 0; i < 4; i++)
        nonce[i] = 0;
    for (int i = 4; i < NONCE; i++, counter >>= 8)
        nonce[i] = (uint8_t)counter;
}

KERNEL void seal(const struct session *s, uint64_t counter, uint8_t *text, uint32_t size, uint8_t tag[TAG])
{
    struct chacha data, once;
    uint8_t nonce[NONCE];
    make_nonce(nonce, counter);
    chacha_init(&data, s->key, nonce, 1);
    chacha_xor(&data, text, size);
    chacha_init(&once, s->key, nonce, 0);
    seal_tag(&once, nonce, NONCE, text, size, tag);
}

KERNEL int fresh(struct session *s, uint64_t counter)
{
    if (counter > s->highest) {
        uint64_t ahead = counter - s->highest;
        s->window = ahead < 32 ? s->window << ahead | 1 : 1;
        s->highest = counter;
        return 1;
    }
    uint64_t behind = s->highest - counter;
    if (behind >= 32 || s->window >> behind & 1)
        return 0;
    s->window |= 1u << behind;
    return 1;
}

KERNEL int open(struct session *s, uint64_t counter, uint8_t *text, uint32_t size, const uint8_t tag[TAG])
{
    struct chacha c;
    uint8_t nonce[NONCE], expected[TAG], differ = 0;
    make_nonce(nonce, counter);
    chacha_init(&c, s->key, nonce, 0);
    seal_tag(&c, nonce, NONCE, text, size, expected);
    for (int i = 0; i < TAG; i++)
        differ |= expected[i] ^ tag[i];
    if (differ) {
        s->forged++;
        return 0;
    }
    if (!fresh(s, counter)) {
        s->replayed++;
        return 0;
    }
    chacha_xor(&c, text, size);
    s->accepted++;
    return 1;
}

static uint8_t packet[PAYLOAD];
static struct session session;

ENTRY(bench_chacha)
{
    uint32_t seed = 8439, result = 0;
    uint8_t tag[TAG];
    for (int i = 0; i < KEY; i++)
        session.key[i] = (uint8_t)(0x80 + i);
    session.highest = 0x1fffffff0;
    for (uint32_t i = 0; i < 12; i++) {
        uint32_t size = 20 + next_random(&seed) % (PAYLOAD - 20);
        uint64_t counter = 0x1fffffff0 + i * 5 - (i % 4 == 3 ? 15 : 0);
        for (uint32_t j = 0; j < size; j++)
            packet[j] = (uint8_t)(j * i);
        seal(&session, counter, packet, size, tag);
        if (i == 5)
            packet[size / 2] ^= 4;
        int good = open(&session, counter, packet, size, tag);
        for (uint32_t j = 0; j < size; j++)
            result = result * 31 + packet[j];
        result = (result ^ load32(tag)) + (uint32_t)good;
    }
    return result ^ session.window ^ (uint32_t)session.accepted << 8 ^ (uint32_t)session.replayed << 4 ^ session.forged;
}
