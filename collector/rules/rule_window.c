/* Sums by parts of the window (collector/rules/rule_window.h). */
#include "collector/rules/rule_window.h"

#include <string.h>

void rule_window_begin(struct rule_window *w, int64_t window_us, int64_t every_us)
{
    memset(w, 0, sizeof *w);
    w->part_us = window_us / WINDOW_PARTS;
    if (w->part_us < 2 * every_us)
        w->part_us = 2 * every_us;
    w->parts = (unsigned)((window_us + w->part_us - 1) / w->part_us);
}

void rule_window_add(struct rule_window *w, int64_t now_us, double volts, double net_a)
{
    int64_t at = now_us / w->part_us;
    size_t i = (size_t)(at % WINDOW_PARTS);

    if (w->slots[i].at != at) {
        memset(&w->slots[i], 0, sizeof w->slots[i]);
        w->slots[i].at = at;
    }
    w->slots[i].count++;
    w->slots[i].volts += volts;
    w->slots[i].charge_a += net_a > 0 ? net_a : 0;
    w->slots[i].discharge_a += net_a < 0 ? -net_a : 0;
}

/* Parts weigh the same, however often the device was heard in each. */
double rule_window_means(const struct rule_window *w, int64_t now_us, double *volts,
                         double *charge_a, double *discharge_a)
{
    int64_t newest = now_us / w->part_us;
    unsigned heard = 0;

    *volts = *charge_a = *discharge_a = 0;
    for (size_t i = 0; i < WINDOW_PARTS; i++) {
        unsigned count = w->slots[i].count;
        if (!count || w->slots[i].at > newest || w->slots[i].at <= newest - w->parts)
            continue;
        heard++;
        *volts += w->slots[i].volts / count;
        *charge_a += w->slots[i].charge_a / count;
        *discharge_a += w->slots[i].discharge_a / count;
    }
    if (!heard)
        return 0;
    *volts /= heard;
    *charge_a /= heard;
    *discharge_a /= heard;
    return (double)heard / w->parts;
}
