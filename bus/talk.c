/* The verb `talk`: asked, and asked again (bus/bus.h). */
#include "bus/bus_inside.h"

#include "base/backoff.h"
#include "base/clock.h"
#include "base/log.h"
#include "bus/capture.h"
#include "bus/listen.h"
#include "bus/owed.h"
#include "bus/receive.h"

#include <string.h>

/* Pauses before a retry. Short ones suffice: the other talker is done within a frame or two. */
static const int64_t PAUSE_LEAST_US = 5000, PAUSE_FIRST_US = 40000, PAUSE_MOST_US = 150000;
/* A unit that says it is busy gets somewhat longer. */
static const int64_t BUSY_FIRST_US = 100000, BUSY_MOST_US = 400000;
static const int64_t AGAIN_STEP_US = 100000;
/* A wire that is never silent for this long is jammed. */
static const int64_t JAMMED_US = 500000;

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

/* How one question fares, over all its tries. */
struct course {
    unsigned tries, silences;
    int64_t deadline;
    size_t cut;     /* bytes of an answer with another length than was asked for */
    bool is_cut_so; /* once is a collision; the same again is the device's own way */
};

static bool is_final(const struct bus *bus, const struct ask *ask, int rc, const struct answer *a)
{
    if (rc == ERR_REFUSED)
        return !ask->may_pass || !ask->may_pass(a);
    return rc == OK || rc == ERR_STOPPED || (rc == ERR_GONE && !bus->line->reopens);
}

static bool is_over(const struct bus *bus, const struct ask *ask, struct course *c,
                    unsigned attempt, int rc, const struct answer *a)
{
    c->silences += rc == ERR_TIMEOUT;
    if (rc == ERR_LENGTH) {
        c->is_cut_so = c->cut == a->length;
        c->cut = a->length;
    }
    return is_final(bus, ask, rc, a) || c->is_cut_so || attempt == c->tries ||
           clock_us() > c->deadline || is_stopped(bus) ||
           (ask->silences && c->silences >= ask->silences);
}

/* A connection that went can be had again; whatever was on its way went with it. */
static int open_again(struct bus *bus)
{
    bus_close(bus);
    int rc = bus->line->open(bus);

    bus->is_open = rc == OK;
    memset(bus->owed, 0, sizeof bus->owed);
    return rc;
}

/* Something was wrong: let the wire come to rest, then wait a while of our own choosing. */
static int recover(struct bus *bus, unsigned attempt, int why)
{
    bool is_busy = why == ERR_REFUSED;
    int rc = why == ERR_GONE ? open_again(bus) : OK;

    /* A short answer may be one with a pause inside that we did not know of: let it end. */
    if (rc == OK)
        rc = wait_for_silence(bus, why == ERR_SHORT ? pace_pause_us(NULL, 1) : bus->drain_us);
    if (rc == OK)
        clock_sleep_us(backoff_us(&bus->chance, attempt, PAUSE_LEAST_US,
                                  is_busy ? BUSY_FIRST_US : PAUSE_FIRST_US,
                                  is_busy ? BUSY_MOST_US : PAUSE_MOST_US));
    return rc == ERR_GARBAGE ? OK : rc;
}

static int try_and_try(struct bus *bus, const struct ask *ask, struct answer *answer)
{
    struct course c = {
        .tries = ask->tries ? ask->tries : (unsigned)section_number(bus->section, "tries"),
        .deadline = clock_us() + (int64_t)(section_number(bus->section, "patience") * 1e6),
    };

    for (unsigned attempt = 1;; attempt++) {
        if (is_stopped(bus))
            return ERR_STOPPED;
        if (bus->beat_us)
            *bus->beat_us = clock_us();
        int rc = exchange(bus, ask, attempt, answer);
        bus->counts.failed[error_index(rc)]++;
        if (is_over(bus, ask, &c, attempt, rc, answer))
            return rc == ERR_LENGTH && !c.is_cut_so ? ERR_GARBAGE : rc;
        rc = recover(bus, attempt, rc);
        if (rc)
            return rc;
        bus->counts.retried++;
    }
}

int bus_talk(struct bus *bus, const struct ask *ask, struct answer *answer)
{
    int rc;

    answer->skipped = answer->length = 0;
    if (!bus->is_open)
        return ERR_GONE;
    if (ask->pass) {
        if (bus->beat_us)
            *bus->beat_us = clock_us();
        rc = bus_listen(bus, ask, answer);
        if (rc == ERR_GONE || rc == ERR_IO)
            bus_close(bus);
        return rc;
    }
    rc = try_and_try(bus, ask, answer);
    if (rc == OK || rc == ERR_REFUSED)
        bus->counts.answered++;
    else if (rc == ERR_GONE || rc == ERR_IO)
        bus_close(bus); /* opened again at the next round */
    else if (!is_stopped(bus))
        (void)wait_for_silence(bus, bus->drain_us); /* the next question finds a quiet wire */
    return rc;
}
