/* Memory for a small system: a heap with two levels of segregated free lists
 * and boundary tags (constant time, coalescing at once), a pool of blocks of one
 * size, an arena, and reference-counted buffers that chain. */
#include "bench.h"

enum { SIZE = 8192, FIRST = 10, SECOND = 4, SECOND_LOG = 2, UNIT = 8, LIVE = 48 };

/* In front of each block; the size's low bits say what is free. */
struct block {
    struct block *before; /* the block below it, if that is free */
    uint32_t size;
    struct block *next_free, *previous_free; /* only in free blocks */
};

enum { FREE = 1, BEFORE_FREE = 2, HEADER = 8, LEAST = 16 };

struct heap {
    uint32_t first_map;
    uint8_t second_map[FIRST];
    struct block *lists[FIRST][SECOND];
    uint32_t used, peak;
};

static struct heap heap;
static uint64_t memory[SIZE / 8 + 1]; /* the end is a whole block to C */

static inline uint32_t size_of(const struct block *b) { return b->size & ~7u; }
static inline struct block *after(struct block *b)
{
    return (struct block *)((uint8_t *)b + HEADER + size_of(b));
}

/* The list that holds blocks of a size. */
static void place(uint32_t size, uint32_t *first, uint32_t *second)
{
    uint32_t log = 31 - (uint32_t)__builtin_clz(size);
    *second = size >> (log - SECOND_LOG) & (SECOND - 1);
    *first = log - 4;
}

static void unlink_block(struct heap *h, struct block *b)
{
    uint32_t first, second;
    place(size_of(b), &first, &second);
    if (b->next_free)
        b->next_free->previous_free = b->previous_free;
    if (b->previous_free)
        b->previous_free->next_free = b->next_free;
    else if (!(h->lists[first][second] = b->next_free)) {
        h->second_map[first] &= (uint8_t)~(1u << second);
        if (!h->second_map[first])
            h->first_map &= ~(1u << first);
    }
}

static void link_block(struct heap *h, struct block *b)
{
    uint32_t first, second;
    place(size_of(b), &first, &second);
    b->previous_free = NULL;
    b->next_free = h->lists[first][second];
    if (b->next_free)
        b->next_free->previous_free = b;
    h->lists[first][second] = b;
    h->second_map[first] |= (uint8_t)(1u << second);
    h->first_map |= 1u << first;
}

static void mark_free(struct block *b)
{
    struct block *next = after(b);
    b->size |= FREE;
    next->before = b;
    next->size |= BEFORE_FREE;
}

static void mark_used(struct block *b)
{
    b->size &= ~(uint32_t)FREE;
    after(b)->size &= ~(uint32_t)BEFORE_FREE;
}

KERNEL void heap_init(struct heap *h, void *start, uint32_t size)
{
    struct block *b = start;
    h->first_map = h->used = h->peak = 0;
    for (int i = 0; i < FIRST; i++) {
        h->second_map[i] = 0;
        for (int j = 0; j < SECOND; j++)
            h->lists[i][j] = NULL;
    }
    b->size = size - 2 * HEADER;
    after(b)->size = 0; /* the end is a used block without contents */
    mark_free(b);
    link_block(h, b);
}

/* The smallest list whose blocks are all large enough. */
static struct block *find_block(struct heap *h, uint32_t size)
{
    uint32_t first, second;
    uint32_t log = 31 - (uint32_t)__builtin_clz(size);
    place(size + (1u << (log - SECOND_LOG)) - 1, &first, &second);
    if (first >= FIRST)
        return NULL;
    uint32_t map = h->second_map[first] & (uint32_t)(0xff << second);
    if (!map) {
        uint32_t firsts = h->first_map & (uint32_t)(~0u << (first + 1));
        if (!firsts)
            return NULL;
        first = (uint32_t)__builtin_ctz(firsts);
        map = h->second_map[first];
    }
    return h->lists[first][__builtin_ctz(map)];
}

static void split(struct heap *h, struct block *b, uint32_t size)
{
    uint32_t rest = size_of(b) - size;
    if (rest < HEADER + LEAST)
        return;
    b->size = size | (b->size & 7);
    struct block *other = after(b);
    other->size = rest - HEADER;
    mark_free(other);
    link_block(h, other);
}

static uint32_t rounded(uint32_t size)
{
    size = (size + UNIT - 1) & ~(uint32_t)(UNIT - 1);
    return size < LEAST ? LEAST : size;
}

KERNEL void *heap_alloc(struct heap *h, uint32_t size)
{
    size = rounded(size);
    struct block *b = find_block(h, size);
    if (!b)
        return NULL;
    unlink_block(h, b);
    mark_used(b);
    split(h, b, size);
    h->used += size_of(b) + HEADER;
    if (h->used > h->peak)
        h->peak = h->used;
    return (uint8_t *)b + HEADER;
}

KERNEL void heap_free(struct heap *h, void *p)
{
    if (!p)
        return;
    struct block *b = (struct block *)((uint8_t *)p - HEADER), *next = after(b);
    h->used -= size_of(b) + HEADER;
    if (next->size & FREE) {
        unlink_block(h, next);
        b->size += size_of(next) + HEADER;
    }
    if (b->size & BEFORE_FREE) {
        struct block *before = b->before;
        unlink_block(h, before);
        before->size += size_of(b) + HEADER;
        b = before;
    }
    mark_free(b);
    link_block(h, b);
}

