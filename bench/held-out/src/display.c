/* Graphics for a monochrome display of 128 x 64 in pages of eight rows: lines,
 * circles, filled triangles, a proportional font, bitmaps with clipping and
 * raster operations, scrolling, transfer of what has changed. */
#include "../../src/bench.h"

enum { WIDTH = 128, HEIGHT = 64, PAGES = HEIGHT / 8 };
enum operation { CLEAR, SET, INVERT };

struct rectangle { int16_t left, top, right, bottom; };

struct canvas {
    uint8_t pixels[PAGES][WIDTH];
    struct rectangle clip;
    struct { uint8_t from, to; } dirty[PAGES];
    enum operation operation;
};

struct glyph { uint8_t width; uint8_t columns[5]; };

static const struct glyph digits[] = {
    { 5, { 0x3e, 0x51, 0x49, 0x45, 0x3e } }, { 3, { 0x42, 0x7f, 0x40 } },
    { 5, { 0x42, 0x61, 0x51, 0x49, 0x46 } }, { 5, { 0x21, 0x41, 0x45, 0x4b, 0x31 } },
    { 5, { 0x18, 0x14, 0x12, 0x7f, 0x10 } }, { 5, { 0x27, 0x45, 0x45, 0x45, 0x39 } },
    { 5, { 0x3c, 0x4a, 0x49, 0x49, 0x30 } }, { 5, { 0x01, 0x71, 0x09, 0x05, 0x03 } },
    { 5, { 0x36, 0x49, 0x49, 0x49, 0x36 } }, { 5, { 0x06, 0x49, 0x49, 0x29, 0x1e } },
    { 1, { 0x60 } }, { 4, { 0x08, 0x08, 0x08, 0x08 } },
};

static inline void touch(struct canvas *c, int page, int x)
{
    if (x < c->dirty[page].from)
        c->dirty[page].from = (uint8_t)x;
    if (x >= c->dirty[page].to)
        c->dirty[page].to = (uint8_t)(x + 1);
}

static inline void apply(uint8_t *byte, uint8_t mask, enum operation operation)
{
    switch (operation) {
    case CLEAR: *byte &= (uint8_t)~mask; break;
    case SET: *byte |= mask; break;
    case INVERT: *byte ^= mask; break;
    }
}

KERNEL void pixel(struct canvas *c, int x, int y)
{
    if (x < c->clip.left || x >= c->clip.right || y < c->clip.top || y >= c->clip.bottom)
        return;
    apply(&c->pixels[y >> 3][x], (uint8_t)(1 << (y & 7)), c->operation);
    touch(c, y >> 3, x);
}

KERNEL void line(struct canvas *c, int x0, int y0, int x1, int y1)
{
    int dx = x1 > x0 ? x1 - x0 : x0 - x1, dy = y1 > y0 ? y0 - y1 : y1 - y0;
    int step_x = x0 < x1 ? 1 : -1, step_y = y0 < y1 ? 1 : -1, error = dx + dy;
    for (;;) {
        pixel(c, x0, y0);
        if (x0 == x1 && y0 == y1)
            break;
        int twice = 2 * error;
        if (twice >= dy) {
            error += dy;
            x0 += step_x;
        }
        if (twice <= dx) {
            error += dx;
            y0 += step_y;
        }
    }
}

KERNEL void circle(struct canvas *c, int cx, int cy, int radius)
{
    int x = radius, y = 0, error = 1 - radius;
    while (x >= y) {
        pixel(c, cx + x, cy + y);
        pixel(c, cx + y, cy + x);
        pixel(c, cx - y, cy + x);
        pixel(c, cx - x, cy + y);
        pixel(c, cx - x, cy - y);
        pixel(c, cx - y, cy - x);
        pixel(c, cx + y, cy - x);
        pixel(c, cx + x, cy - y);
        y++;
        if (error < 0) {
            error += 2 * y + 1;
        } else {
            x--;
            error += 2 * (y - x) + 1;
        }
    }
}

/* A rectangle by bytes where it covers whole pages. */
KERNEL void fill(struct canvas *c, struct rectangle r)
{
    if (r.left < c->clip.left)
        r.left = c->clip.left;
    if (r.top < c->clip.top)
        r.top = c->clip.top;
    if (r.right > c->clip.right)
        r.right = c->clip.right;
    if (r.bottom > c->clip.bottom)
        r.bottom = c->clip.bottom;
    if (r.left >= r.right || r.top >= r.bottom)
        return;
    for (int page = r.top >> 3; page <= (r.bottom - 1) >> 3; page++) {
        uint8_t mask = 0xff;
        if (page == r.top >> 3)
            mask &= (uint8_t)(0xff << (r.top & 7));
        if (page == (r.bottom - 1) >> 3)
            mask &= (uint8_t)(0xff >> (7 - ((r.bottom - 1) & 7)));
        for (int x = r.left; x < r.right; x++)
            apply(&c->pixels[page][x], mask, c->operation);
        touch(c, page, r.left);
        touch(c, page, r.right - 1);
    }
}

struct point { int16_t x, y; };

static inline void swap_points(struct point *a, struct point *b)
{
    struct point t = *a;
    *a = *b;
    *b = t;
}

