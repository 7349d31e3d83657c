/*
 * One block asked of one device (drivers/device.h): met first if it must be, tried as its family
 * wants, heard again where it is doubted, in as many pieces as this model gives. What it does not
 * have is learned here, and not asked again.
 */
#include "drivers/device.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>

/* Which of the driver's blocks is it? -1: one made up by somebody. */
static int place_of(const struct device *d, const struct block *b)
{
    for (int i = 0; d->blocks[i].name; i++)
        if (&d->blocks[i] == b)
            return i;
    return -1;
}

/* On a wire where so many questions in a row lost no answer, silence is no collision. */
enum { UNBROKEN = 100, SILENCES_UNBROKEN = 3 };

/* How patient to be with silence: a unit that answers is asked again and again, since a lost
 * answer is a collision; one that did not answer last time gets a single chance. */
static unsigned silences_allowed(const struct device *d, const struct block *b)
{
    int place = place_of(d, b);

    if (b->text && d->state == ONLINE && place >= 0 && !d->knowledge[place].is_known)
        return 2; /* perhaps it does not know the question */
    if (d->driver->is_mute_before && d->state == ONLINE)
        return 3; /* rather than that it went unheard so often, it has forgotten us */
    if (d->state == ONLINE && d->speech->is_short_to_ask && d->unbroken >= UNBROKEN)
        return SILENCES_UNBROKEN;
    return d->state == ONLINE ? 0 : d->state == SILENT ? 1 : 3;
}

static int say(struct device *d, const struct block *b, unsigned tries, bool is_other_way,
               struct answer *a)
{
    uint8_t bytes[ASK_MAX];
    struct ask ask = {0};
    int rc = d->speech->question(d->address, b, bytes, &ask);

    if (rc)
        return rc;
    if (is_other_way && d->speech->other_way)
        (void)d->speech->other_way(bytes, ask.length); /* most have only one */
    ask.bytes = bytes;
    ask.pace = &d->pace;
    ask.tries = tries;
    ask.silences = silences_allowed(d, b);
    uint64_t silent = d->bus->counts.failed[error_index(ERR_TIMEOUT)];
    rc = bus_talk(d->bus, &ask, a);
    d->unbroken = silent == d->bus->counts.failed[error_index(ERR_TIMEOUT)] ? d->unbroken + 1 : 0;
    if (rc == OK || rc == ERR_REFUSED)
        d->state = ONLINE;
    return rc;
}

static bool is_known(const struct device *d, const struct block *b)
{
    int place = place_of(d, b);

    return b->text && place >= 0 && d->knowledge[place].is_known;
}

static bool has_two_ways(const struct device *d, const struct block *b)
{
    uint8_t bytes[ASK_MAX];
    struct ask ask = {0};

    return d->speech->other_way && d->speech->question(d->address, b, bytes, &ask) == OK &&
           d->speech->other_way(bytes, ask.length);
}

/* A question, as this unit wants it written: what it does not hear one way is asked the other. */
static int talk(struct device *d, const struct block *b, struct answer *a)
{
    bool way = d->wants_other_way;
    int rc = say(d, b, 0, way, a);

    if (rc == ERR_REFUSED && is_known(d, b)) /* it knows it: not now, then */
        rc = say(d, b, 0, way, a);

    if ((rc != ERR_TIMEOUT && rc != ERR_REFUSED) || !has_two_ways(d, b))
        return rc;
    int other = say(d, b, 0, !way, a);
    if (other == OK) {
        d->wants_other_way = !way;
        log_info(d->name, "hears \"%s\" only with its sum written the other way", b->text);
    }
    return other == ERR_TIMEOUT ? rc : other;
}

/* Who is it? Its driver wants to know before it believes a number. */
static int meet(struct device *d)
{
    int rc;

    if (!d->driver->meet || d->is_met || d->is_meeting)
        return OK;
    d->is_meeting = true;
    rc = d->driver->meet(d);
    d->is_meeting = false;
    d->is_met = rc == OK;
    if (d->is_met && d->driver->is_mute_before)
        d->state = ONLINE; /* it answered: worth as many tries as any */
    return rc;
}

