/* An MX60 or FLEXmax: charger with its own log of 128 days (drivers/mate/mate.h). */
#include "drivers/mate/kinds.h"
#include "drivers/mate/orders.h"

// clang-format off
static const struct block blocks[] = {
    { .name = "status",      .function = MATE_STATUS, .start = 0x0100, .count = MATE_PAGE, .refresh = EVERY_ROUND },
    { .name = "power",       .function = MATE_READ,   .start = 0x016a, .count = 1,    .refresh = EVERY_ROUND },
    { .name = "today",       .function = MATE_LOG,    .start = 0,      .count = MATE_DAY * 8, .refresh = NOW_AND_THEN },
    { .name = "aims",        .function = MATE_READ,   .start = 0x0170, .count = 3,    .refresh = NOW_AND_THEN },
    { .name = "temperature", .function = MATE_READ,   .start = REG_TEMPERATURE, .count = 1, .refresh = NOW_AND_THEN },
    { .name = "records",     .function = MATE_READ,   .start = 0x000f, .count = 7,    .refresh = NOW_AND_THEN },
    { .name = "charging",    .function = MATE_READ,   .start = 0x0017, .count = 15,   .refresh = NOW_AND_THEN },
    { .name = "tracking",    .function = MATE_READ,   .start = 0x00cb, .count = 18,   .refresh = NOW_AND_THEN },
    { .name = "identity",    .function = MATE_READ,   .start = 0x0000, .count = 5,    .refresh = ON_DEMAND },
    { .name = "voltage",     .function = MATE_READ,   .start = 0x0008, .count = 1,    .refresh = ON_DEMAND },
    { .name = "unnamed",     .function = MATE_READ,   .start = 0x003c, .count = 1,    .refresh = ON_DEMAND },
    { .name = "inside",      .function = MATE_READ,   .start = 0x01c6, .count = 37,   .refresh = ON_DEMAND },
    { .name = NULL },
};

WORD_LIST(stages, {0, CHARGE_STAGE_SILENT, "silent"}, {1, CHARGE_STAGE_FLOAT, "float"}, {2, CHARGE_STAGE_BULK, "bulk"},
          {3, CHARGE_STAGE_ABSORB, "absorb"}, {4, CHARGE_STAGE_EQUALIZE, "equalize"});
/* The maker's papers number the modes in two ways; these are what units show. 63: switched by hand. */
WORD_LIST(aux_modes, {0, AUX_MODE_FLOAT, "float"}, {1, AUX_MODE_DIVERSION_RELAY, "diversion relay"},
          {2, AUX_MODE_DIVERSION_SOLID, "diversion solid state"}, {3, AUX_MODE_LOW_BATTERY, "low battery disconnect"},
          {4, AUX_MODE_REMOTE, "remote"}, {5, AUX_MODE_VENT_FAN, "vent fan"}, {6, AUX_MODE_PV_TRIGGER, "PV trigger"},
          {7, AUX_MODE_ERROR, "error output"}, {8, AUX_MODE_NIGHT_LIGHT, "night light"}, {63, AUX_MODE_MANUAL, "manual"});
ALARM_WORD(high_voc, PV_ALARMS_HIGH_VOC, "open-circuit voltage too high");
ALARM_WORD(too_hot, CHARGER_ALARMS_TOO_HOT, "too hot");
ALARM_WORD(sensor, BATTERY_ALARMS_SENSOR, "battery sensor short");

