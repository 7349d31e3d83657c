/* What there is to list (collector/cli/listing.h). */
#include "collector/cli/listing.h"

#include "collector/cli/manual.h"
#include "collector/cli/setting_tables.h"
#include "collector/cli/sheet.h"
#include "collector/run/telling.h"

#include "drivers/device.h"

#include "base/log.h"

#include <string.h>

bool listing_form_read(const char *text, enum listing_form *to)
{
    static const char *const names[] = {"text", "markdown", "json", "ini", "man", "bash"};

    for (int i = 0; i < 6; i++)
        if (!strcmp(text, names[i])) {
            *to = (enum listing_form)i;
            return true;
        }
    return false;
}

bool listing_has(const char *name, enum listing_form form)
{
    bool is_settings = !strcmp(name, "settings"), is_verbs = !strcmp(name, "verbs");

    return form == AS_INI    ? is_settings
           : form == AS_MAN  ? is_settings || is_verbs
           : form == AS_BASH ? is_verbs
                             : true;
}

static const char *number(double value, char to[CELL_MAX])
{
    struct text text = text_on(to, CELL_MAX);

    text_number(&text, value);
    return to;
}

/* ---- the lists --------------------------------------------------------------------------- */

static int list_drivers(struct call *c, enum listing_form form)
{
    struct sheet s = {form,
                      6,
                      {"driver", "lines", "addresses", "models to simulate", "proven by", "device"},
                      {8, 30, 9, 36, 62, 0},
                      false};

    (void)c;
    for (size_t i = 0; drivers[i]; i++) {
        const struct driver *d = drivers[i];
        char lines_text[CELL_MAX], addresses[CELL_MAX], models[CELL_MAX];
        struct text text = text_on(lines_text, sizeof lines_text);
        for (const struct place *place = d->places; place->scheme; place++)
            text_format(&text, "%s%s", text.used ? " " : "", place->scheme);
        snprintf(addresses, sizeof addresses, "%u-%u", d->addresses.first, d->addresses.last);
        text = text_on(models, sizeof models);
        for (const char *const *model = d->twin_models; *model; model++)
            text_format(&text, "%s%s", text.used ? " " : "", *model);
        sheet_row(&s, d->name, lines_text, addresses, models, d->proof ? d->proof : "unproven",
                  d->title);
    }
    return sheet_end(&s);
}

static int list_devices(struct call *c, enum listing_form form)
{
    struct sheet s = {
        form, 5, {"device", "driver", "bus", "address", "line"}, {20, 10, 16, 8, 0}, false};

    for (size_t i = 0; i < c->plan->device_count; i++) {
        const struct plan_device *d = &c->plan->devices[i];
        char address[CELL_MAX], line[2 * WHERE_MAX];
        snprintf(line, sizeof line, "%s:%s", d->bus->line->scheme, d->bus->where);
        sheet_row(&s, d->name, d->driver->name, d->bus->name, number(d->address, address), line);
    }
    int rc = sheet_end(&s);
    if (!rc && !c->config)
        return call_has_no_device(c);
    if (!c->plan->device_count)
        log_note("list", "%s: the settings name no device", c->config);
    return rc;
}

static int list_metrics(struct call *c, enum listing_form form)
{
    struct sheet s = {form,
                      7,
                      {"metric", "unit", "kind", "fold", "least", "most", "help"},
                      {34, 6, 8, 7, 9, 9, 0},
                      false};

    (void)c;
    for (int m = 1; m < METRIC_COUNT; m++) {
        const struct metric_info *info = &catalogue[m];
        char least[CELL_MAX], most[CELL_MAX];
        sheet_row(&s, info->name, units[info->unit].symbol, kind_names[info->kind],
                  fold_names[info->fold], number(info->least, least), number(info->most, most),
                  info->help);
    }
    return sheet_end(&s);
}

static int list_lines(struct call *c, enum listing_form form)
{
    struct sheet s = {form, 2, {"line", "what"}, {8, 0}, false};

    (void)c;
    for (size_t i = 0; lines[i]; i++)
        sheet_row(&s, lines[i]->scheme, lines[i]->title);
    return sheet_end(&s);
}

static int list_sinks(struct call *c, enum listing_form form)
{
    struct sheet s = {form, 3, {"sink", "proven with", "what"}, {8, 46, 0}, false};

    (void)c;
    for (size_t i = 0; sinks[i]; i++)
        sheet_row(&s, sinks[i]->name, sinks[i]->proof ? sinks[i]->proof : "unproven",
                  sinks[i]->title);
    return sheet_end(&s);
}

static int list_verbs(struct call *c, enum listing_form form)
{
    struct sheet s = {form, 3, {"verb", "how", "what"}, {15, 64, 0}, false};

    (void)c;
    if (form == AS_MAN || form == AS_BASH)
        return form == AS_MAN ? manual_verbs() : manual_bash();
    for (size_t i = 0; verbs[i]; i++) {
        char about[CELL_MAX];
        snprintf(about, sizeof about, "%.*s", (int)strcspn(verbs[i]->about, "\n"), verbs[i]->about);
        sheet_row(&s, verbs[i]->name, verbs[i]->synopsis, about);
    }
    return sheet_end(&s);
}

