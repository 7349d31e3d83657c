/*
 * Energy that nobody made. Made units with counters of their own behind the real gate, groups and
 * store, and hands on the clock: swaps, resets, silences, restarts, reloads, midnights in any
 * order. At the end every face says what the units made while they were heard, to the watt-hour.
 */
#include "base/text.h"
#include "energy_stage.h"
#include "influx/line_protocol.h"
#include "mqtt/states.h"
#include "store/energy.h"

/* ---- its faces ---------------------------------------------------------------------------------
 */

/* Home Assistant's statistics of a total_increasing: a fall of a tenth is a reset. */
struct eyes {
    bool has_seen;
    double last, sum;
};

static void see(struct eyes *e, double value)
{
    if (e->has_seen)
        e->sum += value < 0.9 * e->last ? value : value - e->last;
    e->has_seen = true;
    e->last = value;
}

static struct faces {
    struct eyes home[FACES], today[FACES], month[FACES];
    double first[FACES], last[FACES];
} faces;

static size_t face_of(const char *name)
{
    size_t i = 0;

    while (strcmp(names[i], name) != 0)
        i++;
    return i;
}

static void see_field(const char *json, const char *key, struct eyes *e)
{
    char quoted[40];

    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(json, quoted);
    char *end = NULL;
    double value = at ? strtod(at + strlen(quoted), &end) : 0;
    if (at && end > at + strlen(quoted)) /* not null */
        see(e, value);
}

static void see_line(const struct record *r, size_t face)
{
    char line[2000];
    int length = line_of_record(r, "", line, sizeof line);
    const char *at = length > 0 ? strstr(line, "pv_energy=") : NULL;

    if (!at)
        return;
    double value = strtod(at + strlen("pv_energy="), NULL);
    if (value < faces.last[face])
        fail_msg("%s falls from %.6f to %.6f", names[face], faces.last[face], value);
    if (faces.last[face] <= 0)
        faces.first[face] = value;
    faces.last[face] = value;
}

static void look(struct reader *reader)
{
    struct states *states = states_new();
    struct record r;
    char text[4000];

    faces = (struct faces){0};
    assert_non_null(states);
    assert_int_equal(reader_after(reader, 0, INT64_MAX), OK);
    while (reader_next(reader, &r) == OK) {
        size_t face = face_of(r.from->name);
        see_line(&r, face);
        if (!states_take(states, &r, true))
            continue;
        struct text t = text_on(text, sizeof text);
        state_json(states_peek(states, names[face]), &t);
        see_field(text, "pv_energy", &faces.home[face]);
        see_field(text, "pv_energy_today", &faces.today[face]);
        see_field(text, "pv_energy_month", &faces.month[face]);
    }
    states_free(states);
}

static void add_up(void *to, const struct growth *g)
{
    *(double *)to += g->grown;
}

static void is_what_was_made(uint64_t seed, struct reader *reader, size_t i, int64_t from,
                             int64_t to)
{
    const struct origin *o = reader_origin(reader, names[i]);
    struct growth all;
    double by_day = 0;

    assert_int_equal(energy_between(reader, o, "pv_energy", from, to, &all), OK);
    assert_int_equal(energy_walk(reader, o, "pv_energy", from, to, BY_DAY, add_up, &by_day), OK);
    const double said[] = {all.grown, by_day, faces.last[i] - faces.first[i], faces.home[i].sum};
    for (size_t k = 0; k < sizeof said / sizeof *said; k++)
        if (fabs(said[k] - made[i]) > 0.001)
            fail_msg("seed %d, %s made %.4f: face %zu says %.4f", (int)seed, names[i], made[i], k,
                     said[k]);
    if (i < PLACES)
        return;
    /* What grows right after midnight may be no fall of a tenth to Home Assistant. */
    if (fabs(faces.today[i].sum - made[i]) > 0.1 || fabs(faces.month[i].sum - made[i]) > 0.1)
        fail_msg("seed %d, %s made %.4f: its days %.4f, its months %.4f", (int)seed, names[i],
                 made[i], faces.today[i].sum, faces.month[i].sum);
}

