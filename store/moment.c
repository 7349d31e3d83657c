/* What is known of one device at one time: committed, or waiting for it (store/store.h). */
#include "store/inside.h"

static bool is_waiting(const struct store *s, const struct origin *from, int64_t at_ms,
                       const struct reading *r)
{
    for (size_t at = 0; at < s->room_used;) {
        const struct waiting *w = (const void *)(s->room + at);
        at += w->size;
        if (w->at_ms == at_ms && w->from == from && w->kind != RECORD_UNTIMED &&
            w->kind != RECORD_DAY && row_says(w->shape, w->numbers, r))
            return true;
    }
    return false;
}

static bool is_kept(struct store *s, const struct origin *from, int64_t at_ms,
                    const struct reading *r)
{
    sqlite3_stmt *find = s->statements[FIND_MOMENT];
    bool is_found = false;

    if (!s->db || sql_bind(find, "ii", at_ms, (int64_t)from->id))
        return false;
    while (!is_found && sqlite3_step(find) == SQLITE_ROW) {
        const struct known_shape *k = shape_numbered(s, sqlite3_column_int(find, 0));
        const char *numbers = (const char *)sqlite3_column_text(find, 1);
        is_found = k && numbers && row_says(&k->shape, numbers, r);
    }
    sqlite3_reset(find); /* what cannot be read is not known; the next commit tells of damage */
    return is_found;
}

bool store_has(struct store *s, const struct origin *from, int64_t at_ms, const struct reading *r)
{
    lock_take(&s->lock);
    bool is_known = is_waiting(s, from, at_ms, r) || is_kept(s, from, at_ms, r);
    lock_give(&s->lock);
    return is_known;
}
