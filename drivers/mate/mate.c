/* What all kinds on MATEnet share: where they sit, how they are greeted (drivers/mate/mate.h). */
#include "drivers/mate/kinds.h"
#include "drivers/mate/line.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

// clang-format off
#define MATENET                                                                                    \
    {.scheme = "serial9", .usb_ids = "0403:6001 067b:2303"},                                       \
    {.scheme = "pjon", .usb_ids = "2341:0043 2341:8036 1b4f:9206"},                                \
    {.scheme = "replay"},                                                                          \
    {.scheme = "sim", .options = "speed=8727,turnaround=5"} /* 9600, with eleven bits a byte */
/* A MATE's own serial port takes its power from the lines of the other side. */
#define STREAM(how) {.scheme = "serial", .options = "speed=19200,dtr=on,rts=off", .speech = &mate_stream, .blocks = how}

const struct place mate_places[] = {MATENET, {.scheme = NULL}};
const struct place mate_fx_places[] = {MATENET, STREAM(mate_stream_fx), {.scheme = NULL}};
const struct place mate_mx_places[] = {MATENET, STREAM(mate_stream_mx), {.scheme = NULL}};
const struct place mate_dc_places[] = {MATENET, STREAM(mate_stream_dc), {.scheme = NULL}};
// clang-format on

/* The names of the types, as register 0 says them. */
static const char *const type_names[] = {"nothing", "hub", "FX", "MX", "FLEXnet DC"};

static int ask_register(struct device *d, uint8_t port, struct ask ask, uint8_t command,
                        uint16_t at, uint16_t value, uint16_t *to)
{
    uint8_t bytes[ASK_MAX];
    struct block b = {.function = command, .start = at, .count = 1};
    struct answer a;
    size_t skipped;

    if (d->speech == &mate_stream)
        return ERR_ABSENT; /* who only listens has no registers */
    int rc = mate_speech.question(port, &b, bytes, &ask);
    if (rc)
        return rc;
    ask.bytes = bytes;
    ask.pace = &d->pace;
    ask.length = mate_ask(bytes, port, command, at, value);
    rc = bus_talk(d->bus, &ask, &a);
    if (rc)
        return rc;
    rc = mate_judge(bytes, a.bytes, a.length, &skipped);
    if (!rc)
        *to = (uint16_t)(a.bytes[skipped + 1] << 8 | a.bytes[skipped + 2]);
    return rc;
}

int mate_read(struct device *d, uint16_t at, uint16_t *value)
{
    return ask_register(d, d->address, (struct ask){.tries = 0}, MATE_READ, at, 0, value);
}

int mate_write(struct device *d, uint16_t at, uint16_t value, uint16_t *reply)
{
    return ask_register(d, d->address, (struct ask){.tries = 1}, MATE_WRITE, at, value, reply);
}

int mate_knock(struct device *d, uint8_t port, unsigned *type)
{
    /* Hubs answer within milliseconds; an answer says nothing of its port, and one that is later
     * than that must not stand for the next: what was said is believed when it is said again. */
    static const struct ask briefly = {.tries = 3, .silences = 1, .late_us = 80000},
                            again = {.tries = 3};
    uint16_t first = 0, second = 0;
    int rc = ask_register(d, port, briefly, MATE_READ, REG_TYPE, 0, &first);

    if (!rc)
        rc = ask_register(d, port, again, MATE_READ, REG_TYPE, 0, &second);
    *type = first & 0xff;
    return rc ? rc : first == second ? OK : ERR_FOREIGN;
}

unsigned mate_wanted_type(const struct device *d)
{
    return d->how.rows == mate_mx_rows ? MATE_MX : d->how.rows == mate_fx_rows ? MATE_FX : MATE_DC;
}

int mate_meet(struct device *d)
{
    struct mate_memory *m = d->memory;
    unsigned type = 0;

    if (d->speech == &mate_stream)
        return mate_stream_meet(d);
    m->is_sought |= d->address == 0;
    if (!m->is_sought)
        return OK;
    d->address = 0;
    for (uint8_t port = 0; port <= MATE_PORTS; port++) {
        int rc = mate_knock(d, port, &type);
        if (rc == OK && type == mate_wanted_type(d)) {
            d->address = port;
            log_info(d->name, "found on port %u", port);
            return OK;
        }
        if (rc == ERR_GONE || rc == ERR_STOPPED || (port == 0 && (rc || type != MATE_HUB)))
            return rc ? rc : ERR_FOREIGN;
    }
    return ERR_TIMEOUT;
}

int mate_greet(struct device *d, struct identity *who)
{
    uint16_t type = 0, revision[3] = {0};
    int rc = OK;

    if (d->speech == &mate_stream) { /* a line tells the kind and no more */
        snprintf(who->vendor, IDENTITY_TEXT, "Outback");
        snprintf(who->model, IDENTITY_TEXT, "%s", type_names[mate_wanted_type(d)]);
        return OK;
    }
    rc = mate_read(d, REG_TYPE, &type);

    for (uint16_t i = 0; i < 3 && !rc; i++)
        rc = mate_read(d, (uint16_t)(REG_REVISION + i), &revision[i]);
    if (rc)
        return rc;
    type &= 0xff;
    snprintf(who->vendor, IDENTITY_TEXT, "Outback");
    snprintf(who->model, IDENTITY_TEXT, "%s", type <= MATE_DC ? type_names[type] : "unknown");
    snprintf(who->firmware, IDENTITY_TEXT, "%03u.%03u.%03u", revision[0], revision[1], revision[2]);
    return OK;
}

void mate_duty(struct device *d)
{
    struct mate_memory *m = d->memory;

    if (!m->is_behind_hub)
        mate_duties_do(d, &m->duties, &d, 1);
}

void mate_derive_temperature(struct reading *r)
{
    enum { NO_SENSOR = 255 };
    double raw = 0;

    if (!reading_get(r, M_BATTERY_SENSOR_RAW, &raw) || reading_has(r, M_BATTERY_TEMPERATURE))
        return;
    if (raw > 0 && raw < (double)NO_SENSOR)
        (void)reading_put(r, M_BATTERY_TEMPERATURE, mate_celsius((unsigned)raw));
}
