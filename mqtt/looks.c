/* Class, statistics, icon (mqtt/looks.h). */
#include "mqtt/looks.h"

#include "store/spans.h"

#include <string.h>

/* How a number of this kind moves; NULL: nobody keeps statistics of it. */
static const char *const state_classes[] = {
    [GAUGE] = "measurement",
    [COUNTER] = "total_increasing",
    [DAILY] = "total_increasing",
    [NET] = "total",
    [LABEL] = NULL,
    [FLAGS] = NULL,
    [SWITCH] = NULL,
    [SETTING] = NULL,
};

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), tail = strlen(end);

    return length >= tail && !strcmp(name + length - tail, end);
}

/* A signed sum that begins anew each day: a total would be counted back to 0 every night. */
static bool is_net_of_day(const struct metric_info *info)
{
    return info->kind == NET && ends_with(info->name, "_today");
}

const char *look_state_class(const struct entity *e)
{
    const struct metric_info *info = &catalogue[e->metric];

    if (e->platform != HA_SENSOR || e->is_setting || info->words != NO_WORDS)
        return NULL;
    if (is_net_of_day(info))
        return "measurement";
    if (info->kind == GAUGE && info->unit == UNIT_NONE)
        return NULL; /* a code, or how many: nobody wants its mean */
    return state_classes[info->kind];
}

/* Home Assistant refuses statistics of a class that do not fit it. */
static bool is_fitting(const char *class, const char *state_class)
{
    if (!state_class || !strcmp(class, "duration"))
        return true;
    return strcmp(class, "energy") ? !strcmp(state_class, "measurement")
                                   : strcmp(state_class, "measurement") != 0;
}

const char *look_class(const struct entity *e)
{
    const struct metric_info *info = &catalogue[e->metric];
    const char *state_class = look_state_class(e), *class;

    if (e->extra)
        return e->extra->class;
    if (e->platform != HA_SENSOR && e->platform != HA_BINARY_SENSOR)
        return NULL;
    if (e->platform == HA_SENSOR && info->kind == LABEL && info->words != NO_WORDS)
        return "enum";
    class = !info->ha_class               ? NULL
            : strcmp(info->ha_class, "*") ? info->ha_class
                                          : units[info->unit].ha_class;
    if (!class || (e->platform == HA_SENSOR && info->kind == FLAGS) || !strcmp(class, "enum") ||
        !is_fitting(class, state_class))
        return NULL;
    return !strcmp(class, "energy") && !state_class ? NULL : class;
}

/* The first that fits, by a part of the name or by the unit; "": any. */
static const struct {
    enum platform platform; /* HA_PLATFORMS: any */
    int unit;               /* -1: any */
    const char *part, *icon;
} icons[] = {
    {HA_BUTTON, -1, "", "mdi:clock-check-outline"},
    {HA_SELECT, -1, "", "mdi:form-dropdown"},
    {HA_TOGGLE, -1, "", "mdi:toggle-switch-outline"},
    {HA_BINARY_SENSOR, -1, "night", "mdi:weather-night"},
    {HA_BINARY_SENSOR, -1, "relay", "mdi:electric-switch"},
    {HA_BINARY_SENSOR, -1, "grid_feeding", "mdi:transmission-tower-import"},
    {HA_BINARY_SENSOR, -1, "firmware", "mdi:chip"},
    {HA_BINARY_SENSOR, -1, "configuration", "mdi:cog-refresh-outline"},
    {HA_BINARY_SENSOR, -1, "battery", "mdi:battery-check-outline"},
    {HA_BINARY_SENSOR, -1, "", "mdi:toggle-switch-outline"},
    {HA_SENSOR, -1, "alarms", "mdi:alert-circle-outline"},
    {HA_SENSOR, -1, "fault", "mdi:alert-circle-outline"},
    {HA_SENSOR, UNIT_AMPERE_HOUR, "", "mdi:battery-sync-outline"},
    {HA_SENSOR, UNIT_PERCENT, "", "mdi:percent-outline"},
    {HA_SENSOR, UNIT_KWH, "", "mdi:lightning-bolt-outline"},
    {HA_SENSOR, -1, "firmware", "mdi:chip"},
    {HA_SENSOR, -1, "temperature", "mdi:thermometer"},
    {HA_SENSOR, -1, "members", "mdi:counter"},
    {HA_SENSOR, UNIT_NONE, "", "mdi:numeric"},
    {HA_PLATFORMS, -1, "voltage", "mdi:sine-wave"},
    {HA_PLATFORMS, -1, "current", "mdi:current-dc"},
    {HA_PLATFORMS, -1, "time", "mdi:timer-outline"},
    {HA_PLATFORMS, -1, "", "mdi:tune-variant"},
};

const char *look_icon(const struct entity *e)
{
    const struct metric_info *info = &catalogue[e->metric];
    size_t i = 0;

    if (e->extra)
        return e->extra->icon;
    while ((icons[i].platform != HA_PLATFORMS && icons[i].platform != e->platform) ||
           (icons[i].unit >= 0 && icons[i].unit != (int)info->unit) ||
           !strstr(e->key, icons[i].part))
        i++; /* the last one fits all */
    return icons[i].icon;
}

bool look_is_seldom(const struct entity *e)
{
    static const char *const ends[] = {"_month",        "_year", "_raw", "_high_charged",
                                       "_high_removed", "_high", "_low"};
    bool is = e->is_setting && !e->offer;

    if (e->extra)
        return e->extra->is_seldom;
    if (e->offer || (e->platform == HA_BINARY_SENSOR && !e->is_setting))
        return false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        is |= ends_with(e->key, ends[i]);
    return is;
}
