#include <stddef.h>
#include <stdint.h>

struct uart {
    uint32_t data, status, control;
    uint8_t divider;
    uint8_t mode;
    uint16_t baud;
    uint64_t timestamp;
};
#define UART0 ((volatile struct uart *)0x40001000)
#define TIMER (*(volatile uint32_t *)0x40002000)
#define BYTE_PORT (*(volatile uint8_t *)0x40002004)
#define HALF_PORT (*(volatile uint16_t *)0x40002006)
#define SIGNED_PORT (*(volatile int8_t *)0x40002008)

extern volatile uint32_t flag;
extern volatile uint8_t byte_flag;

uint32_t wait_for_flag(void);
uint32_t wait_for_byte(void);
void two_writes_and_a_read(uint32_t value);
void read_modify_write(void);
void send(const char *text, size_t length);
uint32_t receive(volatile struct uart *uart, uint8_t *out, uint32_t limit);
void same_twice(void);
uint32_t read_twice(void);
void unused_reads(void);
void clear_status(volatile struct uart *uart);
uint32_t widths(void);
void configure(volatile struct uart *uart, uint32_t baud);
int wait_with_limit(int limit);
void order(uint32_t value);
uint64_t wide_register(uint64_t value);
uint32_t drain(volatile uint32_t *fifo, unsigned count);
void through_pointer(volatile uint32_t *reg, uint32_t mask, uint32_t value);
void conditional(uint32_t which);
