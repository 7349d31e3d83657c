/* Blocks in, a reading out (drivers/device.h). */
#include "drivers/device.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// clang-format off
const struct setting device_settings[] = {
    /* key         type    default least most choices help */
    { "driver",    TEXT,   NULL,   0,    0,   NULL, "Which kind of device (see: helio list drivers)" },
    { "bus",       TEXT,   NULL,   0,    0,   NULL, "The [bus NAME] it sits on" },
    { "address",   NUMBER, "0",    0,    255, NULL, "Its address on the bus; 0: the driver's usual one" },
    { "every",     NUMBER, "0",    0,    86400, NULL, "Seconds from one of its rounds to the next; 0: as its bus" },
    { "peak_power", NUMBER, "0",   0,    1e6, NULL, "The most watts it can make or take; more is not believed. 0: unknown" },
    { "allow_tell", YESNO, "no",   0,    0,   NULL, "Settings of this device may be changed with helio tell" },
    SETTINGS_END,
};
// clang-format on

/* A silent unit costs the others one time-out after 2, 4, 8... seconds, then once a minute. */
static const int64_t SILENT_FIRST_US = 2000000, SILENT_MOST_US = 60000000;

int device_init(struct device *d, const char *name, const struct driver *driver, struct bus *bus,
                uint8_t address, const struct section *section)
{
    *d = (struct device){
        .name = name, .driver = driver, .bus = bus, .address = address, .section = section};
    if (!driver->memory)
        return OK;
    d->memory = calloc(1, driver->memory);
    return d->memory ? OK : ERR_FULL;
}

void device_done(struct device *d)
{
    free(d->memory);
    d->memory = NULL;
}

/* How patient to be with silence: a unit that answers is asked again and again, since a lost
 * answer is a collision; one that did not answer last time gets a single chance. */
static unsigned silences_allowed(const struct device *d)
{
    return d->state == ONLINE ? 0 : d->state == SILENT ? 1 : 3;
}

int device_ask(struct device *d, const struct block *b, struct answer *a)
{
    uint8_t bytes[ASK_MAX];
    struct ask ask = {0};
    int rc = d->driver->speech->question(d->address, b, bytes, &ask);

    if (rc)
        return rc;
    ask.bytes = bytes;
    ask.pace = &d->pace;
    ask.silences = silences_allowed(d);
    rc = bus_talk(d->bus, &ask, a);
    if (rc == OK || rc == ERR_REFUSED)
        d->state = ONLINE;
    return rc;
}

/* Asks one piece and hands over what is in the answer. */
static int talk_and_decode(struct device *d, const struct block *b, field_fn *each, void *to,
                           int *detail)
{
    const struct speech *speech = d->driver->speech;
    uint8_t bytes[ASK_MAX];
    struct ask ask = {0};
    struct answer a;
    int rc = device_ask(d, b, &a);

    if (rc && rc != ERR_REFUSED)
        return rc;
    /* The answer alone does not say what was asked: the question goes along. */
    if (speech->question(d->address, b, bytes, &ask))
        return ERR_DATA;
    return speech->decode(d->driver->rows, bytes, ask.length, a.bytes, a.length, each, to, detail);
}

static struct pieces *pieces_of(struct device *d, const struct block *b)
{
    const struct block *blocks = d->driver->blocks;

    for (unsigned i = 0; blocks[i].name && i < BLOCKS_MAX; i++)
        if (&blocks[i] == b)
            return &d->pieces[i];
    return NULL;
}

static bool means_hole(const struct device *d, int rc, int detail)
{
    /* Some gateways shorten an answer at a hole instead of refusing it. */
    return (rc == ERR_REFUSED && detail == d->driver->speech->hole) || rc == ERR_LENGTH;
}

int device_block(struct device *d, const struct block *b, field_fn *each, void *to)
{
    struct pieces *p = pieces_of(d, b);
    int detail = 0, given = 0;

    if (!p || !b->count)
        return talk_and_decode(d, b, each, to, &detail);
    pieces_begin(p, b);
    for (unsigned at = 0; at < p->count;) {
        struct block piece = *b;
        piece.start = p->have[at].start;
        piece.count = p->have[at].count;
        int rc = talk_and_decode(d, &piece, each, to, &detail);
        if (rc == ERR_LENGTH) /* another's words can have that look: believed the second time */
            rc = talk_and_decode(d, &piece, each, to, &detail);
        if (means_hole(d, rc, detail)) {
            log_info(d->name, "does not give registers %04X to %04X; noted", piece.start,
                     piece.start + piece.count - 1);
            pieces_refuse(p, at, d->driver->rows, b->function);
            continue;
        }
        if (rc)
            return rc;
        given++;
        at++;
    }
    pieces_settle(p);
    return given ? OK : ERR_ABSENT;
}

void device_collect(void *reading, const struct field *field)
{
    (void)field_to_reading(field, reading); /* what has no metric stays out */
}

