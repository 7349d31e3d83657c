/*
 * How inverters get their addresses (drivers/goodwe/goodwe.h). All on one wire share its seats: a
 * search finds whoever has no address yet, and who that is is only known when it has answered.
 *
 *      start, line back               +------------ silent ------------+
 *            |                        v                                |
 *            +--remove from all --> FREE --remove, who is new?--> GIVEN --its own round--> TAKEN
 *                  seats              |        |                   ^                        |
 *                       nobody: next  |        | serial, allocate, |      "I am new" -------+
 *                       round; rarely |        | confirmed         |      allocate
 *                       remove from   |        +-------------------+
 *                       all addresses-+          of no seat: told, and left alone
 *
 * Nobody may have an address of ours before we give it: two that answer to one address would speak
 * under one name. So at the start all of them are taken back, from whoever has them, and the one of
 * a silent inverter before each search: it may have come back with it.
 *
 * An inverter answers a search at once, and passes over up to 14 others when nobody follows it up:
 * where one may have been heard but not understood, so many searches are owed. They go on in the
 * next rounds when there is no time for all: the wire is for others too. When nobody is there it
 * costs one short search a round, and once a minute a long look: three searches, and two glances
 * for each seat with a serial number.
 */
#include "drivers/goodwe/steps.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum { SKIPPED_MOST = 14, SEARCHES = 3, REMOVALS = 2, LOOKS_OFTEN = 10 };
enum { SWEEP_AFTER = 3, SWEEP_FEW = 4, SWEEP_MANY = 16 };
enum { SWEEP_FIRST = 1, SWEEP_LAST = 0x7e };

/* From one long look to the next, in the first minutes and later. */
static const int64_t LOOK_OFTEN_US = 15000000, LOOK_US = 60000000;
/* One search of a round, all of it; and how long the others on the wire need not try again. */
static const int64_t SEARCH_MOST_US = 3000000, QUIET_US = 5000000;
static const int64_t HOUR_US = INT64_C(3600000000);

/* ---- seats --------------------------------------------------------------------------------- */

int goodwe_join(struct device *d)
{
    struct goodwe_wire *w = d->wire;
    bool is_alone = d->bus && d->bus->line && d->bus->line->has_units; /* the line found it */

    if (w->count == GOODWE_SEATS) {
        log_err(d->name, "more than %d inverters on one wire", GOODWE_SEATS);
        return ERR_CONFIG;
    }
    struct goodwe_seat *s = &w->seats[w->count++];
    *s = (struct goodwe_seat){
        .name = d->name,
        .address = d->address,
        .wanted = is_alone || !d->section ? "" : section_text(d->section, "serial")};
    return OK;
}

struct goodwe_seat *goodwe_seat_at(struct goodwe_wire *w, uint8_t address)
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

bool goodwe_is_taken(struct goodwe_wire *w, uint8_t address)
{
    const struct goodwe_seat *s = goodwe_seat_at(w, address);

    return s && s->state == SEAT_TAKEN;
}

const char *goodwe_serial(const struct device *d)
{
    const struct goodwe_seat *s = goodwe_seat_at(d->wire, d->address);

    return s ? s->serial : "";
}

static bool is_anybody_there(const struct goodwe_wire *w)
{
    for (const struct goodwe_seat *s = w->seats; s < w->seats + w->count; s++)
        if (s->state == SEAT_TAKEN)
            return true;
    return false;
}

/* ---- who has no address yet? --------------------------------------------------------------- */

static bool was_told(const struct goodwe_wire *w, const char *serial)
{
    for (unsigned i = 0; i < GOODWE_STRANGERS; i++)
        if (!strcmp(w->strangers[i], serial))
            return true;
    return false;
}

/* An address that none of our own has. */
static uint8_t spare_address(struct goodwe_wire *w)
{
    uint8_t address = SWEEP_LAST;

    while (goodwe_seat_at(w, address))
        address--;
    return address;
}

/* More in an hour than we remember are no inverters: something on the wire makes numbers up. */
static bool may_tell(struct goodwe_wire *w)
{
    if (w->told >= GOODWE_STRANGERS && clock_us() - w->told_us < HOUR_US)
        return false;
    w->told = w->told < GOODWE_STRANGERS ? w->told : 0;
    return true;
}

/* What two said at once may look like the number of a third, who does not exist. One that exists
 * says yes to an address; it has it for a moment only. */
