/* A Modbus RTU slave: frames by silence on the line, CRC-16, function codes over
 * tables of coils and registers with callbacks, exceptions, counters; a master
 * that asks. */
#include "../../src/bench.h"

enum { FRAME = 96, COILS = 40, HOLDING = 24, ADDRESS = 17, SILENCE = 4 };

enum function {
    READ_COILS = 1,
    READ_INPUTS = 2,
    READ_HOLDING = 3,
    READ_INPUT_REGISTERS = 4,
    WRITE_COIL = 5,
    WRITE_REGISTER = 6,
    DIAGNOSTICS = 8,
    WRITE_COILS = 15,
    WRITE_REGISTERS = 16,
    MASK_WRITE = 22,
    READ_WRITE = 23,
};

enum exception { NONE, ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, DEVICE_FAILURE };

struct slave;

struct register_block {
    uint16_t first, count;
    uint16_t *values;
    enum exception (*check)(struct slave *, uint16_t index, uint16_t value);
};

struct slave {
    uint8_t address, length, silence, receiving;
    uint8_t frame[FRAME], reply[FRAME];
    uint8_t reply_length;
    uint8_t coils[(COILS + 7) / 8];
    uint16_t holding[HOLDING], inputs[8];
    const struct register_block *blocks;
    struct { uint16_t messages, crc_errors, exceptions, served, overruns; } counters;
    uint16_t limits[2];
};

KERNEL uint16_t crc16(const uint8_t *data, uint32_t n)
{
    uint16_t crc = 0xffff;
    while (n--) {
        crc ^= *data++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? (uint16_t)(crc >> 1 ^ 0xa001) : (uint16_t)(crc >> 1);
    }
    return crc;
}

static inline uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static void push8(struct slave *s, uint8_t v)
{
    if (s->reply_length < FRAME - 2)
        s->reply[s->reply_length++] = v;
}

static void push16(struct slave *s, uint16_t v)
{
    push8(s, (uint8_t)(v >> 8));
    push8(s, (uint8_t)v);
}

static enum exception check_limit(struct slave *s, uint16_t index, uint16_t value)
{
    if (index == 0 && value > s->limits[1])
        return ILLEGAL_VALUE;
    if (index == 1) {
        if (value < s->limits[0])
            return ILLEGAL_VALUE;
        s->limits[1] = value;
    }
    return NONE;
}

static enum exception check_locked(struct slave *s, uint16_t index, uint16_t value)
{
    (void)index;
    (void)value;
    return s->coils[0] & 1 ? NONE : DEVICE_FAILURE;
}

static uint16_t *find_register(struct slave *s, uint16_t address, const struct register_block **block)
{
    for (const struct register_block *b = s->blocks; b->count; b++) {
        if (address >= b->first && address - b->first < b->count) {
            *block = b;
            return &b->values[address - b->first];
        }
    }
    return NULL;
}

KERNEL enum exception read_registers(struct slave *s, uint16_t first, uint16_t count)
{
    const struct register_block *block;
    if (count < 1 || count > 40)
        return ILLEGAL_VALUE;
    push8(s, (uint8_t)(2 * count));
    for (uint16_t i = 0; i < count; i++) {
        const uint16_t *r = find_register(s, (uint16_t)(first + i), &block);
        if (!r)
            return ILLEGAL_ADDRESS;
        push16(s, *r);
    }
    return NONE;
}

KERNEL enum exception write_register(struct slave *s, uint16_t address, uint16_t value)
{
    const struct register_block *block;
    uint16_t *r = find_register(s, address, &block);
    if (!r)
        return ILLEGAL_ADDRESS;
    if (block->check) {
        enum exception e = block->check(s, (uint16_t)(address - block->first), value);
        if (e != NONE)
            return e;
    }
    *r = value;
    return NONE;
}

KERNEL enum exception write_registers(struct slave *s, const uint8_t *data, uint16_t first, uint16_t count, uint8_t bytes)
{
    if (count < 1 || count > 40 || bytes != 2 * count)
        return ILLEGAL_VALUE;
    for (uint16_t i = 0; i < count; i++) {
        enum exception e = write_register(s, (uint16_t)(first + i), be16(data + 2 * i));
        if (e != NONE)
            return e;
    }
    return NONE;
}

