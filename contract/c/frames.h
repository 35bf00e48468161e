#include <stddef.h>
#include <stdint.h>

uint32_t with_alloca(size_t count, uint32_t seed);
uint32_t with_array(unsigned count);
uint32_t matrix_vla(unsigned rows, unsigned columns);
uint32_t alloca_in_loop(unsigned rounds);
uint32_t aligned_locals(uint32_t *remainders);
uint32_t large_frame(unsigned index);
uint32_t leaf_frame(unsigned a, unsigned b);
unsigned permutations(unsigned count);
uint32_t ackermann(uint32_t m, uint32_t n);
uint32_t swap_locals(uint32_t a, uint32_t b);
uint32_t variable_and_fixed(unsigned count);
uint32_t early_return(unsigned which);
uint32_t chain(uint32_t depth);
uint32_t *deepest(uint32_t *best, uint32_t depth);
uint32_t many_locals(uint32_t seed);
uint32_t indexed_local(const uint8_t *path, size_t length);
void give_up(unsigned depth);
int guarded(unsigned depth);
uint32_t two_scopes(unsigned which);

// Of the host.
void host_fill(uint32_t *words, size_t count);
void host_note(const void *address, size_t size);
void host_swap(uint32_t *a, uint32_t *b);
void host_give_up(unsigned depth);
