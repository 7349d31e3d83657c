/*
 * A plain sum of bytes lets through one in twenty of the answers in which two bits have fallen
 * over. So what is far from what was said the last time is heard again before it is believed; on a
 * quiet wire that is the first answer, a cloud, and a new error.
 */
#include "drivers/goodwe/goodwe.h"

#include <math.h>
#include <string.h>

enum { NUMBERS_MAX = 64, STEPS = 8, COUNTER_STEPS = 20 };

struct numbers {
    unsigned count;
    struct {
        double steps; /* of the wire */
        enum { FREE, GROWING, FIXED } kind;
    } all[NUMBERS_MAX];
};

/* What counts cannot have gone far since; a code, or a setting, is another one or it is not. */
static void take(void *to, const struct field *f)
{
    struct numbers *n = to;
    const struct row *row = f->row;

    if (!row || f->is_text || n->count == NUMBERS_MAX)
        return;
    bool is_code = row->words || row->metric == M_NONE || row->in != GOODWE_RUNNING;
    bool grows = catalogue[row->metric].kind == COUNTER || catalogue[row->metric].kind == DAILY;
    n->all[n->count].kind = is_code ? FIXED : grows ? GROWING : FREE;
    n->all[n->count++].steps = f->value * row->per;
}

static void take_all(const struct goodwe_packet *p, const uint8_t *data, struct numbers *to)
{
    struct stretch s = {0, p->length, data, NULL};
    unsigned kind = p->function == GOODWE_RUNNING ? goodwe_kind(p->length) : 0;

    to->count = 0;
    bytes_decode(goodwe_rows, p->function, kind, &s, 0, p->length, take, to);
}

static bool is_near(const struct goodwe_packet *p, const uint8_t *before)
{
    struct numbers now, then;

    take_all(p, p->data, &now);
    take_all(p, before, &then);
    for (unsigned i = 0; i < now.count && i < then.count; i++) {
        double a = now.all[i].steps, b = then.all[i].steps;
        double most = STEPS + fmin(fabs(a), fabs(b)) / 16;
        if (now.all[i].kind != FREE)
            most = now.all[i].kind == GROWING ? COUNTER_STEPS : 0;
        if (fabs(a - b) > most)
            return false;
    }
    return now.count == then.count;
}

bool goodwe_doubts(struct device *d, const uint8_t *asked, const uint8_t *answered, size_t length)
{
    struct goodwe_memory *m = d->memory;
    struct goodwe_packet p;

    if (goodwe_judge(goodwe_asked(asked), answered, length, &p) || p.control != GOODWE_READ)
        return false; /* that is no doubt */
    if (p.function != GOODWE_RUNNING && p.function != GOODWE_SETTING)
        return false;
    struct goodwe_heard *before = &m->heard[p.function == GOODWE_SETTING];
    bool is_same = before->length == p.length && is_near(&p, before->data);
    before->length = p.length;
    memcpy(before->data, p.data, p.length);
    return !is_same;
}
