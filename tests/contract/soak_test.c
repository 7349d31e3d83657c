/*
 * Thirty days of one house (HELIO_LONG=1; else three, with sanitizers two): all four families and a
 * group on simulated wires, gate, meters, groups, store with thinning and a cap, two sinks with
 * their pumps; a round a minute. The clock is in hand, so days pass in seconds. Hands of one clock
 * can be moved by one thread only: the buses are walked one after the other, as their threads
 * would, and the web, which waits in real time, stays out. At each midnight it is measured what the
 * process takes: memory, descriptors, bytes written, processor. Nothing may grow, no round be
 * missing, no reading be lost on its way, and each day's energy must be what the panels made.
 */
#include "base/clock.h"
#include "base/log.h"
#include "collector/intake/keeper.h"
#include "collector/run/deliver.h"
#include "store/days.h"
#include "store/energy.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define IS_SANITIZED 1 /* freed memory is kept back: its size says nothing */
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

enum {
    EVERY_S = 60,
    TICKS_A_DAY = 86400 / EVERY_S,
    DAYS_MOST = 30,
    DAYS_SHORT = IS_SANITIZED ? 2 : 3
};
enum { FIRST_DAY = 20261101, OWNERS_MAX = 16, CAP_MB = 64, SETTLES = 50, WAL_MOST_KB = 6144 };
static const int64_t DAY_MS = 86400000, EVERY_MS = EVERY_S * 1000;
static const double RSS_SLOPE_KB = 64;
enum { RSS_DAYS = 6 }; /* a slope needs some */

static const char settings[] =
    "[site]\ntimezone = UTC\nlatitude = 0.5\nlongitude = 0.5\n"
    "[store]\npath = %s/helio.db\nkeep_fine = 72\nthin_to = 900\nkeep_days = 25\ncap_mb = %d\n"
    "[bus roof]\nline = sim\nevery = 60\n[bus shed]\nline = sim\nevery = 60\nspeed = 2400\n"
    "[bus hub]\nline = sim\nevery = 60\nspeed = 9600\n"
    "[bus wall]\nline = sim\nevery = 60\nspeed = 9600\n"
    "[device south]\ndriver = tracer\nbus = roof\naddress = 1\n"
    "[device east]\ndriver = tracer\nbus = roof\naddress = 2\n"
    "[device axpert]\ndriver = axpert\nbus = shed\n"
    "[device mx]\ndriver = mate_mx\nbus = hub\naddress = 0\n"
    "[device goodwe]\ndriver = goodwe\nbus = wall\n"
    "[group house]\nmembers = south, east\n"
    "[sink now]\nkind = file\nage = 0\nfolder = %s/now\n"
    "[sink log]\nkind = file\nage = 0\nform = axpert-log\ndevice = axpert\nfolder = %s/log\n";

/* Whose energy is held against the panels' on its wire, and how far the steps of its counter may
 * lead it astray in a day. The Tracers share their panels: both together are what these made. */
static const struct source {
    const char *name;
    unsigned bus;
    double most_off;
} sources[] = {
    {"house", 0, 0.031}, /* two counters of 0.01 kWh */
    {"axpert", 1, 0.02}, /* no counter: added up a minute at a time */
    {"mx", 2, 1.01},     /* whole kWh */
    {"goodwe", 3, 0.11},
};
enum { SOURCES = sizeof sources / sizeof *sources, BUSES = 4 };

struct owner {
    char name[ORIGIN_NAME];
    uint64_t said; /* this day */
};

/* What the process takes, at one midnight. */
struct midnight {
    long rss_kb, fds;
    double store_kb, wal_kb, written_kb, to_disk_kb, cpu_s;
    double made[BUSES]; /* kWh, by each wire's panels since the beginning of time */
};

static struct world {
    char folder[64], path[160];
    struct plan *plan;
    struct store *store;
    struct keeper keeper;
    struct house house;
    struct rounds rounds;
    struct deliver deliver;
    struct pump *counted;
    int64_t begin_ms;
    unsigned days;
    struct owner owners[OWNERS_MAX];
    size_t owner_count;
    uint64_t said, stored, gaps, late_rounds;
    struct midnight at[DAYS_MOST + 1];
    double worst[SOURCES];
} w;

/* ---- a sink that counts */

static struct {
    uint64_t taken, disorder;
    int64_t last;
} counted;

static int count_open(struct seat *s)
{
    (void)s;
    return OK;
}

static void count_nothing(struct seat *s)
{
    (void)s;
}

static enum added count_add(struct seat *s, const struct record *r)
{
    (void)s;
    counted.disorder += r->seq <= counted.last;
    counted.last = r->seq;
    counted.taken += r->kind == RECORD_LIVE;
    return ADDED;
}

