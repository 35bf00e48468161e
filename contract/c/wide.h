#include <stdint.h>

int64_t wide_arithmetic(int64_t a, int64_t b);
uint64_t wide_division(uint64_t a, uint64_t b);
int64_t signed_division(int64_t a, int64_t b);
uint64_t wide_shifts(uint64_t value, unsigned by);
int wide_compare(int64_t a, int64_t b);
uint64_t odd_register(uint32_t first, uint64_t second, uint32_t third);
uint64_t to_the_stack(uint32_t a, uint32_t b, uint32_t c, uint64_t d, uint32_t e, uint64_t f);
int64_t mixed_words(int8_t a, int64_t b, uint16_t c, int64_t d, int32_t e);
unsigned bit_counts(uint64_t value);
uint64_t multiply_high(uint64_t a, uint64_t b);
char *write_wide(char *out, uint64_t number);
void wide_through(int64_t *values, unsigned count);
int64_t call_host_wide(uint32_t a, int64_t b);
uint64_t greatest_common(uint64_t a, uint64_t b);
int64_t saturating(int64_t a, int64_t b);

// Of the host.
int64_t host_wide(uint32_t a, int64_t b, uint32_t c, int64_t d, int64_t e);
