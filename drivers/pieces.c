/* Learning a register map from refusals (drivers/pieces.h). Pure. */
#include "drivers/pieces.h"

#include <string.h>

void pieces_begin(struct pieces *p, const struct block *b)
{
    if (p->is_begun)
        return;
    *p = (struct pieces){.is_begun = true, .count = 1};
    p->have[0] = (struct piece){b->start, b->count};
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

void pieces_refuse(struct pieces *p, unsigned at, const struct row *rows, uint8_t function)
{
    struct piece whole = p->have[at];
    uint16_t border = border_of(&whole, rows, function);

    p->is_settled = false;
    if (p->refused_count < 2 * PIECES_MAX)
        p->refused[p->refused_count++] = whole;
    if (!border || p->count == PIECES_MAX) {
        remove_piece(p, at);
        return;
    }
    memmove(p->have + at + 1, p->have + at, (p->count - at) * sizeof *p->have);
    p->count++;
    p->have[at].count = (uint16_t)(border - whole.start);
    p->have[at + 1].start = border;
    p->have[at + 1].count = (uint16_t)(whole.start + whole.count - border);
}

static bool holds_refused(const struct pieces *p, const struct piece *joined)
{
    for (unsigned i = 0; i < p->refused_count; i++) {
        const struct piece *r = &p->refused[i];
        if (r->start >= joined->start && r->start + r->count <= joined->start + joined->count)
            return true;
    }
    return false;
}

void pieces_settle(struct pieces *p)
{
    unsigned i = 0;

    if (p->is_settled)
        return;
    while (i + 1 < p->count) {
        struct piece *left = &p->have[i], *right = &p->have[i + 1];
        struct piece joined = {left->start, (uint16_t)(left->count + right->count)};
        if (left->start + left->count == right->start && !holds_refused(p, &joined)) {
            *left = joined;
            remove_piece(p, i + 1);
        } else {
            i++;
        }
    }
    p->is_settled = true;
}
