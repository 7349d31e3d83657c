/* An FX or VFX: inverter and charger (drivers/mate/mate.h). */
#include "drivers/mate/kinds.h"
#include "drivers/mate/orders.h"

// clang-format off
static const struct block blocks[] = {
    { .name = "status",       .function = MATE_STATUS, .start = 0x0100, .count = MATE_PAGE, .refresh = EVERY_ROUND },
    { .name = "air",          .function = MATE_READ,   .start = 0x0033, .count = 1,  .refresh = EVERY_ROUND },
    { .name = "temperatures", .function = MATE_READ,   .start = 0x0032, .count = 4,  .refresh = NOW_AND_THEN },
    { .name = "setpoints",    .function = MATE_READ,   .start = 0x000a, .count = 11, .refresh = NOW_AND_THEN },
    { .name = "battery",      .function = MATE_READ,   .start = 0x0016, .count = 4,  .refresh = NOW_AND_THEN },
    { .name = "limits",       .function = MATE_READ,   .start = 0x001f, .count = 13, .refresh = NOW_AND_THEN },
    { .name = "controls",     .function = MATE_READ,   .start = 0x0037, .count = 7,  .refresh = NOW_AND_THEN },
    { .name = "aux",          .function = MATE_READ,   .start = 0x005a, .count = 1,  .refresh = NOW_AND_THEN },
    { .name = "times",        .function = MATE_READ,   .start = 0x006e, .count = 4,  .refresh = NOW_AND_THEN },
    { .name = "reasons",      .function = MATE_READ,   .start = 0x0084, .count = 12, .refresh = NOW_AND_THEN },
    { .name = "generator",    .function = MATE_READ,   .start = 0x003e, .count = 38, .refresh = ON_DEMAND },
    { .name = "now",          .function = MATE_READ,   .start = 0x002c, .count = 2,  .refresh = ON_DEMAND },
    { .name = "currents",     .function = MATE_READ,   .start = 0x006a, .count = 4,  .refresh = ON_DEMAND },
    { .name = "stacking",     .function = MATE_READ,   .start = 0x0074, .count = 16, .refresh = ON_DEMAND },
    { .name = "identity",     .function = MATE_READ,   .start = 0x0000, .count = 5,  .refresh = ON_DEMAND },
    { .name = NULL },
};

WORD_LIST(modes, {0, DEVICE_MODE_OFF, "inverter off"}, {1, DEVICE_MODE_SEARCH, "search"}, {2, DEVICE_MODE_INVERTING, "inverter on"},
          {3, DEVICE_MODE_CHARGE, "charge"}, {4, DEVICE_MODE_SILENT, "silent"}, {5, DEVICE_MODE_FLOAT, "float"},
          {6, DEVICE_MODE_EQUALIZE, "equalize"}, {7, DEVICE_MODE_CHARGER_OFF, "charger off"}, {8, DEVICE_MODE_SUPPORT, "support"},
          {9, DEVICE_MODE_SELLING, "selling"}, {10, DEVICE_MODE_PASS_THROUGH, "pass through"}, {90, DEVICE_MODE_FAULT, "FX error"},
          {91, DEVICE_MODE_AGS_ERROR, "generator start error"}, {92, DEVICE_MODE_COMMUNICATION_ERROR, "communication error"});
WORD_LIST(ac_states, {0, AC_INPUT_STATE_ABSENT, "no AC"}, {1, AC_INPUT_STATE_DROPPED, "AC dropped"}, {2, AC_INPUT_STATE_USED, "AC used"});
WORD_LIST(inverter_words, {0, INVERTER_CONTROL_OFF, "off"}, {1, INVERTER_CONTROL_SEARCH, "search"}, {2, INVERTER_CONTROL_ON, "on"});
WORD_LIST(ac_words, {0, AC_CONTROL_DROP, "drop"}, {1, AC_CONTROL_USE, "use"});
WORD_LIST(switch_words, {0, SWITCH_MODE_OFF, "off"}, {1, SWITCH_MODE_AUTO, "auto"}, {2, SWITCH_MODE_ON, "on"});

