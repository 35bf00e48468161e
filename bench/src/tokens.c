/* A tokenizer for a JSON-like language: numbers, strings with escapes, words,
 * punctuation; nesting is checked. */
#include "bench.h"

enum kind { END, OPEN, CLOSE, COLON, COMMA, STRING, NUMBER, WORD, BAD };

struct token {
    enum kind kind;
    int32_t value;
    uint32_t hash;
};

struct lexer {
    const char *at;
    uint32_t depth;
};

static const char document[] =
    "{ \"name\": \"pump \\\"A\\\"\", \"id\": 4711, \"ports\": [1, -2, 30, 400, -5000],\n"
    "  \"enabled\": true, \"parent\": null, \"limits\": {\"low\": -40, \"high\": 125},\n"
    "  \"note\": \"line one\\nline two\\u0041\", \"empty\": [], \"nested\": [[1],[2,[3]]] }";

static inline int is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
static inline int is_digit(char c) { return c >= '0' && c <= '9'; }
static inline int is_letter(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

KERNEL uint32_t hex(const char *p)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        uint32_t digit = is_digit(c) ? (uint32_t)(c - '0') : (uint32_t)((c | 32) - 'a' + 10);
        value = value << 4 | (digit & 15);
    }
    return value;
}

KERNEL void string(struct lexer *l, struct token *t)
{
    uint32_t hash = 5381;
    const char *p = l->at + 1;
    t->kind = STRING;
    while (*p != '"') {
        uint32_t c = (uint8_t)*p++;
        if (c == 0) {
            t->kind = BAD;
            p--;
            break;
        }
        if (c == '\\') {
            c = (uint8_t)*p++;
            switch (c) {
            case 'n': c = '\n'; break;
            case 't': c = '\t'; break;
            case 'r': c = '\r'; break;
            case 'b': c = '\b'; break;
            case 'u': c = hex(p); p += 4; break;
            default: break;
            }
        }
        hash = hash * 33 ^ c;
    }
    l->at = p + 1;
    t->hash = hash;
}

KERNEL void number(struct lexer *l, struct token *t)
{
    const char *p = l->at;
    int negative = *p == '-';
    int32_t value = 0;
    p += negative;
    t->kind = is_digit(*p) ? NUMBER : BAD;
    while (is_digit(*p))
        value = value * 10 + (*p++ - '0');
    t->value = negative ? -value : value;
    l->at = p;
}

KERNEL void next(struct lexer *l, struct token *t)
{
    while (is_space(*l->at))
        l->at++;
    char c = *l->at;
    t->value = 0;
    t->hash = 0;
    switch (c) {
    case 0: t->kind = l->depth ? BAD : END; return;
    case '{': case '[': l->depth++; t->kind = OPEN; break;
    case '}': case ']': t->kind = l->depth-- ? CLOSE : BAD; break;
    case ':': t->kind = COLON; break;
    case ',': t->kind = COMMA; break;
    case '"': string(l, t); return;
    case '-': case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9': number(l, t); return;
    default:
        if (!is_letter(c)) {
            t->kind = BAD;
            break;
        }
        t->kind = WORD;
        while (is_letter(*l->at))
            t->hash = t->hash * 33 + (uint8_t)*l->at++;
        return;
    }
    l->at++;
}

ENTRY(bench_tokens)
{
    struct lexer l = { document, 0 };
    struct token t;
    uint32_t result = 0;
    do {
        next(&l, &t);
        result = (result << 5 | result >> 27) ^ (t.hash + (uint32_t)t.value * 7 + (uint32_t)t.kind);
    } while (t.kind != END && t.kind != BAD);
    return t.kind == END ? result : 0;
}
