/* Asking for finished days, one a round (collector/intake/past_days.h). */
#include "collector/intake/past_days.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/days.h"

#include <stdio.h>
#include <stdlib.h>

enum { TRIES = 5 };
static const int64_t LOAN_WAIT_US = 10000000;

/* The question; the bus thread's from posting until the job is done. */
struct page_ask {
    uint16_t device;
    char unit[IDENTITY_TEXT];
    unsigned ago;
    struct reading page;
    int64_t done_us;
};

struct past_days {
    struct store *store;
    const struct origin *from;
    struct day_turn turn;
    int today;       /* the device's day when `last` was the one before */
    int next, last;  /* dates still to be had; next 0: none */
    int tried;       /* up to here all was asked for, with or without an answer */
    int anchor;      /* a stored date whose page must be found again first; 0: it is, or none */
    unsigned looked; /* in how many places */
    int shift;       /* so many pages fewer than dates there are since then */
    unsigned falls;  /* of the counter, when this was planned */
    unsigned failures, kept, absent;
    const struct rounds *asked; /* whose thread has the question; NULL: none has */
    struct job job;
    struct page_ask ask;
};

struct past_days *past_days_new(struct store *store, const struct origin *from)
{
    struct past_days *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->store = store;
    p->from = from;
    return p;
}

void past_days_free(struct past_days *p)
{
    free(p);
}

static int ask_now(struct rounds *r, size_t bus, void *to)
{
    struct page_ask *ask = to;
    struct device *d = &r->house->devices[ask->device];
    int rc = bus_borrow(&r->house->buses[bus], LOAN_WAIT_US);

    ask->page = (struct reading){0};
    if (!rc) {
        rc = d->driver->past_day(d, ask->unit, ask->ago, &ask->page);
        bus_return(&r->house->buses[bus]);
    }
    ask->done_us = clock_us();
    return rc;
}

/* ---- which days ---------------------------------------------------------------------------- */

/* Which page a date has: 1 is that of `last`. */
static unsigned ago_of(const struct past_days *p, int date)
{
    unsigned ago = 1;

    for (int day = p->last; day > date && ago <= PAST_DAYS; day = day_before(day))
        ago++;
    return ago;
}

/* From the one after the newest that is stored, but no further back than devices remember. */
static void plan_days(struct past_days *p, int finished)
{
    int newest = store_newest_day(p->store, p->from, finished), first = finished;
    int known = newest > p->tried ? newest : p->tried <= finished ? p->tried : 0;

    p->next = 0;
    p->today = p->turn.day;
    if (known >= finished)
        return;
    for (unsigned back = 1; back < PAST_DAYS && day_before(first) > known; back++)
        first = day_before(first);
    p->next = first;
    p->last = finished;
    p->failures = p->kept = p->absent = p->looked = 0;
    p->shift = 0;
    p->falls = p->turn.falls;
    p->anchor = newest && ago_of(p, newest) <= PAST_DAYS ? newest : 0;
    if (first != finished)
        log_note(p->from->name, "asks for its finished days from %d to %d", first, finished);
}

static void step(struct past_days *p)
{
    p->failures = 0;
    p->next = p->next < p->last ? day_next(p->next) : 0;
    if (p->next)
        return;
    if (p->absent)
        log_note(p->from->name, "%u finished days kept; %u more it does not have", p->kept,
                 p->absent);
    else
        log_info(p->from->name, "%u finished days kept", p->kept);
}

/* ---- answers ------------------------------------------------------------------------------- */

static void tell_trouble(const struct past_days *p, int rc)
{
    log_warn(p->from->name, "its finished day %d cannot be had: %s; asked again when its day turns",
             p->next, error_text(rc));
}

/*
 * A device that did not wake for a day has fewer pages than there were dates, one that only seemed
 * to turn has none for the last, and one that lost its power by day may have one more: so the page
 * of the newest stored day is looked for first. Where there are fewer, dates are counted back from
 * the last, and what then has no page is left out; where there is one more, they are counted on
 * from the newest stored. If it is nowhere, the unit is another one, and dates are as they come.
 */
static void take_anchor(struct past_days *p)
{
    int dates = (int)ago_of(p, p->anchor) - 1;

    if (p->job.result || !store_is_day(p->store, p->from, p->anchor, &p->ask.page)) {
        p->looked++;
        p->shift = p->looked == 1 ? -1 : (int)p->looked - 1;
        if (p->shift <= dates)
            return;
        p->shift = 0;
    }
    p->anchor = 0;
    while (p->next && (int)ago_of(p, p->next) > dates - p->shift)
        p->next = p->next < p->last ? day_next(p->next) : 0;
}

/* Which page is to be asked for now. */
static unsigned page_wanted(const struct past_days *p)
{
    if (p->anchor)
        return (unsigned)((int)ago_of(p, p->anchor) - p->shift);
    return ago_of(p, p->next) + (p->shift < 0);
}

static void take_page(struct past_days *p)
{
    int rc = p->job.result;

    if (rc && rc != ERR_ABSENT && rc != ERR_REFUSED) {
        if (rc == ERR_BUSY || rc == ERR_STOPPED || ++p->failures < TRIES)
            return; /* the next round tries again */
        tell_trouble(p, rc);
        p->next = 0;
        return;
    }
    if (p->anchor) {
        take_anchor(p);
        return;
    }
    int64_t seq = rc ? 0 : store_append_day(p->store, p->from, p->next, &p->ask.page);
    if (seq < 0)
        return;
    p->kept += seq > 0;
    p->absent += rc != OK;
    p->tried = p->next;
    step(p);
}

/* The page counts only if the device's day had not turned when it was asked for: a reading that
 * came later says so. */
static void settle(struct past_days *p, const struct news *n)
{
    if (!p->asked)
        return;
    if (p->asked == n->from && (!p->job.is_done || n->heard_us < p->ask.done_us))
        return;
    bool is_whole = p->asked == n->from && p->job.is_done;
    p->asked = NULL;
    if (p->next && is_whole && p->turn.day == p->today && p->falls == p->turn.falls &&
        day_turn_is_sure(&p->turn))
        take_page(p);
}

static void ask_next(struct past_days *p, const struct news *n, post_fn *post)
{
    if (p->asked || !p->next || p->turn.day != p->today || !day_turn_is_sure(&p->turn))
        return;
    p->ask.device = n->device;
    p->ask.ago = page_wanted(p);
    snprintf(p->ask.unit, sizeof p->ask.unit, "%s", n->unit);
    p->job = (struct job){.run = ask_now, .to = &p->ask};
    if (post(n->from, n->bus, &p->job) == OK)
        p->asked = n->from; /* else somebody else's job is in the box: next round */
}

void past_days_hear(struct past_days *p, const struct news *n, const struct reading *r,
                    post_fn *post)
{
    double today;

    if (!reading_get(r, M_PV_ENERGY_TODAY, &today))
        return;
    int finished = day_turn_take(&p->turn, r->round_ms, n->heard_us, today);
    settle(p, n);
    bool is_anew = p->next && p->falls != p->turn.falls; /* there may be another page */
    if (finished || is_anew)
        plan_days(p, finished ? finished : p->last);
    ask_next(p, n, post);
}
