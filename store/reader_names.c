/* Shapes and origins as a reader knows them: fetched when they are first met (store/reader.h). */
#include "store/reader_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reader_forget_names(struct reader *r)
{
    for (size_t i = 0; i < r->shape_count; i++) {
        shape_done(r->shapes[i]);
        free(r->shapes[i]);
    }
    for (size_t i = 0; i < r->origin_count; i++)
        free(r->origins[i]);
    free(r->shapes);
    free(r->origins);
}

/* ---- shapes ------------------------------------------------------------------------------ */

/* Where it is among those known, sorted by number, or where it would be. */
static size_t place_of(const struct reader *r, int id)
{
    size_t low = 0, high = r->shape_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (r->shapes[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct shape *keep_shape(struct reader *r, size_t place, int id, const char *names)
{
    struct shape **more = array_more(r->shapes, r->shape_count, &r->shape_room, sizeof(void *));
    struct shape *shape = more ? calloc(1, sizeof *shape) : NULL;

    if (!more)
        return NULL;
    r->shapes = more;
    if (!shape || !shape_read(names, shape)) {
        if (shape)
            shape_done(shape);
        free(shape);
        return NULL;
    }
    shape->id = id;
    memmove(r->shapes + place + 1, r->shapes + place, (r->shape_count - place) * sizeof(void *));
    r->shapes[place] = shape;
    r->shape_count++;
    return shape;
}

const struct shape *reader_shape(struct reader *r, int id)
{
    size_t place = place_of(r, id);
    const struct shape *known = NULL;
    sqlite3_stmt *row = NULL;
    int code;

    if (place < r->shape_count && r->shapes[place]->id == id)
        return r->shapes[place];
    code = sqlite3_prepare_v2(r->db, "SELECT names FROM shape WHERE id = ?", -1, &row, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int(row, 1, id);
    if (code == SQLITE_OK)
        code = sqlite3_step(row);
    r->trouble = sql_error(code);
    if (code == SQLITE_ROW) {
        const char *names = (const char *)sqlite3_column_text(row, 0);
        known = names ? keep_shape(r, place, id, names) : NULL;
    }
    sqlite3_finalize(row);
    return known;
}

/* ---- origins ----------------------------------------------------------------------------- */

static void copy(char *to, size_t size, sqlite3_stmt *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row, column);

    snprintf(to, size, "%s", text ? (const char *)text : "");
}

/* The one at this place, which rows may already have been handed out with: they keep it. */
static struct origin *origin_at(struct reader *r, size_t at)
{
    struct origin **more;

    if (at < r->origin_count)
        return r->origins[at];
    more = array_more(r->origins, at, &r->origin_room, sizeof(void *));
    if (!more)
        return NULL;
    r->origins = more;
    r->origins[at] = calloc(1, sizeof **r->origins);
    r->origin_count += r->origins[at] != NULL;
    return r->origins[at];
}

static void fetch_origins(struct reader *r)
{
    sqlite3_stmt *row = NULL;
    struct origin *o;
    int code = sqlite3_prepare_v2(r->db,
                                  "SELECT id, name, driver, serial, firmware, member_of, address "
                                  "FROM device ORDER BY id",
                                  -1, &row, NULL);

    for (size_t at = 0; code == SQLITE_OK || code == SQLITE_ROW; at++) {
        code = sqlite3_step(row);
        if (code != SQLITE_ROW || !(o = origin_at(r, at)))
            break;
        o->id = sqlite3_column_int(row, 0);
        copy(o->name, sizeof o->name, row, 1);
        copy(o->driver, sizeof o->driver, row, 2);
        copy(o->serial, sizeof o->serial, row, 3);
        copy(o->firmware, sizeof o->firmware, row, 4);
        copy(o->group, sizeof o->group, row, 5);
        o->address = (unsigned)sqlite3_column_int(row, 6);
    }
    r->trouble = sql_error(code);
    sqlite3_finalize(row);
}

static int by_id(const void *id, const void *origin)
{
    int a = *(const int *)id, b = (*(struct origin *const *)origin)->id;

    return (a > b) - (a < b);
}

const struct origin *reader_origin_by(struct reader *r, int id)
{
    for (int again = 0; again < 2; again++) {
        struct origin **found =
            r->origin_count ? bsearch(&id, r->origins, r->origin_count, sizeof(void *), by_id)
                            : NULL;
        if (found)
            return *found;
        fetch_origins(r);
    }
    return NULL;
}

const struct origin *reader_origin(struct reader *r, const char *name)
{
    fetch_origins(r);
    for (size_t i = 0; i < r->origin_count; i++)
        if (!strcmp(r->origins[i]->name, name))
            return r->origins[i];
    return NULL;
}

const struct origin *reader_origin_at(struct reader *r, size_t index)
{
    if (index >= r->origin_count)
        fetch_origins(r);
    return index < r->origin_count ? r->origins[index] : NULL;
}
