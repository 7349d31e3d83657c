/*
 * The charge assistant over ten days of weather: a made-up battery that takes less the fuller it
 * is, an inverter that falls to float when the current sinks under a fifth of its highest, the sun,
 * a house; and everything that goes wrong: restarts, a crash, a dumb wire, a clock that jumps, the
 * night that has an hour more.
 */
#include "collector/rules/rule_step.h"
#include "collector/rules/rule_window.h"

#include "base/text.h"
#include "metrics/catalogue.h"
#include "store/days.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEP_S = 10, DAYS = 10, LOOK_S = 10 };
static const int64_t S = 1000000;
static const double BULK_V = 58.4, CHARGE_MOST_A = 60, CAPACITY_AH = 300;

/* ---- the plant ------------------------------------------------------------------------------- */

struct plant_48 {
    double soc, float_v, volts, net_a;
    bool is_floating;
    double held_h; /* this day, at the absorb voltage */
};

/* What the battery takes at this voltage: less and less as it gets full. */
static double takes(double soc, double volts)
{
    double rest_v = 48 + 4.4 * soc, ohms = 0.05 + 0.9 * exp((soc - 1) * 12);

    return (volts - rest_v) / ohms;
}

static void plant_step(struct plant_48 *p, double pv_w, double load_w)
{
    double target = p->is_floating ? p->float_v : BULK_V;
    double free_a = (pv_w - load_w) / 50, wanted = takes(p->soc, target);

    p->net_a = fmin(fmin(free_a, wanted), CHARGE_MOST_A);
    if (free_a < wanted || wanted > CHARGE_MOST_A) { /* the voltage follows the current */
        double rest_v = 48 + 4.4 * p->soc, ohms = 0.05 + 0.9 * exp((p->soc - 1) * 12);
        p->volts = fmax(rest_v + p->net_a * (p->net_a > 0 ? ohms : 0.02), 44);
    } else {
        p->volts = target;
        if (p->net_a < CHARGE_MOST_A / 5)
            p->is_floating = true; /* too early, and it is why there is an assistant */
    }
    if (p->volts < 51)
        p->is_floating = false;
    p->soc = fmin(fmax(p->soc + p->net_a * (double)STEP_S / 3600 / (double)CAPACITY_AH, 0.2), 1);
    if (p->volts > BULK_V - 0.2)
        p->held_h += (double)STEP_S / 3600.0;
}

enum sky { SUNNY, CLOUDY, MIXED };

static double sun(enum sky sky, int minute, unsigned *chance)
{
    double height = sin((minute / 60.0 - 6) / 12 * 3.14159265), share = 1;

    if (minute < 360 || minute > 1080)
        return 0;
    *chance = *chance * 1103515245U + 12345U;
    if (sky == CLOUDY)
        share = 0.15;
    if (sky == MIXED)
        share = (*chance >> 16) % 100 < 60 || (minute / 20) % 3 ? 0.85 : 0.1;
    return 4500 * height * share;
}

static double house(int minute)
{
    return minute >= 1080 && minute < 1380 ? 1100 : minute >= 720 && minute < 735 ? 2000 : 300;
}

/* ---- ten days -------------------------------------------------------------------------------- */

/* `at` is an hour of the site's day. */
enum mishap { NONE_AT_ALL, RESTART, CRASH, DUMB_WIRE, CLOCK_JUMP, CLOCK_LOST, IGNORES };
struct mishap_at {
    enum mishap what;
    double at, until;
};

static const struct {
    const char *sky_text;
    enum sky sky;
    struct mishap_at mishap;
    const char *text;
} days[DAYS] = {
    {"sunny", SUNNY, {NONE_AT_ALL, 0, 0}, ""},
    {"cloudy", CLOUDY, {NONE_AT_ALL, 0, 0}, ""},
    {"mixed", MIXED, {NONE_AT_ALL, 0, 0}, "its night has an hour more"},
    {"sunny", SUNNY, {RESTART, 10, 10}, "restart at 10"},
    {"sunny", SUNNY, {DUMB_WIRE, 8, 13}, "the wire is dumb from 8 to 13"},
    {"cloudy", CLOUDY, {CRASH, 12, 15}, "crash at 12, started again at 15"},
    {"sunny", SUNNY, {CLOCK_JUMP, 9, 9.5}, "the clock says 20 days later, 9 to 9:30"},
    {"cloudy", CLOUDY, {DUMB_WIRE, 20, 24}, "the wire is dumb from 20 to 24"},
    {"cloudy", CLOUDY, {CLOCK_LOST, 4, 6}, "the clock is not set, 4 to 6"},
    {"sunny", SUNNY, {IGNORES, 3, 7}, "the device ignores orders, 3 to 7"},
};

