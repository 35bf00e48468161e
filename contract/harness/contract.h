// What the drivers of the corpus use: a log of results, random inputs, memory.
//
// A driver runs twice, once with the functions that synth compiled and once
// with those that gcc compiled; the two logs must be equal. Memory from
// `arena` starts at the same address in both runs and is logged at the end of
// a test, so that pointers into it compare as they are.
#ifndef CONTRACT_H
#define CONTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void log_word(uint32_t value);
void log_wide(uint64_t value);
void log_float(float value);
void log_double(double value);
void log_bytes(const void *bytes, size_t size);
void log_text(const char *text);

// A deterministic generator, set up anew for each run of a test.
uint32_t random_word(void);
uint32_t random_below(uint32_t limit);

// Zeroed memory, aligned to 8 bytes.
void *arena(size_t size);

// What PendSV and SysTick do, if anything; reset before each run of a test.
extern void (*volatile pendsv_hook)(void);
extern void (*volatile systick_hook)(void);

struct test {
    const char *name;
    void (*run)(void);
};

// The tests of a unit: TESTS(unit, T(name) T(name) …) with functions name_test.
#define T(function) {#function, function##_test},
#define TESTS(unit, list) const struct test unit##_tests[] = {list{NULL, NULL}}
#define TEST(function) static void function##_test(void)

#endif