KERNEL enum exception read_bits(struct slave *s, uint16_t first, uint16_t count)
{
    uint8_t byte = 0;
    if (count < 1)
        return ILLEGAL_VALUE;
    if (first + count > COILS)
        return ILLEGAL_ADDRESS;
    push8(s, (uint8_t)((count + 7) / 8));
    for (uint16_t i = 0; i < count; i++) {
        uint16_t at = (uint16_t)(first + i);
        if (s->coils[at / 8] >> (at % 8) & 1)
            byte |= (uint8_t)(1 << i % 8);
        if (i % 8 == 7 || i == count - 1) {
            push8(s, byte);
            byte = 0;
        }
    }
    return NONE;
}

static void set_coil(struct slave *s, uint16_t at, int on)
{
    uint8_t mask = (uint8_t)(1 << at % 8);
    if (on)
        s->coils[at / 8] |= mask;
    else
        s->coils[at / 8] &= (uint8_t)~mask;
}

KERNEL enum exception dispatch(struct slave *s, const uint8_t *pdu, uint32_t n)
{
    if (n < 5)
        return ILLEGAL_VALUE;
    uint16_t first = be16(pdu + 1), second = be16(pdu + 3);
    enum exception e;
    switch (pdu[0]) {
    case READ_COILS:
    case READ_INPUTS:
        return read_bits(s, first, second);
    case READ_HOLDING:
    case READ_INPUT_REGISTERS:
        return read_registers(s, pdu[0] == READ_HOLDING ? first : (uint16_t)(first + 0x300), second);
    case WRITE_COIL:
        if (first >= COILS)
            return ILLEGAL_ADDRESS;
        if (second != 0 && second != 0xff00)
            return ILLEGAL_VALUE;
        set_coil(s, first, second != 0);
        break;
    case WRITE_REGISTER:
        if ((e = write_register(s, first, second)) != NONE)
            return e;
        break;
    case DIAGNOSTICS:
        switch (first) {
        case 0: break;
        case 10:
            s->counters.messages = s->counters.crc_errors = 0;
            s->counters.exceptions = s->counters.served = 0;
            break;
        case 11: second = s->counters.messages; break;
        case 12: second = s->counters.crc_errors; break;
        case 13: second = s->counters.exceptions; break;
        case 14: second = s->counters.served; break;
        default: return ILLEGAL_VALUE;
        }
        break;
    case WRITE_COILS:
        if (n < 6u + pdu[5] || pdu[5] != (second + 7) / 8)
            return ILLEGAL_VALUE;
        if (first + second > COILS)
            return ILLEGAL_ADDRESS;
        for (uint16_t i = 0; i < second; i++)
            set_coil(s, (uint16_t)(first + i), pdu[6 + i / 8] >> i % 8 & 1);
        break;
    case WRITE_REGISTERS:
        if (n < 6u + pdu[5])
            return ILLEGAL_VALUE;
        if ((e = write_registers(s, pdu + 6, first, second, pdu[5])) != NONE)
            return e;
        break;
    case MASK_WRITE: {
        const struct register_block *block;
        const uint16_t *r = find_register(s, first, &block);
        if (n < 7)
            return ILLEGAL_VALUE;
        if (!r)
            return ILLEGAL_ADDRESS;
        uint16_t or = be16(pdu + 5);
        e = write_register(s, first, (uint16_t)((*r & second) | (or & ~second)));
        if (e != NONE)
            return e;
        push16(s, first);
        push16(s, second);
        push16(s, or);
        return NONE;
    }
    case READ_WRITE:
        if (n < 10 || n < 10u + pdu[9])
            return ILLEGAL_VALUE;
        if ((e = write_registers(s, pdu + 10, be16(pdu + 5), be16(pdu + 7), pdu[9])) != NONE)
            return e;
        return read_registers(s, first, second);
    default:
        return ILLEGAL_FUNCTION;
    }
    push16(s, first);
    push16(s, second);
    return NONE;
}

