/* Finished days, as devices themselves kept them (store/store.h). */
#include "store/inside.h"

#include "base/text.h"
#include "store/days.h"
#include "store/reader_inside.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 4000 };

/* {"pv_energy_today":5.3,"charger_charge_today":210}: it needs no shape to be read. */
static bool fields_text(const struct shape *shape, const char *numbers, char *to, size_t size)
{
    struct text t = text_on(to, size);
    const char *at = numbers, *number;
    unsigned length;

    for (unsigned i = 0; i < shape->count && record_next(&at, &number, &length); i++)
        text_format(&t, "%s\"%s\":%.*s", i ? "," : "{", shape->fields[i].name, (int)length, number);
    text_char(&t, '}');
    return !t.is_cut;
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
 * 0, and, where they are not NULL, with these very fields. */
static int waiting_day(const struct store *s, const struct origin *from, int date, int last,
                       const char *fields)
{
    char text[FIELDS_MAX];
    int found = 0;

    for (size_t at = 0; at < s->room_used;) {
        const struct waiting *w = (const void *)(s->room + at);
        int day = w->kind == RECORD_DAY && w->from == from ? day_of(w->at_ms) : 0;
        at += w->size;
        if (day == 0 || (date && day != date) || (last && day > last))
            continue;
        if (fields &&
            (!fields_text(w->shape, w->numbers, text, sizeof text) || strcmp(text, fields) != 0))
            continue;
        found = day > found ? day : found;
    }
    return found;
}

static int kept_day(struct store *s, enum statement which, const struct origin *from, int64_t date,
                    const char *fields)
{
    sqlite3_stmt *find = s->statements[which];
    int found = 0;

    if (!s->db || sql_bind(find, fields ? "iit" : "ii", (int64_t)from->id, date, fields))
        return 0;
    if (sqlite3_step(find) == SQLITE_ROW)
        found = sqlite3_column_int(find, 0); /* NULL is 0 */
    sqlite3_reset(find);                     /* what cannot be read is not known */
    return found;
}

int store_newest_day(struct store *s, const struct origin *from, int upto)
{
    pthread_mutex_lock(&s->lock);
    int kept = kept_day(s, NEWEST_DAY, from, upto, NULL);
    int waits = waiting_day(s, from, 0, upto, NULL);
    pthread_mutex_unlock(&s->lock);
    return kept > waits ? kept : waits;
}

bool store_has_day(struct store *s, const struct origin *from, int date)
{
    pthread_mutex_lock(&s->lock);
    bool has = waiting_day(s, from, date, 0, NULL) || kept_day(s, FIND_DAY, from, date, NULL);
    pthread_mutex_unlock(&s->lock);
    return has;
}

bool store_is_day(struct store *s, const struct origin *from, int date, const struct reading *r)
{
    char numbers[NUMBERS_MAX], fields[FIELDS_MAX];
    bool is_it = false;

    numbers_write(r, numbers, sizeof numbers);
    pthread_mutex_lock(&s->lock);
    const struct known_shape *shape = shape_for(s, r);
    if (shape && fields_text(&shape->shape, numbers, fields, sizeof fields))
        is_it =
            waiting_day(s, from, date, 0, fields) || kept_day(s, FIND_SAME_DAY, from, date, fields);
    pthread_mutex_unlock(&s->lock);
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
