/* One of each relocation. */
extern int host_data[];
extern int host_function(int);
extern int absent(int) __attribute__((weak));

int *near(void) { return &host_data[5]; }
int *far(void) { return &host_data[30000]; }
int call(int x) { return host_function(x) + 1; }
int (*pointer(void))(int) { return host_function; }
int (*null(void))(int) { return absent; }
static int inner(int x) { return x * 3; }
int (*const own)(int) = inner;
int (*const theirs)(int) = host_function;
int *const place = &host_data[2];
