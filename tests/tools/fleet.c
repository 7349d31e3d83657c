/*
 * Many sites in one process, for tests of what a fleet writes to: each has a store of its own on
 * the disk, a pump with its thread, and the real sink with its own connection. What is made up are
 * the devices and the time: rounds are a minute apart by their stamps, and EVERY_MS by the clock.
 *
 *   fleet FOLDER FIRST SITES DEVICES ROUNDS EVERY_MS SETTINGS [--patience S]
 *
 * SETTINGS holds one [sink ...]; {site} in it becomes the name of the site, siteN. Stores are
 * FOLDER/siteN.db. Prints one JSON object; ends with 75 when something is not delivered in time.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "collector/plan/sinks.h"
#include "store/pump.h"
#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_BYTES = 8192, DEVICES_MOST = 16 };

struct site {
    char name[40];
    struct settings *settings;
    struct store *store;
    struct pump *pump;
    const struct origin *from[DEVICES_MOST];
};

struct fleet {
    const char *folder;
    unsigned first, devices;
    size_t count;
    struct site *sites;
    char settings[SETTINGS_BYTES];
};

static const enum metric said[] = {
    M_PV_VOLTAGE,      M_PV_CURRENT,          M_PV_POWER,     M_BATTERY_VOLTAGE,
    M_CHARGER_CURRENT, M_CHARGER_POWER,       M_LOAD_VOLTAGE, M_LOAD_CURRENT,
    M_LOAD_POWER,      M_BATTERY_TEMPERATURE, M_BATTERY_SOC,  M_CHARGE_STAGE,
    M_PV_ENERGY,       M_PV_ENERGY_TODAY,     M_LOAD_ENERGY,  M_LOAD_ENERGY_TODAY,
};

/* Numbers that no two sites, devices or rounds share, with the decimals devices give. */
static void make(struct reading *r, unsigned site, unsigned device, unsigned turn, int64_t at_ms)
{
    double power = 100 + site * 0.01 + device * 20 + turn % 1000, volts = 24 + device * 0.3;

    *r = (struct reading){.round_ms = at_ms};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        double value = said[i] == M_PV_POWER          ? power
                       : said[i] == M_BATTERY_VOLTAGE ? volts
                       : said[i] == M_CHARGE_STAGE    ? 2
                       : said[i] == M_BATTERY_SOC     ? 80
                       : said[i] == M_PV_ENERGY       ? site + turn * 0.01
                                                      : 10 + (double)i + device * 0.25;
        if (!reading_put(r, said[i], round(value * 100) / 100))
            exit(70);
    }
}

static void read_settings(struct fleet *f, const char *path)
{
    FILE *file = fopen(path, "r");
    size_t got = file ? fread(f->settings, 1, sizeof f->settings - 1, file) : 0;

    f->settings[got] = '\0';
    if (!got || fclose(file))
        exit(66);
}

/* The settings as one site has them. */
static struct section *section_of(const struct fleet *f, struct site *s)
{
    char text[2 * SETTINGS_BYTES];
    struct text t = text_on(text, sizeof text);
    const char *from = f->settings, *hole;

    while ((hole = strstr(from, "{site}")) != NULL) {
        text_bytes(&t, from, (size_t)(hole - from));
        text_add(&t, s->name);
        from = hole + strlen("{site}");
    }
    text_add(&t, from);
    text_add(&t, "\nhistory = yes\n");
    if (t.is_cut || settings_parse(text, "fleet", &s->settings) || s->settings->count != 1)
        exit(78);
    return &s->settings->sections[0];
}

static void open_site(struct fleet *f, struct site *s, unsigned number)
{
    char path[400], holder[64];

    snprintf(s->name, sizeof s->name, "site%u", number);
    snprintf(path, sizeof path, "%s/%s.db", f->folder, s->name);
    struct section *section = section_of(f, s);
    const struct sink *sink = sink_find("influx");
    for (size_t i = 0; i < section->count; i++)
        if (!strcmp(section->entries[i].key, "kind"))
            sink = sink_find(section->entries[i].value);
    const struct setting *tables[] = {sink_settings, sink->settings};
    if (section_check(section, tables, 2))
        exit(78);
    sink->check(section);
    if (s->settings->faults || store_open(&s->store, path, NULL, holder, sizeof holder))
        exit(78);
    for (unsigned d = 0; d < f->devices; d++) {
        struct origin o = {.driver = "tracer", .address = d + 1};
        snprintf(o.name, sizeof o.name, "unit%u", d + 1);
        s->from[d] = store_origin(s->store, &o);
    }
    if (pump_start(&s->pump, s->store, sink, section->name, section, s->name, NULL))
        exit(70);
}

