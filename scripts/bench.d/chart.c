/*
 * Charts out of a store: chart FILE DEVICE prints year=MS (one metric, by days, out of rollups),
 * day=MS (every reading of the last day) and how many steps each had. Medians of seven.
 */
#include "base/clock.h"
#include "store/history.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMES = 7 };

static void count(void *to, int64_t at_ms, const struct slot *slot)
{
    (void)at_ms;
    (void)slot;
    ++*(unsigned *)to;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double chart(struct reader *r, const struct origin *o, int64_t from, int64_t to,
                    int64_t step, unsigned *steps)
{
    double took[TIMES];

    for (int i = 0; i < TIMES; i++) {
        int64_t begun = clock_us();
        *steps = 0;
        if (history_walk(r, o, "pv_power", from, to, step, count, steps))
            exit(1);
        took[i] = (double)(clock_us() - begun) / 1000;
    }
    qsort(took, TIMES, sizeof *took, by_size);
    return took[TIMES / 2];
}

int main(int argc, char **argv)
{
    struct reader *r = NULL;
    unsigned year_steps, day_steps;
    int64_t first, last;

    if (argc != 3 || reader_open(&r, argv[1]) || !reader_span(r, &first, &last))
        return 1;
    const struct origin *o = reader_origin(r, argv[2]);
    if (!o)
        return 1;
    double year = chart(r, o, last - 365LL * 86400000, last + 1, 86400000, &year_steps);
    double day = chart(r, o, last - 86400000, last + 1, 10000, &day_steps);
    printf("year=%.2f year_steps=%u day=%.2f day_steps=%u\n", year, year_steps, day, day_steps);
    reader_close(r);
    return 0;
}
