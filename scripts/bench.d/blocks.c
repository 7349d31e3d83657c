/*
 * Single blocks of one device, asked and decoded: blocks DEVICE TIMES BLOCK... prints one line of
 * NAME=VALUE words, times in microseconds: the median of all these blocks together; with the block
 * "nobody", of asking port 9 of a hub, where nobody is.
 */
#include "base/clock.h"
#include "base/log.h"
#include "collector/run/house.h"
#include "drivers/goodwe/goodwe.h"
#include "drivers/mate/mate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMES = 1000, WARM_UP = 3, FAIL = 1, EMPTY = 9 };

static const int64_t LOAN_WAIT_US = 5000000;

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int ask_one(struct device *d, const char *name, struct reading *r)
{
    unsigned type;

    if (!strcmp(name, "nobody"))
        return mate_knock(d, EMPTY, &type) == ERR_TIMEOUT ? OK : ERR_FOREIGN;
    for (const struct block *b = d->driver->blocks; b->name; b++)
        if (!strcmp(b->name, name))
            return device_block(d, b, device_collect, r);
    return ERR_UNKNOWN;
}

static int ask_all(struct device *d, char **names, int count)
{
    static struct reading r;
    int rc = OK;

    r.count = 0;
    for (int i = 0; i < count && !rc; i++)
        rc = ask_one(d, names[i], &r);
    return rc;
}

static int measure(struct device *d, unsigned times, char **names, int count)
{
    static int64_t took[TIMES];
    int rc = bus_borrow(d->bus, LOAN_WAIT_US);

    for (int i = 0; i < WARM_UP && !rc; i++)
        rc = ask_all(d, names, count);
    if (d->driver ==
        &driver_goodwe) /* as if the wire had been right for long: nothing is said twice */
        ((struct goodwe_memory *)d->memory)->clean = GOODWE_TRUST;
    for (unsigned i = 0; i < times && !rc; i++) {
        int64_t begun = clock_us();
        rc = ask_all(d, names, count);
        took[i] = clock_us() - begun;
    }
    bus_return(d->bus);
    if (rc)
        return rc;
    qsort(took, times, sizeof *took, by_size);
    printf("median=%" PRId64 " most=%" PRId64 "\n", took[times / 2], took[times - 1]);
    return OK;
}

int main(int argc, char **argv)
{
    unsigned times = argc > 3 ? (unsigned)atoi(argv[2]) : 0;
    struct plan *plan = plan_new();
    struct house house;
    size_t at;

    if (!plan || !times || times > TIMES) {
        fputs("usage: blocks DEVICE TIMES BLOCK...\n", stderr);
        return FAIL;
    }
    log_set_level(LOG_LEVEL_ERR);
    if (plan_add_bare(plan, argv[1], &at) || house_build(&house, plan))
        return FAIL;
    int rc = measure(&house.devices[at], times, argv + 3, argc - 3);
    house_raze(&house);
    plan_free(plan);
    if (rc)
        fprintf(stderr, "blocks: %s\n", error_text(rc));
    return rc ? FAIL : 0;
}
