// Weak definitions and references, aliases, hidden symbols.
#include "weak.h"

__attribute__((weak)) int32_t overridden(int32_t value)
{
    return value + 1;
}

__attribute__((weak)) int32_t kept(int32_t value)
{
    return value + 2;
}

int32_t use_both(int32_t value)
{
    return overridden(value) * 100 + kept(value);
}

int32_t maybe_call(int32_t value)
{
    if (host_hook) {
        value = host_hook(value);
    }
    if (host_missing) {
        value = host_missing(value) * 3;
    }
    return value;
}

const void *maybe_address(int which)
{
    switch (which) {
    case 0:
        return (const void *)host_hook;
    case 1:
        return (const void *)host_missing;
    case 2:
        return &host_setting;
    default:
        return &host_no_setting;
    }
}

uint32_t maybe_read(void)
{
    return (&host_setting ? host_setting : 1) + (&host_no_setting ? host_no_setting : 2);
}

// The call stands last: it must not become a jump to an address that is 0.
int32_t maybe_last(int32_t value)
{
    if (value > 10 && host_missing) {
        return host_missing(value);
    }
    return host_hook ? host_hook(value) : -1;
}

int32_t first_name(int32_t value)
{
    return value * 5;
}
__attribute__((alias("first_name"))) int32_t second_name(int32_t value);

__attribute__((weak)) int32_t weak_value = 42;
int32_t first_value = 43;
extern __attribute__((alias("first_value"))) int32_t second_value;

int32_t read_weak(void)
{
    return weak_value * 1000 + second_value;
}

__attribute__((visibility("hidden"), noinline)) int32_t hidden_helper(int32_t value)
{
    return value ^ 0x5555;
}

int32_t used_once(int32_t value)
{
    return hidden_helper(value) + hidden_helper(-value);
}
