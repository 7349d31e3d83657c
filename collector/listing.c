/* What there is to list (collector/listing.h). */
#include "collector/listing.h"

#include "collector/logbook.h"
#include "collector/manual.h"
#include "collector/setting_tables.h"
#include "collector/telling.h"

#include "base/json.h"
#include "drivers/device.h"
#include "store/store.h"

#ifdef HELIO_HAS_WEB
#include "web/web.h"
#endif

#include <stdarg.h>
#include <string.h>

enum { CELLS_MAX = 9, CELL_MAX = 256, ROW_TEXT = 4096 };

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

/* A sheet of rows; the heads name the columns, and how wide they are as text. */
struct sheet {
    enum listing_form form;
    int count;
    const char *heads[CELLS_MAX];
    int widths[CELLS_MAX];
    bool is_begun;
};

static void print_heads(struct sheet *s)
{
    for (int i = 0; i < s->count; i++)
        if (s->form == AS_MARKDOWN)
            printf("| %s %s", s->heads[i], i + 1 == s->count ? "|\n" : "");
        else
            printf("%-*s%s", i + 1 == s->count ? 0 : s->widths[i], s->heads[i],
                   i + 1 == s->count ? "\n" : " ");
    for (int i = 0; i < s->count && s->form == AS_MARKDOWN; i++)
        printf("|---%s", i + 1 == s->count ? "|\n" : "");
}

static void sheet_row(struct sheet *s, ...)
{
    char bytes[ROW_TEXT];
    struct text text = text_on(bytes, sizeof bytes);
    struct json j = json_on(&text);
    va_list cells;

    if (!s->is_begun && s->form != AS_JSON)
        print_heads(s);
    if (s->form == AS_JSON) {
        text_add(&text, s->is_begun ? ",\n " : "[");
        json_open(&j, NULL, '{');
    }
    s->is_begun = true;
    va_start(cells, s);
    for (int i = 0; i < s->count; i++) {
        const char *cell = va_arg(cells, const char *);
        bool is_last = i + 1 == s->count;
        if (s->form == AS_JSON)
            json_string(&j, s->heads[i], cell);
        else if (s->form == AS_MARKDOWN)
            text_format(&text, "| %s %s", cell, is_last ? "|\n" : "");
        else
            text_format(&text, "%-*s%s", is_last ? 0 : s->widths[i], cell, is_last ? "\n" : " ");
    }
    va_end(cells);
    if (s->form == AS_JSON)
        json_close(&j, '}');
    fputs(bytes, stdout);
}

static int sheet_end(struct sheet *s)
{
    if (s->form == AS_JSON)
        puts(s->is_begun ? "]" : "[]");
    return OK;
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
    if (!c->plan->device_count && form == AS_TEXT)
        puts(c->config ? "the settings name no device" : "no settings file was found");
    return sheet_end(&s);
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

static int example_ini(void)
{
    static const char *const bus[][2] = {{"line", "rtu:/dev/ttyXRUSB0"}, {NULL, NULL}};
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
        return example_ini();
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