KERNEL void triangle(struct canvas *c, struct point a, struct point b, struct point d)
{
    if (a.y > b.y)
        swap_points(&a, &b);
    if (b.y > d.y)
        swap_points(&b, &d);
    if (a.y > b.y)
        swap_points(&a, &b);
    for (int y = a.y; y <= d.y; y++) {
        int low = y < b.y || b.y == d.y;
        int long_side = d.y == a.y ? a.x : a.x + (d.x - a.x) * (y - a.y) / (d.y - a.y);
        int short_side;
        if (low)
            short_side = b.y == a.y ? b.x : a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y);
        else
            short_side = b.x + (d.x - b.x) * (y - b.y) / (d.y - b.y);
        if (long_side > short_side) {
            int t = long_side;
            long_side = short_side;
            short_side = t;
        }
        fill(c, (struct rectangle){ (int16_t)long_side, (int16_t)y, (int16_t)(short_side + 1), (int16_t)(y + 1) });
    }
}

/* Columns of eight pixels at any row. */
KERNEL void column(struct canvas *c, int x, int y, uint8_t bits)
{
    if (x < c->clip.left || x >= c->clip.right || y <= c->clip.top - 8 || y >= c->clip.bottom)
        return;
    int page = y >> 3, shift = y & 7;
    uint16_t both = (uint16_t)(bits << shift);
    if (page >= 0) {
        apply(&c->pixels[page][x], (uint8_t)both, c->operation);
        touch(c, page, x);
    }
    if (both >> 8 && page + 1 < PAGES) {
        apply(&c->pixels[page + 1][x], (uint8_t)(both >> 8), c->operation);
        touch(c, page + 1, x);
    }
}

KERNEL int text(struct canvas *c, int x, int y, const uint8_t *s)
{
    for (; *s; s++) {
        const struct glyph *g;
        if (*s >= '0' && *s <= '9')
            g = &digits[*s - '0'];
        else if (*s == '.')
            g = &digits[10];
        else if (*s == '-')
            g = &digits[11];
        else {
            x += 3;
            continue;
        }
        for (int i = 0; i < g->width; i++)
            column(c, x++, y, g->columns[i]);
        x++;
    }
    return x;
}

KERNEL int number(struct canvas *c, int x, int y, int32_t v)
{
    uint8_t buffer[12], *at = buffer + sizeof buffer;
    uint32_t size = v < 0 ? 0u - (uint32_t)v : (uint32_t)v;
    *--at = 0;
    do {
        *--at = (uint8_t)('0' + size % 10);
    } while (size /= 10);
    if (v < 0)
        *--at = '-';
    return text(c, x, y, at);
}

KERNEL void scroll_left(struct canvas *c, int by, int first_page, int last_page)
{
    for (int page = first_page; page <= last_page; page++) {
        uint8_t *row = c->pixels[page];
        for (int x = 0; x < WIDTH - by; x++)
            row[x] = row[x + by];
        for (int x = WIDTH - by; x < WIDTH; x++)
            row[x] = 0;
        c->dirty[page].from = 0;
        c->dirty[page].to = WIDTH;
    }
}

/* Sends what has changed: page, column, bytes. */
KERNEL uint32_t transfer(struct canvas *c, uint32_t (*send)(uint32_t, uint8_t), uint32_t state)
{
    for (uint8_t page = 0; page < PAGES; page++) {
        if (c->dirty[page].from < c->dirty[page].to) {
            uint8_t x = c->dirty[page].from;
            state = send(state, 0xb0 | page);
            state = send(state, x & 15);
            state = send(state, 0x10 | x >> 4);
            for (; x < c->dirty[page].to; x++)
                state = send(state, c->pixels[page][x]);
        }
        c->dirty[page].from = 255;
        c->dirty[page].to = 0;
    }
    return state;
}

static uint32_t spi(uint32_t state, uint8_t byte)
{
    state ^= byte;
    return (state << 5 | state >> 27) * 0x01000193;
}

static struct canvas canvas;

ENTRY(bench_display)
{
    uint32_t seed = 1306, state = 1;
    struct canvas *c = &canvas;
    c->clip = (struct rectangle){ 0, 0, WIDTH, HEIGHT };
    for (int frame = 0; frame < 6; frame++) {
        c->operation = SET;
        for (int i = 0; i < 6; i++) {
            uint32_t r = next_random(&seed);
            line(c, (int)(r & 127), (int)(r >> 8 & 63), (int)(r >> 16 & 127), (int)(r >> 24 & 63));
        }
        c->operation = INVERT;
        circle(c, 64 + frame * 7, 20, 10 + 3 * frame);
        uint32_t r = next_random(&seed);
        triangle(c, (struct point){ (int16_t)(r & 127), (int16_t)(r >> 7 & 63) },
                 (struct point){ (int16_t)(r >> 13 & 127), (int16_t)(r >> 20 & 63) }, (struct point){ 90, 31 });
        c->operation = CLEAR;
        fill(c, (struct rectangle){ (int16_t)(10 * frame), 37, (int16_t)(10 * frame + 45), 51 });
        c->operation = SET;
        c->clip = (struct rectangle){ 4, 4, 120, 62 };
        int x = number(c, 10 * frame - 4, 41 - 9 * frame, (int32_t)next_random(&seed));
        text(c, x, 58, (const uint8_t *)"12.5 - 30.7");
        c->clip = (struct rectangle){ 0, 0, WIDTH, HEIGHT };
        state = transfer(c, spi, state);
        scroll_left(c, 3 + frame, 2, 5);
    }
    return transfer(c, spi, state);
}
