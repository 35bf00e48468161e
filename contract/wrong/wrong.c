// Functions that give another result, or leave another memory, with WRONG: the
// harness has to see each.
#include "wrong.h"

#ifdef WRONG
#define MISTAKE 1
#else
#define MISTAKE 0
#endif

int32_t wrong_result(int32_t value)
{
    return value + MISTAKE;
}

void wrong_memory(uint8_t *bytes)
{
    bytes[7] = 5 - MISTAKE;
}

void wrong_call(void)
{
    for (int i = 0; i < 2 - MISTAKE; i++) {
        host_called(i);
    }
}

uint64_t wrong_high_word(uint64_t value)
{
    return value ^ (uint64_t)MISTAKE << 63;
}

int32_t wrong_fault(int32_t *word)
{
    return MISTAKE ? *(volatile int32_t *)0xfffffff0 : *word;
}

void wrong_end(void)
{
    host_called(wrong_result(1));
}
