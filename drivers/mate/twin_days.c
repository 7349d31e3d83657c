/* The log of a charger that does not exist: its plant's past, worked out again. */
#include "drivers/mate/kinds.h"

#include <string.h>

static const int64_t DAY_MS = 86400000;

/* An MX60 begins its day when it wakes up; the others at midnight, by a clock that was set. */
static bool sleeps_still(const struct twin *t)
{
    return !strcmp(t->model, "mx60") && t->plant->pv_kwh_today < 0.0005;
}

/* The last moment of a day that is over. */
static const struct plant_now *end_of(struct twin *t, int64_t day)
{
    struct mate_twin *mine = t->memory;
    int64_t end_ms = (day + 1) * DAY_MS - 1;

    if (!mine->has_past || mine->past_ms > end_ms)
        plant_again(&mine->past, t->whole);
    mine->has_past = true;
    mine->past_ms = end_ms;
    plant_to(&mine->past, end_ms);
    return plant_now(&mine->past);
}

static void put_day(struct twin *t, const struct plant_now *p, struct reading *r)
{
    static const enum metric all[] = {
        M_PV_ENERGY_TODAY,
        M_CHARGER_CHARGE_TODAY,
        M_BATTERY_VOLTAGE_HIGH_TODAY,
        M_BATTERY_VOLTAGE_LOW_TODAY,
        M_PV_VOLTAGE_HIGH_TODAY,
        M_PV_POWER_HIGH_TODAY,
        M_CHARGER_CURRENT_HIGH_TODAY,
    };
    double kwh = p->pv_kwh_today / t->of;
    const double values[] = {
        kwh,          kwh * 1000 / p->battery_v, p->battery_v_high,       p->battery_v_low,
        p->pv_v_high, p->pv_w_high / t->of,      p->charge_a_high / t->of};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        reading_drop(r, all[i]);
        (void)reading_put(r, all[i], values[i]); /* as many as were dropped */
    }
}

void mate_mx_day(struct twin *t, unsigned ago, struct reading *r)
{
    bool is_late = t->whole && sleeps_still(t);

    if (t->whole && (ago || is_late))
        put_day(t, end_of(t, t->wall_ms / DAY_MS - (int64_t)ago - is_late), r);
}

void mate_mx_today(struct twin *t)
{
    mate_mx_now(t);
    mate_mx_day(t, 0, &t->state);
}
