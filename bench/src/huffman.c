/* Canonical Huffman codes: lengths from frequencies (limited to 12 bits),
 * encoding, decoding bit by bit and by table. */
#include "bench.h"

enum { SYMBOLS = 96, LONGEST = 12, TEXT = 700, FAST = 7 };

struct writer { uint8_t *to; uint32_t bits, count; };
struct reader { const uint8_t *from, *end; uint32_t bits, count; };

struct decoder {
    uint16_t count[LONGEST + 1];
    uint8_t symbols[SYMBOLS];
    uint16_t fast[1 << FAST]; /* symbol and length, or 0 */
};

static uint32_t frequencies[SYMBOLS];
static uint8_t lengths[SYMBOLS];
static uint16_t codes[SYMBOLS];
static uint8_t text[TEXT], packed[TEXT + 64], unpacked[TEXT];
static struct decoder decoder;

static const char *const words[] = {
    "the ", "valve ", "is ", "open", ", ", "temperature ", "of ", "bearing ", "3: ", "71.5 ", "C",
    ".\n", "WARNING ", "pressure ", "low", "; ", "retry ", "in ", "10 ", "seconds",
};

KERNEL void make_text(uint32_t *seed)
{
    uint32_t at = 0;
    while (at < TEXT) {
        const char *word = words[next_random(seed) % (sizeof words / sizeof *words)];
        while (*word && at < TEXT)
            text[at++] = (uint8_t)(*word++);
    }
}

static inline uint32_t index_of(uint8_t c)
{
    return c == '\n' ? 95 : c - 32u;
}

struct heap { uint16_t item[2 * SYMBOLS]; uint32_t size; };

static uint32_t weights[2 * SYMBOLS];
static uint16_t parents[2 * SYMBOLS];

KERNEL void sink(struct heap *h, uint32_t at)
{
    uint16_t item = h->item[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= h->size)
            break;
        if (child + 1 < h->size && weights[h->item[child + 1]] < weights[h->item[child]])
            child++;
        if (weights[item] <= weights[h->item[child]])
            break;
        h->item[at] = h->item[child];
        at = child;
    }
    h->item[at] = item;
}

/* The depths of the leaves of a Huffman tree; returns the greatest. */
KERNEL uint32_t tree_lengths(void)
{
    struct heap heap;
    uint32_t next = SYMBOLS, deepest = 0;
    heap.size = 0;
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        lengths[i] = 0;
        weights[i] = frequencies[i];
        if (frequencies[i])
            heap.item[heap.size++] = (uint16_t)i;
    }
    for (uint32_t i = heap.size / 2; i-- > 0;)
        sink(&heap, i);
    while (heap.size > 1) {
        uint16_t a = heap.item[0];
        heap.item[0] = heap.item[--heap.size];
        sink(&heap, 0);
        uint16_t b = heap.item[0];
        weights[next] = weights[a] + weights[b];
        parents[a] = parents[b] = (uint16_t)next;
        heap.item[0] = (uint16_t)next++;
        sink(&heap, 0);
    }
    uint32_t top = next - 1;
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        if (!frequencies[i])
            continue;
        uint32_t depth = 0;
        for (uint32_t n = i; n != top; n = parents[n])
            depth++;
        lengths[i] = (uint8_t)depth;
        if (depth > deepest)
            deepest = depth;
    }
    return deepest;
}

/* Halves the weights until no code is too long. */
KERNEL void limited_lengths(void)
{
    while (tree_lengths() > LONGEST)
        for (uint32_t i = 0; i < SYMBOLS; i++)
            frequencies[i] = (frequencies[i] + 1) / 2;
}

KERNEL void assign_codes(void)
{
    uint16_t next[LONGEST + 2] = { 0 };
    for (uint32_t i = 0; i < SYMBOLS; i++)
        if (lengths[i])
            next[lengths[i] + 1]++;
    for (uint32_t n = 1; n <= LONGEST; n++)
        next[n + 1] = (uint16_t)((next[n] + next[n + 1]) << 1);
    for (uint32_t i = 0; i < SYMBOLS; i++)
        if (lengths[i])
            codes[i] = next[lengths[i]]++;
}

static void put(struct writer *w, uint32_t code, uint32_t length)
{
    w->bits = w->bits << length | code;
    w->count += length;
    while (w->count >= 8) {
        w->count -= 8;
        *w->to++ = (uint8_t)(w->bits >> w->count);
    }
}

