/* A pump with a sink that only counts: what it is given after a gap. */
#include "base/clock.h"
#include "base/log.h"
#include "store/pump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- a sink that takes everything ---------------------------------------------------------- */

static int64_t first_seq, last_seq;
static unsigned row_count;
static enum verdict verdict;   /* on everything */
static int64_t retry_after_ms; /* with LATER */
static _Atomic unsigned settles;

static int open_counter(struct seat *s)
{
    (void)s;
    first_seq = last_seq = 0;
    row_count = 0;
    settles = 0;
    return OK;
}

static void close_counter(struct seat *s)
{
    (void)s;
}

static enum added add_row(struct seat *s, const struct record *r)
{
    (void)s;
    first_seq = first_seq ? first_seq : r->seq;
    last_seq = r->seq;
    row_count++;
    return ADDED;
}

static void send_rows(struct seat *s)
{
    (void)s;
}

static void settle_rows(struct seat *s, int64_t deadline_us, struct outcome *o)
{
    (void)s;
    (void)deadline_us;
    *o = (struct outcome){.verdict = verdict, .retry_after_ms = retry_after_ms};
    settles++;
}

static const struct sink counter = {.name = "counter",
                                    .open = open_counter,
                                    .close = close_counter,
                                    .add = add_row,
                                    .send = send_rows,
                                    .settle = settle_rows,
                                    .forget = send_rows},
                         latest = {.name = "latest",
                                   .open = open_counter,
                                   .close = close_counter,
                                   .add = add_row,
                                   .send = send_rows,
                                   .settle = settle_rows,
                                   .forget = send_rows,
                                   .wants_newest = true};

/* ---- the store ----------------------------------------------------------------------------- */

static char folder[64];
static struct store *store;
static const struct origin roof = {.name = "roof", .driver = "tracer", .address = 1};

static int begin(void **state)
{
    char path[128], holder[64];

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    verdict = TAKEN;
    retry_after_ms = 0;
    snprintf(folder, sizeof folder, "/tmp/helio_pump_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/helio.db", folder);
    assert_int_equal(store_open(&store, path, NULL, holder, sizeof holder), OK);
    return 0;
}

static int end(void **state)
{
    char command[160];

    (void)state;
    clock_give_back();
    store_close(store);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void say(unsigned count)
{
    const struct origin *from = store_origin(store, &roof);
    struct reading r = {0};

    assert_true(reading_put(&r, M_PV_POWER, 100));
    for (unsigned i = 0; i < count; i++)
        assert_true(store_append(store, from, RECORD_LIVE, 1780000000000 + i, &r) > 0);
    assert_int_equal(store_commit(store), OK);
}

/* ---- after a gap --------------------------------------------------------------------------- */

static void where_only_the_latest_matters(void **state)
{
    static const struct {
        const struct sink *sink;
        unsigned stored, given; /* the newest of them */
    } rows[] = {
        {&counter, 2500, 2500}, {&latest, 1, 1},       {&latest, 1999, 1999},
        {&latest, 2000, 2000},  {&latest, 2001, 2000}, {&latest, 2500, 2000},
    };
    const struct setting *tables[] = {sink_settings};
    struct section section;
    int64_t all = 0;

    (void)state;
    assert_int_equal(section_from_words("sink", "far", "kind=far,age=0", &section), OK);
    assert_int_equal(section_check(&section, tables, 1), OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pump *pump = NULL;
        (void)store_cursor(store, "far", false); /* known before they come */
        store_cursor_move(store, "far", all);
        say(rows[i].stored);
        all += rows[i].stored;
        assert_int_equal(pump_start(&pump, store, rows[i].sink, "far", &section, "", NULL), OK);
        assert_true(pump_wait(pump, all, &(struct limit){.until_us = clock_us() + 30000000}));
        pump_stop(pump, clock_us() + 10000000);
        assert_int_equal(last_seq, all);
        if (row_count != rows[i].given || first_seq != all - rows[i].given + 1)
            fail_msg("%s: %u of %u", rows[i].sink->name, row_count, rows[i].stored);
    }
    section_done(&section);
}

/* ---- a far side that is never content ------------------------------------------------------ */

/* With the clock taken a pause never ends: what the pump has done before it stays as it is. */
static bool comes_back_later(struct pump *pump, struct pump_state *now)
{
    enum { LOOKS_MOST = 10000 };

    pump_state(pump, now);
    for (int i = 0; i < LOOKS_MOST && !now->is_later; i++) {
        usleep(1000);
        pump_state(pump, now);
    }
    return now->is_later;
}

/* What it says to everything; 60 rows. Afterwards it counts as one to come back to later. */
static void one_that_is_never_content(void **state)
{
    static const struct {
        enum verdict verdict;
        unsigned settles; /* until then */
        uint64_t aside;
        bool is_alarm;
    } rows[] = {
        {LATER, 1, 0, false},
        {AGAIN, 65, 0, false},  /* what it learns must come to an end */
        {REFUSED, 0, 50, true}, /* settles: however often; it is not the readings that are bad */
    };
    const struct setting *tables[] = {sink_settings};
    struct section section;

    (void)state;
    assert_int_equal(section_from_words("sink", "far", "kind=far,age=0", &section), OK);
    assert_int_equal(section_check(&section, tables, 1), OK);
    say(60);
    clock_take(INT64_C(1780000000000));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pump *pump = NULL;
        struct pump_state now = {0};
        (void)store_cursor(store, "far", true);
        store_cursor_move(store, "far", 0);
        verdict = rows[i].verdict;
        assert_int_equal(pump_start(&pump, store, &counter, "far", &section, "", NULL), OK);
        bool is_later = comes_back_later(pump, &now);
        unsigned asked = settles;
        pump_stop(pump, clock_us());
        if (!is_later || now.aside != rows[i].aside || now.is_alarm != rows[i].is_alarm ||
            (rows[i].settles && asked != rows[i].settles))
            fail_msg("row %zu: asked %u times, %llu aside", i, asked,
                     (unsigned long long)now.aside);
    }
    section_done(&section);
}

