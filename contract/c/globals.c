// Variables of our own, static locals, constant tables, pointers in data, and
// the host's variables.
#include "globals.h"

uint32_t counter = 1000;
int64_t total;
const uint16_t squares[10] = {0, 1, 4, 9, 16, 25, 36, 49, 64, 81};
uint8_t large_buffer[3000];
uint32_t *into_buffer = (uint32_t *)&large_buffer[2000];

static int32_t twice(int32_t value)
{
    return 2 * value;
}

static int32_t thrice(int32_t value)
{
    return 3 * value;
}

static struct settings fallback = {1, -300, "fallback", thrice, NULL};
struct settings current_settings = {7, 12345, "default", twice, &fallback};

uint32_t next_ticket(void)
{
    return counter++;
}

int64_t add_total(int32_t value)
{
    return total += value;
}

uint32_t square_of(uint32_t number)
{
    return number < 10 ? squares[number] : number * number;
}

int32_t scale(int32_t value)
{
    return current_settings.scale(value) + current_settings.fallback->scale(value) +
           current_settings.offset;
}

void use_settings(const struct settings *settings)
{
    current_settings = *settings;
    if (!current_settings.fallback) {
        current_settings.fallback = &fallback;
    }
}

const char *settings_name(void)
{
    return current_settings.name;
}

uint32_t fill_buffer(uint32_t seed)
{
    for (size_t i = 0; i < sizeof large_buffer; i++) {
        large_buffer[i] = seed >> 24;
        seed = seed * 1103515245 + 12345;
    }
    return *into_buffer + large_buffer[2999];
}

uint32_t read_host(void)
{
    return host_value + host_config.version + host_config.key[11] + (uint32_t)host_config.serial +
           host_name[1] + host_table[2][3] + host_flag;
}

void write_host(int32_t value)
{
    host_value = value;
    host_config.version++;
    host_config.key[value & 7] = value >> 3;
    host_config.serial = -value;
    host_table[1][value & 3] ^= 0x80;
    host_flag = !host_flag;
}

const void *host_address(int which)
{
    switch (which) {
    case 0:
        return &host_value;
    case 1:
        return &host_config.key[5];
    case 2:
        return host_name;
    case 3:
        return host_table[3];
    default:
        return (const char *)&host_config - 4;
    }
}

uint32_t once(void)
{
    static uint32_t calls;
    static bool done = false;
    calls++;
    if (!done) {
        done = true;
        return 0xf1757;
    }
    return calls;
}

const char *const *names(size_t *count)
{
    static const char *const list[] = {"alpha", "beta", "gamma", "delta", &"xepsilon"[1]};
    *count = sizeof list / sizeof *list;
    return list;
}

uint32_t fibonacci_cached(unsigned n)
{
    static uint32_t cache[48] = {0, 1};
    if (n < 2 || cache[n]) {
        return cache[n];
    }
    return cache[n] = fibonacci_cached(n - 1) + fibonacci_cached(n - 2);
}

static int8_t sign = 1;
static uint16_t flips = 65530;

void flip(void)
{
    sign = -sign;
    flips += 3;
    counter += sign * flips;
}

double mean(double sample)
{
    static double sum;
    static unsigned samples;
    sum += sample;
    return sum / ++samples;
}

uint32_t move_cursor(uint32_t by)
{
    static uint8_t *cursor = large_buffer;
    cursor += by;
    if (cursor >= large_buffer + sizeof large_buffer) {
        cursor -= sizeof large_buffer;
    }
    *cursor ^= 0xff;
    return cursor - large_buffer;
}
