/* A ring with one lock and two bells (base/queue.h). */
#include "base/queue.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/thread.h"

#include <stdlib.h>
#include <string.h>

struct queue {
    struct lock lock;
    pthread_cond_t can_put, can_get;
    size_t item_size, capacity, first, count;
    bool is_stopped;
    unsigned char items[];
};

struct queue *queue_new(size_t item_size, size_t capacity)
{
    struct queue *q = calloc(1, sizeof *q + item_size * capacity);

    if (!q)
        return NULL;
    q->item_size = item_size;
    q->capacity = capacity;
    lock_init(&q->lock, LOCK_QUEUE);
    condition_init(&q->can_put);
    condition_init(&q->can_get);
    return q;
}

void queue_free(struct queue *q)
{
    if (!q)
        return;
    pthread_cond_destroy(&q->can_get);
    pthread_cond_destroy(&q->can_put);
    lock_done(&q->lock);
    free(q);
}

int queue_put(struct queue *q, const void *item, int64_t wait_us)
{
    int64_t until_us = clock_us() + wait_us;
    int rc = OK;

    if (wait_us > 0)
        lock_hold_none("a queue");
    lock_take(&q->lock);
    while (q->count == q->capacity && !q->is_stopped && !rc)
        rc = lock_wait_until(&q->lock, &q->can_put, until_us) ? OK : ERR_FULL;
    if (q->is_stopped) {
        rc = ERR_STOPPED;
    } else if (q->count < q->capacity) {
        size_t at = (q->first + q->count++) % q->capacity;
        memcpy(q->items + at * q->item_size, item, q->item_size);
        pthread_cond_signal(&q->can_get);
        rc = OK;
    }
    lock_give(&q->lock);
    return rc;
}

int queue_get(struct queue *q, void *item, int64_t wait_us)
{
    int64_t until_us = clock_us() + wait_us;
    int rc = OK;

    if (wait_us > 0)
        lock_hold_none("a queue");
    lock_take(&q->lock);
    while (!q->count && !q->is_stopped && !rc)
        rc = lock_wait_until(&q->lock, &q->can_get, until_us) ? OK : ERR_TIMEOUT;
    if (q->count) {
        memcpy(item, q->items + q->first * q->item_size, q->item_size);
        q->first = (q->first + 1) % q->capacity;
        q->count--;
        pthread_cond_signal(&q->can_put);
        rc = OK;
    } else if (q->is_stopped) {
        rc = ERR_STOPPED;
    }
    lock_give(&q->lock);
    return rc;
}

void queue_stop(struct queue *q)
{
    lock_take(&q->lock);
    q->is_stopped = true;
    pthread_cond_broadcast(&q->can_put);
    pthread_cond_broadcast(&q->can_get);
    lock_give(&q->lock);
}
