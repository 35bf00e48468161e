// Control flow: switches, loops, interpreters, recursion between functions.
#include "control.h"

int32_t dense_switch(int32_t which, int32_t value)
{
    switch (which) {
    case 0:
        return value + 1;
    case 1:
        return value * 3;
    case 2:
        value ^= 0xff;
        // Falls through.
    case 3:
        return value - 7;
    case 4:
    case 5:
        return -value;
    case 6:
        return value / 5;
    case 7:
        return value << 4;
    case 9:
        return value % 11;
    default:
        return which;
    }
}

int32_t sparse_switch(int32_t which)
{
    switch (which) {
    case -100:
        return 1;
    case 0:
        return 2;
    case 77:
        return 3;
    case 1000:
        return 4;
    case 123456:
        return 5;
    case 0x7fffffff:
        return 6;
    default:
        return 0;
    }
}

int32_t run_program(const uint8_t *code, size_t length, int32_t *stack)
{
    int32_t *top = stack;
    for (size_t pc = 0; pc < length;) {
        uint8_t op = code[pc++];
        switch (op & 7) {
        case 0:
            *top++ = (int8_t)code[pc++];
            break;
        case 1:
            if (top - stack > 1) {
                top--;
                top[-1] = (uint32_t)top[-1] + (uint32_t)*top;
            }
            break;
        case 2:
            if (top - stack > 1) {
                top--;
                top[-1] = (uint32_t)top[-1] * (uint32_t)*top;
            }
            break;
        case 3:
            if (top > stack) {
                top[0] = top[-1];
                top++;
            }
            break;
        case 4:
            if (top > stack && *--top < 0) {
                pc += op >> 5;
            }
            break;
        case 5:
            if (top > stack) {
                top[-1] = -(uint32_t)top[-1];
            }
            break;
        case 6:
            if (top - stack > 8) {
                goto out;
            }
            break;
        default:
            continue;
        }
    }
out:
    return top > stack ? top[-1] : -1;
}

uint32_t collatz(uint32_t start)
{
    uint32_t steps = 0;
    while (start != 1) {
        start = start & 1 ? 3 * start + 1 : start >> 1;
        steps++;
    }
    return steps;
}

uint32_t crc(const uint8_t *bytes, size_t count)
{
    uint32_t state = ~0u;
    while (count--) {
        state ^= *bytes++;
        for (int bit = 0; bit < 8; bit++) {
            state = state >> 1 ^ (0xedb88320 & -(state & 1));
        }
    }
    return ~state;
}

size_t sieve(uint8_t *marks, size_t limit)
{
    size_t primes = 0;
    for (size_t i = 2; i < limit; i++) {
        if (marks[i]) {
            continue;
        }
        primes++;
        for (size_t j = i * i; j < limit; j += i) {
            marks[j] = 1;
        }
    }
    return primes;
}

int32_t nested_loops(int32_t limit)
{
    int32_t found = 0;
    for (int32_t a = 1; a < limit; a++) {
        for (int32_t b = a; b < limit; b++) {
            for (int32_t c = b; c < limit; c++) {
                if (a * a + b * b == c * c) {
                    found = found * 7 + c;
                    goto next;
                }
            }
            if (b > 20 && a > 15) {
                break;
            }
        }
    next:;
    }
    return found;
}

int32_t early_out(const int32_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i] < 0) {
            return i;
        }
        if (values[i] == 0) {
            continue;
        }
        if (values[i] % 17 == 0 && values[i] % 3 == 1) {
            return -values[i];
        }
    }
    return -1;
}

uint32_t is_even(uint32_t n)
{
    return n == 0 ? 1 : is_odd(n - 1);
}

uint32_t is_odd(uint32_t n)
{
    return n == 0 ? 0 : is_even(n - 1);
}

int32_t clamp_all(int32_t *values, size_t count, int32_t low, int32_t high)
{
    int32_t changed = 0;
    for (size_t i = 0; i < count; i++) {
        int32_t v = values[i];
        v = v < low ? low : v > high ? high : v;
        changed += v != values[i];
        values[i] = v;
    }
    return changed;
}

// Duff's device.
uint32_t unrolled(const uint8_t *bytes, size_t count)
{
    uint32_t sum = 0;
    size_t rounds = (count + 3) / 4;
    if (count == 0) {
        return 0;
    }
    switch (count % 4) {
    case 0:
        do {
            sum = sum * 3 + *bytes++;
            // Falls through.
        case 3:
            sum = sum * 5 + *bytes++;
            // Falls through.
        case 2:
            sum = sum * 7 + *bytes++;
            // Falls through.
        case 1:
            sum = sum * 9 + *bytes++;
        } while (--rounds > 0);
    }
    return sum;
}
