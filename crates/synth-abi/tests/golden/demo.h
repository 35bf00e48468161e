/* The interface of demo.o: contract 1, native model. Made by synth. */
#ifndef SYNTH_DEMO_O_H
#define SYNTH_DEMO_O_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdarg.h>

#ifdef __cplusplus
#define SYNTH_ASSERT(what) static_assert(what, #what)
extern "C" {
#elif __STDC_VERSION__ >= 201112L
#define SYNTH_ASSERT(what) _Static_assert(what, #what)
#else
#define SYNTH_ASSERT(what) SYNTH_ASSERT_IN(what, __LINE__)
#define SYNTH_ASSERT_IN(what, line) SYNTH_ASSERT_AT(what, line)
#define SYNTH_ASSERT_AT(what, line) extern char synth_assert_##line[(what) ? 1 : -1]
#endif

/* Define SYNTH_NO_TYPES where other headers define these types: then they are
   only checked. */
#ifndef SYNTH_NO_TYPES
struct buffer;
struct flags;
struct hidden;
struct node;
struct owner;
struct packet;
struct point;
struct tail;
union Option;
union word;
struct point {
    short x;
    short y;
};
enum __attribute__((packed)) colour {
    RED = 0,
    GREEN = 300,
    BLUE = 301
};
typedef uint8_t u8;
union Option {
    u8 byte;
    uint16_t half;
};
typedef struct {
    u8 kind;
    uint32_t length;
} bool_t;
struct flags {
    unsigned int mode : 3;
    unsigned int level : 5;
    uint8_t rest;
};
union word {
    int i;
    float f;
    uint8_t bytes[4];
};
typedef struct node node_t;
struct node {
    struct node *next;
    struct owner *owner;
    uint16_t value;
};
typedef struct {
    int key;
} key_t_;
typedef int (*callback_t)(struct point, void *context);
typedef enum __attribute__((packed)) {
    IDLE = 0,
    BUSY = 1
} state_t;
typedef struct {
    struct {
        int a;
    } inner;
    union {
        int u;
        char c;
    };
    enum __attribute__((packed)) {
        OFF = 0,
        ON = 1
    } state;
} mixed_t;
struct owner {
    node_t first;
    node_t *all[4];
    void (*notify)(struct owner *, int);
};
struct buffer {
    char data[16] __attribute__((aligned(16)));
    size_t used;
    bool full;
};
struct tail {
    int count;
    int items[];
};
struct __attribute__((packed)) packet {
    uint8_t kind;
    uint32_t length;
    char data[3];
};
#endif

SYNTH_ASSERT(sizeof(struct point) == 4);
SYNTH_ASSERT(offsetof(struct point, x) == 0);
SYNTH_ASSERT(offsetof(struct point, y) == 2);
SYNTH_ASSERT(sizeof(enum colour) == 2);
SYNTH_ASSERT(sizeof(union Option) == 2);
SYNTH_ASSERT(offsetof(union Option, byte) == 0);
SYNTH_ASSERT(offsetof(union Option, half) == 0);
SYNTH_ASSERT(sizeof(bool_t) == 8);
SYNTH_ASSERT(offsetof(bool_t, kind) == 0);
SYNTH_ASSERT(offsetof(bool_t, length) == 4);
SYNTH_ASSERT(sizeof(struct flags) == 4);
SYNTH_ASSERT(offsetof(struct flags, rest) == 1);
SYNTH_ASSERT(sizeof(union word) == 4);
SYNTH_ASSERT(offsetof(union word, i) == 0);
SYNTH_ASSERT(offsetof(union word, f) == 0);
SYNTH_ASSERT(offsetof(union word, bytes) == 0);
SYNTH_ASSERT(sizeof(struct node) == 12);
SYNTH_ASSERT(offsetof(struct node, next) == 0);
SYNTH_ASSERT(offsetof(struct node, owner) == 4);
SYNTH_ASSERT(offsetof(struct node, value) == 8);
SYNTH_ASSERT(sizeof(key_t_) == 4);
SYNTH_ASSERT(offsetof(key_t_, key) == 0);
SYNTH_ASSERT(sizeof(state_t) == 1);
SYNTH_ASSERT(sizeof(mixed_t) == 12);
SYNTH_ASSERT(offsetof(mixed_t, inner) == 0);
SYNTH_ASSERT(offsetof(mixed_t, state) == 8);
SYNTH_ASSERT(sizeof(struct owner) == 32);
SYNTH_ASSERT(offsetof(struct owner, first) == 0);
SYNTH_ASSERT(offsetof(struct owner, all) == 12);
SYNTH_ASSERT(offsetof(struct owner, notify) == 28);
SYNTH_ASSERT(sizeof(struct buffer) == 32);
SYNTH_ASSERT(offsetof(struct buffer, data) == 0);
SYNTH_ASSERT(offsetof(struct buffer, used) == 16);
SYNTH_ASSERT(offsetof(struct buffer, full) == 20);
SYNTH_ASSERT(sizeof(struct tail) == 4);
SYNTH_ASSERT(offsetof(struct tail, count) == 0);
SYNTH_ASSERT(offsetof(struct tail, items) == 4);
SYNTH_ASSERT(sizeof(struct packet) == 8);
SYNTH_ASSERT(offsetof(struct packet, kind) == 0);
SYNTH_ASSERT(offsetof(struct packet, length) == 1);
SYNTH_ASSERT(offsetof(struct packet, data) == 5);

/* Defined by the object. */
int area(struct point a, const struct point *b, enum colour c);
u8 checksum(const u8 *bytes, size_t count, union Option option, bool_t *flag);
union word convert(struct flags flags, union word w, unsigned char);
node_t *find(node_t *list, uint16_t value, bool (*match)(const node_t *));
key_t_ lock(volatile uint32_t *reg);
mixed_t *mix(struct hidden *h, callback_t cb, state_t state);
char *const *names(void);
void send(const struct packet *packets, int count);
long long sum(struct tail *tail, double scale, float f, struct buffer *into);
int (*table(int i))(struct point, void *);
double undeclared(int32_t, int64_t);

#ifndef SYNTH_NO_IMPORTS

/* To be defined by the host. */
int host_vlog(const char *format, va_list arguments);
void host_sleep(unsigned long ticks);
/* double host_undeclared(int32_t, int64_t); as the machine sees it */
extern struct owner host_owners[3];
extern volatile uint32_t host_ticks;
#endif

/* An object of another contract does not define this symbol: the linker says so. */
#if defined(__arm__) && !defined(SYNTH_NO_NOTE)
__asm__(
    "    .pushsection .note.synth.contract, \"a\", %note\n"
    "    .balign 4\n"
    "    .long 6, 4, 1\n"
    "    .asciz \"synth\"\n"
    "    .balign 4\n"
    "    .long __synth_contract_v1_native\n"
    "    .popsection\n");
#endif

#ifdef __cplusplus
}
#endif
#undef SYNTH_ASSERT
#undef SYNTH_ASSERT_IN
#undef SYNTH_ASSERT_AT
#endif