ALARM_WORD(e_low_output, INVERTER_ALARMS_LOW_OUTPUT, "low AC output voltage");
ALARM_WORD(e_stacking, INVERTER_ALARMS_STACKING, "stacking error");
ALARM_WORD(e_hot, UNIT_ALARMS_OVER_TEMPERATURE, "too hot");
ALARM_WORD(e_low_battery, BATTERY_ALARMS_LOW, "low battery");
ALARM_WORD(e_phase, INVERTER_ALARMS_PHASE_LOSS, "phase loss");
ALARM_WORD(e_high_battery, BATTERY_ALARMS_OVER_VOLTAGE, "high battery");
ALARM_WORD(e_short, INVERTER_ALARMS_OUTPUT_SHORT, "output shorted");
ALARM_WORD(e_back_feed, INVERTER_ALARMS_BACK_FEED, "back feed");
ALARM_WORD(w_fast, GRID_ALARMS_FREQUENCY_HIGH, "AC input frequency too high");
ALARM_WORD(w_slow, GRID_ALARMS_FREQUENCY_LOW, "AC input frequency too low");
ALARM_WORD(w_high, GRID_ALARMS_VOLTAGE_HIGH, "AC input voltage too high");
ALARM_WORD(w_low, GRID_ALARMS_VOLTAGE_LOW, "AC input voltage too low");
ALARM_WORD(w_current, GRID_ALARMS_OVER_CURRENT, "buys more than the input may give");
ALARM_WORD(w_sensor, UNIT_ALARMS_SENSOR, "temperature sensor failed");
ALARM_WORD(w_link, UNIT_ALARMS_COMMUNICATION, "communication error");
ALARM_WORD(w_fan, UNIT_ALARMS_FAN, "fan failed");

