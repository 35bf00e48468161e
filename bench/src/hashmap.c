/* A hash map with open addressing, tombstones and growth by rebuilding. */
#include "bench.h"

enum { FREE, USED, DELETED };

struct entry {
    uint32_t key;
    uint32_t value;
    uint8_t state;
};

struct map {
    struct entry *entries;
    uint32_t mask, used, filled;
};

static struct entry small[64], large[512];

KERNEL uint32_t hash(uint32_t key)
{
    key ^= key >> 16;
    key *= 0x85ebca6b;
    key ^= key >> 13;
    key *= 0xc2b2ae35;
    return key ^ key >> 16;
}

KERNEL void init(struct map *m, struct entry *entries, uint32_t size)
{
    m->entries = entries;
    m->mask = size - 1;
    m->used = m->filled = 0;
    for (uint32_t i = 0; i < size; i++)
        entries[i].state = FREE;
}

KERNEL struct entry *find(const struct map *m, uint32_t key)
{
    struct entry *grave = NULL;
    for (uint32_t i = hash(key);; i++) {
        struct entry *e = &m->entries[i & m->mask];
        if (e->state == FREE)
            return grave ? grave : e;
        if (e->state == DELETED) {
            if (!grave)
                grave = e;
        } else if (e->key == key) {
            return e;
        }
    }
}

KERNEL int insert(struct map *m, uint32_t key, uint32_t value)
{
    if (m->filled * 4 > m->mask * 3)
        return 0;
    struct entry *e = find(m, key);
    if (e->state != USED) {
        m->used++;
        m->filled += e->state == FREE;
        e->key = key;
        e->state = USED;
    }
    e->value = value;
    return 1;
}

KERNEL int erase(struct map *m, uint32_t key)
{
    struct entry *e = find(m, key);
    if (e->state != USED)
        return 0;
    e->state = DELETED;
    m->used--;
    return 1;
}

ENTRY(bench_hashmap)
{
    struct map m, bigger;
    uint32_t seed = 6, result = 0;
    init(&m, small, 64);
    for (int i = 0; i < 300; i++) {
        uint32_t key = next_random(&seed) % 400;
        if (i % 4 == 3) {
            result += (uint32_t)erase(&m, key);
            continue;
        }
        if (!insert(&m, key, (uint32_t)i)) {
            init(&bigger, large, 512);
            for (uint32_t j = 0; j <= m.mask; j++)
                if (m.entries[j].state == USED)
                    insert(&bigger, m.entries[j].key, m.entries[j].value);
            m = bigger;
            insert(&m, key, (uint32_t)i);
        }
    }
    for (uint32_t key = 0; key < 400; key++) {
        struct entry *e = find(&m, key);
        if (e->state == USED)
            result = result * 17 + e->value;
    }
    return result + m.used;
}
