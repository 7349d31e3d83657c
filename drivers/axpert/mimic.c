/*
 * An Axpert that does not exist: samples of real answers, filled from the shared plant, and
 * settings that really change. A profile is a model: which answers it has of its own, and which
 * questions it never heard of.
 */
#include "drivers/axpert/twin.h"

#include "base/log.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char STATUS_17[] = "230.0 50.0 230.0 50.0 0161 0119 003 460 57.50 12 100 0069 0014 "
                                "103.8 57.45 00000 00110110";
static const char STATUS_24[] = "227.2 50.0 230.3 50.0 0829 0751 010 447 54.50 020 083 0054 02.7 "
                                "323.6 00.00 00000 00010110 00 00 00879 010 0 00 0000";
static const char RATINGS_MAX[] = "230.0 34.7 230.0 50.0 34.7 8000 8000 48.0 46.0 42.0 56.4 54.0 0 "
                                  "030 060 0 1 2 9 01 0 0 54.0 0 1 480 0 070";
static const char WARNINGS_36[] = "000000000000000000000000000000000000";
static const char UNKNOWN[] = "";

/* What a model answers otherwise than the family's samples. UNKNOWN: it says NAK. */
struct otherwise {
    enum axpert_block which;
    const char *sample;
};

#define NO_ENERGY                                                                                  \
    {QET, UNKNOWN}, {QED, UNKNOWN}, {QEM, UNKNOWN}, {QEY, UNKNOWN}, {QLT, UNKNOWN},                \
        {QLD, UNKNOWN}, {QLM, UNKNOWN},                                                            \
    {                                                                                              \
        QLY, UNKNOWN                                                                               \
    }
#define NO_EXTRAS                                                                                  \
    {QPIGS2, UNKNOWN}, {QP2GS, UNKNOWN}, {QCST, UNKNOWN}, {QCVT, UNKNOWN}, {QT, UNKNOWN},          \
        {QOPPT, UNKNOWN}, {QCHPT, UNKNOWN}, {QMSCHGCR, UNKNOWN}, {QALL, UNKNOWN}, {QBMS, UNKNOWN}, \
        {QLED, UNKNOWN},                                                                           \
    {                                                                                              \
        QLITH0, UNKNOWN                                                                            \
    }
#define END                                                                                        \
    {                                                                                              \
        0, NULL                                                                                    \
    }

static const struct otherwise mks[] = {NO_ENERGY, NO_EXTRAS, {QBEQI, UNKNOWN}, END};
static const struct otherwise old[] = {NO_ENERGY,
                                       NO_EXTRAS,
                                       {QPIGS, STATUS_17},
                                       {QBEQI, UNKNOWN},
                                       {Q1, UNKNOWN},
                                       {QMN, UNKNOWN},
                                       {QGMN, UNKNOWN},
                                       {QVFW2, UNKNOWN},
                                       {QSID, UNKNOWN},
                                       {QBOOT, UNKNOWN},
                                       END};
static const struct otherwise max[] = {{QPIGS, STATUS_24},
                                       {QPIRI, RATINGS_MAX},
                                       {QFLAG, "EakxyDbdjuvz"},
                                       {QPIWS, WARNINGS_36},
                                       {QPIGS2, "03.1 327.3 01026 "},
                                       {QMN, "VMIII-8000"},
                                       {QP2GS, UNKNOWN},
                                       {QALL, UNKNOWN},
                                       END};
static const struct otherwise plus[] = {
    {QPIRI,
     "230.0 21.7 230.0 50.0 21.7 5000 4000 48.0 46.0 42.0 56.4 54.0 0 030 060 1 0 0 6 11 0 0 "
     "54.0 0 1 060"},
    {QFLAG, "EakxyDbjluvz"},
    {QPIWS, "00000000000000000000000000000000000000"},
    {QPIGS2, "0000 000.0 00.00 00000 11000000 0000 0000 0000 000.0 00.00 00000 00000"},
    NO_ENERGY,
    {QALL, UNKNOWN},
    {QP2GS, UNKNOWN},
    END};
static const struct otherwise pi41[] = {
    {QPI, "PI41"},   {QPIGS2, "120.0 60.0 120.0 60.0 0048 0016 001 01.5 083.3 53.10 10000010"},
    NO_ENERGY,       {QBEQI, UNKNOWN},
    {QALL, UNKNOWN}, END};
static const struct otherwise parallel[] = {
    NO_ENERGY,
    NO_EXTRAS,
    {QBEQI, UNKNOWN},
    {QPIRI, "230.0 21.7 230.0 50.0 21.7 5000 4000 48.0 46.0 42.0 56.4 54.0 0 10 010 1 0 0 6 01 0 1 "
            "54.0 0 1 000"},
    END};

