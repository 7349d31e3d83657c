/* THE table of the layout `logtracer` (influx/old_fields.h). */
#include "influx/old_fields.h"

#include "base/decimals.h"

// clang-format off
const struct old_field old_fields[] = {
    /* name         metric              factor  times   most */
    { "PVvolt",     M_PV_VOLTAGE,        1,     M_NONE, 300 },
    { "PVamps",     M_PV_CURRENT,        1,     M_NONE, 1000 },
    { "PVwatt",     M_PV_POWER,          1,     M_NONE, 50000 },
    { "PVkwh",      M_PV_ENERGY,         1,     M_NONE, 1e6 },
    { "PVkwh2d",    M_PV_ENERGY_TODAY,   1,     M_NONE, 1000 },
    { "BAvolt",     M_BATTERY_VOLTAGE,   1,     M_NONE, 100 },
    { "BAamps",     M_CHARGER_CURRENT,   1,     M_NONE, 1000 },
    { "BAperc",     M_BATTERY_SOC,       0.01,  M_NONE, 1 }, /* 0 to 1 */
    { "DCvolt",     M_LOAD_VOLTAGE,      1,     M_NONE, 100 },
    { "DCamps",     M_LOAD_CURRENT,      1,     M_NONE, 1000 },
    { "DCwatt",     M_LOAD_POWER,        1,     M_NONE, 50000 },
    { "DCkwh",      M_LOAD_ENERGY,       1,     M_NONE, 1e6 },
    { "DCkwh2d",    M_LOAD_ENERGY_TODAY, 1,     M_NONE, 1000 },
    { "PVwattfix",  M_PV_VOLTAGE,        1,     M_PV_CURRENT, 50000 },
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
    *to = decimals_cut(value * times * f->factor);
    return true;
}
