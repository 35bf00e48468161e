/* 128-bit arithmetic, which no library for ARM has: called by `core`. */
typedef unsigned int u32;
typedef unsigned long long u64;
struct wide {
    u64 low, high;
};

static u64 high_of_product(u64 a, u64 b) {
    u64 al = (u32)a, ah = a >> 32, bl = (u32)b, bh = b >> 32;
    u64 low = al * bl;
    u64 middle = ah * bl + (low >> 32);
    u64 other = al * bh + (u32)middle;
    return ah * bh + (middle >> 32) + (other >> 32);
}

void __multi3(struct wide *result, u64 al, u64 ah, u64 bl, u64 bh) {
    result->low = al * bl;
    result->high = high_of_product(al, bl) + al * bh + ah * bl;
}

static void divide(struct wide n, struct wide d, struct wide *q, struct wide *r) {
    struct wide quotient = {0, 0}, rest = {0, 0};
    for (int i = 127; i >= 0; i--) {
        u64 bit = (i >= 64 ? n.high >> (i - 64) : n.low >> i) & 1;
        rest.high = rest.high << 1 | rest.low >> 63;
        rest.low = rest.low << 1 | bit;
        if (rest.high > d.high || (rest.high == d.high && rest.low >= d.low)) {
            rest.high -= d.high + (rest.low < d.low);
            rest.low -= d.low;
            if (i >= 64) {
                quotient.high |= 1ull << (i - 64);
            } else {
                quotient.low |= 1ull << i;
            }
        }
    }
    *q = quotient;
    *r = rest;
}

void __udivti3(struct wide *result, u64 nl, u64 nh, u64 dl, u64 dh) {
    struct wide rest;
    divide((struct wide){nl, nh}, (struct wide){dl, dh}, result, &rest);
}

void __umodti3(struct wide *result, u64 nl, u64 nh, u64 dl, u64 dh) {
    struct wide quotient;
    divide((struct wide){nl, nh}, (struct wide){dl, dh}, &quotient, result);
}
