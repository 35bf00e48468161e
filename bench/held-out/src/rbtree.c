/* Intrusive red-black trees, as kernels keep their regions and deadlines: parent
 * pointers with the colour in their lowest bit, an allocator of address ranges by
 * best fit with two trees over the same nodes, look-up of intervals. */
#include "../../src/bench.h"

enum { NODES = 64, SPACE = 4096 };

struct rb_node {
    uintptr_t parent_color; /* bit 0: black */
    struct rb_node *left, *right;
};

struct rb_root { struct rb_node *node; int (*before)(const struct rb_node *, const struct rb_node *); };

struct region {
    struct rb_node by_address, by_size;
    uint16_t start, size;
    uint8_t used, tag;
    struct region *next_free;
};

#define CONTAINER(node, type, member) ((type *)((uint8_t *)(node)-offsetof(type, member)))

static inline struct rb_node *parent(const struct rb_node *n) { return (struct rb_node *)(n->parent_color & ~(uintptr_t)1); }
static inline int is_black(const struct rb_node *n) { return !n || n->parent_color & 1; }
static inline int is_red(const struct rb_node *n) { return !is_black(n); }
static inline void set_black(struct rb_node *n) { n->parent_color |= 1; }
static inline void set_red(struct rb_node *n) { n->parent_color &= ~(uintptr_t)1; }

static inline void set_parent(struct rb_node *n, struct rb_node *p)
{
    n->parent_color = (uintptr_t)p | (n->parent_color & 1);
}

static void replace_child(struct rb_root *root, struct rb_node *p, struct rb_node *old, struct rb_node *new)
{
    if (!p)
        root->node = new;
    else if (p->left == old)
        p->left = new;
    else
        p->right = new;
}

KERNEL void rotate_left(struct rb_root *root, struct rb_node *n)
{
    struct rb_node *right = n->right, *p = parent(n);
    n->right = right->left;
    if (n->right)
        set_parent(n->right, n);
    right->left = n;
    set_parent(right, p);
    replace_child(root, p, n, right);
    set_parent(n, right);
}

KERNEL void rotate_right(struct rb_root *root, struct rb_node *n)
{
    struct rb_node *left = n->left, *p = parent(n);
    n->left = left->right;
    if (n->left)
        set_parent(n->left, n);
    left->right = n;
    set_parent(left, p);
    replace_child(root, p, n, left);
    set_parent(n, left);
}

KERNEL void rb_insert(struct rb_root *root, struct rb_node *n)
{
    struct rb_node **link = &root->node, *p = NULL, *uncle, *g;
    while (*link) {
        p = *link;
        link = root->before(n, p) ? &p->left : &p->right;
    }
    n->left = n->right = NULL;
    n->parent_color = (uintptr_t)p;
    *link = n;
    while ((p = parent(n)) && is_red(p)) {
        g = parent(p);
        uncle = p == g->left ? g->right : g->left;
        if (is_red(uncle)) {
            set_black(uncle);
            set_black(p);
            set_red(g);
            n = g;
            continue;
        }
        if (p == g->left) {
            if (n == p->right) {
                rotate_left(root, p);
                p = n;
            }
            set_black(p);
            set_red(g);
            rotate_right(root, g);
        } else {
            if (n == p->left) {
                rotate_right(root, p);
                p = n;
            }
            set_black(p);
            set_red(g);
            rotate_left(root, g);
        }
        break;
    }
    set_black(root->node);
}

/* A black node is missing above n, which may be null. */
KERNEL void repair(struct rb_root *root, struct rb_node *n, struct rb_node *p)
{
    while (n != root->node && is_black(n)) {
        struct rb_node *sibling;
        if (n == p->left) {
            sibling = p->right;
            if (is_red(sibling)) {
                set_black(sibling);
                set_red(p);
                rotate_left(root, p);
                sibling = p->right;
            }
            if (is_black(sibling->left) && is_black(sibling->right)) {
                set_red(sibling);
                n = p;
                p = parent(n);
                continue;
            }
            if (is_black(sibling->right)) {
                set_black(sibling->left);
                set_red(sibling);
                rotate_right(root, sibling);
                sibling = p->right;
            }
            sibling->parent_color = (sibling->parent_color & ~(uintptr_t)1) | (p->parent_color & 1);
            set_black(p);
            set_black(sibling->right);
            rotate_left(root, p);
        } else {
            sibling = p->left;
            if (is_red(sibling)) {
                set_black(sibling);
                set_red(p);
                rotate_right(root, p);
                sibling = p->left;
            }
            if (is_black(sibling->left) && is_black(sibling->right)) {
                set_red(sibling);
                n = p;
                p = parent(n);
                continue;
            }
            if (is_black(sibling->left)) {
                set_black(sibling->right);
                set_red(sibling);
                rotate_left(root, sibling);
                sibling = p->left;
            }
            sibling->parent_color = (sibling->parent_color & ~(uintptr_t)1) | (p->parent_color & 1);
            set_black(p);
            set_black(sibling->left);
            rotate_right(root, p);
        }
        n = root->node;
    }
    if (n)
        set_black(n);
}

