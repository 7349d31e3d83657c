/* The settings file with everything in it, as examples/home.ini has it (collector/cli/manual.h). */
#include "collector/cli/manual.h"

#include "collector/plan/logbook.h"

#include "drivers/device.h"
#include "store/store.h"

#ifdef HELIO_HAS_WEB
#include "web/web.h"
#endif

#include <stdio.h>
#include <string.h>

static void setting_ini(const struct setting *rows, const char *const given[][2])
{
    for (; rows && rows->key; rows++) {
        const char *value = rows->fallback ? rows->fallback : "";
        bool is_given = false;
        for (size_t i = 0; given[i][0]; i++)
            if (!strcmp(given[i][0], rows->key)) {
                value = given[i][1];
                is_given = true;
            }
        printf("# %s%s%s%s\n", rows->help, rows->choices ? " (one of: " : "",
               rows->choices ? rows->choices : "", rows->choices ? ")" : "");
        printf("%s%s = %s\n", is_given ? "" : "#", rows->key, value);
    }
}

int manual_example(void)
{
    static const char *const bus[][2] = {{"line", "rtu:/dev/ttyUSB0"}, {NULL, NULL}};
    static const char *const device[][2] = {
        {"driver", "tracer"}, {"bus", "west"}, {"address", "1"}, {NULL, NULL}};
    static const char *const none[][2] = {{NULL, NULL}};

    printf("# Settings of helio. A line with # is a comment; what is commented out shows the\n"
           "# value that holds anyway. helio check says whether all is well.\n\n"
           "# Where this is.\n[site]\n");
    setting_ini(site_settings, none);
    printf("\n# The program itself.\n[helio]\n");
    setting_ini(helio_settings, none);
    printf("\n# What is kept. Nothing is lost while a database is away.\n[store]\n");
    setting_ini(store_settings, none);
    printf("\n# A wire, and the line it is. Devices sit on it.\n[bus west]\n");
    setting_ini(bus_settings, bus);
    for (size_t i = 0; lines[i]; i++)
        if (lines[i]->settings[0].key) {
            printf("# -- only for %s lines (%s):\n", lines[i]->scheme, lines[i]->title);
            setting_ini(lines[i]->settings, none);
        }
    printf("\n# A device on that wire; its name is yours to choose.\n[device south]\n");
    setting_ini(device_settings, device);
    for (size_t i = 0; drivers[i]; i++)
        if (drivers[i]->settings) {
            printf("# -- only for the %s:\n", drivers[i]->name);
            setting_ini(drivers[i]->settings, none);
        }
    printf("\n# Devices added up: power and energy summed, voltages averaged.\n"
           "#[group house]\n");
    setting_ini(group_settings, none);
    printf("\n# Who gets the readings. Each sink has its own place in the log.\n"
           "#[sink influx]\n");
    setting_ini(sink_settings, none);
    for (size_t i = 0; sinks[i]; i++) {
        printf("# -- only for kind = %s (%s):\n", sinks[i]->name, sinks[i]->title);
        setting_ini(sinks[i]->settings, none);
    }
    printf("\n# A charge assistant for a lead-acid battery; see docs/charge-assistant.md first.\n"
           "#[rule absorb]\n");
    setting_ini(rule_settings, none);
#ifdef HELIO_HAS_WEB
    printf("\n# The web server: the page (docs/page.md), the API (docs/api.md), uploads "
           "(docs/mate-rest.md).\n#[web]\n");
    setting_ini(web_settings, none);
#endif
    return OK;
}