/* Grows in place if the block behind it allows. */
KERNEL void *heap_resize(struct heap *h, void *p, uint32_t size)
{
    struct block *b = (struct block *)((uint8_t *)p - HEADER), *next = after(b);
    uint32_t old = size_of(b), wanted = rounded(size);
    if (wanted > old && next->size & FREE && old + HEADER + size_of(next) >= wanted) {
        unlink_block(h, next);
        b->size += HEADER + size_of(next);
        mark_used(b);
        split(h, b, wanted);
        h->used += size_of(b) - old;
        return p;
    }
    if (wanted <= old)
        return p;
    uint32_t *to = heap_alloc(h, size), *from = p;
    if (!to)
        return NULL;
    for (uint32_t i = 0; i < old / 4; i++)
        to[i] = from[i];
    heap_free(h, p);
    return to;
}

KERNEL uint32_t walk(uint64_t *start)
{
    uint32_t digest = 0;
    struct block *b = (struct block *)start;
    for (; size_of(b); b = after(b))
        digest = digest * 31 + b->size;
    return digest;
}

/* A pool: free blocks hold the index of the next one. */
struct pool { uint8_t *start; uint16_t width, count, first, used; };

KERNEL void pool_init(struct pool *p, void *start, uint32_t width, uint32_t count)
{
    *p = (struct pool){ start, (uint16_t)width, (uint16_t)count, 0, 0 };
    for (uint32_t i = 0; i < count; i++)
        *(uint16_t *)(void *)(p->start + i * width) = (uint16_t)(i + 1);
}

KERNEL void *pool_take(struct pool *p)
{
    if (p->first == p->count)
        return NULL;
    uint16_t *block = (void *)(p->start + p->first * p->width);
    p->first = *block;
    p->used++;
    return block;
}

KERNEL int pool_give(struct pool *p, void *block)
{
    uint32_t offset = (uint32_t)((uint8_t *)block - p->start);
    if (offset >= (uint32_t)p->width * p->count || offset % p->width)
        return 0;
    *(uint16_t *)block = p->first;
    p->first = (uint16_t)(offset / p->width);
    p->used--;
    return 1;
}

/* Buffers of the pool in chains, with counts of references. */
struct buffer { struct buffer *next; uint16_t references, length; uint8_t data[24]; };

KERNEL struct buffer *chain(struct pool *p, const uint8_t *bytes, uint32_t n)
{
    struct buffer *first = NULL, **end = &first;
    while (n) {
        struct buffer *b = pool_take(p);
        if (!b)
            return first;
        b->next = NULL;
        b->references = 1;
        b->length = (uint16_t)(n < sizeof b->data ? n : sizeof b->data);
        for (uint32_t i = 0; i < b->length; i++)
            b->data[i] = *bytes++;
        n -= b->length;
        *end = b;
        end = &b->next;
    }
    return first;
}

KERNEL uint32_t drop(struct pool *p, struct buffer *b)
{
    uint32_t freed = 0;
    while (b && --b->references == 0) {
        struct buffer *next = b->next;
        freed += (uint32_t)pool_give(p, b);
        b = next;
    }
    return freed;
}

static void *live[LIVE];
static uint8_t packet[256];
static uint64_t blocks[20 * sizeof(struct buffer) / 8 + 20];

ENTRY(bench_heap)
{
    uint32_t seed = 5150, result = 0;
    heap_init(&heap, memory, SIZE);
    for (uint32_t i = 0; i < 600; i++) {
        uint32_t r = next_random(&seed), at = r % LIVE, size = 4 + (r >> 16) % (i % 9 ? 120 : 700);
        if (!live[at]) {
            live[at] = heap_alloc(&heap, size);
            if (live[at])
                *(uint32_t *)live[at] = r;
            else
                result++;
        } else if (r & 0x1000) {
            uint32_t *moved = heap_resize(&heap, live[at], size);
            if (moved)
                live[at] = moved;
        } else {
            result = result * 31 + *(uint32_t *)live[at];
            heap_free(&heap, live[at]);
            live[at] = NULL;
        }
    }
    result = result * 31 + heap.used + heap.peak + walk(memory);
    for (uint32_t i = 0; i < LIVE; i++) {
        heap_free(&heap, live[i]);
        live[i] = NULL;
    }
    result = result * 31 + walk(memory);
    struct pool pool;
    pool_init(&pool, blocks, sizeof(struct buffer), 20);
    for (uint32_t i = 0; i < 20; i++) {
        for (uint32_t j = 0; j < 30 + i * 7; j++)
            packet[j] = (uint8_t)next_random(&seed);
        struct buffer *a = chain(&pool, packet, 30 + i * 7), *tail = a ? a->next : NULL;
        if (tail)
            tail->references++;
        for (struct buffer *b = a; b; b = b->next)
            result = result * 7 + b->data[b->length / 2] + b->length;
        result += drop(&pool, a) * 100 + pool.used;
        result += drop(&pool, tail);
    }
    return result + pool.used;
}
