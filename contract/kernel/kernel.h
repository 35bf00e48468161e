// The objects and services of a real-time kernel, with the layouts that such a
// kernel has in the field: what the primitives of the other files are made of.
#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum error { EPERM_ = 1, EAGAIN_ = 11, ENOMEM_ = 12, EBUSY_ = 16, EINVAL_ = 22, ENOMSG_ = 80 };

// Lists: a head points to itself when empty.
struct dnode {
    struct dnode *next, *prev;
};
struct wait_queue {
    struct dnode list;
};
struct slist_node {
    struct slist_node *next;
};
struct slist {
    struct slist_node *head, *tail;
};

struct k_spinlock {
    uintptr_t owner;
};
typedef struct {
    int key;
} k_spinlock_key_t;
typedef struct {
    int64_t ticks;
} k_timeout_t;

struct k_timeout_record {
    struct dnode node;
    void (*function)(struct k_timeout_record *);
    int64_t ticks;
};
struct k_thread {
    struct dnode node;
    struct wait_queue *pended_on;
    uint8_t user_options;
    uint8_t state;
    int8_t prio;
    uint8_t sched_locked;
    uint32_t order_key;
    void *swap_data;
    struct k_timeout_record timeout;
    uint32_t callee_saved[15];
    uint32_t swap_return_value;
};
struct cpu {
    uint32_t nested;
    char *irq_stack;
    struct k_thread *current;
    struct k_thread *idle;
};
struct kernel {
    struct cpu cpus[1];
    struct dnode ready;
};
extern struct kernel _kernel;
extern struct k_spinlock lock;

struct k_sem {
    struct wait_queue wait_q;
    uint32_t count, limit;
};
struct k_mutex {
    struct wait_queue wait_q;
    struct k_thread *owner;
    uint32_t lock_count;
    int owner_orig_prio;
};
struct k_stack {
    struct wait_queue wait_q;
    struct k_spinlock lock;
    uintptr_t *base, *next, *top;
    uint8_t flags;
};
struct k_msgq {
    struct wait_queue wait_q;
    struct k_spinlock lock;
    size_t msg_size;
    uint32_t max_msgs;
    char *buffer_start, *buffer_end, *read_ptr, *write_ptr;
    uint32_t used_msgs;
};
struct k_queue {
    struct slist data_q;
    struct k_spinlock lock;
    struct wait_queue wait_q;
};

_Static_assert(sizeof(struct k_sem) == 16 && offsetof(struct k_sem, limit) == 12, "k_sem");
_Static_assert(sizeof(struct k_mutex) == 20, "k_mutex");
_Static_assert(offsetof(struct k_thread, prio) == 14, "k_thread.prio");
_Static_assert(offsetof(struct k_thread, swap_data) == 20, "k_thread.swap_data");
_Static_assert(offsetof(struct k_thread, swap_return_value) == 108, "k_thread.swap_return_value");
_Static_assert(offsetof(struct kernel, cpus[0].current) == 8, "kernel.cpus[0].current");

// Services of the kernel.
k_spinlock_key_t k_spin_lock(struct k_spinlock *lock);
void k_spin_unlock(struct k_spinlock *lock, k_spinlock_key_t key);
struct k_thread *z_unpend_first_thread(struct wait_queue *queue);
void z_ready_thread(struct k_thread *thread);
void arch_thread_return_value_set(struct k_thread *thread, unsigned value);
void z_thread_return_value_set_with_data(struct k_thread *thread, unsigned value, void *data);
int z_pend_curr(struct k_spinlock *lock, k_spinlock_key_t key, struct wait_queue *queue,
                k_timeout_t timeout);
void z_reschedule(struct k_spinlock *lock, k_spinlock_key_t key);
bool z_set_prio(struct k_thread *thread, int prio);
void printk(const char *format, ...);
void vprintk(const char *format, __builtin_va_list list);

// The primitives.
int z_impl_k_sem_init(struct k_sem *sem, unsigned initial, unsigned limit);
void z_impl_k_sem_give(struct k_sem *sem);
int z_impl_k_sem_take(struct k_sem *sem, k_timeout_t timeout);
void z_impl_k_sem_reset(struct k_sem *sem);
int z_impl_k_mutex_init(struct k_mutex *mutex);
int z_impl_k_mutex_lock(struct k_mutex *mutex, k_timeout_t timeout);
int z_impl_k_mutex_unlock(struct k_mutex *mutex);
void k_stack_init(struct k_stack *stack, uintptr_t *buffer, uint32_t entries);
int z_impl_k_stack_push(struct k_stack *stack, uintptr_t data);
int z_impl_k_stack_pop(struct k_stack *stack, uintptr_t *data, k_timeout_t timeout);
void k_msgq_init(struct k_msgq *queue, char *buffer, size_t msg_size, uint32_t max_msgs);
int z_impl_k_msgq_put(struct k_msgq *queue, const void *data, k_timeout_t timeout);
int z_impl_k_msgq_get(struct k_msgq *queue, void *data, k_timeout_t timeout);
void z_impl_k_msgq_purge(struct k_msgq *queue);
void z_impl_k_queue_init(struct k_queue *queue);
int k_queue_append(struct k_queue *queue, void *data);
int k_queue_prepend(struct k_queue *queue, void *data);
int k_queue_append_list(struct k_queue *queue, void *head, void *tail);
bool k_queue_remove(struct k_queue *queue, void *data);
void *z_impl_k_queue_get(struct k_queue *queue, k_timeout_t timeout);
void rust_k_sem_give(struct k_sem *sem);
int rust_k_sem_take(struct k_sem *sem, k_timeout_t timeout);
bool rust_k_mutex_adjust(struct k_mutex *mutex);
void k_sem_dump(const struct k_sem *sem, const char *name);

#endif
