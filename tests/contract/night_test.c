/*
 * A night with an inverter that its panels feed, in a moment: real rounds, keeper and store, and
 * hands on the clock. What is said in the log is counted, and so is what is stored.
 */
#include "collector/intake/keeper.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/sun.h"
#include "store/days.h"

#include "tests/unit/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

static const int64_t NOON_MS = INT64_C(1774008000000); /* 2026-03-20T12:00:00Z, an equinox */
static const int64_t HOUR_MS = 3600000;
/* Where the sun keeps to about the hours of the twins' own, which is up from six to six. */
static const double LATITUDE = 0, LONGITUDE = 6;
static const double MORNING_DEG = 8;
#define SITE "latitude = 0\nlongitude = 6\n"
enum { LINES_MOST = 10, EVERY_S = 10 };

static char folder[64];
static struct plan *plan;
static struct house house;
static struct rounds rounds;
static struct keeper keeper;
static struct store *store;
static struct said said;

/* ---- the stage ------------------------------------------------------------------------------- */

static bool is_plugged;
static struct line loose; /* a simulated wire with a plug */

static int open_loose(struct bus *bus)
{
    if (is_plugged)
        return line_sim.open(bus);
    log_say(bus_loudness(bus), bus->name, "nothing is plugged in");
    return ERR_GONE;
}

static void begin(const char *site, int64_t at_ms)
{
    char file[128], path[160], holder[64];
    FILE *out;

    clock_take(at_ms);
    log_set_level(LOG_LEVEL_NOTE);
    unsetenv("JOURNAL_STREAM");
    snprintf(folder, sizeof folder, "/tmp/helio_night_XXXXXX");
    assert_non_null(mkdtemp(folder));
    setenv("HELIO_RUN_DIR", folder, 1);
    snprintf(path, sizeof path, "%s/helio.db", folder);
    snprintf(file, sizeof file, "%s/a.ini", folder);
    out = fopen(file, "w");
    assert_non_null(out);
    fprintf(out,
            "[site]\ntimezone = UTC\n%s[store]\npath = %s\n"
            "[bus roof]\nline = sim\nevery = 10\nday = clear\nturnaround = 0\n"
            "[device south]\ndriver = goodwe\nbus = roof\n",
            site, path);
    assert_int_equal(fclose(out), 0);
    plan = plan_new();
    assert_non_null(plan);
    assert_int_equal(plan_load(plan, file), OK);
    assert_int_equal(plan_finish(plan), OK);
    assert_int_equal(store_open(&store, path, plan->store, holder, sizeof holder), OK);
    assert_int_equal(keeper_init(&keeper, plan, store), OK);
    assert_int_equal(house_build(&house, plan), OK);
    loose = line_sim;
    loose.open = open_loose;
    loose.closes_between = true;
    house.buses[0].line = &loose;
    is_plugged = true;
    rounds = (struct rounds){
        .house = &house, .depth = WITH_SLOW, .news = queue_new(sizeof(struct news), 64)};
    assert_non_null(rounds.news);
    keeper_pace(&keeper, &rounds);
}