static const struct otherwise split[] = {
    {QPI, "PI41"},
    {QPIRI, "120.0 20.8 120.0 60.0 20.8 2500 2500 48.0 47.0 43.0 56.1 56.1 2 40 060 0 0 0 9 01 0 6 "
            "55.0 0 1 000"},
    {QPIGS2, "120.0 60.0 120.0 60.0 0048 0016 001 01.5 083.3 53.10 10000010"},
    {QP2GS, "11 92931701100510 L 00 124.2 59.98 124.2 59.98 0149 0130 005 56.1 000 100 000.0 00 "
            "01000010"},
    NO_ENERGY,
    {QBEQI, UNKNOWN},
    {QALL, UNKNOWN},
    END};
static const struct otherwise vm4[] = {{QPIGS, STATUS_24}, {QMN, UNKNOWN},  NO_EXTRAS,
                                       {QBEQI, UNKNOWN},   {QGMN, UNKNOWN}, END};

static const struct axpert_profile {
    const char *model;
    unsigned kind, units;
    const struct otherwise *otherwise;
    bool raises_zero; /* its sums have none, and it hears none with one */
    bool adds_lf;     /* behind each answer */
} profiles[] = {
    {"split", KIND_PI41, 2, split},
    {"vm4", KIND_CLASSIC, 1, vm4, .raises_zero = true},
    {"smh", KIND_CLASSIC, 1, mks, .adds_lf = true},
    {"mks", KIND_CLASSIC, 1, mks},
    {"old", KIND_CLASSIC, 1, old},
    {"plus", KIND_PLUS, 1, plus},
    {"max", KIND_MAX, 1, max},
    {"pi41", KIND_PI41, 1, pi41},
    {"parallel", KIND_CLASSIC, 3, parallel},
};

const char *const axpert_models[] = {"mks",      "old",   "plus", "max", "pi41",
                                     "parallel", "split", "vm4",  "smh", NULL};

static const double RATED_W = 4000;

int axpert_twin_begin(struct twin *t)
{
    struct axpert_twin *mine = t->memory;

    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (!strcmp(profiles[i].model, t->model))
            mine->profile = &profiles[i];
    if (!mine->profile)
        return ERR_UNKNOWN;
    size_t digits = strspn(t->serial, "0123456789");
    if (*t->serial && (digits != SERIAL_DIGITS || t->serial[digits])) {
        log_err(t->driver->name, "serial: \"%s\" has not %d digits", t->serial, SERIAL_DIGITS);
        return ERR_CONFIG;
    }
    t->kind = mine->profile->kind;
    /* The samples are of a 48 V system: one of 24 V has half of it. */
    static const struct {
        enum metric metric;
        double of_48v;
    } volts[] = {{M_BATTERY_RATED_VOLTAGE, 48},  {M_RECHARGE_VOLTAGE, 46},
                 {M_LOW_VOLTAGE_DISCONNECT, 42}, {M_ABSORB_VOLTAGE, 56.4},
                 {M_FLOAT_VOLTAGE, 54},          {M_REDISCHARGE_VOLTAGE, 54},
                 {M_EQUALIZE_VOLTAGE, 58.4}};
    for (size_t i = 0; i < sizeof volts / sizeof *volts; i++)
        (void)reading_put(&mine->settings, volts[i].metric, volts[i].of_48v * t->nominal_v / 48);
    return OK;
}

static void put(struct reading *r, enum metric m, double value)
{
    (void)reading_put(r, m, value); /* a state has fewer fields than a reading holds */
}

static void put_battery(struct reading *r, const struct plant_now *p, double share)
{
    double amps = p->battery_a * share;

    put(r, M_BATTERY_VOLTAGE, p->battery_v);
    put(r, M_BATTERY_CHARGE_CURRENT, amps > 0 ? round(amps) : 0);
    put(r, M_BATTERY_DISCHARGE_CURRENT, amps < 0 ? round(-amps) : 0);
    put(r, M_BATTERY_SOC, p->soc);
    put(r, M_SOLAR_CHARGING, p->charge_w > 1);
    put(r, M_GRID_CHARGING, 0);
    if (p->stage == CHARGE_STAGE_FLOAT)
        put(r, M_CHARGE_STAGE, CHARGE_STAGE_FLOAT);
}

