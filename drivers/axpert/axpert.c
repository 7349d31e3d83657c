/* The driver's row in the table, and what follows from the numbers (drivers/axpert/axpert.h). */
#include "drivers/axpert/axpert.h"

#include <math.h>
#include <string.h>

static const struct place places[] = {
    /* The bridge most units have inside; it speaks 2400 baud to the unit. */
    {.scheme = "hid", .usb_ids = "0665:5161"},
    {.scheme = "serial", .options = "speed=2400,shared=no", .usb_ids = "067b:2303 0403:6001"},
    {.scheme = "replay"},
    {.scheme = "sim", .options = "speed=2400,battery=48,turnaround=40"},
    {.scheme = NULL},
};

const struct setting axpert_settings[] = {
    {"kind", CHOICE, "auto", 0, 0, "auto classic plus max max24 lv6548 gk pi41 revo",
     "Which kind of the family it is; auto: found out by asking"},
    SETTINGS_END,
};

/* ---- what follows ------------------------------------------------------------------------- */

double axpert_round(double value, double steps)
{
    return round(value * steps) / steps;
}

static void derive_battery(struct reading *r)
{
    double charge = 0, discharge = 0, volts = 0;

    if (!reading_get(r, M_BATTERY_CHARGE_CURRENT, &charge) ||
        !reading_get(r, M_BATTERY_DISCHARGE_CURRENT, &discharge))
        return;
    (void)reading_put(r, M_BATTERY_CURRENT, charge - discharge);
    if (reading_get(r, M_BATTERY_VOLTAGE, &volts))
        (void)reading_put(r, M_BATTERY_POWER, axpert_round((charge - discharge) * volts, 10));
}

/* Has it a second string? A refusal says no, and so does silence for long enough; an answer that
 * was lost says nothing, and of those that mostly have two, nothing is believed until then. */
static bool may_have_second(const struct device *d)
{
    const struct knowledge *k = &d->knowledge[axpert_block(QPIGS2) - axpert_blocks];
    bool said_no = k->misses > 1 || k->again_us;

    return k->is_known || (d->how.kind & KINDS_MAX && !said_no);
}

/*
 * Old firmware has no word for the power of the panels. What it calls PV current is what goes into
 * the battery, so the power is that times the voltage there, never times the panels' voltage.
 */
static void derive_pv(const struct device *d, struct reading *r)
{
    double first = 0, amps = 0, volts = 0, second = 0, third = 0;
    bool has_second = reading_get(r, M_PV2_POWER, &second), may_have = may_have_second(d);

    if (reading_get(r, M_BATTERY_VOLTAGE_CHARGER, &volts) && volts <= 0)
        reading_drop(r, M_BATTERY_VOLTAGE_CHARGER); /* the charger sleeps */
    if (!reading_has(r, M_PV_POWER) && !(d->how.kind & KINDS_MAX) && volts > 0 &&
        reading_get(r, M_CHARGER_CURRENT, &amps))
        (void)reading_put(r, M_PV_POWER, axpert_round(volts * amps, 1));
    if (d->how.kind == KIND_PI41 || !reading_get(r, M_PV_POWER, &first))
        return;
    (void)reading_get(r, M_PV3_POWER, &third);
    if (may_have)
        (void)reading_put(r, M_PV1_POWER, first);
    if (has_second)
        (void)reading_put(r, M_PV_POWER, first + second + third);
    else if (may_have)
        reading_drop(r, M_PV_POWER); /* one string is not the whole: it was lost this time */
}

/* Four digits for the power: a 10 kW unit that gives 10200 W says 0200. */
static void judge_power(const struct axpert_memory *m, struct reading *r)
{
    double watts = 0, percent = 0;

    if (m->rated_w < 9000 || !reading_get(r, M_OUTPUT_POWER, &watts) ||
        !reading_get(r, M_LOAD_PERCENTAGE, &percent))
        return;
    if (percent / 100 * m->rated_w > 9000 && watts < percent / 100 * m->rated_w - 5000)
        reading_drop(r, M_OUTPUT_POWER);
}

/* The same of its ratings: 46.3 A at 220 V are no 200 W. */
static void judge_ratings(struct reading *r)
{
    double volts = 0, amps = 0, watts = 0;

    if (reading_get(r, M_GRID_RATED_VOLTAGE, &volts) &&
        reading_get(r, M_GRID_RATED_CURRENT, &amps) &&
        reading_get(r, M_OUTPUT_RATED_POWER, &watts) && watts < volts * amps / 2) {
        reading_drop(r, M_OUTPUT_RATED_POWER);
        reading_drop(r, M_OUTPUT_RATED_APPARENT_POWER);
    }
}

static void derive_stage(struct reading *r)
{
    double solar = 0, grid = 0;

    if (reading_has(r, M_CHARGE_STAGE) || !reading_get(r, M_SOLAR_CHARGING, &solar) ||
        !reading_get(r, M_GRID_CHARGING, &grid))
        return;
    (void)reading_put(r, M_CHARGE_STAGE,
                      solar > 0 || grid > 0 ? CHARGE_STAGE_CHARGING : CHARGE_STAGE_NONE);
}

#define BIT(set, tag) (UINT64_C(1) << set##_ALARMS_##tag)

