/* A wire: its settings, lent and returned (bus/bus.h); talk.c speaks on it. */
#include "bus/bus_inside.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "bus/loan.h"

#include <stdlib.h>
#include <string.h>

// clang-format off
const struct setting bus_settings[] = {
    /* key        type    default  least most  choices  help */
    { "line",     TEXT,   NULL,    0,    0,    NULL, "Which wire: rtu:/dev/ttyUSB0, tcp:HOST:PORT, sim, replay:FILE (see: helio list lines)" },
    { "every",    NUMBER, "10",    0.1,  86400, NULL, "Seconds from one round to the next" },
    { "tries",    NUMBER, "6",     1,    20,   NULL, "How often one question is asked before it is given up" },
    { "patience", NUMBER, "3",     0.1,  60,   NULL, "Seconds after which one question is given up, whatever the tries" },
    { "wait",     NUMBER, "0",     0,    60,   NULL, "The longest wait for an answer to begin, in seconds; 0: as its kind of line, 1 on tcp, 0.6 else" },
    { "echo",     YESNO,  "no",    0,    0,    NULL, "The adapter gives back what we send: drop it" },
    SETTINGS_END,
};
// clang-format on

/* Some controllers take 500 ms to begin. */
static const int64_t WAIT_US = 600000;
int bus_init(struct bus *bus, const char *name, const struct line *line, const char *where,
             const struct section *section)
{
    *bus = (struct bus){.name = name, .line = line, .section = section, .loan = -1};
    if (strlen(where) >= sizeof bus->where)
        return ERR_CONFIG;
    strcpy(bus->where, where);
    bus->chance = chance_seeded(0);
    bus->drain_us = 25000;
    bus->wait_us = (int64_t)(section_number(section, "wait") * 1e6);
    if (!bus->wait_us)
        bus->wait_us = line->wait_us ? line->wait_us : WAIT_US;
    bus->strips_echo = section_yes(section, "echo");
    bus->memory = line->memory ? calloc(1, line->memory) : NULL;
    return line->memory && !bus->memory ? ERR_FULL : OK;
}

void bus_close(struct bus *bus)
{
    if (bus->is_open)
        bus->line->close(bus);
    bus->is_open = false;
}

void bus_done(struct bus *bus)
{
    if (!bus->line)
        return;
    bus_return(bus);
    bus_close(bus);
    free(bus->memory);
    bus->memory = NULL;
    bus->line = NULL;
}

static int borrow(struct bus *bus, int64_t wait_us)
{
    uint8_t stray[ANSWER_MAX];
    int rc, n;

    /* Plugged in again, the same path may be another wire: it is named anew before each opening. */
    if (!bus->is_open) {
        bus->loan_name[0] = '\0';
        memset(bus->memory, 0, bus->line->memory);
        rc = bus->line->identify ? bus->line->identify(bus, bus->loan_name, sizeof bus->loan_name)
                                 : OK;
        if (rc)
            return rc;
    }
    if (*bus->loan_name) {
        rc = loan_take(bus->loan_name, bus->name, wait_us, bus->stop, &bus->loan);
        if (rc)
            return rc;
    }
    if (!bus->is_open) {
        rc = bus->line->open(bus);
        if (rc) {
            loan_return(&bus->loan);
            return rc;
        }
        bus->is_open = true;
    }
    bus->is_lent = true;
    bus->kept = 0;
    if (bus->line->lend)
        bus->line->lend(bus, true);
    /* What was said while the wire was not ours is not for us. */
    while ((n = bus->line->receive(bus, stray, sizeof stray, 0)) > 0)
        bus->counts.stray_bytes += (uint64_t)n;
    bus->last_byte_us = clock_us();
    if (n < 0) {
        bus_return(bus);
        bus_close(bus);
        return n;
    }
    return OK;
}

int bus_borrow(struct bus *bus, int64_t wait_us)
{
    lock_hold_none("a wire");
    int rc = borrow(bus, wait_us);

    if (rc) {
        bus->is_missed |= rc == ERR_GONE;
        return rc;
    }
    if (bus->is_missed || (bus->known_us && bus->known_us != bus->plugged_us))
        bus->returns++;
    bus->is_missed = false;
    bus->known_us = bus->plugged_us;
    return OK;
}

void bus_return(struct bus *bus)
{
    if (!bus->is_lent)
        return;
    if (bus->line->lend && bus->is_open)
        bus->line->lend(bus, false);
    if (bus->line->closes_between)
        bus_close(bus);
    loan_return(&bus->loan);
    bus->is_lent = false;
}
