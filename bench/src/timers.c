/* Time and readiness in a real-time kernel: a timer wheel with three levels, a
 * ready queue with a bitmap of priorities and time slices, a heap of deadlines,
 * event flags, a ring buffer, a mailbox between threads that are functions. */
#include "bench.h"

struct link { struct link *next, *previous; };

static inline void list_init(struct link *l) { l->next = l->previous = l; }
static inline int list_empty(const struct link *l) { return l->next == l; }

static inline void list_append(struct link *list, struct link *item)
{
    item->next = list;
    item->previous = list->previous;
    list->previous->next = item;
    list->previous = item;
}

static inline void list_remove(struct link *item)
{
    item->previous->next = item->next;
    item->next->previous = item->previous;
    item->next = item->previous = item;
}

/* --- Timers --- */

enum { SLOT_BITS = 4, SLOTS = 1 << SLOT_BITS, LEVELS = 3 };

struct timer { struct link link; uint32_t expiry, period; void (*call)(struct timer *); uint32_t data; };
struct wheel { uint32_t now; struct link slots[LEVELS][SLOTS]; uint32_t fired; };

static struct wheel wheel;

KERNEL void wheel_init(struct wheel *w)
{
    w->now = w->fired = 0;
    for (int level = 0; level < LEVELS; level++)
        for (int i = 0; i < SLOTS; i++)
            list_init(&w->slots[level][i]);
}

KERNEL void wheel_add(struct wheel *w, struct timer *t)
{
    uint32_t delta = t->expiry - w->now, level = 0;
    while (level < LEVELS - 1 && delta >= 1u << SLOT_BITS * (level + 1))
        level++;
    uint32_t at = t->expiry >> SLOT_BITS * level & (SLOTS - 1);
    if (delta >= 1u << SLOT_BITS * LEVELS) /* beyond the wheel: the farthest slot */
        at = ((w->now >> SLOT_BITS * level) - 1) & (SLOTS - 1);
    list_append(&w->slots[level][at], &t->link);
}

KERNEL void timer_start(struct timer *t, uint32_t delay, uint32_t period)
{
    if (t->link.next)
        list_remove(&t->link);
    t->expiry = wheel.now + (delay ? delay : 1);
    t->period = period;
    wheel_add(&wheel, t);
}

KERNEL int timer_stop(struct timer *t)
{
    if (!t->link.next || list_empty(&t->link))
        return 0;
    list_remove(&t->link);
    return 1;
}

static void cascade(struct wheel *w, uint32_t level)
{
    struct link *slot = &w->slots[level][w->now >> SLOT_BITS * level & (SLOTS - 1)];
    struct link moved;
    if (list_empty(slot))
        return;
    moved = *slot;
    moved.next->previous = moved.previous->next = &moved;
    list_init(slot);
    while (!list_empty(&moved)) {
        struct timer *t = (struct timer *)moved.next;
        list_remove(&t->link);
        wheel_add(w, t);
    }
}

KERNEL void wheel_tick(struct wheel *w)
{
    w->now++;
    for (uint32_t level = 1; level < LEVELS; level++) {
        if (w->now & ((1u << SLOT_BITS * level) - 1))
            break;
        cascade(w, level);
    }
    struct link *slot = &w->slots[0][w->now & (SLOTS - 1)];
    while (!list_empty(slot)) {
        struct timer *t = (struct timer *)slot->next;
        list_remove(&t->link);
        w->fired++;
        if (t->period) {
            t->expiry += t->period;
            wheel_add(w, t);
        }
        t->call(t);
    }
}

/* --- Threads --- */

enum { PRIORITIES = 32, THREADS = 10, SLICE = 3 };

struct thread {
    struct link link;
    uint8_t priority, ready, slice;
    uint32_t waits_for, got; /* event flags */
    uint32_t ran, deadline;
    void (*body)(struct thread *);
};

struct scheduler { uint32_t map; struct link queues[PRIORITIES]; struct thread *current; uint32_t switches; };

static struct scheduler scheduler;
static struct thread threads[THREADS];

KERNEL void make_ready(struct thread *t)
{
    if (t->ready)
        return;
    t->ready = 1;
    t->slice = SLICE;
    list_append(&scheduler.queues[t->priority], &t->link);
    scheduler.map |= 0x80000000u >> t->priority;
}

KERNEL void make_waiting(struct thread *t)
{
    if (!t->ready)
        return;
    t->ready = 0;
    list_remove(&t->link);
    if (list_empty(&scheduler.queues[t->priority]))
        scheduler.map &= ~(0x80000000u >> t->priority);
}

KERNEL void set_priority(struct thread *t, uint8_t priority)
{
    if (t->ready) {
        make_waiting(t);
        t->priority = priority;
        make_ready(t);
    } else {
        t->priority = priority;
    }
}

KERNEL struct thread *pick(void)
{
    if (!scheduler.map)
        return NULL;
    struct link *queue = &scheduler.queues[__builtin_clz(scheduler.map)];
    struct thread *t = (struct thread *)queue->next;
    if (scheduler.current != t)
        scheduler.switches++;
    if (--t->slice == 0) { /* round robin among equals */
        t->slice = SLICE;
        list_remove(&t->link);
        list_append(queue, &t->link);
    }
    return scheduler.current = t;
}

