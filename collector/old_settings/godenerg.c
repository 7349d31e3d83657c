/* godenerg: settings.py, an Axpert with a data logger in SQLite, a web viewer and a charger. */
#include "collector/old_settings/program.h"

#include <math.h>
#include <string.h>

#define IS_IN_THE_RULE "becomes a line of [rule absorb], which is a comment until you have read it"
#define PAGE_PORT "8080"
#define IS_A_PORT                                                                                  \
    "becomes one of [web] old_ports: /cmds and /graph answer there as they did, to this machine "  \
    "alone until listen = says otherwise (docs/page.md)"

// clang-format off
static const struct old_row rows[] = {
    { "datalogger_conf.db_filename", TAKE_WORD,
      .told = "stays what it is; its history goes into the store by helio import, as the settings say" },
    { "datalogger_conf.last_interval", TAKE_NUMBER, .usual = "2", .least = 0.1, .most = 86400,
      .told = "was a pause after each round; it becomes the time from one round to the next" },
    { "datalogger_conf.interval", TAKE_NUMBER, .usual = "15", .least = 1, .most = 3600 },
    { "datalogger_conf.samples",  TAKE_NUMBER, .usual = "7200", .least = 1, .most = 10000000 },
    { "datalogger_conf.port",     TAKE_NUMBER, .least = 1, .most = 65535, .told = IS_A_PORT },
    { "http_conf.port",           TAKE_NUMBER, .least = 1, .most = 65535, .told = IS_A_PORT },
    { "logger_conf.filename",     TAKE_LOG, .told = OLD_LOG_TOLD },
    { "logger_conf.level",        .take = TAKE_LEVEL },
    { "logger_conf.*",            TAKE_NOT,
      .told = "goes nowhere: each line of helio's log begins with its time and level" },
    { "weather_conf.*",           TAKE_NOT, .told = "goes nowhere: helio shows no weather" },
    { "charger_conf.float_voltage",      TAKE_NUMBER, .least = 1, .most = 100, .told = IS_IN_THE_RULE },
    { "charger_conf.absorbtion_voltage", TAKE_NUMBER, .least = 1, .most = 100, .told = IS_IN_THE_RULE },
    { "charger_conf.absorbtion_amps_threshold", TAKE_NUMBER, .least = 0.1, .most = 1000, .told = IS_IN_THE_RULE },
    { "charger_conf.charge_check_start", TAKE_HOUR,     .told = IS_IN_THE_RULE },
    { "charger_conf.charge_check_end",   TAKE_HOUR_END,
      .told = "becomes stop_until of [rule absorb]; then float is lowered in any case, where the old charger "
              "left it raised for another day" },
    { .name = "keep_fine", .take = TAKE_MADE },
    { .name = "old_ports", .take = TAKE_MADE },
    { .name = NULL },
};

