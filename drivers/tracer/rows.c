/*
 * The register map. 32-bit values lie low word first and must come from one answer: read apart,
 * the halves tear. All values are hundredths but for counts, bits and percents.
 *
 * A live round is four questions whose answers differ in length, since an answer does not say
 * which registers it holds: 19, 2, 3 and 31 registers. Units that do not give 31 at once, or
 * lack 3112 or 331A to 331E, are found out and asked in smaller pieces (drivers/pieces.h).
 *
 * Never asked for: 9090 to 9097 and 9100 to 9105, where some models keep passwords in clear.
 */
#include "drivers/tracer/tracer.h"

// clang-format off
const struct block tracer_blocks[] = {
    { .name = "live",       .function = READ_INPUT,    .start = 0x3100, .count = 19, .refresh = EVERY_ROUND },
    { .name = "charge",     .function = READ_INPUT,    .start = 0x311a, .count = 2,  .refresh = EVERY_ROUND },
    { .name = "status",     .function = READ_INPUT,    .start = 0x3200, .count = 3,  .refresh = EVERY_ROUND },
    { .name = "statistics", .function = READ_INPUT,    .start = 0x3300, .count = 31, .refresh = EVERY_ROUND },
    { .name = "system",     .function = READ_INPUT,    .start = 0x311d, .count = 1,  .refresh = NOW_AND_THEN },
    { .name = "night",      .function = READ_DISCRETE, .start = 0x200c, .count = 1,  .refresh = NOW_AND_THEN },
    { .name = "overheated", .function = READ_DISCRETE, .start = 0x2000, .count = 1,  .refresh = NOW_AND_THEN },
    { .name = "rated",      .function = READ_INPUT,    .start = 0x3000, .count = 9,  .refresh = NOW_AND_THEN },
    { .name = "rated load", .function = READ_INPUT,    .start = 0x300d, .count = 4,  .refresh = NOW_AND_THEN },
    { .name = "battery",    .function = READ_HOLDING,  .start = 0x9000, .count = 15, .refresh = NOW_AND_THEN },
    { .name = "clock",      .function = READ_HOLDING,  .start = 0x9013, .count = 15, .refresh = NOW_AND_THEN },
    { .name = "load",       .function = READ_HOLDING,  .start = 0x903d, .count = 3,  .refresh = NOW_AND_THEN },
    { .name = "timers",     .function = READ_HOLDING,  .start = 0x9042, .count = 12, .refresh = ON_DEMAND },
    { .name = "backlight",  .function = READ_HOLDING,  .start = 0x9063, .count = 1,  .refresh = ON_DEMAND },
    { .name = "night time", .function = READ_HOLDING,  .start = 0x9065, .count = 1,  .refresh = ON_DEMAND },
    { .name = "rated code", .function = READ_HOLDING,  .start = 0x9067, .count = 1,  .refresh = ON_DEMAND },
    { .name = "times",      .function = READ_HOLDING,  .start = 0x9069, .count = 8,  .refresh = NOW_AND_THEN },
    { .name = "switches",   .function = READ_COILS,    .start = 0x0000, .count = 7,  .refresh = NOW_AND_THEN },
    { .name = NULL },
};

#define WORD_LIST(name, ...) static const struct code_word name[] = { __VA_ARGS__, { .text = NULL } }
#define WELL MEANS_NOTHING

WORD_LIST(battery_voltage_words, {0, WELL, ""}, {1, BATTERY_ALARMS_OVER_VOLTAGE, "over-voltage"},
          {2, BATTERY_ALARMS_UNDER_VOLTAGE, "under-voltage"},
          {3, BATTERY_ALARMS_LOW_DISCONNECT, "low voltage, load disconnected"},
          {4, BATTERY_ALARMS_FAULT, "battery fault"});
WORD_LIST(battery_heat_words, {0, WELL, ""}, {1, BATTERY_ALARMS_OVER_TEMPERATURE, "too warm"},
          {2, BATTERY_ALARMS_LOW_TEMPERATURE, "too cold"});
WORD_LIST(charge_words, {0, CHARGE_STAGE_NONE, "not charging"}, {1, CHARGE_STAGE_FLOAT, "float"},
          {2, CHARGE_STAGE_ABSORB, "boost"}, {3, CHARGE_STAGE_EQUALIZE, "equalize"});
