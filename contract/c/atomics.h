#include <stdbool.h>
#include <stdint.h>

uint32_t fetch_words(uint32_t *word, uint32_t value);
uint32_t fetch_bytes(uint8_t *byte, uint8_t value);
int32_t fetch_halves(int16_t *half, int16_t value);
bool exchange_once(uint32_t *word, uint32_t expected, uint32_t desired);
uint32_t exchange_loop(uint32_t *word, uint32_t limit);
uint32_t swap_word(uint32_t *word, uint32_t value);
bool lock_flag(uint8_t *flag);
void unlock_flag(uint8_t *flag);
uint32_t load_store(uint32_t *words);
uint32_t atomic_counter(void);
bool exchange_narrow(uint8_t *byte, uint16_t *half, uint8_t expected);
void push_atomic(void **head, void **node);
void *pop_atomic(void **head);
