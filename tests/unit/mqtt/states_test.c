/* How long what was heard earlier is still said. */
#include "mqtt/states.h"
#include "store/days.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

static const int64_t NOW = 1780000000000;

static void how_long_a_key_is_true(void **state)
{
    static const struct {
        const char *what;
        int64_t age_ms, pause_ms; /* age -1: never heard; pause 0: once so far */
        bool is_setting, is_known;
    } rows[] = {
        {"never", -1, 0, false, false},
        {"just now", 0, 0, false, true},
        {"once, ten minutes ago", 600000, 0, false, true},
        {"once, longer ago", 600001, 0, false, false},
        {"three pauses ago", 180000, 60000, false, true},
        {"more than three", 180001, 60000, false, false},
        {"often, a quarter of a minute ago", 15000, 1000, false, true},
        {"often, longer ago", 15001, 1000, false, false},
        {"a setting, a year ago", 31536000000, 0, true, true},
        {"a setting never heard", -1, 0, true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static struct state one;
        double value = 0;
        one = (struct state){.at_ms = NOW, .count = 1};
        one.keys[0] = (struct state_key){.metric = M_PV_POWER,
                                         .is_setting = rows[i].is_setting,
                                         .value = 7,
                                         .heard_ms = rows[i].age_ms < 0 ? 0 : NOW - rows[i].age_ms,
                                         .pause_ms = rows[i].pause_ms};
        if (state_get(&one, M_PV_POWER, &value) != rows[i].is_known)
            fail_msg("%s", rows[i].what);
        if (rows[i].is_known)
            assert_true(value == 7);
        assert_false(state_get(&one, M_LOAD_POWER, &value));
    }
}

/* What is heard only later (rows come once more) is not known yet. */
static void later_is_not_yet(void **state)
{
    static struct state one = {.count = 1};
    double value;

    (void)state;
    one.at_ms = NOW;
    one.keys[0] =
        (struct state_key){.metric = M_PV_POWER, .heard_ms = NOW + 1, .pause_ms = 1000, .value = 7};
    assert_false(state_get(&one, M_PV_POWER, &value));
}

/* ---- who sleeps while the day turns --------------------------------------------------------- */

static double said_today, said_month, said_ever;
static int times;

static void take(void *who, const struct state *one)
{
    (void)who;
    times++;
    said_today = said_month = said_ever = -1;
    (void)state_get(one, M_PV_ENERGY_TODAY, &said_today);
    (void)state_get(one, M_PV_ENERGY_MONTH, &said_month);
    (void)state_get(one, M_PV_ENERGY, &said_ever);
}

static int hear(struct states *s, int64_t at_ms)
{
    static char *const words[] = {"pv_energy", "pv_energy_today", "pv_energy_month"};
    struct shape shape = {.id = 1, .count = 3};
    struct origin roof = {.id = 1, .name = "roof"};
    const struct record r = {
        .seq = at_ms, .at_ms = at_ms, .from = &roof, .shape = &shape, .numbers = "[100,3.3,40]"};

    for (unsigned i = 0; i < 3; i++) {
        shape.fields[i].name = words[i];
        shape.fields[i].metric = (uint16_t)metric_find(words[i]);
    }
    return states_take(s, &r, false);
}

static void a_day_that_turns_in_its_sleep(void **state)
{
    struct states *s = states_new();
    const int64_t hour = 3600000, dusk = day_start(20261115) + 17 * hour;

    (void)state;
    assert_non_null(s);
    assert_true(hear(s, dusk));
    states_turn_day(s, dusk + 6 * hour, take, NULL);
    assert_int_equal(times, 0); /* it is still its day */
    states_turn_day(s, dusk + 7 * hour, take, NULL);
    states_turn_day(s, dusk + 8 * hour, take, NULL);
    assert_int_equal(times, 1); /* told once */
    assert_true(said_today < 0 && said_month >= 40 && said_ever >= 100);
    states_one(s, "roof", take, NULL); /* and to whoever asks later */
    assert_true(said_today < 0);
    states_turn_day(s, day_start(20261201), take, NULL);
    assert_int_equal(times, 3);
    assert_true(said_month < 0 && said_ever >= 100);
    assert_true(hear(s, day_start(20261201) + 7 * hour));
    states_one(s, "roof", take, NULL);
    assert_true(said_today > 3);
    states_turn_day(s, day_start(20261202) + hour / 60, take, NULL);
    assert_int_equal(times, 5);
    assert_true(hear(s, day_start(20261203) - hour / 60));
    states_turn_day(s, day_start(20261203) + hour / 60, take, NULL);
    assert_int_equal(times, 5); /* who is heard says it by itself */
    states_free(s);
}

/* ---- at night, and after an order ------------------------------------------------------------ */

static double said_power;

static void take_power(void *who, const struct state *one)
{
    take(who, one);
    if (!state_get(one, M_PV_POWER, &said_power))
        said_power = -1;
}

/* Started after sunset: its counter stands, its panels give nothing, and it is not said too often.
 */
static void asleep_after_a_start(void **state)
{
    static const struct standing all[] = {{.metric = M_PV_POWER},
                                          {.metric = M_PV_ENERGY, .stands = true, .value = 1000}};
    struct states *s = states_new();
    const struct origin roof = {.id = 1, .name = "roof"};
    const int64_t dusk = day_start(20261115) + 17 * 3600000LL;

    (void)state;
    times = 0;
    states_stand(s, &roof, all, 2);
    states_each(s, false, take_power, NULL);
    assert_int_equal(times, 0); /* nobody knows yet how it is */
    states_sleep(s, "roof", dusk, 10000, take_power, NULL);
    states_sleep(s, "roof", dusk + 9999, 10000, take_power, NULL);
    assert_int_equal(times, 1);
    assert_true(said_power == 0 && said_ever == 1000 && said_today < 0);
    states_each(s, false, take_power, NULL); /* Home Assistant was restarted, too */
    assert_int_equal(times, 2);
    assert_true(said_power == 0 && said_ever == 1000);
    assert_true(hear(s, dusk + 12 * 3600000LL)); /* dawn */
    states_one(s, "roof", take_power, NULL);
    assert_true(said_power < 0 && said_ever == 100 && said_today > 3);
    states_free(s);
}

static bool tell(struct states *s, const char *name, const char *numbers, int64_t at_ms,
                 enum record_kind kind)
{
    struct shape shape = {.id = 2, .count = 1};
    struct origin roof = {.id = 1, .name = "roof"};
    char word[40];
    const struct record r = {.seq = at_ms,
                             .at_ms = at_ms,
                             .kind = kind,
                             .from = &roof,
                             .shape = &shape,
                             .numbers = numbers};

    (void)snprintf(word, sizeof word, "%s", name);
    shape.fields[0].name = word;
    shape.fields[0].metric = (uint16_t)metric_find(name);
    return states_take(s, &r, false);
}

static double said_switch;

static void take_switch(void *who, const struct state *one)
{
    (void)who;
    said_switch = -1;
    (void)state_get(one, M_LOAD_DEFAULT_ON, &said_switch);
}

/* What was told is news, and says nothing of how often the switch has its turn. */
static void told_between_its_turns(void **state)
{
    struct states *s = states_new();

    (void)state;
    assert_true(tell(s, "load_default_on", "[0]", NOW, RECORD_LIVE));
    assert_true(tell(s, "load_default_on", "[1]", NOW + 3000, RECORD_SETTING));
    states_one(s, "roof", take_switch, NULL);
    assert_true(said_switch == 1);
    assert_true(tell(s, "pv_power", "[100]", NOW + 60000, RECORD_LIVE));
    states_one(s, "roof", take_switch, NULL);
    assert_true(said_switch == 1);
    assert_true(tell(s, "load_default_on", "[1]", NOW + 70000, RECORD_LIVE));
    assert_true(tell(s, "pv_power", "[100]", NOW + 130000, RECORD_LIVE));
    states_one(s, "roof", take_switch, NULL);
    assert_true(said_switch == 1); /* 60 s after its turn: not forgotten after 15 */
    states_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_long_a_key_is_true),        cmocka_unit_test(later_is_not_yet),
        cmocka_unit_test(a_day_that_turns_in_its_sleep), cmocka_unit_test(asleep_after_a_start),
        cmocka_unit_test(told_between_its_turns),
    };

    return cmocka_run_group_tests_name("states", tests, NULL, NULL);
}
