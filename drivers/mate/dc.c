/* A FLEXnet DC: three shunts and a state of charge, on six pages (drivers/mate/mate.h). */
#include "drivers/mate/kinds.h"
#include "drivers/mate/line.h"
#include "drivers/mate/orders.h"

#include "base/clock.h"

/* Pages A to F follow each other without a gap, and some numbers lie across their borders. So the
 * first three are asked together, and the last three; positions count from the first page on. */
#define S(offset) (0x0a00 + (offset))

// clang-format off
static const struct block blocks[] = {
    { .name = "now",         .function = MATE_STATUS, .start = S(0),   .count = 3 * MATE_PAGE, .refresh = EVERY_ROUND },
    { .name = "since full",  .function = MATE_STATUS, .start = S(39),  .count = 3 * MATE_PAGE, .refresh = ON_DEMAND },
    { .name = "battery",     .function = MATE_READ,   .start = 0x0058, .count = 13,   .refresh = NOW_AND_THEN },
    { .name = "settings",    .function = MATE_READ,   .start = 0x00ca, .count = 24,   .refresh = NOW_AND_THEN },
    { .name = "temperature", .function = MATE_READ,   .start = 0x00f0, .count = 1,    .refresh = NOW_AND_THEN },
    { .name = "charged",     .function = MATE_READ,   .start = 0x0010, .count = 37,   .refresh = NOW_AND_THEN },
    { .name = "charges",     .function = MATE_READ,   .start = 0x003e, .count = 11,   .refresh = NOW_AND_THEN },
    { .name = "highest",     .function = MATE_READ,   .start = 0x0066, .count = 25,   .refresh = ON_DEMAND },
    { .name = "identity",    .function = MATE_READ,   .start = 0x0000, .count = 5,    .refresh = ON_DEMAND },
    { .name = NULL },
};

WORD_LIST(switch_words, {0, SWITCH_MODE_OFF, "off"}, {1, SWITCH_MODE_AUTO, "auto"}, {2, SWITCH_MODE_ON, "on"});
WORD_LIST(shunt_words, {0, SHUNT_MODE_ENABLED, "enabled"}, {1, SHUNT_MODE_DISABLED, "disabled"});
WORD_LIST(enabled_words, {1, SHUNT_MODE_ENABLED, "enabled"}, {0, SHUNT_MODE_DISABLED, "disabled"});
WORD_LIST(no_sensor, {0xfe, MEANS_NOTHING, "no sensor"});

#define AT(o, f, n, m, by)       { .in = MATE_STATUS, .at = S(o), .form = f, .native = n, .metric = M_##m, .per = by }
#define KW(o, n, m)              { .in = MATE_STATUS, .at = S(o), .form = BE16S, .native = n, .metric = M_##m, .per = 100, .scale = 0.001, .unit = "kW" }
#define SHUNT(i, n, m)           { .in = MATE_STATUS, .at = S(LINE_SHUNTS + (i)), .form = BYTE, .native = n, .metric = M_##m, .per = 1, .words = enabled_words }
#define FLAG(bit, n, m)          { .in = MATE_STATUS, .at = S(LINE_FLAGS), .form = BYTE_BITS, .shift = bit, .width = 1, .native = n, .metric = M_##m, .per = 1 }
#define REGKW(r, n, m)           { .in = MATE_READ, .at = r, .form = S16, .native = n, .metric = M_##m, .per = 100, .scale = 0.001, .unit = "kW" }

