/* What the code of wasm2c needs of a host, on bare metal: one memory of fixed
 * size, one table, types by number, traps that stop. BENCH names the program.
 * The instance is made by a constructor, before the program is measured. */
#include "unit.h"

#define JOIN(a, b) a##b
#define EXPORT(name) JOIN(Z_unitZ_, name)

#ifndef PAGES
#define PAGES 2
#endif

static uint8_t memory[PAGES * 65536];
static wasm_rt_funcref_t functions[256];
static Z_unit_instance_t instance;

uint32_t BENCH(void);
uint32_t BENCH(void)
{
    return EXPORT(BENCH)(&instance);
}

bool wasm_rt_is_initialized(void)
{
    return true;
}

void wasm_rt_trap(wasm_rt_trap_t trap)
{
    (void)trap;
    __builtin_trap();
}

void wasm_rt_allocate_memory(wasm_rt_memory_t *m, uint32_t pages, uint32_t most)
{
    if (pages > PAGES)
        __builtin_trap();
    m->data = memory;
    m->pages = pages;
    m->max_pages = most;
    m->size = pages * 65536;
}

void wasm_rt_free_memory(wasm_rt_memory_t *m)
{
    (void)m;
}

void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t *t, uint32_t size, uint32_t most)
{
    if (size > sizeof functions / sizeof *functions)
        __builtin_trap();
    t->data = functions;
    t->size = size;
    t->max_size = most;
}

void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t *t)
{
    (void)t;
}

/* Each type of a module is registered once. */
uint32_t wasm_rt_register_func_type(uint32_t params, uint32_t results, ...)
{
    static uint32_t types;
    (void)params;
    (void)results;
    return ++types;
}

__attribute__((constructor)) static void start(void)
{
    Z_unit_init_module();
    Z_unit_instantiate(&instance);
}
