#include "pair.h"

#include "contract.h"

TEST(ring_put)
{
    struct ring *ring = arena(sizeof *ring);
    ring_init(ring, arena(8), 8);
    ring_errors = 0;
    for (int i = 0; i < 10; i++) {
        log_word(ring_put(ring, i * 3));
    }
    log_word(ring_errors);
}

TEST(ring_get)
{
    struct ring *ring = arena(sizeof *ring);
    ring_init(ring, arena(8), 8);
    ring_errors = 0;
    for (int i = 0; i < 30; i++) {
        log_word(random_below(2) ? ring_get(ring) : ring_put(ring, i));
    }
    log_word(ring_errors);
}

TEST(ring_copy)
{
    struct ring *rings = arena(2 * sizeof *rings);
    ring_init(&rings[0], arena(16), 16);
    ring_init(&rings[1], arena(5), 5);
    for (int i = 0; i < 7; i++) {
        ring_put(&rings[0], i);
    }
    log_word(ring_copy(&rings[1], &rings[0]));
    log_word(ring_copy(&rings[0], &rings[1]));
}

TEST(ring_both)
{
    log_word(ring_both(12345));
    log_word(ring_both(54321));
}

TEST(first_static)
{
    log_text(first_static());
    log_text(second_static());
}

TEST(rotate_first)
{
    log_word(rotate_first(0x80000001));
    log_word(rotate_second(0x80000011));
}

TESTS(pair, T(ring_put) T(ring_get) T(ring_copy) T(ring_both) T(first_static) T(rotate_first));
