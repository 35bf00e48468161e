#include "contract.h"

// The host's definitions are strong.
#define host_hook weak_host_hook
#define host_setting weak_host_setting
#define weak_value weak_weak_value
#include "weak.h"
#undef host_hook
#undef host_setting
#undef weak_value

int32_t host_hook(int32_t value)
{
    log_word(value);
    return value * 2;
}
uint32_t host_setting = 500;
int32_t weak_value = 77;

__attribute__((used)) int32_t overridden(int32_t value)
{
    return value + 50;
}

TEST(use_both)
{
    log_word(use_both(3));
}

TEST(overridden)
{
    log_word(overridden(1));
    log_word(kept(1));
}

TEST(maybe_call)
{
    log_word(maybe_call(21));
}

TEST(maybe_address)
{
    log_word(maybe_address(0) == (const void *)host_hook);
    log_word((uintptr_t)maybe_address(1));
    log_word(maybe_address(2) == &host_setting);
    log_word((uintptr_t)maybe_address(3));
}

TEST(maybe_read)
{
    log_word(maybe_read());
}

TEST(maybe_last)
{
    log_word(maybe_last(5));
    log_word(maybe_last(50));
}

TEST(second_name)
{
    log_word(second_name(9));
}

TEST(read_weak)
{
    log_word(read_weak());
    second_value++;
    log_word(read_weak());
    second_value--;
}

TEST(used_once)
{
    log_word(used_once(1234));
}

TESTS(weak, T(use_both) T(overridden) T(maybe_call) T(maybe_address) T(maybe_read) T(maybe_last)
                T(second_name) T(read_weak) T(used_once));
