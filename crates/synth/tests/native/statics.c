/* Data of every kind: the module's, the host's, and addresses of each in the other. */

#include <stddef.h>
#include <stdint.h>

extern int host_counter;
extern int host_table[4];
extern const char host_name[];

static int calls;
static unsigned char flags[3] = {1, 2, 3};
static const short squares[5] = {0, 1, 4, 9, 16};
int shared = 40;
const int limit = 99;
int buffer[16];
__attribute__((aligned(64))) char wide_buffer[64];
static const char *const words[] = {"zero", "one", "two"};
static int *const places[] = {&shared, &buffer[3], &host_table[2], NULL};
struct __attribute__((packed)) odd { char tag; int *place; short rest; };
struct odd odd = {'o', &host_counter, 7};
__attribute__((section(".noinit"))) int kept;
__attribute__((section("registry"), used)) static int first_entry = 11;
__attribute__((section("registry"), used)) static int second_entry = 22;

int next_call(void) { return ++calls; }
int flag(int i) { flags[i] |= 16; return flags[i]; }
int square(int i) { return squares[i]; }
const char *word(int i) { return words[i]; }
int *place(int i) { return places[i]; }
int host_sum(void) {
    int sum = 0;
    for (int i = 0; i < 4; i++) {
        sum += host_table[i];
    }
    return sum + host_counter++ + host_name[1];
}
int *host_place(int i) { return &host_table[i]; }
int beyond(void) { return host_table[3] + buffer[15] + limit; }
uintptr_t alignment(void) { return (uintptr_t)wide_buffer % 64; }
int keep(int value) { int old = kept; kept = value; return old; }
