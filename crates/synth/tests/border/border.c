// Functions whose C types wasm and ARM pass in different ways, and others that the contract file
// names and places.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct pair { int16_t a, b; };
struct point { int x, y; };
typedef struct { int64_t ticks; } timeout_t;
struct seven { uint8_t b[7]; };
struct mixed { char c; double d; };
union word { uint32_t u; uint8_t b[4]; };
typedef struct point (*move_t)(struct point, int);

// Of the host.
extern struct point host_scale(struct point p, int by);
extern timeout_t host_later(timeout_t t, struct pair by);
extern struct seven host_rotate(struct seven s);
extern struct pair host_swap(struct pair p);
extern int host_print(const char *format, ...);
extern int host_add(int a, int b);
extern struct mixed host_sums[2];

struct pair swap(struct pair p) { return (struct pair){p.b, p.a}; }
struct point add(struct point a, struct point b) { return (struct point){a.x + b.x, a.y + b.y}; }
timeout_t earlier(timeout_t t, int by) { return (timeout_t){t.ticks - by}; }
struct seven rotated(int a, struct seven s, int b)
{
    s.b[a] += b;
    return host_rotate(s);
}
double mean(struct mixed m, int n) { return (m.d + m.c) / n; }
union word bytes(union word w, int i)
{
    w.b[i] ^= 0xff;
    return w;
}
int chain(struct point p)
{
    struct point q = host_scale(p, 3);
    timeout_t t = host_later((timeout_t){q.x}, (struct pair){(int16_t)q.y, 2});
    return (int)(t.ticks >> 1) + host_swap((struct pair){1, 2}).a;
}
// The module's own calls go the short way.
int twice(struct point p) { return chain(add(p, p)); }

int sum(int count, ...)
{
    va_list list;
    va_start(list, count);
    int total = 0;
    while (count-- > 0) {
        total += va_arg(list, int);
    }
    va_end(list);
    return total;
}
int64_t wide(int64_t first, int second, ...)
{
    va_list list;
    va_start(list, second);
    int64_t total = first + second;
    total += va_arg(list, int64_t);
    total += (int64_t)va_arg(list, double);
    va_end(list);
    return total;
}
int report(int n) { return host_print("%d %s %d", n, "text", n + 1); }

// Called by its address, from both sides.
static struct point turned(struct point p, int by) { return (struct point){p.y * by, p.x}; }
move_t mover(void) { return turned; }

__attribute__((weak)) struct pair maybe(struct pair p) { return (struct pair){p.a + 1, p.b}; }
int use_maybe(int a) { return maybe((struct pair){(int16_t)a, 0}).a; }

int buffer[4];
int fill(int n)
{
    for (int i = 0; i < 4; i++) {
        buffer[i] = host_add(n, i);
    }
    host_sums[1].d += n;
    return buffer[3];
}

// A pointer of the host's, which has the host's convention.
struct point apply(move_t move, struct point p) { return move(move(p, 2), 3); }
struct point apply_own(struct point p) { return apply(turned, p); }
