/* The driver's row in the table, how a unit gets its address, and what follows from its numbers. */
#include "drivers/goodwe/goodwe.h"

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
    {.scheme = "serial", .options = "speed=9600"},
    {.scheme = "replay"},
    {.scheme = "sim", .options = "speed=9600"},
    {.scheme = NULL},
};

/* ---- an address ---------------------------------------------------------------------------- */

/* One step: sent, and its answer taken apart. The packet's data lies in `a`. */
static int step(struct device *d, uint8_t whom, uint8_t function, const uint8_t *data,
                uint8_t length, struct answer *a, struct goodwe_packet *p)
{
    uint8_t bytes[ASK_MAX];
    struct ask ask = {.bytes = bytes, .whole = goodwe_whole, .pace = &d->pace, .silences = 1};

    ask.length = goodwe_make(bytes, GOODWE_MASTER, whom, GOODWE_REGISTER, function, data, length);
    ask.shape = (uint32_t)whom << 8 | function;
    int rc = bus_talk(d->bus, &ask, a);
    return rc ? rc : goodwe_judge(bytes, a->bytes, a->length, p);
}

/*
 * A unit that still has an address from before us answers no search: it is taken away first.
 *
 *      remove ──▶ (confirmed, or nobody there) ──▶ who is new? ──▶ serial number
 *                                                                       │
 *      running ◀── confirmed, from the new address ◀── allocate ◀───────┘
 *
 * After a search that nobody used a unit passes over up to 14 others: they are repeated, round
 * by round.
 */
int goodwe_meet(struct device *d)
{
    struct goodwe_memory *m = d->memory;
    uint8_t given[GOODWE_SERIAL + 1];
    struct goodwe_packet p;
    struct answer a;
    int rc = step(d, d->address, GOODWE_REMOVE, NULL, 0, &a, &p);

    if (rc == ERR_GONE || rc == ERR_STOPPED)
        return rc;
    rc = step(d, GOODWE_NOBODY, GOODWE_OFFLINE, NULL, 0, &a, &p);
    if (rc)
        return rc;
    if (p.length < GOODWE_SERIAL)
        return ERR_SHORT;
    memcpy(given, p.data, GOODWE_SERIAL);
    given[GOODWE_SERIAL] = d->address;
    snprintf(m->serial, sizeof m->serial, "%.16s", (const char *)given);
    rc = step(d, GOODWE_NOBODY, GOODWE_ALLOCATE, given, sizeof given, &a, &p);
    if (!rc)
        log_info(d->name, "%s has address %u now", m->serial, d->address);
    return rc;
}

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
    const struct goodwe_memory *m = d->memory;

    snprintf(who->vendor, IDENTITY_TEXT, "GoodWe");
    snprintf(who->serial, IDENTITY_TEXT, "%s", m->serial);
    int rc = device_block(d, &blocks[2], take_identity, who);
    return rc == ERR_GONE || rc == ERR_STOPPED ? rc : OK;
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
    .speech = &goodwe_speech,
    .blocks = blocks,
    .rows = goodwe_rows,
    .meet = goodwe_meet,
    .is_mute_before = true,
    .greet = goodwe_greet,
    .derive = derive,
    .twin_memory = sizeof(struct goodwe_twin),
    .twin_models = goodwe_models,
    .twin_begin = goodwe_twin_begin,
    .twin_now = goodwe_twin_now,
};
