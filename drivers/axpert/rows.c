/*
 * Where each number lies. Names are the family's own, as people know them; what the catalogue has
 * a word for gets that metric. Where kinds of the family differ, each has its rows.
 */
#include "drivers/axpert/axpert.h"

#define WORD_LIST(name, ...) static const struct code_word name[] = {__VA_ARGS__, {.text = NULL}}
#define WELL MEANS_NOTHING

// clang-format off
WORD_LIST(modes,
    {'P', DEVICE_MODE_POWER_ON, "power on"}, {'S', DEVICE_MODE_STANDBY, "standby"},
    {'L', DEVICE_MODE_LINE, "line"}, {'B', DEVICE_MODE_BATTERY, "battery"},
    {'F', DEVICE_MODE_FAULT, "fault"}, {'H', DEVICE_MODE_POWER_SAVING, "power saving"},
    {'D', DEVICE_MODE_SHUTDOWN, "shut down"}, {'C', DEVICE_MODE_CHARGE, "charge"},
    {'Y', DEVICE_MODE_BYPASS, "bypass"}, {'E', DEVICE_MODE_ECO, "eco"});
WORD_LIST(battery_types,
    {0, BATTERY_TYPE_AGM, "AGM"}, {1, BATTERY_TYPE_FLOODED, "flooded"}, {2, BATTERY_TYPE_USER, "user"},
    {3, BATTERY_TYPE_PYLONTECH, "Pylontech"}, {4, BATTERY_TYPE_SHINHEUNG, "Shinheung"},
    {5, BATTERY_TYPE_WECO, "WECO"}, {6, BATTERY_TYPE_SOLTARO, "Soltaro"}, {7, BATTERY_TYPE_BAK, "BAK"},
    {8, BATTERY_TYPE_LIB_PROTOCOL, "LIB protocol"}, {9, BATTERY_TYPE_LITHIUM, "third-party lithium"});
WORD_LIST(input_ranges, {0, INPUT_RANGE_APPLIANCE, "appliance"}, {1, INPUT_RANGE_UPS, "UPS"});
WORD_LIST(output_priorities,
    {0, OUTPUT_PRIORITY_UTILITY, "utility first"}, {1, OUTPUT_PRIORITY_SOLAR, "solar first"},
    {2, OUTPUT_PRIORITY_SBU, "solar, battery, utility"}, {3, OUTPUT_PRIORITY_HYBRID, "hybrid"});
WORD_LIST(charger_priorities,
    {0, CHARGER_PRIORITY_UTILITY, "utility first"}, {1, CHARGER_PRIORITY_SOLAR, "solar first"},
    {2, CHARGER_PRIORITY_SOLAR_UTILITY, "solar and utility"}, {3, CHARGER_PRIORITY_SOLAR_ONLY, "solar only"});
WORD_LIST(charger_priorities_lv6548,
    {0, CHARGER_PRIORITY_SOLAR, "solar first"}, {1, CHARGER_PRIORITY_SOLAR_UTILITY, "solar and utility"},
    {2, CHARGER_PRIORITY_SOLAR_ONLY, "solar only"});
WORD_LIST(machine_types,
    {0, MACHINE_TYPE_GRID_TIE, "grid tie"}, {1, MACHINE_TYPE_OFF_GRID, "off grid"},
    {10, MACHINE_TYPE_HYBRID, "hybrid"}, {11, MACHINE_TYPE_OFF_GRID_2, "off grid, 2 trackers"},
    {20, MACHINE_TYPE_OFF_GRID_3, "off grid, 3 trackers"});
WORD_LIST(topologies, {0, TOPOLOGY_TRANSFORMERLESS, "transformerless"}, {1, TOPOLOGY_TRANSFORMER, "transformer"});
WORD_LIST(output_modes,
    {0, OUTPUT_MODE_SINGLE, "single"}, {1, OUTPUT_MODE_PARALLEL, "parallel"},
    {2, OUTPUT_MODE_PHASE_1_OF_3, "phase 1 of 3"}, {3, OUTPUT_MODE_PHASE_2_OF_3, "phase 2 of 3"},
    {4, OUTPUT_MODE_PHASE_3_OF_3, "phase 3 of 3"}, {5, OUTPUT_MODE_PHASE_1_OF_2, "phase 1 of 2"},
    {6, OUTPUT_MODE_PHASE_2_OF_2_120, "phase 2 of 2, 120 degrees"},
    {7, OUTPUT_MODE_PHASE_2_OF_2_180, "phase 2 of 2, 180 degrees"});
WORD_LIST(output_modes_pi41,
    {1, OUTPUT_MODE_PARALLEL, "parallel"}, {2, OUTPUT_MODE_PHASE_1_OF_3, "phase 1 of 3"},
    {3, OUTPUT_MODE_PHASE_2_OF_3, "phase 2 of 3"}, {4, OUTPUT_MODE_PHASE_3_OF_3, "phase 3 of 3"},
    {5, OUTPUT_MODE_PARALLEL_120, "parallel, 120 degrees"}, {6, OUTPUT_MODE_PARALLEL_180, "parallel, 180 degrees"});
WORD_LIST(pv_ok_rules, {0, PV_OK_RULE_ANY, "any unit"}, {1, PV_OK_RULE_ALL, "all units"});
WORD_LIST(pv_balances, {0, PV_BALANCE_RULE_CHARGE, "charge current limit"}, {1, PV_BALANCE_RULE_CHARGE_LOAD, "charge and load"});
WORD_LIST(operation_logics,
    {0, OPERATION_LOGIC_AUTO, "automatic"}, {1, OPERATION_LOGIC_ONLINE, "on-line"}, {2, OPERATION_LOGIC_ECO, "eco"});
