/* History in turns and over spans that nobody could have lived through. */
#include "base/clock.h"
#include "store/days.h"
#include "store/energy.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { STEP_MS = 60000, POINTS = 4000 };
static const int64_t YEAR_9999_MS = INT64_C(253402214400000),
                     LONG_AGO_MS = INT64_C(-86400000000000);

static char folder[64], path[128], holder[64];
static const struct origin roof = {.name = "roof", .driver = "tracer", .address = 1};
static const struct origin shed = {.name = "shed", .driver = "tracer", .address = 2};
static struct store *store;
static const struct origin *from, *other;
static struct reader *reader;

static void say(const struct origin *who, int64_t at_ms, double watts, double kwh)
{
    struct reading r = {0};

    assert_true(reading_put(&r, M_PV_POWER, watts) && reading_put(&r, M_PV_ENERGY, kwh));
    assert_true(store_append(store, who, RECORD_LIVE, at_ms, &r) > 0);
}

/* Two days, of which the first is closed, eight years of silence, and an hour. */
static int begin(void **state)
{
    (void)state;
    assert_true(zone_set("Europe/Sofia"));
    snprintf(folder, sizeof folder, "/tmp/helio_history_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/helio.db", folder);
    assert_int_equal(store_open(&store, path, NULL, holder, sizeof holder), OK);
    from = store_origin(store, &roof);
    other = store_origin(store, &shed);
    int64_t first = day_start(20180301), last = day_start(20260501);
    for (int64_t at = first; at < first + 30 * INT64_C(3600000); at += STEP_MS) {
        say(from, at, (double)(at / STEP_MS % 700), (double)((at - first) / STEP_MS) / 100);
        if (at % 3600000 == 0)
            assert_int_equal(store_commit(store), OK);
    }
    assert_int_equal(store_commit(store), OK);
    while (store_tidy(store, first + 31 * INT64_C(3600000)))
        continue;
    for (int64_t at = last; at < last + 3600000; at += STEP_MS) {
        say(from, at, 5, 40);
        say(other, at + 1, 7, 1);
    }
    assert_int_equal(store_commit(store), OK);
    assert_int_equal(reader_open(&reader, path), OK);
    return 0;
}

