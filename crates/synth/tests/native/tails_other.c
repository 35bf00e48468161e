/* The other object of tails.c. */
int tail_back(int n, int sum);

int tail_other(int n, long long sum, int a, int b, int c, int d, long long e) {
    return tail_back(n, (int)(sum + a - b + c - d + e));
}
