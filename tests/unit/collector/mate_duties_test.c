/* What a MATE would tell its devices: which words, to whom, when, and when not. */
#include "tests/unit/collector/mate_case.h"

#include <stdlib.h>
#include <time.h>

static const int64_t NOON = INT64_C(1777723200000); /* 2026-05-02T12:00:00Z, 15:00 in Sofia */
static const char BOTH[] = "keep_time=yes,share_temperature=yes,allow_tell=yes";
enum { S = 1000 };

/* So many seconds of rounds, one every ten. */
static void live(struct stage *s, int64_t seconds, enum depth depth)
{
    int64_t until = clock_us() + seconds * 1000000, begun;
    struct reading r;

    while ((begun = clock_us()) < until) {
        assert_int_equal(device_round(s->device, depth, 0, &r), OK);
        for (unsigned which = 0; s->device->driver->others; which++) {
            struct identity who = {0};
            if (s->device->driver->others(s->device, which, &r, &who))
                break;
        }
        clock_sleep_us(begun + 10000000 - clock_us());
    }
}

static unsigned count_of(const struct stage *s, uint16_t at, int port)
{
    unsigned n = 0;

    for (unsigned i = 0; i < s->count; i++)
        n += s->writes[i].at == at && (port < 0 || s->writes[i].port == port);
    return n;
}

/* Seconds of the local day as a time word has them. */
static int seconds_of(uint16_t word)
{
    return (word >> 11) * 3600 + (word >> 5 & 63) * 60 + (word & 31) * 2;
}

static int local_seconds(int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm t;

    localtime_r(&seconds, &t);
    return t.tm_hour * 3600 + t.tm_min * 60 + t.tm_sec;
}

/* Every time on the wire is the site's at that moment, less what its two seconds cut off. */
static void assert_times_right(const struct stage *s, int64_t start_ms)
{
    for (unsigned i = 0; i < s->count; i++)
        if (s->writes[i].at == REG_TIME) {
            int late =
                local_seconds(start_ms + s->writes[i].us / 1000) - seconds_of(s->writes[i].value);
            assert_in_range(late, 0, 2);
        }
}

static int in_sofia(void **state)
{
    (void)state;
    setenv("TZ", "Europe/Sofia", 1);
    tzset();
    return 0;
}

/* ---- who gets what --------------------------------------------------------------------------- */

static void a_turn_is_as_a_mate_has_it(void **state)
{
    static const struct {
        uint8_t port;
        uint16_t at;
    } turn[] = {{1, REG_TIME},
                {3, REG_TIME},
                {3, REG_DATE},
                {2, REG_TELL_TEMPERATURE},
                {3, REG_TELL_TEMPERATURE}, /* half a minute later */
                {1, REG_TIME},
                {3, REG_TIME}};
    struct stage s;

    (void)state;
    stage_begin(&s, "mate", "house", 0, BOTH, NOON);
    live(&s, 30, WITH_SLOW);
    assert_int_equal(s.count, 0); /* a snapshot writes nothing */
    live(&s, 40, WITH_SLOW);
    assert_int_equal(s.count, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(s.writes[i].port, turn[i].port);
        assert_int_equal(s.writes[i].at, turn[i].at);
    }
    assert_int_equal(s.writes[2].value, (26 << 9) | (5 << 5) | 2);
    assert_times_right(&s, NOON);
    stage_end(&s);
}

static void twice_a_minute_and_once(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, "mate", "large", 0, BOTH, NOON); /* FX 1 2, MX 3 4 10, FLEXnet 5 */
    live(&s, 610, WITH_SLOW);
    assert_int_equal(count_of(&s, REG_TIME, 3), 20);
    assert_int_equal(count_of(&s, REG_TIME, 10), 20);
    assert_int_equal(count_of(&s, REG_TIME, 5), 20);
    assert_int_equal(count_of(&s, REG_TIME, 1) + count_of(&s, REG_TIME, 2), 0);
    assert_int_equal(count_of(&s, REG_DATE, -1), 10);
    assert_int_equal(count_of(&s, REG_DATE, 5), 10);
    assert_int_equal(count_of(&s, REG_TELL_TEMPERATURE, 1), 10);
    assert_int_equal(count_of(&s, REG_TELL_TEMPERATURE, -1), 30);
    assert_times_right(&s, NOON);
    stage_end(&s);
}

static void a_device_alone_is_told_its_time(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, "mate_mx", "", 0, "keep_time=yes,allow_tell=yes", NOON);
    live(&s, 70, WITH_SLOW);
    assert_int_equal(s.count, 2);
    assert_int_equal(count_of(&s, REG_TIME, 0), 2);
    stage_end(&s);
    stage_begin(&s, "mate_dc", "", 0, "keep_time=yes,allow_tell=yes", NOON);
    live(&s, 70, WITH_SLOW);
    assert_int_equal(count_of(&s, REG_TIME, 0), 2);
    assert_int_equal(count_of(&s, REG_DATE, 0), 1);
    assert_int_equal(s.count, 3);
    stage_end(&s);
}

/* ---- the right time -------------------------------------------------------------------------- */

/* The second is halved, all of it: 37 is 18 and not what its lower bits give. */
static void seconds_beyond_half_a_minute(void **state)
{
    struct stage s;
    unsigned late_ones = 0;

    (void)state;
    for (int second = 0; second < 30; second += 3) {
        stage_begin(&s, "mate_mx", "", 0, "keep_time=yes,allow_tell=yes", NOON + second * S);
        live(&s, 70, WITH_SLOW);
        assert_int_equal(s.count, 2);
        assert_times_right(&s, NOON + second * S);
        for (unsigned i = 0; i < s.count; i++)
            late_ones += (s.writes[i].value & 31) >= 16;
        stage_end(&s);
    }
    assert_int_equal(late_ones, 9); /* all but 30 */
    assert_int_equal(mate_time_word(21, 9, 49), 0xa938);
}

