#include <stddef.h>
#include <stdint.h>

struct driver {
    const char *name;
    uint32_t (*start)(uint32_t);
    uint32_t rank;
};

size_t count_drivers(void);
uint32_t start_drivers(uint32_t seed);
uint32_t noinit_counter(uint32_t start);
uint32_t ram_table(uint32_t index);
uint32_t constructed(uint32_t *out);
uint32_t aligned_data(void);
uint32_t in_own_section(uint32_t value);
