#include "sections.h"

#include "contract.h"

TEST(count_drivers)
{
    log_word(count_drivers());
}

TEST(start_drivers)
{
    log_word(start_drivers(5));
}

TEST(noinit_counter)
{
    log_word(noinit_counter(11));
}

TEST(ram_table)
{
    for (int i = 0; i < 5; i++) {
        log_word(ram_table(i));
    }
}

TEST(constructed)
{
    log_word(constructed(arena(32)));
}

TEST(aligned_data)
{
    log_word(aligned_data());
    log_word(aligned_data());
}

TEST(in_own_section)
{
    log_word(in_own_section(0x42));
    // RAM, not ROM.
    log_word((uintptr_t)in_own_section >> 28);
}

TESTS(sections, T(count_drivers) T(start_drivers) T(noinit_counter) T(ram_table) T(constructed)
                    T(aligned_data) T(in_own_section));
