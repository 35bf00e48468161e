/* Strings: the functions of string.h that firmware brings along, words,
 * patterns, numbers, UTF-8, a command line with a table of commands. */
#include "bench.h"

static const char text[] =
    "set speed 1500; get temp; log \"sensor 3 failed\" 0x1F; Set  Speed -20;\n"
    "reset; GET status.*; unknown 12; log 'a b' 077; get tempo; set mode auto";

static char buffer[256], other[256];

KERNEL size_t length(const char *s)
{
    const char *end = s;
    while (*end)
        end++;
    return (size_t)(end - s);
}

KERNEL int compare(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (uint8_t)*a - (uint8_t)*b;
}

static inline char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

KERNEL int compare_words(const char *a, const char *b, size_t n)
{
    for (; n; n--, a++, b++) {
        int difference = lower(*a) - lower(*b);
        if (difference || !*a)
            return difference;
    }
    return 0;
}

KERNEL char *find(const char *s, char c)
{
    do {
        if (*s == c)
            return (char *)s;
    } while (*s++);
    return NULL;
}

KERNEL char *find_last(const char *s, char c)
{
    const char *last = NULL;
    do {
        if (*s == c)
            last = s;
    } while (*s++);
    return (char *)last;
}

KERNEL char *find_text(const char *s, const char *wanted)
{
    for (; *s; s++) {
        size_t i = 0;
        while (wanted[i] && s[i] == wanted[i])
            i++;
        if (!wanted[i])
            return (char *)s;
    }
    return NULL;
}

KERNEL size_t copy(char *to, const char *from, size_t size)
{
    size_t i = 0;
    if (size) {
        for (; i + 1 < size && from[i]; i++)
            to[i] = from[i];
        to[i] = 0;
    }
    while (from[i])
        i++;
    return i;
}

KERNEL size_t span(const char *s, const char *accepted)
{
    size_t n = 0;
    while (s[n] && find(accepted, s[n]))
        n++;
    return n;
}

KERNEL char *next_word(char **rest, const char *separators)
{
    char *start = *rest + span(*rest, separators);
    if (!*start)
        return NULL;
    char *end = start;
    if (*start == '"' || *start == '\'') {
        char quote = *start++;
        end = start;
        while (*end && *end != quote)
            end++;
    } else {
        while (*end && !find(separators, *end))
            end++;
    }
    if (*end)
        *end++ = 0;
    *rest = end;
    return start;
}

/* Any base from 2 to 36, or by prefix if it is 0; saturates. */
KERNEL int32_t number(const char *s, const char **end, uint32_t base)
{
    int negative = 0;
    uint32_t value = 0, over = 0;
    const char *start = s;
    s += span(s, " \t\n");
    if (*s == '-' || *s == '+')
        negative = *s++ == '-';
    if ((base == 0 || base == 16) && s[0] == '0' && lower(s[1]) == 'x') {
        s += 2;
        base = 16;
    } else if (base == 0) {
        base = *s == '0' ? 8 : 10;
    }
    const char *digits = s;
    for (;; s++) {
        char c = lower(*s);
        uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0')
            : c >= 'a' && c <= 'z' ? (uint32_t)(c - 'a' + 10) : 99;
        if (digit >= base)
            break;
        if (value > (0x7fffffff - digit) / base)
            over = 1;
        value = value * base + digit;
    }
    *end = s == digits ? start : s;
    if (over)
        return negative ? INT32_MIN : INT32_MAX;
    return negative ? -(int32_t)value : (int32_t)value;
}

