/* The host of the objects in this directory. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

void print(const char *text);
void print_number(int32_t number);

static int failures;
static void check(const char *what, int64_t is, int64_t should) {
    if (is != should) {
        print(what);
        print(" is ");
        print_number((int32_t)is);
        print("\n");
        failures++;
    }
}

/* sem.c */
struct list { void *head, *tail; };
struct k_sem { struct list wait_q; unsigned count, limit; };
void sem_give(struct k_sem *sem);
static int locked, readied;
static void *waiting;
int host_lock(void) { locked++; return 1234; }
void host_unlock(int key) { locked -= key == 1234; }
void *host_unpend(struct list *queue) { void *first = queue->head; queue->head = NULL; return first; }
void host_ready(void *thread, int status) { readied += thread == &waiting && status == 0; }

static void semaphores(void) {
    struct k_sem sem = {{NULL, NULL}, 1, 2};
    sem_give(&sem);
    check("count", sem.count, 2);
    sem_give(&sem);
    check("full", sem.count, 2);
    sem.wait_q.head = &waiting;
    sem_give(&sem);
    check("count of waiting", sem.count, 2);
    check("readied", readied, 1);
    check("locked", locked, 0);
}

/* statics.c */
int host_counter = 5;
int host_table[4] = {1, 2, 3, 4};
const char host_name[] = "host";
extern int shared, buffer[16], kept;
extern const int limit;
extern char wide_buffer[64];
struct __attribute__((packed)) odd { char tag; int *place; short rest; };
extern struct odd odd;
extern const int __start_registry[], __stop_registry[];
int next_call(void), flag(int), square(int), host_sum(void), beyond(void), keep(int);
const char *word(int);
int *place(int), *host_place(int);
uintptr_t alignment(void);

static void statics(void) {
    check("first call", next_call(), 1);
    check("second call", next_call(), 2);
    check("flag", flag(1), 18);
    check("flag again", flag(1), 18);
    check("square", square(4), 16);
    check("word", strcmp(word(2), "two"), 0);
    check("place", (intptr_t)place(0), (intptr_t)&shared);
    check("place with offset", (intptr_t)place(1), (intptr_t)&buffer[3]);
    check("place of the host", (intptr_t)place(2), (intptr_t)&host_table[2]);
    check("null place", (intptr_t)place(3), 0);
    check("shared", shared, 40);
    check("limit", limit, 99);
    check("sum", host_sum(), 10 + 5 + 'o');
    check("counter", host_counter, 6);
    check("host place", (intptr_t)host_place(1), (intptr_t)&host_table[1]);
    buffer[15] = 1000;
    check("beyond", beyond(), 4 + 1000 + 99);
    check("alignment", alignment(), 0);
    check("wide buffer", (uintptr_t)wide_buffer % 64, 0);
    check("odd", odd.tag == 'o' && odd.place == &host_counter && odd.rest == 7, 1);
    kept = 9;
    check("kept", keep(10), 9);
    check("kept now", kept, 10);
    check("registry", __stop_registry - __start_registry, 2);
    check("entries", __start_registry[0] + __start_registry[1], 33);
}

/* pointers.c */
typedef int (*binary)(int, int);
extern binary current;
int host_add(int a, int b) { return a + b; }
int replaced(int x) { return x + 100; }
int apply(binary, int, int), run_current(int, int), is_subtract(binary), call_maybe(int);
int read_maybe(void), use_replaceable(int), second_name(int, int);
binary operation(int);
void choose(binary);
int64_t wide(int64_t (*)(int, int64_t), int64_t);
static int divide(int a, int b) { return a / b; }
static int64_t negate(int one, int64_t x) { return one == 1 ? -x : 0; }

static void pointers(void) {
    check("the host's function", apply(divide, 42, 6), 7);
    check("by table", operation(2)(6, 7), 42);
    check("the host's by table", (intptr_t)operation(0), (intptr_t)host_add);
    check("null", (intptr_t)operation(3), 0);
    check("static", run_current(9, 4), 5);
    check("comparison", is_subtract(current), 1);
    choose(divide);
    check("chosen", run_current(9, 3), 3);
    current = host_add;
    check("by the host", run_current(9, 3), 12);
#ifdef MAYBE
    check("defined", call_maybe(3), 33);
    check("defined data", read_maybe(), 44);
#else
    check("missing", call_maybe(3), -1);
    check("missing data", read_maybe(), -2);
#endif
    check("replaced", use_replaceable(1), 10 * 2 + 101);
    check("second name", second_name(3, 4), 48);
    check("wide", wide(negate, 0x1234567890), -0x1234567890 + 1);
}
#ifdef MAYBE
int maybe(int x) { return 11 * x; }
int maybe_data = 44;
#endif

/* init.c */
int init_state(void);
extern void (*__init_array_start[])(void), (*__init_array_end[])(void);
extern void (*__fini_array_start[])(void), (*__fini_array_end[])(void);
static int notes;
void host_note(int what) { notes = 10 * notes + what; }

static void constructors(void) {
    check("state", init_state(), 5 * 2 + 1);
    check("order", notes, 123);
    notes = 0;
    for (void (**f)(void) = __fini_array_end; f > __fini_array_start;) {
        (*--f)();
    }
    check("order at the end", notes, 45);
}

int main(void) {
    semaphores();
    statics();
    pointers();
    constructors();
    if (!failures) {
        print("ok\n");
    }
    return failures;
}
