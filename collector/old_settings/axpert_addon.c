/* The Axpert add-on for Home Assistant: options.json, an inverter on USB published to MQTT. */
#include "collector/old_settings/program.h"

// clang-format off
static const struct old_row rows[] = {
    { "mqtt_server",         TAKE_HOST, .usual = "core-mosquitto" },
    { "mqtt_client_id",      TAKE_WORD, .usual = "axpert" },
    { "mqtt_topic_parallel", TAKE_WORD, .usual = "power/axpert" },
    { "mqtt_topic",          TAKE_WORD, .usual = "power/axpert{sn}" },
    { .name = "mqtt_user", .take = TAKE_WORD },
    { "mqtt_password",       TAKE_SECRET,
      .told = "is not shown; it is kept in a file of its own: "
              "install -m 600 /dev/null /etc/helio/mqtt-password, then write it there with an editor" },
    { .name = NULL },
};

static const struct old_line lines[] = {
    { .text = "" },
    { .text = "# The inverter's USB socket, by its ids instead of /dev/hidraw0, which may become another unit's." },
    { .text = "[bus inverter]" },
    { .text = "line = hid:0665:5161" },
    { .text = "# seconds from one round to the next: the old program paused 3 after its two answers" },
    { .text = "every = 4" },
    { .text = "" },
    { .text = "# Units in parallel behind it become devices of their own, their totals axpert-system." },
    { .text = "[device axpert]" },
    { .text = "driver = axpert" },
    { .text = "bus = inverter" },
    { .text = "" },
    { .text = "# What a dashboard draws as the house; with units in parallel, name them all." },
    { .text = "[group house]" },
    { .text = "members = axpert" },
    { .text = "" },
    { .text = "# The same two topics as before. In a topic, sn in braces is the serial number." },
    { .text = "[sink mqtt]" },
    { .text = "kind = mqtt" },
    { .text = "layout = axpert-addon" },
    { .text = "server = {mqtt_server}" },
    { .text = "client = {mqtt_client_id}" },
    { .text = "topic = {mqtt_topic}" },
    { .text = "topic_parallel = {mqtt_topic_parallel}" },
    { "mqtt_user", "user = {mqtt_user}", NULL },
    { "mqtt_user", "password_file = /etc/helio/mqtt-password", NULL },
    { .text = NULL },
};
// clang-format on

static const char *const marks[] = {"mqtt_topic_parallel", "mqtt_topic", NULL};
static const char *const look[] = {
    "look at: helio scan finds the inverter and says whether it may be opened",
    "look at: stop the add-on first: on one socket each would take the other's answers",
    NULL,
};

const struct old_program old_axpert_addon = {
    .word = "axpert-addon",
    .title = "the Axpert add-on of Home Assistant",
    .form = OLD_JSON,
    .marks = marks,
    .rows = rows,
    .lines = lines,
    .look = look,
};
