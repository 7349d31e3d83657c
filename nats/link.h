/*
 * The way to the stream: one connection to whichever server is there, and what became of each
 * message of a batch. The library calls back in threads of its own, so what they touch is guarded
 * by one lock in link.c, and they find their link by number: one that is closed is found no more.
 */
#ifndef NATS_LINK_H
#define NATS_LINK_H

#include "base/section.h"
#include "store/sink.h"

#include <nats/nats.h>

#include <pthread.h>

enum fate { OPEN, ACKED, FAILED };

/* A batch on its way, by the rows of the log its messages were made of, ascending. */
struct window {
    const int64_t *seqs;
    uint8_t *fates;
    unsigned count, acked, failed;
};

struct link {
    const char *who, *stream, *subject; /* subject: what all of ours begin with */
    const struct section *section;
    const _Atomic int64_t *stop_us; /* when every wait ends (struct seat) */
    natsOptions *options;
    natsConnection *connection;
    jsCtx *js;
    bool is_made;   /* the stream is known to be there */
    bool has_taken; /* it took a batch: then it is there, whatever is said meanwhile */

    uintptr_t number;
    struct link *next; /* of all that are open */
    pthread_cond_t news;
    struct window window;
    bool is_cut;  /* the connection broke while the window was open */
    bool is_told; /* the first trouble: */
    struct outcome trouble;
    uint64_t doubles; /* the stream had them already */
};

/* Reads the secrets; touches no network. Logs what is wrong. */
int link_open(struct link *l, const char *who, const char *site,
              const struct section *s) MUST_CHECK;
void link_close(struct link *l);

/* Connected, and the stream made if that is wished; else `o` says why. */
bool link_ready(struct link *l, int64_t deadline_us, bool may_make, struct outcome *o);

/* Could it be published to, without waiting for anything? */
bool link_is_up(const struct link *l);

/* Opens the window for a batch; then its messages; then waits for every one's acknowledgement. */
void link_begin(struct link *l, const int64_t *seqs, uint8_t *fates, unsigned count);
bool link_publish(struct link *l, const char *subject, const char *id, const char *words,
                  int length);
void link_wait(struct link *l, int64_t deadline_us, struct outcome *o);

/* Is the stream there, and does it take `subject`? */
void link_look(struct link *l, const char *subject, struct outcome *o);

#endif