static void tell_stranger(struct device *d, const char *serial)
{
    struct goodwe_wire *w = d->wire;
    uint8_t address = spare_address(w);

    if (was_told(w, serial) || !may_tell(w) ||
        goodwe_allocate(d, serial, address, GOODWE_ALLOCATIONS, GOODWE_ANSWER_US))
        return;
    (void)(goodwe_take_back(d, address) == OK); /* if it did not hear that, it forgets by itself */
    w->told_us = w->told ? w->told_us : clock_us();
    snprintf(w->strangers[w->told++], sizeof w->strangers[0], "%s", serial);
    log_warn(d->name,
             "another inverter asks for an address: give it a [device] of its own with serial = %s",
             serial);
    if (w->told == GOODWE_STRANGERS)
        log_warn(d->name, "%d others ask for an address: more are not told of for an hour",
                 GOODWE_STRANGERS);
}

static void seat(struct goodwe_seat *s, const char *serial)
{
    if (s->state != SEAT_TAKEN) /* its own device is already talking to it: no news for that */
        s->state = SEAT_GIVEN;
    snprintf(s->serial, sizeof s->serial, "%s", serial);
    log_info(s->name, "%s has address %u now", serial, s->address);
}

/* ERR_FOREIGN: it is none of ours. */
static int welcome(struct device *d, const char *serial)
{
    struct goodwe_wire *w = d->wire;
    struct goodwe_seat *s = seat_for(w, serial);

    if (!s) {
        tell_stranger(d, serial);
        return ERR_FOREIGN;
    }
    int rc = goodwe_allocate(d, serial, s->address, GOODWE_ALLOCATIONS, GOODWE_ANSWER_US);
    if (rc == OK)
        seat(s, serial);
    return rc;
}

/* One whose number we know need not be understood: it asked, and hears its number and an address.
 */
static void offer(struct device *d, struct goodwe_seat *s)
{
    char serial[GOODWE_SERIAL + 1];

    snprintf(serial, sizeof serial, "%s", *s->wanted ? s->wanted : s->serial);
    if (s->state == SEAT_FREE && *serial &&
        goodwe_allocate(d, serial, s->address, 1, GOODWE_GLANCE_US) == OK)
        seat(s, serial);
}

static void offer_to_all(struct device *d)
{
    struct goodwe_wire *w = d->wire;

    for (struct goodwe_seat *s = w->seats; s < w->seats + w->count; s++)
        offer(d, s);
}

/* Until ours is found, or nobody answered so often. */
static int search(struct device *d, const struct goodwe_seat *mine, unsigned left, int64_t wait_us)
{
    struct goodwe_wire *w = d->wire;
    int64_t end_us = clock_us() + SEARCH_MOST_US;
    bool is_given = false, is_offered = false;
    int rc = ERR_TIMEOUT;

    while (left && mine->state != SEAT_GIVEN && clock_us() < end_us && !goodwe_is_end(rc)) {
        char serial[GOODWE_SERIAL + 1];
        rc = goodwe_who_is_new(d, wait_us, serial);
        if (rc == OK) {
            rc = welcome(d, serial);
            is_given |= rc == OK;
        } else if (goodwe_is_silence(rc)) {
            left--;
            w->owed -= w->owed > 0;
        } else { /* several spoke at once */
            if (!is_offered)
                offer_to_all(d);
            is_offered = true;
            w->owed = SKIPPED_MOST + 1;
            left = mine->state == SEAT_FREE ? w->owed : left - 1;
        }
    }
    if (!is_given)
        w->quiet_until_us = clock_us() + QUIET_US;
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

    for (; left && w->swept < SWEEP_LAST && rc != OK && !goodwe_is_end(rc); left--) {
        uint8_t address = (uint8_t)(SWEEP_FIRST + w->swept++);
        if (!goodwe_is_taken(w, address))
            rc = goodwe_take_back(d, address);
        if (rc == OK)
            log_info(d->name, "an inverter had address %u from before", address);
    }
    return rc;
}

/* We have just begun, or the wire has: who is there, and under which addresses, nobody knows. One
 * that did not hear it would be the second one at its address, so it is said twice. */
static int begin_anew(struct device *d)
{
    struct goodwe_wire *w = d->wire;

    for (struct goodwe_seat *s = w->seats; s < w->seats + w->count; s++) {
        s->state = SEAT_TAKEN; /* until somebody gave it back, or nobody twice */
        s->failures = 0;
        s->serial[0] = '\0';
    }
    for (int n = 0; n < REMOVALS; n++)
        for (struct goodwe_seat *s = w->seats; s < w->seats + w->count; s++) {
            int rc = s->state == SEAT_TAKEN ? goodwe_take_back(d, s->address) : OK;
            if (goodwe_is_end(rc))
                return rc;
            s->state = rc == OK || n + 1 == REMOVALS ? SEAT_FREE : SEAT_TAKEN;
        }
    w->has_begun = true;
    w->returns = d->bus->returns;
    w->swept = 0;
    w->owed = SKIPPED_MOST + 1; /* by whoever was heard before us */
    w->quiet_until_us = 0;
    return OK;
}

