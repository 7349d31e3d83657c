/* Devices on MATEnet that do not exist, each on its port; they take writes and remember them. */
#include "drivers/mate/kinds.h"

#include <string.h>

enum { LOG_LAST = 128 }; /* the oldest day there is */

int mate_heard(const uint8_t *bytes, size_t length)
{
    if (length < MATE_ASKED)
        return 0;
    return mate_sum(bytes, 6) == (uint16_t)(bytes[6] << 8 | bytes[7]) ? MATE_ASKED : ERR_CRC;
}

static int finish(struct answer *a, size_t length)
{
    uint16_t sum = mate_sum(a->bytes, length);

    a->bytes[length] = (uint8_t)(sum >> 8);
    a->bytes[length + 1] = (uint8_t)sum;
    a->length = length + 2;
    return OK;
}

static int say_word(struct answer *a, uint8_t first, uint16_t value)
{
    a->bytes[0] = first;
    a->bytes[1] = (uint8_t)(value >> 8);
    a->bytes[2] = (uint8_t)value;
    return finish(a, 3);
}

void mate_refuse(const uint8_t *asked, size_t length, struct answer *a)
{
    (void)length;
    (void)say_word(a, MATE_ERROR | asked[1], 0);
}

static unsigned type_of(const struct twin *t)
{
    return t->driver->rows == mate_mx_rows   ? MATE_MX
           : t->driver->rows == mate_fx_rows ? MATE_FX
           : t->driver->rows == mate_dc_rows ? MATE_DC
                                             : MATE_HUB;
}

/* Twins without a port of their own: alone on the wire, or one after the other on a hub's ports. */
static uint8_t mate_twin_port(const struct twin *t)
{
    return t->address ? t->address : t->of > 1 ? (uint8_t)(t->place + 1) : 0;
}

static const uint16_t revisions[][3] = {{0, 0, 0}, {1, 0, 1}, {0, 0, 0}, {1, 9, 8}, {1, 1, 71}};

static int say_hub(const struct twin *t, const uint8_t *asked, struct answer *a)
{
    uint16_t at = (uint16_t)(asked[2] << 8 | asked[3]);

    (void)t;
    if (asked[1] != MATE_READ)
        return ERR_TIMEOUT;
    if (at >= REG_REVISION && at < REG_REVISION + 3)
        return say_word(a, 0, revisions[MATE_HUB][at - REG_REVISION]);
    return say_word(a, 0, at == REG_TYPE ? MATE_HUB : 0);
}

/* ---- registers ----------------------------------------------------------------------------- */

static uint16_t *cell(struct mate_twin *mine, uint16_t at, bool is_new)
{
    unsigned i = 0;

    while (i < mine->count && mine->addresses[i] != at)
        i++;
    if (i == mine->count && (!is_new || i == sizeof mine->registers / sizeof *mine->registers))
        return NULL;
    mine->count += i == mine->count;
    mine->addresses[i] = at;
    return &mine->registers[i];
}

static int read_register(struct twin *t, uint16_t at, struct answer *a)
{
    const uint16_t *written = cell(t->memory, at, false);
    unsigned type = type_of(t);
    uint16_t value = 0;

    if (written)
        return say_word(a, MATE_READ, *written);
    if (at == REG_TYPE)
        return say_word(a, type == MATE_HUB ? 0 : MATE_READ, (uint16_t)type);
    if (at >= REG_REVISION && at < REG_REVISION + 3)
        return say_word(a, MATE_READ, revisions[type][at - REG_REVISION]);
    for (const struct row *row = t->driver->rows; row->native; row++) {
        struct row one[] = {*row, {.native = NULL}};
        if (row->in == MATE_READ && row->at == at && (!row->kinds || row->kinds & t->kind))
            (void)rows_encode(one, MATE_READ, at, &t->state, &value);
    }
    return say_word(a, MATE_READ, value); /* what it does not know is 0 on real ones, too */
}

/* An MX gives back only the lower byte of what was written. */
static int write_register(struct twin *t, uint16_t at, uint16_t value, struct answer *a)
{
    uint16_t *to = cell(t->memory, at, true);

    if (to)
        *to = value;
    return say_word(a, MATE_WRITE, type_of(t) == MATE_MX ? value & 0xff : value);
}

/* ---- pages ---------------------------------------------------------------------------------- */

