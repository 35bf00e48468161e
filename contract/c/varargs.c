// Variable arguments: of the host's functions, of our own, and as va_list.
#include "varargs.h"

int say(const char *who, int32_t number)
{
    return host_say("%s: %d, %x\n", who, number, number * 3);
}

int say_everything(int64_t wide, double number, uint8_t byte, const char *text)
{
    return host_say("%l %f %d %s %l %d %f", wide, number, byte, text, ~wide, -1, number / 2);
}

int say_nothing(void)
{
    return host_say("nothing") + host_say("%d", 5);
}

int32_t sum_list(unsigned count, va_list list)
{
    int32_t sum = 0;
    while (count--) {
        sum = sum * 10 + va_arg(list, int32_t);
    }
    return sum;
}

int64_t sum_kinds(const char *kinds, va_list list)
{
    int64_t sum = 0;
    for (; *kinds; kinds++) {
        switch (*kinds) {
        case 'd':
            sum += va_arg(list, int);
            break;
        case 'l':
            sum -= va_arg(list, int64_t);
            break;
        case 'f':
            sum += (int64_t)(va_arg(list, double) * 100);
            break;
        default:
            sum ^= *va_arg(list, const char *);
        }
    }
    return sum;
}

int32_t sum_arguments(unsigned count, ...)
{
    va_list list;
    va_start(list, count);
    int32_t sum = sum_list(count, list);
    va_end(list);
    return sum;
}

double average(int count, ...)
{
    va_list list;
    va_start(list, count);
    double sum = 0;
    for (int i = 0; i < count; i++) {
        sum += va_arg(list, double);
    }
    va_end(list);
    return sum / count;
}

int64_t sum_wide(int first, int64_t second, ...)
{
    va_list list;
    va_start(list, second);
    int64_t sum = first + second;
    for (int64_t value; (value = va_arg(list, int64_t));) {
        sum = sum * 3 + value + va_arg(list, int);
    }
    va_end(list);
    return sum;
}

size_t format(char *out, const char *pattern, ...)
{
    char *at = out;
    va_list list;
    va_start(list, pattern);
    for (; *pattern; pattern++) {
        if (*pattern != '%') {
            *at++ = *pattern;
            continue;
        }
        switch (*++pattern) {
        case 'c':
            *at++ = va_arg(list, int);
            break;
        case 's':
            for (const char *text = va_arg(list, const char *); *text;) {
                *at++ = *text++;
            }
            break;
        case 'x': {
            uint32_t value = va_arg(list, uint32_t);
            for (int shift = 28; shift >= 0; shift -= 4) {
                *at++ = "0123456789abcdef"[value >> shift & 15];
            }
            break;
        }
        default:
            *at++ = '%';
        }
    }
    va_end(list);
    *at = 0;
    return at - out;
}

int forward(const char *pattern, ...)
{
    va_list list;
    va_start(list, pattern);
    int result = host_vsay(pattern, list);
    va_end(list);
    return result + 1000;
}

int32_t sum_twice(unsigned count, ...)
{
    va_list list, copy;
    va_start(list, count);
    va_copy(copy, list);
    int32_t first = sum_list(count, list);
    int32_t second = sum_list(count / 2, copy);
    va_end(copy);
    va_end(list);
    return first - second;
}
