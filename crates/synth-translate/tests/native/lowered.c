/* Compiled without -matomics: the addition is a plain one. */
#include <stdatomic.h>
int add(atomic_int *x) { return atomic_fetch_add(x, 1); }
