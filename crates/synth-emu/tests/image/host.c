/* Prints on the semihosting console, on UART 0 and on stderr; WAY says how it
   ends: 0 exits with 3, 1 loops, 2 locks up. */
#include <stdio.h>
#include <stdlib.h>

extern void _start(void);
extern char __stack[];

static void fault(void) { exit(99); }

__attribute__((section(".vectors"), used)) void *const vectors[16] = {
    __stack, _start, fault, fault, fault, fault, fault};

int main(void) {
  printf("hello %d\n", 42);
  fflush(stdout);
  volatile unsigned *uart = (volatile unsigned *)UART;
  uart[2] = 1; /* CTRL: transmitter on */
  for (const char *p = "uart\n"; *p; p++) uart[0] = *p;
  fprintf(stderr, "complaint\n");
  if (WAY == 1) for (;;) {}
  if (WAY == 2) {
    /* A fault whose handler cannot be fetched. */
    *(volatile unsigned *)0xe000ed08 = 0xfffff000;
    __asm volatile("udf #0");
  }
  exit(3);
}
