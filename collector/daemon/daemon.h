/* The daemon: store, keeper, bus threads, sinks and control socket, in one place. */
#ifndef COLLECTOR_DAEMON_H
#define COLLECTOR_DAEMON_H

#include "collector/daemon/control_socket.h"
#include "collector/daemon/front.h"
#include "collector/daemon/wishes.h"
#include "collector/intake/keeper.h"
#include "collector/rules/rules.h"
#include "collector/run/deliver.h"
#include "collector/run/received.h"
#include "collector/run/wing.h"

#include "store/view.h"

/* A plan that somebody goes by, and the house as others see it under this plan; immutable. */
struct followed {
    struct plan *plan;
    struct view view;
};

/*
 * One thread, the main one, changes all of this. Others reach the house through the parts that have
 * a lock inside: wings, deliver, rules, wishes, front, keeper (atomics), store
 * (docs/architecture.md, "Locks").
 */
struct daemon {
    const char *config;         /* the settings file, read again on HUP */
    struct plan *plan;          /* the newest */
    struct followed **followed; /* the newest last */
    size_t followed_count, followed_room;
    struct store *store;
    struct keeper keeper;
    struct deliver deliver;
    struct rules rules;
    struct received received;
    struct front front;
    struct wishes wishes;
    struct control_socket control;
    struct queue *news;
    struct wings wings;
    int64_t started_us, tended_us, stop_us;
    bool keeps_level; /* the command line has said how much is told */
    _Atomic bool is_stopping;
};

/* From here on TERM, INT and HUP are heard, also while it opens. */
void daemon_catch_signals(void);

/* Takes the plan over. ERR_BUSY when another process owns the store. */
int daemon_open(struct daemon *d, struct plan *take_plan, const char *config) MUST_CHECK;

/* Runs until a signal, or clock_us() `until_us`. */
int daemon_run(struct daemon *d, int64_t until_us) MUST_CHECK;

/* Goes on as ever, until it is done or clock_us() has reached `until_us`: news are taken and kept,
 * the watchdog is fed. Who must wait in the main thread waits here and nowhere else. True: it is
 * done. */
bool daemon_until(struct daemon *d, bool (*is_done)(void *context), void *context,
                  int64_t until_us);

/* Reads the settings again and follows them; or refuses them, in words, and nothing has changed. */
int daemon_reload(struct daemon *d) MUST_CHECK;

/* What a bus thread told goes to the keeper. News from nobody only wake: somebody uploaded. */
void daemon_take(struct daemon *d, const struct news *n);

/* Ends that were begun are looked after, and what could not begin is tried again. Quick. */
void daemon_tend(struct daemon *d);

/* Backwards, within a few seconds. False: something of it hangs, and was left behind; then there is
 * nothing to do but to end the process. */
bool daemon_close(struct daemon *d);

#endif
