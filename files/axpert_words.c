/* An Axpert's status answer, written anew from a reading (files/forms.h). */
#include "files/forms.h"

#include "metrics/old_status.h"

#include <stddef.h>

const char form_axpert_header[] = "Maak nog korrekte opskrifte hier\n";

enum { CURRENT = 12, STATUS = 16, WORDS = 20 };

// clang-format off
static const struct {
    enum metric metric;
    int width, decimals;
} words_of[WORDS] = {
    {M_GRID_VOLTAGE,              5, 1},
    {M_GRID_FREQUENCY,            4, 1},
    {M_OUTPUT_VOLTAGE,            5, 1},
    {M_OUTPUT_FREQUENCY,          4, 1},
    {M_OUTPUT_APPARENT_POWER,     4, 0},
    {M_OUTPUT_POWER,              4, 0},
    {M_LOAD_PERCENTAGE,           3, 0},
    {M_BUS_VOLTAGE,               3, 0},
    {M_BATTERY_VOLTAGE,           5, 2},
    {M_BATTERY_CHARGE_CURRENT,    3, 0},
    {M_BATTERY_SOC,               3, 0},
    {M_HEATSINK_TEMPERATURE,      4, 0},
    {M_NONE,                      0, 0}, /* one of two currents */
    {M_PV_VOLTAGE,                5, 1},
    {M_BATTERY_VOLTAGE_CHARGER,   5, 2},
    {M_BATTERY_DISCHARGE_CURRENT, 5, 0},
    {M_NONE,                      0, 0}, /* status */
    {M_NONE,                      2, 0},
    {M_NONE,                      2, 0},
    {M_PV_POWER,                  5, 0},
};
// clang-format on

/* A bit that this firmware has no word for is 0. */
static bool get(const void *who, enum metric m, double *value)
{
    *value = 0;
    (void)reading_get(who, m, value);
    if (m == M_SWITCHED_ON && !reading_has(who, m)) /* an output that is on was switched on */
        (void)reading_get(who, M_OUTPUT_ON, value);
    return true;
}

static bool has_all(const struct reading *r)
{
    double value;

    for (int i = 0; i < WORDS; i++)
        if (words_of[i].metric != M_NONE &&
            (!reading_get(r, words_of[i].metric, &value) || value < 0))
            return false;
    return (reading_has(r, M_PV_CURRENT) || reading_has(r, M_CHARGER_CURRENT)) &&
           reading_has(r, M_OUTPUT_ON) && reading_has(r, M_SOLAR_CHARGING) &&
           reading_has(r, M_GRID_CHARGING);
}

static void write_status(const struct reading *r, struct text *to)
{
    char signs[OLD_STATUS];

    if (old_status(get, r, signs))
        text_add(to, signs);
}

static void write_number(struct text *to, int width, int decimals, double value)
{
    text_format(to, "%0*.*f", width, decimals, value);
}

/* At the panels with a point, into the battery without. */
static void write_current(const struct reading *r, struct text *to)
{
    double amperes = 0;

    if (reading_get(r, M_PV_CURRENT, &amperes))
        write_number(to, 4, 1, amperes);
    else if (reading_get(r, M_CHARGER_CURRENT, &amperes))
        write_number(to, 4, 0, amperes);
}

bool form_axpert(const struct reading *r, struct text *to)
{
    double value = 0;

    if (!has_all(r))
        return false;
    for (int i = 0; i < WORDS; i++) {
        if (i)
            text_char(to, ' ');
        if (i == STATUS)
            write_status(r, to);
        else if (i == CURRENT)
            write_current(r, to);
        else
            write_number(to, words_of[i].width, words_of[i].decimals,
                         reading_get(r, words_of[i].metric, &value) ? value : 0);
    }
    char signs[OLD_MASK];
    if (old_status2(get, r, signs))
        text_format(to, " %s", signs);
    return true;
}
