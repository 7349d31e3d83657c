/* Debts of answers, one for each shape (bus/owed.h). */
#include "bus/owed.h"

#include "base/clock.h"
#include "bus/receive.h"

/* Nobody answers later than this; until then an unanswered question is owed an answer. */
static const int64_t OWED_US = 1000000;

uint64_t owed_question(const struct ask *ask)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < ask->length; i++)
        hash = (hash ^ ask->bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

int owed_wait(struct bus *bus, const struct ask *ask, uint64_t question)
{
    uint8_t stray[ANSWER_MAX];
    struct owed *owed = bus->owed;

    while (owed < bus->owed + OWED_MAX && owed->shape != ask->shape)
        owed++;
    if (!ask->shape || owed == bus->owed + OWED_MAX || owed->question == question)
        return OK;
    while (clock_us() < owed->until_us) {
        int n = bus_hear(bus, stray, sizeof stray, owed->until_us - clock_us());
        if (n < 0)
            return n;
        bus->counts.stray_bytes += (uint64_t)n;
    }
    owed->shape = 0;
    return OK;
}

/* One debt for each shape; without a place left, the oldest is forgotten. */
void owed_note(struct bus *bus, const struct ask *ask, uint64_t question)
{
    struct owed *place = bus->owed;

    if (!ask->shape)
        return;
    for (struct owed *o = bus->owed; o < bus->owed + OWED_MAX; o++) {
        if (o->shape == ask->shape) {
            place = o;
            break;
        }
        if (o->until_us < place->until_us)
            place = o;
    }
    *place =
        (struct owed){ask->shape, question, clock_us() + (ask->late_us ? ask->late_us : OWED_US)};
}

bool owed_is(const struct bus *bus, uint64_t question)
{
    for (const struct owed *o = bus->owed; o < bus->owed + OWED_MAX; o++)
        if (o->shape && o->question == question && clock_us() < o->until_us)
            return true;
    return false;
}
