/* Tail calls: to more arguments on the stack, to the host and back, through a pointer. */
int host_many(int n, int sum, int a, int b, int c, int d, int e);
int tail_other(int n, long long sum, int a, int b, int c, int d, long long e);
typedef int few(int n, int sum);
few *volatile tail_pointer;

/* One call in each: clang makes a jump of a call that is the whole of its block. */
static int end(int n, int sum) { return sum; }
static int by_host(int n, int sum) { return host_many(n, sum, 1, 2, 3, 4, 5); }
static int by_other(int n, int sum) { return tail_other(n, sum, 1, 2, 3, 4, 6); }
int tail_few(int n, int sum) {
    few *next = n == 0 ? end : n & 1 ? by_host : by_other;
    return next(n, sum);
}
int tail_back(int n, int sum) { return tail_pointer(n - 1, sum); }

/* Arguments on the stack change places, and the callee has as many. */
int tail_again(int n, int a, int b, int c, int d, int e, int f);
__attribute__((noinline)) int tail_turn(int n, int a, int b, int c, int d, int e, int f) {
    if (n == 0)
        return ((((a * 10 + b) * 10 + c) * 10 + d) * 10 + e) * 10 + f;
    __attribute__((musttail)) return tail_again(n - 1, f, a, b, c, d, e);
}
__attribute__((noinline)) int tail_again(int n, int a, int b, int c, int d, int e, int f) {
    __attribute__((musttail)) return tail_turn(n, a, b, c, d, e, f);
}

/* A frame that is gone before. */
extern void host_fill(int *, int);
int tail_frame(int n) {
    int list[16];
    host_fill(list, n);
    return tail_turn(list[0], list[1], list[2], list[3], list[4], list[5], list[6]);
}

/* What may be missing is called, not jumped to. */
__attribute__((weak)) int tail_missing(int);
int tail_weak(int n) { return tail_missing ? tail_missing(n) : -1; }
