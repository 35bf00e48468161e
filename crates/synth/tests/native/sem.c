/* A kernel's semaphore on the host's objects: pointers in, direct calls out. */

struct list { void *head, *tail; };
struct k_sem { struct list wait_q; unsigned count, limit; };

int host_lock(void);
void host_unlock(int key);
void *host_unpend(struct list *queue);
void host_ready(void *thread, int status);

void sem_give(struct k_sem *sem) {
    int key = host_lock();
    void *thread = host_unpend(&sem->wait_q);
    if (thread) {
        host_ready(thread, 0);
    } else if (sem->count != sem->limit) {
        sem->count++;
    }
    host_unlock(key);
}
