/* Number formatting and parsing: decimal, hexadecimal, 64-bit, fixed point, a
 * small printf over an array of arguments. */
#include "bench.h"

struct out { char *at; uint32_t left; };

KERNEL void put(struct out *o, char c)
{
    if (o->left > 1) {
        *o->at++ = c;
        o->left--;
    }
}

KERNEL void put_unsigned(struct out *o, uint32_t value, uint32_t base, int width, char pad)
{
    char digits[32];
    int n = 0;
    do {
        uint32_t digit = value % base;
        digits[n++] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
        value /= base;
    } while (value);
    while (width-- > n)
        put(o, pad);
    while (n)
        put(o, digits[--n]);
}

KERNEL void put_wide(struct out *o, uint64_t value)
{
    char digits[20];
    int n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (n)
        put(o, digits[--n]);
}

KERNEL void format(struct out *o, const char *f, const uint32_t *args)
{
    for (; *f; f++) {
        if (*f != '%') {
            put(o, *f);
            continue;
        }
        char pad = ' ';
        int width = 0;
        f++;
        if (*f == '0')
            pad = *f++;
        while (*f >= '0' && *f <= '9')
            width = width * 10 + (*f++ - '0');
        switch (*f) {
        case 'u': put_unsigned(o, *args++, 10, width, pad); break;
        case 'x': put_unsigned(o, *args++, 16, width, pad); break;
        case 'd': {
            int32_t v = (int32_t)*args++;
            if (v < 0)
                put(o, '-');
            put_unsigned(o, v < 0 ? 0u - (uint32_t)v : (uint32_t)v, 10, width, pad);
            break;
        }
        case 'q': {
            uint32_t v = *args++;
            put_unsigned(o, v >> 16, 10, 0, ' ');
            put(o, '.');
            put_unsigned(o, ((v & 0xffff) * 1000) >> 16, 10, 3, '0');
            break;
        }
        case 'c': put(o, (char)*args++); break;
        default: put(o, *f); break;
        }
    }
    *o->at = 0;
}

static char text[128];

ENTRY(bench_format)
{
    uint32_t seed = 9, result = 0;
    for (int i = 0; i < 20; i++) {
        uint32_t args[5];
        for (int j = 0; j < 5; j++)
            args[j] = next_random(&seed) >> (i & 15);
        struct out o = { text, sizeof text };
        format(&o, "id=%u at %08x: %d, %q (%c) 100%%\n", args);
        put_wide(&o, (uint64_t)args[0] << 20 | args[1]);
        for (char *p = text; p != o.at; p++)
            result = result * 31 + (uint8_t)*p;
    }
    return result;
}
