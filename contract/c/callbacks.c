// Function pointers in both directions: the host's called here, ours given away.
#include "callbacks.h"

int32_t apply(binary f, int32_t a, int32_t b)
{
    return f(a, b);
}

int32_t fold(binary f, const int32_t *values, size_t count, int32_t start)
{
    for (size_t i = 0; i < count; i++) {
        start = f(start, values[i]);
    }
    return start;
}

void sort_with(void *base, size_t count, size_t size, order order)
{
    char *bytes = base;
    for (size_t i = 1; i < count; i++) {
        for (size_t j = i; j > 0; j--) {
            char *a = bytes + (j - 1) * size, *b = a + size;
            if (order(a, b) <= 0) {
                break;
            }
            for (size_t k = 0; k < size; k++) {
                char t = a[k];
                a[k] = b[k];
                b[k] = t;
            }
        }
    }
}

static int32_t add(int32_t a, int32_t b)
{
    return (uint32_t)a + (uint32_t)b;
}

static int32_t subtract(int32_t a, int32_t b)
{
    return (uint32_t)a - (uint32_t)b;
}

static int32_t multiply(int32_t a, int32_t b)
{
    return (uint32_t)a * (uint32_t)b;
}

static int32_t divide(int32_t a, int32_t b)
{
    return b ? a / b : 0;
}

static const struct {
    char symbol;
    binary function;
} operations[] = {{'+', add}, {'-', subtract}, {'*', multiply}, {'/', divide}};

binary operation(char symbol)
{
    for (unsigned i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (operations[i].symbol == symbol) {
            return operations[i].function;
        }
    }
    return NULL;
}

int32_t calculate(const char *text, int32_t left, int32_t right)
{
    for (; *text; text++) {
        binary f = operation(*text);
        left = f ? f(left, right) : -1;
    }
    return left;
}

int32_t device_add(struct device *device, int32_t by)
{
    device->write(device, device->read(device) + by);
    return device->read(device);
}

static int32_t default_read(struct device *self)
{
    return self->state >> 1;
}

static void default_write(struct device *self, int32_t value)
{
    self->state = value << 1 | 1;
}

const struct device *default_device(void)
{
    static const struct device device = {default_read, default_write, 84};
    return &device;
}

int64_t call_wide(wide_callback f, int64_t value, void *context)
{
    return f(7, value, context) + f(-7, ~value, context);
}

static struct {
    handler handler;
    void *context;
} handlers[8];

void set_handler(unsigned slot, handler handler, void *context)
{
    handlers[slot].handler = handler;
    handlers[slot].context = context;
}

unsigned raise_events(uint32_t mask)
{
    unsigned handled = 0;
    for (unsigned slot = 0; slot < 8; slot++) {
        if (mask & 1u << slot && handlers[slot].handler) {
            handlers[slot].handler(slot, handlers[slot].context);
            handled++;
        }
    }
    return handled;
}

int32_t bounce(int32_t depth)
{
    return depth <= 0 ? 1 : depth + 2 * host_bounce(bounce, depth - 1);
}

static void count_event(uint32_t event, void *context)
{
    *(uint32_t *)context += event;
    host_events++;
}

handler counting_handler(void)
{
    host_register(count_event);
    return count_event;
}

int same_function(binary f)
{
    return f == add ? 1 : f == subtract ? 2 : f == NULL ? 3 : 0;
}

double integrate(double (*f)(double), double from, double to, int steps)
{
    double width = (to - from) / steps, sum = 0;
    for (int i = 0; i < steps; i++) {
        sum += f(from + width * i) * width;
    }
    return sum;
}