const struct row mate_mx_rows[] = {
    /* ---- the status page */
    { .in = MATE_STATUS, .at = 0x0100, .form = FAR_LOW,   .shift = 4, .width = 3, .of = 4, .native = "amp_hours", .metric = M_CHARGER_CHARGE_TODAY, .per = 1, .kinds = KIND_COUNTS_AH },
    { .in = MATE_STATUS, .at = 0x0101, .form = BYTE_80,   .native = "pv_current",  .metric = M_PV_CURRENT,      .per = 1 },
    { .in = MATE_STATUS, .at = 0x0102, .form = AMPS_80,   .of = 0, .native = "bat_current", .metric = M_CHARGER_CURRENT, .per = 10 },
    { .in = MATE_STATUS, .at = 0x0103, .form = FAR_LOW,   .shift = 0, .width = 8, .of = 8, .native = "kwh", .metric = M_PV_ENERGY_TODAY, .per = 10 },
    { .in = MATE_STATUS, .at = 0x0105, .form = BYTE_BITS, .shift = 6, .width = 1, .native = "aux_state", .metric = M_AUX_ON, .per = 1 },
    { .in = MATE_STATUS, .at = 0x0105, .form = BYTE_BITS, .shift = 0, .width = 6, .native = "aux_mode", .metric = M_AUX_MODE_NOW, .per = 1, .words = aux_modes },
    { .in = MATE_STATUS, .at = 0x0106, .form = BYTE,      .native = "status",      .metric = M_CHARGE_STAGE,    .per = 1, .words = stages },
    { .in = MATE_STATUS, .at = 0x0107, .form = BYTE,      .native = "errors",      .metric = M_NONE,            .per = 1 },
    { .in = MATE_STATUS, .at = 0x0107, .form = BYTE_BITS, .shift = 7, .width = 1, .native = "error_high_voc", .metric = M_PV_ALARMS,      .per = 1, .words = high_voc },
    { .in = MATE_STATUS, .at = 0x0107, .form = BYTE_BITS, .shift = 6, .width = 1, .native = "error_too_hot",  .metric = M_CHARGER_ALARMS, .per = 1, .words = too_hot },
    { .in = MATE_STATUS, .at = 0x0107, .form = BYTE_BITS, .shift = 5, .width = 1, .native = "error_sensor",   .metric = M_BATTERY_ALARMS, .per = 1, .words = sensor },
    { .in = MATE_STATUS, .at = 0x0109, .form = BE16,      .native = "bat_voltage", .metric = M_BATTERY_VOLTAGE, .per = 10 },
    { .in = MATE_STATUS, .at = 0x010b, .form = BE16,      .native = "pv_voltage",  .metric = M_PV_VOLTAGE,      .per = 10 },

    /* ---- a day of the log: a string of bits, the lowest first, and two numbers the other way round */
    { .in = MATE_LOG, .at = 0,   .form = LE_BITS, .width = 10, .native = "amps_peak",   .metric = M_CHARGER_CURRENT_HIGH_TODAY, .per = 10 },
    { .in = MATE_LOG, .at = 10,  .form = LE_BITS, .width = 10, .native = "bat_max",     .metric = M_BATTERY_VOLTAGE_HIGH_TODAY, .per = 10 },
    { .in = MATE_LOG, .at = 20,  .form = LE_BITS, .width = 12, .native = "kwh",         .metric = M_PV_ENERGY_TODAY,    .per = 10 },
    { .in = MATE_LOG, .at = 32,  .form = LE_BITS, .width = 8,  .native = "volts_peak",  .metric = M_PV_VOLTAGE_HIGH_TODAY, .per = 1 },
    { .in = MATE_LOG, .at = 40,  .form = LE_BITS, .width = 12, .native = "absorb_time", .metric = M_ABSORB_TIME_TODAY,  .per = 1 },
    { .in = MATE_LOG, .at = 52,  .form = LE_BITS, .width = 12, .native = "float_time",  .metric = M_FLOAT_TIME_TODAY,   .per = 1 },
    { .in = MATE_LOG, .at = 64,  .form = LE_BITS, .width = 14, .native = "amp_hours",   .metric = M_CHARGER_CHARGE_TODAY, .per = 1, .kinds = KIND_COUNTS_AH },
    { .in = MATE_LOG, .at = 78,  .form = LE_BITS, .width = 10, .native = "bat_min",     .metric = M_BATTERY_VOLTAGE_LOW_TODAY, .per = 10 },
    { .in = MATE_LOG, .at = 11,  .form = BE16, .shift = 2,     .native = "watts_peak",  .metric = M_PV_POWER_HIGH_TODAY, .per = 1 },
    { .in = MATE_LOG, .at = 13,  .form = BYTE,                 .native = "day",         .metric = M_NONE,               .per = 1 },

    /* ---- registers. Those no capture has are known from screens that showed made-up values. */
    COMMON_ROWS,
    REG (0x0008, "battery_voltage",    NONE, 10),
    REG (0x000f, "max_battery",        NONE, 10), /* the log of today has it too */
    REG (0x0010, "voc",                PV_OPEN_CIRCUIT_VOLTAGE, 10),
    REG (0x0012, "max_voc",            PV_OPEN_CIRCUIT_VOLTAGE_HIGH, 10),
    REG (0x0013, "total_kwh",          PV_ENERGY, 1),
    REGS(0x0014, "total_kah",          CHARGER_CHARGE, 10, 0.001),
    REG (0x0015, "max_wattage",        PV_POWER_HIGH, 1),
    REG (0x0017, "current_limit",      CHARGE_CURRENT_LIMIT, 10),
    REG (0x0018, "float_voltage",      FLOAT_VOLTAGE, 10),
    REG (0x0019, "absorb_voltage",     ABSORB_VOLTAGE, 10),
    REG (0x001e, "eq_voltage",         EQUALIZE_VOLTAGE, 10),
    REG (0x001f, "rebulk_voltage",     ABSORB_RECONNECT_VOLTAGE, 10),
    REG (0x0020, "absorb_end_amps",    ABSORB_END_CURRENT, 1),
    REG (0x0021, "wakeup_voc_change",  WAKE_UP_VOLTAGE_CHANGE, 10),
    REG (0x0022, "wakeup_time",        WAKE_UP_DELAY, 1),
    REG (0x0023, "park_mpp",           PARK_LEVEL, 10),
    REG (0x0024, "rts_lower_limit",    SENSOR_LIMIT_LOW_VOLTAGE, 10),
    REG (0x0025, "rts_upper_limit",    SENSOR_LIMIT_HIGH_VOLTAGE, 10),
    REG (0x003c, "reg_003c",           NONE, 1),
    REGW(0x00cb, "aux_mode_setting",   AUX_MODE, aux_modes),
    REGS(0x00d2, "eq_time",            EQUALIZE_TIME, 1, 1 / 60.0),
    REG (0x00d3, "eq_interval",        EQUALIZE_CYCLE, 1),
    REG (0x00d4, "snooze_amps",        SNOOZE_CURRENT, 10),
    REG (0x00d5, "mppt_mode",          TRACK_MODE, 1),
    REG (0x00d6, "grid_tie_mode",      GRID_TIE_MODE, 1),
    REG (0x00d7, "mpp_range_min",      TRACK_RANGE_LOW, 1),
    REG (0x00d8, "mpp_range_max",      TRACK_RANGE_HIGH, 1),
    REGS(0x00d9, "absorb_time_limit",  ABSORB_TIME, 10, 1 / 60.0),
    REGN(0x00da, "vbatt_calibration",  BATTERY_VOLTAGE_CALIBRATION, 10),
    REG (0x00db, "rts_compensation",   SENSOR_MODE, 1),
    REG (0x00dc, "auto_restart",       AUTO_RESTART_MODE, 1),
    REG (0x016a, "charger_watts",      CHARGER_POWER, 1),
    REG (0x0170, "setpt_absorb",       ABSORB_SETPOINT_VOLTAGE, 10),
    REG (0x0172, "setpt_float",        FLOAT_SETPOINT_VOLTAGE, 10),
    REG (0x01c6, "panel_voltage",      NONE, 1),
    { .in = MATE_READ, .at = 0x01c7, .form = U16_LESS_128, .native = "charger_amps", .metric = M_NONE, .per = 1, .unit = "A" },
    REGW(0x01c8, "charge_mode",        NONE, stages),
    { .in = MATE_READ, .at = 0x01c9, .form = PART, .shift = 7, .width = 1, .native = "aux_is_on", .metric = M_NONE, .per = 1 },
    { .in = MATE_READ, .at = 0x01c9, .form = PART, .shift = 0, .width = 7, .native = "aux_mode_now", .metric = M_NONE, .per = 1, .words = aux_modes },
    REG (0x01ea, "kwh_today",          NONE, 10),
    REG (REG_TEMPERATURE, "battery_temp_raw", BATTERY_SENSOR_RAW, 1),
    { .native = NULL },
};
// clang-format on