WORD_LIST(charge_input_words, {0, INPUT_STATE_NORMAL, "input normal"}, {1, INPUT_STATE_ABSENT, "no input"},
          {2, INPUT_STATE_TOO_HIGH, "input too high"}, {3, INPUT_STATE_ERROR, "input error"});
WORD_LIST(load_level_words, {0, LOAD_LEVEL_LIGHT, "light load"}, {1, LOAD_LEVEL_MODERATE, "moderate load"},
          {2, LOAD_LEVEL_RATED, "rated load"}, {3, LOAD_LEVEL_OVERLOAD, "overload"});
WORD_LIST(load_input_words, {0, INPUT_STATE_NORMAL, "input normal"}, {1, INPUT_STATE_TOO_LOW, "input too low"},
          {2, INPUT_STATE_TOO_HIGH, "input too high"}, {3, INPUT_STATE_ABSENT, "no input"});
WORD_LIST(charger_words, {0, CHARGER_TYPE_SWITCH, "connect/disconnect"}, {1, CHARGER_TYPE_PWM, "PWM"},
          {2, CHARGER_TYPE_MPPT, "MPPT"});
WORD_LIST(battery_type_words, {0, BATTERY_TYPE_USER, "user"}, {1, BATTERY_TYPE_SEALED, "sealed"},
          {2, BATTERY_TYPE_GEL, "gel"}, {3, BATTERY_TYPE_FLOODED, "flooded"},
          {4, BATTERY_TYPE_LIFEPO4, "LiFePO4"}, {5, BATTERY_TYPE_LIFEPO4, "LiFePO4 (2)"},
          {6, BATTERY_TYPE_LIFEPO4, "LiFePO4 (3)"}, {7, BATTERY_TYPE_LIFEPO4, "LiFePO4 (4)"},
          {8, BATTERY_TYPE_LI_NMC, "Li(NiCoMn)O2"}, {9, BATTERY_TYPE_LI_NMC, "Li(NiCoMn)O2 (2)"},
          {10, BATTERY_TYPE_LI_NMC, "Li(NiCoMn)O2 (3)"}, {11, BATTERY_TYPE_LI_NMC, "Li(NiCoMn)O2 (4)"},
          {12, BATTERY_TYPE_LI_NMC, "Li(NiCoMn)O2 (5)"});
WORD_LIST(load_mode_words, {0, LOAD_MODE_MANUAL, "manual"}, {1, LOAD_MODE_LIGHT, "by light"},
          {2, LOAD_MODE_LIGHT_TIMER, "by light and timer"}, {3, LOAD_MODE_TIMER, "by timer"});
WORD_LIST(capacity_words, {0, CAPACITY_MODE_VOLTAGE, "by voltage"}, {1, CAPACITY_MODE_SOC, "by state of charge"});
WORD_LIST(rated_code_words, {0, WELL, "auto"}, {1, 12, "12 V"}, {2, 24, "24 V"}, {3, 36, "36 V"}, {4, 48, "48 V"},
          {5, 60, "60 V"}, {6, 110, "110 V"}, {7, 120, "120 V"}, {8, 220, "220 V"}, {9, 240, "240 V"});