static void count_settle(struct seat *s, int64_t deadline_us, struct outcome *o)
{
    (void)s;
    (void)deadline_us;
    *o = (struct outcome){.verdict = TAKEN};
}

static const struct sink sink_counting = {
    .name = "count",
    .title = "counts",
    .open = count_open,
    .close = count_nothing,
    .add = count_add,
    .send = count_nothing,
    .settle = count_settle,
    .forget = count_nothing,
};

/* ---- measuring */

static long entries(const char *folder)
{
    DIR *at = opendir(folder);
    long count = 0;

    assert_non_null(at);
    while (readdir(at))
        count++;
    closedir(at);
    return count - 3; /* itself, its parent, and this look at it */
}

static double io_kb(const char *key)
{
    char line[80];
    double bytes = 0;
    FILE *from = fopen("/proc/self/io", "r");

    while (from && fgets(line, sizeof line, from))
        if (!strncmp(line, key, strlen(key)))
            bytes = strtod(line + strlen(key), NULL);
    if (from)
        assert_int_equal(fclose(from), 0);
    return bytes / 1024;
}

static long rss_kb(void)
{
    long whole, resident = 0;
    FILE *from = fopen("/proc/self/statm", "r");

    assert_non_null(from);
    assert_int_equal(fscanf(from, "%ld %ld", &whole, &resident), 2);
    assert_int_equal(fclose(from), 0);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static double file_kb(const char *tail)
{
    char path[200];
    struct stat about;

    snprintf(path, sizeof path, "%s%s", w.path, tail);
    return stat(path, &about) ? 0 : (double)about.st_size / 1024;
}

static void measure(struct midnight *to)
{
    struct rusage used;

    assert_int_equal(getrusage(RUSAGE_SELF, &used), 0);
    to->rss_kb = rss_kb();
    to->fds = entries("/proc/self/fd");
    to->store_kb = file_kb("");
    to->wal_kb = file_kb("-wal");
    to->written_kb = io_kb("wchar:");
    to->to_disk_kb = io_kb("write_bytes:");
    to->cpu_s = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    for (unsigned i = 0; i < BUSES; i++) {
        plant_to(&w.house.casts[i]->plant, clock_wall_ms());
        to->made[i] = plant_now(&w.house.casts[i]->plant)->pv_kwh;
    }
}

/* ---- living
 * -------------------------------------------------------------------------------------------------
 */

static struct owner *owner_of(const char *name)
{
    for (size_t i = 0; i < w.owner_count; i++)
        if (!strcmp(w.owners[i].name, name))
            return &w.owners[i];
    assert_true(w.owner_count < OWNERS_MAX);
    struct owner *o = &w.owners[w.owner_count++];
    snprintf(o->name, sizeof o->name, "%s", name);
    return o;
}

static bool says_something(const struct reading *r)
{
    for (unsigned i = 0; i < r->count; i++)
        if (catalogue[r->fields[i].metric].kind != SETTING)
            return true;
    return false;
}

static void one_round(void)
{
    static struct news n;
    int64_t tick = clock_wall_ms();
    char name[ORIGIN_NAME];

    for (size_t bus = 0; bus < w.house.plan->bus_count; bus++) {
        round_walk(&w.rounds, bus, tick, 0);
        while (rounds_next(&w.rounds, &n, 0) == OK) {
            if (n.result == OK && says_something(&n.reading))
                owner_of(news_name(&n, name, sizeof name))->said++;
            keeper_take(&w.keeper, &n);
        }
    }
    owner_of("house")->said++; /* two Tracers never sleep: neither does what they are together */
    for (int i = 0; i < SETTLES && keeper_settle(&w.keeper, true) == 0; i++)
        continue;
}

/* Of the day that is over: rows of each owner, and minutes without one. */
static void judge_day(int64_t from_ms)
{
    struct reader *reader = NULL;
    struct record r;

    assert_int_equal(reader_open(&reader, w.path), OK);
    for (size_t i = 0; i < w.owner_count; i++) {
        struct owner *o = &w.owners[i];
        const struct origin *from = reader_origin(reader, o->name);
        int64_t last_ms = from_ms - EVERY_MS;
        uint64_t rows = 0, gaps = 0;
        assert_non_null(from);
        assert_int_equal(reader_between(reader, from_ms, from_ms + DAY_MS, from->id), OK);
        while (reader_next(reader, &r) == OK) {
            if (r.kind != RECORD_LIVE)
                continue;
            rows++;
            gaps += r.at_ms - last_ms != EVERY_MS;
            last_ms = r.at_ms;
        }
        if (rows != o->said)
            print_message("%s said %llu times, %llu are stored\n", o->name,
                          (unsigned long long)o->said, (unsigned long long)rows);
        if (strcmp(o->name, "goodwe") != 0)
            w.gaps += gaps + (rows != TICKS_A_DAY);
        else
            assert_true(rows > TICKS_A_DAY / 4 && rows < TICKS_A_DAY);
        w.said += o->said;
        w.stored += rows;
        o->said = 0;
    }
    reader_close(reader);
}

/* What counters grew by in a day, against what the panels made in it. */
static void judge_energy(unsigned day, double worst[SOURCES])
{
    struct reader *reader = NULL;
    int64_t from = w.begin_ms + day * DAY_MS;

    assert_int_equal(reader_open(&reader, w.path), OK);
    for (size_t i = 0; i < SOURCES; i++) {
        const struct source *s = &sources[i];
        const struct origin *o = reader_origin(reader, s->name);
        double made = w.at[day + 1].made[s->bus] - w.at[day].made[s->bus];
        struct growth g;
        assert_non_null(o);
        assert_int_equal(energy_between(reader, o, "pv_energy", from, from + DAY_MS, &g), OK);
        worst[i] = fmax(worst[i], fabs(g.grown - made));
    }
    reader_close(reader);
}

static void tell_day(unsigned day)
{
    const struct midnight *m = &w.at[day], *before = &w.at[day - 1];

    print_message("%3u  %6ld kB  %3ld  %7.0f kB  %6.0f kB  %6.0f kB  %6.0f kB  %6.2f s  %.5f %%\n",
                  day, m->rss_kb, m->fds, m->store_kb, m->wal_kb,
                  m->written_kb - before->written_kb, m->to_disk_kb - before->to_disk_kb,
                  m->cpu_s - before->cpu_s, (m->cpu_s - before->cpu_s) / 864);
}

static void deliver_all(void)
{
    int64_t last = store_visible(w.store);

    assert_true(deliver_wait(&w.deliver, &(struct limit){.until_us = clock_us() + 1}));
    assert_true(pump_wait(w.counted, last, &(struct limit){.until_us = clock_us() + 1}));
}

static void live(void)
{
    measure(&w.at[0]);
    print_message(
        "day     memory  fds       store        WAL    written    to disk      CPU  of a core\n");
    for (unsigned day = 0; day < w.days; day++) {
        int64_t midnight = w.begin_ms + day * DAY_MS;
        for (int64_t tick = 0; tick < TICKS_A_DAY; tick++) {
            w.late_rounds += clock_wall_ms() > midnight + tick * EVERY_MS;
            clock_sleep_us((midnight + tick * EVERY_MS - clock_wall_ms()) * US_PER_MS);
            one_round();
            if (tick % 60 == 59)
                deliver_all();
        }
        clock_sleep_us((midnight + DAY_MS - clock_wall_ms()) * US_PER_MS);
        measure(&w.at[day + 1]);
        tell_day(day + 1);
        judge_day(midnight);
        judge_energy(day, w.worst);
    }
}

/* ---- what is said of it */

static double rss_at(const struct midnight *m)
{
    return (double)m->rss_kb;
}

static double store_at(const struct midnight *m)
{
    return m->store_kb;
}

/* The straight line nearest to all midnights from this one on: kB a day. */
static double slope_of(double (*kb)(const struct midnight *m), unsigned from)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;

    for (unsigned i = from; i <= w.days; i++) {
        n++;
        x += i;
        y += kb(&w.at[i]);
        xx += (double)i * i;
        xy += (double)i * kb(&w.at[i]);
    }
    return (n * xy - x * y) / (n * xx - x * x);
}

