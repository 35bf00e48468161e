// A kernel for tests: real lists of waiting threads, and a log of each service
// in place of a scheduler. LOG(name, value) is the includer's.
#include "kernel.h"

#include <stdarg.h>
#include <string.h>

struct kernel _kernel;
struct k_spinlock lock;

static int next_key;
// What another thread does while the current one waits, and what the waiting
// thread gets if nobody wakes it.
static void (*meanwhile)(void);
static int timed_out = -EAGAIN_;

static void list_append(struct dnode *list, struct dnode *node)
{
    node->next = list;
    node->prev = list->prev;
    list->prev->next = node;
    list->prev = node;
}

static void list_remove(struct dnode *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->next = node->prev = NULL;
}

k_spinlock_key_t k_spin_lock(struct k_spinlock *l)
{
    l->owner++;
    LOG("lock", (uint32_t)next_key);
    return (k_spinlock_key_t){next_key++};
}

void k_spin_unlock(struct k_spinlock *l, k_spinlock_key_t key)
{
    l->owner--;
    LOG("unlock", (uint32_t)key.key);
}

struct k_thread *z_unpend_first_thread(struct wait_queue *queue)
{
    struct dnode *first = queue->list.next;
    if (first == &queue->list) {
        return NULL;
    }
    list_remove(first);
    ((struct k_thread *)first)->pended_on = NULL;
    return (struct k_thread *)first;
}

void z_ready_thread(struct k_thread *thread)
{
    LOG("ready", (uint32_t)thread->prio);
    thread->state = 1;
}

void arch_thread_return_value_set(struct k_thread *thread, unsigned value)
{
    LOG("value", value);
    thread->swap_return_value = value;
}

void z_thread_return_value_set_with_data(struct k_thread *thread, unsigned value, void *data)
{
    arch_thread_return_value_set(thread, value);
    thread->swap_data = data;
}

int z_pend_curr(struct k_spinlock *l, k_spinlock_key_t key, struct wait_queue *queue,
                k_timeout_t timeout)
{
    struct k_thread *current = _kernel.cpus[0].current;
    LOG("pend", (uint32_t)timeout.ticks);
    LOG("pend", (uint32_t)(timeout.ticks >> 32));
    list_append(&queue->list, &current->node);
    current->pended_on = queue;
    current->state = 2;
    k_spin_unlock(l, key);
    if (meanwhile) {
        void (*action)(void) = meanwhile;
        meanwhile = NULL;
        action();
        _kernel.cpus[0].current = current;
    }
    if (current->pended_on) {
        list_remove(&current->node);
        current->pended_on = NULL;
        current->swap_return_value = timed_out;
    }
    return current->swap_return_value;
}

void z_reschedule(struct k_spinlock *l, k_spinlock_key_t key)
{
    LOG("reschedule", (uint32_t)key.key);
    l->owner--;
}

bool z_set_prio(struct k_thread *thread, int prio)
{
    LOG("prio", (uint32_t)prio);
    thread->prio = prio;
    return prio & 1;
}
