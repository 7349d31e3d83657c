/* A Tracer that does not exist: registers from the shared plant, settings that really change. */
#include "drivers/tracer/tracer.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *const tracer_models[] = {
    "2215bn", /* everything, 31 registers at once */
    "3210a",  /* no 3112, no 331A to 331E, at most 20 registers, and a refusal at 3000 */
    "an",     /* no 300D to 3010; coil 0 is echoed and ignored */
    NULL,
};

enum { COPY_FROM = 0x310c, COPY_TO = 0x3108, MARGIN = 0x3113 };

static bool is(const struct twin *t, const char *model)
{
    return !strcmp(t->model, model);
}

static bool has(const struct twin *t, uint8_t function, uint16_t at)
{
    if (function == READ_COILS)
        return at != 0 || is(t, "2215bn");
    if (!is(t, "3210a"))
        return at < 0x300d || at > 0x3010 || at == 0x300e;
    return at != 0x3112 && (at < 0x3000 || at > 0x3010) && (at < 0x3314 || at > 0x331e);
}

/* Voltages only as a whole and only for type user; type user only with a fixed rating. */
static int may_write(struct twin *t, uint16_t start, uint16_t count, const uint16_t *words)
{
    const struct modbus_memory *m = t->memory;
    uint16_t type = 0, code = 0;

    (void)memory_get(m, READ_HOLDING, REG_RATED_CODE, &code);
    (void)memory_get(m, READ_HOLDING, REG_BATTERY, &type);
    if (start == REG_BATTERY)
        type = words[0];
    if (start == REG_BATTERY && type == 0 && code == 0)
        return DEVICE_FAILED;
    if (start + count > 0x9003 && start <= 0x900e) {
        bool is_whole = (start == REG_BATTERY && count == 15) || (start == 0x9003 && count == 12);
        if (!is_whole || type != 0)
            return DEVICE_FAILED;
    }
    if (start > REG_CLOCK && start < REG_CLOCK + 3)
        return DEVICE_FAILED;
    return 0;
}

static int64_t seconds_of(const struct twin *t)
{
    const struct tracer_twin *mine = t->memory;

    return (t->wall_ms + mine->clock_off_ms) / 1000;
}

static void wrote(struct twin *t, uint16_t start, uint16_t count)
{
    struct tracer_twin *mine = t->memory;
    uint16_t w[3] = {0};

    if (start != REG_CLOCK || count != 3)
        return;
    for (uint16_t i = 0; i < 3; i++)
        (void)memory_get(&mine->modbus, READ_HOLDING, (uint16_t)(REG_CLOCK + i), &w[i]);
    struct tm tm = {.tm_min = w[0] >> 8,
                    .tm_sec = w[0] & 0xff,
                    .tm_mday = w[1] >> 8,
                    .tm_hour = w[1] & 0xff,
                    .tm_year = (w[2] >> 8) + 100,
                    .tm_mon = (w[2] & 0xff) - 1,
                    .tm_isdst = -1};
    mine->clock_off_ms = (int64_t)mktime(&tm) * 1000 - t->wall_ms;
}

/* The settings of a sealed 12 V battery, as captured from a Tracer2206AN; others are multiples. */
static const uint16_t battery_12v[BATTERY_REGISTERS] = {
    1, 200, 300, 1600, 1500, 1500, 1460, 1440, 1380, 1320, 1260, 1220, 1200, 1110, 1060};

static const struct {
    uint16_t at, value;
} others[] = {
    {0x9016, 30},   {0x9017, 6500}, {0x9018, 0xf060}, {0x9019, 8500}, {0x901a, 7500},
    {0x901b, 8500}, {0x901c, 7500}, {0x901d, 0},      {0x901e, 500},  {0x901f, 10},
    {0x9020, 600},  {0x9021, 10},   {0x903d, 0},      {0x903e, 256},  {0x903f, 256},
    {0x9042, 0},    {0x9043, 0},    {0x9044, 19},     {0x9045, 0},    {0x9046, 0},
    {0x9047, 6},    {0x9048, 0},    {0x9049, 0},      {0x904a, 19},   {0x904b, 0},
    {0x904c, 0},    {0x904d, 6},    {0x9063, 60},     {0x9065, 2588}, {0x9069, 1},
    {0x906a, 0},    {0x906b, 120},  {0x906c, 120},    {0x906d, 80},   {0x906e, 100},
    {0x906f, 100},  {0x9070, 0},
};

