// What the primitives are measured on. `scenario_PRIMITIVE__CASE` sets the
// objects up without a primitive and calls PRIMITIVE; instructions of the
// primitives are counted, those here are not.
#define LOG(name, value) ((void)(value))
#include "mock.h"

#define SCENARIO(primitive, name) void scenario_##primitive##__##name(void)
#define NO_WAIT ((k_timeout_t){0})
#define FOREVER ((k_timeout_t){-1})

// Not made into calls of themselves.
void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    volatile char *out = to;
    for (const char *in = from; size--;) {
        *out++ = *in++;
    }
    return to;
}

__attribute__((alias("memcpy"))) void *__aeabi_memcpy(void *restrict, const void *restrict, size_t);

void *memset(void *to, int value, size_t size)
{
    for (volatile char *out = to; size--;) {
        *out++ = value;
    }
    return to;
}

void vprintk(const char *format, va_list list)
{
    (void)format;
    (void)list;
}

void printk(const char *format, ...)
{
    (void)format;
}

static struct k_thread threads[3];

static void start(struct wait_queue *queue, int waiters)
{
    if (queue) {
        queue->list.next = queue->list.prev = &queue->list;
    }
    for (int i = 0; i < 3; i++) {
        threads[i] = (struct k_thread){.prio = 4 - i};
    }
    _kernel.cpus[0].current = &threads[2];
    for (int i = 0; i < waiters; i++) {
        list_append(&queue->list, &threads[i].node);
        threads[i].pended_on = queue;
    }
}

static struct k_sem sem;

static void start_sem(uint32_t count, int waiters)
{
    start(&sem.wait_q, waiters);
    sem.count = count;
    sem.limit = 3;
}

SCENARIO(z_impl_k_sem_init, once)
{
    z_impl_k_sem_init(&sem, 1, 3);
}

SCENARIO(z_impl_k_sem_give, count)
{
    start_sem(1, 0);
    z_impl_k_sem_give(&sem);
}

SCENARIO(z_impl_k_sem_give, full)
{
    start_sem(3, 0);
    z_impl_k_sem_give(&sem);
}

SCENARIO(z_impl_k_sem_give, waiter)
{
    start_sem(0, 1);
    z_impl_k_sem_give(&sem);
}

SCENARIO(z_impl_k_sem_take, count)
{
    start_sem(1, 0);
    z_impl_k_sem_take(&sem, FOREVER);
}

SCENARIO(z_impl_k_sem_take, busy)
{
    start_sem(0, 0);
    z_impl_k_sem_take(&sem, NO_WAIT);
}

SCENARIO(z_impl_k_sem_take, wait)
{
    start_sem(0, 0);
    z_impl_k_sem_take(&sem, FOREVER);
}

SCENARIO(z_impl_k_sem_reset, waiters)
{
    start_sem(1, 2);
    z_impl_k_sem_reset(&sem);
}

static struct k_mutex mutex;

static void start_mutex(struct k_thread *owner, uint32_t count, int waiters)
{
    start(&mutex.wait_q, waiters);
    mutex.owner = owner;
    mutex.lock_count = count;
    mutex.owner_orig_prio = 3;
}

SCENARIO(z_impl_k_mutex_init, once)
{
    z_impl_k_mutex_init(&mutex);
}

SCENARIO(z_impl_k_mutex_lock, free)
{
    start_mutex(NULL, 0, 0);
    z_impl_k_mutex_lock(&mutex, FOREVER);
}

SCENARIO(z_impl_k_mutex_lock, again)
{
    start_mutex(&threads[2], 1, 0);
    z_impl_k_mutex_lock(&mutex, FOREVER);
}

SCENARIO(z_impl_k_mutex_lock, busy)
{
    start_mutex(&threads[1], 1, 0);
    z_impl_k_mutex_lock(&mutex, NO_WAIT);
}

SCENARIO(z_impl_k_mutex_lock, timeout)
{
    start_mutex(&threads[0], 1, 0);
    z_impl_k_mutex_lock(&mutex, FOREVER);
}

SCENARIO(z_impl_k_mutex_unlock, once)
{
    start_mutex(&threads[2], 1, 0);
    z_impl_k_mutex_unlock(&mutex);
}

SCENARIO(z_impl_k_mutex_unlock, again)
{
    start_mutex(&threads[2], 2, 0);
    z_impl_k_mutex_unlock(&mutex);
}

SCENARIO(z_impl_k_mutex_unlock, waiter)
{
    start_mutex(&threads[2], 1, 1);
    z_impl_k_mutex_unlock(&mutex);
}

