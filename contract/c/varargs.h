#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

int say(const char *who, int32_t number);
int say_everything(int64_t wide, double number, uint8_t byte, const char *text);
int say_nothing(void);
int32_t sum_list(unsigned count, va_list list);
int64_t sum_kinds(const char *kinds, va_list list);
int32_t sum_arguments(unsigned count, ...);
double average(int count, ...);
int64_t sum_wide(int first, int64_t second, ...);
size_t format(char *out, const char *pattern, ...);
int forward(const char *pattern, ...);
int32_t sum_twice(unsigned count, ...);

// Of the host: the form that this side calls, and the one that it is bound to.
int host_say(const char *pattern, ...);
int host_vsay(const char *pattern, va_list list);
