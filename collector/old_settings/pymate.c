/* pyMATE: settings.py of its collector, a MATEnet uploaded page by page; or of its small tools. */
#include "collector/old_settings/program.h"

// clang-format off
static const struct old_row rows[] = {
    { "SERIAL_PORT",  TAKE_PORT,   .usual = "/dev/ttyUSB0", .is_needed = true },
    { "SERIAL_PROTO", TAKE_CHOICE, .usual = "MATE", .words = "MATE PJON" },
    { "MX_PORT",      TAKE_NUMBER, .usual = "0", .least = 0, .most = 10,
      .told = "is not needed: what is behind a hub is found. If there is no hub, write driver = mate_mx" },
    { "STATUS_INTERVAL",   TAKE_NUMBER, .usual = "10", .least = 0.1, .most = 86400 },
    { "FXSTATUS_INTERVAL", TAKE_NUMBER, .usual = "60", .least = 0.1, .most = 86400,
      .told = "goes into a comment: all units are asked each round; a unit named in a section of its own has its own every =" },
    { "DCSTATUS_INTERVAL", TAKE_NUMBER, .usual = "10", .least = 0.1, .most = 86400,
      .told = "goes into a comment: all units are asked each round; a unit named in a section of its own has its own every =" },
    { "SYNC_INTERVAL", TAKE_NOT,
      .told = "keep_time and share_temperature do that, at intervals of their own; they write to devices, so they are "
              "comments until you want them" },
    { "LOGPAGE_RETRIEVAL_TIME", TAKE_NOT,
      .told = "is not needed: a finished day is fetched when the charger has turned to the next, and missed ones later" },
    { .name = "ENDPOINT_URL", .take = TAKE_URL },
    { "LOGFILE",      TAKE_LOG, .told = OLD_LOG_TOLD },
    { "DATABASE.*",   TAKE_NOT,
      .told = "is of the receiver: helio keeps what it receives in its own store (docs/mate-rest.md, Receiving)" },
    { .name = NULL },
};

static const struct old_line lines[] = {
    { "LOGFILE", "", NULL },
    { "LOGFILE", "[helio]", NULL },
    { "LOGFILE", "log_file = {LOGFILE}", NULL },
    { .text = "" },
    { .text = "[bus mate]" },
    { "SERIAL_PROTO=MATE", "line = serial9:{SERIAL_PORT}", NULL },
    { "SERIAL_PROTO=PJON", "line = pjon:{SERIAL_PORT}", NULL },
    { "SERIAL_PROTO=PJON", "# what the old program took; boards with USB of their own take any", NULL },
    { "SERIAL_PROTO=PJON", "speed = 9600", NULL },
    { .text = "# seconds from one round to the next (STATUS_INTERVAL)" },
    { .text = "every = {STATUS_INTERVAL}" },
    { .text = "" },
    { .text = "# The hub. Each unit behind it becomes a device: mate-mx1, mate-fx2, mate-dc3." },
    { .text = "[device mate]" },
    { .text = "driver = mate" },
    { .text = "bus = mate" },
    { .text = "# What the old program did each SYNC_INTERVAL. It writes to devices; not beside a MATE." },
    { .text = "#allow_tell = yes" },
    { .text = "#keep_time = yes" },
    { .text = "#share_temperature = yes" },
    { .text = "" },
    { .text = "# An interval of its own for a unit: say its port on the hub (helio scan, or helio watch)." },
    { .text = "#[device fx]" },
    { .text = "#driver = mate" },
    { .text = "#bus = mate" },
    { .text = "#serial = fx2" },
    { .text = "#every = {FXSTATUS_INTERVAL}" },
    { .text = "#[device dc]" },
    { .text = "#driver = mate" },
    { .text = "#bus = mate" },
    { .text = "#serial = dc3" },
    { .text = "#every = {DCSTATUS_INTERVAL}" },
    { .text = "" },
    { .text = "# What a dashboard draws as the house: helio scan writes it with the units that are there." },
    { .text = "#[group house]" },
    { .text = "#pv = mate-mx1" },
    { .text = "#battery = mate-mx1" },
    { .text = "#load = mate-fx2" },
    { "ENDPOINT_URL", "", NULL },
    { "ENDPOINT_URL", "# The receiver, as before. It cannot tell two units of a kind apart: with several,", NULL },
    { "ENDPOINT_URL", "# device = names those it gets (docs/mate-rest.md).", NULL },
    { "ENDPOINT_URL", "[sink receiver]", NULL },
    { "ENDPOINT_URL", "kind = mate_rest", NULL },
    { "ENDPOINT_URL", "url = {ENDPOINT_URL}", NULL },
    { .text = NULL },
};
// clang-format on

static void reckon(struct old_job *job)
{
    if (!*old_value(job, "ENDPOINT_URL"))
        finds_remark(job->finds, 0,
                     "look at: no ENDPOINT_URL that can be used, so no [sink] is written: readings "
                     "are kept in the store only");
}

static const char *const marks[] = {"SERIAL_PORT", "ENDPOINT_URL", "SERIAL_PROTO", NULL};
static const char *const look[] = {
    "look at: two talkers on a MATEnet do not go together: stop the old program, unplug a MATE",
    NULL,
};

const struct old_program old_pymate = {
    .word = "pymate",
    .title = "pyMATE",
    .form = OLD_PYTHON,
    .marks = marks,
    .rows = rows,
    .lines = lines,
    .look = look,
    .reckon = reckon,
};