/* Patterns with * and ?, without recursion. */
KERNEL int matches(const char *pattern, const char *s)
{
    const char *star = NULL, *from = NULL;
    while (*s) {
        if (*pattern == '?' || (*pattern == *s && *pattern != '*')) {
            pattern++;
            s++;
        } else if (*pattern == '*') {
            star = pattern++;
            from = s;
        } else if (star) {
            pattern = star + 1;
            s = ++from;
        } else {
            return 0;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

KERNEL size_t put_utf8(char *out, uint32_t code)
{
    uint8_t *to = (uint8_t *)out;
    if (code < 0x80) {
        to[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (uint8_t)(0xc0 | code >> 6);
        to[1] = (uint8_t)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        to[0] = (uint8_t)(0xe0 | code >> 12);
        to[1] = (uint8_t)(0x80 | (code >> 6 & 63));
        to[2] = (uint8_t)(0x80 | (code & 63));
        return 3;
    }
    to[0] = (uint8_t)(0xf0 | code >> 18);
    to[1] = (uint8_t)(0x80 | (code >> 12 & 63));
    to[2] = (uint8_t)(0x80 | (code >> 6 & 63));
    to[3] = (uint8_t)(0x80 | (code & 63));
    return 4;
}

/* Returns a code point, or 0xfffd for what is damaged. */
KERNEL uint32_t get_utf8(const char **from)
{
    static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
    const uint8_t *s = (const uint8_t *)*from;
    uint32_t code = *s++, more = code >= 0xf0 ? 3 : code >= 0xe0 ? 2 : code >= 0xc0 ? 1 : 0;
    uint32_t bad = (code >= 0x80 && code < 0xc0) || code >= 0xf8;
    code &= 0xffu >> (more ? more + 2 : 0);
    for (uint32_t i = 0; i < more && !bad; i++) {
        if ((*s & 0xc0) != 0x80)
            bad = 1;
        else
            code = code << 6 | (*s++ & 63);
    }
    *from = (const char *)s;
    bad |= code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000);
    return bad ? 0xfffd : code;
}

KERNEL void reverse(char *s)
{
    for (size_t i = 0, j = length(s); i + 1 < j; i++) {
        char c = s[i];
        s[i] = s[--j];
        s[j] = c;
    }
}

struct machine { int32_t speed, temperature, logged, errors; uint32_t digest; };
typedef int32_t command(struct machine *, char **rest);

static int32_t do_set(struct machine *m, char **rest)
{
    const char *end;
    char *what = next_word(rest, " "), *value = next_word(rest, " ");
    if (!what || !value)
        return -1;
    if (compare_words(what, "speed", 6) == 0)
        return m->speed = number(value, &end, 0);
    return compare(what, "mode") ? -2 : (int32_t)length(value);
}

static int32_t do_get(struct machine *m, char **rest)
{
    char *what = next_word(rest, " ");
    if (!what)
        return -1;
    if (matches("st*s.?*", what))
        return m->errors * 100 + m->logged;
    return matches("temp", what) ? m->temperature : -3;
}

static int32_t do_log(struct machine *m, char **rest)
{
    const char *end;
    char *what = next_word(rest, " "), *code = next_word(rest, " ");
    m->logged++;
    for (; what && *what; what++)
        m->digest = m->digest * 31 + (uint8_t)*what;
    return code ? number(code, &end, 0) : 0;
}

static int32_t do_reset(struct machine *m, char **rest)
{
    (void)rest;
    m->speed = 0;
    return ++m->temperature;
}

static const struct { const char *name; command *run; } commands[] = {
    { "get", do_get }, { "log", do_log }, { "reset", do_reset }, { "set", do_set },
};

KERNEL int32_t run_line(struct machine *m, char *line)
{
    char *rest = line, *word = next_word(&rest, " ");
    if (!word)
        return 0;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (compare_words(word, commands[i].name, 99) == 0)
            return commands[i].run(m, &rest);
    m->errors++;
    return -9;
}

KERNEL uint32_t unicode(uint32_t *seed)
{
    uint32_t result = 0;
    size_t n = 0;
    for (int i = 0; i < 40; i++)
        n += put_utf8(buffer + n, next_random(seed) >> (11 + i % 4 * 5) | 1);
    buffer[7] ^= 0x40;
    buffer[n] = 0;
    for (const char *at = buffer; *at;)
        result = result * 31 + get_utf8(&at);
    return result;
}

ENTRY(bench_strings)
{
    struct machine m = { 0, 21, 0, 0, 0 };
    uint32_t seed = 99, result = 0;
    for (int round = 0; round < 3; round++) {
        copy(buffer, text, sizeof buffer);
        char *line = buffer, *end;
        do {
            end = find(line, ';');
            if (end)
                *end = 0;
            char *shown = find(line, '\n');
            if (shown)
                *shown = ' ';
            result = result * 31 + (uint32_t)run_line(&m, line);
            line = end ? end + 1 : NULL;
        } while (line);
        result = result * 31 + m.digest + (uint32_t)m.speed;
        copy(other, text + round * 9, 40 + (size_t)round);
        reverse(other);
        const char *found = find_text(text, "temp"), *last = find_last(text, 'g');
        result += (uint32_t)(found - text) * 7 + (uint32_t)(last - text) + (uint8_t)other[round];
        result += (uint32_t)length(text) + (uint32_t)compare(other, text);
        result ^= unicode(&seed);
    }
    return result;
}
