/* The host of module.wat: it calls every export and is called. */

#include <stdint.h>
#include <string.h>

void print(const char *text);
void print_number(int32_t number);

int32_t started(void);
int32_t byte(int32_t p0);
void poke(int32_t p0, int32_t p1);
int32_t grow(int32_t p0);
int32_t late(int32_t p0);
int64_t mixed(int64_t p0, int32_t p1, int64_t p2);
struct quotient_results { int64_t r0; int64_t r1; };
struct quotient_results quotient(int64_t p0, int64_t p1);
int32_t limited(int32_t p0);
int32_t indirect(int32_t p0, int32_t p1, int32_t p2);
double floats(double p0, float p1, int32_t p2);

extern uint8_t __linear_memory_base[];
extern int32_t calls;
extern const int64_t large;

int32_t host_limit = 10;
/* Entries: the address of the type's symbol, and the function. */
extern const char __synth_sig_ii_i[];
static int32_t add(int32_t a, int32_t b) { return a + b; }
struct { const char *type; void *function; } host_table[2] = {{__synth_sig_ii_i, add}};
const uint32_t host_table_size = 2;

int64_t host_mix(int32_t a, int64_t b, int32_t c, int64_t d) { return a * b - c * d; }
static int32_t counter;
int32_t host_count(void) { return ++counter; }

static int failures;
static void check(const char *what, int64_t is, int64_t should) {
    if (is != should) {
        print(what);
        print(" is ");
        print_number((int32_t)is);
        print("\n");
        failures++;
    }
}

int main(void) {
    check("started", started(), 1);
    check("byte", byte(12), 'o');
    check("memory", __linear_memory_base[9], 'e');
    __linear_memory_base[20] = 77;
    check("shared", byte(20), 77);
    poke(21, 300);
    check("poke", __linear_memory_base[21], 44);
    check("grow", grow(1), 1);
    check("grown", byte(131071), 0);
    check("no more", grow(1), -1);
    check("late", late(40), 'i' << 16 | 's' << 8 | 's');
    check("mixed", mixed(1000000000000, -3, 70), -3000000000000 - 70 + 70);
    check("calls", calls, 101);
    check("large", large, 0x123456789abcdef0);
    struct quotient_results q = quotient(-1000000000007, 10);
    check("quotient", q.r0, -100000000000);
    check("rest", q.r1, (int64_t)((uint64_t)-1000000000007 % 10));
    check("limited", limited(100), 11);
    check("limit", host_limit, 11);
    check("add", indirect(0, 3, 4), 7);
    check("multiply", indirect(1, 3, 4), 12);
    check("double", floats(1.25, 3.0f, 1) == 1.25, 1);
    check("constant", floats(1.25, 3.0f, 0) == -2.5, 1);
    if (!failures) {
        print("ok\n");
    }
    return failures;
}
