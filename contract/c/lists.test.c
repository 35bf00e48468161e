#include "contract.h"
#include "lists.h"

static struct node *make(int count)
{
    struct node *nodes = arena(count * sizeof *nodes), *head = NULL;
    for (int i = 0; i < count; i++) {
        nodes[i].value = random_below(40);
        nodes[i].next = head;
        head = &nodes[i];
    }
    return head;
}

TEST(push_front)
{
    struct node **head = arena(4), *nodes = arena(10 * sizeof *nodes);
    for (int i = 0; i < 10; i++) {
        push_front(head, &nodes[i]);
    }
}

TEST(reverse)
{
    log_word((uintptr_t)reverse(make(15)));
    log_word((uintptr_t)reverse(NULL));
}

TEST(sort_list)
{
    for (int n = 0; n < 40; n += 3) {
        log_word((uintptr_t)sort_list(make(n)));
    }
}

TEST(remove_value)
{
    struct node *head = make(100);
    for (int i = 0; i < 45; i += 2) {
        head = remove_value(head, i);
        log_word((uintptr_t)head);
    }
}

TEST(list_length)
{
    log_word(list_length(NULL));
    log_word(list_length(make(33)));
}

TEST(dlist_init)
{
    dlist_init(arena(8));
}

TEST(dlist_append)
{
    struct dnode *list = arena(8);
    dlist_init(list);
    for (int i = 0; i < 5; i++) {
        dlist_append(list, arena(8));
    }
}

TEST(dlist_get)
{
    struct dnode *list = arena(8);
    dlist_init(list);
    log_word((uintptr_t)dlist_get(list));
    for (int i = 0; i < 3; i++) {
        dlist_append(list, arena(8));
    }
    for (int i = 0; i < 4; i++) {
        log_word((uintptr_t)dlist_get(list));
    }
}

TEST(dlist_remove)
{
    struct dnode *list = arena(8), *nodes = arena(32);
    dlist_init(list);
    for (int i = 0; i < 4; i++) {
        dlist_append(list, &nodes[i]);
    }
    log_word(dlist_remove(list, &nodes[2]));
    log_word(dlist_remove(list, &nodes[0]));
    log_word(dlist_remove(list, &nodes[3]));
    log_word(dlist_remove(list, &nodes[1]));
}

TEST(dlist_splice)
{
    struct dnode *a = arena(8), *b = arena(8);
    dlist_init(a);
    dlist_init(b);
    for (int i = 0; i < 4; i++) {
        dlist_append(a, arena(8));
        dlist_append(b, arena(8));
    }
    dlist_splice(a, b);
}

static struct tree *plant(int count)
{
    struct tree *root = NULL, *nodes = arena(count * sizeof *nodes);
    for (int i = 0; i < count; i++) {
        nodes[i].key = random_below(200) - 100;
        root = tree_insert(root, &nodes[i]);
    }
    return root;
}

TEST(tree_insert)
{
    log_word((uintptr_t)plant(80));
}

TEST(tree_walk)
{
    int32_t *out = arena(400);
    log_word(tree_walk(plant(100), out));
}

TEST(tree_depth)
{
    for (int n = 0; n < 60; n += 7) {
        log_word(tree_depth(plant(n)));
    }
}

TEST(table_find)
{
    struct table *table = arena(sizeof *table);
    struct node *nodes = arena(50 * sizeof *nodes);
    for (int i = 0; i < 50; i++) {
        nodes[i].value = random_below(100);
        log_word(table_add(table, &nodes[i]));
    }
    for (int i = 0; i < 100; i++) {
        log_word((uintptr_t)table_find(table, i));
    }
}

TESTS(lists, T(push_front) T(reverse) T(sort_list) T(remove_value) T(list_length) T(dlist_init)
                 T(dlist_append) T(dlist_get) T(dlist_remove) T(dlist_splice) T(tree_insert)
                     T(tree_walk) T(tree_depth) T(table_find));
