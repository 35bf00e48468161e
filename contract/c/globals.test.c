#include "contract.h"
#include "globals.h"

int32_t host_value;
struct host_config host_config;
const char host_name[] = "host";
uint8_t host_table[4][4];
bool host_flag;

static void reset_host(void)
{
    host_value = -5;
    host_config = (struct host_config){3, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 1ll << 33 | 6};
    for (int i = 0; i < 16; i++) {
        host_table[i / 4][i % 4] = i * 11;
    }
    host_flag = true;
}

TEST(next_ticket)
{
    log_word(next_ticket());
    log_word(next_ticket());
    log_word(counter);
    counter = 5;
    log_word(next_ticket());
}

TEST(add_total)
{
    log_wide(add_total(-1));
    log_wide(add_total(0x7fffffff));
    total = 1ll << 50;
    log_wide(add_total(-2));
    log_wide(total);
}

TEST(square_of)
{
    for (int i = 0; i < 12; i++) {
        log_word(square_of(i));
    }
    log_bytes(squares, sizeof squares);
}

TEST(scale)
{
    log_word(scale(100));
    log_word(current_settings.scale(9));
    log_word(current_settings.fallback->scale(9));
    log_word(current_settings.fallback->offset);
}

static int32_t minus(int32_t value)
{
    return -value;
}

TEST(use_settings)
{
    struct settings mine = {200, -1, "mine", minus, NULL};
    struct settings before = current_settings;
    use_settings(&mine);
    log_word(scale(50));
    log_text(settings_name());
    log_text(current_settings.fallback->name);
    use_settings(&before);
    log_text(settings_name());
}

TEST(fill_buffer)
{
    log_word(fill_buffer(17));
    log_word((uint8_t *)into_buffer - large_buffer);
    log_bytes(large_buffer, sizeof large_buffer);
}

TEST(read_host)
{
    reset_host();
    log_word(read_host());
    host_flag = false;
    log_word(read_host());
}

TEST(write_host)
{
    reset_host();
    for (int i = 0; i < 8; i++) {
        write_host(i * 1000);
        log_word(host_value);
        log_bytes(&host_config, sizeof host_config);
        log_bytes(host_table, sizeof host_table);
        log_word(host_flag);
    }
}

TEST(host_address)
{
    log_word(host_address(0) == &host_value);
    log_word(host_address(1) == &host_config.key[5]);
    log_word(host_address(2) == host_name);
    log_word(host_address(3) == host_table[3]);
    log_word((const char *)&host_config - (const char *)host_address(4));
}

TEST(once)
{
    for (int i = 0; i < 3; i++) {
        log_word(once());
    }
}

TEST(names)
{
    size_t count;
    const char *const *list = names(&count);
    for (size_t i = 0; i < count; i++) {
        log_text(list[i]);
    }
}

TEST(fibonacci_cached)
{
    for (int i = 47; i >= 0; i -= 5) {
        log_word(fibonacci_cached(i));
    }
}

TEST(flip)
{
    counter = 0;
    for (int i = 0; i < 5; i++) {
        flip();
        log_word(counter);
    }
}

TEST(mean)
{
    for (int i = 1; i < 10; i++) {
        log_double(mean(i * 1.1));
    }
}

TEST(move_cursor)
{
    for (int i = 0; i < 10; i++) {
        log_word(move_cursor(700));
    }
    log_bytes(large_buffer, 3000);
}

TESTS(globals, T(next_ticket) T(add_total) T(square_of) T(scale) T(use_settings) T(fill_buffer)
                   T(read_host) T(write_host) T(host_address) T(once) T(names) T(fibonacci_cached)
                       T(flip) T(mean) T(move_cursor));
