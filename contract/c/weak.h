#include <stddef.h>
#include <stdint.h>

int32_t overridden(int32_t value);
int32_t kept(int32_t value);
int32_t use_both(int32_t value);
int32_t maybe_call(int32_t value);
const void *maybe_address(int which);
uint32_t maybe_read(void);
int32_t maybe_last(int32_t value);
int32_t second_name(int32_t value);
extern int32_t weak_value, second_value;
int32_t read_weak(void);
int32_t used_once(int32_t value);

// Of the host, which has the first of each pair only.
__attribute__((weak)) int32_t host_hook(int32_t value);
__attribute__((weak)) int32_t host_missing(int32_t value);
__attribute__((weak)) extern uint32_t host_setting;
__attribute__((weak)) extern uint32_t host_no_setting;