/* ---- finished days -------------------------------------------------------------------------- */

struct log_page {
    struct reading *r;
    double day;
};

static void take_field(void *to, const struct field *f)
{
    struct log_page *page = to;

    if (f->row && f->row->in == MATE_LOG && f->row->at == 13)
        page->day = f->value;
    (void)field_to_reading(f, page->r); /* what has no metric stays out */
}

static int ask_page(struct device *d, unsigned ago, struct reading *r, double *day)
{
    struct block b = {.name = "past day",
                      .function = MATE_LOG,
                      .start = (uint16_t)(ago * MATE_DAY * 8),
                      .count = MATE_DAY * 8,
                      .refresh = ON_DEMAND};
    struct log_page page = {.r = r, .day = -1};

    *r = (struct reading){0};
    int rc = device_block(d, &b, take_field, &page);
    *day = page.day;
    return rc;
}

static bool is_same(const struct reading *a, const struct reading *b)
{
    double value;

    for (unsigned i = 0; i < a->count; i++)
        if (!reading_get(b, (enum metric)a->fields[i].metric, &value) ||
            value < a->fields[i].value || value > a->fields[i].value)
            return false;
    return a->count == b->count;
}

/* A page is kept for ever, and its sum is weak: it is believed when it is heard twice. A day the
 * unit does not have is answered with the oldest it has, or with nothing but zeros. */
