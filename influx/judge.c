/* The rules (influx/judge.h). */
#include "influx/judge.h"

#include "influx/climb.h"
#include "influx/old_fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const judge_words[JUDGE_REASON_COUNT] = {
#define X(tag, word, text) [JUDGE_##tag] = (word),
    JUDGE_REASONS(X)
#undef X
};

const char *const judge_texts[JUDGE_REASON_COUNT] = {
#define X(tag, word, text) [JUDGE_##tag] = (text),
    JUDGE_REASONS(X)
#undef X
};

/* No growth is faster, in kW: six of the old program's controllers together; any plant of ours. */
static const double OLD_KW_MOST = 15, KW_MOST = 100;
/* A lost addend of the old program took 2 along with its counter; half of that leaves room for
 * what was counted meanwhile. */
static const double OLD_LEAST_FALL = 1, LEAST_FALL = 0.05;

/* A counter, followed. */
struct track {
    uint32_t series, field;
    struct climb climb;
};

static void *grow(void *list, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return list;
    size_t larger = *room ? 2 * *room : 64;
    void *more = realloc(list, larger * size);
    if (more)
        *room = larger;
    return more;
}

static void find(struct judge *j, uint32_t series, uint32_t field, int64_t at_ns, double value,
                 enum judge_reason reason)
{
    struct finding *more = grow(j->findings, &j->room, j->count, sizeof *more);

    if (!more) {
        j->is_out_of_memory = true;
        return;
    }
    j->findings = more;
    j->findings[j->count++] = (struct finding){series, field, at_ns, value, reason};
}

static uint32_t number_of(struct judge *j, char ***list, uint32_t *count, const char *name)
{
    for (uint32_t i = *count; i-- > 0;)
        if (!strcmp((*list)[i], name))
            return i;
    char **more = realloc(*list, (*count + 1) * sizeof **list);
    char *copy = strdup(name);
    if (!more || !copy) {
        free(copy);
        if (more)
            *list = more;
        j->is_out_of_memory = true;
        return 0;
    }
    *list = more;
    more[*count] = copy;
    return (*count)++;
}

/* ---- counters ---------------------------------------------------------------------------- */

static struct track *track_of(struct judge *j, uint32_t series, uint32_t field, bool is_old,
                              bool is_daily)
{
    for (size_t i = 0; i < j->track_count; i++)
        if (j->tracks[i].series == series && j->tracks[i].field == field)
            return &j->tracks[i];
    struct track *more = grow(j->tracks, &j->track_room, j->track_count, sizeof *more);
    if (!more) {
        j->is_out_of_memory = true;
        return NULL;
    }
    j->tracks = more;
    more[j->track_count] =
        (struct track){.series = series,
                       .field = field,
                       .climb = {.is_daily = is_daily,
                                 .least_fall = is_old || is_daily ? OLD_LEAST_FALL : LEAST_FALL,
                                 .per_hour = is_old ? OLD_KW_MOST : KW_MOST}};
    return &more[j->track_count++];
}

struct speaker {
    struct judge *judge;
    const struct track *track;
};

static void climb_says(void *who, struct climb_point at, enum climb_word word)
{
    const struct speaker *s = who;

    if (word == CLIMB_ANEW)
        s->judge->anew++;
    else
        find(s->judge, s->track->series, s->track->field, at.at_ns, at.value,
             word == CLIMB_DIP ? JUDGE_DIP : JUDGE_SPIKE);
}

static void follow(struct judge *j, struct track *t, int64_t at_ns, double value)
{
    struct speaker s = {j, t};

    if (climb_feed(&t->climb, (struct climb_point){at_ns, value}, climb_says, &s))
        j->is_out_of_memory = true;
}

/* ---- single values ----------------------------------------------------------------------- */

static const struct old_field *old_field(const char *name)
{
    for (size_t i = 0; i < old_field_count; i++)
        if (!strcmp(old_fields[i].name, name))
            return &old_fields[i];
    return NULL;
}

static bool was_not_read(const struct point *p, const char *name)
{
    for (unsigned i = 0; i < p->field_count; i++)
        if (p->fields[i].is_there && !strcmp(p->fields[i].name, name))
            return p->fields[i].value < 0;
    return false;
}

static bool is_about(double value, double wanted)
{
    return fabs(value - wanted) < 0.005;
}

/* The old program wrote -2 for a failed read, and reckoned on with it. */
static int judge_old(const struct point *p, const struct old_field *f, double value)
{
    static const double codes[] = {-1, -2, -200, -131074};

    if (f->times != M_NONE && value != 0 &&
        (was_not_read(p, "PVvolt") || was_not_read(p, "PVamps")))
        return JUDGE_PRODUCT; /* -2 times -2 is 4, and looks well; nothing times -2 is right */
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (is_about(value, codes[i]))
            return JUDGE_CODE;
    if (value < -1 && value > -131074 && (!strcmp(f->name, "PVwatt") || !strcmp(f->name, "DCwatt")))
        return JUDGE_HALF;
    if (value < 0)
        return JUDGE_NEGATIVE;
    return value > f->most ? JUDGE_RANGE : -1;
}

static void judge_value(struct judge *j, const struct point *p, uint32_t series, unsigned at)
{
    const struct old_field *f = old_field(p->fields[at].name);
    enum metric m = f ? f->metric : metric_find(p->fields[at].name);
    double value = p->fields[at].value;
    int reason = -1;

    if (m == M_NONE)
        return; /* somebody else's field: not ours to judge */
    uint32_t field = number_of(j, &j->fields, &j->field_count, p->fields[at].name);
    j->values++;
    if (f)
        reason = judge_old(p, f, value);
    else if (!metric_is_possible(m, value))
        reason = JUDGE_RANGE;
    if (reason >= 0) {
        find(j, series, field, p->at_ns, value, (enum judge_reason)reason);
        return; /* a counter's path does not lead over it */
    }
    if (catalogue[m].unit != UNIT_KWH ||
        (catalogue[m].kind != COUNTER && catalogue[m].kind != DAILY))
        return;
    struct track *t = track_of(j, series, field, f != NULL, catalogue[m].kind == DAILY);
    if (t)
        follow(j, t, p->at_ns, value);
}

void judge_point(struct judge *j, const struct point *p)
{
    uint32_t series = number_of(j, &j->series, &j->series_count, p->series);

    j->points++;
    for (unsigned i = 0; i < p->field_count; i++)
        if (p->fields[i].is_there && p->fields[i].is_number)
            judge_value(j, p, series, i);
}

void judge_end(struct judge *j)
{
    for (size_t i = 0; i < j->track_count; i++) {
        struct speaker s = {j, &j->tracks[i]};
        if (climb_end(&j->tracks[i].climb, climb_says, &s))
            j->is_out_of_memory = true;
    }
}

static int by_point(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;

    if (x->series != y->series)
        return x->series < y->series ? -1 : 1;
    if (x->at_ns != y->at_ns)
        return x->at_ns < y->at_ns ? -1 : 1;
    return x->field < y->field ? -1 : x->field > y->field;
}

void judge_sort(struct judge *j)
{
    if (j->count)
        qsort(j->findings, j->count, sizeof *j->findings, by_point);
}

void judge_done(struct judge *j)
{
    for (uint32_t i = 0; i < j->series_count; i++)
        free(j->series[i]);
    for (uint32_t i = 0; i < j->field_count; i++)
        free(j->fields[i]);
    for (size_t i = 0; i < j->track_count; i++)
        climb_done(&j->tracks[i].climb);
    free(j->series);
    free(j->fields);
    free(j->tracks);
    free(j->findings);
    *j = (struct judge){0};
}
