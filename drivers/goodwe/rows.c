/*
 * Where each number lies. One phase and three have layouts of their own; a long answer begins like
 * that of one phase, has its energy of the day at the same place, and other things in between.
 */
#include "drivers/goodwe/goodwe.h"

// clang-format off
#define WORD_LIST(name, ...) static const struct code_word name[] = {__VA_ARGS__, {.text = NULL}}
WORD_LIST(modes, {0, DEVICE_MODE_WAITING, "waiting"}, {1, DEVICE_MODE_NORMAL, "normal"}, {2, DEVICE_MODE_FAULT, "fault"},
          {4, DEVICE_MODE_CHECKING, "checking"});

#define SINGLE (KIND_ONE | KIND_LONG)
/*      kinds, offset, form, native name, metric, divided by */
#define NOW(k, o, f, n, m, by)   { .in = GOODWE_RUNNING, .kinds = k, .at = o, .form = f, .native = n, .metric = M_##m, .per = by }
#define SET(o, n, m, by)         { .in = GOODWE_SETTING, .at = o, .form = BE16, .native = n, .metric = M_##m, .per = by }
#define SAID(o, w, n)            { .in = GOODWE_ID, .at = o, .form = BYTES, .width = w, .native = n, .metric = M_NONE, .per = 1 }
#define MODE(k, o)               { .in = GOODWE_RUNNING, .kinds = k, .at = o, .form = BE16, .native = "work_mode", .metric = M_DEVICE_MODE, .per = 1, .words = modes }
/* Four bytes, the highest first: bit 0 is in the last of them. */
#define BIT(k, o, b, n, set, means) { .in = GOODWE_RUNNING, .kinds = k, .at = (o) + 3 - (b) / 8, .form = BYTE_BITS, .shift = (b) % 8, .width = 1, .native = "error." n, \
                                   .metric = M_##set##_ALARMS, .per = 1, .words = (const struct code_word[]){ {1, set##_ALARMS_##means, n}, {.text = NULL} } }

