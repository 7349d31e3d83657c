/* Every floor's settings (collector/cli/setting_tables.h). */
#include "collector/cli/setting_tables.h"

#include "collector/plan/logbook.h"
#include "collector/plan/plan.h"
#include "drivers/device.h"
#include "store/store.h"

#ifdef HELIO_HAS_WEB
#include "web/web.h"
#endif

#include <stdio.h>

static void see_kind(setting_table_fn *see, void *who, const char *section, const char *kind,
                     const char *what, const struct setting *rows)
{
    char name[80];

    snprintf(name, sizeof name, "%s (%s)", section, kind);
    if (rows && rows->key)
        see(who, name, what, rows);
}

void setting_tables_walk(setting_table_fn *see, void *who)
{
    see(who, "site", "Where this is.", site_settings);
    see(who, "helio", "The program itself.", helio_settings);
    see(who, "store", "What is kept.", store_settings);
    see(who, "bus", "A wire, and the line it is. Devices sit on it.", bus_settings);
    for (size_t i = 0; lines[i]; i++)
        see_kind(see, who, "bus", lines[i]->scheme, lines[i]->title, lines[i]->settings);
    see(who, "device", "A device on a wire; its name is yours to choose.", device_settings);
    for (size_t i = 0; drivers[i]; i++)
        see_kind(see, who, "device", drivers[i]->name, drivers[i]->title, drivers[i]->settings);
    see(who, "group", "Devices added up: power and energy summed, voltages averaged.",
        group_settings);
    see(who, "sink", "Who gets the readings. Each sink has its own place in the log.",
        sink_settings);
    for (size_t i = 0; sinks[i]; i++)
        see_kind(see, who, "sink", sinks[i]->name, sinks[i]->title, sinks[i]->settings);
    see(who, "rule", "A charge assistant for a lead-acid battery.", rule_settings);
#ifdef HELIO_HAS_WEB
    see(who, "web", "The web server: the page, the API, uploads.", web_settings);
#endif
}
