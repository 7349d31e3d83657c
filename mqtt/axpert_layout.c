/*
 * The two topics of the old Axpert add-on for Home Assistant, with its keys: the unit's own, and
 * that of units in parallel (one alone has it, too). Numbers are numbers, the status is text.
 */
#include "mqtt/layout.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_BYTES = 2000 };

/* A key, and the metric or metrics (the first there is) it is made of. */
struct old_key {
    const char *name;
    enum metric metric, or_else;
};

// clang-format off
static const struct old_key unit_keys[] = {
    { "BusVoltage",                   M_BUS_VOLTAGE, M_NONE },
    { "InverterHeatsinkTemperature",  M_HEATSINK_TEMPERATURE, M_NONE },
    { "BatteryVoltageFromScc",        M_BATTERY_VOLTAGE_CHARGER, M_NONE },
    { "PvInputCurrent",               M_PV_CURRENT, M_CHARGER_CURRENT },
    { "PvInputVoltage",               M_PV_VOLTAGE, M_NONE },
    { "PvInputPower",                 M_PV_POWER, M_NONE },
    { "BatteryChargingCurrent",       M_BATTERY_CHARGE_CURRENT, M_NONE },
    { "BatteryDischargeCurrent",      M_BATTERY_DISCHARGE_CURRENT, M_NONE },
    { NULL, M_NONE, M_NONE },
};

static const struct old_key parallel_keys[] = {
    { "BatteryChargingCurrent",       M_BATTERY_CHARGE_CURRENT, M_NONE },
    { "BatteryDischargeCurrent",      M_BATTERY_DISCHARGE_CURRENT, M_NONE },
    { "GridVoltage",                  M_GRID_VOLTAGE, M_NONE },
    { "GridFrequency",                M_GRID_FREQUENCY, M_NONE },
    { "OutputVoltage",                M_OUTPUT_VOLTAGE, M_NONE },
    { "OutputFrequency",              M_OUTPUT_FREQUENCY, M_NONE },
    { "OutputAparentPower",           M_OUTPUT_APPARENT_POWER, M_NONE }, /* as it was spelled */
    { "OutputActivePower",            M_OUTPUT_POWER, M_NONE },
    { "LoadPercentage",               M_LOAD_PERCENTAGE, M_NONE },
    { "BatteryVoltage",               M_BATTERY_VOLTAGE, M_NONE },
    { "BatteryCapacity",              M_BATTERY_SOC, M_NONE },
    { "PvInputVoltage",               M_PV_VOLTAGE, M_NONE },
    { "OutputMode",                   M_OUTPUT_MODE, M_NONE },
    { "ChargerSourcePriority",        M_CHARGER_PRIORITY, M_NONE },
    { "MaxChargeCurrent",             M_CHARGE_CURRENT_LIMIT, M_NONE },
    { "MaxChargerRange",              M_CHARGER_CURRENT_RANGE, M_NONE },
    { "MaxAcChargerCurrent",          M_GRID_CHARGE_CURRENT_LIMIT, M_NONE },
    { "PvInputCurrentForBattery",     M_CHARGER_CURRENT, M_PV_CURRENT },
    { NULL, M_NONE, M_NONE },
};

/* Of all units together; of one alone its own. */
static const struct old_key total_keys[] = {
    { "TotalChargingCurrent",         M_BATTERY_CHARGE_CURRENT, M_NONE },
    { "TotalAcOutputApparentPower",   M_OUTPUT_APPARENT_POWER, M_NONE },
    { "TotalAcOutputActivePower",     M_OUTPUT_POWER, M_NONE },
    { "TotalAcOutputPercentage",      M_LOAD_PERCENTAGE, M_NONE },
    { NULL, M_NONE, M_NONE },
};
// clang-format on

static void say_keys(struct json *j, const struct old_key *keys, const struct state *of)
{
    double value;

    for (const struct old_key *k = keys; k->name; k++)
        if (state_get(of, k->metric, &value) ||
            (k->or_else != M_NONE && state_get(of, k->or_else, &value)))
            json_number(j, k->name, value);
        else
            json_null(j, k->name);
}

static char bit(const struct state *of, enum metric m)
{
    double value;

    return state_get(of, m, &value) && value != 0 ? '1' : '0';
}

