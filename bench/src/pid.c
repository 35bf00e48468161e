/* PID controller in Q16.16 with anti-windup and a filtered derivative, driving
 * a simulated first-order plant. */
#include "bench.h"

typedef int32_t fixed;

struct pid {
    fixed kp, ki, kd;
    fixed integral, last, filtered;
    fixed low, high;
};

static inline fixed mul(fixed a, fixed b)
{
    return (fixed)((int64_t)a * b >> 16);
}

static inline fixed clamp(fixed v, fixed low, fixed high)
{
    return v < low ? low : v > high ? high : v;
}

KERNEL fixed pid_step(struct pid *p, fixed target, fixed measured)
{
    fixed error = target - measured;
    fixed delta = measured - p->last;
    p->last = measured;
    p->filtered += (delta - p->filtered) >> 3;
    fixed out = mul(p->kp, error) + p->integral - mul(p->kd, p->filtered);
    if ((out < p->high || error < 0) && (out > p->low || error > 0))
        p->integral = clamp(p->integral + mul(p->ki, error), p->low, p->high);
    return clamp(out, p->low, p->high);
}

KERNEL fixed plant_step(fixed *state, fixed drive, fixed load)
{
    *state += (drive - *state - load) / 37;
    return *state;
}

ENTRY(bench_pid)
{
    struct pid p = { 3 << 16, 6554, 9830, 0, 0, 0, -(100 << 16), 100 << 16 };
    fixed state = 0;
    uint32_t sum = 0;
    for (int i = 0; i < 500; i++) {
        fixed target = (i / 100 & 1 ? 20 : 50) << 16;
        fixed drive = pid_step(&p, target, state);
        plant_step(&state, drive, (i % 7) << 12);
        sum = sum * 33 + (uint32_t)state;
    }
    return sum;
}
