/* Roles and headlines of metrics (metrics/roles.h). */
#include "metrics/roles.h"

#include <string.h>

const char *const role_names[ROLE_COUNT] = {"", "pv", "battery", "load", "grid"};

static const struct {
    const char *prefix;
    enum role role;
} prefixes[] = {
    {"pv_", ROLE_PV},       {"pv1_", ROLE_PV},    {"pv2_", ROLE_PV},          {"pv3_", ROLE_PV},
    {"charger_", ROLE_PV},  {"solar_", ROLE_PV},  {"battery_", ROLE_BATTERY}, {"load_", ROLE_LOAD},
    {"output_", ROLE_LOAD}, {"grid_", ROLE_GRID},
};

enum role metric_role(enum metric m)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (!strncmp(catalogue[m].name, prefixes[i].prefix, strlen(prefixes[i].prefix)))
            return prefixes[i].role;
    return ROLE_ALL;
}

const char *metric_headline(enum metric m)
{
    static const char *const headlines[METRIC_COUNT] = {
#define HEADLINE(tag, headline) [M_##tag] = headline,
#include "metrics/headlines.def"
#undef HEADLINE
    };

    return headlines[m];
}
