/*
 * /api/v1/live: server-sent events (web/inside.h). Whoever listens is told of each device that was
 * heard or changed its state since it was last told, at most once a second, and gets a comment
 * every 15 seconds, so that both ends notice when the other is gone.
 *
 *   pulse, once a second while somebody listens:  has one of them news?  ──▶ its connection resumes
 *   server's thread:  next event of it  ──▶ ... nothing more ──▶ its connection is suspended
 */
#include "web/inside.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/lock.h"
#include "base/thread.h"

#include <stdlib.h>
#include <string.h>

enum {
    EVENT_BYTES = 32 * 1024,
    PULSE_US = 1000000,
    HEARTBEAT_US = 15000000,
    LEAVE_US = 5000,
    LEAVE_TRIES = 60
};

/* What a listener was told of a device: another mark means there is news. */
typedef int64_t mark;

struct listener {
    struct web *web;
    struct MHD_Connection *connection;
    char address[WEB_ADDRESS];
    char only[64]; /* this device; "": all */
    bool is_suspended;
    int64_t said_us;
    size_t from; /* the device to look at next */
    mark marks[VIEW_DEVICES];
    int64_t told_us[VIEW_DEVICES];
    struct text event; /* the one on its way */
    size_t sent;
    char bytes[EVENT_BYTES];
};

struct live {
    struct lock lock; /* taken after the web's */
    pthread_cond_t ring;
    pthread_t pulse;
    bool has_pulse, is_ending;
    unsigned count, most;
    struct listener **listeners;

    /* Its own, since the library's lock of an answer is held when an event is asked for, and the
     * other way round while a request is served. */
    size_t device_count;
    struct view_device devices[VIEW_DEVICES];
    struct board_value values[METRIC_COUNT];
};

/* ---- is there news? ---------------------------------------------------------------------------
 */

static mark mark_of(const struct listener *l, unsigned desk, int64_t now_us)
{
    int64_t age = -1;
    enum board_state state = board_state(l->web->house.front->board, desk, now_us, &age, NULL);

    return (age < 0 ? 0 : (now_us - age) * BOARD_STATES) + (mark)state + 1;
}

/* The next device with news, or NULL. Each gets its turn. */
static const struct view_device *next_news(struct listener *l, mark *to)
{
    struct live *live = l->web->live;
    int64_t now = clock_us();

    for (size_t i = 0; i < live->device_count; i++) {
        const struct view_device *d = &live->devices[(l->from + i) % live->device_count];
        if (d->desk >= VIEW_DEVICES || (*l->only && strcmp(l->only, d->name) != 0))
            continue;
        *to = mark_of(l, d->desk, now);
        if (*to == l->marks[d->desk] || now - l->told_us[d->desk] < PULSE_US * 9 / 10)
            continue;
        l->from = (size_t)(d - live->devices) + 1;
        return d;
    }
    return NULL;
}

static void list_devices(struct web *w)
{
    const struct view *front = w->house.front;

    w->live->device_count = front->devices(front->who, w->live->devices, VIEW_DEVICES);
}

/* ---- one listener, in the server's thread
 * --------------------------------------------------------- */

static void write_event(struct listener *l, const struct view_device *d)
{
    struct json j = json_on(&l->event);

    text_add(&l->event, "event: board\ndata: ");
    board_write(l->web, d, l->web->live->values, &j);
    text_add(&l->event, "\n\n");
}

/* Fills the next event; false: there is nothing to say now. */
static bool compose(struct listener *l)
{
    int64_t now = clock_us();
    mark seen = 0;
    const struct view_device *d = next_news(l, &seen);

    l->event = text_on(l->bytes, sizeof l->bytes);
    l->sent = 0;
    if (d) {
        l->marks[d->desk] = seen;
        l->told_us[d->desk] = now;
        write_event(l, d);
        if (l->event.is_cut) /* half an event is none */
            l->event = text_on(l->bytes, sizeof l->bytes);
    }
    if (!l->event.used && now - l->said_us >= HEARTBEAT_US)
        text_add(&l->event, ": still here\n\n");
    if (l->event.used)
        l->said_us = now;
    return l->event.used > 0;
}

static ssize_t feed(void *who, uint64_t position, char *to, size_t size)
{
    struct listener *l = who;
    struct web *w = l->web;
    size_t length = 0;

    (void)position;
    lock_take(&w->live->lock);
    list_devices(w);
    bool is_ending = w->live->is_ending;
    if (!is_ending && (l->sent < l->event.used || compose(l))) {
        length = l->event.used - l->sent < size ? l->event.used - l->sent : size;
        memcpy(to, l->bytes + l->sent, length);
        l->sent += length;
    } else if (!is_ending) {
        l->is_suspended = true;
        MHD_suspend_connection(l->connection);
    }
    lock_give(&w->live->lock);
    return is_ending ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)length;
}