int tracer_twin_begin(struct twin *t)
{
    struct tracer_twin *mine = t->memory;
    struct modbus_memory *m = &mine->modbus;
    unsigned times = (unsigned)(t->nominal_v / 12);

    m->longest = is(t, "3210a") ? 20 : 31;
    m->has = has;
    m->may_write = may_write;
    m->wrote = wrote;
    snprintf(m->identity.vendor, IDENTITY_TEXT, "EPsolar Tech co., Ltd");
    snprintf(m->identity.model, IDENTITY_TEXT, "%s",
             is(t, "3210a") ? "Tracer3210A"
             : is(t, "an")  ? "Tracer4210AN"
                            : "Tracer2215BN");
    snprintf(m->identity.firmware, IDENTITY_TEXT, "V02.13+V07.24");
    if (*t->serial)
        snprintf(m->identity.serial, IDENTITY_TEXT, "%s", t->serial);
    else
        snprintf(m->identity.serial, IDENTITY_TEXT, "20240600000%05u", t->address);
    for (uint16_t i = 0; i < BATTERY_REGISTERS; i++)
        (void)memory_put(m, READ_HOLDING, (uint16_t)(REG_BATTERY + i),
                         (uint16_t)(battery_12v[i] * (i < 3 ? 1 : times)));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        (void)memory_put(m, READ_HOLDING, others[i].at, others[i].value);
    (void)memory_put(m, READ_HOLDING, REG_RATED_CODE, (uint16_t)times);
    for (uint16_t coil = 0; coil <= 6; coil++)
        if (coil != 4)
            (void)memory_put(m, READ_COILS, coil, coil == 0 || coil == 2);
    (void)memory_put(m, READ_DISCRETE, 0x2000, 0);
    return OK;
}

static void put(struct twin *t, enum metric m, double value)
{
    (void)reading_put(&t->state, m, value); /* a state has fewer fields than a reading holds */
}

/* Registers whose meaning is unknown or a copy, so that reading over them works as on real ones. */
static void put_unnamed(struct twin *t)
{
    struct modbus_memory *m = t->memory;
    uint16_t word;

    for (uint16_t i = 0; i < 4; i++)
        if (rows_encode(tracer_rows, READ_INPUT, (uint16_t)(COPY_FROM + i), &t->state, &word))
            (void)memory_put(m, READ_INPUT, (uint16_t)(COPY_TO + i), word);
    if (rows_encode(tracer_rows, READ_INPUT, 0x3110, &t->state, &word)) {
        (void)memory_put(m, READ_INPUT, MARGIN, word);
        (void)memory_put(m, READ_INPUT, 0x331d, word);
    }
    if (rows_encode(tracer_rows, READ_INPUT, 0x3104, &t->state, &word))
        (void)memory_put(m, READ_INPUT, 0x331a, word);
    for (uint16_t at = 0x3316; at <= 0x3319; at++)
        (void)memory_put(m, READ_INPUT, at, 0);
}

static void put_clock(struct twin *t)
{
    struct modbus_memory *m = t->memory;
    uint16_t words[3];

    tracer_clock_encode(seconds_of(t), words);
    for (uint16_t i = 0; i < 3; i++)
        (void)memory_put(m, READ_HOLDING, (uint16_t)(REG_CLOCK + i), words[i]);
}

/* What a unit takes from the plant: as it is, its share of it, or its share while its load is on.
 */
enum part { WHOLE, SHARE, LOAD };
#define FROM(metric, field, part)                                                                  \
    {                                                                                              \
        M_##metric, offsetof(struct plant_now, field), part                                        \
    }

