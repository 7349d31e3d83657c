/* A ring with one lock and two bells (base/queue.h). */
#include "base/queue.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    pthread_condattr_t monotonic;

    if (!q)
        return NULL;
    q->item_size = item_size;
    q->capacity = capacity;
    pthread_mutex_init(&q->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&q->can_put, &monotonic);
    pthread_cond_init(&q->can_get, &monotonic);
    pthread_condattr_destroy(&monotonic);
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

static struct timespec after(int64_t us)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += (time_t)(us / 1000000);
    t.tv_nsec += (long)(us % 1000000) * 1000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_nsec -= 1000000000;
        t.tv_sec++;
    }
    return t;
}

int queue_put(struct queue *q, const void *item, int64_t wait_us)
{
    struct timespec until = after(wait_us);
    int rc = OK;

    pthread_mutex_lock(&q->lock);
    while (q->count == q->capacity && !q->is_stopped && !rc)
        rc = pthread_cond_timedwait(&q->can_put, &q->lock, &until) ? ERR_FULL : OK;
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
    struct timespec until = after(wait_us);
    int rc = OK;

    pthread_mutex_lock(&q->lock);
    while (!q->count && !q->is_stopped && !rc)
        rc = pthread_cond_timedwait(&q->can_get, &q->lock, &until) ? ERR_TIMEOUT : OK;
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