static int say_page(struct twin *t, uint8_t page, struct answer *a)
{
    unsigned type = type_of(t), base = type == MATE_DC ? 0x0a : 1,
             last = type == MATE_DC ? 0x0f : 1;
    uint8_t all[PAGES_MAX] = {0};
    struct reading r = t->state;

    if (page < base || page > last)
        return ERR_TIMEOUT;
    if (type == MATE_MX && t->kind & KIND_COUNTS_AH)
        all[0] = 0x80;
    if (type == MATE_FX)
        all[11] = t->kind & KIND_230V ? 0x09 : 0x08;
    if (type == MATE_DC) {
        all[16] = 0x21;
        all[72] = 0x0f;
    }
    bytes_encode(t->driver->rows, MATE_STATUS, t->kind, &r, (uint16_t)(base << 8), PAGES_MAX, all);
    a->bytes[0] = (uint8_t)type;
    memcpy(a->bytes + 1, all + (page - base) * MATE_PAGE, MATE_PAGE);
    return finish(a, 1 + MATE_PAGE);
}

static int say_day(struct twin *t, unsigned day, struct answer *a)
{
    struct reading r = t->state;
    uint8_t page[MATE_DAY] = {0};

    if (type_of(t) != MATE_MX)
        return ERR_TIMEOUT;
    mate_mx_day(t, day < LOG_LAST ? day : LOG_LAST, &r);
    bytes_encode(mate_mx_rows, MATE_LOG, 0, &r, 0, MATE_DAY, page);
    page[13] = (uint8_t)(day < LOG_LAST ? day : LOG_LAST);
    a->bytes[0] = MATE_LOG;
    memcpy(a->bytes + 1, page, sizeof page);
    return finish(a, 1 + MATE_DAY);
}

/* Units of 2004 say two zeros before everything. */
static int age(const struct twin *t, struct answer *a)
{
    if (strcmp(t->model, "old") != 0)
        return OK;
    memmove(a->bytes + 2, a->bytes, a->length);
    a->bytes[0] = a->bytes[1] = 0;
    a->length += 2;
    return OK;
}

int mate_answer(struct twin *t, const uint8_t *asked, size_t length, struct answer *a)
{
    uint8_t port = mate_twin_port(t);
    bool is_hub = type_of(t) == MATE_HUB;

    if (length != MATE_ASKED)
        return ERR_TIMEOUT;
    if (asked[0] && is_hub)
        return mate_hub_answer(t, asked, length, a);
    if (!asked[0] && port && t->place == 0)
        return say_hub(t, asked, a); /* where there are ports, there is a hub */
    if (asked[0] != port)
        return ERR_TIMEOUT; /* the hub passes it on to somebody else */
    uint16_t at = (uint16_t)(asked[2] << 8 | asked[3]),
             value = (uint16_t)(asked[4] << 8 | asked[5]);
    int rc = ERR_TIMEOUT;
    if (t->driver->twin_now)
        t->driver->twin_now(t);
    switch (asked[1]) {
    case MATE_READ:
        rc = read_register(t, at, a);
        break;
    case MATE_WRITE:
        rc = write_register(t, at, value, a);
        break;
    case MATE_STATUS:
        rc = say_page(t, (uint8_t)at, a);
        break;
    case MATE_LOG:
        rc = say_day(t, value, a);
        break;
    default:
        mate_refuse(asked, length, a);
        rc = OK;
        break;
    }
    return rc ? rc : age(t, a);
}

/* A neighbour's register. */
size_t mate_stranger(struct chance *c, uint8_t *to)
{
    struct answer a;

    (void)say_word(&a, MATE_READ, (uint16_t)chance_between(c, 0, 0xffff));
    memcpy(to, a.bytes, a.length);
    return a.length;
}

/* ---- the plant as each kind sees it ---------------------------------------------------------- */

int mate_twin_begin(struct twin *t)
{
    t->kind = !strcmp(t->model, "vfx230") ? KIND_230V
              : type_of(t) == MATE_FX     ? KIND_120V
              : strcmp(t->model, "mx60")  ? KIND_COUNTS_AH
                                          : 0;
    return OK;
}

static void put(struct twin *t, enum metric m, double value)
{
    (void)reading_put(&t->state, m, value); /* a state has fewer fields than a reading holds */
}

