/* Power times time (collector/intake/meter.h). */
#include "collector/intake/meter.h"

#include <assert.h>
#include <math.h>

static const int64_t pause_least_us = 60 * 1000000LL;
enum { ROUNDS_PAUSE = 3 };
static const double w_us_per_kwh = 3.6e12;

/* Which counter grows by which power; `split` where a device may say only the signed one. */
static const struct {
    enum metric power, energy, split;
} pairs[] = {
    {M_PV_POWER, M_PV_ENERGY, M_NONE},
    {M_LOAD_POWER, M_LOAD_ENERGY, M_NONE},
    {M_OUTPUT_POWER, M_OUTPUT_ENERGY, M_NONE},
    {M_BATTERY_CHARGE_POWER, M_BATTERY_CHARGE_ENERGY, M_BATTERY_POWER},
    {M_BATTERY_DISCHARGE_POWER, M_BATTERY_DISCHARGE_ENERGY, M_BATTERY_POWER},
    {M_GRID_IMPORT_POWER, M_GRID_IMPORT_ENERGY, M_NONE},
    {M_GRID_EXPORT_POWER, M_GRID_EXPORT_ENERGY, M_NONE},
};
static_assert(sizeof pairs / sizeof *pairs <= METERS_MAX, "every pair may have its meter");

static void clear(struct meter *m, int64_t every_us)
{
    *m = (struct meter){.longest_us = ROUNDS_PAUSE * every_us};
    if (m->longest_us < pause_least_us)
        m->longest_us = pause_least_us;
}

void meter_begin(struct meter *m, const bool has[METRIC_COUNT], int64_t every_us)
{
    clear(m, every_us);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        enum metric power = has[pairs[i].power] ? pairs[i].power : pairs[i].split;
        if (power == M_NONE || !has[power] || has[pairs[i].energy])
            continue;
        m->rows[m->count].power = power;
        m->rows[m->count++].energy = pairs[i].energy;
    }
}

enum { NOT_HERE, BY_ITS_POWER, BY_THE_SIGNED };

void meter_begin_marked(struct meter *m, mark_fn *mark, void *who, int64_t every_us)
{
    clear(m, every_us);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        int is = (int)mark(who, pairs[i].power);
        if (is < BY_ITS_POWER)
            continue;
        m->rows[m->count].power = is < BY_THE_SIGNED ? pairs[i].power : pairs[i].split;
        m->rows[m->count++].energy = pairs[i].energy;
    }
}

void meter_each_mark(const struct meter *m, mark_put_fn *put, void *who)
{
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        int mark = NOT_HERE;
        for (unsigned k = 0; k < m->count; k++)
            if (m->rows[k].energy == pairs[i].energy && !m->rows[k].is_over)
                mark = m->rows[k].power == pairs[i].power ? BY_ITS_POWER : BY_THE_SIGNED;
        put(who, pairs[i].power, mark);
    }
}

void meter_go_on(struct meter *m, const struct meter *before)
{
    for (unsigned i = 0; i < m->count; i++)
        for (unsigned k = 0; k < before->count; k++)
            if (m->rows[i].energy == before->rows[k].energy &&
                m->rows[i].power == before->rows[k].power)
                m->rows[i] = before->rows[k];
}

void meter_restore(struct meter *m, enum metric energy, double kwh)
{
    for (unsigned i = 0; i < m->count; i++)
        if (m->rows[i].energy == energy)
            m->rows[i].kwh = kwh;
}

void meter_pause(struct meter *m)
{
    for (unsigned i = 0; i < m->count; i++)
        m->rows[i].last_us = 0;
}

/* The area between zero and a straight line from a to b, where it is above zero. */
static double area_above(double a, double b)
{
    if (a <= 0 && b <= 0)
        return 0;
    if (a >= 0 && b >= 0)
        return (a + b) / 2;
    double high = fmax(a, b);
    return high * high / fabs(a - b) / 2;
}

void meter_take(struct meter *m, struct reading *r, int64_t now_us)
{
    for (unsigned i = 0; i < m->count; i++) {
        enum metric power = m->rows[i].power, energy = m->rows[i].energy;
        /* + is into the battery */
        bool is_out = power == M_BATTERY_POWER && energy == M_BATTERY_DISCHARGE_ENERGY;
        double w;
        if (!m->rows[i].is_over && reading_has(r, energy)) /* it counts by itself, if late */
            m->rows[i].is_over = m->rows[i].is_changed = true;
        if (m->rows[i].is_over || !reading_get(r, power, &w))
            continue;
        if (is_out)
            w = -w;
        int64_t passed = now_us - m->rows[i].last_us;
        if (m->rows[i].last_us && passed > 0 && passed <= m->longest_us) {
            double more = area_above(m->rows[i].last_w, w) * (double)passed / w_us_per_kwh;
            m->rows[i].kwh += more;
            m->rows[i].is_changed |= more > 0;
        }
        m->rows[i].last_w = w;
        m->rows[i].last_us = now_us;
        (void)reading_put(r, energy, m->rows[i].kwh); /* no room: it grows all the same */
    }
}