static void tell_and_judge_energy(void)
{
    double later[SOURCES] = {0};

    for (unsigned day = 0; day < w.days; day++)
        judge_energy(day, later);
    for (size_t i = 0; i < SOURCES; i++) {
        print_message("energy of %s: a day off by %.3f kWh at most; once more at the end %.3f\n",
                      sources[i].name, w.worst[i], later[i]);
        assert_true(w.worst[i] <= sources[i].most_off);
        assert_true(later[i] <= sources[i].most_off);
    }
}

static void nothing_grows(void **state)
{
    const struct midnight *first = &w.at[1], *last;
    struct store_counts counts;
    struct pump_state sink;
    double slope = 0, store_slope = 0;

    (void)state;
    live();
    deliver_all();
    last = &w.at[w.days];
    store_count(w.store, &counts);
    pump_state(w.counted, &sink);
    print_message(
        "%u days: said %llu, stored %llu, delivered %llu; rounds missing %llu, late %llu; "
        "thinned %llu, pruned %llu, lost to the cap %llu\n",
        w.days, (unsigned long long)w.said, (unsigned long long)w.stored,
        (unsigned long long)counted.taken, (unsigned long long)w.gaps,
        (unsigned long long)w.late_rounds, (unsigned long long)counts.thinned,
        (unsigned long long)counts.pruned, (unsigned long long)counts.lost_cap);
    if (w.days >= RSS_DAYS) {
        slope = slope_of(rss_at, 2);
        store_slope = slope_of(store_at, w.days / 2); /* what is thinned is in balance by then */
    }
    print_message("a day: memory %+.1f kB, store %+.0f kB, descriptors %+ld, %.1f MB written, %.4f "
                  "%% of a core\n",
                  slope, store_slope, (last->fds - first->fds) / (long)(w.days - 1),
                  (last->written_kb - w.at[0].written_kb) / 1024 / w.days,
                  (last->cpu_s - w.at[0].cpu_s) / w.days / 864);
    assert_true(w.said > w.days * TICKS_A_DAY * 5);
    assert_int_equal(w.stored, w.said);
    assert_int_equal(counted.taken, w.said);
    assert_int_equal(counted.disorder, 0);
    assert_int_equal(w.gaps, 0);
    assert_int_equal(w.late_rounds, 0);
    assert_int_equal(counts.lost_cap + counts.lost_waiting + counts.damaged, 0);
    assert_int_equal(sink.backlog, 0);
    assert_int_equal(last->fds, first->fds);
    for (unsigned i = 1; i <= w.days; i++)
        assert_true(w.at[i].store_kb < (double)CAP_MB * 1024.0 &&
                    w.at[i].wal_kb < (double)WAL_MOST_KB);
    if (w.days >= RSS_DAYS)
        assert_true(counts.thinned > 0 && counts.pruned > 0);
    if (!IS_SANITIZED && w.days >= RSS_DAYS)
        assert_true(slope < RSS_SLOPE_KB);
    tell_and_judge_energy();
}

