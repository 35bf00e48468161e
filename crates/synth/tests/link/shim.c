/* The application's side: calls the library and is called back by it. */
#include "link.h"

static int calls;
static const char *const label = "shim ";
extern int weights[4];

int scale(int x);
int sum_with(int (*f)(int), const int *values, int count);

/* The library has a strong one. */
__attribute__((weak)) int policy(void) { return 1; }
/* Nobody has another. */
__attribute__((weak)) int fallback(void) { return 20; }
/* The host defines the first, nobody the second. */
__attribute__((weak)) int hook(int x);
__attribute__((weak)) int missing(int x);

static int local(int x) { return x + ++calls; }

int shared_count(void) { return calls; }

int apply(int x) {
    print(label);
    int total = sum_with(local, weights, 4) + scale(x) + policy() + fallback();
    if (hook) {
        total += hook(total);
    }
    if (missing) {
        total += missing(total);
    }
    host_level += 1;
    return total;
}

__attribute__((constructor)) static void last(void) { log_step(4); }
__attribute__((constructor(200))) static void middle(void) { log_step(2); }
