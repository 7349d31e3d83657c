/* Latest values behind one lock (store/board.h). */
#include "store/board.h"

#include "base/error.h"
#include "base/lock.h"

#include <pthread.h>
#include <stdlib.h>

enum { TIMES_FRESH = 3, ROUNDS_ONLINE = 3, SLOTS_FIRST = 16 };
static const int64_t online_least_us = 15000000;
static const int64_t usual_every_us = 5000000, usual_slowest_us = 60000000;

const char *const board_state_names[] = {"unheard", "online", "stale", "asleep", "fault"};

struct slot {
    uint16_t metric;
    bool is_said, has_stood;
    double value, stood; /* said since the start; what earlier runs knew */
    int64_t when_us;
    int64_t gap_us; /* between the last two arrivals; 0 before the second */
    int64_t period_us;
};

struct desk {
    struct slot *slots;
    size_t count, room;
    int64_t every_us, slowest_us, heard_us;
    bool is_heard, is_asleep;
    int error; /* of the last miss since it was heard */
};

struct board {
    struct lock lock;
    uint64_t changes;
    unsigned count;
    struct desk *desks;
};

struct board *board_new(unsigned devices)
{
    struct board *b = calloc(1, sizeof *b);

    if (!b)
        return NULL;
    lock_init(&b->lock, LOCK_BOARD);
    if (board_grow(b, devices))
        return b;
    board_free(b);
    return NULL;
}

bool board_grow(struct board *b, unsigned devices)
{
    bool is_large;

    lock_take(&b->lock);
    if (devices > b->count) {
        struct desk *more = realloc(b->desks, devices * sizeof *more);
        for (unsigned i = b->count; more && i < devices; i++)
            more[i] = (struct desk){.every_us = usual_every_us, .slowest_us = usual_slowest_us};
        b->count = more ? devices : b->count;
        b->desks = more ? more : b->desks;
    }
    is_large = b->count >= devices;
    lock_give(&b->lock);
    return is_large;
}

void board_free(struct board *b)
{
    if (!b)
        return;
    for (unsigned i = 0; i < b->count; i++)
        free(b->desks[i].slots);
    free(b->desks);
    lock_done(&b->lock);
    free(b);
}

uint64_t board_changes(struct board *b)
{
    lock_take(&b->lock);
    uint64_t changes = b->changes;
    lock_give(&b->lock);
    return changes;
}

static void lock_to_change(struct board *b)
{
    lock_take(&b->lock);
    b->changes++;
}

static struct slot *slot_of(struct desk *d, enum metric m)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->slots[i].metric == m)
            return &d->slots[i];
    return NULL;
}

/* The slot of a metric, made if need be. NULL: no memory; the value is then not known here. */
static struct slot *slot_for(struct desk *d, enum metric m)
{
    struct slot *known = slot_of(d, m);

    if (known)
        return known;
    if (d->count == d->room) {
        size_t room = d->room ? 2 * d->room : SLOTS_FIRST;
        struct slot *more = realloc(d->slots, room * sizeof *more);
        if (!more)
            return NULL;
        d->slots = more;
        d->room = room;
    }
    d->slots[d->count] = (struct slot){.metric = (uint16_t)m};
    return &d->slots[d->count++];
}

void board_period(struct board *b, unsigned device, int64_t every_us, int64_t slowest_us)
{
    lock_to_change(b);
    if (device < b->count) {
        b->desks[device].every_us = every_us;
        b->desks[device].slowest_us = slowest_us > every_us ? slowest_us : every_us;
    }
    lock_give(&b->lock);
}

static int64_t bounded(int64_t us, const struct desk *d)
{
    if (us < d->every_us)
        return d->every_us;
    return us > d->slowest_us ? d->slowest_us : us;
}

/* The shorter of the last two gaps: a single lost round must not make a value live longer, and a
 * long silence not at all. */
static void note_arrival(struct slot *s, const struct desk *d, int64_t now_us)
{
    int64_t gap = s->is_said ? now_us - s->when_us : 0;

    if (!s->is_said)
        s->period_us = d->slowest_us;
    else
        s->period_us = bounded(s->gap_us && s->gap_us < gap ? s->gap_us : gap, d);
    s->gap_us = gap;
    s->when_us = now_us;
    s->is_said = true;
}

void board_note(struct board *b, const struct reading *r, int64_t now_us)
{
    lock_to_change(b);
    if (r->device < b->count && r->count) {
        struct desk *d = &b->desks[r->device];
        for (unsigned i = 0; i < r->count; i++) {
            struct slot *s = slot_for(d, (enum metric)r->fields[i].metric);
            if (!s)
                continue;
            note_arrival(s, d, now_us);
            s->value = r->fields[i].value;
        }
        d->is_heard = true;
        d->heard_us = now_us;
        d->error = OK;
    }
    lock_give(&b->lock);
}

