/* JSON: a tokeniser without allocation, look-up by path, numbers with
 * fractions and exponents as decimal fixed point, unescaping, and a writer. */
#include "bench.h"

enum kind { OBJECT, ARRAY, STRING, NUMBER, LITERAL };
enum error { TOO_MANY = -1, DAMAGED = -2, INCOMPLETE = -3 };
enum { TOKENS = 96, DEPTH = 12 };

struct token { uint16_t start, end; int16_t parent; uint8_t kind, size; };

struct parser {
    const char *text;
    uint32_t length, at;
    int32_t count, super;
    struct token *tokens;
};

static const char message[] =
    "{\"id\": 1042, \"name\": \"pump \\\"A\\\"\\u0041\\n\", \"on\": true, \"none\": null,\n"
    "  \"limits\": {\"low\": -12.50, \"high\": 1.25e2, \"trip\": 0.0625},\n"
    "  \"samples\": [12, 15, 9, 22.75, -3, 1e1, 100],\n"
    "  \"nested\": {\"a\": [{\"x\": 1, \"y\": [true, false]}, {\"x\": 2, \"y\": []}], \"b\": {}},\n"
    "  \"schedule\": [{\"day\": \"mon\", \"from\": 480, \"to\": 1020},\n"
    "    {\"day\": \"tue\", \"from\": 500, \"to\": 960}, {\"day\": \"sat\", \"from\": 0, \"to\": 0}]}";

static const char *const damaged[] = {
    "{\"a\": 1, }x", "[1, 2", "{\"a\": \"unterminated}", "[1, 2}}", "{\"a\" 12 ]", "[\"\\q\"]",
};

static struct token tokens[TOKENS];
static char output[512];

static struct token *allocate(struct parser *p, enum kind kind, uint32_t start, uint32_t end)
{
    if (p->count == TOKENS)
        return NULL;
    struct token *t = &p->tokens[p->count++];
    t->start = (uint16_t)start;
    t->end = (uint16_t)end;
    t->kind = (uint8_t)kind;
    t->size = 0;
    t->parent = (int16_t)p->super;
    if (p->super >= 0)
        p->tokens[p->super].size++;
    return t;
}

static int is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

KERNEL int parse_string(struct parser *p)
{
    uint32_t start = p->at++;
    for (; p->at < p->length; p->at++) {
        char c = p->text[p->at];
        if (c == '"')
            return allocate(p, STRING, start + 1, p->at) ? 0 : TOO_MANY;
        if (c != '\\')
            continue;
        if (++p->at == p->length)
            break;
        switch (p->text[p->at]) {
        case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
            break;
        case 'u':
            for (int i = 0; i < 4; i++)
                if (++p->at == p->length || !is_hex(p->text[p->at]))
                    return DAMAGED;
            break;
        default:
            return DAMAGED;
        }
    }
    return INCOMPLETE;
}

KERNEL int parse_primitive(struct parser *p)
{
    uint32_t start = p->at;
    char first = p->text[start];
    for (; p->at < p->length; p->at++) {
        char c = p->text[p->at];
        if (c == ',' || c == ']' || c == '}' || c == ':' || c == ' ' || c == '\n' || c == '\t')
            break;
        if (c < 32)
            return DAMAGED;
    }
    enum kind kind = first == '-' || (first >= '0' && first <= '9') ? NUMBER : LITERAL;
    if (kind == LITERAL && first != 't' && first != 'f' && first != 'n')
        return DAMAGED;
    struct token *t = allocate(p, kind, start, p->at);
    p->at--;
    return t ? 0 : TOO_MANY;
}

/* Returns the number of tokens or an error. */
KERNEL int parse(struct parser *p)
{
    for (; p->at < p->length; p->at++) {
        char c = p->text[p->at];
        int error = 0;
        switch (c) {
        case '{': case '[':
            if (!allocate(p, c == '{' ? OBJECT : ARRAY, p->at, 0))
                return TOO_MANY;
            p->super = p->count - 1;
            break;
        case '}': case ']': {
            enum kind kind = c == '}' ? OBJECT : ARRAY;
            /* A key without a value ends here as well. */
            while (p->super >= 0 && p->tokens[p->super].kind == STRING)
                p->super = p->tokens[p->super].parent;
            if (p->super < 0 || p->tokens[p->super].kind != kind)
                return DAMAGED;
            p->tokens[p->super].end = (uint16_t)(p->at + 1);
            p->super = p->tokens[p->super].parent;
            break;
        }
        case '"':
            error = parse_string(p);
            break;
        case ' ': case '\n': case '\r': case '\t':
            break;
        case ':':
            p->super = p->count - 1;
            break;
        case ',':
            if (p->super >= 0 && p->tokens[p->super].kind == STRING)
                p->super = p->tokens[p->super].parent;
            break;
        default:
            error = parse_primitive(p);
        }
        if (error)
            return error;
    }
    return p->super >= 0 ? INCOMPLETE : p->count;
}

static int same(const char *text, const struct token *t, const char *word, uint32_t length)
{
    if ((uint32_t)(t->end - t->start) != length)
        return 0;
    for (uint32_t i = 0; i < length; i++)
        if (text[t->start + i] != word[i])
            return 0;
    return 1;
}

