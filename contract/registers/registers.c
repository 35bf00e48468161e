// Device registers and flags. To clang for wasm their accesses are ordinary loads
// and stores; what synth makes of them must be what gcc makes of `volatile`.
#include "registers.h"

uint32_t wait_for_flag(void)
{
    while (!flag) {
    }
    return flag;
}

uint32_t wait_for_byte(void)
{
    uint32_t turns = 0;
    while (byte_flag != 3) {
        turns++;
    }
    byte_flag = 0;
    return turns;
}

void two_writes_and_a_read(uint32_t value)
{
    UART0->control = value;
    UART0->control = value;
    (void)UART0->control;
}

void read_modify_write(void)
{
    TIMER |= 0x10;
    TIMER &= ~3u;
    TIMER ^= 0x80000000;
    BYTE_PORT |= 1;
    HALF_PORT += 7;
}

void send(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        while (!(UART0->status & 2)) {
        }
        UART0->data = text[i];
    }
}

uint32_t receive(volatile struct uart *uart, uint8_t *out, uint32_t limit)
{
    uint32_t count = 0;
    while (count < limit && uart->status & 1) {
        out[count++] = uart->data;
    }
    return count;
}

void same_twice(void)
{
    TIMER = 5;
    TIMER = 5;
    BYTE_PORT = 0;
    HALF_PORT = 0;
    TIMER = 0;
}

uint32_t read_twice(void)
{
    uint32_t first = TIMER;
    uint32_t second = TIMER;
    return second - first;
}

void unused_reads(void)
{
    (void)TIMER;
    (void)BYTE_PORT;
    (void)HALF_PORT;
    (void)SIGNED_PORT;
    (void)UART0->status;
}

void clear_status(volatile struct uart *uart)
{
    uart->status = uart->status;
}

uint32_t widths(void)
{
    uint32_t sum = BYTE_PORT;
    sum += HALF_PORT;
    sum += SIGNED_PORT;
    BYTE_PORT = sum;
    HALF_PORT = sum;
    SIGNED_PORT = sum >> 4;
    return sum;
}

void configure(volatile struct uart *uart, uint32_t baud)
{
    uart->control = 0;
    uart->divider = baud >> 16;
    uart->mode = 3;
    uart->baud = baud;
    uart->control = 1;
    uint32_t status = uart->status & 4;
    uart->control |= status;
}

int wait_with_limit(int limit)
{
    while (!(UART0->status & 8)) {
        if (--limit < 0) {
            return -1;
        }
    }
    return limit;
}

void order(uint32_t value)
{
    flag = 0;
    TIMER = value;
    uint32_t seen = flag;
    UART0->data = seen;
    flag = 1;
    TIMER = value + 1;
    byte_flag = TIMER;
}

uint64_t wide_register(uint64_t value)
{
    uint64_t before = UART0->timestamp;
    UART0->timestamp = value;
    return before;
}

uint32_t drain(volatile uint32_t *fifo, unsigned count)
{
    uint32_t sum = 0;
    while (count--) {
        sum = sum * 3 + *fifo;
    }
    return sum;
}

void through_pointer(volatile uint32_t *reg, uint32_t mask, uint32_t value)
{
    *reg = (*reg & ~mask) | (value & mask);
    reg[1] = reg[0];
    reg[2] = reg[3];
}

void conditional(uint32_t which)
{
    if (which & 1) {
        TIMER = 1;
    } else {
        TIMER = 2;
    }
    uint32_t value = which & 2 ? TIMER : UART0->data;
    if (value == 0) {
        UART0->control = value;
    }
    UART0->control = which & 4 ? 1 : 0;
}
