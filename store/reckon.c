/*
 * Rollups made from readings: a whole day of some devices at once, or what there is of it. Devices
 * go together because the index is by time: to go through it for each of hundreds alone would cost
 * the square of them.
 */
#include "store/reckon.h"

#include "store/rollup.h"

#include <stdlib.h>
#include <string.h>

struct metric_day {
    const char *name;
    struct slot slots[]; /* as many as the day is reckoned for */
};

/* One device's. */
struct closing {
    int device;
    unsigned had; /* slots taken over */
    struct metric_day *metrics[METRIC_COUNT];
    size_t count;
    const struct shape *shape; /* of the last row, and where its numbers go: */
    struct metric_day *of[READING_MAX];
};

struct reckoning {
    struct closing closings[RECKON_MOST];
    unsigned count, slots;
    int64_t start;
};

static struct metric_day *metric_day(struct closing *c, const char *name, unsigned slots)
{
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->metrics[i]->name, name))
            return c->metrics[i];
    if (c->count == METRIC_COUNT)
        return NULL;
    struct metric_day *m = calloc(1, sizeof *m + slots * sizeof *m->slots);
    if (m) {
        m->name = name;
        c->metrics[c->count++] = m;
    }
    return m;
}

static void learn_shape(struct closing *c, const struct shape *shape)
{
    memset(c->of, 0, sizeof c->of);
    c->shape = shape;
}

static void take_record(struct reckoning *k, struct closing *c, const struct record *r)
{
    const char *at = r->numbers, *number;
    unsigned length, slot = (unsigned)((r->at_ms - k->start) / SLOT_MS);

    if (!record_is_said(r) || slot >= k->slots || slot < c->had)
        return;
    if (c->shape != r->shape)
        learn_shape(c, r->shape);
    for (unsigned i = 0; i < r->shape->count && record_next(&at, &number, &length); i++) {
        if (*number == 'n')
            continue;
        if (!c->of[i])
            c->of[i] = metric_day(c, r->shape->fields[i].name, k->slots);
        if (c->of[i])
            slot_add(&c->of[i]->slots[slot], strtod(number, NULL));
    }
}

static int read_rows(struct reckoning *k, struct reader *reader, int64_t from_ms, int64_t to_ms)
{
    int devices[READER_SOME] = {0};
    struct record r;

    for (unsigned i = 0; i < k->count; i++)
        devices[i] = k->closings[i].device;
    int rc = reader_between_some(reader, from_ms, to_ms, devices);
    while (!rc && !(rc = reader_next(reader, &r)))
        for (unsigned i = 0; i < k->count; i++)
            if (k->closings[i].device == r.from->id)
                take_record(k, &k->closings[i], &r);
    return rc == ERR_ABSENT ? OK : rc;
}

/* Takes over what was reckoned of the day before. Returns how many slots: 0 when there is nothing,
 * or something that is not understood. */
static unsigned take_part(struct reader *r, struct closing *c, int day, unsigned most)
{
    struct slot slots[SLOTS_MAX];
    sqlite3_stmt *rows = reader_rolled(r, PARTS);
    int count = 0;
    int rc = sql_bind(rows, "ii", (int64_t)c->device, -(int64_t)day);

    while (!rc && count >= 0 && sqlite3_step(rows) == SQLITE_ROW) {
        enum metric known = metric_find((const char *)sqlite3_column_text(rows, 0));
        int has =
            rollup_read(sqlite3_column_blob(rows, 1), (size_t)sqlite3_column_bytes(rows, 1), slots);
        struct metric_day *m = known == M_NONE || has <= 0 || has > (int)most
                                   ? NULL
                                   : metric_day(c, catalogue[known].name, most);
        if (m)
            memcpy(m->slots, slots, (size_t)has * sizeof *slots);
        count = !m || (count && has != count) ? -1 : has;
    }
    sqlite3_reset(rows); /* what cannot be read is reckoned again */
    if (count >= 0)
        return (unsigned)count;
    for (size_t i = 0; i < c->count; i++)
        free(c->metrics[i]);
    c->count = 0;
    return 0;
}

static void forget(struct reckoning *k)
{
    for (unsigned i = 0; i < k->count; i++)
        for (size_t m = 0; m < k->closings[i].count; m++)
            free(k->closings[i].metrics[m]);
    free(k);
}

/* ---- writing ----------------------------------------------------------------------------- */

static int put_device(struct store *s, const struct reckoning *k, const struct closing *c, int day)
{
    uint8_t bytes[ROLLUP_BYTES];
    sqlite3_stmt *put = s->statements[PUT_ROLLUP], *drop = s->statements[DROP_ROLLUPS];
    int rc = sql_bind(drop, "ii", (int64_t)c->device, (int64_t)day);

    if (!rc)
        rc = sql_step_done(drop);
    for (size_t i = 0; i < c->count && !rc; i++) {
        size_t length = rollup_write(c->metrics[i]->slots, k->slots, bytes);
        rc = sql_bind(put, "iti", (int64_t)c->device, c->metrics[i]->name, (int64_t)day);
        if (!rc)
            rc = sql_error(sqlite3_bind_blob(put, 4, bytes, (int)length, SQLITE_STATIC));
        if (!rc)
            rc = sql_step_done(put);
    }
    return rc;
}

/* The day is over: what there was of it goes, and it is neither closed nor opened again. */
static int put_closed(struct store *s, int device, int day)
{
    static const enum statement each[] = {DROP_ROLLUPS, SET_ROLLED, DROP_REOPENED};
    const int64_t words[][2] = {{device, -day}, {day, device}, {day, device}};
    int rc = OK;

    for (size_t i = 0; i < sizeof each / sizeof *each && !rc; i++) {
        rc = sql_bind(s->statements[each[i]], "ii", words[i][0], words[i][1]);
        if (!rc)
            rc = sql_step_done(s->statements[each[i]]);
    }
    return rc;
}

static int put_all(struct store *s, const struct reckoning *k, int day, bool is_over)
{
    int rc = sql_run(s->db, "BEGIN IMMEDIATE");

    if (rc)
        return rc;
    for (unsigned i = 0; i < k->count && !rc; i++) {
        rc = put_device(s, k, &k->closings[i], is_over ? day : -day);
        if (!rc && is_over)
            rc = put_closed(s, k->closings[i].device, day);
    }
    if (sql_run(s->db, rc ? "ROLLBACK" : "COMMIT"))
        file_close(s);
    return rc;
}

/* ---- all of it --------------------------------------------------------------------------- */

/* A connection of its own, opened once for all there is to do. */
static int open_reader(struct store *s)
{
    if (s->reader && s->reader_generation == s->generation)
        return OK;
    reader_close(s->reader);
    s->reader = NULL;
    s->reader_generation = s->generation;
    return reader_open(&s->reader, s->path);
}

int reckon(struct store *s, const struct reckon_order *order)
{
    struct reckoning *k = calloc(1, sizeof *k);
    unsigned least = order->slots;
    int rc = k ? open_reader(s) : ERR_FULL;

    if (!k)
        return rc;
    k->start = order->start;
    k->slots = order->slots;
    for (unsigned i = 0; i < order->count && !rc; i++) {
        struct closing *c = &k->closings[k->count++];
        c->device = order->devices[i];
        c->had = take_part(s->reader, c, order->day, order->slots);
        least = c->had < least ? c->had : least;
    }
    if (!rc)
        rc = read_rows(k, s->reader, k->start + (int64_t)least * SLOT_MS, order->end);
    if (!rc)
        rc = put_all(s, k, order->day, order->is_over);
    if (s->reader)
        reader_rest(s->reader);
    forget(k);
    return rc;
}