const struct row mate_dc_rows[] = {
    /* ---- pages A to C: now, and today */
    AT(0,  BE16S, "shunta_current", SHUNT_A_CURRENT, 10),
    AT(2,  BE16S, "shuntb_current", SHUNT_B_CURRENT, 10),
    AT(4,  BE16S, "shuntc_current", SHUNT_C_CURRENT, 10),
    AT(6,  BE16S, "bat_voltage",    BATTERY_VOLTAGE, 10),
    AT(8,  BYTE,  "soc",            BATTERY_SOC, 1),
    KW(9,  "shunta_power",          SHUNT_A_POWER),
    KW(11, "shuntb_power",          SHUNT_B_POWER),
    KW(13, "shuntc_power",          SHUNT_C_POWER),
    AT(15, BYTE,  "page_b_2",       NONE, 1),
    AT(16, BYTE,  "flags",          NONE, 1),
    { .in = MATE_STATUS, .at = S(16), .form = BYTE_BITS, .shift = 7, .width = 1, .native = "charge_params_met", .metric = M_CHARGE_PARAMETERS_MET, .per = 1 },
    { .in = MATE_STATUS, .at = S(16), .form = BYTE_BITS, .shift = 6, .width = 1, .native = "ext_changed", .metric = M_NONE, .per = 1 },
    AT(17, BE16S, "in_current",     DC_IN_CURRENT, 10),
    AT(19, BE16S, "out_current",    DC_OUT_CURRENT, 10),
    AT(21, BE16S, "bat_current",    BATTERY_CURRENT, 10),
    KW(23, "in_power",              DC_IN_POWER),
    KW(25, "out_power",             DC_OUT_POWER), /* the upper half stands on page B, the lower on C */
    KW(27, "bat_power",             BATTERY_POWER),
    AT(29, BE16S, "in_ah_today",    DC_IN_CHARGE_TODAY, 1),
    AT(31, BE16S, "out_ah_today",   DC_OUT_CHARGE_TODAY, 1),
    AT(33, BE16S, "bat_ah_today",   BATTERY_CHARGE_NET_TODAY, 1),
    AT(35, BE16S, "in_kwh_today",   DC_IN_ENERGY_TODAY, 100),
    AT(37, BE16S, "out_kwh_today",  DC_OUT_ENERGY_TODAY, 100),

    /* ---- pages D to F: since the battery was full */
    AT(39, BE16S, "bat_kwh_today",  BATTERY_ENERGY_NET_TODAY, 100),
    AT(41, BE16S, "days_since_full", BATTERY_DAYS_SINCE_FULL, 10),
    AT(43, BE16S, "net_kwh",        BATTERY_ENERGY_NET, 100),
    AT(45, BE16S, "removed_kwh",    BATTERY_ENERGY_REMOVED, 100),
    AT(47, BE16S, "charged_kwh",    BATTERY_ENERGY_CHARGED, 100),
    AT(49, BE16S, "net_ah",         BATTERY_CHARGE_NET, 1),
    AT(51, BE16S, "removed_ah",     BATTERY_CHARGE_REMOVED, 1),
    AT(53, BE16S, "charged_ah",     BATTERY_CHARGE_CHARGED, 1),
    AT(55, BE16S, "shunta_kwh",     SHUNT_A_ENERGY_NET, 100),
    AT(57, BE16S, "shuntb_kwh",     SHUNT_B_ENERGY_NET, 100),
    AT(59, BE16S, "shuntc_kwh",     SHUNT_C_ENERGY_NET, 100),
    AT(61, BE16S, "shunta_ah",      SHUNT_A_CHARGE_NET, 1),
    AT(63, BE16S, "shuntb_ah",      SHUNT_B_CHARGE_NET, 1),
    AT(65, BE16S, "shuntc_ah",      SHUNT_C_CHARGE_NET, 1),
    AT(67, BYTE,  "min_soc_today",  BATTERY_SOC_LOW_TODAY, 1),
    AT(68, BE16S, "cf_net_ah",      BATTERY_CHARGE_CORRECTED, 1),
    AT(70, BE16S, "cf_net_kwh",     BATTERY_ENERGY_CORRECTED, 100),
    AT(72, BYTE,  "page_f_7",       NONE, 1),

    /* ---- registers */
    COMMON_ROWS,
    REG  (0x0010, "temp_comp_setpoint",   CHARGER_SETPOINT_VOLTAGE, 10),
    REGS (0x001c, "lifetime_kah_removed", BATTERY_LIFETIME_REMOVED, 1, 0.001),
    REG  (0x0024, "shunta_charged_kwh",   SHUNT_A_ENERGY_CHARGED, 100),
    REG  (0x0026, "shuntb_charged_kwh",   SHUNT_B_ENERGY_CHARGED, 100),
    REG  (0x0028, "shuntc_charged_kwh",   SHUNT_C_ENERGY_CHARGED, 100),
    REG  (0x002a, "shunta_removed_kwh",   SHUNT_A_ENERGY_REMOVED, 100),
    REG  (0x002c, "shuntb_removed_kwh",   SHUNT_B_ENERGY_REMOVED, 100),
    REG  (0x002e, "shuntc_removed_kwh",   SHUNT_C_ENERGY_REMOVED, 100),
    REG  (0x0034, "battery_capacity",     BATTERY_CAPACITY, 1),
    REG  (0x003e, "shunta_charged_ah",    SHUNT_A_CHARGE_CHARGED, 1),
    REG  (0x0040, "shuntb_charged_ah",    SHUNT_B_CHARGE_CHARGED, 1),
    REG  (0x0042, "shuntc_charged_ah",    SHUNT_C_CHARGE_CHARGED, 1),
    REG  (0x0044, "shunta_removed_ah",    SHUNT_A_CHARGE_REMOVED, 1),
    REG  (0x0046, "shuntb_removed_ah",    SHUNT_B_CHARGE_REMOVED, 1),
    REG  (0x0048, "shuntc_removed_ah",    SHUNT_C_CHARGE_REMOVED, 1),
    REG  (0x0058, "battery_min_today",    BATTERY_VOLTAGE_LOW_TODAY, 10),
    REG  (0x005a, "battery_max_today",    BATTERY_VOLTAGE_HIGH_TODAY, 10),
    REG  (0x005c, "return_amps",          CHARGED_CURRENT, 10),
    REG  (0x005e, "charge_voltage",       CHARGED_VOLTAGE, 10),
    REG  (0x0060, "aux_high_volts",       AUX_ON_VOLTAGE, 10),
    REG  (0x0062, "days_since_full",      NONE, 10),
    REG  (0x0064, "total_days_at_100",    BATTERY_FULL_DAYS, 1),
    REGN (0x0066, "shunta_max_charged_amps", SHUNT_A_CURRENT_HIGH_CHARGED, 10),
    REGKW(0x0068, "shunta_max_charged_kw",   SHUNT_A_POWER_HIGH_CHARGED),
    REGN (0x006a, "shuntb_max_charged_amps", SHUNT_B_CURRENT_HIGH_CHARGED, 10),
    REGKW(0x006c, "shuntb_max_charged_kw",   SHUNT_B_POWER_HIGH_CHARGED),
    REGN (0x006e, "shuntc_max_charged_amps", SHUNT_C_CURRENT_HIGH_CHARGED, 10),
    REGKW(0x0070, "shuntc_max_charged_kw",   SHUNT_C_POWER_HIGH_CHARGED),
    REGN (0x0072, "shunta_max_removed_amps", SHUNT_A_CURRENT_HIGH_REMOVED, 10),
    REGKW(0x0074, "shunta_max_removed_kw",   SHUNT_A_POWER_HIGH_REMOVED),
    REGN (0x0076, "shuntb_max_removed_amps", SHUNT_B_CURRENT_HIGH_REMOVED, 10),
    REGKW(0x0078, "shuntb_max_removed_kw",   SHUNT_B_POWER_HIGH_REMOVED),
    REGN (0x007a, "shuntc_max_removed_amps", SHUNT_C_CURRENT_HIGH_REMOVED, 10),
    REGKW(0x007c, "shuntc_max_removed_kw",   SHUNT_C_POWER_HIGH_REMOVED),
    REG  (0x007e, "aux_low_volts",        AUX_OFF_VOLTAGE, 10),
    REGW (0x00ca, "shunta_mode",          SHUNT_A_MODE, shunt_words),
    REGW (0x00cb, "shuntb_mode",          SHUNT_B_MODE, shunt_words),
    REGW (0x00cc, "shuntc_mode",          SHUNT_C_MODE, shunt_words),
    REG  (0x00d1, "cycle_kwh_efficiency", CYCLE_ENERGY_EFFICIENCY, 1),
    REG  (0x00d3, "aux_invert",           AUX_INVERTED, 1),
    REG  (0x00d4, "charge_factor",        CHARGE_FACTOR, 1),
    REG  (0x00d5, "state_of_charge",      NONE, 1),
    REG  (0x00d7, "cycle_charge_factor",  CYCLE_CHARGE_FACTOR, 1),
    REGW (0x00d8, "aux_control",          AUX_CONTROL, switch_words),
    REG  (0x00d9, "aux_soc_high",         AUX_OFF_SOC, 1),
    REG  (0x00da, "parameters_met_time",  CHARGED_TIME, 1),
    REG  (0x00db, "aux_soc_low",          AUX_ON_SOC, 1),
    REG  (0x00e0, "aux_high_delay",       AUX_ON_DELAY, 1),
    REG  (0x00e1, "aux_low_delay",        AUX_OFF_DELAY, 1),
    { .in = MATE_READ, .at = 0x00f0, .form = S16, .native = "battery_temperature", .metric = M_BATTERY_TEMPERATURE, .per = 1, .words = no_sensor },
    { .native = NULL },
};

