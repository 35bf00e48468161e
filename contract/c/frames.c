// Address-taken locals of every kind: they live on the machine stack.
#include "frames.h"

#define alloca __builtin_alloca

uint32_t with_alloca(size_t count, uint32_t seed)
{
    uint32_t *words = alloca(count * sizeof *words);
    host_fill(words, count);
    uint32_t sum = seed;
    for (size_t i = 0; i < count; i++) {
        sum = sum * 31 + words[i];
    }
    return sum;
}

uint32_t with_array(unsigned count)
{
    uint32_t words[20];
    host_fill(words, count);
    uint32_t sum = 0;
    for (unsigned i = 0; i < count; i++) {
        sum ^= words[i] << i;
    }
    return sum;
}

uint32_t matrix_vla(unsigned rows, unsigned columns)
{
    uint16_t cells[rows][columns];
    for (unsigned i = 0; i < rows; i++) {
        for (unsigned j = 0; j < columns; j++) {
            cells[i][j] = i * 100 + j;
        }
    }
    host_note(cells, sizeof cells);
    return cells[rows - 1][columns - 1] + cells[rows / 2][0];
}

uint32_t alloca_in_loop(unsigned rounds)
{
    struct link {
        struct link *next;
        uint32_t value;
    } *list = NULL;
    for (unsigned i = 0; i < rounds; i++) {
        struct link *link = alloca(sizeof *link + 4 * (i % 3));
        link->next = list;
        host_fill(&link->value, 1);
        list = link;
    }
    uint32_t sum = 0;
    for (; list; list = list->next) {
        sum = sum * 3 + list->value;
    }
    return sum;
}

uint32_t aligned_locals(uint32_t *remainders)
{
    _Alignas(32) uint32_t a[3];
    _Alignas(64) uint8_t b[5];
    uint64_t c;
    host_fill(a, 3);
    host_note(b, 0);
    host_fill((uint32_t *)&c, 2);
    for (int i = 0; i < 5; i++) {
        b[i] = a[i % 3] >> i;
    }
    host_note(b, sizeof b);
    remainders[0] = (uintptr_t)a % 32;
    remainders[1] = (uintptr_t)b % 64;
    remainders[2] = (uintptr_t)&c % 8;
    return (uint32_t)(c >> 7) + a[2];
}

uint32_t large_frame(unsigned index)
{
    uint32_t words[1500];
    for (unsigned i = 0; i < 1500; i += 100) {
        words[i] = i;
    }
    host_fill(words + index, 3);
    return words[index] + words[(index + 100) % 1500 / 100 * 100] + words[1400];
}

// A leaf with an indexed local: clang leaves such a frame below the pointer.
uint32_t leaf_frame(unsigned a, unsigned b)
{
    volatile uint32_t local[8];
    for (unsigned i = 0; i < 8; i++) {
        local[i] = a * i + b;
    }
    return local[a & 7] ^ local[b & 7];
}

static unsigned permute(uint8_t *items, unsigned count, unsigned at)
{
    if (at == count) {
        host_note(items, count);
        return 1;
    }
    unsigned found = 0;
    for (unsigned i = at; i < count; i++) {
        uint8_t copy[8];
        for (unsigned k = 0; k < count; k++) {
            copy[k] = items[k];
        }
        copy[at] = items[i];
        copy[i] = items[at];
        found += permute(copy, count, at + 1);
    }
    return found;
}

unsigned permutations(unsigned count)
{
    uint8_t items[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    return permute(items, count, 0);
}

uint32_t ackermann(uint32_t m, uint32_t n)
{
    if (m == 0) {
        return n + 1;
    }
    return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

uint32_t swap_locals(uint32_t a, uint32_t b)
{
    host_swap(&a, &b);
    uint32_t difference = a - b;
    host_swap(&difference, &a);
    return difference * 10 + a + b;
}

uint32_t variable_and_fixed(unsigned count)
{
    uint32_t fixed[4];
    host_fill(fixed, 4);
    uint8_t variable[count + 1];
    for (unsigned i = 0; i <= count; i++) {
        variable[i] = fixed[i & 3] + i;
    }
    host_note(variable, count + 1);
    host_note(fixed, sizeof fixed);
    return variable[count] + fixed[3];
}

uint32_t early_return(unsigned which)
{
    uint32_t words[6];
    host_fill(words, 6);
    if (which == 0) {
        return words[5];
    }
    if (which == 1) {
        uint8_t more[which * 40];
        host_note(more, 0);
        host_fill(words, 2);
        return words[1] + (uintptr_t)more % 8;
    }
    host_swap(&words[0], &words[which]);
    return words[0] - words[1];
}

uint32_t chain(uint32_t depth)
{
    uint32_t own[2] = {depth, 1};
    if (depth > 0) {
        own[1] = chain(depth - 1);
        host_swap(&own[0], &own[1]);
    }
    return own[0] * 7 + own[1];
}

uint32_t *deepest(uint32_t *best, uint32_t depth)
{
    uint32_t mine = depth * depth;
    uint32_t *found = mine % 7 > *best % 7 ? &mine : best;
    if (depth > 0) {
        uint32_t *below = deepest(found, depth - 1);
        *best += *below;
        return best;
    }
    *best += *found;
    return best;
}

uint32_t many_locals(uint32_t seed)
{
    uint32_t a = seed, b = seed + 1, c = seed + 2, d = seed + 3;
    uint64_t e = seed;
    uint8_t f = seed;
    int16_t g = -1;
    host_swap(&a, &d);
    host_swap(&b, &c);
    host_fill((uint32_t *)&e, 2);
    host_note(&f, 1);
    host_note(&g, 2);
    return a + 2 * b + 3 * c + 4 * d + (uint32_t)(e >> 16) + f + g;
}

uint32_t indexed_local(const uint8_t *path, size_t length)
{
    uint32_t counts[16] = {0};
    for (size_t i = 0; i < length; i++) {
        counts[path[i] & 15] += i;
    }
    uint32_t sum = 0;
    for (unsigned i = 0; i < 16; i++) {
        sum = sum * 5 + counts[i];
    }
    return sum;
}

__attribute__((noreturn)) static void fail(unsigned depth)
{
    uint32_t words[3];
    host_fill(words, 3);
    for (;;) {
        host_give_up(depth + (words[0] & 0));
    }
}

void give_up(unsigned depth)
{
    uint32_t local = depth;
    host_note(&local, 4);
    if (depth == 0) {
        fail(local);
    }
    give_up(depth - 1);
    host_note(&local, 4);
}

int guarded(unsigned depth)
{
    uint32_t local[2] = {depth, 5};
    host_swap(&local[0], &local[1]);
    if (local[1] > 1000) {
        fail(local[0]);
    }
    return local[0] + local[1];
}

uint32_t two_scopes(unsigned which)
{
    uint32_t result;
    if (which & 1) {
        uint32_t odd[30];
        host_fill(odd, 30);
        result = odd[which % 30];
    } else {
        uint16_t even[60];
        host_fill((uint32_t *)even, 30);
        result = even[which % 60];
    }
    uint32_t last[2];
    host_fill(last, 2);
    return result + last[1];
}
