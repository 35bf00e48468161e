#include "contract.h"

#define LOG(name, value) (log_text(name), log_word(value))
#include "mock.h"

void vprintk(const char *format, va_list list)
{
    log_text(format);
    log_text(va_arg(list, const char *));
    log_word(va_arg(list, unsigned));
    log_word(va_arg(list, unsigned));
}

void printk(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vprintk(format, list);
    va_end(list);
}

#define NO_WAIT ((k_timeout_t){0})
#define FOREVER ((k_timeout_t){-1})
#define TICKS ((k_timeout_t){0x500000007})

static struct k_thread *threads;

static void start(void)
{
    threads = arena(4 * sizeof *threads);
    for (int i = 0; i < 4; i++) {
        threads[i].prio = 2 + i;
    }
    _kernel.cpus[0].current = &threads[2];
    lock.owner = 0;
    next_key = 7;
    meanwhile = NULL;
}

static void wait_in(struct wait_queue *queue, int thread)
{
    list_append(&queue->list, &threads[thread].node);
    threads[thread].pended_on = queue;
}

static struct k_sem *sem;

static void give_it(void)
{
    _kernel.cpus[0].current = &threads[0];
    z_impl_k_sem_give(sem);
}

TEST(sem_init)
{
    sem = arena(sizeof *sem);
    log_word(z_impl_k_sem_init(sem, 1, 0));
    log_word(z_impl_k_sem_init(sem, 4, 3));
    log_word(z_impl_k_sem_init(sem, 3, 3));
}

TEST(sem_give)
{
    start();
    sem = arena(sizeof *sem);
    z_impl_k_sem_init(sem, 0, 2);
    for (int i = 0; i < 4; i++) {
        z_impl_k_sem_give(sem);
        log_word(sem->count);
    }
    wait_in(&sem->wait_q, 1);
    wait_in(&sem->wait_q, 3);
    z_impl_k_sem_give(sem);
}

TEST(sem_take)
{
    start();
    sem = arena(sizeof *sem);
    z_impl_k_sem_init(sem, 1, 2);
    log_word(z_impl_k_sem_take(sem, FOREVER));
    log_word(z_impl_k_sem_take(sem, NO_WAIT));
    log_word(z_impl_k_sem_take(sem, TICKS));
    meanwhile = give_it;
    log_word(z_impl_k_sem_take(sem, FOREVER));
}

TEST(sem_reset)
{
    start();
    sem = arena(sizeof *sem);
    z_impl_k_sem_init(sem, 2, 2);
    z_impl_k_sem_reset(sem);
    wait_in(&sem->wait_q, 1);
    wait_in(&sem->wait_q, 3);
    z_impl_k_sem_reset(sem);
}

TEST(sem_dump)
{
    sem = arena(sizeof *sem);
    z_impl_k_sem_init(sem, 5, 9);
    k_sem_dump(sem, "name");
}

TEST(rust_sem_give)
{
    start();
    sem = arena(sizeof *sem);
    z_impl_k_sem_init(sem, 0, 2);
    for (int i = 0; i < 4; i++) {
        rust_k_sem_give(sem);
        log_word(sem->count);
    }
    wait_in(&sem->wait_q, 1);
    wait_in(&sem->wait_q, 3);
    rust_k_sem_give(sem);
}

TEST(rust_sem_take)
{
    start();
    sem = arena(sizeof *sem);
    z_impl_k_sem_init(sem, 1, 2);
    log_word(rust_k_sem_take(sem, FOREVER));
    log_word(rust_k_sem_take(sem, NO_WAIT));
    log_word(rust_k_sem_take(sem, TICKS));
    meanwhile = give_it;
    log_word(rust_k_sem_take(sem, FOREVER));
}

static struct k_mutex *mutex;

TEST(rust_mutex_adjust)
{
    start();
    mutex = arena(sizeof *mutex);
    z_impl_k_mutex_init(mutex);
    z_impl_k_mutex_lock(mutex, FOREVER);
    log_word(rust_k_mutex_adjust(mutex));
    wait_in(&mutex->wait_q, 1);
    log_word(rust_k_mutex_adjust(mutex));
    log_word(rust_k_mutex_adjust(mutex));
    threads[2].prio = -5;
    log_word(rust_k_mutex_adjust(mutex));
}