/* What only its line in the MATE's own stream says. */
const struct row mate_dc_line_rows[] = {
    AT(LINE_EXTRA, BYTE, "extra_id", NONE, 1),
    SHUNT(0, "shunta_enabled",      SHUNT_A_MODE),
    SHUNT(1, "shuntb_enabled",      SHUNT_B_MODE),
    SHUNT(2, "shuntc_enabled",      SHUNT_C_MODE),
    AT(LINE_FLAGS, BYTE, "flags",   NONE, 1),
    FLAG(0, "charge_params_met",    CHARGE_PARAMETERS_MET),
    FLAG(1, "relay_auto",           NONE),
    FLAG(2, "relay_closed",         AUX_ON),
    AT(LINE_TEMPERATURE, BE16S, "battery_temperature", BATTERY_TEMPERATURE, 1),
    { .native = NULL },
};
// clang-format on

enum { FLAGS_AT = 16, HAS_NEWS = 0x40 };

/* It says when its later pages have news; without a word they are read now and then. */
static const struct block *also(struct device *d, const struct reading *r)
{
    static const int64_t TOTALS_US = 30000000;
    struct mate_memory *m = d->memory;
    int64_t now = clock_us();

    (void)r;
    if (d->speech == &mate_stream)
        return NULL; /* nothing is asked there */
    bool is_news = d->how.have[FLAGS_AT] && d->how.pages[FLAGS_AT] & HAS_NEWS;
    if (m->totals_us && now - m->totals_us < TOTALS_US && !is_news)
        return NULL;
    m->totals_us = now;
    return &blocks[1];
}

