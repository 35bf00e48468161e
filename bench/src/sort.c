/* Sorting: insertion sort, heap sort, and quicksort with a comparison function. */
#include "bench.h"

enum { N = 200 };

static int32_t values[N], copy[N];

KERNEL void insertion_sort(int32_t *v, int n)
{
    for (int i = 1; i < n; i++) {
        int32_t x = v[i];
        int j = i;
        for (; j > 0 && v[j - 1] > x; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
}

KERNEL void sift(int32_t *v, int at, int n)
{
    for (;;) {
        int child = 2 * at + 1;
        if (child >= n)
            return;
        if (child + 1 < n && v[child + 1] > v[child])
            child++;
        if (v[at] >= v[child])
            return;
        int32_t t = v[at];
        v[at] = v[child];
        v[child] = t;
        at = child;
    }
}

KERNEL void heap_sort(int32_t *v, int n)
{
    for (int i = n / 2 - 1; i >= 0; i--)
        sift(v, i, n);
    for (int i = n - 1; i > 0; i--) {
        int32_t t = v[0];
        v[0] = v[i];
        v[i] = t;
        sift(v, 0, i);
    }
}

typedef int compare(int32_t, int32_t);

KERNEL int ascending(int32_t a, int32_t b) { return (a > b) - (a < b); }
KERNEL int by_low_byte(int32_t a, int32_t b) { return (a & 255) - (b & 255); }

KERNEL void quick_sort(int32_t *v, int low, int high, compare *order)
{
    while (low < high) {
        int32_t pivot = v[(low + high) / 2];
        int i = low, j = high;
        while (i <= j) {
            while (order(v[i], pivot) < 0)
                i++;
            while (order(v[j], pivot) > 0)
                j--;
            if (i <= j) {
                int32_t t = v[i];
                v[i++] = v[j];
                v[j--] = t;
            }
        }
        quick_sort(v, low, j, order);
        low = i;
    }
}

KERNEL uint32_t hash(const int32_t *v, int n)
{
    uint32_t h = 0;
    for (int i = 0; i < n; i++)
        h = h * 31 + (uint32_t)v[i];
    return h;
}

ENTRY(bench_sort)
{
    uint32_t seed = 3, result = 0;
    for (int i = 0; i < N; i++)
        values[i] = (int32_t)next_random(&seed);
    for (int way = 0; way < 4; way++) {
        for (int i = 0; i < N; i++)
            copy[i] = values[i];
        switch (way) {
        case 0: insertion_sort(copy, N); break;
        case 1: heap_sort(copy, N); break;
        case 2: quick_sort(copy, 0, N - 1, ascending); break;
        default: quick_sort(copy, 0, N - 1, by_low_byte); break;
        }
        result = result * 7 + (way < 3 ? hash(copy, N) : (uint32_t)(copy[0] & 255) + (uint32_t)(copy[N - 1] & 255));
    }
    return result;
}
