/* LZ compression as firmware updates use it: a compressor with a hash table and
 * the decoder in the format of LZ4 blocks, and a streaming decoder of
 * bit-packed references over a ring buffer. */
#include "bench.h"

enum { SIZE = 1200, HASH = 7, LEAST = 4, TAIL = 12, WINDOW = 256 };

static uint8_t image[SIZE], packed[SIZE + 64], unpacked[SIZE];
static uint16_t table[1 << HASH];

KERNEL void make_image(uint32_t *seed)
{
    /* Instructions come in similar groups, then tables, then zeros. */
    uint32_t at = 0;
    while (at < SIZE) {
        uint32_t r = next_random(seed), n = 4 + (r >> 28);
        if (at > 64 && r & 3) {
            uint32_t from = at - 8 - (r >> 8) % 56;
            for (uint32_t i = 0; i < n && at < SIZE; i++)
                image[at++] = image[from + i];
        } else if (r & 4) {
            for (uint32_t i = 0; i < n && at < SIZE; i++)
                image[at++] = (uint8_t)(next_random(seed) >> 9 & 0x7f);
        } else {
            for (uint32_t i = 0; i < 2 * n && at < SIZE; i++)
                image[at++] = 0;
        }
    }
}

static inline uint32_t word_at(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint8_t *put_length(uint8_t *out, uint32_t n)
{
    for (; n >= 255; n -= 255)
        *out++ = 255;
    *out++ = (uint8_t)n;
    return out;
}

KERNEL uint8_t *put_sequence(uint8_t *out, const uint8_t *literals, uint32_t count,
    uint32_t offset, uint32_t match)
{
    uint8_t *token = out++;
    uint32_t high = count < 15 ? count : 15, low = 0;
    if (high == 15)
        out = put_length(out, count - 15);
    for (uint32_t i = 0; i < count; i++)
        *out++ = literals[i];
    if (match) {
        *out++ = (uint8_t)offset;
        *out++ = (uint8_t)(offset >> 8);
        match -= LEAST;
        low = match < 15 ? match : 15;
        if (low == 15)
            out = put_length(out, match - 15);
    }
    *token = (uint8_t)(high << 4 | low);
    return out;
}

KERNEL uint32_t compress(uint8_t *out, const uint8_t *in, uint32_t n)
{
    uint8_t *start = out;
    uint32_t anchor = 0, at = 0;
    for (uint32_t i = 0; i < 1u << HASH; i++)
        table[i] = 0;
    while (at + TAIL < n) {
        uint32_t word = word_at(in + at), slot = word * 2654435761u >> (32 - HASH);
        uint32_t candidate = table[slot];
        table[slot] = (uint16_t)(at + 1);
        if (!candidate || word_at(in + candidate - 1) != word) {
            at++;
            continue;
        }
        candidate--;
        uint32_t length = LEAST;
        while (at + length + 5 < n && in[candidate + length] == in[at + length])
            length++;
        while (at > anchor && candidate > 0 && in[candidate - 1] == in[at - 1]) {
            at--;
            candidate--;
            length++;
        }
        out = put_sequence(out, in + anchor, at - anchor, at - candidate, length);
        at += length;
        anchor = at;
    }
    out = put_sequence(out, in + anchor, n - anchor, 0, 0);
    return (uint32_t)(out - start);
}

/* Returns the length, or 0 if the input is damaged. */
KERNEL uint32_t decompress(uint8_t *out, uint32_t limit, const uint8_t *in, uint32_t n)
{
    const uint8_t *end = in + n;
    uint32_t to = 0;
    while (in < end) {
        uint32_t token = *in++, count = token >> 4, match = token & 15;
        if (count == 15) {
            uint8_t more;
            do {
                if (in >= end)
                    return 0;
                more = *in++;
                count += more;
            } while (more == 255);
        }
        if (count > (uint32_t)(end - in) || count > limit - to)
            return 0;
        while (count--)
            out[to++] = *in++;
        if (in == end)
            return to;
        if (end - in < 2)
            return 0;
        uint32_t offset = in[0] | (uint32_t)in[1] << 8;
        in += 2;
        if (match == 15) {
            uint8_t more;
            do {
                if (in >= end)
                    return 0;
                more = *in++;
                match += more;
            } while (more == 255);
        }
        match += LEAST;
        if (!offset || offset > to || match > limit - to)
            return 0;
        for (; match; match--, to++)
            out[to] = out[to - offset];
    }
    return 0;
}

/* The streaming format: a bit says whether a literal of 8 bits or a reference
 * of 8 bits (distance - 1) and 4 bits (length - 2) follows. */
struct bits { uint8_t *to; uint32_t value, count; };

static void put_bits(struct bits *b, uint32_t value, uint32_t count)
{
    b->value = b->value << count | value;
    b->count += count;
    while (b->count >= 8) {
        b->count -= 8;
        *b->to++ = (uint8_t)(b->value >> b->count);
    }
}

KERNEL uint32_t stream_compress(uint8_t *out, const uint8_t *in, uint32_t n)
{
    struct bits b = { out, 0, 0 };
    for (uint32_t at = 0; at < n;) {
        uint32_t best = 0, from = 0;
        for (uint32_t distance = 1; distance <= 64 && distance <= at; distance++) {
            uint32_t length = 0;
            while (length < 17 && at + length < n && in[at + length] == in[at + length - distance])
                length++;
            if (length > best) {
                best = length;
                from = distance;
            }
        }
        if (best >= 2) {
            put_bits(&b, 1, 1);
            put_bits(&b, from - 1, 8);
            put_bits(&b, best - 2, 4);
            at += best;
        } else {
            put_bits(&b, in[at++], 9);
        }
    }
    if (b.count)
        put_bits(&b, 0, 8 - b.count);
    return (uint32_t)(b.to - out);
}

enum state { TAG, LITERAL, DISTANCE, LENGTH };

struct stream {
    enum state state;
    uint32_t bits, count, distance;
    uint8_t window[WINDOW];
    uint32_t at;
};

/* Feeds one byte; returns how many were put out. */
KERNEL uint32_t stream_feed(struct stream *s, uint8_t byte, uint8_t *out, uint32_t limit)
{
    static const uint8_t needed[] = { 1, 8, 8, 4 };
    uint32_t to = 0;
    s->bits = s->bits << 8 | byte;
    s->count += 8;
    while (s->count >= needed[s->state]) {
        uint32_t width = needed[s->state];
        uint32_t value = s->bits >> (s->count - width) & ((1u << width) - 1);
        s->count -= width;
        switch (s->state) {
        case TAG:
            s->state = value ? DISTANCE : LITERAL;
            break;
        case LITERAL:
            if (to == limit)
                return to;
            out[to++] = s->window[s->at++ % WINDOW] = (uint8_t)value;
            s->state = TAG;
            break;
        case DISTANCE:
            s->distance = value + 1;
            s->state = LENGTH;
            break;
        case LENGTH:
            for (uint32_t i = 0; i < value + 2 && to < limit; i++) {
                uint8_t c = s->window[(s->at - s->distance) % WINDOW];
                out[to++] = s->window[s->at++ % WINDOW] = c;
            }
            s->state = TAG;
            break;
        }
    }
    return to;
}

static struct stream stream;

ENTRY(bench_lz)
{
    uint32_t seed = 606, result = 0;
    make_image(&seed);
    uint32_t n = compress(packed, image, SIZE);
    for (uint32_t i = 0; i < n; i++)
        result = result * 31 + packed[i];
    if (decompress(unpacked, SIZE, packed, n) != SIZE)
        return 0;
    for (uint32_t i = 0; i < SIZE; i++)
        if (unpacked[i] != image[i])
            return 1;
    result += decompress(unpacked, SIZE - 9, packed, n) + decompress(unpacked, SIZE, packed, n - 9);
    n = stream_compress(packed, image, SIZE / 4);
    uint32_t to = 0;
    for (uint32_t i = 0; i < n; i++)
        to += stream_feed(&stream, packed[i], unpacked + to, SIZE / 4 - to);
    if (to != SIZE / 4)
        return 2;
    for (uint32_t i = 0; i < to; i++)
        result = result * 31 + (unpacked[i] ^ image[i]) + n;
    return result;
}
