/* Learning a register map from refusals (drivers/pieces.h). Pure. */
#include "drivers/pieces.h"

#include <string.h>

static const int64_t ASK_AGAIN_US = INT64_C(86400000000); /* firmware may have been changed */
enum { BELIEVED = 2 };                                    /* rounds */

static bool is_given(const struct pieces *p, uint16_t at)
{
    unsigned bit = (unsigned)(at - p->first);

    return bit < PIECES_REGISTERS && p->given[bit / 8] >> bit % 8 & 1;
}

static bool was_given(const struct pieces *p, const struct piece *what)
{
    for (uint16_t i = 0; i < what->count; i++)
        if (!is_given(p, (uint16_t)(what->start + i)))
            return false;
    return true;
}

static bool is_inside(const struct piece *in, const struct piece *out)
{
    return in->start >= out->start && in->start + in->count <= out->start + out->count;
}

static bool cuts_a_row(const struct row *rows, uint8_t function, uint16_t at)
{
    for (const struct row *row = rows; row->native; row++)
        if (row->in == function && row->at < at && row->at + row_size(row) > at)
            return true;
    return false;
}

/* The border nearest to the middle that goes through no number. 0: there is none. */
static uint16_t border_of(const struct piece *piece, const struct row *rows, uint8_t function)
{
    uint16_t middle = (uint16_t)(piece->start + piece->count / 2);

    for (uint16_t off = 0; off < piece->count; off++) {
        uint16_t below = (uint16_t)(middle - off), above = (uint16_t)(middle + off);
        if (off <= piece->count / 2 && below > piece->start && !cuts_a_row(rows, function, below))
            return below;
        if (above > piece->start && above < piece->start + piece->count &&
            !cuts_a_row(rows, function, above))
            return above;
    }
    return 0;
}

static void remove_piece(struct pieces *p, unsigned at)
{
    p->count--;
    memmove(p->have + at, p->have + at + 1, (p->count - at) * sizeof *p->have);
}

/* Into two, if there is a border and a place for both. */
static bool halve(struct pieces *p, unsigned at, const struct row *rows, uint8_t function)
{
    struct piece whole = p->have[at];
    uint16_t border = border_of(&whole, rows, function);

    if (!border || p->count == PIECES_MAX)
        return false;
    memmove(p->have + at + 1, p->have + at, (p->count - at) * sizeof *p->have);
    p->count++;
    p->have[at].count = (uint16_t)(border - whole.start);
    p->have[at + 1].start = border;
    p->have[at + 1].count = (uint16_t)(whole.start + whole.count - border);
    return true;
}

static bool is_believed(const struct pieces *p, const struct piece *what)
{
    for (unsigned i = 0; i < p->refused_count; i++) {
        const struct refusal *r = &p->refused[i];
        if (r->rounds >= BELIEVED && r->what.start == what->start && r->what.count == what->count)
            return true;
    }
    return false;
}

static bool holds_believed(const struct pieces *p, const struct piece *joined)
{
    for (unsigned i = 0; i < p->refused_count; i++)
        if (p->refused[i].rounds >= BELIEVED && is_inside(&p->refused[i].what, joined))
            return true;
    return false;
}

static void join_pieces(struct pieces *p)
{
    for (unsigned i = 0; i + 1 < p->count;) {
        struct piece *left = &p->have[i], *right = &p->have[i + 1];
        struct piece joined = {left->start, (uint16_t)(left->count + right->count)};
        if (left->start + left->count == right->start && !holds_believed(p, &joined)) {
            *left = joined;
            remove_piece(p, i + 1);
        } else {
            i++;
        }
    }
}

static void doubt_all(struct pieces *p)
{
    for (unsigned i = 0; i < p->refused_count; i++)
        p->refused[i].rounds = 1;
    p->again_us = 0;
    p->is_stale = true;
}

void pieces_begin(struct pieces *p, const struct block *b, const struct row *rows, int64_t now_us)
{
    if (!p->is_begun)
        *p = (struct pieces){.is_begun = true, .is_stale = true, .first = b->start};
    if (p->again_us && now_us >= p->again_us)
        doubt_all(p);
    if (!p->is_stale)
        return;
    p->count = 1;
    p->have[0] = (struct piece){b->start, b->count};
    for (unsigned at = 0; at < p->count;) {
        if (!is_believed(p, &p->have[at]))
            at++;
        else if (!halve(p, at, rows, b->function)) {
            if (was_given(p, &p->have[at]))
                at++;
            else
                remove_piece(p, at);
        }
    }
    join_pieces(p);
    p->is_stale = false;
}

static void forget_refusal(struct pieces *p, unsigned i)
{
    p->refused[i] = p->refused[--p->refused_count];
    p->is_stale = true;
}

void pieces_give(struct pieces *p, unsigned at)
{
    const struct piece *what = &p->have[at];

    for (unsigned i = 0; i < what->count; i++) {
        unsigned bit = what->start + i - p->first;
        if (bit < PIECES_REGISTERS)
            p->given[bit / 8] |= (uint8_t)(1u << bit % 8);
    }
    for (unsigned i = p->refused_count; i-- > 0;) /* whatever was said of a part was not true */
        if (is_inside(&p->refused[i].what, what))
            forget_refusal(p, i);
}

static void note_refusal(struct pieces *p, const struct piece *what)
{
    for (unsigned i = 0; i < p->refused_count; i++) {
        struct refusal *r = &p->refused[i];
        if (r->what.start == what->start && r->what.count == what->count) {
            r->is_new = true;
            return;
        }
    }
    if (p->refused_count < 2 * PIECES_MAX)
        p->refused[p->refused_count++] = (struct refusal){.what = *what, .is_new = true};
}

bool pieces_refuse(struct pieces *p, unsigned at, const struct row *rows, uint8_t function)
{
    struct piece whole = p->have[at];

    p->is_stale = true;
    note_refusal(p, &whole);
    if (halve(p, at, rows, function))
        return false;
    remove_piece(p, at);
    return was_given(p, &whole);
}

void pieces_end(struct pieces *p, bool has_answered, int64_t now_us)
{
    for (unsigned i = p->refused_count; i-- > 0;) {
        struct refusal *r = &p->refused[i];
        if (r->is_new && has_answered && r->rounds < BELIEVED && ++r->rounds == BELIEVED &&
            !p->again_us)
            p->again_us = now_us + ASK_AGAIN_US;
        r->is_new = false;
        if (!r->rounds)
            forget_refusal(p, i);
    }
}

bool pieces_is_empty(const struct pieces *p, int64_t now_us)
{
    return p->is_begun && !p->is_stale && !p->count && (!p->again_us || now_us < p->again_us);
}

bool pieces_lacks(const struct pieces *p, uint16_t at)
{
    if (!p->is_begun || is_given(p, at))
        return false;
    for (unsigned i = 0; i < p->count; i++)
        if (at >= p->have[i].start && at < p->have[i].start + p->have[i].count)
            return false;
    return true;
}
