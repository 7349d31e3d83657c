/*
 * Slots to bytes and back (store/rollup.h).
 *
 *   slot     count, 7 bits a byte, low first   then, if it is not 0:
 *            low, sum, high, last              8 bytes each, as the machine has doubles
 *   end      CRC-32 of all that, 4 bytes
 */
#include "store/rollup.h"

#include "base/decimals.h"
#include "store/inside.h"

#include <math.h>
#include <string.h>

void slot_add(struct slot *s, double value)
{
    if (!s->count || value < s->low)
        s->low = value;
    if (!s->count || value > s->high)
        s->high = value;
    s->sum = s->count ? s->sum + value : value;
    s->last = value;
    s->count++;
}

void slot_join(struct slot *s, const struct slot *later)
{
    if (!later->count)
        return;
    if (!s->count) {
        *s = *later;
        return;
    }
    s->low = later->low < s->low ? later->low : s->low;
    s->high = later->high > s->high ? later->high : s->high;
    s->sum += later->sum;
    s->last = later->last;
    s->count += later->count;
}

double slot_mean(const struct slot *s)
{
    double mean = s->count ? round(s->sum / s->count * 1e9) / 1e9 : 0;

    return fmin(fmax(mean, s->low), s->high);
}

double slot_worth(const struct slot *s, enum metric m)
{
    return catalogue[m].kind == GAUGE ? decimals_cut(slot_mean(s)) : s->last;
}

size_t rollup_write(const struct slot *slots, unsigned count, uint8_t to[ROLLUP_BYTES])
{
    size_t at = 0;

    for (unsigned i = 0; i < count && i < SLOTS_MAX; i++) {
        const struct slot *s = &slots[i];
        uint32_t n = s->count < 0x1fffff ? s->count : 0x1fffff;
        for (; n >= 0x80; n >>= 7)
            to[at++] = (uint8_t)(n | 0x80);
        to[at++] = (uint8_t)n;
        if (!s->count)
            continue;
        const double values[] = {s->low, s->sum, s->high, s->last};
        memcpy(to + at, values, sizeof values);
        at += sizeof values;
    }
    uint32_t sum = bytes_sum(to, at);
    memcpy(to + at, &sum, sizeof sum);
    return at + sizeof sum;
}

int rollup_read(const uint8_t *from, size_t length, struct slot slots[SLOTS_MAX])
{
    uint32_t sum;
    size_t at = 0;
    int count = 0;

    if (length < sizeof sum)
        return -1;
    length -= sizeof sum;
    memcpy(&sum, from + length, sizeof sum);
    if (sum != bytes_sum(from, length))
        return -1;
    while (at < length) {
        struct slot s = {0};
        double values[4];
        int shift = 0;
        do {
            if (at == length || shift > 21)
                return -1;
            s.count |= (uint32_t)(from[at] & 0x7f) << shift;
            shift += 7;
        } while (from[at++] & 0x80);
        if (s.count && at + sizeof values > length)
            return -1;
        if (s.count) {
            memcpy(values, from + at, sizeof values);
            at += sizeof values;
            s.low = values[0], s.sum = values[1], s.high = values[2], s.last = values[3];
        }
        if (count == SLOTS_MAX)
            return -1;
        slots[count++] = s;
    }
    return count;
}
