#include <stddef.h>
#include <stdint.h>

uint32_t sum_across_waits(uint32_t seed, unsigned count);
uint32_t wait_in_depth(uint32_t depth, uint32_t *above);
uint32_t wait_with_alloca(uint32_t seed, unsigned count);
uint32_t wait_with_aligned(uint32_t seed);
uint32_t leaf_without_calls(uint32_t seed);
double float_leaf(double seed);

// Of the host: lets another thread run.
void host_wait(void *local);
