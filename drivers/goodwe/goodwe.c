/* The driver's row in the table, and what follows from its numbers. */
#include "drivers/goodwe/goodwe.h"
#include "drivers/goodwe/rating.h"

#include "base/log.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// clang-format off
static const struct block blocks[] = {
    { .name = "running", .function = GOODWE_RUNNING, .start = 0, .count = DATA_THREE,   .refresh = EVERY_ROUND },
    { .name = "setting", .function = GOODWE_SETTING, .start = 0, .count = DATA_SETTING, .refresh = NOW_AND_THEN },
    { .name = "id",      .function = GOODWE_ID,      .start = 0, .count = DATA_ID,      .refresh = ON_DEMAND },
    { .name = NULL },
};
// clang-format on

static const struct place places[] = {
    /* Its own bridge: what is written is one question, what is read a stream in slices. */
    {.scheme = "hid",
     .options = "report=0,speed=0",
     .usb_ids = "0084:0041",
     .speech = &goodwe_usb_speech,
     .blocks = blocks},
    {.scheme = "serial", .options = "speed=9600"},
    {.scheme = "tcp", .options = "framing=rtu"}, /* a gateway that passes its bytes through */
    {.scheme = "replay"},
    {.scheme = "sim", .options = "speed=9600"},
    {.scheme = NULL},
};

/* Not every unit says more of itself than its serial number. */
static void take_identity(void *to, const struct field *f)
{
    struct identity *who = to;
    const struct {
        const char *name;
        char *to;
    } wanted[] = {{"model", who->model}, {"firmware", who->firmware}};

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (f->is_text && !strcmp(f->name, wanted[i].name))
            snprintf(wanted[i].to, IDENTITY_TEXT, "%s", f->text);
}

int goodwe_greet(struct device *d, struct identity *who)
{
    int rc = device_block(d, &blocks[2], take_identity, who);

    if (!d->is_met || rc == ERR_GONE || rc == ERR_STOPPED)
        return rc ? rc : ERR_TIMEOUT;
    snprintf(who->vendor, IDENTITY_TEXT, "GoodWe");
    snprintf(who->serial, IDENTITY_TEXT, "%s", goodwe_serial(d));
    return OK;
}

/* ---- what follows --------------------------------------------------------------------------- */

static bool string_power(struct reading *r, enum metric volts, enum metric amps, enum metric watts,
                         double *sum)
{
    double v = 0, a = 0;

    if (!reading_get(r, volts, &v) || !reading_get(r, amps, &a))
        return false;
    (void)reading_put(r, watts, round(v * a));
    *sum += v * a;
    return true;
}

/* It says no power of its strings, but what they are made of. */
static void derive_strings(struct reading *r)
{
    double sum = 0;
    bool has_first = string_power(r, M_PV1_VOLTAGE, M_PV1_CURRENT, M_PV1_POWER, &sum);

    (void)string_power(r, M_PV2_VOLTAGE, M_PV2_CURRENT, M_PV2_POWER, &sum);
    if (has_first) /* a unit of one string shows the second as impossible */
        (void)reading_put(r, M_PV_POWER, round(sum));
}

/* What it noted at its last fault is all zeros as long as there was none: that is no grid of 0 V.
 */
static void drop_no_fault(struct reading *r)
{
    static const enum metric noted[] = {M_FAULT_GRID_FREQUENCY,    M_FAULT_GRID_VOLTAGE,
                                        M_FAULT_PV1_VOLTAGE,       M_FAULT_PV2_VOLTAGE,
                                        M_FAULT_TEMPERATURE,       M_FAULT_LEAKAGE_CURRENT,
                                        M_FAULT_GRID_L2_VOLTAGE,   M_FAULT_GRID_L3_VOLTAGE,
                                        M_FAULT_GRID_L2_FREQUENCY, M_FAULT_GRID_L3_FREQUENCY};
    bool is_noted = false;
    double value;

    for (size_t i = 0; i < sizeof noted / sizeof *noted; i++)
        is_noted |= reading_get(r, noted[i], &value) && (value < 0 || value > 0);
    for (size_t i = 0; i < sizeof noted / sizeof *noted && !is_noted; i++)
        reading_drop(r, noted[i]);
}

static void derive(struct device *d, struct reading *r)
{
    (void)d;
    derive_strings(r);
    drop_no_fault(r);
}

const struct driver driver_goodwe = {
    .name = "goodwe",
    .title = "GoodWe string inverters",
    .proof = "captured registration and ID packets; numbers by paper",
    .places = places,
    .addresses = {.first = 1, .last = 0x7e, .usual = GOODWE_USUAL, .probe_last = 1},
    .memory = sizeof(struct goodwe_memory),
    .wire = sizeof(struct goodwe_wire),
    .gives_addresses = true,
    .join = goodwe_join,
    .speech = &goodwe_speech,
    .blocks = blocks,
    .rows = goodwe_rows,
    .call_in = goodwe_call_in,
    .meet = goodwe_meet,
    .is_mute_before = true,
    .has_begun_anew = goodwe_has_begun_anew,
    .sleeps_at_night = true,
    .rated_w = goodwe_rated_w,
    .greet = goodwe_greet,
    .doubts = goodwe_doubts,
    .duty = goodwe_look_round,
    .derive = derive,
    .twin_memory = sizeof(struct goodwe_twin),
    .twin_models = goodwe_models,
    .twin_begin = goodwe_twin_begin,
    .twin_restart = goodwe_twin_restart,
    .twin_now = goodwe_twin_now,
};
