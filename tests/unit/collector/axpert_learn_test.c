/* What a unit does not know is learned, and what it only would not say is not forgotten. */
#include "tests/unit/collector/axpert_stage.h"

static const int64_t HOUR_US = INT64_C(3600000000);

static unsigned rounds(struct stage *s, unsigned count, enum depth depth)
{
    struct reading r;
    unsigned complete = 0;

    while (count--)
        complete += stage_round(s, depth, &r) == OK;
    return complete;
}

/* Questions about this in one round from now. */
static unsigned asked_about(struct stage *s, const char *command)
{
    s->asked = 0;
    (void)rounds(s, 1, LIVE_ONLY);
    return stage_heard(s, command);
}

static void refused_twice_is_enough(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, "model=mks"); /* has one string only */
    assert_int_equal(asked_about(&s, "QPIGS2"), 1);
    assert_int_equal(asked_about(&s, "QPIGS2"), 1);
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(asked_about(&s, "QPIGS2"), 0);
    assert_true(stage_knowledge(&s, QPIGS2)->again_us > clock_us());
    assert_true(device_lacking(s.device) & UINT64_C(1) << (axpert_block(QPIGS2) - axpert_blocks));
    clock_sleep_us(23 * HOUR_US);
    assert_int_equal(asked_about(&s, "QPIGS2"), 0);
    clock_sleep_us(HOUR_US); /* the firmware may be another now */
    s.said[0].command = "QPIGS2";
    s.said[0].payload = "03.1 327.3 01026 ";
    assert_int_equal(asked_about(&s, "QPIGS2"), 1);
    assert_true(stage_knowledge(&s, QPIGS2)->is_known);
    assert_int_equal(asked_about(&s, "QPIGS2"), 1);
    stage_end(&s);
}

static void silence_is_learned_later(void **state)
{
    struct stage s;
    unsigned heard = 0, in_rounds = 0;

    (void)state;
    stage_begin(&s, "model=mks");
    s.silent = "QPIGS2";
    for (unsigned i = 0; i < 30; i++) {
        unsigned now = asked_about(&s, "QPIGS2");
        heard += now;
        in_rounds += now > 0;
        assert_int_equal(s.device->state, ONLINE);
    }
    assert_int_equal(in_rounds, 3);
    assert_int_equal(heard, 6); /* each time once more: it may have been a collision */
    clock_sleep_us(24 * HOUR_US);
    assert_int_equal(asked_about(&s, "QPIGS2"), 2);
    stage_end(&s);
}

static void what_is_known_is_not_forgotten(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, "model=max");
    assert_int_equal(rounds(&s, 2, LIVE_ONLY), 2);
    s.refused = "QPIGS2 QMOD";
    for (unsigned i = 0; i < 50; i++) {
        assert_int_equal(asked_about(&s, "QPIGS2"), 2); /* one no may be a slip */
        assert_int_equal(stage_heard(&s, "QMOD"), 2);
    }
    s.refused = NULL;
    assert_int_equal(rounds(&s, 5, LIVE_ONLY), 5);
    s.silent = "QPIWS";
    for (unsigned i = 0; i < 20; i++)
        assert_true(asked_about(&s, "QPIWS") >= 1);
    s.silent = NULL;
    assert_int_equal(rounds(&s, 5, LIVE_ONLY), 5);
    stage_end(&s);
}

/* Every metric of this unit, after each slow block had its turn. */
static unsigned metrics_of(struct stage *s)
{
    static bool has[METRIC_COUNT];
    struct reading r;
    unsigned count = 0;

    memset(has, 0, sizeof has);
    for (unsigned i = 0; i < 2 * AXPERT_BLOCKS; i++) {
        assert_int_equal(stage_round(s, WITH_SLOW, &r), OK);
        for (unsigned k = 0; k < r.count; k++)
            has[r.fields[k].metric] = true;
    }
    for (unsigned m = 0; m < METRIC_COUNT; m++)
        count += has[m];
    return count;
}

static void a_storm_of_refusals(void **state)
{
    struct stage s;
    unsigned before, after, lacking;
    uint64_t lacks;

    (void)state;
    stage_begin(&s, "model=max"); /* refuses everything from the first moment */
    s.refused = "*";
    assert_int_equal(rounds(&s, 60, WITH_SLOW), 0);
    assert_int_equal(device_lacking(s.device), 0);
    assert_int_equal(s.device->is_met, false);
    s.refused = NULL;
    before = metrics_of(&s);
    lacks = device_lacking(s.device);
    lacking = (unsigned)__builtin_popcountll(lacks);
    s.refused = "*"; /* and again, when it is known well */
    assert_int_equal(rounds(&s, 60, WITH_SLOW), 0);
    assert_true(device_lacking(s.device) == lacks);
    s.refused = NULL;
    after = metrics_of(&s);
    print_message("ten minutes of refusals: %u metrics before, %u after; %u questions it does not "
                  "know\n",
                  before, after, lacking);
    assert_true(before > 60);
    assert_int_equal(before, after);
    stage_end(&s);
}

/* Said yes to everything for days, then nothing any more, for ever: some lock up like that. */
static void a_unit_that_locked_up(void **state)
{
    struct stage s;
    struct reading r;
    int64_t begun, silent_since;

    (void)state;
    stage_begin(&s, "model=mks");
    assert_int_equal(rounds(&s, 60, WITH_SLOW), 60);
    s.silent = "*";
    (void)rounds(&s, 1, LIVE_ONLY);
    s.asked = 0;
    for (begun = clock_us(); clock_us() - begun < HOUR_US;) {
        assert_int_not_equal(stage_round(&s, LIVE_ONLY, &r), OK);
        assert_int_equal(r.count, 0);
    }
    print_message("locked up: %u questions in an hour\n", s.asked);
    assert_in_range(s.asked, 30, 69);
    assert_int_equal(s.device->state, SILENT);
    s.silent = NULL;
    silent_since = clock_us();
    while (stage_round(&s, LIVE_ONLY, &r))
        assert_true(clock_us() - silent_since < 80000000);
    assert_true(r.count > 20);
    stage_end(&s);
}

/* Switched off and on in the middle of an answer: the rest never comes. */
static void a_reboot_in_mid_answer(void **state)
{
    struct stage s;
    struct reading r;

    (void)state;
    stage_begin(&s, "model=mks");
    assert_int_equal(rounds(&s, 3, LIVE_ONLY), 3);
    s.house.casts[0]->moods.cut = 1;
    assert_int_not_equal(stage_round(&s, LIVE_ONLY, &r), OK);
    assert_int_equal(r.count, 0);
    s.house.casts[0]->moods.cut = 0;
    s.silent = "*";
    assert_int_not_equal(stage_round(&s, LIVE_ONLY, &r), OK);
    s.silent = NULL;
    for (unsigned i = 0; i < 3 && stage_round(&s, LIVE_ONLY, &r); i++)
        ;
    assert_true(r.count > 20);
    assert_int_equal(s.device->how.kind, KIND_CLASSIC);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_twice_is_enough),
        cmocka_unit_test(silence_is_learned_later),
        cmocka_unit_test(what_is_known_is_not_forgotten),
        cmocka_unit_test(a_storm_of_refusals),
        cmocka_unit_test(a_unit_that_locked_up),
        cmocka_unit_test(a_reboot_in_mid_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
