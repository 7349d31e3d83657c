/* What became of an order to an Axpert: done, refused, ignored, lost on the way. */
#include "tests/unit/collector/axpert_stage.h"

#include "collector/run/telling.h"

#include <stdlib.h>

enum { ORDERS = 4 };

static int tell(struct stage *s, const char *words, struct told *told)
{
    struct order orders[ORDERS];
    char copy[200], *each[ORDERS];
    int count = 0;

    snprintf(copy, sizeof copy, "%s", words);
    for (char *rest = copy, *word; (word = strsep(&rest, " ")) != NULL;)
        each[count++] = word;
    told->why[0] = '\0';
    assert_int_equal(orders_read(s->device->driver, each, count, orders, told), OK);
    return s->device->driver->tell(s->device, orders, (size_t)count, told);
}

/* What was sent beside questions, in its order: "PCVV55.0 PBFT53.0". */
static const char *orders_heard(const struct stage *s)
{
    static char heard[400];
    struct text text = text_on(heard, sizeof heard);

    text_format(&text, "%s", "");
    for (unsigned i = 0; i < s->asked && i < 64; i++)
        if (s->heard[i][0] != 'Q')
            text_format(&text, "%s%s", text.used ? " " : "", s->heard[i]);
    return heard;
}

static double setting(struct stage *s, enum metric m)
{
    struct reading r = {0};
    double value = -1;

    assert_int_equal(device_block(s->device, axpert_block(QPIRI), device_collect, &r), OK);
    (void)reading_get(&r, m, &value);
    return value;
}

static void said_yes_and_did_nothing(void **state)
{
    struct stage s;
    struct told told = {0};

    (void)state;
    stage_begin(&s, "model=mks");
    s.yes_only = "PBFT53.0";
    assert_int_equal(tell(&s, "float_voltage=53", &told), ERR_IGNORED);
    assert_non_null(strstr(told.why, "still shows 54"));
    assert_string_equal(orders_heard(&s), "PBFT53.0");
    stage_end(&s);
}

/* A lost answer does not mean that nothing was done: it is read back, never sent again. */
static void a_lost_yes(void **state)
{
    struct stage s;
    struct told told = {0};

    (void)state;
    stage_begin(&s, "model=mks");
    s.swallow = "PBFT53.0";
    assert_int_equal(tell(&s, "float_voltage=53", &told), OK);
    assert_non_null(strstr(told.why, "read back"));
    assert_string_equal(orders_heard(&s), "PBFT53.0");
    stage_end(&s);

    stage_begin(&s, "model=mks"); /* the order itself was lost */
    s.silent = "PBFT53.0";
    assert_int_equal(tell(&s, "float_voltage=53", &told), ERR_TIMEOUT);
    assert_non_null(strstr(told.why, "still shows 54"));
    assert_string_equal(orders_heard(&s), "PBFT53.0");
    stage_end(&s);

    stage_begin(&s, "model=mks"); /* cannot be read back */
    s.silent = "PBEQA1";
    assert_int_equal(tell(&s, "equalize_control=1", &told), ERR_TIMEOUT);
    assert_non_null(strstr(told.why, "look at the unit"));
    assert_string_equal(orders_heard(&s), "PBEQA1");
    stage_end(&s);
}

static void a_refused_order(void **state)
{
    struct stage s;
    struct told told = {0};

    (void)state;
    stage_begin(&s, "model=mks");
    s.refused = "PBFT53.0";
    assert_int_equal(tell(&s, "float_voltage=53 output_priority=1", &told), ERR_REFUSED);
    assert_non_null(strstr(told.why, "refused"));
    assert_string_equal(orders_heard(&s), "PBFT53.0"); /* the rest is not sent after a no */
    stage_end(&s);
}

/* A no that was meant for a question, and came when the order was on its way: the order was carried
 * out, and only its answer was lost. */
static void a_late_no_is_not_the_orders(void **state)
{
    (void)state;
    for (int64_t late_us = 100000; late_us < 1000000; late_us += 20000) {
        struct stage s;
        struct reading r;
        struct told told = {0};
        stage_begin(&s, "model=mks");
        for (unsigned i = 0; i < 5; i++) /* it is known to answer quickly */
            assert_int_equal(stage_round(&s, LIVE_ONLY, &r), OK);
        s.asked = 0;
        s.refused = s.late = "QMCHGCR";
        s.late_us = late_us;
        s.swallow = "MCHGC030";
        int rc = tell(&s, "charge_current_limit=30", &told);
        assert_true(stage_heard(&s, "QMCHGCR") > 0);
        if (rc || strcmp(orders_heard(&s), "MCHGC030") != 0)
            fail_msg("%lld ms late: %s (%s)", (long long)late_us / 1000, error_word(rc), told.why);
        stage_end(&s);
    }
}

