// Loads and stores of every width through pointers of the host.
#include "pointers.h"

void swap_words(uint32_t *a, uint32_t *b)
{
    uint32_t t = *a;
    *a = *b;
    *b = t;
}

int32_t sum_array(const int32_t *values, size_t count)
{
    int32_t sum = 0;
    while (count--) {
        sum += *values++;
    }
    return sum;
}

void min_max(const int16_t *values, size_t count, int16_t *least, int16_t *greatest)
{
    *least = *greatest = values[0];
    for (size_t i = 1; i < count; i++) {
        if (values[i] < *least) {
            *least = values[i];
        }
        if (values[i] > *greatest) {
            *greatest = values[i];
        }
    }
}

void store_through(uint32_t **place, uint32_t value)
{
    **place = value;
    ++*place;
}

int32_t pointer_distance(const uint16_t *from, const uint16_t *to)
{
    return to - from;
}

uint32_t neighbours(const uint32_t *middle)
{
    return middle[-1] * 3 + middle[0] * 5 + middle[1] * 7 + middle[-200] + middle[1500];
}

void widen(const int8_t *bytes, const uint8_t *ubytes, int32_t *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = bytes[i] * 1000 + ubytes[i];
    }
}

void narrow(const uint32_t *words, uint8_t *bytes, uint16_t *halves, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bytes[i] = words[i] >> 7;
        halves[i] = words[i] + 1;
    }
}

uint64_t packed_sum(const struct record *records, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += records[i].tag + records[i].word + records[i].half + records[i].wide;
    }
    return sum;
}

void packed_fill(struct record *records, size_t count, uint32_t seed)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525 + 1013904223;
        records[i] = (struct record){seed, seed ^ 0x55, seed >> 3, (uint64_t)seed << 20};
    }
}

uint32_t *find_word(uint32_t *words, size_t count, uint32_t wanted)
{
    for (uint32_t *end = words + count; words != end; words++) {
        if (*words == wanted) {
            return words;
        }
    }
    return NULL;
}

int compare_pointers(const void *a, const void *b)
{
    return a < b ? -1 : a > b;
}

void transpose(int32_t (*matrix)[4])
{
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < i; j++) {
            int32_t t = matrix[i][j];
            matrix[i][j] = matrix[j][i];
            matrix[j][i] = t;
        }
    }
}

size_t copy_strided(uint8_t *out, const uint8_t *in, size_t count, ptrdiff_t stride)
{
    size_t done = 0;
    for (; done < count && *in != 0xff; done++, in += stride) {
        out[done] = *in;
    }
    return done;
}

uint32_t follow(uint32_t ***three)
{
    return three && *three && **three ? ***three : 0xdead;
}
