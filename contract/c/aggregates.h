#include <stdint.h>

struct one_byte { uint8_t a; };
struct two_bytes { uint8_t a, b; };
struct three_bytes { uint8_t a[3]; };
struct half { int16_t a; };
struct one_word { int32_t a; };
struct word_in_struct { struct one_word inner; };
struct five { uint8_t a[5]; };
struct two_words { int32_t a, b; };
struct one_wide { int64_t a; };
struct three_words { int32_t a, b, c; };
struct wide_and_word { int64_t a; int32_t b; };
struct five_words { int32_t a[5]; };
struct large { uint32_t a[25]; };
struct one_float { float a; };
struct one_double { double a; };
struct two_floats { float a, b; };
struct four_floats { float a, b, c, d; };
struct five_floats { float a, b, c, d, e; };
struct two_doubles { double a, b; };
struct float_and_int { float a; int32_t b; };
struct float_array { float a[3]; };
struct nested_floats { struct two_floats a; float b; };
union word_or_float { int32_t a; float b; };
union wide_union { int64_t a; uint8_t b[8]; int32_t c; };
struct bit_struct { unsigned a : 4, b : 12; signed c : 16; };
struct pointer_pair { const char *a; struct pointer_pair *b; };

#define ONE_WAY(T) struct T take_give_##T(int32_t x, struct T s, int32_t y)
#define ONE_WAY_UNION(T) union T take_give_##T(int32_t x, union T s, int32_t y)
ONE_WAY(one_byte);
ONE_WAY(two_bytes);
ONE_WAY(three_bytes);
ONE_WAY(half);
ONE_WAY(one_word);
ONE_WAY(word_in_struct);
ONE_WAY(five);
ONE_WAY(two_words);
ONE_WAY(one_wide);
ONE_WAY(three_words);
ONE_WAY(wide_and_word);
ONE_WAY(five_words);
ONE_WAY(large);
ONE_WAY(one_float);
ONE_WAY(one_double);
ONE_WAY(two_floats);
ONE_WAY(four_floats);
ONE_WAY(five_floats);
ONE_WAY(two_doubles);
ONE_WAY(float_and_int);
ONE_WAY(float_array);
ONE_WAY(nested_floats);
ONE_WAY_UNION(word_or_float);
ONE_WAY_UNION(wide_union);
ONE_WAY(bit_struct);
ONE_WAY(pointer_pair);
// Split between registers and stack; everything in one call.
int64_t split(int32_t a, int32_t b, struct five_words c, struct two_bytes d);
int64_t doubled(int32_t a, struct one_wide b, struct wide_and_word c, int32_t d);
double all_floats(struct four_floats a, struct two_doubles b, struct four_floats c, float d,
                  struct four_floats e, double f, struct two_floats g, float h);
int32_t call_host_structs(int32_t seed);

// Of the host.
#define HOST(T) struct T host_##T(int32_t x, struct T s, int32_t y)
HOST(two_bytes);
HOST(one_word);
HOST(two_words);
HOST(one_wide);
HOST(five_words);
HOST(large);
HOST(one_float);
HOST(two_floats);
HOST(two_doubles);
HOST(float_and_int);
