/*
 * logtracer.py: influx.db, the way to InfluxDB. Its ports and units stood on its command line, so
 * --units takes them from there.
 */
#include "collector/old_settings/program.h"

#include <string.h>

// clang-format off
static const struct old_row rows[] = {
    { "INFLUXDB.Host", TAKE_HOST,   .usual = "localhost", .is_needed = true },
    { "INFLUXDB.Port", TAKE_NUMBER, .usual = "8086", .least = 1, .most = 65535, .is_needed = true },
    { "INFLUXDB.DB",   TAKE_WORD,   .usual = "solar", .is_needed = true },
    { .name = "INFLUXDB.User", .take = TAKE_WORD },
    { "INFLUXDB.Pass", TAKE_SECRET,
      .told = "is not shown; make the file that is named: install -m 600 /dev/null /etc/helio/influx-password, "
              "then write the password into it with an editor; it belongs to the user helio runs as" },
    { "INFLUXDB.Measurement_pref", TAKE_WORD, .usual = "solar", .is_needed = true },
    { "INFLUXDB.Mode", TAKE_CHOICE, .usual = "individual", .words = "individual aggregate", .is_needed = true },
    { .name = NULL },
};
// clang-format on

static const struct old_unit example = {"/dev/ttyXRUSB0", 1};

static size_t unit_count(const struct old_job *job)
{
    return job->unit_count ? job->unit_count : 1;
}

static const struct old_unit *unit_at(const struct old_job *job, size_t at)
{
    return job->unit_count ? &job->units[at] : &example;
}

/* Ports by the order they were named in, from 1. */
static size_t port_number(const struct old_job *job, size_t at)
{
    size_t number = 0;

    for (size_t i = 0; i <= at; i++) {
        size_t k = 0;
        while (strcmp(unit_at(job, k)->port, unit_at(job, i)->port) != 0)
            k++;
        number += k == i;
        if (!strcmp(unit_at(job, i)->port, unit_at(job, at)->port))
            return number;
    }
    return number;
}

/* "tracer2"; on a second port "tracer2-1". */
static void device_name(const struct old_job *job, size_t at, struct text *to)
{
    if (port_number(job, at) > 1)
        text_format(to, "tracer%zu-%u", port_number(job, at), unit_at(job, at)->address);
    else
        text_format(to, "tracer%u", unit_at(job, at)->address);
}

static void print_bus(struct old_job *job, size_t at)
{
    char line[OLD_PATH + 8];

    text_format(&job->out, "\n[bus tracers%zu]\n", port_number(job, at));
    snprintf(line, sizeof line, "rtu:%s", unit_at(job, at)->port);
    old_print_setting(job, "line", line);
    text_add(&job->out, "# seconds; it was run by cron, once a minute at most\nevery = 60\n");
}

static void print_units(struct old_job *job)
{
    for (size_t i = 0, ports = 0; i < unit_count(job); i++) {
        if (port_number(job, i) > ports) {
            ports = port_number(job, i);
            print_bus(job, i);
        }
        text_add(&job->out, "\n[device ");
        device_name(job, i, &job->out);
        text_format(&job->out, "]\ndriver = tracer\nbus = tracers%zu\naddress = %u\n",
                    port_number(job, i), unit_at(job, i)->address);
    }
}

static void print_group(struct old_job *job)
{
    text_add(&job->out,
             "\n# All units added up: the house of a dashboard, and what mode = aggregate sends.\n"
             "[group all]\nmembers = ");
    for (size_t i = 0; i < unit_count(job); i++) {
        text_add(&job->out, i ? ", " : "");
        device_name(job, i, &job->out);
    }
    text_char(&job->out, '\n');
}

/* A password without a user is refused: then both wait as comments. */
static void print_login(struct old_job *job)
{
    const char *user = old_value(job, "INFLUXDB.User");
    const struct find *password = finds_get(job->finds, "INFLUXDB.Pass");

    if (*user)
        old_print_setting(job, "user", user);
    if (!password || !*password->value)
        return;
    text_add(&job->out, "# the old password, alone in a file that only its owner may read\n");
    text_add(&job->out, *user ? "" : "#user =\n#");
    text_add(&job->out, "password_file = /etc/helio/influx-password\n");
}

// clang-format off
static const struct old_line lines[] = {
    { .text = "" },
    { .text = "# Ports and units: what stood before the check, filesnap or dbsnap on the old command line." },
    { .text = NULL, .print = print_units },
    { NULL, NULL, print_group },
    { .text = "" },
    { .text = "# The same database, with the same measurements and fields." },
    { .text = "[sink influx]" },
    { .text = "kind = influx" },
    { .text = "url = http://{INFLUXDB.Host}:{INFLUXDB.Port}" },
    { .text = "database = {INFLUXDB.DB}" },
    { .text = NULL, .print = print_login },
    { .text = "layout = logtracer" },
    { .text = "measurement = {INFLUXDB.Measurement_pref}" },
    { .text = "mode = {INFLUXDB.Mode}" },
    { "INFLUXDB.Mode=aggregate", "group = all", NULL },
    { .text = "" },
    { .text = "# The dashboards that come with helio know its own names only: for them, the same readings" },
    { .text = "# once more. What the old program wrote comes over by helio import --from-influx." },
    { .text = "#[sink dashboard]" },
    { .text = "#kind = influx" },
    { .text = "#url = http://{INFLUXDB.Host}:{INFLUXDB.Port}" },
    { .text = "#database = helio" },
    { .text = "#create = yes" },
    { .text = NULL },
};
// clang-format on

static void reckon(struct old_job *job)
{
    if (!job->unit_count)
        finds_remark(job->finds, 0,
                     "look at: ports and units stood on the old command line; --units "
                     "/dev/ttyXRUSB0:1,/dev/ttyXRUSB0:2 says them, and helio scan finds them. One "
                     "unit at %s, address %u, is assumed",
                     example.port, example.address);
    if (!*old_value(job, "INFLUXDB.User") && finds_get(job->finds, "INFLUXDB.Pass"))
        finds_remark(
            job->finds, 0,
            "INFLUXDB.User: is missing, so the password stands in a comment: whose is it?");
}

static const char *const marks[] = {"INFLUXDB.*", NULL};
static const char *const look[] = {
    "look at: values differ from the old ones where those were wrong: docs/logtracer.md lists them",
    "look at: filesnap is [sink file] with form = logtracer; take the old lines out of the crontab",
    NULL,
};

const struct old_program old_logtracer = {
    .word = "logtracer",
    .title = "logtracer.py",
    .form = OLD_INI,
    .marks = marks,
    .rows = rows,
    .lines = lines,
    .look = look,
    .reckon = reckon,
    .has_units = true,
};
