#include <stddef.h>
#include <stdint.h>

struct ring {
    uint8_t *bytes;
    uint16_t size, head, used;
};
extern uint32_t ring_errors;
void ring_init(struct ring *ring, uint8_t *bytes, size_t size);
int ring_put(struct ring *ring, uint8_t byte);
int ring_get(struct ring *ring);
size_t ring_copy(struct ring *to, struct ring *from);
uint32_t ring_both(uint32_t seed);
const char *first_static(void);
const char *second_static(void);
static inline uint32_t rotate_left(uint32_t value, unsigned by)
{
    return value << (by & 31) | value >> (-by & 31);
}
uint32_t rotate_first(uint32_t value);
uint32_t rotate_second(uint32_t value);
