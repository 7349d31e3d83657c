/*
 * A plain sum of bytes is a weak check (drivers/near.h). A wire that has shown for long that it
 * garbles nothing is believed; until then, and again after a garbled answer, everything is heard
 * twice. The second time costs half a second (GOODWE_AGAIN_US).
 */
#include "drivers/goodwe/goodwe.h"
#include "drivers/near.h"

#include <string.h>

static uint64_t garbled(const struct bus_counts *c)
{
    return c->failed[error_index(ERR_CRC)] + c->failed[error_index(ERR_GARBAGE)] +
           c->failed[error_index(ERR_SHORT)] + c->failed[error_index(ERR_FOREIGN)];
}

/* Called for each right answer. */
static bool is_trusted(const struct device *d, struct goodwe_memory *m)
{
    uint64_t now = garbled(&d->bus->counts);

    m->clean = now == m->garbled ? m->clean + (m->clean < GOODWE_TRUST) : 0;
    m->garbled = now;
    return m->clean == GOODWE_TRUST;
}

static bool is_like_before(const struct device *d, const struct goodwe_memory *m,
                           const struct goodwe_packet *p)
{
    struct stretch before = {0, m->length, m->data, NULL}, now = {0, p->length, p->data, NULL};

    return m->is_waiting && m->function == p->function && m->length == p->length &&
           bytes_near(d->how.rows, p->function, goodwe_kind(p->length), &before, &now);
}

bool goodwe_doubts(struct device *d, const uint8_t *asked, const uint8_t *answered, size_t length)
{
    struct goodwe_memory *m = d->memory;
    struct goodwe_packet p;

    if (goodwe_judge(goodwe_asked(asked), answered, length, &p) || is_trusted(d, m))
        return false;
    m->is_waiting = !is_like_before(d, m, &p);
    m->function = p.function;
    m->length = p.length;
    memcpy(m->data, p.data, p.length);
    return m->is_waiting;
}
