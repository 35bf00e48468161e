#include <stddef.h>
#include <stdint.h>

size_t text_length(const char *text);
char *text_copy(char *to, const char *from);
char *text_find(const char *text, const char *wanted);
int text_compare(const char *a, const char *b);
char *write_number(char *out, uint32_t number, unsigned base);
int parse_number(const char *text, int32_t *number);
const char *day_name(unsigned day);
int keyword(const char *text);
size_t words(char *text, char **out, size_t limit);
void upper(char *text);
uint32_t hash(const char *text);
void move_bytes(uint8_t *bytes);
void clear_block(void *block, size_t size, int value);
size_t encode_utf8(uint32_t scalar, char *out);
int matches(const char *pattern, const char *text);
