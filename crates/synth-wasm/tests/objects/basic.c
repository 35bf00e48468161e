// Every kind of symbol and relocation that clang gives for C.
extern int ext_data[4];
extern int ext_fn(int);
int counter = 5;
static const int table[10] = {1, 2, 3};
int pair[2] = {8, 9};
int zeros[100];
const char *msg = "hello";
int (*undefined_callback)(int) = ext_fn;
static int local(int x) { return x + 1; }
int (*local_callback)(int) = local;
int *inside = &zeros[7];
__attribute__((weak)) int weak_fn(void) { return 3; }
__attribute__((weak)) extern int weak_ext(void);
__attribute__((section(".noinit.buf"), used, retain)) int kept[2];
_Thread_local int tls = 1;
__attribute__((visibility("default"))) int shown = 2;
__attribute__((export_name("out"))) int exported(void) { return tls; }

int f(int i) {
    counter += table[i];
    return ext_data[2] + zeros[i + 3] + weak_fn() + undefined_callback(i) + local_callback(i) +
           *msg + *inside + shown + pair[1];
}

__attribute__((constructor(200))) void first(void) { ext_fn(6); }
__attribute__((constructor)) void later(void) { ext_fn(7); }

int g(int (*callback)(int *)) {
    int z[4];
    return callback(z) + (weak_ext ? weak_ext() : 0);
}
