/* Pictures for a small display: decoders for JPEG (baseline), PNG (all kinds,
 * interlaced too, with their own inflate), GIF, BMP and QOI, and what follows:
 * blending over a background, scaling, dithering to 16 bits, a checksum of the
 * frame buffer. Damaged files end in an error and leave the display as it was. */
#include "bench.h"
#include "image_data.h"

enum error {
    OK, TRUNCATED, NOT_A_PICTURE, UNSUPPORTED, BAD_HEADER, BAD_CHECKSUM, BAD_CODE, BAD_DATA, TOO_LARGE,
};

enum { MOST_PIXELS = 1100, SCREEN_WIDTH = 48, SCREEN_HEIGHT = 40 };

/* Red in the low byte, then green, blue, alpha. */
typedef uint32_t colour;

struct picture { uint16_t width, height; colour pixels[MOST_PIXELS]; };

static struct picture picture;
static uint16_t screen[SCREEN_WIDTH * SCREEN_HEIGHT];

static inline colour rgba(uint32_t r, uint32_t g, uint32_t b, uint32_t a)
{
    return r | g << 8 | b << 16 | a << 24;
}

static inline uint8_t clamp(int32_t v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* ------------------------------------------------------------------------
 * Input
 * ------------------------------------------------------------------------ */

struct input { const uint8_t *at, *end; enum error error; };

static uint32_t byte(struct input *in)
{
    if (in->at == in->end) {
        in->error = TRUNCATED;
        return 0;
    }
    return *in->at++;
}

static uint32_t big16(struct input *in)
{
    uint32_t high = byte(in);
    return high << 8 | byte(in);
}

static uint32_t big32(struct input *in)
{
    uint32_t high = big16(in);
    return high << 16 | big16(in);
}

static uint32_t little16(struct input *in)
{
    uint32_t low = byte(in);
    return low | byte(in) << 8;
}

static uint32_t little32(struct input *in)
{
    uint32_t low = little16(in);
    return low | little16(in) << 16;
}

static void skip(struct input *in, uint32_t n)
{
    if (n > (uint32_t)(in->end - in->at)) {
        in->error = TRUNCATED;
        n = (uint32_t)(in->end - in->at);
    }
    in->at += n;
}

/* The next n bytes as an input of their own. */
static struct input part(struct input *in, uint32_t n)
{
    struct input p = { in->at, in->at, OK };
    skip(in, n);
    p.end = in->at;
    return p;
}

static enum error set_size(struct picture *p, uint32_t width, uint32_t height)
{
    if (!width || !height)
        return BAD_HEADER;
    if (width > MOST_PIXELS || height > MOST_PIXELS || width * height > MOST_PIXELS)
        return TOO_LARGE;
    p->width = (uint16_t)width;
    p->height = (uint16_t)height;
    for (uint32_t i = 0; i < width * height; i++)
        p->pixels[i] = 0;
    return OK;
}

/* ------------------------------------------------------------------------
 * Inflate (RFC 1951), which feeds its output to a row at a time
 * ------------------------------------------------------------------------ */

enum { WINDOW = 1024, LITERALS = 288, DISTANCES = 32, CODE_BITS = 15, FAST_BITS = 6 };

/* Codes in canonical order, and a table for short ones: length and symbol. */
struct codes { uint16_t count[CODE_BITS + 1]; uint16_t symbols[LITERALS]; uint16_t fast[1 << FAST_BITS]; };

typedef enum error sink(void *to, uint8_t value);

struct inflate {
    struct input *parts;
    uint32_t part_count, part;
    uint32_t bits, count;
    uint32_t at, a, b; /* the checksum's sums */
    sink *out;
    void *to;
    struct codes literals, distances;
    uint8_t lengths[LITERALS + DISTANCES];
    uint8_t window[WINDOW];
};

static struct inflate inflater;

static const uint16_t length_base[29] = {
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
};
static const uint8_t length_extra[29] = {
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
};
static const uint16_t distance_base[30] = {
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
    3073, 4097, 6145, 8193, 12289, 16385, 24577,
};
static const uint8_t distance_extra[30] = {
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
};
static const uint8_t length_order[19] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };

static uint32_t next_byte(struct inflate *z)
{
    while (z->part < z->part_count) {
        struct input *in = &z->parts[z->part];
        if (in->at < in->end)
            return *in->at++;
        z->part++;
    }
    return 0x100; /* beyond the end */
}

static int need(struct inflate *z, uint32_t n)
{
    while (z->count < n) {
        uint32_t v = next_byte(z);
        if (v > 255)
            return 0;
        z->bits |= v << z->count;
        z->count += 8;
    }
    return 1;
}

static uint32_t take(struct inflate *z, uint32_t n)
{
    if (!need(z, n))
        return 0xffffffff;
    uint32_t v = z->bits & ((1u << n) - 1);
    z->bits >>= n;
    z->count -= n;
    return v;
}

static uint32_t reversed(uint32_t v, uint32_t n)
{
    uint32_t r = 0;
    for (; n; n--, v >>= 1)
        r = r << 1 | (v & 1);
    return r;
}

KERNEL enum error make_codes(struct codes *c, const uint8_t *lengths, uint32_t n)
{
    uint16_t offsets[CODE_BITS + 2];
    int32_t left = 1;
    for (uint32_t i = 0; i <= CODE_BITS; i++)
        c->count[i] = 0;
    for (uint32_t i = 0; i < n; i++)
        c->count[lengths[i]]++;
    c->count[0] = 0;
    for (uint32_t i = 1; i <= CODE_BITS; i++) {
        left = left * 2 - c->count[i];
        if (left < 0)
            return BAD_CODE;
    }
    offsets[1] = 0;
    for (uint32_t i = 1; i <= CODE_BITS; i++)
        offsets[i + 1] = (uint16_t)(offsets[i] + c->count[i]);
    for (uint32_t i = 0; i < n; i++)
        if (lengths[i])
            c->symbols[offsets[lengths[i]]++] = (uint16_t)i;
    for (uint32_t i = 0; i < 1u << FAST_BITS; i++)
        c->fast[i] = 0;
    uint32_t code = 0, at = 0;
    for (uint32_t length = 1; length <= FAST_BITS; length++) {
        for (uint32_t i = 0; i < c->count[length]; i++, code++, at++)
            for (uint32_t j = reversed(code, length); j < 1u << FAST_BITS; j += 1u << length)
                c->fast[j] = (uint16_t)(c->symbols[at] << 4 | length);
        code <<= 1;
    }
    return OK;
}

