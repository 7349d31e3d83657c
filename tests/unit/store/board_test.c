/* The board: what is fresh, for how long, and what a device's silence is called. */
#include "store/board.h"
#include "store/view.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static const int64_t second_us = 1000000;

static void note(struct board *b, uint16_t device, enum metric m, double value, int64_t second)
{
    struct reading r = {.device = device};

    assert_true(reading_put(&r, m, value));
    board_note(b, &r, second * second_us);
}

static bool is_fresh(struct board *b, unsigned device, enum metric m, int64_t second)
{
    double value;

    return board_get(b, device, m, second * second_us, &value);
}

static struct board *board_of(unsigned devices)
{
    struct board *b = board_new(devices);

    assert_non_null(b);
    for (unsigned i = 0; i < devices; i++)
        board_period(b, i, 5 * second_us, 60 * second_us);
    return b;
}

static void a_value_lives_three_periods(void **state)
{
    struct board *b = board_of(1);
    double value = 0;

    (void)state;
    assert_false(is_fresh(b, 0, M_PV_POWER, 0));
    note(b, 0, M_PV_POWER, 100, 100);
    assert_true(is_fresh(b, 0, M_PV_POWER, 280)); /* once: it may be from a slow block */
    assert_false(is_fresh(b, 0, M_PV_POWER, 281));
    note(b, 0, M_PV_POWER, 110, 285);
    note(b, 0, M_PV_POWER, 120, 290);
    assert_true(is_fresh(b, 0, M_PV_POWER, 305));
    assert_false(is_fresh(b, 0, M_PV_POWER, 306));
    assert_true(board_get(b, 0, M_PV_POWER, 291 * second_us, &value));
    assert_true(value > 119 && value < 121);
    assert_true(board_has(b, 0, M_PV_POWER));
    assert_false(board_has(b, 0, M_LOAD_POWER));
    assert_false(board_has(b, 7, M_PV_POWER)); /* nobody */
    board_free(b);
}

static void a_slow_block_has_its_own_period(void **state)
{
    struct board *b = board_of(1);

    (void)state;
    for (int64_t s = 0; s <= 300; s += 5) {
        note(b, 0, M_PV_POWER, 100, s);
        if (s % 30 == 0)
            note(b, 0, M_PV_ENERGY, 1234, s);
        assert_true(is_fresh(b, 0, M_PV_ENERGY, s));
    }
    assert_true(is_fresh(b, 0, M_PV_ENERGY, 390));
    assert_false(is_fresh(b, 0, M_PV_ENERGY, 391));
    assert_false(is_fresh(b, 0, M_PV_POWER, 316));
    board_free(b);
}

static void lost_rounds_make_nothing_live_longer(void **state)
{
    struct board *b = board_of(1);

    (void)state;
    for (int64_t s = 0; s <= 50; s += 5)
        note(b, 0, M_PV_POWER, 100, s);
    note(b, 0, M_PV_POWER, 100, 3600); /* an hour of silence */
    assert_true(is_fresh(b, 0, M_PV_POWER, 3615));
    assert_false(is_fresh(b, 0, M_PV_POWER, 3616));
    note(b, 0, M_PV_POWER, 100, 7200); /* even two: never longer than the slowest block */
    assert_true(is_fresh(b, 0, M_PV_POWER, 7380));
    assert_false(is_fresh(b, 0, M_PV_POWER, 7381));
    board_free(b);
}

static void readings_in_a_hurry(void **state)
{
    struct board *b = board_of(1);

    (void)state;
    note(b, 0, M_PV_POWER, 1, 10);
    note(b, 0, M_PV_POWER, 1, 10);
    note(b, 0, M_PV_POWER, 1, 11);
    assert_true(is_fresh(b, 0, M_PV_POWER, 26)); /* never less than three rounds */
    board_free(b);
}

