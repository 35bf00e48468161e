// Mutexes with recursion and priority inheritance. A lower number is a higher
// priority.
#include "kernel.h"

int z_impl_k_mutex_init(struct k_mutex *mutex)
{
    mutex->owner = NULL;
    mutex->lock_count = 0;
    mutex->wait_q.list.next = mutex->wait_q.list.prev = &mutex->wait_q.list;
    return 0;
}

static int inherited(int waiter, int owner)
{
    return waiter < owner ? waiter : owner;
}

static bool adjust_owner(struct k_mutex *mutex, int prio)
{
    return mutex->owner->prio != prio && z_set_prio(mutex->owner, prio);
}

static struct k_thread *first_waiter(struct wait_queue *queue)
{
    struct dnode *first = queue->list.next;
    return first == &queue->list ? NULL : (struct k_thread *)first;
}

int z_impl_k_mutex_lock(struct k_mutex *mutex, k_timeout_t timeout)
{
    k_spinlock_key_t key = k_spin_lock(&lock);
    struct k_thread *current = _kernel.cpus[0].current;
    if (mutex->lock_count == 0 || mutex->owner == current) {
        mutex->owner_orig_prio =
            mutex->lock_count == 0 ? current->prio : mutex->owner_orig_prio;
        mutex->lock_count++;
        mutex->owner = current;
        k_spin_unlock(&lock, key);
        return 0;
    }
    if (timeout.ticks == 0) {
        k_spin_unlock(&lock, key);
        return -EBUSY_;
    }
    bool resched = false;
    int prio = inherited(current->prio, mutex->owner->prio);
    if (prio < mutex->owner->prio) {
        resched = adjust_owner(mutex, prio);
    }
    if (z_pend_curr(&lock, key, &mutex->wait_q, timeout) == 0) {
        return 0;
    }
    // Timed out: the owner need no longer inherit this thread's priority.
    key = k_spin_lock(&lock);
    if (mutex->owner) {
        struct k_thread *waiter = first_waiter(&mutex->wait_q);
        prio = mutex->owner_orig_prio;
        prio = waiter ? inherited(waiter->prio, prio) : prio;
        resched = adjust_owner(mutex, prio) || resched;
    }
    if (resched) {
        z_reschedule(&lock, key);
    } else {
        k_spin_unlock(&lock, key);
    }
    return -EAGAIN_;
}

int z_impl_k_mutex_unlock(struct k_mutex *mutex)
{
    if (!mutex->owner) {
        return -EINVAL_;
    }
    if (mutex->owner != _kernel.cpus[0].current) {
        return -EPERM_;
    }
    k_spinlock_key_t key = k_spin_lock(&lock);
    if (mutex->lock_count > 1) {
        mutex->lock_count--;
        k_spin_unlock(&lock, key);
        return 0;
    }
    adjust_owner(mutex, mutex->owner_orig_prio);
    struct k_thread *owner = z_unpend_first_thread(&mutex->wait_q);
    mutex->owner = owner;
    if (owner) {
        mutex->owner_orig_prio = owner->prio;
        arch_thread_return_value_set(owner, 0);
        z_ready_thread(owner);
        z_reschedule(&lock, key);
    } else {
        mutex->lock_count = 0;
        k_spin_unlock(&lock, key);
    }
    return 0;
}