/* A single bit: what it says when it is set. */
#define BIT_WORD(name, means, text) WORD_LIST(name, {1, means, text})
BIT_WORD(resistance_word, BATTERY_ALARMS_RESISTANCE, "inner resistance abnormal");
BIT_WORD(misidentified_word, BATTERY_ALARMS_MISIDENTIFIED, "rated voltage misidentified");
BIT_WORD(running_word, 1, "running");
BIT_WORD(fault_word, WELL, "fault");
BIT_WORD(pv_short_word, PV_ALARMS_SHORT, "PV short circuit");
BIT_WORD(unbalanced_word, CHARGER_ALARMS_UNBALANCED, "the three circuits are unbalanced");
BIT_WORD(load_mosfet_word, LOAD_ALARMS_MOSFET_SHORT, "load MOSFET short");
BIT_WORD(load_short_word, LOAD_ALARMS_SHORT, "load short circuit");
BIT_WORD(load_current_word, LOAD_ALARMS_OVER_CURRENT, "load over-current");
BIT_WORD(input_current_word, PV_ALARMS_OVER_CURRENT, "input over-current");
BIT_WORD(reverse_short_word, CHARGER_ALARMS_REVERSE_MOSFET_SHORT, "anti-reverse MOSFET short");
/* Documents disagree: short in the older ones, open in V2.5. Either way it is broken. */
BIT_WORD(reverse_open_word, CHARGER_ALARMS_REVERSE_MOSFET_OPEN, "charging or anti-reverse MOSFET open or short");
BIT_WORD(charge_mosfet_word, CHARGER_ALARMS_MOSFET_SHORT, "charging MOSFET short");
BIT_WORD(load_fault_word, LOAD_ALARMS_FAULT, "fault");
BIT_WORD(out_over_word, LOAD_ALARMS_OUTPUT_OVER_VOLTAGE, "output over-voltage");
BIT_WORD(boost_over_word, LOAD_ALARMS_BOOST_OVER_VOLTAGE, "boost over-voltage");
BIT_WORD(high_side_word, LOAD_ALARMS_HIGH_SIDE_SHORT, "high side short");
BIT_WORD(in_over_word, LOAD_ALARMS_INPUT_OVER_VOLTAGE, "input over-voltage");
BIT_WORD(out_abnormal_word, LOAD_ALARMS_OUTPUT_ABNORMAL, "output voltage abnormal");
BIT_WORD(cannot_stop_word, LOAD_ALARMS_CANNOT_STOP, "cannot stop discharging");
BIT_WORD(cannot_word, LOAD_ALARMS_CANNOT_DISCHARGE, "cannot discharge");
BIT_WORD(discharge_short_word, LOAD_ALARMS_SHORT, "short circuit");

#define ROW(f, a, w, n, m, p)      { .in = f, .at = a, .form = w, .native = n, .metric = M_##m, .per = p }
#define INPUT(a, w, n, m, p)       ROW(READ_INPUT, a, w, n, m, p)
#define HOLD(a, w, n, m, p)        ROW(READ_HOLDING, a, w, n, m, p)
#define HOLD_UNIT(a, w, n, u, p)   { .in = READ_HOLDING, .at = a, .form = w, .native = n, .per = p, .unit = u }
#define CODED(f, a, n, m, list)    { .in = f, .at = a, .form = U16, .native = n, .metric = M_##m, .per = 1, .words = list }
#define SOME(a, s, n, name, m, list) { .in = READ_INPUT, .at = a, .shift = s, .width = n, .form = PART, .native = name, .metric = M_##m, .per = 1, .words = list }
#define COIL(f, a, n, m)           { .in = f, .at = a, .form = BIT, .native = n, .metric = M_##m, .per = 1 }

