/* The library's side; `policy` calls back into the application. */
#include "link.h"

static int calls;
static const char *const label = "library ";
int weights[4] = {1, 2, 3, 4};

int shared_count(void);

int policy(void) { return 7 + shared_count(); }

static int local(int x) { return x * 3; }

int scale(int x) {
    calls += 1;
    print(label);
    return local(x) + calls + host_level;
}

int sum_with(int (*f)(int), const int *values, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
        sum += f(values[i]);
    }
    weights[0] = sum;
    return sum;
}

__attribute__((constructor)) static void last(void) { log_step(5); }
__attribute__((constructor(101))) static void first(void) { log_step(1); }
__attribute__((constructor(200))) static void middle(void) { log_step(3); }
