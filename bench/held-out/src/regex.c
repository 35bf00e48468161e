/* Regular expressions for filters of a log: a recursive compiler to a program
 * of a few instructions, simulated by sets of threads in one pass over the
 * text; classes, repetition, alternatives, groups, anchors. */
#include "../../src/bench.h"

enum { PROGRAM = 96, CLASSES = 8, SAVED = 6, DEPTH = 12 };

enum opcode { CHAR, ANY, CLASS, SPLIT, JUMP, SAVE, START, END, MATCH };

struct instruction {
    uint8_t opcode;
    uint8_t c;              /* letter, class or place */
    uint8_t prefers_second; /* of a split */
    uint16_t x, y;
};

struct regex {
    struct instruction program[PROGRAM];
    uint32_t classes[CLASSES][4]; /* sets of 128 letters */
    uint16_t length;
    uint8_t class_count, groups, error;
    const uint8_t *at;
};

struct thread { uint16_t pc; uint8_t saved[SAVED]; };

struct threads { struct thread list[PROGRAM]; uint16_t count; };

struct matcher {
    const struct regex *regex;
    struct threads a, b;
    uint16_t mark[PROGRAM]; /* the step in which a place was added last */
    uint16_t step;
    const uint8_t *text;
    uint8_t length, best[SAVED];
};

static struct instruction *emit(struct regex *r, uint8_t opcode, uint8_t c)
{
    if (r->length == PROGRAM) {
        r->error = 1;
        r->length--;
    }
    struct instruction *i = &r->program[r->length++];
    *i = (struct instruction){ opcode, c, 0, 0, 0 };
    return i;
}

/* Makes room for an instruction; what jumps over the place moves along. */
KERNEL void insert(struct regex *r, uint16_t place)
{
    emit(r, JUMP, 0);
    for (uint16_t i = (uint16_t)(r->length - 1); i > place; i--) {
        r->program[i] = r->program[i - 1];
        if (r->program[i].x >= place)
            r->program[i].x++;
        if (r->program[i].y >= place)
            r->program[i].y++;
    }
}

static inline void add_letter(uint32_t *set, uint8_t c) { set[c >> 5 & 3] |= 1u << (c & 31); }

KERNEL void named_class(uint32_t *set, uint8_t name)
{
    uint32_t negate = name >= 'A' && name <= 'Z' ? 0xffffffff : 0;
    uint32_t made[4] = { 0 };
    switch (name | 32) {
    case 'd':
        for (uint8_t c = '0'; c <= '9'; c++)
            add_letter(made, c);
        break;
    case 'w':
        for (uint8_t c = 0; c < 128; c++)
            if ((c | 32) >= 'a' && (c | 32) <= 'z')
                add_letter(made, c);
        for (uint8_t c = '0'; c <= '9'; c++)
            add_letter(made, c);
        add_letter(made, '_');
        break;
    case 's':
        add_letter(made, ' ');
        add_letter(made, '\t');
        add_letter(made, '\n');
        break;
    default:
        negate = 0;
        add_letter(made, name);
    }
    for (int i = 0; i < 4; i++)
        set[i] |= made[i] ^ negate;
}

KERNEL void parse_class(struct regex *r)
{
    if (r->class_count == CLASSES) {
        r->error = 1;
        return;
    }
    uint32_t *set = r->classes[r->class_count];
    int negate = *r->at == '^';
    for (int i = 0; i < 4; i++)
        set[i] = 0;
    if (negate)
        r->at++;
    while (*r->at && *r->at != ']') {
        uint8_t c = *r->at++;
        if (c == '\\' && *r->at) {
            named_class(set, *r->at++);
        } else if (r->at[0] == '-' && r->at[1] && r->at[1] != ']') {
            for (uint8_t last = r->at[1]; c <= last; c++)
                add_letter(set, c);
            r->at += 2;
        } else {
            add_letter(set, c);
        }
    }
    if (negate)
        for (int i = 0; i < 4; i++)
            set[i] = ~set[i];
    if (*r->at)
        r->at++;
    else
        r->error = 1;
    emit(r, CLASS, r->class_count++);
}