/* The eight marks of the status; the ones no metric holds are 0. */
static void say_status(struct json *j, const struct state *of)
{
    char solar = bit(of, M_SOLAR_CHARGING), grid = bit(of, M_GRID_CHARGING);
    char marks[9] = "00000000";

    marks[1] = bit(of, M_CONFIGURATION_CHANGED);
    marks[3] = bit(of, M_OUTPUT_ON);
    marks[5] = solar == '1' || grid == '1' ? '1' : '0';
    marks[6] = solar;
    marks[7] = grid;
    json_string(j, "DeviceStatus", marks);
}

static bool is_in_mode(const struct state *of, int mode)
{
    double value;

    return state_get(of, M_DEVICE_MODE, &value) && (int)value == mode;
}

/* "power/axpert{sn}": the serial number is text there, so its zeros stay. */
static void make_topic(const char *form, const char *serial, char to[TOPIC_MAX])
{
    const char *at = strstr(form, "{sn}");

    if (at)
        snprintf(to, TOPIC_MAX, "%.*s%s%s", (int)(at - form), form, serial, at + 4);
    else
        snprintf(to, TOPIC_MAX, "%s", form);
}

static bool say_unit(const struct place *place, const struct state *one, emit_fn *emit, void *who)
{
    const char *form = section_text(place->seat->section, "topic");
    char bytes[MESSAGE_BYTES], topic[TOPIC_MAX];
    struct text t = text_on(bytes, sizeof bytes);
    struct json j = json_on(&t);

    json_open(&j, NULL, '{');
    say_keys(&j, unit_keys, one);
    say_status(&j, one);
    json_close(&j, '}');
    make_topic(*form ? form : "power/axpert{sn}", one->from.serial, topic);
    return emit(who, topic, bytes, t.used);
}

static bool say_parallel(const struct place *place, const struct state *one,
                         const struct state *total, emit_fn *emit, void *who)
{
    char bytes[MESSAGE_BYTES], topic[TOPIC_MAX];
    struct text t = text_on(bytes, sizeof bytes);
    struct json j = json_on(&t);

    json_open(&j, NULL, '{');
    json_integer(&j, "Gridmode", is_in_mode(one, DEVICE_MODE_LINE));
    json_integer(&j, "SerialNumber", strtoll(one->from.serial, NULL, 10));
    say_keys(&j, parallel_keys, one);
    say_keys(&j, total_keys, total);
    json_integer(&j, "Solarmode", is_in_mode(one, DEVICE_MODE_BATTERY));
    json_close(&j, '}');
    make_topic(section_text(place->seat->section, "topic_parallel"), one->from.serial, topic);
    return emit(who, topic, bytes, t.used);
}

/* The name of the device whose totals these are; false: they are no totals. */
static bool is_total(const struct state *one, char of[ORIGIN_NAME])
{
    char *end;

    snprintf(of, ORIGIN_NAME, "%s", one->from.name);
    end = strstr(of, "-system");
    if (!end || end[7])
        return false;
    *end = '\0';
    return true;
}

/* One that has not said its mode yet shows it by having been heard again without totals. */
static bool is_alone(const struct state *one)
{
    double mode;

    if (state_get(one, M_OUTPUT_MODE, &mode))
        return (int)mode == OUTPUT_MODE_SINGLE;
    for (unsigned i = 0; i < one->count; i++)
        if (one->keys[i].metric == M_BUS_VOLTAGE)
            return one->keys[i].pause_ms > 0;
    return false;
}

/* Only the connected unit says its bus voltage; those behind it are heard of through totals. */
static bool say(const struct place *place, const struct states *all, const struct state *one,
                emit_fn *emit, void *who)
{
    char name[ORIGIN_NAME];
    double value;

    if (is_total(one, name)) {
        const struct state *own = states_peek(all, name);
        bool is_ours = own && own->at_ms && !strcmp(own->from.driver, "axpert");
        return !is_ours || say_parallel(place, own, one, emit, who);
    }
    if (strcmp(one->from.driver, "axpert") != 0)
        return true;
    if (!state_get(one, M_BUS_VOLTAGE, &value) || !*one->from.serial)
        return true;
    snprintf(name, sizeof name, "%.55s-system", one->from.name);
    const struct state *total = states_peek(all, name);
    bool has_others = (total && total->at_ms) || !is_alone(one);
    return (has_others || say_parallel(place, one, one, emit, who)) &&
           say_unit(place, one, emit, who);
}

const struct layout layout_axpert_addon = {.name = "axpert-addon", .say = say};