static bool is_asked(const struct call *c, const struct driver *d)
{
    return !strcmp(call_text(c, "driver", d->name), d->name);
}

static int list_commands(struct call *c, enum listing_form form)
{
    struct sheet s = {form,
                      6,
                      {"driver", "command", "unit", "least", "most", "help"},
                      {10, 28, 6, 9, 9, 0},
                      false};

    for (size_t i = 0; drivers[i]; i++) {
        if (!is_asked(c, drivers[i]) || !drivers[i]->commands)
            continue;
        for (const struct command *k = drivers[i]->commands; k->metric != M_NONE || k->name; k++) {
            char least[CELL_MAX], most[CELL_MAX], help[CELL_MAX];
            const struct metric_info *info = &catalogue[k->metric];
            struct text text = text_on(help, sizeof help);
            text_format(&text, "%s%s", k->help ? k->help : info->help,
                        k->by_voltage ? " (for 12 V; twice that at 24 V, and so on)" : "");
            order_words(k, ": ", &text);
            sheet_row(&s, drivers[i]->name, k->name ? k->name : info->name,
                      k->metric ? units[info->unit].symbol : "", number(k->least, least),
                      number(k->most, most), help);
        }
    }
    return sheet_end(&s);
}

static int list_registers(struct call *c, enum listing_form form)
{
    struct sheet s = {form,
                      6,
                      {"driver", "function", "at", "native", "metric", "unit"},
                      {10, 8, 6, 22, 34, 0},
                      false};

    for (size_t i = 0; drivers[i]; i++)
        for (const struct row *row = drivers[i]->rows; is_asked(c, drivers[i]) && row->native;
             row++) {
            char function[CELL_MAX], at[CELL_MAX];
            snprintf(function, sizeof function, "%02X", row->in);
            snprintf(at, sizeof at, "%04X", row->at);
            sheet_row(&s, drivers[i]->name, function, at, row->native,
                      row->metric ? catalogue[row->metric].name : "",
                      row->metric ? units[catalogue[row->metric].unit].symbol
                      : row->unit ? row->unit
                                  : "");
        }
    return sheet_end(&s);
}

/* ---- settings ---------------------------------------------------------------------------- */

static void setting_rows(void *who, const char *section, const char *what,
                         const struct setting *rows)
{
    struct sheet *s = who;

    (void)what;
    for (; rows && rows->key; rows++)
        sheet_row(s, section, rows->key, rows->fallback ? rows->fallback : "(must be given)",
                  rows->choices ? rows->choices : "", rows->help);
}

/* What holds in one section, and who says so. */
static void effective_rows(struct sheet *s, const struct call *c, const struct section *in)
{
    for (size_t t = 0; t < TABLES_MAX && in->tables[t]; t++)
        for (const struct setting *row = in->tables[t]; row->key; row++) {
            char section[CELL_MAX], from[CELL_MAX] = "default";
            for (size_t i = 0; i < in->count; i++)
                if (!strcmp(in->entries[i].key, row->key))
                    snprintf(from, sizeof from, "%.200s:%u", c->config, in->entries[i].line);
            snprintf(section, sizeof section, "%s %s", in->kind, in->name);
            sheet_row(s, section, row->key, section_text(in, row->key), from);
        }
}

static int list_effective(struct call *c, enum listing_form form)
{
    struct sheet s = {form, 4, {"section", "key", "value", "from"}, {20, 12, 30, 0}, false};

    effective_rows(&s, c, c->plan->site);
    effective_rows(&s, c, c->plan->store);
    effective_rows(&s, c, c->plan->own);
    if (c->plan->web)
        effective_rows(&s, c, c->plan->web);
    for (size_t i = 0; i < c->plan->bus_count; i++)
        effective_rows(&s, c, c->plan->buses[i].section);
    for (size_t i = 0; i < c->plan->device_count; i++)
        effective_rows(&s, c, c->plan->devices[i].section);
    for (size_t i = 0; i < c->plan->group_count; i++)
        effective_rows(&s, c, c->plan->groups[i].section);
    for (size_t i = 0; i < c->plan->sink_count; i++)
        effective_rows(&s, c, c->plan->sinks[i].section);
    for (size_t i = 0; i < c->plan->rule_count; i++)
        effective_rows(&s, c, c->plan->rules[i].section);
    return sheet_end(&s);
}

static int list_settings(struct call *c, enum listing_form form)
{
    struct sheet s = {
        form, 5, {"section", "key", "default", "one of", "help"}, {16, 12, 16, 26, 0}, false};

    if (form == AS_INI)
        return manual_example();
    if (form == AS_MAN)
        return manual_settings();
    if (call_has(c, "effective"))
        return list_effective(c, form);
    setting_tables_walk(setting_rows, &s);
    return sheet_end(&s);
}

const struct listing listings[] = {
    {"drivers", list_drivers},   {"devices", list_devices},
    {"metrics", list_metrics},   {"settings", list_settings},
    {"commands", list_commands}, {"registers", list_registers},
    {"lines", list_lines},       {"sinks", list_sinks},
    {"verbs", list_verbs},       {NULL, NULL},
};
