/* Slot after slot (sim/plant.h). */
#include "sim/plant.h"

#include "base/chance.h"

#include <math.h>
#include <string.h>
#include <time.h>

enum { CLEAR, CLOUDY, MIXED, NIGHT, SLOTS_A_DAY = 96 };
static const int64_t SLOT_MS = 900000, DAY_MS = 86400000;
static const int64_t FIRST_MS = INT64_C(1735689600000); /* 2025-01-01T00:00:00Z */
static const double PI = 3.14159265358979323846;
static const double CHARGER = 0.97; /* of the panels' power reaches the battery's side */
static const double SLOT_H = 0.25, NIGHT_V = 1.6;
static const double CUT_SOC = 0.22, LEAST_SOC = 0.2, ABSORB_SOC = 0.85, FLOAT_SOC = 0.99;
static const double ABSORB_V = 14.4, FLOAT_V = 13.8; /* of 12 V nominal */

/* The same chance for the same moment, whoever asks and in whatever order. */
static double chance_at(const struct plant *p, int64_t what, double least, double most)
{
    uint64_t key = p->seed * UINT64_C(1000003) + (uint64_t)what;
    struct chance c = chance_seeded(key ? key : 1); /* 0 would ask the clock */

    return least + (most - least) * chance_share(&c);
}

static double hour_of(int64_t slot)
{
    return (double)(slot % SLOTS_A_DAY) * 24 / (double)SLOTS_A_DAY;
}

static double sun_at(const struct plant *p, int64_t slot)
{
    double hour = hour_of(slot);
    bool is_up = hour > 6 && hour < 18; /* sin() alone is a hair above 0 at sunset */
    double clear = is_up ? pow(sin(PI * (hour - 6) / 12), 1.2) : 0;
    double least = p->weather == CLEAR ? 0.97 : p->weather == CLOUDY ? 0.08 : 0.3;
    double most = p->weather == CLOUDY ? 0.4 : 1;

    return p->weather == NIGHT ? 0 : clear * chance_at(p, slot, least, most);
}

static double wanted_load(const struct plant *p, int64_t slot)
{
    double hour = hour_of(slot);
    double morning = exp(-(hour - 7.5) * (hour - 7.5) / 2),
           evening = exp(-(hour - 20) * (hour - 20) / 5);

    return 100 + 120 * morning + 250 * evening + chance_at(p, -slot - 1, 0, 30);
}

/* What the battery takes at most: less and less in absorb, and a trickle when it is full. */
static double accepted_w(const struct plant *p, double soc)
{
    return p->peak_w * fmin(1, fmax(0.005, (1 - soc) / (1 - ABSORB_SOC)));
}

/* The voltage the battery climbs to when it is given all that it accepts, of 12 V nominal. */
static double held_v(double soc)
{
    if (soc < ABSORB_SOC)
        return ABSORB_V - 0.8 * (1 - soc / ABSORB_SOC);
    return ABSORB_V - (ABSORB_V - FLOAT_V) * fmax(0, (soc - FLOAT_SOC) / (1 - FLOAT_SOC));
}

static double volts(const struct plant *p, double stored_wh, double net_w)
{
    double soc = stored_wh / p->capacity_wh, rest = 11.6 + 1.3 * soc;
    double off = net_w > 0 ? (held_v(soc) - rest) * fmin(1, net_w / accepted_w(p, soc))
                           : 5 * net_w / p->capacity_wh;

    return p->nominal_v / 12 * fmin(14.6, fmax(10.8, rest + off));
}

/* The battery's power at the slot's beginning (0) or end (1). */
static double net_w(const struct plant *p, int end)
{
    return p->pv_w[end] * CHARGER - p->load_w[end];
}

static double stored_at_end(const struct plant *p)
{
    double wh = p->stored_wh + SLOT_H * (net_w(p, 0) + net_w(p, 1)) / 2;

    return fmin(p->capacity_wh, wh);
}

