/* Runs the generated tests on a bare core and reports by semihosting. */
#include "host.h"

extern const uint32_t test_count;
/* Each is one signature; it returns a bit set of what was wrong. */
extern uint32_t (*const tests[])(const uint32_t *args);

static uint32_t misaligned;

void check_sp(uint32_t sp) { misaligned += (sp & 7) != 0; }

__attribute__((naked)) void check_stack(void) { __asm__("mov r0, sp\n\tb check_sp"); }

static uint32_t semihost(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void print(const char *text) { semihost(4, text); }

static void print_number(uint32_t number)
{
    char text[12];
    char *at = text + 11;
    *at = 0;
    do {
        *--at = '0' + number % 10;
        number /= 10;
    } while (number);
    print(at);
    print(" ");
}

static uint32_t random_word(void)
{
    static uint32_t state;
    state = state * 1664525 + 1013904223;
    return state ^ state >> 15;
}

/* The compiler may call it; nothing else of a library is there. */
void *memcpy(void *to, const void *from, unsigned size)
{
    char *t = to;
    for (const char *f = from; size; size--)
        *t++ = *f++;
    return to;
}

void reset(void)
{
#ifdef __ARM_FP
    /* CPACR: the floating-point unit may be used. */
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20;
    __asm__ volatile("dsb\n\tisb" : : : "memory");
#endif
    uint32_t failed = 0;
    misaligned = 0;
    for (uint32_t i = 0; i < test_count; i++) {
        for (int round = 0; round < 5; round++) {
            uint32_t args[64];
            for (int w = 0; w < 64; w++)
                args[w] = random_word();
            uint32_t wrong = tests[i](args);
            if (wrong || misaligned) {
                print("wrong: ");
                print_number(i);
                print_number(wrong);
                print_number(misaligned);
                print("\n");
                misaligned = 0;
                failed++;
                break;
            }
        }
    }
    print("tests: ");
    print_number(test_count);
    print("\n");
    const uint32_t end[2] = {0x20026, failed != 0};
    semihost(0x20, end);
    for (;;)
        ;
}

extern char stack_top;
__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
    &stack_top, (const void *)reset, (const void *)reset, (const void *)reset,
};