static void summer_begins_and_ends(void **state)
{
    static const struct {
        int64_t change_ms;
        int before, after;                          /* the hours around it */
    } changes[] = {{INT64_C(1774746000000), 2, 4},  /* 2026-03-29T01:00:00Z */
                   {INT64_C(1792890000000), 3, 3}}; /* 2026-10-25T01:00:00Z */
    struct stage s;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        int64_t start = changes[i].change_ms - 100 * S;
        stage_begin(&s, "mate_mx", "", 0, "keep_time=yes,allow_tell=yes", start);
        live(&s, 200, WITH_SLOW);
        assert_int_equal(s.count, 6);
        assert_times_right(&s, start);
        assert_int_equal(s.writes[0].value >> 11, changes[i].before);
        assert_int_equal(s.writes[0].value >> 5 & 63, 58);
        assert_int_equal(s.writes[5].value >> 11, changes[i].after);
        assert_int_equal(s.writes[5].value >> 5 & 63, 1);
        stage_end(&s);
    }
}

/* The date must not be yesterday's for half a minute when the time is past midnight already. */
static void a_new_day_is_told_at_once(void **state)
{
    const int64_t start =
        NOON + (9 * 3600 - 45) * S; /* 23:59:15, so that the turn after midnight is an even one */
    unsigned at = 0;
    struct stage s;

    (void)state;
    stage_begin(&s, "mate_dc", "", 0, "keep_time=yes,allow_tell=yes", start);
    live(&s, 200, WITH_SLOW);
    assert_times_right(&s, start);
    while (at < s.count && (s.writes[at].at != REG_TIME || s.writes[at].value >> 11 != 0))
        at++;
    assert_true(at > 0 && at + 1 < s.count);
    assert_int_equal(s.writes[at + 1].at, REG_DATE);
    assert_int_equal(s.writes[at + 1].value & 31, 3);
    stage_end(&s);
}

/* ---- when not -------------------------------------------------------------------------------- */

static void nothing_is_told_unasked(void **state)
{
    static const char *const settings[] = {"", "allow_tell=yes",
                                           "keep_time=yes,share_temperature=yes",
                                           "keep_time=no,share_temperature=no,allow_tell=yes"};
    struct stage s;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        stage_begin(&s, "mate", "house", 0, settings[i], NOON);
        live(&s, 130, WITH_SLOW);
        assert_int_equal(s.count, 0);
        stage_end(&s);
    }
    stage_begin(&s, "mate", "house", 0, BOTH, NOON);
    live(&s, 130, LIVE_ONLY); /* who only looks */
    assert_int_equal(s.count, 0);
    stage_end(&s);
}

static void a_clock_that_was_never_set_is_not_handed_on(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, "mate", "house", 0, BOTH, 5 * S); /* 1970 */
    live(&s, 130, WITH_SLOW);
    assert_int_equal(count_of(&s, REG_TIME, -1) + count_of(&s, REG_DATE, -1), 0);
    assert_int_equal(count_of(&s, REG_TELL_TEMPERATURE, -1), 4);
    clock_step(NOON); /* now it is set */
    live(&s, 60, WITH_SLOW);
    assert_true(count_of(&s, REG_TIME, 1) > 0);
    stage_end(&s);
}

static void impossible_temperatures_stay_where_they_are(void **state)
{
    static const struct {
        uint16_t raw;
        unsigned written;
    } sensors[] = {{0, 0}, {9, 0}, {10, 2}, {118, 2}, {245, 2}, {246, 0}, {255, 0}, {0xffff, 0}};
    struct device *mx = NULL;
    struct stage s;
    uint16_t reply;

    (void)state;
    for (size_t i = 0; i < sizeof sensors / sizeof *sensors; i++) {
        stage_begin(&s, "mate", "house", 0, "share_temperature=yes,allow_tell=yes", NOON);
        assert_int_equal(driver_mate.unit(s.device, "mx1", &mx), OK);
        assert_int_equal(mate_write(mx, REG_TEMPERATURE, sensors[i].raw, &reply), OK);
        s.count = 0; /* the twin has this number now */
        live(&s, 50, WITH_SLOW);
        assert_int_equal(s.count, sensors[i].written);
        for (unsigned k = 0; k < s.count; k++)
            assert_int_equal(s.writes[k].value, sensors[i].raw);
        stage_end(&s);
    }
}

static void a_refusal_is_not_pressed(void **state)
{
    const struct mate_memory *m;
    struct stage s;

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    stage_begin(&s, "mate_dc", "refuses", 0, "keep_time=yes,allow_tell=yes", NOON);
    live(&s, 130, WITH_SLOW);
    m = s.device->memory;
    assert_int_equal(s.count, 4); /* once a turn */
    assert_int_equal(m->duties.failed, 4);
    assert_int_equal(m->duties.times, 0);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_is_as_a_mate_has_it),
        cmocka_unit_test(twice_a_minute_and_once),
        cmocka_unit_test(a_device_alone_is_told_its_time),
        cmocka_unit_test(seconds_beyond_half_a_minute),
        cmocka_unit_test(summer_begins_and_ends),
        cmocka_unit_test(a_new_day_is_told_at_once),
        cmocka_unit_test(nothing_is_told_unasked),
        cmocka_unit_test(a_clock_that_was_never_set_is_not_handed_on),
        cmocka_unit_test(impossible_temperatures_stay_where_they_are),
        cmocka_unit_test(a_refusal_is_not_pressed),
    };

    return cmocka_run_group_tests(tests, in_sofia, NULL);
}
