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

void plant_init(struct plant *p, uint64_t seed, double nominal_v, const char *day)
{
    static const char *const words[] = {"clear", "cloudy", "mixed", "night"};

    *p = (struct plant){.seed = seed ? seed : 1, .nominal_v = nominal_v, .weather = MIXED};
    for (int i = 0; day && i < 4; i++)
        if (!strcmp(day, words[i]))
            p->weather = i;
    p->peak_w = nominal_v < 24 ? 1200 : 3000;
    p->capacity_wh = p->peak_w * 3;
    p->stored_wh = 0.6 * p->capacity_wh;
    p->slot = -1;
}

/* The same chance for the same moment, whoever asks and in whatever order. */
static double chance_at(const struct plant *p, int64_t what, double least, double most)
{
    struct chance c = chance_seeded(p->seed * UINT64_C(1000003) + (uint64_t)what);

    return least + (most - least) * chance_share(&c);
}

static double hour_of(int64_t slot)
{
    return (double)(slot % SLOTS_A_DAY) * 24 / SLOTS_A_DAY;
}

static double sun_at(const struct plant *p, int64_t slot)
{
    double height = sin(PI * (hour_of(slot) - 6) / 12), clear = height > 0 ? pow(height, 1.2) : 0;
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

/* At the end of a slot: a full battery takes only a trickle, an empty one feeds nobody. */
static void plan_slot(struct plant *p)
{
    double soc = p->stored_wh / p->capacity_wh;
    double taper = soc > 0.9 ? fmax(0, (1 - soc) / 0.1) : 1;
    double load = soc < 0.22 ? 0 : wanted_load(p, p->slot + 1);
    double most = (load + taper * p->peak_w * 0.6) / CHARGER;
    double pv = p->peak_w * sun_at(p, p->slot + 1);

    p->pv_w[1] = fmin(pv, most);
    p->load_w[1] = load;
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
    p->highs[0] = p->highs[2] = -1;
    p->highs[1] = p->highs[3] = 1e9;
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
    return 0.25 * share * (ends[0] + between(ends, share)) / 2;
}

static void note_highs(struct plant_now *n, double highs[4])
{
    highs[0] = fmax(highs[0], n->pv_v);
    highs[1] = fmin(highs[1], n->pv_v);
    highs[2] = fmax(highs[2], n->battery_v);
    highs[3] = fmin(highs[3], n->battery_v);
}

static void set_battery(struct plant *p, struct plant_now *n, double stored_wh)
{
    double cells = p->nominal_v / 12, full_a = p->capacity_wh / p->nominal_v;

    n->soc = fmin(100, fmax(0, 100 * stored_wh / p->capacity_wh));
    /* First the current at the nominal voltage, then the voltage it makes, then the current. */
    double rest = 11.6 + 1.3 * n->soc / 100, about_a = n->battery_w / p->nominal_v;
    n->battery_v = cells * fmin(14.6, fmax(10.8, rest + 5 * about_a / full_a));
    n->battery_a = n->battery_w / n->battery_v;
    n->charge_a = n->charge_w / n->battery_v;
    n->load_a = n->load_w / n->battery_v;
}

static void set_panels(const struct plant *p, struct plant_now *n, double share)
{
    double ends[2] = {sun_at(p, p->slot), sun_at(p, p->slot + 1)};

    n->sun = between(ends, share);
    n->is_night = ends[0] <= 0 && ends[1] <= 0;
    n->pv_v = n->is_night ? 1.6 : 3 * p->nominal_v * (0.88 + 0.14 * fmin(1, n->sun * 5));
    n->pv_a = n->pv_v > 0 ? n->pv_w / n->pv_v : 0;
}

static int stage_of(const struct plant_now *n)
{
    if (n->pv_w <= 0)
        return 0;
    return n->soc < 90 ? 1 : n->soc < 99 ? 2 : 3;
}

static void look(struct plant *p, double share, double highs[4])
{
    struct plant_now *n = &p->now;
    double pv_kwh = area(p->pv_w, share) / 1000, load_kwh = area(p->load_w, share) / 1000;
    double hour = hour_of(p->slot) + 0.25 * share;

    n->pv_w = between(p->pv_w, share);
    n->charge_w = n->pv_w * CHARGER;
    n->load_w = between(p->load_w, share);
    n->battery_w = n->charge_w - n->load_w;
    set_battery(p, n, p->stored_wh + 1000 * (pv_kwh * CHARGER - load_kwh));
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
    note_highs(n, highs);
    n->pv_v_high = highs[0];
    n->pv_v_low = highs[1];
    n->battery_v_high = highs[2];
    n->battery_v_low = highs[3];
}

static void next_slot(struct plant *p)
{
    if (p->slot >= 0) {
        look(p, 1, p->highs);
        double pv_wh = area(p->pv_w, 1), load_wh = area(p->load_w, 1);
        add(&p->pv, pv_wh / 1000);
        add(&p->load, load_wh / 1000);
        p->stored_wh = fmin(p->capacity_wh, p->stored_wh + pv_wh * CHARGER - load_wh);
    }
    p->slot++;
    p->pv_w[0] = p->pv_w[1];
    p->load_w[0] = p->load_w[1];
    if (p->slot % SLOTS_A_DAY == 0)
        begin_day(p);
    plan_slot(p);
}

void plant_to(struct plant *p, int64_t wall_ms)
{
    int64_t since = wall_ms - FIRST_MS;
    double highs[4];

    if (since < 0) /* a clock that was never set: some hour of the first day */
        since = (wall_ms % DAY_MS + DAY_MS) % DAY_MS;
    while (p->slot < since / SLOT_MS)
        next_slot(p);
    if (p->slot > since / SLOT_MS)
        return;
    memcpy(highs, p->highs, sizeof highs);
    look(p, (double)(since % SLOT_MS) / (double)SLOT_MS, highs);
}

const struct plant_now *plant_now(const struct plant *p)
{
    return &p->now;
}
