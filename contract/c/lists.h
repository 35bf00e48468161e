#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct node {
    struct node *next;
    int32_t value;
};
struct dnode {
    struct dnode *next, *prev;
};
struct tree {
    struct tree *left, *right;
    int32_t key;
    uint16_t count;
};
struct table {
    struct node *buckets[16];
    size_t used;
};

void push_front(struct node **head, struct node *node);
struct node *reverse(struct node *head);
struct node *sort_list(struct node *head);
struct node *remove_value(struct node *head, int32_t value);
size_t list_length(const struct node *head);
void dlist_init(struct dnode *list);
void dlist_append(struct dnode *list, struct dnode *node);
struct dnode *dlist_get(struct dnode *list);
bool dlist_remove(struct dnode *list, struct dnode *node);
void dlist_splice(struct dnode *to, struct dnode *from);
struct tree *tree_insert(struct tree *root, struct tree *node);
size_t tree_walk(const struct tree *root, int32_t *out);
int tree_depth(const struct tree *root);
struct node *table_find(struct table *table, int32_t value);
bool table_add(struct table *table, struct node *node);
