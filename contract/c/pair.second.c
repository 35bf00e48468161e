// The other half.
#include "pair.h"

static uint32_t state;

static const char *name(void)
{
    return "second";
}

const char *second_static(void)
{
    return name();
}

int ring_get(struct ring *ring)
{
    if (ring->used == 0) {
        ring_errors += 100;
        return -1;
    }
    int byte = ring->bytes[ring->head];
    ring->head = (ring->head + 1) % ring->size;
    ring->used--;
    return byte;
}

size_t ring_copy(struct ring *to, struct ring *from)
{
    size_t count = 0;
    while (from->used && ring_put(to, ring_get(from)) == 0) {
        count++;
    }
    return count;
}

uint32_t ring_both(uint32_t seed)
{
    uint8_t bytes[6];
    struct ring ring;
    ring_init(&ring, bytes, sizeof bytes);
    state = seed;
    for (int i = 0; i < 20; i++) {
        state = rotate_left(state, i) + i;
        if (state & 8) {
            ring_put(&ring, state);
        } else {
            state += ring_get(&ring);
        }
    }
    return state;
}

uint32_t rotate_second(uint32_t value)
{
    return rotate_left(value, value) ^ rotate_first(value);
}