static const struct old_line lines[] = {
    { "logger_conf.*", "", NULL },
    { "logger_conf.*", "[helio]", NULL },
    { "logger_conf.filename", "log_file = {logger_conf.filename}", NULL },
    { "logger_conf.level", "log_level = {logger_conf.level}", NULL },
    { .text = "" },
    { .text = "# Every reading is kept for as many hours as samples lasted; after that one each interval, for ever." },
    { .text = "[store]" },
    { .text = "keep_fine = {keep_fine}" },
    { .text = "thin_to = {datalogger_conf.interval}" },
    { "datalogger_conf.db_filename", "# The history so far, once helio runs:", NULL },
    { "datalogger_conf.db_filename", "#   helio import {datalogger_conf.db_filename} --device axpert", NULL },
    { .text = "" },
    { .text = "# Which socket it is stood on the old command line: --usb, or --serial with --device." },
    { .text = "[bus inverter]" },
    { .text = "line = hid:0665:5161" },
    { .text = "#line = serial:/dev/ttyUSB0" },
    { .text = "# seconds from one round to the next (last_interval)" },
    { .text = "every = {datalogger_conf.last_interval}" },
    { .text = "" },
    { .text = "[device axpert]" },
    { .text = "driver = axpert" },
    { .text = "bus = inverter" },
    { "charger_conf.*", "# the rule below writes a setting, and needs this", NULL },
    { "charger_conf.*", "#allow_tell = yes", NULL },
    { .text = "" },
    { .text = "# What a dashboard draws as the house; with units in parallel, name them all." },
    { .text = "[group house]" },
    { .text = "members = axpert" },
    { .text = "" },
    { .text = "# The page, and the old addresses /cmds and /graph at their old ports." },
    { .text = "[web]" },
    { .text = "enabled = yes" },
    { .text = "old_addresses = yes" },
    { "old_ports", "old_ports = {old_ports}", NULL },
    { .text = "# They answered everybody on the net; that takes this line (docs/page.md)." },
    { .text = "#listen = 0.0.0.0" },
    { "charger_conf.*", "", NULL },
    { "charger_conf.*", "# The charger. Read docs/charge-assistant.md first: it is for flooded lead-acid and AGM only,", NULL },
    { "charger_conf.*", "# and lead_acid = yes is your word for it. What stands empty was not in the old file.", NULL },
    { "charger_conf.*", "#[rule absorb]", NULL },
    { "charger_conf.*", "#device = axpert", NULL },
    { "charger_conf.*", "#kind = absorb", NULL },
    { "charger_conf.*", "#enabled = no", NULL },
    { "charger_conf.*", "#lead_acid = no", NULL },
    { "charger_conf.*", "#normal_voltage = {charger_conf.float_voltage}", NULL },
    { "charger_conf.*", "#absorb_voltage = {charger_conf.absorbtion_voltage}", NULL },
    { "charger_conf.*", "#end_current = {charger_conf.absorbtion_amps_threshold}", NULL },
    { "charger_conf.*", "#start = 03:00", NULL },
    { "charger_conf.*", "#stop_from = {charger_conf.charge_check_start}", NULL },
    { "charger_conf.*", "#stop_until = {charger_conf.charge_check_end}", NULL },
    { .text = NULL },
};
// clang-format on

/* A ring of so many samples, in hours; 1 at least, since 0 keeps everything. */
/* Both, once each; the page has a port of its own. */
static void reckon_ports(struct old_job *job)
{
    const char *commands = old_value(job, "http_conf.port"),
               *graphs = old_value(job, "datalogger_conf.port");
    char ports[16];
    struct text t = text_on(ports, sizeof ports);

    if (strcmp(commands, PAGE_PORT) != 0)
        text_add(&t, commands);
    if (*graphs && strcmp(graphs, commands) != 0 && strcmp(graphs, PAGE_PORT) != 0)
        text_format(&t, "%s%s", t.used ? " " : "", graphs);
    if (t.used)
        old_value_say(job, "old_ports", ports);
}

static void reckon(struct old_job *job)
{
    double samples = 0, pause = 0;

    reckon_ports(job);
    (void)number_read(old_value(job, "datalogger_conf.samples"), &samples); /* both were taken */
    (void)number_read(old_value(job, "datalogger_conf.last_interval"), &pause);
    old_value_make(job, "keep_fine", fmax(1, fmin(ceil(samples * pause / 3600), 87600)));
}

static const char *const marks[] = {"datalogger_conf.*", "charger_conf.*", NULL};
static const char *const look[] = {
    "look at: USB is assumed; for --serial take the other line = of [bus inverter], with your port",
    "look at: stop the old program first: on one socket each would take the other's answers",
    NULL,
};

const struct old_program old_godenerg = {
    .word = "godenerg",
    .title = "godenerg",
    .form = OLD_PYTHON,
    .marks = marks,
    .rows = rows,
    .lines = lines,
    .look = look,
    .reckon = reckon,
};
