/* Primitives of a real-time kernel: a semaphore, a mutex with recursion and
 * priority inheritance, a message queue, over doubly linked wait queues. */
#include "bench.h"

struct node { struct node *next, *previous; };
struct queue { struct node *head, *tail; };

struct thread {
    struct node node;
    int32_t result;
    int8_t priority, base_priority;
    uint8_t ready;
    void *data;
};

struct sem { struct queue waiters; uint32_t count, limit; };
struct mutex { struct queue waiters; struct thread *owner; uint32_t depth; };
struct msgq { struct queue waiters; uint32_t size, limit, used; uint8_t *start, *end, *read, *write; };

static uint32_t lock_depth, switches;
static struct thread *current;

KERNEL uint32_t lock(void) { return lock_depth++; }
KERNEL void unlock(uint32_t key) { lock_depth = key; }
KERNEL void reschedule(uint32_t key) { switches++; lock_depth = key; }
KERNEL void ready(struct thread *t) { t->ready = 1; }

KERNEL void queue_init(struct queue *q)
{
    q->head = q->tail = (struct node *)q;
}

KERNEL struct thread *unpend(struct queue *q)
{
    struct node *n = q->head;
    if (n == (struct node *)q)
        return NULL;
    n->previous->next = n->next;
    n->next->previous = n->previous;
    return (struct thread *)n;
}

KERNEL int pend(uint32_t key, struct queue *q)
{
    struct node *at = q->head;
    while (at != (struct node *)q && ((struct thread *)at)->priority <= current->priority)
        at = at->next;
    struct node *n = &current->node;
    n->next = at;
    n->previous = at->previous;
    at->previous->next = n;
    at->previous = n;
    current->ready = 0;
    reschedule(key);
    return current->result;
}

KERNEL void sem_give(struct sem *s)
{
    uint32_t key = lock();
    struct thread *t = unpend(&s->waiters);
    if (t) {
        t->result = 0;
        ready(t);
    } else {
        s->count += s->count != s->limit;
    }
    reschedule(key);
}

KERNEL int sem_take(struct sem *s, int64_t timeout)
{
    uint32_t key = lock();
    if (s->count > 0) {
        s->count--;
        unlock(key);
        return 0;
    }
    if (timeout == 0) {
        unlock(key);
        return -16;
    }
    return pend(key, &s->waiters);
}

KERNEL void sem_reset(struct sem *s)
{
    uint32_t key = lock();
    for (;;) {
        struct thread *t = unpend(&s->waiters);
        if (!t)
            break;
        t->result = -11;
        ready(t);
    }
    s->count = 0;
    reschedule(key);
}

KERNEL int mutex_lock(struct mutex *m, int64_t timeout)
{
    uint32_t key = lock();
    if (m->depth == 0 || m->owner == current) {
        m->depth++;
        m->owner = current;
        unlock(key);
        return 0;
    }
    if (timeout == 0) {
        unlock(key);
        return -16;
    }
    if (current->priority < m->owner->priority)
        m->owner->priority = current->priority;
    return pend(key, &m->waiters);
}

KERNEL int mutex_unlock(struct mutex *m)
{
    if (!m->owner)
        return -22;
    if (m->owner != current)
        return -1;
    uint32_t key = lock();
    if (m->depth > 1) {
        m->depth--;
        unlock(key);
        return 0;
    }
    current->priority = current->base_priority;
    struct thread *t = unpend(&m->waiters);
    m->owner = t;
    if (t) {
        t->result = 0;
        ready(t);
    } else {
        m->depth = 0;
    }
    reschedule(key);
    return 0;
}

KERNEL void copy(uint8_t *to, const uint8_t *from, uint32_t n)
{
    while (n--)
        *to++ = *from++;
}

KERNEL int msgq_put(struct msgq *q, const void *data)
{
    uint32_t key = lock();
    if (q->used == q->limit) {
        unlock(key);
        return -35;
    }
    struct thread *t = unpend(&q->waiters);
    if (t) {
        copy(t->data, data, q->size);
        t->result = 0;
        ready(t);
        reschedule(key);
        return 0;
    }
    copy(q->write, data, q->size);
    q->write += q->size;
    if (q->write == q->end)
        q->write = q->start;
    q->used++;
    unlock(key);
    return 0;
}

KERNEL int msgq_get(struct msgq *q, void *data, int64_t timeout)
{
    uint32_t key = lock();
    if (q->used > 0) {
        copy(data, q->read, q->size);
        q->read += q->size;
        if (q->read == q->end)
            q->read = q->start;
        q->used--;
        unlock(key);
        return 0;
    }
    if (timeout == 0) {
        unlock(key);
        return -35;
    }
    current->data = data;
    return pend(key, &q->waiters);
}

static struct thread threads[6];
static struct sem sem;
static struct mutex mutex;
static struct msgq msgq;
static uint8_t buffer[4 * 8];

ENTRY(bench_sem)
{
    uint32_t seed = 8, result = 0;
    queue_init(&sem.waiters);
    queue_init(&mutex.waiters);
    queue_init(&msgq.waiters);
    sem.count = 2;
    sem.limit = 3;
    mutex.owner = NULL;
    mutex.depth = 0;
    msgq.size = 4;
    msgq.limit = 8;
    msgq.used = 0;
    msgq.start = msgq.read = msgq.write = buffer;
    msgq.end = buffer + sizeof buffer;
    lock_depth = switches = 0;
    for (int i = 0; i < 6; i++) {
        threads[i].priority = threads[i].base_priority = (int8_t)(i * 3 % 5);
        threads[i].ready = 1;
    }
    for (int i = 0; i < 400; i++) {
        uint32_t r = next_random(&seed), message = r;
        current = &threads[r % 6];
        if (!current->ready)
            continue;
        switch (r >> 8 & 7) {
        case 0: case 1: sem_give(&sem); break;
        case 2: case 3: result += (uint32_t)sem_take(&sem, (int64_t)(r >> 16 & 1)); break;
        case 4: result += (uint32_t)mutex_lock(&mutex, (int64_t)(r >> 16 & 1)); break;
        case 5: result += (uint32_t)mutex_unlock(&mutex); break;
        case 6: result += (uint32_t)msgq_put(&msgq, &message); break;
        default: result += (uint32_t)msgq_get(&msgq, &message, 0) ^ message; break;
        }
        if (i % 50 == 49)
            sem_reset(&sem);
        result = result * 3 + sem.count + msgq.used + mutex.depth + switches;
    }
    return result;
}