static void nothing_is_sent_unseen(void **state)
{
    struct stage s;
    struct told told = {0};

    (void)state;
    stage_begin(&s, "model=mks");
    s.silent = "QPIRI";
    assert_int_not_equal(tell(&s, "float_voltage=53", &told), OK);
    assert_string_equal(orders_heard(&s), "");
    stage_end(&s);
    stage_begin(&s, "model=mks"); /* a battery nobody has ranges for */
    s.said[0].command = "QPIRI";
    s.said[0].payload =
        "230.0 21.7 230.0 50.0 21.7 5000 4000 00.0 46.0 42.0 56.4 54.0 0 10 010 1 0 "
        "0 6 01 0 0 54.0 0 1";
    assert_int_equal(tell(&s, "float_voltage=53", &told), ERR_DATA);
    assert_string_equal(orders_heard(&s), "");
    stage_end(&s);
}

/* At no moment may float be above bulk: the unit would refuse it, or worse, not. */
static void bulk_and_float_go_in_the_right_order(void **state)
{
    static const struct {
        const char *words, *sent;
    } rows[] = {
        {"float_voltage=57 absorb_voltage=58", "PCVV58.0 PBFT57.0"},
        {"absorb_voltage=58 float_voltage=57", "PCVV58.0 PBFT57.0"},
        {"absorb_voltage=53 float_voltage=52", "PBFT52.0 PCVV53.0"},
        {"float_voltage=52 absorb_voltage=53", "PBFT52.0 PCVV53.0"},
        {"absorb_voltage=58 output_priority=2 float_voltage=52", "PCVV58.0 POP02 PBFT52.0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage s;
        struct told told = {0};
        stage_begin(&s, "model=mks");
        int rc = tell(&s, rows[i].words, &told);
        if (rc || strcmp(orders_heard(&s), rows[i].sent) != 0)
            fail_msg("%s: %s (%s): %s", rows[i].words, error_word(rc), told.why, orders_heard(&s));
        stage_end(&s);
    }
}

/* The same words at 12, 24 and 48 V. */
static void each_battery_has_its_ranges(void **state)
{
    static const struct {
        const char *options, *words, *sent;
    } rows[] = {
        {"battery=12", "float_voltage=13.5", "PBFT13.5"},
        {"battery=24", "float_voltage=27.1", "PBFT27.1"},
        {"battery=48", "float_voltage=54.2", "PBFT54.2"},
        {"battery=12", "recharge_voltage=11.3", "PBCV11.3"},
        {"battery=12", "recharge_voltage=12.8", "PBCV12.8"},
        {"battery=24", "recharge_voltage=22.5", "PBCV22.5"},
        {"battery=24", "recharge_voltage=25.5", "PBCV25.5"},
        {"battery=48", "recharge_voltage=51", "PBCV51.0"},
        {"battery=12", "redischarge_voltage=14.3", "PBDV14.3"},
        {"battery=24", "redischarge_voltage=28.5", "PBDV28.5"},
        {"battery=48", "redischarge_voltage=0", "PBDV00.0"},
        {"battery=12", "low_voltage_disconnect=10.2", "PSDV10.2"},
        {"battery=24", "absorb_voltage=29.2", "PCVV29.2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage s;
        struct told told = {0};
        char options[40];
        snprintf(options, sizeof options, "model=mks,%s", rows[i].options);
        stage_begin(&s, options);
        int rc = tell(&s, rows[i].words, &told);
        if (rc || strcmp(orders_heard(&s), rows[i].sent) != 0)
            fail_msg("%s, %s: %s (%s): %s", rows[i].options, rows[i].words, error_word(rc),
                     told.why, orders_heard(&s));
        stage_end(&s);
    }
}

static void what_is_told_is_kept(void **state)
{
    struct stage s;
    struct told told = {0};

    (void)state;
    stage_begin(&s, "model=mks");
    assert_int_equal(tell(&s, "float_voltage=53.2 recharge_voltage=45", &told), OK);
    assert_in_range((int64_t)(setting(&s, M_FLOAT_VOLTAGE) * 10 + 0.5), 532, 532);
    assert_in_range((int64_t)(setting(&s, M_RECHARGE_VOLTAGE) * 10 + 0.5), 450, 450);
    assert_int_equal(tell(&s, "output_priority=2", &told), OK);
    assert_int_equal((int)setting(&s, M_OUTPUT_PRIORITY), OUTPUT_PRIORITY_SBU);
    assert_in_range((int64_t)(setting(&s, M_FLOAT_VOLTAGE) * 10 + 0.5), 532, 532);
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(said_yes_and_did_nothing),
        cmocka_unit_test(a_lost_yes),
        cmocka_unit_test(a_refused_order),
        cmocka_unit_test(a_late_no_is_not_the_orders),
        cmocka_unit_test(nothing_is_sent_unseen),
        cmocka_unit_test(bulk_and_float_go_in_the_right_order),
        cmocka_unit_test(each_battery_has_its_ranges),
        cmocka_unit_test(what_is_told_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