static int end(void **state)
{
    char command[160];

    (void)state;
    reader_close(reader);
    store_close(store);
    zone_set("UTC");
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* ---- a turn of so many looks ---------------------------------------------------------------- */

struct looks {
    unsigned left, all;
};

static bool is_enough(void *who)
{
    struct looks *l = who;

    l->all++;
    if (!l->left)
        return true;
    l->left--;
    return false;
}

struct seen {
    unsigned count;
    int64_t at_ms[POINTS];
    struct slot slots[POINTS];
};

static void see(void *to, int64_t at_ms, const struct slot *slot)
{
    struct seen *s = to;

    assert_true(s->count < POINTS);
    s->at_ms[s->count] = at_ms;
    s->slots[s->count++] = *slot;
}

static const struct seen *walk_in_turns(int64_t from_ms, int64_t to_ms, int64_t step_ms,
                                        unsigned looks, unsigned *turns)
{
    static struct seen both[2];
    struct seen *seen = &both[*turns == 0];
    struct history h = history_of(from, "pv_power", from_ms, to_ms, step_ms, see, seen);
    int rc;

    seen->count = 0;
    *turns = 0;
    do {
        struct looks l = {.left = looks};
        rc = history_on(&h, reader, &(struct turn){is_enough, &l});
        ++*turns;
    } while (rc == ERR_STOPPED);
    assert_int_equal(rc, OK);
    return seen;
}

/* However it is cut into turns, it says the same: rollups, the part of a day, readings. */
static void turns_change_nothing(void **state)
{
    static const int64_t steps_ms[] = {60000, 300000, 900000, 3600000, 86400000, 604800000};

    (void)state;
    for (size_t i = 0; i < sizeof steps_ms / sizeof *steps_ms; i++) {
        int64_t first = day_start(20180301), step = steps_ms[i];
        unsigned one = 0, many = 1;
        const struct seen *whole =
            walk_in_turns(first - first % step, day_start(20260502), step, 1000000, &one);
        const struct seen *cut =
            walk_in_turns(first - first % step, day_start(20260502), step, 0, &many);
        assert_int_equal(one, 1);
        assert_true(many > (step < SLOT_MS ? 20u : 3u));
        assert_int_equal(cut->count, whole->count);
        assert_memory_equal(cut->at_ms, whole->at_ms, whole->count * sizeof *whole->at_ms);
        for (unsigned k = 0; k < whole->count; k++) { /* by field: what lies between is anything */
            assert_int_equal(cut->slots[k].count, whole->slots[k].count);
            assert_true(cut->slots[k].low == whole->slots[k].low);
            assert_true(cut->slots[k].sum == whole->slots[k].sum);
            assert_true(cut->slots[k].high == whole->slots[k].high);
            assert_true(cut->slots[k].last == whole->slots[k].last);
        }
        uint32_t all = 0;
        for (unsigned k = 0; k < whole->count; k++)
            all += whole->slots[k].count;
        assert_int_equal(all, 31 * 60);
    }
}

/* Days of which there is nothing are not looked at, be they eight years or eight thousand. */
static void only_days_that_are(void **state)
{
    (void)state;
    for (int64_t step = STEP_MS; step <= 86400000; step *= 24 * 60) {
        struct looks l = {.left = UINT32_MAX};
        struct seen *seen = calloc(1, sizeof *seen);
        struct history h = history_of(from, "pv_power", LONG_AGO_MS, YEAR_9999_MS, step, see, seen);
        assert_non_null(seen);
        assert_int_equal(history_on(&h, reader, &(struct turn){is_enough, &l}), OK);
        assert_true(l.all < 100);
        assert_int_equal(seen->count, step == STEP_MS ? 31 * 60 : 4);
        free(seen);
    }
}

static void a_span_is_cut_to_what_there_is(void **state)
{
    int64_t from_ms = LONG_AGO_MS, to_ms = YEAR_9999_MS, last = day_start(20260501) + 59 * STEP_MS;

    (void)state;
    assert_true(history_clip(reader, from, "pv_power", &from_ms, &to_ms));
    assert_int_equal(from_ms, day_start(20180301));
    assert_int_equal(to_ms, last + 2); /* the other one spoke last */
    from_ms = last - 10;
    to_ms = last;
    assert_true(history_clip(reader, from, "pv_power", &from_ms, &to_ms));
    assert_true(from_ms == last - 10 && to_ms == last);
    from_ms = last + 1000;
    to_ms = YEAR_9999_MS;
    assert_false(history_clip(reader, from, "pv_power", &from_ms, &to_ms));
}

static void sum_up(void *to, const struct growth *g)
{
    *(double *)to += g->grown;
}

static void energy_in_turns(void **state)
{
    double whole = 0, cut = 0;
    unsigned turns = 0;
    struct energy e;
    int rc;

    (void)state;
    assert_int_equal(energy_walk(reader, from, "pv_energy", day_start(20180302),
                                 day_start(20260502), BY_MONTH, sum_up, &whole),
                     OK);
    energy_begin(&e, reader, from, "pv_energy", day_start(20180302), day_start(20260502), BY_MONTH,
                 sum_up, &cut);
    do {
        struct looks l = {0};
        rc = energy_on(&e, reader, &(struct turn){is_enough, &l});
        turns++;
    } while (rc == ERR_STOPPED);
    assert_int_equal(rc, OK);
    assert_true(turns > 2);
    assert_true(whole > 39 && cut == whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_change_nothing),
        cmocka_unit_test(only_days_that_are),
        cmocka_unit_test(a_span_is_cut_to_what_there_is),
        cmocka_unit_test(energy_in_turns),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
