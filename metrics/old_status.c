/* Signs out of numbers (metrics/old_status.h). */
#include "metrics/old_status.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { SOLAR = 5, GRID = 6, BITS = 7 };

bool old_status(old_get_fn *get, const void *who, char to[OLD_STATUS])
{
    static const enum metric bits[BITS] = {M_SBU_PRIORITY_VERSION,     M_CONFIGURATION_CHANGED,
                                           M_CHARGER_FIRMWARE_UPDATED, M_OUTPUT_ON,
                                           M_BATTERY_VOLTAGE_STEADY,   [SOLAR] = M_SOLAR_CHARGING,
                                           [GRID] = M_GRID_CHARGING};
    bool is_on[BITS];

    for (int i = 0; i < BITS; i++) {
        double value;
        if (!get(who, bits[i], &value))
            return false;
        is_on[i] = value != 0;
    }
    /* b2 says that it charges at all: by the panels, by the grid, or by both */
    for (int i = 0, at = 0; i < BITS; i++) {
        if (i == SOLAR)
            to[at++] = is_on[SOLAR] || is_on[GRID] ? '1' : '0';
        to[at++] = is_on[i] ? '1' : '0';
    }
    to[OLD_STATUS - 1] = '\0';
    return true;
}

/* More than two do not fit. */
static bool two_digits(double value, char to[OLD_MASK])
{
    if (value < 0 || value > 99)
        return false;
    snprintf(to, OLD_MASK, "%02d", (int)(value + 0.5) % 100);
    return true;
}

bool old_fan_offset(old_get_fn *get, const void *who, char to[OLD_MASK])
{
    double volts;

    return get(who, M_FAN_ON_VOLTAGE_OFFSET, &volts) && two_digits(volts * 100, to);
}

bool old_eeprom(old_get_fn *get, const void *who, char to[OLD_MASK])
{
    double version;

    return get(who, M_EEPROM_VERSION, &version) && two_digits(version, to);
}

bool old_status2(old_get_fn *get, const void *who, char to[OLD_MASK])
{
    double stage, on, dust;

    if (!get(who, M_CHARGE_STAGE, &stage) || !get(who, M_SWITCHED_ON, &on) ||
        !get(who, M_DUSTPROOF_INSTALLED, &dust))
        return false;
    snprintf(to, OLD_MASK, "%c%c%c", (int)stage == CHARGE_STAGE_FLOAT ? '1' : '0',
             on != 0 ? '1' : '0', dust != 0 ? '1' : '0');
    return true;
}

static const char *const modes[] = {
    [DEVICE_MODE_POWER_ON] = "PM", [DEVICE_MODE_STANDBY] = "SB", [DEVICE_MODE_LINE] = "LN",
    [DEVICE_MODE_BATTERY] = "BT",  [DEVICE_MODE_FAULT] = "FA",   [DEVICE_MODE_POWER_SAVING] = "PS",
};
enum { MODES = sizeof modes / sizeof *modes };

const char *old_mode_word(int mode)
{
    return mode >= 0 && mode < MODES ? modes[mode] : NULL;
}

bool old_mode(const char *word, double *to)
{
    for (int i = 0; i < MODES; i++)
        if (!strcmp(modes[i], word)) {
            *to = i;
            return true;
        }
    return false;
}