static struct k_stack stack;
static uintptr_t words[4], word;

static void start_stack(int used, int waiters)
{
    start(&stack.wait_q, waiters);
    stack.base = words;
    stack.next = words + used;
    stack.top = words + 4;
}

SCENARIO(k_stack_init, once)
{
    k_stack_init(&stack, words, 4);
}

SCENARIO(z_impl_k_stack_push, room)
{
    start_stack(1, 0);
    z_impl_k_stack_push(&stack, 5);
}

SCENARIO(z_impl_k_stack_push, waiter)
{
    start_stack(0, 1);
    z_impl_k_stack_push(&stack, 5);
}

SCENARIO(z_impl_k_stack_push, full)
{
    start_stack(4, 0);
    z_impl_k_stack_push(&stack, 5);
}

SCENARIO(z_impl_k_stack_pop, item)
{
    start_stack(2, 0);
    z_impl_k_stack_pop(&stack, &word, FOREVER);
}

SCENARIO(z_impl_k_stack_pop, wait)
{
    start_stack(0, 0);
    z_impl_k_stack_pop(&stack, &word, FOREVER);
}

static struct k_msgq msgq;
static char messages[32], message[8];

static void start_msgq(uint32_t used, int waiters)
{
    start(&msgq.wait_q, waiters);
    msgq.msg_size = 8;
    msgq.max_msgs = 4;
    msgq.buffer_start = messages;
    msgq.buffer_end = messages + 32;
    msgq.read_ptr = messages + 24;
    msgq.write_ptr = messages + (24 + 8 * used) % 32;
    msgq.used_msgs = used;
    for (int i = 0; i < 3; i++) {
        threads[i].swap_data = message;
    }
}

SCENARIO(k_msgq_init, once)
{
    k_msgq_init(&msgq, messages, 8, 4);
}

SCENARIO(z_impl_k_msgq_put, room)
{
    start_msgq(0, 0);
    z_impl_k_msgq_put(&msgq, message, FOREVER);
}

SCENARIO(z_impl_k_msgq_put, waiter)
{
    start_msgq(0, 1);
    z_impl_k_msgq_put(&msgq, message, FOREVER);
}

SCENARIO(z_impl_k_msgq_put, wait)
{
    start_msgq(4, 0);
    z_impl_k_msgq_put(&msgq, message, FOREVER);
}

SCENARIO(z_impl_k_msgq_get, item)
{
    start_msgq(2, 0);
    z_impl_k_msgq_get(&msgq, message, FOREVER);
}

SCENARIO(z_impl_k_msgq_get, writer)
{
    start_msgq(4, 1);
    z_impl_k_msgq_get(&msgq, message, FOREVER);
}

SCENARIO(z_impl_k_msgq_get, empty)
{
    start_msgq(0, 0);
    z_impl_k_msgq_get(&msgq, message, NO_WAIT);
}

SCENARIO(z_impl_k_msgq_purge, writers)
{
    start_msgq(4, 2);
    z_impl_k_msgq_purge(&msgq);
}

static struct k_queue queue;
static struct slist_node items[4];

static void start_queue(int used, int waiters)
{
    start(&queue.wait_q, waiters);
    for (int i = 0; i < 3; i++) {
        items[i].next = i + 1 < used ? &items[i + 1] : NULL;
    }
    queue.data_q.head = used ? &items[0] : NULL;
    queue.data_q.tail = used ? &items[used - 1] : NULL;
}

SCENARIO(z_impl_k_queue_init, once)
{
    z_impl_k_queue_init(&queue);
}

SCENARIO(k_queue_append, used)
{
    start_queue(2, 0);
    k_queue_append(&queue, &items[3]);
}

SCENARIO(k_queue_append, waiter)
{
    start_queue(0, 1);
    k_queue_append(&queue, &items[3]);
}

SCENARIO(k_queue_prepend, empty)
{
    start_queue(0, 0);
    k_queue_prepend(&queue, &items[3]);
}

SCENARIO(k_queue_append_list, waiter)
{
    start_queue(0, 1);
    items[0].next = &items[1];
    items[1].next = NULL;
    k_queue_append_list(&queue, &items[0], &items[1]);
}

SCENARIO(k_queue_remove, last)
{
    start_queue(3, 0);
    k_queue_remove(&queue, &items[2]);
}

SCENARIO(z_impl_k_queue_get, item)
{
    start_queue(2, 0);
    z_impl_k_queue_get(&queue, FOREVER);
}

SCENARIO(z_impl_k_queue_get, wait)
{
    start_queue(0, 0);
    z_impl_k_queue_get(&queue, FOREVER);
}
