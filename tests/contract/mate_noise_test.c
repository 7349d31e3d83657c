/*
 * A hub with three devices on a wire that is disturbed. A plain sum of bytes is weaker than a CRC:
 * two flipped bits of one place cancel when one was set and the other was not, and a register's
 * answer says neither which nor whose it is. So it is measured how much passes the sum, what of it
 * is believed although the driver hears twice what is far from the last time, and the yield.
 */
#include "collector/intake/gate.h"
#include "tests/contract/mate_stage.h"

#include <stdio.h>
#include <stdlib.h>

#define STREET "mate@sim:,at=12:00,time_scale=0,day=clear,seed=5"

enum { UNITS = 3 };
static const int64_t ROUND_US = 10000000;

static const char *const unit_names[UNITS] = {"mx1", "fx2", "dc3"};
static struct reading quiet[UNITS]; /* all that is said when nobody disturbs */
static unsigned live[UNITS];        /* how many numbers of it every round has */

struct tally {
    uint64_t rounds, complete;
    uint64_t wrong,
        published; /* readings with a number that was not said: decoded, after the gate */
    struct gate *gates[UNITS];
};

static int unit_of(const char *name)
{
    for (int i = 0; i < UNITS; i++)
        if (!strcmp(name, unit_names[i]))
            return i;
    fail_msg("nobody is called %s", name);
    return 0;
}

/* How many numbers of the reading are those of the quiet run; *is_wrong: another is among them.
 * Totals are in some of the readings only. */
static unsigned same_as_quiet(const struct reading *r, int unit, bool *is_wrong)
{
    unsigned same = 0;

    for (unsigned i = 0; i < r->count; i++) {
        double value = 0;
        enum metric m = (enum metric)r->fields[i].metric;
        if (!reading_get(&quiet[unit], m, &value) || value != r->fields[i].value)
            *is_wrong = true;
        else
            same++;
    }
    return same;
}

static void take(struct tally *t, struct reading *r, int unit, int rc)
{
    bool is_wrong = false, is_published = false;

    t->rounds++;
    (void)same_as_quiet(r, unit, &is_wrong);
    t->wrong += is_wrong;
    gate_pass(t->gates[unit], r, clock_us());
    unsigned same = same_as_quiet(r, unit, &is_published);
    t->published += is_published;
    t->complete += rc == OK && !is_published && same >= live[unit];
}

static void walk(struct stage *s, struct tally *t)
{
    struct reading r;

    if (device_round(s->hub, LIVE_ONLY, 0, &r))
        return;
    for (unsigned which = 0;; which++) {
        struct identity who = {.vendor = ""};
        if (s->hub->driver->others(s->hub, which, &r, &who))
            return;
        take(t, &r, unit_of(who.serial), who.result);
    }
}

/* Slow blocks have their turns in these rounds, too: everything is heard before it is compared. */
static int listen_in_quiet(void **state)
{
    struct stage s;
    struct reading r;

    (void)state;
    stage_begin(&s, STREET, NULL);
    for (unsigned round = 0; round < 60; round++) {
        assert_int_equal(device_round(s.hub, LIVE_ONLY, 0, &r), OK);
        for (unsigned i = 0; i < UNITS; i++) {
            struct identity who = {.vendor = ""};
            assert_int_equal(s.hub->driver->others(s.hub, i, &r, &who), OK);
            for (unsigned k = 0; k < r.count; k++)
                assert_true(
                    reading_put(&quiet[i], (enum metric)r.fields[k].metric, r.fields[k].value));
            live[i] = !live[i] || r.count < live[i] ? r.count : live[i];
        }
        clock_sleep_us(ROUND_US);
    }
    assert_int_equal(s.bus->counts.retried, 0);
    stage_end(&s);
    return 0;
}