void board_hear(struct board *b, unsigned device, int64_t now_us)
{
    lock_to_change(b);
    if (device < b->count) {
        struct desk *d = &b->desks[device];
        d->is_heard = true;
        d->heard_us = now_us;
        d->error = OK;
    }
    lock_give(&b->lock);
}

void board_miss(struct board *b, unsigned device, int error, int64_t now_us)
{
    (void)now_us; /* silence is counted from the last answer */
    lock_to_change(b);
    if (device < b->count)
        b->desks[device].error = error;
    lock_give(&b->lock);
}

void board_sleep(struct board *b, unsigned device, bool is_asleep)
{
    lock_to_change(b);
    if (device < b->count)
        b->desks[device].is_asleep = is_asleep;
    lock_give(&b->lock);
}

bool board_sleeps(struct board *b, unsigned device)
{
    lock_take(&b->lock);
    bool is_asleep = device < b->count && b->desks[device].is_asleep;
    lock_give(&b->lock);
    return is_asleep;
}

void board_stand(struct board *b, unsigned device, enum metric m, double total)
{
    lock_to_change(b);
    struct slot *s = device < b->count ? slot_for(&b->desks[device], m) : NULL;
    if (s) {
        s->stood = total;
        s->has_stood = true;
    }
    lock_give(&b->lock);
}

static bool is_fresh(const struct slot *s, int64_t now_us)
{
    return s->is_said && now_us - s->when_us <= TIMES_FRESH * s->period_us;
}

bool board_get(struct board *b, unsigned device, enum metric m, int64_t now_us, double *to)
{
    lock_take(&b->lock);
    const struct slot *s = device < b->count ? slot_of(&b->desks[device], m) : NULL;
    bool is_there = s && is_fresh(s, now_us);
    if (is_there)
        *to = s->value;
    lock_give(&b->lock);
    return is_there;
}

bool board_total(struct board *b, unsigned device, enum metric m, double *to)
{
    lock_take(&b->lock);
    const struct slot *s = device < b->count ? slot_of(&b->desks[device], m) : NULL;
    bool is_there = s && (s->is_said || s->has_stood);
    if (is_there)
        *to = s->is_said ? s->value : s->stood;
    lock_give(&b->lock);
    return is_there;
}

bool board_has(struct board *b, unsigned device, enum metric m)
{
    lock_take(&b->lock);
    const struct slot *s = device < b->count ? slot_of(&b->desks[device], m) : NULL;
    bool is_said = s && s->is_said;
    lock_give(&b->lock);
    return is_said;
}

unsigned board_all(struct board *b, unsigned device, int64_t now_us, struct board_value *to,
                   unsigned room)
{
    unsigned count = 0;

    lock_take(&b->lock);
    const struct desk *d = device < b->count ? &b->desks[device] : NULL;
    for (size_t i = 0; d && i < d->count && count < room; i++) {
        const struct slot *s = &d->slots[i];
        if (s->is_said)
            to[count++] = (struct board_value){.metric = (enum metric)s->metric,
                                               .value = s->value,
                                               .age_us = now_us - s->when_us,
                                               .is_fresh = is_fresh(s, now_us)};
    }
    lock_give(&b->lock);
    return count;
}

bool board_stood(struct board *b, unsigned device, enum metric m, double *to)
{
    lock_take(&b->lock);
    const struct slot *s = device < b->count ? slot_of(&b->desks[device], m) : NULL;
    bool is_there = s && s->has_stood;
    if (is_there)
        *to = s->stood;
    lock_give(&b->lock);
    return is_there;
}

/* Misfortunes that mean no more than that nothing was heard. */
static bool is_silence(int error)
{
    return error == OK || error == ERR_TIMEOUT || error == ERR_BUSY || error == ERR_STOPPED ||
           error == ERR_ASLEEP;
}

static enum board_state state_of(const struct desk *d, int64_t age_us)
{
    int64_t most = ROUNDS_ONLINE * d->every_us;

    if (most < online_least_us)
        most = online_least_us;
    if (d->is_heard && age_us <= most)
        return HEARD;
    if (d->is_asleep)
        return ASLEEP;
    if (!d->is_heard)
        return UNHEARD;
    return is_silence(d->error) ? STALE : FAULTY;
}

enum board_state board_state(struct board *b, unsigned device, int64_t now_us, int64_t *age_us,
                             int *error)
{
    static const struct desk nobody = {0};

    lock_take(&b->lock);
    const struct desk *d = device < b->count ? &b->desks[device] : &nobody;
    int64_t age = d->is_heard ? now_us - d->heard_us : -1;
    enum board_state state = state_of(d, age);
    if (age_us)
        *age_us = age;
    if (error)
        *error = state == HEARD || state == ASLEEP ? OK : d->error;
    lock_give(&b->lock);
    return state;
}
