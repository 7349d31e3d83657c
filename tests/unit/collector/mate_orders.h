/* Every order there is for devices on MATEnet, and what must be on the wire for it. */
#ifndef TESTS_UNIT_MATE_ORDERS_H
#define TESTS_UNIT_MATE_ORDERS_H

#include <stdint.h>

static const struct {
    const char *driver, *words;
    uint16_t at, value;
} rows[] = {
    {"mate_mx", "aux=on", 0x01c9, 0x83},
    {"mate_mx", "aux=off", 0x01c9, 0x03},
    {"mate_fx", "inverter_control=off", 0x003d, 0},
    {"mate_fx", "inverter_control=search", 0x003d, 1},
    {"mate_fx", "inverter_control=on", 0x003d, 2},
    {"mate_fx", "ac_control=drop", 0x003a, 0},
    {"mate_fx", "ac_control=use", 0x003a, 1},
    {"mate_fx", "charger_control=off", 0x003c, 0},
    {"mate_fx", "charger_control=auto", 0x003c, 1},
    {"mate_fx", "charger_control=on", 0x003c, 2},
    {"mate_fx", "aux_control=on", 0x005a, 2},
    {"mate_fx", "equalize_control=off", 0x0038, 0},
    {"mate_fx", "equalize_control=on", 0x0038, 2},
    {"mate_fx", "generator_support=on", 0x003b, 1},
    {"mate_fx", "generator_support=off", 0x003b, 0},
    {"mate_dc", "battery_capacity=810", 0x0034, 810},
    {"mate_dc", "charged_current=12.5", 0x005c, 125},
    {"mate_dc", "charged_voltage=28.4", 0x005e, 284},
    {"mate_dc", "charged_time=60", 0x00da, 60},
    {"mate_dc", "charge_factor=65", 0x00d4, 65},
    {"mate_dc", "charge_factor=100", 0x00d4, 100},
    {"mate_dc", "shunt_a_mode=disabled", 0x00ca, 1},
    {"mate_dc", "shunt_b_mode=enabled", 0x00cb, 0},
    {"mate_dc", "shunt_c_mode=disabled", 0x00cc, 1},
    {"mate_dc", "aux_control=auto", 0x00d8, 1},
    {"mate_dc", "aux_on_voltage=28.8", 0x0060, 288},
    {"mate_dc", "aux_off_voltage=26.1", 0x007e, 261},
    {"mate_dc", "aux_off_soc=90", 0x00d9, 90},
    {"mate_dc", "aux_on_soc=70", 0x00db, 70},
    {"mate_dc", "aux_on_delay=3", 0x00e0, 3},
    {"mate_dc", "aux_off_delay=4", 0x00e1, 4},
    {"mate_dc", "aux_inverted=yes", 0x00d3, 1},
    {"mate_dc", "aux_inverted=no", 0x00d3, 0},
    {"mate_dc", "reset_battery_high_today=yes", 0x00eb, 0xff},
    {"mate_dc", "reset_battery_low_today=yes", 0x00ec, 0xff},
    {"mate_dc", "reset_lifetime_removed=yes", 0x001c, 0},
    {"mate_dc", "reset_full_days=yes", 0x0064, 0},
    {"mate_dc", "reset_shunt_a_current_high_charged=yes", 0x0066, 0},
    {"mate_dc", "reset_shunt_a_power_high_charged=yes", 0x0068, 0},
    {"mate_dc", "reset_shunt_b_current_high_charged=yes", 0x006a, 0},
    {"mate_dc", "reset_shunt_b_power_high_charged=yes", 0x006c, 0},
    {"mate_dc", "reset_shunt_c_current_high_charged=yes", 0x006e, 0},
    {"mate_dc", "reset_shunt_c_power_high_charged=yes", 0x0070, 0},
    {"mate_dc", "reset_shunt_a_current_high_removed=yes", 0x0072, 0},
    {"mate_dc", "reset_shunt_a_power_high_removed=yes", 0x0074, 0},
    {"mate_dc", "reset_shunt_b_current_high_removed=yes", 0x0076, 0},
    {"mate_dc", "reset_shunt_b_power_high_removed=yes", 0x0078, 0},
    {"mate_dc", "reset_shunt_c_current_high_removed=yes", 0x007a, 0},
    {"mate_dc", "reset_shunt_c_power_high_removed=yes", 0x007c, 0},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

#endif
