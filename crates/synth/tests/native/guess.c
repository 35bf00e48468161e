/* For a finished module without relocations, whose addresses must be guessed. */

int host_pass(const char *text, int *counter);

static int counter;
static int table[8] = {3, 1, 4, 1, 5, 9, 2, 6};
static const char *const words[] = {"one", "two"};
static unsigned char bits[300];
int shared = 17;

__attribute__((noinline)) static int add(int a, int b) { return a + b; }
__attribute__((noinline)) static int multiply(int a, int b) { return a * b; }
typedef int (*operation)(int, int);
static operation operations[2] = {add, multiply};

int run(int i, int x) {
    counter += table[i];
    bits[i * 37]++;
    return host_pass(words[i & 1], &counter) + bits[i * 37] + operations[i & 1](x, 100);
}
int sum(void) {
    int total = 0;
    for (const int *p = table; p != table + 8; p++) {
        total += *p;
    }
    return total + shared;
}
int local(int x) {
    int values[4] = {x, x + 1, x + 2, x + 3};
    host_pass("local", &values[x & 3]);
    return values[x & 3];
}
