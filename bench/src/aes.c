/* AES-128 (FIPS 197): key expansion, encryption and decryption of blocks,
 * CBC, CTR and CMAC (RFC 4493), byte-oriented with S-boxes in flash, as in
 * firmware without tables of 4 KB. */
#include "bench.h"

enum { BLOCK = 16, ROUNDS = 10, MESSAGE = 10 * BLOCK };

struct key { uint8_t round[ROUNDS + 1][BLOCK]; };

static const uint8_t sbox[256] = {
    0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5, 0x30, 0x01, 0x67, 0x2b, 0xfe, 0xd7, 0xab, 0x76,
    0xca, 0x82, 0xc9, 0x7d, 0xfa, 0x59, 0x47, 0xf0, 0xad, 0xd4, 0xa2, 0xaf, 0x9c, 0xa4, 0x72, 0xc0,
    0xb7, 0xfd, 0x93, 0x26, 0x36, 0x3f, 0xf7, 0xcc, 0x34, 0xa5, 0xe5, 0xf1, 0x71, 0xd8, 0x31, 0x15,
    0x04, 0xc7, 0x23, 0xc3, 0x18, 0x96, 0x05, 0x9a, 0x07, 0x12, 0x80, 0xe2, 0xeb, 0x27, 0xb2, 0x75,
    0x09, 0x83, 0x2c, 0x1a, 0x1b, 0x6e, 0x5a, 0xa0, 0x52, 0x3b, 0xd6, 0xb3, 0x29, 0xe3, 0x2f, 0x84,
    0x53, 0xd1, 0x00, 0xed, 0x20, 0xfc, 0xb1, 0x5b, 0x6a, 0xcb, 0xbe, 0x39, 0x4a, 0x4c, 0x58, 0xcf,
    0xd0, 0xef, 0xaa, 0xfb, 0x43, 0x4d, 0x33, 0x85, 0x45, 0xf9, 0x02, 0x7f, 0x50, 0x3c, 0x9f, 0xa8,
    0x51, 0xa3, 0x40, 0x8f, 0x92, 0x9d, 0x38, 0xf5, 0xbc, 0xb6, 0xda, 0x21, 0x10, 0xff, 0xf3, 0xd2,
    0xcd, 0x0c, 0x13, 0xec, 0x5f, 0x97, 0x44, 0x17, 0xc4, 0xa7, 0x7e, 0x3d, 0x64, 0x5d, 0x19, 0x73,
    0x60, 0x81, 0x4f, 0xdc, 0x22, 0x2a, 0x90, 0x88, 0x46, 0xee, 0xb8, 0x14, 0xde, 0x5e, 0x0b, 0xdb,
    0xe0, 0x32, 0x3a, 0x0a, 0x49, 0x06, 0x24, 0x5c, 0xc2, 0xd3, 0xac, 0x62, 0x91, 0x95, 0xe4, 0x79,
    0xe7, 0xc8, 0x37, 0x6d, 0x8d, 0xd5, 0x4e, 0xa9, 0x6c, 0x56, 0xf4, 0xea, 0x65, 0x7a, 0xae, 0x08,
    0xba, 0x78, 0x25, 0x2e, 0x1c, 0xa6, 0xb4, 0xc6, 0xe8, 0xdd, 0x74, 0x1f, 0x4b, 0xbd, 0x8b, 0x8a,
    0x70, 0x3e, 0xb5, 0x66, 0x48, 0x03, 0xf6, 0x0e, 0x61, 0x35, 0x57, 0xb9, 0x86, 0xc1, 0x1d, 0x9e,
    0xe1, 0xf8, 0x98, 0x11, 0x69, 0xd9, 0x8e, 0x94, 0x9b, 0x1e, 0x87, 0xe9, 0xce, 0x55, 0x28, 0xdf,
    0x8c, 0xa1, 0x89, 0x0d, 0xbf, 0xe6, 0x42, 0x68, 0x41, 0x99, 0x2d, 0x0f, 0xb0, 0x54, 0xbb, 0x16,
};