static int past_day(struct device *d, const char *unit, unsigned ago, struct reading *r)
{
    struct reading first;
    double volts = 0, day, again;

    if (*unit || ago < 1 || ago > PAST_DAYS)
        return ERR_ABSENT;
    int rc = ask_page(d, ago, &first, &day);
    if (!rc)
        rc = ask_page(d, ago, r, &again);
    if (rc)
        return rc;
    if (!is_same(&first, r) || day < again || day > again)
        return ERR_GARBAGE;
    bool is_it = day >= ago && day <= ago;
    bool was_on = reading_get(r, M_BATTERY_VOLTAGE_HIGH_TODAY, &volts) && volts > 0;
    return is_it && was_on ? OK : ERR_ABSENT;
}

static void derive(struct device *d, struct reading *r)
{
    double volts = 0, amps = 0;

    if (reading_get(r, M_PV_VOLTAGE, &volts) && reading_get(r, M_PV_CURRENT, &amps))
        (void)reading_put(r, M_PV_POWER, round(volts * amps));
    if (!reading_has(r, M_CHARGER_POWER) && reading_get(r, M_BATTERY_VOLTAGE, &volts) &&
        reading_get(r, M_CHARGER_CURRENT, &amps))
        (void)reading_put(r, M_CHARGER_POWER, round(volts * amps));
    mate_derive_temperature(r);
    (void)d;
}

static const char *const models[] = {"fm80", "mx60", "old", "ignores", "refuses", NULL};

static const struct other_name other_names[] = {
    {"charger_kwh", "kwh_today"},
    {"charger_amps_dc", "charger_amps"},
    {"aux_relay_mode", "aux_mode_now"},
    {"total_kwh_dc", "total_kwh"},
    {NULL, NULL},
};

const struct driver driver_mate_mx = {
    .name = "mate_mx",
    .title = "Outback MX60, FLEXmax 60 and 80 on MATEnet",
    .proof = "a capture of an MX on a hub, 42 minutes; FLEXmax 80 samples",
    .places = mate_mx_places,
    .addresses = {.first = 0, .last = MATE_PORTS, .usual = 0, .probe_last = MATE_PORTS},
    .memory = sizeof(struct mate_memory),
    .speech = &mate_speech,
    .blocks = blocks,
    .rows = mate_mx_rows,
    .other_names = other_names,
    .commands = mate_mx_commands,
    .settings = mate_time_settings,
    .meet = mate_meet,
    .past_day = past_day,
    .greet = mate_greet,
    .doubts = mate_doubts,
    .derive = derive,
    .tell = mate_tell,
    .duty = mate_duty,
    .twin_memory = sizeof(struct mate_twin),
    .twin_models = models,
    .twin_begin = mate_twin_begin,
    .twin_now = mate_mx_today,
};