const struct row tracer_rows[] = {
    /*    register form           native           metric                       per */
    INPUT(0x3000, U16,            "ratedpvv",      PV_RATED_VOLTAGE,            100),
    INPUT(0x3001, U16,            "ratedpva",      PV_RATED_CURRENT,            100),
    INPUT(0x3002, U32_LOW_FIRST,  "ratedpvw",      PV_RATED_POWER,              100),
    INPUT(0x3004, U16,            "ratedbav",      BATTERY_RATED_VOLTAGE,       100),
    INPUT(0x3005, U16,            "ratedbaa",      CHARGER_RATED_CURRENT,       100),
    INPUT(0x3006, U32_LOW_FIRST,  "ratedbaw",      CHARGER_RATED_POWER,         100),
    CODED(READ_INPUT, 0x3008,     "chargemode",    CHARGER_TYPE,                charger_words),
    INPUT(0x300d, U16,            "ratedloadv",    LOAD_RATED_VOLTAGE,          100),
    INPUT(0x300e, U16,            "ratedloada",    LOAD_RATED_CURRENT,          100),
    INPUT(0x300f, U32_LOW_FIRST,  "ratedloadw",    LOAD_RATED_POWER,            100),

    INPUT(0x3100, U16,            "pvvolt",        PV_VOLTAGE,                  100),
    INPUT(0x3101, U16,            "pvamps",        PV_CURRENT,                  100),
    INPUT(0x3102, U32_LOW_FIRST,  "pvwatt",        PV_POWER,                    100),
    INPUT(0x3104, U16,            "bavolt",        BATTERY_VOLTAGE,             100),
    INPUT(0x3105, S16,            "baamps",        CHARGER_CURRENT,             100),
    INPUT(0x3106, U32_LOW_FIRST,  "bawatt",        CHARGER_POWER,               100),
    /* 3108 to 310B repeat 310C to 310F on some models: not documented, not relied on. */
    INPUT(0x310c, U16,            "dcvolt",        LOAD_VOLTAGE,                100),
    INPUT(0x310d, U16,            "dcamps",        LOAD_CURRENT,                100),
    INPUT(0x310e, U32_LOW_FIRST,  "dcwatt",        LOAD_POWER,                  100),
    INPUT(0x3110, S16,            "batemp",        BATTERY_TEMPERATURE,         100),
    INPUT(0x3111, S16,            "eptemp1",       CASE_TEMPERATURE,            100),
    INPUT(0x3112, S16,            "eptemp2",       HEATSINK_TEMPERATURE,        100),
    /* The paper of 2.3 says hundredths: every capture says whole percents. */
    INPUT(0x311a, U16,            "baperc",        BATTERY_SOC,                 1),
    INPUT(0x311b, S16,            "remotetemp",    BATTERY_REMOTE_TEMPERATURE,  100),
    INPUT(0x311d, U16,            "sysvolt",       BATTERY_NOMINAL_VOLTAGE,     100),

    INPUT(0x3200, STATUS,         "bastat",        NONE,                        1),
    SOME(0x3200, 0, 4,            "bastat_voltage",     BATTERY_ALARMS,  battery_voltage_words),
    SOME(0x3200, 4, 4,            "bastat_temperature", BATTERY_ALARMS,  battery_heat_words),
    SOME(0x3200, 8, 1,            "bastat_resistance",  BATTERY_ALARMS,  resistance_word),
    SOME(0x3200, 15, 1,           "bastat_wrong_rating", BATTERY_ALARMS, misidentified_word),
    INPUT(0x3201, STATUS,         "epstat",        NONE,                        1),
    SOME(0x3201, 0, 1,            "epstat_running",     CHARGER_RUNNING, running_word),
    /* Healthy AN and BN units report this bit for ever: shown, but no alarm. */
    SOME(0x3201, 1, 1,            "epstat_fault",       NONE,            fault_word),
    SOME(0x3201, 2, 2,            "epstat_charging",    CHARGE_STAGE,    charge_words),
    SOME(0x3201, 4, 1,            "epstat_pv_short",    PV_ALARMS,       pv_short_word),
    SOME(0x3201, 6, 1,            "epstat_unbalanced",  CHARGER_ALARMS,  unbalanced_word),
    SOME(0x3201, 7, 1,            "epstat_load_mosfet", LOAD_ALARMS,     load_mosfet_word),
    SOME(0x3201, 8, 1,            "epstat_load_short",  LOAD_ALARMS,     load_short_word),
    SOME(0x3201, 9, 1,            "epstat_load_current", LOAD_ALARMS,    load_current_word),
    SOME(0x3201, 10, 1,           "epstat_input_current", PV_ALARMS,     input_current_word),
    SOME(0x3201, 11, 1,           "epstat_reverse_short", CHARGER_ALARMS, reverse_short_word),
    SOME(0x3201, 12, 1,           "epstat_reverse_open", CHARGER_ALARMS, reverse_open_word),
    SOME(0x3201, 13, 1,           "epstat_charge_mosfet", CHARGER_ALARMS, charge_mosfet_word),
    SOME(0x3201, 14, 2,           "epstat_input",       CHARGER_INPUT_STATE, charge_input_words),
    INPUT(0x3202, STATUS,         "dischstat",     NONE,                        1),
    SOME(0x3202, 0, 1,            "dischstat_running",  LOAD_ON,         running_word),
    SOME(0x3202, 1, 1,            "dischstat_fault",    LOAD_ALARMS,     load_fault_word),
    SOME(0x3202, 4, 1,            "dischstat_output_over", LOAD_ALARMS,  out_over_word),
    SOME(0x3202, 5, 1,            "dischstat_boost_over", LOAD_ALARMS,   boost_over_word),
    SOME(0x3202, 6, 1,            "dischstat_high_side", LOAD_ALARMS,    high_side_word),
    SOME(0x3202, 7, 1,            "dischstat_input_over", LOAD_ALARMS,   in_over_word),
    SOME(0x3202, 8, 1,            "dischstat_abnormal", LOAD_ALARMS,     out_abnormal_word),
    SOME(0x3202, 9, 1,            "dischstat_cannot_stop", LOAD_ALARMS,  cannot_stop_word),
    SOME(0x3202, 10, 1,           "dischstat_cannot",   LOAD_ALARMS,     cannot_word),
    SOME(0x3202, 11, 1,           "dischstat_short",    LOAD_ALARMS,     discharge_short_word),
    SOME(0x3202, 12, 2,           "dischstat_load",     LOAD_LEVEL,      load_level_words),
    SOME(0x3202, 14, 2,           "dischstat_input",    LOAD_INPUT_STATE, load_input_words),

    INPUT(0x3300, U16,            "pvmaxtoday",    PV_VOLTAGE_HIGH_TODAY,       100),
    INPUT(0x3301, U16,            "pvmintoday",    PV_VOLTAGE_LOW_TODAY,        100),
    INPUT(0x3302, U16,            "bamaxtoday",    BATTERY_VOLTAGE_HIGH_TODAY,  100),
    INPUT(0x3303, U16,            "bamintoday",    BATTERY_VOLTAGE_LOW_TODAY,   100),
    INPUT(0x3304, U32_LOW_FIRST,  "dckwhtoday",    LOAD_ENERGY_TODAY,           100),
    INPUT(0x3306, U32_LOW_FIRST,  "dckwhmonth",    LOAD_ENERGY_MONTH,           100),
    INPUT(0x3308, U32_LOW_FIRST,  "dckwhyear",     LOAD_ENERGY_YEAR,            100),
    INPUT(0x330a, U32_LOW_FIRST,  "dckwhtotal",    LOAD_ENERGY,                 100),
    INPUT(0x330c, U32_LOW_FIRST,  "pvkwhtoday",    PV_ENERGY_TODAY,             100),
    INPUT(0x330e, U32_LOW_FIRST,  "pvkwhmonth",    PV_ENERGY_MONTH,             100),
    INPUT(0x3310, U32_LOW_FIRST,  "pvkwhyear",     PV_ENERGY_YEAR,              100),
    INPUT(0x3312, U32_LOW_FIRST,  "pvkwhtotal",    PV_ENERGY,                   100),
    INPUT(0x3314, U32_LOW_FIRST,  "co2saved",      CO2_SAVED,                   0.1), /* hundredths of a tonne */
    INPUT(0x331a, U16,            "banetvolt",     NONE,                        100),
    INPUT(0x331b, S32_LOW_FIRST,  "banetamps",     BATTERY_CURRENT,             100),
    INPUT(0x331d, S16,            "stbatemp",      NONE,                        100),
    INPUT(0x331e, S16,            "ambtemp",       AMBIENT_TEMPERATURE,         100),

    CODED(READ_HOLDING, 0x9000,   "battype",       BATTERY_TYPE,                battery_type_words),
    HOLD(0x9001,  U16,            "batcapacity",   BATTERY_CAPACITY,            1),
    HOLD(0x9002,  U16,            "tempcomp",      TEMPERATURE_COMPENSATION,    100),
    HOLD(0x9003,  U16,            "hvd",           OVER_VOLTAGE_DISCONNECT,     100),
    HOLD(0x9004,  U16,            "chglimit",      CHARGE_LIMIT_VOLTAGE,        100),
    HOLD(0x9005,  U16,            "ovreconnect",   OVER_VOLTAGE_RECONNECT,      100),
    HOLD(0x9006,  U16,            "equalv",        EQUALIZE_VOLTAGE,            100),
    HOLD(0x9007,  U16,            "boostv",        ABSORB_VOLTAGE,              100),
    HOLD(0x9008,  U16,            "floatv",        FLOAT_VOLTAGE,               100),
    HOLD(0x9009,  U16,            "boostreconnect", ABSORB_RECONNECT_VOLTAGE,   100),
    HOLD(0x900a,  U16,            "lvreconnect",   LOW_VOLTAGE_RECONNECT,       100),
    HOLD(0x900b,  U16,            "uvrecover",     UNDER_VOLTAGE_RECOVER,       100),
    HOLD(0x900c,  U16,            "uvwarn",        UNDER_VOLTAGE_WARNING,       100),
    HOLD(0x900d,  U16,            "lvd",           LOW_VOLTAGE_DISCONNECT,      100),
    HOLD(0x900e,  U16,            "dischlimit",    DISCHARGE_LIMIT_VOLTAGE,     100),
    HOLD(0x9013,  CLOCK,          "clock",         NONE,                        1),
    HOLD(0x9016,  U16,            "eqcycle",       EQUALIZE_CYCLE,              1),
    HOLD(0x9017,  S16,            "bathigh",       BATTERY_TEMPERATURE_LIMIT_HIGH, 100),
    HOLD(0x9018,  S16,            "batlow",        BATTERY_TEMPERATURE_LIMIT_LOW,  100),
    HOLD(0x9019,  S16,            "casehigh",      CASE_TEMPERATURE_LIMIT,      100),
    HOLD(0x901a,  S16,            "caserec",       CASE_TEMPERATURE_RECOVER,    100),
    HOLD(0x901b,  S16,            "powhigh",       HEATSINK_TEMPERATURE_LIMIT,  100),
    HOLD(0x901c,  S16,            "powrec",        HEATSINK_TEMPERATURE_RECOVER, 100),
    HOLD(0x901d,  U16,            "lineimp",       LINE_IMPEDANCE,              100),
    HOLD(0x901e,  U16,            "nightv",        NIGHT_VOLTAGE,               100),
    HOLD(0x901f,  U16,            "nightdelay",    NIGHT_DELAY,                 1),
    HOLD(0x9020,  U16,            "dayv",          DAY_VOLTAGE,                 100),
    HOLD(0x9021,  U16,            "daydelay",      DAY_DELAY,                   1),
    CODED(READ_HOLDING, 0x903d,   "loadmode",      LOAD_MODE,                   load_mode_words),
    HOLD(0x903e,  HOUR_MINUTE,    "timer1",        NONE,                        1),
    HOLD(0x903f,  HOUR_MINUTE,    "timer2",        NONE,                        1),
    HOLD_UNIT(0x9042, U16,        "on1s",          "s",                         1),
    HOLD_UNIT(0x9043, U16,        "on1min",        "min",                       1),
    HOLD_UNIT(0x9044, U16,        "on1h",          "h",                         1),
    HOLD_UNIT(0x9045, U16,        "off1s",         "s",                         1),
    HOLD_UNIT(0x9046, U16,        "off1min",       "min",                       1),
    HOLD_UNIT(0x9047, U16,        "off1h",         "h",                         1),
    HOLD_UNIT(0x9048, U16,        "on2s",          "s",                         1),
    HOLD_UNIT(0x9049, U16,        "on2min",        "min",                       1),
    HOLD_UNIT(0x904a, U16,        "on2h",          "h",                         1),
    HOLD_UNIT(0x904b, U16,        "off2s",         "s",                         1),
    HOLD_UNIT(0x904c, U16,        "off2min",       "min",                       1),
    HOLD_UNIT(0x904d, U16,        "off2h",         "h",                         1),
    HOLD(0x9063,  U16,            "backlight",     BACKLIGHT_TIME,              1),
    HOLD(0x9065,  HOUR_MINUTE,    "nightlength",   NONE,                        1),
    { .in = READ_HOLDING, .at = 0x9067, .form = U16, .native = "ratedcode", .per = 1, .words = rated_code_words },
    HOLD_UNIT(0x9069, U16,        "timers",        "",                          1),
    HOLD_UNIT(0x906a, U16,        "loaddefault",   "",                          1),
    HOLD(0x906b,  U16,            "eqmin",         EQUALIZE_TIME,               1),
    HOLD(0x906c,  U16,            "boostmin",      ABSORB_TIME,                 1),
    /* The papers say hundredths for these two: captures show 80 and 100. */
    HOLD(0x906d,  U16,            "dischpct",      DISCHARGE_PERCENTAGE,        1),
    HOLD(0x906e,  U16,            "chgpct",        CHARGE_PERCENTAGE,           1),
    CODED(READ_HOLDING, 0x9070,   "socmode",       CAPACITY_MODE,               capacity_words),

    COIL(READ_COILS,    0x0000,   "charging",      CHARGING_ENABLED),
    COIL(READ_COILS,    0x0001,   "manualmode",    LOAD_MANUAL_MODE),
    COIL(READ_COILS,    0x0002,   "loadswitch",    LOAD_MANUAL),
    COIL(READ_COILS,    0x0003,   "defaultload",   LOAD_DEFAULT_ON),
    COIL(READ_COILS,    0x0005,   "testmode",      TEST_MODE),
    COIL(READ_COILS,    0x0006,   "forceload",     LOAD_FORCED),
    COIL(READ_DISCRETE, 0x2000,   "overheated",    NONE),
    COIL(READ_DISCRETE, 0x200c,   "night",         NIGHT),
    { .native = NULL },
};
// clang-format on
