/* Keys that stay (mqtt/states.h). */
#include "mqtt/states.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/lock.h"
#include "store/days.h"
#include "store/reader.h"
#include "store/spans.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECALL_ROWS = 5000 };
static const int64_t FIRST_PAUSE_MS = 600000, LEAST_PAUSE_MS = 15000;
static const int64_t SILENT_MS = 900000; /* at midnight; who is heard says it by itself */

struct states {
    struct lock lock;
    size_t count;
    struct state *units[STATE_UNITS];
};

struct states *states_new(void)
{
    struct states *s = calloc(1, sizeof *s);

    if (s)
        lock_init(&s->lock, LOCK_STATES);
    return s;
}

void states_free(struct states *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        free(s->units[i]);
    lock_done(&s->lock);
    free(s);
}

static struct state *find(const struct states *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (!strcmp(s->units[i]->from.name, name))
            return s->units[i];
    return NULL;
}

static struct state *find_or_make(struct states *s, const struct origin *from)
{
    struct state *one = find(s, from->name);

    if (!one && s->count < STATE_UNITS) {
        one = calloc(1, sizeof *one);
        if (one)
            s->units[s->count++] = one;
    }
    if (one)
        one->from = *from;
    return one;
}

static struct state_key *key_of(struct state *one, enum metric m)
{
    for (unsigned i = 0; i < one->count; i++)
        if (one->keys[i].metric == m)
            return &one->keys[i];
    if (one->count == READING_MAX)
        return NULL;
    one->keys[one->count] = (struct state_key){.metric = (uint16_t)m};
    return &one->keys[one->count++];
}

static void note(struct state *one, enum metric m, double value, int64_t at_ms, bool is_setting)
{
    struct state_key *k = key_of(one, m);

    if (!k)
        return;
    /* what was told comes between its turns, and says nothing of them */
    if (k->heard_ms && at_ms > k->heard_ms && !is_setting && !k->is_setting)
        k->pause_ms = at_ms - k->heard_ms;
    if (at_ms < k->heard_ms)
        return; /* sent once more: newer is known */
    k->heard_ms = at_ms;
    k->value = value;
    k->stands = false;
    k->is_setting = is_setting;
}

bool states_take(struct states *s, const struct record *r, bool every)
{
    bool is_setting = r->kind == RECORD_SETTING, is_said = false;
    struct reading reading;

    if (!record_is_said(r))
        return false;
    record_reading(r, &reading);
    lock_take(&s->lock);
    struct state *one = find_or_make(s, r->from);
    for (unsigned i = 0; one && i < reading.count; i++)
        note(one, (enum metric)reading.fields[i].metric, reading.fields[i].value, r->at_ms,
             is_setting);
    if (one && is_setting && one->at_ms)
        one->is_new = is_said = true; /* a knob shows at once where it stands */
    if (one && !is_setting && (every || r->seq >= one->seq)) {
        one->seq = r->seq > one->seq ? r->seq : one->seq;
        one->at_ms = r->at_ms;
        one->over_ms = one->asleep_ms = 0;
        one->newest = reading;
        one->is_new = is_said = true;
    }
    lock_give(&s->lock);
    return is_said;
}

/* A row of before. The values of settings hold until they are told anew; of all else, also of
 * switches that were told, the names. */
static void recall_one(struct states *s, const struct record *r)
{
    struct state *one = find_or_make(s, r->from);
    struct reading reading;

    record_reading(r, &reading); /* its shape may have names of more than it says */
    for (unsigned i = 0; one && i < reading.count; i++)
        if (r->kind == RECORD_SETTING && catalogue[reading.fields[i].metric].kind == SETTING)
            note(one, (enum metric)reading.fields[i].metric, reading.fields[i].value, r->at_ms,
                 true);
        else
            (void)key_of(one, (enum metric)reading.fields[i].metric);
}

/* With the lock held. */
static void recall_range(struct states *s, struct reader *reader, int rc)
{
    struct record r;

    while (!rc) {
        rc = reader_next(reader, &r);
        if (!rc && record_is_said(&r))
            recall_one(s, &r);
    }
}

void states_recall(struct states *s, const char *store_path)
{
    struct reader *reader = NULL;

    if (!store_path || reader_open(&reader, store_path))
        return;
    int64_t last = reader_last(reader);
    lock_take(&s->lock);
    recall_range(s, reader, reader_settings(reader));
    recall_range(s, reader,
                 reader_after(reader, last > RECALL_ROWS ? last - RECALL_ROWS : 0, last));
    lock_give(&s->lock);
    reader_close(reader);
}

void states_each(struct states *s, bool only_new, state_fn *each, void *who)
{
    lock_take(&s->lock);
    for (size_t i = 0; i < s->count; i++)
        if ((s->units[i]->at_ms || s->units[i]->asleep_ms) && (!only_new || s->units[i]->is_new)) {
            each(who, s->units[i]);
            s->units[i]->is_new &= !only_new;
        }
    lock_give(&s->lock);
}

void states_turn_day(struct states *s, int64_t now_ms, state_fn *each, void *who)
{
    lock_take(&s->lock);
    for (size_t i = 0; i < s->count; i++) {
        struct state *one = s->units[i];
        int64_t known_ms = one->over_ms ? one->over_ms : one->at_ms;
        if (!one->at_ms || now_ms - one->at_ms < SILENT_MS || day_of(known_ms) >= day_of(now_ms))
            continue;
        one->over_ms = now_ms;
        each(who, one);
    }
    lock_give(&s->lock);
}

