#include "contract.h"
#include "structs.h"

TEST(make_shape)
{
    log_word((uintptr_t)make_shape(arena(200), BLUE, 7));
    log_word((uintptr_t)make_shape(arena(200), RED, 0));
}

TEST(shape_area)
{
    struct shape *s = make_shape(arena(200), GREEN, 9);
    log_wide(shape_area(s));
    for (int i = 0; i < 9; i++) {
        s->points[i].x = random_word();
        s->points[i].y = random_word();
    }
    log_wide(shape_area(s));
    s->kind = SMALL;
    log_wide(shape_area(s));
}

TEST(copy_shape)
{
    copy_shape(arena(200), make_shape(arena(200), GREEN, 5));
}

TEST(owner_of)
{
    struct owner *o = arena(sizeof *o);
    log_word((uintptr_t)owner_of(&o->link));
}

TEST(sum_grades)
{
    struct member *head = arena(sizeof *head);
    struct owner *o = arena(10 * sizeof *o);
    struct member *last = head;
    for (int i = 0; i < 10; i++) {
        o[i].id = random_word();
        o[i].grade = random_word();
        last->next = &o[i].link;
        o[i].link.prev = last;
        last = &o[i].link;
    }
    last->next = head;
    head->prev = last;
    log_word(sum_grades(head));
}

TEST(set_aligned)
{
    set_aligned(arena(5 * sizeof(struct aligned_pair)), 5);
}

TEST(sizes)
{
    log_word(sizes(arena(64)));
}

TEST(read_bits)
{
    struct bits *b = arena(sizeof *b);
    for (int i = 0; i < 20; i++) {
        b->mode = random_word();
        b->level = random_word();
        b->flag = random_word();
        b->wide = random_word();
        b->byte = random_word();
        b->huge = (uint64_t)random_word() << 13;
        log_word(read_bits(b));
    }
}

TEST(write_bits)
{
    struct bits *b = arena(sizeof *b);
    for (int i = 0; i < 20; i++) {
        write_bits(b, random_word());
        log_bytes(b, sizeof *b);
    }
}

TEST(step_bits)
{
    struct bits *b = arena(sizeof *b);
    write_bits(b, 0x9e3779b9);
    for (int i = 0; i < 50; i++) {
        step_bits(b);
        log_bytes(b, sizeof *b);
    }
}

TEST(pun)
{
    log_word(pun(0.0f));
    log_word(pun(-1.5f));
    log_word(pun(3.1415926f));
}

TEST(mix_cells)
{
    union cell *c = arena(64);
    for (int i = 0; i < 16; i++) {
        c[i].word = random_word();
    }
    mix_cells(c, 16);
}

TEST(evaluate)
{
    struct tagged list[] = {{.tag = NUMBER, .number = 11.25},
                            {.tag = TEXT, .text = "ok"},
                            {.tag = WORD, .word = -5},
                            {.tag = WORD, .word = 0}};
    struct tagged outer = {.tag = LIST, .list = list};
    for (int i = 0; i < 4; i++) {
        log_wide(evaluate(&list[i]));
    }
    log_wide(evaluate(&outer));
}

TEST(same_colour)
{
    struct shape *a = make_shape(arena(80), BLUE, 1), *b = make_shape(arena(80), BLUE, 2);
    log_word(same_colour(a, b));
    b->closed = false;
    log_word(same_colour(a, b));
}

TEST(swap_points)
{
    struct point *p = arena(16);
    p[0] = (struct point){1, 2};
    p[1] = (struct point){3, 4};
    swap_points(p, p + 1);
}

TESTS(structs, T(make_shape) T(shape_area) T(copy_shape) T(owner_of) T(sum_grades) T(set_aligned)
                   T(sizes) T(read_bits) T(write_bits) T(step_bits) T(pun) T(mix_cells) T(evaluate)
                       T(same_colour) T(swap_points));
