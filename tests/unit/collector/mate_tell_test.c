/* What devices on MATEnet are told: each row on the wire once, and what is not sent. */
#include "tests/unit/collector/mate_case.h"
#include "tests/unit/collector/mate_orders.h"

static const int64_t NOON = INT64_C(1777723200000); /* 2026-05-02T12:00:00Z */

/* Splits "a=1 b=2" and tells it. What was read as no order at all counts as refused, too. */
static int tell_to(struct stage *s, struct device *d, const char *text)
{
    static struct order orders[ORDERS_MAX];
    char copy[200], *words[ORDERS_MAX];
    int count = 0, rc;

    snprintf(copy, sizeof copy, "%s", text);
    for (char *rest = copy, *word; (word = strsep(&rest, " ")) != NULL;)
        words[count++] = word;
    s->told.why[0] = '\0';
    rc = orders_read(d->driver, words, count, orders, &s->told);
    return rc ? rc : d->driver->tell(d, orders, (size_t)count, &s->told);
}

static int tell(struct stage *s, const char *text)
{
    return tell_to(s, s->device, text);
}

/* ---- every row -------------------------------------------------------------------------- */

static void each_row_is_written_once(void **state)
{
    struct stage s;

    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        stage_begin(&s, rows[i].driver, "", 4, "", NOON);
        s.told.may_cut_power = true;
        int rc = tell(&s, rows[i].words);
        if (rc || !strstr(s.told.why, "read back"))
            fail_msg("%s: %s", rows[i].words, s.told.why);
        assert_int_equal(s.count, 1);
        assert_int_equal(s.writes[0].port, 4);
        assert_int_equal(s.writes[0].at, rows[i].at);
        assert_int_equal(s.writes[0].value, rows[i].value);
        stage_end(&s);
    }
}

static void no_row_was_forgotten(void **state)
{
    static const struct driver *const kinds[] = {&driver_mate_mx, &driver_mate_fx, &driver_mate_dc};

    (void)state;
    for (size_t k = 0; k < 3; k++)
        for (const struct command *c = kinds[k]->commands; c->name || c->metric != M_NONE; c++) {
            const char *name = c->metric != M_NONE ? catalogue[c->metric].name : c->name;
            size_t length = strlen(name), found = 0;
            for (size_t i = 0; i < ROW_COUNT; i++)
                found += !strcmp(rows[i].driver, kinds[k]->name) &&
                         !strncmp(rows[i].words, name, length) && rows[i].words[length] == '=';
            if (!found)
                fail_msg("%s of a %s is told in no test", name, kinds[k]->name);
        }
}

static void who_ignores_is_found_out(void **state)
{
    struct stage s;

    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        uint16_t before = 0;
        stage_begin(&s, rows[i].driver, "ignores", 4, "", NOON);
        s.told.may_cut_power = true;
        bool is_reset = !strncmp(rows[i].words, "reset_", 6);
        assert_int_equal(mate_read(s.device, rows[i].at, &before), OK);
        int rc = tell(&s, rows[i].words);
        bool was_so = rows[i].at == 0x01c9 ? !(rows[i].value & 0x80) : before == rows[i].value;
        if (rc != (was_so && !is_reset ? OK : ERR_IGNORED))
            fail_msg("%s: %d, %s", rows[i].words, rc, s.told.why);
        assert_int_equal(s.count, 1);
        stage_end(&s);
    }
}

static void a_refusal_is_final(void **state)
{
    struct stage s;

    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        stage_begin(&s, rows[i].driver, "refuses", 4, "", NOON);
        s.told.may_cut_power = true;
        assert_int_equal(tell(&s, rows[i].words), ERR_REFUSED);
        assert_non_null(strstr(s.told.why, "refused"));
        assert_int_equal(s.count, 1);
        stage_end(&s);
    }
}

/* ---- answers --------------------------------------------------------------------------------- */

static void a_lost_answer_is_no_reason_to_write_again(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, "mate_dc", "", 4, "", NOON);
    s.loses_writes = true;
    assert_int_equal(tell(&s, "charge_factor=91"), OK);
    assert_int_equal(s.count, 1);
    stage_end(&s);
    stage_begin(&s, "mate_dc", "ignores", 4, "", NOON);
    s.loses_writes = true;
    assert_int_equal(tell(&s, "charge_factor=91"), ERR_TIMEOUT);
    assert_non_null(strstr(s.told.why, "no answer"));
    assert_int_equal(s.count, 1);
    stage_end(&s);
}

