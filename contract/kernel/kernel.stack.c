// Stacks of words.
#include "kernel.h"

void k_stack_init(struct k_stack *stack, uintptr_t *buffer, uint32_t entries)
{
    stack->wait_q.list.next = stack->wait_q.list.prev = &stack->wait_q.list;
    stack->lock = (struct k_spinlock){0};
    stack->next = stack->base = buffer;
    stack->top = buffer + entries;
}

int z_impl_k_stack_push(struct k_stack *stack, uintptr_t data)
{
    int result = 0;
    k_spinlock_key_t key = k_spin_lock(&stack->lock);
    if (stack->next == stack->top) {
        result = -ENOMEM_;
        goto out;
    }
    struct k_thread *thread = z_unpend_first_thread(&stack->wait_q);
    if (thread) {
        z_thread_return_value_set_with_data(thread, 0, (void *)data);
        z_ready_thread(thread);
        z_reschedule(&stack->lock, key);
        return 0;
    }
    *stack->next++ = data;
out:
    k_spin_unlock(&stack->lock, key);
    return result;
}

int z_impl_k_stack_pop(struct k_stack *stack, uintptr_t *data, k_timeout_t timeout)
{
    k_spinlock_key_t key = k_spin_lock(&stack->lock);
    if (stack->next > stack->base) {
        stack->next--;
        *data = *stack->next;
        k_spin_unlock(&stack->lock, key);
        return 0;
    }
    if (timeout.ticks == 0) {
        k_spin_unlock(&stack->lock, key);
        return -EBUSY_;
    }
    int result = z_pend_curr(&stack->lock, key, &stack->wait_q, timeout);
    if (result == -EAGAIN_) {
        return -EAGAIN_;
    }
    *data = (uintptr_t)_kernel.cpus[0].current->swap_data;
    return 0;
}