struct collector {
    struct device *d;
    struct reading *r;
};

static void collect_and_count(void *to, const struct field *f)
{
    struct collector *c = to;

    if (!field_to_reading(f, c->r) && f->row && f->row->metric != M_NONE && !f->row->words)
        c->r->withheld++; /* it could not be true: missing is better than wrong */
}

void device_finish(struct device *d, struct reading *r)
{
    if (d->driver->derive)
        d->driver->derive(d, r);
}

static void note_silence(struct device *d, int rc)
{
    char what[120];
    int64_t pause = SILENT_FIRST_US;

    d->last_error = rc;
    d->silent_rounds = d->state == SILENT && d->silent_rounds < 16 ? d->silent_rounds + 1 : 1;
    for (unsigned i = 1; i < d->silent_rounds && pause < SILENT_MOST_US; i++)
        pause *= 2;
    d->next_try_us = clock_us() + (pause < SILENT_MOST_US ? pause : SILENT_MOST_US);
    d->state = SILENT;
    snprintf(what, sizeof what, "%s (address %u)", error_text(rc), d->address);
    complain(&d->trouble, d->name, what);
}

static void note_answer(struct device *d)
{
    d->state = ONLINE;
    d->last_error = OK;
    d->silent_rounds = 0;
    complaint_over(&d->trouble, d->name, "answers again");
}

/* One slow block has its turn each round. */
static void ask_slow(struct device *d, struct collector *c)
{
    const struct block *blocks = d->driver->blocks;
    unsigned count = 0;

    while (blocks[count].name)
        count++;
    for (unsigned i = 0; i < count; i++) {
        const struct block *b = &blocks[(d->next_slow + i) % count];
        const struct pieces *p = pieces_of(d, b);
        if (b->refresh != NOW_AND_THEN || (p && p->is_begun && !p->count))
            continue;
        d->next_slow = (d->next_slow + i + 1) % count;
        if (device_block(d, b, collect_and_count, c))
            log_debug(d->name, "block \"%s\" was lost; it has another turn later", b->name);
        return;
    }
}

/* Every live block in its turn. Returns the first misfortune; *heard: somebody is there. */
static int ask_live(struct device *d, struct collector *c, bool *heard)
{
    int result = OK;

    for (const struct block *b = d->driver->blocks; b->name; b++) {
        if (b->refresh != EVERY_ROUND)
            continue;
        int rc = device_block(d, b, collect_and_count, c);
        *heard |= rc == OK || rc == ERR_ABSENT || rc == ERR_REFUSED;
        if (rc == OK || rc == ERR_ABSENT)
            continue;
        result = result ? result : rc;
        if (!*heard || rc == ERR_GONE || rc == ERR_STOPPED || rc == ERR_TIMEOUT)
            break; /* the rest would only cost more time-outs */
    }
    return result;
}

int device_round(struct device *d, enum depth depth, int64_t round_ms, struct reading *r)
{
    struct collector c = {d, r};
    bool heard = false;
    int result;

    *r = (struct reading){.round_ms = round_ms, .device = d->index};
    if (d->state == SILENT && clock_us() < d->next_try_us)
        return d->last_error;
    d->rounds++;
    result = ask_live(d, &c, &heard);
    if (heard)
        note_answer(d);
    else if (result != ERR_STOPPED) /* being stopped says nothing about the device */
        note_silence(d, result);
    if (heard && result)
        log_info(d->name, "one block was lost: %s", error_text(result));
    d->complete += result == OK;
    if (result == OK && depth == WITH_SLOW)
        ask_slow(d, &c);
    d->withheld += r->withheld;
    if (r->count)
        device_finish(d, r);
    return result;
}

bool device_block_for(const struct device *d, const struct row *row, struct block *to)
{
    for (const struct block *b = d->driver->blocks; b->name; b++) {
        bool holds = b->count ? b->function == row->in && row->at >= b->start &&
                                    row->at + row_size(row) <= b->start + b->count
                              : (size_t)(b - d->driver->blocks) == row->in;
        if (!holds)
            continue;
        *to = *b;
        if (b->count) {
            to->start = row->at;
            to->count = (uint16_t)row_size(row);
        }
        return true;
    }
    return false;
}

bool device_lacks(const struct device *d, uint8_t function, uint16_t at)
{
    const struct block *blocks = d->driver->blocks;

    for (unsigned i = 0; blocks[i].name && i < BLOCKS_MAX; i++) {
        const struct pieces *p = &d->pieces[i];
        bool is_there = false;
        if (blocks[i].function != function || at < blocks[i].start ||
            at >= blocks[i].start + blocks[i].count || !p->is_begun)
            continue;
        for (unsigned k = 0; k < p->count; k++)
            is_there |= at >= p->have[k].start && at < p->have[k].start + p->have[k].count;
        return !is_there;
    }
    return false;
}
