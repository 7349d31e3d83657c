/*
 * Energy that is counted here, and the last word of every lifetime counter (store/store.h).
 *
 * Most change with every reading, and the reading itself says what they are. So that a commit need
 * not touch their page, too, their values are written now and then only, and it is written down up
 * to which row they are (`metered`). After a power cut they are taken from the rows behind that: to
 * a millionth of a kWh, as rows have them. Rows say value + carry; a new carry is written at once.
 */
#include "store/inside.h"

#include "base/log.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>

enum { ROWS_BEHIND = 2000 };
static const double rounded = 1.0e-6; /* rows say no more of a meter */

static uint32_t hash_of(int device, enum metric m)
{
    int words[] = {device, (int)m};

    return bytes_sum(words, sizeof words);
}

static struct known_meter *find_meter(const struct store *s, int device, enum metric m)
{
    struct lookup_walk w = {hash_of(device, m), 0};

    for (size_t place; lookup_next(&s->meters_by_key, &w, &place);)
        if (s->meters[place].device == device && s->meters[place].metric == m)
            return &s->meters[place];
    return NULL;
}

static struct known_meter *new_meter(struct store *s, int device, enum metric m)
{
    struct known_meter *more = array_more(s->meters, s->meter_count, &s->meter_room, sizeof *more);

    if (!more)
        return NULL;
    s->meters = more;
    if (!lookup_add(&s->meters_by_key, hash_of(device, m), s->meter_count))
        return NULL;
    s->meters[s->meter_count] = (struct known_meter){.device = device, .metric = m};
    return &s->meters[s->meter_count++];
}

void meter_set(struct store *s, int device, enum metric m, double value, double carry,
               bool is_stored)
{
    struct known_meter *k = find_meter(s, device, m);
    bool is_new = !k;

    if (is_new)
        k = new_meter(s, device, m);
    if (!k) {
        log_err("store", "there is no memory for one more meter: %s", catalogue[m].name);
        return;
    }
    bool is_other = is_new || k->carry < carry || k->carry > carry;
    if (!is_other && k->value >= value && k->value <= value)
        return;
    k->value = value;
    k->carry = carry;
    k->is_stored = is_stored || (k->is_stored && !is_other);
    k->is_dirty = !is_stored;
    k->is_behind = false;
}

void meter_heard(struct store *s, int device, enum metric m, int64_t at_ms)
{
    struct known_meter *k = find_meter(s, device, m);

    if (k && at_ms > k->at_ms)
        k->at_ms = at_ms;
}

void store_meter_put(struct store *s, const struct origin *from, enum metric m, double value,
                     double carry)
{
    lock_take(&s->lock);
    meter_set(s, from->id, m, value, carry, false);
    lock_give(&s->lock);
}

bool store_meter_get(struct store *s, const struct origin *from, enum metric m, double *value,
                     double *carry)
{
    lock_take(&s->lock);
    const struct known_meter *k = find_meter(s, from->id, m);
    if (k) {
        *value = k->value;
        *carry = k->carry;
    }
    lock_give(&s->lock);
    return k != NULL;
}

int64_t store_meter_heard(struct store *s, const struct origin *from, enum metric m)
{
    lock_take(&s->lock);
    const struct known_meter *k = find_meter(s, from->id, m);
    int64_t at_ms = k ? k->at_ms : 0;
    lock_give(&s->lock);
    return at_ms;
}

/* ---- in the file ------------------------------------------------------------------------- */

void meters_said(struct store *s, int device, int64_t at_ms, const struct reading *r)
{
    for (unsigned i = 0; i < r->count; i++) {
        enum metric m = (enum metric)r->fields[i].metric;
        struct known_meter *k = catalogue[m].kind == COUNTER ? find_meter(s, device, m) : NULL;
        if (!k || fabs(k->value + k->carry - r->fields[i].value) > rounded)
            continue;
        k->at_ms = at_ms > k->at_ms ? at_ms : k->at_ms;
        if (!k->is_stored)
            continue;
        k->is_dirty = false;
        k->is_behind = true;
    }
}

