#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum colour { RED, GREEN = 100, BLUE = 200 };
enum large { SMALL = -1, LARGE = 70000 };
struct point {
    int32_t x, y;
};
struct shape {
    enum colour colour;
    uint8_t corners;
    struct point at;
    enum large kind;
    bool closed;
    int64_t area;
    struct point points[];
};
struct member {
    struct member *next, *prev;
};
struct owner {
    uint32_t before;
    struct member link;
    uint16_t id;
    int8_t grade;
};
struct aligned_pair {
    char a;
    char b __attribute__((aligned(16)));
};
struct bits {
    unsigned mode : 3;
    signed level : 5;
    unsigned flag : 1;
    unsigned wide : 17;
    uint8_t byte : 6;
    uint64_t huge : 40;
};
union cell {
    uint32_t word;
    uint16_t halves[2];
    uint8_t bytes[4];
    float number;
};
struct tagged {
    enum { WORD, NUMBER, TEXT, LIST } tag;
    union {
        int64_t word;
        double number;
        const char *text;
        struct tagged *list;
    };
};

struct shape *make_shape(void *memory, enum colour colour, size_t points);
int64_t shape_area(const struct shape *shape);
void copy_shape(struct shape *to, const struct shape *from);
struct owner *owner_of(struct member *link);
uint32_t sum_grades(struct member *head);
void set_aligned(struct aligned_pair *pairs, size_t count);
size_t sizes(size_t *out);
uint32_t read_bits(const struct bits *bits);
void write_bits(struct bits *bits, uint32_t seed);
void step_bits(struct bits *bits);
uint32_t pun(float number);
void mix_cells(union cell *cells, size_t count);
int64_t evaluate(const struct tagged *value);
bool same_colour(const struct shape *a, const struct shape *b);
void swap_points(struct point *a, struct point *b);
