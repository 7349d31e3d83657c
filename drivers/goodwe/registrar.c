/*
 * How inverters get their addresses (drivers/goodwe/goodwe.h). All on one wire share its seats: a
 * search finds whoever has no address yet, and who that is is only known when it has answered.
 *
 *                   +--------------------------------- silent, or "I am new" --------+
 *                   v                                                                |
 *      start --> UNKNOWN --remove--> FREE --who is new?--> serial --allocate--> confirmed: GIVEN
 *                (it may have         | nobody: next round    | of another seat:      |
 *                 an address from     |                       | that one gets it      | its own
 *                 before)             +--> rarely: remove     | of no seat: told,     v round
 *                                          from all addresses | and left alone      TAKEN
 *
 * An inverter answers a search at once, and passes over up to 14 others when nobody follows it up:
 * who was heard but not understood (several at once) is searched for so often. When we have just
 * begun a few searches must do, and one a round later.
 */
#include "drivers/goodwe/goodwe.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum { SKIPPED_MOST = 14, SILENCES_FIRST = 5, SILENCES_LATER = 1, ALLOCATIONS = 3 };
enum { SWEEP_AFTER = 3, SWEEP_FEW = 4, SWEEP_MANY = 16 };
enum { SWEEP_FIRST = 1, SWEEP_LAST = 0x7e };

/* Behind USB there is one, which nobody disturbs: reports of garbage are no reason to go on. */
static const int64_t USB_MOST_US = 6000000;

/* ---- seats --------------------------------------------------------------------------------- */

int goodwe_join(struct device *d)
{
    struct goodwe_wire *w = d->wire;

    if (w->count == GOODWE_SEATS) {
        log_err(d->name, "more than %d inverters on one wire", GOODWE_SEATS);
        return ERR_CONFIG;
    }
    struct goodwe_seat *s = &w->seats[w->count++];
    *s = (struct goodwe_seat){.name = d->name,
                              .address = d->address,
                              .wanted = d->section ? section_text(d->section, "serial") : ""};
    return OK;
}

static struct goodwe_seat *seat_at(struct goodwe_wire *w, uint8_t address)
{
    for (struct goodwe_seat *s = w->seats; s < w->seats + w->count; s++)
        if (s->address == address)
            return s;
    return NULL;
}

/* Named seats are for that one only, others for whoever comes first, and then always for that. */
static struct goodwe_seat *seat_for(struct goodwe_wire *w, const char *serial)
{
    for (struct goodwe_seat *s = w->seats; s < w->seats + w->count; s++) {
        const char *owner = *s->wanted ? s->wanted : s->serial;
        if (!*owner || !strcmp(owner, serial))
            return s;
    }
    return NULL;
}

const char *goodwe_serial(const struct device *d)
{
    const struct goodwe_seat *s = seat_at(d->wire, d->address);

    return s ? s->serial : "";
}

static bool is_anybody_there(const struct goodwe_wire *w)
{
    for (const struct goodwe_seat *s = w->seats; s < w->seats + w->count; s++)
        if (s->state == SEAT_TAKEN)
            return true;
    return false;
}

/* ---- single steps -------------------------------------------------------------------------- */

/* Sent, and its answer taken apart. The packet's data lies in `a`. */
static int step(struct device *d, uint8_t whom, uint8_t function, const uint8_t *data,
                uint8_t length, struct answer *a, struct goodwe_packet *p)
{
    uint8_t bytes[ASK_MAX];
    struct ask ask = {
        .whole = goodwe_whole, .pace = &d->pace, .tries = 1, .again_us = GOODWE_AGAIN_US};

    ask.length = goodwe_make(bytes, GOODWE_MASTER, whom, GOODWE_REGISTER, function, data, length);
    ask.shape = (uint32_t)whom << 8 | function;
    goodwe_dress(d->speech, bytes, &ask);
    int rc = bus_talk(d->bus, &ask, a);
    return rc ? rc : goodwe_judge(goodwe_asked(bytes), a->bytes, a->length, p);
}

static bool is_end(int rc)
{
    return rc == ERR_GONE || rc == ERR_STOPPED || rc == ERR_IO;
}

/* On some adapters we hear ourselves. */
static bool is_silence(int rc)
{
    return rc == ERR_TIMEOUT || rc == ERR_ECHO;
}

/* Whoever has this address gives it back. OK: there was somebody. */
static int take_back(struct device *d, uint8_t address)
{
    struct goodwe_packet p;
    struct answer a;

    return step(d, address, GOODWE_REMOVE, NULL, 0, &a, &p);
}

/* Several may answer a search at once: then there is nothing to be understood. */
static int who_is_new(struct device *d, char serial[GOODWE_SERIAL + 1])
{
    struct goodwe_packet p;
    struct answer a;
    int rc = step(d, GOODWE_NOBODY, GOODWE_OFFLINE, NULL, 0, &a, &p);

    if (!rc && p.length < GOODWE_SERIAL)
        rc = ERR_SHORT;
    if (!rc) {
        memcpy(serial, p.data, GOODWE_SERIAL);
        serial[GOODWE_SERIAL] = '\0';
    }
    return rc;
}

/* When its yes was lost it has the address all the same, and hears no second offer: the address is
 * taken back, and it is as new as before. */
