/*
 * Fills a store as a collector would have: so many devices, a reading each every so often, one
 * commit a round. For tests and the bench: a day, a year or a million readings in seconds.
 *
 *   fill_store FILE DEVICES ROUNDS EVERY_S [--end MS] [--sink NAME] [--batch ROUNDS]
 *
 * --batch: a commit after so many rounds, or sooner when the waiting room fills. --sink: this sink
 * gets them all (its place is before the first). --busy NAME: with meters and a sink that follows,
 * as a daemon has them. Prints how many readings, and the bytes written; ends with 70 when the
 * store has not kept every one.
 */
#include "base/clock.h"
#include "base/text.h"
#include "sim/plant.h"
#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 25 numbers, with the decimals real devices give. */
static const enum metric said[] = {
    M_PV_VOLTAGE,
    M_PV_CURRENT,
    M_PV_POWER,
    M_BATTERY_VOLTAGE,
    M_CHARGER_CURRENT,
    M_CHARGER_POWER,
    M_LOAD_VOLTAGE,
    M_LOAD_CURRENT,
    M_LOAD_POWER,
    M_BATTERY_TEMPERATURE,
    M_CASE_TEMPERATURE,
    M_HEATSINK_TEMPERATURE,
    M_BATTERY_SOC,
    M_CHARGE_STAGE,
    M_CHARGER_ALARMS,
    M_BATTERY_CURRENT,
    M_BATTERY_POWER,
    M_PV_ENERGY,
    M_PV_ENERGY_TODAY,
    M_LOAD_ENERGY,
    M_LOAD_ENERGY_TODAY,
    M_PV_VOLTAGE_HIGH_TODAY,
    M_PV_VOLTAGE_LOW_TODAY,
    M_BATTERY_VOLTAGE_HIGH_TODAY,
    M_BATTERY_VOLTAGE_LOW_TODAY,
};

static double cents(double value)
{
    return round(value * 100) / 100;
}

/* A sunny day, told apart by device; counters only grow. */
static void make(struct reading *r, unsigned device, int64_t at_ms, double kwh)
{
    double hour = (double)(at_ms / 1000 % 86400) / 3600;
    double sun = hour > 6 && hour < 18 ? sin((hour - 6) / 12 * 3.14159265) : 0;
    double power = cents(sun * (800 + 10 * device)), volts = cents(25 + 2 * sun);
    double values[] = {cents(sun > 0 ? 60 + 10 * sun : 0),
                       cents(power / 65),
                       power,
                       volts,
                       cents(power / volts),
                       power,
                       volts,
                       2.5,
                       cents(2.5 * volts),
                       cents(15 + 5 * sun),
                       cents(18 + 9 * sun),
                       cents(18.5 + 9 * sun),
                       floor(60 + 35 * sun),
                       sun > 0 ? 2 : 0,
                       0,
                       cents(power / volts - 2.5),
                       cents(power - 2.5 * volts),
                       cents(1000 + kwh),
                       cents(fmod(kwh, 10)),
                       cents(700 + kwh / 3),
                       cents(fmod(kwh, 10) / 3),
                       73.44,
                       1.6,
                       27.05,
                       24.87};

    *r = (struct reading){.round_ms = at_ms};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (!reading_put(r, said[i], values[i]))
            exit(70);
}

static const char *option(int argc, char **argv, const char *name)
{
    for (int i = 5; i + 1 < argc; i++)
        if (!strcmp(argv[i], name))
            return argv[i + 1];
    return NULL;
}

/* What went to the disk so far, by the kernel's count. */
static long long bytes_written(void)
{
    char line[80];
    long long bytes = 0;
    FILE *io = fopen("/proc/self/io", "r");

    while (io && fgets(line, sizeof line, io))
        if (sscanf(line, "write_bytes: %lld", &bytes) == 1)
            break;
    if (io)
        (void)fclose(io); /* only read */
    return bytes;
}

static void be_busy(struct store *store, const char *sink, const struct origin *from,
                    const struct reading *r)
{
    double kwh;

    for (unsigned i = 0; i < r->count; i++) {
        enum metric m = (enum metric)r->fields[i].metric;
        if (catalogue[m].kind == COUNTER && reading_get(r, m, &kwh))
            store_meter_put(store, from, m, kwh, 0);
    }
    store_cursor_move(store, sink, store_visible(store));
}

/* Far fewer than the store's waiting room takes. */
enum { UNWRITTEN_MOST = 2000 };

/* What waits for a commit may have been pushed out by what came after it. */
static bool keeps_all(struct store *store, uint64_t wanted, uint64_t appended)
{
    struct store_counts kept;

    if (store_commit(store))
        return false;
    store_count(store, &kept);
    if (appended == wanted && kept.committed == wanted)
        return true;
    fprintf(stderr, "of %llu readings %llu were taken in and %llu are kept\n",
            (unsigned long long)wanted, (unsigned long long)appended,
            (unsigned long long)kept.committed);
    return false;
}

int main(int argc, char **argv)
{
    char holder[64] = "";
    struct store *store = NULL;
    const struct origin *from[64];
    double devices, rounds, every, end = (double)clock_wall_ms(), batch = 1;
    uint64_t count = 0;
    unsigned unwritten = 0;
    const char *busy = option(argc, argv, "--busy");

    if (argc < 5 || !number_read(argv[2], &devices) || !number_read(argv[3], &rounds) ||
        !number_read(argv[4], &every) || devices < 1 || devices > 64)
        return 64;
    if (option(argc, argv, "--end") && !number_read(option(argc, argv, "--end"), &end))
        return 64;
    if (option(argc, argv, "--batch") && !number_read(option(argc, argv, "--batch"), &batch))
        return 64;
    if (store_open(&store, argv[1], NULL, holder, sizeof holder))
        return 75;
    if (option(argc, argv, "--sink") && store_cursor(store, option(argc, argv, "--sink"), true) < 0)
        return 70;
    if (busy && store_cursor(store, busy, true) < 0)
        return 70;
    for (unsigned d = 0; d < (unsigned)devices; d++) {
        struct origin o = {.driver = "tracer", .address = d + 1};
        snprintf(o.name, sizeof o.name, "unit%u", d + 1);
        from[d] = store_origin(store, &o);
    }
    int64_t step = (int64_t)(every * 1000), last = (int64_t)end - (int64_t)end % step;
    for (int64_t i = (int64_t)rounds - 1; i >= 0; i--) {
        for (unsigned d = 0; d < (unsigned)devices; d++) {
            struct reading r;
            make(&r, d, last - i * step, (double)(rounds - (double)i) * every / 3600);
            count += store_append(store, from[d], RECORD_LIVE, r.round_ms, &r) > 0;
            if (busy)
                be_busy(store, busy, from[d], &r);
        }
        unwritten += (unsigned)devices;
        if (i % (int64_t)batch && unwritten < UNWRITTEN_MOST)
            continue;
        if (store_commit(store))
            return 74;
        unwritten = 0;
    }
    if (!keeps_all(store, (uint64_t)devices * (uint64_t)rounds, count))
        return 70;
    store_close(store);
    if (busy)
        printf("count=%llu written=%lld\n", (unsigned long long)count, bytes_written());
    else
        printf("%llu\n", (unsigned long long)count);
    return 0;
}