/* ---- who waits, and who does not ------------------------------------------------------------- */

static void start_later(struct pump **pump, struct section *section, int64_t retry_ms)
{
    const struct setting *tables[] = {sink_settings};

    assert_int_equal(section_from_words("sink", "far", "kind=far,age=0", section), OK);
    assert_int_equal(section_check(section, tables, 1), OK);
    (void)store_cursor(store, "far", true);
    say(1);
    verdict = LATER;
    retry_after_ms = retry_ms;
    assert_int_equal(pump_start(pump, store, &counter, "far", section, "", NULL), OK);
}

static bool has_settled(unsigned count)
{
    for (int i = 0; i < 10000 && settles < count; i++)
        usleep(1000);
    return settles >= count;
}

static _Atomic bool is_unwanted;

static bool ask_unwanted(void *who)
{
    (void)who;
    return is_unwanted;
}

/* The asker hangs up, and the pump ends: nobody waits on, however long was allowed. */
static void nobody_waits_for_what_is_called_off(void **state)
{
    const struct limit hour = {clock_us() + INT64_C(3600000000), ask_unwanted, NULL};
    struct section section;
    struct pump *pump = NULL;

    (void)state;
    start_later(&pump, &section, 600000);
    assert_int_equal(store_resend_add(store, "far", 0, INT64_MAX), 1);
    is_unwanted = true;
    assert_false(pump_wait(pump, 1, &hour));
    assert_false(pump_wait_resends(pump, &hour));
    is_unwanted = false;
    pump_pin(pump);
    pump_ask_stop(pump, clock_us());
    assert_false(pump_wait(pump, 1, &hour));
    assert_false(pump_wait_resends(pump, &hour));
    usleep(20000);
    assert_false(pump_has_ended(pump)); /* somebody still uses it */
    pump_unpin(pump);
    pump_stop(pump, clock_us());
    section_done(&section);
}

/* Somebody has mended something: ten minutes of Retry-After are over then. */
static void a_nudge_ends_the_pause(void **state)
{
    struct section section;
    struct pump *pump = NULL;

    (void)state;
    start_later(&pump, &section, 600000);
    assert_true(has_settled(1));
    usleep(20000);
    assert_int_equal(settles, 1);
    verdict = TAKEN;
    pump_nudge(pump);
    assert_true(pump_wait(pump, 1, &(struct limit){.until_us = clock_us() + 30000000}));
    pump_stop(pump, clock_us());
    section_done(&section);
}

/* One pump's end wakes all others, once: they must not run around from then on. */
static void a_wake_is_over_when_it_was_heard(void **state)
{
    struct section section;
    struct pump *pump = NULL;
    int64_t begun;

    (void)state;
    start_later(&pump, &section, 0);
    pump_stop(pump, clock_us());
    begun = clock_us();
    assert_int_equal(store_wait_beyond(store, 1000, begun + 50000, NULL), 1);
    assert_true(clock_us() >= begun + 50000);
    section_done(&section);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(where_only_the_latest_matters, begin, end),
        cmocka_unit_test_setup_teardown(one_that_is_never_content, begin, end),
        cmocka_unit_test_setup_teardown(nobody_waits_for_what_is_called_off, begin, end),
        cmocka_unit_test_setup_teardown(a_nudge_ends_the_pause, begin, end),
        cmocka_unit_test_setup_teardown(a_wake_is_over_when_it_was_heard, begin, end),
    };

    return cmocka_run_group_tests_name("pump", tests, NULL, NULL);
}