/* Warnings that are always faults, and those that are when the inverter says fault too. */
static const struct {
    enum metric metric;
    uint64_t always, with_fault;
} faults[] = {
    {M_INVERTER_ALARMS,
     BIT(INVERTER, FAULT) | BIT(INVERTER, BUS_OVER) | BIT(INVERTER, BUS_UNDER) |
         BIT(INVERTER, BUS_SOFT_START) | BIT(INVERTER, VOLTAGE_LOW) | BIT(INVERTER, VOLTAGE_HIGH) |
         BIT(INVERTER, OVER_CURRENT) | BIT(INVERTER, SOFT_START) | BIT(INVERTER, SELF_TEST) |
         BIT(INVERTER, DC_IN_OUTPUT) | BIT(INVERTER, CURRENT_SENSOR),
     BIT(INVERTER, OVERLOAD)},
    {M_UNIT_ALARMS, 0, BIT(UNIT, OVER_TEMPERATURE) | BIT(UNIT, FAN)},
    {M_BATTERY_ALARMS, BIT(BATTERY, SHORT) | BIT(BATTERY, OVERCHARGE),
     BIT(BATTERY, OPEN) | BIT(BATTERY, OVER_VOLTAGE)},
};

/* A short circuit at the output is a warning in some papers and a fault in those of MAX and GK. */
static bool short_is_fault(const struct device *d)
{
    return d->how.kind & (KINDS_MAX | KIND_GK);
}

/* Papers of MAX do not say what an open battery is: they run without one, and say so for ever. */
static bool open_is_fault(const struct device *d)
{
    return !(d->how.kind & KINDS_MAX);
}

static void derive_fault(const struct device *d, struct reading *r)
{
    double mode = 0, bits = 0;
    bool is_fault = reading_get(r, M_DEVICE_MODE, &mode) && (int)mode == DEVICE_MODE_FAULT;
    bool has_alarms = reading_get(r, M_INVERTER_ALARMS, &bits);
    bool says_fault = (uint64_t)bits & BIT(INVERTER, FAULT);

    is_fault |= short_is_fault(d) && (uint64_t)bits & BIT(INVERTER, OUTPUT_SHORT);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        bits = 0;
        (void)reading_get(r, faults[i].metric, &bits);
        is_fault |= ((uint64_t)bits & faults[i].always) != 0;
        is_fault |= says_fault && ((uint64_t)bits & faults[i].with_fault);
    }
    bits = 0;
    (void)reading_get(r, M_BATTERY_ALARMS, &bits);
    is_fault |= open_is_fault(d) && (uint64_t)bits & BIT(BATTERY, OPEN);
    if (is_fault || (has_alarms && reading_has(r, M_DEVICE_MODE)))
        (void)reading_put(r, M_FAULT, is_fault);
}

/* 0 stands for a sensor that is not there; where it is, the inside of a unit is not that cold. */
static void drop_absent_sensors(struct reading *r)
{
    static const enum metric sensors[] = {M_CHARGER_TEMPERATURE, M_TRANSFORMER_TEMPERATURE,
                                          M_BATTERY_SIDE_TEMPERATURE, M_INVERTER_TEMPERATURE};
    double celsius = 1;

    for (size_t i = 0; i < sizeof sensors / sizeof *sensors; i++)
        if (reading_get(r, sensors[i], &celsius) && !(celsius < 0) && !(celsius > 0))
            reading_drop(r, sensors[i]);
}

static void derive(struct device *d, struct reading *r)
{
    struct axpert_memory *m = d->memory;
    double mode = 0;

    judge_ratings(r);
    (void)reading_get(r, M_OUTPUT_RATED_POWER, &m->rated_w);
    (void)reading_get(r, M_BATTERY_RATED_VOLTAGE, &m->rated_v);
    if (reading_get(r, M_OUTPUT_MODE, &mode))
        m->is_parallel = (int)mode != OUTPUT_MODE_SINGLE;
    judge_power(m, r);
    derive_pv(d, r);
    derive_battery(r);
    derive_stage(r);
    derive_fault(d, r);
    drop_absent_sensors(r);
    (void)reading_get(r, M_PV_POWER, &m->own_pv_w);
    if (m->own_range_a > 0)
        (void)reading_put(r, M_CHARGER_CURRENT_RANGE, m->own_range_a);
    m->has_own_pv = reading_has(r, M_PV_POWER);
    m->has_own_discharge = reading_get(r, M_BATTERY_DISCHARGE_CURRENT, &m->own_discharge_a);
}

const struct driver driver_axpert = {
    .name = "axpert",
    .title = "Voltronic Axpert, MKS, KS, VM, King, MAX, PIP, LV, GK, Revo (PI30)",
    .proof = "captures of MKS2, MAX and EASun; GK, Revo by paper",
    .places = places,
    .addresses = {.first = 1, .last = 1, .usual = 1, .probe_last = 1},
    .memory = sizeof(struct axpert_memory),
    .speech = &axpert_speech,
    .blocks = axpert_blocks,
    .rows = axpert_rows,
    .settings = axpert_settings,
    .kind = axpert_kind_named,
    .meet = axpert_meet,
    .greet = axpert_greet,
    .derive = derive,
    .others = axpert_others,
    .tell = axpert_tell,
    .is_vain = axpert_is_vain,
    .commands = axpert_commands,
    .twin_memory = sizeof(struct axpert_twin),
    .twin_models = axpert_models,
    .twin_begin = axpert_twin_begin,
    .twin_now = axpert_twin_now,
};
