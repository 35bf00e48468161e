#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rust_point {
    int32_t x, y;
};
struct rust_reading {
    uint8_t channel;
    uint16_t raw;
    float value;
    uint64_t time;
};
enum rust_state { RUST_IDLE, RUST_RUNNING, RUST_BLOCKED = 7, RUST_DONE };
struct rust_event {
    uint8_t kind;
    union {
        uint32_t number;
        struct rust_point point;
        float level;
    };
};
int32_t rust_dot(const struct rust_point *a, const struct rust_point *b);
void rust_move(struct rust_point *point, int32_t by);
void rust_calibrate(struct rust_reading *readings, size_t count, float gain);
enum rust_state rust_step(enum rust_state state, bool wake);
int32_t rust_handle(const struct rust_event *event);
uint32_t rust_area(uint32_t kind, uint32_t size);
uint64_t rust_wide(uint64_t a, uint64_t b, uint32_t c);
int64_t rust_divide(int64_t a, int64_t b);
float rust_mean(const float *values, size_t count);
double rust_horner(double x, const double *coefficients, size_t count);
int32_t rust_saturate(float value);
uint32_t rust_bits(uint32_t value);
uint32_t rust_next(void);
int32_t rust_apply(int32_t (*f)(int32_t, void *), void *context, int32_t value);
int32_t (*rust_choose(uint32_t which))(int32_t);
uint32_t rust_host(uint32_t by);
const char *rust_name(uint32_t which);
uint32_t rust_option(const uint32_t *maybe);

// Of the host.
extern uint32_t host_shared;
int32_t host_twice(int32_t value);