WORD_LIST(charge_rules,
    {0, CHARGE_STAGE_RULE_AUTO, "automatic"}, {1, CHARGE_STAGE_RULE_TWO, "two stages"}, {2, CHARGE_STAGE_RULE_THREE, "three stages"});
WORD_LIST(roles, {0, PARALLEL_ROLE_NEW, "new"}, {1, PARALLEL_ROLE_SLAVE, "slave"}, {2, PARALLEL_ROLE_MASTER, "master"});
WORD_LIST(float_marks, {1, CHARGE_STAGE_FLOAT, "float"});
WORD_LIST(battery_states, {0, WELL, "normal"}, {1, BATTERY_ALARMS_UNDER_VOLTAGE, "under voltage"}, {2, BATTERY_ALARMS_OPEN, "not connected"});
/* Two papers, two ways to say "as the unit thinks best". */
WORD_LIST(automatic_times, {0, WELL, "automatic"}, {255, WELL, "automatic"});
WORD_LIST(charge_states, {10, WELL, "not charging"}, {11, WELL, "bulk"}, {12, WELL, "absorb"}, {13, WELL, "float"});
WORD_LIST(led_speeds, {0, WELL, "low"}, {1, WELL, "medium"}, {2, WELL, "fast"});
WORD_LIST(led_effects, {0, WELL, "breathing"}, {2, WELL, "steady"}, {3, WELL, "scrolling"});
WORD_LIST(countries, {0, WELL, "India"}, {1, WELL, "Germany"}, {2, WELL, "South America"});
WORD_LIST(fault_codes,
    {0, WELL, "none"}, {1, WELL, "fan locked"}, {2, WELL, "over temperature"}, {3, WELL, "battery voltage too high"},
    {4, WELL, "battery voltage too low"}, {5, WELL, "output short circuit"}, {6, WELL, "output voltage too high"},
    {7, WELL, "overload"}, {8, WELL, "bus voltage too high"}, {9, WELL, "bus soft start failed"},
    {10, WELL, "PV over-current"}, {11, WELL, "main relay, or PV voltage too high"}, {12, WELL, "DC/DC over-current"},
    {13, WELL, "battery discharge over-current"}, {51, WELL, "over-current"}, {52, WELL, "bus voltage too low, or its soft start"},
    {53, WELL, "inverter soft start failed"}, {54, WELL, "self test failed"}, {55, WELL, "DC in the output"},
    {56, WELL, "battery not connected"}, {57, WELL, "current sensor failed"}, {58, WELL, "output voltage too low"},
    {59, WELL, "PV voltage too high"}, {60, WELL, "negative power"}, {71, WELL, "firmware versions differ"},
    {72, WELL, "current sharing, or the output circuit"}, {80, WELL, "CAN bus"}, {81, WELL, "host lost"},
    {82, WELL, "synchronisation lost"}, {83, WELL, "battery voltages differ between units"},
    {84, WELL, "AC inputs differ between units"}, {85, WELL, "AC current unbalanced"}, {86, WELL, "output modes differ between units"});

#define ALL_BUT(bits) ((uint16_t)~(bits))
/*      block, word, name, metric                          a number that the catalogue knows */
#define NUM(b, w, n, m)       { .in = b, .at = w, .form = WORD, .native = n, .metric = M_##m, .per = 1 }
#define RAW(b, w, n, u)       { .in = b, .at = w, .form = WORD, .native = n, .metric = M_NONE, .per = 1, .unit = u }
#define SCALED(b, w, n, m, by, u) { .in = b, .at = w, .form = WORD, .native = n, .metric = M_##m, .per = 1, .scale = by, .unit = u }
#define CODE(b, w, n, m, list) { .in = b, .at = w, .form = WORD, .native = n, .metric = M_##m, .per = 1, .words = list }
#define TEXTUAL(b, w, n)      { .in = b, .at = w, .form = WORD_TEXT, .width = 1, .native = n, .metric = M_NONE, .per = 1 }
#define BITE(b, w, s, n, m)   { .in = b, .at = w, .form = MARK, .shift = s, .native = n, .metric = M_##m, .per = 1 }
#define BITS_OF(k, b, w, s, n, m) { .in = b, .at = w, .form = MARK, .shift = s, .native = n, .metric = M_##m, .per = 1, .kinds = k }
#define CODE_OF(k, b, w, n, m, list) { .in = b, .at = w, .form = WORD, .native = n, .metric = M_##m, .per = 1, .words = list, .kinds = k }
#define ALARM(k, s, n, m, means) { .in = QPIWS, .form = MARK, .shift = s, .native = "warn." n, .metric = M_##m##_ALARMS, .per = 1, \
                                   .kinds = k, .words = (const struct code_word[]){ {1, m##_ALARMS_##means, n}, {.text = NULL} } }
#define NOTE(k, s, n)         BITS_OF(k, QPIWS, 0, s, "warn." n, NONE)

const struct row axpert_rows[] = {
#include "drivers/axpert/rows_live.def"
#include "drivers/axpert/rows_alarms.def"
#include "drivers/axpert/rows_settings.def"
#include "drivers/axpert/rows_parallel.def"
#include "drivers/axpert/rows_others.def"
    { .native = NULL },
};