static void what_stood_is_not_said(void **state)
{
    struct board *b = board_of(1);
    double value = 0;

    (void)state;
    assert_false(board_total(b, 0, M_PV_ENERGY, &value));
    board_stand(b, 0, M_PV_ENERGY, 1000);
    assert_false(board_has(b, 0, M_PV_ENERGY));
    assert_false(board_get(b, 0, M_PV_ENERGY, 0, &value));
    assert_true(board_total(b, 0, M_PV_ENERGY, &value));
    assert_int_equal((int)value, 1000);
    note(b, 0, M_PV_ENERGY, 1005, 1);
    assert_true(board_get(b, 0, M_PV_ENERGY, second_us, &value));
    assert_int_equal((int)value, 1005);
    assert_false(board_get(b, 0, M_PV_ENERGY, 3600 * second_us, &value));
    assert_true(board_total(b, 0, M_PV_ENERGY, &value)); /* however long ago */
    assert_int_equal((int)value, 1005);
    board_free(b);
}

static void everything_at_once(void **state)
{
    struct board *b = board_of(2);
    struct board_value all[METRIC_COUNT];
    struct reading r = {.device = 1};

    (void)state;
    for (int m = M_NONE + 1; m <= READING_MAX; m++)
        assert_true(reading_put(&r, (enum metric)m, m));
    board_note(b, &r, 10 * second_us);
    board_stand(b, 0, M_PV_ENERGY, 3); /* is nothing that was said */
    assert_int_equal(board_all(b, 1, 12 * second_us, all, METRIC_COUNT), READING_MAX);
    for (unsigned i = 0; i < READING_MAX; i++) {
        assert_int_equal(all[i].metric, (int)all[i].value);
        assert_int_equal(all[i].age_us, 2 * second_us);
        assert_true(all[i].is_fresh);
    }
    assert_int_equal(board_all(b, 1, 900 * second_us, all, 7), 7);
    assert_false(all[6].is_fresh);
    assert_int_equal(board_all(b, 0, 0, all, METRIC_COUNT), 0);
    assert_int_equal(board_all(b, 9, 0, all, METRIC_COUNT), 0);
    board_free(b);
}

static enum board_state state_at(struct board *b, int64_t second)
{
    return board_state(b, 0, second * second_us, NULL, NULL);
}

static void states(void **state)
{
    struct board *b = board_of(1);
    struct reading nothing = {0};
    int64_t age;
    int error;

    (void)state;
    assert_int_equal(board_state(b, 0, 0, &age, &error), UNHEARD);
    assert_int_equal(age, -1);
    board_miss(b, 0, ERR_TIMEOUT, 5 * second_us);
    assert_int_equal(board_state(b, 0, 5 * second_us, &age, &error), UNHEARD);
    assert_int_equal(error, ERR_TIMEOUT);
    note(b, 0, M_PV_POWER, 1, 10);
    assert_int_equal(board_state(b, 0, 12 * second_us, &age, &error), HEARD);
    assert_int_equal(age, 2 * second_us);
    assert_int_equal(error, OK);
    board_miss(b, 0, ERR_TIMEOUT, 15 * second_us); /* one lost round is no news */
    assert_int_equal(state_at(b, 25), HEARD);
    assert_int_equal(state_at(b, 26), STALE);
    board_note(b, &nothing, 26 * second_us); /* all of it was withheld: that is no life */
    assert_int_equal(state_at(b, 26), STALE);
    board_hear(b, 0, 27 * second_us); /* it never has any: that is */
    assert_int_equal(board_state(b, 0, 28 * second_us, &age, &error), HEARD);
    assert_int_equal(age, second_us);
    board_free(b);
    b = board_of(1);
    note(b, 0, M_PV_POWER, 1, 10);
    board_miss(b, 0, ERR_GONE, 30 * second_us);
    assert_int_equal(board_state(b, 0, 30 * second_us, &age, &error), FAULTY);
    assert_int_equal(error, ERR_GONE);
    assert_false(board_sleeps(b, 0));
    board_sleep(b, 0, true);
    assert_true(board_sleeps(b, 0));
    assert_false(board_sleeps(b, 9)); /* nobody */
    assert_int_equal(board_state(b, 0, 30 * second_us, &age, &error), ASLEEP);
    assert_int_equal(age, 20 * second_us);
    assert_int_equal(error, OK); /* which is no trouble */
    note(b, 0, M_PV_POWER, 1, 40);
    assert_int_equal(state_at(b, 40), HEARD);
    board_sleep(b, 0, false);
    assert_int_equal(state_at(b, 80), STALE); /* the answer ended the fault */
    assert_string_equal(board_state_names[HEARD], "online");
    assert_string_equal(board_state_names[BOARD_STATES - 1], "fault");

    board_period(b, 0, second_us, second_us); /* quick rounds: still at least 15 s */
    note(b, 0, M_PV_POWER, 1, 100);
    assert_int_equal(state_at(b, 115), HEARD);
    assert_int_equal(state_at(b, 116), STALE);
    board_period(b, 0, 60 * second_us, 0);
    assert_int_equal(state_at(b, 280), HEARD);
    assert_int_equal(state_at(b, 281), STALE);
    board_free(b);
}