/* Panels give what the sun allows, and no more than the load and the battery take. */
static void plan_power(struct plant *p, double load)
{
    double soc = (p->stored_wh + SLOT_H * net_w(p, 0)) / p->capacity_wh; /* about, at the end */

    p->load_w[1] = load;
    p->pv_w[1] = fmin(p->peak_w * p->sun[1], (load + accepted_w(p, soc)) / CHARGER);
}

/* Power runs in slopes: a load cut at the next slot's end still draws while it falls. */
static bool must_cut(const struct plant *p)
{
    double left_wh = stored_at_end(p) + fmin(0, SLOT_H * net_w(p, 1) / 2);

    return p->stored_wh < CUT_SOC * p->capacity_wh || left_wh < LEAST_SOC * p->capacity_wh;
}

static void plan_slot(struct plant *p)
{
    p->sun[1] = sun_at(p, p->slot + 1);
    plan_power(p, wanted_load(p, p->slot + 1));
    if (must_cut(p))
        plan_power(p, 0);
    p->battery_v[1] = volts(p, stored_at_end(p), net_w(p, 1));
}

static const char *const words[] = {"clear", "cloudy", "mixed", "night"};

void plant_init(struct plant *p, uint64_t seed, double nominal_v, const char *day)
{
    *p = (struct plant){.seed = seed ? seed : 1, .nominal_v = nominal_v, .weather = MIXED};
    for (int i = 0; day && i < 4; i++)
        if (!strcmp(day, words[i]))
            p->weather = i;
    p->peak_w = nominal_v < 24 ? 1200 : 3000;
    p->capacity_wh = p->peak_w * 3;
    p->stored_wh = 0.6 * p->capacity_wh;
    p->since_ms = p->slot = -1;
    plan_slot(p); /* its end is the first day's beginning */
}

void plant_again(struct plant *p, const struct plant *like)
{
    plant_init(p, like->seed, like->nominal_v, words[like->weather]);
}

/* ---- the calendar ------------------------------------------------------------------------ */

static struct tm date_of(int64_t slot)
{
    time_t seconds = (time_t)((FIRST_MS + slot * SLOT_MS) / 1000);
    struct tm t;

    gmtime_r(&seconds, &t);
    return t;
}

static void begin_day(struct plant *p)
{
    struct tm t = date_of(p->slot);

    p->pv.day = p->load.day = 0;
    if (t.tm_mday == 1)
        p->pv.month = p->load.month = 0;
    if (t.tm_yday == 0)
        p->pv.year = p->load.year = 0;
    p->highs[0] = p->highs[1] = NIGHT_V;
    p->highs[2] = p->highs[3] = p->battery_v[0];
    p->highs[4] = p->highs[5] = 0;
}

static void add(struct plant_sums *s, double kwh)
{
    s->all += kwh;
    s->year += kwh;
    s->month += kwh;
    s->day += kwh;
}

/* ---- inside a slot ----------------------------------------------------------------------- */

static double between(const double ends[2], double share)
{
    return ends[0] + (ends[1] - ends[0]) * share;
}

/* Energy from the slot's beginning, in Wh: the area under the straight line. */
static double area(const double ends[2], double share)
{
    return SLOT_H * share * (ends[0] + between(ends, share)) / 2;
}

/* Voltages run straight through a slot too, so that its ends are all that need be noted. */
static void note_highs(double pv_v, double battery_v, double pv_w, double highs[6])
{
    highs[0] = fmax(highs[0], pv_v);
    highs[1] = fmin(highs[1], pv_v);
    highs[2] = fmax(highs[2], battery_v);
    highs[3] = fmin(highs[3], battery_v);
    highs[4] = fmax(highs[4], pv_w);
    highs[5] = fmax(highs[5], pv_w * CHARGER / battery_v);
}

static bool is_dark(const struct plant *p)
{
    return p->sun[0] <= 0 && p->sun[1] <= 0;
}

static double panel_v(const struct plant *p, double share)
{
    double sun = between(p->sun, share);

    return is_dark(p) ? NIGHT_V : 3 * p->nominal_v * (0.88 + 0.14 * fmin(1, sun * 5));
}

