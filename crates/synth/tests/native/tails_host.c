/* The host of tails.c. */

void print(const char *text);
typedef int few(int n, int sum);
few tail_few, tail_back;
extern few *volatile tail_pointer;
int tail_turn(int n, int a, int b, int c, int d, int e, int f);
int tail_frame(int n);
int tail_weak(int n);

/* gcc jumps to it as well. */
int host_many(int n, int sum, int a, int b, int c, int d, int e) {
    return tail_back(n, sum + a - b + c - d + e);
}

void host_fill(int *list, int n) {
    for (int i = 0; i < 16; i++) {
        list[i] = i == 0 ? n : i;
    }
}

int main(void) {
    tail_pointer = tail_few;
    /* With 8 bytes a turn it would be more than the board has. */
    int right = tail_few(2000000, 5) == 5 + 1000000 * 3 + 1000000 * 4;
    right += tail_turn(2000001, 1, 2, 3, 4, 5, 6) == 456123;
    right += tail_frame(7) == 612345;
    right += tail_weak(3) == -1;
    print(right == 4 ? "ok\n" : "wrong\n");
    return right != 4;
}
