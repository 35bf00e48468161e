#include "callbacks.h"
#include "contract.h"

static handler registered;
uint32_t host_events;

int32_t host_bounce(int32_t (*back)(int32_t), int32_t depth)
{
    return back(depth - 1) ^ depth;
}

void host_register(handler handler)
{
    registered = handler;
}

static int32_t mix(int32_t a, int32_t b)
{
    return a * 31 + b;
}

static int by_value(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return x < y ? -1 : x > y;
}

TEST(apply)
{
    log_word(apply(mix, 5, 6));
    log_word(apply(operation('*'), 5, 6));
}

TEST(fold)
{
    int32_t *v = arena(80);
    for (int i = 0; i < 20; i++) {
        v[i] = random_word();
    }
    log_word(fold(mix, v, 20, 1));
    log_word(fold(operation('+'), v, 20, 1));
}

TEST(sort_with)
{
    int32_t *v = arena(240);
    for (int i = 0; i < 60; i++) {
        v[i] = random_word();
    }
    sort_with(v, 30, 4, by_value);
    sort_with(v + 30, 15, 8, by_value);
}

TEST(operation)
{
    const char symbols[] = "+-*/%";
    for (int i = 0; i < 5; i++) {
        binary f = operation(symbols[i]);
        log_word(f ? f(1000, 7) : 0);
    }
}

TEST(calculate)
{
    log_word(calculate("+-*/", 5000, 12));
    log_word(calculate("+?*", 3, 4));
}

static int32_t logged_read(struct device *self)
{
    log_text("read");
    return self->state;
}

static void logged_write(struct device *self, int32_t value)
{
    log_word(value);
    self->state = value;
}

TEST(device_add)
{
    struct device device = {logged_read, logged_write, 10};
    log_word(device_add(&device, 32));
    device = *default_device();
    log_word(device_add(&device, 5));
}

TEST(default_device)
{
    struct device device = *default_device();
    log_word(device.state);
    device.write(&device, 9);
    log_word(device.read(&device));
}

static int64_t wide(int32_t number, int64_t value, void *context)
{
    log_word(number);
    log_wide(value);
    return value * number + *(int32_t *)context;
}

TEST(call_wide)
{
    int32_t context = 99;
    log_wide(call_wide(wide, 0x123456789abcdef, &context));
}

static void noted(uint32_t event, void *context)
{
    log_word(event);
    log_text(context);
}

TEST(set_handler)
{
    set_handler(1, noted, "one");
    set_handler(4, noted, "four");
    log_word(raise_events(0xff));
    set_handler(1, NULL, NULL);
    log_word(raise_events(0x12));
    set_handler(4, NULL, NULL);
}

TEST(raise_events)
{
    uint32_t sum = 5;
    for (int i = 0; i < 8; i++) {
        set_handler(i, counting_handler(), &sum);
    }
    log_word(raise_events(0xa5));
    log_word(sum);
    for (int i = 0; i < 8; i++) {
        set_handler(i, NULL, NULL);
    }
}

TEST(bounce)
{
    for (int i = 0; i < 12; i++) {
        log_word(bounce(i));
    }
}

TEST(counting_handler)
{
    uint32_t sum = 0;
    host_events = 0;
    counting_handler()(3, &sum);
    registered(4, &sum);
    log_word(sum);
    log_word(host_events);
    log_word(registered == counting_handler());
}

TEST(same_function)
{
    log_word(same_function(operation('+')));
    log_word(same_function(operation('-')));
    log_word(same_function(operation('*')));
    log_word(same_function(mix));
    log_word(same_function(NULL));
}

static double square(double x)
{
    return x * x;
}

TEST(integrate)
{
    log_double(integrate(square, -1, 2, 100));
}

TESTS(callbacks, T(apply) T(fold) T(sort_with) T(operation) T(calculate) T(device_add)
                     T(default_device) T(call_wide) T(set_handler) T(raise_events) T(bounce)
                         T(counting_handler) T(same_function) T(integrate));
