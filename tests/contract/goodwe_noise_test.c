/*
 * Three GoodWe on one bad wire, thousands of rounds of every mood: no wrong number, none under
 * another's name, and never a packet that could change something (the tap looks at each).
 */
#include "tests/contract/goodwe_stage.h"

static void say(const char *moods, double lost, const struct tally *t, const struct stage *s)
{
    print_message("%-34s lost=%-4g %6llu rounds, %7.3f %% answered, %llu wrong, %llu a little off, "
                  "%llu under another's name, %llu packets, at most %.1f s\n",
                  moods, lost, (unsigned long long)t->rounds,
                  100.0 * (double)t->answered / (double)t->rounds, (unsigned long long)t->wrong,
                  (unsigned long long)t->off, (unsigned long long)t->misattributed,
                  (unsigned long long)s->packets, (double)t->longest_us / 1e6);
}

/* Of answers with fallen bits, one in twenty has the sum it should: two fell in opposite directions
 * at the same place of two bytes. Only where they change little is that not seen. */
static uint64_t off_by_theory(const struct stage *s)
{
    return s->bus->counts.failed[error_index(ERR_CRC)] / 20 / 4;
}

static void suffer(const char *moods, double lost, double least, bool is_exact, uint64_t rounds)
{
    struct stage s;
    struct tally t = {0};
    char words[120];

    snprintf(words, sizeof words, "seed=7,%s", moods);
    stage_begin(&s, 3, "123", "", words);
    s.lost = lost;
    while (t.rounds < rounds)
        (void)all_round(&s, 10 * S_US, &t); /* counted */
    say(moods, lost, &t, &s);
    assert_int_equal(t.wrong + t.misattributed, 0);
    assert_in_range(t.off, 0, is_exact ? 0 : off_by_theory(&s));
    assert_true((double)t.answered >= least * (double)t.rounds);
    assert_int_equal(((struct goodwe_wire *)s.house.devices[0].wire)->told, 0);
    stage_end(&s);
}

static void every_mood(void **state)
{
    static const struct {
        const char *moods;
        double lost, least;
        bool is_exact;
    } rows[] = {
        {"late=0.1", 0, 0.99, true},
        {"silent=0.2", 0, 0.99, true},
        {"cut=0.2", 0, 0.99, true},
        {"pause=250", 0, 0.99, true},
        {"junk=0.5", 0, 0.99, true},
        {"refuse=0.2", 0, 0.99, true},
        {"restart=0.02", 0, 0.95, true},
        {"restart=0.1", 0, 0.6, true},
        {"late=0", 0.2, 0.99, true},
        {"garbled=0.2", 0, 0.99, false},
        {"collide=0.2", 0, 0.99, false},
        {"restart=0.02,silent=0.1,junk=0.3", 0.1, 0.9, true},
        {"restart=0.02,collide=0.1,late=0.05", 0.05, 0.9, false},
    };
    uint64_t rounds = getenv("HELIO_LONG") ? 60000 : 3000;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        suffer(rows[i].moods, rows[i].lost, rows[i].least, rows[i].is_exact, rounds);
}

/* With `echo = yes` it is dropped, without it is passed over; both find a unit that forgot. */
static void an_adapter_that_echoes(void **state)
{
    (void)state;
    for (int is_said = 0; is_said < 2; is_said++) {
        struct stage s;
        struct tally t = {0};
        stage_begin(&s, 2, "12", is_said ? "echo = yes\n" : "", "");
        s.echoes = true;
        for (int i = 0; i < 20; i++) {
            assert_true(all_round(&s, 10 * S_US, &t));
            goodwe_twin_restart(&s.cast.twins[i % 2]);
        }
        assert_int_equal(t.wrong + t.misattributed, 0);
        stage_end(&s);
    }
}

/* Echoes on top of all that. */
static void with_echo(void **state)
{
    static const char *const moods[] = {"silent=0.1,restart=0.02", "late=0.1,cut=0.1"};

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct stage s;
        struct tally t = {0};
        stage_begin(&s, 3, "123", i % 2 ? "echo = yes\n" : "", moods[i / 2]);
        s.echoes = true;
        while (t.rounds < 3000)
            (void)all_round(&s, 10 * S_US, &t); /* counted */
        say(moods[i / 2], 0, &t, &s);
        assert_int_equal(t.wrong + t.misattributed, 0);
        assert_true((double)t.answered >= 0.9 * (double)t.rounds);
        stage_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mood),
        cmocka_unit_test(an_adapter_that_echoes),
        cmocka_unit_test(with_echo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