static const struct {
    enum metric metric;
    size_t at;
    enum part part;
} from_plant[] = {
    FROM(PV_VOLTAGE, pv_v, WHOLE),
    FROM(PV_POWER, pv_w, SHARE),
    FROM(PV_CURRENT, pv_a, SHARE),
    FROM(BATTERY_VOLTAGE, battery_v, WHOLE),
    FROM(CHARGER_CURRENT, charge_a, SHARE),
    FROM(CHARGER_POWER, charge_w, SHARE),
    FROM(LOAD_CURRENT, load_a, LOAD),
    FROM(LOAD_POWER, load_w, LOAD),
    FROM(BATTERY_TEMPERATURE, battery_c, WHOLE),
    FROM(BATTERY_REMOTE_TEMPERATURE, battery_c, WHOLE),
    FROM(CASE_TEMPERATURE, case_c, WHOLE),
    FROM(HEATSINK_TEMPERATURE, case_c, WHOLE),
    FROM(AMBIENT_TEMPERATURE, ambient_c, WHOLE),
    FROM(BATTERY_SOC, soc, WHOLE),
    FROM(PV_VOLTAGE_HIGH_TODAY, pv_v_high, WHOLE),
    FROM(PV_VOLTAGE_LOW_TODAY, pv_v_low, WHOLE),
    FROM(BATTERY_VOLTAGE_HIGH_TODAY, battery_v_high, WHOLE),
    FROM(BATTERY_VOLTAGE_LOW_TODAY, battery_v_low, WHOLE),
    FROM(LOAD_ENERGY_TODAY, load_kwh_today, SHARE),
    FROM(LOAD_ENERGY_MONTH, load_kwh_month, SHARE),
    FROM(LOAD_ENERGY_YEAR, load_kwh_year, SHARE),
    FROM(LOAD_ENERGY, load_kwh, SHARE),
    FROM(PV_ENERGY_TODAY, pv_kwh_today, SHARE),
    FROM(PV_ENERGY_MONTH, pv_kwh_month, SHARE),
    FROM(PV_ENERGY_YEAR, pv_kwh_year, SHARE),
    FROM(PV_ENERGY, pv_kwh, SHARE),
};

/* What does not move. */
static const struct {
    enum metric metric;
    double value;
} fixed[] = {
    {M_PV_RATED_VOLTAGE, 150},        {M_PV_RATED_CURRENT, 20},
    {M_PV_RATED_POWER, 520},          {M_CHARGER_RATED_CURRENT, 20},
    {M_CHARGER_RATED_POWER, 520},     {M_CHARGER_TYPE, CHARGER_TYPE_MPPT},
    {M_LOAD_RATED_CURRENT, 20},       {M_CHARGER_RUNNING, 1},
    {M_LOAD_LEVEL, LOAD_LEVEL_LIGHT}, {M_LOAD_INPUT_STATE, INPUT_STATE_NORMAL},
};

static void put_plant(struct twin *t, double share, bool is_load_on)
{
    for (size_t i = 0; i < sizeof from_plant / sizeof *from_plant; i++) {
        double value;
        memcpy(&value, (const char *)t->plant + from_plant[i].at, sizeof value);
        if (from_plant[i].part != WHOLE)
            value *= share;
        put(t, from_plant[i].metric, from_plant[i].part == LOAD && !is_load_on ? 0 : value);
    }
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        put(t, fixed[i].metric, fixed[i].value);
}

void tracer_twin_now(struct twin *t)
{
    const struct plant_now *p = t->plant;
    /* Units share the plant, one a little stronger than the next. */
    double share = (1 + 0.02 * (t->place + 0.5 - t->of / 2.0)) / t->of;
    static const int stages[] = {CHARGE_STAGE_NONE, CHARGE_STAGE_ABSORB, CHARGE_STAGE_ABSORB,
                                 CHARGE_STAGE_FLOAT};
    uint16_t is_load_on = 1;

    (void)memory_get(t->memory, READ_COILS, 2, &is_load_on);
    t->state.count = 0;
    put_plant(t, share, is_load_on);
    put(t, M_BATTERY_RATED_VOLTAGE, t->nominal_v);
    put(t, M_BATTERY_NOMINAL_VOLTAGE, t->nominal_v);
    put(t, M_LOAD_ON, is_load_on);
    put(t, M_LOAD_VOLTAGE, is_load_on ? p->battery_v : 0);
    put(t, M_CHARGE_STAGE, stages[p->stage & 3]);
    put(t, M_CHARGER_INPUT_STATE, p->is_night ? INPUT_STATE_ABSENT : INPUT_STATE_NORMAL);
    put(t, M_CO2_SAVED, p->pv_kwh * share * 0.997);
    put(t, M_BATTERY_CURRENT, (p->charge_a - (is_load_on ? p->load_a : 0)) * share);
    (void)memory_put(t->memory, READ_DISCRETE, 0x200c, p->is_night);
    put_unnamed(t);
    put_clock(t);
}
