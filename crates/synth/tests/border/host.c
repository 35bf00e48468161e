/* The host of border.c: it includes the generated header, which declares both sides. */
#include "border.h"

#include <string.h>

void print(const char *text);
void print_number(int32_t number);

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

struct mixed host_sums[2] = {{1, 2.0}, {3, 4.5}};
struct point host_scale(struct point p, int by) { return (struct point){p.x * by, p.y - by}; }
timeout_t host_later(timeout_t t, struct pair by) {
    return (timeout_t){t.ticks * by.b + ((int64_t)by.a << 20)};
}
struct seven host_rotate(struct seven s) {
    struct seven r;
    for (int i = 0; i < 7; i++) {
        r.b[i] = s.b[(i + 1) % 7];
    }
    return r;
}
struct pair host_swap(struct pair p) { return (struct pair){p.b, p.a}; }
int host_plus(int a, int b) { return a + b; }
static char last[16];
int host_vprint(const char *format, va_list list) {
    check("format", strcmp(format, "%d %s %d"), 0);
    int n = va_arg(list, int);
    strcpy(last, va_arg(list, const char *));
    return n * 100 + va_arg(list, int);
}

static struct point shifted(struct point p, int by) { return (struct point){p.x + by, p.y + by}; }

int main(void) {
    struct pair p = swap((struct pair){-3, 7});
    check("swap", p.a * 1000 + p.b, 7000 - 3);
    struct point q = add((struct point){1, 2}, (struct point){30, 40});
    check("add", q.x * 1000 + q.y, 31042);
    check("earlier", earlier((timeout_t){1ll << 40}, 5).ticks, (1ll << 40) - 5);
    struct seven s = rotated(2, (struct seven){{1, 2, 3, 4, 5, 6, 7}}, 10);
    check("rotated", memcmp(s.b, "\2\15\4\5\6\7\1", 7), 0);
    check("mean", (int)(mean((struct mixed){2, 40.0}, 3) * 10), 140);
    check("bytes", bytes((union word){0x01020304}, 1).u, 0x0102fc04);
    check("chain", chain((struct point){5, 9}), ((5 * 3 * 2 + (6 << 20)) >> 1) + 2);
    check("twice", twice((struct point){5, 9}), ((10 * 3 * 2 + (15 << 20)) >> 1) + 2);
    check("sum", sum(7, 1, 2, 3, 4, 5, 6, 7), 28);
    check("sum of none", sum(0), 0);
    check("sum of two", sum(2, -5, 3), -2);
    check("wide", wide(1ll << 33, 2, 3ll << 34, 7.5), (1ll << 33) + 2 + (3ll << 34) + 7);
    check("report", report(4), 405);
    check("text", strcmp(last, "text"), 0);
    q = mover()((struct point){3, 4}, 5);
    check("mover", q.x * 1000 + q.y, 20003);
    q = apply(shifted, (struct point){3, 4});
    check("apply", q.x * 1000 + q.y, 8009);
    q = apply_own((struct point){3, 4});
    check("apply_own", q.x * 1000 + q.y, 9008);
#ifdef MAYBE
    check("use_maybe", use_maybe(5), 25);
#else
    check("use_maybe", use_maybe(5), 6);
    check("maybe", maybe((struct pair){8, 1}).a, 9);
#endif
    check("fill_buffer", fill_buffer(10), 13);
    check("aligned", ((uintptr_t)fill_buffer & 63) == 1, 1);
    check("host_sums", (int)(host_sums[1].d * 10), 145);
    if (failures == 0) {
        print("ok\n");
    }
    return failures;
}

#ifdef MAYBE
struct pair maybe(struct pair p) { return (struct pair){p.a * 5, p.b}; }
#endif
