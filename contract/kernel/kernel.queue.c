// Queues of items that carry their link in their first word.
#include "kernel.h"

void z_impl_k_queue_init(struct k_queue *queue)
{
    queue->data_q.head = queue->data_q.tail = NULL;
    queue->lock = (struct k_spinlock){0};
    queue->wait_q.list.next = queue->wait_q.list.prev = &queue->wait_q.list;
}

static void prepare_to_run(struct k_thread *thread, void *data)
{
    z_thread_return_value_set_with_data(thread, 0, data);
    z_ready_thread(thread);
}

static void slist_append(struct slist *list, struct slist_node *node)
{
    node->next = NULL;
    if (list->tail) {
        list->tail->next = node;
    } else {
        list->head = node;
    }
    list->tail = node;
}

static void slist_prepend(struct slist *list, struct slist_node *node)
{
    node->next = list->head;
    list->head = node;
    if (!list->tail) {
        list->tail = node;
    }
}

static int insert(struct k_queue *queue, void *data, bool first)
{
    k_spinlock_key_t key = k_spin_lock(&queue->lock);
    struct k_thread *reader = z_unpend_first_thread(&queue->wait_q);
    if (reader) {
        prepare_to_run(reader, data);
        z_reschedule(&queue->lock, key);
        return 0;
    }
    if (first) {
        slist_prepend(&queue->data_q, data);
    } else {
        slist_append(&queue->data_q, data);
    }
    z_reschedule(&queue->lock, key);
    return 0;
}

int k_queue_append(struct k_queue *queue, void *data)
{
    return insert(queue, data, false);
}

int k_queue_prepend(struct k_queue *queue, void *data)
{
    return insert(queue, data, true);
}

int k_queue_append_list(struct k_queue *queue, void *head, void *tail)
{
    if (!head || !tail) {
        return -EINVAL_;
    }
    k_spinlock_key_t key = k_spin_lock(&queue->lock);
    struct slist_node *node = head;
    struct k_thread *reader = NULL;
    while (node && (reader = z_unpend_first_thread(&queue->wait_q))) {
        struct slist_node *next = node->next;
        prepare_to_run(reader, node);
        node = next;
    }
    if (node) {
        if (queue->data_q.tail) {
            queue->data_q.tail->next = node;
        } else {
            queue->data_q.head = node;
        }
        queue->data_q.tail = tail;
    }
    z_reschedule(&queue->lock, key);
    return 0;
}

bool k_queue_remove(struct k_queue *queue, void *data)
{
    struct slist_node *last = NULL;
    for (struct slist_node *at = queue->data_q.head; at; last = at, at = at->next) {
        if (at != data) {
            continue;
        }
        if (last) {
            last->next = at->next;
        } else {
            queue->data_q.head = at->next;
        }
        if (queue->data_q.tail == at) {
            queue->data_q.tail = last;
        }
        at->next = NULL;
        return true;
    }
    return false;
}

void *z_impl_k_queue_get(struct k_queue *queue, k_timeout_t timeout)
{
    k_spinlock_key_t key = k_spin_lock(&queue->lock);
    struct slist_node *node = queue->data_q.head;
    if (node) {
        queue->data_q.head = node->next;
        if (queue->data_q.tail == node) {
            queue->data_q.tail = queue->data_q.head;
        }
        k_spin_unlock(&queue->lock, key);
        return node;
    }
    if (timeout.ticks == 0) {
        k_spin_unlock(&queue->lock, key);
        return NULL;
    }
    int result = z_pend_curr(&queue->lock, key, &queue->wait_q, timeout);
    return result != 0 ? NULL : _kernel.cpus[0].current->swap_data;
}