static uint8_t inverse_sbox[256];
static struct key schedule;
static uint8_t plain[MESSAGE], secret[MESSAGE], back[MESSAGE];

static inline uint8_t twice(uint8_t x)
{
    return (uint8_t)(x << 1 ^ (x >> 7) * 0x1b);
}

KERNEL void invert_sbox(void)
{
    for (uint32_t i = 0; i < 256; i++)
        inverse_sbox[sbox[i]] = (uint8_t)i;
}

KERNEL void expand_key(struct key *k, const uint8_t *key)
{
    uint8_t *words = k->round[0];
    uint8_t constant = 1;
    for (int i = 0; i < BLOCK; i++)
        words[i] = key[i];
    for (int i = BLOCK; i < BLOCK * (ROUNDS + 1); i += 4) {
        uint8_t t[4] = { words[i - 4], words[i - 3], words[i - 2], words[i - 1] };
        if (i % BLOCK == 0) {
            uint8_t first = t[0];
            t[0] = (uint8_t)(sbox[t[1]] ^ constant);
            t[1] = sbox[t[2]];
            t[2] = sbox[t[3]];
            t[3] = sbox[first];
            constant = twice(constant);
        }
        for (int j = 0; j < 4; j++)
            words[i + j] = (uint8_t)(words[i - BLOCK + j] ^ t[j]);
    }
}

static void add_round_key(uint8_t *s, const uint8_t *key)
{
    for (int i = 0; i < BLOCK; i++)
        s[i] ^= key[i];
}