/* A symbol, or a large number where there is none. */
KERNEL uint32_t decode(struct inflate *z, const struct codes *c)
{
    need(z, CODE_BITS);
    uint32_t entry = c->fast[z->bits & ((1 << FAST_BITS) - 1)], length = entry & 15;
    if (length && length <= z->count) {
        z->bits >>= length;
        z->count -= length;
        return entry >> 4;
    }
    uint32_t code = 0, first = 0, index = 0;
    for (length = 1; length <= CODE_BITS && length <= z->count; length++) {
        code |= z->bits >> (length - 1) & 1;
        uint32_t count = c->count[length];
        if (code < first + count) {
            z->bits >>= length;
            z->count -= length;
            return c->symbols[index + (code - first)];
        }
        index += count;
        first = (first + count) << 1;
        code <<= 1;
    }
    return 0xffffffff;
}

static enum error put(struct inflate *z, uint8_t v)
{
    z->window[z->at++ % WINDOW] = v;
    z->a += v;
    if (z->a >= 65521)
        z->a -= 65521;
    z->b += z->a;
    if (z->b >= 65521)
        z->b -= 65521;
    return z->out(z->to, v);
}

KERNEL enum error stored_block(struct inflate *z)
{
    z->bits = z->count = 0; /* at most seven bits are ahead: none of a byte */
    uint32_t n = take(z, 16), check = take(z, 16);
    if (n > 0xffff || (n ^ check) != 0xffff)
        return BAD_DATA;
    while (n--) {
        uint32_t v = take(z, 8);
        if (v > 255)
            return TRUNCATED;
        enum error error = put(z, (uint8_t)v);
        if (error)
            return error;
    }
    return OK;
}

KERNEL enum error coded_block(struct inflate *z)
{
    for (;;) {
        uint32_t symbol = decode(z, &z->literals);
        if (symbol < 256) {
            enum error error = put(z, (uint8_t)symbol);
            if (error)
                return error;
            continue;
        }
        if (symbol == 256)
            return OK;
        if (symbol > 285)
            return BAD_DATA;
        uint32_t length = length_base[symbol - 257] + take(z, length_extra[symbol - 257]);
        symbol = decode(z, &z->distances);
        if (symbol > 29)
            return BAD_DATA;
        uint32_t distance = distance_base[symbol] + take(z, distance_extra[symbol]);
        if (distance > z->at || distance > WINDOW || length > 258)
            return BAD_DATA;
        for (; length; length--) {
            enum error error = put(z, z->window[(z->at - distance) % WINDOW]);
            if (error)
                return error;
        }
    }
}

static enum error fixed_codes(struct inflate *z)
{
    for (uint32_t i = 0; i < LITERALS; i++)
        z->lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    enum error error = make_codes(&z->literals, z->lengths, LITERALS);
    for (uint32_t i = 0; i < 30; i++)
        z->lengths[i] = 5;
    return error ? error : make_codes(&z->distances, z->lengths, 30);
}

KERNEL enum error dynamic_codes(struct inflate *z)
{
    uint32_t literals = take(z, 5) + 257, distances = take(z, 5) + 1, count = take(z, 4) + 4, at = 0;
    if (literals > 286 || distances > 30 || count > 19)
        return BAD_CODE;
    for (uint32_t i = 0; i < 19; i++)
        z->lengths[length_order[i]] = i < count ? (uint8_t)take(z, 3) : 0;
    enum error error = make_codes(&z->literals, z->lengths, 19);
    if (error)
        return error;
    while (at < literals + distances) {
        uint32_t symbol = decode(z, &z->literals), times = 1, value = symbol;
        switch (symbol) {
        case 16:
            if (!at)
                return BAD_CODE;
            value = z->lengths[at - 1];
            times = 3 + take(z, 2);
            break;
        case 17: value = 0; times = 3 + take(z, 3); break;
        case 18: value = 0; times = 11 + take(z, 7); break;
        default:
            if (symbol > 15)
                return BAD_CODE;
        }
        if (at + times > literals + distances)
            return BAD_CODE;
        while (times--)
            z->lengths[at++] = (uint8_t)value;
    }
    error = make_codes(&z->literals, z->lengths, literals);
    return error ? error : make_codes(&z->distances, z->lengths + literals, distances);
}

/* A zlib stream (RFC 1950) over several pieces. */
KERNEL enum error inflate(struct inflate *z)
{
    uint32_t method = take(z, 8), flags = take(z, 8), last;
    if ((method & 15) != 8 || (method << 8 | flags) % 31 || flags & 32)
        return BAD_HEADER;
    z->at = z->b = 0;
    z->a = 1;
    do {
        enum error error = OK;
        last = take(z, 1);
        switch (take(z, 2)) {
        case 0: error = stored_block(z); break;
        case 1:
            error = fixed_codes(z);
            if (!error)
                error = coded_block(z);
            break;
        case 2:
            error = dynamic_codes(z);
            if (!error)
                error = coded_block(z);
            break;
        default: error = last > 1 ? TRUNCATED : BAD_DATA;
        }
        if (error)
            return error;
    } while (!last);
    take(z, z->count & 7);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 4; i++)
        sum = sum << 8 | take(z, 8);
    return sum == (z->b << 16 | z->a) ? OK : BAD_CHECKSUM;
}

/* ------------------------------------------------------------------------
 * PNG
 * ------------------------------------------------------------------------ */

enum { GREY = 0, TRUECOLOUR = 2, PALETTE = 3, GREY_ALPHA = 4, TRUECOLOUR_ALPHA = 6 };
enum { ROW = 4 * 64, PARTS = 6 };

struct png {
    struct picture *picture;
    uint32_t width, height, depth, kind, samples, interlaced;
    colour palette[64];
    uint32_t colours, transparent, has_transparent;
    /* The row that is being read */
    uint32_t pass, y, row_bytes, at;
    uint8_t method, current;
    uint8_t rows[2][ROW];
};

static struct png png;

/* Where the pixels of the seven passes are, and the steps between them. */
static const struct { uint8_t x, y, step_x, step_y; } passes[8] = {
    { 0, 0, 8, 8 }, { 4, 0, 8, 8 }, { 0, 4, 4, 8 }, { 2, 0, 4, 4 }, { 0, 2, 2, 4 }, { 1, 0, 2, 2 },
    { 0, 1, 1, 2 }, { 0, 0, 1, 1 },
};

static uint32_t crc_table[16];

static void make_crc_table(void)
{
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t v = i;
        for (int j = 0; j < 4; j++)
            v = v & 1 ? v >> 1 ^ 0xedb88320u : v >> 1;
        crc_table[i] = v;
    }
}

KERNEL uint32_t crc(const uint8_t *p, uint32_t n)
{
    uint32_t v = 0xffffffff;
    while (n--) {
        v ^= *p++;
        v = v >> 4 ^ crc_table[v & 15];
        v = v >> 4 ^ crc_table[v & 15];
    }
    return ~v;
}

static uint32_t pass_width(const struct png *p)
{
    uint32_t x = passes[p->pass].x, step = passes[p->pass].step_x;
    return p->width > x ? (p->width - x + step - 1) / step : 0;
}