/* An MX says half of the word, a button of a FLEXnet something else: neither is a failure. */
static void replies_are_not_compared(void **state)
{
    struct stage s;
    uint16_t reply = 0, high = 0;

    (void)state;
    stage_begin(&s, "mate_mx", "", 4, "", NOON);
    assert_int_equal(mate_write(s.device, REG_TIME, 0x8da9, &reply), OK);
    assert_int_equal(reply, 0xa9);
    stage_end(&s);
    stage_begin(&s, "mate_dc", "", 4, "", NOON);
    assert_int_equal(tell(&s, "reset_battery_high_today=yes"), OK);
    assert_int_equal(s.writes[0].reply, 0xfe);
    assert_int_equal(mate_read(s.device, 0x005a, &high), OK);
    assert_int_equal(high, lround(s.house.casts[0]->plant.now.battery_v * 10));
    /* what begins anew from the same voltage has nothing to show for it */
    assert_int_equal(tell(&s, "reset_battery_high_today=yes"), OK);
    stage_end(&s);
}

static void old_units_are_told_as_well(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, "mate_mx", "old", 3, "", NOON);
    assert_int_equal(tell(&s, "aux=on"), OK);
    assert_int_equal(s.count, 1);
    stage_end(&s);
}

/* ---- what is not sent ------------------------------------------------------------------------ */

static void refusals_come_before_the_first_write(void **state)
{
    static const struct {
        const char *driver, *words, *why;
        int rc;
    } not_sent[] = {
        {"mate_mx", "aux=auto", "on or off", ERR_USAGE},
        {"mate_mx", "float_voltage=27", "cannot be set", ERR_USAGE},
        {"mate_fx", "inverter_control=off", "loses its power", ERR_DENIED},
        {"mate_fx", "ac_control=use inverter_control=off", "--cut-power", ERR_DENIED},
        {"mate_fx", "inverter_control=3", "has no \"3\"", ERR_USAGE},
        {"mate_fx", "inverter_control=0.5", "has no", ERR_USAGE},
        {"mate_fx", "ac_control=maybe", "neither", ERR_USAGE},
        {"mate_fx", "equalize_control=2", "on or off", ERR_USAGE},
        {"mate_fx", "generator_support=2", "outside", ERR_USAGE},
        {"mate_fx", "ac_control=use ac_control=drop", "twice", ERR_USAGE},
        {"mate_dc", "battery_capacity=805", "steps of 10", ERR_USAGE},
        {"mate_dc", "battery_capacity=10010", "outside", ERR_USAGE},
        {"mate_dc", "battery_capacity=-10", "outside", ERR_USAGE},
        {"mate_dc", "charged_current=500.1", "outside", ERR_USAGE},
        {"mate_dc", "charged_voltage=28.45", "steps of 0.1", ERR_USAGE},
        {"mate_dc", "charged_voltage=80.1", "outside", ERR_USAGE},
        {"mate_dc", "charged_time=241", "outside", ERR_USAGE},
        {"mate_dc", "charge_factor=64", "outside", ERR_USAGE},
        {"mate_dc", "charge_factor=101", "outside", ERR_USAGE},
        {"mate_dc", "charge_factor=94.5", "steps of 1", ERR_USAGE},
        {"mate_dc", "shunt_a_mode=2", "has no", ERR_USAGE},
        {"mate_dc", "aux_on_voltage=26 aux_off_voltage=27", "must be above", ERR_USAGE},
        {"mate_dc", "aux_off_soc=60 aux_on_soc=60", "must be above", ERR_USAGE},
        {"mate_dc", "charge_factor=90 aux_on_delay=241", "outside", ERR_USAGE},
        {"mate_dc", "reset_full_days=no", "cannot be undone", ERR_USAGE},
        {"mate_dc", "reset_battery_low_today=1", "cannot be undone", ERR_USAGE},
    };
    struct stage s;

    (void)state;
    for (size_t i = 0; i < sizeof not_sent / sizeof *not_sent; i++) {
        stage_begin(&s, not_sent[i].driver, "", 4, "", NOON);
        int rc = tell(&s, not_sent[i].words);
        if (rc != not_sent[i].rc || !strstr(s.told.why, not_sent[i].why))
            fail_msg("%s: %d, %s", not_sent[i].words, rc, s.told.why);
        assert_int_equal(s.count, 0);
        stage_end(&s);
    }
}