/* Bytes of amperes and volts, as a unit of 120 V and one of 230 V mean them. */
#define AMPS(b, n, m)                                                                              \
    { .in = MATE_STATUS, .at = 0x0100 + b, .form = BYTE, .native = n, .metric = M_##m, .per = 1, .kinds = KIND_120V }, \
    { .in = MATE_STATUS, .at = 0x0100 + b, .form = BYTE, .native = n, .metric = M_##m, .per = 2, .kinds = KIND_230V }
#define VOLTS(b, n, m)                                                                             \
    { .in = MATE_STATUS, .at = 0x0100 + b, .form = BYTE, .native = n, .metric = M_##m, .per = 1, .kinds = KIND_120V }, \
    { .in = MATE_STATUS, .at = 0x0100 + b, .form = BYTE, .native = n, .metric = M_##m, .per = 0.5, .kinds = KIND_230V }
#define PAGE_BIT(b, s, n, m, list) { .in = MATE_STATUS, .at = 0x0100 + b, .form = BYTE_BITS, .shift = s, .width = 1, .native = n, .metric = M_##m, .per = 1, .words = list }
#define BOTH(r, n, m, by)   REGK(KIND_120V, r, n, m, by), REGK(KIND_230V, r, n, m, (by) / 2.0)
#define HALF(r, n, m, by)   REGK(KIND_120V, r, n, m, by), REGK(KIND_230V, r, n, m, (by) * 2.0)

const struct row mate_fx_rows[] = {
    /* ---- the status page */
    AMPS (0, "inverter_current", INVERTER_CURRENT),
    AMPS (1, "charge_current",   GRID_CHARGE_CURRENT),
    AMPS (2, "buy_current",      GRID_IMPORT_CURRENT),
    VOLTS(3, "input_voltage",    GRID_VOLTAGE),
    VOLTS(4, "output_voltage",   OUTPUT_VOLTAGE),
    AMPS (5, "sell_current",     GRID_EXPORT_CURRENT),
    { .in = MATE_STATUS, .at = 0x0106, .form = BYTE, .native = "op_mode", .metric = M_DEVICE_MODE, .per = 1, .words = modes },
    { .in = MATE_STATUS, .at = 0x0107, .form = BYTE, .native = "errors",  .metric = M_NONE, .per = 1 },
    PAGE_BIT(7, 0, "error_low_output",   INVERTER_ALARMS, e_low_output),
    PAGE_BIT(7, 1, "error_stacking",     INVERTER_ALARMS, e_stacking),
    PAGE_BIT(7, 2, "error_too_hot",      UNIT_ALARMS,     e_hot),
    PAGE_BIT(7, 3, "error_low_battery",  BATTERY_ALARMS,  e_low_battery),
    PAGE_BIT(7, 4, "error_phase_loss",   INVERTER_ALARMS, e_phase),
    PAGE_BIT(7, 5, "error_high_battery", BATTERY_ALARMS,  e_high_battery),
    PAGE_BIT(7, 6, "error_short",        INVERTER_ALARMS, e_short),
    PAGE_BIT(7, 7, "error_back_feed",    INVERTER_ALARMS, e_back_feed),
    { .in = MATE_STATUS, .at = 0x0108, .form = BYTE,  .native = "ac_mode",     .metric = M_AC_INPUT_STATE,  .per = 1, .words = ac_states },
    { .in = MATE_STATUS, .at = 0x0109, .form = BE16S, .native = "bat_voltage", .metric = M_BATTERY_VOLTAGE, .per = 10 },
    { .in = MATE_STATUS, .at = 0x010b, .form = BYTE,  .native = "misc",        .metric = M_NONE, .per = 1 },
    { .in = MATE_STATUS, .at = 0x010b, .form = BYTE_BITS, .shift = 0, .width = 1, .native = "is_230v", .metric = M_OUTPUT_IS_230V, .per = 1 },
    { .in = MATE_STATUS, .at = 0x010b, .form = BYTE_BITS, .shift = 7, .width = 1, .native = "aux_on", .metric = M_AUX_ON, .per = 1 },
    { .in = MATE_STATUS, .at = 0x010c, .form = BYTE,  .native = "warnings",    .metric = M_NONE, .per = 1 },
    PAGE_BIT(12, 0, "warning_frequency_high", GRID_ALARMS, w_fast),
    PAGE_BIT(12, 1, "warning_frequency_low",  GRID_ALARMS, w_slow),
    PAGE_BIT(12, 2, "warning_voltage_high",   GRID_ALARMS, w_high),
    PAGE_BIT(12, 3, "warning_voltage_low",    GRID_ALARMS, w_low),
    PAGE_BIT(12, 4, "warning_input_current",  GRID_ALARMS, w_current),
    PAGE_BIT(12, 5, "warning_sensor",         UNIT_ALARMS, w_sensor),
    PAGE_BIT(12, 6, "warning_communication",  UNIT_ALARMS, w_link),
    PAGE_BIT(12, 7, "warning_fan",            UNIT_ALARMS, w_fan),

    /* ---- registers */
    COMMON_ROWS,
    REG (0x000a, "float_setpoint",        FLOAT_VOLTAGE, 10),
    REG (0x000b, "absorb_setpoint",       ABSORB_VOLTAGE, 10),
    REG (0x000c, "equalize_setpoint",     EQUALIZE_VOLTAGE, 10),
    REG (0x000d, "refloat_setpoint",      REFLOAT_VOLTAGE, 10),
    REG (0x000e, "low_battery_cut_out",   LOW_VOLTAGE_DISCONNECT, 10),
    REG (0x000f, "low_battery_cut_in",    LOW_BATTERY_CUT_IN_VOLTAGE, 10),
    REG (0x0010, "genalert_off",          GENERATOR_STOP_VOLTAGE, 10),
    REG (0x0011, "genalert_on",           GENERATOR_START_VOLTAGE, 10),
    REG (0x0012, "load_shed_off",         LOAD_SHED_VOLTAGE, 10),
    REG (0x0013, "vent_fan_on",           VENT_FAN_VOLTAGE, 10),
    REG (0x0014, "diversion_on",          DIVERSION_VOLTAGE, 10),
    REG (0x0016, "battery_compensated",   BATTERY_VOLTAGE_COMPENSATED, 10),
    REG (0x0019, "battery_actual",        NONE, 10),
    REGS(0x001f, "absorb_time_limit",     ABSORB_TIME, 10, 1 / 60.0),
    REGS(0x0020, "equalize_period",       EQUALIZE_TIME, 10, 1 / 60.0),
    REGS(0x0021, "float_period",          FLOAT_TIME, 10, 1 / 60.0),
    REG (0x0022, "ac2_transfer_delay",    GENERATOR_TRANSFER_DELAY, 1),
    REG (0x0027, "ac1_input_limit",       GRID_CURRENT_LIMIT, 10),
    REG (0x0028, "charger_limit",         GRID_CHARGE_CURRENT_LIMIT, 10),
    REG (0x0029, "search_sensitivity",    SEARCH_SENSITIVITY, 1),
    REG (0x002a, "ac1_lower_limit",       AC_LOWER_LIMIT, 1),
    REG (0x002b, "ac1_upper_limit",       AC_UPPER_LIMIT, 1),
    BOTH(0x002c, "input_voltage",         NONE, 1),
    BOTH(0x002d, "output_voltage",        NONE, 1),
    REG (0x0032, "temp_battery",          BATTERY_SENSOR_RAW, 1),
    REG (0x0033, "temp_air",              AIR_SENSOR_RAW, 1),
    REG (0x0034, "temp_fets",             FET_SENSOR_RAW, 1),
    REG (0x0035, "temp_capacitor",        CAPACITOR_SENSOR_RAW, 1),
    REG (0x0037, "gen_connect_delay",     GENERATOR_CONNECT_DELAY, 10),
    REG (0x0038, "eq_control",            EQUALIZE_CONTROL, 1),
    REG (0x0039, "errors_now",            NONE, 1),
    REGW(0x003a, "acin_control",          AC_CONTROL, ac_words),
    REG (0x003b, "gen_support",           GENERATOR_SUPPORT, 1),
    REGW(0x003c, "charge_control",        CHARGER_CONTROL, switch_words),
    REGW(0x003d, "inverter_control",      INVERTER_CONTROL, inverter_words),
    REG (0x003e, "aux_function",          AUX_FUNCTION, 1),
    REG (0x003f, "genalert_on_delay",     GENERATOR_START_DELAY, 1),
    REG (0x0040, "genalert_off_delay",    GENERATOR_STOP_DELAY, 1),
    REG (0x0042, "vent_fan_off_period",   VENT_FAN_OFF_TIME, 1),
    REG (0x0044, "ac2_lower_limit",       GENERATOR_LOWER_LIMIT, 1),
    REG (0x0045, "ac2_upper_limit",       GENERATOR_UPPER_LIMIT, 1),
    REG (0x004d, "ac1_transfer_delay",    AC_TRANSFER_DELAY, 1),
    REG (0x0059, "warnings_now",          NONE, 1),
    REGW(0x005a, "aux_control",           AUX_CONTROL, switch_words),
    REG (0x0062, "search_pulse_length",   SEARCH_PULSE_LENGTH, 1),
    REG (0x0063, "search_pulse_spacing",  SEARCH_PULSE_SPACING, 1),
    HALF(0x006a, "charger_current",       NONE, 1),
    HALF(0x006b, "sell_current_now",      NONE, 1),
    HALF(0x006c, "input_current",         NONE, 1),
    HALF(0x006d, "inverter_current",      NONE, 1),
    REGS(0x006e, "float_time_remaining",  FLOAT_TIME_LEFT, 10, 1 / 60.0),
    REG (0x006f, "diversion_off_delay",   DIVERSION_OFF_DELAY, 1),
    REGS(0x0070, "absorb_time_remaining", ABSORB_TIME_LEFT, 10, 1 / 60.0),
    REGS(0x0071, "equalize_time_remaining", EQUALIZE_TIME_LEFT, 10, 1 / 60.0),
    REG (0x0074, "power_save_slave",      POWER_SAVE_SLAVE, 1),
    REG (0x0075, "power_save_master",     POWER_SAVE_MASTER, 1),
    REG (0x0079, "stack_phase",           STACK_PHASE, 1),
    REG (0x007b, "ac2_input_limit",       GENERATOR_CURRENT_LIMIT, 10),
    REG (0x0083, "output_voltage_adjust", OUTPUT_VOLTAGE_SETTING, 1),
    REG (0x0084, "disconn_status",        DISCONNECT_REASON, 1),
    REG (0x008a, "grid_tie_authority",    GRID_TIE_AUTHORITY, 1),
    REG (0x008f, "sell_status",           SELL_STOP_REASON, 1),
    { .native = NULL },
};
// clang-format on

/* What the house takes: from the battery, and from the input beyond what charges. */
static void derive(struct device *d, struct reading *r)
{
    double inverter = 0, buy = 0, charge = 0;

    (void)d;
    if (reading_get(r, M_INVERTER_POWER, &inverter) && reading_get(r, M_GRID_IMPORT_POWER, &buy) &&
        reading_get(r, M_GRID_CHARGE_POWER, &charge)) {
        double watts = inverter + buy - charge;
        (void)reading_put(r, M_OUTPUT_POWER, watts > 0 ? watts : 0);
    }
    mate_derive_temperature(r);
}

static const char *const models[] = {"vfx", "vfx230", "ignores", "refuses", NULL};

static const struct other_name other_names[] = {
    {"battery_temp_compensated", "battery_compensated"},
    {NULL, NULL},
};

const struct driver driver_mate_fx = {
    .name = "mate_fx",
    .title = "Outback FX, VFX on MATEnet",
    .proof = "a capture of a 230 V FX on a hub; 120 V by the maker's paper",
    .places = mate_fx_places,
    .addresses = {.first = 0, .last = MATE_PORTS, .usual = 0, .probe_last = MATE_PORTS},
    .memory = sizeof(struct mate_memory),
    .speech = &mate_speech,
    .blocks = blocks,
    .rows = mate_fx_rows,
    .other_names = other_names,
    .commands = mate_fx_commands,
    .meet = mate_meet,
    .greet = mate_greet,
    .doubts = mate_doubts,
    .derive = derive,
    .tell = mate_tell,
    .twin_memory = sizeof(struct mate_twin),
    .twin_models = models,
    .twin_begin = mate_twin_begin,
    .twin_now = mate_fx_now,
};
