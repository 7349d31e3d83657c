/* THE table of the layout `logtracer` (influx/old_fields.h). */
#include "influx/old_fields.h"

#include <math.h>

// clang-format off
const struct old_field old_fields[] = {
    /* name         metric              factor  times */
    { "PVvolt",     M_PV_VOLTAGE,        1,     M_NONE },
    { "PVamps",     M_PV_CURRENT,        1,     M_NONE },
    { "PVwatt",     M_PV_POWER,          1,     M_NONE },
    { "PVkwh",      M_PV_ENERGY,         1,     M_NONE },
    { "PVkwh2d",    M_PV_ENERGY_TODAY,   1,     M_NONE },
    { "BAvolt",     M_BATTERY_VOLTAGE,   1,     M_NONE },
    { "BAamps",     M_CHARGER_CURRENT,   1,     M_NONE },
    { "BAperc",     M_BATTERY_SOC,       0.01,  M_NONE }, /* 0 to 1 */
    { "DCvolt",     M_LOAD_VOLTAGE,      1,     M_NONE },
    { "DCamps",     M_LOAD_CURRENT,      1,     M_NONE },
    { "DCwatt",     M_LOAD_POWER,        1,     M_NONE },
    { "DCkwh",      M_LOAD_ENERGY,       1,     M_NONE },
    { "DCkwh2d",    M_LOAD_ENERGY_TODAY, 1,     M_NONE },
    { "PVwattfix",  M_PV_VOLTAGE,        1,     M_PV_CURRENT },
};
// clang-format on
const size_t old_field_count = sizeof old_fields / sizeof *old_fields;

bool old_field_value(const struct old_field *f, const struct reading *r, bool is_total, double *to)
{
    double value, times = 1;

    /* Volts averaged times amps summed is not the sum of the units' products; what they measured
     * as power is. */
    if (f->times != M_NONE && is_total)
        return reading_get(r, M_PV_POWER, to);
    if (!reading_get(r, f->metric, &value) ||
        (f->times != M_NONE && !reading_get(r, f->times, &times)))
        return false;
    *to = round(value * times * f->factor * 1e6) / 1e6;
    return true;
}
