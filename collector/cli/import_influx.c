/* A sink of the settings, or an address on the command line (import_influx.h). */
#include "collector/cli/import_influx.h"

#ifdef HELIO_HAS_INFLUX

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "influx/old_points.h"
#include "store/days.h"

#include <string.h>

/* "http://127.0.0.1:8086" with what stands beside it, as a section of settings. */
static int make_section(const struct call *c, const char *url, struct section *to)
{
    static const struct {
        const char *option, *key;
    } words[] = {{"database", "database"}, {"user", "user"}, {"password-file", "password_file"}};
    const struct setting *tables[] = {influx_settings};
    char all[900];
    struct text t = text_on(all, sizeof all);

    text_format(&t, "url=%s", url);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (call_has(c, words[i].option))
            text_format(&t, ",%s=%s", words[i].key, call_text(c, words[i].option, ""));
    if (t.is_cut || section_from_words("sink", "from-influx", all, to))
        return ERR_FULL;
    return section_check(to, tables, 1);
}

static int read_span(struct call *c, struct old_points_want *to)
{
    int64_t now = clock_wall_ms();

    if (!when_read(call_text(c, "from", "1970-01-02"), now, &to->from_ms) ||
        !when_read(call_text(c, "to", "now"), now, &to->to_ms))
        return bad_call(c, "--from and --to want a time, as 2026-05-02 or \"2026-05-02 10:00\"");
    return OK;
}

static int take_points(struct call *c, struct door *door, const struct old_points_want *want,
                       int (*take)(struct call *c, FILE *csv, const char *device))
{
    struct old_points *points = NULL;
    int rc = old_points_open(&points, door, want);
    FILE *csv = rc ? NULL : old_points_csv(points);

    if (!rc)
        rc = csv ? take(c, csv, "") : ERR_FULL;
    if (csv)
        (void)fclose(csv); /* only read */
    if (csv)
        old_points_say(points, stdout);
    if (csv && old_points_error(points)) {
        log_err("import", "it could be read only in part: %s",
                error_text(old_points_error(points)));
        rc = rc ? rc : old_points_error(points);
    }
    old_points_close(points);
    return rc;
}

int import_influx(struct call *c, int (*take)(struct call *c, FILE *csv, const char *device))
{
    const char *from = call_text(c, "from-influx", "");
    const struct plan_sink *sink = plan_sink_named(c->plan, from);
    struct old_points_want want = {.measurement = call_text(c, "measurement", ""),
                                   .device = call_text(c, "device", ""),
                                   .map = call_text(c, "map", "")};
    struct section own = {0};
    struct door door = {0};
    int rc = read_span(c, &want);

    if (!rc && sink && strcmp(sink->sink->name, "influx") != 0)
        return bad_call(c, "[sink %s] is no database", sink->name);
    if (!rc && !sink && !strstr(from, "://"))
        return bad_call(c, "--from-influx: \"%s\" is neither an address nor a sink of the settings",
                        from);
    if (!rc && !sink)
        rc = make_section(c, from, &own);
    if (!rc)
        rc = door_open(&door, "import", sink ? sink->section : &own);
    if (!rc && (door.api == API_VICTORIA || door.api == API_V3))
        rc = bad_call(c, "only InfluxDB 1.x, and 2.x by its door for 1.x, can be read from");
    else if (!rc)
        rc = take_points(c, &door, &want, take);
    if (door.headers)
        door_close(&door);
    section_done(&own);
    return rc;
}

#else

int import_influx(struct call *c, int (*take)(struct call *c, FILE *csv, const char *device))
{
    (void)take;
    return bad_call(c, "this helio was built without InfluxDB");
}

#endif
