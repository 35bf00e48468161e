/* Coders: base64, run lengths, COBS framing, variable-length integers, bit
 * fields packed into words. */
#include "bench.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static uint8_t input[192], coded[400], back[400];

KERNEL uint32_t base64(uint8_t *out, const uint8_t *in, uint32_t n)
{
    uint8_t *start = out;
    while (n >= 3) {
        uint32_t v = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
        *out++ = (uint8_t)alphabet[v >> 18];
        *out++ = (uint8_t)alphabet[v >> 12 & 63];
        *out++ = (uint8_t)alphabet[v >> 6 & 63];
        *out++ = (uint8_t)alphabet[v & 63];
        in += 3;
        n -= 3;
    }
    return (uint32_t)(out - start);
}

KERNEL uint32_t run_lengths(uint8_t *out, const uint8_t *in, uint32_t n)
{
    uint32_t to = 0;
    for (uint32_t i = 0; i < n;) {
        uint32_t run = 1;
        while (i + run < n && run < 255 && in[i + run] == in[i])
            run++;
        out[to++] = (uint8_t)run;
        out[to++] = in[i];
        i += run;
    }
    return to;
}

KERNEL uint32_t cobs(uint8_t *out, const uint8_t *in, uint32_t n)
{
    uint32_t code_at = 0, to = 1;
    uint8_t code = 1;
    for (uint32_t i = 0; i < n; i++) {
        if (in[i]) {
            out[to++] = in[i];
            code++;
        }
        if (!in[i] || code == 255) {
            out[code_at] = code;
            code_at = to++;
            code = 1;
        }
    }
    out[code_at] = code;
    return to;
}

KERNEL uint32_t uncobs(uint8_t *out, const uint8_t *in, uint32_t n)
{
    uint32_t to = 0;
    for (uint32_t i = 0; i < n;) {
        uint8_t code = in[i++];
        for (uint8_t j = 1; j < code && i < n; j++)
            out[to++] = in[i++];
        if (code < 255 && i < n)
            out[to++] = 0;
    }
    return to;
}

KERNEL uint8_t *put_varint(uint8_t *out, uint64_t value)
{
    while (value > 127) {
        *out++ = (uint8_t)(value | 128);
        value >>= 7;
    }
    *out++ = (uint8_t)value;
    return out;
}

KERNEL const uint8_t *get_varint(const uint8_t *in, uint64_t *value)
{
    uint64_t v = 0;
    int shift = 0;
    uint8_t byte;
    do {
        byte = *in++;
        v |= (uint64_t)(byte & 127) << shift;
        shift += 7;
    } while (byte & 128);
    *value = v;
    return in;
}

struct header { unsigned version : 3, kind : 5, flags : 8, length : 12, priority : 4; };

KERNEL uint32_t pack(struct header *h, uint32_t bits)
{
    h->version = bits & 7;
    h->kind = bits >> 4 & 31;
    h->flags |= bits >> 8 & 255;
    h->length = h->length + (bits >> 12);
    h->priority = h->version ^ h->kind;
    return (uint32_t)h->version | (uint32_t)h->length << 8 | (uint32_t)h->priority << 24;
}

ENTRY(bench_codec)
{
    uint32_t seed = 10, result = 0;
    struct header h = { 0, 0, 0, 0, 0 };
    for (uint32_t i = 0; i < sizeof input; i++) {
        uint32_t r = next_random(&seed);
        input[i] = r & 0x300 ? (uint8_t)(r >> 20 & 3) : 0;
    }
    uint32_t n = base64(coded, input, sizeof input);
    for (uint32_t i = 0; i < n; i++)
        result = result * 31 + coded[i];
    n = run_lengths(coded, input, sizeof input);
    for (uint32_t i = 0; i < n; i++)
        result = result * 31 + coded[i];
    n = uncobs(back, coded + 200, cobs(coded + 200, input, 150));
    for (uint32_t i = 0; i < 150; i++)
        if (back[i] != input[i])
            return 0;
    uint8_t *end = coded;
    for (uint32_t i = 0; i < 30; i++)
        end = put_varint(end, (uint64_t)next_random(&seed) << (i % 28));
    const uint8_t *at = coded;
    while (at != end) {
        uint64_t value;
        at = get_varint(at, &value);
        result = result * 31 + (uint32_t)value + (uint32_t)(value >> 32);
    }
    for (int i = 0; i < 40; i++)
        result = result * 5 + pack(&h, next_random(&seed));
    return result + n;
}
