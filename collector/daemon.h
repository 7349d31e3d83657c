/* The daemon: store, keeper, bus threads, sinks and control socket, in one place. */
#ifndef COLLECTOR_DAEMON_H
#define COLLECTOR_DAEMON_H

#include "collector/deliver.h"
#include "collector/front.h"
#include "collector/keeper.h"
#include "collector/received.h"
#include "collector/rules.h"
#include "collector/wing.h"
#include "collector/wishes.h"

#include <pthread.h>

struct daemon {
    const char *config; /* the settings file, read again on HUP */
    struct plan *plan;  /* the newest */
    struct store *store;
    struct keeper keeper;
    struct deliver deliver;
    struct rules rules;
    struct received received;
    struct front front;
    struct wishes wishes;
    struct queue *news;
    struct wing *wings[WINGS_MAX]; /* the newest last */
    size_t wing_count;
    struct plan *kept[PLAN_SINKS]; /* of no wing any longer, but with a sink that goes by it */
    size_t kept_count;
    pthread_mutex_t lock; /* wings and sinks: held by who uses or changes them */
    int64_t started_us;
    bool keeps_level; /* the command line has said how much is told */
    _Atomic bool is_stopping;
};

/* Takes the plan over. ERR_BUSY when another process owns the store. */
int daemon_open(struct daemon *d, struct plan *take_plan, const char *config) MUST_CHECK;

/* Runs until a signal, or clock_us() `until_us`. */
int daemon_run(struct daemon *d, int64_t until_us) MUST_CHECK;

/* What a bus thread told goes to the keeper. News from nobody only wake: somebody uploaded. */
void daemon_take(struct daemon *d, const struct news *n);

/* Backwards, within a few seconds. */
void daemon_close(struct daemon *d);

/* The wing that runs this device, and its place there; NULL when none does. */
struct wing *daemon_wing(struct daemon *d, const char *device, size_t *at);

#endif
