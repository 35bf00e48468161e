/* The host of imports.c. */

#include <stdint.h>
#include <string.h>

void print(const char *text);
double mix(int a, int64_t b, float c, double d);
int64_t twice(int64_t x);
void leave(int really);

static double host(int a, int64_t b, float c, double d) { return a * d + b * c; }

#ifdef DISPATCH
extern const char __synth_import_names[];

void __synth_import(uint32_t number, uint64_t *values) {
    const char *name = __synth_import_names;
    while (number--) {
        name += strlen(name) + 1;
    }
    if (!strcmp(name, "kernel.scale")) {
        values[0] = -3 * values[0];
    } else if (!strcmp(name, "kernel.mix")) {
        float c;
        double d;
        memcpy(&c, &values[2], 4);
        memcpy(&d, &values[3], 8);
        d = host((int32_t)values[0], values[1], c, d);
        memcpy(&values[0], &d, 8);
    }
}
#else
double host_mix(int a, int64_t b, float c, double d) { return host(a, b, c, d); }
int64_t scale(int64_t x) { return -3 * x; }
#ifndef LESS
void stop(void) {}
#endif
#endif

int main(void) {
    int right = mix(3, -5000000000, 0.5f, 2.25) == 3 * 2.25 - 2500000000.0 + 1;
    right += twice(1234567890123) == 9 * 1234567890123;
    leave(0);
    print(right == 2 ? "ok\n" : "wrong\n");
    return right != 2;
}
