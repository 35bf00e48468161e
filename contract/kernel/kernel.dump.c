// A variadic service of the kernel, bound to the form that takes a list.
#include "kernel.h"

void k_sem_dump(const struct k_sem *sem, const char *name)
{
    printk("sem %s: count %u, limit %u\n", name, sem->count, sem->limit);
}