static void parse_alternatives(struct regex *r, int depth);

KERNEL void parse_atom(struct regex *r, int depth)
{
    uint8_t c = *r->at++;
    switch (c) {
    case '.': emit(r, ANY, 0); break;
    case '^': emit(r, START, 0); break;
    case '$': emit(r, END, 0); break;
    case '[': parse_class(r); break;
    case '(': {
        uint8_t group = ++r->groups;
        if (2 * group + 1 < SAVED)
            emit(r, SAVE, (uint8_t)(2 * group));
        parse_alternatives(r, depth + 1);
        if (2 * group + 1 < SAVED)
            emit(r, SAVE, (uint8_t)(2 * group + 1));
        if (*r->at == ')')
            r->at++;
        else
            r->error = 1;
        break;
    }
    case '\\':
        if ((*r->at | 32) == 'd' || (*r->at | 32) == 'w' || (*r->at | 32) == 's') {
            if (r->class_count == CLASSES) {
                r->error = 1;
                break;
            }
            uint32_t *set = r->classes[r->class_count];
            set[0] = set[1] = set[2] = set[3] = 0;
            named_class(set, *r->at);
            emit(r, CLASS, r->class_count++);
        } else {
            emit(r, CHAR, *r->at);
        }
        if (*r->at)
            r->at++;
        break;
    default: emit(r, CHAR, c);
    }
}

KERNEL void parse_sequence(struct regex *r, int depth)
{
    while (*r->at && *r->at != '|' && *r->at != ')') {
        uint16_t start = r->length;
        parse_atom(r, depth);
        uint8_t sign = *r->at;
        if (sign != '*' && sign != '+' && sign != '?')
            continue;
        uint8_t lazy = *++r->at == '?';
        if (lazy)
            r->at++;
        struct instruction *split;
        if (sign == '+') {
            uint16_t here = r->length;
            split = emit(r, SPLIT, 0);
            split->x = start;
            split->y = (uint16_t)(here + 1);
        } else {
            insert(r, start);
            split = &r->program[start];
            *split = (struct instruction){ SPLIT, 0, 0, (uint16_t)(start + 1), 0 };
            if (sign == '*')
                emit(r, JUMP, 0)->x = start;
            split->y = r->length;
        }
        split->prefers_second = lazy;
    }
}

static void parse_alternatives(struct regex *r, int depth)
{
    uint16_t start = r->length;
    if (depth > DEPTH) {
        r->error = 1;
        return;
    }
    parse_sequence(r, depth);
    while (*r->at == '|') {
        r->at++;
        insert(r, start);
        uint16_t jump = r->length;
        emit(r, JUMP, 0);
        r->program[start] = (struct instruction){ SPLIT, 0, 0, (uint16_t)(start + 1), r->length };
        parse_sequence(r, depth);
        r->program[jump].x = r->length;
    }
}

KERNEL int regex_compile(struct regex *r, const uint8_t *pattern)
{
    r->at = pattern;
    r->length = 0;
    r->class_count = r->groups = r->error = 0;
    emit(r, SAVE, 0);
    parse_alternatives(r, 0);
    emit(r, SAVE, 1);
    emit(r, MATCH, 0);
    return *r->at || r->error ? -1 : r->length;
}