static void set_battery(const struct plant *p, struct plant_now *n, double share, double stored_wh)
{
    n->soc = fmin(100, 100 * stored_wh / p->capacity_wh);
    n->battery_v = between(p->battery_v, share);
    n->battery_a = n->battery_w / n->battery_v;
    n->charge_a = n->charge_w / n->battery_v;
    n->load_a = n->load_w / n->battery_v;
}

static void set_panels(const struct plant *p, struct plant_now *n, double share)
{
    n->sun = between(p->sun, share);
    n->is_night = is_dark(p);
    n->pv_v = panel_v(p, share);
    n->pv_a = n->pv_w / n->pv_v;
}

static int stage_of(const struct plant_now *n)
{
    if (n->pv_w <= 0)
        return 0;
    return n->soc < 100 * ABSORB_SOC ? 1 : n->soc < 100 * FLOAT_SOC ? 2 : 3;
}

static void look(struct plant *p, double share)
{
    struct plant_now *n = &p->now;
    double pv_kwh = area(p->pv_w, share) / 1000, load_kwh = area(p->load_w, share) / 1000;
    double hour = hour_of(p->slot) + SLOT_H * share, highs[6];

    n->pv_w = between(p->pv_w, share);
    n->charge_w = n->pv_w * CHARGER;
    n->load_w = between(p->load_w, share);
    n->battery_w = n->charge_w - n->load_w;
    set_battery(p, n, share, p->stored_wh + 1000 * (pv_kwh * CHARGER - load_kwh));
    set_panels(p, n, share);
    n->stage = stage_of(n);
    n->ambient_c = 14 + 7 * sin(PI * (hour - 9) / 12);
    n->battery_c = 16 + 4 * sin(PI * (hour - 11) / 12);
    n->case_c = n->ambient_c + 4 + 22 * n->pv_w / p->peak_w;
    n->pv_kwh = p->pv.all + pv_kwh;
    n->pv_kwh_year = p->pv.year + pv_kwh;
    n->pv_kwh_month = p->pv.month + pv_kwh;
    n->pv_kwh_today = p->pv.day + pv_kwh;
    n->load_kwh = p->load.all + load_kwh;
    n->load_kwh_year = p->load.year + load_kwh;
    n->load_kwh_month = p->load.month + load_kwh;
    n->load_kwh_today = p->load.day + load_kwh;
    memcpy(highs, p->highs, sizeof highs); /* what is seen in between leaves no trace */
    note_highs(n->pv_v, n->battery_v, n->pv_w, highs);
    n->pv_v_high = highs[0];
    n->pv_v_low = highs[1];
    n->battery_v_high = highs[2];
    n->battery_v_low = highs[3];
    n->pv_w_high = highs[4];
    n->charge_a_high = highs[5];
}

static void end_slot(struct plant *p)
{
    note_highs(panel_v(p, 1), p->battery_v[1], p->pv_w[1], p->highs);
    add(&p->pv, area(p->pv_w, 1) / 1000);
    add(&p->load, area(p->load_w, 1) / 1000);
    p->stored_wh = stored_at_end(p);
}

static void next_slot(struct plant *p)
{
    if (p->slot >= 0)
        end_slot(p);
    p->slot++;
    p->sun[0] = p->sun[1];
    p->battery_v[0] = p->battery_v[1];
    p->pv_w[0] = p->pv_w[1];
    p->load_w[0] = p->load_w[1];
    if (p->slot % SLOTS_A_DAY == 0)
        begin_day(p);
    plan_slot(p);
}

void plant_to(struct plant *p, int64_t wall_ms)
{
    int64_t since = wall_ms < FIRST_MS ? -1 : wall_ms - FIRST_MS;

    if (since < 0) /* a clock that was never set: that hour of the first day */
        since = (wall_ms % DAY_MS + DAY_MS) % DAY_MS;
    if (since < p->since_ms)
        return;
    p->since_ms = since;
    while (p->slot < since / SLOT_MS)
        next_slot(p);
    look(p, (double)(since % SLOT_MS) / (double)SLOT_MS);
}

const struct plant_now *plant_now(const struct plant *p)
{
    return &p->now;
}
