/* Uploaded rows into the store (collector/run/received.h). */
#include "collector/run/received.h"

#ifdef HELIO_HAS_WEB

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "collector/plan/mate_page.h"
#include "collector/run/rounds.h"
#include "store/days.h"
#include "web/web.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_WAITING = 64 };
static const int64_t AGAIN_US = 60000000;

/* ---- the server's thread ----------------------------------------------------------------- */

static int take(void *who, struct web_upload *upload)
{
    static const struct news wake = {.from = NULL};
    struct received *r = who;
    int rc;

    lock_take(&r->lock);
    rc = r->is_closed ? ERR_STOPPED : queue_put(r->rows, &upload, 0);
    lock_give(&r->lock);
    if (!rc && queue_put(r->news, &wake, 0))
        return OK; /* the queue is full: whoever takes from it comes by here soon */
    return rc;
}

/* ---- the main thread --------------------------------------------------------------------- */

static const struct origin *whose(const struct received *r, const struct mate_page *page)
{
    struct origin o = {.address = 0};

    snprintf(o.name, sizeof o.name, "%s-%s", r->prefix, page->kind);
    snprintf(o.driver, sizeof o.driver, "%s", page->driver);
    const struct origin *known = store_origin_named(r->store, o.name);
    return known ? known : store_origin(r->store, &o);
}

/* ---- one row --------------------------------------------------------------------------------- */

/* A day of the log belongs to its own last second, on the clock of whoever read it. */
static int64_t moment_of(const struct mate_row *row)
{
    char text[40];
    int64_t at_ms = row->at_ms;

    if (!*row->date)
        return at_ms;
    snprintf(text, sizeof text, "%sT23:59:59Z", row->date);
    return when_read(text, 0, &at_ms) ? at_ms - (int64_t)row->tz_s * MS_PER_S : row->at_ms;
}

/*
 * They are live readings of somebody else's collector, so they are kept as such, with the time
 * they were made, and every sink gets them. The gate is not asked: it judges a jump by when a
 * number was heard, and these may come a day late and a hundred in a second. What no metric can be
 * is withheld by the rows that read them. A day of a device's own log is history, and kept so. A
 * row that came before is known by device, time and words: whoever repeats it after a lost answer
 * is told that all is well.
 */
static int keep(struct received *r, const struct mate_row *row)
{
    const struct mate_page *page = mate_page_named(row->type->name);
    int64_t at_ms = moment_of(row);
    struct reading reading = {.round_ms = at_ms};
    const struct origin *from = page ? whose(r, page) : NULL;

    if (!page)
        return ERR_DATA;
    if (!from)
        return ERR_FULL;
    int rc = mate_page_read(page, row->bytes, &reading);
    if (!rc && row->has_extra && metric_is_possible(page->extra_metric, row->extra))
        (void)reading_put(&reading, page->extra_metric, row->extra); /* a page has room left */
    if (!rc && !page->is_day)
        driver_find(page->driver)->derive(NULL, &reading);
    if (rc || !reading.count)
        return ERR_DATA;
    if (store_has(r->store, from, at_ms, &reading))
        return OK;
    int64_t seq =
        store_append(r->store, from, page->is_day ? RECORD_IMPORTED : RECORD_LIVE, at_ms, &reading);
    return seq < 0 ? (int)seq : OK;
}

void received_keep(struct received *r)
{
    struct web_upload *waiting[ROWS_WAITING];
    int results[ROWS_WAITING];
    unsigned count = 0;

    if (!r->rows)
        return;
    while (count < ROWS_WAITING && queue_get(r->rows, &waiting[count], 0) == OK) {
        results[count] = keep(r, &waiting[count]->row);
        count++;
    }
    if (!count)
        return;
    int rc = store_commit(r->store);
    for (unsigned i = 0; i < count; i++)
        web_settle(waiting[i], results[i] ? results[i] : rc);
}

