#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rust_node {
    struct rust_node *next;
    int32_t value;
};
uint32_t rust_sum(const uint32_t *words, size_t count);
void rust_sort(uint32_t *words, size_t count);
void rust_sort_by(int32_t *values, size_t count, int32_t (*key)(int32_t));
int32_t rust_search(const uint32_t *words, size_t count, uint32_t wanted);
struct rust_node *rust_reverse(struct rust_node *head);
int32_t rust_list_max(const struct rust_node *head);
int32_t rust_parse(const uint8_t *text, size_t length, int32_t *number);
size_t rust_count_chars(const uint8_t *text, size_t length);
size_t rust_format(uint8_t *out, size_t size, int32_t number, uint64_t wide, const uint8_t *text,
                   size_t length);
size_t rust_split(const uint8_t *text, size_t length, uint8_t separator, uint32_t *ends,
                  size_t limit);
uint32_t rust_fold(uint32_t start, size_t count, uint32_t (*next)(uint32_t, uint32_t));
void rust_heap(uint32_t *words, size_t count);
size_t rust_dedup(uint32_t *words, size_t count);
void rust_rotate(uint32_t *words, size_t count, size_t by);
void rust_copy(uint8_t *to, const uint8_t *from, size_t count);
uint32_t rust_permute(uint32_t seed);

// Of the host.
void host_visit(uint32_t value, const uint32_t *local);
