/* A host of two modules, each with a memory, start-up code and a table. */

#include <stdint.h>

void print(const char *text);
int32_t first_next(int32_t p0);
int32_t second_next(int32_t p0);
void second___synth_init(void);
extern uint8_t first___linear_memory_base[], second___linear_memory_base[];

int main(void) {
    /* The first module's start-up code ran among the constructors. */
    second___synth_init();
    if (first_next(3) != 14 || first_next(3) != 15 || second_next(3) != 24) {
        return 1;
    }
    if (first___linear_memory_base[0] != 12 || second___linear_memory_base[0] != 21) {
        return 2;
    }
    print("ok\n");
    return 0;
}