static void put_panels(struct reading *r, const struct plant_now *p, double share, bool is_double)
{
    double part = is_double ? share / 2 : share; /* two strings, one like the other */

    put(r, M_PV_VOLTAGE, p->pv_v);
    put(r, M_PV_CURRENT, p->pv_a * part);
    put(r, M_PV_POWER, p->pv_w * part);
    put(r, M_CHARGER_CURRENT, p->charge_a * share);
    put(r, M_BATTERY_VOLTAGE_CHARGER, p->pv_w > 1 ? p->battery_v : 0);
    if (!is_double)
        return;
    put(r, M_PV3_POWER, 0); /* where there is a third one, it sleeps */
    put(r, M_PV2_VOLTAGE, p->pv_v);
    put(r, M_PV2_CURRENT, p->pv_a * part);
    put(r, M_PV2_POWER, p->pv_w * part);
}

static void put_output(struct reading *r, const struct plant_now *p, double share)
{
    double watts = p->load_w * share;

    put(r, M_GRID_VOLTAGE, 230);
    put(r, M_GRID_FREQUENCY, 50);
    put(r, M_OUTPUT_VOLTAGE, 230);
    put(r, M_OUTPUT_FREQUENCY, 50);
    put(r, M_OUTPUT_POWER, watts);
    put(r, M_OUTPUT_APPARENT_POWER, watts / 0.9);
    put(r, M_LOAD_PERCENTAGE, round(watts / RATED_W * 100));
    put(r, M_BUS_VOLTAGE, 400);
    put(r, M_HEATSINK_TEMPERATURE, p->case_c > 0 ? p->case_c : 0);
    put(r, M_OUTPUT_ON, 1);
    put(r, M_CONFIGURATION_CHANGED, 0);
    put(r, M_DEVICE_MODE, DEVICE_MODE_BATTERY);
    static const enum metric alarms[] = {M_INVERTER_ALARMS, M_BATTERY_ALARMS, M_PV_ALARMS,
                                         M_CHARGER_ALARMS,  M_GRID_ALARMS,    M_UNIT_ALARMS};
    for (size_t i = 0; i < sizeof alarms / sizeof *alarms; i++)
        put(r, alarms[i], 0);
}

static void put_energy(struct reading *r, const struct plant_now *p)
{
    put(r, M_PV_ENERGY, p->pv_kwh);
    put(r, M_PV_ENERGY_TODAY, p->pv_kwh_today);
    put(r, M_PV_ENERGY_MONTH, p->pv_kwh_month);
    put(r, M_PV_ENERGY_YEAR, p->pv_kwh_year);
    put(r, M_OUTPUT_ENERGY, p->load_kwh);
    put(r, M_OUTPUT_ENERGY_TODAY, p->load_kwh_today);
    put(r, M_OUTPUT_ENERGY_MONTH, p->load_kwh_month);
    put(r, M_OUTPUT_ENERGY_YEAR, p->load_kwh_year);
}

void axpert_twin_now(struct twin *t)
{
    const struct axpert_twin *mine = t->memory;
    unsigned alive = axpert_twin_units(t);
    double share = 1.0 / t->of / (alive ? alive : 1);
    struct reading *r = &t->state;

    *r = mine->settings;
    put_output(r, t->plant, share);
    put_battery(r, t->plant, share);
    put_panels(r, t->plant, share, mine->profile->kind & (KIND_MAX | KIND_PLUS));
    put_energy(r, t->plant);
    put(r, M_SYSTEM_POWER, t->plant->load_w / t->of);
    put(r, M_SYSTEM_APPARENT_POWER, t->plant->load_w / t->of / 0.9);
    put(r, M_SYSTEM_LOAD_PERCENTAGE, round(t->plant->load_w / t->of / RATED_W / alive * 100));
    put(r, M_SYSTEM_CHARGE_CURRENT,
        t->plant->battery_a > 0 ? round(t->plant->battery_a / t->of) : 0);
}

/* How many units there are, without the one that is dead at the moment. */
unsigned axpert_twin_units(const struct twin *t)
{
    const struct axpert_twin *mine = t->memory;
    unsigned count = mine->profile->units;

    return count - (t->dead > 1 && t->dead <= count);
}

bool axpert_twin_raises_zero(const struct twin *t)
{
    const struct axpert_twin *mine = t->memory;

    return mine->profile->raises_zero;
}

bool axpert_twin_adds_lf(const struct twin *t)
{
    const struct axpert_twin *mine = t->memory;

    return mine->profile->adds_lf;
}

const char *axpert_twin_sample(const struct twin *t, const struct block *b)
{
    const struct axpert_twin *mine = t->memory;

    for (const struct otherwise *o = mine->profile->otherwise; o->which; o++)
        if (o->which == b->function)
            return *o->sample ? o->sample : NULL;
    return b->sample;
}
