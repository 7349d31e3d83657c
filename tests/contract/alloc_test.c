/*
 * A collector that runs for years must not ask for memory in its rounds. Every call is counted
 * by standing in front of the C library's own; sanitizers do the same, so there it is not tried.
 */
#include "collector/run/house.h"

#include "base/clock.h"
#include "base/log.h"
#include "bus/loan.h"
#include "collector/intake/gate.h"
#include "collector/intake/groups.h"
#include "collector/intake/meter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#if defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define HAS_OWN_ALLOCATOR 1
#endif
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || !defined __GLIBC__
#define HAS_OWN_ALLOCATOR 1
#endif

#ifndef HAS_OWN_ALLOCATOR

static volatile int is_counting;
static volatile unsigned calls;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

void *malloc(size_t size)
{
    calls += is_counting != 0;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    calls += is_counting != 0;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    calls += is_counting != 0;
    return __libc_realloc(old, size);
}

void free(void *old)
{
    __libc_free(old);
}

static void it_counts(void **state)
{
    void *volatile block;

    (void)state;
    calls = 0;
    is_counting = 1;
    block = malloc(10);
    block = realloc(block, 20);
    free(block);
    block = calloc(3, 4);
    free(block);
    is_counting = 0;
    assert_int_equal(calls, 3);
}

static void rounds_ask_for_no_memory(void **state)
{
    enum { UNITS = 6, ROUNDS = 100, LEARNING = 40 };
    struct plan *plan = plan_new();
    struct house house;
    struct reading r;
    unsigned complete = 0;

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    clock_take(INT64_C(1777723200000));
    assert_non_null(plan);
    for (unsigned i = 1; i <= UNITS; i++) {
        char text[100];
        size_t at;
        snprintf(text, sizeof text, "tracer@sim:,collide=0.1,at=12:00:%u", i);
        assert_int_equal(plan_add_bare(plan, text, &at), OK);
    }
    assert_int_equal(house_build(&house, plan), OK);
    calls = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        is_counting = round >= LEARNING;
        if (bus_borrow(&house.buses[0], 0))
            break;
        for (unsigned i = 0; i < UNITS; i++)
            complete += device_round(&house.devices[i], WITH_SLOW, clock_wall_ms(), &r) == OK;
        bus_return(&house.buses[0]);
        clock_sleep_us(10000000);
    }
    is_counting = 0;
    print_message("%u of %u unit-rounds complete; %u calls for memory after the first %d rounds\n",
                  complete, UNITS * ROUNDS, calls, LEARNING);
    house_raze(&house);
    plan_free(plan);
    clock_give_back();
    assert_int_equal(calls, 0);
    assert_true(complete >= UNITS * ROUNDS - 3);
}

/* A simulated wire needs no lock file; a real one takes its own in every round. */
static void a_loan_asks_for_no_memory(void **state)
{
    enum { ROUNDS = 20 };
    char folder[] = "/tmp/helio_alloc_XXXXXX", command[60];
    int loan, taken = 0;

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("HELIO_RUN_DIR", folder, 1), 0);
    calls = 0;
    for (int round = 0; round < ROUNDS; round++) {
        is_counting = round > 0; /* who may use serial ports is asked once */
        taken += loan_take("alloc", "test", 0, NULL, &loan) == OK;
        loan_return(&loan);
    }
    is_counting = 0;
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(taken, ROUNDS);
    assert_int_equal(calls, 0);
}

/* A hub makes room for those behind it when it finds them, and then never again. */
static void a_hub_asks_for_no_memory(void **state)
{
    enum { ROUNDS = 200 };
    struct plan *plan = plan_new();
    struct house house;
    struct reading r;
    unsigned heard = 0;
    size_t at;

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    clock_take(INT64_C(1777723200000));
    assert_non_null(plan);
    assert_int_equal(plan_add_bare(plan, "mate@sim:,at=12:00,model=large,garbled=0.05", &at), OK);
    assert_int_equal(house_build(&house, plan), OK);
    struct device *hub = &house.devices[at];
    calls = 0;
    for (unsigned round = 0; round < ROUNDS; round++) { /* it looks at empty ports again, too */
        is_counting = round >= 50;
        if (bus_borrow(&house.buses[0], 0))
            break;
        int rc = device_round(hub, WITH_SLOW, clock_wall_ms(), &r);
        for (unsigned which = 0; !rc; which++) {
            struct identity who = {.vendor = ""};
            rc = hub->driver->others(hub, which, &r, &who);
            heard += rc == OK;
        }
        bus_return(&house.buses[0]);
        clock_sleep_us(10000000);
    }
    is_counting = 0;
    print_message("%u rounds of units behind a hub, %u calls for memory\n", heard, calls);
    house_raze(&house);
    plan_free(plan);
    clock_give_back();
    assert_int_equal(calls, 0);
    assert_true(heard > 5 * ROUNDS);
}

/* What becomes of a reading: the gate, a meter, the board, a group. */
static void what_follows_asks_for_no_memory(void **state)
{
    enum { FIELDS = 60, ROUNDS = 1000, LEARNING = 10 };
    struct group house = {.count = 1};
    struct board *board = board_new(1);
    struct gate *gate = gate_new("south", 3000);
    bool has[METRIC_COUNT] = {[M_PV_POWER] = true};
    struct meter meter;
    struct reading r, total = {0};

    (void)state;
    meter_begin(&meter, has, 5000000);
    calls = 0;
    for (int i = 1; i <= ROUNDS; i++) {
        int64_t now_us = i * INT64_C(5000000);
        r = (struct reading){.withheld = i % 97 == 0};
        is_counting = i >= LEARNING;
        for (int m = M_NONE + 1; m <= FIELDS; m++) { /* some of them jump, some go back */
            double value = catalogue[m].least + i * (m + i / 100) % 50;
            if (value > catalogue[m].most)
                value = catalogue[m].most;
            assert_true(reading_put(&r, (enum metric)m, value));
        }
        gate_pass(gate, &r, now_us);
        (void)gate_news(gate);
        meter_take(&meter, &r, now_us);
        board_note(board, &r, now_us);
        assert_true(group_fold(&house, board, now_us, &total));
    }
    is_counting = 0;
    print_message("%u calls for memory in %d readings that jump and go back\n", calls, ROUNDS);
    assert_true(gate_count(gate, GATE_JUMP) && gate_count(gate, GATE_COUNTER) &&
                gate_count(gate, GATE_FRAME));
    board_free(board);
    gate_free(gate);
    assert_int_equal(calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_counts),
        cmocka_unit_test(rounds_ask_for_no_memory),
        cmocka_unit_test(a_loan_asks_for_no_memory),
        cmocka_unit_test(a_hub_asks_for_no_memory),
        cmocka_unit_test(what_follows_asks_for_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    print_message("not tried: the sanitizer has an allocator of its own\n");
    return 0;
}

#endif
