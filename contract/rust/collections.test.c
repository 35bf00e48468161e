#include "collections.h"

#include "contract.h"

#include <string.h>

void host_visit(uint32_t value, const uint32_t *local)
{
    log_word(value);
    log_word(*local);
}

static uint32_t *words(int count, uint32_t limit)
{
    uint32_t *w = arena(4 * count + 4);
    for (int i = 0; i < count; i++) {
        w[i] = random_below(limit);
    }
    return w;
}

TEST(rust_sum)
{
    log_word(rust_sum(words(77, 0xffffffff), 77));
    log_word(rust_sum(words(1, 9), 0));
}

TEST(rust_sort)
{
    for (int n = 0; n < 200; n = 2 * n + 1) {
        rust_sort(words(n, 1000), n);
    }
}

static int32_t last_digit(int32_t value)
{
    return value % 10;
}

TEST(rust_sort_by)
{
    rust_sort_by((int32_t *)words(90, 500), 90, last_digit);
}

TEST(rust_search)
{
    uint32_t *w = words(50, 100);
    rust_sort(w, 50);
    rust_dedup(w, 50);
    for (int i = 0; i < 100; i += 3) {
        log_word(rust_search(w, 30, i));
    }
}

static struct rust_node *list(int count)
{
    struct rust_node *nodes = arena(count * sizeof *nodes), *head = NULL;
    for (int i = 0; i < count; i++) {
        nodes[i].value = random_word();
        nodes[i].next = head;
        head = &nodes[i];
    }
    return head;
}

TEST(rust_reverse)
{
    log_word((uintptr_t)rust_reverse(NULL));
    log_word((uintptr_t)rust_reverse(list(12)));
}

TEST(rust_list_max)
{
    log_word(rust_list_max(NULL));
    log_word(rust_list_max(list(25)));
}

static const char *const texts[] = {"0", " 42 ", "-2147483648", "2147483648", "", "x1", "+7",
                                    "-99999999999", "\xc3\xa4", "\xff", "a b\tc \xe2\x82\xac"};

TEST(rust_parse)
{
    for (int i = 0; i < 11; i++) {
        int32_t number = -7;
        log_word(rust_parse((const uint8_t *)texts[i], strlen(texts[i]), &number));
        log_word(number);
    }
}

TEST(rust_count_chars)
{
    for (int i = 0; i < 11; i++) {
        log_word(rust_count_chars((const uint8_t *)texts[i], strlen(texts[i])));
    }
}

TEST(rust_format)
{
    uint8_t *out = arena(500);
    for (int i = 0; i < 5; i++) {
        log_word(rust_format(out + 100 * i, 90, -1234 * i, 0x123456789ull << i,
                             (const uint8_t *)texts[i], strlen(texts[i])));
    }
    log_word(rust_format(out, 12, 1, 2, (const uint8_t *)"abc", 3));
}

TEST(rust_split)
{
    const char *text = "one,two,,three,";
    log_word(rust_split((const uint8_t *)text, strlen(text), ',', arena(40), 10));
    log_word(rust_split((const uint8_t *)text, strlen(text), ',', arena(40), 2));
}

static uint32_t mix(uint32_t value, uint32_t turn)
{
    return value * 31 + turn;
}

TEST(rust_fold)
{
    log_word(rust_fold(12345, 40, mix));
}

TEST(rust_heap)
{
    rust_heap(words(60, 10000), 60);
}

TEST(rust_dedup)
{
    log_word(rust_dedup(words(80, 3), 80));
}

TEST(rust_rotate)
{
    rust_rotate(words(30, 100), 30, 7);
    rust_rotate(words(30, 100), 0, 7);
}

TEST(rust_copy)
{
    uint8_t *to = arena(100);
    rust_copy(to, (uint8_t *)words(25, 0xffffffff), 100);
}

TEST(rust_permute)
{
    log_word(rust_permute(7));
}

TESTS(collections,
      T(rust_sum) T(rust_sort) T(rust_sort_by) T(rust_search) T(rust_reverse) T(rust_list_max)
          T(rust_parse) T(rust_count_chars) T(rust_format) T(rust_split) T(rust_fold) T(rust_heap)
              T(rust_dedup) T(rust_rotate) T(rust_copy) T(rust_permute));
