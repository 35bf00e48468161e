// Atomic operations, which stay atomic.
// wasm: -matomics -mbulk-memory
#include "atomics.h"

#include <stdatomic.h>
#include <stddef.h>

uint32_t fetch_words(uint32_t *word, uint32_t value)
{
    uint32_t sum = __atomic_fetch_add(word, value, __ATOMIC_SEQ_CST);
    sum += 3 * __atomic_fetch_sub(word, 7, __ATOMIC_RELAXED);
    sum += 5 * __atomic_fetch_or(word, value << 3, __ATOMIC_ACQ_REL);
    sum += 7 * __atomic_fetch_and(word, ~(value << 1), __ATOMIC_ACQUIRE);
    sum += 9 * __atomic_fetch_xor(word, value >> 5, __ATOMIC_RELEASE);
    sum += 11 * __atomic_add_fetch(word, value, __ATOMIC_SEQ_CST);
    return sum;
}

uint32_t fetch_bytes(uint8_t *byte, uint8_t value)
{
    uint32_t sum = __atomic_fetch_add(byte, value, __ATOMIC_SEQ_CST);
    sum += 3 * __atomic_fetch_xor(byte, value, __ATOMIC_SEQ_CST);
    sum += 5 * __atomic_exchange_n(byte, value + 1, __ATOMIC_SEQ_CST);
    return sum + 7 * __atomic_fetch_nand(byte, 0x3c, __ATOMIC_SEQ_CST);
}

int32_t fetch_halves(int16_t *half, int16_t value)
{
    int32_t sum = __atomic_fetch_sub(half, value, __ATOMIC_SEQ_CST);
    sum += 3 * __atomic_fetch_or(half, value, __ATOMIC_SEQ_CST);
    return sum + 5 * __atomic_and_fetch(half, 0x7f0f, __ATOMIC_SEQ_CST);
}

bool exchange_once(uint32_t *word, uint32_t expected, uint32_t desired)
{
    return __atomic_compare_exchange_n(word, &expected, desired, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

uint32_t exchange_loop(uint32_t *word, uint32_t limit)
{
    uint32_t old = __atomic_load_n(word, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(word, &old, old < limit ? old + 1 : 0, true,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
    }
    return old;
}

uint32_t swap_word(uint32_t *word, uint32_t value)
{
    return __atomic_exchange_n(word, value, __ATOMIC_ACQ_REL);
}

bool lock_flag(uint8_t *flag)
{
    return !__atomic_exchange_n(flag, 1, __ATOMIC_ACQUIRE);
}

void unlock_flag(uint8_t *flag)
{
    __atomic_store_n(flag, 0, __ATOMIC_RELEASE);
}

uint32_t load_store(uint32_t *words)
{
    __atomic_store_n(&words[0], 5, __ATOMIC_SEQ_CST);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&words[1], __atomic_load_n(&words[2], __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return __atomic_load_n(&words[0], __ATOMIC_SEQ_CST);
}

uint32_t atomic_counter(void)
{
    static atomic_uint counter = 10;
    return atomic_fetch_add(&counter, 3);
}

bool exchange_narrow(uint8_t *byte, uint16_t *half, uint8_t expected)
{
    uint16_t wide = expected * 257;
    bool first = __atomic_compare_exchange_n(byte, &expected, 0x99, false, __ATOMIC_SEQ_CST,
                                             __ATOMIC_RELAXED);
    bool second = __atomic_compare_exchange_n(half, &wide, expected, false, __ATOMIC_SEQ_CST,
                                              __ATOMIC_RELAXED);
    return first && second;
}

void push_atomic(void **head, void **node)
{
    void *old = __atomic_load_n(head, __ATOMIC_RELAXED);
    do {
        *node = old;
    } while (!__atomic_compare_exchange_n(head, &old, node, true, __ATOMIC_RELEASE,
                                          __ATOMIC_RELAXED));
}

void *pop_atomic(void **head)
{
    void *old = __atomic_load_n(head, __ATOMIC_ACQUIRE);
    while (old && !__atomic_compare_exchange_n(head, &old, *(void **)old, true, __ATOMIC_ACQUIRE,
                                               __ATOMIC_ACQUIRE)) {
    }
    return old;
}
