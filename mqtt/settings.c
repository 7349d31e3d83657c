/* The words of an mqtt sink, and what they must not say together (mqtt/settings.h). */
#include "mqtt/settings.h"

#include "base/log.h"
#include "mqtt/discovery.h"
#include "mqtt/topics.h"

#include <string.h>

// clang-format off
const struct setting mqtt_settings[] = {
    /* key                type    default             least most   choices help */
    { "server",           TEXT,   "127.0.0.1",        0,    0,     NULL, "The broker's host" },
    { "port",             NUMBER, "0",                0,    65535, NULL, "Its port; 0: 1883, with TLS 8883" },
    { "protocol",         CHOICE, "3.1.1",            0,    0,     "3.1.1 5", "MQTT's version; only 5 says when an access list refuses something" },
    { "user",             TEXT,   "",                 0,    0,     NULL, "Who we are to the broker" },
    { "password_file",    TEXT,   "",                 0,    0,     NULL, "The file that holds the password, for you alone to read (chmod 600)" },
    { "tls",              YESNO,  "no",               0,    0,     NULL, "Encrypted; the broker's certificate is checked" },
    { "ca_file",          TEXT,   "",                 0,    0,     NULL, "tls: certificates to trust instead of the system's" },
    { "cert_file",        TEXT,   "",                 0,    0,     NULL, "tls: our own certificate, if the broker wants one" },
    { "key_file",         TEXT,   "",                 0,    0,     NULL, "tls: the key of cert_file" },
    { "client",           TEXT,   "",                 0,    0,     NULL, "Client id; empty: one that stays with this machine, site, store and sink" },
    { "keepalive",        NUMBER, "45",               5,    600,   NULL, "Seconds of silence after which each side looks whether the other is there" },
    { "prefix",           TEXT,   "helio",            0,    0,     NULL, "Before all topics: helio/DEVICE/state" },
    { "catch_up",         CHOICE, "newest",           0,    0,     "newest everything", "After a gap: only the latest of each device, or every reading" },
    { "layout",           CHOICE, "helio",            0,    0,     "helio axpert-addon goodwe", "Topics and keys: ours, those of the old Axpert add-on, or of GoodWeUSBLogger" },
    { "topic",            TEXT,   "",                 0,    0,     NULL, "axpert-addon: the unit's topic, {sn} becomes its serial number; goodwe: the word before the serial number" },
    { "topic_parallel",   TEXT,   "power/axpert",     0,    0,     NULL, "axpert-addon: the topic of units in parallel" },
    { "allow_tell",       YESNO,  "no",               0,    0,     NULL, "Take settings from PREFIX/DEVICE/set/SETTING; the device's own allow_tell is needed, too" },
    { "allow_cut_power",  YESNO,  "no",               0,    0,     NULL, "With allow_tell: also what leaves a house without power" },
    { "discovery",        CHOICE, "no",               0,    0,     "no device entity", "Tell Home Assistant of all devices: one message each, or one for each entity (before 2024.12)" },
    { "discovery_prefix", TEXT,   "homeassistant",    0,    0,     NULL, "Home Assistant's own discovery prefix" },
    { "page",             TEXT,   "",                 0,    0,     NULL, "discovery: the link from each device to helio's own page, as http://192.0.2.7:8080/; empty: where [web] listens, if that is one address" },
    SETTINGS_END,
};
// clang-format on

static void check_tls(struct section *s)
{
    static const char *const keys[] = {"ca_file", "cert_file", "key_file"};
    const char *server = section_text(s, "server");

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (section_says(s, keys[i]) && !section_yes(s, "tls"))
            section_fault(s, keys[i], "belongs to tls = yes");
    if (section_says(s, "cert_file") != section_says(s, "key_file"))
        section_fault(s, section_says(s, "key_file") ? "cert_file" : "key_file",
                      "is missing: a certificate and its key belong together");
    if (section_says(s, "password_file") && !section_yes(s, "tls") &&
        strncmp(server, "127.", 4) != 0 && strcmp(server, "localhost") != 0 &&
        strcmp(server, "::1") != 0)
        log_warn(s->name, "the password travels readable: tls = yes would hide it");
}

static void check_layout(struct section *s)
{
    bool is_ours = !strcmp(section_text(s, "layout"), "helio");
    static const char *const old[] = {"topic", "topic_parallel"};
    static const char *const ours[] = {"prefix", "allow_tell", "allow_cut_power", "discovery",
                                       "discovery_prefix"};

    for (int i = 0; i < 2; i++)
        if (is_ours && section_has(s, old[i]))
            section_fault(s, old[i], "belongs to the layouts of older programs; ours has prefix =");
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (!is_ours && section_has(s, ours[i]))
            section_fault(s, ours[i], "belongs to layout = helio");
    if (!strcmp(section_text(s, "layout"), "goodwe") && section_has(s, "topic_parallel"))
        section_fault(s, "topic_parallel", "belongs to layout = axpert-addon");
    if (section_says(s, "topic") && !topic_is_fine(section_text(s, "topic")))
        section_fault(s, "topic", "is no topic: no blanks, no + or #, no slash or $ at its start");
    if (!topic_is_fine(section_text(s, "topic_parallel")))
        section_fault(s, "topic_parallel",
                      "is no topic: no blanks, no + or #, no slash or $ at its start");
    if (!discovery_prefix_is_fine(section_text(s, "discovery_prefix")))
        section_fault(s, "discovery_prefix",
                      "must be of letters, digits, _ and -, with single slashes between");
    if (!topic_prefix_is_fine(section_text(s, "prefix")))
        section_fault(s, "prefix", "must be of a-z, 0-9, _ and -, with single slashes between");
}

void mqtt_check(struct section *s)
{
    const char *server = section_text(s, "server");

    if (!*server || strpbrk(server, " /@") || strlen(server) > 100)
        section_fault(s, "server",
                      "must be a host alone; port, user and tls have keys of their own");
    if (strlen(section_text(s, "client")) > 60)
        section_fault(s, "client", "is longer than 60 signs");
    if (section_says(s, "password_file") && !section_says(s, "user"))
        section_fault(s, "user", "is missing: whose password is it?");
    if (section_yes(s, "allow_cut_power") && !section_yes(s, "allow_tell"))
        section_fault(s, "allow_cut_power", "means nothing without allow_tell = yes");
    check_tls(s);
    check_layout(s);
    section_check_printable(s);
}
