/*
 * A bounded queue of plain values: one of the few places where threads meet. It copies what it
 * is given, allocates only when made, and every wait has a limit.
 */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct queue;

struct queue *queue_new(size_t item_size, size_t capacity); /* NULL: no memory */
void queue_free(struct queue *q);

/* ERR_FULL when no room came in time, ERR_STOPPED */
int queue_put(struct queue *q, const void *item, int64_t wait_us) MUST_CHECK;
/* ERR_TIMEOUT when nothing came in time, ERR_STOPPED when stopped and empty */
int queue_get(struct queue *q, void *item, int64_t wait_us) MUST_CHECK;
void queue_stop(struct queue *q); /* wakes everybody; what is inside can still be got */

#endif
