// Counting semaphores.
#include "kernel.h"

int z_impl_k_sem_init(struct k_sem *sem, unsigned initial, unsigned limit)
{
    if (limit == 0 || initial > limit) {
        return -EINVAL_;
    }
    sem->count = initial;
    sem->limit = limit;
    sem->wait_q.list.next = sem->wait_q.list.prev = &sem->wait_q.list;
    return 0;
}

void z_impl_k_sem_give(struct k_sem *sem)
{
    k_spinlock_key_t key = k_spin_lock(&lock);
    struct k_thread *thread = z_unpend_first_thread(&sem->wait_q);
    if (thread) {
        arch_thread_return_value_set(thread, 0);
        z_ready_thread(thread);
    } else {
        sem->count += sem->count != sem->limit ? 1 : 0;
    }
    z_reschedule(&lock, key);
}

int z_impl_k_sem_take(struct k_sem *sem, k_timeout_t timeout)
{
    k_spinlock_key_t key = k_spin_lock(&lock);
    if (sem->count > 0) {
        sem->count--;
        k_spin_unlock(&lock, key);
        return 0;
    }
    if (timeout.ticks == 0) {
        k_spin_unlock(&lock, key);
        return -EBUSY_;
    }
    return z_pend_curr(&lock, key, &sem->wait_q, timeout);
}

void z_impl_k_sem_reset(struct k_sem *sem)
{
    k_spinlock_key_t key = k_spin_lock(&lock);
    for (struct k_thread *thread; (thread = z_unpend_first_thread(&sem->wait_q));) {
        arch_thread_return_value_set(thread, -EAGAIN_);
        z_ready_thread(thread);
    }
    sem->count = 0;
    z_reschedule(&lock, key);
}
