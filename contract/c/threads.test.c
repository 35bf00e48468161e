// Threads on stacks of their own, switched by PendSV, and SysTick interrupts that
// run the functions under test between any two instructions.
#include "threads.h"

#include "contract.h"

enum { THREADS = 3, WORDS = 512 };

static uint64_t stacks[THREADS][WORDS / 2], handler_stack[WORDS];
static uint32_t *saved[THREADS];
static bool alive[THREADS];
static unsigned running;
static void (*entries[THREADS])(void);
static volatile bool preempt;

#define ICSR (*(volatile uint32_t *)0xe000ed04)
#define SYSTICK ((volatile uint32_t *)0xe000e010)

// The next thread that lives, or the first, which is the test itself.
uint32_t *threads_schedule(uint32_t *sp)
{
    saved[running] = sp;
    do {
        running = (running + 1) % THREADS;
    } while (!alive[running]);
    return saved[running];
}

#if defined __ARM_FP
#define SAVE_FLOATS "tst lr, #16\n\tit eq\n\tvstmdbeq r0!, {s16-s31}\n\t"
#define RESTORE_FLOATS "tst lr, #16\n\tit eq\n\tvldmiaeq r0!, {s16-s31}\n\t"
#else
#define SAVE_FLOATS
#define RESTORE_FLOATS
#endif

__attribute__((naked)) static void switch_threads(void)
{
    __asm__("mrs r0, psp\n\t" SAVE_FLOATS "stmdb r0!, {r4-r11, lr}\n\t"
            "bl threads_schedule\n\t"
            "ldmia r0!, {r4-r11, lr}\n\t" RESTORE_FLOATS "msr psp, r0\n\tbx lr");
}

static void yield(void)
{
    ICSR = 1u << 28;
    __asm__ volatile("dsb\n\tisb" : : : "memory");
}

__attribute__((naked)) static void enter_threads(void *top)
{
    __asm__("mrs r1, msp\n\tmsr psp, r1\n\tmrs r1, control\n\torr r1, #2\n\tmsr control, r1\n\tisb\n\t"
            "msr msp, r0\n\tbx lr");
}

// CONTROL also says whether the floating-point unit is in use: that bit stays.
__attribute__((naked)) static void leave_threads(void)
{
    __asm__("mrs r1, psp\n\tmsr msp, r1\n\tmrs r1, control\n\tbic r1, #2\n\tmsr control, r1\n\t"
            "isb\n\tbx lr");
}

static void thread_main(void)
{
    unsigned self = running;
    entries[self]();
    alive[self] = false;
    for (;;) {
        yield();
    }
}

static void run_threads(void (*one)(void), void (*two)(void))
{
    entries[1] = one;
    entries[2] = two;
    alive[0] = true;
    running = 0;
    for (int i = 1; i < THREADS; i++) {
        uint32_t *sp = (uint32_t *)&stacks[i][WORDS / 2] - 17;
        for (int r = 0; r < 17; r++) {
            sp[r] = 0xa5a50000 + r;
        }
        sp[8] = 0xfffffffd;
        sp[15] = (uint32_t)thread_main & ~1u;
        sp[16] = 1u << 24;
        saved[i] = sp;
        alive[i] = true;
    }
    pendsv_hook = switch_threads;
    enter_threads(&handler_stack[WORDS]);
    while (alive[1] || alive[2]) {
        yield();
    }
    preempt = false;
    pendsv_hook = NULL;
    leave_threads();
}

static unsigned waits;

void host_wait(void *local)
{
    *(uint8_t *)local += 1;
    *(uint8_t *)local -= 1;
    waits++;
    if (pendsv_hook) {
        yield();
    }
}

static uint32_t results[8];

static void first_thread(void)
{
    results[0] = sum_across_waits(1, 20);
    results[1] = wait_in_depth(4, NULL);
    results[2] = wait_with_alloca(2, 60);
    results[3] = wait_with_aligned(3);
}

static void second_thread(void)
{
    results[4] = wait_in_depth(6, NULL);
    results[5] = wait_with_alloca(7, 90);
    results[6] = sum_across_waits(8, 9);
    results[7] = wait_with_aligned(9);
}

// Two threads that block inside.
TEST(blocked_threads)
{
    waits = 0;
    run_threads(first_thread, second_thread);
    pendsv_hook = NULL;
    log_bytes(results, sizeof results);
    log_word(waits);
    // One after the other, they give the same.
    uint32_t together[8];
    for (int i = 0; i < 8; i++) {
        together[i] = results[i];
        results[i] = 0;
    }
    first_thread();
    second_thread();
    for (int i = 0; i < 8; i++) {
        log_word(together[i] == results[i]);
    }
}

static volatile unsigned interrupts, wrong;
static uint32_t expected_leaf, expected_sum;
static double expected_float;

// The interrupt runs the functions itself, and switches threads if there are any.
static void on_tick(void)
{
    interrupts++;
    wrong += leaf_without_calls(77) != expected_leaf;
    void (*before)(void) = pendsv_hook;
    pendsv_hook = NULL;
    wrong += sum_across_waits(5, 2) != expected_sum;
    pendsv_hook = before;
    if (preempt) {
        ICSR = 1u << 28;
    }
}

static void start_ticks(void)
{
    pendsv_hook = NULL;
    expected_leaf = leaf_without_calls(77);
    expected_sum = sum_across_waits(5, 2);
    expected_float = float_leaf(1.25);
    interrupts = wrong = 0;
    systick_hook = on_tick;
    SYSTICK[1] = 20011;
    SYSTICK[2] = 0;
    SYSTICK[0] = 7;
}

static void stop_ticks(void)
{
    SYSTICK[0] = 0;
    preempt = false;
    pendsv_hook = NULL;
    log_word(interrupts > 10);
    log_word(wrong);
}

TEST(interrupted)
{
    start_ticks();
    for (unsigned i = 0; interrupts <= 200 && i < 2000000; i++) {
        wrong += leaf_without_calls(77) != expected_leaf;
        wrong += sum_across_waits(5, 2) != expected_sum;
        wrong += wait_with_aligned(3) != results[3];
        wrong += float_leaf(1.25) != expected_float;
    }
    stop_ticks();
}

static void busy_thread(void)
{
    for (unsigned i = 0; interrupts <= 200 && i < 2000000; i++) {
        wrong += leaf_without_calls(77) != expected_leaf;
        wrong += sum_across_waits(5, 2) != expected_sum;
        wrong += float_leaf(1.25) != expected_float;
    }
}

static void other_busy_thread(void)
{
    uint32_t depth = 0;
    for (unsigned i = 0; interrupts <= 200 && i < 2000000; i++) {
        uint32_t now = wait_in_depth(3, NULL);
        wrong += depth && now != depth;
        depth = now;
        wrong += wait_with_alloca(7, 90) != results[5];
        wrong += float_leaf(1.25) != expected_float;
    }
}

// Two threads that are switched anywhere, and interrupts.
TEST(preempted_threads)
{
    start_ticks();
    preempt = true;
    run_threads(busy_thread, other_busy_thread);
    stop_ticks();
}

TESTS(threads, T(blocked_threads) T(interrupted) T(preempted_threads));
