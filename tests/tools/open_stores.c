/*
 * Opens stores that were damaged, one after the other, as a collector would: takes in one reading,
 * commits, reads all there is, and once more when a damaged page was found meanwhile.
 *
 *   open_stores FOLDER...     each with a helio.db
 *
 * Prints a line for each: the readings that are there, those with a number that cannot be, and
 * whether it was set aside and carried over; "failed" where it could not be opened or read.
 */
#include "base/clock.h"
#include "store/reader.h"
#include "store/store.h"

#include <glob.h>
#include <stdint.h>
#include <stdio.h>

struct found {
    unsigned rows, wrong;
};

static bool is_outside(const struct reading *r, enum metric m, double least, double most)
{
    double value;

    return reading_get(r, m, &value) && (value < least || value > most);
}

static int add_one(const char *path)
{
    char holder[64] = "";
    struct store *store = NULL;
    struct origin south = {.name = "south", .driver = "tracer", .address = 1};
    struct reading r = {.round_ms = clock_wall_ms()};

    int rc = store_open(&store, path, NULL, holder, sizeof holder);
    if (rc)
        return rc;
    const struct origin *from = store_origin(store, &south);
    if (!reading_put(&r, M_PV_VOLTAGE, 73.44) || !reading_put(&r, M_BATTERY_VOLTAGE, 25.47))
        rc = ERR_INPUT;
    else if (store_append(store, from, RECORD_LIVE, r.round_ms, &r) <= 0)
        rc = ERR_IO;
    if (store_commit(store) && !rc)
        rc = ERR_IO;
    store_close(store);
    return rc;
}

static int read_all(const char *path, struct found *f)
{
    struct reader *reader = NULL;
    struct record row;
    struct reading r;

    *f = (struct found){0};
    int rc = reader_open(&reader, path);
    if (rc)
        return rc;
    rc = reader_between(reader, 0, INT64_MAX, 0);
    while (!rc && !(rc = reader_next(reader, &row))) {
        if (!record_is_said(&row))
            continue;
        record_reading(&row, &r);
        f->rows++;
        f->wrong += is_outside(&r, M_PV_VOLTAGE, 0, 150) ||
                    is_outside(&r, M_BATTERY_VOLTAGE, 8, 70) ||
                    is_outside(&r, M_BATTERY_SOC, 0, 100);
    }
    reader_close(reader);
    return rc == ERR_ABSENT ? OK : rc;
}

static bool was_carried_over(const char *path)
{
    char pattern[600];
    glob_t g;

    (void)snprintf(pattern, sizeof pattern, "%s.damaged-*", path);
    bool is_there = glob(pattern, 0, NULL, &g) == 0;
    globfree(&g);
    return is_there;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char path[512];
        struct found f;
        (void)snprintf(path, sizeof path, "%s/helio.db", argv[i]);
        int rc = add_one(path);
        if (!rc && read_all(path, &f)) { /* who reads marks it, and the next start mends it */
            rc = add_one(path);
            rc = rc ? rc : read_all(path, &f);
        }
        if (rc)
            printf("failed 0 0 %s\n", argv[i]);
        else
            printf("%u %u %d %s\n", f.rows, f.wrong, was_carried_over(path), argv[i]);
    }
    return 0;
}
