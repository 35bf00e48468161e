#include "atomics.h"

#include "contract.h"

TEST(fetch_words)
{
    uint32_t *word = arena(4);
    for (int i = 0; i < 20; i++) {
        log_word(fetch_words(word, random_word()));
        log_word(*word);
    }
}

TEST(fetch_bytes)
{
    uint8_t *bytes = arena(8);
    for (int i = 0; i < 40; i++) {
        log_word(fetch_bytes(bytes + i % 8, random_word()));
        log_bytes(bytes, 8);
    }
}

TEST(fetch_halves)
{
    int16_t *halves = arena(8);
    for (int i = 0; i < 40; i++) {
        log_word(fetch_halves(halves + i % 4, random_word()));
        log_bytes(halves, 8);
    }
}

TEST(exchange_once)
{
    uint32_t *word = arena(4);
    *word = 5;
    log_word(exchange_once(word, 4, 9));
    log_word(*word);
    log_word(exchange_once(word, 5, 9));
}

TEST(exchange_loop)
{
    uint32_t *word = arena(4);
    for (int i = 0; i < 10; i++) {
        log_word(exchange_loop(word, 6));
    }
}

TEST(swap_word)
{
    uint32_t *word = arena(4);
    log_word(swap_word(word, 7));
    log_word(swap_word(word, 8));
}

TEST(lock_flag)
{
    uint8_t *flag = arena(1);
    log_word(lock_flag(flag));
    log_word(lock_flag(flag));
    unlock_flag(flag);
    log_word(lock_flag(flag));
}

TEST(load_store)
{
    uint32_t *words = arena(12);
    words[2] = 77;
    log_word(load_store(words));
}

TEST(atomic_counter)
{
    log_word(atomic_counter());
    log_word(atomic_counter());
}

TEST(exchange_narrow)
{
    uint8_t *byte = arena(1);
    uint16_t *half = arena(2);
    *byte = 0x12;
    *half = 0x1212;
    log_word(exchange_narrow(byte, half, 0x13));
    log_word(exchange_narrow(byte, half, 0x12));
    log_word(*half);
}

TEST(push_atomic)
{
    void **head = arena(4), **nodes = arena(40);
    for (int i = 0; i < 10; i++) {
        push_atomic(head, &nodes[i]);
    }
    for (int i = 0; i < 11; i++) {
        log_word((uintptr_t)pop_atomic(head));
    }
}

TESTS(atomics, T(fetch_words) T(fetch_bytes) T(fetch_halves) T(exchange_once) T(exchange_loop)
                   T(swap_word) T(lock_flag) T(load_store) T(atomic_counter) T(exchange_narrow)
                       T(push_atomic));
