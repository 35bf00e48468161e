/* Functions before and after main, by priority. */

extern void host_note(int what);
static int state;

__attribute__((constructor)) static void last(void) { host_note(3); state += 1; }
__attribute__((constructor(200))) static void second(void) { host_note(2); state *= 2; }
__attribute__((constructor(101))) static void first(void) { host_note(1); state = 5; }
__attribute__((destructor)) static void end(void) { host_note(4); }
__attribute__((destructor(150))) static void last_end(void) { host_note(5); }

int init_state(void) { return state; }