static bool is_time(const struct store *s)
{
    return !s->metered_seq || s->next_seq - s->metered_seq > ROWS_BEHIND;
}

static int put_seq(struct store *s)
{
    char text[120];
    struct text t = text_on(text, sizeof text);

    text_format(&t, "INSERT OR REPLACE INTO note VALUES ('metered', %lld)",
                (long long)(s->next_seq - 1));
    return sql_run(s->db, text);
}

int meters_put(struct store *s)
{
    bool is_all = is_time(s);
    int rc = OK;

    for (size_t i = 0; i < s->meter_count && !rc; i++) {
        const struct known_meter *m = &s->meters[i];
        if (!m->is_dirty && !(is_all && m->is_behind))
            continue;
        rc = sql_bind(s->statements[PUT_METER], "itddi", (int64_t)m->device,
                      catalogue[m->metric].name, m->value, m->carry, m->at_ms);
        if (!rc)
            rc = sql_step_done(s->statements[PUT_METER]);
    }
    return rc || !is_all ? rc : put_seq(s);
}

void meters_committed(struct store *s)
{
    bool is_all = is_time(s);

    for (size_t i = 0; i < s->meter_count; i++) {
        struct known_meter *m = &s->meters[i];
        m->is_stored |= m->is_dirty;
        m->is_dirty = false;
        m->is_behind &= !is_all;
    }
    if (is_all)
        s->metered_seq = s->next_seq - 1;
}

bool meters_fall_behind(struct store *s)
{
    for (size_t i = 0; i < s->meter_count; i++)
        if (s->meters[i].is_behind) {
            s->metered_seq = 0;
            return true;
        }
    return false;
}

/* ---- at the start ------------------------------------------------------------------------ */

static void take_row(struct store *s, int device, const struct known_shape *k, int64_t at_ms,
                     const char *numbers)
{
    const char *number;
    unsigned length;

    for (unsigned i = 0; i < k->shape.count && record_next(&numbers, &number, &length); i++) {
        enum metric m = (enum metric)k->shape.fields[i].metric;
        bool is_counter = *number != 'n' && m != M_NONE && catalogue[m].kind == COUNTER;
        struct known_meter *meter = is_counter ? find_meter(s, device, m) : NULL;
        double value = meter ? strtod(number, NULL) - meter->carry : 0;
        if (meter && at_ms > meter->at_ms)
            meter->at_ms = at_ms;
        if (meter && fabs(meter->value - value) > rounded) {
            meter->value = value;
            meter->is_behind = true;
        }
    }
}

int meters_catch_up(struct store *s)
{
    int64_t metered = sql_number(s->db, "SELECT value FROM note WHERE key = 'metered'", -1);
    sqlite3_stmt *row = NULL;
    int code, rc = OK;

    if (metered < 0 || !s->meter_count)
        return OK;
    code = sqlite3_prepare_v2(s->db,
                              "SELECT seq, at, device, kind, shape, fields, sum FROM reading "
                              "WHERE seq > ? AND kind IN (0, 3) ORDER BY seq",
                              -1, &row, NULL);
    rc = code == SQLITE_OK ? sql_bind(row, "i", metered) : sql_error(code);
    while (!rc && (code = sqlite3_step(row)) == SQLITE_ROW) {
        int device = sqlite3_column_int(row, 2), shape = sqlite3_column_int(row, 4);
        const struct known_shape *k = shape_numbered(s, shape);
        const char *numbers = (const char *)sqlite3_column_text(row, 5);
        if (k && numbers &&
            row_sum(sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1), device,
                    sqlite3_column_int(row, 3), shape, numbers) == sqlite3_column_int64(row, 6))
            take_row(s, device, k, sqlite3_column_int(row, 3) ? 0 : sqlite3_column_int64(row, 1),
                     numbers);
    }
    sqlite3_finalize(row);
    return rc ? rc : sql_error(code);
}