/* ---- threads ----------------------------------------------------------------------------- */

static atomic_bool is_over;

/* Two metrics that are always noted together are always read together. */
static void *reads(void *who)
{
    struct board_value all[4];

    while (!atomic_load(&is_over)) {
        unsigned count = board_all(who, 0, 0, all, 4);
        if (count && (count != 2 || all[0].value < all[1].value || all[0].value > all[1].value))
            return who;
    }
    return NULL;
}

static void threads_meet(void **state)
{
    struct board *b = board_of(1);
    pthread_t reader;
    void *torn = NULL;

    (void)state;
    assert_int_equal(pthread_create(&reader, NULL, reads, b), 0);
    for (int i = 0; i < 20000; i++) {
        struct reading r = {0};
        assert_true(reading_put(&r, M_PV_POWER, i) && reading_put(&r, M_LOAD_POWER, i));
        board_note(b, &r, i);
    }
    atomic_store(&is_over, true);
    assert_int_equal(pthread_join(reader, &torn), 0);
    assert_null(torn);
    board_free(b);
}

/* Desks are added while others are in use: what stands on those stays. */
static void it_grows(void **state)
{
    struct board *b = board_new(0);

    (void)state;
    assert_non_null(b);
    note(b, 0, M_PV_POWER, 1, 1); /* nowhere yet */
    assert_true(board_grow(b, 2));
    assert_false(is_fresh(b, 0, M_PV_POWER, 1));
    note(b, 1, M_PV_POWER, 7, 1);
    assert_true(board_grow(b, 5000) && board_grow(b, 10));
    note(b, 4999, M_PV_POWER, 8, 1);
    assert_true(is_fresh(b, 1, M_PV_POWER, 1) && is_fresh(b, 4999, M_PV_POWER, 1));
    assert_false(is_fresh(b, 5000, M_PV_POWER, 1));
    board_free(b);
}

static size_t some_devices(void *who, struct view_device *to, size_t room)
{
    size_t i = 0;

    for (; i < *(size_t *)who && i < room; i++)
        to[i] = (struct view_device){.desk = (unsigned)i};
    return i;
}

/* However many there are, and however many there were: all of them. */
static void a_look_has_them_all(void **state)
{
    static const size_t counts[] = {0, 1, 8, 16, 3000, 7, 0};
    size_t now = 0;
    struct view v = {.who = &now, .devices = some_devices};
    struct view_list list = {0};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        now = counts[i];
        view_look(&v, &list);
        assert_int_equal(list.count, now);
        assert_true(!now || list.all[now - 1].desk == now - 1);
    }
    view_forget(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_lives_three_periods),
        cmocka_unit_test(a_slow_block_has_its_own_period),
        cmocka_unit_test(lost_rounds_make_nothing_live_longer),
        cmocka_unit_test(readings_in_a_hurry),
        cmocka_unit_test(what_stood_is_not_said),
        cmocka_unit_test(everything_at_once),
        cmocka_unit_test(states),
        cmocka_unit_test(threads_meet),
        cmocka_unit_test(it_grows),
        cmocka_unit_test(a_look_has_them_all),
    };

    return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
