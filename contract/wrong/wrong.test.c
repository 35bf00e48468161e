#include "wrong.h"

#include "contract.h"

void host_called(int32_t number)
{
    log_word(number);
}

TEST(wrong_result)
{
    log_word(wrong_result(1));
}

TEST(wrong_memory)
{
    wrong_memory(arena(8));
}

TEST(wrong_fault)
{
    log_word(wrong_fault(arena(4)));
}

TEST(wrong_call)
{
    wrong_call();
}

TEST(wrong_high_word)
{
    log_wide(wrong_high_word(1));
}

TEST(wrong_end)
{
    wrong_end();
}

TESTS(wrong, T(wrong_result) T(wrong_memory) T(wrong_fault) T(wrong_call) T(wrong_high_word)
                 T(wrong_end));
