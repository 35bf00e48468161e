/* State machines: a protocol receiver by a switch, and a door controller by a
 * table of handlers. */
#include "bench.h"

enum { IDLE, HEAD, SIZE, BODY, CHECK, ERROR };

struct receiver {
    uint8_t state, size, at, sum;
    uint16_t good, bad;
    uint8_t body[32];
};

KERNEL void receive(struct receiver *r, uint8_t byte)
{
    switch (r->state) {
    case IDLE:
        if (byte == 0x55)
            r->state = HEAD;
        break;
    case HEAD:
        r->state = byte == 0xaa ? SIZE : byte == 0x55 ? HEAD : IDLE;
        break;
    case SIZE:
        if (byte == 0 || byte > sizeof r->body) {
            r->state = ERROR;
            break;
        }
        r->size = byte;
        r->at = 0;
        r->sum = byte;
        r->state = BODY;
        break;
    case BODY:
        r->body[r->at++] = byte;
        r->sum = (uint8_t)(r->sum + byte);
        if (r->at == r->size)
            r->state = CHECK;
        break;
    case CHECK:
        if (byte == r->sum)
            r->good++;
        else
            r->bad++;
        r->state = IDLE;
        break;
    default:
        r->bad++;
        r->state = IDLE;
        break;
    }
}

struct door {
    uint32_t timer, moves, faults;
};

enum event { BUTTON, TICK, SENSOR, OBSTACLE };

typedef uint32_t handler(struct door *, enum event);

KERNEL uint32_t closed(struct door *d, enum event e)
{
    if (e != BUTTON)
        return 0;
    d->moves++;
    return 1;
}

KERNEL uint32_t opening(struct door *d, enum event e)
{
    if (e == SENSOR) {
        d->timer = 5;
        return 2;
    }
    if (e == OBSTACLE) {
        d->faults++;
        return 4;
    }
    return 1;
}

KERNEL uint32_t open(struct door *d, enum event e)
{
    if (e == BUTTON)
        d->timer = 5;
    if (e == TICK && --d->timer == 0) {
        d->moves++;
        return 3;
    }
    return 2;
}

KERNEL uint32_t closing(struct door *d, enum event e)
{
    (void)d;
    switch (e) {
    case BUTTON: case OBSTACLE: return 1;
    case SENSOR: return 0;
    default: return 3;
    }
}

KERNEL uint32_t fault(struct door *d, enum event e)
{
    (void)d;
    return e == BUTTON ? 3 : 4;
}

static handler *const handlers[] = { closed, opening, open, closing, fault };

ENTRY(bench_machine)
{
    static struct receiver r;
    uint32_t seed = 5, result = 0;
    r = (struct receiver){ 0 };
    for (int i = 0; i < 40; i++) {
        uint32_t size = next_random(&seed) % 20 + 1;
        uint8_t sum = (uint8_t)size;
        receive(&r, 0x55);
        receive(&r, 0xaa);
        receive(&r, (uint8_t)size);
        for (uint32_t j = 0; j < size; j++) {
            uint8_t byte = (uint8_t)next_random(&seed);
            sum = (uint8_t)(sum + byte);
            receive(&r, byte);
        }
        receive(&r, (uint8_t)(i % 5 ? sum : sum + 1));
        receive(&r, 0);
    }
    struct door d = { 0, 0, 0 };
    uint32_t state = 0;
    for (int i = 0; i < 500; i++) {
        state = handlers[state](&d, (enum event)(next_random(&seed) >> 30));
        result = result * 5 + state;
    }
    return result ^ (uint32_t)r.good << 16 ^ r.bad ^ d.moves << 8 ^ d.faults << 4;
}
