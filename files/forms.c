/* Two forms (files/forms.h). */
#include "files/forms.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

/* name:value, floats as the old program's language printed them: 70.0, 72.2 */
static const struct {
    const char *name;
    enum metric metric;
    bool is_whole;
} old_lines[] = {
    {"pvvolt", M_PV_VOLTAGE, false},        {"pvamps", M_PV_CURRENT, false},
    {"bavolt", M_BATTERY_VOLTAGE, false},   {"baamps", M_CHARGER_CURRENT, false},
    {"baperc", M_BATTERY_SOC, false},       {"batemp", M_BATTERY_TEMPERATURE, false},
    {"bastat", M_BATTERY_ALARMS, true},     {"dcvolt", M_LOAD_VOLTAGE, false},
    {"dcamps", M_LOAD_CURRENT, false},      {"epstat", M_CHARGE_STAGE, true},
    {"eptemp1", M_CASE_TEMPERATURE, false}, {"eptemp2", M_HEATSINK_TEMPERATURE, false},
    {"pvwatt", M_PV_POWER, false},
};

void form_old(const struct reading *r, struct text *to)
{
    char when[CLOCK_TEXT], number[40];

    for (size_t i = 0; i < sizeof old_lines / sizeof *old_lines; i++) {
        struct text t = text_on(number, sizeof number);
        double value;
        if (!reading_get(r, old_lines[i].metric, &value))
            continue;
        text_number(&t, value);
        if (!old_lines[i].is_whole && !strpbrk(number, ".e"))
            text_add(&t, ".0");
        text_format(to, "%s:%s\n", old_lines[i].name, number);
    }
    text_format(to, "time:%s\n", clock_iso(r->round_ms, when));
}

void form_json(const struct origin *from, const struct reading *r, struct text *to)
{
    char when[CLOCK_TEXT], words[240], key[80];
    struct json j = json_on(to);

    json_open(&j, NULL, '{');
    json_string(&j, "time", clock_iso(r->round_ms, when));
    json_string(&j, "device", from->name);
    json_string(&j, "driver", from->driver);
    json_integer(&j, "address", from->address);
    json_open(&j, "metrics", '{');
    for (unsigned i = 0; i < r->count; i++) {
        const struct metric_info *info = &catalogue[r->fields[i].metric];
        if (info->kind == SWITCH) {
            json_bool(&j, info->name, r->fields[i].value != 0);
            continue;
        }
        json_number(&j, info->name, r->fields[i].value);
        if (info->kind != LABEL && info->kind != FLAGS)
            continue;
        metric_say((enum metric)r->fields[i].metric, r->fields[i].value, words, sizeof words);
        snprintf(key, sizeof key, "%s_text", info->name);
        json_string(&j, key, words);
    }
    json_close(&j, '}');
    json_close(&j, '}');
    text_char(to, '\n');
}
