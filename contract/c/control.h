#include <stddef.h>
#include <stdint.h>

int32_t dense_switch(int32_t which, int32_t value);
int32_t sparse_switch(int32_t which);
int32_t run_program(const uint8_t *code, size_t length, int32_t *stack);
uint32_t collatz(uint32_t start);
uint32_t crc(const uint8_t *bytes, size_t count);
size_t sieve(uint8_t *marks, size_t limit);
int32_t nested_loops(int32_t limit);
int32_t early_out(const int32_t *values, size_t count);
uint32_t is_odd(uint32_t n);
uint32_t is_even(uint32_t n);
int32_t clamp_all(int32_t *values, size_t count, int32_t low, int32_t high);
uint32_t unrolled(const uint8_t *bytes, size_t count);