static void leave(void *who)
{
    struct listener *l = who;
    struct live *live = l->web->live;

    lock_take(&live->lock);
    for (unsigned i = 0; i < live->count; i++)
        if (live->listeners[i] == l)
            live->listeners[i] = live->listeners[--live->count];
    lock_give(&live->lock);
    free(l);
}

/* ---- the pulse --------------------------------------------------------------------------------
 */

static void wake(struct listener *l)
{
    mark seen;

    if (!l->is_suspended || (!l->web->live->is_ending && !next_news(l, &seen) &&
                             clock_us() - l->said_us < HEARTBEAT_US))
        return;
    l->is_suspended = false;
    MHD_resume_connection(l->connection);
}

static void wake_all(struct web *w)
{
    lock_take(&w->live->lock);
    list_devices(w);
    for (unsigned i = 0; i < w->live->count; i++)
        wake(w->live->listeners[i]);
    lock_give(&w->live->lock);
}

/* Sleeps a second, or as long as nobody listens. False: it is over. */
static bool rest(struct live *live)
{
    int64_t until_us = clock_us() + PULSE_US;
    bool is_early = true;

    lock_take(&live->lock);
    while (!live->is_ending && is_early)
        if (live->count)
            is_early = lock_wait_until(&live->lock, &live->ring, until_us);
        else
            lock_wait(&live->lock, &live->ring);
    bool goes_on = !live->is_ending;
    lock_give(&live->lock);
    return goes_on;
}

static void *pulse(void *who)
{
    struct web *w = who;

    while (rest(w->live))
        wake_all(w);
    return NULL;
}

/* ---- beginning and ending ---------------------------------------------------------------------
 */

int live_open(struct web *w)
{
    w->live = calloc(1, sizeof *w->live);
    if (!w->live)
        return ERR_FULL;
    w->live->most = (unsigned)section_number(w->section, "listeners");
    w->live->listeners = calloc(w->live->most, sizeof(struct listener *));
    lock_init(&w->live->lock, LOCK_LIVE);
    condition_init(&w->live->ring);
    return w->live->listeners ? OK : ERR_FULL;
}

static unsigned listener_count(struct live *live)
{
    lock_take(&live->lock);
    unsigned count = live->count;
    lock_give(&live->lock);
    return count;
}

/* Who listens is let go: a connection may not be suspended when its server ends. */
void live_end(struct web *w)
{
    if (!w->live)
        return;
    lock_take(&w->live->lock);
    w->live->is_ending = true;
    pthread_cond_signal(&w->live->ring);
    lock_give(&w->live->lock);
    if (w->live->has_pulse)
        thread_join(w->live->pulse);
    w->live->has_pulse = false;
    wake_all(w);
    for (int i = 0; i < LEAVE_TRIES && listener_count(w->live); i++)
        clock_sleep_us(LEAVE_US); /* who still reads sees an end, not a break */
}

void live_close(struct web *w)
{
    if (!w->live)
        return;
    pthread_cond_destroy(&w->live->ring);
    lock_done(&w->live->lock);
    free(w->live->listeners);
    free(w->live);
    w->live = NULL;
}

/* Some room is kept for others, unless there is only one place. */
static bool takes_all(const struct live *live, const char *address)
{
    unsigned same = 0;

    for (unsigned i = 0; i < live->count; i++)
        same += !strcmp(live->listeners[i]->address, address);
    return same && same >= live->most - live->most / 4;
}

/* The web's lock is held, as for every handler. */
static int enter(struct live *live, struct listener *l)
{
    int rc = OK;

    lock_take(&live->lock);
    if (live->is_ending || live->count == live->most || takes_all(live, l->address))
        rc = ERR_FULL;
    if (!rc && !live->has_pulse)
        rc = thread_begin(&live->pulse, "live", pulse, l->web);
    if (!rc) {
        live->has_pulse = true;
        live->listeners[live->count++] = l;
        pthread_cond_signal(&live->ring);
    }
    lock_give(&live->lock);
    return rc;
}

enum MHD_Result api_live(struct exchange *x)
{
    struct listener *l = calloc(1, sizeof *l);

    if (!l)
        return MHD_NO;
    l->web = x->web;
    l->connection = x->connection;
    l->said_us = clock_us();
    visitor_address(x->web->visitors, x->connection, l->address);
    struct text only = text_on(l->only, sizeof l->only);
    text_add(&only, x->query.device ? x->query.device->name : "");
    if (enter(x->web->live, l)) {
        free(l);
        return answer_problem(x->connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                              "as many listen already as there may be");
    }
    struct MHD_Response *r =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, EVENT_BYTES / 8, feed, l, leave);
    if (!r) {
        leave(l);
        return MHD_NO;
    }
    return answer_stream(x->connection, r);
}