/* --- Event flags --- */

static uint32_t events;

KERNEL void wait_for(struct thread *t, uint32_t flags)
{
    uint32_t got = events & flags;
    if (got) {
        events &= ~got;
        t->got = got;
        return;
    }
    t->waits_for = flags;
    make_waiting(t);
}

KERNEL void post(uint32_t flags)
{
    events |= flags;
    for (uint32_t i = 0; i < THREADS; i++) {
        struct thread *t = &threads[i];
        uint32_t got = events & t->waits_for;
        if (got) {
            events &= ~got;
            t->got = got;
            t->waits_for = 0;
            make_ready(t);
        }
    }
}

/* --- Deadlines: a binary heap --- */

struct deadlines { struct thread *items[THREADS]; uint32_t count; };

static struct deadlines deadlines;

KERNEL void deadline_push(struct deadlines *d, struct thread *t)
{
    if (d->count == THREADS)
        return;
    uint32_t at = d->count++;
    while (at && (int32_t)(t->deadline - d->items[(at - 1) / 2]->deadline) < 0) {
        d->items[at] = d->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    d->items[at] = t;
}

KERNEL struct thread *deadline_pop(struct deadlines *d)
{
    if (!d->count)
        return NULL;
    struct thread *first = d->items[0], *last = d->items[--d->count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= d->count)
            break;
        if (child + 1 < d->count
            && (int32_t)(d->items[child + 1]->deadline - d->items[child]->deadline) < 0)
            child++;
        if ((int32_t)(last->deadline - d->items[child]->deadline) <= 0)
            break;
        d->items[at] = d->items[child];
        at = child;
    }
    d->items[at] = last;
    return first;
}

/* --- A ring buffer of messages --- */

enum { RING = 16 };

struct ring { uint16_t head, tail; uint32_t items[RING]; };

static struct ring ring;

static int ring_put(struct ring *r, uint32_t item)
{
    if ((uint16_t)(r->head - r->tail) == RING)
        return 0;
    r->items[r->head++ % RING] = item;
    return 1;
}

static int ring_get(struct ring *r, uint32_t *item)
{
    if (r->head == r->tail)
        return 0;
    *item = r->items[r->tail++ % RING];
    return 1;
}

/* --- What runs --- */

static uint32_t digest, lost;
static struct timer timers[12];

static void producer(struct thread *t)
{
    if (!ring_put(&ring, t->ran * 17 + t->priority))
        lost++;
    post(1);
    wait_for(t, 2u << (t - threads));
}

static void consumer(struct thread *t)
{
    uint32_t item;
    while (ring_get(&ring, &item))
        digest = digest * 31 + item;
    wait_for(t, 1);
}

static void worker(struct thread *t)
{
    digest += t->ran ^ t->got;
    if (t->ran % 5 == 0) {
        t->deadline = wheel.now + 7 + t->ran % 3;
        deadline_push(&deadlines, t);
        make_waiting(t);
    }
}

static void wake(struct timer *t)
{
    post(t->data);
}

static void check_deadlines(struct timer *t)
{
    while (deadlines.count && (int32_t)(wheel.now - deadlines.items[0]->deadline) >= 0)
        make_ready(deadline_pop(&deadlines));
    t->data++;
}

static void rotate_priority(struct timer *t)
{
    struct thread *thread = &threads[6 + t->data++ % 4];
    set_priority(thread, (uint8_t)(10 + (thread->priority + 3) % 6));
}

ENTRY(bench_timers)
{
    uint32_t seed = 1961;
    wheel_init(&wheel);
    for (int i = 0; i < PRIORITIES; i++)
        list_init(&scheduler.queues[i]);
    for (uint32_t i = 0; i < THREADS; i++) {
        struct thread *t = &threads[i];
        *t = (struct thread){ .priority = (uint8_t)(i < 5 ? 4 + i / 2 : 10 + i % 3) };
        t->body = i < 5 ? producer : i == 5 ? consumer : worker;
        list_init(&t->link);
        make_ready(t);
    }
    for (uint32_t i = 0; i < 12; i++) {
        timers[i].call = i < 8 ? wake : i < 10 ? check_deadlines : rotate_priority;
        timers[i].data = i < 8 ? 2u << (i % 5) : 0;
        uint32_t delay = next_random(&seed) % 40;
        timer_start(&timers[i], delay, i == 7 ? 300 : 2 + i * 3);
    }
    for (uint32_t tick = 0; tick < 600; tick++) {
        wheel_tick(&wheel);
        struct thread *t = pick();
        if (t) {
            t->ran++;
            t->body(t);
        }
        if (tick % 50 == 31) {
            struct timer *timer = &timers[next_random(&seed) % 12];
            digest += (uint32_t)timer_stop(timer);
            timer_start(timer, next_random(&seed) % 1000, timer->period);
        }
    }
    for (uint32_t i = 0; i < THREADS; i++)
        digest = digest * 31 + threads[i].ran;
    return digest * 31 + wheel.fired + scheduler.switches + lost;
}
