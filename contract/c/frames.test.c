#include "frames.h"

#include "contract.h"

#include <setjmp.h>

static uint32_t filled;
static jmp_buf escape;

void host_fill(uint32_t *words, size_t count)
{
    while (count--) {
        *words++ = ++filled * 2654435769u;
    }
}

void host_note(const void *address, size_t size)
{
    log_bytes(address, size);
}

void host_swap(uint32_t *a, uint32_t *b)
{
    uint32_t t = *a;
    *a = *b + 1;
    *b = t;
}

void host_give_up(unsigned depth)
{
    log_word(depth);
    longjmp(escape, 1);
}

TEST(with_alloca)
{
    filled = 0;
    for (int n = 0; n < 300; n = 3 * n + 1) {
        log_word(with_alloca(n, n));
    }
}

TEST(with_array)
{
    filled = 0;
    for (int n = 0; n <= 20; n += 5) {
        log_word(with_array(n));
    }
}

TEST(matrix_vla)
{
    log_word(matrix_vla(1, 1));
    log_word(matrix_vla(3, 5));
    log_word(matrix_vla(8, 9));
}

TEST(alloca_in_loop)
{
    filled = 0;
    log_word(alloca_in_loop(0));
    log_word(alloca_in_loop(10));
    log_word(alloca_in_loop(200));
}

TEST(aligned_locals)
{
    filled = 0;
    uint32_t *out = arena(12);
    log_word(aligned_locals(out));
}

// The same with the stack pointer at another remainder.
__attribute__((noinline)) static uint32_t shifted(uint32_t *out, unsigned by)
{
    volatile char pad[by];
    pad[0] = by;
    uint32_t result = aligned_locals(out);
    return result + pad[0] - by;
}

TEST(aligned_shifted)
{
    uint32_t *out = arena(64);
    for (int i = 1; i < 64; i += 8) {
        filled = i;
        log_word(shifted(out, i));
        log_bytes(out, 12);
    }
}

TEST(large_frame)
{
    filled = 0;
    log_word(large_frame(0));
    log_word(large_frame(1400));
    log_word(large_frame(700));
}

TEST(leaf_frame)
{
    log_word(leaf_frame(3, 5));
    log_word(leaf_frame(100, 1001));
}

TEST(permutations)
{
    log_word(permutations(4));
}

TEST(ackermann)
{
    log_word(ackermann(2, 5));
    log_word(ackermann(3, 3));
}

TEST(swap_locals)
{
    log_word(swap_locals(3, 500));
}

TEST(variable_and_fixed)
{
    filled = 0;
    log_word(variable_and_fixed(0));
    log_word(variable_and_fixed(100));
}

TEST(early_return)
{
    filled = 0;
    for (int i = 0; i < 5; i++) {
        log_word(early_return(i));
    }
}

TEST(chain)
{
    log_word(chain(0));
    log_word(chain(30));
}

TEST(deepest)
{
    uint32_t best = 3;
    log_word(deepest(&best, 20) == &best);
    log_word(best);
}

TEST(many_locals)
{
    filled = 0;
    log_word(many_locals(77));
}

TEST(indexed_local)
{
    uint8_t path[50];
    for (int i = 0; i < 50; i++) {
        path[i] = random_word();
    }
    log_word(indexed_local(path, 50));
}

TEST(give_up)
{
    filled = 0;
    for (volatile unsigned i = 0; i < 4; i++) {
        if (!setjmp(escape)) {
            give_up(i);
        }
    }
}

TEST(guarded)
{
    filled = 0;
    for (volatile unsigned i = 1; i < 4000; i *= 9) {
        if (!setjmp(escape)) {
            log_word(guarded(i));
        }
    }
}

TEST(two_scopes)
{
    filled = 0;
    for (int i = 0; i < 6; i++) {
        log_word(two_scopes(i * 7));
    }
}

TESTS(frames, T(with_alloca) T(with_array) T(matrix_vla) T(alloca_in_loop) T(aligned_locals)
                  T(aligned_shifted) T(large_frame) T(leaf_frame) T(permutations) T(ackermann)
                      T(swap_locals) T(variable_and_fixed) T(early_return) T(chain) T(deepest)
                          T(many_locals) T(indexed_local) T(give_up) T(guarded) T(two_scopes));