/* Pages with flipped bits, one to five of them: how many pass as if nothing had happened? */
static void what_a_sum_lets_through(void **state)
{
    enum { PAGES = 300000, FLIPS_MOST = 5 };
    struct chance c = chance_seeded(9);
    uint8_t asked[ASK_MAX];
    unsigned passed[FLIPS_MOST + 1] = {0}, spoilt[FLIPS_MOST + 1] = {0};

    (void)state;
    mate_ask(asked, 3, MATE_STATUS, 0x0b, 0);
    for (unsigned n = 0; n < PAGES; n++) {
        struct answer good = {.length = 16, .bytes = {MATE_DC}}, bad;
        size_t skipped;
        unsigned flips = (unsigned)chance_between(&c, 1, FLIPS_MOST);
        for (unsigned i = 1; i < 14; i++)
            good.bytes[i] = (uint8_t)chance_between(&c, 0, 255);
        set_sum(&good);
        bad = good;
        for (unsigned i = 0; i < flips; i++)
            bad.bytes[chance_between(&c, 0, 15)] ^= (uint8_t)(1 << chance_between(&c, 0, 7));
        if (!memcmp(good.bytes, bad.bytes, 16))
            continue; /* twice the same bit */
        spoilt[flips]++;
        passed[flips] += mate_judge(asked, bad.bytes, 16, &skipped) == OK;
    }
    for (unsigned i = 1; i <= FLIPS_MOST; i++)
        print_message("%u flipped bits: %.3f %% pass the sum\n", i,
                      100.0 * passed[i] / (double)spoilt[i]);
    assert_int_equal(passed[1], 0);
    assert_true(passed[2] > 0); /* else there would be no need to doubt */
    assert_true(passed[2] < spoilt[2] / 12);
}

/* Of the disturbed answers so many may be believed, in thousandths, and a few by chance. */
static void suffer(const char *moods, double least_complete, unsigned most_wrong)
{
    struct stage s;
    struct tally t = {0};
    char words[200];
    uint64_t rounds = getenv("HELIO_LONG") ? 30000 : 3000;

    snprintf(words, sizeof words, STREET ",%s", moods);
    stage_begin(&s, words, NULL);
    for (unsigned i = 0; i < UNITS; i++)
        assert_non_null(t.gates[i] = gate_new(unit_names[i], 0));
    for (uint64_t round = 0; t.rounds < rounds && round < rounds; round++) {
        walk(&s, &t);
        clock_sleep_us(ROUND_US);
    }
    const struct bus_counts *c = &s.bus->counts;
    uint64_t spoilt = c->failed[error_index(ERR_CRC)] + c->failed[error_index(ERR_GARBAGE)];
    print_message("%-22s %5llu unit-rounds, %.2f %% complete, %llu wrong, %llu of them published; "
                  "%llu exchanges, %llu retried, %llu failed the sum\n",
                  moods, (unsigned long long)t.rounds,
                  100.0 * (double)t.complete / (double)t.rounds, (unsigned long long)t.wrong,
                  (unsigned long long)t.published, (unsigned long long)c->asked,
                  (unsigned long long)c->retried, (unsigned long long)spoilt);
    for (unsigned i = 0; i < UNITS; i++)
        gate_free(t.gates[i]);
    stage_end(&s);
    assert_in_range(t.rounds, rounds * 9 / 10, rounds + UNITS);
    assert_true((double)t.complete >= least_complete * (double)t.rounds);
    assert_in_range(t.wrong, 0, spoilt * most_wrong / 1000 + (most_wrong ? 3 : 0));
    assert_true(t.published <= t.wrong);
}

static void every_mood(void **state)
{
    static const struct {
        const char *moods;
        double complete;
        unsigned wrong;
    } rows[] = {
        {"late=0.05", 0.99, 0},         {"garbled=0.1", 0.99, 3}, {"silent=0.1", 0.99, 0},
        {"cut=0.1", 0.99, 0},           {"collide=0.1", 0.99, 3}, {"pause=100", 0.99, 0},
        {"cut=0.1,late=0.05", 0.99, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        suffer(rows[i].moods, rows[i].complete, rows[i].wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_a_sum_lets_through),
                                       cmocka_unit_test(every_mood)};
    return cmocka_run_group_tests(tests, listen_in_quiet, NULL);
}
