/* Blocks in, a reading out (drivers/device.h). */
#include "drivers/device.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

// clang-format off
const struct setting device_settings[] = {
    /* key         type    default least most choices help */
    { "driver",    TEXT,   NULL,   0,    0,   NULL, "Which kind of device (see: helio list drivers)" },
    { "bus",       TEXT,   NULL,   0,    0,   NULL, "The [bus NAME] it sits on" },
    { "title",     TEXT,   "",     0,    0,   NULL, "What people read instead of its name: \"South roof\". Home Assistant names it so" },
    { "address",   NUMBER, "0",    0,    255, NULL, "Its address on the bus; 0: the driver's usual one" },
    { "every",     NUMBER, "0",    0,    86400, NULL, "Seconds from one of its rounds to the next; 0: as its bus" },
    { "peak_power", NUMBER, "0",   0,    1e6, NULL, "The most watts it can make or take; more is not believed. 0: unknown" },
    { "serial",   TEXT,   "",      0,    0,   NULL, "Serial number: of a unit that is heard through another on its bus, or of one that gets its address by it; empty: it is asked itself" },
    { "sleeps",    CHOICE, "auto", 0,    0,   "auto yes no", "Its panels feed it: silent by night it is asleep, not missing. auto: as its family" },
    { "writes_per_day", NUMBER, "20", 0,   10000, NULL, "How many settings may be written to it in a day: their memory wears out" },
    { "allow_tell", YESNO, "no",   0,    0,   NULL, "Settings of this device may be changed with helio tell" },
    SETTINGS_END,
};
// clang-format on

enum { GREETINGS = 3 }; /* an answer may be lost; who does not know the question is left alone */

static unsigned count_blocks(const struct device *d)
{
    unsigned count = 0;

    while (d->blocks[count].name)
        count++;
    return count;
}

/* On some lines a family speaks otherwise than on the rest. */
static void choose_speech(struct device *d, const struct bus *bus)
{
    const struct place *place = d->driver->places;

    d->speech = d->driver->speech;
    d->blocks = d->driver->blocks;
    for (; bus && bus->line && place && place->scheme; place++)
        if (place->speech && !strcmp(place->scheme, bus->line->scheme)) {
            d->speech = place->speech;
            d->blocks = place->blocks;
        }
}

int device_init(struct device *d, const char *name, const struct driver *driver, struct bus *bus,
                uint8_t address, const struct section *section)
{
    *d = (struct device){
        .name = name, .driver = driver, .bus = bus, .address = address, .section = section};
    d->how.rows = driver->rows;
    choose_speech(d, bus);
    unsigned blocks = count_blocks(d);
    d->pieces = calloc(blocks, sizeof *d->pieces);
    d->knowledge = calloc(blocks, sizeof *d->knowledge);
    d->memory = driver->memory ? calloc(1, driver->memory) : NULL;
    d->wire = driver->wire ? calloc(1, driver->wire) : NULL;
    d->owns_wire = true;
    silence_init(d);
    if (!d->pieces || !d->knowledge || (driver->memory && !d->memory) || (driver->wire && !d->wire))
        return ERR_FULL;
    return driver->join ? driver->join(d) : OK;
}

int device_share_wire(struct device *d, struct device *first)
{
    if (!d->driver->wire)
        return OK;
    free(d->wire);
    d->wire = first->wire;
    d->owns_wire = false;
    return d->driver->join ? d->driver->join(d) : OK;
}