/* It was met, and is silent on what it always answers, or says so itself: what it was told it has
 * forgotten. */
static bool has_forgotten(struct device *d, const struct block *b, int rc, const struct answer *a)
{
    if (!d->driver->is_mute_before || d->is_meeting)
        return false;
    if (rc == ERR_TIMEOUT || rc == ERR_ECHO)
        return b->refresh == EVERY_ROUND;
    return !rc && d->driver->has_begun_anew && d->driver->has_begun_anew(d, a);
}

int device_ask(struct device *d, const struct block *b, struct answer *a)
{
    int rc = d->driver->is_mute_before ? meet(d) : OK;

    if (rc)
        return rc;
    rc = talk(d, b, a);
    if (!has_forgotten(d, b, rc, a))
        return rc;
    d->is_met = false;
    rc = meet(d);
    return rc ? rc : talk(d, b, a);
}

int device_send(struct device *d, const struct block *b, struct answer *a)
{
    return say(d, b, 1, d->wants_other_way, a);
}

enum { HEARINGS_MOST = 4 };

/* Asks until the driver believes it: twice in most cases, if it has doubts at all. */
static int ask_for_certain(struct device *d, const struct block *b, const uint8_t *asked,
                           struct answer *a)
{
    int rc = device_ask(d, b, a);

    for (unsigned n = 1; rc == OK && d->driver->doubts; n++) {
        if (!d->driver->doubts(d, asked, a->bytes, a->length))
            return OK;
        if (n == HEARINGS_MOST)
            return ERR_GARBAGE;
        rc = device_ask(d, b, a);
    }
    return rc;
}

/* Asks one piece and hands over what is in the answer. */
static int talk_and_decode(struct device *d, const struct block *b, field_fn *each, void *to,
                           int *detail)
{
    const struct speech *speech = d->speech;
    uint8_t bytes[ASK_MAX];
    struct ask ask = {0};
    struct answer a;

    /* The answer alone does not say what was asked: the question goes along. */
    if (speech->question(d->address, b, bytes, &ask))
        return ERR_DATA;
    int rc = ask_for_certain(d, b, bytes, &a);
    if (rc && rc != ERR_REFUSED)
        return rc;
    return speech->decode(&d->how, bytes, ask.length, a.bytes, a.length, each, to, detail);
}

/* ---- questions in words: what does this model know? --------------------------------------- */

static const int64_t ASK_AGAIN_US = INT64_C(86400000000); /* firmware may have been changed */
enum { MISSES_MOST = 3 };

/* Refused, or passed over in silence, while the unit answers other questions: it never heard of
 * this one. A unit that refuses everything has another trouble. */
static int learn(struct device *d, const struct block *b, struct knowledge *k, int rc)
{
    bool is_no = rc == ERR_REFUSED || rc == ERR_FUNCTION;

    if (rc == OK) {
        k->is_known = d->has_answered = true;
        k->misses = 0;
        return OK;
    }
    if (k->is_known || !d->has_answered || (!is_no && rc != ERR_TIMEOUT))
        return rc;
    k->misses = (uint8_t)(k->misses + (is_no ? 2 : 1));
    if (k->misses >= MISSES_MOST) {
        log_info(d->name, "does not know \"%s\"; not asked again today",
                 b->text ? b->text : b->name);
        k->again_us = clock_us() + ASK_AGAIN_US;
        k->misses = 0;
    }
    return ERR_ABSENT;
}

uint64_t device_lacking(const struct device *d)
{
    uint64_t lacking = 0;

    if (d->blocks != d->driver->blocks)
        return UINT64_MAX; /* on this line it knows none of its driver's questions */
    for (unsigned i = 0; d->blocks[i].name; i++)
        if (d->knowledge[i].again_us > clock_us())
            lacking |= UINT64_C(1) << i;
    return lacking;
}

