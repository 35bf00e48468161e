#include <stddef.h>
#include <stdint.h>

void swap_words(uint32_t *a, uint32_t *b);
int32_t sum_array(const int32_t *values, size_t count);
void min_max(const int16_t *values, size_t count, int16_t *least, int16_t *greatest);
void store_through(uint32_t **place, uint32_t value);
int32_t pointer_distance(const uint16_t *from, const uint16_t *to);
uint32_t neighbours(const uint32_t *middle);
void widen(const int8_t *bytes, const uint8_t *ubytes, int32_t *out, size_t count);
void narrow(const uint32_t *words, uint8_t *bytes, uint16_t *halves, size_t count);
struct __attribute__((packed)) record {
    uint8_t tag;
    uint32_t word;
    uint16_t half;
    uint64_t wide;
};
uint64_t packed_sum(const struct record *records, size_t count);
void packed_fill(struct record *records, size_t count, uint32_t seed);
uint32_t *find_word(uint32_t *words, size_t count, uint32_t wanted);
int compare_pointers(const void *a, const void *b);
void transpose(int32_t (*matrix)[4]);
size_t copy_strided(uint8_t *out, const uint8_t *in, size_t count, ptrdiff_t stride);
uint32_t follow(uint32_t ***three);
