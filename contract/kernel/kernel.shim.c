// Semaphores whose decisions are made in Rust: kernel.decide.rs.
#include "kernel.h"

enum __attribute__((packed)) action { WAKE, COUNT, TAKE, BUSY, WAIT };
uint32_t sem_decide_give(uint32_t count, uint32_t limit, bool waiter);
enum action sem_decide_take(uint32_t count, int64_t ticks);
int mutex_decide_prio(int owner, int original, const int8_t *waiter);

void rust_k_sem_give(struct k_sem *sem)
{
    k_spinlock_key_t key = k_spin_lock(&lock);
    struct k_thread *thread = z_unpend_first_thread(&sem->wait_q);
    sem->count = sem_decide_give(sem->count, sem->limit, thread != NULL);
    if (thread) {
        arch_thread_return_value_set(thread, 0);
        z_ready_thread(thread);
    }
    z_reschedule(&lock, key);
}

int rust_k_sem_take(struct k_sem *sem, k_timeout_t timeout)
{
    k_spinlock_key_t key = k_spin_lock(&lock);
    switch (sem_decide_take(sem->count, timeout.ticks)) {
    case TAKE:
        sem->count--;
        k_spin_unlock(&lock, key);
        return 0;
    case BUSY:
        k_spin_unlock(&lock, key);
        return -EBUSY_;
    default:
        return z_pend_curr(&lock, key, &sem->wait_q, timeout);
    }
}

bool rust_k_mutex_adjust(struct k_mutex *mutex)
{
    struct dnode *first = mutex->wait_q.list.next;
    const int8_t *waiter = NULL;
    if (first != &mutex->wait_q.list) {
        waiter = &((struct k_thread *)first)->prio;
    }
    int prio = mutex_decide_prio(mutex->owner->prio, mutex->owner_orig_prio, waiter);
    return prio != mutex->owner->prio && z_set_prio(mutex->owner, prio);
}
