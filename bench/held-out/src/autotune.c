/* A heater's controller in single precision: a thermistor's equation, a PID
 * controller tuned by a relay experiment, recursive least squares for a model of
 * the plant, a polynomial through calibration points, all on a simulated oven. */
#include "../../src/bench.h"

enum { POINTS = 9, DEGREE = 3, PARAMETERS = 3 };

enum phase { HEATING, RELAY, CONTROL, FAULT };

struct pid { float kp, ki, kd, integral, last, derivative, low, high; };

struct relay {
    float target, amplitude, hysteresis;
    float maximum, minimum, period;
    uint16_t last_switch, cycles;
    uint8_t on;
};

struct model { float theta[PARAMETERS], p[PARAMETERS][PARAMETERS], forgetting; };

struct oven { float temperature, element, ambient; };

struct controller {
    enum phase phase;
    struct pid pid;
    struct relay relay;
    struct model model;
    float last, drive;
    uint16_t tick;
};

static inline float absolute(float v) { return v < 0 ? -v : v; }
static inline float limit(float v, float low, float high) { return v < low ? low : v > high ? high : v; }

/* The natural logarithm, by powers of two and a series of artanh. */
KERNEL float logarithm(float v)
{
    int exponent = 0;
    while (v > 1.4142135f) {
        v *= 0.5f;
        exponent++;
    }
    while (v < 0.70710677f) {
        v *= 2.0f;
        exponent--;
    }
    float t = (v - 1) / (v + 1), square = t * t;
    float sum = t * (2 + square * (0.6666667f + square * (0.4f + square * 0.2857143f)));
    return sum + (float)exponent * 0.6931472f;
}

/* Steinhart and Hart: degrees Celsius from a divider's reading of 12 bits. */
KERNEL float thermistor(uint16_t reading)
{
    if (reading < 8 || reading > 4087)
        return -1000;
    float resistance = 10000.0f * (float)reading / (float)(4095 - reading);
    float l = logarithm(resistance);
    return 1.0f / (1.009249e-3f + l * (2.378405e-4f + l * l * 2.019202e-7f)) - 273.15f;
}

/* The reading at a temperature, by bisection. */
KERNEL uint16_t reading_at(float temperature)
{
    uint16_t low = 8, high = 4087;
    while (high - low > 1) {
        uint16_t middle = (uint16_t)((low + high) / 2);
        if (thermistor(middle) > temperature)
            low = middle;
        else
            high = middle;
    }
    return low;
}

KERNEL float pid_step(struct pid *p, float target, float value, float dt)
{
    float error = target - value;
    float slope = (p->last - value) / dt;
    p->last = value;
    p->derivative += 0.2f * (slope - p->derivative);
    float out = p->kp * error + p->integral + p->kd * p->derivative;
    float limited = limit(out, p->low, p->high);
    if (out == limited || (out > limited) != (error > 0))
        p->integral = limit(p->integral + p->ki * error * dt, p->low, p->high);
    return limited;
}

/* A tick of the experiment; whether enough has been seen. */
KERNEL int relay_step(struct relay *r, float value, uint16_t tick)
{
    if (value > r->maximum)
        r->maximum = value;
    if (value < r->minimum)
        r->minimum = value;
    if (r->on && value > r->target + r->hysteresis) {
        r->on = 0;
    } else if (!r->on && value < r->target - r->hysteresis) {
        uint16_t period = (uint16_t)(tick - r->last_switch);
        r->last_switch = tick;
        r->on = 1;
        if (++r->cycles > 1)
            r->period = r->cycles == 2 ? period : 0.5f * (r->period + period);
    }
    return r->cycles >= 4;
}

/* Ziegler and Nichols with little overshoot. */
KERNEL int tune(struct pid *p, const struct relay *r)
{
    float swing = 0.5f * (r->maximum - r->minimum);
    if (swing <= r->hysteresis || r->period < 1)
        return 0;
    float ultimate = 4 * r->amplitude / (3.1415927f * swing);
    p->kp = 0.33f * ultimate;
    p->ki = p->kp / (0.5f * r->period);
    p->kd = p->kp * 0.33f * r->period;
    return 1;
}

/* Recursive least squares: y = theta . x. */
KERNEL float model_update(struct model *m, const float *x, float y)
{
    float gain[PARAMETERS], px[PARAMETERS], scale = m->forgetting, error = y;
    for (int i = 0; i < PARAMETERS; i++) {
        px[i] = 0;
        for (int j = 0; j < PARAMETERS; j++)
            px[i] += m->p[i][j] * x[j];
        scale += x[i] * px[i];
        error -= m->theta[i] * x[i];
    }
    for (int i = 0; i < PARAMETERS; i++) {
        gain[i] = px[i] / scale;
        m->theta[i] += gain[i] * error;
    }
    for (int i = 0; i < PARAMETERS; i++)
        for (int j = 0; j < PARAMETERS; j++)
            m->p[i][j] = (m->p[i][j] - gain[i] * px[j]) / m->forgetting;
    return error;
}