struct world {
    struct plant_48 plant;
    struct rule rule;
    struct rule_state state; /* of the running process */
    struct rule_state kept;  /* what the store has */
    struct rule_window window;
    int64_t wall_ms, now_us, heard_us, read_us;
    bool is_running, is_ruled;
    unsigned chance;
    double raised_h, longest_h, stretch_h, night_h;
    unsigned writes, raises;
};

static bool is_on(const struct mishap_at *m, enum mishap what, int minute)
{
    return m->what == what && minute >= m->at * 60 && minute < m->until * 60;
}

static void start(struct world *w)
{
    w->state = (struct rule_state){.is_raised = w->kept.is_raised,
                                   .raised_s = w->kept.raised_s,
                                   .held_us = w->kept.held_us,
                                   .day = w->kept.day,
                                   .raises = w->kept.raises,
                                   .is_done = w->kept.is_done};
    rule_resume(&w->state, w->now_us);
    rule_window_begin(&w->window, w->rule.window_us, STEP_S * S);
    w->heard_us = w->now_us;
    w->read_us = 0;
    w->is_running = true;
}

static void obey(struct world *w, const struct rule_known *k, const struct mishap_at *m, int minute)
{
    struct rule_word word;

    rule_step(&w->rule, &w->state, k, &word);
    w->kept = w->state; /* before anything is sent */
    if (word.act != RULE_RAISE && word.act != RULE_LOWER)
        return;
    w->writes++;
    w->raises += word.act == RULE_RAISE;
    bool is_heard = !is_on(m, DUMB_WIRE, minute), is_ignored = is_on(m, IGNORES, minute);
    if (is_heard && !is_ignored)
        w->plant.float_v = word.volts;
    rule_ended(&w->rule, &w->state, k, &word,
               !is_heard    ? ERR_TIMEOUT
               : is_ignored ? ERR_IGNORED
                            : OK);
    w->kept = w->state;
}

static void watch(struct world *w, const struct mishap_at *m, int minute, bool is_leaving)
{
    int64_t wall_ms = w->wall_ms;
    struct tm local;
    time_t seconds;
    struct rule_known k = {.now_us = w->now_us, .is_leaving = is_leaving};

    if (is_on(m, CLOCK_JUMP, minute))
        wall_ms += 20LL * 86400000;
    seconds = (time_t)(wall_ms / 1000);
    localtime_r(&seconds, &local);
    k.wall_s = wall_ms / 1000;
    k.is_clock_trusted = !is_on(m, CLOCK_LOST, minute);
    k.day = day_of(wall_ms);
    k.minute = local.tm_hour * 60 + local.tm_min;
    k.battery_type = BATTERY_TYPE_FLOODED;
    if (!is_on(m, DUMB_WIRE, minute)) {
        w->heard_us = w->now_us;
        rule_window_add(&w->window, w->now_us, w->plant.volts, w->plant.net_a);
        if (w->now_us % (60 * S) == 0)
            w->read_us = w->now_us;
    }
    k.silent_us = w->now_us - w->heard_us;
    k.is_online = k.silent_us < 60 * S;
    k.covered = rule_window_means(&w->window, w->now_us, &k.volts, &k.charge_a, &k.discharge_a);
    k.volts_now = w->plant.volts;
    k.has_float = k.has_absorb = w->read_us > 0;
    k.float_us = w->read_us;
    k.float_v = w->plant.float_v;
    k.device_absorb_v = BULK_V;
    obey(w, &k, m, minute);
}

static void mishaps(struct world *w, const struct mishap_at *m, int minute, int second)
{
    if (!w->is_running || minute != (int)(m->at * 60) || second)
        return;
    if (m->what == RESTART) {
        watch(w, m, minute, true);
        start(w);
    }
    if (m->what == CRASH)
        w->is_running = false;
}

