// Linked lists, trees and a hash table in the host's memory.
#include "lists.h"

void push_front(struct node **head, struct node *node)
{
    node->next = *head;
    *head = node;
}

struct node *reverse(struct node *head)
{
    struct node *done = NULL;
    while (head) {
        struct node *next = head->next;
        head->next = done;
        done = head;
        head = next;
    }
    return done;
}

static struct node *merge(struct node *a, struct node *b)
{
    struct node *head, **tail = &head;
    while (a && b) {
        struct node **least = a->value <= b->value ? &a : &b;
        *tail = *least;
        tail = &(*least)->next;
        *least = (*least)->next;
    }
    *tail = a ? a : b;
    return head;
}

struct node *sort_list(struct node *head)
{
    if (!head || !head->next) {
        return head;
    }
    struct node *slow = head, *fast = head->next;
    while (fast && fast->next) {
        slow = slow->next;
        fast = fast->next->next;
    }
    struct node *second = slow->next;
    slow->next = NULL;
    return merge(sort_list(head), sort_list(second));
}

struct node *remove_value(struct node *head, int32_t value)
{
    for (struct node **at = &head; *at;) {
        if ((*at)->value == value) {
            *at = (*at)->next;
        } else {
            at = &(*at)->next;
        }
    }
    return head;
}

size_t list_length(const struct node *head)
{
    size_t n = 0;
    for (; head; head = head->next) {
        n++;
    }
    return n;
}

void dlist_init(struct dnode *list)
{
    list->next = list->prev = list;
}

void dlist_append(struct dnode *list, struct dnode *node)
{
    node->next = list;
    node->prev = list->prev;
    list->prev->next = node;
    list->prev = node;
}

bool dlist_remove(struct dnode *list, struct dnode *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->next = node->prev = NULL;
    return list->next == list;
}

struct dnode *dlist_get(struct dnode *list)
{
    struct dnode *first = list->next;
    if (first == list) {
        return NULL;
    }
    dlist_remove(list, first);
    return first;
}

void dlist_splice(struct dnode *to, struct dnode *from)
{
    for (struct dnode *node; (node = dlist_get(from));) {
        dlist_append(to, node);
    }
}

struct tree *tree_insert(struct tree *root, struct tree *node)
{
    if (!root) {
        node->left = node->right = NULL;
        node->count = 1;
        return node;
    }
    if (node->key == root->key) {
        root->count++;
    } else if (node->key < root->key) {
        root->left = tree_insert(root->left, node);
    } else {
        root->right = tree_insert(root->right, node);
    }
    return root;
}

size_t tree_walk(const struct tree *root, int32_t *out)
{
    if (!root) {
        return 0;
    }
    size_t n = tree_walk(root->left, out);
    out[n++] = root->key * root->count;
    return n + tree_walk(root->right, out + n);
}

int tree_depth(const struct tree *root)
{
    if (!root) {
        return 0;
    }
    int left = tree_depth(root->left), right = tree_depth(root->right);
    return 1 + (left > right ? left : right);
}

static unsigned bucket(int32_t value)
{
    return (uint32_t)value * 2654435769u >> 28;
}

struct node *table_find(struct table *table, int32_t value)
{
    struct node *at = table->buckets[bucket(value)];
    while (at && at->value != value) {
        at = at->next;
    }
    return at;
}

bool table_add(struct table *table, struct node *node)
{
    if (table_find(table, node->value)) {
        return false;
    }
    push_front(&table->buckets[bucket(node->value)], node);
    table->used++;
    return true;
}