/* SubBytes and ShiftRows; columns are stored one after the other. */
static void substitute(uint8_t *s)
{
    uint8_t t[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        t[i] = sbox[s[(i + 4 * (i & 3)) & 15]];
    for (int i = 0; i < BLOCK; i++)
        s[i] = t[i];
}

static void substitute_back(uint8_t *s)
{
    uint8_t t[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        t[(i + 4 * (i & 3)) & 15] = inverse_sbox[s[i]];
    for (int i = 0; i < BLOCK; i++)
        s[i] = t[i];
}

static void mix_columns(uint8_t *s)
{
    for (int i = 0; i < BLOCK; i += 4) {
        uint8_t a = s[i], b = s[i + 1], c = s[i + 2], d = s[i + 3];
        uint8_t all = a ^ b ^ c ^ d;
        s[i] = (uint8_t)(a ^ all ^ twice(a ^ b));
        s[i + 1] = (uint8_t)(b ^ all ^ twice(b ^ c));
        s[i + 2] = (uint8_t)(c ^ all ^ twice(c ^ d));
        s[i + 3] = (uint8_t)(d ^ all ^ twice(d ^ a));
    }
}

/* The inverse is the same product after one by {05}x^2 + {04}. */
static void mix_columns_back(uint8_t *s)
{
    for (int i = 0; i < BLOCK; i += 4) {
        uint8_t u = twice(twice((uint8_t)(s[i] ^ s[i + 2])));
        uint8_t v = twice(twice((uint8_t)(s[i + 1] ^ s[i + 3])));
        s[i] ^= u;
        s[i + 1] ^= v;
        s[i + 2] ^= u;
        s[i + 3] ^= v;
    }
    mix_columns(s);
}

KERNEL void encrypt(const struct key *k, uint8_t *s)
{
    add_round_key(s, k->round[0]);
    for (int round = 1; round < ROUNDS; round++) {
        substitute(s);
        mix_columns(s);
        add_round_key(s, k->round[round]);
    }
    substitute(s);
    add_round_key(s, k->round[ROUNDS]);
}

KERNEL void decrypt(const struct key *k, uint8_t *s)
{
    add_round_key(s, k->round[ROUNDS]);
    for (int round = ROUNDS - 1; round > 0; round--) {
        substitute_back(s);
        add_round_key(s, k->round[round]);
        mix_columns_back(s);
    }
    substitute_back(s);
    add_round_key(s, k->round[0]);
}

KERNEL void cbc_encrypt(const struct key *k, uint8_t *out, const uint8_t *in, uint32_t n)
{
    uint8_t chain[BLOCK] = { 0 };
    for (uint32_t at = 0; at < n; at += BLOCK) {
        for (int i = 0; i < BLOCK; i++)
            chain[i] ^= in[at + i];
        encrypt(k, chain);
        for (int i = 0; i < BLOCK; i++)
            out[at + i] = chain[i];
    }
}

KERNEL void cbc_decrypt(const struct key *k, uint8_t *out, const uint8_t *in, uint32_t n)
{
    for (uint32_t at = 0; at < n; at += BLOCK) {
        uint8_t *block = out + at;
        for (int i = 0; i < BLOCK; i++)
            block[i] = in[at + i];
        decrypt(k, block);
        if (at)
            for (int i = 0; i < BLOCK; i++)
                block[i] ^= in[at - BLOCK + i];
    }
}

KERNEL void ctr_crypt(const struct key *k, uint8_t *data, uint32_t n, uint32_t nonce)
{
    for (uint32_t at = 0, count = 0; at < n; count++) {
        uint8_t stream[BLOCK] = { 0 };
        for (int i = 0; i < 4; i++) {
            stream[i] = (uint8_t)(nonce >> 8 * (3 - i));
            stream[12 + i] = (uint8_t)(count >> 8 * (3 - i));
        }
        encrypt(k, stream);
        for (int i = 0; i < BLOCK && at < n; i++)
            data[at++] ^= stream[i];
    }
}

static void double_subkey(uint8_t *s)
{
    uint8_t carry = 0;
    for (int i = BLOCK - 1; i >= 0; i--) {
        uint8_t next = s[i] >> 7;
        s[i] = (uint8_t)(s[i] << 1 | carry);
        carry = next;
    }
    if (carry)
        s[BLOCK - 1] ^= 0x87;
}

KERNEL void cmac(const struct key *k, const uint8_t *in, uint32_t n, uint8_t *tag)
{
    uint8_t subkey[BLOCK] = { 0 };
    encrypt(k, subkey);
    double_subkey(subkey);
    for (int i = 0; i < BLOCK; i++)
        tag[i] = 0;
    while (n > BLOCK) {
        for (int i = 0; i < BLOCK; i++)
            tag[i] ^= *in++;
        encrypt(k, tag);
        n -= BLOCK;
    }
    if (n < BLOCK) {
        double_subkey(subkey);
        tag[n] ^= 0x80;
    }
    for (uint32_t i = 0; i < n; i++)
        tag[i] ^= in[i];
    for (int i = 0; i < BLOCK; i++)
        tag[i] ^= subkey[i];
    encrypt(k, tag);
}

ENTRY(bench_aes)
{
    uint32_t seed = 77, result = 0;
    uint8_t key[BLOCK], tag[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        key[i] = (uint8_t)next_random(&seed);
    for (int i = 0; i < MESSAGE; i++)
        plain[i] = (uint8_t)next_random(&seed);
    invert_sbox();
    expand_key(&schedule, key);
    cbc_encrypt(&schedule, secret, plain, MESSAGE);
    cbc_decrypt(&schedule, back, secret, MESSAGE);
    for (int i = 0; i < MESSAGE; i++)
        if (back[i] != plain[i])
            return 0;
    ctr_crypt(&schedule, secret, MESSAGE - 7, 0xdecafbad);
    for (uint32_t n = 60; n < 68; n += 4) {
        cmac(&schedule, secret, n, tag);
        for (int i = 0; i < BLOCK; i++)
            result = result * 31 + tag[i];
    }
    for (int i = 0; i < MESSAGE; i++)
        result = result * 31 + secret[i];
    return result;
}