KERNEL uint32_t encode(uint8_t *out, const uint8_t *in, uint32_t n)
{
    struct writer w = { out, 0, 0 };
    for (uint32_t i = 0; i < n; i++) {
        uint32_t symbol = index_of(in[i]);
        put(&w, codes[symbol], lengths[symbol]);
    }
    if (w.count)
        put(&w, 0, 8 - w.count);
    return (uint32_t)(w.to - out);
}

KERNEL void prepare(struct decoder *d)
{
    uint16_t offsets[LONGEST + 2] = { 0 };
    for (uint32_t n = 0; n <= LONGEST; n++)
        d->count[n] = 0;
    for (uint32_t i = 0; i < SYMBOLS; i++)
        if (lengths[i])
            d->count[lengths[i]]++;
    for (uint32_t n = 1; n <= LONGEST; n++)
        offsets[n + 1] = (uint16_t)(offsets[n] + d->count[n]);
    for (uint32_t i = 0; i < SYMBOLS; i++)
        if (lengths[i])
            d->symbols[offsets[lengths[i]]++] = (uint8_t)i;
    for (uint32_t i = 0; i < 1u << FAST; i++)
        d->fast[i] = 0;
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        if (!lengths[i] || lengths[i] > FAST)
            continue;
        uint32_t spare = FAST - lengths[i], first = (uint32_t)codes[i] << spare;
        for (uint32_t j = 0; j < 1u << spare; j++)
            d->fast[first + j] = (uint16_t)(i << 4 | lengths[i]);
    }
}

static inline uint32_t bit(struct reader *r)
{
    if (!r->count) {
        r->bits = r->from < r->end ? *r->from++ : 0;
        r->count = 8;
    }
    return r->bits >> --r->count & 1;
}

/* Walks the lengths, a bit at a time. */
KERNEL void decode_slow(const struct decoder *d, uint8_t *out, uint32_t n, struct reader *r)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t code = 0, first = 0, index = 0;
        for (uint32_t length = 1; length <= LONGEST; length++) {
            code |= bit(r);
            uint32_t count = d->count[length];
            if (code - first < count) {
                uint8_t symbol = d->symbols[index + (code - first)];
                out[i] = symbol == 95 ? '\n' : (uint8_t)(symbol + 32);
                break;
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
    }
}

/* Looks at several bits at once; long codes go on bit by bit. */
KERNEL void decode_fast(const struct decoder *d, uint8_t *out, uint32_t n, struct reader *r)
{
    for (uint32_t i = 0; i < n; i++) {
        while (r->count < LONGEST + 4) {
            r->bits = r->bits << 8 | (r->from < r->end ? *r->from++ : 0);
            r->count += 8;
        }
        uint32_t entry = d->fast[r->bits >> (r->count - FAST) & ((1 << FAST) - 1)];
        uint32_t symbol = entry >> 4;
        if (entry) {
            r->count -= entry & 15;
        } else {
            uint32_t code = 0, first = 0, index = 0, length = 1;
            for (; length <= LONGEST; length++) {
                code = code << 1 | (r->bits >> (r->count - length) & 1);
                if (code - first < d->count[length])
                    break;
                index += d->count[length];
                first = (first + d->count[length]) << 1;
            }
            symbol = d->symbols[index + (code - first)];
            r->count -= length;
        }
        out[i] = symbol == 95 ? '\n' : (uint8_t)(symbol + 32);
    }
}

ENTRY(bench_huffman)
{
    uint32_t seed = 2024, result = 0;
    make_text(&seed);
    for (uint32_t i = 0; i < SYMBOLS; i++)
        frequencies[i] = 0;
    for (uint32_t i = 0; i < TEXT; i++)
        frequencies[index_of(text[i])]++;
    limited_lengths();
    assign_codes();
    uint32_t n = encode(packed, text, TEXT);
    for (uint32_t i = 0; i < n; i++)
        result = result * 31 + packed[i];
    prepare(&decoder);
    for (int way = 0; way < 2; way++) {
        struct reader r = { packed, packed + n, 0, 0 };
        for (uint32_t i = 0; i < TEXT; i++)
            unpacked[i] = 0;
        if (way)
            decode_fast(&decoder, unpacked, TEXT, &r);
        else
            decode_slow(&decoder, unpacked, TEXT, &r);
        for (uint32_t i = 0; i < TEXT; i++)
            if (unpacked[i] != text[i])
                return 0;
    }
    return result + n;
}