/* Its line does not say the sum of its shunts. One that is switched off reads as nothing. */
static void sum_shunts(struct reading *r)
{
    double a = 0, b = 0, c = 0, volts = 0;

    if (reading_has(r, M_BATTERY_CURRENT) || !reading_get(r, M_SHUNT_A_CURRENT, &a) ||
        !reading_get(r, M_SHUNT_B_CURRENT, &b) || !reading_get(r, M_SHUNT_C_CURRENT, &c))
        return;
    (void)reading_put(r, M_BATTERY_CURRENT, round((a + b + c) * 10) / 10);
    if (reading_get(r, M_BATTERY_VOLTAGE, &volts))
        (void)reading_put(r, M_BATTERY_POWER, round(volts * (a + b + c)));
}

/* It says what went in, what went out, and the difference. When they contradict each other, nobody
 * knows which one is wrong. */
static void drop_contradictions(struct reading *r)
{
    static const struct {
        enum metric net, in, out;
        double off; /* each is rounded on its own */
    } sums[] = {
        {M_BATTERY_CURRENT, M_DC_IN_CURRENT, M_DC_OUT_CURRENT, 0.25},
        {M_BATTERY_CHARGE_NET_TODAY, M_DC_IN_CHARGE_TODAY, M_DC_OUT_CHARGE_TODAY, 2.5},
        {M_BATTERY_CHARGE_NET, M_BATTERY_CHARGE_CHARGED, M_BATTERY_CHARGE_REMOVED, 2.5},
        {M_BATTERY_ENERGY_NET, M_BATTERY_ENERGY_CHARGED, M_BATTERY_ENERGY_REMOVED, 0.025},
    };
    double net, in, out;

    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        if (!reading_get(r, sums[i].net, &net) || !reading_get(r, sums[i].in, &in) ||
            !reading_get(r, sums[i].out, &out) || fabs(in - out - net) <= sums[i].off)
            continue;
        reading_drop(r, sums[i].net);
        reading_drop(r, sums[i].in);
        reading_drop(r, sums[i].out);
        r->withheld += 3;
    }
}

static void derive(struct device *d, struct reading *r)
{
    double net = 0;

    (void)d;
    sum_shunts(r);
    drop_contradictions(r);
    if (reading_get(r, M_BATTERY_CURRENT, &net)) {
        (void)reading_put(r, M_BATTERY_CHARGE_CURRENT, net > 0 ? net : 0);
        (void)reading_put(r, M_BATTERY_DISCHARGE_CURRENT, net < 0 ? -net : 0);
    }
}

static const char *const models[] = {"flexnet", "ignores", "refuses", NULL};

const struct driver driver_mate_dc = {
    .name = "mate_dc",
    .title = "Outback FLEXnet DC on MATEnet",
    .proof = "a capture of a FLEXnet DC on a hub, 42 minutes",
    .places = mate_dc_places,
    .addresses = {.first = 0, .last = MATE_PORTS, .usual = 0, .probe_last = MATE_PORTS},
    .memory = sizeof(struct mate_memory),
    .speech = &mate_speech,
    .blocks = blocks,
    .rows = mate_dc_rows,
    .commands = mate_dc_commands,
    .settings = mate_time_settings,
    .meet = mate_meet,
    .greet = mate_greet,
    .doubts = mate_doubts,
    .also = also,
    .derive = derive,
    .tell = mate_tell,
    .duty = mate_duty,
    .twin_memory = sizeof(struct mate_twin),
    .twin_models = models,
    .twin_begin = mate_twin_begin,
    .twin_now = mate_dc_now,
};
