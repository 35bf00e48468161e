/* Function pointers in both directions, and names that may be missing. */

#include <stddef.h>

typedef int (*binary)(int, int);
extern int host_add(int a, int b);
extern int maybe(int x) __attribute__((weak));
extern int maybe_data __attribute__((weak));
__attribute__((weak)) int replaceable(int x) { return x + 1; }
__attribute__((weak)) int replaced(int x) { return x + 1; }

static int subtract(int a, int b) { return a - b; }
static int multiply(int a, int b) { return a * b; }
static const binary operations[] = {host_add, subtract, multiply, NULL};
binary current = subtract;

int apply(binary f, int a, int b) { return f(a, b); }
binary operation(int i) { return operations[i]; }
int run_current(int a, int b) { return current(a, b); }
void choose(binary f) { current = f; }
int is_subtract(binary f) { return f == subtract; }
int call_maybe(int x) { return maybe ? maybe(x) : -1; }
int read_maybe(void) { return &maybe_data ? maybe_data : -2; }
int use_replaceable(int x) { return 10 * replaceable(x) + replaced(x); }
int second_name(int a, int b) __attribute__((alias("multiply_twice")));
int multiply_twice(int a, int b) { return multiply(multiply(a, b), b); }
long long wide(long long (*f)(int, long long), long long x) { return f(1, x) + 1; }
