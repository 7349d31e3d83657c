/*
 * The keeper: the one who writes. It takes what the bus threads tell, passes it through the gate,
 * lets meters grow and groups add up, and puts a round into the store in one commit. It lives in
 * the main thread; bus threads and sinks have their own.
 *
 *   bus threads ──queue──▶ gate ─▶ meter ─▶ board ─▶ groups ─▶ store ──▶ sinks
 */
#ifndef COLLECTOR_KEEPER_H
#define COLLECTOR_KEEPER_H

#include "collector/intake/gate.h"
#include "collector/intake/group_totals.h"
#include "collector/intake/meter.h"
#include "collector/intake/past_days.h"
#include "collector/run/rounds.h"
#include "store/board.h"
#include "store/lookup.h"
#include "store/store.h"

enum { SLOTS_MOST = UINT16_MAX, ROOMS_MOST = 16, LATE_STEPS = 256 };

/* Who it is, for others who look: never changed once it is shown, and kept as long as the keeper.
 */
struct shown_as {
    struct origin is;
    char title[ORIGIN_NAME]; /* what people read; "": its name */
    struct shown_as *older;
};

/* One device or group, whichever plan it came with; it stays when the plan is loaded anew. */
struct slot_of {
    char name[ORIGIN_NAME];
    /* What is atomic here, other threads read, too. */
    _Atomic bool is_group, is_gone;
    _Atomic bool is_found;   /* a unit that the plan does not name, heard through another device */
    _Atomic bool is_implied; /* the same, but a group names it: it has a place in the plan */
    struct shown_as *_Atomic shown; /* NULL: not there yet */
    struct shown_as *spare;         /* for its next name, got while failing does no harm */
    const struct origin *from;
    char title[ORIGIN_NAME]; /* by the plan; the keeper's thread alone */
    struct gate *gate;
    struct meter meter;
    bool *has;                /* what it can say; until its meters begin */
    struct reading *settings; /* as they were last stored */
    _Atomic int64_t every_ms; /* from one round to the next */
    int64_t tick_ms;          /* the round it last reported */
    int64_t kept_ms;          /* and the one that was last stored; 0: none since the start */
    bool has_looked;          /* for the name it had before */
    bool is_part;             /* a unit that only ever says what it says now */
    unsigned readings;
    uint64_t lacking; /* blocks its model does not know, by bits */
    const struct driver *_Atomic driver;
    const struct driver *_Atomic turned_out; /* a unit with a section: what it is; NULL: as said */
    char model[IDENTITY_TEXT]; /* as it said itself; written once, before `has_model` */
    char through[ORIGIN_NAME]; /* is_found, is_implied: who speaks for it; written once */
    _Atomic bool has_model;
    struct group_totals *totals; /* of a group */
    struct past_days *past;      /* where its driver has finished days; NULL: nowhere */
    _Atomic uint64_t asked, heard;
};

struct keeper {
    struct store *store;
    struct board *board, *settings; /* what is measured, and what is set; by the same places */
    const char *site;
    post_fn *post; /* how a bus thread gets a job */
    /* Both only grow: others read first how many there are, then where. Who reads may hold a list
     * that was too short, so those are kept. */
    struct slot_of **_Atomic slots;
    _Atomic size_t count;
    size_t room, behind; /* behind: the first that has not reported yet */
    struct lookup names; /* of the slots; the keeper's thread alone */
    struct slot_of **outgrown[ROOMS_MOST];
    struct group groups[PLAN_GROUPS]; /* their members are places among the slots */
    int64_t group_ms[PLAN_GROUPS];    /* the tick each was last folded for */
    size_t group_slots[PLAN_GROUPS], group_count;
    int64_t tick_ms, since_us; /* the newest tick, and since when something waits */
    int64_t tidy_us;           /* tidying rests until then */
    bool is_clock_told;
    /* Whoever wants to hear what passed the gate, settings included; NULL: nobody. */
    void (*hear)(void *who, const char *device, const struct reading *r, int64_t heard_us);
    void *who;
    _Atomic uint64_t late[LATE_STEPS], rounds; /* how late rounds began, by milliseconds */
};

int keeper_init(struct keeper *k, const struct plan *plan, struct store *store) MUST_CHECK;
void keeper_done(struct keeper *k);

/* Makes the devices and groups of a plan known: places for all of them first, which may fail and
 * changes nothing that anybody sees; then they are those of the house. */
int keeper_prepare(struct keeper *k, const struct plan *plan) MUST_CHECK;
void keeper_follow(struct keeper *k, const struct plan *plan);
int keeper_learn(struct keeper *k, const struct plan *plan) MUST_CHECK; /* both */
void keeper_pace(struct keeper *k, const struct rounds *r); /* how often each will report */

/* Where a device of a plan has its place. */
size_t keeper_place(struct keeper *k, const char *name);

void keeper_take(struct keeper *k, const struct news *n);

/* Groups that are complete (or late), commits that are due, a step of tidying. Returns how long
 * it may be waited until it must be called again. */
int64_t keeper_settle(struct keeper *k, bool is_idle);

/* All rounds are made: what is not complete now will not be. Commits. */
int keeper_finish(struct keeper *k) MUST_CHECK;

/* Lateness of the rounds that `share` of all stay under, in milliseconds. */
double keeper_late_ms(const struct keeper *k, double share);

/* The newest tick after one was heard. A round that is late is no older clock; one of more than an
 * hour before is: the clock was set back, and is followed. */
int64_t keeper_tick(int64_t known_ms, int64_t heard_ms);

#endif
