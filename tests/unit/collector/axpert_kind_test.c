/* Which kind of Axpert is it, and what do its words mean then? */
#include "tests/unit/collector/axpert_stage.h"

#include "drivers/axpert/twin.h"

#include <math.h>

#define RATINGS(charger, machine, mode, rest)                                                      \
    "230.0 21.7 230.0 50.0 21.7 5000 4000 48.0 46.0 42.0 56.4 54.0 0 10 010 1 0 " charger          \
    " 6 " machine " 0 " mode " 54.0 0 1" rest
#define RATINGS_21                                                                                 \
    "230.0 21.7 230.0 50.0 21.7 5000 4000 48.0 46.0 42.0 56.4 54.0 0 10 010 1 0 0 6 01 0"

static void each_is_known_by_what_it_says(void **state)
{
    static const struct {
        const char *options, *asked, *said;
        unsigned kind;
        const char *set;
    } rows[] = {
        {"model=mks", NULL, NULL, KIND_CLASSIC, NULL},
        {"model=old", NULL, NULL, KIND_CLASSIC, NULL},
        {"model=parallel", NULL, NULL, KIND_CLASSIC, NULL},
        {"model=plus", NULL, NULL, KIND_PLUS, NULL},
        {"model=max", NULL, NULL, KIND_MAX, NULL},
        {"model=max,battery=24", NULL, NULL, KIND_MAX24, NULL},
        {"model=pi41", NULL, NULL, KIND_PI41, NULL},
        {"model=mks", "QGMN", "045", KIND_LV6548, NULL},
        {"model=max", "QGMN", "045", KIND_LV6548, NULL},
        {"model=mks", "QMN", "PIP-GK5048", KIND_GK, NULL},
        {"model=mks", "QPIRI", RATINGS("0", "11", "0", ""), KIND_PLUS, NULL},
        {"model=mks", "QPIRI", RATINGS("0", "20", "0", ""), KIND_PLUS, NULL},
        {"model=mks", "QPIRI", RATINGS("0", "01", "0", " 000 0 120"), KIND_MAX, NULL},
        {"model=mks", "QFLAG", "EakxyDbdjuvz", KIND_MAX, NULL},
        {"model=mks", "QPIRI", RATINGS_21, KIND_CLASSIC, NULL}, /* QALL is refused */
        {"model=mks", NULL, NULL, KIND_GK, "kind=gk"},
        {"model=max", NULL, NULL, KIND_CLASSIC, "kind=classic"},
        {"model=mks", NULL, NULL, KIND_MAX24, "kind=max24"},
        {"model=mks", NULL, NULL, KIND_REVO, "kind=revo"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage s;
        struct reading r;
        stage_begin(&s, rows[i].options);
        if (rows[i].set)
            stage_set(&s, rows[i].set);
        s.said[0].command = rows[i].asked;
        s.said[0].payload = rows[i].said;
        assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
        if (s.device->how.kind != rows[i].kind || !s.device->is_met)
            fail_msg("%s, %s: kind %x, not %x", rows[i].options,
                     rows[i].said ? rows[i].said : "as it is", s.device->how.kind, rows[i].kind);
        stage_end(&s);
    }
}

static void an_older_relative(void **state)
{
    struct stage s;
    struct reading r;
    double watts = 0;

    (void)state;
    stage_begin(&s, "model=old");
    s.said[0].command = "QPIRI";
    s.said[0].payload = RATINGS_21;
    s.said[1].command = "QALL";
    s.said[1].payload = "230 50 230 50 10 20 30";
    s.said[2].command = "QPIGS"; /* its word 12 is watts, 15 what was made today */
    s.said[2].payload = "230.0 50.0 230.0 50.0 0161 0119 003 460 57.50 012 100 0069 0804 103.8 "
                        "57.45 01234 00110110";
    assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
    assert_int_equal(s.device->how.kind, KIND_REVO);
    assert_true(reading_get(&r, M_PV_POWER, &watts));
    assert_int_equal(watts, 804);
    assert_true(reading_get(&r, M_PV_ENERGY_TODAY, &watts));
    assert_in_range((int64_t)(watts * 1000 + 0.5), 1234, 1234);
    assert_false(reading_has(&r, M_BATTERY_DISCHARGE_CURRENT));
    assert_false(reading_has(&r, M_OUTPUT_APPARENT_POWER));
    stage_end(&s);
}

/* The same words, of two kinds. */
static void words_mean_what_the_kind_means(void **state)
{
    static const struct {
        const char *kind, *ratings;
        enum metric metric;
        int means;
    } rows[] = {
        {"classic", RATINGS("0", "01", "0", ""), M_CHARGER_PRIORITY, CHARGER_PRIORITY_UTILITY},
        {"lv6548", RATINGS("0", "01", "0", ""), M_CHARGER_PRIORITY, CHARGER_PRIORITY_SOLAR},
        {"max", RATINGS("2", "01", "0", ""), M_CHARGER_PRIORITY, CHARGER_PRIORITY_SOLAR_UTILITY},
        {"lv6548", RATINGS("2", "01", "0", ""), M_CHARGER_PRIORITY, CHARGER_PRIORITY_SOLAR_ONLY},
        {"classic", RATINGS("0", "01", "0", ""), M_OUTPUT_MODE, OUTPUT_MODE_SINGLE},
        {"max", RATINGS("0", "01", "6", ""), M_OUTPUT_MODE, OUTPUT_MODE_PHASE_2_OF_2_120},
        {"pi41", RATINGS("0", "01", "6", ""), M_OUTPUT_MODE, OUTPUT_MODE_PARALLEL_180},
        {"pi41", RATINGS("0", "01", "5", ""), M_OUTPUT_MODE, OUTPUT_MODE_PARALLEL_120},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage s;
        struct reading r = {0};
        char options[60];
        double value = -1;
        snprintf(options, sizeof options, "kind=%s", rows[i].kind);
        stage_begin(&s, "model=mks");
        stage_set(&s, options);
        s.said[0].command = "QPIRI";
        s.said[0].payload = rows[i].ratings;
        assert_int_equal(device_block(s.device, axpert_block(QPIRI), device_collect, &r), OK);
        if (!reading_get(&r, rows[i].metric, &value) || (int)value != rows[i].means)
            fail_msg("%s: %s is %g", rows[i].kind, catalogue[rows[i].metric].name, value);
        stage_end(&s);
    }
}

/* "-": not made for parallel use. Nothing is put in its place. */
static void a_dash_is_absent(void **state)
{
    struct stage s;
    struct reading r = {0};

    (void)state;
    stage_begin(&s, "model=mks");
    s.said[0].command = "QPIRI";
    s.said[0].payload =
        "230.0 21.7 230.0 50.0 21.7 5000 4000 48.0 46.0 42.0 56.4 54.0 0 10 010 1 0 0 - 01 0";
    assert_int_equal(device_block(s.device, axpert_block(QPIRI), device_collect, &r), OK);
    assert_false(reading_has(&r, M_PARALLEL_UNITS_MAX));
    assert_true(reading_has(&r, M_MACHINE_TYPE));
    assert_false(reading_has(&r, M_OUTPUT_MODE));
    stage_end(&s);
}

/* What could not be heard does not decide who it is. */
static void noise_makes_nobody_classic(void **state)
{
    struct stage s;
    struct reading r;

    (void)state;
    stage_begin(&s, "model=max");
    s.silent = "QPIRI";
    assert_int_not_equal(stage_round(&s, LIVE_ONLY, &r), OK);
    assert_int_equal(r.count, 0);
    assert_false(s.device->is_met);
    s.silent = NULL;
    for (unsigned i = 0; i < 12 && !s.device->is_met; i++)
        (void)stage_round(&s, LIVE_ONLY, &r);
    assert_int_equal(s.device->how.kind, KIND_MAX);
    stage_end(&s);
}

/* Met again after a silence, on a bad day: it is who it was. */
static void the_same_unit_is_of_the_same_kind(void **state)
{
    struct stage s;
    struct reading r;

    (void)state;
    stage_begin(&s, "model=max");
    assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
    assert_int_equal(s.device->how.kind, KIND_MAX);
    s.silent = "*";
    for (unsigned i = 0; i < 3; i++)
        (void)stage_round(&s, LIVE_ONLY, &r);
    assert_false(s.device->is_met);
    s.silent = "QPIRI QFLAG";
    for (unsigned i = 0; i < 60 && !s.device->is_met; i++)
        (void)stage_round(&s, LIVE_ONLY, &r);
    assert_true(s.device->is_met); /* not waited for, for ever */
    assert_int_equal(s.device->how.kind, KIND_MAX);
    stage_end(&s);
    stage_begin(&s, "model=max"); /* another one was put in its place */
    assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
    s.silent = "*";
    for (unsigned i = 0; i < 3; i++)
        (void)stage_round(&s, LIVE_ONLY, &r);
    s.silent = "QPIRI QFLAG QMN QGMN";
    s.said[0].command = "QID";
    s.said[0].payload = "92932004109999";
    for (unsigned i = 0; i < 60 && !s.device->is_met; i++)
        (void)stage_round(&s, LIVE_ONLY, &r);
    assert_int_equal(s.device->how.kind, KIND_CLASSIC);
    stage_end(&s);
}

/* ---- twins say what they are -------------------------------------------------------------- */

/* Half of the last digit that this model's sample has where the metric stands. */
static double last_digit(const struct stage *s, enum metric m)
{
    double coarsest = 0;

    for (const struct row *row = axpert_rows; row->native; row++) {
        const struct block *b = axpert_block((enum axpert_block)row->in);
        const char *sample = axpert_twin_sample(s->twin, b);
        struct word_list w;
        if (row->metric != m || (row->kinds && !(row->kinds & s->device->how.kind)) || !sample ||
            b->refresh != EVERY_ROUND ||
            (row->form != WORD && row->form != WORD_POINTED && row->form != WORD_PLAIN))
            continue;
        assert_int_equal(words_cut(&w, sample, strlen(sample)), OK);
        if (row->at >= w.count)
            continue;
        const char *point = strchr(w.at[row->at], '.');
        double digit = pow(10, point ? -(double)strlen(point + 1) : 0);
        digit /= row->scale > 0 ? row->scale : 1;
        coarsest = digit > coarsest ? digit : coarsest;
    }
    return 0.501 * coarsest;
}

static void a_round_is_the_twins_state(void **state)
{
    static const char *const models[] = {"mks", "old", "plus", "max", "pi41", "parallel"};

    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct stage s;
        struct reading r;
        char options[40];
        unsigned same = 0;
        snprintf(options, sizeof options, "model=%s", models[i]);
        stage_begin(&s, options);
        assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
        for (unsigned k = 0; k < r.count; k++) {
            enum metric m = (enum metric)r.fields[k].metric;
            double is = 0, off;
            if (!reading_get(&s.twin->state, m, &is))
                continue; /* follows from others */
            /* of two strings, or reckoned from whole amperes; old ones do not say float */
            if (m == M_PV_POWER || m == M_CHARGE_STAGE)
                continue;
            off = r.fields[k].value - is;
            if (off < 0 ? -off > last_digit(&s, m) : off > last_digit(&s, m))
                fail_msg("%s: %s is %g, not %g", models[i], catalogue[m].name, r.fields[k].value,
                         is);
            same++;
        }
        print_message("%-8s %u numbers, %u of the twin's own\n", models[i], r.count, same);
        assert_true(same >= 18);
        assert_int_equal(s.device->withheld, 0);
        assert_int_equal(s.bus->counts.retried, 0);
        stage_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_known_by_what_it_says),
        cmocka_unit_test(an_older_relative),
        cmocka_unit_test(words_mean_what_the_kind_means),
        cmocka_unit_test(a_dash_is_absent),
        cmocka_unit_test(noise_makes_nobody_classic),
        cmocka_unit_test(the_same_unit_is_of_the_same_kind),
        cmocka_unit_test(a_round_is_the_twins_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
