/* GoodWeUSBLogger: goodwe.conf, one inverter on USB, published to MQTT. */
#include "collector/old_settings/program.h"

// clang-format off
static const struct old_row rows[] = {
    { "inverter.pollinterval", TAKE_NUMBER, .usual = "2.5", .least = 100, .most = 86400000, .scale = 0.001,
      .told = "was the time between two publications; it becomes the time between two rounds of questions" },
    { "inverter.vendorId", TAKE_HEX4, .usual = "0084" },
    { "inverter.modelId",  TAKE_HEX4, .usual = "0041" },
    { .name = "inverter.loglevel", .take = TAKE_LEVEL },
    { "inverter.logfile",  TAKE_LOG, .told = OLD_LOG_TOLD },
    { "mqtt.server",   TAKE_HOST,   .usual = "localhost" },
    { "mqtt.port",     TAKE_NUMBER, .usual = "1883", .least = 1, .most = 65535 },
    { "mqtt.topic",    TAKE_WORD,   .usual = "goodwe" },
    { "mqtt.clientid", TAKE_WORD,   .usual = "goodwe-usb" },
    { .name = "mqtt.username", .take = TAKE_WORD },
    { "mqtt.password", TAKE_SECRET,
      .told = "is not shown; it is kept in a file of its own: "
              "install -m 600 /dev/null /etc/helio/mqtt-password, then write it there with an editor" },
    { .name = NULL },
};

static const struct old_line lines[] = {
    { "inverter.log*", "", NULL },
    { "inverter.log*", "[helio]", NULL },
    { "inverter.loglevel", "log_level = {inverter.loglevel}", NULL },
    { "inverter.logfile", "log_file = {inverter.logfile}", NULL },
    { .text = "" },
    { .text = "# The inverter's USB socket, by its ids (vendorId, modelId), wherever it is plugged in." },
    { .text = "[bus roof]" },
    { .text = "line = hid:{inverter.vendorId}:{inverter.modelId}" },
    { .text = "# seconds from one round to the next (pollinterval)" },
    { .text = "every = {inverter.pollinterval}" },
    { .text = "" },
    { .text = "[device goodwe]" },
    { .text = "driver = goodwe" },
    { .text = "bus = roof" },
    { .text = "# the address it is given: what the old program gave" },
    { .text = "address = 11" },
    { .text = "" },
    { .text = "# What a dashboard draws as the house." },
    { .text = "[group house]" },
    { .text = "members = goodwe" },
    { .text = "" },
    { .text = "# The same topics as before: {mqtt.topic}/SERIAL/data and /online." },
    { .text = "[sink mqtt]" },
    { .text = "kind = mqtt" },
    { .text = "layout = goodwe" },
    { .text = "server = {mqtt.server}" },
    { .text = "port = {mqtt.port}" },
    { .text = "topic = {mqtt.topic}" },
    { .text = "client = {mqtt.clientid}" },
    { "mqtt.username", .text = "user = {mqtt.username}" },
    { "mqtt.username", .text = "password_file = /etc/helio/mqtt-password" },
    { .text = NULL },
};
// clang-format on

static const char *const marks[] = {"inverter.vendorId",     "inverter.modelId",
                                    "inverter.pollinterval", "inverter.*+mqtt.*",
                                    "mqtt.server",           NULL};
static const char *const look[] = {
    "look at: helio scan finds the inverter and says whether its USB ids are these and whether it "
    "may be opened",
    "look at: stop the old program first, or both will give the inverter its address",
    NULL,
};

const struct old_program old_goodwe = {
    .word = "goodwe",
    .title = "GoodWeUSBLogger",
    .form = OLD_INI,
    .marks = marks,
    .rows = rows,
    .lines = lines,
    .look = look,
};