static void unlock_it(void)
{
    _kernel.cpus[0].current = mutex->owner;
    log_word(z_impl_k_mutex_unlock(mutex));
}

TEST(mutex_lock)
{
    start();
    mutex = arena(sizeof *mutex);
    log_word(z_impl_k_mutex_init(mutex));
    log_word(z_impl_k_mutex_lock(mutex, FOREVER));
    log_word(z_impl_k_mutex_lock(mutex, FOREVER));
    for (int i = 0; i < 4; i++) {
        _kernel.cpus[0].current = &threads[i];
        log_word(z_impl_k_mutex_lock(mutex, NO_WAIT));
        log_word(z_impl_k_mutex_lock(mutex, TICKS));
    }
    // A waiter of higher priority stays when this one gives up.
    wait_in(&mutex->wait_q, 0);
    _kernel.cpus[0].current = &threads[1];
    log_word(z_impl_k_mutex_lock(mutex, TICKS));
}

TEST(mutex_hand_over)
{
    start();
    mutex = arena(sizeof *mutex);
    z_impl_k_mutex_init(mutex);
    z_impl_k_mutex_lock(mutex, FOREVER);
    _kernel.cpus[0].current = &threads[1];
    meanwhile = unlock_it;
    log_word(z_impl_k_mutex_lock(mutex, FOREVER));
    log_word(z_impl_k_mutex_unlock(mutex));
}

TEST(mutex_unlock)
{
    start();
    mutex = arena(sizeof *mutex);
    z_impl_k_mutex_init(mutex);
    log_word(z_impl_k_mutex_unlock(mutex));
    z_impl_k_mutex_lock(mutex, NO_WAIT);
    z_impl_k_mutex_lock(mutex, NO_WAIT);
    _kernel.cpus[0].current = &threads[0];
    log_word(z_impl_k_mutex_unlock(mutex));
    _kernel.cpus[0].current = &threads[2];
    threads[2].prio = 1;
    log_word(z_impl_k_mutex_unlock(mutex));
    wait_in(&mutex->wait_q, 3);
    log_word(z_impl_k_mutex_unlock(mutex));
    _kernel.cpus[0].current = &threads[3];
    log_word(z_impl_k_mutex_unlock(mutex));
}

static struct k_stack *stack;

static void push_it(void)
{
    log_word(z_impl_k_stack_push(stack, 4711));
}

TEST(stack_push)
{
    start();
    stack = arena(sizeof *stack);
    k_stack_init(stack, arena(12), 3);
    for (int i = 0; i < 5; i++) {
        log_word(z_impl_k_stack_push(stack, i * 100));
    }
    stack->next--;
    wait_in(&stack->wait_q, 1);
    log_word(z_impl_k_stack_push(stack, 55));
}

TEST(stack_pop)
{
    start();
    stack = arena(sizeof *stack);
    k_stack_init(stack, arena(12), 3);
    z_impl_k_stack_push(stack, 99);
    uintptr_t *data = arena(4);
    log_word(z_impl_k_stack_pop(stack, data, FOREVER));
    log_word(*data);
    log_word(z_impl_k_stack_pop(stack, data, NO_WAIT));
    log_word(z_impl_k_stack_pop(stack, data, TICKS));
    meanwhile = push_it;
    log_word(z_impl_k_stack_pop(stack, data, TICKS));
}

static struct k_msgq *msgq;

static void put_it(void)
{
    log_word(z_impl_k_msgq_put(msgq, "meanwhile", NO_WAIT));
}

static void get_it(void)
{
    char *data = arena(16);
    log_word(z_impl_k_msgq_get(msgq, data, NO_WAIT));
}

TEST(msgq_put)
{
    start();
    msgq = arena(sizeof *msgq);
    k_msgq_init(msgq, arena(24), 7, 3);
    for (int i = 0; i < 4; i++) {
        log_word(z_impl_k_msgq_put(msgq, &"abcdefghijklmnop"[i], NO_WAIT));
    }
    log_word(z_impl_k_msgq_put(msgq, "timeout", TICKS));
    meanwhile = get_it;
    log_word(z_impl_k_msgq_put(msgq, "waiting", FOREVER));
}

