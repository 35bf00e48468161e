/* A key-value store in flash: a B-tree over pages of 256 bytes, in a cache that
 * drops what was used least recently; ranges, deletion, a log of wear. */
#include "../../src/bench.h"

enum { PAGE = 256, PAGES = 48, CACHE = 6, KEYS = 20, NONE = 0xffff };
enum { LEAF = 1, DIRTY = 1, REFERENCED = 2 };

struct page {
    uint8_t kind, count;
    uint16_t next; /* the leaf to the right */
    uint32_t keys[KEYS];
    union {
        uint16_t values[KEYS];
        uint16_t children[KEYS + 1];
    };
    uint16_t check;
};

struct frame { struct page page; uint16_t number; uint8_t flags; uint8_t pins; struct frame *older, *newer; };

struct pager {
    struct frame frames[CACHE];
    struct frame *oldest, *newest;
    uint8_t wear[PAGES];
    uint16_t hits, misses, free;
};

struct store { struct pager pager; uint16_t root; uint8_t height; uint16_t entries; };

static struct page flash[PAGES];

static uint16_t checksum(const struct page *p)
{
    uint32_t a = 1, b = 0;
    for (int i = 0; i < p->count; i++) {
        a += (p->keys[i] ^ p->keys[i] >> 16) & 0xffff;
        b += a;
        a += p->values[i];
    }
    return (uint16_t)(a ^ b ^ p->kind << 8);
}

static void unlink(struct pager *p, struct frame *f)
{
    if (f->older)
        f->older->newer = f->newer;
    else
        p->oldest = f->newer;
    if (f->newer)
        f->newer->older = f->older;
    else
        p->newest = f->older;
}

static void append(struct pager *p, struct frame *f)
{
    f->older = p->newest;
    f->newer = NULL;
    if (p->newest)
        p->newest->newer = f;
    else
        p->oldest = f;
    p->newest = f;
}

static void write_back(struct pager *p, struct frame *f)
{
    if (!(f->flags & DIRTY))
        return;
    f->page.check = checksum(&f->page);
    flash[f->number] = f->page;
    p->wear[f->number]++;
    f->flags &= (uint8_t)~DIRTY;
}

KERNEL struct frame *pin(struct pager *p, uint16_t number)
{
    struct frame *f;
    for (f = p->newest; f; f = f->older) {
        if (f->number == number) {
            p->hits++;
            break;
        }
    }
    if (!f) {
        p->misses++;
        for (f = p->oldest; f && f->pins; f = f->newer) {}
        if (!f)
            return NULL;
        write_back(p, f);
        f->page = flash[number];
        f->number = number;
        f->flags = f->page.check == checksum(&f->page) ? 0 : REFERENCED;
    }
    unlink(p, f);
    append(p, f);
    f->pins++;
    return f;
}

static void unpin(struct frame *f, int changed)
{
    f->pins--;
    if (changed)
        f->flags |= DIRTY;
}

static struct frame *create(struct pager *p, uint8_t kind)
{
    if (p->free == PAGES)
        return NULL;
    struct frame *f = pin(p, p->free++);
    f->page.kind = kind;
    f->page.count = 0;
    f->page.next = NONE;
    f->flags |= DIRTY;
    return f;
}

/* The first place whose key is not less. */
KERNEL uint8_t lower_bound(const struct page *p, uint32_t key)
{
    uint8_t low = 0, high = p->count;
    while (low < high) {
        uint8_t middle = (uint8_t)((low + high) / 2);
        if (p->keys[middle] < key)
            low = (uint8_t)(middle + 1);
        else
            high = middle;
    }
    return low;
}

KERNEL void leaf_put(struct page *p, uint8_t at, uint32_t key, uint16_t value)
{
    for (uint8_t i = p->count; i > at; i--) {
        p->keys[i] = p->keys[i - 1];
        p->values[i] = p->values[i - 1];
    }
    p->keys[at] = key;
    p->values[at] = value;
    p->count++;
}

KERNEL void inner_put(struct page *p, uint8_t at, uint32_t key, uint16_t child)
{
    for (uint8_t i = p->count; i > at; i--) {
        p->keys[i] = p->keys[i - 1];
        p->children[i + 1] = p->children[i];
    }
    p->keys[at] = key;
    p->children[at + 1] = child;
    p->count++;
}

/* Moves the upper half to a new page; the key that divides them. */
KERNEL struct frame *split(struct pager *pager, struct frame *f, uint32_t *border)
{
    struct page *p = &f->page;
    struct frame *added = create(pager, p->kind);
    if (!added)
        return NULL;
    struct page *q = &added->page;
    uint8_t half = p->count / 2;
    if (p->kind == LEAF) {
        for (uint8_t i = half; i < p->count; i++) {
            q->keys[i - half] = p->keys[i];
            q->values[i - half] = p->values[i];
        }
        q->count = (uint8_t)(p->count - half);
        q->next = p->next;
        p->next = added->number;
        *border = q->keys[0];
    } else {
        *border = p->keys[half];
        for (uint8_t i = (uint8_t)(half + 1); i < p->count; i++) {
            q->keys[i - half - 1] = p->keys[i];
            q->children[i - half - 1] = p->children[i];
        }
        q->count = (uint8_t)(p->count - half - 1);
        q->children[q->count] = p->children[p->count];
    }
    p->count = half;
    f->flags |= DIRTY;
    return added;
}

