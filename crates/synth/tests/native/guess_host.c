/* The host of guess.c. */

#include <stdint.h>
#include <string.h>

void print(const char *text);
int run(int i, int x), sum(void), local(int x);
extern int shared;

static int passed;
int host_pass(const char *text, int *counter) {
    passed += strlen(text);
    return ++*counter;
}

int main(void) {
    int right = run(2, 10) == 4 + 1 + 1 + 110;
    right += run(3, 10) == 5 + 1 + 1 + 1 + 1000;
    right += passed == 6;
    shared = 69;
    right += sum() == 31 + 69;
    right += local(7) == 11 && passed == 11;
    print(right == 5 ? "ok\n" : "wrong\n");
    return right != 5;
}