void device_done(struct device *d)
{
    if (d->driver && d->driver->forget && d->memory)
        d->driver->forget(d);
    free(d->memory);
    if (d->owns_wire)
        free(d->wire);
    free(d->pieces);
    free(d->knowledge);
    d->memory = d->wire = NULL;
    d->pieces = NULL;
    d->knowledge = NULL;
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

/* After its line was away nothing is known of it: not that it is silent, nor who it is. */
static void look_at_line(struct device *d)
{
    if (d->returns == d->bus->returns)
        return;
    d->returns = d->bus->returns;
    d->state = UNASKED;
    d->silent_rounds = 0;
    d->is_met = d->is_greeted = false;
    for (unsigned i = 0; d->blocks[i].name; i++)
        d->pieces[i] = (struct pieces){0};
}

/* Its model and firmware, which say what it is rated at where a family has that: asked for once, in
 * the second round after it was found, since the first has enough to do. */
static void get_to_know(struct device *d)
{
    if (d->is_greeted || !d->driver->greet)
        return;
    struct identity who = {0};
    int rc = d->driver->greet(d, &who);
    bool is_final = rc == OK || rc == ERR_REFUSED || rc == ERR_ABSENT;
    d->is_greeted =
        is_final || (rc != ERR_GONE && rc != ERR_STOPPED && ++d->greetings >= GREETINGS);
    if (d->is_greeted)
        d->greetings = 0;
    if (rc) /* older models do not say */
        return;
    /* who was known by its name so far stays so: ids and series hang on it */
    if (!*who.serial || (!*d->identity.serial && !d->driver->rated_w))
        memcpy(who.serial, d->identity.serial, sizeof who.serial);
    d->identity = who;
}

/* One slow block has its turn each round. */
static void ask_slow(struct device *d, struct collector *c)
{
    const struct block *blocks = d->blocks;
    unsigned count = count_blocks(d);

    for (unsigned i = 0; i < count; i++) {
        unsigned at = (d->next_slow + i) % count;
        const struct block *b = &blocks[at];
        if (b->refresh != NOW_AND_THEN || pieces_is_empty(&d->pieces[at], clock_us()) ||
            d->knowledge[at].again_us > clock_us())
            continue;
        d->next_slow = (d->next_slow + i + 1) % count;
        if (device_block(d, b, collect_and_count, c))
            log_debug(d->name, "block \"%s\" was lost; it has another turn later", b->name);
        return;
    }
}

/* Every live block in its turn. Returns the first misfortune; *heard: somebody is there. A unit
 * that has none of them today says no, for what nobody said is no good round. */
static int ask_live(struct device *d, struct collector *c, bool *heard)
{
    bool is_absent = false, is_given = false;
    int result = OK;

    for (const struct block *b = d->blocks; b->name; b++) {
        if (b->refresh != EVERY_ROUND)
            continue;
        int rc = device_block(d, b, collect_and_count, c);
        *heard |= rc == OK || rc == ERR_ABSENT || rc == ERR_REFUSED;
        is_absent |= rc == ERR_ABSENT;
        is_given |= rc == OK;
        if (rc == OK || rc == ERR_ABSENT)
            continue;
        result = result ? result : rc;
        if (!*heard || rc == ERR_GONE || rc == ERR_STOPPED || rc == ERR_TIMEOUT)
            break; /* the rest would only cost more time-outs */
    }
    return result || is_given || !is_absent ? result : ERR_REFUSED;
}

int device_round(struct device *d, enum depth depth, int64_t round_ms, struct reading *r)
{
    struct collector c = {d, r};
    bool heard = false;
    int result;

    *r = (struct reading){.round_ms = round_ms, .device = d->index};
    look_at_line(d);
    if (!silence_begin(d))
        return d->last_error;
    bool was_online = d->state == ONLINE;
    d->rounds++;
    device_learn(d);             /* from the round before */
    d->bus->misheard.length = 0; /* what another device did not say is not its fault */
    result = ask_live(d, &c, &heard);
    if (heard)
        silence_over(d);
    else if (result != ERR_STOPPED) /* being stopped says nothing about the device */
        result = silence_note(d, result);
    if (heard && result)
        log_info(d->name, "one block was lost: %s", error_text(result));
    d->complete += result == OK;
    const struct block *more = result == OK && d->driver->also ? d->driver->also(d, r) : NULL;
    if (more && device_block(d, more, collect_and_count, &c))
        log_debug(d->name, "block \"%s\" was lost", more->name);
    if (result == OK && depth == WITH_SLOW) {
        ask_slow(d, &c);
        if (was_online)
            get_to_know(d);
    }
    d->withheld += r->withheld;
    if (r->count)
        device_finish(d, r);
    if (heard)
        silence_hear(d, r);
    if (result == OK && depth == WITH_SLOW && d->driver->duty)
        d->driver->duty(d);
    return result;
}
