#include "varargs.h"

#include "contract.h"

int host_vsay(const char *pattern, va_list list)
{
    int count = 0;
    for (; *pattern; pattern++) {
        if (*pattern != '%') {
            continue;
        }
        count++;
        switch (*++pattern) {
        case 'd':
        case 'x':
            log_word(va_arg(list, int));
            break;
        case 'l':
            log_wide(va_arg(list, int64_t));
            break;
        case 'f':
            log_double(va_arg(list, double));
            break;
        default:
            log_text(va_arg(list, const char *));
        }
    }
    return count;
}

int host_say(const char *pattern, ...)
{
    va_list list;
    va_start(list, pattern);
    int count = host_vsay(pattern, list);
    va_end(list);
    return count;
}

TEST(say)
{
    log_word(say("somebody", -12345));
}

TEST(say_everything)
{
    log_word(say_everything(0x123456789abcdef, 2.5, 200, "text"));
}

TEST(say_nothing)
{
    log_word(say_nothing());
}

static int32_t through_list(unsigned count, ...)
{
    va_list list;
    va_start(list, count);
    int32_t sum = sum_list(count, list);
    va_end(list);
    return sum;
}

TEST(sum_list)
{
    log_word(through_list(0));
    log_word(through_list(3, 1, 2, 3));
    log_word(through_list(7, 1, 2, 3, 4, 5, 6, 7));
}

static int64_t through_kinds(const char *kinds, ...)
{
    va_list list;
    va_start(list, kinds);
    int64_t sum = sum_kinds(kinds, list);
    va_end(list);
    return sum;
}

TEST(sum_kinds)
{
    log_wide(through_kinds("dlsfdl", 5, 1ll << 40, "x", 12.25, -3, -1ll));
    log_wide(through_kinds("ldf", 7ll, 8, -0.5));
}

TEST(sum_arguments)
{
    log_word(sum_arguments(0));
    log_word(sum_arguments(2, 7, 8));
    log_word(sum_arguments(9, 1, 2, 3, 4, 5, 6, 7, 8, 9));
}

TEST(average)
{
    log_double(average(1, 2.5));
    log_double(average(5, 1.0, -2.0, 3.5, 1e10, 0.125));
}

TEST(sum_wide)
{
    log_wide(sum_wide(1, 2, 0ll));
    log_wide(sum_wide(1, -2, 1ll << 35, 7, 9ll, 8, 0ll));
}

TEST(format)
{
    char *out = arena(200);
    log_word(format(out, "%s=%x%c", "value", 0xbeef, '!'));
    log_word(format(out + 100, "%c%c%c%s%s%%%x", 'a', 'b', 'c', "-", "end", 1));
}

TEST(forward)
{
    log_word(forward("%d %l %s %f", 1, 2ll, "three", 4.0));
}

TEST(sum_twice)
{
    log_word(sum_twice(6, 1, 2, 3, 4, 5, 6));
}

TESTS(varargs, T(say) T(say_everything) T(say_nothing) T(sum_list) T(sum_kinds) T(sum_arguments)
                   T(average) T(sum_wide) T(format) T(forward) T(sum_twice));