/* The other limit stands in the device. */
static void limits_fit_to_what_is_set(void **state)
{
    struct stage s;

    (void)state;
    stage_begin(&s, "mate_dc", "", 4, "", NOON);
    assert_int_equal(tell(&s, "aux_on_voltage=28 aux_off_voltage=26"), OK);
    assert_int_equal(s.count, 2);
    assert_int_equal(tell(&s, "aux_off_voltage=28.5"), ERR_USAGE);
    assert_int_equal(tell(&s, "aux_on_voltage=25"), ERR_USAGE);
    assert_int_equal(s.count, 2);
    assert_int_equal(tell(&s, "aux_off_voltage=28.5 aux_on_voltage=29"), OK);
    assert_int_equal(s.count, 4);
    stage_end(&s);
}

static void a_dry_run_writes_nothing(void **state)
{
    struct stage s;

    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        stage_begin(&s, rows[i].driver, "", 4, "", NOON);
        s.told.is_dry = true;
        assert_int_equal(tell(&s, rows[i].words), OK);
        assert_non_null(strstr(s.told.why, "would be written"));
        if (!strcmp(rows[i].words, "inverter_control=off"))
            assert_non_null(strstr(s.told.why, "lose its power"));
        assert_int_equal(s.count, 0);
        stage_end(&s);
    }
}

/* Somebody moved a plug: the register means another thing to who sits there now. */
static void another_kind_on_the_port_is_left_alone(void **state)
{
    struct device stranger;
    struct stage s;

    (void)state;
    stage_begin(&s, "mate", "house", 0, "", NOON);
    assert_int_equal(
        device_init(&stranger, "dc", &driver_mate_dc, s.device->bus, 2, s.device->section), OK);
    assert_int_equal(tell_to(&s, &stranger, "charge_factor=91"), ERR_FOREIGN);
    assert_int_equal(s.count, 0);
    device_done(&stranger);
    stage_end(&s);
}

/* ---- behind a hub ---------------------------------------------------------------------------- */

static void units_behind_a_hub_are_found_by_their_port(void **state)
{
    struct device *unit = NULL, *again = NULL;
    struct stage s;

    (void)state;
    stage_begin(&s, "mate", "house", 0, "", NOON);
    assert_int_equal(driver_mate.unit(s.device, "fx2", &unit), OK);
    assert_int_equal(tell_to(&s, unit, "ac_control=drop"), OK);
    assert_int_equal(s.count, 1);
    assert_int_equal(s.writes[0].port, 2);
    assert_int_equal(driver_mate.unit(s.device, "fx2", &again), OK);
    assert_ptr_equal(unit, again);
    for (size_t i = 0; i < 7; i++) {
        static const char *const nobody[] = {"fx1", "dc2", "fx", "2", "fx11", "fx2x", "mx9"};
        assert_int_equal(driver_mate.unit(s.device, nobody[i], &unit), ERR_ABSENT);
    }
    stage_end(&s);
}

static void names_mean_devices_and_units_behind_them(void **state)
{
    struct addressee to;
    struct stage s;

    (void)state;
    stage_begin(&s, "mate", "house", 0, "", NOON);
    s.plan->devices[0].name = "hub";
    assert_true(addressee_find(s.plan, "hub", &to) && !*to.unit);
    assert_true(addressee_find(s.plan, "hub-fx2", &to));
    assert_string_equal(to.unit, "fx2");
    assert_false(addressee_find(s.plan, "hub-", &to));
    assert_false(addressee_find(s.plan, "hubfx2", &to));
    assert_false(addressee_find(s.plan, "fx2", &to));
    stage_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_written_once),
        cmocka_unit_test(no_row_was_forgotten),
        cmocka_unit_test(who_ignores_is_found_out),
        cmocka_unit_test(a_refusal_is_final),
        cmocka_unit_test(a_lost_answer_is_no_reason_to_write_again),
        cmocka_unit_test(replies_are_not_compared),
        cmocka_unit_test(old_units_are_told_as_well),
        cmocka_unit_test(refusals_come_before_the_first_write),
        cmocka_unit_test(limits_fit_to_what_is_set),
        cmocka_unit_test(a_dry_run_writes_nothing),
        cmocka_unit_test(another_kind_on_the_port_is_left_alone),
        cmocka_unit_test(units_behind_a_hub_are_found_by_their_port),
        cmocka_unit_test(names_mean_devices_and_units_behind_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
