// Strings, and the host's memcpy, memmove and memset.
#include "strings.h"

// There is no C library for wasm here, and none is needed.
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);

size_t text_length(const char *text)
{
    const char *at = text;
    while (*at) {
        at++;
    }
    return at - text;
}

char *text_copy(char *to, const char *from)
{
    while ((*to++ = *from++)) {
    }
    return to - 1;
}

char *text_find(const char *text, const char *wanted)
{
    for (; *text; text++) {
        size_t i = 0;
        while (wanted[i] && text[i] == wanted[i]) {
            i++;
        }
        if (!wanted[i]) {
            return (char *)text;
        }
    }
    return NULL;
}

int text_compare(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a - *b;
}

char *write_number(char *out, uint32_t number, unsigned base)
{
    char digits[32];
    int n = 0;
    do {
        digits[n++] = "0123456789abcdefghijklmnopqrstuvwxyz"[number % base];
        number /= base;
    } while (number);
    while (n) {
        *out++ = digits[--n];
    }
    *out = 0;
    return out;
}

int parse_number(const char *text, int32_t *number)
{
    int negative = *text == '-', digits = 0;
    uint32_t value = 0;
    for (text += negative; *text >= '0' && *text <= '9'; text++, digits++) {
        value = value * 10 + (*text - '0');
    }
    *number = negative ? -value : value;
    return *text ? -1 : digits;
}

const char *day_name(unsigned day)
{
    static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    return day < 7 ? days[day] : "?";
}

int keyword(const char *text)
{
    static const char table[][7] = {"if", "else", "while", "return", "for"};
    for (unsigned i = 0; i < 5; i++) {
        if (text_compare(text, table[i]) == 0) {
            return i;
        }
    }
    return -1;
}

size_t words(char *text, char **out, size_t limit)
{
    size_t count = 0;
    while (*text && count < limit) {
        while (*text == ' ') {
            *text++ = 0;
        }
        if (*text) {
            out[count++] = text;
        }
        while (*text && *text != ' ') {
            text++;
        }
    }
    return count;
}

void upper(char *text)
{
    for (; *text; text++) {
        if (*text >= 'a' && *text <= 'z') {
            *text -= 'a' - 'A';
        }
    }
}

uint32_t hash(const char *text)
{
    uint32_t state = 2166136261u;
    for (; *text; text++) {
        state = (state ^ *text) * 16777619u;
    }
    return state;
}

void move_bytes(uint8_t *bytes)
{
    memmove(bytes + 3, bytes, 100);
    memcpy(bytes + 200, bytes, 37);
    memmove(bytes, bytes + 5, 60);
}

void clear_block(void *block, size_t size, int value)
{
    memset(block, value, size);
    memset((char *)block + size, 0, 16);
}

size_t encode_utf8(uint32_t scalar, char *out)
{
    if (scalar < 0x80) {
        out[0] = scalar;
        return 1;
    }
    if (scalar < 0x800) {
        out[0] = 0xc0 | scalar >> 6;
        out[1] = 0x80 | (scalar & 63);
        return 2;
    }
    out[0] = 0xe0 | scalar >> 12;
    out[1] = 0x80 | (scalar >> 6 & 63);
    out[2] = 0x80 | (scalar & 63);
    return 3;
}

int matches(const char *pattern, const char *text)
{
    if (!*pattern) {
        return !*text;
    }
    if (*pattern == '*') {
        return matches(pattern + 1, text) || (*text && matches(pattern, text + 1));
    }
    return *text && (*pattern == '?' || *pattern == *text) && matches(pattern + 1, text + 1);
}
