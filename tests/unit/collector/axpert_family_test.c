/* Relatives that answer the same questions in the same frames, and mean something else by them:
 * nothing of theirs is believed, and what they are is said. */
#include "tests/unit/collector/axpert_stage.h"

enum { ROUNDS = 12 }; /* ten seconds each */

/* Real answers of a PI16 unit: its status has as many words as PI30's. */
static const char PI16_STATUS[] =
    "224.6 000000 49.9 0006.8 232.4 01594 49.9 006.8 029 415.0 415.0 057.9 ---.- 100 00000 00000 "
    "----- 000.0 000.0 ---.- 035.0 D---110001";
static const char PI16_BY_NIGHT[] =
    "225.8 000024 49.9 0000.0 000.0 00000 00.0 000.0 000 405.4 405.4 048.8 ---.- 048 00163 00024 "
    "----- 342.6 ---.- ---.- 049.0 A---001010";

static void be_pi16(struct stage *s, const char *status)
{
    static const char *const said[][2] = {
        {"QPI", "PI16"},
        {"QID", "96131801100057"},
        {"QMOD", "B"},
        {"QPIRI", "230.0 50.0 013.0 230.0 013.0 18.0 048.0 1 10 0"},
        {"QGMN", "000"}};

    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        s->said[i].command = said[i][0];
        s->said[i].payload = said[i][1];
    }
    s->said[7].command = "QPIGS";
    s->said[7].payload = status;
    s->silent = "QFLAG QMN QPIWS QPIGS2 QSID QALL";
}

/* Two minutes, and not one number. */
static int stay_empty(struct stage *s, enum depth depth)
{
    struct reading r;
    int rc = OK;

    for (unsigned i = 0; i < ROUNDS; i++) {
        rc = stage_round(s, depth, &r);
        assert_int_not_equal(rc, OK);
        assert_int_equal(r.count, 0);
        assert_false(s->device->is_met);
    }
    return rc;
}

static void pi16_is_named_and_left(void **state)
{
    static const char *const statuses[] = {PI16_STATUS, PI16_BY_NIGHT};
    char came[CAME_ROOM];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct stage s;
        stage_begin(&s, "model=mks");
        be_pi16(&s, statuses[i]);
        assert_int_equal(stay_empty(&s, WITH_SLOW), ERR_PROTOCOL);
        assert_non_null(strstr(device_came(s.device, ERR_PROTOCOL, came), "PI16"));
        assert_int_equal(axpert_greet(s.device, &s.device->identity), ERR_PROTOCOL);
        stage_end(&s);
    }
}

/* Its QPI is lost every time, and somebody has said what kind it is. */
static void pi16_that_does_not_say_so(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, "model=mks");
    stage_set(&s, "kind=classic");
    be_pi16(&s, PI16_STATUS);
    s.silent = "QPI QFLAG QMN QPIWS QPIGS2 QSID QALL";
    (void)stay_empty(&s, WITH_SLOW);
    stage_end(&s);
}

static void a_caret_is_named(void **state)
{
    static const char *const asked[] = {"QPIRI", "QPI", "QID", "QPIGS", "QMOD"};
    struct stage s;
    char came[CAME_ROOM];

    (void)state;
    stage_begin(&s, "model=mks");
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        s.said[i].command = asked[i];
        s.said[i].payload = "^0";
    }
    assert_int_equal(stay_empty(&s, LIVE_ONLY), ERR_PROTOCOL);
    assert_non_null(strstr(device_came(s.device, ERR_PROTOCOL, came), "PI18"));
    stage_end(&s);
}

/* Silent to all that PI30 asks, it is found by its own question, and stays what it is. */
static void a_silent_relative_is_named(void **state)
{
    static const struct {
        const char *question, *says, *name;
    } rows[] = {{"^P005PI", "^D00518", "PI18"}, {"^P003PI", "^D00517", "PI17"}};
    struct stage s;
    struct reading r;
    char came[CAME_ROOM];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stage_begin(&s, "model=mks");
        s.silent = "QPI QPIRI QID QFLAG QGMN QMN QALL QSID QPIGS QMOD QPIWS QPIGS2";
        s.said[0].command = rows[i].question;
        s.said[0].payload = rows[i].says;
        for (unsigned round = 0; round < 60; round++) {
            assert_int_equal(stage_round(&s, LIVE_ONLY, &r), ERR_PROTOCOL);
            assert_int_equal(r.count, 0);
            assert_non_null(strstr(device_came(s.device, ERR_PROTOCOL, came), rows[i].name));
        }
        stage_end(&s);
    }
}

static void what_may_be_a_status(void **state)
{
    static const struct {
        const char *payload;
        bool may;
    } rows[] = {
        {"230.0 50.0 230.0 50.0 0161 0119 003 460 57.50 012 100 0069 0014 103.8 57.45 00000 "
         "00110110 00 00 00856 010",
         true},
        {"001.0 00.0 228.0 50.0 0000 0000 000 381 25.36 000 041 0572 0000 000.0 25.90 00001 "
         "10010000 00 04 00000 000",
         true},
        {"230.0 50.02 230.0 49.98 03749 03724 003 460 57.50 012 100 -005 12.4 103.8 57.45 00000 "
         "00110110",
         true},
        {"230.0 000050 230.0 50.0 0161 0119 003 460 57.50 012 100 0069 0014 103.8 57.45 00000 "
         "00110110",
         false},
        {"230.0 50.0 230.0 0006.8 0161 0119 003 460 57.50 012 100 0069 0014 103.8 57.45 00000 "
         "00110110",
         false},
        {"230.0 50.0 230.0 50.0 0161 0119 003 460 57.50 012 100 0069 0014 103.8 57.45 00000 "
         "D---1100",
         false},
        {"230.0 50.0 230.0 50.0 -161 0119 003 460 57.50 012 100 0069 0014 103.8 57.45 00000 "
         "00110110",
         false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (axpert_is_possible(QPIGS, rows[i].payload, strlen(rows[i].payload)) != rows[i].may)
            fail_msg("\"%s\"", rows[i].payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pi16_is_named_and_left), cmocka_unit_test(pi16_that_does_not_say_so),
        cmocka_unit_test(a_caret_is_named),       cmocka_unit_test(a_silent_relative_is_named),
        cmocka_unit_test(what_may_be_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