/* Puts an entry below a page; if that was split, the new page and the border. */
static int put_below(struct store *s, uint16_t number, uint32_t key, uint16_t value, uint32_t *border, uint16_t *added)
{
    struct frame *f = pin(&s->pager, number);
    struct page *p = &f->page;
    uint8_t at = lower_bound(p, key);
    uint32_t new_border = 0;
    uint16_t new_child = NONE;
    *added = NONE;
    if (p->kind == LEAF) {
        if (at < p->count && p->keys[at] == key) {
            p->values[at] = value;
            unpin(f, 1);
            return 1;
        }
    } else {
        if (at < p->count && p->keys[at] == key)
            at++;
        int done = put_below(s, p->children[at], key, value, &new_border, &new_child);
        if (!done || new_child == NONE) {
            unpin(f, 0);
            return done;
        }
        key = new_border;
    }
    struct frame *target = f, *other = NULL;
    if (p->count == KEYS) {
        other = split(&s->pager, f, border);
        if (!other) {
            unpin(f, 0);
            return 0;
        }
        *added = other->number;
        if (key >= *border) {
            target = other;
        }
        at = lower_bound(&target->page, key);
    }
    if (target->page.kind == LEAF) {
        leaf_put(&target->page, at, key, value);
        s->entries++;
    } else {
        inner_put(&target->page, at, key, new_child);
    }
    if (other)
        unpin(other, 1);
    unpin(f, 1);
    return 1;
}

KERNEL int store_put(struct store *s, uint32_t key, uint16_t value)
{
    uint32_t border = 0;
    uint16_t added;
    if (s->pager.free + s->height + 1 > PAGES)
        return 0;
    if (!put_below(s, s->root, key, value, &border, &added))
        return 0;
    if (added != NONE) {
        struct frame *root = create(&s->pager, 0);
        root->page.count = 1;
        root->page.keys[0] = border;
        root->page.children[0] = s->root;
        root->page.children[1] = added;
        s->root = root->number;
        s->height++;
        unpin(root, 1);
    }
    return 1;
}

static struct frame *leaf_of(struct store *s, uint32_t key)
{
    uint16_t number = s->root;
    for (;;) {
        struct frame *f = pin(&s->pager, number);
        if (f->page.kind == LEAF)
            return f;
        uint8_t at = lower_bound(&f->page, key);
        if (at < f->page.count && f->page.keys[at] == key)
            at++;
        number = f->page.children[at];
        unpin(f, 0);
    }
}

KERNEL int store_get(struct store *s, uint32_t key, uint16_t *value)
{
    struct frame *f = leaf_of(s, key);
    uint8_t at = lower_bound(&f->page, key);
    int found = at < f->page.count && f->page.keys[at] == key;
    if (found)
        *value = f->page.values[at];
    unpin(f, 0);
    return found;
}

/* Leaves stay where they are when they become empty. */
KERNEL int store_remove(struct store *s, uint32_t key)
{
    struct frame *f = leaf_of(s, key);
    struct page *p = &f->page;
    uint8_t at = lower_bound(p, key);
    int found = at < p->count && p->keys[at] == key;
    if (found) {
        p->count--;
        s->entries--;
        for (uint8_t i = at; i < p->count; i++) {
            p->keys[i] = p->keys[i + 1];
            p->values[i] = p->values[i + 1];
        }
    }
    unpin(f, found);
    return found;
}

KERNEL uint32_t store_range(struct store *s, uint32_t from, uint32_t to, uint32_t (*visit)(uint32_t, uint32_t, uint16_t), uint32_t state)
{
    struct frame *f = leaf_of(s, from);
    uint8_t at = lower_bound(&f->page, from);
    for (;;) {
        for (; at < f->page.count; at++) {
            if (f->page.keys[at] > to) {
                unpin(f, 0);
                return state;
            }
            state = visit(state, f->page.keys[at], f->page.values[at]);
        }
        uint16_t next = f->page.next;
        unpin(f, 0);
        if (next == NONE)
            return state;
        f = pin(&s->pager, next);
        at = 0;
    }
}

static uint32_t mix(uint32_t state, uint32_t key, uint16_t value)
{
    return (state ^ key) * 0x9e3779b1 + value;
}

static uint32_t largest(uint32_t state, uint32_t key, uint16_t value)
{
    (void)key;
    return value > state ? value : state;
}

static struct store store;

ENTRY(bench_pages)
{
    uint32_t seed = 1970, result = 0;
    for (uint16_t i = 0; i < CACHE; i++) {
        store.pager.frames[i].number = NONE;
        append(&store.pager, &store.pager.frames[i]);
    }
    struct frame *root = create(&store.pager, LEAF);
    store.root = root->number;
    unpin(root, 1);
    for (uint32_t i = 0; i < 320; i++)
        result += (uint32_t)store_put(&store, next_random(&seed) >> 8 & 0x3ff, (uint16_t)(i * 7));
    for (uint32_t i = 0; i < 300; i++) {
        uint32_t r = next_random(&seed), key = r >> 10 & 0x3ff;
        uint16_t value = 0;
        if (r % 4 == 0)
            result = result * 31 + (uint32_t)store_remove(&store, key);
        else if (r % 16 == 1)
            result = store_range(&store, key, key + 40, mix, result);
        else
            result = result * 31 + (uint32_t)store_get(&store, key, &value) + value;
    }
    result ^= store_range(&store, 0, 0xffffffff, largest, 0);
    for (struct frame *f = store.pager.oldest; f; f = f->newer)
        write_back(&store.pager, f);
    for (int i = 0; i < PAGES; i++)
        result = result * 33 + (uint32_t)(store.pager.wear[i] ^ flash[i].check);
    return result + store.entries + ((uint32_t)store.pager.misses << 12) + store.height;
}
