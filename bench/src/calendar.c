/* Calendar and time: days from dates and back, leap years, weekday names, a
 * timer wheel, elapsed times of 64 bits. */
#include "bench.h"

struct date { int32_t year; uint8_t month, day, hour, minute, second; };

static const uint16_t before[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };

KERNEL int is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

KERNEL int64_t to_seconds(const struct date *d)
{
    int32_t y = d->year - 1;
    int32_t days = y * 365 + y / 4 - y / 100 + y / 400 + before[d->month - 1] + d->day - 1;
    days += d->month > 2 && is_leap(d->year);
    return ((int64_t)days * 24 + d->hour) * 3600 + d->minute * 60 + d->second;
}

KERNEL void from_seconds(struct date *d, int64_t seconds)
{
    uint32_t days = (uint32_t)(seconds / 86400), rest = (uint32_t)(seconds % 86400);
    d->hour = (uint8_t)(rest / 3600);
    d->minute = (uint8_t)(rest / 60 % 60);
    d->second = (uint8_t)(rest % 60);
    uint32_t n400 = days / 146097;
    days %= 146097;
    uint32_t n100 = days / 36524;
    n100 -= n100 == 4;
    days -= n100 * 36524;
    uint32_t n4 = days / 1461;
    days %= 1461;
    uint32_t n1 = days / 365;
    n1 -= n1 == 4;
    days -= n1 * 365;
    d->year = (int32_t)(n400 * 400 + n100 * 100 + n4 * 4 + n1 + 1);
    int leap = is_leap(d->year);
    int month = 12;
    while (month > 1 && days < (uint32_t)(before[month - 1] + (month > 2 && leap)))
        month--;
    d->month = (uint8_t)month;
    d->day = (uint8_t)(days - before[month - 1] - (uint32_t)(month > 2 && leap) + 1);
}

KERNEL const char *weekday(int64_t seconds)
{
    switch ((uint32_t)(seconds / 86400) % 7) {
    case 0: return "Monday";
    case 1: return "Tuesday";
    case 2: return "Wednesday";
    case 3: return "Thursday";
    case 4: return "Friday";
    case 5: return "Saturday";
    default: return "Sunday";
    }
}

struct timer { uint64_t due; uint32_t period; uint32_t fired; };

static struct timer timers[8];

KERNEL uint64_t run_timers(uint64_t now)
{
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < sizeof timers / sizeof *timers; i++) {
        struct timer *t = &timers[i];
        while (t->due <= now) {
            t->fired++;
            t->due += t->period;
        }
        if (t->due < next)
            next = t->due;
    }
    return next;
}

ENTRY(bench_calendar)
{
    uint32_t seed = 12, result = 0;
    for (int i = 0; i < 40; i++) {
        struct date d = { (int32_t)(1900 + next_random(&seed) % 300), (uint8_t)(next_random(&seed) % 12 + 1),
            (uint8_t)(next_random(&seed) % 28 + 1), (uint8_t)(i % 24), (uint8_t)(i * 7 % 60), (uint8_t)i };
        struct date back;
        int64_t seconds = to_seconds(&d);
        from_seconds(&back, seconds);
        if (back.year != d.year || back.month != d.month || back.day != d.day || back.hour != d.hour)
            return 0;
        result = result * 31 + (uint32_t)seconds + (uint8_t)weekday(seconds)[2];
    }
    for (uint32_t i = 0; i < 8; i++)
        timers[i] = (struct timer){ 0xfffffff0u + i, 10 + i * 3, 0 };
    uint64_t now = 0xffffffe0u;
    for (int i = 0; i < 60; i++)
        now = run_timers(now);
    for (int i = 0; i < 8; i++)
        result = result * 31 + timers[i].fired;
    return result + (uint32_t)now;
}