/* One round of all sites, spread over its time as the rounds of real ones are. */
static uint64_t run_round(struct fleet *f, unsigned turn, int64_t at_ms, int64_t every_us)
{
    int64_t began = clock_us();
    uint64_t count = 0;

    for (size_t i = 0; i < f->count; i++) {
        struct site *s = &f->sites[i];
        int64_t due = began + every_us * (int64_t)i / (int64_t)f->count;
        if (due > clock_us())
            clock_sleep_us(due - clock_us());
        for (unsigned d = 0; d < f->devices; d++) {
            struct reading r;
            make(&r, f->first + (unsigned)i, d, turn, at_ms);
            count += store_append(s->store, s->from[d], RECORD_LIVE, at_ms, &r) > 0;
        }
        if (store_commit(s->store))
            exit(74);
    }
    return count;
}

static int finish(struct fleet *f, uint64_t produced, double seconds, int64_t patience_us)
{
    struct pump_state all = {0}, one;
    char text[600];
    struct text t = text_on(text, sizeof text);
    struct json j = json_on(&t);
    int64_t deadline = clock_us() + patience_us, began = clock_us();

    for (size_t i = 0; i < f->count; i++)
        (void)!pump_wait(f->sites[i].pump, store_visible(f->sites[i].store),
                         &(struct limit){.until_us = deadline});
    for (size_t i = 0; i < f->count; i++) {
        pump_state(f->sites[i].pump, &one);
        all.delivered += one.delivered;
        all.aside += one.aside;
        all.failures += one.failures;
        all.batches += one.batches;
        all.backlog += one.backlog;
        all.lost += one.lost;
    }
    json_open(&j, NULL, '{');
    json_integer(&j, "sites", (int64_t)f->count);
    json_integer(&j, "produced", (int64_t)produced);
    json_integer(&j, "delivered", (int64_t)all.delivered);
    json_integer(&j, "backlog", all.backlog);
    json_integer(&j, "aside", (int64_t)all.aside);
    json_integer(&j, "lost", (int64_t)all.lost);
    json_integer(&j, "batches", (int64_t)all.batches);
    json_integer(&j, "failures", (int64_t)all.failures);
    json_number(&j, "seconds", round(seconds * 10) / 10);
    json_number(&j, "drained", round((double)(clock_us() - began) / 1e5) / 10);
    json_close(&j, '}');
    puts(text);
    for (size_t i = 0; i < f->count; i++) {
        pump_stop(f->sites[i].pump, deadline);
        store_close(f->sites[i].store);
        settings_free(f->sites[i].settings);
    }
    free(f->sites);
    return all.backlog ? 75 : 0;
}

int main(int argc, char **argv)
{
    static struct fleet f;
    double numbers[5], patience = 60;
    uint64_t produced = 0;

    for (int i = 0; i < 5; i++)
        if (argc < 8 || !number_read(argv[i + 2], &numbers[i]) || numbers[i] < 0)
            return 64;
    if (argc > 9 && !number_read(argv[9], &patience))
        return 64;
    f.folder = argv[1];
    f.first = (unsigned)numbers[0];
    f.count = (size_t)numbers[1];
    f.devices = (unsigned)numbers[2];
    unsigned rounds = (unsigned)numbers[3];
    int64_t every_us = (int64_t)(numbers[4] * 1000);
    if (!f.count || f.devices > DEVICES_MOST)
        return 64;
    read_settings(&f, argv[7]);
    sinks_prepare();
    f.sites = calloc(f.count, sizeof *f.sites);
    for (size_t i = 0; i < f.count; i++)
        open_site(&f, &f.sites[i], f.first + (unsigned)i);
    int64_t began = clock_us(), first_ms = clock_wall_ms() / 60000 * 60000 - rounds * 60000LL;
    for (unsigned n = 0; n < rounds; n++) {
        int64_t due = began + every_us * n;
        if (due > clock_us())
            clock_sleep_us(due - clock_us());
        produced += run_round(&f, n, first_ms + n * 60000LL, every_us);
    }
    return finish(&f, produced, (double)(clock_us() - began) / 1e6, (int64_t)(patience * 1e6));
}
