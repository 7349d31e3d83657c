/* The parts of a link, for its own files only (nats/link.h). */
#ifndef NATS_LINK_INSIDE_H
#define NATS_LINK_INSIDE_H

#include "base/lock.h"

#include "nats/link.h"

/* One lock for all links: a callback holds it for the time of a search among a thousand. What
 * follows wants it held, but for what says otherwise. */
extern struct lock link_lock;

/* NULL: it is closed. */
struct link *link_of(const void *number);

/* Until there is news, or a moment is over. */
void link_wait_a_moment(struct link *l, int64_t deadline_us);

/* The first trouble of a batch (link_batch.c). */
void link_tell(struct link *l, natsStatus status, jsErrCode code, const char *text);

/* The library's, without the lock (link_batch.c). */
void link_on_ack(jsCtx *js, natsMsg *msg, jsPubAck *ack, jsPubAckErr *error, void *number);

/* Without the lock (link_stream.c): false, and `o` says why. */
bool link_make_stream(struct link *l, struct outcome *o);

#endif
