/* The verb `talk`: asked, and asked again (bus/bus.h). */
#include "bus/bus.h"

#include "base/backoff.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "bus/capture.h"
#include "bus/listen.h"
#include "bus/loan.h"
#include "bus/owed.h"
#include "bus/receive.h"

#include <stdlib.h>
#include <string.h>

// clang-format off
const struct setting bus_settings[] = {
    /* key        type    default  least most  choices  help */
    { "line",     TEXT,   NULL,    0,    0,    NULL, "Which wire: rtu:/dev/ttyUSB0, tcp:HOST:PORT, sim, replay:FILE (see: helio list lines)" },
    { "every",    NUMBER, "10",    0.1,  86400, NULL, "Seconds from one round to the next" },
    { "tries",    NUMBER, "6",     1,    20,   NULL, "How often one question is asked before it is given up" },
    { "patience", NUMBER, "3",     0.1,  60,   NULL, "Seconds after which one question is given up, whatever the tries" },
    { "echo",     YESNO,  "no",    0,    0,    NULL, "The adapter gives back what we send: drop it" },
    SETTINGS_END,
};
// clang-format on

/* Pauses before a retry. Short ones suffice: the other talker is done within a frame or two. */
static const int64_t PAUSE_LEAST_US = 5000, PAUSE_FIRST_US = 40000, PAUSE_MOST_US = 150000;
static const int64_t AGAIN_STEP_US = 100000;
/* A wire that is never silent for this long is jammed. */
static const int64_t JAMMED_US = 500000;

int bus_init(struct bus *bus, const char *name, const struct line *line, const char *where,
             const struct section *section)
{
    *bus = (struct bus){.name = name, .line = line, .section = section, .loan = -1};
    if (strlen(where) >= sizeof bus->where)
        return ERR_CONFIG;
    strcpy(bus->where, where);
    bus->chance = chance_seeded(0);
    bus->drain_us = 25000;
    bus->strips_echo = section_yes(section, "echo");
    bus->memory = line->memory ? calloc(1, line->memory) : NULL;
    return line->memory && !bus->memory ? ERR_FULL : OK;
}

static void close_line(struct bus *bus)
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
    close_line(bus);
    free(bus->memory);
    bus->memory = NULL;
    bus->line = NULL;
}

/* Listens until nobody has spoken for so long, and at least to what came in the meantime: nobody
 * has read that yet. ERR_GARBAGE: somebody never stops. */
static int wait_for_silence(struct bus *bus, int64_t silence_us)
{
    uint8_t stray[ANSWER_MAX];
    int64_t start = clock_us();
    bool is_quiet = false;

    for (;;) {
        int64_t now = clock_us(), left = bus->last_byte_us + silence_us - now;
        if (left <= 0 && is_quiet)
            return OK;
        if (now - start > JAMMED_US)
            return ERR_GARBAGE;
        int n = bus_hear(bus, stray, sizeof stray, left > 0 ? left : 0);
        if (n < 0)
            return n;
        is_quiet = n == 0;
        if (n > 0) {
            bus->counts.stray_bytes += (uint64_t)n;
            log_wire(bus->name, '?', stray, (size_t)n);
        }
    }
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
        close_line(bus);
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
        close_line(bus);
    loan_return(&bus->loan);
    bus->is_lent = false;
}

static bool is_stopped(const struct bus *bus)
{
    return bus->stop && bell_is_rung(bus->stop);
}

/* ---- one exchange ---------------------------------------------------------------------- */

/* A spoilt answer was an answer all the same; one that was not heard may only be late. */
static bool may_still_come(int rc)
{
    return rc == ERR_TIMEOUT || rc == ERR_FOREIGN || rc == ERR_BEFORE || rc == ERR_GARBAGE ||
           rc == ERR_LENGTH || rc == ERR_FUNCTION || rc == ERR_ECHO;
}

/* Some units want the same question no sooner than this after itself. Sleeps in short steps, so
 * that a rung bell is heard. */
static int wait_for_again(struct bus *bus, const struct ask *ask, uint64_t question)
{
    int64_t until = bus->last_question_us + ask->again_us;

    if (!ask->again_us || !bus->last_question_us || bus->last_question != question)
        return OK;
    for (int64_t now = clock_us(); now < until; now = clock_us()) {
        if (is_stopped(bus))
            return ERR_STOPPED;
        clock_sleep_us(until - now < AGAIN_STEP_US ? until - now : AGAIN_STEP_US);
    }
    return OK;
}

