/* What may be published (collector/intake/gate.h). */
#include "collector/intake/gate.h"

#include "base/log.h"
#include "base/text.h"
#include "collector/intake/counted.h"
#include "collector/intake/counter.h"
#include "collector/intake/gauge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TRACKS_FIRST = 16,
    BROKEN_AFTER = 3,  /* readings with the same fault: a broken register, not a broken frame */
    BROKEN_APART = 16, /* slow blocks have their turn within so many readings */
    NEWS_MAX = 400,
    WHO_MAX = 64
};
static const double over_peak = 1.3;

const char *const gate_words[GATE_REASON_COUNT] = {
#define X(tag, word, text) word,
    GATE_REASONS(X)
#undef X
};
const char *const gate_texts[GATE_REASON_COUNT] = {
#define X(tag, word, text) text,
    GATE_REASONS(X)
#undef X
};

struct track {
    uint16_t metric;
    struct gauge gauge; /* one of the two, as the metric's kind is */
    struct counter counter;
    bool is_changed; /* the counter, since it was asked for */
};

struct gate {
    char who[WHO_MAX];
    double peak_w;
    _Atomic uint64_t counts[GATE_REASON_COUNT];
    struct track *tracks;
    size_t count, room;
    struct {
        unsigned impossible; /* numbers in one reading */
        unsigned apart;      /* readings from one such to the next */
        unsigned since;      /* readings since the last such */
        unsigned times;      /* that they came the same way */
    } broken;
    char news[NEWS_MAX];
    size_t news_used;
    bool is_news_read;
};

struct gate *gate_new(const char *who, double peak_w)
{
    struct gate *g = calloc(1, sizeof *g);

    if (!g)
        return NULL;
    struct text name = text_on(g->who, sizeof g->who);
    text_add(&name, who);
    g->peak_w = peak_w;
    return g;
}

void gate_free(struct gate *g)
{
    if (!g)
        return;
    free(g->tracks);
    free(g);
}

static struct track *track_of(const struct gate *g, enum metric m)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->tracks[i].metric == m)
            return &g->tracks[i];
    return NULL;
}

/* Made when a metric is first seen; from then on nothing is allocated. NULL: no memory. */
static struct track *track_for(struct gate *g, enum metric m)
{
    struct track *known = track_of(g, m);

    if (known)
        return known;
    if (g->count == g->room) {
        size_t room = g->room ? 2 * g->room : TRACKS_FIRST;
        struct track *more = realloc(g->tracks, room * sizeof *more);
        if (!more)
            return NULL;
        g->tracks = more;
        g->room = room;
    }
    g->tracks[g->count] = (struct track){.metric = (uint16_t)m};
    return &g->tracks[g->count++];
}

/* ---- frames ------------------------------------------------------------------------------ */

/* An impossible number throws doubt on its neighbours, unless it comes so regularly that it must
 * be the device's own. */
static bool is_frame_in_doubt(struct gate *g, unsigned impossible)
{
    g->broken.since += g->broken.since <= BROKEN_APART;
    if (!impossible)
        return false;
    bool is_same = impossible == g->broken.impossible && g->broken.since <= BROKEN_APART &&
                   (g->broken.times < 2 || g->broken.since == g->broken.apart);
    bool is_own = is_same && g->broken.times >= BROKEN_AFTER;
    g->broken.times = is_same ? g->broken.times + !is_own : 1;
    g->broken.impossible = impossible;
    g->broken.apart = g->broken.since;
    g->broken.since = 0;
    return !is_own;
}

/* Drops what is outside its range. Returns how many numbers of this answer cannot be. */
static unsigned drop_impossible(struct gate *g, struct reading *r)
{
    unsigned impossible = r->withheld; /* the decoder has left those out already */

    for (unsigned i = 0; i < r->count;) {
        if (metric_is_possible((enum metric)r->fields[i].metric, r->fields[i].value)) {
            i++;
            continue;
        }
        reading_drop(r, (enum metric)r->fields[i].metric);
        impossible++;
    }
    g->counts[GATE_RANGE] += impossible;
    return impossible;
}

/* ---- numbers ------------------------------------------------------------------------------ */

/* The power of a whole system is not that of one unit. */
static bool is_over_peak(const struct gate *g, enum metric m, double value)
{
    return g->peak_w > 0 && catalogue[m].unit == UNIT_WATT && catalogue[m].kind == GAUGE &&
           m != M_SYSTEM_POWER && fabs(value) > over_peak * g->peak_w;
}

/* ---- counters ---------------------------------------------------------------------------- */