static void end(void)
{
    char command[160];

    queue_free(rounds.news);
    house_raze(&house);
    keeper_done(&keeper);
    store_close(store);
    plan_free(plan);
    clock_give_back();
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

/* A node that disappears, or a unit that is silent on its wire. */
enum way { UNPLUGGED, MUTE, WAYS };
static const char *const way_names[] = {"unplugged", "mute"};

static void answer(enum way way, bool does)
{
    if (way == UNPLUGGED)
        is_plugged = does;
    else
        house.casts[0]->moods.silent = does ? 0 : 1;
    house.casts[0]->twins[0].driver->twin_begin(&house.casts[0]->twins[0]);
}

static int result; /* of the last round */

static void one_round(void)
{
    static struct news n;
    int64_t tick = clock_wall_ms(), next_us = clock_us() + EVERY_S * INT64_C(1000000);

    round_walk(&rounds, 0, tick, 0);
    while (rounds_next(&rounds, &n, 0) == OK) {
        result = n.result;
        keeper_take(&keeper, &n);
    }
    (void)keeper_settle(&keeper, true);
    if (next_us > clock_us())
        clock_sleep_us(next_us - clock_us());
}

static void rounds_until(int64_t at_ms)
{
    while (clock_wall_ms() < at_ms)
        one_round();
}

static uint64_t stored(void)
{
    struct store_counts c;

    assert_int_equal(keeper_finish(&keeper), OK);
    store_count(store, &c);
    return c.appended;
}

static enum board_state state_now(int *error)
{
    return board_state(keeper.board, 0, clock_us(), NULL, error);
}

static int64_t when_sun(double degrees, int64_t from_ms, bool rising)
{
    int64_t at = from_ms;

    while ((sun_height(LATITUDE, LONGITUDE, at) > degrees) != rising)
        at += 60000;
    return at;
}

static double metered(void)
{
    const struct meter *m = &keeper.slots[0]->meter;
    double kwh = 0;

    for (unsigned i = 0; i < m->count; i++)
        kwh += m->rows[i].kwh;
    return kwh;
}

/* ---- nights ---------------------------------------------------------------------------------- */

/* Silent from dusk to dawn. What is said and stored is counted. */
static void a_night(enum way way, const char *what, int64_t dusk_ms, int64_t dawn_ms, bool is_known)
{
    unsigned back = 0, told;
    double kept = 0, made = metered();
    int error;

    answer(way, false);
    uint64_t before = stored();
    said_start(&said);
    rounds_until(dawn_ms);
    uint64_t values = stored() - before;
    enum board_state state = state_now(&error);
    bool has_power = board_get(keeper.board, 0, M_OUTPUT_POWER, clock_us(), &kept);
    answer(way, true);
    do
        one_round();
    while (result && ++back < 20);
    told = said_lines(said_stop(&said));
    print_message("%s, %s: night of %.1f h: %u log lines, %" PRIu64 " values, back in round %u\n",
                  what, way_names[way], (double)(dawn_ms - dusk_ms) / (double)HOUR_MS, told, values,
                  back + 1);
    if (told > LINES_MOST)
        fail_msg("too much is said:\n%s", said.text);
    assert_int_equal(values, 0);
    assert_true(!(metered() > made)); /* nothing is guessed for the time between */
    assert_false(has_power);
    assert_int_equal(back, 0);
    assert_int_equal(state_now(NULL), HEARD);
    if (is_known) {
        assert_int_equal(state, ASLEEP);
        assert_int_equal(error, OK);
        assert_non_null(strstr(said.text, "south: asleep: "));
        assert_non_null(strstr(said.text, "south: awake"));
        assert_int_equal(told, 2);
    } else {
        assert_non_null(strstr(said.text, "latitude and longitude"));
    }
}

static void with_a_site(void **state)
{
    int64_t dusk = when_sun(-0.9, NOON_MS, false), dawn = when_sun(MORNING_DEG, dusk, true);

    (void)state;
    for (int way = 0; way < WAYS; way++) {
        begin(SITE, dusk - HOUR_MS);
        rounds_until(dusk);
        assert_int_equal(result, OK);
        a_night((enum way)way, "by the sun", dusk, dawn, true);
        assert_non_null(strstr(said.text, "asleep: the sun is down\n"));
        assert_non_null(strstr(said.text, "awake again, after 12 h"));
        end();
    }
}

static void without_a_site(void **state)
{
    int64_t dusk = NOON_MS + 6 * HOUR_MS - 300000, dawn = dusk + 12 * HOUR_MS + 1200000;

    (void)state;
    for (int way = 0; way < WAYS; way++) {
        begin("", dusk - HOUR_MS);
        rounds_until(dusk);
        assert_int_equal(result, OK);
        a_night((enum way)way, "by its power", dusk, dawn, true);
        assert_non_null(strstr(said.text, "asleep: its last reading was "));
        end();
    }
}

static void started_by_night(void **state)
{
    static const char *const sites[] = {SITE, ""};
    int64_t dusk = when_sun(-0.9, NOON_MS, false), dawn = when_sun(MORNING_DEG, dusk, true);

    (void)state;
    for (int way = 0; way < WAYS; way++)
        for (int site = 0; site < 2; site++) {
            begin(sites[site], dusk);
            a_night((enum way)way, site ? "started by night, no site" : "started by night", dusk,
                    dawn, !site);
            end();
        }
}

/* In the twilight it comes and goes with each cloud. */
static void a_restless_evening(void **state)
{
    int64_t dusk = when_sun(-0.9, NOON_MS, false);

    (void)state;
    begin(SITE, dusk - HOUR_MS);
    rounds_until(dusk);
    said_start(&said);
    for (int i = 0; i <= 60; i++) {
        answer(UNPLUGGED, i % 2);
        one_round();
    }
    assert_int_equal(result, ERR_ASLEEP);
    print_message("61 rounds of coming and going: %u log lines\n", said_lines(said_stop(&said)));
    assert_int_equal(said_lines(said.text), 3);
    const char *last = strrchr(said.text, ':');
    assert_string_equal(last ? last : "", ": the sun is down\n");
    end();
}

/* ---- faults ---------------------------------------------------------------------------------- */

static void a_cable_pulled_at_noon(void **state)
{
    int64_t dusk = when_sun(-0.9, NOON_MS, false);
    int error;

    (void)state;
    for (int way = 0; way < WAYS; way++) {
        begin(SITE, NOON_MS - HOUR_MS);
        rounds_until(NOON_MS);
        answer((enum way)way, false);
        said_start(&said);
        one_round();
        assert_int_not_equal(said_lines(said_stop(&said)), 0); /* at once */
        assert_int_not_equal(result, ERR_ASLEEP);
        rounds_until(NOON_MS + 120000);
        assert_int_equal(state_now(&error), way == UNPLUGGED ? FAULTY : STALE);
        assert_int_equal(error, way == UNPLUGGED ? ERR_GONE : ERR_TIMEOUT);
        said_start(&said);
        rounds_until(dusk + HOUR_MS); /* nor does the evening make it well */
        assert_true(said_lines(said_stop(&said)) > 5);
        assert_int_equal(state_now(NULL), way == UNPLUGGED ? FAULTY : STALE);
        print_message("pulled at noon, %s: %s\n", way_names[way],
                      board_state_names[state_now(NULL)]);
        end();
    }
}

static void one_that_does_not_wake_up(void **state)
{
    int64_t dusk = when_sun(-0.9, NOON_MS, false), dawn = when_sun(MORNING_DEG, dusk, true);
    int64_t high = when_sun(15, dawn, true);

    (void)state;
    for (int way = 0; way < WAYS; way++) {
        begin(SITE, dusk - HOUR_MS);
        rounds_until(dusk);
        answer((enum way)way, false);
        rounds_until(high - 60000);
        assert_int_equal(state_now(NULL), ASLEEP);
        said_start(&said);
        rounds_until(high + 60000);
        said_stop(&said);
        assert_int_equal(state_now(NULL), way == UNPLUGGED ? FAULTY : STALE);
        assert_int_not_equal(said_lines(said.text), 0);
        assert_non_null(strstr(said.text, way == UNPLUGGED ? "nothing is plugged in"
                                                           : "it should be awake again, after 1"));
        end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_a_site),
        cmocka_unit_test(without_a_site),
        cmocka_unit_test(started_by_night),
        cmocka_unit_test(a_restless_evening),
        cmocka_unit_test(a_cable_pulled_at_noon),
        cmocka_unit_test(one_that_does_not_wake_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
