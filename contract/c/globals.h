#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct settings {
    uint8_t mode;
    int16_t offset;
    const char *name;
    int32_t (*scale)(int32_t);
    struct settings *fallback;
};

extern uint32_t counter;
extern int64_t total;
extern const uint16_t squares[10];
extern struct settings current_settings;
extern uint8_t large_buffer[3000];
extern uint32_t *into_buffer;

uint32_t next_ticket(void);
int64_t add_total(int32_t value);
uint32_t square_of(uint32_t number);
int32_t scale(int32_t value);
void use_settings(const struct settings *settings);
const char *settings_name(void);
uint32_t fill_buffer(uint32_t seed);
uint32_t read_host(void);
void write_host(int32_t value);
const void *host_address(int which);
uint32_t once(void);
const char *const *names(size_t *count);
uint32_t fibonacci_cached(unsigned n);
void flip(void);
double mean(double sample);
uint32_t move_cursor(uint32_t by);

// Of the host.
struct host_config {
    uint32_t version;
    uint8_t key[12];
    int64_t serial;
};
extern int32_t host_value;
extern struct host_config host_config;
extern const char host_name[];
extern uint8_t host_table[][4];
extern bool host_flag;
