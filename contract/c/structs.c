// Structs, unions, enums and bitfields shared with the host: their layouts agree.
#include "structs.h"

struct shape *make_shape(void *memory, enum colour colour, size_t points)
{
    struct shape *shape = memory;
    // By fields: what an assignment leaves between them is nobody's business.
    shape->colour = colour;
    shape->corners = points;
    shape->at = (struct point){1, -1};
    shape->kind = LARGE;
    shape->closed = true;
    shape->area = 1ll << 40;
    for (size_t i = 0; i < points; i++) {
        shape->points[i] = (struct point){(int32_t)(i * i), (int32_t)(7 - 3 * i)};
    }
    return shape;
}

int64_t shape_area(const struct shape *shape)
{
    int64_t twice = 0;
    for (int i = 0; i < shape->corners; i++) {
        const struct point *a = &shape->points[i];
        const struct point *b = &shape->points[i + 1 == shape->corners ? 0 : i + 1];
        twice += (int64_t)a->x * b->y - (int64_t)b->x * a->y;
    }
    return shape->kind == LARGE ? twice / 2 : shape->area;
}

void copy_shape(struct shape *to, const struct shape *from)
{
    *to = *from;
    for (int i = 0; i < from->corners; i++) {
        to->points[i] = from->points[from->corners - 1 - i];
    }
}

struct owner *owner_of(struct member *link)
{
    return (struct owner *)((char *)link - offsetof(struct owner, link));
}

uint32_t sum_grades(struct member *head)
{
    uint32_t sum = 0;
    for (struct member *at = head->next; at != head; at = at->next) {
        struct owner *owner = owner_of(at);
        sum += owner->id * 100 + owner->grade;
    }
    return sum;
}

void set_aligned(struct aligned_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pairs[i].a = i;
        pairs[i].b = ~i;
    }
}

size_t sizes(size_t *out)
{
    size_t n = 0;
    out[n++] = sizeof(struct shape);
    out[n++] = offsetof(struct shape, area);
    out[n++] = offsetof(struct shape, points);
    out[n++] = sizeof(struct owner);
    out[n++] = sizeof(struct aligned_pair);
    out[n++] = sizeof(struct bits);
    out[n++] = sizeof(struct tagged);
    out[n++] = sizeof(enum colour);
    out[n++] = sizeof(enum large);
    out[n++] = (char)-1 < 0;
    return n;
}

uint32_t read_bits(const struct bits *bits)
{
    return bits->mode + bits->level * 10 + bits->flag * 1000 + bits->wide * 3 + bits->byte * 77 +
           (uint32_t)(bits->huge >> 9);
}

void write_bits(struct bits *bits, uint32_t seed)
{
    bits->mode = seed;
    bits->level = seed >> 2;
    bits->flag = seed >> 7;
    bits->wide = seed >> 8;
    bits->byte = seed >> 20;
    bits->huge = (uint64_t)seed * seed;
}

void step_bits(struct bits *bits)
{
    bits->mode++;
    bits->level -= 3;
    bits->flag ^= 1;
    bits->wide += bits->byte;
    bits->huge = bits->huge << 1 | bits->flag;
}

uint32_t pun(float number)
{
    union cell cell = {.number = number};
    cell.halves[1] ^= 0x8000;
    return cell.word + cell.bytes[0];
}

void mix_cells(union cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t first = cells[i].bytes[0];
        cells[i].bytes[0] = cells[i].bytes[3];
        cells[i].bytes[3] = first;
        cells[i].halves[0] += 0x1234;
        cells[i].word ^= cells[i].word << 3;
    }
}

int64_t evaluate(const struct tagged *value)
{
    switch (value->tag) {
    case WORD:
        return value->word;
    case NUMBER:
        return (int64_t)(value->number * 2.5);
    case TEXT:
        return value->text[0] * 256 + value->text[1];
    default: {
        int64_t sum = 0;
        for (const struct tagged *item = value->list; item; item++) {
            sum += evaluate(item);
            if (item->tag == WORD && item->word == 0) {
                break;
            }
        }
        return sum;
    }
    }
}

bool same_colour(const struct shape *a, const struct shape *b)
{
    return a->colour == b->colour && a->closed == b->closed;
}

void swap_points(struct point *a, struct point *b)
{
    struct point t = *a;
    *a = *b;
    *b = t;
}
