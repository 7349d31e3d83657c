/* A ring with one lock and two bells (base/queue.h). */
#include "base/queue.h"

#include "base/clock.h"
#include "base/thread.h"

#include <stdlib.h>
#include <string.h>

struct queue {
    pthread_mutex_t lock;
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
    pthread_mutex_init(&q->lock, NULL);
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
    pthread_mutex_destroy(&q->lock);
    free(q);
}

int queue_put(struct queue *q, const void *item, int64_t wait_us)
{
    int64_t until_us = clock_us() + wait_us;
    int rc = OK;

    pthread_mutex_lock(&q->lock);
    while (q->count == q->capacity && !q->is_stopped && !rc)
        rc = condition_wait_until(&q->can_put, &q->lock, until_us) ? OK : ERR_FULL;
    if (q->is_stopped) {
        rc = ERR_STOPPED;
    } else if (q->count < q->capacity) {
        size_t at = (q->first + q->count++) % q->capacity;
        memcpy(q->items + at * q->item_size, item, q->item_size);
        pthread_cond_signal(&q->can_get);
        rc = OK;
    }
    pthread_mutex_unlock(&q->lock);
    return rc;
}

int queue_get(struct queue *q, void *item, int64_t wait_us)
{
    int64_t until_us = clock_us() + wait_us;
    int rc = OK;

    pthread_mutex_lock(&q->lock);
    while (!q->count && !q->is_stopped && !rc)
        rc = condition_wait_until(&q->can_get, &q->lock, until_us) ? OK : ERR_TIMEOUT;
    if (q->count) {
        memcpy(item, q->items + q->first * q->item_size, q->item_size);
        q->first = (q->first + 1) % q->capacity;
        q->count--;
        pthread_cond_signal(&q->can_put);
        rc = OK;
    } else if (q->is_stopped) {
        rc = ERR_STOPPED;
    }
    pthread_mutex_unlock(&q->lock);
    return rc;
}

void queue_stop(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->is_stopped = true;
    pthread_cond_broadcast(&q->can_put);
    pthread_cond_broadcast(&q->can_get);
    pthread_mutex_unlock(&q->lock);
}
