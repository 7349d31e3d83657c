/*
 * Rounds as the daemon makes them, timed: round LINE IDS ROUNDS [QUIET-LINE].
 *
 * Prints one line of NAME=VALUE words, times in microseconds. With a quiet line (twins of the same
 * plant at a standstill) every value is held against what the quiet twin says: a value that
 * differs is wrong, one that is missing is only missing.
 */
#include "base/clock.h"
#include "base/log.h"
#include "collector/run/house.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = 32, ROUNDS = 20000, WARM_UP = 3, FAIL = 1 };

static const int64_t LOAN_WAIT_US = 5000000;

/* ---- nothing may be allocated while polling: so it is counted ------------------------------ */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static unsigned long allocations;

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    allocations++;
    return __libc_realloc(old, size);
}

/* ---- rounds ------------------------------------------------------------------------------ */

struct site {
    struct plan *plan;
    struct house house;
    size_t units;
};

static int site_open(struct site *s, const char *line, const char *ids)
{
    char text[512];
    size_t at;

    s->plan = plan_new();
    if (!s->plan)
        return ERR_FULL;
    for (const char *id = ids; *id; s->units++) {
        int length = (int)strcspn(id, ",");
        if (snprintf(text, sizeof text, "tracer@%s:%.*s", line, length, id) >= (int)sizeof text ||
            s->units == UNITS)
            return ERR_USAGE;
        int rc = plan_add_bare(s->plan, text, &at);
        if (rc)
            return rc;
        id += length + (id[length] == ',');
    }
    return house_build(&s->house, s->plan);
}

static void site_close(struct site *s)
{
    house_raze(&s->house);
    plan_free(s->plan);
}

static int one_round(struct site *s, struct reading readings[UNITS], int results[UNITS])
{
    int rc = bus_borrow(&s->house.buses[0], LOAN_WAIT_US);

    if (rc)
        return rc;
    for (size_t i = 0; i < s->units; i++)
        results[i] = device_round(&s->house.devices[i], LIVE_ONLY, clock_wall_ms(), &readings[i]);
    bus_return(&s->house.buses[0]);
    return OK;
}

static unsigned count_wrong(const struct reading *r, const struct reading *truth)
{
    unsigned wrong = 0;
    double value;

    for (unsigned i = 0; i < r->count; i++)
        wrong += !reading_get(truth, (enum metric)r->fields[i].metric, &value) ||
                 value != r->fields[i].value;
    return wrong;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static struct site site, quiet;
    static struct reading now[UNITS], truth[UNITS];
    static int64_t took[ROUNDS];
    int results[UNITS] = {0};
    unsigned rounds = argc > 3 ? (unsigned)atoi(argv[3]) : 0, complete = 0, wrong = 0;
    int64_t sum = 0;

    if (!rounds || rounds > ROUNDS) {
        fputs("usage: round LINE IDS ROUNDS [QUIET-LINE]\n", stderr);
        return FAIL;
    }
    if (argc > 4) {
        if (site_open(&quiet, argv[4], argv[2]) || one_round(&quiet, truth, results))
            return FAIL;
        for (size_t i = 0; i < quiet.units; i++)
            if (results[i])
                return FAIL;
        site_close(&quiet);
    }
    if (site_open(&site, argv[1], argv[2]))
        return FAIL;
    for (int i = 0; i < WARM_UP; i++)
        if (one_round(&site, now, results))
            return FAIL;
    unsigned long before = allocations;
    for (unsigned i = 0; i < rounds; i++) {
        int64_t begun = clock_us();
        if (one_round(&site, now, results))
            return FAIL;
        took[i] = clock_us() - begun;
        sum += took[i];
        for (size_t k = 0; k < site.units; k++) {
            complete += results[k] == OK;
            wrong += argc > 4 ? count_wrong(&now[k], &truth[k]) : 0;
        }
    }
    unsigned long allocated = allocations - before;
    qsort(took, rounds, sizeof *took, by_size);
    printf("median=%" PRId64 " p99=%" PRId64 " most=%" PRId64 " mean=%" PRId64
           " unit_rounds=%zu complete=%u wrong=%u allocated=%lu\n",
           took[rounds / 2], took[rounds * 99 / 100], took[rounds - 1], sum / rounds,
           rounds * site.units, complete, wrong, allocated);
    site_close(&site);
    return 0;
}