KERNEL void frame_complete(struct slave *s)
{
    const uint8_t *f = s->frame;
    uint32_t n = s->length;
    s->reply_length = 0;
    if (n < 4 || crc16(f, n - 2) != (uint16_t)(f[n - 2] | f[n - 1] << 8)) {
        s->counters.crc_errors++;
        return;
    }
    s->counters.messages++;
    if (f[0] != s->address && f[0] != 0)
        return;
    push8(s, s->address);
    push8(s, f[1]);
    enum exception e = dispatch(s, f + 1, n - 3);
    if (e != NONE) {
        s->counters.exceptions++;
        s->reply[1] = f[1] | 0x80;
        s->reply_length = 2;
        push8(s, (uint8_t)e);
    }
    s->counters.served++;
    if (f[0] == 0) {
        s->reply_length = 0; /* nobody answers a broadcast */
        return;
    }
    uint16_t crc = crc16(s->reply, s->reply_length);
    s->reply[s->reply_length++] = (uint8_t)crc;
    s->reply[s->reply_length++] = (uint8_t)(crc >> 8);
}

KERNEL void uart_byte(struct slave *s, uint8_t byte)
{
    s->silence = 0;
    if (!s->receiving) {
        s->receiving = 1;
        s->length = 0;
    }
    if (s->length < FRAME)
        s->frame[s->length++] = byte;
    else
        s->counters.overruns++;
}

KERNEL void timer_tick(struct slave *s)
{
    if (s->receiving && ++s->silence >= SILENCE) {
        s->receiving = 0;
        frame_complete(s);
    }
}

/* What the master sends, without address and CRC; the first byte is the length. */
static const uint8_t requests[] = {
    5, 5, 0, 0, 0xff, 0,
    5, 1, 0, 0, 0, 19,
    8, 15, 0, 3, 0, 10, 2, 0xcd, 0x01,
    5, 1, 0, 1, 0, 37,
    5, 6, 1, 1, 0x03, 0xe8,
    5, 6, 1, 0, 0x01, 0xf4,
    5, 6, 1, 0, 0x07, 0xd0,
    12, 16, 2, 2, 0, 3, 6, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc,
    5, 3, 2, 0, 0, 8,
    5, 4, 0, 1, 0, 5,
    7, 22, 2, 3, 0x0f, 0xf0, 0xa0, 0x05,
    14, 23, 2, 1, 0, 6, 2, 5, 0, 2, 4, 0xca, 0xfe, 0xba, 0xbe,
    5, 8, 0, 11, 0, 0,
    5, 8, 0, 13, 0, 0,
    5, 8, 0, 12, 0, 0,
    5, 43, 14, 1, 0, 0,
    5, 3, 4, 0, 0, 2,
    5, 5, 0, 0, 0, 0,
    5, 6, 2, 4, 0x11, 0x11,
    5, 2, 0, 8, 0, 16,
};

static struct slave slave;
static struct register_block blocks[4];

ENTRY(bench_modbus)
{
    uint32_t seed = 502, result = 0;
    uint8_t frame[FRAME];
    blocks[0] = (struct register_block){ 0x100, 4, slave.holding, check_limit };
    blocks[1] = (struct register_block){ 0x200, HOLDING - 4, slave.holding + 4, check_locked };
    blocks[2] = (struct register_block){ 0x300, 8, slave.inputs, NULL };
    slave.address = ADDRESS;
    slave.blocks = blocks;
    slave.limits[0] = 100;
    slave.limits[1] = 600;
    for (int round = 0; round < 8; round++) {
        for (const uint8_t *r = requests; r < requests + sizeof requests; r += 1 + *r) {
            uint8_t n = 0, broken = next_random(&seed) % 16 == 0;
            slave.inputs[next_random(&seed) % 8] += 7;
            frame[n++] = next_random(&seed) % 20 == 0 ? 0 : next_random(&seed) % 20 == 0 ? ADDRESS + 1 : ADDRESS;
            for (uint8_t i = 1; i <= *r; i++)
                frame[n++] = r[i];
            uint16_t crc = crc16(frame, n);
            frame[n++] = (uint8_t)crc;
            frame[n++] = (uint8_t)(crc >> 8);
            if (broken)
                frame[next_random(&seed) % n] ^= 0x10;
            for (uint8_t i = 0; i < n; i++) {
                uart_byte(&slave, frame[i]);
                timer_tick(&slave);
            }
            for (int i = 0; i < SILENCE; i++)
                timer_tick(&slave);
            for (uint8_t i = 0; i < slave.reply_length; i++)
                result = result * 31 + slave.reply[i];
        }
    }
    return result ^ slave.counters.served ^ (uint32_t)slave.counters.crc_errors << 16 ^ slave.counters.overruns;
}