/* While the wire is dumb nobody can lower anything: that time is not counted as ours. */
static void count(struct world *w, int minute, bool is_dumb)
{
    bool is_raised = w->plant.float_v > 58;
    double hours = (double)STEP_S / 3600.0;

    w->raised_h += is_raised ? hours : 0;
    w->stretch_h = is_raised ? w->stretch_h + (is_dumb ? 0 : hours) : 0;
    w->longest_h = fmax(w->longest_h, w->stretch_h);
    if (minute >= 21 * 60 + 5 || minute < 175)
        w->night_h += is_raised ? hours : 0;
}

static void live_day(struct world *w, size_t day)
{
    const struct mishap_at *m = &days[day].mishap;
    int today = day_of(w->wall_ms);

    w->plant.held_h = w->raised_h = w->night_h = 0;
    w->writes = w->raises = 0;
    while (day_of(w->wall_ms) == today) {
        time_t seconds = (time_t)(w->wall_ms / 1000);
        struct tm local;
        localtime_r(&seconds, &local);
        int minute = local.tm_hour * 60 + local.tm_min;
        plant_step(&w->plant, sun(days[day].sky, minute, &w->chance), house(minute));
        mishaps(w, m, minute, local.tm_sec);
        if (!w->is_running && w->is_ruled && minute >= m->until * 60)
            start(w);
        if (w->is_running)
            watch(w, m, minute, false);
        count(w, minute, is_on(m, DUMB_WIRE, minute));
        w->wall_ms += STEP_S * 1000;
        w->now_us += STEP_S * S;
    }
}

static void begin_world(struct world *w, bool is_ruled)
{
    *w = (struct world){.is_ruled = is_ruled, .chance = 7, .now_us = 3600 * S};
    w->plant = (struct plant_48){.soc = 0.75, .float_v = 52.8};
    w->rule = (struct rule){.is_enabled = true,
                            .normal_v = 52.8,
                            .absorb_v = 58.4,
                            .band_v = 0.2,
                            .end_a = 8,
                            .window_us = 1800 * S,
                            .start = 180,
                            .stop_from = 660,
                            .stop_until = 21 * 60,
                            .held_most_us = 6 * 3600 * S,
                            .raised_most_us = 20 * 3600 * S,
                            .temperature_most = 40,
                            .changes = 2};
    w->wall_ms = day_start(20261023); /* on the 25th the clock is set back in Europe */
    if (is_ruled)
        start(w);
}

static void ten_days(void **unused)
{
    static struct world with, without;
    double gained = 0, sunny_gain = 0;

    (void)unused;
    assert_true(zone_set("Europe/Sofia"));
    begin_world(&with, true);
    begin_world(&without, false);
    printf("%-8s %9s %9s %8s %7s %7s %7s  %s\n", "sky", "absorb h", "without", "raised h", "writes",
           "night h", "soc %", "what went wrong");
    for (size_t day = 0; day < DAYS; day++) {
        live_day(&with, day);
        live_day(&without, day);
        printf("%-8s %9.1f %9.1f %8.1f %7u %7.1f %7.0f  %s\n", days[day].sky_text,
               with.plant.held_h, without.plant.held_h, with.raised_h, with.writes, with.night_h,
               with.plant.soc * 100, days[day].text);
        bool is_dumb_night = days[day].mishap.what == DUMB_WIRE && days[day].mishap.until > 21;
        if (!is_dumb_night) /* nobody can lower what cannot be spoken to */
            assert_true(with.plant.float_v < 53);
        assert_true(with.night_h < 0.1 || is_dumb_night);
        assert_true(with.plant.held_h < 6.3);
        assert_in_range(with.raises, 0, 2);
        assert_in_range(with.writes, 0, 6);
        assert_true(with.plant.held_h >= without.plant.held_h - 0.5);
        assert_true(with.night_h <= 3);
        gained += with.plant.held_h - without.plant.held_h;
        if (!day)
            sunny_gain = gained;
    }
    printf("longest raised: %.1f h; hours at absorb gained: %.1f\n", with.longest_h, gained);
    assert_true(with.longest_h < 20);
    assert_true(sunny_gain > 0.5);
    assert_true(with.plant.float_v < 53);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_days),
    };

    return cmocka_run_group_tests_name("rule_week", tests, NULL, NULL);
}
