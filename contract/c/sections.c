// Data in sections of its own, arrays made by the linker, constructors.
#include "sections.h"

static uint32_t start_first(uint32_t seed)
{
    return seed * 3;
}

static uint32_t start_second(uint32_t seed)
{
    return seed + 17;
}

#define DRIVER __attribute__((section("drivers"), used)) static const struct driver

DRIVER first = {"first", start_first, 1};
DRIVER second = {"second", start_second, 2};
DRIVER third = {"third", start_first, 3};

extern const struct driver __start_drivers[], __stop_drivers[];

size_t count_drivers(void)
{
    return __stop_drivers - __start_drivers;
}

uint32_t start_drivers(uint32_t seed)
{
    for (const struct driver *at = __start_drivers; at < __stop_drivers; at++) {
        seed = at->start(seed) * 10 + at->rank + at->name[0];
    }
    return seed;
}

__attribute__((section(".noinit.counter"))) static uint32_t counter_of_resets;

uint32_t noinit_counter(uint32_t start)
{
    counter_of_resets = start;
    for (int i = 0; i < 3; i++) {
        counter_of_resets *= 7;
    }
    return counter_of_resets;
}

__attribute__((section(".data.fast"), aligned(64))) static uint16_t fast[8] = {9, 8, 7, 6, 5};

uint32_t ram_table(uint32_t index)
{
    fast[7] += fast[index & 3];
    return fast[7] + (uintptr_t)fast % 64;
}

static uint32_t order[8], done;

__attribute__((constructor(300))) static void third_constructor(void)
{
    order[done++] = 300;
}

__attribute__((constructor)) static void last_constructor(void)
{
    order[done++] = 65535;
}

__attribute__((constructor(101))) static void first_constructor(void)
{
    order[done++] = 101;
}

__attribute__((constructor(200))) static void second_constructor(void)
{
    order[done++] = 200;
}

uint32_t constructed(uint32_t *out)
{
    for (int i = 0; i < 8; i++) {
        out[i] = order[i];
    }
    return done;
}

static _Alignas(128) uint8_t page[100];
static _Alignas(8) const uint8_t constants[3] = {1, 2, 3};

uint32_t aligned_data(void)
{
    page[1]++;
    return (uintptr_t)page % 128 + (uintptr_t)constants % 8 + page[1];
}

// The section of a function does not reach the wasm object: sections.toml has it.
__attribute__((section(".ramfunc"))) uint32_t in_own_section(uint32_t value)
{
    return value * 0x01010101;
}