/* Follows a path such as "nested.a.1.x"; returns the token's index or -1. */
KERNEL int look_up(const struct parser *p, const char *path)
{
    int at = 0;
    while (*path) {
        uint32_t length = 0, index = 0;
        while (path[length] && path[length] != '.') {
            index = index * 10 + (uint32_t)(path[length] - '0');
            length++;
        }
        int found = -1;
        for (int i = at + 1; i < p->count && found < 0; i++) {
            const struct token *t = &p->tokens[i];
            if (t->start >= p->tokens[at].end)
                break;
            if (t->parent != at)
                continue;
            if (p->tokens[at].kind == OBJECT) {
                if (same(p->text, t, path, length))
                    found = i + 1;
            } else if (index-- == 0) {
                found = i;
            }
        }
        if (found < 0)
            return -1;
        at = found;
        path += length;
        if (*path == '.')
            path++;
    }
    return at;
}

/* A number in ten-thousandths. */
KERNEL int32_t number(const char *text, const struct token *t)
{
    uint32_t at = t->start;
    int64_t value = 0;
    int scale = 4, exponent = 0, negative = text[at] == '-', down = 0;
    if (negative)
        at++;
    for (; at < t->end && text[at] >= '0' && text[at] <= '9'; at++)
        value = value * 10 + (text[at] - '0');
    if (at < t->end && text[at] == '.')
        for (at++; at < t->end && text[at] >= '0' && text[at] <= '9'; at++) {
            value = value * 10 + (text[at] - '0');
            scale--;
        }
    if (at < t->end && (text[at] | 32) == 'e') {
        at++;
        if (text[at] == '-' || text[at] == '+')
            down = text[at++] == '-';
        for (; at < t->end; at++)
            exponent = exponent * 10 + (text[at] - '0');
    }
    scale += down ? -exponent : exponent;
    for (; scale > 0; scale--)
        value *= 10;
    for (; scale < 0; scale++)
        value /= 10;
    return (int32_t)(negative ? -value : value);
}

static uint32_t hex(const char *text)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t c = (uint8_t)text[i];
        value = value << 4 | (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return value;
}

KERNEL uint32_t unescape(const char *text, const struct token *t, char *out)
{
    uint32_t to = 0;
    for (uint32_t at = t->start; at < t->end; at++) {
        char c = text[at];
        if (c == '\\') {
            c = text[++at];
            switch (c) {
            case 'b': c = '\b'; break;
            case 'f': c = '\f'; break;
            case 'n': c = '\n'; break;
            case 'r': c = '\r'; break;
            case 't': c = '\t'; break;
            case 'u': {
                uint32_t code = hex(text + at + 1);
                at += 4;
                if (code >= 0x800) {
                    out[to++] = (char)(0xe0 | code >> 12);
                    out[to++] = (char)(0x80 | (code >> 6 & 63));
                } else if (code >= 0x80) {
                    out[to++] = (char)(0xc0 | code >> 6);
                }
                c = code < 0x80 ? (char)code : (char)(0x80 | (code & 63));
                break;
            }
            default: break;
            }
        }
        out[to++] = c;
    }
    return to;
}

/* Writes a value without blanks, walking the tokens. */
KERNEL int write(const struct parser *p, int at, char *out, uint32_t *to)
{
    const struct token *t = &p->tokens[at];
    int next = at + 1;
    switch (t->kind) {
    case OBJECT: case ARRAY:
        out[(*to)++] = t->kind == OBJECT ? '{' : '[';
        for (uint32_t i = 0; i < t->size; i++) {
            if (i)
                out[(*to)++] = ',';
            next = write(p, next, out, to);
        }
        out[(*to)++] = t->kind == OBJECT ? '}' : ']';
        break;
    case STRING:
        out[(*to)++] = '"';
        for (uint32_t i = t->start; i < t->end; i++)
            out[(*to)++] = p->text[i];
        out[(*to)++] = '"';
        if (t->size) {
            out[(*to)++] = ':';
            next = write(p, next, out, to);
        }
        break;
    default:
        for (uint32_t i = t->start; i < t->end; i++)
            out[(*to)++] = p->text[i];
    }
    return next;
}

static uint32_t length_of(const char *text)
{
    uint32_t n = 0;
    while (text[n])
        n++;
    return n;
}

ENTRY(bench_json)
{
    static const char *const paths[] = {
        "id", "limits.low", "limits.high", "limits.trip", "samples.3", "samples.5", "nested.a.1.x",
        "schedule.1.to", "schedule.2.from",
    };
    uint32_t result = 0;
    struct parser p = { message, sizeof message - 1, 0, 0, -1, tokens };
    result += (uint32_t)parse(&p);
    for (uint32_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        int at = look_up(&p, paths[i]);
        if (at < 0)
            return i;
        result = result * 31 + (uint32_t)number(message, &tokens[at]);
    }
    result += (uint32_t)look_up(&p, "nested.a.1.z") + (uint32_t)look_up(&p, "schedule.7");
    uint32_t n = unescape(message, &tokens[look_up(&p, "name")], output);
    write(&p, 0, output, &n);
    for (uint32_t i = 0; i < n; i++)
        result = result * 31 + (uint8_t)output[i];
    for (uint32_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        struct parser bad = { damaged[i], length_of(damaged[i]), 0, 0, -1, tokens };
        result = result * 31 + (uint32_t)parse(&bad);
    }
    return result;
}
