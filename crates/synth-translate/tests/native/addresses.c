/* One of each thing that an object can refer to. */
extern int far[4];
extern int missing __attribute__((weak));
extern int missing_function(int) __attribute__((weak));
extern void notify(int *);
extern char __heap_base[];

static int count = 3;
static const int table[3] = {1, 2, 3};
int zero[2];
__attribute__((weak)) int tunable = 8;
int *const where = &far[2];
void (*handler)(int *) = notify;
__attribute__((section("hooks"), used)) static int hook = 1;
__attribute__((section("hooks"), used)) static int second_hook = 2;

int load(int i) { return far[i] + table[i]; }
void store(int x) { zero[1] = x; count = x; }
int *address(void) { return &far[1]; }
char *heap(void) { return __heap_base; }
int registers(void) {
    *(volatile int *)0x40001000 = 1;
    return *(volatile int *)0x40001ffc;
}
void tell(void) { handler(&count); }
int maybe(int x) { return &missing ? missing_function(x) : tunable; }
int by_pointer(int (*f)(int, long long), long long x) { return f(1, x); }
int other_name(void) __attribute__((alias("registers")));
