/* Finished days, as devices themselves kept them (store/store.h). */
#include "store/inside.h"

#include "base/text.h"
#include "store/days.h"
#include "store/reader_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 4000 };

/* {"pv_energy_today":5.3,"charger_charge_today":210}: it needs no shape to be read. */
static bool fields_text(const struct shape *shape, const char *numbers, char *to, size_t size)
{
    struct text t = text_on(to, size);
    const char *at = numbers, *number;
    unsigned length;
    bool is_first = true;

    for (unsigned i = 0; i < shape->count && record_next(&at, &number, &length); i++) {
        if (*number == 'n')
            continue;
        text_format(&t, "%s\"%s\":%.*s", is_first ? "{" : ",", shape->fields[i].name, (int)length,
                    number);
        is_first = false;
    }
    text_char(&t, '}');
    return !t.is_cut;
}

/* Back again. False: it is not understood, or has a name that today's catalogue does not know. */
static bool fields_read(const char *fields, struct reading *to)
{
    char name[64];
    int used;

    *to = (struct reading){0};
    for (const char *at = fields; *at && *at != '}'; at += strcspn(at, ",}")) {
        at += *at == '{' || *at == ',';
        if (sscanf(at, "\"%63[^\"]\":%n", name, &used) != 1)
            return false;
        enum metric m = metric_find(name);
        at += used;
        if (m == M_NONE || !reading_put(to, m, strtod(at, NULL)))
            return false;
    }
    return true;
}

/* Number by number, in whatever order. */
static bool says_the_same(const struct reading *a, const struct reading *b)
{
    double other;

    for (unsigned i = 0; i < a->count; i++)
        if (!reading_get(b, (enum metric)a->fields[i].metric, &other) ||
            other < a->fields[i].value || other > a->fields[i].value)
            return false;
    return a->count == b->count;
}

int day_put(struct store *s, const struct waiting *w)
{
    char fields[FIELDS_MAX];
    int rc = fields_text(w->shape, w->numbers, fields, sizeof fields) ? OK : ERR_FULL;

    if (!rc)
        rc = sql_bind(s->statements[PUT_DAY], "iit", (int64_t)w->from->id,
                      (int64_t)day_of(w->at_ms), fields);
    return rc ? rc : sql_step_done(s->statements[PUT_DAY]);
}

/* The newest day of this device that still waits: of `date` and up to `last`, where these are not
 * 0. */
static const struct waiting *waiting_day(const struct store *s, const struct origin *from, int date,
                                         int last)
{
    const struct waiting *found = NULL;

    for (size_t at = 0; at < s->room_used;) {
        const struct waiting *w = (const void *)(s->room + at);
        at += w->size;
        if (w->kind != RECORD_DAY || w->from != from || (found && w->at_ms < found->at_ms))
            continue;
        int day = day_of(w->at_ms);
        if ((!date || day == date) && (!last || day <= last))
            found = w;
    }
    return found;
}

static int kept_day(struct store *s, enum statement which, const struct origin *from, int64_t date)
{
    sqlite3_stmt *find = s->statements[which];
    int found = 0;

    if (!s->db || sql_bind(find, "ii", (int64_t)from->id, date))
        return 0;
    if (sqlite3_step(find) == SQLITE_ROW)
        found = sqlite3_column_int(find, 0); /* NULL is 0 */
    sqlite3_reset(find);                     /* what cannot be read is not known */
    return found;
}

int store_newest_day(struct store *s, const struct origin *from, int upto)
{
    lock_take(&s->lock);
    int kept = kept_day(s, NEWEST_DAY, from, upto);
    const struct waiting *w = waiting_day(s, from, 0, upto);
    int waits = w ? day_of(w->at_ms) : 0;
    lock_give(&s->lock);
    return kept > waits ? kept : waits;
}

bool store_has_day(struct store *s, const struct origin *from, int date)
{
    lock_take(&s->lock);
    bool has = waiting_day(s, from, date, 0) || kept_day(s, FIND_DAY, from, date);
    lock_give(&s->lock);
    return has;
}

/* What is known of that date, waiting or committed. */
static bool day_read(struct store *s, const struct origin *from, int date, struct reading *to)
{
    const struct waiting *w = waiting_day(s, from, date, 0);
    sqlite3_stmt *find = s->statements[FIND_DAY_FIELDS];
    bool is_read = false;

    if (w) {
        record_reading(&(struct record){.shape = w->shape, .numbers = w->numbers}, to);
        return true;
    }
    if (!s->db || sql_bind(find, "ii", (int64_t)from->id, (int64_t)date))
        return false;
    if (sqlite3_step(find) == SQLITE_ROW) {
        const char *fields = (const char *)sqlite3_column_text(find, 0);
        is_read = fields && fields_read(fields, to);
    }
    sqlite3_reset(find); /* what cannot be read is not known */
    return is_read;
}

bool store_is_day(struct store *s, const struct origin *from, int date, const struct reading *r)
{
    struct reading known;

    lock_take(&s->lock);
    bool is_it = day_read(s, from, date, &known) && says_the_same(&known, r);
    lock_give(&s->lock);
    return is_it;
}

int64_t store_append_day(struct store *s, const struct origin *from, int date,
                         const struct reading *r)
{
    if (!r->count || store_has_day(s, from, date))
        return 0;
    return store_append(s, from, RECORD_DAY, day_noon(date), r);
}

/* ---- reading them ------------------------------------------------------------------------- */

int reader_days(struct reader *r, int from, int to, day_fn *each, void *who)
{
    struct reading day = {0};
    const struct origin *origin = NULL;
    sqlite3_stmt *row = NULL;
    int date = 0, rc, code = SQLITE_ERROR;

    rc = sql_error(sqlite3_prepare_v2(
        r->db,
        "SELECT d.device, d.date, f.key, f.value FROM day d, json_each(d.fields) f "
        "WHERE d.date >= ? AND d.date < ? ORDER BY d.date, d.device, f.id",
        -1, &row, NULL));
    if (!rc)
        rc = sql_bind(row, "ii", (int64_t)from, (int64_t)to);
    while (!rc && (code = sqlite3_step(row)) == SQLITE_ROW) {
        const struct origin *of = reader_origin_by(r, sqlite3_column_int(row, 0));
        if (day.count && (of != origin || date != sqlite3_column_int(row, 1)))
            each(who, origin, date, &day);
        if (of != origin || date != sqlite3_column_int(row, 1))
            day.count = 0;
        origin = of;
        date = sqlite3_column_int(row, 1);
        enum metric m = metric_find((const char *)sqlite3_column_text(row, 2));
        if (of && m != M_NONE)
            (void)reading_put(&day, m, sqlite3_column_double(row, 3)); /* never more than it had */
    }
    if (!rc && code != SQLITE_DONE)
        rc = sql_error(code);
    if (!rc && day.count)
        each(who, origin, date, &day);
    sqlite3_finalize(row);
    return reader_doubt(r, rc);
}
