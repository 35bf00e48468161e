#include <stdbool.h>
#include <stdint.h>

// Structures and unions by value that are less common than those of
// aggregates.h: enumerations, empty, packed, over-aligned, nested, flexible.
enum small { SMALL_FIRST, SMALL_LAST = 200 };
enum medium { MEDIUM_FIRST, MEDIUM_LAST = 60000 };
enum negative { NEGATIVE_FIRST = -5, NEGATIVE_LAST = 100 };

struct nothing { };
struct of_enums { enum small a; enum medium b; enum negative c; };
struct one_enum { enum medium a; };
struct one_bool { bool a; };
struct one_element { int32_t a[1]; };
struct flexible { int32_t a; uint8_t rest[]; };
struct short_pair { int16_t a, b; };
struct with_nothing { struct nothing none; int32_t a; };
struct __attribute__((packed)) packed { uint8_t a; int32_t b; int16_t c; };
struct aligned_8 { _Alignas(8) int32_t a; int32_t b; };
struct aligned_16 { _Alignas(16) int32_t a; int32_t b, c, d; };
struct deep { struct { struct { double a; } b; } c; };
struct array_of_pairs { struct { float x, y; } a[2]; };
struct three_doubles { double a[3]; };
struct tagged { int32_t kind; union { float f; int64_t w; } value; };
struct wide_bits { uint64_t a : 40, b : 24; };
struct task { int32_t (*run)(int32_t); int32_t argument; };
union word_bytes { uint32_t word; uint8_t bytes[4]; };
union double_words { double d; uint32_t words[2]; };
union floats_or_word { float f[2]; int32_t word; };

#define PASS(kind, T) kind T pass_##T(int32_t x, kind T s, int64_t y)
PASS(struct, of_enums);
PASS(struct, one_enum);
PASS(struct, one_bool);
PASS(struct, one_element);
PASS(struct, flexible);
PASS(struct, short_pair);
PASS(struct, with_nothing);
PASS(struct, packed);
PASS(struct, aligned_8);
PASS(struct, aligned_16);
PASS(struct, deep);
PASS(struct, array_of_pairs);
PASS(struct, three_doubles);
PASS(struct, tagged);
PASS(struct, wide_bits);
PASS(union, word_bytes);
PASS(union, double_words);
PASS(union, floats_or_word);

struct nothing pass_nothing(int32_t *out, struct nothing s, int32_t x);
enum small next_enum(enum small a, enum medium b, enum negative c);
int32_t run_task(struct task task, int32_t x);
struct task make_task(int32_t argument);
// Pointers to functions with structures, both ways.
typedef struct short_pair (*combine)(struct short_pair a, struct packed b, int32_t c);
struct short_pair combine_all(combine f, const struct short_pair *pairs, int32_t count);
combine get_combine(void);
struct short_pair combine_sum(struct short_pair a, struct packed b, int32_t c);