static void note_misheard(struct bus *bus, const struct answer *a, int rc)
{
    struct misheard *m = &bus->misheard;

    if (rc == OK || rc == ERR_REFUSED || a->length) {
        m->length = rc == OK || rc == ERR_REFUSED ? 0 : a->length;
        m->why = rc;
        memcpy(m->bytes, a->bytes, m->length < MISHEARD_ROOM ? m->length : MISHEARD_ROOM);
    }
}

static int exchange(struct bus *bus, const struct ask *ask, unsigned attempt, struct answer *a)
{
    uint64_t question = owed_question(ask);
    int rc = wait_for_again(bus, ask, question);

    if (!rc)
        rc = owed_wait(bus, ask, question);
    if (!rc)
        rc = wait_for_silence(bus, bus->gap_us);
    if (rc)
        return rc;
    log_wire(bus->name, '>', ask->bytes, ask->length);
    int64_t begun = clock_us();
    rc = bus->line->send(bus, ask->bytes, ask->length);
    if (rc)
        return rc;
    bus->counts.asked++;
    bus->last_question = question;
    bus->last_question_us = begun;
    bus->last_byte_us = clock_us();
    bus->misheard.is_early = false;
    rc = receive_answer(bus, ask, attempt, begun, a);
    note_misheard(bus, a, rc);
    if (a->length)
        log_wire(bus->name, '<', a->bytes, a->length);
    if (bus->record)
        capture_write(bus->record, ask->bytes, ask->length, a->bytes, a->length, rc);
    /* After a retry, what came may be the answer to the first try: the other is owed still. */
    if (may_still_come(rc) || owed_is(bus, question))
        owed_note(bus, ask, question);
    return rc;
}

static bool is_final(int rc)
{
    return rc == OK || rc == ERR_REFUSED || rc == ERR_GONE || rc == ERR_STOPPED;
}

/* Something was wrong: let the wire come to rest, then wait a while of our own choosing. */
static int recover(struct bus *bus, unsigned attempt, int why)
{
    /* A short answer may be one with a pause inside that we did not know of: let it end. */
    int rc = wait_for_silence(bus, why == ERR_SHORT ? pace_pause_us(NULL, 1) : bus->drain_us);

    if (rc == OK)
        clock_sleep_us(
            backoff_us(&bus->chance, attempt, PAUSE_LEAST_US, PAUSE_FIRST_US, PAUSE_MOST_US));
    return rc == ERR_GARBAGE ? OK : rc;
}

int bus_talk(struct bus *bus, const struct ask *ask, struct answer *answer)
{
    unsigned tries = ask->tries ? ask->tries : (unsigned)section_number(bus->section, "tries");
    int64_t deadline = clock_us() + (int64_t)(section_number(bus->section, "patience") * 1e6);
    unsigned silences = 0;
    bool is_always_short = true; /* of registers: what a shortened answer at a hole looks like */
    int rc = ERR_GONE;

    answer->skipped = answer->length = 0;
    if (!bus->is_open)
        return ERR_GONE;
    if (ask->pass) {
        if (bus->beat_us)
            *bus->beat_us = clock_us();
        rc = bus_listen(bus, ask, answer);
        if (rc == ERR_GONE || rc == ERR_IO)
            close_line(bus);
        return rc;
    }
    for (unsigned attempt = 1; attempt <= tries; attempt++) {
        if (is_stopped(bus)) {
            rc = ERR_STOPPED;
            break;
        }
        if (bus->beat_us)
            *bus->beat_us = clock_us();
        rc = exchange(bus, ask, attempt, answer);
        bus->counts.failed[error_index(rc)]++;
        silences += rc == ERR_TIMEOUT;
        is_always_short &= rc == ERR_LENGTH;
        if (is_final(rc) || attempt == tries || clock_us() > deadline || is_stopped(bus) ||
            (ask->silences && silences >= ask->silences))
            break;
        int wire = recover(bus, attempt, rc);
        if (wire) {
            rc = wire;
            break;
        }
        bus->counts.retried++;
    }
    if (rc == ERR_LENGTH && !is_always_short)
        rc = ERR_GARBAGE; /* once is a collision; only every time is the device's own way */
    if (rc == OK || rc == ERR_REFUSED)
        bus->counts.answered++;
    else if (rc == ERR_GONE || rc == ERR_IO)
        close_line(bus); /* opened again at the next round */
    else if (!is_stopped(bus))
        (void)wait_for_silence(bus, bus->drain_us); /* the next question finds a quiet wire */
    return rc;
}
