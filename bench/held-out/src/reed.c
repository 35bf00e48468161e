/* Reed-Solomon codes over GF(256) for a noisy link: encoder by a shift register,
 * syndromes, Berlekamp-Massey, Chien search, Forney, and an interleaver. */
#include "../../src/bench.h"

enum { DATA = 44, PARITY = 10, CODE = DATA + PARITY, DEPTH = 4, POLYNOMIAL = 0x11d };

struct field { uint8_t log[256], exp[512]; };
struct coder { uint8_t generator[PARITY + 1]; };
struct report { uint8_t corrected, failed; };

static struct field gf;

KERNEL void field_init(struct field *f)
{
    uint32_t x = 1;
    for (uint32_t i = 0; i < 255; i++) {
        f->exp[i] = f->exp[i + 255] = (uint8_t)x;
        f->log[x] = (uint8_t)i;
        x <<= 1;
        if (x & 0x100)
            x ^= POLYNOMIAL;
    }
}

static inline uint8_t multiply(uint8_t a, uint8_t b)
{
    return a && b ? gf.exp[gf.log[a] + gf.log[b]] : 0;
}

static inline uint8_t divide(uint8_t a, uint8_t b)
{
    return a ? gf.exp[gf.log[a] + 255 - gf.log[b]] : 0;
}

static inline uint8_t power(uint32_t n) { return gf.exp[n % 255]; }

KERNEL void coder_init(struct coder *c)
{
    for (int i = 0; i <= PARITY; i++)
        c->generator[i] = 0;
    c->generator[0] = 1;
    for (uint32_t i = 0; i < PARITY; i++)
        for (uint32_t j = i + 1; j > 0; j--)
            c->generator[j] ^= multiply(c->generator[j - 1], power(i));
}

KERNEL void encode(const struct coder *c, uint8_t *word)
{
    uint8_t *parity = word + DATA;
    for (int i = 0; i < PARITY; i++)
        parity[i] = 0;
    for (int i = 0; i < DATA; i++) {
        uint8_t feedback = word[i] ^ parity[0];
        for (int j = 0; j < PARITY - 1; j++)
            parity[j] = parity[j + 1] ^ multiply(feedback, c->generator[j + 1]);
        parity[PARITY - 1] = multiply(feedback, c->generator[PARITY]);
    }
}

KERNEL int syndromes(const uint8_t *word, uint8_t *s)
{
    uint8_t any = 0;
    for (uint32_t i = 0; i < PARITY; i++) {
        uint8_t sum = 0, root = power(i);
        for (int j = 0; j < CODE; j++)
            sum = multiply(sum, root) ^ word[j];
        s[i] = sum;
        any |= sum;
    }
    return any != 0;
}

/* The polynomial of the places of errors, lowest power first; its degree. */
KERNEL int locate(const uint8_t *s, uint8_t *locator)
{
    uint8_t previous[PARITY + 1] = { 1 }, saved[PARITY + 1];
    uint8_t scale = 1;
    int degree = 0, gap = 1;
    for (int i = 0; i <= PARITY; i++)
        locator[i] = i == 0;
    for (int n = 0; n < PARITY; n++) {
        uint8_t discrepancy = s[n];
        for (int i = 1; i <= degree; i++)
            discrepancy ^= multiply(locator[i], s[n - i]);
        if (!discrepancy) {
            gap++;
            continue;
        }
        uint8_t factor = divide(discrepancy, scale);
        int longer = 2 * degree <= n;
        for (int i = 0; i <= PARITY; i++)
            saved[i] = locator[i];
        for (int i = gap; i <= PARITY; i++)
            locator[i] ^= multiply(factor, previous[i - gap]);
        if (longer) {
            degree = n + 1 - degree;
            for (int i = 0; i <= PARITY; i++)
                previous[i] = saved[i];
            scale = discrepancy;
            gap = 1;
        } else {
            gap++;
        }
    }
    return degree;
}

static uint8_t evaluate(const uint8_t *polynomial, int degree, uint8_t x)
{
    uint8_t sum = 0;
    for (int i = degree; i >= 0; i--)
        sum = multiply(sum, x) ^ polynomial[i];
    return sum;
}

/* Corrects a word; the number of errors, or -1. */
KERNEL int decode(uint8_t *word)
{
    uint8_t s[PARITY], locator[PARITY + 1], evaluator[PARITY], places[PARITY / 2];
    int count = 0;
    if (!syndromes(word, s))
        return 0;
    int degree = locate(s, locator);
    if (degree > PARITY / 2)
        return -1;
    for (uint32_t i = 0; i < CODE; i++) {
        if (evaluate(locator, degree, power(255 - i)) == 0) {
            if (count == degree)
                return -1;
            places[count++] = (uint8_t)i;
        }
    }
    if (count != degree)
        return -1;
    for (int i = 0; i < PARITY; i++) {
        evaluator[i] = 0;
        for (int j = 0; j <= i && j <= degree; j++)
            evaluator[i] ^= multiply(s[i - j], locator[j]);
    }
    for (int i = 0; i < count; i++) {
        uint8_t inverse = power(255u - places[i]), derivative = 0;
        for (int j = 1; j <= degree; j += 2)
            derivative ^= multiply(locator[j], power((255u - places[i]) * (uint32_t)(j - 1)));
        if (!derivative)
            return -1;
        uint8_t value = divide(evaluate(evaluator, PARITY - 1, inverse), derivative);
        word[CODE - 1 - places[i]] ^= multiply(value, power(places[i]));
    }
    return syndromes(word, s) ? -1 : count;
}

KERNEL void interleave(uint8_t (*words)[CODE], uint8_t *line, int back)
{
    for (int i = 0; i < CODE; i++) {
        for (int w = 0; w < DEPTH; w++) {
            if (back)
                words[w][i] = line[i * DEPTH + w];
            else
                line[i * DEPTH + w] = words[w][i];
        }
    }
}

static uint8_t words[DEPTH][CODE], on_air[DEPTH * CODE];

ENTRY(bench_reed)
{
    struct coder coder;
    struct report report = { 0, 0 };
    uint32_t seed = 1960, result = 0;
    field_init(&gf);
    coder_init(&coder);
    for (uint32_t round = 0; round < 3; round++) {
        for (int w = 0; w < DEPTH; w++) {
            for (int i = 0; i < DATA; i++)
                words[w][i] = (uint8_t)next_random(&seed);
            encode(&coder, words[w]);
        }
        interleave(words, on_air, 0);
        uint32_t start = next_random(&seed) % 150; /* a burst, and single errors */
        for (uint32_t i = 0; i < 10 + 4 * round; i++)
            on_air[start + i] ^= (uint8_t)next_random(&seed);
        for (uint32_t i = 0; i < 5 * round; i++)
            on_air[next_random(&seed) % sizeof on_air] ^= 0x40;
        interleave(words, on_air, 1);
        for (int w = 0; w < DEPTH; w++) {
            int n = decode(words[w]);
            if (n < 0)
                report.failed++;
            else
                report.corrected = (uint8_t)(report.corrected + n);
            for (int i = 0; i < CODE; i++)
                result = result * 31 + words[w][i];
        }
    }
    return result ^ (uint32_t)report.corrected << 8 ^ report.failed;
}
