/* Waiting for what is said by itself (bus/listen.h). */
#include "bus/listen.h"

#include "base/clock.h"
#include "bus/capture.h"
#include "bus/receive.h"

#include <string.h>

static const int64_t LOOK_US = 200000; /* so soon is it noticed that somebody wants to stop */

static void drop(struct bus *bus, size_t count)
{
    bus->kept -= count;
    memmove(bus->kept_bytes, bus->kept_bytes + count, bus->kept);
}

/* Looks at what is here: OK, ERR_TIMEOUT when the packet has not come yet, or why it is none. */
static int look(struct bus *bus, const struct ask *ask, struct answer *a)
{
    size_t skipped = ask->pass(ask, bus->kept_bytes, bus->kept);

    drop(bus, skipped);
    a->skipped += skipped;
    int whole = bus->kept ? ask->whole(ask, bus->kept_bytes, bus->kept) : 0;
    if (!whole && bus->kept == sizeof bus->kept_bytes)
        whole = ERR_GARBAGE;
    if (!whole)
        return ERR_TIMEOUT;
    a->length = whole > 0 ? (size_t)whole : bus->kept;
    memcpy(a->bytes, bus->kept_bytes, a->length);
    drop(bus, whole > 0 ? (size_t)whole : 1);
    return whole > 0 ? OK : whole;
}

static int hear_more(struct bus *bus, int64_t wait_us)
{
    size_t room = sizeof bus->kept_bytes - bus->kept;
    int n = bus_hear(bus, bus->kept_bytes + bus->kept, room, wait_us);

    bus->kept += n > 0 ? (size_t)n : 0;
    return n;
}

static void note(struct bus *bus, const struct ask *ask, const struct answer *a, int rc)
{
    bus->counts.failed[error_index(rc)]++;
    bus->counts.answered += rc == OK;
    bus->counts.retried += rc != OK && rc != ERR_TIMEOUT;
    if (a->length)
        log_wire(bus->name, '<', a->bytes, a->length);
    if (bus->record)
        capture_write(bus->record, ask->bytes, ask->length, a->bytes, a->length, rc);
}

int bus_listen(struct bus *bus, const struct ask *ask, struct answer *a)
{
    int64_t until = clock_us() + ask->patience_us, left;
    int garbled = ERR_TIMEOUT;

    bus->counts.asked++;
    a->skipped = a->length = 0;
    for (;;) {
        int rc = look(bus, ask, a);
        if (rc != ERR_TIMEOUT) {
            note(bus, ask, a, rc);
            garbled = rc;
        }
        if (rc == OK)
            return OK;
        if (rc != ERR_TIMEOUT)
            continue; /* there may be more behind it */
        if (bus->stop && bell_is_rung(bus->stop))
            return ERR_STOPPED;
        left = until - clock_us();
        if (left <= 0)
            break;
        int n = hear_more(bus, left < LOOK_US ? left : LOOK_US);
        if (n < 0)
            return n;
    }
    a->length = 0;
    if (garbled == ERR_TIMEOUT)
        note(bus, ask, a, garbled);
    return garbled;
}
