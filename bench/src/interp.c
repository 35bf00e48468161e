/* A scripting language for devices: scanner, single-pass compiler to bytecode,
 * verifier, disassembler, and a virtual machine with closures, strings, arrays,
 * maps and a mark-and-sweep collector, all in a fixed heap.
 *
 *     fn name(a, b) { ... }   var x = 1;   x = x + 1;   x += 1;
 *     if c { ... } else if d { ... } else { ... }
 *     while c { ... }   for i in 0 .. 10 { ... }   break; continue; return x;
 *     [1, 2]   {"key": 1, other: 2}   a[i]   m.key   fn(x) { return x; }
 *
 * Numbers are integers of 31 bits. A script that fails leaves an error code
 * and the line. */
#include "bench.h"

/* ------------------------------------------------------------------------
 * Values and objects
 * ------------------------------------------------------------------------ */

/* An integer has bit 0 set; an object is its offset in the heap, a multiple of
 * 8 from 8 on; the rest are constants. */
typedef uint32_t value;

enum { NIL = 0, FALSE = 2, TRUE = 4 };

enum kind { FREE, STRING, ARRAY, MAP, CODE, CLOSURE, CELL, NATIVE, STORAGE };

enum error {
    OK, SYNTAX, TOO_COMPLEX, NO_MEMORY, WRONG_TYPE, UNDEFINED, OUT_OF_RANGE, ZERO_DIVISION,
    WRONG_COUNT, OVERFLOW, TIMEOUT, INVALID_CODE,
};

struct object { uint8_t kind, mark; uint16_t units; };

struct string { struct object head; uint32_t hash; uint16_t length; char text[]; };
struct array { struct object head; value items; uint16_t count, room; };
struct storage { struct object head; uint32_t unused; value item[]; };
struct pair { value key, item; };
struct map { struct object head; value table; uint16_t count, room; };
struct cell { struct object head; value item; };
struct native { struct object head; uint32_t number; };
struct closure { struct object head; value code; value cells[]; };

/* Bytecode follows the constants. */
struct code {
    struct object head;
    value name;
    uint8_t params, captured, deepest, constants;
    uint16_t length, lines;
    value constant[];
};

enum { HEAP = 16384, UNIT = 8, CLASSES = 16 };

enum { STACK = 192, FRAMES = 24, GLOBALS = 48, INTERNED = 128, OUTPUT = 256 };

struct frame { struct closure *closure; const uint8_t *at; uint16_t base; };

struct machine {
    enum error error;
    uint16_t line;
    uint16_t top, depth;
    uint32_t budget, collections, allocated;
    value stack[STACK];
    struct frame frames[FRAMES];
    struct { value name, item; } globals[GLOBALS];
    uint16_t global_count;
    value strings[INTERNED];
    uint16_t string_count;
    value protected[8];
    uint16_t protected_count;
    uint32_t free_lists[CLASSES], large, end;
    uint32_t output_hash, output_length;
    char output[OUTPUT];
};

static uint64_t heap[HEAP / 8];
static struct machine vm;

static inline int is_number(value v) { return v & 1; }
static inline int32_t to_number(value v) { return (int32_t)v >> 1; }
static inline value from_number(int32_t n) { return (uint32_t)n << 1 | 1; }
static inline value from_bool(int b) { return b ? TRUE : FALSE; }
static inline int is_true(value v) { return v != NIL && v != FALSE; }
static inline int is_object(value v) { return !(v & 7) && v; }

static inline void *pointer(value v) { return (uint8_t *)heap + v; }
static inline value reference(const void *p) { return (value)((const uint8_t *)p - (uint8_t *)heap); }
static inline enum kind kind_of(value v)
{
    return is_object(v) ? (enum kind)((struct object *)pointer(v))->kind : FREE;
}
static inline int is_kind(value v, enum kind kind) { return kind_of(v) == kind; }

static void fail(enum error error)
{
    if (!vm.error)
        vm.error = error;
}

static void copy_bytes(void *to, const void *from, uint32_t n)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    while (n--)
        *t++ = *f++;
}

/* ------------------------------------------------------------------------
 * Memory
 * ------------------------------------------------------------------------ */

/* Free blocks of up to CLASSES units are in lists by size, larger ones in one. */
struct free_block { struct object head; uint32_t next; };

static void put_free(uint32_t at, uint32_t units)
{
    struct free_block *b = pointer(at);
    b->head.kind = FREE;
    b->head.mark = 0;
    b->head.units = (uint16_t)units;
    uint32_t *list = units < CLASSES ? &vm.free_lists[units] : &vm.large;
    b->next = *list;
    *list = at;
}

static void memory_init(void)
{
    for (uint32_t i = 0; i < CLASSES; i++)
        vm.free_lists[i] = 0;
    vm.large = 0;
    vm.end = UNIT;
}

/* Takes the rest of a block that is larger than needed back into a list. */
static uint32_t take(uint32_t *list, uint32_t units)
{
    uint32_t at = *list;
    struct free_block *b = pointer(at);
    uint32_t rest = b->head.units - units;
    *list = b->next;
    if (rest)
        put_free(at + units * UNIT, rest);
    return at;
}

static uint32_t find_room(uint32_t units)
{
    if (units < CLASSES && vm.free_lists[units])
        return take(&vm.free_lists[units], units);
    if (vm.end + units * UNIT <= HEAP) {
        uint32_t at = vm.end;
        vm.end += units * UNIT;
        return at;
    }
    for (uint32_t class = units + 1; class < CLASSES; class++)
        if (vm.free_lists[class])
            return take(&vm.free_lists[class], units);
    for (uint32_t *list = &vm.large; *list;) {
        struct free_block *b = pointer(*list);
        if (b->head.units >= units)
            return take(list, units);
        list = &b->next;
    }
    return 0;
}

static void mark(value v);

static void mark_range(const value *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        mark(values[i]);
}

static void mark(value v)
{
    if (!is_object(v))
        return;
    struct object *o = pointer(v);
    if (o->mark)
        return;
    o->mark = 1;
    switch ((enum kind)o->kind) {
    case ARRAY: {
        struct array *a = (struct array *)o;
        if (a->items) {
            struct storage *s = pointer(a->items);
            s->head.mark = 1;
            mark_range(s->item, a->count);
        }
        break;
    }
    case MAP: {
        struct map *m = (struct map *)o;
        if (m->table) {
            struct storage *s = pointer(m->table);
            s->head.mark = 1;
            mark_range(s->item, 2u * m->room);
        }
        break;
    }
    case CODE: {
        struct code *c = (struct code *)o;
        mark(c->name);
        mark_range(c->constant, c->constants);
        break;
    }
    case CLOSURE: {
        struct closure *c = (struct closure *)o;
        struct code *code = pointer(c->code);
        mark(c->code);
        mark_range(c->cells, code->captured);
        break;
    }
    case CELL:
        mark(((struct cell *)o)->item);
        break;
    default:
        break;
    }
}

/* Strings that nothing else holds leave the table. */
static void drop_strings(void)
{
    uint32_t kept = 0;
    value old[INTERNED];
    for (uint32_t i = 0; i < INTERNED; i++) {
        value v = vm.strings[i];
        vm.strings[i] = 0;
        if (v && ((struct object *)pointer(v))->mark)
            old[kept++] = v;
    }
    for (uint32_t i = 0; i < kept; i++) {
        uint32_t at = ((struct string *)pointer(old[i]))->hash % INTERNED;
        while (vm.strings[at])
            at = (at + 1) % INTERNED;
        vm.strings[at] = old[i];
    }
    vm.string_count = (uint16_t)kept;
}

/* Walks the heap, joins neighbours that are free. */
static void sweep(void)
{
    uint32_t free_from = 0, at = UNIT, end = vm.end;
    memory_init();
    while (at < end) {
        struct object *o = pointer(at);
        uint32_t size = (uint32_t)o->units * UNIT;
        if (o->kind != FREE && o->mark) {
            o->mark = 0;
            if (free_from)
                put_free(free_from, (at - free_from) / UNIT);
            free_from = 0;
        } else if (!free_from) {
            free_from = at;
        }
        at += size;
    }
    vm.end = free_from ? free_from : end;
}

KERNEL void collect(void)
{
    vm.collections++;
    mark_range(vm.stack, vm.top);
    mark_range(vm.protected, vm.protected_count);
    for (uint32_t i = 0; i < vm.depth; i++)
        mark(reference(vm.frames[i].closure));
    for (uint32_t i = 0; i < vm.global_count; i++) {
        mark(vm.globals[i].name);
        mark(vm.globals[i].item);
    }
    drop_strings();
    sweep();
}

KERNEL void *allocate(enum kind kind, uint32_t bytes)
{
    uint32_t units = (bytes + UNIT - 1) / UNIT, at = find_room(units);
    if (!at) {
        collect();
        at = find_room(units);
    }
    if (!at) {
        fail(NO_MEMORY);
        return NULL;
    }
    struct object *o = pointer(at);
    o->kind = (uint8_t)kind;
    o->mark = 0;
    o->units = (uint16_t)units;
    vm.allocated += units * UNIT;
    return o;
}

/* What is under construction is kept from the collector. */
static void protect(value v) { vm.protected[vm.protected_count++] = v; }
static void release(uint32_t count) { vm.protected_count = (uint16_t)(vm.protected_count - count); }

/* ------------------------------------------------------------------------
 * Strings
 * ------------------------------------------------------------------------ */