KERNEL void add_thread(struct matcher *m, struct threads *to, uint16_t pc, uint8_t at, uint8_t *saved)
{
    if (m->mark[pc] == m->step)
        return;
    m->mark[pc] = m->step;
    const struct instruction *i = &m->regex->program[pc];
    switch (i->opcode) {
    case JUMP: add_thread(m, to, i->x, at, saved); break;
    case SPLIT:
        add_thread(m, to, i->prefers_second ? i->y : i->x, at, saved);
        add_thread(m, to, i->prefers_second ? i->x : i->y, at, saved);
        break;
    case SAVE: {
        uint8_t old = saved[i->c];
        saved[i->c] = at;
        add_thread(m, to, (uint16_t)(pc + 1), at, saved);
        saved[i->c] = old;
        break;
    }
    case START:
        if (at == 0)
            add_thread(m, to, (uint16_t)(pc + 1), at, saved);
        break;
    case END:
        if (at == m->length)
            add_thread(m, to, (uint16_t)(pc + 1), at, saved);
        break;
    default: {
        struct thread *t = &to->list[to->count++];
        t->pc = pc;
        for (int k = 0; k < SAVED; k++)
            t->saved[k] = saved[k];
    }
    }
}

KERNEL int accepts(const struct regex *r, const struct instruction *i, uint8_t c)
{
    switch (i->opcode) {
    case CHAR: return i->c == c;
    case ANY: return c != '\n';
    case CLASS: return c < 128 && r->classes[i->c][c >> 5] >> (c & 31) & 1;
    default: return 0;
    }
}

/* Searches a text; whether it matches, and where its groups are. */
KERNEL int regex_search(struct matcher *m, const struct regex *r, const uint8_t *text)
{
    struct threads *now = &m->a, *then = &m->b;
    uint8_t saved[SAVED], found = 0;
    m->regex = r;
    m->text = text;
    for (m->length = 0; text[m->length]; m->length++) {}
    for (int i = 0; i < SAVED; i++)
        saved[i] = m->best[i] = 0xff;
    for (int i = 0; i < PROGRAM; i++)
        m->mark[i] = 0;
    m->step = 1;
    now->count = 0;
    for (uint8_t at = 0;; at++) {
        if (!found)
            add_thread(m, now, 0, at, saved);
        if (!now->count && found)
            break;
        m->step++;
        then->count = 0;
        for (uint16_t t = 0; t < now->count; t++) {
            struct thread *thread = &now->list[t];
            const struct instruction *i = &r->program[thread->pc];
            if (i->opcode == MATCH) {
                for (int k = 0; k < SAVED; k++)
                    m->best[k] = thread->saved[k];
                found = 1;
                break; /* the rest is of less priority */
            }
            if (at < m->length && accepts(r, i, text[at]))
                add_thread(m, then, (uint16_t)(thread->pc + 1), (uint8_t)(at + 1), thread->saved);
        }
        if (at == m->length)
            break;
        struct threads *t = now;
        now = then;
        then = t;
    }
    return found;
}

static const char *const patterns[] = {
    "err(or|no)?[ :]+(\\d+)", "^\\[[0-9.]+\\] (\\w+): (.*)$", "(a|b)*c|x+?y", "0x[0-9a-fA-F]+", "[^ ]+@[a-z.]+\\.(com|org)",
    "(un)?balanced(", "t.*?(m)\\w+",
};

static const char *const lines[] = {
    "[12.0431] uart: error 17 in frame 0x1F8", "[12.9] net: sent to ops@plant.example.org", "ababbabac xxxxy",
    "watchdog errno: 5, restarting motor task", "[13.5] temperature of the mixer: 88.5 degrees",
};

static struct regex regex;
static struct matcher matcher;

ENTRY(bench_regex)
{
    uint32_t result = 0;
    for (uint32_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
        int length = regex_compile(&regex, (const uint8_t *)patterns[p]);
        result = result * 31 + (uint32_t)length;
        if (length < 0)
            continue;
        for (uint32_t l = 0; l < sizeof lines / sizeof *lines; l++) {
            int found = regex_search(&matcher, &regex, (const uint8_t *)lines[l]);
            result = result * 31 + (uint32_t)found;
            for (int i = 0; i < SAVED; i++)
                result = result * 31 + matcher.best[i];
        }
    }
    return result;
}
