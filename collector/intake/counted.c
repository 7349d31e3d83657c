/* What can be counted at most (collector/intake/counted.h). */
#include "collector/intake/counted.h"

#include <math.h>
#include <string.h>

static const double spare = 1.2;
static const double unbounded = 1e15; /* an hour */
static const double one_step = 1;

/* Of anything but energy. */
static const struct {
    enum unit unit;
    double per_hour;
} growths[] = {{UNIT_KILOGRAM, 100}, {UNIT_AMPERE_HOUR, 4000}, {UNIT_HOUR, 2}, {UNIT_DAY, 1}};

/* Which power makes an energy, by the beginning of its name; of all others the panels' range holds.
 * The panels of a unit make no more than their peak; it may pass on some of the grid's besides. */
static const struct {
    const char *name;
    enum metric power;
    double passed_on;
} makers[] = {
    {"pv_", M_PV_POWER, 1},
    {"load_", M_LOAD_POWER, 3},
    {"output_", M_OUTPUT_POWER, 3},
    {"battery_charge_", M_BATTERY_CHARGE_POWER, 3},
    {"battery_discharge_", M_BATTERY_DISCHARGE_POWER, 3},
    {"grid_import_", M_GRID_IMPORT_POWER, 3},
    {"grid_export_", M_GRID_EXPORT_POWER, 3},
    {"", M_PV_POWER, 3},
};

/* How long those that begin again have counted at most; a day may have 25 hours. */
static const struct {
    const char *ending;
    double hours;
} spans[] = {{"_today", 25}, {"_month", 31 * 24 + 1}, {"_year", 366 * 24}};

static double kwh_an_hour(enum metric m, double peak_w)
{
    size_t i = 0;

    while (strncmp(catalogue[m].name, makers[i].name, strlen(makers[i].name)) != 0)
        i++;
    double watts = peak_w > 0 ? makers[i].passed_on * peak_w : catalogue[makers[i].power].most;
    return spare * watts / 1000;
}

double counted_an_hour(enum metric m, double peak_w)
{
    if (catalogue[m].unit == UNIT_KWH)
        return kwh_an_hour(m, peak_w);
    for (size_t i = 0; i < sizeof growths / sizeof *growths; i++)
        if (growths[i].unit == catalogue[m].unit)
            return growths[i].per_hour;
    return unbounded;
}

double counted_in_span(enum metric m, double peak_w)
{
    size_t length = strlen(catalogue[m].name);

    for (size_t i = 0; i < sizeof spans / sizeof *spans && catalogue[m].unit == UNIT_KWH; i++) {
        size_t end = strlen(spans[i].ending);
        if (length > end && !strcmp(catalogue[m].name + length - end, spans[i].ending))
            return kwh_an_hour(m, peak_w) * spans[i].hours + one_step;
    }
    return INFINITY;
}