void states_stand(struct states *s, const struct origin *from, const struct standing *all,
                  size_t count)
{
    lock_take(&s->lock);
    struct state *one = find(s, from->name);
    if (!one)
        one = find_or_make(s, from);
    for (size_t i = 0; one && i < count; i++) {
        struct state_key *k = key_of(one, all[i].metric);
        if (!k || k->heard_ms || !all[i].stands)
            continue;
        k->value = all[i].value;
        k->stands = true;
    }
    lock_give(&s->lock);
}

void states_sleep(struct states *s, const char *device, int64_t now_ms, int64_t pause_ms,
                  state_fn *each, void *who)
{
    lock_take(&s->lock);
    struct state *one = find(s, device);
    if (one && (now_ms < one->asleep_ms || now_ms - one->asleep_ms >= pause_ms)) {
        one->asleep_ms = now_ms;
        each(who, one);
    }
    lock_give(&s->lock);
}

void states_one(struct states *s, const char *device, state_fn *each, void *who)
{
    lock_take(&s->lock);
    struct state *one = find(s, device);
    if (one)
        each(who, one);
    lock_give(&s->lock);
}

const struct state *states_peek(const struct states *s, const char *device)
{
    return find(s, device);
}

void states_forget_new(struct states *s)
{
    lock_take(&s->lock);
    for (size_t i = 0; i < s->count; i++)
        s->units[i]->is_new = false;
    lock_give(&s->lock);
}

/* ---- one message --------------------------------------------------------------------------- */

/* Is what was heard earlier still true? */
static bool is_kept(const struct state *one, const struct state_key *k)
{
    int64_t age = one->at_ms - k->heard_ms, most = 3 * k->pause_ms;

    if (k->is_setting && k->heard_ms)
        return true;
    if (!k->heard_ms || age < 0)
        return false; /* never, or only later */
    if (!k->pause_ms)
        return age <= FIRST_PAUSE_MS;
    return age <= (most > LEAST_PAUSE_MS ? most : LEAST_PAUSE_MS);
}

/* What was counted in a day, month or year that has ended since. */
static bool is_over(const struct state *one, const struct state_key *k)
{
    enum metric m = (enum metric)k->metric;

    return one->over_ms && catalogue[m].kind == DAILY &&
           span_first(m, one->at_ms) < span_first(m, one->over_ms);
}

/* Where panels feed it, and there is no sun: it makes nothing. */
static bool is_fed(const struct metric_info *info)
{
    size_t length = strlen(info->name), end = strlen("_power");
    bool is_power = length > end && !strcmp(info->name + length - end, "_power");

    return info->kind == GAUGE && info->unit == UNIT_WATT && is_power &&
           (!strncmp(info->name, "pv", 2) || !strncmp(info->name, "output", strlen("output")));
}

static bool value_asleep(const struct state *one, const struct state_key *k, double *to)
{
    enum metric m = (enum metric)k->metric;
    enum kind kind = catalogue[m].kind;

    *to = is_fed(&catalogue[m]) ? 0 : k->value;
    if (is_fed(&catalogue[m]))
        return true;
    if (kind == DAILY && (!one->at_ms || span_first(m, one->at_ms) < span_first(m, one->asleep_ms)))
        return false;
    return kind == COUNTER ? k->heard_ms || k->stands
           : kind == DAILY ? k->heard_ms != 0
           : k->is_setting ? k->heard_ms != 0
                           : kind == SETTING && k->heard_ms;
}

static bool value_of(const struct state *one, const struct state_key *k, double *to)
{
    if (one->asleep_ms)
        return value_asleep(one, k, to);
    if (is_over(one, k))
        return false;
    /* told since its newest reading: that is the older one */
    if (!(k->is_setting && k->heard_ms >= one->at_ms) &&
        reading_get(&one->newest, (enum metric)k->metric, to))
        return true;
    *to = k->value;
    return k->stands || is_kept(one, k);
}

bool state_get(const struct state *one, enum metric m, double *to)
{
    for (unsigned i = 0; i < one->count; i++)
        if (one->keys[i].metric == m)
            return value_of(one, &one->keys[i], to);
    return false;
}

static void say_time(struct json *j, int64_t at_ms)
{
    char when[CLOCK_TEXT + 8];

    clock_iso(at_ms, when);
    if (at_ms % MS_PER_S) /* 2026-05-02T11:24:05Z gets its milliseconds before the Z */
        snprintf(when + strlen(when) - 1, 8, ".%03dZ", (int)(at_ms % MS_PER_S));
    json_string(j, "time", when);
}

static void say_key(struct json *j, const struct state *one, const struct state_key *k)
{
    const struct metric_info *info = &catalogue[k->metric];
    char words[400];
    double value;

    if (!value_of(one, k, &value))
        json_null(j, info->name);
    else if (info->kind == SWITCH)
        json_bool(j, info->name, value != 0);
    else if (info->kind == FLAGS) {
        metric_say((enum metric)k->metric, value, words, sizeof words);
        json_string(j, info->name, words);
    } else if (words_text(info->words, (int)value))
        json_string(j, info->name, words_text(info->words, (int)value));
    else
        json_number(j, info->name, value);
}

void state_json(const struct state *one, struct text *to)
{
    struct json j = json_on(to);

    json_open(&j, NULL, '{');
    say_time(&j, one->asleep_ms ? one->asleep_ms : one->at_ms);
    for (unsigned i = 0; i < one->count; i++)
        say_key(&j, one, &one->keys[i]);
    json_close(&j, '}');
}
