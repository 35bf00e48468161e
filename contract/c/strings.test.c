#include "strings.h"

#include "contract.h"

#include <string.h>

static const char *const texts[] = {"", "a", "while", "return", "the quick brown fox", "-1234567",
                                    "\xc3\xa4\xff", "0099", "-", "fox", "els", "for"};
enum { TEXTS = sizeof texts / sizeof *texts };

TEST(text_length)
{
    for (int i = 0; i < TEXTS; i++) {
        log_word(text_length(texts[i]));
    }
}

TEST(text_copy)
{
    char *out = arena(200);
    for (int i = 0; i < TEXTS; i++) {
        out = text_copy(out, texts[i]);
        log_word((uintptr_t)out);
    }
}

TEST(text_find)
{
    for (int i = 0; i < TEXTS; i++) {
        const char *found = text_find("the quick brown fox for return -1234567", texts[i]);
        log_text(found ? found : "none");
    }
}

TEST(text_compare)
{
    for (int i = 0; i < TEXTS; i++) {
        for (int j = 0; j < TEXTS; j++) {
            log_word(text_compare(texts[i], texts[j]));
        }
    }
}

TEST(write_number)
{
    char *out = arena(400);
    for (int base = 2; base <= 36; base += 7) {
        out = write_number(out, random_word(), base);
        log_word((uintptr_t)out);
    }
    write_number(out, 0, 10);
}

TEST(parse_number)
{
    for (int i = 0; i < TEXTS; i++) {
        int32_t number;
        log_word(parse_number(texts[i], &number));
        log_word(number);
    }
}

TEST(day_name)
{
    for (int i = 0; i < 9; i++) {
        log_text(day_name(i));
    }
}

TEST(keyword)
{
    for (int i = 0; i < TEXTS; i++) {
        log_word(keyword(texts[i]));
    }
}

TEST(words)
{
    char *text = arena(64), **out = arena(40);
    strcpy(text, "  one two   three four  ");
    log_word(words(text, out, 3));
    strcpy(text, "five six");
    log_word(words(text, out, 9));
}

TEST(upper)
{
    char *text = arena(64);
    strcpy(text, "Mixed CASE with {braces} and \xe4");
    upper(text);
}

TEST(hash)
{
    for (int i = 0; i < TEXTS; i++) {
        log_word(hash(texts[i]));
    }
}

TEST(move_bytes)
{
    uint8_t *b = arena(300);
    for (int i = 0; i < 300; i++) {
        b[i] = i * 7;
    }
    move_bytes(b);
}

TEST(clear_block)
{
    uint8_t *b = arena(100);
    memset(b, 0x55, 100);
    clear_block(b + 3, 40, 0x1a5);
}

TEST(encode_utf8)
{
    char *out = arena(16);
    log_word(encode_utf8('x', out));
    log_word(encode_utf8(0xe4, out + 4));
    log_word(encode_utf8(0x20ac, out + 8));
}

TEST(matches)
{
    static const char *const patterns[] = {"*", "f?x", "*o*", "?", "re*n", "", "**a"};
    for (int i = 0; i < 7; i++) {
        for (int j = 0; j < TEXTS; j++) {
            log_word(matches(patterns[i], texts[j]));
        }
    }
}

TESTS(strings, T(text_length) T(text_copy) T(text_find) T(text_compare) T(write_number)
                   T(parse_number) T(day_name) T(keyword) T(words) T(upper) T(hash) T(move_bytes)
                       T(clear_block) T(encode_utf8) T(matches));