const struct row goodwe_rows[] = {
    /* ---- the same for both */
    NOW(0, 0,  BE16,  "vpv1", PV1_VOLTAGE, 10),
    NOW(0, 2,  BE16,  "vpv2", PV2_VOLTAGE, 10),
    NOW(0, 4,  BE16,  "ipv1", PV1_CURRENT, 10),
    NOW(0, 6,  BE16,  "ipv2", PV2_CURRENT, 10),
    NOW(0, 8,  BE16,  "vac1", GRID_VOLTAGE, 10),

    /* ---- one phase */
    NOW(SINGLE, 10, BE16,  "iac1", GRID_CURRENT, 10),
    NOW(SINGLE, 12, BE16,  "fac1", GRID_FREQUENCY, 100),
    NOW(SINGLE, 14, BE16S, "pac",  OUTPUT_POWER, 1), /* by night it takes a little */
    MODE(SINGLE, 16),
    NOW(SINGLE, 18, BE16S, "temperature", INVERTER_TEMPERATURE, 10),
    NOW(SINGLE, ERRORS_ONE, BE32,  "error_mask", NONE, 1),
#define GOODWE_ERROR(bit, n, set, means) BIT(SINGLE, ERRORS_ONE, bit, n, set, means),
#include "drivers/goodwe/errors.def"
#undef GOODWE_ERROR
    NOW(SINGLE, 24, BE32,  "e_total", PV_ENERGY, 10),
    NOW(SINGLE, 28, BE32,  "h_total", OPERATING_TIME, 1),
    NOW(KIND_ONE, 32, BE16S, "temp_fault", FAULT_TEMPERATURE, 10),
    NOW(KIND_ONE, 34, BE16,  "pv1_fault", FAULT_PV1_VOLTAGE, 10),
    NOW(KIND_ONE, 36, BE16,  "pv2_fault", FAULT_PV2_VOLTAGE, 10),
    NOW(KIND_ONE, 38, BE16,  "line1_v_fault", FAULT_GRID_VOLTAGE, 10),
    NOW(KIND_ONE, 40, BE16,  "line1_f_fault", FAULT_GRID_FREQUENCY, 100),
    NOW(KIND_ONE, 42, BE16,  "gfci_fault", FAULT_LEAKAGE_CURRENT, 1),
    NOW(SINGLE, 44, BE16,  "e_day", PV_ENERGY_TODAY, 10),

    /* ---- three phases */
    NOW(KIND_THREE, 10, BE16,  "vac2", GRID_L2_VOLTAGE, 10),
    NOW(KIND_THREE, 12, BE16,  "vac3", GRID_L3_VOLTAGE, 10),
    NOW(KIND_THREE, 14, BE16,  "iac1", GRID_CURRENT, 10),
    NOW(KIND_THREE, 16, BE16,  "iac2", GRID_L2_CURRENT, 10),
    NOW(KIND_THREE, 18, BE16,  "iac3", GRID_L3_CURRENT, 10),
    NOW(KIND_THREE, 20, BE16,  "fac1", GRID_FREQUENCY, 100),
    NOW(KIND_THREE, 22, BE16,  "fac2", GRID_L2_FREQUENCY, 100),
    NOW(KIND_THREE, 24, BE16,  "fac3", GRID_L3_FREQUENCY, 100),
    NOW(KIND_THREE, 26, BE16S, "pac",  OUTPUT_POWER, 1),
    MODE(KIND_THREE, 28),
    NOW(KIND_THREE, 30, BE16S, "temperature", INVERTER_TEMPERATURE, 10),
    NOW(KIND_THREE, ERRORS_THREE, BE32,  "error_mask", NONE, 1),
#define GOODWE_ERROR(bit, n, set, means) BIT(KIND_THREE, ERRORS_THREE, bit, n, set, means),
#include "drivers/goodwe/errors.def"
#undef GOODWE_ERROR
    NOW(KIND_THREE, 36, BE32,  "e_total", PV_ENERGY, 10),
    NOW(KIND_THREE, 40, BE32,  "h_total", OPERATING_TIME, 1),
    NOW(KIND_THREE, 44, BE16S, "temp_fault", FAULT_TEMPERATURE, 10),
    NOW(KIND_THREE, 46, BE16,  "pv1_fault", FAULT_PV1_VOLTAGE, 10),
    NOW(KIND_THREE, 48, BE16,  "pv2_fault", FAULT_PV2_VOLTAGE, 10),
    NOW(KIND_THREE, 50, BE16,  "line1_v_fault", FAULT_GRID_VOLTAGE, 10),
    NOW(KIND_THREE, 52, BE16,  "line2_v_fault", FAULT_GRID_L2_VOLTAGE, 10),
    NOW(KIND_THREE, 54, BE16,  "line3_v_fault", FAULT_GRID_L3_VOLTAGE, 10),
    NOW(KIND_THREE, 56, BE16,  "line1_f_fault", FAULT_GRID_FREQUENCY, 100),
    NOW(KIND_THREE, 58, BE16,  "line2_f_fault", FAULT_GRID_L2_FREQUENCY, 100),
    NOW(KIND_THREE, 60, BE16,  "line3_f_fault", FAULT_GRID_L3_FREQUENCY, 100),
    NOW(KIND_THREE, 62, BE16,  "gfci_fault", FAULT_LEAKAGE_CURRENT, 1),
    NOW(KIND_THREE, 64, BE16,  "e_day", PV_ENERGY_TODAY, 10),

    /* ---- who it is */
    SAID(0,  5,  "firmware"),
    SAID(5,  10, "model"),
    SAID(15, 16, "manufacturer"),
    SAID(31, 16, "serial"),
    SAID(47, 4,  "nom_vpv_raw"), /* tenths of a volt, in digits */
    SAID(51, 12, "internal_version"),
    { .in = GOODWE_ID, .at = 63, .form = BYTE, .native = "safety_code", .metric = M_NONE, .per = 1 },

    /* ---- how it was set up */
    SET(0,  "vpv_start", PV_START_VOLTAGE, 10),
    SET(2,  "t_start",   START_DELAY, 1),
    SET(4,  "vac_min",   AC_LOWER_LIMIT, 10),
    SET(6,  "vac_max",   AC_UPPER_LIMIT, 10),
    SET(8,  "fac_min",   GRID_FREQUENCY_LOW_LIMIT, 100),
    SET(10, "fac_max",   GRID_FREQUENCY_HIGH_LIMIT, 100),
    { .native = NULL },
};
// clang-format on
