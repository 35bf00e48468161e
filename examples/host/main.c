/* A host of the compiled controller: it steers a heater to 50 degrees. */

#include <stdint.h>

/* What `synth inspect pid.wat` prints. */
void pid_set_gains(int32_t p, int32_t i, int32_t d);
void pid_reset(void);
int32_t pid_step(int32_t target, int32_t measured);

/* board.c */
void print(const char *text);
void print_number(int32_t number);

#define Q16(x) ((int32_t)((x) * 65536))

int main(void) {
    int32_t temperature = Q16(20), target = Q16(50);
    pid_reset();
    pid_set_gains(Q16(4.0), Q16(0.125), Q16(0.5));
    for (int second = 0; second <= 60; second++) {
        int32_t power = pid_step(target, temperature);
        if (second % 10 == 0) {
            print_number(second);
            print(" s: ");
            print_number(temperature >> 16);
            print(" degrees\n");
        }
        /* The heater warms, the room cools. */
        temperature += power / 64 - (temperature - Q16(20)) / 32;
    }
    int32_t error = target - temperature;
    return error > Q16(1) || error < -Q16(1);
}
