/* Matrices of 32-bit integers: product, transposition, power, determinant
 * modulo a prime. */
#include "bench.h"

enum { N = 12, PRIME = 10007 };

typedef int32_t matrix[N][N];

static matrix a, b, c;

KERNEL void fill(matrix m, uint32_t *seed)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            m[i][j] = (int32_t)(next_random(seed) % PRIME);
}

KERNEL void product(matrix out, matrix x, matrix y)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            int32_t sum = 0;
            for (int k = 0; k < N; k++)
                sum += x[i][k] * y[k][j];
            out[i][j] = sum;
        }
}

KERNEL void transpose(matrix m)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++) {
            int32_t t = m[i][j];
            m[i][j] = m[j][i];
            m[j][i] = t;
        }
}

KERNEL uint32_t power(uint32_t base, uint32_t exponent)
{
    uint32_t result = 1;
    for (; exponent; exponent >>= 1) {
        if (exponent & 1)
            result = result * base % PRIME;
        base = base * base % PRIME;
    }
    return result;
}

KERNEL uint32_t determinant(matrix m)
{
    uint32_t result = 1;
    for (int i = 0; i < N; i++) {
        int pivot = i;
        while (pivot < N && m[pivot][i] % PRIME == 0)
            pivot++;
        if (pivot == N)
            return 0;
        if (pivot != i) {
            result = PRIME - result;
            for (int j = 0; j < N; j++) {
                int32_t t = m[i][j];
                m[i][j] = m[pivot][j];
                m[pivot][j] = t;
            }
        }
        result = result * (uint32_t)m[i][i] % PRIME;
        uint32_t inverse = power((uint32_t)m[i][i], PRIME - 2);
        for (int k = i + 1; k < N; k++) {
            uint32_t factor = (uint32_t)m[k][i] * inverse % PRIME;
            for (int j = i; j < N; j++)
                m[k][j] = (int32_t)(((uint32_t)m[k][j] + (PRIME - factor) * (uint32_t)m[i][j]) % PRIME);
        }
    }
    return result;
}

ENTRY(bench_matrix)
{
    uint32_t seed = 4;
    fill(a, &seed);
    fill(b, &seed);
    product(c, a, b);
    transpose(c);
    uint32_t result = 0;
    for (int i = 0; i < N; i++)
        result = result * 31 + (uint32_t)c[i][(i * 5) % N];
    return result * 31 + determinant(a);
}