/* With all we have: now and then only, where nobody was found for long. */
static int look_for(struct device *d, struct goodwe_seat *mine)
{
    struct goodwe_wire *w = d->wire;
    int rc = search(d, mine, w->owed > SEARCHES ? w->owed : SEARCHES, GOODWE_ANSWER_US);

    w->look_again_us = clock_us() + (mine->failures < LOOKS_OFTEN ? LOOK_OFTEN_US : LOOK_US);

    if (!goodwe_is_end(rc))
        offer_to_all(d); /* perhaps only a request was lost */
    if (mine->state != SEAT_FREE || goodwe_is_end(rc))
        return mine->state == SEAT_FREE ? rc : OK;
    if (++mine->failures < SWEEP_AFTER || sweep(d) != OK)
        return rc;
    return search(d, mine, SEARCHES, GOODWE_ANSWER_US);
}

int goodwe_meet(struct device *d)
{
    struct goodwe_wire *w = d->wire;
    struct goodwe_seat *mine = goodwe_seat_at(w, d->address);
    bool has_just_left = mine->state == SEAT_TAKEN, is_long = true;
    int rc = ERR_TIMEOUT;

    if (!w->has_begun || w->returns != d->bus->returns) {
        rc = begin_anew(d);
    } else if (mine->state != SEAT_GIVEN) {
        /* Where nobody answered a neighbour just now, nobody answers us: but who was here since. */
        if (!has_just_left && clock_us() < w->quiet_until_us)
            return ERR_TIMEOUT;
        mine->state = SEAT_FREE;
        is_long = has_just_left || clock_us() >= w->look_again_us;
        rc = is_long ? goodwe_take_back(d, d->address) : OK;
    }
    /* Whoever wakes up answers the first search; who is slow, or has an address, is looked for. */
    if (mine->state == SEAT_FREE && !goodwe_is_end(rc))
        rc = is_long ? look_for(d, mine) : search(d, mine, w->owed ? w->owed : 1, GOODWE_GLANCE_US);
    if (mine->state != SEAT_GIVEN)
        return rc;
    mine->state = SEAT_TAKEN;
    mine->failures = 0;
    d->pace = (struct pace){0}; /* after a start it may be slower: as the wire was just now */
    snprintf(d->identity.serial, sizeof d->identity.serial, "%s", mine->serial);
    return OK;
}

int goodwe_call_in(struct device *d, uint8_t first, uint8_t last)
{
    int rc = OK;

    for (unsigned address = first; address <= last && !goodwe_is_end(rc); address++)
        rc = goodwe_take_back(d, (uint8_t)address);
    return goodwe_is_end(rc) ? rc : OK;
}

/* Ours is there. Searches that are owed are made all the same, a few a round: somebody may be there
 * who is not heard as long as all others have their addresses. */
void goodwe_look_round(struct device *d)
{
    struct goodwe_wire *w = d->wire;

    if (w->owed)
        (void)(search(d, goodwe_seat_at(w, d->address), SEARCHES, GOODWE_ANSWER_US) ==
               OK); /* nobody waits for it */
}

/*
 * Whoever says so whatever was asked has begun anew, and gets its address on the spot: as many of
 * them as there is time for, since others wait for the wire. True: what was asked has no answer in
 * this, or none that counts.
 */
bool goodwe_has_begun_anew(struct device *d, const struct answer *a)
{
    struct goodwe_seat *mine = goodwe_seat_at(d->wire, d->address);
    bool is_heard = false, is_answered = false, is_mine = false, is_lost = false;
    int64_t end_us = clock_us() + SEARCH_MOST_US;
    char serial[GOODWE_SERIAL + 1];
    struct goodwe_packet p;

    for (size_t at = 0; goodwe_hunt(a->bytes + at, a->length - at, &p) == OK; at += p.end) {
        is_answered |= p.control == GOODWE_READ && p.from == d->address;
        if (!goodwe_is_new(&p) || goodwe_read_serial(&p, serial))
            continue;
        is_heard = true;
        is_mine |= seat_for(d->wire, serial) == mine;
        if (clock_us() < end_us)
            is_lost |= welcome(d, serial) && seat_for(d->wire, serial) == mine;
    }
    if (!is_heard || (is_answered && !is_mine))
        return false;
    if (!is_lost)
        mine->state = SEAT_GIVEN; /* no search is needed: it has its address, or never lost it */
    return true;
}