static uint32_t pass_height(const struct png *p)
{
    uint32_t y = passes[p->pass].y, step = passes[p->pass].step_y;
    return p->height > y ? (p->height - y + step - 1) / step : 0;
}

/* Prepares for the rows of a pass, or of the next one that has any. */
static void start_pass(struct png *p)
{
    while (p->pass < 7 && (!pass_width(p) || !pass_height(p)))
        p->pass++;
    p->y = p->at = 0;
    p->row_bytes = (pass_width(p) * p->samples * p->depth + 7) / 8;
    for (uint32_t i = 0; i < ROW; i++)
        p->rows[0][i] = p->rows[1][i] = 0;
}

static uint8_t paeth(int32_t a, int32_t b, int32_t c)
{
    int32_t pa = b - c, pb = a - c, pc = pa + pb;
    pa = pa < 0 ? -pa : pa;
    pb = pb < 0 ? -pb : pb;
    pc = pc < 0 ? -pc : pc;
    return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

KERNEL void unfilter(uint8_t *row, const uint8_t *above, uint32_t n, uint32_t back, uint32_t method)
{
    switch (method) {
    case 1:
        for (uint32_t i = back; i < n; i++)
            row[i] = (uint8_t)(row[i] + row[i - back]);
        break;
    case 2:
        for (uint32_t i = 0; i < n; i++)
            row[i] = (uint8_t)(row[i] + above[i]);
        break;
    case 3:
        for (uint32_t i = 0; i < n; i++)
            row[i] = (uint8_t)(row[i] + ((i < back ? 0 : row[i - back]) + above[i]) / 2);
        break;
    case 4:
        for (uint32_t i = 0; i < n; i++) {
            uint8_t left = i < back ? 0 : row[i - back], corner = i < back ? 0 : above[i - back];
            row[i] = (uint8_t)(row[i] + paeth(left, above[i], corner));
        }
        break;
    default:
        break;
    }
}

/* Sample number i of a row; of 16 bits the upper ones. */
static inline uint32_t sample(const struct png *p, const uint8_t *row, uint32_t i)
{
    if (p->depth == 8)
        return row[i];
    if (p->depth == 16)
        return row[2 * i];
    uint32_t at = i * p->depth;
    return row[at / 8] >> (8 - p->depth - at % 8) & ((1u << p->depth) - 1);
}

static colour png_pixel(const struct png *p, const uint8_t *row, uint32_t x)
{
    uint32_t first = x * p->samples, v = sample(p, row, first);
    switch (p->kind) {
    case GREY: {
        uint32_t alpha = p->has_transparent && v == p->transparent ? 0 : 255;
        if (p->depth < 8)
            v = v * (255 / ((1u << p->depth) - 1));
        return rgba(v, v, v, alpha);
    }
    case PALETTE:
        return v < p->colours ? p->palette[v] : rgba(0, 0, 0, 255);
    case GREY_ALPHA:
        return rgba(v, v, v, sample(p, row, first + 1));
    case TRUECOLOUR: {
        colour c = rgba(v, sample(p, row, first + 1), sample(p, row, first + 2), 255);
        return p->has_transparent && (c & 0xffffff) == p->transparent ? c & 0xffffff : c;
    }
    default:
        return rgba(v, sample(p, row, first + 1), sample(p, row, first + 2), sample(p, row, first + 3));
    }
}

KERNEL void finish_row(struct png *p)
{
    uint32_t back = (p->samples * p->depth + 7) / 8, width = pass_width(p);
    uint8_t *row = p->rows[p->current];
    unfilter(row, p->rows[p->current ^ 1], p->row_bytes, back, p->method);
    uint32_t y = passes[p->pass].y + p->y * passes[p->pass].step_y;
    colour *out = p->picture->pixels + y * p->width + passes[p->pass].x;
    for (uint32_t x = 0; x < width; x++) {
        *out = png_pixel(p, row, x);
        out += passes[p->pass].step_x;
    }
    p->current ^= 1;
    p->at = 0;
    if (++p->y == pass_height(p)) {
        p->pass++;
        if (p->interlaced && p->pass < 7)
            start_pass(p);
        else
            p->pass = 8; /* all rows are there */
    }
}

/* Takes the bytes of the rows as they come. */
static enum error png_byte(void *to, uint8_t value)
{
    struct png *p = to;
    if (p->pass == 8)
        return BAD_DATA;
    if (!p->at) {
        if (value > 4)
            return BAD_DATA;
        p->method = value;
        p->at = 1;
        return OK;
    }
    p->rows[p->current][p->at - 1] = value;
    if (p->at++ == p->row_bytes)
        finish_row(p);
    return OK;
}

static enum error png_header(struct png *p, struct input *in)
{
    static const uint8_t samples[7] = { 1, 0, 3, 1, 2, 0, 4 };
    static const uint32_t depths[7] = { 0x10116, 0, 0x10100, 0x116, 0x10100, 0, 0x10100 };
    p->width = big32(in);
    p->height = big32(in);
    p->depth = byte(in);
    p->kind = byte(in);
    uint32_t compression = byte(in), filter = byte(in);
    p->interlaced = byte(in);
    if (in->error || compression || filter || p->interlaced > 1 || p->kind > 6 || p->depth > 16
        || !(depths[p->kind] >> p->depth & 1))
        return BAD_HEADER;
    p->samples = samples[p->kind];
    if (p->width > ROW * 8 || p->width * p->samples * p->depth > ROW * 8)
        return TOO_LARGE;
    return set_size(p->picture, p->width, p->height);
}

static void png_palette_chunk(struct png *p, struct input *in)
{
    p->colours = 0;
    while (in->end - in->at >= 3 && p->colours < 64) {
        uint32_t r = byte(in), g = byte(in), b = byte(in);
        p->palette[p->colours++] = rgba(r, g, b, 255);
    }
}

static void png_transparency(struct png *p, struct input *in)
{
    if (p->kind == PALETTE) {
        for (uint32_t i = 0; i < p->colours && in->at < in->end; i++)
            p->palette[i] = (p->palette[i] & 0xffffff) | byte(in) << 24;
        return;
    }
    uint32_t shift = p->depth == 16 ? 8 : 0;
    p->has_transparent = 1;
    p->transparent = big16(in) >> shift;
    if (p->kind == TRUECOLOUR) {
        p->transparent |= (big16(in) >> shift) << 8;
        p->transparent |= (big16(in) >> shift) << 16;
    }
}

#define CHUNK(a, b, c, d) ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

KERNEL enum error png_decode(struct input *in, struct picture *out)
{
    struct png *p = &png;
    struct input parts[PARTS];
    uint32_t count = 0, headed = 0;
    enum error error = OK;
    p->picture = out;
    p->colours = p->has_transparent = 0;
    skip(in, 8);
    for (;;) {
        uint32_t length = big32(in), kind = big32(in);
        if (in->error || length + 4 > (uint32_t)(in->end - in->at))
            return TRUNCATED;
        uint32_t sum = crc(in->at - 4, length + 4);
        struct input chunk = part(in, length);
        if (big32(in) != sum)
            return BAD_CHECKSUM;
        if (!headed && kind != CHUNK('I', 'H', 'D', 'R'))
            return BAD_HEADER;
        switch (kind) {
        case CHUNK('I', 'H', 'D', 'R'): error = png_header(p, &chunk); headed = 1; break;
        case CHUNK('P', 'L', 'T', 'E'): png_palette_chunk(p, &chunk); break;
        case CHUNK('t', 'R', 'N', 'S'): png_transparency(p, &chunk); break;
        case CHUNK('I', 'D', 'A', 'T'):
            if (count == PARTS)
                return UNSUPPORTED;
            parts[count++] = chunk;
            break;
        case CHUNK('I', 'E', 'N', 'D'): break;
        default:
            if (!(kind >> 29 & 1)) /* critical, and unknown */
                return UNSUPPORTED;
        }
        if (error)
            return error;
        if (kind == CHUNK('I', 'E', 'N', 'D'))
            break;
    }
    p->pass = p->interlaced ? 0 : 7;
    p->current = 0;
    start_pass(p);
    struct inflate *z = &inflater;
    z->parts = parts;
    z->part_count = count;
    z->part = z->bits = z->count = 0;
    z->out = png_byte;
    z->to = p;
    error = inflate(z);
    return error ? error : p->pass == 8 ? OK : TRUNCATED;
}

/* ------------------------------------------------------------------------
 * JPEG, baseline
 * ------------------------------------------------------------------------ */

enum { COMPONENTS = 3, SOI = 0xd8, EOI = 0xd9, SOF0 = 0xc0, DHT = 0xc4, DQT = 0xdb, DRI = 0xdd, SOS = 0xda };

struct huffman { uint8_t symbols[256]; uint16_t count[17]; uint16_t fast[1 << 7]; };

struct component {
    uint8_t id, horizontal, vertical, quantiser, dc, ac;
    int32_t predicted;
    uint8_t samples[4][64]; /* the blocks of one unit */
};

struct jpeg {
    struct input *in;
    struct picture *picture;
    uint32_t bits, count, marker;
    uint32_t components, horizontal, vertical, restart;
    uint16_t quantisers[4][64];
    struct huffman tables[2][2];
    uint8_t has_table[2][2];
    struct component component[COMPONENTS];
    int32_t block[64];
};

static struct jpeg jpeg;

static const uint8_t zigzag[64] = {
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52,
    45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

static enum error read_quantisers(struct jpeg *j, struct input *in)
{
    while (in->at < in->end) {
        uint32_t head = byte(in);
        if ((head & 15) > 3 || head >> 4 > 1)
            return BAD_HEADER;
        for (uint32_t i = 0; i < 64; i++)
            j->quantisers[head & 15][zigzag[i]] = (uint16_t)(head >> 4 ? big16(in) : byte(in));
    }
    return in->error;
}

KERNEL enum error read_huffman(struct jpeg *j, struct input *in)
{
    while (in->at < in->end) {
        uint32_t head = byte(in), total = 0, code = 0, at = 0;
        if ((head & 15) > 1 || head >> 4 > 1)
            return BAD_HEADER;
        struct huffman *h = &j->tables[head >> 4][head & 15];
        j->has_table[head >> 4][head & 15] = 1;
        for (uint32_t i = 1; i <= 16; i++)
            total += h->count[i] = (uint16_t)byte(in);
        if (total > 256)
            return BAD_CODE;
        for (uint32_t i = 0; i < total; i++)
            h->symbols[i] = (uint8_t)byte(in);
        for (uint32_t i = 0; i < 1 << 7; i++)
            h->fast[i] = 0;
        for (uint32_t length = 1; length <= 16; length++) {
            for (uint32_t i = 0; i < h->count[length]; i++, code++, at++) {
                if (code >> length)
                    return BAD_CODE;
                if (length > 7)
                    continue;
                uint32_t spare = 7 - length;
                for (uint32_t k = 0; k < 1u << spare; k++)
                    h->fast[(code << spare) + k] = (uint16_t)(h->symbols[at] << 4 | length);
            }
            code <<= 1;
        }
    }
    return in->error;
}

static enum error read_frame(struct jpeg *j, struct input *in)
{
    uint32_t precision = byte(in), height = big16(in), width = big16(in);
    j->components = byte(in);
    j->horizontal = j->vertical = 1;
    if (precision != 8 || (j->components != 1 && j->components != 3))
        return UNSUPPORTED;
    for (uint32_t i = 0; i < j->components; i++) {
        struct component *c = &j->component[i];
        c->id = (uint8_t)byte(in);
        uint32_t factors = byte(in);
        c->horizontal = factors >> 4;
        c->vertical = factors & 15;
        c->quantiser = byte(in) & 3;
        if (!c->horizontal || !c->vertical || c->horizontal > 2 || c->vertical > 2)
            return UNSUPPORTED;
        if (c->horizontal > j->horizontal)
            j->horizontal = c->horizontal;
        if (c->vertical > j->vertical)
            j->vertical = c->vertical;
    }
    if (j->components == 1) { /* a single component has units of one block */
        j->component[0].horizontal = j->component[0].vertical = 1;
        j->horizontal = j->vertical = 1;
    }
    return in->error ? in->error : set_size(j->picture, width, height);
}

static enum error read_scan(struct jpeg *j, struct input *in)
{
    if (byte(in) != j->components || !j->components)
        return UNSUPPORTED;
    for (uint32_t i = 0; i < j->components; i++) {
        uint32_t id = byte(in), tables = byte(in);
        struct component *c = &j->component[i];
        if (c->id != id || (tables & 15) > 1 || tables >> 4 > 1)
            return UNSUPPORTED;
        c->dc = tables >> 4;
        c->ac = tables & 15;
        c->predicted = 0;
        if (!j->has_table[0][c->dc] || !j->has_table[1][c->ac])
            return BAD_CODE;
    }
    return in->error;
}

/* Bits come from the highest down; a marker ends them, and zeros follow. */
static void fill(struct jpeg *j)
{
    while (j->count <= 24) {
        uint32_t v = 0;
        if (!j->marker && j->in->at < j->in->end) {
            v = *j->in->at++;
            if (v == 0xff) {
                uint32_t next = j->in->at < j->in->end ? *j->in->at++ : EOI;
                if (next) {
                    j->marker = next;
                    v = 0;
                }
            }
        }
        j->bits |= v << (24 - j->count);
        j->count += 8;
    }
}

static inline void drop(struct jpeg *j, uint32_t n)
{
    j->bits <<= n;
    j->count -= n;
}

KERNEL uint32_t symbol(struct jpeg *j, const struct huffman *h)
{
    if (j->count < 16)
        fill(j);
    uint32_t entry = h->fast[j->bits >> 25];
    if (entry) {
        drop(j, entry & 15);
        return entry >> 4;
    }
    uint32_t first = 0, index = 0;
    for (uint32_t length = 1; length <= 16; length++) {
        uint32_t code = j->bits >> (32 - length), count = h->count[length];
        if (code < first + count) {
            drop(j, length);
            return h->symbols[index + code - first];
        }
        index += count;
        first = (first + count) << 1;
    }
    return 256;
}

/* A number of n bits, of which the lower half of the range is negative. */
static int32_t number(struct jpeg *j, uint32_t n)
{
    if (!n)
        return 0;
    if (j->count < n)
        fill(j);
    int32_t v = (int32_t)(j->bits >> (32 - n));
    drop(j, n);
    return v < 1 << (n - 1) ? v - (1 << n) + 1 : v;
}

KERNEL enum error read_block(struct jpeg *j, struct component *c)
{
    const uint16_t *quantiser = j->quantisers[c->quantiser];
    for (uint32_t i = 0; i < 64; i++)
        j->block[i] = 0;
    uint32_t size = symbol(j, &j->tables[0][c->dc]);
    if (size > 11)
        return BAD_CODE;
    c->predicted += number(j, size);
    j->block[0] = c->predicted * quantiser[0];
    for (uint32_t at = 1; at < 64; at++) {
        uint32_t v = symbol(j, &j->tables[1][c->ac]), run = v >> 4;
        size = v & 15;
        if (v > 255)
            return BAD_CODE;
        if (!size) {
            if (run != 15)
                break;
            at += 15;
            continue;
        }
        at += run;
        if (at > 63)
            return BAD_DATA;
        uint32_t place = zigzag[at];
        j->block[place] = number(j, size) * quantiser[place];
    }
    return OK;
}

/* The inverse cosine transform of eight values, in Q12. */
static inline void transform_line(int32_t *v, uint32_t step, uint32_t shift, int32_t round)
{
    int32_t p2 = v[2 * step], p3 = v[6 * step], p1 = (p2 + p3) * 2217;
    int32_t t2 = p1 + p3 * -7567, t3 = p1 + p2 * 3135;
    int32_t t0 = (v[0] + v[4 * step]) * 4096, t1 = (v[0] - v[4 * step]) * 4096;
    int32_t x0 = t0 + t3 + round, x3 = t0 - t3 + round, x1 = t1 + t2 + round, x2 = t1 - t2 + round;
    t0 = v[7 * step];
    t1 = v[5 * step];
    t2 = v[3 * step];
    t3 = v[1 * step];
    int32_t p4 = t1 + t3, p5 = (t0 + t2 + p4) * 4816;
    int32_t q1 = p5 + (t0 + t3) * -3685, q2 = p5 + (t1 + t2) * -10497;
    int32_t q3 = (t0 + t2) * -8034, q4 = p4 * -1597;
    t3 = t3 * 6149 + q1 + q4;
    t2 = t2 * 12586 + q2 + q3;
    t1 = t1 * 8410 + q2 + q4;
    t0 = t0 * 1223 + q1 + q3;
    v[0] = (x0 + t3) >> shift;
    v[7 * step] = (x0 - t3) >> shift;
    v[1 * step] = (x1 + t2) >> shift;
    v[6 * step] = (x1 - t2) >> shift;
    v[2 * step] = (x2 + t1) >> shift;
    v[5 * step] = (x2 - t1) >> shift;
    v[3 * step] = (x3 + t0) >> shift;
    v[4 * step] = (x3 - t0) >> shift;
}

KERNEL void inverse_transform(int32_t *block, uint8_t *out)
{
    for (uint32_t i = 0; i < 8; i++) {
        int32_t *v = block + i;
        if (!(v[8] | v[16] | v[24] | v[32] | v[40] | v[48] | v[56])) {
            int32_t flat = v[0] * 4;
            for (uint32_t k = 0; k < 64; k += 8)
                v[k] = flat;
        } else {
            transform_line(v, 8, 10, 512);
        }
    }
    for (uint32_t i = 0; i < 64; i += 8) {
        transform_line(block + i, 1, 17, 65536 + (128 << 17));
        for (uint32_t k = 0; k < 8; k++)
            out[i + k] = clamp(block[i + k]);
    }
}

/* The sample of a component at a place in the unit. */
static inline int32_t unit_sample(const struct jpeg *j, const struct component *c, uint32_t x, uint32_t y)
{
    x = x * c->horizontal / j->horizontal;
    y = y * c->vertical / j->vertical;
    return c->samples[y / 8 * c->horizontal + x / 8][y % 8 * 8 + x % 8];
}

KERNEL void put_unit(struct jpeg *j, uint32_t left, uint32_t top)
{
    struct picture *out = j->picture;
    const struct component *c = j->component;
    for (uint32_t y = 0; y < 8 * j->vertical && top + y < out->height; y++)
        for (uint32_t x = 0; x < 8 * j->horizontal && left + x < out->width; x++) {
            int32_t luma = unit_sample(j, &c[0], x, y), r = luma, g = luma, b = luma;
            if (j->components == 3) {
                int32_t cb = unit_sample(j, &c[1], x, y) - 128, cr = unit_sample(j, &c[2], x, y) - 128;
                r += (cr * 5743 + 2048) >> 12;
                g -= (cb * 1410 + cr * 2925 - 2048) >> 12;
                b += (cb * 7258 + 2048) >> 12;
            }
            out->pixels[(top + y) * out->width + left + x] = rgba(clamp(r), clamp(g), clamp(b), 255);
        }
}

static enum error read_unit(struct jpeg *j)
{
    for (uint32_t i = 0; i < j->components; i++) {
        struct component *c = &j->component[i];
        for (uint32_t k = 0; k < (uint32_t)c->horizontal * c->vertical; k++) {
            enum error error = read_block(j, c);
            if (error)
                return error;
            inverse_transform(j->block, c->samples[k]);
        }
    }
    return OK;
}

static enum error restart(struct jpeg *j, uint32_t number)
{
    struct input *in = j->in;
    while (!j->marker && in->at < in->end)
        if (*in->at++ == 0xff && in->at < in->end && *in->at && *in->at != 0xff)
            j->marker = *in->at++;
    if (j->marker != 0xd0 + (number & 7))
        return BAD_DATA;
    j->marker = j->bits = j->count = 0;
    for (uint32_t i = 0; i < j->components; i++)
        j->component[i].predicted = 0;
    return OK;
}

KERNEL enum error read_units(struct jpeg *j)
{
    struct picture *out = j->picture;
    uint32_t units = 0, width = 8 * j->horizontal, height = 8 * j->vertical;
    j->bits = j->count = j->marker = 0;
    for (uint32_t top = 0; top < out->height; top += height)
        for (uint32_t left = 0; left < out->width; left += width) {
            enum error error = OK;
            if (j->restart && units && units % j->restart == 0)
                error = restart(j, units / j->restart - 1);
            if (!error)
                error = read_unit(j);
            if (error)
                return error;
            put_unit(j, left, top);
            units++;
        }
    return OK;
}

KERNEL enum error jpeg_decode(struct input *in, struct picture *out)
{
    struct jpeg *j = &jpeg;
    j->in = in;
    j->picture = out;
    j->components = j->restart = 0;
    for (uint32_t i = 0; i < 4; i++)
        j->has_table[i >> 1][i & 1] = 0;
    skip(in, 2);
    while (!in->error) {
        if (byte(in) != 0xff)
            return BAD_DATA;
        uint32_t marker = byte(in);
        while (marker == 0xff)
            marker = byte(in);
        if (marker == EOI)
            return BAD_DATA;
        uint32_t length = big16(in);
        if (length < 2)
            return BAD_HEADER;
        struct input segment = part(in, length - 2);
        enum error error = in->error;
        switch (marker) {
        case DQT: error = read_quantisers(j, &segment); break;
        case DHT: error = read_huffman(j, &segment); break;
        case SOF0: error = read_frame(j, &segment); break;
        case DRI: j->restart = big16(&segment); break;
        case SOS:
            error = read_scan(j, &segment);
            return error ? error : read_units(j);
        default:
            if (marker >= 0xc1 && marker <= 0xcf)
                return UNSUPPORTED; /* progressive and others */
        }
        if (error)
            return error;
    }
    return TRUNCATED;
}

/* ------------------------------------------------------------------------
 * GIF
 * ------------------------------------------------------------------------ */

enum { LZW_BITS = 10, LZW_CODES = 1 << LZW_BITS };

struct lzw {
    struct input *in;
    uint32_t bits, count, left; /* left in the block */
    uint16_t prefix[LZW_CODES];
    uint8_t suffix[LZW_CODES], stack[LZW_CODES];
};

static struct lzw lzw;

static uint32_t lzw_code(struct lzw *l, uint32_t width)
{
    while (l->count < width) {
        if (!l->left) {
            l->left = byte(l->in);
            if (!l->left)
                return 0xffffffff;
        }
        l->bits |= byte(l->in) << l->count;
        l->count += 8;
        l->left--;
        if (l->in->error)
            return 0xffffffff;
    }
    uint32_t code = l->bits & ((1u << width) - 1);
    l->bits >>= width;
    l->count -= width;
    return code;
}

struct gif_frame { struct picture *picture; colour palette[64]; uint32_t left, top, width, height, x, y, pass, interlaced, colours; };

static void gif_pixel(struct gif_frame *f, uint32_t index)
{
    static const uint8_t starts[4] = { 0, 4, 2, 1 }, steps[4] = { 8, 8, 4, 2 };
    struct picture *out = f->picture;
    if (f->y >= f->height)
        return;
    colour c = index < f->colours ? f->palette[index] : 0;
    if (c >> 24 && f->top + f->y < out->height && f->left + f->x < out->width)
        out->pixels[(f->top + f->y) * out->width + f->left + f->x] = c;
    if (++f->x < f->width)
        return;
    f->x = 0;
    if (!f->interlaced) {
        f->y++;
        return;
    }
    f->y += steps[f->pass];
    while (f->y >= f->height && f->pass < 3)
        f->y = starts[++f->pass];
}

KERNEL enum error lzw_decode(struct lzw *l, struct gif_frame *f)
{
    uint32_t least = byte(l->in), clear = 1u << least, next = clear + 2, width = least + 1;
    uint32_t last = 0xffffffff, first = 0;
    if (least < 2 || least > 8)
        return BAD_HEADER;
    l->bits = l->count = l->left = 0;
    for (;;) {
        uint32_t code = lzw_code(l, width);
        if (code == clear) {
            next = clear + 2;
            width = least + 1;
            last = 0xffffffff;
            continue;
        }
        if (code == clear + 1)
            return OK;
        if (code > next || (code == next && last == 0xffffffff))
            return BAD_CODE;
        uint32_t depth = 0, at = code;
        if (code == next) { /* what the last one was, and its first value again */
            l->stack[depth++] = (uint8_t)first;
            at = last;
        }
        while (at >= clear + 2) {
            l->stack[depth++] = l->suffix[at];
            at = l->prefix[at];
        }
        first = at;
        gif_pixel(f, first);
        while (depth)
            gif_pixel(f, l->stack[--depth]);
        if (last != 0xffffffff && next < LZW_CODES) {
            l->prefix[next] = (uint16_t)last;
            l->suffix[next++] = (uint8_t)first;
            if (next == 1u << width && width < LZW_BITS)
                width++;
        }
        last = code;
    }
}

static uint32_t gif_palette(struct input *in, colour *palette, uint32_t flags)
{
    uint32_t n = 2u << (flags & 7);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t r = byte(in), g = byte(in), b = byte(in);
        if (i < 64)
            palette[i] = rgba(r, g, b, 255);
    }
    return n < 64 ? n : 64;
}

static void skip_blocks(struct input *in)
{
    for (uint32_t n = byte(in); n; n = byte(in))
        skip(in, n);
}

KERNEL enum error gif_decode(struct input *in, struct picture *out)
{
    struct gif_frame f = { .picture = out };
    uint32_t transparent = 256;
    skip(in, 6);
    uint32_t width = little16(in), height = little16(in), flags = byte(in);
    skip(in, 2);
    enum error error = in->error ? in->error : set_size(out, width, height);
    if (error)
        return error;
    if (flags & 128)
        f.colours = gif_palette(in, f.palette, flags);
    for (;;) {
        uint32_t kind = byte(in);
        if (kind == 0x21) {
            if (byte(in) == 0xf9) {
                skip(in, 1);
                uint32_t control = byte(in);
                skip(in, 2);
                uint32_t index = byte(in);
                transparent = control & 1 ? index : 256;
            }
            skip_blocks(in);
        } else if (kind == 0x2c) {
            break;
        } else {
            return in->error ? in->error : BAD_DATA;
        }
    }
    f.left = little16(in);
    f.top = little16(in);
    f.width = little16(in);
    f.height = little16(in);
    flags = byte(in);
    f.interlaced = flags >> 6 & 1;
    if (flags & 128)
        f.colours = gif_palette(in, f.palette, flags);
    if (transparent < f.colours)
        f.palette[transparent] = 0;
    lzw.in = in;
    return lzw_decode(&lzw, &f);
}

/* ------------------------------------------------------------------------
 * BMP
 * ------------------------------------------------------------------------ */

struct bmp { struct picture *picture; uint32_t bits, compression, colours; int32_t rows; colour palette[64]; };

static colour *bmp_row(const struct bmp *b, uint32_t y)
{
    uint32_t row = b->rows > 0 ? b->picture->height - 1u - y : y;
    return b->picture->pixels + row * b->picture->width;
}

static colour bmp_colour(const struct bmp *b, uint32_t index)
{
    return index < b->colours ? b->palette[index] : rgba(0, 0, 0, 255);
}

KERNEL enum error bmp_runs(struct bmp *b, struct input *in)
{
    uint32_t x = 0, y = 0, width = b->picture->width, height = b->picture->height;
    while (!in->error) {
        uint32_t n = byte(in), value = byte(in);
        if (n) {
            for (; n && x < width && y < height; n--)
                bmp_row(b, y)[x++] = bmp_colour(b, value);
            continue;
        }
        switch (value) {
        case 0: x = 0; y++; break;
        case 1: return in->error;
        case 2: x += byte(in); y += byte(in); break;
        default:
            for (uint32_t i = 0; i < value; i++) {
                uint32_t index = byte(in);
                if (x < width && y < height)
                    bmp_row(b, y)[x++] = bmp_colour(b, index);
            }
            if (value & 1)
                byte(in);
        }
    }
    return in->error;
}

static enum error bmp_plain(struct bmp *b, struct input *in)
{
    uint32_t width = b->picture->width, row_bytes = (width * b->bits + 31) / 32 * 4;
    for (uint32_t y = 0; y < b->picture->height; y++) {
        colour *row = bmp_row(b, y);
        struct input line = part(in, row_bytes);
        for (uint32_t x = 0; x < width; x++) {
            if (b->bits == 24) {
                uint32_t blue = byte(&line), green = byte(&line);
                row[x] = rgba(byte(&line), green, blue, 255);
            } else {
                uint32_t at = x * b->bits / 8, shift = 8 - b->bits - x * b->bits % 8;
                uint32_t v = line.at + at < line.end ? line.at[at] : 0;
                row[x] = bmp_colour(b, v >> shift & ((1u << b->bits) - 1));
            }
        }
    }
    return in->error;
}

KERNEL enum error bmp_decode(struct input *in, struct picture *out)
{
    struct bmp b = { .picture = out };
    const uint8_t *start = in->at;
    skip(in, 10);
    uint32_t offset = little32(in), header = little32(in);
    uint32_t width = little32(in);
    b.rows = (int32_t)little32(in);
    uint32_t planes = little16(in);
    b.bits = little16(in);
    b.compression = little32(in);
    skip(in, 12);
    uint32_t colours = little32(in);
    if (in->error || header < 40 || planes != 1)
        return BAD_HEADER;
    if ((b.bits != 1 && b.bits != 4 && b.bits != 8 && b.bits != 24) || b.compression > 1
        || (b.compression && b.bits != 8))
        return UNSUPPORTED;
    enum error error = set_size(out, width, (uint32_t)(b.rows < 0 ? -b.rows : b.rows));
    if (error)
        return error;
    skip(in, header - 36);
    if (!colours && b.bits <= 8)
        colours = 1u << b.bits;
    for (uint32_t i = 0; i < colours && b.bits <= 8; i++) {
        uint32_t blue = byte(in), green = byte(in), red = byte(in);
        skip(in, 1);
        if (i < 64)
            b.palette[b.colours++] = rgba(red, green, blue, 255);
    }
    if (offset > (uint32_t)(in->end - start))
        return TRUNCATED;
    in->at = start + offset;
    return b.compression ? bmp_runs(&b, in) : bmp_plain(&b, in);
}

/* ------------------------------------------------------------------------
 * QOI
 * ------------------------------------------------------------------------ */

struct qoi { colour last, seen[64]; };

static inline uint32_t qoi_place(colour c)
{
    uint32_t r = c & 255, g = c >> 8 & 255, b = c >> 16 & 255, a = c >> 24;
    return (r * 3 + g * 5 + b * 7 + a * 11) & 63;
}

static inline colour qoi_add(colour c, int32_t r, int32_t g, int32_t b)
{
    return rgba((c + (uint32_t)r) & 255, ((c >> 8) + (uint32_t)g) & 255,
        ((c >> 16) + (uint32_t)b) & 255, c >> 24);
}

/* One operation; returns for how many pixels the colour stands. */
KERNEL uint32_t qoi_step(struct qoi *q, struct input *in)
{
    uint32_t head = byte(in), run = 1;
    switch (head >> 6) {
    case 0:
        q->last = q->seen[head];
        break;
    case 1: {
        int32_t r = (int32_t)(head >> 4 & 3) - 2, g = (int32_t)(head >> 2 & 3) - 2;
        q->last = qoi_add(q->last, r, g, (int32_t)(head & 3) - 2);
        break;
    }
    case 2: {
        uint32_t rest = byte(in);
        int32_t g = (int32_t)(head & 63) - 32;
        int32_t r = g - 8 + (int32_t)(rest >> 4), b = g - 8 + (int32_t)(rest & 15);
        q->last = qoi_add(q->last, r, g, b);
        break;
    }
    default:
        if (head >= 0xfe) {
            uint32_t r = byte(in), g = byte(in), b = byte(in);
            q->last = rgba(r, g, b, head == 0xff ? byte(in) : q->last >> 24);
        } else {
            run = (head & 63) + 1;
        }
    }
    q->seen[qoi_place(q->last)] = q->last;
    return run;
}

KERNEL enum error qoi_decode(struct input *in, struct picture *out)
{
    struct qoi q = { .last = rgba(0, 0, 0, 255) };
    skip(in, 4);
    uint32_t width = big32(in), height = big32(in), channels = byte(in), space = byte(in), at = 0;
    if (in->error || channels < 3 || channels > 4 || space > 1)
        return BAD_HEADER;
    enum error error = set_size(out, width, height);
    if (error)
        return error;
    while (at < width * height) {
        uint32_t run = qoi_step(&q, in);
        if (in->error)
            return in->error;
        if (run > width * height - at)
            return BAD_DATA;
        while (run--)
            out->pixels[at++] = q.last;
    }
    for (uint32_t i = 0; i < 8; i++)
        if (byte(in) != (i == 7))
            return in->error ? in->error : BAD_DATA;
    return OK;
}

/* ------------------------------------------------------------------------
 * To the display
 * ------------------------------------------------------------------------ */

static int has_signature(const struct input *in, const char *text, uint32_t n)
{
    if ((uint32_t)(in->end - in->at) < n)
        return 0;
    for (uint32_t i = 0; i < n; i++)
        if (in->at[i] != (uint8_t)text[i])
            return 0;
    return 1;
}

KERNEL enum error decode_picture(const uint8_t *bytes, uint32_t n, struct picture *out)
{
    struct input in = { bytes, bytes + n, OK };
    if (has_signature(&in, "\x89PNG\r\n\x1a\n", 8))
        return png_decode(&in, out);
    if (has_signature(&in, "\xff\xd8\xff", 3))
        return jpeg_decode(&in, out);
    if (has_signature(&in, "GIF8", 4))
        return gif_decode(&in, out);
    if (has_signature(&in, "BM", 2))
        return bmp_decode(&in, out);
    if (has_signature(&in, "qoif", 4))
        return qoi_decode(&in, out);
    return NOT_A_PICTURE;
}

static inline uint32_t red(colour c) { return c & 255; }
static inline uint32_t green(colour c) { return c >> 8 & 255; }
static inline uint32_t blue(colour c) { return c >> 16 & 255; }
static inline uint32_t alpha(colour c) { return c >> 24; }

static inline uint32_t mix(uint32_t over, uint32_t under, uint32_t a)
{
    uint32_t v = over * a + under * (255 - a) + 128;
    return (v + (v >> 8)) >> 8;
}

/* Over a checkerboard, as viewers show transparency. */
KERNEL void blend(struct picture *p)
{
    for (uint32_t y = 0; y < p->height; y++)
        for (uint32_t x = 0; x < p->width; x++) {
            colour *c = &p->pixels[y * p->width + x];
            uint32_t a = alpha(*c), under = (x ^ y) & 4 ? 200 : 150;
            if (a != 255)
                *c = rgba(mix(red(*c), under, a), mix(green(*c), under, a), mix(blue(*c), under, a), 255);
        }
}

/* Both channels of a pair at once, in 16-bit lanes. */
static inline uint32_t lerp(uint32_t a, uint32_t b, uint32_t t)
{
    return ((a & 0xff00ff) * (256 - t) + (b & 0xff00ff) * t) >> 8 & 0xff00ff;
}

static inline colour between(colour a, colour b, uint32_t t)
{
    return lerp(a, b, t) | lerp(a >> 8, b >> 8, t) << 8;
}

/* The colour at a place in 8-bit fractions of a pixel. */
static colour smooth(const struct picture *p, uint32_t x, uint32_t y)
{
    uint32_t left = x >> 8, top = y >> 8;
    uint32_t right = left + 1 < p->width ? left + 1 : left, bottom = top + 1 < p->height ? top + 1 : top;
    const colour *upper = p->pixels + top * p->width, *lower = p->pixels + bottom * p->width;
    colour above = between(upper[left], upper[right], x & 255);
    colour below = between(lower[left], lower[right], x & 255);
    return between(above, below, y & 255);
}

static inline uint32_t quantise(int32_t v, uint32_t bits, int32_t *error)
{
    uint32_t clamped = clamp(v), kept = clamped >> (8 - bits);
    uint32_t shown = kept << (8 - bits) | kept >> (2 * bits - 8);
    *error = (int32_t)clamped - (int32_t)shown;
    return kept;
}

/* Scales to the display, keeping the shape, and spreads what is lost in 565. */
KERNEL void show(const struct picture *p, uint32_t turn)
{
    int16_t errors[2][SCREEN_WIDTH + 2][3] = { { { 0 } } };
    uint32_t scale_x = (p->width << 8) / SCREEN_WIDTH, scale_y = (p->height << 8) / SCREEN_HEIGHT;
    uint32_t scale = scale_x > scale_y ? scale_x : scale_y;
    uint32_t width = (p->width << 8) / scale, height = (p->height << 8) / scale;
    for (uint32_t y = 0; y < SCREEN_HEIGHT; y++) {
        int16_t (*own)[3] = errors[y & 1], (*next)[3] = errors[~y & 1];
        for (uint32_t x = 0; x < SCREEN_WIDTH + 2; x++)
            next[x][0] = next[x][1] = next[x][2] = 0;
        for (uint32_t x = 0; x < SCREEN_WIDTH; x++) {
            colour c = rgba(0, 0, 40, 255);
            if (x < width && y < height) {
                uint32_t from_x = turn & 1 ? width - 1 - x : x, from_y = turn & 2 ? height - 1 - y : y;
                c = smooth(p, from_x * scale, from_y * scale);
            }
            int32_t lost[3];
            uint32_t r = quantise((int32_t)red(c) + own[x + 1][0] / 16, 5, &lost[0]);
            uint32_t g = quantise((int32_t)green(c) + own[x + 1][1] / 16, 6, &lost[1]);
            uint32_t b = quantise((int32_t)blue(c) + own[x + 1][2] / 16, 5, &lost[2]);
            screen[y * SCREEN_WIDTH + x] = (uint16_t)(r << 11 | g << 5 | b);
            for (uint32_t i = 0; i < 3; i++) {
                own[x + 2 <= SCREEN_WIDTH + 1 ? x + 2 : x][i] += (int16_t)(lost[i] * 7);
                next[x][i] += (int16_t)(lost[i] * 3);
                next[x + 1][i] += (int16_t)(lost[i] * 5);
                next[x + 2 <= SCREEN_WIDTH + 1 ? x + 2 : x][i] += (int16_t)lost[i];
            }
        }
    }
}

KERNEL uint32_t screen_sum(void)
{
    uint32_t a = 1, b = 0;
    for (uint32_t i = 0; i < SCREEN_WIDTH * SCREEN_HEIGHT; i++) {
        a += screen[i];
        b += a;
    }
    return a ^ b << 11 ^ b >> 21;
}

static const struct { const uint8_t *bytes; uint32_t size; } files[] = {
    { jpeg_420, sizeof jpeg_420 }, { jpeg_grey, sizeof jpeg_grey }, { jpeg_422, sizeof jpeg_422 },
    { png_palette, sizeof png_palette }, { png_rgba, sizeof png_rgba },
    { png_grey16, sizeof png_grey16 }, { png_stored, sizeof png_stored }, { gif, sizeof gif },
    { bmp, sizeof bmp }, { qoi, sizeof qoi },
};

static uint8_t damaged[1024];

ENTRY(bench_image)
{
    uint32_t seed = 640480, result = 0;
    make_crc_table();
    for (uint32_t i = 0; i < sizeof files / sizeof *files; i++) {
        enum error error = decode_picture(files[i].bytes, files[i].size, &picture);
        if (!error) {
            blend(&picture);
            show(&picture, i);
        }
        result = result * 31 + screen_sum() + error;
        /* Cut off, then with wrong bytes. */
        for (uint32_t k = 0; k < 2; k++) {
            uint32_t n = k ? files[i].size : files[i].size * 2 / 3;
            for (uint32_t at = 0; at < n; at++)
                damaged[at] = files[i].bytes[at];
            for (uint32_t bad = 0; bad < k; bad++)
                damaged[20 + next_random(&seed) % (n - 20)] ^= (uint8_t)(1 << (next_random(&seed) & 7));
            error = decode_picture(damaged, n, &picture);
            result = result * 31 + error * 7 + picture.width;
        }
    }
    return result;
}
