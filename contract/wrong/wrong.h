#include <stdint.h>

int32_t wrong_result(int32_t value);
void wrong_memory(uint8_t *bytes);
void wrong_call(void);
uint64_t wrong_high_word(uint64_t value);
int32_t wrong_fault(int32_t *word);
void wrong_end(void);
void host_called(int32_t number);
