/* The words of an influx sink, and what they must not say together. */
#include "influx/settings.h"

#include "base/log.h"
#include "base/text.h"

#include <string.h>

// clang-format off
const struct setting influx_settings[] = {
    /* key                type    default                  least most choices help */
    { "url",              TEXT,   "http://127.0.0.1:8086", 0, 0, NULL, "Where the database listens" },
    { "api",              CHOICE, "v1",                    0, 0, "v1 v2 v3 victoria", "Which way it is written to: InfluxDB 1.x, 2.x, 3, or VictoriaMetrics" },
    { "database",         TEXT,   "solar",                 0, 0, NULL, "v1, v3, victoria: the database; victoria makes a label of it, or none if it is empty" },
    { "retention_policy", TEXT,   "",                      0, 0, NULL, "v1: other than the usual one" },
    { "create",           YESNO,  "no",                    0, 0, NULL, "v1: make the database when it is not there" },
    { "org",              TEXT,   "",                      0, 0, NULL, "v2: the organisation" },
    { "bucket",           TEXT,   "",                      0, 0, NULL, "v2: the bucket" },
    { "user",             TEXT,   "",                      0, 0, NULL, "v1, victoria: who writes" },
    { "password_file",    TEXT,   "",                      0, 0, NULL, "The file that holds the password, for you alone to read (chmod 600)" },
    { "token_file",       TEXT,   "",                      0, 0, NULL, "v2, v3, victoria: the file that holds the token" },
    { "ca_file",          TEXT,   "",                      0, 0, NULL, "https: certificates to trust instead of the system's" },
    { "gzip",             YESNO,  "yes",                   0, 0, NULL, "Pack what is sent" },
    { "confirm_after",    NUMBER, "0",                     0, 3600, NULL, "victoria, v2: what is taken counts when the server has stayed up for so many seconds, else it is sent again; 0: at once" },
    { "confirm_url",      TEXT,   "",                      0, 0, NULL, "confirm_after: the /metrics page of what keeps the data; empty: of the host in url" },
    { "layout",           CHOICE, "helio",                 0, 0, "helio logtracer", "Names of measurements and fields: ours, or those of the old logtracer" },
    { "measurement",      TEXT,   "solar",                 0, 0, NULL, "The measurement; with layout = logtracer its prefix" },
    { "mode",             CHOICE, "individual",            0, 0, "individual aggregate", "logtracer: a measurement for each unit, or one for a group" },
    { "group",            TEXT,   "",                      0, 0, NULL, "logtracer, aggregate: the [group] that is written" },
    SETTINGS_END,
};
// clang-format on

enum influx_api influx_api_of(const struct section *s)
{
    static const char *const words[API_COUNT] = {"v1", "v2", "v3", "victoria"};
    const char *api = section_text(s, "api");

    for (int i = 0; i < API_COUNT; i++)
        if (!strcmp(words[i], api))
            return (enum influx_api)i;
    return API_V1;
}

static void check_url(struct section *s)
{
    const char *url = section_text(s, "url"), *host = strstr(url, "://");

    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) {
        section_fault(s, "url", "must begin with http:// or https://");
        return;
    }
    host += 3;
    const char *at = strchr(host, '@'), *slash = strchr(host, '/');
    if (at && (!slash || at < slash))
        section_fault(s, "url", "a password does not belong here: use user and password_file");
    if (strlen(url) > 300 || strpbrk(url, " ?#"))
        section_fault(s, "url", "is no address of a server");
    if (!strncmp(url, "http://", 7) &&
        (section_says(s, "password_file") || section_says(s, "token_file")) &&
        strncmp(host, "127.", 4) != 0 && strncmp(host, "localhost", 9) != 0 &&
        strncmp(host, "[::1]", 5) != 0)
        log_warn(s->name, "the password or token travels readable: https would hide it");
}

static void check_layout(struct section *s)
{
    bool is_old = !strcmp(section_text(s, "layout"), "logtracer");
    bool is_aggregate = !strcmp(section_text(s, "mode"), "aggregate");

    if (!is_old && section_has(s, "mode"))
        section_fault(s, "mode", "belongs to layout = logtracer");
    if (is_old && is_aggregate && !section_says(s, "group"))
        section_fault(s, "group", "is missing: mode = aggregate writes the total of a [group]");
    if (!section_says(s, "measurement") || *section_text(s, "measurement") == '_')
        section_fault(s, "measurement", "must be a name, and not begin with _");
}

/* Killed after a yes, 1.151 lost rows that were up to 14 s old: they wait for 2 s, looked at every
 * 2 s, and then 5 s in memory, looked at every 5 s. Twice that leaves room for a busy machine. */
static const double SETTLED_S = 30;

/* A VictoriaMetrics says 204 before anything is on its disk; the others say it after. */
static void check_confirming(struct section *s, enum influx_api api)
{
    const char *url = section_text(s, "confirm_url");

    if (section_has(s, "confirm_after") && api != API_VICTORIA && api != API_V2)
        section_fault(s, "confirm_after", "belongs to api = victoria, or v2 of a VictoriaMetrics");
    if (section_number(s, "confirm_after") > 0 && section_number(s, "confirm_after") < SETTLED_S)
        log_warn(s->name,
                 "confirm_after = %g: VictoriaMetrics writes to its disk up to %g s after it said "
                 "yes; %g is on the safe side",
                 section_number(s, "confirm_after"), SETTLED_S / 2, SETTLED_S);
    if (*url && section_number(s, "confirm_after") <= 0)
        section_fault(s, "confirm_after", "is missing beside confirm_url");
    if (*url && ((strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) ||
                 strpbrk(url, " @#") || strlen(url) > 300))
        section_fault(s, "confirm_url", "is no address of a page: http://host:8428/metrics");
}

void influx_check(struct section *s)
{
    enum influx_api api = influx_api_of(s);

    check_url(s);
    check_layout(s);
    check_confirming(s, api);
    if (api == API_V2 && !section_says(s, "bucket"))
        section_fault(s, "bucket", "is missing: api = v2 writes into a bucket");
    if ((api == API_V1 || api == API_V3) && !section_says(s, "database"))
        section_fault(s, "database", "must not be empty");
    if (section_says(s, "user") && section_says(s, "token_file"))
        section_fault(s, "token_file", "either a user with a password or a token, not both");
    if (section_says(s, "password_file") && !section_says(s, "user"))
        section_fault(s, "user", "is missing: whose password is it?");
    if (api == API_V1 && section_says(s, "token_file"))
        section_fault(s, "token_file", "InfluxDB 1.x knows no tokens: use user and password_file");
    section_check_printable(s);
}
