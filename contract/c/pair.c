// Half of a program in two files; pair.second.c has the other.
#include "pair.h"

uint32_t ring_errors;

static const char *name(void)
{
    return "first";
}

const char *first_static(void)
{
    return name();
}

void ring_init(struct ring *ring, uint8_t *bytes, size_t size)
{
    ring->bytes = bytes;
    ring->size = size;
    ring->head = ring->used = 0;
}

int ring_put(struct ring *ring, uint8_t byte)
{
    if (ring->used == ring->size) {
        ring_errors++;
        return -1;
    }
    ring->bytes[(ring->head + ring->used++) % ring->size] = byte;
    return 0;
}

uint32_t rotate_first(uint32_t value)
{
    return rotate_left(value, 5);
}
