// Queues of messages of one size, in a ring.
#include "kernel.h"

void *memcpy(void *to, const void *from, size_t size);

void k_msgq_init(struct k_msgq *queue, char *buffer, size_t msg_size, uint32_t max_msgs)
{
    queue->msg_size = msg_size;
    queue->max_msgs = max_msgs;
    queue->buffer_start = buffer;
    queue->buffer_end = buffer + max_msgs * msg_size;
    queue->read_ptr = buffer;
    queue->write_ptr = buffer;
    queue->used_msgs = 0;
    queue->wait_q.list.next = queue->wait_q.list.prev = &queue->wait_q.list;
    queue->lock = (struct k_spinlock){0};
}

int z_impl_k_msgq_put(struct k_msgq *queue, const void *data, k_timeout_t timeout)
{
    int result;
    k_spinlock_key_t key = k_spin_lock(&queue->lock);
    if (queue->used_msgs < queue->max_msgs) {
        struct k_thread *reader = z_unpend_first_thread(&queue->wait_q);
        if (reader) {
            memcpy(reader->swap_data, data, queue->msg_size);
            arch_thread_return_value_set(reader, 0);
            z_ready_thread(reader);
            z_reschedule(&queue->lock, key);
            return 0;
        }
        memcpy(queue->write_ptr, data, queue->msg_size);
        queue->write_ptr += queue->msg_size;
        if (queue->write_ptr == queue->buffer_end) {
            queue->write_ptr = queue->buffer_start;
        }
        queue->used_msgs++;
        result = 0;
    } else if (timeout.ticks == 0) {
        result = -ENOMSG_;
    } else {
        _kernel.cpus[0].current->swap_data = (void *)data;
        return z_pend_curr(&queue->lock, key, &queue->wait_q, timeout);
    }
    k_spin_unlock(&queue->lock, key);
    return result;
}

int z_impl_k_msgq_get(struct k_msgq *queue, void *data, k_timeout_t timeout)
{
    int result;
    k_spinlock_key_t key = k_spin_lock(&queue->lock);
    if (queue->used_msgs > 0) {
        memcpy(data, queue->read_ptr, queue->msg_size);
        queue->read_ptr += queue->msg_size;
        if (queue->read_ptr == queue->buffer_end) {
            queue->read_ptr = queue->buffer_start;
        }
        queue->used_msgs--;
        struct k_thread *writer = z_unpend_first_thread(&queue->wait_q);
        if (writer) {
            memcpy(queue->write_ptr, writer->swap_data, queue->msg_size);
            queue->write_ptr += queue->msg_size;
            if (queue->write_ptr == queue->buffer_end) {
                queue->write_ptr = queue->buffer_start;
            }
            queue->used_msgs++;
            arch_thread_return_value_set(writer, 0);
            z_ready_thread(writer);
            z_reschedule(&queue->lock, key);
            return 0;
        }
        result = 0;
    } else if (timeout.ticks == 0) {
        result = -ENOMSG_;
    } else {
        _kernel.cpus[0].current->swap_data = data;
        return z_pend_curr(&queue->lock, key, &queue->wait_q, timeout);
    }
    k_spin_unlock(&queue->lock, key);
    return result;
}

void z_impl_k_msgq_purge(struct k_msgq *queue)
{
    k_spinlock_key_t key = k_spin_lock(&queue->lock);
    for (struct k_thread *writer; (writer = z_unpend_first_thread(&queue->wait_q));) {
        arch_thread_return_value_set(writer, -ENOMSG_);
        z_ready_thread(writer);
    }
    queue->used_msgs = 0;
    queue->read_ptr = queue->write_ptr;
    z_reschedule(&queue->lock, key);
}
