/* Linked structures: a pool allocator, a list with merge sort, a binary tree
 * with deletion. */
#include "bench.h"

struct node { struct node *left, *right; int32_t key; };

static struct node pool[128];
static struct node *unused;

KERNEL void pool_init(void)
{
    unused = NULL;
    for (unsigned i = 0; i < sizeof pool / sizeof *pool; i++) {
        pool[i].right = unused;
        unused = &pool[i];
    }
}

KERNEL struct node *take(int32_t key)
{
    struct node *n = unused;
    if (n) {
        unused = n->right;
        n->left = n->right = NULL;
        n->key = key;
    }
    return n;
}

KERNEL void give(struct node *n)
{
    n->right = unused;
    unused = n;
}

KERNEL struct node *merge(struct node *a, struct node *b)
{
    struct node *first = NULL, **end = &first;
    while (a && b) {
        struct node **least = a->key <= b->key ? &a : &b;
        *end = *least;
        end = &(*least)->right;
        *least = (*least)->right;
    }
    *end = a ? a : b;
    return first;
}

KERNEL struct node *merge_sort(struct node *list)
{
    if (!list || !list->right)
        return list;
    struct node *slow = list, *fast = list->right;
    while (fast && fast->right) {
        slow = slow->right;
        fast = fast->right->right;
    }
    struct node *second = slow->right;
    slow->right = NULL;
    return merge(merge_sort(list), merge_sort(second));
}

KERNEL int insert(struct node **at, int32_t key)
{
    while (*at) {
        if (key == (*at)->key)
            return 0;
        at = key < (*at)->key ? &(*at)->left : &(*at)->right;
    }
    return (*at = take(key)) != NULL;
}

KERNEL int remove_key(struct node **at, int32_t key)
{
    while (*at && (*at)->key != key)
        at = key < (*at)->key ? &(*at)->left : &(*at)->right;
    struct node *n = *at;
    if (!n)
        return 0;
    if (n->left && n->right) {
        struct node **next = &n->right;
        while ((*next)->left)
            next = &(*next)->left;
        n->key = (*next)->key;
        n = *next;
        *next = n->right;
    } else {
        *at = n->left ? n->left : n->right;
    }
    give(n);
    return 1;
}

KERNEL uint32_t walk(const struct node *n, uint32_t depth)
{
    if (!n)
        return depth;
    return walk(n->left, depth + 1) * 31 + (uint32_t)n->key + walk(n->right, depth + 1) * 7;
}

ENTRY(bench_list)
{
    uint32_t seed = 11, result = 0;
    pool_init();
    struct node *list = NULL, *root = NULL;
    for (int i = 0; i < 60; i++) {
        struct node *n = take((int32_t)(next_random(&seed) % 1000));
        n->right = list;
        list = n;
    }
    list = merge_sort(list);
    while (list) {
        struct node *next = list->right;
        result = result * 31 + (uint32_t)list->key;
        give(list);
        list = next;
    }
    for (int i = 0; i < 200; i++) {
        int32_t key = (int32_t)(next_random(&seed) % 150);
        result += (uint32_t)(i % 3 ? insert(&root, key) : remove_key(&root, key));
    }
    return result + walk(root, 0);
}
