/* Start-up code and output of QEMU's mps2-an386, a Cortex-M4. */

#include <stdint.h>

extern uint32_t __data_load[], __data_start[], __data_end[], __bss_start[], __bss_end[];
extern uint32_t __stack_top[];
extern void (*__init_array_start[])(void), (*__init_array_end[])(void);
int main(void);

/* A request to the debugger or the emulator. */
static int32_t semihosting(int32_t number, const void *argument) {
    register int32_t r0 __asm__("r0") = number;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void print(const char *text) { semihosting(0x04, text); }

void print_number(int32_t number) {
    char text[12], *p = text + sizeof text;
    uint32_t rest = number < 0 ? -(uint32_t)number : (uint32_t)number;
    *--p = 0;
    do {
        *--p = '0' + rest % 10;
    } while (rest /= 10);
    if (number < 0) {
        *--p = '-';
    }
    print(p);
}

static void leave(uint32_t status) {
    const uint32_t request[2] = {0x20026, status};
    semihosting(0x20, request);
    for (;;) {
    }
}

/* A trap of compiled code is an undefined instruction: a fault. */
static void fault(void) {
    print("fault\n");
    leave(255);
}

void reset(void) {
    for (uint32_t *to = __data_start, *from = __data_load; to < __data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = __bss_start; to < __bss_end;) {
        *to++ = 0;
    }
    /* The start-up code of compiled modules is among the constructors. */
    for (void (**f)(void) = __init_array_start; f < __init_array_end;) {
        (*f++)();
    }
    leave(main());
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    __stack_top, reset, fault, fault, fault, fault, fault,
};