static int allocate(struct device *d, const char *serial, uint8_t address)
{
    uint8_t given[GOODWE_SERIAL + 1];
    struct goodwe_packet p;
    struct answer a;
    int rc = ERR_TIMEOUT;

    memcpy(given, serial, GOODWE_SERIAL);
    given[GOODWE_SERIAL] = address;
    for (int n = 0; n < ALLOCATIONS && rc && !is_end(rc); n++)
        rc = step(d, GOODWE_NOBODY, GOODWE_ALLOCATE, given, sizeof given, &a, &p);
    if (rc && !is_end(rc) && take_back(d, address) == OK)
        log_debug(d->name, "%s took address %u without a word", serial, address);
    return rc;
}

/* ---- who has no address yet? --------------------------------------------------------------- */

static void tell_stranger(struct goodwe_wire *w, const char *who, const char *serial)
{
    if (!strcmp(w->stranger, serial))
        return;
    snprintf(w->stranger, sizeof w->stranger, "%s", serial);
    log_warn(who,
             "another inverter asks for an address: give it a [device] of its own with serial = %s",
             serial);
}

static int welcome(struct device *d, const char *serial)
{
    struct goodwe_wire *w = d->wire;
    struct goodwe_seat *s = seat_for(w, serial);

    if (!s) {
        tell_stranger(w, d->name, serial);
        return ERR_FOREIGN;
    }
    int rc = allocate(d, serial, s->address);
    if (rc)
        return rc;
    if (s->state != SEAT_TAKEN) /* its own device is already talking to it: no news for that */
        s->state = SEAT_GIVEN;
    snprintf(s->serial, sizeof s->serial, "%s", serial);
    log_info(s->name, "%s has address %u now", serial, s->address);
    return OK;
}

static int search(struct device *d, const struct goodwe_seat *mine, unsigned silences_most)
{
    unsigned silences = 0;
    int64_t until = d->speech == &goodwe_usb_speech ? clock_us() + USB_MOST_US : INT64_MAX;
    int rc = ERR_TIMEOUT;

    for (unsigned n = 0; n <= 2 * SKIPPED_MOST && mine->state != SEAT_GIVEN; n++) {
        char serial[GOODWE_SERIAL + 1];
        if (clock_us() > until)
            break;
        rc = who_is_new(d, serial);
        if (is_silence(rc) && ++silences >= silences_most)
            break;
        if (rc && !is_silence(rc)) /* several spoke at once */
            silences_most = SKIPPED_MOST + 1;
        if (rc == OK)
            rc = welcome(d, serial);
        if (is_end(rc))
            return rc;
    }
    return mine->state == SEAT_GIVEN ? OK : rc ? rc : ERR_TIMEOUT;
}

/*
 * Perhaps it has an address that another program gave it. Within ten minutes it will have forgotten
 * that by itself; taken back, it is heard at once. A few addresses a round, each of them once.
 */
static int sweep(struct device *d)
{
    struct goodwe_wire *w = d->wire;
    unsigned left = is_anybody_there(w) ? SWEEP_FEW : SWEEP_MANY;
    int rc = ERR_TIMEOUT;

    for (; left && w->swept < SWEEP_LAST && rc != OK && !is_end(rc); left--) {
        uint8_t address = (uint8_t)(SWEEP_FIRST + w->swept++);
        const struct goodwe_seat *s = seat_at(w, address);
        if (!s || s->state != SEAT_TAKEN)
            rc = take_back(d, address);
        if (rc == OK)
            log_info(d->name, "an inverter had address %u from before", address);
    }
    return rc;
}

/* We have just begun, or the wire has. */
static bool is_beginning(const struct goodwe_wire *w, const struct bus *bus)
{
    return !w->has_searched || w->returns != bus->returns;
}

int goodwe_meet(struct device *d)
{
    struct goodwe_wire *w = d->wire;
    struct goodwe_seat *mine = seat_at(w, d->address);
    int rc = OK;

    if (mine->state == SEAT_TAKEN)
        mine->state = SEAT_UNKNOWN;
    if (mine->state == SEAT_UNKNOWN) {
        rc = take_back(d, d->address);
        if (is_end(rc))
            return rc;
        mine->state = SEAT_FREE;
    }
    if (mine->state == SEAT_FREE) {
        rc = search(d, mine, is_beginning(w, d->bus) ? SILENCES_FIRST : SILENCES_LATER);
        w->has_searched = true;
        w->returns = d->bus->returns;
    }
    if (mine->state == SEAT_FREE && !is_end(rc) && ++mine->failures >= SWEEP_AFTER &&
        sweep(d) == OK)
        rc = search(d, mine, SILENCES_FIRST);
    if (mine->state != SEAT_GIVEN)
        return rc;
    mine->state = SEAT_TAKEN;
    mine->failures = 0;
    snprintf(d->identity.serial, sizeof d->identity.serial, "%s", mine->serial);
    return OK;
}

/* "I am new here": a register request, whatever was asked. */
bool goodwe_has_begun_anew(const struct answer *a)
{
    struct goodwe_packet p;

    for (size_t at = 0; goodwe_hunt(a->bytes + at, a->length - at, &p) == OK; at += p.end)
        if (p.control == GOODWE_REGISTER && p.function == (GOODWE_OFFLINE | GOODWE_ANSWER))
            return true;
    return false;
}
