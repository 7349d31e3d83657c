/*
 * A USB HID device that carries bytes in reports: the bridge chip in many inverters.
 *
 *      question  Q P I G S b7 a9 0d | ...      cut into reports, the last one filled with zeros
 *      written   00 + report                   hidraw takes a report number first: always 0 here
 *      answer    ( 2 3 1 . 1  50 | .0 ...      reports again, read as one stream
 *
 * The handle is open only while the wire is ours: the kernel gives every open handle a copy of
 * every report, also of those that answer another program's question.
 */
#include "bus/bus.h"
#include "bus/hid_find.h"

#include "base/clock.h"

#include <errno.h>
#include <hidapi.h>
#include <stdio.h>
#include <string.h>

enum { REPORT_MAX = 64 };

struct bridge {
    struct hid_unit unit; /* found by identify */
    hid_device *handle;
    size_t report; /* 0: a question is one report, however long */
    size_t held;   /* bytes of a report that the caller had no room for yet */
    uint8_t rest[REPORT_MAX];
};

static const int64_t STEP_US = 100000; /* how soon a rung bell is heard */

// clang-format off
static const struct setting hid_settings[] = {
    /* key         type    default least most     choices help */
    { "unit",      TEXT,   "",     0,    0,       NULL,   "Serial number that the unit itself gives; empty: the only one there is" },
    { "usb_path",  TEXT,   "",     0,    0,       NULL,   "Where it is plugged in, 1-1.4; empty: wherever" },
    { "report",    NUMBER, "8",    0,    REPORT_MAX, NULL, "Bytes in one report; 0: each question is one report as it is" },
    { "speed",     NUMBER, "2400", 0,    4000000, NULL,   "Bits a second of the wire behind the bridge; 0: unknown" },
    SETTINGS_END,
};
// clang-format on

/* VID:PID. A node's path is none: the kernel gives these out anew at every start. */
static bool is_vid_pid(const char *where)
{
    static const char hex[] = "0123456789abcdefABCDEF";

    return strlen(where) == 9 && strspn(where, hex) == 4 && where[4] == ':' &&
           strspn(where + 5, hex) == 4;
}

static int bridge_identify(struct bus *bus, char *to, size_t size)
{
    struct bridge *bridge = bus->memory;
    int rc;

    *to = '\0';
    if (!is_vid_pid(bus->where))
        return ERR_CONFIG;
    rc = hid_find(bus, &bridge->unit);
    if (rc == OK)
        hid_loan_name(&bridge->unit, to, size);
    return rc;
}

static int bridge_open(struct bus *bus)
{
    struct bridge *bridge = bus->memory;
    double speed = section_number(bus->section, "speed");

    bridge->report = (size_t)section_number(bus->section, "report");
    bridge->held = 0;
    bus->plugged_us = bridge->unit.plugged_us;
    bus->byte_us = speed > 0 ? (int64_t)(10e6 / speed + 0.5) : 0;
    bus->has_true_speed = speed > 0;
    bus->gap_us = 0; /* nobody else talks behind a bridge */
    /* Reports come as slowly as the wire fills them: shorter silences are no silence. */
    bus->drain_us = 25000 + 2 * (int64_t)bridge->report * bus->byte_us;
    return hid_unit_open(&bridge->unit, bus_loudness(bus), bus->name, &bridge->handle);
}

/* One report, or what was left of the last one. 0: none came. */
static int take(struct bridge *bridge, uint8_t *to, size_t size, int64_t wait_us)
{
    int n = (int)bridge->held;

    if (!n) {
        errno = 0;
        n = hid_read_timeout(bridge->handle, bridge->rest, sizeof bridge->rest,
                             (int)((clock_real_us(wait_us) + 999) / 1000));
        if (n < 0)
            return errno == EINTR ? 0 : ERR_GONE;
    }
    size_t given = (size_t)n < size ? (size_t)n : size;
    memcpy(to, bridge->rest, given);
    bridge->held = (size_t)n - given;
    memmove(bridge->rest, bridge->rest + given, bridge->held);
    return (int)given;
}

static int bridge_receive(struct bus *bus, uint8_t *to, size_t size, int64_t wait_us)
{
    int64_t until = clock_us() + (wait_us > 0 ? wait_us : 0);

    for (;;) {
        int64_t left = until - clock_us();
        int n = take(bus->memory, to, size, left < 0 ? 0 : left < STEP_US ? left : STEP_US);
        if (n || left <= 0)
            return n;
        if (bus->stop && bell_is_rung(bus->stop))
            return ERR_STOPPED;
    }
}

static int write_report(struct bridge *bridge, const uint8_t *bytes, size_t length, size_t padded)
{
    uint8_t report[1 + ASK_MAX] = {0};

    memcpy(report + 1, bytes, length);
    errno = 0;
    if (hid_write(bridge->handle, report, 1 + padded) == (int)(1 + padded))
        return OK;
    return errno == ETIMEDOUT || errno == EPIPE ? ERR_IO : ERR_GONE; /* it is there, but stuck */
}

static int bridge_send(struct bus *bus, const uint8_t *bytes, size_t length)
{
    struct bridge *bridge = bus->memory;
    int rc = OK;

    if (length > ASK_MAX)
        return ERR_DATA;
    if (!bridge->report)
        return write_report(bridge, bytes, length, length);
    while (length && !rc) {
        size_t part = length < bridge->report ? length : bridge->report;
        rc = write_report(bridge, bytes, part, bridge->report);
        bytes += part;
        length -= part;
    }
    return rc;
}

static void bridge_close(struct bus *bus)
{
    struct bridge *bridge = bus->memory;

    hid_unit_close(bridge->handle);
    bridge->handle = NULL;
}

const struct line line_hid = {
    .scheme = "hid",
    .title = "a USB HID bridge by its ids, as lsusb says, never by its node: hid:0665:5161",
    .parts = 2,
    .settings = hid_settings,
    .memory = sizeof(struct bridge),
    .open = bridge_open,
    .send = bridge_send,
    .receive = bridge_receive,
    .close = bridge_close,
    .identify = bridge_identify,
    .is_place = is_vid_pid,
    .has_units = true,
    .closes_between = true,
};