void mate_mx_now(struct twin *t)
{
    const struct plant_now *p = t->plant;
    double share = 1.0 / t->of;
    static const int stages[] = {CHARGE_STAGE_SILENT, CHARGE_STAGE_BULK, CHARGE_STAGE_ABSORB,
                                 CHARGE_STAGE_FLOAT};

    t->state.count = 0;
    put(t, M_PV_VOLTAGE, p->pv_v);
    put(t, M_PV_CURRENT, p->pv_a * share);
    put(t, M_CHARGER_CURRENT, p->charge_a * share);
    put(t, M_CHARGER_POWER, p->charge_w * share);
    put(t, M_BATTERY_VOLTAGE, p->battery_v);
    put(t, M_PV_ENERGY_TODAY, p->pv_kwh_today * share);
    put(t, M_CHARGER_CHARGE_TODAY, p->pv_kwh_today * share * 1000 / p->battery_v);
    put(t, M_CHARGE_STAGE, stages[p->stage]);
    put(t, M_AUX_ON, 0);
    put(t, M_PV_ALARMS, 0);
    put(t, M_CHARGER_ALARMS, 0);
    put(t, M_BATTERY_ALARMS, 0);
    put(t, M_BATTERY_SENSOR_RAW, (70.1 - p->battery_c) / 0.3576);
    put(t, M_PV_ENERGY, p->pv_kwh * share);
    put(t, M_BATTERY_VOLTAGE_HIGH_TODAY, p->battery_v_high);
    put(t, M_BATTERY_VOLTAGE_LOW_TODAY, p->battery_v_low);
    put(t, M_PV_VOLTAGE_HIGH_TODAY, p->pv_v_high);
    put(t, M_FLOAT_VOLTAGE, 13.6 * t->nominal_v / 12);
    put(t, M_ABSORB_VOLTAGE, 14.4 * t->nominal_v / 12);
}

void mate_fx_now(struct twin *t)
{
    const struct plant_now *p = t->plant;
    double volts = t->kind & KIND_230V ? 230 : 120, watts = p->load_w / t->of;

    t->state.count = 0;
    put(t, M_INVERTER_CURRENT, watts / volts);
    put(t, M_GRID_CHARGE_CURRENT, 0);
    put(t, M_GRID_IMPORT_CURRENT, 0);
    put(t, M_GRID_EXPORT_CURRENT, 0);
    put(t, M_GRID_VOLTAGE, 0);
    put(t, M_OUTPUT_VOLTAGE, volts);
    put(t, M_DEVICE_MODE, DEVICE_MODE_INVERTING);
    put(t, M_AC_INPUT_STATE, AC_INPUT_STATE_ABSENT);
    put(t, M_BATTERY_VOLTAGE, p->battery_v);
    put(t, M_AUX_ON, 0);
    put(t, M_INVERTER_ALARMS, 0);
    put(t, M_UNIT_ALARMS, 0);
    put(t, M_BATTERY_ALARMS, 0);
    put(t, M_GRID_ALARMS, 0);
    put(t, M_AIR_SENSOR_RAW, 118);
    put(t, M_INVERTER_CONTROL, INVERTER_CONTROL_ON);
    put(t, M_AC_CONTROL, AC_CONTROL_USE);
    put(t, M_CHARGER_CONTROL, SWITCH_MODE_AUTO);
    put(t, M_AUX_CONTROL, SWITCH_MODE_AUTO);
    put(t, M_FLOAT_VOLTAGE, 13.6 * t->nominal_v / 12);
    put(t, M_ABSORB_VOLTAGE, 14.4 * t->nominal_v / 12);
}

void mate_dc_now(struct twin *t)
{
    const struct plant_now *p = t->plant;
    double out_a = p->load_w / p->battery_v, in_a = p->charge_a;

    t->state.count = 0;
    put(t, M_SHUNT_A_CURRENT, -out_a);
    put(t, M_SHUNT_B_CURRENT, in_a);
    put(t, M_SHUNT_C_CURRENT, 0);
    put(t, M_SHUNT_A_POWER, -p->load_w);
    put(t, M_SHUNT_B_POWER, p->charge_w);
    put(t, M_SHUNT_C_POWER, 0);
    put(t, M_BATTERY_VOLTAGE, p->battery_v);
    put(t, M_BATTERY_SOC, p->soc);
    put(t, M_CHARGE_PARAMETERS_MET, p->stage == CHARGE_STAGE_FLOAT);
    put(t, M_DC_IN_CURRENT, in_a);
    put(t, M_DC_OUT_CURRENT, out_a);
    put(t, M_BATTERY_CURRENT, in_a - out_a);
    put(t, M_DC_IN_POWER, p->charge_w);
    put(t, M_DC_OUT_POWER, p->load_w);
    put(t, M_BATTERY_POWER, p->charge_w - p->load_w);
    put(t, M_DC_IN_ENERGY_TODAY, p->pv_kwh_today);
    put(t, M_DC_OUT_ENERGY_TODAY, p->load_kwh_today);
    put(t, M_BATTERY_ENERGY_NET_TODAY, p->pv_kwh_today - p->load_kwh_today);
    put(t, M_DC_IN_CHARGE_TODAY, p->pv_kwh_today * 1000 / p->battery_v);
    put(t, M_DC_OUT_CHARGE_TODAY, p->load_kwh_today * 1000 / p->battery_v);
    put(t, M_BATTERY_CHARGE_NET_TODAY, (p->pv_kwh_today - p->load_kwh_today) * 1000 / p->battery_v);
    put(t, M_BATTERY_TEMPERATURE, p->battery_c);
    put(t, M_BATTERY_SOC_LOW_TODAY, p->soc);
}
