#include <stddef.h>
#include <stdint.h>

typedef int32_t (*binary)(int32_t, int32_t);
typedef int (*order)(const void *, const void *);
typedef int64_t (*wide_callback)(int32_t, int64_t, void *);
struct device {
    int32_t (*read)(struct device *self);
    void (*write)(struct device *self, int32_t value);
    int32_t state;
};
typedef void (*handler)(uint32_t event, void *context);

int32_t apply(binary f, int32_t a, int32_t b);
int32_t fold(binary f, const int32_t *values, size_t count, int32_t start);
void sort_with(void *base, size_t count, size_t size, order order);
binary operation(char symbol);
int32_t calculate(const char *text, int32_t left, int32_t right);
int32_t device_add(struct device *device, int32_t by);
const struct device *default_device(void);
int64_t call_wide(wide_callback f, int64_t value, void *context);
void set_handler(unsigned slot, handler handler, void *context);
unsigned raise_events(uint32_t mask);
int32_t bounce(int32_t depth);
handler counting_handler(void);
int same_function(binary f);
double integrate(double (*f)(double), double from, double to, int steps);

// Of the host.
int32_t host_bounce(int32_t (*back)(int32_t), int32_t depth);
void host_register(handler handler);
extern uint32_t host_events;