TEST(msgq_get)
{
    start();
    msgq = arena(sizeof *msgq);
    k_msgq_init(msgq, arena(24), 7, 3);
    char *data = arena(80);
    log_word(z_impl_k_msgq_get(msgq, data, NO_WAIT));
    log_word(z_impl_k_msgq_get(msgq, data, TICKS));
    meanwhile = put_it;
    log_word(z_impl_k_msgq_get(msgq, data, FOREVER));
    for (int i = 0; i < 10; i++) {
        log_word(z_impl_k_msgq_put(msgq, &"the quick brown fox jumps"[i], NO_WAIT));
        if (i % 3 != 1) {
            log_word(z_impl_k_msgq_get(msgq, data + 7 * i + 7, NO_WAIT));
        }
    }
}

TEST(msgq_purge)
{
    start();
    msgq = arena(sizeof *msgq);
    k_msgq_init(msgq, arena(24), 7, 3);
    z_impl_k_msgq_put(msgq, "message", NO_WAIT);
    wait_in(&msgq->wait_q, 0);
    wait_in(&msgq->wait_q, 1);
    z_impl_k_msgq_purge(msgq);
}

static struct k_queue *queue;

static void append_it(void)
{
    log_word(k_queue_append(queue, arena(8)));
}

TEST(queue_append)
{
    start();
    queue = arena(sizeof *queue);
    z_impl_k_queue_init(queue);
    uint64_t *items = arena(64);
    for (int i = 0; i < 3; i++) {
        log_word(k_queue_append(queue, &items[i]));
        log_word(k_queue_prepend(queue, &items[4 + i]));
    }
    wait_in(&queue->wait_q, 1);
    log_word(k_queue_append(queue, &items[3]));
    wait_in(&queue->wait_q, 3);
    log_word(k_queue_prepend(queue, &items[7]));
}

TEST(queue_append_list)
{
    start();
    queue = arena(sizeof *queue);
    z_impl_k_queue_init(queue);
    struct slist_node *nodes = arena(40);
    log_word(k_queue_append_list(queue, nodes, NULL));
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 4; i++) {
            nodes[5 * round + i].next = &nodes[5 * round + i + 1];
        }
        log_word(k_queue_append_list(queue, &nodes[5 * round], &nodes[5 * round + 4]));
        wait_in(&queue->wait_q, 0);
        wait_in(&queue->wait_q, 1);
    }
}

TEST(queue_remove)
{
    start();
    queue = arena(sizeof *queue);
    z_impl_k_queue_init(queue);
    uint64_t *items = arena(64);
    for (int i = 0; i < 5; i++) {
        k_queue_append(queue, &items[i]);
    }
    static const int order[] = {2, 0, 7, 4, 1, 3, 3};
    for (int i = 0; i < 7; i++) {
        log_word(k_queue_remove(queue, &items[order[i]]));
        log_bytes(queue, sizeof *queue);
    }
}

TEST(queue_get)
{
    start();
    queue = arena(sizeof *queue);
    z_impl_k_queue_init(queue);
    uint64_t *items = arena(64);
    for (int i = 0; i < 3; i++) {
        k_queue_append(queue, &items[i]);
    }
    for (int i = 0; i < 4; i++) {
        log_word((uintptr_t)z_impl_k_queue_get(queue, NO_WAIT));
    }
    log_word((uintptr_t)z_impl_k_queue_get(queue, TICKS));
    meanwhile = append_it;
    log_word((uintptr_t)z_impl_k_queue_get(queue, FOREVER));
}

TESTS(kernel, T(sem_init) T(sem_give) T(sem_take) T(sem_reset) T(sem_dump) T(rust_sem_give)
                  T(rust_sem_take) T(rust_mutex_adjust) T(mutex_lock)
                  T(mutex_hand_over) T(mutex_unlock) T(stack_push) T(stack_pop) T(msgq_put)
                      T(msgq_get) T(msgq_purge) T(queue_append) T(queue_append_list)
                          T(queue_remove) T(queue_get));
