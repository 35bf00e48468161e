/* The host of the program in tests/common/mod.rs, with its own start code. */
#include <stdint.h>

extern int count(void), call_helpers(void), call_host(int), call_maybe(int), placed(void), shared(void);
extern uintptr_t table_entry(void), before_zeros(void), maybe_address(void);
extern int guard(int);
extern uint32_t counter_alias, zeros[16];
extern uint16_t counter_high;
extern char absolute[];
extern char __data_load[], __data_start[], __data_end[], __bss_start[], __bss_end[], __stack_top[];
extern void (*__init_array_start[])(void), (*__init_array_end[])(void);

uint32_t host_value[2] = {7, 8};
int host_add_one(int x) { return x + 1; }

static void semihost_exit(uint32_t status)
{
    uint32_t block[2] = {0x20026, status};
    register uint32_t op __asm__("r0") = 0x20;
    register uint32_t *arg __asm__("r1") = block;
    __asm__ volatile("bkpt 0xab" : : "r"(op), "r"(arg) : "memory");
    for (;;) {
    }
}

/* The number of the first check that fails; 0 when all hold. */
static int check(void)
{
    if (zeros[0] != 42) return 1; /* init_array ran */
    if (count() != 6 || count() != 7 || counter_alias != 7) return 2;
    if (counter_high != 0) return 3;
    if (call_helpers() != 0x21) return 4;
    if (call_host(40) != 42) return 5;
    if (call_maybe(11) != 11 || maybe_address() != 0) return 6;
    if (table_entry() != (uintptr_t)&host_value[1]) return 7;
    if (before_zeros() != (uintptr_t)zeros - 8) return 8;
    if (placed() != 7 || shared() != 9) return 9;
    if ((uintptr_t)absolute != 0x12345678) return 10;
    if (guard(0) != 0) return 11;
    if (zeros[15] != 0) return 12;
    return 0;
}

void reset(void)
{
    char *from = __data_load;
    for (volatile char *to = __data_start; to != __data_end; to++) *to = *from++;
    for (volatile char *to = __bss_start; to != __bss_end; to++) *to = 0;
    for (void (**f)(void) = __init_array_start; f != __init_array_end; f++) (*f)();
    semihost_exit(check());
}

static void fault(void) { semihost_exit(99); }

__attribute__((used, section(".vectors"))) static void *const vectors[16] = {
    __stack_top, reset, fault, fault, fault, fault, fault,
};