/* A polynomial by least squares: normal equations, elimination with pivots. */
KERNEL int polynomial(const float *x, const float *y, float *c)
{
    float a[DEGREE + 1][DEGREE + 2] = { { 0 } };
    for (int k = 0; k < POINTS; k++) {
        float power[2 * DEGREE + 1] = { 1 };
        for (int i = 1; i <= 2 * DEGREE; i++)
            power[i] = power[i - 1] * x[k];
        for (int i = 0; i <= DEGREE; i++) {
            for (int j = 0; j <= DEGREE; j++)
                a[i][j] += power[i + j];
            a[i][DEGREE + 1] += power[i] * y[k];
        }
    }
    for (int column = 0; column <= DEGREE; column++) {
        int pivot = column;
        for (int i = column + 1; i <= DEGREE; i++)
            if (absolute(a[i][column]) > absolute(a[pivot][column]))
                pivot = i;
        if (absolute(a[pivot][column]) < 1e-9f)
            return 0;
        for (int j = 0; j < DEGREE + 2; j++) {
            float t = a[column][j];
            a[column][j] = a[pivot][j];
            a[pivot][j] = t;
        }
        for (int i = 0; i <= DEGREE; i++) {
            if (i == column)
                continue;
            float factor = a[i][column] / a[column][column];
            for (int j = column; j < DEGREE + 2; j++)
                a[i][j] -= factor * a[column][j];
        }
    }
    for (int i = 0; i <= DEGREE; i++)
        c[i] = a[i][DEGREE + 1] / a[i][i];
    return 1;
}

KERNEL void oven_step(struct oven *o, float drive)
{
    o->element += 0.05f * (drive - o->element);
    o->temperature += 0.9f * o->element - 0.008f * (o->temperature - o->ambient);
}

KERNEL float control(struct controller *c, float temperature, float target)
{
    float x[PARAMETERS] = { c->last, c->drive, 1 };
    if (c->tick > 5)
        model_update(&c->model, x, temperature);
    c->last = temperature;
    c->tick++;
    if (temperature < -50 || temperature > 250)
        c->phase = FAULT;
    switch (c->phase) {
    case HEATING:
        c->drive = 1;
        if (temperature > target - 5) {
            c->phase = RELAY;
            c->relay = (struct relay){ target, 0.5f, 0.4f, target, target, 0, c->tick, 0, 1 };
        }
        break;
    case RELAY:
        c->drive = c->relay.on;
        if (relay_step(&c->relay, temperature, c->tick)) {
            c->phase = tune(&c->pid, &c->relay) ? CONTROL : FAULT;
            c->pid.last = temperature;
            c->pid.integral = 0.3f;
        }
        break;
    case CONTROL: c->drive = pid_step(&c->pid, target, temperature, 1); break;
    case FAULT: c->drive = 0; break;
    }
    return c->drive;
}

/* The bits of a float. */
static uint32_t bits(float v)
{
    union { float f; uint32_t u; } both = { v };
    return both.u;
}

ENTRY(bench_autotune)
{
    struct oven oven = { 20, 0, 20 };
    struct controller c = { .phase = HEATING, .pid = { .low = 0, .high = 1 }, .model = { .forgetting = 0.998f } };
    float x[POINTS], y[POINTS], coefficients[DEGREE + 1];
    uint32_t seed = 1942, result = 0;
    for (int i = 0; i < PARAMETERS; i++)
        c.model.p[i][i] = 100;
    for (int i = 0; i < 500; i++) {
        uint16_t reading = (uint16_t)(reading_at(oven.temperature) + next_random(&seed) % 2);
        float drive = control(&c, thermistor(reading), i < 350 ? 80 : 60);
        oven_step(&oven, drive);
        result = result * 31 + bits(drive);
    }
    for (int i = 0; i < POINTS; i++) {
        x[i] = 0.25f * (float)i - 1;
        y[i] = thermistor((uint16_t)(600 + 330 * i));
    }
    result = result * 31 + (uint32_t)polynomial(x, y, coefficients);
    for (int i = 0; i <= DEGREE; i++)
        result = result * 31 + bits(coefficients[i]);
    for (int i = 0; i < PARAMETERS; i++)
        result = result * 31 + bits(c.model.theta[i]);
    return result * 4 + (uint32_t)c.phase;
}
