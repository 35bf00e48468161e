// The program that runs the tests under QEMU: start-up, the two runs of each
// test, the comparison, and the report over semihosting.
//
// One line a test: `begin UNIT TEST`, then `ok` or `FAIL reason`. A fault ends
// the program with a line `FAULT …`; the number of the first test to run is the
// last word of the command line, so that the host can go on behind it.

#include "contract.h"

#include <string.h>

struct unit {
    const char *name;
    const struct test *synth, *native;
};
extern const struct unit units[];

typedef void (*function)(void);
extern const function __init_array_start[], __init_array_end[];
extern uint32_t __stack_top[];
void reset(void);

enum { LOG_WORDS = 32768, ARENA_SIZE = 32768 };

static uint32_t synth_log[LOG_WORDS], native_log[LOG_WORDS];
static uint32_t *current_log;
static uint32_t log_length;
static uint32_t random_state;
static uint64_t arena_memory[ARENA_SIZE / 8];
static size_t arena_used;

static int semihosting(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void print(const char *text)
{
    semihosting(4, text);
}

static void print_hex(uint32_t value)
{
    char text[11] = "0x";
    for (int i = 0; i < 8; i++) {
        text[2 + i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
    }
    print(text);
}

__attribute__((noreturn)) static void leave(uint32_t status)
{
    const uint32_t block[2] = {0x20026, status};
    semihosting(0x20, block);
    for (;;) {
    }
}

void log_word(uint32_t value)
{
    if (log_length < LOG_WORDS) {
        current_log[log_length] = value;
    }
    log_length++;
}

void log_wide(uint64_t value)
{
    log_word((uint32_t)value);
    log_word((uint32_t)(value >> 32));
}

void log_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    // Which NaN an operation makes is nobody's business.
    log_word((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : bits);
}

void log_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    log_wide((bits & ~(1ull << 63)) > 0x7ffull << 52 ? 0x7ff8ull << 48 : bits);
}

void log_bytes(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    log_word(size);
    for (size_t i = 0; i < size; i += 4) {
        uint32_t word = 0;
        memcpy(&word, at + i, size - i < 4 ? size - i : 4);
        log_word(word);
    }
}

void log_text(const char *text)
{
    log_bytes(text, strlen(text));
}

uint32_t random_word(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    return random_state ^= random_state << 5;
}

uint32_t random_below(uint32_t limit)
{
    return random_word() % limit;
}

void *arena(size_t size)
{
    size_t start = arena_used;
    arena_used += (size + 7) & ~(size_t)7;
    if (arena_used > ARENA_SIZE) {
        print("FAULT arena too small\n");
        leave(3);
    }
    return (char *)arena_memory + start;
}

static uint32_t run_once(const struct test *test, uint32_t *log)
{
    memset(arena_memory, 0, sizeof arena_memory);
    current_log = log;
    log_length = 0;
    random_state = 2463534242;
    arena_used = 0;
    pendsv_hook = systick_hook = NULL;
    test->run();
    log_bytes(arena_memory, arena_used);
    return log_length;
}

static bool compare(uint32_t synth_length, uint32_t native_length)
{
    uint32_t shorter = synth_length < native_length ? synth_length : native_length;
    if (shorter > LOG_WORDS) {
        print("FAIL the log is full\n");
        return false;
    }
    for (uint32_t i = 0; i < shorter; i++) {
        if (synth_log[i] != native_log[i]) {
            print("FAIL word ");
            print_hex(i);
            print(": ");
            print_hex(synth_log[i]);
            print(", native ");
            print_hex(native_log[i]);
            print("\n");
            return false;
        }
    }
    if (synth_length != native_length) {
        print("FAIL another number of results\n");
        return false;
    }
    print("ok\n");
    return true;
}

static uint32_t first_test(void)
{
    static char line[256];
    const struct {
        char *text;
        uint32_t size;
    } block = {line, sizeof line};
    if (semihosting(0x15, &block) != 0) {
        return 0;
    }
    const char *word = strrchr(line, ' ');
    uint32_t number = 0;
    for (; word && *++word >= '0' && *word <= '9';) {
        number = 10 * number + (*word - '0');
    }
    return number;
}

int main(void)
{
    uint32_t skip = first_test();
    bool equal = true;
    for (const struct unit *unit = units; unit->name; unit++) {
        for (uint32_t i = 0; unit->synth[i].name; i++) {
            if (skip > 0) {
                skip--;
                continue;
            }
            print("begin ");
            print(unit->name);
            print(" ");
            print(unit->synth[i].name);
            print("\n");
            uint32_t native = run_once(&unit->native[i], native_log);
            uint32_t synth = run_once(&unit->synth[i], synth_log);
            equal &= compare(synth, native);
        }
    }
    print("end\n");
    return equal ? 0 : 1;
}

void reset(void)
{
    // The floating-point unit, where there is one: CPACR.
    *(volatile uint32_t *)0xe000ed88 |= 0xfu << 20;
    __asm__ volatile("dsb\n\tisb");
    // Division by zero gives 0 (as the cores do after reset); the first fault
    // goes to the fault handler below. A constructor may fault too.
    for (const function *f = __init_array_start; f < __init_array_end; f++) {
        (*f)();
    }
    leave(main());
}

__attribute__((used)) static void report_fault(const uint32_t *frame, uint32_t exception)
{
    print("FAULT exception ");
    print_hex(exception);
    print(" pc ");
    print_hex(frame[6]);
    print(" lr ");
    print_hex(frame[5]);
    print(" CFSR ");
    print_hex(*(volatile uint32_t *)0xe000ed28);
    print("\n");
    leave(3);
}

__attribute__((naked)) static void fault(void)
{
    __asm__("tst lr, #4\n\tite eq\n\tmrseq r0, msp\n\tmrsne r0, psp\n\t"
            "mrs r1, ipsr\n\tb report_fault");
}

void (*volatile pendsv_hook)(void);
void (*volatile systick_hook)(void);

__attribute__((naked)) static void pendsv(void)
{
    __asm__("ldr r0, =pendsv_hook\n\tldr r0, [r0]\n\tcbz r0, 1f\n\tbx r0\n1:\tbx lr");
}

__attribute__((naked)) static void systick(void)
{
    __asm__("ldr r0, =systick_hook\n\tldr r0, [r0]\n\tcbz r0, 1f\n\tbx r0\n1:\tbx lr");
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    __stack_top, (void *)reset, (void *)fault, (void *)fault, (void *)fault, (void *)fault,
    (void *)fault, (void *)fault, 0, 0, 0, (void *)fault, (void *)fault, 0, (void *)pendsv,
    (void *)systick,
};
