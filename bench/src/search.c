/* String functions and searching: strlen, strcmp, naive search, Horspool. */
#include "bench.h"

static const char text[] =
    "It was a bright cold day in the harbour, and the clocks on the tower were striking "
    "eleven when the pilot, his collar turned up against the wind, walked along the pier "
    "towards the lighthouse and counted, as he did each morning, the boats that had come "
    "back during the night and those that had not.";

static const char *const needles[] = { "pier", "the boats", "not.", "striking eleven", "submarine", "that had", "I", "zzzzzzzz" };

KERNEL size_t length(const char *s)
{
    const char *p = s;
    while (*p)
        p++;
    return (size_t)(p - s);
}

KERNEL int compare(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (uint8_t)*a - (uint8_t)*b;
}

KERNEL int find(const char *s, const char *needle)
{
    for (int at = 0; s[at]; at++) {
        int i = 0;
        while (needle[i] && s[at + i] == needle[i])
            i++;
        if (!needle[i])
            return at;
    }
    return -1;
}

static uint8_t skip[256];

KERNEL int horspool(const char *s, int n, const char *needle, int m)
{
    for (int i = 0; i < 256; i++)
        skip[i] = (uint8_t)m;
    for (int i = 0; i < m - 1; i++)
        skip[(uint8_t)needle[i]] = (uint8_t)(m - 1 - i);
    for (int at = 0; at + m <= n; at += skip[(uint8_t)s[at + m - 1]]) {
        int i = m - 1;
        while (i >= 0 && s[at + i] == needle[i])
            i--;
        if (i < 0)
            return at;
    }
    return -1;
}

KERNEL uint32_t words(const char *s)
{
    uint32_t count = 0, inside = 0;
    for (; *s; s++) {
        uint32_t letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
        count += letter & ~inside;
        inside = letter;
    }
    return count;
}

ENTRY(bench_search)
{
    uint32_t result = words(text);
    int n = (int)length(text);
    for (unsigned i = 0; i < sizeof needles / sizeof *needles; i++) {
        int a = find(text, needles[i]);
        int b = horspool(text, n, needles[i], (int)length(needles[i]));
        if (a != b)
            return 0;
        result = result * 31 + (uint32_t)a;
        result += (uint32_t)(compare(needles[i], needles[0]) > 0);
    }
    return result;
}