KERNEL void rb_remove(struct rb_root *root, struct rb_node *n)
{
    struct rb_node *child, *p = parent(n);
    int black;
    if (n->left && n->right) {
        struct rb_node *next = n->right;
        while (next->left)
            next = next->left;
        child = next->right;
        black = is_black(next);
        struct rb_node *next_parent = parent(next);
        if (next_parent == n) {
            next_parent = next;
        } else {
            next_parent->left = child;
            if (child)
                set_parent(child, next_parent);
            next->right = n->right;
            set_parent(next->right, next);
        }
        next->left = n->left;
        set_parent(next->left, next);
        next->parent_color = n->parent_color;
        replace_child(root, p, n, next);
        p = next_parent;
    } else {
        child = n->left ? n->left : n->right;
        black = is_black(n);
        if (child)
            set_parent(child, p);
        replace_child(root, p, n, child);
    }
    if (black)
        repair(root, child, p);
}

KERNEL struct rb_node *rb_next(const struct rb_node *n)
{
    struct rb_node *p;
    if (n->right) {
        struct rb_node *next = n->right;
        while (next->left)
            next = next->left;
        return next;
    }
    while ((p = parent(n)) && n == p->right)
        n = p;
    return p;
}

/* --- Regions of an address space --- */

static struct region pool[NODES];
static struct region *unused;

static int lower(const struct rb_node *a, const struct rb_node *b)
{
    return CONTAINER(a, struct region, by_address)->start < CONTAINER(b, struct region, by_address)->start;
}

static int smaller(const struct rb_node *a, const struct rb_node *b)
{
    const struct region *x = CONTAINER(a, struct region, by_size), *y = CONTAINER(b, struct region, by_size);
    return x->size != y->size ? x->size < y->size : x->start < y->start;
}

static struct rb_root regions = { 0 }, holes = { 0 };

static struct region *add_region(uint16_t start, uint16_t size)
{
    struct region *r = unused;
    if (!r)
        return NULL;
    unused = r->next_free;
    r->start = start;
    r->size = size;
    r->used = 0;
    rb_insert(&regions, &r->by_address);
    return r;
}

static void drop_region(struct region *r)
{
    rb_remove(&regions, &r->by_address);
    r->next_free = unused;
    unused = r;
}

KERNEL struct region *take(uint16_t size, uint8_t tag)
{
    struct region *best = NULL;
    for (struct rb_node *n = holes.node; n;) {
        struct region *r = CONTAINER(n, struct region, by_size);
        if (r->size >= size) {
            best = r;
            n = n->left;
        } else {
            n = n->right;
        }
    }
    if (!best)
        return NULL;
    rb_remove(&holes, &best->by_size);
    if (best->size > size) {
        struct region *rest = add_region((uint16_t)(best->start + size), (uint16_t)(best->size - size));
        if (rest) {
            best->size = size;
            rb_insert(&holes, &rest->by_size);
        }
    }
    best->used = 1;
    best->tag = tag;
    return best;
}

KERNEL struct region *look_up(uint16_t address)
{
    struct rb_node *n = regions.node;
    while (n) {
        struct region *r = CONTAINER(n, struct region, by_address);
        if (address < r->start)
            n = n->left;
        else if (address - r->start >= r->size)
            n = n->right;
        else
            return r;
    }
    return NULL;
}

KERNEL void give_back(struct region *r)
{
    struct rb_node *after = rb_next(&r->by_address);
    struct region *next = after ? CONTAINER(after, struct region, by_address) : NULL;
    if (next && !next->used) {
        rb_remove(&holes, &next->by_size);
        r->size = (uint16_t)(r->size + next->size);
        drop_region(next);
    }
    struct region *previous = r->start ? look_up((uint16_t)(r->start - 1)) : NULL;
    if (previous && !previous->used) {
        rb_remove(&holes, &previous->by_size);
        previous->size = (uint16_t)(previous->size + r->size);
        drop_region(r);
        r = previous;
    }
    r->used = 0;
    rb_insert(&holes, &r->by_size);
}

/* Black nodes on every way, or -1; no red node has a red child. */
KERNEL int black_height(const struct rb_node *n)
{
    if (!n)
        return 1;
    int left = black_height(n->left), right = black_height(n->right);
    if (left != right || left < 0 || (is_red(n) && (is_red(n->left) || is_red(n->right))))
        return -1;
    return left + is_black(n);
}

ENTRY(bench_rbtree)
{
    uint32_t seed = 1972, result = 0;
    regions.before = lower;
    holes.before = smaller;
    for (int i = 0; i < NODES; i++) {
        pool[i].next_free = unused;
        unused = &pool[i];
    }
    rb_insert(&holes, &add_region(0, SPACE)->by_size);
    for (uint32_t i = 0; i < 500; i++) {
        uint32_t r = next_random(&seed);
        if (r & 3) {
            struct region *taken = take((uint16_t)(8 + (r >> 8) % 150), (uint8_t)i);
            result = result * 31 + (taken ? taken->start : 0xffffu);
        }
        if (!(r & 4)) {
            struct region *found = look_up((uint16_t)(r >> 16) % SPACE);
            if (found && found->used) {
                result += found->tag;
                give_back(found);
            }
        }
    }
    for (struct rb_node *n = regions.node; n && n->left; n = n->left)
        result++;
    struct region *r = look_up(0);
    for (struct rb_node *n = &r->by_address; n; n = rb_next(n)) {
        r = CONTAINER(n, struct region, by_address);
        result = result * 33 + (uint32_t)(r->start ^ r->size << 3 ^ r->used);
    }
    return result * 31 + (uint32_t)(black_height(regions.node) * 16 + black_height(holes.node));
}
