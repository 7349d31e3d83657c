/*
 * Rounds of a device that speaks words, as the daemon makes them: words DEVICE ROUNDS [EXCHANGES].
 *
 * Prints one line of NAME=VALUE words, times in microseconds: the first round, which finds out who
 * is there; the median round, with whatever units are heard through this one; the CPU time of a
 * round, user and system; with EXCHANGES, the median of so many QPIGS alone.
 */
#include "base/clock.h"
#include "base/log.h"
#include "collector/run/house.h"
#include "drivers/axpert/axpert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { TIMES = 2000, WARM_UP = 3, FAIL = 1 };

static const int64_t LOAN_WAIT_US = 5000000;

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int64_t median(int64_t *took, unsigned count)
{
    qsort(took, count, sizeof *took, by_size);
    return took[count / 2];
}

static int64_t cpu_us(void)
{
    struct rusage used;

    if (getrusage(RUSAGE_SELF, &used))
        return 0;
    return (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
           used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

static int one_round(struct house *h, struct reading *r, unsigned *heard)
{
    struct device *d = &h->devices[0];
    int rc = bus_borrow(d->bus, LOAN_WAIT_US);

    if (rc)
        return rc;
    rc = device_round(d, LIVE_ONLY, clock_wall_ms(), r);
    *heard = 1;
    for (unsigned which = 0; !rc && d->driver->others; which++) {
        struct reading other = {.round_ms = r->round_ms};
        struct identity who = {0};
        if (d->driver->others(d, which, &other, &who))
            break;
        *heard += !who.is_total;
    }
    bus_return(d->bus);
    return rc;
}

static int rounds(struct house *h, unsigned count)
{
    static int64_t took[TIMES];
    static struct reading r;
    unsigned heard = 0;
    int64_t begun = clock_us(), spent, first;
    int rc = one_round(h, &r, &heard);

    first = clock_us() - begun;
    for (int i = 0; i < WARM_UP && !rc; i++) /* what it does not know is not asked any more */
        rc = one_round(h, &r, &heard);
    spent = cpu_us();
    for (unsigned i = 0; i < count && !rc; i++) {
        begun = clock_us();
        rc = one_round(h, &r, &heard);
        took[i] = clock_us() - begun;
    }
    spent = cpu_us() - spent;
    if (!rc)
        printf("first=%" PRId64 " median=%" PRId64 " cpu=%" PRId64 " units=%u fields=%u", first,
               median(took, count), spent / count, heard, (unsigned)r.count);
    return rc;
}

static int exchanges(struct house *h, unsigned count)
{
    static int64_t took[TIMES];
    static struct reading r;
    struct device *d = &h->devices[0];
    int rc = bus_borrow(d->bus, LOAN_WAIT_US);

    for (unsigned i = 0; i < count && !rc; i++) {
        int64_t begun = clock_us();
        r.count = 0;
        rc = device_block(d, axpert_block(QPIGS), device_collect, &r);
        took[i] = clock_us() - begun;
    }
    bus_return(d->bus);
    if (!rc)
        printf(" exchange=%" PRId64, median(took, count));
    return rc;
}

int main(int argc, char **argv)
{
    unsigned count = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
    unsigned alone = argc > 3 ? (unsigned)atoi(argv[3]) : 0;
    struct plan *plan = plan_new();
    struct house house;
    size_t at;
    int rc;

    if (!plan || !count || count > TIMES || alone > TIMES) {
        fputs("usage: words DEVICE ROUNDS [EXCHANGES]\n", stderr);
        return FAIL;
    }
    log_set_level(LOG_LEVEL_ERR);
    if (plan_add_bare(plan, argv[1], &at) || house_build(&house, plan))
        return FAIL;
    rc = rounds(&house, count);
    if (!rc && alone)
        rc = exchanges(&house, alone);
    putchar('\n');
    house_raze(&house);
    plan_free(plan);
    return rc ? FAIL : 0;
}
