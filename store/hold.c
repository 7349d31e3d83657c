/* What is safe, and what is sent again (store/hold.h). Pure. */
#include "store/hold.h"

#include <string.h>

static const int64_t LEAST_ASK_US = 500000;

void hold_add(struct hold *h, int64_t upto, int64_t now_us)
{
    unsigned last = h->count - 1;

    if (!h->count ||
        (now_us - h->entries[last].begun_us > h->after_us / (HOLDS / 2) && h->count < HOLDS)) {
        last = h->count++;
        h->entries[last].begun_us = now_us;
    }
    h->entries[last].upto = upto;
    h->entries[last].taken_us = now_us;
    h->sent = upto;
}

bool hold_is_due(const struct hold *h, int64_t now_us)
{
    int64_t pause = h->after_us > LEAST_ASK_US ? h->after_us : LEAST_ASK_US;

    return h->count && now_us - h->entries[0].taken_us >= h->after_us &&
           (!h->asked_us || now_us - h->asked_us >= pause);
}

int64_t hold_answer(struct hold *h, uint64_t life, int64_t now_us, int64_t cursor, bool *is_anew)
{
    unsigned ripe = 0;
    int64_t upto = -1;

    *is_anew = h->life && life != h->life;
    h->life = life;
    if (*is_anew) {
        h->count = 0;
        h->sent = cursor;
        return -1;
    }
    while (ripe < h->count && now_us - h->entries[ripe].taken_us >= h->after_us)
        upto = h->entries[ripe++].upto;
    h->count -= ripe;
    memmove(h->entries, h->entries + ripe, h->count * sizeof *h->entries);
    return upto;
}