/* ---- starting and stopping --------------------------------------------------------------- */

int received_open(struct received *r, struct store *store, struct queue *news)
{
    *r = (struct received){.store = store, .news = news, .is_closed = true};
    lock_init(&r->lock, LOCK_RECEIVED);
    r->rows = queue_new(sizeof(struct web_upload *), ROWS_WAITING);
    return r->rows ? OK : ERR_FULL;
}

static void set_closed(struct received *r, bool is_closed)
{
    lock_take(&r->lock);
    r->is_closed = is_closed;
    lock_give(&r->lock);
}

static void *end_web(void *who)
{
    struct received *r = who;

    web_stop(r->leaving);
    r->has_ended = true;
    return NULL;
}

void received_leave(struct received *r)
{
    if (!r->web)
        return;
    web_quiet(r->web);
    set_closed(r, true);
    received_keep(r); /* nobody can add to what is settled here */
    r->leaving = r->web;
    r->leaving_plan = r->plan;
    r->web = NULL;
    r->has_ended = false;
    r->has_ender = thread_begin(&r->ender, "web end", end_web, r) == OK;
    if (!r->has_ender)
        (void)end_web(r); /* then it is waited for here: it was told to hurry */
}

static void join_ender(struct received *r)
{
    if (r->has_ender)
        thread_join(r->ender);
    r->has_ender = false;
    r->leaving = NULL;
    r->leaving_plan = NULL;
}

bool received_has_left(struct received *r)
{
    if (r->leaving && r->has_ended)
        join_ender(r);
    return !r->leaving;
}

static int listen_now(struct received *r)
{
    const struct web_house house = {.front = r->front, .who = r, .take = take};
    int rc;

    set_closed(r, false);
    rc = web_start(&r->web, r->plan->web, &house);
    r->retry_us = rc ? clock_us() + AGAIN_US : 0;
    if (!rc)
        log_note("web", "listening at %s, port %.0f", section_text(r->plan->web, "listen"),
                 section_number(r->plan->web, "port"));
    return rc;
}

int received_follow(struct received *r, const struct plan *plan, const struct view *front)
{
    received_leave(r);
    r->plan = plan;
    r->front = front;
    r->retry_us = 0;
    if (!plan->web || !section_yes(plan->web, "enabled"))
        return OK;
    snprintf(r->prefix, sizeof r->prefix, "%s", section_text(plan->web, "mate_device"));
    if (received_has_left(r))
        return listen_now(r);
    log_note("web", "an answer is still being given; it listens again when that has ended");
    r->retry_us = clock_us();
    return OK;
}

void received_tend(struct received *r)
{
    if (!received_has_left(r) || r->web || !r->retry_us || clock_us() < r->retry_us)
        return;
    (void)!listen_now(r); /* it has said why not */
}

bool received_uses(const struct received *r, const struct plan *plan)
{
    return r->plan == plan || (r->leaving && r->leaving_plan == plan);
}

void received_close(struct received *r)
{
    if (!r->rows)
        return;
    received_leave(r);
    if (r->leaving)
        join_ender(r);
    queue_free(r->rows);
    lock_done(&r->lock);
    *r = (struct received){0};
}

#else

int received_open(struct received *r, struct store *store, struct queue *news)
{
    *r = (struct received){.store = store, .news = news};
    return OK;
}

void received_close(struct received *r)
{
    *r = (struct received){0};
}

int received_follow(struct received *r, const struct plan *plan, const struct view *front)
{
    (void)r;
    (void)plan;
    (void)front;
    return OK;
}

void received_leave(struct received *r)
{
    (void)r;
}

bool received_has_left(struct received *r)
{
    (void)r;
    return true;
}

void received_tend(struct received *r)
{
    (void)r;
}

bool received_uses(const struct received *r, const struct plan *plan)
{
    (void)r;
    (void)plan;
    return false;
}

void received_keep(struct received *r)
{
    (void)r;
}

#endif