static bool means_hole(const struct device *d, int rc, int detail)
{
    /* Some gateways shorten an answer at a hole instead of refusing it. */
    return (rc == ERR_REFUSED && d->speech->is_hole && d->speech->is_hole(detail)) ||
           rc == ERR_LENGTH;
}

/* A block of several questions: what this model refuses of it is left out. */
static int ask_parts(struct device *d, const struct block *b, field_fn *each, void *to)
{
    struct block part;
    unsigned given = 0, refused = 0;

    memset(d->how.have, 0, sizeof d->how.have);
    for (unsigned n = 0; d->speech->piece(d->driver->rows, b, n, &part); n++) {
        int detail = 0, rc = talk_and_decode(d, &part, each, to, &detail);
        given += rc == OK;
        refused += rc == ERR_REFUSED;
        if (rc && rc != ERR_REFUSED)
            return rc;
    }
    return given ? OK : refused ? ERR_REFUSED : ERR_ABSENT;
}

static int ask_learning(struct device *d, const struct block *b, int place, field_fn *each,
                        void *to)
{
    struct knowledge *k = place < 0 ? NULL : &d->knowledge[place];
    int detail = 0, rc;

    if (k && k->again_us > clock_us())
        return ERR_ABSENT;
    rc = meet(d);
    if (rc)
        return rc;
    rc = d->speech->piece ? ask_parts(d, b, each, to) : talk_and_decode(d, b, each, to, &detail);
    return k ? learn(d, b, k, rc) : rc;
}

/* A unit that has given nothing yet, and refused so much, has another trouble: no more of this. */
enum { VAIN_MOST = 16 };

/* Registers, in as many pieces as this model wants. */
static int ask_pieces(struct device *d, const struct block *b, struct pieces *p, field_fn *each,
                      void *to)
{
    const struct row *rows = d->driver->rows;
    bool is_given = false, is_lost = false;

    pieces_begin(p, b, rows, clock_us());
    for (unsigned at = 0; at < p->count;) {
        struct block piece = *b;
        int detail = 0;
        piece.start = p->have[at].start;
        piece.count = p->have[at].count;
        int rc = talk_and_decode(d, &piece, each, to, &detail);
        if (means_hole(d, rc, detail)) {
            log_info(d->name, "does not give registers %04X to %04X", piece.start,
                     piece.start + piece.count - 1);
            is_lost |= pieces_refuse(p, at, rows, b->function);
            if (!d->has_answered && d->in_vain++ >= VAIN_MOST)
                return ERR_REFUSED;
            continue;
        }
        if (rc)
            return rc;
        is_given = d->has_answered = true;
        pieces_give(p, at++);
    }
    return is_lost ? ERR_REFUSED : is_given ? OK : ERR_ABSENT;
}

int device_block(struct device *d, const struct block *b, field_fn *each, void *to)
{
    int place = place_of(d, b), detail = 0;

    if (b->text || d->speech->piece)
        return ask_learning(d, b, place, each, to);
    if (place < 0 || !b->count)
        return talk_and_decode(d, b, each, to, &detail);
    return ask_pieces(d, b, &d->pieces[place], each, to);
}

bool device_block_for(const struct device *d, const struct row *row, struct block *to)
{
    for (const struct block *b = d->blocks; b->name; b++) {
        bool holds = block_holds(b, row);
        if (!holds)
            continue;
        *to = *b;
        if (b->count && !d->speech->piece) {
            to->start = row->at;
            to->count = (uint16_t)row_size(row);
        }
        return true;
    }
    return false;
}

bool device_lacks(const struct device *d, uint8_t function, uint16_t at)
{
    const struct block *b = d->blocks;

    while (b->name && (b->function != function || at < b->start || at >= b->start + b->count))
        b++;
    return b->name && pieces_lacks(&d->pieces[b - d->blocks], at);
}

void device_learn(struct device *d)
{
    for (unsigned i = 0; d->blocks[i].name; i++)
        pieces_end(&d->pieces[i], d->has_answered, clock_us());
    d->has_answered = false;
    d->in_vain = 0;
}