static void tell_anew(struct gate *g, enum metric m, double last, double value)
{
    /* What nobody has read yet stays in front. */
    size_t kept = g->is_news_read ? 0 : g->news_used;
    struct text news = text_on(g->news + kept, sizeof g->news - kept);

    text_add(&news, kept ? "; " : "");
    text_format(&news, "%s began anew at ", catalogue[m].name);
    text_number(&news, value);
    text_add(&news, " after ");
    text_number(&news, last);
    text_add(&news, ": a replaced unit, or a counter that wrapped");
    g->news_used = kept + news.used;
    g->is_news_read = false;
}

static bool may_be_counter(struct gate *g, struct track *t, double value, int64_t now_us)
{
    enum metric m = (enum metric)t->metric;
    double last = t->counter.last, carry = t->counter.carry;
    bool is_first = !t->counter.is_known;
    enum counter_verdict verdict =
        counter_judge(&t->counter, value, counted_an_hour(m, g->peak_w), now_us);

    if (verdict == COUNTER_HELD)
        return false;
    if (verdict == COUNTER_ANEW)
        tell_anew(g, m, last, value);
    t->is_changed |= is_first || t->counter.last > last || t->counter.last < last ||
                     t->counter.carry > carry || t->counter.carry < carry;
    return true;
}

/* ---- a reading --------------------------------------------------------------------------- */

/* The reason to withhold this, or GATE_REASON_COUNT. */
static enum gate_reason judge(struct gate *g, enum metric m, double value, int64_t now_us)
{
    enum kind kind = catalogue[m].kind;

    if (kind == DAILY && fabs(value) > counted_in_span(m, g->peak_w))
        return GATE_PEAK;
    if (kind != GAUGE && kind != COUNTER)
        return GATE_REASON_COUNT;
    if (is_over_peak(g, m, value))
        return GATE_PEAK;
    struct track *t = track_for(g, m);
    if (!t)
        return GATE_REASON_COUNT; /* it was possible; more cannot be said without memory */
    if (kind == COUNTER)
        return may_be_counter(g, t, value, now_us) ? GATE_REASON_COUNT : GATE_COUNTER;
    return gauge_judge(&t->gauge, m, value, now_us) ? GATE_REASON_COUNT : GATE_JUMP;
}

/* What leaves the gate is the carried counter. */
static void tell_total(const struct gate *g, enum metric m, double *value)
{
    const struct track *t = catalogue[m].kind == COUNTER ? track_of(g, m) : NULL;

    if (t)
        *value = counter_total(&t->counter);
}

void gate_pass(struct gate *g, struct reading *r, int64_t now_us)
{
    unsigned impossible = drop_impossible(g, r);

    if (is_frame_in_doubt(g, impossible)) {
        log_debug(g->who, "%u numbers cannot be: %u beside them withheld", impossible, r->count);
        g->counts[GATE_FRAME] += r->count;
        r->count = 0;
        return;
    }
    for (unsigned i = 0; i < r->count;) {
        enum metric m = (enum metric)r->fields[i].metric;
        double value = r->fields[i].value;
        enum gate_reason why = judge(g, m, value, now_us);
        if (why == GATE_REASON_COUNT) {
            tell_total(g, m, &r->fields[i].value);
            i++;
            continue;
        }
        g->counts[why]++;
        log_debug(g->who, "%s %g withheld: %s", catalogue[m].name, value, gate_texts[why]);
        reading_drop(r, m);
    }
}

uint64_t gate_count(const struct gate *g, enum gate_reason why)
{
    return g->counts[why];
}

void gate_restore(struct gate *g, const struct gate_counter *c)
{
    struct track *t = track_for(g, c->metric);

    if (t)
        t->counter = (struct counter){.last = c->last,
                                      .carry = c->carry,
                                      .last_us = c->heard_us,
                                      .moved_us = c->heard_us,
                                      .is_known = true,
                                      .is_sure = true};
}

void gate_meet_other(struct gate *g)
{
    for (size_t i = 0; i < g->count; i++)
        g->tracks[i].counter.is_other = g->tracks[i].counter.is_known;
}

unsigned gate_changed(struct gate *g, struct gate_counter *to, unsigned room)
{
    unsigned count = 0;

    for (size_t i = 0; i < g->count && count < room; i++) {
        struct track *t = &g->tracks[i];
        if (!t->is_changed)
            continue;
        to[count++] = (struct gate_counter){
            .metric = (enum metric)t->metric, .last = t->counter.last, .carry = t->counter.carry};
        t->is_changed = false;
    }
    return count;
}

double gate_total(const struct gate *g, enum metric m)
{
    const struct track *t = track_of(g, m);

    return t ? counter_total(&t->counter) : 0;
}

const char *gate_news(struct gate *g)
{
    if (g->is_news_read || !g->news_used)
        return "";
    g->is_news_read = true;
    return g->news;
}