static void run_one(uint64_t seed)
{
    struct reader *reader = NULL;
    char command[200];

    chance = chance_seeded(seed);
    set_up();
    int64_t from = clock_wall_ms();
    start();
    for (int i = 0; i < QUIET; i++)
        one_round();
    live(12);
    while (store_tidy(store, clock_wall_ms()))
        continue;
    assert_int_equal(keeper_finish(&keeper), OK);
    assert_int_equal(reader_open(&reader, path), OK);
    look(reader);
    for (size_t i = 0; i < FACES; i++)
        is_what_was_made(seed, reader, i, from, clock_wall_ms());
    reader_close(reader);
    stop();
    clock_give_back();
    snprintf(command, sizeof command, "rm -f %s/helio.db*", folder);
    assert_int_equal(system(command), 0);
}

static void every_face_says_what_was_made(void **state)
{
    uint64_t seeds = getenv("HELIO_LONG") ? 200 : 6;

    (void)state;
    for (uint64_t seed = 1; seed <= seeds; seed++)
        run_one(seed);
}

/* A device that is known by its serial number gets another name: what was carried and what was
 * integrated go on. */
static void a_name_that_changes(void **state)
{
    double pv[2], charged[2], hers[2];

    (void)state;
    chance = chance_seeded(1);
    set_up();
    serial_of_south = "S-20240017";
    start();
    for (int i = 0; i < 20; i++)
        one_round();
    makers[0].kwh = 0;
    for (int i = 0; i < 20; i++)
        one_round();
    for (int again = 0; again < 2; again++) {
        size_t at = keeper_place(&keeper, south_is), group = keeper_place(&keeper, "house");
        assert_true(board_total(keeper.board, (unsigned)at, M_PV_ENERGY, &pv[again]));
        assert_true(
            board_total(keeper.board, (unsigned)at, M_BATTERY_CHARGE_ENERGY, &charged[again]));
        assert_true(board_total(keeper.board, (unsigned)group, M_PV_ENERGY, &hers[again]));
        if (again)
            break;
        stop();
        south_is = "garage";
        start();
        for (int i = 0; i < 6; i++)
            one_round();
    }
    south_is = "south";
    serial_of_south = "";
    assert_true(pv[0] > 1000.31 && pv[1] >= pv[0] && pv[1] < pv[0] + 1);
    assert_true(charged[0] > 0.2 && charged[1] >= charged[0] && charged[1] < charged[0] + 0.2);
    assert_true(hers[1] >= hers[0] && hers[1] < hers[0] + 1);
    stop();
}

/* What is integrated is known with the first reading after a start, and goes on from there. */
static void a_start_loses_no_meter(void **state)
{
    double charged[2] = {0, 0};

    (void)state;
    chance = chance_seeded(1);
    set_up();
    start();
    for (int i = 0; i < 20; i++)
        one_round();
    size_t at = keeper_place(&keeper, "south");
    assert_true(board_total(keeper.board, (unsigned)at, M_BATTERY_CHARGE_ENERGY, &charged[0]));
    stop();
    start();
    one_round();
    one_round();
    at = keeper_place(&keeper, "south");
    assert_true(board_has(keeper.board, (unsigned)at, M_BATTERY_CHARGE_ENERGY));
    assert_true(board_total(keeper.board, (unsigned)at, M_BATTERY_CHARGE_ENERGY, &charged[1]));
    stop();
    /* 600 W for a minute are a hundredth of a kWh */
    if (fabs(charged[1] - charged[0] - 0.01) > 1e-5)
        fail_msg("%.6f, then %.6f", charged[0], charged[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_face_says_what_was_made, begin, end),
        cmocka_unit_test_setup_teardown(a_name_that_changes, begin, end),
        cmocka_unit_test_setup_teardown(a_start_loses_no_meter, begin, end),
    };

    return cmocka_run_group_tests_name("energy faces", tests, NULL, NULL);
}