static int begin(void **state)
{
    char file[128], holder[64];
    FILE *out;

    (void)state;
    log_set_level(LOG_LEVEL_ERR);
    w.days = getenv("HELIO_LONG") ? DAYS_MOST : DAYS_SHORT;
    snprintf(w.folder, sizeof w.folder, "/tmp/helio_soak_XXXXXX");
    assert_non_null(mkdtemp(w.folder));
    setenv("HELIO_RUN_DIR", w.folder, 1);
    snprintf(w.path, sizeof w.path, "%s/helio.db", w.folder);
    snprintf(file, sizeof file, "%s/a.ini", w.folder);
    out = fopen(file, "w");
    assert_non_null(out);
    fprintf(out, settings, w.folder, CAP_MB, w.folder, w.folder);
    assert_int_equal(fclose(out), 0);
    w.plan = plan_new();
    assert_non_null(w.plan);
    assert_int_equal(plan_load(w.plan, file), OK);
    w.begin_ms = day_start(FIRST_DAY);
    clock_take(w.begin_ms);
    assert_int_equal(store_open(&w.store, w.path, w.plan->store, holder, sizeof holder), OK);
    assert_int_equal(keeper_init(&w.keeper, w.plan, w.store), OK);
    assert_int_equal(house_build(&w.house, w.plan), OK);
    w.rounds = (struct rounds){.house = &w.house, .depth = WITH_SLOW};
    w.rounds.news = queue_new(sizeof(struct news), 64);
    assert_non_null(w.rounds.news);
    keeper_pace(&w.keeper, &w.rounds);
    deliver_init(&w.deliver, w.store, NULL);
    assert_int_equal(deliver_follow(&w.deliver, w.plan), OK);
    assert_int_equal(pump_start(&w.counted, w.store, &sink_counting, "counted",
                                w.plan->sinks[0].section, "home", NULL),
                     OK);
    return 0;
}

static int over(void **state)
{
    char command[160];

    (void)state;
    assert_int_equal(keeper_finish(&w.keeper), OK);
    pump_stop(w.counted, clock_us() + 1);
    deliver_stop(&w.deliver, clock_us() + 1);
    deliver_done(&w.deliver);
    house_raze(&w.house);
    keeper_done(&w.keeper);
    store_close(w.store);
    queue_free(w.rounds.news);
    plan_free(w.plan);
    clock_give_back();
    snprintf(command, sizeof command, "rm -rf '%s'", w.folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_grows)};

    return cmocka_run_group_tests(tests, begin, over);
}
