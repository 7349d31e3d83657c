/* Number by number (drivers/near.h). */
#include "drivers/near.h"

#include <math.h>

enum { NUMBERS_MAX = 64, STEPS = 8 };

/* In steps of the wire. */
struct numbers {
    unsigned count;
    struct {
        double value;
        bool is_exact; /* a code, or a counter */
    } all[NUMBERS_MAX];
};

static void take(void *to, const struct field *f)
{
    struct numbers *n = to;
    const struct row *row = f->row;
    bool is_code = row->words || row->form == BYTE_BITS;
    enum kind kind = catalogue[row->metric].kind;

    if (row->metric == M_NONE || n->count == NUMBERS_MAX)
        return;
    n->all[n->count].is_exact = is_code || kind == COUNTER || kind == DAILY;
    n->all[n->count++].value = is_code ? f->value * 1e6 : f->value * row->per;
}

bool bytes_near(const struct row *rows, uint8_t in, unsigned kind, const struct stretch *a,
                const struct stretch *b)
{
    struct numbers one = {0}, other = {0};

    bytes_decode(rows, in, kind, a, a->first, a->length, take, &one);
    bytes_decode(rows, in, kind, b, b->first, b->length, take, &other);
    for (unsigned i = 0; i < one.count && i < other.count; i++) {
        double most = fmax(fabs(one.all[i].value), fabs(other.all[i].value));
        double may = one.all[i].is_exact ? 1 : (double)STEPS + fmin(most / 8, 1000);
        if (fabs(one.all[i].value - other.all[i].value) > may + 1e-6)
            return false;
    }
    return one.count == other.count;
}