static uint32_t hash_bytes(const char *text, uint32_t length)
{
    uint32_t hash = 2166136261u;
    for (uint32_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    return hash;
}

static int same_text(const struct string *s, const char *text, uint32_t length)
{
    if (s->length != length)
        return 0;
    for (uint32_t i = 0; i < length; i++)
        if (s->text[i] != text[i])
            return 0;
    return 1;
}

/* Equal strings are one object while there is room in the table. The text must
 * not lie in the heap. */
KERNEL value make_string(const char *text, uint32_t length)
{
    uint32_t hash = hash_bytes(text, length), at = hash % INTERNED;
    for (; vm.strings[at]; at = (at + 1) % INTERNED) {
        struct string *s = pointer(vm.strings[at]);
        if (s->hash == hash && same_text(s, text, length))
            return vm.strings[at];
    }
    struct string *s = allocate(STRING, sizeof *s + length + 1);
    if (!s)
        return NIL;
    s->hash = hash;
    s->length = (uint16_t)length;
    copy_bytes(s->text, text, length);
    s->text[length] = 0;
    if (vm.string_count < INTERNED * 3 / 4) {
        at = hash % INTERNED; /* a collection may have moved entries */
        while (vm.strings[at])
            at = (at + 1) % INTERNED;
        vm.strings[at] = reference(s);
        vm.string_count++;
    }
    return reference(s);
}

static int equal(value a, value b)
{
    if (a == b)
        return 1;
    if (!is_kind(a, STRING) || !is_kind(b, STRING))
        return 0;
    struct string *s = pointer(a), *t = pointer(b);
    return s->hash == t->hash && same_text(s, t->text, t->length);
}

static int compare_strings(const struct string *a, const struct string *b)
{
    uint32_t n = a->length < b->length ? a->length : b->length;
    for (uint32_t i = 0; i < n; i++)
        if (a->text[i] != b->text[i])
            return (uint8_t)a->text[i] - (uint8_t)b->text[i];
    return a->length - b->length;
}

/* Text is put together in a buffer outside the heap. */
struct text { char bytes[128]; uint32_t length; };

static void put_char(struct text *t, char c)
{
    if (t->length < sizeof t->bytes)
        t->bytes[t->length++] = c;
}

static void put_chars(struct text *t, const char *chars)
{
    while (*chars)
        put_char(t, *chars++);
}

static void put_number(struct text *t, int32_t n)
{
    char digits[12];
    uint32_t count = 0, rest = n < 0 ? 0u - (uint32_t)n : (uint32_t)n;
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (n < 0)
        put_char(t, '-');
    while (count)
        put_char(t, digits[--count]);
}

static void put_value(struct text *t, value v, uint32_t depth)
{
    if (is_number(v)) {
        put_number(t, to_number(v));
        return;
    }
    switch (kind_of(v)) {
    case STRING: {
        struct string *s = pointer(v);
        for (uint32_t i = 0; i < s->length; i++)
            put_char(t, s->text[i]);
        break;
    }
    case ARRAY: {
        struct array *a = pointer(v);
        struct storage *s = pointer(a->items);
        put_char(t, '[');
        for (uint32_t i = 0; i < a->count && depth; i++) {
            if (i)
                put_chars(t, ", ");
            put_value(t, s->item[i], depth - 1);
        }
        put_char(t, ']');
        break;
    }
    case MAP:
        put_chars(t, "{map ");
        put_number(t, ((struct map *)pointer(v))->count);
        put_char(t, '}');
        break;
    case CLOSURE: {
        struct closure *c = pointer(v);
        put_chars(t, "fn ");
        put_value(t, ((struct code *)pointer(c->code))->name, 0);
        break;
    }
    case NATIVE:
        put_chars(t, "native");
        break;
    default:
        put_chars(t, v == TRUE ? "true" : v == FALSE ? "false" : "nil");
    }
}

static value finish_text(const struct text *t)
{
    return make_string(t->bytes, t->length);
}

/* ------------------------------------------------------------------------
 * Arrays and maps
 * ------------------------------------------------------------------------ */

static value make_storage(uint32_t count)
{
    struct storage *s = allocate(STORAGE, sizeof *s + count * sizeof(value));
    if (!s)
        return 0;
    for (uint32_t i = 0; i < count; i++)
        s->item[i] = NIL;
    return reference(s);
}

static value make_array(uint32_t room)
{
    struct array *a = allocate(ARRAY, sizeof *a);
    if (!a)
        return NIL;
    value v = reference(a);
    a->items = 0;
    a->count = a->room = 0;
    if (!room)
        return v;
    protect(v);
    value items = make_storage(room);
    release(1);
    if (items) {
        a->items = items;
        a->room = (uint16_t)room;
    }
    return v;
}

KERNEL void array_push(value array, value item)
{
    struct array *a = pointer(array);
    if (a->count == a->room) {
        uint32_t room = a->room ? a->room * 2u : 4;
        protect(array);
        protect(item);
        value items = make_storage(room);
        release(2);
        if (!items)
            return;
        if (a->items)
            copy_bytes(((struct storage *)pointer(items))->item,
                ((struct storage *)pointer(a->items))->item, a->count * sizeof(value));
        a->items = items;
        a->room = (uint16_t)room;
    }
    ((struct storage *)pointer(a->items))->item[a->count++] = item;
}

static value make_map(void)
{
    struct map *m = allocate(MAP, sizeof *m);
    if (!m)
        return NIL;
    m->table = 0;
    m->count = m->room = 0;
    return reference(m);
}

static uint32_t hash_value(value v)
{
    return is_kind(v, STRING) ? ((struct string *)pointer(v))->hash : v * 2654435761u >> 3;
}

static struct pair *map_slot(struct map *m, value key)
{
    struct pair *pairs = (struct pair *)(void *)((struct storage *)pointer(m->table))->item;
    uint32_t at = hash_value(key) & (m->room - 1u);
    while (pairs[at].key != NIL && !equal(pairs[at].key, key))
        at = (at + 1) & (m->room - 1u);
    return &pairs[at];
}

KERNEL value map_get(value map, value key)
{
    struct map *m = pointer(map);
    return m->count ? map_slot(m, key)->item : NIL;
}

KERNEL void map_set(value map, value key, value item)
{
    struct map *m = pointer(map);
    if (key == NIL) {
        fail(WRONG_TYPE);
        return;
    }
    if ((m->count + 1u) * 4 > m->room * 3u) {
        uint32_t old_room = m->room, room = old_room ? old_room * 2 : 4;
        value old = m->table;
        protect(map);
        protect(key);
        protect(item);
        value table = make_storage(room * 2);
        release(3);
        if (!table)
            return;
        m->table = table;
        m->room = (uint16_t)room;
        struct pair *pairs = old ? (struct pair *)(void *)((struct storage *)pointer(old))->item : NULL;
        for (uint32_t i = 0; i < old_room; i++)
            if (pairs[i].key != NIL)
                *map_slot(m, pairs[i].key) = pairs[i];
    }
    struct pair *slot = map_slot(m, key);
    if (slot->key == NIL)
        m->count++;
    slot->key = key;
    slot->item = item;
}

/* ------------------------------------------------------------------------
 * Scanner
 * ------------------------------------------------------------------------ */

enum token {
    T_END, T_NUMBER, T_STRING, T_NAME,
    T_FN, T_VAR, T_IF, T_ELSE, T_WHILE, T_FOR, T_IN, T_BREAK, T_CONTINUE, T_RETURN,
    T_TRUE, T_FALSE, T_NIL, T_AND, T_OR, T_NOT,
    T_PLUS, T_MINUS, T_STAR, T_SLASH, T_PERCENT, T_AMPERSAND, T_BAR, T_CARET, T_SHL, T_SHR,
    T_EQ, T_NE, T_LT, T_LE, T_GT, T_GE,
    T_ASSIGN, T_ADD_ASSIGN, T_SUB_ASSIGN, T_MUL_ASSIGN,
    T_LEFT, T_RIGHT, T_OPEN, T_CLOSE, T_BEGIN, T_FINISH, T_COMMA, T_SEMICOLON, T_COLON, T_DOT,
    T_RANGE, T_BAD,
};

static const struct { const char *text; enum token token; } keywords[] = {
    { "fn", T_FN }, { "var", T_VAR }, { "if", T_IF }, { "else", T_ELSE }, { "while", T_WHILE },
    { "for", T_FOR }, { "in", T_IN }, { "break", T_BREAK }, { "continue", T_CONTINUE },
    { "return", T_RETURN }, { "true", T_TRUE }, { "false", T_FALSE }, { "nil", T_NIL },
    { "and", T_AND }, { "or", T_OR }, { "not", T_NOT },
};

struct scanner {
    const char *at;
    uint16_t line;
    enum token token;
    const char *start;
    uint16_t length;
    int32_t number;
};

static struct scanner scan;

static int is_letter(char c)
{
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_blanks(void)
{
    for (;; scan.at++) {
        if (*scan.at == '\n')
            scan.line++;
        else if (*scan.at == '#')
            while (scan.at[1] && scan.at[1] != '\n')
                scan.at++;
        else if (*scan.at != ' ' && *scan.at != '\t')
            return;
    }
}

static enum token scan_name(void)
{
    while (is_letter(*scan.at) || is_digit(*scan.at))
        scan.at++;
    scan.length = (uint16_t)(scan.at - scan.start);
    for (uint32_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        uint32_t n = 0;
        while (n < scan.length && keywords[i].text[n] == scan.start[n])
            n++;
        if (n == scan.length && !keywords[i].text[n])
            return keywords[i].token;
    }
    return T_NAME;
}

static enum token scan_number(void)
{
    uint32_t n = 0, base = 10;
    if (scan.at[0] == '0' && scan.at[1] == 'x') {
        base = 16;
        scan.at += 2;
    }
    for (;; scan.at++) {
        char c = *scan.at;
        uint32_t digit = is_digit(c) ? (uint32_t)(c - '0') : is_letter(c) ? (uint32_t)((c | 32) - 'a') + 10 : 99;
        if (digit >= base)
            break;
        if (n > (0x3fffffff - digit) / base)
            return T_BAD;
        n = n * base + digit;
    }
    scan.number = (int32_t)n;
    return T_NUMBER;
}

static enum token scan_string(void)
{
    scan.start = scan.at;
    while (*scan.at && *scan.at != '"')
        scan.at += *scan.at == '\\' && scan.at[1] ? 2 : 1;
    scan.length = (uint16_t)(scan.at - scan.start);
    if (!*scan.at)
        return T_BAD;
    scan.at++;
    return T_STRING;
}

static enum token follow(char c, enum token with, enum token without)
{
    if (*scan.at != c)
        return without;
    scan.at++;
    return with;
}

static enum token scan_operator(char c)
{
    switch (c) {
    case '+': return follow('=', T_ADD_ASSIGN, T_PLUS);
    case '-': return follow('=', T_SUB_ASSIGN, T_MINUS);
    case '*': return follow('=', T_MUL_ASSIGN, T_STAR);
    case '/': return T_SLASH;
    case '%': return T_PERCENT;
    case '&': return T_AMPERSAND;
    case '|': return T_BAR;
    case '^': return T_CARET;
    case '<': return *scan.at == '<' ? follow('<', T_SHL, T_LT) : follow('=', T_LE, T_LT);
    case '>': return *scan.at == '>' ? follow('>', T_SHR, T_GT) : follow('=', T_GE, T_GT);
    case '=': return follow('=', T_EQ, T_ASSIGN);
    case '!': return follow('=', T_NE, T_BAD);
    case '(': return T_LEFT;
    case ')': return T_RIGHT;
    case '[': return T_OPEN;
    case ']': return T_CLOSE;
    case '{': return T_BEGIN;
    case '}': return T_FINISH;
    case ',': return T_COMMA;
    case ';': return T_SEMICOLON;
    case ':': return T_COLON;
    case '.': return follow('.', T_RANGE, T_DOT);
    default: return T_BAD;
    }
}

static void advance(void)
{
    skip_blanks();
    scan.start = scan.at;
    char c = *scan.at;
    if (!c) {
        scan.token = T_END;
    } else if (is_letter(c)) {
        scan.token = scan_name();
    } else if (is_digit(c)) {
        scan.token = scan_number();
    } else {
        scan.at++;
        scan.token = c == '"' ? scan_string() : scan_operator(c);
    }
    if (scan.token == T_BAD)
        fail(SYNTAX);
}

static int accept(enum token token)
{
    if (scan.token != token)
        return 0;
    advance();
    return 1;
}

static void expect(enum token token)
{
    if (!accept(token))
        fail(SYNTAX);
}

/* ------------------------------------------------------------------------
 * Bytecode
 * ------------------------------------------------------------------------ */

enum op {
    /* operand: none */
    I_NIL, I_TRUE, I_FALSE, I_POP, I_DUP2, I_ADD, I_SUB, I_MUL, I_DIV, I_MOD, I_AND, I_OR, I_XOR,
    I_SHL, I_SHR, I_EQ, I_NE, I_LT, I_LE, I_GT, I_GE, I_NEG, I_NOT, I_INDEX, I_SET_INDEX, I_RETURN,
    I_BOX,
    /* operand: a byte */
    I_CONSTANT, I_SMALL, I_LOCAL, I_SET_LOCAL, I_CELL, I_SET_CELL, I_CAPTURED, I_SET_CAPTURED,
    I_GLOBAL, I_SET_GLOBAL, I_CALL, I_ARRAY, I_MAP, I_NEW_CELL, I_ADD_LOCAL,
    /* operand: a word of 16 bits */
    I_JUMP, I_JUMP_FALSE, I_AND_JUMP, I_OR_JUMP, I_LOOP, I_LESS_JUMP,
    /* operand: constant, then a byte for each captured variable */
    I_CLOSURE,
    OPS,
};

/* What an operator has as operand, and how it changes the stack. */
static const struct { const char *name; int8_t operand, change; } ops[OPS] = {
    [I_NIL] = { "nil", 0, 1 }, [I_TRUE] = { "true", 0, 1 }, [I_FALSE] = { "false", 0, 1 },
    [I_POP] = { "pop", 0, -1 }, [I_DUP2] = { "dup2", 0, 2 },
    [I_ADD] = { "add", 0, -1 }, [I_SUB] = { "sub", 0, -1 }, [I_MUL] = { "mul", 0, -1 },
    [I_DIV] = { "div", 0, -1 }, [I_MOD] = { "mod", 0, -1 }, [I_AND] = { "and", 0, -1 },
    [I_OR] = { "or", 0, -1 }, [I_XOR] = { "xor", 0, -1 }, [I_SHL] = { "shl", 0, -1 },
    [I_SHR] = { "shr", 0, -1 }, [I_EQ] = { "eq", 0, -1 }, [I_NE] = { "ne", 0, -1 },
    [I_LT] = { "lt", 0, -1 }, [I_LE] = { "le", 0, -1 }, [I_GT] = { "gt", 0, -1 },
    [I_GE] = { "ge", 0, -1 }, [I_NEG] = { "neg", 0, 0 }, [I_NOT] = { "not", 0, 0 },
    [I_INDEX] = { "index", 0, -1 }, [I_SET_INDEX] = { "set_index", 0, -2 },
    [I_RETURN] = { "return", 0, -1 }, [I_BOX] = { "box", 0, 0 },
    [I_CONSTANT] = { "constant", 1, 1 }, [I_SMALL] = { "small", 1, 1 },
    [I_LOCAL] = { "local", 1, 1 }, [I_SET_LOCAL] = { "set_local", 1, 0 },
    [I_CELL] = { "cell", 1, 1 }, [I_SET_CELL] = { "set_cell", 1, 0 },
    [I_CAPTURED] = { "captured", 1, 1 }, [I_SET_CAPTURED] = { "set_captured", 1, 0 },
    [I_GLOBAL] = { "global", 1, 1 }, [I_SET_GLOBAL] = { "set_global", 1, 0 },
    [I_CALL] = { "call", 1, 0 }, [I_ARRAY] = { "array", 1, 1 }, [I_MAP] = { "map", 1, 1 },
    [I_NEW_CELL] = { "new_cell", 1, 0 },
    [I_ADD_LOCAL] = { "add_local", 1, -1 },
    [I_JUMP] = { "jump", 2, 0 }, [I_JUMP_FALSE] = { "jump_false", 2, -1 },
    [I_AND_JUMP] = { "and_jump", 2, -1 }, [I_OR_JUMP] = { "or_jump", 2, -1 },
    [I_LOOP] = { "loop", 2, 0 }, [I_LESS_JUMP] = { "less_jump", 2, -2 },
    [I_CLOSURE] = { "closure", 1, 1 },
};

static const uint8_t *code_bytes(const struct code *c)
{
    return (const uint8_t *)(c->constant + c->constants);
}

/* ------------------------------------------------------------------------
 * Compiler
 * ------------------------------------------------------------------------ */

enum { LOCALS = 24, CAPTURES = 8, CONSTANTS = 48, BYTES = 640, LINES = 64, LOOPS = 6, EXITS = 8 };

struct local { const char *name; uint16_t length; uint8_t depth, boxed; };
struct capture { uint8_t local, index; };
struct line { uint16_t at, line; };
struct loop { uint16_t start, locals; uint16_t exits[EXITS]; uint8_t exit_count; };

struct compiler {
    struct compiler *outer;
    value name;
    struct local locals[LOCALS];
    struct capture captures[CAPTURES];
    value constants[CONSTANTS];
    struct line lines[LINES];
    struct loop loops[LOOPS];
    uint16_t length, line_count;
    uint8_t local_count, capture_count, constant_count, depth, loop_count, params;
    uint8_t bytes[BYTES];
};

static struct compiler *compiling;

static void emit(uint32_t byte)
{
    struct compiler *c = compiling;
    if (c->length == BYTES) {
        fail(TOO_COMPLEX);
        return;
    }
    if (!c->line_count || c->lines[c->line_count - 1].line != scan.line) {
        if (c->line_count < LINES)
            c->lines[c->line_count++] = (struct line){ c->length, scan.line };
    }
    c->bytes[c->length++] = (uint8_t)byte;
}

static void emit_with(enum op op, uint32_t operand)
{
    emit(op);
    emit(operand);
}

/* A jump forward, whose operand is set later. */
static uint32_t emit_jump(enum op op)
{
    emit(op);
    emit(0);
    emit(0);
    return compiling->length - 2u;
}

static void land(uint32_t at)
{
    uint32_t distance = compiling->length - at - 2;
    compiling->bytes[at] = (uint8_t)distance;
    compiling->bytes[at + 1] = (uint8_t)(distance >> 8);
}

static void emit_loop(uint32_t start)
{
    emit(I_LOOP);
    uint32_t distance = compiling->length + 2u - start;
    emit(distance);
    emit(distance >> 8);
}

/* Constants are kept from the collector on the machine's stack. */
static uint32_t constant(value v)
{
    struct compiler *c = compiling;
    for (uint32_t i = 0; i < c->constant_count; i++)
        if (c->constants[i] == v)
            return i;
    if (c->constant_count == CONSTANTS || vm.top == STACK) {
        fail(TOO_COMPLEX);
        return 0;
    }
    vm.stack[vm.top++] = v;
    c->constants[c->constant_count] = v;
    return c->constant_count++;
}

static void emit_number(int32_t n)
{
    if (n >= 0 && n < 256)
        emit_with(I_SMALL, (uint32_t)n);
    else
        emit_with(I_CONSTANT, constant(from_number(n)));
}

static value name_value(const char *start, uint32_t length)
{
    return make_string(start, length);
}

static int same_name(const struct local *l, const char *start, uint32_t length)
{
    if (l->length != length)
        return 0;
    for (uint32_t i = 0; i < length; i++)
        if (l->name[i] != start[i])
            return 0;
    return 1;
}

static int find_local(struct compiler *c, const char *start, uint32_t length)
{
    for (int i = c->local_count - 1; i >= 0; i--)
        if (same_name(&c->locals[i], start, length))
            return i;
    return -1;
}

/* All variables that functions inside may use live in cells: those of the
 * functions around this one. */
static int find_capture(struct compiler *c, const char *start, uint32_t length)
{
    if (!c->outer)
        return -1;
    struct capture found;
    int local = find_local(c->outer, start, length);
    if (local >= 0 && c->outer->locals[local].boxed) {
        found = (struct capture){ 1, (uint8_t)local };
    } else {
        int outer = find_capture(c->outer, start, length);
        if (outer < 0)
            return -1;
        found = (struct capture){ 0, (uint8_t)outer };
    }
    for (int i = 0; i < c->capture_count; i++)
        if (c->captures[i].local == found.local && c->captures[i].index == found.index)
            return i;
    if (c->capture_count == CAPTURES) {
        fail(TOO_COMPLEX);
        return -1;
    }
    c->captures[c->capture_count] = found;
    return c->capture_count++;
}

static uint32_t global_number(value name)
{
    for (uint32_t i = 0; i < vm.global_count; i++)
        if (vm.globals[i].name == name)
            return i;
    if (vm.global_count == GLOBALS) {
        fail(TOO_COMPLEX);
        return 0;
    }
    vm.globals[vm.global_count].name = name;
    vm.globals[vm.global_count].item = NIL;
    return vm.global_count++;
}

static void add_local(const char *start, uint32_t length, int boxed)
{
    struct compiler *c = compiling;
    if (c->local_count == LOCALS) {
        fail(TOO_COMPLEX);
        return;
    }
    c->locals[c->local_count++] =
        (struct local){ start, (uint16_t)length, c->depth, (uint8_t)boxed };
}

static void begin_scope(void)
{
    compiling->depth++;
}

static void end_scope(void)
{
    struct compiler *c = compiling;
    c->depth--;
    while (c->local_count && c->locals[c->local_count - 1].depth > c->depth) {
        c->local_count--;
        emit(I_POP);
    }
}

static void expression(void);
static void block(void);
static void function(value name);

/* A variable as it is read and written. */
struct place { enum op get, set; uint32_t index; };

static struct place find_place(const char *start, uint32_t length)
{
    int at = find_local(compiling, start, length);
    if (at >= 0) {
        int boxed = compiling->locals[at].boxed;
        return (struct place){ boxed ? I_CELL : I_LOCAL, boxed ? I_SET_CELL : I_SET_LOCAL,
            (uint32_t)at };
    }
    at = find_capture(compiling, start, length);
    if (at >= 0)
        return (struct place){ I_CAPTURED, I_SET_CAPTURED, (uint32_t)at };
    return (struct place){ I_GLOBAL, I_SET_GLOBAL, global_number(name_value(start, length)) };
}

static value string_token(void)
{
    struct text t = { .length = 0 };
    for (uint32_t i = 0; i < scan.length; i++) {
        char c = scan.start[i];
        if (c == '\\') {
            c = scan.start[++i];
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
        }
        put_char(&t, c);
    }
    return finish_text(&t);
}

static uint32_t arguments(enum token end)
{
    uint32_t count = 0;
    while (scan.token != end && !vm.error) {
        expression();
        count++;
        if (!accept(T_COMMA))
            break;
    }
    expect(end);
    return count;
}

static void map_literal(void)
{
    uint32_t count = 0;
    while (scan.token != T_FINISH && !vm.error) {
        if (scan.token == T_NAME || scan.token == T_STRING) {
            value key = scan.token == T_NAME ? name_value(scan.start, scan.length) : string_token();
            emit_with(I_CONSTANT, constant(key));
            advance();
        } else {
            expression();
        }
        expect(T_COLON);
        expression();
        count++;
        if (!accept(T_COMMA))
            break;
    }
    expect(T_FINISH);
    emit_with(I_MAP, count);
}

static void primary(void)
{
    switch (scan.token) {
    case T_NUMBER:
        emit_number(scan.number);
        advance();
        break;
    case T_STRING:
        emit_with(I_CONSTANT, constant(string_token()));
        advance();
        break;
    case T_NAME: {
        struct place place = find_place(scan.start, scan.length);
        emit_with(place.get, place.index);
        advance();
        break;
    }
    case T_TRUE: emit(I_TRUE); advance(); break;
    case T_FALSE: emit(I_FALSE); advance(); break;
    case T_NIL: emit(I_NIL); advance(); break;
    case T_LEFT:
        advance();
        expression();
        expect(T_RIGHT);
        break;
    case T_OPEN:
        advance();
        emit_with(I_ARRAY, arguments(T_CLOSE));
        break;
    case T_BEGIN:
        advance();
        map_literal();
        break;
    case T_FN:
        advance();
        function(make_string("fn", 2));
        break;
    default:
        fail(SYNTAX);
    }
}

static void key_after_dot(void)
{
    if (scan.token != T_NAME) {
        fail(SYNTAX);
        return;
    }
    emit_with(I_CONSTANT, constant(name_value(scan.start, scan.length)));
    advance();
}

static void postfix(void)
{
    primary();
    while (!vm.error) {
        if (accept(T_LEFT)) {
            emit_with(I_CALL, arguments(T_RIGHT));
        } else if (accept(T_OPEN)) {
            expression();
            expect(T_CLOSE);
            emit(I_INDEX);
        } else if (accept(T_DOT)) {
            key_after_dot();
            emit(I_INDEX);
        } else {
            return;
        }
    }
}

static void unary(void)
{
    if (accept(T_MINUS)) {
        if (scan.token == T_NUMBER) {
            emit_number(-scan.number);
            advance();
            return;
        }
        unary();
        emit(I_NEG);
    } else if (accept(T_NOT)) {
        unary();
        emit(I_NOT);
    } else {
        postfix();
    }
}

/* How tight operators bind; 0 for tokens that are none. */
static const struct { uint8_t level, op; } binaries[T_BAD + 1] = {
    [T_OR] = { 1, I_OR_JUMP }, [T_AND] = { 2, I_AND_JUMP },
    [T_EQ] = { 3, I_EQ }, [T_NE] = { 3, I_NE }, [T_LT] = { 4, I_LT }, [T_LE] = { 4, I_LE },
    [T_GT] = { 4, I_GT }, [T_GE] = { 4, I_GE }, [T_BAR] = { 5, I_OR }, [T_CARET] = { 6, I_XOR },
    [T_AMPERSAND] = { 7, I_AND }, [T_SHL] = { 8, I_SHL }, [T_SHR] = { 8, I_SHR },
    [T_PLUS] = { 9, I_ADD }, [T_MINUS] = { 9, I_SUB }, [T_STAR] = { 10, I_MUL },
    [T_SLASH] = { 10, I_DIV }, [T_PERCENT] = { 10, I_MOD },
};

static void binary(uint32_t level)
{
    unary();
    while (!vm.error && binaries[scan.token].level >= level && binaries[scan.token].level) {
        uint32_t own = binaries[scan.token].level;
        enum op op = (enum op)binaries[scan.token].op;
        advance();
        if (op == I_OR_JUMP || op == I_AND_JUMP) {
            uint32_t jump = emit_jump(op);
            binary(own + 1);
            land(jump);
        } else {
            binary(own + 1);
            emit(op);
        }
    }
}

static void expression(void)
{
    binary(1);
}

/* The operator of x += y and its like, or OPS. */
static enum op compound(void)
{
    switch (scan.token) {
    case T_ADD_ASSIGN: return I_ADD;
    case T_SUB_ASSIGN: return I_SUB;
    case T_MUL_ASSIGN: return I_MUL;
    default: return OPS;
    }
}

static void assign_variable(void)
{
    struct place place = find_place(scan.start, scan.length);
    advance();
    enum op op = compound();
    advance();
    if (op != OPS && !(op == I_ADD && place.get == I_LOCAL))
        emit_with(place.get, place.index);
    expression();
    if (op == I_ADD && place.get == I_LOCAL) {
        emit_with(I_ADD_LOCAL, place.index);
        return;
    }
    if (op != OPS)
        emit(op);
    emit_with(place.set, place.index);
    emit(I_POP);
}

/* Whether the statement starts with NAME = or NAME += and its like. */
static int is_assignment(void)
{
    struct scanner saved = scan;
    int result = 0;
    if (scan.token == T_NAME) {
        advance();
        result = scan.token == T_ASSIGN || compound() != OPS;
    }
    scan = saved;
    return result;
}

/* An expression, which the last index of may be assigned to. */
static void expression_statement(void)
{
    expression();
    enum op op = compound();
    if (scan.token != T_ASSIGN && op == OPS) {
        emit(I_POP);
        return;
    }
    struct compiler *c = compiling;
    if (!c->length || c->bytes[c->length - 1] != I_INDEX) {
        fail(SYNTAX);
        return;
    }
    c->length--;
    advance();
    if (op != OPS) {
        emit(I_DUP2);
        emit(I_INDEX);
    }
    expression();
    if (op != OPS)
        emit(op);
    emit(I_SET_INDEX);
    emit(I_POP);
}

static void var_statement(void)
{
    const char *name = scan.start;
    uint32_t length = scan.length;
    expect(T_NAME);
    if (accept(T_ASSIGN))
        expression();
    else
        emit(I_NIL);
    if (!compiling->outer && !compiling->depth) {
        emit_with(I_SET_GLOBAL, global_number(name_value(name, length)));
        emit(I_POP);
    } else {
        /* Those that start with an underscore are never shared. */
        int boxed = *name != '_' && compiling->outer && compiling->depth < 2;
        if (boxed)
            emit(I_BOX);
        add_local(name, length, boxed);
    }
}

static void if_statement(void)
{
    expression();
    uint32_t otherwise = emit_jump(I_JUMP_FALSE);
    block();
    if (accept(T_ELSE)) {
        uint32_t end = emit_jump(I_JUMP);
        land(otherwise);
        if (accept(T_IF))
            if_statement();
        else
            block();
        land(end);
    } else {
        land(otherwise);
    }
}

static struct loop *begin_loop(void)
{
    struct compiler *c = compiling;
    if (c->loop_count == LOOPS) {
        fail(TOO_COMPLEX);
        return &c->loops[0];
    }
    struct loop *l = &c->loops[c->loop_count++];
    l->start = c->length;
    l->locals = c->local_count;
    l->exit_count = 0;
    return l;
}

static void end_loop(struct loop *l)
{
    for (uint32_t i = 0; i < l->exit_count; i++)
        land(l->exits[i]);
    if (compiling->loop_count)
        compiling->loop_count--;
}

static void while_statement(void)
{
    struct loop *l = begin_loop();
    expression();
    uint32_t end = emit_jump(I_JUMP_FALSE);
    block();
    emit_loop(l->start);
    land(end);
    end_loop(l);
}

/* The count and the limit are two hidden locals. */
static void for_statement(void)
{
    begin_scope();
    const char *name = scan.start;
    uint32_t length = scan.length;
    expect(T_NAME);
    expect(T_IN);
    expression();
    expect(T_RANGE);
    add_local("", 0, 0);
    expression();
    add_local("", 0, 0);
    uint32_t hidden = compiling->local_count - 2u;
    uint32_t first = emit_jump(I_JUMP);
    struct loop *l = begin_loop();
    emit_with(I_SMALL, 1);
    emit_with(I_ADD_LOCAL, hidden);
    land(first);
    emit_with(I_LOCAL, hidden);
    emit_with(I_LOCAL, hidden + 1);
    uint32_t end = emit_jump(I_LESS_JUMP);
    begin_scope();
    emit_with(I_LOCAL, hidden);
    add_local(name, length, 0);
    block();
    end_scope();
    emit_loop(l->start);
    land(end);
    end_loop(l);
    end_scope();
}

static void leave_loop(int again)
{
    struct compiler *c = compiling;
    if (!c->loop_count) {
        fail(SYNTAX);
        return;
    }
    struct loop *l = &c->loops[c->loop_count - 1];
    for (uint32_t i = c->local_count; i > l->locals; i--)
        emit(I_POP);
    if (again) {
        emit_loop(l->start);
    } else if (l->exit_count == EXITS) {
        fail(TOO_COMPLEX);
    } else {
        l->exits[l->exit_count++] = (uint16_t)emit_jump(I_JUMP);
    }
}

static void statement(void)
{
    switch (scan.token) {
    case T_VAR: advance(); var_statement(); expect(T_SEMICOLON); break;
    case T_IF: advance(); if_statement(); break;
    case T_WHILE: advance(); while_statement(); break;
    case T_FOR: advance(); for_statement(); break;
    case T_BREAK: advance(); leave_loop(0); expect(T_SEMICOLON); break;
    case T_CONTINUE: advance(); leave_loop(1); expect(T_SEMICOLON); break;
    case T_BEGIN: block(); break;
    case T_RETURN:
        advance();
        if (scan.token == T_SEMICOLON)
            emit(I_NIL);
        else
            expression();
        emit(I_RETURN);
        expect(T_SEMICOLON);
        break;
    default:
        if (is_assignment())
            assign_variable();
        else
            expression_statement();
        expect(T_SEMICOLON);
    }
}

/* A named function is a variable with its name. */
static void declaration(void)
{
    if (scan.token != T_FN) {
        statement();
        return;
    }
    advance();
    const char *start = scan.start;
    uint32_t length = scan.length;
    expect(T_NAME);
    value name = name_value(start, length);
    constant(name); /* kept until the function is */
    if (!compiling->outer && !compiling->depth) {
        function(name);
        emit_with(I_SET_GLOBAL, global_number(name));
    } else {
        /* It is there before it is complete, so that it can call itself. */
        emit(I_NIL);
        emit(I_BOX);
        add_local(start, length, 1);
        uint32_t local = compiling->local_count - 1u;
        function(name);
        emit_with(I_SET_CELL, local);
    }
    emit(I_POP);
}

static void block(void)
{
    expect(T_BEGIN);
    begin_scope();
    while (scan.token != T_FINISH && scan.token != T_END && !vm.error)
        declaration();
    expect(T_FINISH);
    end_scope();
}

static value finish_code(struct compiler *c)
{
    uint32_t bytes = c->length + c->line_count * sizeof(struct line) + 1;
    struct code *code = allocate(CODE, sizeof *code + c->constant_count * sizeof(value) + bytes);
    if (!code)
        return NIL;
    code->name = c->name;
    code->params = c->params;
    code->captured = c->capture_count;
    code->constants = c->constant_count;
    code->length = c->length;
    code->lines = c->line_count;
    code->deepest = 0;
    copy_bytes(code->constant, c->constants, c->constant_count * sizeof(value));
    uint8_t *to = (uint8_t *)(code->constant + c->constant_count);
    copy_bytes(to, c->bytes, c->length);
    copy_bytes(to + c->length, c->lines, c->line_count * sizeof(struct line));
    return reference(code);
}

static void start_compiler(struct compiler *c, value name)
{
    c->outer = compiling;
    c->name = name;
    c->length = c->line_count = 0;
    c->local_count = c->capture_count = c->constant_count = 0;
    c->depth = c->loop_count = c->params = 0;
    compiling = c;
    constant(name);
}

enum { NESTED = 4 };

static struct compiler compilers[NESTED];

/* Parameters that functions inside use are moved into cells at the start. */
static void function(value name)
{
    uint32_t top = vm.top, level = (uint32_t)(compiling - compilers) + 1;
    if (level == NESTED) {
        fail(TOO_COMPLEX);
        return;
    }
    struct compiler *c = &compilers[level], *outer = compiling;
    start_compiler(c, name);
    expect(T_LEFT);
    while (scan.token == T_NAME) {
        int boxed = *scan.start != '_';
        add_local(scan.start, scan.length, boxed);
        if (boxed)
            emit_with(I_NEW_CELL, c->params);
        c->params++;
        advance();
        if (!accept(T_COMMA))
            break;
    }
    expect(T_RIGHT);
    block();
    emit(I_NIL);
    emit(I_RETURN);
    value code = vm.error ? NIL : finish_code(c);
    compiling = outer;
    vm.top = (uint16_t)top;
    emit_with(I_CLOSURE, constant(code));
    for (uint32_t i = 0; i < c->capture_count; i++)
        emit(c->captures[i].local << 7 | c->captures[i].index);
}

/* The code of a script, or nil after an error. */
KERNEL value compile(const char *source)
{
    uint32_t top = vm.top;
    compiling = NULL;
    start_compiler(&compilers[0], make_string("main", 4));
    scan.at = source;
    scan.line = 1;
    advance();
    while (scan.token != T_END && !vm.error)
        declaration();
    emit(I_NIL);
    emit(I_RETURN);
    value code = vm.error ? NIL : finish_code(&compilers[0]);
    if (vm.error)
        vm.line = scan.line;
    vm.top = (uint16_t)top;
    return code;
}

/* ------------------------------------------------------------------------
 * Verifier: every path has the same depth at each place, and stays inside
 * ------------------------------------------------------------------------ */

enum { UNSEEN = 255 };

static uint8_t depths[BYTES];

static int32_t operand_of(const uint8_t *at)
{
    switch (ops[*at].operand) {
    case 0: return 0;
    case 1: return at[1];
    default: return at[1] | at[2] << 8;
    }
}

static uint32_t size_of(const struct code *c, const uint8_t *at)
{
    uint32_t size = 1u + (uint32_t)ops[*at].operand;
    if (*at == I_CLOSURE && at[1] < c->constants && is_kind(c->constant[at[1]], CODE))
        size += ((struct code *)pointer(c->constant[at[1]]))->captured;
    return size;
}

static int32_t change_of(const uint8_t *at)
{
    int32_t change = ops[*at].change;
    switch (*at) {
    case I_CALL: case I_ARRAY: return change - at[1];
    case I_MAP: return change - 2 * at[1];
    default: return change;
    }
}

static int reach(uint32_t at, int32_t depth, uint32_t length, uint16_t *work, uint32_t *count)
{
    if (at >= length || depth < 0 || depth >= UNSEEN)
        return 0;
    if (depths[at] == UNSEEN) {
        depths[at] = (uint8_t)depth;
        work[(*count)++] = (uint16_t)at;
        return 1;
    }
    return depths[at] == depth;
}

KERNEL int verify(struct code *c)
{
    const uint8_t *bytes = code_bytes(c);
    uint16_t work[64];
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->length; i++)
        depths[i] = UNSEEN;
    if (!reach(0, c->params, c->length, work, &count))
        return 0;
    while (count) {
        uint32_t at = work[--count];
        const uint8_t *i = bytes + at;
        if (*i >= OPS || count > 60)
            return 0;
        int32_t depth = depths[at] + change_of(i), operand = operand_of(i);
        uint32_t next = at + size_of(c, i);
        if (depth > c->deepest)
            c->deepest = (uint8_t)depth;
        switch (*i) {
        case I_CONSTANT: case I_CLOSURE:
            if (operand >= c->constants)
                return 0;
            break;
        case I_LOCAL: case I_SET_LOCAL: case I_CELL: case I_SET_CELL: case I_NEW_CELL: case I_ADD_LOCAL:
            if (operand >= depths[at])
                return 0;
            break;
        case I_JUMP:
            if (!reach(next + (uint32_t)operand, depth, c->length, work, &count))
                return 0;
            continue;
        case I_LOOP:
            if (!reach(next - (uint32_t)operand, depth, c->length, work, &count))
                return 0;
            continue;
        case I_JUMP_FALSE: case I_LESS_JUMP:
            if (!reach(next + (uint32_t)operand, depth, c->length, work, &count))
                return 0;
            break;
        case I_AND_JUMP: case I_OR_JUMP:
            if (!reach(next + (uint32_t)operand, depth + 1, c->length, work, &count))
                return 0;
            break;
        case I_RETURN:
            continue;
        default:
            break;
        }
        if (!reach(next, depth, c->length, work, &count))
            return 0;
    }
    for (uint32_t i = 0; i < c->constants; i++)
        if (is_kind(c->constant[i], CODE) && !((struct code *)pointer(c->constant[i]))->deepest)
            if (!verify(pointer(c->constant[i])))
                return 0;
    return 1;
}

/* ------------------------------------------------------------------------
 * Output and disassembly
 * ------------------------------------------------------------------------ */

static void write_text(const struct text *t)
{
    for (uint32_t i = 0; i < t->length; i++) {
        vm.output_hash = vm.output_hash * 31 + (uint8_t)t->bytes[i];
        vm.output[vm.output_length++ % OUTPUT] = t->bytes[i];
    }
}

static uint32_t line_of(const struct code *c, uint32_t at)
{
    const uint8_t *lines = code_bytes(c) + c->length;
    uint32_t line = 0;
    for (uint32_t i = 0; i < c->lines; i++) {
        struct line entry;
        copy_bytes(&entry, lines + i * sizeof entry, sizeof entry);
        if (entry.at > at)
            break;
        line = entry.line;
    }
    return line;
}

KERNEL void disassemble(const struct code *c)
{
    const uint8_t *bytes = code_bytes(c);
    uint32_t last = 0;
    for (uint32_t at = 0; at < c->length; at += size_of(c, bytes + at)) {
        struct text t = { .length = 0 };
        uint32_t line = line_of(c, at);
        int32_t operand = operand_of(bytes + at);
        put_number(&t, (int32_t)at);
        put_char(&t, line == last ? '|' : ':');
        put_chars(&t, ops[bytes[at]].name);
        switch (bytes[at]) {
        case I_CONSTANT: case I_CLOSURE:
            put_char(&t, ' ');
            put_value(&t, c->constant[operand], 1);
            break;
        case I_GLOBAL: case I_SET_GLOBAL:
            put_char(&t, ' ');
            put_value(&t, vm.globals[operand].name, 0);
            break;
        default:
            if (ops[bytes[at]].operand) {
                put_char(&t, ' ');
                put_number(&t, operand);
            }
        }
        put_char(&t, '\n');
        write_text(&t);
        last = line;
    }
    for (uint32_t i = 0; i < c->constants; i++)
        if (is_kind(c->constant[i], CODE))
            disassemble(pointer(c->constant[i]));
}

/* ------------------------------------------------------------------------
 * Built-in functions
 * ------------------------------------------------------------------------ */

enum builtin { B_PRINT, B_LEN, B_PUSH, B_POP, B_STR, B_ORD, B_CHR, B_KEYS, B_SLICE, B_ABS, B_JOIN, B_TYPE, BUILTINS };

static const struct { const char *name; int8_t count; } builtins[BUILTINS] = {
    { "print", -1 }, { "len", 1 }, { "push", 2 }, { "pop", 1 }, { "str", 1 }, { "ord", 2 },
    { "chr", 1 }, { "keys", 1 }, { "slice", 3 }, { "abs", 1 }, { "join", 2 }, { "type", 1 },
};

static value length_of(value v)
{
    switch (kind_of(v)) {
    case STRING: return from_number(((struct string *)pointer(v))->length);
    case ARRAY: return from_number(((struct array *)pointer(v))->count);
    case MAP: return from_number(((struct map *)pointer(v))->count);
    default: fail(WRONG_TYPE); return NIL;
    }
}

static value keys_of(value v)
{
    if (!is_kind(v, MAP)) {
        fail(WRONG_TYPE);
        return NIL;
    }
    value result = make_array(0);
    if (result == NIL)
        return NIL;
    protect(result);
    struct map *m = pointer(v);
    for (uint32_t i = 0; i < m->room; i++) {
        value key = ((struct storage *)pointer(m->table))->item[2 * i];
        if (key != NIL)
            array_push(result, key);
    }
    release(1);
    return result;
}

static value slice_of(value v, value from, value to)
{
    if (!is_number(from) || !is_number(to)) {
        fail(WRONG_TYPE);
        return NIL;
    }
    int32_t count = to_number(length_of(v)), start = to_number(from), end = to_number(to);
    if (start < 0 || end > count || start > end) {
        fail(OUT_OF_RANGE);
        return NIL;
    }
    if (is_kind(v, STRING)) {
        struct text t = { .length = 0 };
        for (int32_t i = start; i < end; i++)
            put_char(&t, ((struct string *)pointer(v))->text[i]);
        return finish_text(&t);
    }
    value result = make_array((uint32_t)(end - start));
    if (result == NIL)
        return NIL;
    protect(result);
    for (int32_t i = start; i < end && !vm.error; i++)
        array_push(result, ((struct storage *)pointer(((struct array *)pointer(v))->items))->item[i]);
    release(1);
    return result;
}

static value join(value v, value separator)
{
    if (!is_kind(v, ARRAY)) {
        fail(WRONG_TYPE);
        return NIL;
    }
    struct text t = { .length = 0 };
    struct array *a = pointer(v);
    for (uint32_t i = 0; i < a->count; i++) {
        if (i)
            put_value(&t, separator, 0);
        put_value(&t, ((struct storage *)pointer(a->items))->item[i], 2);
    }
    return finish_text(&t);
}

static value character(value v, value index)
{
    if (!is_kind(v, STRING) || !is_number(index)) {
        fail(WRONG_TYPE);
        return NIL;
    }
    struct string *s = pointer(v);
    int32_t at = to_number(index);
    if (at < 0 || at >= s->length) {
        fail(OUT_OF_RANGE);
        return NIL;
    }
    return from_number((uint8_t)s->text[at]);
}

static value pop_item(value v)
{
    struct array *a = pointer(v);
    if (!is_kind(v, ARRAY) || !a->count) {
        fail(OUT_OF_RANGE);
        return NIL;
    }
    return ((struct storage *)pointer(a->items))->item[--a->count];
}

static value type_of(value v)
{
    static const char *const names[] = { "nil", "string", "array", "map", "code", "fn", "cell", "native" };
    const char *name = is_number(v) ? "number" : v == TRUE || v == FALSE ? "bool" : names[kind_of(v)];
    uint32_t length = 0;
    while (name[length])
        length++;
    return make_string(name, length);
}

KERNEL value call_native(uint32_t number, const value *a, uint32_t count)
{
    if (builtins[number].count >= 0 && (uint32_t)builtins[number].count != count) {
        fail(WRONG_COUNT);
        return NIL;
    }
    struct text t = { .length = 0 };
    switch ((enum builtin)number) {
    case B_PRINT:
        for (uint32_t i = 0; i < count; i++)
            put_value(&t, a[i], 3);
        put_char(&t, '\n');
        write_text(&t);
        return NIL;
    case B_LEN: return length_of(a[0]);
    case B_PUSH:
        if (!is_kind(a[0], ARRAY))
            fail(WRONG_TYPE);
        else
            array_push(a[0], a[1]);
        return a[0];
    case B_POP: return pop_item(a[0]);
    case B_STR: put_value(&t, a[0], 3); return finish_text(&t);
    case B_ORD: return character(a[0], a[1]);
    case B_CHR: put_char(&t, (char)to_number(a[0])); return finish_text(&t);
    case B_KEYS: return keys_of(a[0]);
    case B_SLICE: return slice_of(a[0], a[1], a[2]);
    case B_ABS: return is_number(a[0]) && to_number(a[0]) < 0 ? from_number(-to_number(a[0])) : a[0];
    case B_JOIN: return join(a[0], a[1]);
    case B_TYPE: return type_of(a[0]);
    default: return NIL;
    }
}

static void define_builtins(void)
{
    for (uint32_t i = 0; i < BUILTINS; i++) {
        uint32_t length = 0;
        while (builtins[i].name[length])
            length++;
        uint32_t number = global_number(make_string(builtins[i].name, length));
        struct native *n = allocate(NATIVE, sizeof *n);
        if (!n)
            return;
        n->number = i;
        vm.globals[number].item = reference(n);
    }
}

/* ------------------------------------------------------------------------
 * The machine
 * ------------------------------------------------------------------------ */

static value concatenate(value a, value b)
{
    struct text t = { .length = 0 };
    put_value(&t, a, 1);
    put_value(&t, b, 1);
    return finish_text(&t);
}

static value add(value a, value b)
{
    if (is_number(a) && is_number(b))
        return a + b - 1;
    if (is_kind(a, STRING) || is_kind(b, STRING))
        return concatenate(a, b);
    fail(WRONG_TYPE);
    return NIL;
}

static value arithmetic(enum op op, value a, value b)
{
    if (!is_number(a) || !is_number(b)) {
        fail(WRONG_TYPE);
        return NIL;
    }
    int32_t x = to_number(a), y = to_number(b);
    switch (op) {
    case I_SUB: return from_number(x - y);
    case I_MUL: return from_number((int32_t)((uint32_t)x * (uint32_t)y));
    case I_AND: return a & b;
    case I_OR: return a | b;
    case I_XOR: return (a ^ b) | 1;
    case I_SHL: return from_number((int32_t)((uint32_t)x << (y & 31)));
    case I_SHR: return from_number(x >> (y & 31));
    default:
        break;
    }
    if (!y) {
        fail(ZERO_DIVISION);
        return NIL;
    }
    return from_number(op == I_DIV ? x / y : x % y);
}

static int less(value a, value b)
{
    if (is_number(a) && is_number(b))
        return (int32_t)a < (int32_t)b;
    if (is_kind(a, STRING) && is_kind(b, STRING))
        return compare_strings(pointer(a), pointer(b)) < 0;
    fail(WRONG_TYPE);
    return 0;
}

static value index_value(value v, value key)
{
    switch (kind_of(v)) {
    case ARRAY: {
        struct array *a = pointer(v);
        if (!is_number(key) || (uint32_t)to_number(key) >= a->count)
            break;
        return ((struct storage *)pointer(a->items))->item[to_number(key)];
    }
    case MAP:
        return map_get(v, key);
    case STRING:
        return slice_of(v, key, is_number(key) ? key + 2 : key);
    default:
        fail(WRONG_TYPE);
        return NIL;
    }
    fail(OUT_OF_RANGE);
    return NIL;
}

static void set_index(value v, value key, value item)
{
    switch (kind_of(v)) {
    case ARRAY: {
        struct array *a = pointer(v);
        if (!is_number(key) || (uint32_t)to_number(key) >= a->count)
            fail(OUT_OF_RANGE);
        else
            ((struct storage *)pointer(a->items))->item[to_number(key)] = item;
        break;
    }
    case MAP:
        map_set(v, key, item);
        break;
    default:
        fail(WRONG_TYPE);
    }
}

static value make_cell(value item)
{
    protect(item);
    struct cell *c = allocate(CELL, sizeof *c);
    release(1);
    if (!c)
        return NIL;
    c->item = item;
    return reference(c);
}

static value make_closure(struct code *code)
{
    struct closure *c = allocate(CLOSURE, sizeof *c + code->captured * sizeof(value));
    if (!c)
        return NIL;
    c->code = reference(code);
    for (uint32_t i = 0; i < code->captured; i++)
        c->cells[i] = NIL;
    return reference(c);
}

static int enter(struct closure *closure, uint32_t count)
{
    struct code *code = pointer(closure->code);
    if (count != code->params) {
        fail(WRONG_COUNT);
        return 0;
    }
    if (vm.depth == FRAMES || vm.top + code->deepest >= STACK) {
        fail(OVERFLOW);
        return 0;
    }
    vm.frames[vm.depth++] =
        (struct frame){ closure, code_bytes(code), (uint16_t)(vm.top - count) };
    return 1;
}

/* Calls the value below the arguments; whether there is a new frame. */
static int call_value(uint32_t count)
{
    value callee = vm.stack[vm.top - count - 1];
    switch (kind_of(callee)) {
    case CLOSURE:
        return enter(pointer(callee), count);
    case NATIVE: {
        struct native *n = pointer(callee);
        value result = call_native(n->number, &vm.stack[vm.top - count], count);
        vm.top = (uint16_t)(vm.top - count - 1);
        vm.stack[vm.top++] = result;
        return 0;
    }
    default:
        fail(callee == NIL ? UNDEFINED : WRONG_TYPE);
        return 0;
    }
}

/* Runs until the first frame returns; its result is on the stack. */
KERNEL void run(void)
{
    struct frame *frame = &vm.frames[vm.depth - 1];
    const uint8_t *at = frame->at;
    value *locals = vm.stack + frame->base, *sp = vm.stack + vm.top;
    struct closure *closure = frame->closure;
    const value *constants = ((struct code *)pointer(closure->code))->constant;

    while (!vm.error) {
        enum op op = (enum op)*at++;
        switch (op) {
        case I_NIL: *sp++ = NIL; break;
        case I_TRUE: *sp++ = TRUE; break;
        case I_FALSE: *sp++ = FALSE; break;
        case I_POP: sp--; break;
        case I_DUP2: sp[0] = sp[-2]; sp[1] = sp[-1]; sp += 2; break;
        case I_SMALL: *sp++ = from_number(*at++); break;
        case I_CONSTANT: *sp++ = constants[*at++]; break;
        case I_LOCAL: *sp++ = locals[*at++]; break;
        case I_SET_LOCAL: locals[*at++] = sp[-1]; break;
        case I_CELL: *sp++ = ((struct cell *)pointer(locals[*at++]))->item; break;
        case I_SET_CELL: ((struct cell *)pointer(locals[*at++]))->item = sp[-1]; break;
        case I_CAPTURED: *sp++ = ((struct cell *)pointer(closure->cells[*at++]))->item; break;
        case I_SET_CAPTURED: ((struct cell *)pointer(closure->cells[*at++]))->item = sp[-1]; break;
        case I_GLOBAL: *sp++ = vm.globals[*at++].item; break;
        case I_SET_GLOBAL: vm.globals[*at++].item = sp[-1]; break;
        case I_ADD:
            if (sp[-1] & sp[-2] & 1) {
                sp[-2] += sp[-1] - 1;
            } else {
                vm.top = (uint16_t)(sp - vm.stack);
                sp[-2] = add(sp[-2], sp[-1]);
            }
            sp--;
            break;
        case I_SUB:
            if (sp[-1] & sp[-2] & 1)
                sp[-2] -= sp[-1] - 1;
            else
                sp[-2] = arithmetic(op, sp[-2], sp[-1]);
            sp--;
            break;
        case I_MUL: case I_DIV: case I_MOD: case I_AND: case I_OR: case I_XOR: case I_SHL: case I_SHR:
            sp[-2] = arithmetic(op, sp[-2], sp[-1]);
            sp--;
            break;
        case I_EQ: sp[-2] = from_bool(equal(sp[-2], sp[-1])); sp--; break;
        case I_NE: sp[-2] = from_bool(!equal(sp[-2], sp[-1])); sp--; break;
        case I_LT: sp[-2] = from_bool(less(sp[-2], sp[-1])); sp--; break;
        case I_LE: sp[-2] = from_bool(!less(sp[-1], sp[-2])); sp--; break;
        case I_GT: sp[-2] = from_bool(less(sp[-1], sp[-2])); sp--; break;
        case I_GE: sp[-2] = from_bool(!less(sp[-2], sp[-1])); sp--; break;
        case I_NEG: sp[-1] = arithmetic(I_SUB, from_number(0), sp[-1]); break;
        case I_NOT: sp[-1] = from_bool(!is_true(sp[-1])); break;
        case I_ADD_LOCAL: {
            value *local = &locals[*at++];
            vm.top = (uint16_t)(sp - vm.stack);
            *local = add(*local, sp[-1]);
            sp--;
            break;
        }
        case I_INDEX:
            vm.top = (uint16_t)(sp - vm.stack);
            sp[-2] = index_value(sp[-2], sp[-1]);
            sp--;
            break;
        case I_SET_INDEX:
            vm.top = (uint16_t)(sp - vm.stack);
            set_index(sp[-3], sp[-2], sp[-1]);
            sp[-3] = sp[-1];
            sp -= 2;
            break;
        case I_JUMP: at += 2 + (at[0] | at[1] << 8); break;
        case I_JUMP_FALSE: {
            uint32_t distance = at[0] | (uint32_t)at[1] << 8;
            at += 2;
            if (!is_true(*--sp))
                at += distance;
            break;
        }
        case I_AND_JUMP: case I_OR_JUMP: {
            uint32_t distance = at[0] | (uint32_t)at[1] << 8;
            at += 2;
            if (is_true(sp[-1]) == (op == I_OR_JUMP))
                at += distance;
            else
                sp--;
            break;
        }
        case I_LESS_JUMP: {
            uint32_t distance = at[0] | (uint32_t)at[1] << 8;
            at += 2;
            sp -= 2;
            if (!less(sp[0], sp[1]))
                at += distance;
            break;
        }
        case I_LOOP:
            at += 2 - (at[0] | at[1] << 8);
            if (!--vm.budget)
                fail(TIMEOUT);
            break;
        case I_BOX: {
            vm.top = (uint16_t)(sp - vm.stack);
            sp[-1] = make_cell(sp[-1]);
            break;
        }
        case I_NEW_CELL: {
            value *local = &locals[*at++];
            vm.top = (uint16_t)(sp - vm.stack);
            *local = make_cell(*local);
            break;
        }
        case I_ARRAY: {
            uint32_t count = *at++;
            vm.top = (uint16_t)(sp - vm.stack);
            value array = make_array(count), *items = sp - count;
            if (array != NIL)
                for (uint32_t i = 0; i < count; i++)
                    array_push(array, items[i]);
            sp = items;
            *sp++ = array;
            break;
        }
        case I_MAP: {
            uint32_t count = *at++;
            vm.top = (uint16_t)(sp - vm.stack);
            value map = make_map();
            value *pairs = sp - 2 * count;
            protect(map);
            if (map != NIL)
                for (uint32_t i = 0; i < count; i++)
                    map_set(map, pairs[2 * i], pairs[2 * i + 1]);
            release(1);
            sp = pairs;
            *sp++ = map;
            break;
        }
        case I_CLOSURE: {
            struct code *code = pointer(constants[*at++]);
            vm.top = (uint16_t)(sp - vm.stack);
            value made = make_closure(code);
            if (made == NIL)
                break;
            struct closure *c = pointer(made);
            for (uint32_t i = 0; i < code->captured; i++) {
                uint32_t from = *at++;
                c->cells[i] = from & 128 ? locals[from & 127] : closure->cells[from];
            }
            *sp++ = made;
            break;
        }
        case I_CALL: {
            uint32_t count = *at++;
            vm.top = (uint16_t)(sp - vm.stack);
            frame->at = at;
            if (call_value(count)) {
                frame = &vm.frames[vm.depth - 1];
                at = frame->at;
                locals = vm.stack + frame->base;
                closure = frame->closure;
                constants = ((struct code *)pointer(closure->code))->constant;
            }
            sp = vm.stack + vm.top;
            break;
        }
        case I_RETURN: {
            value result = sp[-1];
            sp = locals - 1; /* the callee's place takes the result */
            *sp++ = result;
            vm.top = (uint16_t)(sp - vm.stack);
            if (--vm.depth == 0)
                return;
            frame = &vm.frames[vm.depth - 1];
            at = frame->at;
            locals = vm.stack + frame->base;
            closure = frame->closure;
            constants = ((struct code *)pointer(closure->code))->constant;
            break;
        }
        default:
            fail(INVALID_CODE);
        }
    }
    struct code *code = pointer(closure->code);
    vm.line = (uint16_t)line_of(code, (uint32_t)(at - code_bytes(code)) - 1);
}

/* ------------------------------------------------------------------------
 * Scripts
 * ------------------------------------------------------------------------ */

struct script { const char *source; uint8_t listing; };

static const struct script scripts[] = {
    { "# Recursion and iteration\n"
      "fn fib(_n) { if _n < 2 { return _n; } return fib(_n - 1) + fib(_n - 2); }\n"
      "fn gcd(_a, _b) { while _b != 0 { var _t = _a % _b; _a = _b; _b = _t; } return _a; }\n"
      "print(\"fib \", fib(9), \" gcd \", gcd(1071, 462));\n"
      "var sum = 0;\n"
      "for i in 0 .. 100 { if i % 3 == 0 or i % 5 == 0 { sum += i; } }\n"
      "print(sum, \" \", 7 * -3 / 2, \" \", 0xff & 0x3c | 1, \" \", 1 << 20 >> 3);\n", 1 },
    { "# A sieve and a sort\n"
      "fn sieve(_n) { var _flags = []; var _primes = [];\n"
      "  for i in 0 .. _n { push(_flags, true); }\n"
      "  for i in 2 .. _n { if _flags[i] { push(_primes, i); var _j = i * i;\n"
      "    while _j < _n { _flags[_j] = false; _j += i; } } }\n"
      "  return _primes; }\n"
      "fn quick(_a, _low, _high) { if _low >= _high { return nil; }\n"
      "  var _p = _a[(_low + _high) / 2]; var _i = _low; var _j = _high;\n"
      "  while _i <= _j { while _a[_i] < _p { _i += 1; } while _a[_j] > _p { _j -= 1; }\n"
      "    if _i <= _j { var _t = _a[_i]; _a[_i] = _a[_j]; _a[_j] = _t; _i += 1; _j -= 1; } }\n"
      "  quick(_a, _low, _j); quick(_a, _i, _high); }\n"
      "print(join(sieve(120), \" \"));\n"
      "var seed = 12345; var list = [];\n"
      "for i in 0 .. 40 { seed = (seed * 1103515 + 12345) & 0xfffff; push(list, seed % 1000); }\n"
      "quick(list, 0, len(list) - 1); print(join(list, \",\"));\n", 0 },
    { "# Closures and maps\n"
      "fn counter(start, step) { var n = start;\n"
      "  fn next() { n += step; return n; }\n"
      "  fn reset(_to) { n = _to; return next; }\n"
      "  return {\"next\": next, \"reset\": reset}; }\n"
      "var a = counter(10, 3); var b = counter(0, -1);\n"
      "a.next(); a.next(); b.next();\n"
      "print(a.next(), \" \", b.next(), \" \", a.reset(100)());\n"
      "fn map(f, _list) { var _out = []; for i in 0 .. len(_list) { push(_out, f(_list[i])); } return _out; }\n"
      "print(map(fn(x) { return x * x; }, [1, 2, 3, 4]), type(map), type(a), type(nil));\n"
      "var words = [\"valve\", \"pump\", \"valve\", \"fan\", \"pump\", \"valve\", \"fan\", \"heater\"];\n"
      "var count = {};\n"
      "for i in 0 .. len(words) { var _w = words[i];\n"
      "  if count[_w] == nil { count[_w] = 0; } count[_w] += 1; }\n"
      "var _total = 0; var names = keys(count);\n"
      "for i in 0 .. len(names) { _total += count[names[i]] * len(names[i]); }\n"
      "print(len(count), \" \", _total, \" \", count.valve);\n", 1 },
    { "# Strings, and much to collect\n"
      "fn reverse(_s) { var _out = \"\"; var _i = len(_s);\n"
      "  while _i > 0 { _i -= 1; _out = _out + _s[_i]; } return _out; }\n"
      "fn caesar(_s, _k) { var _out = \"\";\n"
      "  for i in 0 .. len(_s) { var _c = ord(_s, i);\n"
      "    if _c >= 97 and _c <= 122 { _c = (_c - 97 + _k) % 26 + 97; }\n"
      "    _out += chr(_c); }\n"
      "  return _out; }\n"
      "var text = \"the quick brown fox jumps over the lazy dog\";\n"
      "for i in 0 .. 4 { text = caesar(text, i + 1); if i % 4 == 3 { print(reverse(text)); } }\n"
      "print(text < \"m\", slice(text, 4, 9), str([1, [2, 3], \"x\", true]));\n", 0 },
    { "# Queens, with break and continue\n"
      "fn queens(n) { var columns = []; var solutions = 0;\n"
      "  for i in 0 .. n { push(columns, 0); }\n"
      "  fn fits(_row, _column) { for i in 0 .. _row { var _c = columns[i];\n"
      "    if _c == _column or abs(_c - _column) == _row - i { return false; } } return true; }\n"
      "  fn place(_row) { if _row == n { solutions += 1; return nil; }\n"
      "    for c in 0 .. n { if not fits(_row, c) { continue; } columns[_row] = c; place(_row + 1); } }\n"
      "  place(0); return solutions; }\n"
      "print(\"queens \", queens(5));\n"
      "var n = 27; var steps = 0;\n"
      "while true { if n == 1 { break; } steps += 1;\n"
      "  if n % 2 == 0 { n = n / 2; } else { n = 3 * n + 1; } if steps > 200 { break; } }\n"
      "print(steps);\n", 0 },
    { "# A state machine over a log\n"
      "var states = {idle: {start: \"run\"}, run: {stop: \"idle\", fault: \"safe\"}, safe: {reset: \"idle\"}};\n"
      "var events = [\"start\", \"fault\", \"start\", \"reset\", \"start\", \"stop\", \"fault\"];\n"
      "var state = \"idle\"; var ignored = 0; var trace = [];\n"
      "for i in 0 .. len(events) { var _next = states[state][events[i]];\n"
      "  if _next == nil { ignored += 1; continue; }\n"
      "  state = _next; push(trace, state); }\n"
      "print(join(trace, \">\"), \" \", ignored, \" \", pop(trace), len(trace));\n", 0 },
    /* Scripts that fail */
    { "var a = [1, 2];\nprint(a[0]);\nprint(a[5]);\n", 0 },
    { "var x = 1;\nprint(x / (x - 1));\n", 0 },
    { "fn f(_n) { return f(_n + 1); }\nf(0);\n", 0 },
    { "print(\"open);\n", 0 },
    { "fn g(a) { return a; }\ng(1, 2);\n", 0 },
    { "var list = [];\nwhile true { push(list, \"item \" + len(list)); }\n", 0 },
    { "while true { }\n", 0 },
    { "missing(1);\n", 0 },
    { "if 1 { print(2) }", 0 },
    { "break;", 0 },
};

static void start_machine(void)
{
    vm.error = OK;
    vm.line = vm.top = vm.depth = 0;
    vm.budget = 1000;
    vm.global_count = vm.string_count = vm.protected_count = 0;
    for (uint32_t i = 0; i < INTERNED; i++)
        vm.strings[i] = 0;
    memory_init();
    define_builtins();
}

KERNEL void run_script(const struct script *script)
{
    start_machine();
    value code = compile(script->source);
    if (vm.error)
        return;
    vm.stack[vm.top++] = code;
    if (!verify(pointer(code))) {
        fail(INVALID_CODE);
        return;
    }
    if (script->listing)
        disassemble(pointer(code));
    value closure = make_closure(pointer(code));
    if (closure == NIL)
        return;
    vm.stack[vm.top - 1] = closure;
    if (enter(pointer(closure), 0))
        run();
}

ENTRY(bench_interp)
{
    uint32_t result = 0;
    vm.output_hash = vm.output_length = vm.collections = vm.allocated = 0;
    for (uint32_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        run_script(&scripts[i]);
        result = result * 31 + vm.output_hash;
        result = result * 31 + vm.error * 256u + vm.line;
    }
    return result * 31 + vm.collections * 65536 + vm.allocated + vm.output_length;
}
