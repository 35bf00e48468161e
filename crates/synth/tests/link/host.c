/* The host: prints in which order constructors ran and what `apply` gives. */
#include "link.h"

void print_number(int number);
int apply(int x);

int host_level = 100;
static int steps[8], count;

void log_step(int step) { steps[count++] = step; }
int hook(int x) { return x / 2; }

int main(void) {
    for (int i = 0; i < count; i++) {
        print_number(steps[i]);
        print(" ");
    }
    print("\n");
    for (int i = 0; i < 3; i++) {
        print_number(apply(i));
        print("\n");
    }
    print_number(host_level);
    print("\n");
    return 0;
}
